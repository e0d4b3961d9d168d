//! The adapters against the fakes and against published answers.

mod alerts;
mod guance;
mod guance_events;
mod incidents;
mod jira;
mod piped;
mod notify;
mod rig;

use guajira_fakes::server::Recorded;

use crate::golden::{Line, line};

/// Returns the writes among these requests as lines of a golden file.
fn requests(what: &str, recorded: Vec<Recorded>) -> impl Iterator<Item = Line> {
    let writes = recorded.into_iter().filter(|one| one.write).enumerate();
    writes.map(move |(n, one)| line(format!("{what} {n}"), format!("{} {} {}", one.method, one.path, one.body)))
}
