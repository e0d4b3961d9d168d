//! English.

use super::{Cut, Service, Written};

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
