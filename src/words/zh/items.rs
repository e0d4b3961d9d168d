//! `guajira retry` and `guajira drop`.

use crate::words::ItemWords;

pub(in crate::words) fn items(said: ItemWords<'_>) -> String {
    match said {
        ItemWords::WhatToRetry => "未指定要重试的条目".to_owned(),
        ItemWords::WhatToRetryHint => "按 `guajira status` 的写法指定条目，或用 --all 重试全部".to_owned(),
        ItemWords::NothingToRetry => "没有需要重试的条目".to_owned(),
        ItemWords::BackInQueue { count } => format!("{count} 项已放回队列；下一次运行会发送"),
        ItemWords::NoSuchToRetry { id } => format!("没有名为 {id:?} 的停止重试或等待中的条目；未做改动"),
        ItemWords::StatusLists => "`guajira status` 会列出它们".to_owned(),
        ItemWords::NoStateFile { path } => format!("状态文件 {path} 不存在"),
        ItemWords::WhyDropHint => "请写明放弃的原因，供日后查询".to_owned(),
        ItemWords::WhyDrop => "--because 的内容为空".to_owned(),
        ItemWords::NoSuchToDrop { id } => format!("没有名为 {id:?} 的停止重试的条目；未做改动"),
        ItemWords::StatusListsDead => "`guajira status` 会列出它们；只有已停止重试的条目可以放弃".to_owned(),
        ItemWords::Dropped { count } => {
            format!("已放弃 {count} 项：除非原文改动，不再发送；用 `guajira retry ID` 可撤回")
        }
    }
}
