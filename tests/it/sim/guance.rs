//! The simulated Guance: issues and replies, and a list that filters and sorts in one of several undocumented ways.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use guajira::domain::{
    Action, Comment, CommentId, Details, File, Issue, IssueId, Key, Kind, Level, Maker, Person, Push, Receipt, Side,
    Visibility,
};
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Budget, Content, Directory, FOR_EVER, Facts, Files, Identity,
    Lookup, Parts, Presence, Remote, Span, Statuses, ThreadPage, ThreadPart, Threads, Unreadable, Urgency, Wanted,
    Writes, seal_keys,
};
use guajira::text::Doc;

use super::faithful::{self, Request};
use super::fields::{self, Truth};
use super::files::{self, Attached};
use super::gallery::Bug;
use super::jira_remote::page_size;
use super::passage::{Passage, send, story};
use super::rng::mix;
use super::tight::rest_of;
use super::world::{Killed, Mark, Note, World, time};

/// What the one workspace is called.
const WORKSPACE: &str = "wksp_0123456789abcdef0123456789abcdef";

#[derive(Clone, Debug)]
pub(super) struct GuanceIssue {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) body: Doc,
    /// The level is in the route's priority table.
    pub(super) listed: bool,
    /// Of the listed levels, the graver.
    pub(super) grave: bool,
    /// Its id.
    pub(super) status: &'static str,
    pub(super) managers: Vec<String>,
    pub(super) truth: Truth,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) notes: Vec<Note>,
    pub(super) files: Vec<Attached>,
}

#[derive(Debug, Default)]
pub(super) struct GuanceSite {
    pub(super) issues: Vec<GuanceIssue>,
    replies: u64,
}

impl GuanceSite {
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.issues.iter().position(|issue| issue.id == id)
    }

    pub(super) fn fresh_reply_id(&mut self) -> String {
        self.replies += 1;
        format!("repim_{:032x}", self.replies)
    }

    pub(super) fn find_note(&self, id: &str) -> Option<(usize, usize)> {
        self.issues
            .iter()
            .enumerate()
            .find_map(|(at, issue)| issue.notes.iter().position(|note| note.id == id).map(|n| (at, n)))
    }
}

impl World {
    pub(super) fn open_guance(&mut self, title: String, body: Doc, listed: bool) -> usize {
        let at = self.guance_now();
        let id = format!("issue_{:032x}", self.guance.issues.len() + 1);
        let (notes, files) = (Vec::new(), Vec::new());
        let (status, managers, truth) = ("10", Vec::new(), Truth::default());
        let (grave, created, updated) = (true, at, at);
        let mut issue =
            GuanceIssue { id, title, body, listed, grave, status, managers, truth, created, updated, notes, files };
        fields::opened(&mut issue);
        self.guance.issues.push(issue);
        self.guance.issues.len() - 1
    }

    /// A reply came, changed or went.
    pub(super) fn replied(&mut self, issue: usize) {
        if self.setup.reply_bumps {
            self.guance.issues[issue].updated = self.guance_now();
        }
        let notes = self.guance.issues[issue].notes.iter().filter(|note| !note.deleted);
        self.public.extend(notes.flat_map(Note::said));
        files::published(self, Side::Guance, issue);
    }

    fn guance_issue(issue: &GuanceIssue) -> Issue {
        let (id, name) = match (issue.listed, issue.grave) {
            (true, true) => ("system_level_0", "P0"),
            (true, false) => ("system_level_1", "P1"),
            (false, _) => ("issl_9", "Whatever"),
        };
        Issue {
            side: Side::Guance,
            id: IssueId::new(&issue.id),
            name: issue.id.clone(),
            url: format!("https://console.test/exceptions/issue/{}", issue.id),
            title: issue.title.clone(),
            body: issue.body.clone(),
            level: Some(Level { id: id.into(), name: name.into() }),
            source: String::new(),
            details: Details::default(),
            issue_type: None,
            status: fields::guance_status(issue),
            assignees: fields::managers(issue),
            priority: None,
            updated_by: Person { name: "王五".into(), ..Person::default() },
            author: Person { id: "acnt_1".into(), name: "张三".into(), email: None },
            created: time(issue.created),
            updated: time(issue.updated),
            service: false,
            claim: None,
            names: Vec::new(),
            thread: None,
        }
    }

    /// A careful adapter writes over nobody else's reply.
    pub(super) fn foreign_reply(&self, at: usize, reply: &CommentId, push: &Push) -> Option<ApiError> {
        let issue = &self.guance.issues[at];
        let note = issue.notes.iter().find(|note| note.id == reply.as_str())?;
        let claims = self.guance_reply(issue, note).claim.is_some_and(|claim| claim.key == push.key.origin());
        let maker = self.guance_maker(&note.author.id);
        let may_be_ours = maker == Maker::Unknown && !note.author.id.starts_with("acnt_");
        let is_own = matches!(maker, Maker::Us | Maker::Former) || may_be_ours || claims;
        let blind = self.bug == Some(Bug::AuthorNotRead);
        (!is_own && !blind).then(|| ApiError::new(Side::Guance, ApiErrorKind::NotOurs, "not our account's"))
    }

    pub(super) fn guance_reply(&self, issue: &GuanceIssue, note: &Note) -> Comment {
        Comment {
            side: Side::Guance,
            id: CommentId::new(&note.id),
            issue: IssueId::new(&issue.id),
            url: format!("https://console.test/exceptions/issue/{}?reply={}", issue.id, note.id),
            author: note.author.clone(),
            body: note.body.clone(),
            created: time(note.created),
            updated: time(note.updated),
            visibility: Visibility::Public,
            claim: self.claim_of(Side::Guance, &issue.id, note),
            by_monitor: note.by_monitor,
        }
    }
}

/// Guance as the engine sees it.
pub(super) struct SimGuance<'w> {
    pub(super) world: &'w RefCell<World>,
    pub(super) budget: &'w dyn Budget,
    pub(super) facts: &'w dyn Facts,
}

/// Fact: which accounts our keys write as.
const ACCOUNTS: &str = "sim.own-accounts";

impl SimGuance<'_> {
    fn send(&self, what: &str, urgency: Urgency, writes: bool) -> Result<Passage, ApiError> {
        let credential = self.budget.take(urgency)?;
        {
            let w = &mut *self.world.borrow_mut();
            w.keys = seal_keys(self.facts);
            let known = self.facts.recall(ACCOUNTS, FOR_EVER).unwrap_or_default();
            w.accounts.known = known.split_whitespace().map(str::to_owned).collect();
        }
        let passage = send(self.world, Side::Guance, what, writes);
        if let Err(error) = &passage
            && let ApiErrorKind::Unavailable { retry_after: Some(wait) } = error.kind
        {
            self.budget.exhausted(credential, wait);
        }
        passage
    }

    /// The answer to a write names our account.
    fn learn(&self, done: &[Result<Receipt, ApiError>]) {
        if done.iter().any(Result::is_ok) {
            let known = self.facts.recall(ACCOUNTS, FOR_EVER).unwrap_or_default();
            let account = self.world.borrow().accounts.api_key();
            if !known.split_whitespace().any(|one| one == account) {
                self.facts.remember(ACCOUNTS, &format!("{known} {account}"));
            }
        }
    }

    pub(super) fn read(&self, what: &str) -> Result<Passage, ApiError> {
        self.harmless(what, Urgency::Read)
    }

    pub(super) fn read_replies(&self, issue: &IssueId, page: usize) -> Result<(), ApiError> {
        self.read(&format!("replies of {issue}, page {page}"))?;
        faithful::read(self.world, Side::Guance, Request::Thread, Some(issue.as_str()), "")
    }

    /// A request that changes nothing that anybody sees.
    fn harmless(&self, what: &str, urgency: Urgency) -> Result<Passage, ApiError> {
        let passage = self.send(what, urgency, false)?;
        if passage == Passage::DieAfter {
            std::panic::panic_any(Killed);
        }
        Ok(passage)
    }

    /// Places of the issues in the span, in the order of this world's list.
    fn hits(&self, span: &Span) -> Vec<(i64, usize)> {
        let w = self.world.borrow();
        if span.ours_only {
            return Vec::new();
        }
        let key = |issue: &GuanceIssue| if w.setup.list_by_update { issue.updated } else { issue.created };
        // The list's bounds are whole seconds.
        let from = span.from.timestamp() * 1000;
        let within = |at: i64| at >= from && span.until.is_none_or(|until| at < until.timestamp_millis());
        let mut hits: Vec<_> = w
            .guance
            .issues
            .iter()
            .enumerate()
            .map(|(place, issue)| (key(issue), place))
            .filter(|(at, _)| within(*at))
            .collect();
        hits.sort_by_key(|(_, place)| mix(w.setup.seed, *place as u64));
        hits
    }

    /// Lists the issues of the span with at most so many requests; tells besides, where that was not all, into how many
    /// parts the span is to be divided.
    fn list(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let mut read: Vec<(i64, usize)> = Vec::new();
        let (mut odd, mut parts) = (None, None);
        for page in 0_u64.. {
            let passage = match self.read(&format!("list from {} page {page}", span.from)) {
                Err(error) if error.kind == ApiErrorKind::OutOfBudget && page > 0 && requests < usize::MAX => {
                    parts = Some(4);
                    break;
                }
                passage => passage?,
            };
            let hits = self.hits(span);
            let mut fresh: Vec<_> =
                hits.into_iter().filter(|(_, at)| read.iter().all(|(_, known)| known != at)).collect();
            let size = page_size(self.world.borrow().setup.seed, page);
            let is_last = fresh.len() <= size;
            fresh.truncate(size);
            if passage == Passage::Unreadable {
                odd = odd.or(fresh.first().map(|(_, at)| *at));
            }
            read.extend(&fresh);
            if self.world.borrow().bug == Some(Bug::FirstPageOnly) || is_last {
                break;
            }
            if page + 1 >= requests as u64 {
                parts = Some(3);
                break;
            }
        }
        let w = &mut *self.world.borrow_mut();
        for (_, at) in &read {
            super::fields::guance_was_read(&mut w.guance.issues[*at], w.now);
        }
        let readable = || read.iter().filter(|(_, at)| Some(*at) != odd);
        let why = |at: usize| Unreadable { issue: Some(IssueId::new(&w.guance.issues[at].id)), why: "odd".into() };
        let batch = Batch {
            lost: Vec::new(),
            archived: Vec::new(),
            issues: readable().map(|(_, at)| World::guance_issue(&w.guance.issues[*at])).collect(),
            watermark: readable().map(|(time_ms, _)| time(*time_ms)).max(),
            unreadable: odd.map(why).into_iter().collect(),
            clock: Some(time(w.guance_now())),
            services: vec![WORKSPACE.to_owned()],
        };
        w.showed(&batch);
        w.note(|| format!("     -> {}", story(&batch)));
        Ok((batch, parts))
    }

    fn write(w: &mut World, push: &Push) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::Guance, ApiErrorKind::Refused, why.to_owned()));
        let (issue, body) = match &push.action {
            Action::CreateIssue(_) => return refused("issues are not created here"),
            Action::AddComment { issue, body, .. } | Action::EditComment { issue, body, .. } => (issue, Some(body)),
            Action::DeleteComment { issue, .. } | Action::ChangeIssue { issue, .. } => (issue, None),
            Action::AddFile { issue, note, .. } => (issue, Some(note)),
            Action::LinkIssue { .. } => return refused("no links here"),
        };
        let Some(at) = w.guance.place(issue.as_str()) else { return refused("404 no such issue") };
        if let Some(body) = body {
            w.crosses(push, &body.canonical());
        }
        w.check_not_late(push);
        w.seals();
        let now = w.guance_now();
        if let Action::ChangeIssue { change, .. } = &push.action {
            if let Err(why) = fields::change_on_guance(w, at, push, change) {
                return refused(&why);
            }
            w.writes += 1;
            let issue = World::guance_issue(&w.guance.issues[at]);
            return Ok(receipt(push.key.as_str().to_owned(), now).reads(Some(issue)));
        }
        let kept = w.setup.extend_kept.then(|| Mark::of(push));
        if let Action::AddComment { body, .. } | Action::AddFile { note: body, .. } = &push.action {
            w.check_home(&push.key, Side::Guance, issue.as_str());
            w.copied(&push.key);
            let id = w.guance.fresh_reply_id();
            let author = w.accounts.api_key();
            let body = w.kept(Side::Guance, body, rest_of(push));
            w.guance.issues[at].notes.push(Note::copy(id.clone(), &author, &body, push, kept, now));
            w.replied(at);
            w.writes += 1;
            return Ok(receipt(id, now));
        }
        let (Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. }) = &push.action else {
            return refused("nothing to do");
        };
        if let Some(refusal) = w.foreign_reply(at, comment, push) {
            return Err(refusal);
        }
        let body = body.map(|body| w.kept(Side::Guance, body, rest_of(push)));
        let notes = &mut w.guance.issues[at].notes;
        let Some(note) = notes.iter_mut().find(|note| note.id == comment.as_str() && !note.deleted) else {
            // A copy that is gone already counts as deleted.
            let done = || Ok(receipt(comment.as_str().to_owned(), now));
            return if body.is_some() { refused("404 no such reply") } else { done() };
        };
        let (was, ours) = (note.clone(), note.born == Some(push.key.origin()));
        let trampled = note.tramples(&push.content);
        match body {
            Some(body) => note.rewrite(&body, &push.content, kept),
            None => note.deleted = true,
        }
        note.updated = now;
        w.check_deletion(push);
        w.trampled(&push.key, trampled);
        // Who copies a copy's seal into the same thread makes his own words its twin.
        let twin = w.twin_of(Side::Guance, issue.as_str(), &was) == Some(push.key.origin());
        if !ours && !twin {
            w.blame(format!("foreign: {} rewrote reply {comment}, which is no copy of it", push.key));
        }
        w.replied(at);
        w.writes += 1;
        Ok(receipt(comment.as_str().to_owned(), now))
    }

    fn look(w: &World, wanted: &Wanted, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
        let Some((Side::Jira, Kind::Comment | Kind::Attachment, _)) = wanted.key.parts() else {
            return Lookup::Unsure;
        };
        let Some(at) = wanted.issue.as_ref().and_then(|id| w.guance.place(id.as_str())) else {
            return Lookup::Unsure;
        };
        let origin = wanted.key.origin();
        let issue = &w.guance.issues[at];
        let holds = |note: &&Note| {
            let claim = w.guance_reply(issue, note).claim;
            claim.is_some_and(|claim| {
                let right = wanted.content.is_none() || claim.written == wanted.content;
                claim.proven && claim.key == origin && right && !taken(&origin, &note.id)
            })
        };
        let found = issue.notes.iter().filter(|note| !note.deleted).find(holds);
        found.map_or(Lookup::Absent, |note| Lookup::Found(receipt(note.id.clone(), note.updated)))
    }
}

fn receipt(id: String, at: i64) -> Receipt {
    Receipt::of(id, Some(time(at)))
}

impl Remote for SimGuance<'_> {
    fn about(&self) -> &About {
        &guajira::guance::ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities {
            threads: Some(self),
            parts: Some(self),
            writes: Some(self),
            files: Some(self),
            people: Some(self),
            statuses: Some(self),
            ..Abilities::default()
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        Ok(Identity { service: WORKSPACE.to_owned(), ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        Ok(self.list(span, usize::MAX)?.0)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for id in ids {
            let passage = self.read(&format!("get {id}"))?;
            let w = self.world.borrow();
            let Some(at) = w.guance.place(id.as_str()) else { continue };
            if passage == Passage::Unreadable {
                batch.unreadable.push(Unreadable { issue: Some(id.clone()), why: "odd".into() });
            } else {
                batch.issues.push(World::guance_issue(&w.guance.issues[at]));
                drop(w);
                let w = &mut *self.world.borrow_mut();
                super::fields::guance_was_read(&mut w.guance.issues[at], w.now);
            }
        }
        batch.watermark = batch.issues.iter().map(|issue| issue.updated).max();
        batch.clock = Some(time(self.world.borrow().guance_now()));
        Ok(batch)
    }

    fn issue_url(&self, name: &str) -> String {
        format!("https://guance.test/{name}")
    }
}

impl Threads for SimGuance<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.whole(issue)
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.whole(issue)?;
        self.read(&format!("get {issue}"))?;
        let w = self.world.borrow();
        let is_there = |id: &CommentId| {
            let place = w.guance.find_note(id.as_str());
            let careless = w.bug == Some(Bug::ListingIsProof);
            !careless && place.is_some_and(|(at, n)| !w.guance.issues[at].notes[n].deleted)
        };
        Ok(comments.iter().map(|id| if is_there(id) { Presence::There } else { Presence::Gone }).collect())
    }
}

impl Parts for SimGuance<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        if self.world.borrow().bug == Some(Bug::SweepBeforeThePoll) && span.until.is_none() {
            // The far look back comes first, and is begun anew by each run.
            let from = time(self.world.borrow().guance_now()) - chrono::TimeDelta::hours(24);
            self.list(&Span { from: from.min(span.from), ..span.clone() }, usize::MAX)?;
        }
        self.list(span, requests)
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        self.newest(issue, down_to, requests)
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        self.one_page(issue, page)
    }
}

impl Writes for SimGuance<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let again = self.world.borrow().bug == Some(Bug::PostRepeated);
        let carry = |push: &Push| {
            super::fields::attempted(&mut self.world.borrow_mut(), std::slice::from_ref(push));
            let passage = self.send(&format!("write {}", push.key), Urgency::Write, true);
            let done = faithful::carry(&mut self.world.borrow_mut(), std::slice::from_ref(push), passage, Self::write);
            self.learn(&done);
            done
        };
        batch
            .iter()
            .flat_map(|push| {
                let done = carry(push);
                let unsure = |r: &Result<Receipt, ApiError>| r.as_ref().is_err_and(|e| e.kind == ApiErrorKind::InDoubt);
                if again && done.iter().any(unsure) { carry(push) } else { done }
            })
            .collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        wanted
            .iter()
            .map(|wanted| {
                let passage = self.read(&format!("look for {}", wanted.key))?;
                let is_all = self.can_look(wanted.issue.as_ref())?;
                let w = self.world.borrow();
                Ok(if passage == Passage::Unsure || !is_all { Lookup::Unsure } else { Self::look(&w, wanted, taken) })
            })
            .collect()
    }
}

impl Files for SimGuance<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.read(&format!("files of {issue}"))?;
        Ok((Visibility::Public, files::on_guance(&mut self.world.borrow_mut(), issue)))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        let passage = self.harmless(&format!("open {}", file.id), Urgency::Write)?;
        faithful::read(self.world, Side::Guance, Request::Open, Some(file.issue.as_str()), file.id.as_str())?;
        files::open(&self.world.borrow(), file, passage == Passage::AnswerCut)
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let uploaded = match content {
            Some(content) => {
                let bytes = files::drained(content);
                self.harmless(&format!("upload for {}", push.key), Urgency::Write)?;
                let broken =
                    || ApiError::new(Side::Guance, ApiErrorKind::Unavailable { retry_after: None }, "broke off");
                Some(bytes.ok_or_else(broken)?)
            }
            None => None,
        };
        let passage = self.send(&format!("write {}", push.key), Urgency::Write, true);
        let write = |w: &mut World, push: &Push| {
            let made = Self::write(w, push)?;
            if let Some(bytes) = &uploaded {
                files::carried_by(w, push, &made.id, bytes);
            }
            Ok(made)
        };
        let done = faithful::carry(&mut self.world.borrow_mut(), std::slice::from_ref(push), passage, write);
        self.learn(&done);
        done.into_iter().next().unwrap_or_else(|| Err(ApiError::new(Side::Guance, ApiErrorKind::InDoubt, "no answer")))
    }
}

impl Directory for SimGuance<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.read(&format!("look for {}", who.name))?;
        Ok(fields::find(Side::Guance, who))
    }
}

impl Statuses for SimGuance<'_> {
    fn knows_status(&self, status: &str) -> bool {
        !self.world.borrow().setup.fields.old_guance || super::fields::is_old(status)
    }
}
