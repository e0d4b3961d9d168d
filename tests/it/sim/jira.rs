//! The simulated Jira: projects, issues, comments, and a search index that shows changes late.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use guajira::domain::{
    Action, Claim, Comment, CommentId, Fingerprint, Issue, IssueId, Key, NewIssue, Person, Push, Receipt, Side,
    Visibility,
};
use guajira::ports::{ApiError, ApiErrorKind, Batch, Identity, Lookup, Register, Remote, Span, Unreadable, Wanted};
use guajira::text::Doc;

use super::gallery::{self, Bug};
use super::history::Setup;
use super::rng::mix;
use super::world::{Note, Passage, World, links, send, time};

/// The account guajira writes with; people sometimes use it by hand.
pub(super) const BOT: &str = "bot";
/// Search answers come in pages of this many issues.
const PAGE: usize = 3;

#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) key: String,
    old_keys: Vec<String>,
    pub(super) service: bool,
    numbers: u32,
}

/// An issue as it is, or as the index shows it.
#[derive(Clone, Debug)]
pub(super) struct IssueState {
    pub(super) id: String,
    pub(super) project: usize,
    number: u32,
    pub(super) title: String,
    pub(super) body: Doc,
    pub(super) author: Person,
    pub(super) labels: Vec<String>,
    /// The issue property that guajira writes.
    pub(super) property: Option<(Key, Fingerprint)>,
    /// The truth: guajira made it, under this key.
    pub(super) born: Option<Key>,
    pub(super) secure: bool,
    /// When a security level was last taken away.
    pub(super) opened_up: i64,
    created: i64,
    pub(super) updated: i64,
    pub(super) notes: Vec<Note>,
}

#[derive(Debug)]
pub(super) struct JiraIssue {
    pub(super) now: IssueState,
    /// What search shows from when on.
    index: Vec<(i64, Rc<IssueState>)>,
}

#[derive(Debug)]
pub(super) struct JiraSite {
    pub(super) projects: Vec<Project>,
    pub(super) issues: Vec<JiraIssue>,
    /// Where each comment is: issue and place in its thread.
    next_comment: u64,
}

impl JiraSite {
    pub(super) fn new(setup: &Setup) -> Self {
        let project = |key: &str, service| Project { key: key.into(), old_keys: Vec::new(), service, numbers: 0 };
        Self {
            projects: vec![project("OPS", setup.service), project("DEV", false), project("DESK", true)],
            issues: Vec::new(),
            next_comment: 10_000,
        }
    }

    fn project(&self, key: &str) -> Option<usize> {
        self.projects.iter().position(|p| p.key == key || p.old_keys.iter().any(|old| old == key))
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.issues.iter().position(|issue| issue.now.id == id)
    }

    pub(super) fn fresh_comment_id(&mut self) -> String {
        self.next_comment += 1;
        self.next_comment.to_string()
    }

    pub(super) fn rename(&mut self, project: usize, key: String) {
        let project = &mut self.projects[project];
        project.old_keys.push(std::mem::replace(&mut project.key, key));
    }

    pub(super) fn name(&self, issue: &IssueState) -> String {
        format!("{}-{}", self.projects[issue.project].key, issue.number)
    }

    /// Gives the issue the next number of this project.
    pub(super) fn number_in(&mut self, project: usize) -> u32 {
        self.projects[project].numbers += 1;
        self.projects[project].numbers
    }

    pub(super) fn find_note(&self, id: &str) -> Option<(usize, usize)> {
        self.issues
            .iter()
            .enumerate()
            .find_map(|(at, issue)| issue.now.notes.iter().position(|note| note.id == id).map(|n| (at, n)))
    }
}

impl World {
    /// Opens an issue. Its index entry follows with [`World::touched`].
    pub(super) fn open_jira(&mut self, project: usize, title: String, body: Doc, author: Person) -> usize {
        let at = self.jira_now();
        let number = self.jira.number_in(project);
        let id = (20_000 + self.jira.issues.len()).to_string();
        let now = IssueState {
            id,
            project,
            number,
            title,
            body,
            author,
            labels: Vec::new(),
            property: None,
            born: None,
            secure: false,
            opened_up: 0,
            created: at,
            updated: at,
            notes: Vec::new(),
        };
        self.jira.issues.push(JiraIssue { now, index: Vec::new() });
        self.jira.issues.len() - 1
    }

    pub(super) fn move_jira(&mut self, issue: usize, project: usize) {
        let number = self.jira.number_in(project);
        let state = &mut self.jira.issues[issue].now;
        (state.project, state.number) = (project, number);
    }

    /// Moves the issue's update time and lets the index know, later.
    pub(super) fn touched(&mut self, issue: usize, salt: u32) {
        let at = self.jira_now();
        let lag = match self.setup.max_lag_s {
            0 => 0,
            max => mix(self.setup.seed, u64::from(salt)) % (u64::from(max) * 1000),
        };
        let shown = self.now + i64::try_from(lag).unwrap_or(0);
        let secure = self.jira.issues[issue].now.secure;
        let issue = &mut self.jira.issues[issue];
        issue.now.updated = at;
        issue.index.push((shown, Rc::new(issue.now.clone())));
        if !secure {
            let notes = issue.now.notes.iter().filter(|note| !note.restricted && !note.deleted);
            self.public.extend(notes.flat_map(Note::said));
        }
    }

    fn indexed(&self, issue: &JiraIssue) -> Option<Rc<IssueState>> {
        issue.index.iter().rev().find(|(from, _)| *from <= self.now).map(|(_, state)| Rc::clone(state))
    }

    fn jira_issue(&self, state: &IssueState, inline: Option<usize>, by_search: bool) -> Issue {
        let name = self.jira.name(state);
        let notes: Vec<&Note> = state.notes.iter().filter(|note| !note.deleted).collect();
        let thread = match inline {
            Some(most) if notes.len() <= most => Some(notes.iter().map(|n| self.jira_comment(state, n)).collect()),
            _ => None,
        };
        let label = || state.labels.iter().find_map(|l| l.strip_prefix("issue_")).map(|hex| format!("issue_{hex}"));
        let by_label = |proven| {
            let key = Key::issue(Side::Guance, &IssueId::new(label()?));
            Some(Claim { key, proven, written: None })
        };
        let property = state.property.as_ref().filter(|_| !by_search || self.setup.search_properties);
        let by_property =
            property.map(|(key, written)| Claim { key: key.clone(), proven: true, written: Some(written.clone()) });
        let claim = match self.bug {
            Some(Bug::MarkerOnlyInALabel) => by_label(true),
            _ => by_property.or_else(|| by_label(false).filter(|_| state.author.id == BOT)),
        };
        Issue {
            side: Side::Jira,
            id: IssueId::new(&state.id),
            url: format!("https://jira.test/browse/{name}"),
            name,
            title: state.title.clone(),
            body: state.body.clone(),
            level: None,
            source: String::new(),
            status: "To Do".into(),
            author: state.author.clone(),
            created: time(state.created),
            updated: time(state.updated),
            visibility: if state.secure { Visibility::Restricted("security".into()) } else { Visibility::Public },
            service: self.jira.projects[state.project].service,
            claim,
            thread,
        }
    }

    fn jira_comment(&self, issue: &IssueState, note: &Note) -> Comment {
        let hidden = if note.restricted { Some("role Developers") } else { issue.secure.then_some("security level") };
        let aside = note.aside.as_ref().map(|(key, written)| Claim {
            key: key.clone(),
            proven: true,
            written: Some(written.clone()),
        });
        let claim = match self.bug {
            Some(Bug::EchoByEqualText) => gallery::claim_by_text(self, Side::Jira, note),
            _ => aside.or_else(|| visible_claim(&note.body, Side::Guance, note.author.id == BOT)),
        };
        Comment {
            side: Side::Jira,
            id: CommentId::new(&note.id),
            issue: IssueId::new(&issue.id),
            url: format!("https://jira.test/browse/{}?focusedCommentId={}", self.jira.name(issue), note.id),
            author: note.author.clone(),
            body: note.body.clone(),
            created: time(note.created),
            updated: time(note.updated),
            visibility: hidden.map_or(Visibility::Public, |why| Visibility::Restricted(why.into())),
            claim,
        }
    }
}

/// Reads the visible marker of a text, as an adapter does where nothing can be kept beside it: a link in the first
/// block. Further down it is a quotation.
pub(super) fn visible_claim(body: &Doc, origin: Side, proven: bool) -> Option<Claim> {
    let first = Doc { blocks: body.blocks.first().cloned().into_iter().collect() };
    links(&first).into_iter().find_map(|url| {
        let (address, marker) = url.split_once("#guajira-")?;
        let (id, written) = match origin {
            Side::Jira => (address.split_once("focusedCommentId=")?.1, marker),
            Side::Guance => marker.split_once('-')?,
        };
        let written = Fingerprint::parse(written);
        Some(Claim { key: Key::comment(origin, &CommentId::new(id)), proven, written })
    })
}

/// Jira as the engine sees it.
pub(super) struct SimJira<'w>(pub(super) &'w RefCell<World>);

impl SimJira<'_> {
    fn read(&self, what: &str) -> Result<Passage, ApiError> {
        let passage = send(self.0, Side::Jira, what, false)?;
        if passage == Passage::DieAfter {
            std::panic::panic_any(super::world::Killed);
        }
        Ok(passage)
    }

    fn hits(&self, span: &Span) -> Vec<Rc<IssueState>> {
        let w = self.0.borrow();
        if w.anonymous {
            return Vec::new();
        }
        let shift = if w.bug == Some(Bug::LocalDates) { 8 * 3_600_000 } else { 0 };
        let from = span.from.timestamp_millis() + shift;
        let after = |updated: i64| match w.bug {
            // "10:07" against "10:07:31": what lies in the boundary's own minute sorts before it.
            Some(Bug::MinutesAsText) => updated / 60_000 * 60_000 >= from,
            _ => updated >= from,
        };
        let before = |updated: i64| span.until.is_none_or(|until| updated < until.timestamp_millis());
        let mut hits: Vec<_> = w
            .jira
            .issues
            .iter()
            .filter_map(|issue| w.indexed(issue))
            .filter(|state| {
                let asked = match span.ours_only {
                    true => state.author.id == BOT,
                    false => state.project == 0 || span.strays.iter().any(|id| id.as_str() == state.id),
                };
                asked && after(state.updated) && before(state.updated)
            })
            .collect();
        hits.sort_by_key(|state| mix(w.setup.seed, state.updated.unsigned_abs()));
        hits
    }

    fn create(w: &mut World, push: &Push, new: &NewIssue) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::Jira, ApiErrorKind::Refused, why.to_owned()));
        let Some(project) = w.jira.project(&new.project) else { return refused("no such project") };
        let text = format!("{} {}", new.title, new.body.canonical());
        w.crosses(&push.key, &text);
        w.copied(&push.key);
        let author = Person { id: BOT.into(), ..Person::default() };
        let at = w.open_jira(project, new.title.clone(), new.body.clone(), author);
        let labels_dropped = w.setup.labels_dropped;
        let state = &mut w.jira.issues[at].now;
        if !labels_dropped {
            state.labels.clone_from(&new.labels);
            state.labels.extend(push.key.issue_on(Side::Guance).map(|id| id.as_str().to_owned()));
        }
        state.property = Some((push.key.origin(), push.content.clone()));
        state.born = Some(push.key.origin());
        w.touched(at, 50_000 + u32::try_from(at).unwrap_or(0));
        w.writes += 1;
        Ok(receipt(w, at, None))
    }

    fn write(w: &mut World, push: &Push) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::Jira, ApiErrorKind::Refused, why.to_owned()));
        let (issue, body, internal) = match &push.action {
            Action::CreateIssue(new) => return Self::create(w, push, new),
            Action::AddComment { issue, body, internal, .. } | Action::EditComment { issue, body, internal, .. } => {
                (issue, Some(body), *internal)
            }
            Action::DeleteComment { issue, .. } => (issue, None, true),
        };
        let Some(at) = w.jira.place(issue.as_str()) else { return refused("404 no such issue") };
        if let Some(body) = body {
            w.crosses(&push.key, &body.canonical());
        }
        let desk = w.jira.projects[w.jira.issues[at].now.project].service;
        if desk && !internal {
            w.blame(format!("leak: {} is shown to the customers of a service project", push.key));
        }
        let kept = w.setup.comment_properties.then(|| (push.key.origin(), push.content.clone()));
        let salt = 60_000 + w.requests;
        match &push.action {
            Action::CreateIssue(_) => {}
            Action::AddComment { body, .. } => {
                w.check_home(&push.key, Side::Jira, issue.as_str());
                w.copied(&push.key);
                let (id, now) = (w.jira.fresh_comment_id(), w.jira_now());
                let note = Note {
                    id,
                    author: Person { id: BOT.into(), ..Person::default() },
                    body: body.clone(),
                    created: now,
                    updated: now,
                    restricted: false,
                    aside: kept,
                    born: Some(push.key.origin()),
                    deleted: false,
                    hand: None,
                    written: Some(push.content.clone()),
                    words: String::new(),
                };
                w.jira.issues[at].now.notes.push(note);
                w.touched(at, salt);
                w.writes += 1;
                let n = w.jira.issues[at].now.notes.len() - 1;
                return Ok(receipt(w, at, Some(n)));
            }
            Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. } => {
                let now = w.jira_now();
                let notes = &mut w.jira.issues[at].now.notes;
                let Some(n) = notes.iter().position(|note| note.id == comment.as_str() && !note.deleted) else {
                    return refused("404 no such comment");
                };
                let note = &mut notes[n];
                let ours = note.born == Some(push.key.origin());
                let trampled = note.tramples(&push.content);
                match body {
                    Some(body) => note.rewrite(body, &push.content, kept),
                    None => note.deleted = true,
                }
                note.updated = now;
                w.trampled(&push.key, trampled);
                if !ours {
                    w.blame(format!("foreign: {} rewrote comment {comment}, which is no copy of it", push.key));
                }
                w.touched(at, salt);
                w.writes += 1;
                return Ok(receipt(w, at, Some(n)));
            }
        }
        refused("nothing to do")
    }

    fn look(w: &World, wanted: &Wanted) -> Lookup {
        let Some((side, kind, _)) = wanted.key.parts() else { return Lookup::Unsure };
        if side != Side::Guance {
            return Lookup::Unsure;
        }
        if w.anonymous {
            // As the adapter sees it: no issue by this id, so no comment on it.
            return if wanted.issue.is_some() { Lookup::Absent } else { Lookup::Unsure };
        }
        let origin = wanted.key.origin();
        if kind == guajira::domain::Kind::Issue {
            let claims = |state: &IssueState| match w.bug {
                Some(Bug::MarkerOnlyInALabel) => state.labels.iter().any(|label| origin.as_str().ends_with(label)),
                _ => state.property.as_ref().is_some_and(|(key, _)| *key == origin),
            };
            let found = w.jira.issues.iter().position(|issue| match w.bug {
                Some(Bug::LaggingSearchTrusted) => w.indexed(issue).is_some_and(|state| claims(&state)),
                _ => claims(&issue.now),
            });
            return found.map_or(Lookup::Absent, |at| Lookup::Found(receipt(w, at, None)));
        }
        let Some(at) = wanted.issue.as_ref().and_then(|id| w.jira.place(id.as_str())) else { return Lookup::Unsure };
        let issue = &w.jira.issues[at];
        let indexed = w.indexed(issue);
        let state = match (w.bug, &indexed) {
            (Some(Bug::LaggingSearchTrusted), Some(state)) => state,
            (Some(Bug::LaggingSearchTrusted), None) => return Lookup::Absent,
            _ => &issue.now,
        };
        let holds = |note: &Note| {
            let claim = w.jira_comment(state, note).claim;
            claim.is_some_and(|claim| {
                let right = wanted.content.is_none() || claim.written == wanted.content;
                claim.proven && claim.key == origin && right
            })
        };
        let found = state.notes.iter().position(|note| !note.deleted && holds(note));
        found.map_or(Lookup::Absent, |n| Lookup::Found(receipt(w, at, Some(n))))
    }
}

fn receipt(w: &World, issue: usize, note: Option<usize>) -> Receipt {
    let state = &w.jira.issues[issue].now;
    let id = note.and_then(|n| state.notes.get(n)).map_or(&state.id, |note| &note.id);
    let name = if note.is_some() { id.clone() } else { w.jira.name(state) };
    Receipt { id: id.clone(), name, at: Some(time(w.jira_now())), dropped: Vec::new() }
}

impl Remote for SimJira<'_> {
    fn side(&self) -> Side {
        Side::Jira
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.read("who am I")?;
        let w = self.0.borrow();
        if w.anonymous {
            return Err(ApiError::new(Side::Jira, ApiErrorKind::Unauthorized, "we are nobody"));
        }
        Ok(Identity { account: BOT.into(), name: "guajira".into(), clock: Some(time(w.jira_now())) })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let mut pages: BTreeMap<String, Rc<IssueState>> = BTreeMap::new();
        let mut unreadable = Vec::new();
        for page in 0.. {
            let passage = self.read(&format!("search from {} page {page}", span.from))?;
            // Asked anew for each page: the set moves while it is walked, and the token keeps its place by id.
            let hits = self.hits(span);
            let fresh: Vec<_> = hits.iter().filter(|state| !pages.contains_key(&state.id)).take(PAGE).collect();
            if passage == Passage::Unreadable
                && let Some(state) = fresh.first()
            {
                unreadable.push(Unreadable { issue: Some(IssueId::new(&state.id)), why: "odd record".into() });
            }
            pages.extend(fresh.iter().map(|state| (state.id.clone(), Rc::clone(state))));
            let w = self.0.borrow();
            // The server says "last" too early now and then; only a missing token means the end.
            let says_last = mix(w.setup.seed, w.now.unsigned_abs()).is_multiple_of(3);
            let stop = match w.bug {
                Some(Bug::FirstPageOnly) => true,
                Some(Bug::IsLastTrusted) => says_last,
                _ => false,
            };
            if stop || fresh.len() < PAGE {
                break;
            }
        }
        let w = &mut *self.0.borrow_mut();
        let odd =
            |state: &IssueState| unreadable.iter().any(|u| u.issue.as_ref().is_some_and(|i| i.as_str() == state.id));
        let inline = Some(w.setup.inline_comments);
        let read: Vec<_> = pages.values().filter(|state| !odd(state)).collect();
        let batch = Batch {
            issues: read.iter().map(|state| w.jira_issue(state, inline, true)).collect(),
            watermark: read.iter().map(|state| time(state.updated)).max(),
            unreadable,
            clock: Some(time(w.jira_now())),
        };
        w.showed(&batch);
        w.note(|| format!("     -> {}", story(&batch)));
        Ok(batch)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for chunk in ids.chunks(100) {
            let passage = self.read(&format!("fetch {} by id", chunk.len()))?;
            let w = self.0.borrow();
            if w.anonymous {
                continue;
            }
            let states = chunk.iter().filter_map(|id| w.jira.place(id.as_str())).map(|at| &w.jira.issues[at].now);
            let mut read: Vec<_> = states.map(|s| w.jira_issue(s, Some(w.setup.inline_comments), false)).collect();
            if passage == Passage::Unreadable {
                let odd = read.pop().map(|issue| issue.id);
                batch.unreadable.push(Unreadable { issue: odd, why: "odd record".into() });
            }
            batch.issues.extend(read);
        }
        batch.watermark = batch.issues.iter().map(|issue| issue.updated).max();
        batch.clock = Some(time(self.0.borrow().jira_now()));
        Ok(batch)
    }

    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.read(&format!("thread of {issue}"))?;
        let w = self.0.borrow();
        let Some(at) = w.jira.place(issue.as_str()).filter(|_| !w.anonymous) else { return Ok(None) };
        let state = &w.jira.issues[at].now;
        let thread: Vec<_> = state.notes.iter().filter(|n| !n.deleted).map(|n| w.jira_comment(state, n)).collect();
        drop(w);
        self.0.borrow_mut().shown_thread(&thread);
        Ok(Some(thread))
    }

    fn batch_size(&self) -> usize {
        50
    }

    fn spare(&self) -> usize {
        usize::MAX
    }

    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let again = self.0.borrow().bug == Some(Bug::PostRepeated);
        let carry = |pushes: &[Push]| {
            let words: Vec<_> = pushes.iter().map(|push| push.key.as_str()).collect();
            let passage = match send(self.0, Side::Jira, &format!("write {}", words.join(" ")), true) {
                Ok(_) if self.0.borrow().anonymous => {
                    Err(ApiError::new(Side::Jira, ApiErrorKind::Unauthorized, "we are nobody"))
                }
                other => other,
            };
            self.0.borrow_mut().settle_passage(pushes, passage, Self::write)
        };
        let creates = batch.iter().all(|push| matches!(push.action, Action::CreateIssue(_)));
        let size = if creates { 50 } else { 1 };
        batch
            .chunks(size)
            .flat_map(|pushes| {
                let done = carry(pushes);
                let unsure = |r: &Result<Receipt, ApiError>| r.as_ref().is_err_and(|e| e.kind == ApiErrorKind::InDoubt);
                if again && done.iter().any(unsure) { carry(pushes) } else { done }
            })
            .collect()
    }

    fn find(&self, wanted: &[Wanted]) -> Result<Vec<Lookup>, ApiError> {
        let words: Vec<_> = wanted.iter().map(|w| w.key.as_str()).collect();
        let passage = self.read(&format!("look for {}", words.join(" ")))?;
        let w = self.0.borrow();
        Ok(wanted
            .iter()
            .map(|wanted| if passage == Passage::Unsure { Lookup::Unsure } else { Self::look(&w, wanted) })
            .collect())
    }

    fn read_register(&self) -> Result<Register, ApiError> {
        if !self.0.borrow().setup.register {
            return Ok(Register::Unsupported);
        }
        self.read("register")?;
        Ok(self.0.borrow().register.clone().map_or(Register::Empty, Register::Value))
    }

    fn write_register(&self, value: &str) -> Result<(), ApiError> {
        if !self.0.borrow().setup.register {
            return Err(ApiError::new(Side::Jira, ApiErrorKind::Refused, "403 no permission"));
        }
        let passage = send(self.0, Side::Jira, &format!("write register {value}"), true)?;
        let w = &mut *self.0.borrow_mut();
        w.register = Some(value.to_owned());
        match passage {
            Passage::DieAfter => std::panic::panic_any(super::world::Killed),
            Passage::AnswerLost => Err(ApiError::new(Side::Jira, ApiErrorKind::InDoubt, "no answer")),
            _ => Ok(()),
        }
    }
}

impl World {
    /// Carries out the writes of one request that came through, or hands its failure to each.
    pub(super) fn settle_passage(
        &mut self,
        pushes: &[Push],
        passage: Result<Passage, ApiError>,
        write: fn(&mut Self, &Push) -> Result<Receipt, ApiError>,
    ) -> Vec<Result<Receipt, ApiError>> {
        let passage = match passage {
            Ok(passage) => passage,
            Err(error) => {
                if error.kind == ApiErrorKind::Refused {
                    self.refused.extend(pushes.iter().map(|push| push.key.origin()));
                }
                return pushes.iter().map(|_| Err(error.clone())).collect();
            }
        };
        let done: Vec<_> = pushes.iter().map(|push| write(self, push)).collect();
        for (push, result) in pushes.iter().zip(&done) {
            if let Err(error) = result {
                self.note(|| format!("     {} refused: {error}", push.key));
                self.refused.insert(push.key.origin());
            }
        }
        match passage {
            Passage::DieAfter => std::panic::panic_any(super::world::Killed),
            Passage::AnswerLost => {
                let side = pushes.first().map_or(Side::Jira, |push| push.target);
                pushes.iter().map(|_| Err(ApiError::new(side, ApiErrorKind::InDoubt, "no answer"))).collect()
            }
            _ => done,
        }
    }

    /// Remembers what a listing showed to the engine.
    pub(super) fn showed(&mut self, batch: &Batch) {
        for issue in &batch.issues {
            if issue.level.as_ref().is_some_and(|level| level.name == "P0") {
                self.shown.insert(Key::issue(issue.side, &issue.id));
            }
            issue.thread.iter().for_each(|thread| self.shown_thread(thread));
        }
    }

    /// Remembers what a thread showed to the engine, as far as it is anybody's to read.
    pub(super) fn shown_thread(&mut self, thread: &[Comment]) {
        let public = |c: &&Comment| c.visibility == Visibility::Public;
        self.shown.extend(thread.iter().filter(public).map(|comment| Key::comment(comment.side, &comment.id)));
    }
}

/// Says what a batch holds, in one line.
pub(super) fn story(batch: &Batch) -> String {
    let names: Vec<_> = batch.issues.iter().map(|i| format!("{}@{}", i.name, i.updated.format("%H:%M:%S"))).collect();
    format!("[{}] {} unreadable", names.join(" "), batch.unreadable.len())
}
