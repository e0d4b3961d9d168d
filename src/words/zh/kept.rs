//! What is kept.

use crate::words::Kept;

pub(in crate::words) fn kept(kept: &Kept) -> String {
    match kept {
        Kept::Jira { address } => format!("Jira {address}"),
        Kept::JiraAs { address, account } => format!("Jira {address}（账号 {account}）"),
        Kept::Guance { address, channel } => format!("观测云 {address}，频道 {channel:?}"),
        Kept::GuanceIn { address, channel, workspace } => {
            format!("观测云 {address}，频道 {channel:?}，工作空间 {workspace}")
        }
        Kept::BelongsTo { theirs, ours } => {
            format!("状态文件属于 {theirs}；配置所指的是 {ours}：未写入任何内容")
        }
        Kept::OtherJira { old, address, service } => {
            format!("状态文件属于 id 为 {old} 的 Jira；现在 {address} 上是 {service}")
        }
        Kept::Unproven { jira, guance, what } => {
            format!("状态文件似乎不属于 {jira} 和 {guance}：{what}；未写入任何内容")
        }
        Kept::NoMarker { issue } => format!("那里的 {issue} 没有对应的标记"),
        Kept::NoPair => "最近同步过的问题都不在那里，无法用标记证明".to_owned(),
        Kept::IssueNotThere { place, issue } => {
            format!("状态文件似乎不属于 {place}：其中的问题 {issue} 不在那里")
        }
        Kept::OtherWorkspace { place, told } => {
            format!("状态文件属于 {place}；而 [guance].api_key 属于工作空间 {told}：未写入任何内容")
        }

        Kept::StateNewer { version, known } => {
            format!("状态文件的版本是 {version}，此 guajira 只认识到版本 {known}：它由较新的 guajira 写入")
        }
        Kept::StateDamaged { why } => format!("状态文件已损坏，或不是 guajira 的状态文件：{why}"),
        Kept::StateInaccessible { why } => format!("无法读写状态文件：{why}"),
        Kept::StateFull { why } => format!("没有空间写入状态文件：{why}"),
        Kept::StateNonsense { what } => format!("状态文件已损坏，其中有 guajira 不会写入的内容：{what}"),
        Kept::StateDatabase { why } => format!("状态文件出错：{why}"),

        Kept::ProjectUnreadable { project, message } => format!("项目 {project} 无法读取：{message}"),
        Kept::Restores { what } => format!("{what}：恢复之前一直等待"),
        Kept::IssueArchived { issue } => format!("{issue} 在 Jira 上已归档"),
        Kept::ProjectArchived { project } => format!("项目 {project} 在 Jira 上已归档"),
        Kept::NotShown => "Jira 没有把它显示给机器人账号".to_owned(),
    }
}
