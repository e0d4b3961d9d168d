//! How to talk to JSM Operations or to Opsgenie.

use crate::secret::Secret;
use crate::words::Lang;

/// Opsgenie's API in the United States.
///
/// Source: Opsgenie API documentation, "Authentication"; `opsgenie-go-sdk-v2`, `client/config.go`.
pub const OPSGENIE_US: &str = "https://api.opsgenie.com";

/// Opsgenie's API in the European Union: a key of one region is refused by the other.
pub const OPSGENIE_EU: &str = "https://api.eu.opsgenie.com";

/// Atlassian's gateway, behind which JSM Operations answers for every site.
///
/// Source: JSM Operations REST API, "Introduction": `https://api.atlassian.com/jsm/ops/api/{cloudId}`.
pub const GATEWAY: &str = "https://api.atlassian.com";

/// Which of the two services it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Jira Service Management, Operations.
    Jsm,
    /// Opsgenie, which ends on 5 April 2027.
    Opsgenie,
}

/// How to log in; it also tells which of the two services it is.
#[derive(Clone, Debug)]
pub enum Login {
    /// JSM Operations: an Atlassian account and its API token.
    Jsm {
        /// The account's e-mail address.
        user: String,
        /// The API token.
        token: Secret,
        /// The id of the site; `None`: it is found out.
        cloud_id: Option<String>,
        /// Where the API is: [`GATEWAY`].
        gateway: String,
    },
    /// Opsgenie: the key of an API integration.
    Opsgenie {
        /// The key.
        key: Secret,
    },
}

/// How to talk to the service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The source's name in the configuration: it stands in hints and in the names of facts.
    pub name: String,
    /// JSM: the address of the site, `https://SITE.atlassian.net`. Opsgenie: the address of the API, [`OPSGENIE_US`] or
    /// [`OPSGENIE_EU`]. Without a trailing slash.
    pub base_url: String,
    /// How to log in.
    pub login: Login,
    /// The schedule, by name or id, that tells who is on call; `None`: those of the teams that an alert names.
    pub schedule: Option<String>,
    /// The language of what guajira adds to texts.
    pub lang: Lang,
}

impl Settings {
    /// Returns which of the two services it is.
    pub fn kind(&self) -> Kind {
        match self.login {
            Login::Jsm { .. } => Kind::Jsm,
            Login::Opsgenie { .. } => Kind::Opsgenie,
        }
    }

    /// Returns the address at which people see an alert.
    ///
    /// Source: the addresses that both consoles show; neither is documented.
    pub(super) fn alert_url(&self, id: &str) -> String {
        match self.kind() {
            Kind::Jsm => format!("{}/jira/ops/alerts/{id}", self.base_url),
            Kind::Opsgenie => {
                format!("{}/alert/detail/{id}/details", self.base_url.replacen("://api.", "://app.", 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_shown_by_the_console_of_its_region() {
        let with = |base_url: &str, login| Settings {
            name: "oncall".to_owned(),
            base_url: base_url.to_owned(),
            login,
            schedule: None,
            lang: Lang::En,
        };
        let key = || Login::Opsgenie { key: Secret::new("k") };
        let jsm = Login::Jsm {
            user: "bot@example.com".to_owned(),
            token: Secret::new("t"),
            cloud_id: None,
            gateway: GATEWAY.to_owned(),
        };
        for (settings, want) in [
            (with(OPSGENIE_US, key()), "https://app.opsgenie.com/alert/detail/a-1/details"),
            (with(OPSGENIE_EU, key()), "https://app.eu.opsgenie.com/alert/detail/a-1/details"),
            (with("https://x.atlassian.net", jsm), "https://x.atlassian.net/jira/ops/alerts/a-1"),
        ] {
            assert_eq!(settings.alert_url("a-1"), want);
        }
    }
}
