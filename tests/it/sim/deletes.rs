//! Deletions, and a monitor that repeats its alarm: what this world carries of them, what people and the monitor do,
//! and what must hold of them.

use guajira::domain::{Action, CommentId, CommentLink, IssueId, Key, Push, Side};
use guajira::plan::{Deletes, Repeats, repeats};

use super::guance::GuanceIssue;
use super::history::{Deed, Setup};
use super::jira::JiraIssue;
use super::rng::{Rng, mix};
use super::world::{Note, World};

/// What becomes of what was deleted, and of repeats.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeleteSetup {
    pub(super) deletes: Deletes,
    pub(super) repeats: Repeats,
    /// On Jira, a deleted comment moves its issue's update time.
    pub(super) bumps: bool,
}

impl DeleteSetup {
    /// Luck of its own, so that the rest of a history does not depend on it.
    pub(super) fn draw(seed: u64, sweep: bool) -> Self {
        let rng = &mut Rng::new(seed ^ 0xde1e_7e00);
        Self {
            deletes: rng.pick(&[Deletes::Keep, Deletes::Mark, Deletes::Mark, Deletes::Delete, Deletes::Delete]),
            repeats: rng.pick(&[Repeats::Comment, Repeats::Count, Repeats::Count, Repeats::Skip]),
            bumps: !sweep || rng.chance(60),
        }
    }
}

/// Returns what a person, or the monitor, does now and then in the place of something else. Most worlds in which fields
/// travel are left to them.
pub(super) fn instead(setup: &Setup, uid: u32) -> Option<Deed> {
    let rng = &mut Rng::new(mix(setup.seed ^ 0xde1e_7e01, u64::from(uid)));
    if setup.fields.on() && !setup.seed.is_multiple_of(4) || !rng.chance(12) {
        return None;
    }
    Some(match rng.below(16) {
        0..7 => Deed::Repeat,
        7..11 => Deed::DeleteReply,
        11..15 => Deed::DeleteComment,
        _ => Deed::DeleteIssue,
    })
}

impl World {
    /// A person deletes a Jira issue with all its comments.
    pub(super) fn delete_issue(&mut self, at: usize) {
        // Nothing tells a lost state what the bot's account was used to clone, once the original is not there.
        if self.is_cloned_by_us(at) {
            return;
        }
        let issue = &mut self.jira.issues[at].now;
        issue.deleted = true;
        let Some(key) = issue.born.clone() else { return };
        let notes = issue.notes.iter().filter(|note| !note.deleted).filter_map(|note| note.born.clone());
        let files = issue.files.iter().filter_map(|file| file.born.clone());
        // With a ticket everything is gone that tells whose it was before, and who is counted in it.
        let others = issue.before.iter().chain(&issue.joined).filter(|other| **other != key).cloned();
        for key in notes.chain(files).chain(others).chain([key.clone()]) {
            *self.copy_deleted.entry(key).or_default() += 1;
        }
    }

    fn is_cloned_by_us(&self, at: usize) -> bool {
        let bots = self.accounts.bots();
        let state = &self.jira.issues[at].now;
        let Some(id) = state.born.as_ref().and_then(|key| key.issue_on(self.source())) else { return false };
        let is_clone = |other: &JiraIssue| {
            let other = &other.now;
            let labelled = other.labels.iter().any(|label| label == id.as_str());
            other.id != state.id
                && other.born.is_none()
                && !other.deleted
                && labelled
                && bots.contains(&other.author.id)
        };
        self.jira.issues.iter().any(is_clone)
    }

    /// Guajira deletes a copy, or says in it that its original was deleted: that must be so.
    pub(super) fn check_deletion(&mut self, push: &Push) {
        let origin = push.target.opposite();
        let Some(id) = push.key.comment_on(origin) else { return };
        let deletes = matches!(push.action, Action::DeleteComment { .. });
        if !deletes && push.content != CommentLink::tombstone(origin, &id) {
            return;
        }
        let original = match origin {
            Side::Source(_) => self.guance.find_note(id.as_str()).map(|(at, n)| &self.guance.issues[at].notes[n]),
            Side::Tracker(_) => self.jira.find_note(id.as_str()).map(|(at, n)| &self.jira.issues[at].now.notes[n]),
        };
        if !original.is_some_and(|note| note.deleted) {
            self.blame(format!("buried alive: {} takes its original for deleted", push.key));
        }
        if deletes && let Some(made) = self.copies.get_mut(&push.key.origin()) {
            // Somebody's twin of it is not counted.
            *made = made.saturating_sub(1);
        }
    }
}

/// What must hold of the copies of a note that was deleted.
pub(super) fn of_deleted(w: &World, key: &Key, copies: &[&Note], excused: bool, wrong: &mut Vec<String>) {
    for copy in copies.iter().filter(|_| !excused) {
        match w.setup.deletes.deletes {
            Deletes::Keep => {}
            Deletes::Mark if says_deleted(copy) && says_all(copy) => {}
            Deletes::Mark => wrong.push(format!("unmarked: {key} was deleted, and its copy does not say so")),
            Deletes::Delete => wrong.push(format!("ghost: {key} was deleted, and its copy is still there")),
        }
    }
}

pub(super) fn says_deleted(copy: &Note) -> bool {
    copy.body.canonical().contains("deleted on ")
}

/// What stood in a copy before stands there still.
fn says_all(copy: &Note) -> bool {
    copy.hand.as_ref().is_none_or(|hand| copy.body.canonical().contains(hand))
}

/// What must hold of a pair's repeats.
pub(super) fn repeats(w: &World, issue: &GuanceIssue, copy: &JiraIssue, wrong: &mut Vec<String>) {
    let key = Key::comment(w.source(), &repeats::notice_id(&IssueId::new(&issue.id)));
    let told: Vec<&Note> = copy.now.notes.iter().filter(|n| n.born.as_ref() == Some(&key) && !n.deleted).collect();
    let living = issue.notes.iter().filter(|note| note.by_monitor && !note.deleted).count();
    // A state put back from before the count rose, and fell again, cannot know what was told meanwhile.
    let fell = w.state_lost && issue.notes.iter().any(|note| note.by_monitor && note.deleted);
    let excused = w.is_closed(copy) || fell || w.copy_deleted.contains_key(&key) || w.refused.contains(&key);
    let want = match (w.setup.deletes.repeats, living) {
        (Repeats::Count, 0) => None,
        (Repeats::Count, 1) => Some("alarm once, ".to_owned()),
        (Repeats::Count, n) => Some(format!("alarm {n} times, ")),
        _ => None,
    };
    match (told.as_slice(), want) {
        _ if excused => {}
        ([], None) => {}
        ([one], None) if one.body.canonical().contains("No repeat") => {}
        ([one], Some(want)) if one.body.canonical().contains(&want) => {}
        (told, want) => {
            let said: Vec<String> = told.iter().map(|note| note.body.canonical()).collect();
            wrong.push(format!("miscounted: {} has {living} repeats, wanted {want:?}, told {said:?}", issue.id));
        }
    }
    if w.setup.deletes.repeats != Repeats::Comment {
        for note in issue.notes.iter().filter(|note| note.by_monitor) {
            let key = Key::comment(w.source(), &CommentId::new(&note.id));
            if copy.now.notes.iter().any(|copy| copy.born.as_ref() == Some(&key)) {
                wrong.push(format!("flood: the repeat {key} became a comment"));
            }
        }
    }
}
