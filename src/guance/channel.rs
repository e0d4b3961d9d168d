//! What is looked up once and remembered: the channel's uuid and the names of levels.

use std::time::Duration;

use serde_json::json;

use super::answer::{Cause, Fault};
use super::api::Api;
use super::wire::{IssueRow, Named};
use super::workspace::Guance;
use super::{api, convert, level};
use crate::domain::{Fingerprint, Issue, Level, Side};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER, Facts};
use crate::secret::Secret;
use crate::words::{GuanceFault, Hint};

/// The fact that holds the levels: a JSON array of `{uuid, name}`.
const LEVELS: &str = "guance.levels";

/// A level's name is believed this long; somebody may rename it.
const LEVELS_AGE: Duration = Duration::from_hours(24);

/// A service that did not tell which workspace it is, is asked again after this.
const UNTOLD_AGE: Duration = Duration::from_hours(24);

/// A level that is not in the list is not asked for again within this time.
const UNKNOWN_LEVEL_AGE: Duration = Duration::from_mins(10);

/// The channel that holds every issue: its name in the API, then its names in the console.
///
/// Source: Guance Open API, `issue/get` (`bindChannels`); Guance documentation, "channel".
const DEFAULT_CHANNEL: [&str; 3] = [DEFAULT, "全部", "All"];

/// How the API calls it.
pub(super) const DEFAULT: &str = "default";

/// Returns the uuid of the workspace that our keys are of, asking once for each set of keys; empty where the service does
/// not tell.
pub(super) fn workspace_of(api: &Api<'_>, facts: &dyn Facts) -> Result<String, Fault> {
    let keys: Vec<&str> = api.settings.api_keys.iter().map(Secret::expose).collect();
    // A name for the keys that does not show them.
    let keys = Fingerprint::of(&[["guance keys"].as_slice(), &keys].concat());
    let fact = format!("guance.workspace.{}", keys.as_str());
    let untold = |known: &String| known.is_empty();
    let believed = facts.recall(&fact, FOR_EVER).filter(|known| !untold(known));
    if let Some(known) = believed.or_else(|| facts.recall(&fact, UNTOLD_AGE)) {
        return Ok(known);
    }
    match api.workspace() {
        Ok(told) => {
            facts.remember(&fact, &told);
            Ok(told)
        }
        Err(fault) if fault.cause == Cause::NoRoute || fault.error.kind == ApiErrorKind::Refused => {
            facts.remember(&fact, "");
            Ok(String::new())
        }
        // Such a service says so to every request.
        Err(fault) if matches!(fault.cause, Cause::Transient | Cause::SlowDown { .. }) => Err(fault),
        Err(fault) if !matches!(fault.error.kind, ApiErrorKind::Unavailable { .. }) => Err(fault),
        // The poll must tell whether more is wrong than that this one call is not ours to make.
        Err(fault) => {
            tracing::debug!(side = "guance", error = %fault.error, "Guance does not tell which workspace it is.");
            Ok(String::new())
        }
    }
}

impl Guance<'_> {
    /// Returns the channel's uuid, asking for it only when it is a name that we have not met yet.
    pub(super) fn channel(&self) -> Result<&str, Fault> {
        if let Some(uuid) = self.channel.get() {
            return Ok(uuid);
        }
        let setting = &self.api.settings.channel;
        let uuid = if setting.starts_with("chan_") {
            setting.clone()
        } else if let Some(uuid) = self.facts.recall(&self.channel_fact(), FOR_EVER) {
            uuid
        } else {
            self.resolve_channel()?
        };
        Ok(self.channel.get_or_init(|| uuid))
    }

    /// As [`workspace_of`].
    pub(super) fn workspace(&self) -> Result<String, Fault> {
        workspace_of(&self.api, self.facts)
    }

    /// Runs a request about the channel; if it is refused because of a remembered uuid, once more with a fresh one.
    pub(super) fn with_channel<T>(&self, request: impl Fn(&str) -> Result<T, Fault>) -> Result<T, Fault> {
        let remembered = self.channel()?;
        let fault = match request(remembered) {
            Err(fault) if matches!(fault.cause, Cause::Gone | Cause::BadRequest) => fault,
            done => return done,
        };
        if self.api.settings.channel.starts_with("chan_") {
            return Err(fault);
        }
        self.facts.forget(&self.channel_fact());
        let fresh = self.resolve_channel()?;
        if fresh == remembered { Err(fault) } else { request(&fresh) }
    }

    /// Tells which channels an issue is in: what it says by id, or said when it was first read.
    pub(super) fn name_channels(&self, issue: &mut Issue, told: bool) -> Result<(), ApiError> {
        if !self.api.settings.names_channels {
            return Ok(());
        }
        let (id, Some(detail)) = (issue.id.clone(), issue.source_mut()) else { return Ok(()) };
        let fact = format!("guance.channels.{id}");
        let known = self.facts.recall(&fact, FOR_EVER);
        if !told {
            if let Some(channels) = known.as_ref().and_then(|known| serde_json::from_str(known).ok()) {
                detail.channels = channels;
                return Ok(());
            }
            let row = match self.api.issue(&id) {
                Ok(row) => row,
                // What is gone meanwhile is in no channel.
                Err(fault) if fault.error.kind == ApiErrorKind::Refused => return Ok(()),
                Err(fault) => return Err(fault.error),
            };
            let bound = api::row::<IssueRow>(row).ok().and_then(|row| row.bind_channels);
            detail.channels = convert::channels(bound, &detail.extend);
        }
        let now = json!(detail.channels).to_string();
        if known.as_ref() != Some(&now) {
            self.facts.remember(&fact, &now);
        }
        Ok(())
    }

    fn channel_fact(&self) -> String {
        format!("guance.channel.{}", self.api.settings.channel)
    }

    fn resolve_channel(&self) -> Result<String, Fault> {
        let channels = self.api.channels()?;
        let Some(channel) = pick(&channels, &self.api.settings.channel) else {
            let names = channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ");
            let message = GuanceFault::NoChannel { name: self.api.settings.channel.clone() };
            let error =
                ApiError::new(Side::GUANCE, ApiErrorKind::Refused, message).with_hint(Hint::SetChannel { names });
            return Err(Fault { error, cause: Cause::Other });
        };
        self.facts.remember(&self.channel_fact(), channel.uuid.as_str());
        Ok(channel.uuid.as_str().to_owned())
    }

    /// Returns the row's level with its name.
    pub(super) fn level_of(&self, row: &IssueRow) -> Result<Option<Level>, ApiError> {
        let Some(id) = level::id(&row.level) else { return Ok(None) };
        if let Some(level) = level::built_in(&id) {
            return Ok(Some(level));
        }
        if !row.level_info.name.trim().is_empty() {
            return Ok(Some(Level { id, name: row.level_info.name.clone() }));
        }
        // Without its name a level could be taken for one that no route wants, so a failed look-up fails the read.
        let name = match self.level_name(&id, LEVELS_AGE) {
            None if self.may_ask_for_levels() => {
                self.levels_asked.set(true);
                let levels = self.api.levels()?;
                self.facts.remember(LEVELS, &serde_json::to_string(&levels).unwrap_or_default());
                self.level_name(&id, UNKNOWN_LEVEL_AGE).or_else(|| name_in(&levels, &id))
            }
            known => known,
        };
        Ok(Some(Level { name: name.unwrap_or_else(|| id.clone()), id }))
    }

    fn may_ask_for_levels(&self) -> bool {
        !self.levels_asked.get() && self.facts.recall(LEVELS, UNKNOWN_LEVEL_AGE).is_none()
    }

    fn level_name(&self, id: &str, max_age: Duration) -> Option<String> {
        let levels: Vec<Named> = serde_json::from_str(&self.facts.recall(LEVELS, max_age)?).ok()?;
        name_in(&levels, id)
    }
}

/// Finds the channel that a setting names: by uuid, by its exact name, or without regard to case.
pub(super) fn pick<'c>(channels: &'c [Named], setting: &str) -> Option<&'c Named> {
    let named = |name: &str| channels.iter().find(|channel| channel.name == name);
    let alike = || channels.iter().find(|channel| channel.name.trim().eq_ignore_ascii_case(setting.trim()));
    let default = || DEFAULT_CHANNEL.contains(&setting).then(|| DEFAULT_CHANNEL.iter().find_map(|name| named(name)));
    channels
        .iter()
        .find(|channel| channel.uuid.as_str() == setting)
        .or_else(|| named(setting))
        .or_else(alike)
        .or_else(|| default().flatten())
}

fn name_in(levels: &[Named], id: &str) -> Option<String> {
    levels.iter().find(|level| level.uuid.as_str() == id).map(|level| level.name.clone()).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_channel_is_picked_by_uuid_or_name() {
        let list = |names: &[&str]| -> Vec<Named> {
            let row = |(n, name)| serde_json::json!({"uuid": format!("chan_{n}"), "name": name});
            let rows: Vec<_> = names.iter().enumerate().map(row).collect();
            serde_json::from_value(rows.into()).unwrap()
        };
        for (names, setting, want) in [
            (&["Default", "default"][..], "default", Some("chan_1")),
            (&["ops", "全部"], "default", Some("chan_1")),
            (&["Ops "], "ops", Some("chan_0")),
            (&["ops"], "chan_0", Some("chan_0")),
            (&["ops"], "default", None),
        ] {
            assert_eq!(pick(&list(names), setting).map(|c| c.uuid.as_str()), want, "{names:?} {setting}");
        }
    }
}
