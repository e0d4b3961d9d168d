//! The Incident Center as one end of the engine's pairs.

use chrono::{DateTime, Utc};

use super::convert;
use super::source::Incidents;
use super::statuses::STATUSES;
use crate::domain::{IssueId, Key, Person, Push, Receipt, Side};
use crate::ports::{
    Abilities, Ability, About, ApiError, Batch, Directory, Identity, Listing, Lookup, Parts, Remote, Span, ThreadPage,
    ThreadPart, Wanted, Writes,
};

/// What is known of the Incident Center without asking.
pub const ABOUT: About = About {
    side: Side::GUANCE,
    shown: "Guance incidents",
    abilities: &[Ability::Parts, Ability::Writes, Ability::People],
    batch: 1,
    is_metered: true,
    tells_account: false,
    statuses: STATUSES,
    listing: Listing::MaybeByOpening,
    threads_in_turn: false,
    // No call lists the comments of an incident, and none tells the id of a new one.
    comments_once: true,
    marks_files: false,
    reads_comments: false,
    hides_addresses: false,
    // Which of its statuses may follow which is not documented.
    statuses_in_steps: true,
};

impl Remote for Incidents<'_> {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { parts: Some(self), writes: Some(self), people: Some(self), ..Abilities::default() }
    }

    /// Guance does not tell who we are; which workspace the keys are of is asked once.
    fn identify(&self) -> Result<Identity, ApiError> {
        let service = self.guance.workspace()?;
        Ok(Identity { clock: self.guance.api.server_clock(), service, ..Identity::default() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        // No incident was created by us.
        if span.ours_only {
            return Ok(Batch { clock: self.guance.api.server_clock(), ..Batch::default() });
        }
        self.read_changed(span)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.by_id(ids)
    }

    /// Nothing is kept of what was read.
    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        convert::url(self.place().console_url, "", name)
    }
}

/// Lists can be long. A thread holds nothing that could be read.
impl Parts for Incidents<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        self.read_within(span, requests)
    }

    fn thread_part(
        &self,
        _issue: &IssueId,
        _down_to: Option<DateTime<Utc>>,
        _requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        Ok(Some(ThreadPart { comments: Vec::new(), next: None, pages: 1, newest: None, odd: false }))
    }

    fn thread_page(&self, _issue: &IssueId, _page: usize) -> Result<Option<ThreadPage>, ApiError> {
        Ok(Some(ThreadPage { comments: Vec::new(), oldest: None, newest: None, total: None, odd: false }))
    }
}

impl Writes for Incidents<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| self.push_one(push)).collect()
    }

    /// Nothing that is written here can be looked for.
    fn find(&self, wanted: &[Wanted], _taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        Ok(vec![Lookup::Unsure; wanted.len()])
    }
}

impl Directory for Incidents<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.guance.find_person(who)
    }
}
