//! The page of `guajira report`.

use super::side;
use crate::words::PageWords;

pub(in crate::words) fn page(said: PageWords<'_>) -> String {
    match said {
        PageWords::Period { since, until } => format!("{since} to {until}"),
        PageWords::Made { version } => format!("Made by guajira {version} from its state. No service was asked."),
        PageWords::NeedsPerson { count: 1 } => "1 write or message needs a person".to_owned(),
        PageWords::NeedsPerson { count } => format!("{count} writes or messages need a person"),
        PageWords::SideFails { side: one, line, since } => format!("[{line}] {} fails since {since}", side(one)),
        PageWords::CarriedDesc { count, jira, source } => {
            format!("{count} writes in this period: {jira} to Jira, {source} to the source.")
        }
        PageWords::DelaysDesc { count, half, most } => format!(
            "{count} writes. Half of them were written within {half}, nine of ten within {most}, counted from when a run found them."
        ),
        PageWords::UpTo { time } => format!("up to {time}"),
        PageWords::MoreItems { count } => format!("and {count} more: `guajira status --all`"),
        PageWords::Fails { side: one, since } => format!("{} fails since {since}", side(one)),
        PageWords::RunsDesc { good, bad } => format!("{good} good runs, {bad} others."),
        PageWords::Written { path } => format!("written: {path}"),
        PageWords::CannotWrite { path, why } => format!("{path} cannot be written: {why}"),
        PageWords::Brief { line, carried, half, waiting, person } => format!(
            "[{line}] {carried} written, half of them within {half}; {waiting} waiting, {person} that need a person"
        ),
        other => plain(other).to_owned(),
    }
}

fn plain(said: PageWords<'_>) -> &'static str {
    match said {
        PageWords::Title => "Sync report",
        PageWords::AllWell => "Nothing needs a person",
        PageWords::NoRun => "No run yet",
        PageWords::Overview => "Overview",
        PageWords::Line => "Source",
        PageWords::Pairs => "Pairs",
        PageWords::Comments => "Comments linked",
        PageWords::Carried => "Written",
        PageWords::Waiting => "Waiting",
        PageWords::NeedPerson => "Need a person",
        PageWords::LastGood => "Last good run",
        PageWords::Never => "none yet",
        PageWords::CarriedWhen => "What was written, and when",
        PageWords::ToJira => "to Jira",
        PageWords::ToSource => "to the source",
        PageWords::Nothing => "Nothing in this period.",
        PageWords::Begins => "From",
        PageWords::Delays => "How long it took",
        PageWords::HowLong => "Time",
        PageWords::Writes => "Writes",
        PageWords::Longer => "longer",
        PageWords::Backlog => "What waits now",
        PageWords::Pending => "pending",
        PageWords::Failing => "of them failed before",
        PageWords::Held => "held",
        PageWords::InDoubt => "in doubt",
        PageWords::Dead => "dead",
        PageWords::Messages => "messages waiting",
        PageWords::Attention => "What needs attention",
        PageWords::AttentionNone => "Nothing failed, and nothing is held.",
        PageWords::What => "What",
        PageWords::Why => "Why",
        PageWords::Mend => "What to do",
        PageWords::Budget => "Requests to the source in the last hour",
        PageWords::Purpose => "For",
        PageWords::Requests => "Requests",
        PageWords::Lists => "Lists",
        PageWords::Threads => "Threads",
        PageWords::Issues => "Single issues",
        PageWords::Names => "Names",
        PageWords::Files => "Files",
        PageWords::Runs => "Runs",
        PageWords::GoodRuns => "good",
        PageWords::BadRuns => "not good",
        PageWords::Began => "Began",
        PageWords::Took => "Took",
        PageWords::Result => "Result",
        PageWords::AsTable => "as a table",
        _ => "",
    }
}
