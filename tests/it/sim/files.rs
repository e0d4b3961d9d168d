//! Attached files: what people attach, how the services keep and give them, and what must hold of them.

use std::io::{Cursor, Read};

use guajira::domain::{Action, File, FileId, IssueId, Key, Maker, Person, Push, Receipt, Side, Visibility};
use guajira::plan::{Deletes, Flow};
use guajira::ports::{ApiError, ApiErrorKind, Content};
use guajira::state::{State, StateError};
use guajira::text::{Block, Doc, Inline};

use super::history::Setup;
use super::rng::Rng;
use super::world::{Note, World, time};
use crate::fixtures;

/// The largest file that is carried, in bytes.
const LIMIT: u64 = 4000;

/// A file as its service holds it.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) author: Person,
    pub(super) created: i64,
    /// The reply that carries it, on Guance.
    pub(super) reply: Option<String>,
    /// The truth: guajira brought it, under this key.
    pub(super) born: Option<Key>,
}

/// A person attaches something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileDeed {
    pub(super) side: Side,
    /// Too large to be carried.
    pub(super) large: bool,
    /// With a text: a reply on Guance, a restricted comment on Jira.
    pub(super) shown: bool,
}

impl FileDeed {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        Self { side: rng.pick(&Side::BOTH), large: rng.chance(10), shown: rng.chance(40) }
    }
}

pub(super) fn flow(setup: &Setup) -> Flow {
    Flow { attachments: setup.files, max_attachment: LIMIT, ..setup.fields.flow() }
}

/// What a person attaches: screenshots are all called the same.
pub(super) fn made(id: String, deed: FileDeed, token: &str, uid: u32, now: i64) -> Attached {
    let name = if uid.is_multiple_of(2) { "image.png".to_owned() } else { format!("{token}.log") };
    let padding = if deed.large { usize::try_from(LIMIT).unwrap_or(0) } else { uid as usize % 2000 };
    let bytes = format!("{token}{}", ".".repeat(padding)).into_bytes();
    let author = Person { id: format!("keeper_{uid}"), name: "Wang".into(), email: None };
    Attached { id, name, bytes, author, created: now, reply: None, born: None }
}

/// Who shows a file in a restricted comment, and how: its author, with or without its name, or somebody else, with a picture
/// that has no name.
pub(super) fn shown_by(file: &Attached, token: &str, pick: u32) -> (Person, Doc) {
    let name = if pick.is_multiple_of(2) { &file.name } else { "" };
    let mut body = Doc::from_plain(&format!("secret {token}: {name}"));
    if !pick.is_multiple_of(3) {
        return (file.author.clone(), body);
    }
    body = Doc::from_plain(&format!("secret {token}"));
    let picture = Inline::Image { url: String::new(), alt: String::new() };
    body.blocks.push(Block::Paragraph { content: vec![picture] });
    (Person { id: format!("guest_{token}"), name: "Li".into(), email: None }, body)
}

impl Attached {
    fn told(&self, side: Side, issue: &str, tells_size: bool, maker: Maker) -> File {
        File {
            issue: IssueId::new(issue),
            name: self.name.clone(),
            size: tells_size.then_some(self.bytes.len() as u64),
            author: self.author.clone(),
            created: (!side.is_source() || self.reply.is_some()).then(|| time(self.created)),
            ours: !side.is_source() && matches!(maker, Maker::Us | Maker::Former),
            ..fixtures::file(side, &self.id)
        }
    }

    pub(super) fn key(&self, side: Side) -> Key {
        Key::file(side, &FileId::new(&self.id))
    }

    fn is_carried(&self) -> bool {
        self.born.is_none() && self.bytes.len() as u64 <= LIMIT
    }

    /// Returns true when a comment that not everybody may read shows it.
    fn is_hidden(&self, notes: &[Note]) -> bool {
        notes.iter().any(|note| note.restricted && !note.deleted && self.is_shown_by(note))
    }

    /// Returns true when nothing but a picture without a name speaks for this note's showing it.
    pub(super) fn is_nameless_in(&self, note: &Note) -> bool {
        note.author.id != self.author.id && !note.body.canonical().contains(&self.name)
    }

    /// Returns true when a comment that not everybody may read keeps it where it is. Who says something long after he attached a
    /// file need not mean that one.
    pub(super) fn is_kept_back_by(&self, note: &Note) -> bool {
        note.restricted && !note.deleted && self.is_shown_by(note) && !self.is_old_for(note)
    }

    /// Returns true when only its author speaks for this note's showing it, who attached it long before.
    fn is_old_for(&self, note: &Note) -> bool {
        let is_named = is_in(&self.name, note) || note.body.shown().names.iter().any(String::is_empty);
        !is_named && self.created < note.created - 10 * 60_000
    }

    pub(super) fn is_shown_by(&self, note: &Note) -> bool {
        // Of a picture without a name nobody knows which of those files it is that were there by then.
        let nameless = note.body.shown().names.iter().any(String::is_empty) && self.created <= note.updated + 60_000;
        nameless || note.author.id == self.author.id || is_in(&self.name, note)
    }
}

/// Returns true when a note's text holds a file's name: Jira stores some characters of a name as others.
fn is_in(name: &str, note: &Note) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(&note.body.canonical()).contains(&letters(name))
}

/// What is attached to a Jira issue, as the service lists it.
pub(super) fn on_jira(w: &mut World, issue: &IssueId) -> (Visibility, Vec<File>) {
    let forgetful = w.bug == Some(super::gallery::Bug::FileCopyNotLookedFor);
    let Some(at) = w.jira.place(issue.as_str()) else { return (Visibility::Public, Vec::new()) };
    let issue = &w.jira.issues[at].now;
    let listed: Vec<_> = issue.files.iter().filter(|file| file.born.is_none() || !forgetful).collect();
    let public = listed.iter().filter(|file| !issue.secure && file.is_carried() && !file.is_hidden(&issue.notes));
    let tracker = w.tracker();
    w.shown.extend(public.map(|file| file.key(tracker)));
    let visibility = if issue.secure { Visibility::Restricted("security".into()) } else { Visibility::Public };
    (
        visibility,
        listed.into_iter().map(|file| file.told(w.tracker(), &issue.id, true, w.jira_maker(&file.author.id))).collect(),
    )
}

/// What is attached to a Guance issue and to people's replies.
pub(super) fn on_guance(w: &mut World, issue: &IssueId) -> Vec<File> {
    let Some(at) = w.guance.place(issue.as_str()) else { return Vec::new() };
    let issue = &w.guance.issues[at];
    let listed: Vec<_> =
        issue.files.iter().filter(|file| file.born.is_none() && is_there(file, &issue.notes)).collect();
    let source = w.source();
    w.shown.extend(listed.iter().filter(|file| file.is_carried()).map(|file| file.key(source)));
    listed.into_iter().map(|file| file.told(w.source(), &issue.id, w.setup.file_sizes, Maker::Other)).collect()
}

/// With a reply goes what it carries.
fn is_there(file: &Attached, notes: &[Note]) -> bool {
    file.reply.as_ref().is_none_or(|reply| notes.iter().any(|note| note.id == *reply && !note.deleted))
}

/// Where a file is, and whether everybody may read it: the issue, the file, since when that is so.
pub(super) fn eligible<'w>(w: &'w World, side: Side, id: &str) -> Option<(&'w str, i64)> {
    if !w.setup.files.writes(side.opposite()) {
        return None;
    }
    match side {
        Side::Source(_) => w.guance.issues.iter().find_map(|issue| {
            let file = issue.files.iter().find(|file| file.id == id)?;
            (file.is_carried() && is_there(file, &issue.notes)).then_some((issue.id.as_str(), file.created))
        }),
        Side::Tracker(_) => w.jira.issues.iter().find_map(|issue| {
            let issue = &issue.now;
            let file = issue.files.iter().find(|file| file.id == id)?;
            let open = !issue.secure && !file.is_hidden(&issue.notes);
            // A change of any comment may have opened it up.
            let changes = issue.notes.iter().map(|note| note.updated);
            let since = changes.chain([file.created, issue.opened_up]).max().unwrap_or_default();
            (file.is_carried() && open).then_some((issue.id.as_str(), since))
        }),
    }
}

/// Opens a file. An answer that is cut short breaks off in the middle.
pub(super) fn open(w: &World, file: &File, cut: bool) -> Result<Content, ApiError> {
    let all = match file.side {
        Side::Source(_) => w.guance.place(file.issue.as_str()).map(|at| &w.guance.issues[at].files),
        Side::Tracker(_) => w.jira.place(file.issue.as_str()).map(|at| &w.jira.issues[at].now.files),
    };
    let found = all.and_then(|all| all.iter().find(|one| one.id == file.id.as_str()));
    let gone = || ApiError::new(file.side, ApiErrorKind::Refused, "404 no such file");
    let bytes = found.ok_or_else(gone)?.bytes.clone();
    let size = (!file.side.is_source() || w.setup.file_sizes).then_some(bytes.len() as u64);
    let data: Box<dyn Read + Send> = if cut {
        Box::new(Cursor::new(bytes[..bytes.len() / 2].to_vec()).chain(Broken))
    } else {
        Box::new(Cursor::new(bytes))
    };
    Ok(Content { size, data })
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("the answer breaks off"))
    }
}

/// Reads what is to be uploaded; `None` when it breaks off.
pub(super) fn drained(mut content: Content) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    content.data.read_to_end(&mut bytes).ok().map(|_| bytes)
}

/// Jira takes a file.
pub(super) fn attach_on_jira(w: &mut World, push: &Push, bytes: &[u8]) -> Result<Receipt, ApiError> {
    let refused = |why: &str| Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, why.to_owned()));
    let Action::AddFile { issue, file, .. } = &push.action else { return refused("no file") };
    let Some(at) = w.jira.place(issue.as_str()) else { return refused("404 no such issue") };
    if w.jira.projects[w.jira.issues[at].now.project].service {
        return refused("customers might see it");
    }
    super::fields::closed(w, at, push);
    w.crosses(push, &String::from_utf8_lossy(bytes));
    w.check_home(&push.key, w.tracker(), issue.as_str());
    w.copied(&push.key);
    let (id, created) = (w.jira.fresh_comment_id(), w.jira_now());
    let author = Person { id: w.accounts.bot(), ..Person::default() };
    let (name, born) = (file.name.clone(), Some(push.key.origin()));
    let copy = Attached { id: id.clone(), name, bytes: bytes.to_vec(), author, created, reply: None, born };
    w.jira.issues[at].now.files.push(copy);
    w.touched(at, 60_000 + w.requests);
    w.writes += 1;
    Ok(Receipt::of(id, Some(time(created))))
}

/// A reply carries an uploaded file.
pub(super) fn carried_by(w: &mut World, push: &Push, reply: &str, bytes: &[u8]) {
    let Action::AddFile { issue, file, .. } = &push.action else { return };
    let Some(at) = w.guance.place(issue.as_str()) else { return };
    w.crosses(push, &String::from_utf8_lossy(bytes));
    let (id, reply) = (format!("att_of_{reply}"), Some(reply.to_owned()));
    let (name, born, created) = (file.name.clone(), Some(push.key.origin()), w.guance_now());
    let author = Person::default();
    w.guance.issues[at].files.push(Attached { id, name, bytes: bytes.to_vec(), author, created, reply, born });
}

/// Everything that may be carried has exactly one copy with the same bytes.
pub(super) fn settled(w: &World, issue: &super::guance::GuanceIssue, copy: &super::jira::JiraIssue) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |file: &Attached, side: Side, copies: Vec<Option<&[u8]>>, open: bool| {
        let key = file.key(side);
        let excused =
            !w.setup.files.writes(side.opposite()) || w.refused.contains(&key) || w.copy_deleted.contains_key(&key);
        if !file.is_carried() || !open || excused {
            return;
        }
        match copies.as_slice() {
            [None] if !side.is_source() && w.troubled => {}
            [Some(bytes)] if *bytes == file.bytes => {}
            [Some(_)] => wrong.push(format!("stale: the copy of {key} has other bytes")),
            other => wrong.push(format!("lost: {key} ({}) has {} copies", file.name, other.len())),
        }
    };
    let there = &copy.now;
    // That such a comment was deleted may tell nobody.
    let unseen = !w.setup.deletes.bumps && w.setup.deletes.deletes == Deletes::Keep;
    let ghosts = |file: &Attached| {
        unseen && there.notes.iter().any(|note| note.restricted && note.deleted && file.is_shown_by(note))
    };
    for file in issue.files.iter().filter(|file| is_there(file, &issue.notes)) {
        let key = file.key(w.source());
        let copies = there.files.iter().filter(|copy| copy.born.as_ref() == Some(&key));
        check(file, w.source(), copies.map(|copy| Some(copy.bytes.as_slice())).collect(), !w.is_closed(copy));
    }
    for file in &there.files {
        let key = file.key(w.tracker());
        let replies = issue.notes.iter().filter(|note| !note.deleted && note.born.as_ref() == Some(&key));
        let bytes = |note: &Note| issue.files.iter().find(|file| file.reply.as_ref() == Some(&note.id));
        let copies = replies.map(|note| bytes(note).map(|file| file.bytes.as_slice())).collect();
        check(file, Side::JIRA, copies, !there.secure && !file.is_hidden(&there.notes) && !ghosts(file));
    }
    wrong
}

/// Returns true when a file is neither linked nor in the outbox.
pub(super) fn is_unknown(state: &State, side: Side, id: &str) -> Result<bool, StateError> {
    let id = FileId::new(id);
    let known = state.known_files(side, std::iter::once(&id))?;
    Ok(known.files.is_empty() && !known.outbox.contains_key(&Key::file(side, &id)))
}

/// Says what everybody may read by now.
pub(super) fn published(w: &mut World, side: Side, at: usize) {
    let open: Vec<String> = match side {
        Side::Source(_) => w.guance.issues[at].files.iter().flat_map(Attached::tokens).collect(),
        Side::Tracker(_) => {
            let issue = &w.jira.issues[at].now;
            let is_hidden = |file: &Attached| issue.notes.iter().any(|note| file.is_kept_back_by(note));
            let open = issue.files.iter().filter(|file| !issue.secure && !is_hidden(file));
            open.flat_map(Attached::tokens).collect()
        }
    };
    w.public.extend(open);
}

impl Attached {
    fn tokens(&self) -> Vec<String> {
        super::world::tokens(&String::from_utf8_lossy(&self.bytes)).map(str::to_owned).collect()
    }
}
