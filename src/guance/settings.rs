//! How to talk to Guance.

use crate::domain::ServiceName;
use crate::secret::Secret;
use crate::words::Lang;

/// How this workspace shows replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyFormat {
    /// HTML fragments (the editor's own form).
    Html,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

/// How to talk to Guance.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The line that it is the source of.
    pub line: ServiceName,
    /// Base address, without a trailing slash.
    pub base_url: String,
    /// Base address of the console, for links people follow, without a trailing slash.
    pub console_url: String,
    /// API keys, used in turn; each has its own request budget.
    pub api_keys: Vec<Secret>,
    /// Channel name or `chan_…` uuid.
    pub channel: String,
    /// How this workspace shows replies.
    pub reply_format: ReplyFormat,
    /// Accounts of keys that guajira wrote with before (`wsak_…`).
    pub former_accounts: Vec<String>,
    /// Whether to find out the names and addresses of managers: now and then it costs a request.
    pub names_managers: bool,
    /// Whether to find out the channels of every issue: it costs a request, once for each.
    pub names_channels: bool,
    /// The language of what guajira adds to texts.
    pub lang: Lang,
}
