//! The page of `guajira status`.

use super::{column, side, stage};
use crate::words::{Read, StatusWords};

pub(in crate::words) fn status(said: StatusWords<'_>) -> String {
    match said {
        StatusWords::NoRunYet { path } => format!("no run yet in {path}"),
        StatusWords::ReadUpTo { side: one, at, ago, from } => {
            let ago = ago.map(|ago| format!(" ({ago} ago)")).unwrap_or_default();
            format!("{:<7} newest change seen: {at}{ago}; watched since {from}", side(one))
        }
        StatusWords::StatusWaits { side: one, until } => {
            format!("wait    {} asked to wait until {until}", side(one))
        }
        StatusWords::Linked { issues, comments, continued, joined } => {
            let issues = if issues == 1 { "1 issue".to_owned() } else { format!("{issues} issues") };
            let comments = if comments == 1 { "1 comment".to_owned() } else { format!("{comments} comments") };
            format!("linked  {issues}, {comments}{}{}", left(continued), joined_to(joined))
        }
        StatusWords::ReadingEvery { what, pairs, hours, minutes } => reading_every(what, pairs, hours, minutes),
        StatusWords::ListTells(tells) => list_tells(tells).to_owned(),
        StatusWords::Spent { lists, threads, issues, writes, files, names } => {
            spent([lists, threads, issues, writes, files, names])
        }
        StatusWords::Gone { side: one, jira, guance, since } => {
            format!(
                "gone    {jira} ({guance}) is not on {} any more, since {since}: nothing is written to it",
                side(one)
            )
        }
        StatusWords::Away { why, since } => format!("waits   {why} (since {since})"),
        StatusWords::Outbox { pending: 0, failing: 0, held: 0, in_doubt: 0, dead: 0, dropped: 0 } => {
            "outbox  empty".to_owned()
        }
        StatusWords::Outbox { pending, failing, held, in_doubt, dead, dropped } => {
            let dropped = if dropped > 0 { format!(", {dropped} dropped") } else { String::new() };
            format!(
                "outbox  {pending} pending ({failing} failing), {held} held, {in_doubt} in doubt, {dead} dead{dropped}"
            )
        }
        StatusWords::Messages { waiting, failing, dead, dropped } => {
            let dropped = if dropped > 0 { format!(", {dropped} dropped") } else { String::new() };
            format!("rooms   {waiting} messages waiting ({failing} failing), {dead} dead{dropped}")
        }
        StatusWords::Labelled { count } => {
            let what = if count == 1 { "1 new issue has".to_owned() } else { format!("{count} new issues have") };
            format!("held    {what} a Jira issue already that guajira did not make, by the label on it")
        }
        StatusWords::Stage(at) => stage(at).to_owned(),
        StatusWords::Side(one) => side(one).to_owned(),
        StatusWords::Column(head) => column(head).to_owned(),
        StatusWords::MoreRows { count } => format!(" … and {count} more: `guajira status --all`"),
        StatusWords::DeadNext => "dead: fix the cause, then `guajira retry ID`; or give it up with \
                           `guajira drop ID --because TEXT`"
            .to_owned(),
        StatusWords::HeldNext => "held: `guajira sync --release` sends them".to_owned(),
        StatusWords::InDoubtNext => "in doubt: nothing to do; the next run checks whether they arrived".to_owned(),
        StatusWords::FailingNext => {
            "pending after a failure: nothing to do; later runs try again, and `guajira retry ID` \
                              sends one with the next run"
                .to_owned()
        }
        StatusWords::Reason { key, more: 0, why } => format!("{key}: {why}"),
        StatusWords::Reason { key, more, why } => format!("{key} and {more} more: {why}"),
    }
}

fn reading_every(what: Read, pairs: u64, hours: i64, minutes: u64) -> String {
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
    let every = match minutes {
        1 => "minute".to_owned(),
        60 => "hour".to_owned(),
        minutes if minutes % 60 == 0 => format!("{} hours", minutes / 60),
        minutes => format!("{minutes} minutes"),
    };
    format!("reading {what} of {pairs} active in the last {within}: every {every} or sooner")
}

fn list_tells(tells: Option<bool>) -> &'static str {
    match tells {
        Some(true) => "replies Guance's list tells of a reply: its thread is read in the next run",
        Some(false) => "replies Guance's list does not tell of them: threads are read in turn",
        None => "replies it is not known yet whether Guance's list tells of them: threads are read in turn",
    }
}

/// Lists, threads, single issues, writes, files, names.
fn spent(requests: [u64; 6]) -> String {
    let names = ["lists", "threads", "single issues", "writes", "files", "names"];
    let told = requests.into_iter().zip(names).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, what)| format!("{count} for {what}")).collect();
    let sum: u64 = requests.into_iter().sum();
    let requests = if sum == 1 { "1 request".to_owned() } else { format!("{sum} requests") };
    format!("budget  {requests} to Guance in the last hour: {}", told.join(", "))
}

/// Says how many issues have left their Jira issue to a later one.
fn joined_to(joined: u64) -> String {
    match joined {
        0 => String::new(),
        1 => "; 1 issue is counted in the open Jira issue of another".to_owned(),
        _ => format!("; {joined} issues are counted in the open Jira issues of others"),
    }
}

fn left(count: u64) -> String {
    match count {
        0 => String::new(),
        1 => "; 1 issue has left its Jira issue to a later one".to_owned(),
        count => format!("; {count} issues have left their Jira issues to later ones"),
    }
}
