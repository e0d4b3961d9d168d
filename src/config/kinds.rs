//! The kinds of sources.

use crate::ports::About;
use crate::words::Origin;
use crate::{alerts, guance, piped};

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Issues of Guance's exception tracking.
    Issues,
    /// Rounds of failure, read from the events of Guance's monitors.
    Events,
    /// Incidents of Guance's Incident Center.
    Incidents,
    /// Alarms that `guajira take` accepts.
    Piped,
    /// Alerts of JSM Operations.
    Jsm,
    /// Alerts of Opsgenie.
    Opsgenie,
}

impl SourceKind {
    /// The kinds, as `kind` names them.
    pub(super) const WORDS: [(&str, Self); 6] = [
        ("guance-issues", Self::Issues),
        ("guance-events", Self::Events),
        ("guance-incidents", Self::Incidents),
        ("piped", Self::Piped),
        ("jsm-alerts", Self::Jsm),
        ("opsgenie-alerts", Self::Opsgenie),
    ];

    /// Returns the kind's name in the configuration.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.into_iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// Returns what is known of such a source without asking it.
    pub fn about(self) -> &'static About {
        match self {
            Self::Issues => &guance::ABOUT,
            Self::Events => &guance::events::ABOUT,
            Self::Incidents => &guance::incidents::ABOUT,
            Self::Piped => &piped::ABOUT,
            Self::Jsm => &alerts::JSM,
            Self::Opsgenie => &alerts::OPSGENIE,
        }
    }

    /// Returns what texts that came from there call it.
    pub(super) fn origin(self) -> Origin {
        match self {
            Self::Issues | Self::Events | Self::Incidents => Origin::Guance,
            Self::Piped => Origin::Piped,
            Self::Jsm => Origin::Jsm,
            Self::Opsgenie => Origin::Opsgenie,
        }
    }

    /// Returns true where it is read with the keys and the budget of a Guance workspace.
    pub(super) fn is_guance(self) -> bool {
        matches!(self, Self::Issues | Self::Events | Self::Incidents)
    }

    /// Returns true where nothing can be written to it: then what happened there goes to Jira unless the file says otherwise.
    pub(super) fn is_read_only(self) -> bool {
        matches!(self, Self::Events | Self::Piped)
    }
}
