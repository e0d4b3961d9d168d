//! What a write or a reading is about. What is changed here is not found any more where the former words were kept.

use super::side;
use crate::words::{FieldName, Summary};

fn field(field: FieldName) -> &'static str {
    match field {
        FieldName::Title => "title",
        FieldName::Description => "description",
        FieldName::Status => "status",
        FieldName::Assignee => "assignee",
        FieldName::Priority => "priority",
    }
}

pub(in crate::words) fn summary(summary: &Summary) -> String {
    match summary {
        Summary::Issue { title, project } => format!("issue \"{title}\" in {project}"),
        Summary::Comment { who, name } => format!("comment by {who} on {name}"),
        Summary::EditedComment { who, name } => format!("edited comment by {who} on {name}"),
        Summary::Repeats { name } => format!("number of repeated alarms on {name}"),
        Summary::Continued { title, name } => format!("issue \"{title}\" as what {name} goes on with"),
        Summary::Joined { title, name } => format!("issue \"{title}\" as one that is counted in {name}"),
        Summary::JoinedItems { name } => format!("list of the issues that are counted in {name}"),
        Summary::Joins { name } => format!("number of issues with the same problem on {name}"),
        Summary::Again { name } => format!("note on {name} that the problem is there again"),
        Summary::DeletedNote { name, side: one } => {
            format!("note that a comment on {name} was deleted on {}", side(*one))
        }
        Summary::Deletion { name, side: one } => format!("deletion of a comment on {name}, as on {}", side(*one)),
        Summary::Attachment { file, name } => format!("attachment {file} of {name}"),
        Summary::LinkToGuance { name } => format!("link on {name} to Guance"),
        Summary::LinkToJira { title, name } => format!("link on \"{title}\" to {name}"),
        Summary::Field { field: one, name } => format!("{} of {name}", field(*one)),
        Summary::Follower { title, name } => format!("field {title} of {name}"),
        Summary::Resolved { who, name } => format!("note that {who} resolved it on {name}"),
        Summary::NewText { field: one, name } => format!("note about the new {} on {name}", field(*one)),
        Summary::Thread { issue, side: one } => format!("reading the thread of {issue} on {}", side(*one)),
        Summary::Reading { side: one } => format!("reading {}", side(*one)),
        Summary::Message { name, event, place } => format!("message to {name}: {event}, {place}"),
        Summary::Record { side: one } => format!("a record of {} that could not be understood", side(*one)),
    }
}
