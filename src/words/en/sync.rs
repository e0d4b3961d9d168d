//! The report of a run, below its summary.

use super::{side, stage};
use crate::words::SyncWords;

pub(in crate::words) fn sync(said: SyncWords<'_>) -> String {
    match said {
        SyncWords::ItemFailed { stage: at, summary, item, why } => {
            format!("  {}: {summary} ({item}): {why}", stage(at))
        }
        SyncWords::MoreUnreadable { count } => format!("  failed: {count} more records that could not be understood"),
        SyncWords::LeftOut { what } => format!("  left out: {what}"),
        SyncWords::NobodyFound { names } => format!("  no account found: {names}; add them to [people] in sync.toml"),
        SyncWords::PeopleOn { names, side: one } => format!("{names} on {}", side(one)),
        SyncWords::Clock { side: one, seconds, behind } => {
            let way = if behind { "behind" } else { "ahead of" };
            format!(
                "  clock: this machine is {seconds} s {way} {}; no data is lost, but let NTP set the clock",
                side(one)
            )
        }
        SyncWords::OverTheBrake { most } => format!(
            "  held: more new issues than a run may create (max_creates = {most}); `guajira sync --release` sends them"
        ),
        SyncWords::WhatOfDoubt => {
            "  in doubt: the service did not answer; the next run checks whether the write arrived".to_owned()
        }
        SyncWords::WhatOfFailing => {
            "  pending after a failure: later runs try again; `guajira status` says when".to_owned()
        }
        SyncWords::Interrupted => "  stopped before the end: the next run continues, or `guajira sync` now".to_owned(),
        SyncWords::HeldForLabel { summary, why } => format!("  held: {summary}: {why}"),
        SyncWords::Decide => "  decide once: `guajira adopt --script --created-by ACCOUNT` takes such issues over, \
                         `guajira sync --release` or [jira].script = \"none\" has guajira make its own"
            .to_owned(),
        SyncWords::FilesStay { count, why } => format!("  attachments that stay on jira: {count} ({why})"),
        SyncWords::Restricted => "restricted".to_owned(),
        SyncWords::WhatOfDead => "  dead: fix the cause (`guajira status`), then `guajira retry ID`; or \
                             `guajira drop ID --because TEXT`"
            .to_owned(),
        SyncWords::WouldTell { room, text } => format!("→ {room}: {text}"),
        SyncWords::AnswersLost { count } => {
            let what = if count == 1 {
                "1 message was sent without an answer".to_owned()
            } else {
                format!("{count} messages were sent without an answer")
            };
            format!("  {what}: sent once at most, it counts as sent; `guajira why ITEM` names the room")
        }
        SyncWords::WaitsUntil { side: one, until } => format!(
            "  {} asked to wait until {until}; a later run continues (`guajira retry --all` and a backfill do not wait)",
            side(one)
        ),
        SyncWords::NotCarried { count, why } => format!("  not carried: {count} ({why})"),
    }
}
