//! Guance as the engine reads it: a list that filters and sorts in one of several undocumented ways, threads, people.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use guajira::domain::{Comment, CommentId, IssueId, Person, Receipt, Side};
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Budget, Directory, FOR_EVER, Facts, Identity, Parts, Presence,
    Purpose, Remote, Span, Statuses, ThreadPage, ThreadPart, Threads, Unreadable, Urgency, seal_keys,
};

use super::faithful::{self, Request};
use super::fields;
use super::gallery::Bug;
use super::guance::GuanceIssue;
use super::jira_remote::page_size;
use super::passage::{Passage, send, story};
use super::rng::mix;
use super::world::{Killed, World, time};

/// What the one workspace is called.
pub(super) const WORKSPACE: &str = "wksp_0123456789abcdef0123456789abcdef";

/// Guance as the engine sees it.
pub(super) struct SimGuance<'w> {
    pub(super) world: &'w RefCell<World>,
    pub(super) budget: &'w dyn Budget,
    pub(super) facts: &'w dyn Facts,
}

/// Fact: which accounts our keys write as.
const ACCOUNTS: &str = "sim.own-accounts";

impl SimGuance<'_> {
    pub(super) fn send(&self, what: &str, urgency: Urgency, writes: bool) -> Result<Passage, ApiError> {
        let purpose = match what {
            _ if writes => Purpose::Delivery,
            what if what.starts_with("list") => Purpose::List,
            what if what.starts_with("replies") => Purpose::Thread,
            _ => Purpose::Issue,
        };
        let credential = self.budget.take(urgency, purpose)?;
        {
            let w = &mut *self.world.borrow_mut();
            w.keys = seal_keys(self.facts);
            let known = self.facts.recall(ACCOUNTS, FOR_EVER).unwrap_or_default();
            w.accounts.known = known.split_whitespace().map(str::to_owned).collect();
        }
        let passage = send(self.world, Side::GUANCE, what, writes);
        if let Err(error) = &passage
            && let ApiErrorKind::Unavailable { retry_after: Some(wait) } = error.kind
        {
            self.budget.exhausted(credential, wait);
        }
        passage
    }

    /// The answer to a write names our account.
    pub(super) fn learn(&self, done: &[Result<Receipt, ApiError>]) {
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
        faithful::read(self.world, Side::GUANCE, Request::Thread, Some(issue.as_str()), "")
    }

    /// A request that changes nothing that anybody sees.
    pub(super) fn harmless(&self, what: &str, urgency: Urgency) -> Result<Passage, ApiError> {
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
            let size = page_size(&self.world.borrow().setup, page);
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
            issues: readable().map(|(_, at)| w.guance_issue(&w.guance.issues[*at])).collect(),
            watermark: readable().map(|(time_ms, _)| time(*time_ms)).max(),
            unreadable: odd.map(why).into_iter().collect(),
            clock: Some(time(w.guance_now())),
            services: vec![WORKSPACE.to_owned()],
            read_to: None,
            handed_over: Vec::new(),
        };
        w.showed(&batch);
        w.note(|| format!("     -> {}", story(&batch)));
        Ok((batch, parts))
    }
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
                batch.issues.push(w.guance_issue(&w.guance.issues[at]));
                drop(w);
                let w = &mut *self.world.borrow_mut();
                super::fields::guance_was_read(&mut w.guance.issues[at], w.now);
            }
        }
        batch.watermark = batch.issues.iter().map(|issue| issue.updated).max();
        batch.clock = Some(time(self.world.borrow().guance_now()));
        Ok(batch)
    }

    fn forget(&self) {}

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

impl Directory for SimGuance<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.read(&format!("look for {}", who.name))?;
        Ok(fields::find(Side::GUANCE, who))
    }
}

impl Statuses for SimGuance<'_> {
    fn knows_status(&self, status: &str) -> bool {
        !self.world.borrow().setup.fields.old_guance || super::fields::is_old(status)
    }
}
