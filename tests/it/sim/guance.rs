//! The simulated Guance: issues and replies.

use guajira::domain::marker::{ISSUE_ID, REPLY_ID};
use guajira::domain::{
    Comment, CommentId, Detail, Issue, IssueId, Level, Maker, Person, Push, SourceDetail, Visibility,
};
use guajira::ports::{ApiError, ApiErrorKind};
use guajira::text::Doc;

use super::fields::{self, Truth};
use super::files::{self, Attached};
use super::gallery::Bug;
use super::lines;
use super::world::{Note, World, time};

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
    pub(super) replies: u64,
    /// Its ids begin here: no two sites have the same.
    pub(super) first: u64,
}

impl GuanceSite {
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.issues.iter().position(|issue| issue.id == id)
    }

    pub(super) fn fresh_reply_id(&mut self) -> String {
        self.replies += 1;
        format!("{REPLY_ID}{:032x}", self.first + self.replies)
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
        let id = format!("{ISSUE_ID}{:032x}", self.guance.first + self.guance.issues.len() as u64 + 1);
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
        files::published(self, self.source(), issue);
    }

    pub(super) fn guance_issue(&self, issue: &GuanceIssue) -> Issue {
        let (id, name) = match (issue.listed, issue.grave) {
            (true, true) => ("system_level_0", "P0"),
            (true, false) => ("system_level_1", "P1"),
            (false, _) => ("issl_9", "Whatever"),
        };
        let detail = SourceDetail {
            level: Some(Level { id: id.into(), name: name.into() }),
            updated_by: Person { name: "王五".into(), ..Person::default() },
            ..SourceDetail::default()
        };
        Issue {
            line: self.line,
            id: IssueId::new(&issue.id),
            name: issue.id.clone(),
            url: format!("https://console.test/exceptions/issue/{}", issue.id),
            title: issue.title.clone(),
            body: issue.body.clone(),
            status: fields::guance_status(issue),
            assignees: fields::managers(issue),
            author: Person { id: "acnt_1".into(), name: "张三".into(), email: None },
            created: time(issue.created),
            updated: time(issue.updated),
            claim: None,
            thread: None,
            detail: Detail::Source(detail),
        }
    }

    /// A careful adapter writes over nobody else's reply.
    pub(super) fn foreign_reply(&self, at: usize, reply: &CommentId, push: &Push) -> Option<ApiError> {
        let issue = &self.guance.issues[at];
        let note = issue.notes.iter().find(|note| note.id == reply.as_str())?;
        let claims = self.guance_reply(issue, note).claim.is_some_and(|claim| claim.key == push.key.origin());
        let maker = self.guance_maker(&note.author.id);
        let may_be_ours =
            maker == Maker::Unknown && self.line != lines::alerts() && !note.author.id.starts_with("acnt_");
        let is_own = matches!(maker, Maker::Us | Maker::Former) || may_be_ours || claims;
        let blind = self.bug == Some(Bug::AuthorNotRead);
        (!is_own && !blind).then(|| ApiError::new(self.source(), ApiErrorKind::NotOurs, "not our account's"))
    }

    pub(super) fn guance_reply(&self, issue: &GuanceIssue, note: &Note) -> Comment {
        Comment {
            side: self.source(),
            id: CommentId::new(&note.id),
            issue: IssueId::new(&issue.id),
            url: format!("https://console.test/exceptions/issue/{}?reply={}", issue.id, note.id),
            author: note.author.clone(),
            body: note.body.clone(),
            created: time(note.created),
            updated: time(note.updated),
            visibility: Visibility::Public,
            claim: self.claim_of(self.source(), &issue.id, note),
            by_monitor: note.by_monitor,
        }
    }
}
