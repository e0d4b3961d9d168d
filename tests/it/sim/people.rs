//! What people do on both sides, between runs and in the middle of one.

use guajira::domain::{Key, Person, Push, Side, marker};
use guajira::text::{Block, Doc, Inline};

use super::adversary;
use super::fields::{self, FieldDeed};
use super::files::{self, Attached, FileDeed};
use super::history::Deed;
use super::jira::IssueState;
use super::late;
use super::lines;
use super::parts;
use super::rng::mix;
use super::tampering;
use super::world::{Note, World, tokens};

/// Carries out one deed. `pick` chooses among what is there; `uid` names the text that is written.
pub(super) fn act(w: &mut World, deed: Deed, pick: u32, uid: u32) {
    let token = format!("tok{uid:05}");
    w.note(|| format!("person: {deed:?} (pick {pick}, {token})"));
    match deed {
        Deed::OpenGuance { listed } => {
            w.public.insert(token.clone());
            let (texts, title) = (w.setup.texts, w.setup.texts.title("disk full", &token, uid));
            w.open_guance(title, Doc::from_plain(&texts.say(Side::GUANCE, "it is full", uid)), listed);
        }
        Deed::EditGuanceIssue => guance_issue(w, pick, |w, at| {
            w.public.insert(token.clone());
            let (now, title) = (w.guance_now(), w.setup.texts.title("disk  full", &token, uid));
            let issue = &mut w.guance.issues[at];
            // Jira takes the second space out.
            (issue.title, issue.updated) = (title, now);
        }),
        Deed::SetLevel { listed } => guance_issue(w, pick, |w, at| {
            let now = w.guance_now();
            let issue = &mut w.guance.issues[at];
            (issue.listed, issue.updated) = (listed, now);
        }),
        Deed::OpenJira => {
            let at = w.open_jira(0, "a person's own".into(), Doc::from_plain(&token), person(pick));
            w.touched(at, uid);
        }
        Deed::Reply => {
            let said = w.setup.texts.say(Side::GUANCE, &format!("well, {token}"), uid);
            reply(w, pick, &token, Doc::from_plain(&said));
        }
        Deed::Comment { restricted, as_bot } => {
            let body = Doc::from_plain(&w.setup.texts.say(Side::JIRA, &format!("I say {token}"), uid));
            let author = author(w, as_bot, pick);
            comment(w, pick, uid, &token, body, author, restricted);
        }
        Deed::PlusOne { side: Side::Source(_) } => reply(w, pick, "+1", Doc::from_plain("+1")),
        Deed::PlusOne { side: Side::Tracker(_) } => {
            comment(w, pick, uid, "+1", Doc::from_plain("+1"), person(pick), false);
        }
        Deed::EditReply => edit(w, Side::GUANCE, pick, uid, false),
        Deed::EditComment => edit(w, Side::JIRA, pick, uid, false),
        Deed::EditCopy { side } => edit(w, side, pick, uid, true),
        Deed::DeleteReply => with_note(w, Side::GUANCE, pick, uid, false, |note| note.deleted = true),
        Deed::DeleteComment => with_note(w, Side::JIRA, pick, uid, false, |note| note.deleted = true),
        Deed::DeleteIssue => jira_issue(w, pick, uid, World::delete_issue),
        // A flapping monitor comes more than once.
        Deed::Repeat => guance_issue(w, pick, |w, at| {
            for _ in 0..=pick % 3 {
                let (id, now) = (w.guance.fresh_reply_id(), w.guance_now());
                let monitor = Person { id: "SYS".into(), ..Person::default() };
                let note = fresh(id, monitor, Doc::from_plain(&format!("still full {token}")), now, &token);
                w.guance.issues[at].notes.push(Note { by_monitor: true, ..note });
            }
            w.replied(at);
        }),
        Deed::DeleteCopy { side } => {
            let mut gone = None;
            with_note(w, side, pick, uid, true, |note| {
                note.deleted = true;
                gone.clone_from(&note.born);
            });
            if let Some(key) = gone {
                *w.copy_deleted.entry(key).or_default() += 1;
            }
        }
        Deed::Restrict => with_note(w, Side::JIRA, pick, uid, false, |note| note.restricted = true),
        Deed::Unrestrict => with_note(w, Side::JIRA, pick, uid, false, |note| note.restricted = false),
        Deed::Secure => jira_issue(w, pick, uid, |w, at| w.jira.issues[at].now.secure = true),
        Deed::Unsecure => jira_issue(w, pick, uid, |w, at| {
            let now = w.jira_now();
            let issue = &mut w.jira.issues[at].now;
            (issue.secure, issue.opened_up) = (false, now);
        }),
        // Only the slow tier finds an issue that left before anybody looked.
        Deed::Move { .. } if !w.setup.sweep => {}
        Deed::Move { project } => jira_issue(w, pick, uid, |w, at| w.move_jira(at, project)),
        Deed::RenameProject => w.jira.rename(pick as usize % 3, format!("R{uid}")),
        // Nobody takes both markers of an issue away.
        Deed::DropLabels => jira_issue(w, pick, uid, |w, at| {
            let state = &mut w.jira.issues[at].now;
            if state.keeps_its_property() {
                state.labels.clear();
            }
        }),
        Deed::Forge(forgery) => adversary::forge(w, forgery, pick, uid),
        Deed::Hide(hide) => late::hide(w, hide, uid),
        Deed::EditNewest => {
            if let Some((at, n)) = late::newest(w) {
                let now = w.jira_now();
                let note = &mut w.jira.issues[at].now.notes[n];
                (note.body, note.updated) = (Doc::from_plain(&format!("rather {token}")), now);
                note.words = token;
                w.touched(at, uid);
            }
        }
        Deed::AddLabel => jira_issue(w, pick, uid, |w, at| w.jira.issues[at].now.labels.push("urgent".into())),
        Deed::CloneIssue { as_bot } => clone_issue(w, as_bot, pick, uid),
        Deed::Quote { side, of, as_bot } => quote(w, side, of, as_bot, pick, uid),
        Deed::Attach(deed) => attach(w, deed, pick, uid),
        Deed::Field(deed) => match deed {
            FieldDeed::Status { side: Side::GUANCE, .. }
            | FieldDeed::Assign { side: Side::GUANCE, .. }
            | FieldDeed::Describe
            | FieldDeed::Grave { .. } => guance_issue(w, pick, |w, at| fields::on_guance(w, at, deed, &token, uid)),
            _ => jira_issue(w, pick, uid, |w, at| fields::on_jira(w, at, deed, &token)),
        },
    }
    late::stamp(w);
}

fn attach(w: &mut World, deed: FileDeed, pick: u32, uid: u32) {
    let token = format!("tok{uid:05}");
    match deed.side {
        Side::Source(_) => guance_issue(w, pick, |w, at| {
            let now = w.guance_now();
            let mut file = files::made(format!("att_{uid}"), deed, &token, uid, now);
            if deed.shown {
                let id = w.guance.fresh_reply_id();
                file.reply = Some(id.clone());
                let body = Doc::from_plain(&format!("see {token}"));
                w.guance.issues[at].notes.push(fresh(id, person(pick), body, now, &token));
            }
            w.guance.issues[at].files.push(file);
            w.replied(at);
        }),
        Side::Tracker(_) => jira_issue(w, pick, uid, |w, at| {
            let (id, now) = (w.jira.fresh_comment_id(), w.jira_now());
            let file = files::made(id, deed, &token, uid, now);
            if deed.shown {
                let (author, body) = files::shown_by(&file, &token, pick);
                let id = w.jira.fresh_comment_id();
                let note = fresh(id, author, body, now, &token);
                w.jira.issues[at].now.notes.push(Note { restricted: true, ..note });
            }
            w.jira.issues[at].now.files.push(file);
        }),
    }
}

fn person(pick: u32) -> Person {
    Person {
        id: format!("acnt_{}", pick % 3), name: ["张三", "李四", "Bob"][pick as usize % 3].into(), email: None
    }
}

fn author(w: &World, as_bot: bool, pick: u32) -> Person {
    if as_bot { Person { id: w.accounts.bot(), ..Person::default() } } else { person(pick) }
}

fn guance_issue(w: &mut World, pick: u32, deed: impl FnOnce(&mut World, usize)) {
    if !w.guance.issues.is_empty() {
        let at = pick as usize % w.guance.issues.len();
        deed(w, at);
    }
}

/// Picks an issue, more often one of guajira's, and touches it.
fn jira_issue(w: &mut World, pick: u32, uid: u32, deed: impl FnOnce(&mut World, usize)) {
    let all: Vec<usize> =
        (0..w.jira.issues.len()).filter(|at| !w.jira.issues[*at].now.deleted && w.is_of_this_line(*at)).collect();
    let ours: Vec<usize> = all.iter().copied().filter(|at| w.jira.issues[*at].now.born.is_some()).collect();
    let pick = pick as usize;
    let at = match (ours.len(), all.len()) {
        (_, 0) => return,
        (1.., _) if !pick.is_multiple_of(5) => ours[pick % ours.len()],
        _ => all[pick % all.len()],
    };
    deed(w, at);
    w.touched(at, uid);
}

fn reply(w: &mut World, pick: u32, words: &str, body: Doc) {
    guance_issue(w, pick, |w, at| {
        let (id, now) = (w.guance.fresh_reply_id(), w.guance_now());
        w.guance.issues[at].notes.push(fresh(id, person(pick), body, now, words));
        w.replied(at);
    });
}

fn comment(w: &mut World, pick: u32, uid: u32, words: &str, body: Doc, author: Person, restricted: bool) {
    jira_issue(w, pick, uid, |w, at| {
        let (id, now) = (w.jira.fresh_comment_id(), w.jira_now());
        w.jira.issues[at].now.notes.push(Note { restricted, ..fresh(id, author, body, now, words) });
    });
}

pub(super) fn fresh(id: String, author: Person, body: Doc, now: i64, words: &str) -> Note {
    Note {
        id,
        author,
        body,
        created: now,
        updated: now,
        restricted: false,
        hidden_since: None,
        aside: None,
        born: None,
        deleted: false,
        hand: None,
        written: None,
        words: words.to_owned(),
        by_monitor: false,
    }
}

/// Every living note of a side, people's own or guajira's copies: places of issue and note.
fn notes_of(w: &World, side: Side, copies: bool) -> Vec<(usize, usize)> {
    let wanted = |note: &Note| !note.deleted && note.born.is_some() == copies;
    let threads: Vec<&Vec<Note>> = match side {
        Side::Source(_) => w.guance.issues.iter().map(|issue| &issue.notes).collect(),
        Side::Tracker(_) => w.jira.issues.iter().map(|issue| &issue.now.notes).collect(),
    };
    let gone = |at: usize| !side.is_source() && (w.jira.issues[at].now.deleted || !w.is_of_this_line(at));
    let each = threads.iter().enumerate().filter(|(at, _)| !gone(*at));
    each.flat_map(|(at, notes)| (0..notes.len()).filter(|n| wanted(&notes[*n])).map(move |n| (at, n))).collect()
}

fn with_note(w: &mut World, side: Side, pick: u32, uid: u32, copies: bool, deed: impl FnOnce(&mut Note)) {
    let notes = notes_of(w, side, copies);
    if notes.is_empty() {
        return;
    }
    let (at, n) = notes[pick as usize % notes.len()];
    let now = if side.is_source() { w.guance_now() } else { w.jira_now() };
    let note = match side {
        Side::Source(_) => &mut w.guance.issues[at].notes[n],
        Side::Tracker(_) => &mut w.jira.issues[at].now.notes[n],
    };
    note.updated = now;
    deed(note);
    let (id, born, unseen) = (note.id.clone(), note.born.clone(), note.deleted && !w.setup.deletes.bumps);
    w.note(|| format!("        on {side} {id}{}", born.map(|key| format!(", the copy of {key}")).unwrap_or_default()));
    match side {
        Side::Source(_) => w.replied(at),
        // What it showed is a file like any other.
        Side::Tracker(_) if unseen => super::files::published(w, side, at),
        Side::Tracker(_) => w.touched(at, uid),
    }
}

fn edit(w: &mut World, side: Side, pick: u32, uid: u32, copies: bool) {
    let token = format!("tok{uid:05}");
    let said = w.setup.texts.say(side, &format!("rather {token}"), uid);
    // What a person writes into a copy by hand never crosses back; it must only stay.
    with_note(w, side, pick, uid, copies, |note| {
        if copies {
            note.body.blocks.push(Block::Paragraph { content: vec![Inline::text(token.as_str())] });
            note.hand = Some(token);
        } else {
            note.body = Doc::from_plain(&said);
            note.words = token;
        }
    });
}

fn clone_issue(w: &mut World, as_bot: bool, pick: u32, uid: u32) {
    // Nobody uses the bot's account to clone what a stranger has labelled.
    let is_labelled = |state: &IssueState| state.labels.iter().any(|label| marker::label_id(label).is_some());
    let is_cloned =
        |state: &IssueState| !(state.deleted || as_bot && is_labelled(state) && !tampering::is_whole(state));
    let living: Vec<_> = w.jira.issues.iter().filter(|issue| is_cloned(&issue.now)).collect();
    if living.is_empty() {
        return;
    }
    let from = living[pick as usize % living.len()].now.clone();
    let author = author(w, as_bot, pick);
    let at = w.open_jira(from.project, format!("CLONE - {}", from.title), from.body, author);
    w.jira.issues[at].now.labels = from.labels;
    w.touched(at, uid);
}

/// Copies a copy's text, marker and all, into a new text of one's own.
fn quote(w: &mut World, side: Side, of: Side, as_bot: bool, pick: u32, uid: u32) {
    let token = format!("tok{uid:05}");
    let copies = notes_of(w, of, true);
    if copies.is_empty() {
        return;
    }
    let (at, n) = copies[pick as usize % copies.len()];
    let quoted = match of {
        Side::Source(_) => w.guance.issues[at].notes[n].body.clone(),
        Side::Tracker(_) => w.jira.issues[at].now.notes[n].body.clone(),
    };
    let mut body = Doc::from_plain(&format!("as they say {token}"));
    let wrapped = mix(w.setup.seed, u64::from(uid)).is_multiple_of(2);
    if wrapped {
        body.blocks.push(Block::Quote { blocks: quoted.blocks });
    } else {
        body.blocks.extend(quoted.blocks);
    }
    // Whatever a person carries over by hand, and where everybody reads it, is no longer a secret.
    let carried: Vec<String> = tokens(&body.canonical()).map(str::to_owned).collect();
    match side {
        Side::Source(_) => reply(w, pick, &token, body),
        Side::Tracker(_) => {
            let author = author(w, as_bot, pick);
            comment(w, pick, uid, &token, body, author, false);
        }
    }
    let hidden = w.jira.issues.iter().any(|i| i.now.secure && i.now.notes.iter().any(|note| note.words == token));
    if !hidden {
        w.public.extend(carried);
    }
}

impl World {
    /// Returns where the note with this key is.
    pub(super) fn find_original(&self, key: &Key) -> Option<(usize, usize)> {
        let at = |side: Side| key.comment_on(side);
        match (at(self.source()), at(self.tracker())) {
            (Some(id), _) => self.guance.find_note(id.as_str()),
            (_, Some(id)) => self.jira.find_note(id.as_str()),
            (None, None) => None,
        }
    }

    /// Checks that a write which is no comment goes to the issue that guajira made for its pair.
    pub(super) fn check_pair(&mut self, push: &Push, at: usize) {
        let born = self.jira.issues[at].now.born.as_ref().and_then(|key| key.issue_on(self.source()));
        if born.as_ref() != Some(&push.pair) {
            let name = self.jira.name(&self.jira.issues[at].now);
            self.blame(format!("astray: {} went to {name}, which is no copy of its issue", push.key));
        }
    }

    /// Checks that a copy is made of a person's own thing, in the one place where it belongs.
    pub(super) fn check_home(&mut self, key: &Key, target: Side, issue: &str) {
        if self.line == lines::alarms() {
            return lines::alarms::check_home(self, key, issue);
        }
        let Some((origin, kind, id)) = parts(self.line, key) else {
            return self.blame(format!("odd: {key} names nothing"));
        };
        if origin.is_source() == target.is_source() {
            return self.blame(format!("echo: {key} is copied to its own side"));
        }
        let is_file = kind == guajira::domain::Kind::Attachment;
        let pair_of = |issue: &IssueState| issue.born.as_ref().and_then(|key| key.issue_on(self.source()));
        let home = match origin {
            Side::Tracker(_) => self.jira.issues.iter().find_map(|issue| {
                let (files, notes) = (&issue.now.files, &issue.now.notes);
                Some((pair_of(&issue.now), born(is_file, files, notes, id)?))
            }),
            Side::Source(_) => self.guance.issues.iter().find_map(|issue| {
                let born = born(is_file, &issue.files, &issue.notes, id)?;
                let copy = self
                    .jira
                    .issues
                    .iter()
                    .filter(|j| !j.now.deleted)
                    .find(|j| pair_of(&j.now).is_some_and(|id| id.as_str() == issue.id));
                Some((copy.map(|j| guajira::domain::IssueId::new(&j.now.id)), born))
            }),
        };
        match home {
            None => self.blame(format!("odd: {key} names nothing that ever was")),
            Some((_, Some(born))) => self.blame(format!("echo: {key} is our own copy of {born}")),
            Some((home, None)) if home.as_ref().is_none_or(|home| home.as_str() != issue) => {
                self.blame(format!("astray: {key} went to {issue}, at home in {home:?}"));
            }
            Some(_) => {}
        }
    }
}

/// Returns the birth of the file or note with this id, if it is here.
#[expect(clippy::option_option, reason = "what people made has no birth, what is elsewhere has no answer")]
fn born(is_file: bool, files: &[Attached], notes: &[Note], id: &str) -> Option<Option<Key>> {
    if is_file {
        return files.iter().find(|file| file.id == id).map(|file| file.born.clone());
    }
    notes.iter().find(|note| note.id == id).map(|note| note.born.clone())
}
