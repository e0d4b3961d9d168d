//! `guajira adopt --script`.

use super::side;
use crate::words::{AdoptError, AdoptWords, Left, Service};

pub(in crate::words) fn adopt(said: AdoptWords<'_>) -> String {
    match said {
        AdoptWords::Accounts { word, account } => format!("made by {word}: {account}"),
        AdoptWords::GuanceKey { name } => format!("the Guance API key {name}"),
        AdoptWords::GuanceAccount { name } => format!("the Guance account {name}"),
        AdoptWords::JiraAccount { name } => format!("the Jira account {name}"),
        AdoptWords::Pair { jira, guance, title, maker } => {
            format!("-> {jira} becomes the pair of {guance} \"{title}\" (made by {maker})")
        }
        AdoptWords::OtherTitle { jira, title } => format!("   look: {jira} is called \"{title}\""),
        AdoptWords::CopyOf { side: one, copy, original } => {
            let origin = match one {
                Service::Guance | Service::Source => Service::Jira,
                Service::Jira => Service::Guance,
            };
            format!("   {} {copy} is the copy of {} {original}", side(one), side(origin))
        }
        AdoptWords::Doubtful { side: one, id } => {
            format!("   left alone: {} {id} says again what is on the other side already; it is not carried", side(one))
        }
        AdoptWords::Uncopied { count: 1 } => {
            "   1 comment or reply has no copy yet: the next runs carry them".to_owned()
        }
        AdoptWords::Uncopied { count } => {
            format!("   {count} comments or replies have no copy yet: the next runs carry them")
        }
        AdoptWords::LeftAlone { issue, why } => format!("left alone: {issue}: {why}"),
        AdoptWords::MoreLeftAlone { count } => format!("left alone: {count} more"),
        AdoptWords::ToBeTakenOver { pairs, comments, left } => format!(
            "to be taken over: {}, {}; left alone: {}",
            many(pairs, "issue"),
            many(comments, "comment"),
            many(left, "issue")
        ),
        AdoptWords::NothingWritten => "nothing was written".to_owned(),
        AdoptWords::NotMarked { what, why } => format!("not marked: {what}; only the state file knows of it ({why})"),
        AdoptWords::TakenOver { pairs, comments } => {
            format!("taken over: {}, {}", many(pairs, "issue"), many(comments, "comment"))
        }
        AdoptWords::Stopped => "stopped before the end; run it again to go on".to_owned(),
    }
}

pub(in crate::words) fn adopt_error(said: AdoptError<'_>) -> String {
    match said {
        AdoptError::Waiting => "waiting for the run that holds the lock".to_owned(),
        AdoptError::Locked => "another run holds the lock; nothing was done".to_owned(),
        AdoptError::LockedHint => "stop the scheduler, or try again when that run has ended".to_owned(),
        AdoptError::NoSuchAccount { word } => format!(
            "--created-by: {word:?} is no account of this Jira, and no API key of that name wrote into these threads"
        ),
        AdoptError::NoSuchAccountHint => {
            "give a Jira account id, user name or address, or the wsak_… id of a Guance API \
                                          key; or leave it out"
                .to_owned()
        }
        AdoptError::ManyAccounts { word, ids } => {
            format!("--created-by: {word:?} is more than one account: {ids}")
        }
        AdoptError::ManyAccountsHint => "give one of these ids".to_owned(),
        AdoptError::Repeats { count, account } => format!(
            "{count} replies of {account} say what comments of the Jira issues say; nothing was written, because they would \
             travel a second time"
        ),
        AdoptError::NothingToTake { count } => {
            format!("nothing to take over: {count} issues carry a uuid, and none was made by our own account")
        }
        AdoptError::NameTheKey { command } => format!("name that key, if it is the script's: {command}"),
        AdoptError::NameTheAccount { command } => format!(
            "name that account, if it is the script's: {command}; where they mean nothing: guajira sync --release"
        ),
    }
}

pub(in crate::words) fn left(left: &Left) -> String {
    match left {
        Left::ManyUuids => "it carries more than one uuid".to_owned(),
        Left::IsPairOf { guance } => format!("it is the pair of {guance} already"),
        Left::HasIssue { guance, jira } => format!("{guance} has a Jira issue already: {jira}"),
        Left::NotNamed { maker } => format!("{maker} made it, and was not named"),
        Left::AnswerLost => {
            "guajira sent a create of its own, and its answer was lost: run `guajira sync` first".to_owned()
        }
        Left::NoOriginal { guance } => format!("there is no {guance} on Guance, or the key cannot read it"),
        Left::CannotBeRead => "it cannot be read by its id".to_owned(),
        Left::ThreadUnreadable => "its thread, or that of its Guance issue, cannot be read".to_owned(),
        Left::MarkedForAnother { guance } => format!("it is marked as the copy of another issue than {guance}"),
        Left::MadeBefore { guance } => format!("it was made before {guance} was opened"),
    }
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
