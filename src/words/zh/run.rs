//! What a run says of itself: its summary, and why it could not begin or go on.

use super::{after, before, counted};
use crate::words::{Lang, RunWords, Service, told};

pub(in crate::words) fn run(said: RunWords<'_>) -> String {
    match said {
        RunWords::Count(what, n) | RunWords::Counted(what, n) => counted(what, n),
        RunWords::SideFailed(one) => format!("{}失败", after(one)),
        RunWords::ProjectNotRead { project } => format!("项目 {project} 未能读取"),
        RunWords::SideAskedToWait(one) => format!("{}要求稍后再试", after(one)),
        RunWords::NothingToDo => "没有新内容".to_owned(),
        RunWords::NothingWritten => "未写入任何内容".to_owned(),
        RunWords::Error => "错误".to_owned(),
        RunWords::Colon => "：".to_owned(),
        RunWords::Hint => "提示：".to_owned(),
        RunWords::WhatToDo => "处理办法".to_owned(),
        RunWords::Comma => "，".to_owned(),
        RunWords::NoGuance => "没有名为 guance 的来源：此命令只针对它".to_owned(),
        RunWords::NoSuchSource { name, names } => format!("--only：没有名为 {name:?} 的来源：现有 {names}"),
        RunWords::AnotherRun => "另一次运行仍在使用该状态文件：本次未做任何操作".to_owned(),
        RunWords::BudgetUsedUp => "本分钟的请求额度已用完；下一次运行继续".to_owned(),
        RunWords::CannotSync { side: one, why } => format!("无法同步{}：{}", before(one), told(why, Lang::Zh)),
        RunWords::FirstRun { begins } => format!("首次运行：{begins} 之前创建的问题不同步"),
        RunWords::FirstRunHint => "用 `guajira sync --since 7d` 可补最近 7 天的问题".to_owned(),
        RunWords::BudgetLeftSome => "  请求额度已用完；下一次运行继续".to_owned(),
        RunWords::TimeLeftSome => "  本次运行的时间已用完；下一次运行继续".to_owned(),
        RunWords::CheckLogin(Service::Guance) => "请检查 [guance].api_key".to_owned(),
        RunWords::CheckLogin(Service::Source) => "请检查该来源 [[source]] 的 api_key".to_owned(),
        RunWords::CheckLogin(Service::Jira) => "请检查 [jira.auth]".to_owned(),
        RunWords::NotATime { text } => format!(
            "{text:?} 不是时间：请用 RFC 3339（2026-11-22T08:00:00Z）、本地时间 \"YYYY-MM-DD\" 或 \"YYYY-MM-DD HH:MM\"，或多久\
             以前：90m、2h、7d"
        ),
        RunWords::NotALength => "不是时长，应写成 90s、10m、24h 或 7d 这样".to_owned(),
        RunWords::BadProxy { variable, section } => {
            format!("{variable}：不是代理的地址，而 [{section}] 会用到它")
        }
        RunWords::BadProxyHint { variable } => format!(
            "请将 {variable} 设为 http://proxy.example.com:3128 这样的地址，密码中的 @ 等字符写成 %40；或在 NO_PROXY 中列出该主机"
        ),
        RunWords::CannotSetUp { section, why } => format!("无法建立到 {section} 的连接：{}", told(why, Lang::Zh)),
        RunWords::CheckCaFile { section } => format!("请检查 [{section}].ca_file"),
        RunWords::InFuture { at } => format!("--since：{at} 在未来"),
        RunWords::NotAfter { until, since } => format!("--until：{until} 不晚于 --since 的 {since}"),
        RunWords::Reading(one) => format!("正在读取{} …", super::side(one)),
        RunWords::Progress { done, all, left } => {
            let left = left.map(|left| format!("，约剩 {left}")).unwrap_or_default();
            format!("已写入 {done} / {all} 项{left}")
        }
    }
}
