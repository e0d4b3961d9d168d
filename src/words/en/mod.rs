//! English.

mod run;
mod summary;
mod sync;
mod usage;
mod news;
mod status;
mod adopt;
mod check;
mod config;
mod explain;
mod field;
mod health;
mod hint;
mod items;
mod kept;
mod history;
mod note;
mod notify;
mod plan;
mod state;
mod init;

pub(super) use adopt::{adopt, adopt_error, left};
pub(super) use check::{check, fine, mend, tested, wrong};
pub(super) use config::{
    command_fault, config_fault, config_hint, config_place, config_warning, flaw, secret_fault, secret_flaw,
    secret_place, wanted,
};
pub(super) use explain::explain;
pub(super) use field::field_reason;
pub(super) use health::health;
pub(super) use hint::{hint, item_hint, jira_hint, state_hint};
pub(super) use history::history;
pub(super) use init::init;
pub(super) use items::items;
pub(super) use kept::kept;
pub(super) use news::news;
pub(super) use note::note;
pub(super) use notify::{message_words, notify_hint};
pub(super) use plan::plan;
pub(super) use run::run;
pub(super) use state::state;
pub(super) use status::status;
pub(super) use summary::summary;
pub(super) use sync::sync;
pub(super) use usage::usage;

use super::{Column, Count, Cut, Service, Stage, Why, Written};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(Service::Guance) => "Guance".to_owned(),
        Written::Name(Service::Jira) => "Jira".to_owned(),
        Written::LinkBack => "Guance: ".to_owned(),
        Written::DeletedOn(Service::Guance) => "deleted on Guance".to_owned(),
        Written::DeletedOn(Service::Jira) => "deleted on Jira".to_owned(),
        Written::Somebody => "somebody".to_owned(),
        Written::StatusSet { status, at } => format!(" set the issue to {status} on Guance · {at}"),
        Written::TitleNow { title } => format!("The title on Guance is now: {title}"),
        Written::BodyNow => "The description on Guance is now:".to_owned(),
        Written::Repeats { count: 1, last } => format!("The monitor repeated this alarm once, last at {last}."),
        Written::Repeats { count, last } => format!("The monitor repeated this alarm {count} times, last at {last}."),
        Written::NoRepeats => "No repeat of the monitor's alarm is left.".to_owned(),
        Written::Mirrors => "mirrors".to_owned(),
        Written::ReadCut => "… (cut: the text goes on in the original)".to_owned(),
    }
}

pub(super) const CUT: Cut =
    Cut { begins: "… (cut", alone: "… (cut)", before: "… (cut; the full text is there: ", behind: ")" };

fn side(service: Service) -> &'static str {
    match service {
        Service::Guance => "guance",
        Service::Jira => "jira",
    }
}

fn counted(what: Count, n: usize) -> String {
    let (one, many) = match what {
        Count::IssuesCreated => ("issue created", "issues created"),
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
        Why::Restricted(why) => format!("restricted: {why}"),
        Why::NoRoute => "no [[route]] takes it (see guajira check --explain)".to_owned(),
        Why::RouteUnclear { number, why } => format!("the `when` of [[route]] number {number} goes wrong: {why}"),
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
        Why::NotOurs => "the copy carries guajira's marker no more, and is left alone".to_owned(),
        Why::BothChanged { field, newer } => {
            format!("the {field} was changed on both sides; the newer change, on {}, wins", side(newer))
        }
        Why::PriorityByHand => "the priority was changed on Jira by hand, and stays".to_owned(),
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
