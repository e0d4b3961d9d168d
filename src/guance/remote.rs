//! The workspace as one of the two sides of the engine.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::answer::Cause;
use super::convert;
use super::paging::is_about_updates;
use super::read::BY_UPDATE;
use super::workspace::Guance;
use crate::domain::{Comment, CommentId, File, IssueId, Key, Maker, Person, Push, Receipt, Visibility};
use crate::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Content, Directory, FOR_EVER, Files, Identity, Lookup, Parts,
    Presence, Remote, Span, Statuses, ThreadPage, ThreadPart, Threads, Unreadable, Wanted, Writes,
};

impl Remote for Guance<'_> {
    fn about(&self) -> &About {
        &self.about
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

    /// Guance does not tell who we are. A request with a bad key is answered with an error, never with nothing, so that
    /// a request spent on this would prove no more than the poll itself. Which workspace keys are of is asked once.
    fn identify(&self) -> Result<Identity, ApiError> {
        let service = self.workspace()?;
        self.channel()?;
        Ok(Identity { clock: self.api.server_clock(), service, ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        // No issue here was created by us.
        if span.ours_only {
            return Ok(Batch { clock: self.api.server_clock(), ..Batch::default() });
        }
        let mut batch = self.batch(self.rows(span)?)?;
        batch.watermark = convert::watermark(&batch.issues);
        Ok(batch)
    }

    fn forget(&self) {
        self.files.borrow_mut().clear();
        self.seen.borrow_mut().clear();
        self.glimpsed.borrow_mut().clear();
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut rows = Vec::new();
        let mut refused = Vec::new();
        for id in ids {
            match self.api.issue(id) {
                Ok(row) => rows.push(row),
                Err(fault) if fault.cause == Cause::Gone => {}
                Err(fault) if fault.error.kind == ApiErrorKind::Refused => {
                    refused.push(Unreadable { issue: Some(id.clone()), why: fault.error.message });
                }
                Err(fault) => return Err(fault.error),
            }
        }
        let mut batch = self.batch(rows)?;
        batch.unreadable.extend(refused);
        Ok(batch)
    }

    fn issue_url(&self, name: &str) -> String {
        convert::issue_url(&self.api.settings.console_url, "", name)
    }
}

impl Threads for Guance<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        Ok(self.read_thread(issue)?.map(|(thread, _)| thread))
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.look_for_replies(issue, comments)
    }
}

impl Parts for Guance<'_> {
    /// Whichever time a window is about: those who read several, one after the other, read upwards, and an issue that
    /// changes meanwhile is in a later one.
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        let (rows, parts) = self.with_channel(|channel| self.api.issues_within(channel, span, requests))?;
        if is_about_updates(span, &rows) && self.facts.recall(BY_UPDATE, FOR_EVER).is_none() {
            self.facts.remember(BY_UPDATE, "yes");
        }
        let mut batch = self.batch(rows)?;
        batch.watermark = convert::watermark(&batch.issues);
        Ok((batch, parts))
    }

    fn thread_part(
        &self,
        issue: &IssueId,
        down_to: Option<DateTime<Utc>>,
        requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        self.read_newest(issue, down_to, requests)
    }

    fn thread_page(&self, issue: &IssueId, page: usize) -> Result<Option<ThreadPage>, ApiError> {
        self.read_page(issue, page)
    }
}

impl Writes for Guance<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| self.push_one(push)).collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        let mut threads: HashMap<&IssueId, Option<(Vec<Comment>, bool)>> = HashMap::new();
        let mut found = Vec::new();
        for wanted in wanted {
            let Some(issue) = &wanted.issue else {
                found.push(Lookup::Unsure);
                continue;
            };
            if !threads.contains_key(issue) {
                threads.insert(issue, self.read_affordable(issue)?);
            }
            found.push(threads.get(issue).map_or(Lookup::Unsure, |thread| look_up(wanted, thread.as_ref(), taken)));
        }
        Ok(found)
    }
}

impl Files for Guance<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        Ok((Visibility::Public, self.list_files(issue)?))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        self.api.download(file.id.as_str())
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        self.add_file(push, content)
    }
}

impl Directory for Guance<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.find_person(who)
    }
}

impl Statuses for Guance<'_> {
    fn knows_status(&self, status: &str) -> bool {
        self.takes_status(status)
    }
}

fn look_up(wanted: &Wanted, thread: Option<&(Vec<Comment>, bool)>, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
    // An issue that cannot be read by id holds no copy.
    let Some((thread, whole)) = thread else { return Lookup::Absent };
    let key = wanted.key.origin();
    let doubt = |comment: &Comment| {
        let claim = comment.claim.as_ref().filter(|claim| claim.key == key)?;
        let right = wanted.content.is_none() || claim.written == wanted.content;
        right.then_some(claim.doubt())
    };
    let free = thread.iter().filter(|comment| !taken(&key, comment.id.as_str()));
    let found = free.filter_map(|comment| Some((doubt(comment)?, comment))).min_by_key(|(doubt, _)| *doubt);
    match found {
        // A surer one may be in what was not read.
        Some(((maker, _), _)) if !*whole && maker != Maker::Us => Lookup::Unsure,
        Some((_, comment)) => Lookup::Found(Receipt::of(comment.id.as_str(), Some(comment.created))),
        None if *whole => Lookup::Absent,
        None => Lookup::Unsure,
    }
}
