//! The history. What is changed here is not found any more where the former words were kept.

use super::side;
use crate::words::Note;

pub(in crate::words) fn note(note: &Note) -> String {
    match note {
        Note::Enqueued { what } => format!("enqueued: {what}"),
        Note::HeldByBrake { what } => format!("held by the brake: {what}"),
        Note::Held { why } => format!("held: {why}"),
        Note::Written { name, what } => format!("written as {name}: {what}"),
        Note::Found { name, what } => format!("found as {name}: {what}"),
        Note::LeftOut { field, side: one, why } => format!("left out {field}, which {} refused: {why}", side(*one)),
        Note::LeftOutWhole { what, side: one, why } => {
            format!("left out the {what}, which {} refused: {why}", side(*one))
        }
        Note::FailedAgain { what, why } => format!("failed, and is tried again: {what}: {why}"),
        Note::LostAnswer { what, why } => format!("in doubt, sent and the answer lost: {what}: {why}"),
        Note::CountsAsSent { what } => {
            format!("counts as sent, because the answer was lost and nobody can look whether it is there: {what}")
        }
        Note::RefusedForGood { what, why } => format!("refused for good: {what}: {why}"),
        Note::Recognised { name } => format!("recognised {name} as its copy"),
        Note::NotRecognised { name } => {
            format!("{name} is another's copy, or it has another copy: not recognised")
        }
        Note::Disowned { name } => format!("{name} is no copy of it, as was believed: it is in another issue"),
        Note::Renamed { name } => format!("its copy is now {name}"),
        Note::NotSentAfterAll { why } => format!("not sent after all: {why}"),
        Note::NotCarried { why } => format!("not carried: {why}"),
        Note::SaysAgain => "not carried: it says again what is on the other side already".to_owned(),
        Note::NotWrittenOver { why } => format!("not written over: {why}"),
        Note::CopyDeleted => "not written: its copy was deleted by hand, and stays so".to_owned(),
        Note::Deleted => "deleted".to_owned(),
        Note::ThereAgain => "there again".to_owned(),
        Note::Gone { name, side: one } => {
            format!("{name} is gone on {}: nothing is written to it any more", side(*one))
        }
        Note::ComparedAnew { field } => format!("the {field} is compared anew"),
        Note::Closed => "its copy is closed: nothing is written to it".to_owned(),
        Note::OpenAgain => "its copy is open again".to_owned(),
        Note::Continues { name } => format!("continues {name}, whose problem is the same"),
        Note::ContinuedBy { item, name } => {
            format!("{name} goes on with {item}, whose problem is the same: nothing is written for this one any more")
        }
        Note::Joins { name, item } => {
            format!("counted in {name}, the Jira issue of {item}, whose problem is the same")
        }
        Note::JoinedEnded { name } => format!("has ended: not counted in {name} any more"),
        Note::JoinedOpen { name } => format!("open again: counted in {name}"),
        Note::NotContinued { name, why } => format!("{name} could not be continued: {why}"),
        Note::LinkedByHand { name } => format!("paired with {name} by hand"),
        Note::Unlinked { name } => {
            format!("the pair with {name} was taken apart by hand: nothing is written to either")
        }
        Note::Archived { name } => {
            format!("its copy {name} is archived on Jira: what is to be written there waits until it is restored")
        }
        Note::ArchivedNoMore { name } => format!("its copy {name} is not archived any more"),
        Note::GoesAgain { issue_type, project } => {
            format!("goes again: the create screen of {issue_type} in {project} has changed")
        }
        Note::Dropped { summary, because } => format!("dropped: {summary}: {because}"),
    }
}
