//! What of Jira is away: projects that a search does not know, which are read from where they were lost once they are back, and
//! what is archived, to which nothing is written meanwhile. What waits for them is kept back by the outbox itself
//! (`State::ready`); here it is found out, and asked for again.

use chrono::{DateTime, Utc};

use super::memory::Trust;
use super::queue::{LATER, put_back, try_later};
use super::run::{Run, Trouble};
use crate::domain::{Action, IssueId, IssueLink, Key, Push};
use crate::ports::{ApiError, ApiErrorKind, Batch, LostProject, Standing};
use crate::state::{Away, AwayKind, Deferral, Queued, StateError, project_of};
use crate::words::{ItemHint, Kept};

/// Returns the projects that cannot be read.
fn lost(run: &Run<'_>) -> Result<Vec<Away>, StateError> {
    Ok(run.world.state.away()?.into_iter().filter(Away::is_lost).collect())
}

/// Returns the projects that cannot be read, and from when on each has to be.
pub(super) fn to_be_read(run: &Run<'_>) -> Result<Vec<(String, DateTime<Utc>)>, Trouble> {
    // Without a time nothing of it was ever read.
    Ok(lost(run)?.into_iter().map(|away| (away.name, away.from.unwrap_or(DateTime::UNIX_EPOCH))).collect())
}

pub(super) fn lost_project(lost: &LostProject, now: DateTime<Utc>) -> Away {
    let LostProject { project, message, hint } = lost;
    Away {
        issue: None,
        name: project.clone(),
        kind: AwayKind::Lost,
        since: now,
        asked: now,
        from: None,
        may_hide_copies: false,
        why: Kept::ProjectUnreadable { project: project.clone(), message: message.clone() }.to_string(),
        hint: hint.clone(),
    }
}

/// This state is older than the world: what it has not read since may hold copies that it does not know of.
pub(super) fn doubt(run: &Run<'_>) -> Result<(), Trouble> {
    let tx = run.world.state.begin()?;
    for away in lost(run)? {
        tx.set_away(&Away { may_hide_copies: true, ..away })?;
    }
    Ok(tx.commit()?)
}

/// Returns true where a pair's Jira issue is in a project that cannot be read: then nothing follows from not seeing it.
pub(super) fn is_lost(run: &Run<'_>, link: &IssueLink) -> Result<bool, Trouble> {
    Ok(lost(run)?.iter().any(|away| away.concerns(link)))
}

/// Takes the pairs out whose project cannot be read.
pub(super) fn without_lost(run: &Run<'_>, links: &[IssueLink]) -> Result<Vec<IssueLink>, StateError> {
    let lost = lost(run)?;
    Ok(links.iter().filter(|link| !lost.iter().any(|away| away.concerns(link))).cloned().collect())
}

/// Returns true for a write that was sent and that nobody can look for: its project cannot be read.
pub(super) fn hides(run: &Run<'_>, queued: &Queued) -> Result<bool, Trouble> {
    let lost = lost(run)?;
    if lost.is_empty() || queued.push.target != run.tracker() {
        return Ok(false);
    }
    if let Action::CreateIssue(new) = &queued.push.action {
        return Ok(lost.iter().any(|away| away.is_project(&new.project)));
    }
    let link = run.pair(run.source(), &queued.push.pair)?;
    Ok(link.is_some_and(|link| lost.iter().any(|away| away.concerns(&link))))
}

/// Asks for the projects of all routes, where this state does not know all copies there are: of what is archived, or is not
/// there, no search shows any.
pub(super) fn look_for_projects(run: &mut Run<'_>) -> Result<(), Trouble> {
    let projects = &run.world.settings.projects;
    for project in projects.iter().filter(|_| projects.len() > 1) {
        is_project_away(run, project)?;
    }
    Ok(())
}

/// Puts creates off while a project of which no search shows anything may hold their copies: another route may have made them there, by a
/// state that is lost. Returns whether it did.
pub(super) fn puts_off(run: &Run<'_>, batch: &[Queued]) -> Result<bool, Trouble> {
    let projects = run.world.state.away()?.into_iter().filter(|away| away.issue.is_none());
    // Where no counter can be kept, nothing tells whether this state is older than the world.
    let blind = run.trust == Trust::Verify;
    let Some(away) = projects.into_iter().find(|away| blind || away.may_hide_copies) else { return Ok(false) };
    let what = if away.is_lost() { "cannot be read" } else { "is archived" };
    let why = format!(
        "project {} {what} and may hold its copy: it waits until the project is there again, or until no [[route]] names \
         it any more",
        away.name
    );
    for queued in batch {
        try_later(run, &queued.push.key, &why)?;
    }
    Ok(true)
}

/// Notes what says of itself that it is archived, and what a search shows again.
pub(super) fn noticed(run: &mut Run<'_>, batch: &Batch, is_search: bool) -> Result<(), Trouble> {
    let known = run.world.state.away()?;
    for id in &batch.archived {
        if !known.iter().any(|away| away.issue.as_ref() == Some(id))
            && let Some(link) = run.pair(run.tracker(), id)?
        {
            archive(run, &link)?;
        }
    }
    // No search shows what is archived.
    for away in known.iter().filter(|_| is_search) {
        let is_shown = |id: &IssueId| batch.issues.iter().any(|issue| issue.id == *id) && !batch.archived.contains(id);
        if away.issue.as_ref().is_some_and(is_shown) {
            restore(run, away)?;
        }
    }
    Ok(())
}

/// A refused write may have been to something that is archived, or lost: then it waits. Returns whether it does.
pub(super) fn holds(run: &mut Run<'_>, queued: &Queued, err: &ApiError) -> Result<bool, Trouble> {
    let push = &queued.push;
    if err.kind != ApiErrorKind::Refused || push.target != run.tracker() {
        return Ok(false);
    }
    let later = match &push.action {
        Action::CreateIssue(new) => is_project_away(run, &new.project)?.then(|| run.world.clock.now()),
        _ => issue_is_away(run, push)?,
    };
    let Some(not_before) = later else { return Ok(false) };
    let deferral = Deferral { not_before, counts: false };
    put_back(run, &push.key, deferral, Some(&format!("{}; what it is for may be archived", err.message)))?;
    Ok(true)
}

/// Returns when a write to an issue may be tried again that is archived, or of which that cannot be told yet.
fn issue_is_away(run: &mut Run<'_>, push: &Push) -> Result<Option<DateTime<Utc>>, Trouble> {
    let now = run.world.clock.now();
    let Some(link) = run.pair(run.source(), &push.pair)? else { return Ok(None) };
    if run.standings.contains(&link.jira) {
        return Ok(None);
    }
    match run.standing(&link.jira)? {
        Some(Standing::Archived(None)) => archive(run, &link)?,
        Some(Standing::Archived(Some(project))) => archive_project(run, &project)?,
        Some(Standing::Unclear(until)) => {
            let theirs = run.identities.get(&run.tracker()).and_then(|who| who.clock).unwrap_or(now);
            return Ok(Some(now + (until - theirs).max(LATER)));
        }
        Some(Standing::Open | Standing::Missing) | None => {
            run.standings.insert(link.jira.clone());
            return Ok(None);
        }
    }
    Ok(Some(now))
}

/// Returns whether a project is away, and notes it. A run asks once.
pub(super) fn is_project_away(run: &mut Run<'_>, key: &str) -> Result<bool, Trouble> {
    if let Some(known) = run.projects.get(key) {
        return Ok(*known);
    }
    let is_away = match run.project_standing(key)? {
        Standing::Archived(_) => {
            archive_project(run, key)?;
            true
        }
        // A search did not complain of it: the next one tells.
        Standing::Missing if run.world.settings.projects.iter().any(|project| project == key) => {
            let now = run.world.clock.now();
            let lost = LostProject {
                project: key.to_owned(),
                message: Kept::NotShown.into(),
                hint: Some(ItemHint::CheckProjects.into()),
            };
            let away = Away { from: run.jira_from, may_hide_copies: run.is_behind, ..lost_project(&lost, now) };
            let tx = run.world.state.begin()?;
            tx.set_away(&away)?;
            tx.commit()?;
            run.report.lost(&away);
            true
        }
        Standing::Missing | Standing::Open | Standing::Unclear(_) => false,
    };
    run.projects.insert(key.to_owned(), is_away);
    Ok(is_away)
}

fn archive(run: &Run<'_>, link: &IssueLink) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let name = &link.jira_name;
    let tx = run.world.state.begin()?;
    tx.set_away(&archived(
        Some(link.jira.clone()),
        name,
        &Kept::IssueArchived { issue: name.clone() }.to_string(),
        now,
    ))?;
    let what = format!("its copy {name} is archived on Jira: what is to be written there waits until it is restored");
    tx.note(Key::issue(run.source(), &link.guance).as_str(), &what, now)?;
    tx.commit()?;
    tracing::info!(side = "jira", id = name, "Issue is archived: what is to be written to it waits.");
    run.world.failpoints.hit("archived")?;
    Ok(())
}

fn archive_project(run: &Run<'_>, key: &str) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    if run.world.state.away()?.iter().any(|away| away.is_project(key)) {
        return Ok(());
    }
    let tx = run.world.state.begin()?;
    let away = archived(None, key, &Kept::ProjectArchived { project: key.to_owned() }.to_string(), now);
    tx.set_away(&Away { may_hide_copies: run.is_behind, ..away })?;
    tx.commit()?;
    tracing::info!(side = "jira", id = key, "Project is archived: what is to be written to it waits.");
    run.world.failpoints.hit("archived")?;
    Ok(())
}

fn archived(issue: Option<IssueId>, name: &str, what: &str, now: DateTime<Utc>) -> Away {
    Away {
        issue,
        name: name.to_owned(),
        kind: AwayKind::Archived,
        since: now,
        asked: now,
        from: None,
        may_hide_copies: false,
        why: Kept::Restores { what: what.to_owned() }.to_string(),
        hint: None,
    }
}

/// What was archived is not any more: it is read again, for what was written before it was archived may not have been seen.
pub(super) fn restore(run: &Run<'_>, away: &Away) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    let tx = run.world.state.begin()?;
    tx.is_back(away)?;
    match &away.issue {
        Some(issue) => {
            if let Some(link) = run.pair(run.tracker(), issue)? {
                tx.read_anew(&link.guance)?;
                let what = format!("its copy {} is not archived any more", away.name);
                tx.note(Key::issue(run.source(), &link.guance).as_str(), &what, now)?;
            }
        }
        None => tx.read_project_anew(&away.name)?,
    }
    tx.commit()?;
    run.world.failpoints.hit("restored")?;
    Ok(())
}

/// Takes the issues out of those that a read by id did not bring, of which nothing follows from that: their project is away,
/// or they are archived, or they can be read after all.
pub(super) fn really_missed(run: &mut Run<'_>, links: &[IssueLink]) -> Result<Vec<IssueLink>, Trouble> {
    let mut missed = Vec::new();
    for link in without_lost(run, links)? {
        if is_project_away(run, project_of(&link.jira_name))? {
            continue;
        }
        match run.standing(&link.jira)? {
            Some(Standing::Missing) | None => missed.push(link),
            Some(Standing::Archived(None)) => archive(run, &link)?,
            Some(Standing::Archived(Some(project))) => archive_project(run, &project)?,
            Some(Standing::Open | Standing::Unclear(_)) => {}
        }
    }
    Ok(missed)
}
