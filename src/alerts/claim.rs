//! How a note says that it is our copy of a Jira comment.
//!
//! A note holds nothing but plain text, so the visible marker is the only one. Which account is ours no answer tells for
//! certain: a note shows an e-mail address, a display name that everybody chooses, or the name of an integration. So a marker
//! counts by its seal alone, whoever wrote it.

use crate::domain::{Claim, IssueId, Maker, SealKeys, Side, Witness, marker};
use crate::text::Doc;

/// Returns what a note of this alert says about being our copy, if guajira has sealed it.
pub(super) fn of(text: &Doc, alert: &IssueId, keys: &SealKeys) -> Option<Claim> {
    let (key, shown) = marker::shown(text, Side::JIRA)?;
    let seal = shown.seal?;
    let sealed = keys.made(&seal, &key, &shown.content, alert.as_str());
    Claim::credible(key, Some(shown.content), Maker::Unknown, sealed, Witness::Visible)
}
