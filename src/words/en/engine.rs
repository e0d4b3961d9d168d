//! What the engine says of a write. What is changed here is not found any more where the former words were kept.

use crate::words::EngineFault;

pub(in crate::words) fn engine_fault(fault: &EngineFault) -> String {
    match fault {
        EngineFault::LastWritesFailed { count, why } => {
            format!("the last {count} writes failed; the last one so: {why}")
        }
        EngineFault::CounterNotRaised { why } => format!("write counter not raised, so nothing is written: {why}"),
        EngineFault::NotRecorded { why } => format!("a request could not be recorded, so it was not sent: {why}"),
        EngineFault::MayBeArchived { why } => format!("{why}; what it is for may be archived"),
        EngineFault::NeverTookEffect { why, times } => format!("{why} (sent {times} times, and it never took effect)"),
        EngineFault::NoAnswer => "no answer".to_owned(),
        EngineFault::NoResult => "no result for this write".to_owned(),
        EngineFault::OthersCopy { name } => format!("{name} was found for it, and is the copy of something else"),
        EngineFault::LargerThan { file, size } => format!("{file} is larger than {size}"),
        EngineFault::CannotReadFile { what, why } => format!("read {what}: {why}"),
        EngineFault::CannotHoldFiles { service } => format!("{service} cannot hold files"),
        EngineFault::CannotBeWritten { service } => format!("{service} cannot be written to"),
        EngineFault::BudgetUsedUp => "this minute's request budget is used up".to_owned(),
        EngineFault::BudgetUsedUpBefore { runs } => {
            format!("the request budget was used up before anything was done, in {runs} runs in a row")
        }
        EngineFault::NoRequestForThread => "no request left to read a thread".to_owned(),
        EngineFault::NoRequestForIssue => "no request left to read an issue".to_owned(),
        EngineFault::NoRequestsForFile => "no two requests left for a file".to_owned(),
        EngineFault::AskedToStop => "asked to stop".to_owned(),
        EngineFault::StoppedBefore => "asked to stop; nothing was written".to_owned(),
        EngineFault::LabelOf { issue, maker, account } => format!(
            "{issue} of {maker} carries its uuid: `guajira adopt --script --created-by {account}` takes it over"
        ),
        EngineFault::LabelOfOurs { issue } => format!(
            "{issue} of our own account carries its uuid, without a marker: `guajira adopt --script` takes it over"
        ),
        EngineFault::HeirsUnknown => {
            "other issues are counted in the Jira issue, and it is not known yet whether one of them is open".to_owned()
        }
        EngineFault::TicketAwaited => {
            "the ticket that it is to continue is still being written to for the item that has it".to_owned()
        }
        EngineFault::TicketOfAnother => "it goes on with another item".to_owned(),
        EngineFault::LinkToOther => "link to the other issue".to_owned(),
        EngineFault::Attachment { file } => format!("attachment {file}"),
        EngineFault::AttachmentLargerThan { file, size } => format!("attachment {file} is larger than {size}"),
        EngineFault::AttachmentTooLarge { file, size } => {
            format!("attachment {file} is larger than {size} (flow.max_attachment)")
        }
        EngineFault::RouteUnclear { number, template } => {
            format!("the `when` of [[route]] number {number} goes wrong: {template}")
        }
    }
}
