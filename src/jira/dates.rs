//! How search is told a point in time: found out by asking, and remembered for a day.

use std::time::Duration;

use chrono::TimeDelta;

use super::jql;
use super::jql::Dialect;
use super::service::Jira;
use crate::ports::ApiError;

/// How long it is believed that search does or does not understand milliseconds.
const EPOCH_AGE: Duration = Duration::from_hours(24);

impl Jira<'_> {
    /// Returns how to tell this server a point in time.
    pub(super) fn dialect(&self) -> Result<Dialect, ApiError> {
        if self.epoch()? == Some(true) {
            return Ok(Dialect::EpochMillis);
        }
        // Without Jira's clock, ours has to do, with room for error.
        let now = self.remote_now()?.unwrap_or_else(|| self.clock.now() + TimeDelta::hours(1));
        Ok(Dialect::Relative { now })
    }

    /// Returns whether search understands unquoted milliseconds; `None` where the projects are empty.
    pub(super) fn epoch(&self) -> Result<Option<bool>, ApiError> {
        if let Some(known) = self.epoch.get() {
            return Ok(Some(known));
        }
        let known = match self.facts.recall("jira.epoch", EPOCH_AGE).as_deref() {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            // There may be something to ask about now.
            Some(_) if self.made.borrow().is_empty() => return Ok(None),
            _ => {
                let known = self.probe_epoch()?;
                let word = known.map_or("unsure", |known| if known { "yes" } else { "no" });
                self.facts.remember("jira.epoch", word);
                known
            }
        };
        self.epoch.set(known);
        Ok(known)
    }

    /// Takes back that milliseconds are understood; returns false when that was not believed.
    pub(super) fn doubt_epoch(&self) -> bool {
        let believed = self.epoch.get() == Some(true);
        if believed {
            self.facts.remember("jira.epoch", "no");
            self.epoch.set(Some(false));
        }
        believed
    }

    /// Asks with a time far ahead, which must give nothing, and with 1970, which must give something.
    fn probe_epoch(&self) -> Result<Option<bool>, ApiError> {
        let Some(scope) = jql::scope(&self.searched(), &[]) else { return Ok(None) };
        let any_since = |millis: &str| -> Result<Option<bool>, ApiError> {
            let jql = format!("({scope}) AND updated >= {millis} ORDER BY updated ASC");
            match self.first_rows(&jql, &["updated"], 1) {
                Ok(rows) => Ok(Some(!rows.is_empty())),
                Err(failed) if failed.status == Some(400) => Ok(None),
                Err(failed) => Err(failed.into()),
            }
        };
        match any_since("4102444800000")? {
            Some(false) => {}
            Some(true) | None => return Ok(Some(false)),
        }
        Ok(match any_since("0")? {
            Some(true) => Some(true),
            Some(false) => None,
            None => Some(false),
        })
    }
}
