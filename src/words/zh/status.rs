//! The page of `guajira status`.

use super::{after, between, column, head, side, stage};
use crate::words::{Lang, Read, StatusWords, told};

pub(in crate::words) fn status(said: StatusWords<'_>) -> String {
    match said {
        StatusWords::NoRunYet { path } => format!("{path} 中还没有运行记录"),
        StatusWords::ReadUpTo { side: one, at, ago, from } => {
            let ago = ago.map(|ago| format!("（{ago}前）")).unwrap_or_default();
            format!("{}见到的最新改动：{at}{ago}；从 {from} 起同步", head(one))
        }
        StatusWords::StatusWaits { side: one, until } => format!("等待    {}要求在 {until} 之前不要访问", after(one)),
        StatusWords::Linked { issues, comments, continued, joined } => linked(issues, comments, continued, joined),
        StatusWords::ReadingEvery { what, pairs, hours, minutes } => {
            let what = match what {
                Read::Both => "回复和字段",
                Read::Replies => "回复",
                Read::Fields => "字段",
            };
            let within = if hours < 48 { format!("{hours} 小时") } else { format!("{} 天", hours / 24) };
            let every =
                if minutes % 60 == 0 { format!("{} 小时", minutes / 60) } else { format!("{minutes} 分钟") };
            format!("读取{what}：最近 {within}内有动静的 {pairs} 个问题，至少每 {every}一次")
        }
        StatusWords::ListTells(tells) => match tells {
            Some(true) => "回复    观测云的列表会显示有新回复：下一次运行就读取",
            Some(false) => "回复    观测云的列表不显示有新回复：轮流读取各问题的回复",
            None => "回复    尚不清楚观测云的列表是否显示有新回复：轮流读取各问题的回复",
        }
        .to_owned(),
        StatusWords::Spent { lists, threads, issues, writes, files, names } => {
            spent([lists, threads, issues, writes, files, names])
        }
        StatusWords::Gone { side: one, jira, guance, since } => {
            format!("已消失  {jira}（{guance}）的{}问题，自 {since} 起：不再写入", between(one))
        }
        StatusWords::Away { why, since } => format!("等待    {why}（自 {since} 起）"),
        StatusWords::Outbox { pending: 0, failing: 0, held: 0, in_doubt: 0, dead: 0, dropped: 0 } => {
            "发件箱  空".to_owned()
        }
        StatusWords::Outbox { pending, failing, held, in_doubt, dead, dropped } => {
            let dropped = if dropped > 0 { format!("，{dropped} 已放弃") } else { String::new() };
            format!(
                "发件箱  {pending} 待发送（其中 {failing} 曾失败），{held} 暂扣，{in_doubt} 结果未知，{dead} 已停止重试{dropped}"
            )
        }
        StatusWords::Messages { waiting, failing, dead, dropped } => messages([waiting, failing, dead, dropped]),
        StatusWords::Labelled { count } => {
            format!("暂扣    按标签，{count} 个新问题在 Jira 上已有并非 guajira 创建的问题")
        }
        StatusWords::Stage(at) => stage(at).to_owned(),
        StatusWords::Side(one) => side(one).to_owned(),
        StatusWords::Column(head) => column(head).to_owned(),
        StatusWords::MoreRows { count } => format!(" … 另有 {count} 项：`guajira status --all`"),
        StatusWords::DeadNext => {
            "已停止重试：先排除原因，再 `guajira retry ID`；或用 `guajira drop ID --because TEXT` 放弃".to_owned()
        }
        StatusWords::HeldNext => "暂扣：用 `guajira sync --release` 放行".to_owned(),
        StatusWords::InDoubtNext => "结果未知：无需处理；下一次运行会查证是否已写入".to_owned(),
        StatusWords::FailingNext => {
            "失败后待发送：无需处理，会自动重试；用 `guajira retry ID` 可在下一次运行时发送".to_owned()
        }
        StatusWords::Reason { key, more: 0, why } => format!("{key}：{}", told(why, Lang::Zh)),
        StatusWords::Reason { key, more, why } => format!("{key} 及另外 {more} 项：{}", told(why, Lang::Zh)),
    }
}

/// 列表、回复、单个问题、写入、文件、名称。
fn spent(requests: [u64; 6]) -> String {
    let names = ["列表", "回复", "单个问题", "写入", "文件", "名称"];
    let told = requests.into_iter().zip(names).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, what)| format!("{what} {count} 个")).collect();
    let sum: u64 = requests.into_iter().sum();
    format!("配额    最近一小时向观测云发出 {sum} 个请求：{}", told.join("，"))
}

/// 待发送、曾失败、已停止重试、已放弃的消息。
fn messages([waiting, failing, dead, dropped]: [u64; 4]) -> String {
    let dropped = if dropped > 0 { format!("，{dropped} 已放弃") } else { String::new() };
    format!("消息    {waiting} 条待发送（其中 {failing} 条曾失败），{dead} 条已停止重试{dropped}")
}

fn linked(issues: u64, comments: u64, continued: u64, joined: u64) -> String {
    let left = if continued > 0 {
        format!("；{continued} 个问题的 Jira 事务已改由之后的问题继续")
    } else {
        String::new()
    };
    let joined =
        if joined > 0 { format!("；{joined} 个问题计入其他问题的 Jira 事务") } else { String::new() };
    format!("已关联  {issues} 个问题，{comments} 条评论{left}{joined}")
}
