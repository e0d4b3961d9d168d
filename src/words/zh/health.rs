//! Whether runs succeed: the last good one, sides that fail, the table of the last runs.

use super::{between, head};
use crate::words::{HealthWords, Lang, told};

pub(in crate::words) fn health(said: HealthWords<'_>) -> String {
    match said {
        HealthWords::LastGood { at, ago: None } => format!("最近一次成功运行：{at}，当时的时钟偏快"),
        HealthWords::LastGood { at, ago: Some(ago) } => format!("最近一次成功运行：{at}，{ago}前"),
        HealthWords::NoGoodYet => "最近一次成功运行：还没有".to_owned(),
        HealthWords::Fails { side: one, since, ago, why } => {
            format!("{}自 {since}（{ago}前）起失败：{}", head(one), told(why, Lang::Zh))
        }
        HealthWords::TriesAgain => "下一次运行会重试；`guajira check` 有更多信息".to_owned(),
        HealthWords::RunKind { backfill: true } => "补录".to_owned(),
        HealthWords::RunKind { backfill: false } => "同步".to_owned(),
        HealthWords::StillAtWork => "仍在运行，或中途中断".to_owned(),
        HealthWords::NotGood { summary } => format!("未成功：{summary}"),
        HealthWords::FailedBefore { began, side: one, why } => {
            format!("{began} 的运行在{}上失败，现已恢复：{}", between(one), told(why, Lang::Zh))
        }
        HealthWords::Refused { why } => format!("已拒绝：{}", told(why, Lang::Zh)),
        HealthWords::NoGoodRun => "还没有成功的运行".to_owned(),
        HealthWords::LastGoodAhead { at } => {
            format!("最近一次成功运行结束于 {at}，在未来：当时或现在的时钟有误")
        }
        HealthWords::LastGoodAgo { ago } => format!("最近一次成功运行在{ago}前结束"),
    }
}
