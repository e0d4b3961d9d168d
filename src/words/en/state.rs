//! The state file: `guajira state`, and a file that cannot be opened.

use super::side;
use crate::words::StateWords;

pub(in crate::words) fn state(said: StateWords<'_>) -> String {
    match said {
        StateWords::CannotOpen { path, why } => format!("cannot open {path}: {why}"),
        StateWords::StateFile { path, bytes, version } => format!("file    {path}, {bytes} bytes, version {version}"),
        StateWords::StateOf { side: one, what } => format!("{:<7} {what}", side(one)),
        StateWords::StatePair { pair, formerly } => {
            let formerly = formerly.map(|former| format!(", formerly {former}")).unwrap_or_default();
            format!("pair    {pair}{formerly}")
        }
        StateWords::BelongsToNobody => "belongs to no services yet: the next run finds out".to_owned(),
        StateWords::Markers { proven, missing } => {
            let pairs = |n: usize| if n == 1 { "1 pair".to_owned() } else { format!("{n} pairs") };
            let missing = match missing {
                0 => String::new(),
                n => format!("; the issues of {} are not there", pairs(n)),
            };
            format!("on Jira {} carry their markers{missing}", pairs(proven))
        }
        StateWords::BelongedTo { jira, guance } => format!("the state belonged to {jira} and {guance}"),
        StateWords::BelongsTo { jira, guance, dry_run: true } => {
            format!("the state would belong to {jira} and {guance}")
        }
        StateWords::BelongsTo { jira, guance, dry_run: false } => {
            format!("the state belongs now to {jira} and {guance}")
        }
        StateWords::Copied { from, to } => {
            format!("copied {from} to {to}; let [sync].state name the one that is to go on")
        }
        StateWords::CannotCopy { from, to, why } => format!("cannot copy {from} to {to}: {why}"),
        StateWords::StateBusy => "another run works with this state: nothing was changed".to_owned(),
        StateWords::StateBusyHint => "try again when it has ended".to_owned(),
    }
}
