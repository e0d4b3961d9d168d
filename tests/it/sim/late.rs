//! Late restrictions: what was public when it was planned, and is not when it would be sent.

use guajira::domain::{Action, CommentId, CommentLink, Push, Side};

use super::files;
use super::history::{Deed, Fault, Run, What};
use super::people::fresh;
use super::rng::Rng;
use super::world::{Note, World, tokens};

/// How somebody takes a comment away from most people's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hide {
    Comment,
    Issue,
    Delete,
    /// A restricted comment that shows the newest file.
    File,
    /// It is public again.
    Undo,
}

/// Somebody writes, what is written waits or is in doubt, and then nobody is to read it any more.
pub(super) fn story(rng: &mut Rng) -> Vec<(u32, What)> {
    let pick = rng.below(1000);
    let write = match rng.below(10) {
        0..4 => Deed::Comment { restricted: false, as_bot: false },
        4..8 => Deed::EditNewest,
        _ => Deed::Attach(files::FileDeed { side: Side::JIRA, large: false, shown: false }),
    };
    let hide = rng.pick(&[Hide::Comment, Hide::Comment, Hide::Issue, Hide::Delete, Hide::File]);
    let calm = What::Run(Run::default());
    let stuck = match rng.below(10) {
        0..5 => Run { busy: true, ..Run::default() },
        5..8 => Run { unheard: true, ..Run::default() },
        _ => Run { dies_at: Some(3 + rng.below(8)), ..Run::default() },
    };
    let fault = rng.pick(&[Fault::NoConnection, Fault::SlowDown, Fault::ServerError]);
    let silent = Run { faults: [(1 + rng.below(3), fault)].into(), ..Run::default() };
    let meanwhile = Fault::Meanwhile(Deed::Hide(hide), rng.below(1000));
    let amid = Run { faults: [(rng.below(9), meanwhile)].into(), ..Run::default() };
    let mut told = Vec::new();
    if matches!(write, Deed::EditNewest) {
        told.push((20, What::Person(Deed::Comment { restricted: false, as_bot: false }, pick)));
        told.push((60, calm.clone()));
    }
    told.push((20, What::Person(write, pick)));
    if rng.chance(20) {
        told.push((30, What::Run(amid)));
    } else {
        told.push((30, What::Run(stuck)));
        told.push((1 + rng.below(100), What::Person(Deed::Hide(hide), pick)));
    }
    told.push((40 + rng.below(60), if rng.chance(50) { What::Run(silent) } else { calm.clone() }));
    if rng.chance(40) {
        told.push((30, What::Person(Deed::Hide(Hide::Undo), pick)));
        told.push((70, calm));
    }
    told
}

/// The newest words of a person's on an issue of guajira's: places of issue and note.
pub(super) fn newest(w: &World) -> Option<(usize, usize)> {
    let issues = w
        .jira
        .issues
        .iter()
        .enumerate()
        .filter(|(at, issue)| issue.now.born.is_some() && !issue.now.deleted && w.is_of_this_line(*at));
    let notes = issues.flat_map(|(at, issue)| issue.now.notes.iter().enumerate().map(move |(n, note)| (at, n, note)));
    // What shows a file keeps it where it is.
    let shows = |note: &Note| note.body.canonical().contains("secret") || !note.body.shown().names.is_empty();
    let own = notes.filter(|(.., note)| note.born.is_none() && !note.deleted && !shows(note));
    own.max_by_key(|(.., note)| (note.updated, note.created)).map(|(at, n, _)| (at, n))
}

pub(super) fn hide(w: &mut World, hide: Hide, uid: u32) {
    let Some((at, n)) = newest(w) else { return };
    let now = w.jira_now();
    let state = &mut w.jira.issues[at].now;
    match hide {
        Hide::Comment => (state.notes[n].restricted, state.notes[n].updated) = (true, now),
        Hide::Issue => state.secure = true,
        Hide::Delete => (state.notes[n].deleted, state.notes[n].updated) = (true, now),
        Hide::File => {
            let token = format!("tok{uid:05}");
            let Some(file) = state.files.iter().rev().find(|file| file.born.is_none()).cloned() else { return };
            let (author, body) = files::shown_by(&file, &token, uid);
            let note = fresh(w.jira.fresh_comment_id(), author, body, now, &token);
            w.jira.issues[at].now.notes.push(Note { restricted: true, ..note });
        }
        Hide::Undo => {
            if state.secure {
                (state.secure, state.opened_up) = (false, now);
            }
            (state.notes[n].restricted, state.notes[n].updated) = (false, now);
            // Whoever shows it to everybody shows what it names too.
            let named: Vec<String> = tokens(&state.notes[n].body.canonical()).map(str::to_owned).collect();
            if !state.secure {
                w.public.extend(named);
            }
        }
    }
    w.touched(at, uid);
}

/// Keeps since when everything is hidden that is, in true time.
pub(super) fn stamp(w: &mut World) {
    let now = w.now;
    let keep = |hidden: bool, since: &mut Option<i64>| *since = if hidden { since.or(Some(now)) } else { None };
    for issue in w.jira.issues.iter_mut().map(|issue| &mut issue.now) {
        keep(issue.secure || issue.deleted, &mut issue.hidden_since);
        for note in &mut issue.notes {
            keep(note.restricted || note.deleted, &mut note.hidden_since);
        }
    }
}

impl World {
    /// Checks that what a write brings to Guance is public on Jira at this moment, or was when the run began.
    pub(super) fn check_not_late(&mut self, push: &Push) {
        if !matches!(push.action, Action::AddComment { .. } | Action::EditComment { .. } | Action::AddFile { .. }) {
            return;
        }
        let Some((what, since)) = self.hidden_since(push) else { return };
        if since < self.run_started {
            let ago = (self.run_started - since) / 1000;
            self.blame(format!("late: {} is sent, though its {what} is hidden since {ago}s before the run", push.key));
        }
    }

    fn hidden_since(&self, push: &Push) -> Option<(&'static str, i64)> {
        if let Some(id) = push.key.comment_on(self.tracker()) {
            // What is told to be deleted says what it said.
            if push.content == CommentLink::tombstone(self.tracker(), &CommentId::new(id.as_str())) {
                return None;
            }
            let (at, n) = self.jira.find_note(id.as_str())?;
            let issue = &self.jira.issues[at].now;
            let own = issue.notes[n].hidden_since.map(|at| ("original", at));
            return own.into_iter().chain(issue.hidden_since.map(|at| ("issue", at))).min_by_key(|(_, at)| *at);
        }
        let id = push.key.file_on(self.tracker())?;
        let has_it = |files: &[files::Attached]| files.iter().position(|file| file.id == id.as_str());
        let (issue, n) = self.jira.issues.iter().find_map(|issue| Some((&issue.now, has_it(&issue.now.files)?)))?;
        let file = &issue.files[n];
        // A change of the comment may have shown it only then.
        let true_time = |at: i64| at - (self.jira_now() - self.now);
        // Of a picture without a name it is clear that it is none of those which somebody shows to everybody.
        let open = |note: &&Note| !note.restricted && !note.deleted && note.born.is_none();
        let named = issue.notes.iter().filter(open).any(|note| note.body.canonical().contains(&file.name));
        let hides = issue.notes.iter();
        let hides = hides.filter(|note| file.is_kept_back_by(note) && !(named && file.is_nameless_in(note)));
        let since = hides.filter_map(|note| Some(note.hidden_since?.max(true_time(note.updated)))).min();
        let comment = since.map(|at| ("comment", at));
        comment.into_iter().chain(issue.hidden_since.map(|at| ("issue", at))).min_by_key(|(_, at)| *at)
    }
}
