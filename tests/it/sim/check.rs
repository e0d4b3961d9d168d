//! What must hold: at every instant, and once the history has settled.

use guajira::domain::{CommentId, Fingerprint, IssueId, Key, Side, Stage};
use guajira::plan::Repeats;
use guajira::state::{Queued, State, StateError};

use super::parts;
use super::world::{Note, World, time};
use super::{again, deletes, fields, files, lines, routes};

/// Nothing that was shown to a run may be gone once the run has moved on: it is copied, or in the outbox, or its
/// thread is still to be read. Holds after a crash too.
pub(super) fn conserved(w: &World, state: &State, moved_on: impl Fn(Side) -> bool) -> Result<Vec<String>, StateError> {
    let mut wrong = Vec::new();
    for link in state.recent_links(1000)? {
        let at = w.jira.issues.iter().position(|issue| issue.now.id == link.jira.as_str());
        let born = at.and_then(|at| w.jira.issues[at].now.born.clone());
        let own = Key::issue(w.source(), &link.guance);
        if born.as_ref() != Some(&own) && !at.is_some_and(|at| w.jira.issues[at].now.before.contains(&own)) {
            wrong.push(format!("astray: {} is taken for the copy of {}", link.jira_name, link.guance));
        }
    }
    for key in &w.shown {
        let lost = match parts(w.line, key) {
            Some((Side::Source(line), guajira::domain::Kind::Issue, id)) if line == w.line => {
                let at = w.guance.place(id);
                let wanted = at.map(|at| &w.guance.issues[at]).is_some_and(|i| i.listed && i.created >= w.floor);
                wanted
                    && moved_on(w.source())
                    && is_passed(state, listed_at(w, at.unwrap_or_default()))?
                    && !issue_kept(state, key)?
            }
            Some((side, guajira::domain::Kind::Attachment, id)) => file_lost(w, state, side, id)?,
            Some((side, _, id)) => comment_lost(w, state, side, id, key)?,
            None => false,
        };
        if lost {
            wrong.push(format!("lost: {key} was shown to the run, and is neither copied nor in the outbox"));
        }
    }
    Ok(wrong)
}

/// Returns by which time a list shows an issue.
fn listed_at(w: &World, at: usize) -> i64 {
    let issue = &w.guance.issues[at];
    if w.setup.list_by_update { issue.updated } else { issue.created }
}

/// Returns true when the next run's list begins behind what it shows then. A long list is read in parts, and what is
/// newest is looked at before the cursor comes to it.
fn is_passed(state: &State, created: i64) -> Result<bool, StateError> {
    Ok(state.cursor(Side::Source(state.line()))?.is_some_and(|cursor| cursor.at >= time(created)))
}

fn issue_kept(state: &State, key: &Key) -> Result<bool, StateError> {
    let Some(id) = key.issue_on(Side::Source(state.line())) else { return Ok(true) };
    let known = state.known_issues(Side::Source(state.line()), std::iter::once((&id, Some(key.clone()))))?;
    // What one list of a run held unreadable, and another showed, is read again.
    let is_unread = state.unreadable()?.iter().any(|(side, unread, _)| side.is_source() && *unread == id);
    Ok(is_unread || !known.issues.is_empty() || known.outbox.contains_key(key))
}

fn comment_lost(w: &World, state: &State, side: Side, id: &str, key: &Key) -> Result<bool, StateError> {
    let Some((issue, note, since)) = eligible(w, side, id) else { return Ok(false) };
    if !is_read(w, state, side, issue, since)? {
        return Ok(false);
    }
    let id = CommentId::new(&note.id);
    let known = state.known_comments(side, std::iter::once((&id, None)))?;
    Ok(known.comments.is_empty() && !known.outbox.contains_key(key))
}

fn file_lost(w: &World, state: &State, side: Side, id: &str) -> Result<bool, StateError> {
    let Some((issue, since)) = files::eligible(w, side, id) else { return Ok(false) };
    Ok(is_read(w, state, side, issue, since)? && files::is_unknown(state, side, id)?)
}

/// Returns true when the issue's thread counts as read since then. One that is still to be read keeps what it holds.
fn is_read(w: &World, state: &State, side: Side, issue: &str, since: i64) -> Result<bool, StateError> {
    let Some(link) = state.issue_link(side, &IssueId::new(issue))? else { return Ok(false) };
    // Nothing is written to an issue that was deleted, nor to a closed one.
    let shut = w.jira.place(link.jira.as_str()).is_none() || link.closed && side.is_source();
    Ok(!shut && link.seen(side).is_some_and(|seen| seen > time(since)))
}

/// Returns a note that everybody may read and a person wrote: its issue, itself, and since when that is so.
fn eligible<'w>(w: &'w World, side: Side, id: &str) -> Option<(&'w str, &'w Note, i64)> {
    let (issue, note, since) = match side {
        Side::Source(_) => {
            let (at, n) = w.guance.find_note(id)?;
            let issue = &w.guance.issues[at];
            (issue.id.as_str(), &issue.notes[n], issue.notes[n].updated)
        }
        Side::Tracker(_) => {
            let (at, n) = w.jira.find_note(id)?;
            let issue = &w.jira.issues[at].now;
            let note = &issue.notes[n];
            if issue.secure || note.restricted || again::is_past(issue, note) {
                return None;
            }
            (issue.id.as_str(), note, note.updated.max(issue.opened_up))
        }
    };
    let travels = !note.by_monitor || w.setup.deletes.repeats == Repeats::Comment;
    (!note.deleted && note.born.is_none() && travels).then_some((issue, note, since))
}

/// Everything eligible has exactly one copy that says what the original says, and nothing is left without a reason.
pub(super) fn settled(w: &World, state: &State) -> Result<Vec<String>, StateError> {
    let mut wrong = Vec::new();
    for issue in &w.guance.issues {
        let key = Key::issue(w.source(), &IssueId::new(&issue.id));
        if again::has_left_its_ticket(w, &key) {
            continue;
        }
        let copies: Vec<_> = w.jira.issues.iter().filter(|j| j.now.born.as_ref() == Some(&key)).collect();
        let unsure = w.is_unsure(&key);
        // What an older state believed is found out by a write, so a side that takes none keeps the other waiting.
        let believes = !w.believed.is_empty();
        let touched = |side: Side| {
            let other = believes && w.stubborn.excuses(&issue.id, side.opposite());
            other || w.stubborn.excuses(&issue.id, side)
        };
        let [to_guance, to_jira] = w.source().both().map(|side| !touched(side));
        if unsure && state.issue_link(w.source(), &IssueId::new(&issue.id))?.is_none() {
            // It waits where everybody sees it, unless it is too old to be made by now.
            let waits = state.unsettled()?.iter().any(|row| row.push.key == key);
            if issue.listed && issue.created >= w.floor && !w.floor_unknown && !waits {
                wrong.push(format!("lost: {key}, whose markers are disputed, does not even wait"));
            }
            continue;
        }
        if copies.is_empty()
            && issue.listed
            && issue.created >= w.floor
            && !w.floor_unknown
            && !w.refused.contains(&key)
            && to_jira
        {
            wrong.push(format!("lost: {key} has no copy"));
        }
        for copy in copies.iter().filter(|copy| !copy.now.deleted) {
            let linked = copy.now.links.contains(&issue.id);
            // A pair that a lost state recognised again gets no link, nor one whose link was refused, or which was closed
            // before the link was written, until it is open again.
            let excused = w.state_lost
                || w.is_closed(copy)
                || w.refused.contains(&Key::link(w.source(), &IssueId::new(&issue.id)));
            if !linked && !excused && to_jira {
                wrong.push(format!("lost: {key} has a copy without a link to it"));
            }
            let secure = copy.now.secure;
            // A copy without its label, in a search without properties, is not found again once the state is lost.
            let found_again = w.setup.search_properties || copy.now.labels.contains(&issue.id);
            // Nor is one that left the routes' projects, when an account made it that is not known any more.
            let astray = w.accounts.is_unknown(&copy.now.author.id) && !routes::is_routed(&w.setup, copy.now.project);
            if w.state_lost && (!found_again || astray) {
                continue;
            }
            for note in &issue.notes {
                if to_jira && (!note.by_monitor || w.setup.deletes.repeats == Repeats::Comment) {
                    let place = (w.source(), issue.id.as_str(), copy.now.id.as_str());
                    pair(w, place, note, &copy.now.notes, !w.is_closed(copy), &mut wrong);
                }
            }
            if to_jira && to_guance {
                wrong.extend(files::settled(w, issue, copy));
            }
            if to_jira
                && to_guance
                && copies.iter().filter(|copy| !copy.now.deleted).count() == 1
                && w.setup.fields.on()
            {
                wrong.extend(fields::settled(w, state, issue, copy)?);
            }
            if to_jira {
                deletes::repeats(w, issue, copy, &mut wrong);
            }
            let present = copy.now.notes.iter().filter(|note| !again::is_past(&copy.now, note));
            for note in present.filter(|_| to_guance) {
                // After a lost state the copies in the threads of closed issues are not looked for.
                if note.deleted && w.state_lost && w.is_closed(copy) {
                    continue;
                }
                if w.line == lines::incidents() {
                    let open = !secure && !note.restricted;
                    wrong.extend(lines::incidents::told(w, state, note)?.filter(|_| open));
                    continue;
                }
                let place = (w.tracker(), copy.now.id.as_str(), issue.id.as_str());
                pair(w, place, note, &issue.notes, !secure && !note.restricted, &mut wrong);
            }
        }
    }
    for row in state.unsettled()? {
        let refused = row.stage == Stage::Dead && w.refused.contains(&row.push.key.origin());
        let touched = w.stubborn.excuses(row.push.pair.as_str(), row.push.target);
        let known_reason = refused || touched || w.is_unsure(&row.push.key);
        if !known_reason && !is_kept(state, &row)? {
            wrong.push(format!("stuck: {} is {} for no reason: {:?}", row.push.key, row.stage.as_str(), row.error));
        }
    }
    Ok(wrong)
}

/// Returns true when a write waits until its Jira issue is open again.
pub(super) fn is_kept(state: &State, row: &Queued) -> Result<bool, StateError> {
    let waits = row.stage == Stage::Pending && !row.push.target.is_source() && row.attempts == 0;
    Ok(waits && state.issue_link(Side::Source(state.line()), &row.push.pair)?.is_some_and(|link| link.closed))
}

/// Who copies the sealed marker of a copy into the same thread makes his words its twin: where the copy is not there any
/// more, they are taken for it.
fn is_his_own_doing(w: &World, side: Side, place: &str, note: &Note) -> bool {
    let Some(original) = w.twin_of(side, place, note) else { return false };
    // A file, or a notice, is no note.
    let gone = w.find_original(&original).is_none() || w.note_of(&original).is_none_or(|note| note.deleted);
    gone || w.copy_deleted.contains_key(&original)
}

impl World {
    /// Returns the note with this key.
    fn note_of(&self, key: &Key) -> Option<&Note> {
        let (at, n) = self.find_original(key)?;
        match parts(self.line, key)?.0 {
            Side::Source(_) => self.guance.issues[at].notes.get(n),
            Side::Tracker(_) => self.jira.issues[at].now.notes.get(n),
        }
    }

    /// Returns true where what version 0.1 believed still stands: its original was not edited, or the edit does not travel.
    fn is_believed(&self, key: &Key) -> bool {
        let stands = |copy: &Key, original: &Key, written: &Fingerprint| {
            let on_jira = [copy, original].into_iter().find_map(|key| key.comment_on(self.tracker()));
            let place = on_jira.and_then(|id| self.jira.find_note(id.as_str()));
            let Some(issue) = place.map(|(at, _)| &self.jira.issues[at]) else { return true };
            let shut = self.is_closed(issue) || issue.now.hidden_since.is_some();
            // A write that was refused finds nothing out.
            let refused = self.refused.contains(original);
            match (self.note_of(original), self.note_of(copy)) {
                (Some(original), Some(copy)) => {
                    let hidden = original.hidden_since.is_some() || original.deleted || copy.deleted;
                    shut || hidden || refused || *written == Fingerprint::of(&[&original.body.canonical()])
                }
                _ => true,
            }
        };
        let mut all = self.believed.iter();
        all.any(|(copy, (original, written))| (copy == key || original == key) && stands(copy, original, written))
    }

    /// Returns true for the create of an issue whose markers somebody changed or copied, where nothing else tells whose
    /// copy is whose: after a lost state, or when the create was in doubt.
    pub(super) fn is_unsure(&self, key: &Key) -> bool {
        self.disputed.contains(key) && (self.state_lost || self.troubled)
    }
}

fn pair(
    w: &World,
    (side, place, other_place): (Side, &str, &str),
    note: &Note,
    other: &[Note],
    public: bool,
    wrong: &mut Vec<String>,
) {
    if note.born.is_some() {
        return;
    }
    let key = Key::comment(side, &CommentId::new(&note.id));
    let copies: Vec<_> = other.iter().filter(|n| n.born.as_ref() == Some(&key) && !n.deleted).collect();
    if note.deleted {
        // What is recognised by its account alone is not, once its original is not there any more.
        let there = if side.is_source() { w.tracker() } else { w.source() };
        let sealed = |copy: &&Note| w.sealed_claim(there, other_place, copy).is_some();
        let unsealed = w.state_lost && w.accounts.has_moved() && !copies.iter().all(sealed);
        let excused = side.is_source() && !public || w.refused.contains(&key) || unsealed;
        return deletes::of_deleted(w, &key, &copies, excused, wrong);
    }
    let excused = !public || w.copy_deleted.contains_key(&key) || w.refused.contains(&key);
    let excused = excused || is_his_own_doing(w, side, place, note) || w.is_believed(&key);
    if copies.is_empty() && !excused {
        wrong.push(format!("lost: {key} ({}) has no copy", note.words));
    }
    for copy in copies {
        let text = copy.body.canonical();
        // People quote copies, also those that say so.
        if deletes::says_deleted(copy) && !deletes::says_deleted(note) && !excused {
            wrong.push(format!("buried alive: the copy of {key} says that it was deleted"));
        }
        let says = copy.hand.as_ref().unwrap_or(&note.words);
        if !text.contains(says.as_str()) && !excused {
            wrong.push(format!("stale: the copy of {key} does not say {says}"));
        } else if let Some(why) = w
            .setup
            .texts
            .falls_short(side.opposite(), &note.body, &copy.body)
            .filter(|_| copy.hand.is_none() && !excused)
        {
            wrong.push(format!("mutilated: the copy of {key} is not all that is taken there: {why}"));
        }
    }
}
