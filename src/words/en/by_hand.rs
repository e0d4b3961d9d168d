//! `guajira reply`, `push`, `link` and `unlink`.

use super::side;
use crate::words::{HandError, HandWords};

pub(in crate::words) fn by_hand(said: HandWords<'_>) -> String {
    match said {
        HandWords::Posted { side: one, copy, name } => format!("posted on {} as {copy} ({name})", side(one)),
        HandWords::PostedAgain { name } => {
            format!("the same was posted on {name} a moment ago; it is not posted twice")
        }
        HandWords::PostedLater { name } => {
            format!("queued for {name}: another run is at work, and that or the next run posts it")
        }
        HandWords::WaitsOn { side: one, name, why } => format!("not posted on {} yet ({name}): {why}", side(one)),
        HandWords::Created { item, name } => format!("{item} is {name} on jira"),
        HandWords::Joined { item, name } => format!(
            "{item} is counted in {name}, which is open and has the same problem; `guajira push {item}` again gives it \
             a Jira issue of its own"
        ),
        HandWords::HasIssue { item, name } => format!("{item} has a Jira issue already: {name}"),
        HandWords::CreateWaits { item, why } => format!("the Jira issue of {item} is not created yet: {why}"),
        HandWords::NextRun => "it waits for the next run".to_owned(),
        HandWords::Linked { item, name } => format!("{item} and {name} are a pair now"),
        HandWords::LinkedBefore { item, name } => format!("{item} and {name} are a pair already"),
        HandWords::LinkedNext => "the next run reads both threads and copies what is missing".to_owned(),
        HandWords::OtherProject { name, projects } => {
            format!("{name} is in no project of a route ({projects})")
        }
        HandWords::OtherProjectHint => {
            "guajira notices changes of this issue only when it reads it in turn; add a [[route]] of its project".to_owned()
        }
        HandWords::NotMarked { name, why } => format!("{name} could not be marked: {why}"),
        HandWords::NotMarkedHint => {
            "the pair holds; but a run without this state file would not know it. Let the Jira account edit the issue, and \
             give the command again"
                .to_owned()
        }
        HandWords::Unlinked { item, name } => {
            format!("{item} and {name} are no pair any more; nothing is written to either")
        }
        HandWords::UnlinkedBefore { item, name } => format!("{item} and {name} were taken apart before"),
        HandWords::MarkStays { name, why } => format!("the marker on {name} could not be taken off: {why}"),
        HandWords::MarkStaysHint { command } => {
            format!("this state file knows that the pair was taken apart; one that is made anew would not. Repeat `{command}`")
        }
    }
}

pub(in crate::words) fn hand_error(said: &HandError) -> String {
    match said {
        HandError::NoReply => "the argument is not of the form '#ITEM#TEXT'".to_owned(),
        HandError::NoReplyHint => {
            "write the item between two signs #, and the text behind them: '#OPS-12#looking at it'".to_owned()
        }
        HandError::TooLong { count, most } => format!("the text has {count} characters; at most {most} are posted"),
        HandError::TooLongHint => "shorten the text, or give it in parts".to_owned(),
        HandError::Unknown { item } => format!("{item} is in no pair"),
        HandError::UnknownHint => {
            "name an item that was synced: its own id, or its Jira issue, such as OPS-12; `guajira why` tells what is known"
                .to_owned()
        }
        HandError::ManyPairs { item, pairs } => format!("{item} names several pairs: {pairs}"),
        HandError::ManyPairsHint => "name the Jira issue of the one that is meant".to_owned(),
        HandError::NoItem { item } => format!("no source has an item {item}"),
        HandError::NoItemHint => {
            "name the item by the id that its source gives it: issue_…, or the id of an event or alert".to_owned()
        }
        HandError::NoSuchRoute { number, count } => {
            format!("there is no route number {number}; the source has {count}")
        }
        HandError::NoSuchRouteHint => "routes are counted from 1, in the order of the configuration".to_owned(),
        HandError::TakenApart { item, name } => {
            format!("the pair of {item} and {name} was taken apart: nothing is written to either")
        }
        HandError::TakenApartHint => "`guajira link ITEM JIRA-KEY` makes a pair again".to_owned(),
        HandError::TakenOver { item, name } => {
            format!("{name} goes on with another item: nothing is written for {item} any more")
        }
        HandError::PairGone { item, name } => format!("{item} or {name} is gone: nothing is written to either"),
        HandError::PairGoneHint => "`guajira why` tells which, and since when".to_owned(),
        HandError::PairClosed { name } => format!("{name} is in its closed status: nothing is written to it"),
        HandError::PairClosedHint => "open the Jira issue again, or write there by hand".to_owned(),
        HandError::PairAway { name, why } => format!("nothing can be written to {name} now: {why}"),
        HandError::ItemPaired { item, name } => format!("{item} is in a pair with {name} already"),
        HandError::JiraPaired { name, item } => format!("{name} is in a pair with {item} already"),
        HandError::PairedHint { item } => format!("take that pair apart first: `guajira unlink {item}`"),
        HandError::MarkedForAnother { name, item } => format!("{name} carries the marker of {item}: it is its copy"),
        HandError::MarkedHint => {
            "let a run find that pair, take it apart with `guajira unlink`, and give the command again".to_owned()
        }
        HandError::AnswerLost { item } => {
            format!("the Jira issue of {item} was asked for and not answered: it may be there already")
        }
        HandError::AnswerLostHint => "`guajira sync` looks it up; then give the command again".to_owned(),
        HandError::NoJiraIssue { name } => format!("{name} cannot be read on Jira"),
        HandError::NoJiraIssueHint => {
            "name the issue by its key, such as OPS-12, and let the Jira account of guajira see it".to_owned()
        }
    }
}
