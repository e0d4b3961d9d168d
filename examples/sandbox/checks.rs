//! The end of the story, asked of the services themselves: what was shown is what must be.

use std::collections::BTreeMap;

use guajira::state::Backlog;
use guajira_fakes::server::Recorded;

use crate::page::{self, Ink};
use crate::stage::{Ran, Stage};
use crate::story::{SECRET, Told};
use crate::views::{self, Post, Ticket};

/// Checks everything and prints a line for each claim; returns false when one is wrong.
pub(crate) fn all_hold(stage: &Stage, told: &Told) -> bool {
    let (guance, jira) = (views::guance(stage), views::jira(stage));
    let claims = [
        ("each issue is in Jira exactly once, with title and description", issues(told, &guance, &jira)),
        ("each comment and reply is on the other side exactly once, word for word", threads(&guance, &jira)),
        ("the restricted comment was never sent to Guance", stayed(&stage.guance.recorded())),
        ("nobody was mentioned by guajira, so nobody was pinged", unpinged(stage)),
        (
            "a run with nothing to do asks Guance for its list and once for each open thread, and Jira twice",
            cheap(told),
        ),
        ("no run asked Guance for the same thing twice", thrifty(told)),
        ("without its state file, guajira wrote nothing again", unrepeated(told)),
        ("no run failed, and neither service refused a write", accepted(stage, told)),
    ];
    let mut all = true;
    for (claim, result) in claims {
        match result {
            Ok(()) => page::paragraph(Ink::Green, &format!("✓ {claim}")),
            Err(why) => {
                all = false;
                page::paragraph(Ink::Yellow, &format!("✗ {claim}: {why}"));
            }
        }
    }
    all
}

fn issues(told: &Told, guance: &[Ticket], jira: &[Ticket]) -> Result<(), String> {
    if jira.len() != told.carried.len() {
        return Err(format!("{} issues in Jira instead of {}", jira.len(), told.carried.len()));
    }
    for id in &told.carried {
        let original = guance.iter().find(|ticket| ticket.id == *id).ok_or("an issue left Guance")?;
        let copies: Vec<&Ticket> = jira.iter().filter(|ticket| ticket.labels.contains(id)).collect();
        let [copy] = copies.as_slice() else { return Err(format!("{} copies of {}", copies.len(), original.title)) };
        let body = page::plain(&copy.body);
        if copy.title != original.title || !body.starts_with(&page::plain(&original.body)) || !body.contains(id) {
            return Err(format!("{} reads differently: {body}", original.title));
        }
    }
    let leaked = told.kept.iter().any(|id| jira.iter().any(|ticket| ticket.labels.contains(id)));
    if leaked { Err("an issue came that should have stayed".to_owned()) } else { Ok(()) }
}

fn threads(guance: &[Ticket], jira: &[Ticket]) -> Result<(), String> {
    let mut count = 0;
    for right in jira {
        let left = guance.iter().find(|ticket| right.labels.contains(&ticket.id)).ok_or("an issue without original")?;
        for (from, to) in [(left, right), (right, left)] {
            let originals: Vec<&Post> = from.posts.iter().filter(|p| !p.ours && p.only_for.is_none()).collect();
            let copies = to.posts.iter().filter(|post| post.ours).count();
            if copies != originals.len() {
                return Err(format!("{copies} copies of {} in the thread of {}", originals.len(), right.name));
            }
            for original in originals {
                let n = to.posts.iter().filter(|post| post.is_copy_of(original)).count();
                if n != 1 {
                    return Err(format!("{n} copies of what {} wrote on {}", original.author, right.name));
                }
                count += 1;
            }
        }
    }
    if count == 3 { Ok(()) } else { Err(format!("{count} instead of 3 were written")) }
}

/// Looks at everything that Guance was ever sent, not only at what it shows.
fn stayed(sent: &[Recorded]) -> Result<(), String> {
    let words: Vec<&str> = SECRET.split("; ").collect();
    let leaked = sent.iter().any(|request| words.iter().any(|words| request.body.to_string().contains(words)));
    if leaked { Err("it is in a request".to_owned()) } else { Ok(()) }
}

fn unpinged(stage: &Stage) -> Result<(), String> {
    let sent = stage.guance.recorded().into_iter().chain(stage.jira.recorded()).filter(|request| request.write);
    let pings = |body: &str| ["\"type\":\"mention\"", "[~", "at-user"].iter().any(|sign| body.contains(sign));
    match sent.map(|request| request.body.to_string()).find(|body| pings(body)) {
        Some(body) => Err(body),
        None => Ok(()),
    }
}

fn cheap(told: &Told) -> Result<(), String> {
    let [_, _, _, idle, _] = &told.runs;
    let (guance, jira) = (idle.guance_requests, idle.jira_requests);
    let quiet = idle.report.written() == 0;
    // Guance's list need not tell of replies: what a minute leaves goes to the threads.
    let most = 1 + told.carried.len();
    if guance <= most && jira <= 2 && quiet { Ok(()) } else { Err(format!("{guance} and {jira}")) }
}

fn thrifty(told: &Told) -> Result<(), String> {
    match told.runs.iter().flat_map(|run| &run.asked_twice).next() {
        Some(request) => Err(request.clone()),
        None => Ok(()),
    }
}

fn unrepeated(told: &Told) -> Result<(), String> {
    let [.., Ran { report, .. }] = &told.runs;
    if report.written() == 0 && report.is_good() { Ok(()) } else { Err(report.summary()) }
}

fn accepted(stage: &Stage, told: &Told) -> Result<(), String> {
    if let Some(run) = told.runs.iter().find(|run| !run.report.is_good() || run.report.backlog != Backlog::default()) {
        return Err(run.report.summary());
    }
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for request in stage.refused() {
        *refused.entry(format!("{} {} {:?}", request.method, request.path, request.status)).or_default() += 1;
    }
    if refused.is_empty() { Ok(()) } else { Err(format!("{refused:?}")) }
}
