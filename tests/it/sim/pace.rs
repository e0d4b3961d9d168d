//! How many issues one request creates: the simulated adapter goes by the true one's rule.

use std::time::Duration;

use guajira::domain::Receipt;
use guajira::jira::Pace;
use guajira::ports::{ApiError, ApiErrorKind, FOR_EVER};

use super::jira_remote::SimJira;
use super::world::World;

/// Fact: the pace of creates.
const PACE: &str = "sim.pace";

/// How long a request is waited for.
pub(super) const TIME_OUT: Duration = Duration::from_secs(30);

impl SimJira<'_> {
    /// What the adapter has learnt of how long Jira needs for an issue.
    pub(super) fn pace(&self) -> Pace {
        self.1.recall(PACE, FOR_EVER).and_then(|text| Pace::parse(&text)).unwrap_or_default()
    }

    pub(super) fn learn_pace(&self, w: &World, count: usize, began: i64, done: &[Result<Receipt, ApiError>]) {
        let took = u64::try_from(w.now - began).unwrap_or(0);
        let before = self.pace();
        let is_lost = done.iter().any(|one| one.as_ref().is_err_and(|error| error.kind == ApiErrorKind::InDoubt));
        let after = match done.iter().any(Result::is_ok) {
            _ if is_lost => before.lost(count, took),
            true => before.made(count, took),
            false => before,
        };
        if !after.is_like(before) {
            self.1.remember(PACE, &after.text());
        }
    }
}
