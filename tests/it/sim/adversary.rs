//! An adversary with an ordinary account on each side: what he forges, copies and takes away. He never has our accounts
//! nor a key of our seals; he reads all that people read, seals included.

use guajira::domain::marker::{BETWEEN, REPLY_ID};
use guajira::domain::{CommentId, FileId, Fingerprint, Key, Marker, Person, Side, marker};
use guajira::plan::Direction;
use guajira::text::{Block, Doc, Inline};

use super::accounts::TrustSetup;
use super::files::{self, FileDeed};
use super::history::{Deed, Event, Setup, What};
use super::jira::IssueState;
use super::late;
use super::people::fresh;
use super::rng::{Rng, mix};
use super::tampering::{self, Tamper};
use super::world::{Mark, Note, World};

/// Where he puts a marker in a text of his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Beside the text: a comment property, a key of `extend`.
    Beside,
    /// In the first line, as guajira writes it.
    Headline,
    /// In a quotation.
    Quotation,
    /// He calls himself so.
    Name,
    /// He calls a file so.
    File,
}

/// Whose copy he claims that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Of what a copy's marker names, which he copies with its seal.
    Copied,
    /// The same, of a copy in the same thread.
    Beside,
    /// Of something in the same pair.
    Here,
    /// Of something in another pair.
    Elsewhere,
    /// Of something that will be written soon: Jira's ids are numbers in a row.
    Next,
    /// Of nothing.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgery {
    /// A comment or reply of his own.
    Note { side: Side, how: How, of: Of },
    /// A marker beside something that he wrote long since.
    Old { side: Side, of: Of },
    /// An issue of his own that claims to be the copy of a Guance issue.
    Issue { sealed: bool, labelled: bool },
    /// He edits an issue of guajira's.
    Tamper(Tamper),
}

impl Forgery {
    fn draw(rng: &mut Rng) -> Self {
        let side = rng.pick(&Side::BOTH);
        let of =
            rng.pick(&[Of::Copied, Of::Copied, Of::Here, Of::Here, Of::Here, Of::Elsewhere, Of::Next, Of::Nothing]);
        match rng.below(100) {
            0..55 => {
                let how =
                    rng.pick(&[How::Beside, How::Beside, How::Headline, How::Headline, How::Quotation, How::Name]);
                Self::Note { side, how: if rng.chance(15) { How::File } else { how }, of }
            }
            55..67 => Self::Old { side, of },
            67..82 => Self::Issue { sealed: rng.chance(40), labelled: rng.chance(60) },
            _ => Self::Tamper(rng.pick(&[
                Tamper::ExchangeProperty,
                Tamper::ExchangeProperty,
                Tamper::CopyProperty,
                Tamper::ForgeProperty,
                Tamper::RemoveProperty,
                Tamper::AddLabel,
                Tamper::ReplaceLabel,
            ])),
        }
    }
}

/// What follows this event in worlds with an adversary, with late restrictions or with accounts that change. Luck of its
/// own, so that the rest of a history does not depend on it.
pub(super) fn also(setup: &Setup, uid: u32) -> Vec<Event> {
    let rng = &mut Rng::new(mix(setup.seed ^ 0xadd5_0a77, u64::from(uid)));
    let TrustSetup { adversary, late, moves, .. } = setup.trust;
    let mut told = Vec::new();
    if adversary && rng.chance(30) {
        let forgery = Forgery::draw(rng);
        let about_issues = matches!(forgery, Forgery::Issue { .. } | Forgery::Tamper(_));
        // What waits has no copy yet.
        if about_issues && rng.chance(40) {
            told.push((1 + rng.below(40), What::Person(Deed::OpenGuance { listed: true }, rng.below(1000))));
        }
        told.push((1 + rng.below(40), What::Person(Deed::Forge(forgery), rng.below(1000))));
        if about_issues && setup.sweep && rng.chance(30) {
            told.push((1, What::LoseState));
        }
        if rng.chance(8) {
            told.push((1, What::Believe { edited: rng.chance(60), pick: rng.below(1000) }));
        }
    }
    if late && rng.chance(14) {
        told.extend(late::story(rng));
    }
    if moves && rng.chance(12) {
        let moved = [What::MoveBot, What::RotateKey];
        let both = rng.chance(30);
        let first = rng.below(2) as usize;
        told.push((1 + rng.below(60), moved[first].clone()));
        if both {
            told.push((1, moved[1 - first].clone()));
        }
        if rng.chance(40) && setup.sweep {
            told.push((1, What::LoseState));
        }
    }
    // Whose seal it is that he copies is known by the account alone, which is another since.
    let own = &mut Rng::new(mix(setup.seed ^ 0x5ea1_ed00, u64::from(uid)));
    if adversary && moves && own.chance(12) {
        let forged = Deed::Forge(Forgery::Old { side: Side::JIRA, of: Of::Beside });
        told.push((1 + own.below(60), What::Person(forged, own.below(1000))));
        told.push((1, What::MoveBot));
        if setup.sweep {
            told.push((1, What::LoseState));
        }
    }
    (0..).zip(told).map(|(n, (after_s, what))| Event { uid: 20_000 + uid * 20 + n, after_s, what }).collect()
}

/// Carries out a forgery.
pub(super) fn forge(w: &mut World, forgery: Forgery, pick: u32, uid: u32) {
    match forgery {
        Forgery::Note { side, how, of } => note(w, side, how, of, pick, uid),
        Forgery::Old { side, of } => old(w, side, of, pick),
        Forgery::Issue { sealed, labelled } => tampering::issue(w, sealed, labelled, pick, uid),
        Forgery::Tamper(tamper) => tampering::tamper_with(w, tamper, pick, uid),
    }
}

/// The places of a pair's issues, on Guance and on Jira.
fn pair(w: &World, pick: u32) -> Option<(usize, usize)> {
    let pairs: Vec<(usize, usize)> = ours(w).into_iter().filter_map(|at| Some((original(w, at)?, at))).collect();
    (!pairs.is_empty()).then(|| pairs[pick as usize % pairs.len()])
}

pub(super) fn ours(w: &World) -> Vec<usize> {
    (0..w.jira.issues.len()).filter(|at| is_ours(&w.jira.issues[*at].now) && w.is_of_this_line(*at)).collect()
}

fn is_ours(state: &IssueState) -> bool {
    state.born.is_some() && !state.deleted
}

fn original(w: &World, at: usize) -> Option<usize> {
    let id = w.jira.issues[at].now.born.as_ref()?.issue_on(w.source())?;
    w.guance.place(id.as_str())
}

fn thread(w: &World, side: Side, at: usize) -> &[Note] {
    match side {
        Side::Source(_) => &w.guance.issues[at].notes,
        Side::Tracker(_) => &w.jira.issues[at].now.notes,
    }
}

/// Makes the marker that he puts into a thread.
fn mark(w: &World, side: Side, (guance, jira): (usize, usize), of: Of, pick: u32) -> Option<Mark> {
    // In the line on stage.
    let origin = if side.is_source() { w.tracker() } else { w.source() };
    let (here, issues) = match origin {
        Side::Source(_) => (guance, w.guance.issues.len()),
        Side::Tracker(_) => (jira, w.jira.issues.len()),
    };
    let people = |at: usize| {
        let notes =
            thread(w, origin, at).iter().filter(|note| !note.deleted && note.born.is_none() && !note.by_monitor);
        notes.collect::<Vec<_>>()
    };
    // The newest have no copy yet.
    let of_one = |notes: Vec<&Note>| {
        let note = notes.iter().rev().nth(pick as usize / 7 % notes.len().max(1))?;
        let key = Key::comment(origin, &CommentId::new(&note.id));
        Some(Mark { key, written: Fingerprint::of(&[&note.body.canonical()]), seal: None })
    };
    let unknown = |key| Some(Mark { key, written: Fingerprint::of(&["forged"]), seal: None });
    match of {
        Of::Copied => {
            let places = if side.is_source() { w.guance.issues.len() } else { w.jira.issues.len() };
            let copies: Vec<Mark> =
                (0..places).flat_map(|at| thread(w, side, at)).filter_map(|n| shown(n, side)).collect();
            (!copies.is_empty()).then(|| copies[pick as usize / 7 % copies.len()].clone())
        }
        Of::Beside => {
            let at = if side.is_source() { guance } else { jira };
            let copies: Vec<Mark> = thread(w, side, at).iter().filter_map(|note| shown(note, side)).collect();
            copies.get(pick as usize / 7 % copies.len().max(1)).cloned()
        }
        Of::Here => of_one(people(here)),
        Of::Elsewhere => of_one((0..issues).filter(|at| *at != here).flat_map(people).collect()),
        Of::Next if !origin.is_source() => {
            let id = w.jira.coming(1 + pick % 3);
            let is_file = pick.is_multiple_of(4);
            unknown(if is_file {
                Key::file(origin, &FileId::new(id))
            } else {
                Key::comment(origin, &CommentId::new(id))
            })
        }
        Of::Next | Of::Nothing => {
            let id = if origin.is_source() { format!("{REPLY_ID}{}", "f".repeat(32)) } else { "99999999".to_owned() };
            unknown(Key::comment(origin, &CommentId::new(id)))
        }
    }
}

/// Returns the marker that a copy shows, beside its text or in it.
fn shown(note: &Note, side: Side) -> Option<Mark> {
    let key = note.born.clone().filter(|_| !note.deleted)?;
    let beside = note.aside.clone();
    beside.or_else(|| {
        let marker = marker::own_link(&note.body).and_then(Marker::parse)?;
        key.comment_on(side.opposite())
            .or_else(|| key.file_on(side.opposite()).map(|id| CommentId::new(id.as_str())))?;
        Some(Mark { key, written: marker.content, seal: marker.seal })
    })
}

/// The address in a copy's first line.
fn address(mark: &Mark, origin: Side) -> String {
    let issue = "https://jira.test/browse/OPS-1";
    let (address, id) = match (mark.key.comment_on(origin), mark.key.file_on(origin)) {
        (Some(id), _) if !origin.is_source() => (marker::comment_address(issue, id.as_str()), None),
        (None, Some(id)) => (marker::file_address(issue, id.as_str()), None),
        (id, _) => ("https://console.test/exceptions/issue/i".to_owned(), id),
    };
    let id = id.as_ref().map(CommentId::as_str);
    Marker { address: &address, id, content: mark.written.clone(), seal: mark.seal.clone() }.url()
}

fn headline(mark: &Mark, origin: Side) -> Block {
    let link = Inline::link("OPS-1", address(mark, origin));
    let time = Inline::text(format!("{BETWEEN}2026-11-22 10:00 UTC"));
    Block::Paragraph { content: vec![Inline::strong("Mia"), Inline::text(BETWEEN), link, time] }
}

pub(super) fn mallory(pick: u32) -> Person {
    Person { id: format!("acnt_{}", pick % 3), name: "Mallory".into(), email: None }
}

fn note(w: &mut World, side: Side, how: How, of: Of, pick: u32, uid: u32) {
    let Some(places) = pair(w, pick) else { return };
    let Some(mark) = mark(w, side, places, of, pick) else { return };
    let (token, origin) = (format!("tok{uid:05}"), if side.is_source() { w.tracker() } else { w.source() });
    let mut author = mallory(pick);
    let mut body = Doc::from_plain(&format!("mine {token}"));
    let mut aside = None;
    let mut name = None;
    match how {
        // What `extend` would hold is dropped in some worlds.
        How::Beside if !side.is_source() || w.setup.extend_kept => aside = Some(mark.clone()),
        How::Beside | How::Headline => body.blocks.insert(0, headline(&mark, origin)),
        How::Quotation => body.blocks.push(Block::Quote { blocks: vec![headline(&mark, origin)] }),
        How::Name => author.name = format!("Mia{BETWEEN}{}", address(&mark, origin)),
        How::File if w.setup.files == Direction::Off => body.blocks.push(headline(&mark, origin)),
        How::File => name = Some(address(&mark, origin).replace('/', "_")),
    }
    w.note(|| format!("        on {side}, of {}", mark.key));
    if let Some(name) = name {
        let file = FileDeed { side, large: false, shown: false };
        return attach(w, file, places, name, uid);
    }
    let at = if side.is_source() { places.0 } else { places.1 };
    let (id, now) = match side {
        Side::Source(_) => (w.guance.fresh_reply_id(), w.guance_now()),
        Side::Tracker(_) => (w.jira.fresh_comment_id(), w.jira_now()),
    };
    let note = Note { aside, ..fresh(id, author, body, now, &token) };
    match side {
        Side::Source(_) => {
            w.guance.issues[at].notes.push(note);
            w.replied(at);
        }
        Side::Tracker(_) => {
            w.jira.issues[at].now.notes.push(note);
            w.touched(at, uid);
        }
    }
}

fn attach(w: &mut World, deed: FileDeed, (guance, jira): (usize, usize), name: String, uid: u32) {
    let token = format!("tok{uid:05}");
    match deed.side {
        Side::Source(_) => {
            let now = w.guance_now();
            let file = files::made(format!("att_{uid}"), deed, &token, uid, now);
            w.guance.issues[guance].files.push(files::Attached { name, ..file });
            w.replied(guance);
        }
        Side::Tracker(_) => {
            let (id, now) = (w.jira.fresh_comment_id(), w.jira_now());
            let file = files::made(id, deed, &token, uid, now);
            w.jira.issues[jira].now.files.push(files::Attached { name, ..file });
            w.touched(jira, uid);
        }
    }
}

/// Nothing tells anybody that a property was set.
fn old(w: &mut World, side: Side, of: Of, pick: u32) {
    let Some(places) = pair(w, pick) else { return };
    if side.is_source() && !w.setup.extend_kept {
        return;
    }
    let Some(mark) = mark(w, side, places, of, pick) else { return };
    let bots = w.accounts.bots();
    let notes = match side {
        Side::Source(_) => &mut w.guance.issues[places.0].notes,
        Side::Tracker(_) => &mut w.jira.issues[places.1].now.notes,
    };
    let is_his =
        |note: &&mut Note| note.born.is_none() && !note.deleted && !note.by_monitor && !bots.contains(&note.author.id);
    let mut own: Vec<&mut Note> = notes.iter_mut().filter(is_his).collect();
    let count = own.len().max(1);
    let Some(note) = own.get_mut(pick as usize / 3 % count) else { return };
    note.aside = Some(mark.clone());
    let id = note.id.clone();
    w.note(|| format!("        on {side} {id}, of {}", mark.key));
}

/// Makes what a state of version 0.1 may hold: it believed that a note of his is the copy of an original. Returns both,
/// and the link's words.
pub(super) fn believed(w: &mut World, pick: u32, uid: u32) -> Option<(Side, Key, String, String)> {
    let places = pair(w, pick)?;
    let side = if pick.is_multiple_of(2) { Side::GUANCE } else { Side::JIRA };
    let origin = side.opposite();
    let (first, second) = (format!("tok{uid:05}"), format!("tok{:05}", uid + 10));
    let (original, pair) = (Doc::from_plain(&format!("well, {first}")), w.guance.issues[places.0].id.clone());
    let written = Fingerprint::of(&[&original.canonical()]);
    let ids = match side {
        Side::Source(_) => (w.jira.fresh_comment_id(), w.guance.fresh_reply_id()),
        Side::Tracker(_) => (w.guance.fresh_reply_id(), w.jira.fresh_comment_id()),
    };
    let key = Key::comment(origin, &CommentId::new(&ids.0));
    let mark = Mark { key: key.clone(), written, seal: None };
    let times = (w.guance_now(), w.jira_now());
    for (on, id, body, words, aside) in [
        (origin, ids.0.clone(), original, first, None),
        (side, ids.1.clone(), Doc::from_plain(&format!("mine {second}")), second, Some(mark)),
    ] {
        let now = if on.is_source() { times.0 } else { times.1 };
        let note = Note { aside, ..fresh(id, mallory(pick), body, now, &words) };
        match on {
            Side::Source(_) => {
                w.guance.issues[places.0].notes.push(note);
                w.replied(places.0);
            }
            Side::Tracker(_) => {
                w.jira.issues[places.1].now.notes.push(note);
                w.touched(places.1, uid);
            }
        }
    }
    Some((side, key, ids.1, pair))
}

impl World {
    /// Returns the original whose sealed marker somebody copied into a note of the same thread, where it holds.
    pub(super) fn twin_of(&self, side: Side, issue: &str, note: &Note) -> Option<Key> {
        if note.born.is_some() {
            return None;
        }
        self.sealed_claim(side, issue, note).map(|claim| claim.key)
    }
}
