//! The page of `guajira status`.

use super::{column, side, stage};
use crate::words::{Read, StatusWords};

pub(in crate::words) fn status(said: StatusWords<'_>) -> String {
    match said {
        StatusWords::NoRunYet { path } => format!("no run yet in {path}"),
        StatusWords::ReadUpTo { side: one, at, from } => format!("{:<7} read up to {at}, from {from} on", side(one)),
        StatusWords::StatusWaits { side: one, until } => {
            format!("wait    {} asked to be left alone until {until}", side(one))
        }
        StatusWords::Linked { issues, comments } => {
            let issues = if issues == 1 { "1 issue".to_owned() } else { format!("{issues} issues") };
            let comments = if comments == 1 { "1 comment".to_owned() } else { format!("{comments} comments") };
            format!("linked  {issues}, {comments}")
        }
        StatusWords::ReadingEvery { what, pairs, hours, minutes } => {
            let what = match what {
                Read::Both => "replies and fields",
                Read::Replies => "replies",
                Read::Fields => "fields",
            };
            let within = match hours {
                1 => "hour".to_owned(),
                hours if hours < 48 => format!("{hours} hours"),
                hours => format!("{} days", hours / 24),
            };
            let pairs = if pairs == 1 { "1 issue".to_owned() } else { format!("{pairs} issues") };
            let every =
                if minutes % 60 == 0 { format!("{} hours", minutes / 60) } else { format!("{minutes} minutes") };
            format!("reading {what} of {pairs} active in the last {within}: every {every} or sooner")
        }
        StatusWords::Gone { side: one, jira, guance, since } => {
            let one = side(one);
            format!("gone    the {one} issue of {jira} ({guance}), since {since}: nothing is written to it")
        }
        StatusWords::Away { why, since } => format!("waits   {why} (since {since})"),
        StatusWords::Outbox { pending, failing, held, in_doubt, dead, dropped } => {
            let dropped = if dropped > 0 { format!(", {dropped} dropped") } else { String::new() };
            format!(
                "outbox  {pending} pending ({failing} failing), {held} held, {in_doubt} in doubt, {dead} dead{dropped}"
            )
        }
        StatusWords::Labelled { count } => {
            let what = if count == 1 { "1 new issue has".to_owned() } else { format!("{count} new issues have") };
            format!("held    {what} a Jira issue already that guajira did not make, by the label on it")
        }
        StatusWords::Stage(at) => stage(at).to_owned(),
        StatusWords::Column(head) => column(head).to_owned(),
        StatusWords::DeadNext => "dead: mend the cause, then `guajira retry ID`; or give it up with \
                           `guajira drop ID --because TEXT`"
            .to_owned(),
        StatusWords::HeldNext => "held: `guajira sync --release` sends them".to_owned(),
        StatusWords::InDoubtNext => "in doubt: nothing to do; the next run looks whether they arrived".to_owned(),
        StatusWords::FailingNext => {
            "pending after a failure: nothing to do; they are tried again, `guajira retry ID` lets \
                              them go at once"
                .to_owned()
        }
        StatusWords::Reason { key, more: 0, why } => format!("{key}: {why}"),
        StatusWords::Reason { key, more, why } => format!("{key} and {more} more: {why}"),
    }
}
