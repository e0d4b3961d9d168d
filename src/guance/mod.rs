//! The Guance side: implements `ports::Remote` over the Guance OpenAPI.

use crate::secret::Secret;

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
}
