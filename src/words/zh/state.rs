//! The state file: `guajira state`, and a file that cannot be opened.

use super::head;
use crate::words::{Lang, StateWords, told};

pub(in crate::words) fn state(said: StateWords<'_>) -> String {
    match said {
        StateWords::CannotOpen { path, why } => format!("无法打开 {path}：{why}"),
        StateWords::StateFile { path, bytes, version } => format!("文件    {path}，{bytes} 字节，版本 {version}"),
        StateWords::StateOf { side: one, what } => format!("{}{what}", head(one)),
        StateWords::StatePair { pair, formerly } => {
            let formerly = formerly.map(|former| format!("，原为 {former}")).unwrap_or_default();
            format!("服务对  {pair}{formerly}")
        }
        StateWords::BelongsToNobody => "尚未归属任何服务：下一次运行会确定".to_owned(),
        StateWords::Markers { proven, missing } => {
            let missing = match missing {
                0 => String::new(),
                n => format!("；{n} 对的问题已不存在"),
            };
            format!("Jira 上有 {proven} 对带有标记{missing}")
        }
        StateWords::BelongedTo { jira, guance } => format!("状态文件原属于 {jira} 和 {guance}"),
        StateWords::BelongsTo { jira, guance, dry_run: true } => format!("状态文件将属于 {jira} 和 {guance}"),
        StateWords::BelongsTo { jira, guance, dry_run: false } => format!("状态文件现属于 {jira} 和 {guance}"),
        StateWords::Copied { from, to } => format!("已将 {from} 复制到 {to}；请在 [sync].state 中写明今后使用哪一个"),
        StateWords::CannotCopy { from, to, why } => format!("无法将 {from} 复制到 {to}：{}", told(why, Lang::Zh)),
        StateWords::StateBusy => "另一次运行正在使用该状态文件：未做改动".to_owned(),
        StateWords::StateBusyHint => "请在它结束之后再试".to_owned(),
    }
}
