//! English.

mod run;
mod summary;
mod sync;
mod take;
mod page;
mod signals;
mod usage;
mod news;
mod status;
mod adopt;
mod alerts;
mod check;
mod config;
mod explain;
mod field;
mod health;
mod hint;
mod items;
mod by_hand;
mod kept;
mod history;
mod note;
mod piped;
mod notify;
mod plan;
mod state;
mod init;
mod login;
mod adapter;
mod call;
mod engine;
mod made;

pub(super) use adapter::{guance_fault, hidden, jira_fault, less};
pub(super) use adopt::{adopt, adopt_error, left};
pub(super) use alerts::{alerts_fine, alerts_hint, alerts_mend, alerts_tested, alerts_wrong};
pub(super) use by_hand::{by_hand, hand_error};
pub(super) use call::{call_fault, cause, list_fault};
pub(super) use check::{check, fine, mend, tested, wrong};
pub(super) use config::{
    command_fault, config_fault, config_hint, config_place, config_warning, field_flaw, flaw, secret_fault,
    secret_flaw, secret_place, wanted,
};
pub(super) use engine::engine_fault;
pub(super) use explain::explain;
pub(super) use field::field_reason;
pub(super) use health::health;
pub(super) use hint::{hint, item_hint, jira_hint, state_hint};
pub(super) use history::history;
pub(super) use init::init;
pub(super) use items::items;
pub(super) use kept::kept;
pub(super) use login::{auth, key_flaw, oauth_hint};
pub(super) use made::{length, template_fault};
pub(super) use news::news;
pub(super) use note::note;
pub(super) use notify::{message_words, notify_hint};
pub(super) use page::page;
pub(super) use piped::{event_flaw, piped, piped_fault};
pub(super) use plan::plan;
pub(super) use run::run;
pub(super) use signals::signals;
pub(super) use state::state;
pub(super) use status::status;
pub(super) use summary::summary;
pub(super) use sync::sync;
pub(super) use take::take;
pub(super) use usage::usage;

use super::{Column, Count, Cut, Origin, Service, Stage, Why, Written};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(Origin::Piped) => "alarm source".to_owned(),
        Written::Name(service) => origin(service).to_owned(),
        Written::LinkBack(Origin::Piped) => "Alarm source: ".to_owned(),
        Written::LinkBack(service) => format!("{}: ", origin(service)),
        Written::DeletedOn(service) => format!("deleted on {}", origin(service)),
        Written::Somebody => "somebody".to_owned(),
        Written::StatusSet { on, status, at } => format!(" set the issue to {status} on {} · {at}", origin(on)),
        Written::TitleNow { on, title } => format!("The title on {} is now: {title}", origin(on)),
        Written::BodyNow(on) => format!("The description on {} is now:", origin(on)),
        Written::Repeats { count: 1, last } => format!("The monitor repeated this alarm once, last at {last}."),
        Written::Repeats { count, last } => format!("The monitor repeated this alarm {count} times, last at {last}."),
        Written::NoRepeats => "No repeat of the monitor's alarm is left.".to_owned(),
        Written::Occurrence { number } => format!("The alert occurred again: {number} times so far."),
        Written::Joined { count: 0 } => "No other issue with the same problem is open any more.".to_owned(),
        Written::Joined { count: 1 } => "One more issue with the same problem is open: ".to_owned(),
        Written::Joined { count } => format!("{count} more issues with the same problem are open. The last one: "),
        Written::GoesOn => {
            "The issue before has ended, and this one has the same problem, so it goes on here:".to_owned()
        }
        Written::Again => "The same problem is there again, so this issue goes on with it:".to_owned(),
        Written::Chat => "chat".to_owned(),
        Written::Mirrors => "mirrors".to_owned(),
        Written::ReadCut => "… (cut: the text goes on in the original)".to_owned(),
    }
}

pub(super) const CUT: Cut =
    Cut { begins: "… (cut", alone: "… (cut)", before: "… (cut; the full text is there: ", behind: ")" };

/// Returns the name of a system within a sentence.
fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Guance => "Guance",
        Origin::Jira => "Jira",
        Origin::Jsm => "JSM",
        Origin::Opsgenie => "Opsgenie",
        Origin::Piped => "the alarm source",
    }
}

fn side(service: Service) -> &'static str {
    match service {
        Service::Guance => "guance",
        Service::Jira => "jira",
        Service::Source => "source",
    }
}

fn counted(what: Count, n: usize) -> String {
    let (one, many) = match what {
        Count::IssuesCreated => ("issue created", "issues created"),
        Count::IssuesContinued => ("issue continued", "issues continued"),
        Count::IssuesJoined => ("issue counted in an open one", "issues counted in open ones"),
        Count::CommentsCopied => ("comment copied", "comments copied"),
        Count::CommentsEdited => ("comment edited", "comments edited"),
        Count::CommentsDeleted => ("comment deleted", "comments deleted"),
        Count::FilesCopied => ("attachment copied", "attachments copied"),
        Count::FieldsChanged => ("field changed", "fields changed"),
        Count::Conflicts => ("conflict", "conflicts"),
        Count::LinksSet => ("link set", "links set"),
        Count::FoundDone => ("found done already", "found done already"),
        Count::Recognised => ("copy recognised", "copies recognised"),
        Count::FoundLate => ("found late", "found late"),
        Count::Released => ("released", "released"),
        Count::MessagesSent => ("message sent", "messages sent"),
        Count::MessagesDead => ("message refused", "messages refused"),
        Count::Failed => ("failed", "failed"),
        Count::Pending => ("pending", "pending"),
        Count::Held => ("held by the brake", "held by the brake"),
        Count::InDoubt => ("in doubt", "in doubt"),
        Count::Dead => ("dead", "dead"),
        Count::HeldForLabel => ("held for an issue that carries its uuid", "held for issues that carry their uuids"),
        Count::Planned => ("write planned", "writes planned"),
    };
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Counts as a run's report shows it; what [`counted`] says is kept.
fn counted_now(what: Count, n: usize) -> String {
    let many = |one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    match what {
        Count::FoundDone => many("write in doubt had arrived", "writes in doubt had arrived"),
        Count::Recognised => many("existing copy found again", "existing copies found again"),
        Count::Released => many("released from the brake", "released from the brake"),
        other => counted(other, n),
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Pending => "pending",
        Stage::Held => "held",
        Stage::InDoubt => "in doubt",
        Stage::InFlight => "in flight",
        Stage::Dead => "dead",
        Stage::Dropped => "dropped",
        Stage::Failed => "failed",
    }
}

pub(super) fn why(why: Why<'_>) -> String {
    match why {
        Why::FlowOff(flow) => format!("flow.{flow} is off"),
        Why::Echo => "our own writing".to_owned(),
        Why::Unchanged => "already carried".to_owned(),
        Why::Queued => "already waiting to be sent".to_owned(),
        Why::InDoubt => "an earlier write about it may have happened; it is looked up first".to_owned(),
        Why::MayBeThere => {
            "written before guajira's state began: a copy may be there already, and cannot be looked for".to_owned()
        }
        Why::Restricted { hidden } => format!("restricted: {hidden}"),
        Why::NoRoute => "no [[route]] takes it (see guajira check --explain)".to_owned(),
        Why::RouteUnclear { number, template } => {
            format!("the `when` of [[route]] number {number} goes wrong: {template}")
        }
        Why::LevelNotListed(level) => format!("level {level} is not listed in [route.priority]"),
        Why::OutsideWindow => {
            "opened before the time this sync begins at; `guajira sync --since 7d` takes 7 days of them".to_owned()
        }
        Why::SecondClaim => "carries the marker of something that has another copy, or is not there".to_owned(),
        Why::TooLarge(what) => format!("attachment {what} (flow.max_attachment)"),
        Why::Dead => "refused earlier and unchanged since (see guajira retry)".to_owned(),
        Why::Closed(status) => format!("the Jira issue is in the closed status {status}"),
        Why::Deleted => "it was deleted before it was sent".to_owned(),
        Why::Repeat => "a monitor's repeated alarm (route.repeats)".to_owned(),
        Why::Gone => "one of the two issues is gone".to_owned(),
        Why::Unlinked => "the pair was taken apart by hand (guajira unlink)".to_owned(),
        Why::NotOurs => "the copy carries guajira's marker no more, and is left alone".to_owned(),
        Why::BothChanged { field, newer } => {
            format!("the {field} was changed on both sides; the newer change, on {}, wins", side(newer))
        }
        Why::PriorityByHand => "the priority was changed on Jira by hand, and stays".to_owned(),
        Why::FieldByHand { name } => {
            format!("the field {name} was changed on Jira by hand, and stays (keep in [route.fields])")
        }
        Why::FieldNotTold { name } => {
            format!(
                "Jira does not tell what the field {name} says, so nothing is written over it (keep in [route.fields])"
            )
        }
        Why::ByHand(field) => {
            format!("the {field} was changed on Jira by hand, and stays; a comment tells the new one")
        }
        Why::NobodyFound { names, on } => format!("no account on {} is {names} (see [people])", side(on)),
    }
}

pub(super) fn column(column: Column) -> &'static str {
    match column {
        Column::Stage => "STAGE",
        Column::Item => "ITEM",
        Column::Tries => "TRIES",
        Column::NextTry => "NEXT TRY",
        Column::What => "WHAT",
        Column::Why => "WHY",
        Column::UnreadableOn => "UNREADABLE ON",
        Column::Run => "RUN",
        Column::Began => "BEGAN",
        Column::Took => "TOOK",
        Column::Result => "RESULT",
    }
}
