//! `guajira why`.

use super::{side, stage};
use crate::words::HistoryWords;

pub(in crate::words) fn history(said: HistoryWords<'_>) -> String {
    match said {
        HistoryWords::NothingKnown { item } => format!("{item} has never been synced, or was forgotten"),
        HistoryWords::NothingKnownHint => {
            "it may lie outside what was read so far (`guajira status`), or no route takes it \
                                   (`guajira check --explain`); history is kept for 90 days"
                .to_owned()
        }
        HistoryWords::PairIs { source, guance, name, jira } => {
            format!("issue {guance} on {} is {name} ({jira}) on jira", side(source))
        }
        HistoryWords::PairGone => "; one of them is gone: nothing is written to it".to_owned(),
        HistoryWords::PairAttached { by: Some(by) } => {
            format!("; that is the Jira issue of {by}, and counts this one: nothing else is written for it")
        }
        HistoryWords::PairAttached { by: None } => {
            "; that is the Jira issue of another item, and counts this one: nothing else is written for it".to_owned()
        }
        HistoryWords::PairRetired { by: Some(by) } => {
            format!("; the Jira issue goes on with {by}: nothing is written for this one")
        }
        HistoryWords::PairRetired { by: None } => {
            "; the Jira issue goes on with another item: nothing is written for this one".to_owned()
        }
        HistoryWords::PairUnlinked => "; a person took the pair apart: nothing is written to either".to_owned(),
        HistoryWords::PairClosed => {
            "; it is closed on jira: nothing is written to it until it is open again".to_owned()
        }
        HistoryWords::CommentIs { id, origin, other, copy, pair } => {
            format!("comment {id} on {} is {copy} on {}, in the thread of {pair}", side(origin), side(other))
        }
        HistoryWords::Since { since, why } => format!("since {since}: {why}"),
        HistoryWords::Queued { stage: at, since, not_before, summary, why } => {
            let next = not_before.map(|at| format!(", not before {at}")).unwrap_or_default();
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("{} since {since}{next}: {summary}{why}", stage(at))
        }
        HistoryWords::MessageSent { at, summary, why } => {
            let why = why.map(|why| format!("; it counts as sent: {why}")).unwrap_or_default();
            format!("sent at {at}: {summary}{why}")
        }
        HistoryWords::DroppedBecause { because } => format!(" (dropped because: {because})"),
    }
}
