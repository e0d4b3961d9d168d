//! What `sync -q` says: what is new, what still fails, what works again.

use super::{side, stage};
use crate::words::NewsWords;

pub(in crate::words) fn news(said: NewsWords<'_>) -> String {
    match said {
        NewsWords::StillSince { since } => format!("still, since {since}: "),
        NewsWords::Failed { since, stage: at, summary, item, why } => {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("  {since}{}: {summary} ({item}){why}", stage(at))
        }
        NewsWords::Unreadable { since, record, why } => format!("  {since}unreadable {record}: {why}"),
        NewsWords::AndMore { count } => format!("  and {count} more: see `guajira status`"),
        NewsWords::WorksAgain { what, since } => format!("works again: {what} (told since {since})"),
        NewsWords::Side(one) => side(one).to_owned(),
        NewsWords::ReadingProject { project } => format!("reading project {project}"),
        NewsWords::ReadingRecord { record } => format!("reading {record}"),
        NewsWords::IsWritten { summary } => format!("{summary} is written"),
    }
}
