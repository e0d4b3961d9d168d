//! What `sync --dry-run` would write.

use super::side;
use crate::words::{Hold, PlanWords};

pub(in crate::words) fn plan(said: PlanWords<'_>) -> String {
    match said {
        PlanWords::Planned { target, summary, key, hold } => {
            let hold = match hold {
                Hold::No => "",
                Hold::Brake => "，被限流阀暂扣",
                Hold::Label => "，暂扣",
            };
            format!("-> {}：{summary}（{key}{hold}）", side(target))
        }
        PlanWords::PlannedIssue { project, kind, labels, priority } => {
            let labels = if labels.is_empty() { String::new() } else { format!("，标签 {labels}") };
            let priority = priority.map(|priority| format!("，优先级 {priority}")).unwrap_or_default();
            format!("   项目 {project}，类型 {kind}{labels}{priority}")
        }
        PlanWords::PlannedJoined { name } => format!("   将计入仍未关闭的 {name}"),
        PlanWords::PlannedContinued { name } => format!("   将继续使用 {name}，并重新打开它"),
        PlanWords::PlannedTitle { title } => format!("   标题：{title}"),
        PlanWords::PlannedComment { issue, internal: false } => format!("   在 {issue} 上评论"),
        PlanWords::PlannedComment { issue, internal: true } => format!("   在 {issue} 上写内部评论"),
        PlanWords::PlannedEdit { comment, issue } => format!("   {issue} 上的评论 {comment} 改为"),
        PlanWords::PlannedDelete { comment, issue } => format!("   删除 {issue} 上的评论 {comment}"),
        PlanWords::PlannedChange { what, issue } => format!("   {issue}：{what}"),
        PlanWords::PlannedFile { file, issue } => format!("   {issue} 的附件 {file}"),
        PlanWords::PlannedLink { issue, title, url } => format!("   {issue} 上的链接：{title}（{url}）"),
        PlanWords::WishTitle { title } => format!("标题改为“{title}”"),
        PlanWords::WishBody => "新的描述".to_owned(),
        PlanWords::WishPriority { priority } => format!("优先级改为 {priority}"),
        PlanWords::WishField { title, words } => format!("字段“{title}”改为 {words}"),
        PlanWords::WishNobody => "清空负责人".to_owned(),
        PlanWords::WishPerson { name, id } => format!("负责人改为 {name}（{id}）"),
        PlanWords::WishAnyStatus { category } => format!("状态改为类别 {category} 中的任意一个"),
        PlanWords::WishStatus { name, or_else: None } => format!("状态改为 {name}"),
        PlanWords::WishStatus { name, or_else: Some(other) } => format!("状态改为 {name}，不行则改为 {other}"),
    }
}
