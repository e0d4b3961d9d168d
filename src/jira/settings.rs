//! How to talk to Jira.

use std::rc::Rc;

use super::oauth::PrivateKey;
use crate::domain::{Follower, ServiceName};
use crate::secret::Secret;
use crate::words::Lang;

/// Which kind of Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// Jira Cloud: REST v3, ADF, `search/jql`.
    Cloud,
    /// Jira Server or Data Center: REST v2, wiki markup, `search`.
    Server,
}

/// How to log in.
#[derive(Clone, Debug)]
pub enum Auth {
    /// E-mail and API token (Cloud), user name and password (Server).
    Basic {
        /// E-mail or user name.
        user: String,
        /// Token or password.
        token: Secret,
    },
    /// Personal access token (Server ≥ 8.14), sent as Bearer.
    Pat {
        /// The token.
        token: Secret,
    },
    /// OAuth 1.0a with RSA-SHA1: an application link of Server or Data Center.
    OAuth1 {
        /// The consumer key of the link.
        consumer: String,
        /// The private key; the link holds the public one.
        key: Box<PrivateKey>,
        /// The access token of the account.
        token: Secret,
    },
}

impl Auth {
    /// Returns the token or the password.
    pub fn token(&self) -> &Secret {
        match self {
            Self::Basic { token, .. } | Self::Pat { token } | Self::OAuth1 { token, .. } => token,
        }
    }
}

/// A field that follows its source, and where it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The project, by key.
    pub project: String,
    /// The issue type of the route, by name or id.
    pub issue_type: String,
    /// The field.
    pub field: Follower,
}

/// Which fields follow their source, and their ids.
pub(super) type Known = Rc<Vec<(Followed, String)>>;

/// How to talk to Jira.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The line whose issues it reads.
    pub line: ServiceName,
    /// Base address with its context path, without a trailing slash.
    pub base_url: String,
    /// `None`: find out from `serverInfo`.
    pub deployment: Option<Deployment>,
    /// How to log in.
    pub auth: Auth,
    /// Projects of the routes, by key: the usual selection of a poll.
    pub projects: Vec<String>,
    /// Projects that a poll reads: those of all lines, so that one answer serves them all.
    pub polled: Vec<String>,
    /// Fields that follow their source, of all lines.
    pub followed: Vec<Followed>,
    /// Distinguishes this pair of services from others that use the same bot account: hex digits.
    pub pair_id: String,
    /// Accounts that guajira wrote with before: account ids (Cloud), user keys or login names (Server).
    pub former_accounts: Vec<String>,
    /// What the same pair was called before one of its services was renamed, the latest first.
    pub former_pairs: Vec<String>,
    /// The language of what guajira adds to texts and links.
    pub lang: Lang,
}
