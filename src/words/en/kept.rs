//! What is kept. A sentence that is changed here is not found any more where the former one was kept.

use crate::words::Kept;

pub(in crate::words) fn kept(kept: &Kept) -> String {
    match kept {
        Kept::Jira { address } => format!("Jira {address}"),
        Kept::JiraAs { address, account } => format!("Jira {address} (account {account})"),
        Kept::Guance { address, channel } => format!("Guance {address}, channel {channel:?}"),
        Kept::GuanceIn { address, channel, workspace } => {
            format!("Guance {address}, channel {channel:?}, workspace {workspace}")
        }
        Kept::BelongsTo { theirs, ours } => {
            format!("the state belongs to {theirs}; the configuration names {ours}: nothing was written")
        }
        Kept::OtherJira { old, address, service } => {
            format!("the state belongs to the Jira whose id is {old}; at {address} there is {service} now")
        }
        Kept::Unproven { jira, guance, what } => {
            format!("the state does not seem to belong to {jira} and {guance}: {what}; nothing was written")
        }
        Kept::NoMarker { issue } => format!("{issue} carries no marker of its pair there"),
        Kept::NoPair => "none of its latest pairs is there, so that no marker tells".to_owned(),
        Kept::IssueNotThere { place, issue } => {
            format!("the state does not seem to belong to {place}: its issue {issue} is not there")
        }
        Kept::OtherWorkspace { place, told } => {
            format!("the state belongs to {place}; [guance].api_key is of workspace {told}: nothing was written")
        }

        Kept::StateNewer { version, known } => format!(
            "the state file has version {version}, and this guajira knows versions up to {known}: a newer guajira wrote it"
        ),
        Kept::StateDamaged { why } => format!("the state file is damaged or not a guajira state file: {why}"),
        Kept::StateInaccessible { why } => format!("the state file cannot be read or written: {why}"),
        Kept::StateFull { why } => format!("no room is left for the state file: {why}"),
        Kept::StateNonsense { what } => {
            format!("the state file is damaged: it holds what guajira never writes: {what}")
        }
        Kept::StateDatabase { why } => format!("the state file: {why}"),

        Kept::ProjectUnreadable { project, message } => format!("project {project} cannot be read: {message}"),
        Kept::Restores { what } => format!("{what}: it waits until that is restored"),
        Kept::IssueArchived { issue } => format!("{issue} is archived on Jira"),
        Kept::ProjectArchived { project } => format!("project {project} is archived on Jira"),
        Kept::NotShown => "Jira does not show it to the bot".to_owned(),
    }
}
