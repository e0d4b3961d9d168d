//! What a run says of itself: its summary, and why it could not begin or go on.

use super::{counted, counted_now, side};
use crate::words::{RunWords, Service};

pub(in crate::words) fn run(said: RunWords<'_>) -> String {
    match said {
        RunWords::Count(what, n) => counted(what, n),
        RunWords::Counted(what, n) => counted_now(what, n),
        RunWords::SideFailed(one) => format!("{} failed", side(one)),
        RunWords::ProjectNotRead { project } => format!("project {project} not read"),
        RunWords::SideAskedToWait(one) => format!("{} asked to wait", side(one)),
        RunWords::NothingToDo => "nothing to do".to_owned(),
        RunWords::NothingWritten => "nothing written".to_owned(),
        RunWords::Error => "error".to_owned(),
        RunWords::Colon => ": ".to_owned(),
        RunWords::Hint => "hint: ".to_owned(),
        RunWords::WhatToDo => "what to do".to_owned(),
        RunWords::Comma => ", ".to_owned(),
        RunWords::NoGuance => "no source is called guance: this command is about that one".to_owned(),
        RunWords::NoSuchSource { name, names } => format!("--only: no source is called {name:?}: there is {names}"),
        RunWords::AnotherRun => "another run is still working on this state file; nothing was done".to_owned(),
        RunWords::BudgetUsedUp => "this minute's request budget is used up; the next run continues".to_owned(),
        RunWords::CannotSync { side: one, why } => format!("cannot sync {}: {why}", side(one)),
        RunWords::FirstRun { begins } => format!("first run: issues opened before {begins} are not synced"),
        RunWords::FirstRunHint => "`guajira sync --since 7d` takes those of the last 7 days".to_owned(),
        RunWords::BudgetLeftSome => "  this minute's request budget is used up; the next run continues".to_owned(),
        RunWords::TimeLeftSome => "  the run's time is used up; the next run continues".to_owned(),
        RunWords::CheckLogin(Service::Guance) => "check [guance].api_key".to_owned(),
        RunWords::CheckLogin(Service::Source) => "check the api_key of its [[source]]".to_owned(),
        RunWords::CheckLogin(Service::Jira) => "check [jira.auth]".to_owned(),
        RunWords::NotATime { text } => format!(
            "{text:?} is not a time: use RFC 3339 (2026-11-22T08:00:00Z), \"YYYY-MM-DD\" or \"YYYY-MM-DD HH:MM\" in local \
             time, or how long ago: 90m, 2h, 7d"
        ),
        RunWords::NotALength => "it is no length of time such as 90s, 10m, 24h or 7d".to_owned(),
        RunWords::BadProxy { variable, section } => {
            format!("{variable}: is no address of a proxy, and would count for [{section}]")
        }
        RunWords::BadProxyHint { variable } => format!(
            "set {variable} to an address such as http://proxy.example.com:3128, with characters such as @ in a password \
             written as %40; or name the host in NO_PROXY"
        ),
        RunWords::CannotSetUp { section, why } => format!("cannot set up the connection to {section}: {why}"),
        RunWords::CheckCaFile { section } => format!("check [{section}].ca_file"),
        RunWords::InFuture { at } => format!("--since: {at} lies in the future"),
        RunWords::NotAfter { until, since } => format!("--until: {until} is not after --since, {since}"),
        RunWords::Reading(one) => format!("reading {} …", side(one)),
        RunWords::Progress { done, all, left } => {
            let left = left.map(|left| format!(", about {left} left")).unwrap_or_default();
            format!("{done} of {all} writes{left}")
        }
    }
}
