//! The service as one of the two sides of the engine.

use std::collections::HashMap;

use super::notes::Thread;
use super::service::Alerts;
use super::settings::Kind;
use super::statuses::STATUSES;
use super::whole::Found;
use crate::domain::{Comment, CommentId, Issue, IssueId, Key, Push, Receipt, Side};
use crate::ports::{
    Abilities, Ability, About, ApiError, ApiErrorKind, Batch, Identity, Listing, Lookup, Presence, Quota, Remote, Span,
    Threads, Wanted, Writes,
};

/// What is known of JSM Operations without asking it.
pub const JSM: About = About {
    side: Side::GUANCE,
    shown: "JSM Operations",
    abilities: &[Ability::Threads, Ability::Writes, Ability::Quota],
    batch: 1,
    statuses: STATUSES,
    is_metered: false,
    // Who sees no team's operations is shown nothing, and told nothing of it.
    tells_account: false,
    // It cannot sort by update time: a cursor is about when alerts were made.
    listing: Listing::MaybeByOpening,
    // Whether a note moves the update time of its alert is not documented.
    threads_in_turn: true,
    comments_once: false,
    marks_files: false,
    reads_comments: false,
    hides_addresses: false,
    statuses_in_steps: false,
};

/// What is known of Opsgenie without asking it.
pub const OPSGENIE: About = About { shown: "Opsgenie", listing: Listing::ByUpdate, ..JSM };

impl Remote for Alerts<'_> {
    fn about(&self) -> &About {
        match self.api.kind() {
            Kind::Jsm => &JSM,
            Kind::Opsgenie => &OPSGENIE,
        }
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { threads: Some(self), writes: Some(self), quota: Some(self), ..Abilities::default() }
    }

    fn on_call(&self, issue: &Issue) -> Result<Vec<String>, ApiError> {
        self.who_is_on_call(issue)
    }

    /// Neither service tells who we are. Bad credentials are answered with an error, never with nothing, so that a request
    /// spent on this would prove no more than the poll itself. Which site it is, JSM is asked once.
    fn identify(&self) -> Result<Identity, ApiError> {
        let service = self.api.cloud()?.to_owned();
        Ok(Identity { clock: self.api.server_clock(), service, ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        // No alert was created by us.
        if span.ours_only {
            return Ok(Batch { clock: self.api.server_clock(), ..Batch::default() });
        }
        self.read_changed(span)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for id in ids {
            match self.by_id(id.as_str())? {
                Found::Whole(row) => rows.push(*row),
                Found::Gone => {}
                Found::Odd(odd) => unreadable.push(odd),
            }
        }
        Ok(self.batch(rows, unreadable))
    }

    fn forget(&self) {
        self.seen.borrow_mut().clear();
    }

    fn issue_url(&self, name: &str) -> String {
        self.api.settings.alert_url(name)
    }
}

impl Threads for Alerts<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        Ok(self.read_thread(issue)?.map(|thread| thread.comments))
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.look_for_notes(issue, comments)
    }
}

impl Writes for Alerts<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| self.push_one(push)).collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        let mut threads: HashMap<&IssueId, Option<Thread>> = HashMap::new();
        let mut found = Vec::new();
        for wanted in wanted {
            let Some(issue) = &wanted.issue else {
                found.push(Lookup::Unsure);
                continue;
            };
            if !threads.contains_key(issue) {
                let thread = match self.read_thread(issue) {
                    Err(error) if error.kind == ApiErrorKind::Refused => Some(Thread::default()),
                    read => read?,
                };
                threads.insert(issue, thread);
            }
            let lookup = threads.get(issue).map_or(Lookup::Unsure, |thread| look_up(wanted, thread.as_ref(), taken));
            found.push(match lookup {
                // Accepted is not carried out: it may come yet.
                Lookup::Absent if self.may_come(&wanted.key) => Lookup::Unsure,
                Lookup::Found(receipt) => {
                    self.settled(&wanted.key);
                    Lookup::Found(receipt)
                }
                other => other,
            });
        }
        Ok(found)
    }
}

impl Quota for Alerts<'_> {
    fn is_near_limit(&self) -> bool {
        self.api.is_near_limit()
    }
}

fn look_up(wanted: &Wanted, thread: Option<&Thread>, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
    // An alert that cannot be read by its id holds no copy.
    let Some(thread) = thread else { return Lookup::Absent };
    let key = wanted.key.origin();
    let is_it = |comment: &&Comment| {
        let claim = comment.claim.as_ref().filter(|claim| claim.key == key);
        let right = claim.is_some_and(|claim| wanted.content.is_none() || claim.written == wanted.content);
        right && !taken(&key, comment.id.as_str())
    };
    match thread.comments.iter().find(is_it) {
        Some(comment) => Lookup::Found(Receipt::of(comment.id.as_str(), Some(comment.created))),
        None if thread.whole => Lookup::Absent,
        None => Lookup::Unsure,
    }
}
