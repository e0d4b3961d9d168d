//! What `sync --dry-run` would write.

use super::side;
use crate::words::{Hold, PlanWords};

pub(in crate::words) fn plan(said: PlanWords<'_>) -> String {
    match said {
        PlanWords::Planned { target, summary, key, hold } => {
            let hold = match hold {
                Hold::No => "",
                Hold::Brake => ", held by the brake",
                Hold::Label => ", held",
            };
            format!("-> {}: {summary} ({key}{hold})", side(target))
        }
        PlanWords::PlannedIssue { project, kind, labels, priority } => {
            let labels = if labels.is_empty() { String::new() } else { format!(", labels {labels}") };
            let priority = priority.map(|priority| format!(", priority {priority}")).unwrap_or_default();
            format!("   project {project}, type {kind}{labels}{priority}")
        }
        PlanWords::PlannedJoined { name } => format!("   would be counted in {name}, which is open"),
        PlanWords::PlannedContinued { name } => format!("   would continue {name}, and open it again"),
        PlanWords::PlannedTitle { title } => format!("   title: {title}"),
        PlanWords::PlannedComment { issue, internal: false } => format!("   comment on {issue}"),
        PlanWords::PlannedComment { issue, internal: true } => format!("   internal comment on {issue}"),
        PlanWords::PlannedEdit { comment, issue } => format!("   comment {comment} on {issue} becomes"),
        PlanWords::PlannedDelete { comment, issue } => format!("   comment {comment} on {issue} is deleted"),
        PlanWords::PlannedChange { what, issue } => format!("   {what} of {issue}"),
        PlanWords::PlannedFile { file, issue } => format!("   attachment {file} on {issue}"),
        PlanWords::PlannedLink { issue, title, url } => format!("   link on {issue}: {title} ({url})"),
        PlanWords::WishTitle { title } => format!("title \"{title}\""),
        PlanWords::WishBody => "new description".to_owned(),
        PlanWords::WishPriority { priority } => format!("priority {priority}"),
        PlanWords::WishField { title, words } => format!("field {title} {words}"),
        PlanWords::WishNobody => "no assignee".to_owned(),
        PlanWords::WishPerson { name, id } => format!("assignee {name} ({id})"),
        PlanWords::WishAnyStatus { category } => format!("any status of the category {category}"),
        PlanWords::WishStatus { name, or_else: None } => format!("status {name}"),
        PlanWords::WishStatus { name, or_else: Some(other) } => format!("status {name}, or else {other}"),
    }
}
