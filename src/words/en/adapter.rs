//! What the adapters say. What is changed here is not found any more where the former words were kept.

use crate::words::{GuanceFault, Hidden, JiraFault, Less};

pub(in crate::words) fn guance_fault(fault: &GuanceFault) -> String {
    match fault {
        GuanceFault::NoChannel { name } => format!("there is no channel {name:?}"),
        GuanceFault::NoKey => "there is no API key".to_owned(),
        GuanceFault::NoCreateTime => "no createAt".to_owned(),
        GuanceFault::NoId => "uuid is not an id".to_owned(),
        GuanceFault::NoGuanceId { id } => format!("{id:?} is not a Guance id"),
        GuanceFault::NoStatus { word } => format!("Guance has no status {word:?}"),
        GuanceFault::NoStatusToSet => "no status to set".to_owned(),
        GuanceFault::NotChanged { field } => {
            format!("the {field} of a Guance issue is not changed from Jira; this is a bug")
        }
        GuanceFault::NotOurKeys { reply, account } => {
            format!("reply {reply} was written by {account}, which is not the account of our key")
        }
        GuanceFault::ReplyNotInThread { reply, issue } => format!("reply {reply} is not in the thread of {issue}"),
        GuanceFault::ReplyGone { reply, issue } => format!("{reply} is not in the thread of {issue} any more"),
        GuanceFault::ReplyNotRead { reply } => format!("reply {reply} of a long thread was not read"),
        GuanceFault::ReplyNotNamed { why } => format!("the reply was accepted, but not named: {why}"),
        GuanceFault::CannotRewrite { copy } => format!("{copy} cannot be written as it was read"),
        GuanceFault::CarriesFiles { copy } => format!("{copy} carries files"),
        GuanceFault::NobodysCopies { issue } => format!("{issue}: issues of Guance are nobody's copies"),
        GuanceFault::NotCreatedThere => "issues are not created on Guance".to_owned(),
        GuanceFault::NoStatusTold => "no incidentsStatus".to_owned(),
        GuanceFault::IncidentCommentStays => "comments of an incident cannot be deleted".to_owned(),
        GuanceFault::CommentNotConfirmed => "the answer does not say that the comment was taken".to_owned(),
        GuanceFault::NoAttachment => "the answer names no attachment".to_owned(),
        GuanceFault::NoFile => "no file in the answer".to_owned(),
        GuanceFault::FromTheStore { status } => format!("{status} from the store"),
        GuanceFault::FailedTooOften => "it failed too often".to_owned(),
    }
}

pub(in crate::words) fn jira_fault(fault: &JiraFault) -> String {
    match fault {
        JiraFault::NoUpdateTime { told } => format!("no usable update time: {told}"),
        JiraFault::IssueNotThere => "it is not there".to_owned(),
        JiraFault::IssueUnreadable { issue } => format!("issue {issue} cannot be read"),
        JiraFault::PageUnreadable { why } => format!("a search page that cannot be read: {why}"),
        JiraFault::NotOurAccounts { comment, account } => {
            format!("comment {comment} was written by {account}, which is not our account")
        }
        JiraFault::CommentUnreadable => "not sent, because the comment cannot be read".to_owned(),
        JiraFault::ShownToCustomers => "not sent, because the comment is shown to customers".to_owned(),
        JiraFault::NotInternalDeleted => {
            "Jira did not make the comment an internal note; it was deleted again".to_owned()
        }
        JiraFault::NotInternalLeft { why } => {
            format!("Jira did not make the comment an internal note; and it could not be deleted: {why}")
        }
        JiraFault::ServiceProject { issue } => {
            format!("{issue} is in a service project, which may show attachments to customers")
        }
        JiraFault::LargerThan { file, size } => format!("{file} is larger than this Jira takes ({size})"),
        JiraFault::AttachmentsOff => "attachments are switched off in this Jira".to_owned(),
        JiraFault::CreatedUnnamed => "the answer does not say which issue was created".to_owned(),
        JiraFault::NoSecurity { level, why } => {
            format!("security level {level:?} cannot be set, and without it more people would see the issue: {why}")
        }
        JiraFault::TransitionRefused { issue, transition, to, words } => {
            format!("{issue}: the transition {transition:?} to {to:?} was refused: {words}")
        }
        JiraFault::TransitionWants { issue, transition, to, wanted, words } => {
            format!("{issue}: the transition {transition:?} to {to:?} wants {wanted}: {words}")
        }
        JiraFault::NoWay { issue, from, wanted, open } => {
            format!("{issue}: no way leads from {from:?} to {wanted}; from there it goes to {open}")
        }
        JiraFault::NoWayAtAll { issue, from, wanted } => {
            format!("{issue}: no way leads from {from:?} to {wanted}; from there it goes nowhere")
        }
        JiraFault::SomeStatus { category } => format!("a status of {category}"),
    }
}

pub(in crate::words) fn less(less: &Less) -> String {
    match less {
        Less::CutToLimit => "sent cut to what this Jira takes".to_owned(),
        Less::CutToLimitFor { words } => format!("sent cut to what this Jira takes: {words}"),
        Less::Plain => "sent without formatting".to_owned(),
        Less::PlainFor { words } => format!("sent without formatting: {words}"),
        Less::CutShort => "sent cut short".to_owned(),
        Less::CutShortFor { words } => format!("sent cut short: {words}"),
        Less::LeftOutFor { words } => format!("left out: {words}"),
        Less::Narrowed => {
            "this Jira stores no characters beyond U+FFFF (emoji, rare ideographs): they were replaced".to_owned()
        }
        Less::KeepsResolution { words } => format!("the issue is open again, and keeps it: {words}"),
        Less::OtherResolution { word, names, set } => format!("{word:?} is not one of {names}: {set:?} was set"),
        Less::NoResolution { word, names } => format!("{word:?} is not one of {names}: none was set"),
    }
}

pub(in crate::words) fn hidden(why: &Hidden) -> String {
    match why {
        Hidden::SecurityLevel { name } => format!("security level {name}"),
        Hidden::LevelUnknown => "cannot tell whether it has a security level".to_owned(),
        Hidden::Role { name } => format!("role {name}"),
        Hidden::Group { name } => format!("group {name}"),
        Hidden::InternalNote => "internal note".to_owned(),
        Hidden::InternalUnknown => "cannot tell whether it is internal".to_owned(),
        Hidden::ShownBy { hidden } => format!("{hidden} (a comment that shows it)"),
        Hidden::PerhapsShownBy { hidden } => {
            format!("{hidden} (a comment that shows a file without its name, and no public comment names this one)")
        }
    }
}
