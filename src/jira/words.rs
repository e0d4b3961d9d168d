//! A text as a Jira takes it, and the property that marks a copy. Pure.

use serde_json::Value;

use super::takes::Takes;
use crate::domain::marker::Aside;
use crate::domain::{Action, Push};
use crate::text::{Block, Doc, Inline, Mark, Rest, adf, wiki};

/// Longest serialised ADF that is sent.
///
/// Source: Jira's limit of 32 767 for a text field; on Cloud it is not said whether the text or its ADF counts.
pub(super) const MAX_ADF: usize = 30_000;

/// Longest wiki markup that is sent, in UTF-16 units; below Jira's limit of 32 767.
pub(super) const MAX_WIKI: usize = 32_000;

/// A text to be written, and where the rest of it is.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) body: &'t Doc,
    pub(super) origin_url: &'t str,
}

impl Text<'_> {
    /// Returns the text as this Jira takes it.
    pub(super) fn rich(self, takes: impl Into<Takes>) -> Value {
        written(self.body, takes.into(), self.origin_url)
    }

    /// Returns the text without formatting, for a Jira that refuses the rich one.
    pub(super) fn plain(self, takes: impl Into<Takes>) -> Value {
        written(&plainly(self.body), takes.into(), self.origin_url)
    }

    /// Returns the beginning of the text, for a Jira with a small limit.
    pub(super) fn short(self, takes: impl Into<Takes>, most: usize) -> Value {
        let takes = takes.into();
        // What stands around the words counts on Cloud.
        let limit = if takes.cloud { most.saturating_mul(2) } else { most };
        let limit = takes.limit.map_or(limit, |known| known.min(limit));
        written(&plainly(self.body), Takes { limit: Some(limit), ..takes }, self.origin_url)
    }
}

/// Returns a text without formatting but with the links of its paragraphs: one of them is the marker.
fn plainly(doc: &Doc) -> Doc {
    let flat = |block: &Block| Doc::from_plain(&Doc { blocks: vec![block.clone()] }.plain_text()).blocks;
    let blocks = doc.blocks.iter().flat_map(|block| match block {
        Block::Paragraph { content } => match content.iter().map(unmarked).collect() {
            Some(content) => vec![Block::Paragraph { content }],
            None => flat(block),
        },
        block => flat(block),
    });
    Doc { blocks: blocks.collect() }
}

/// Returns a text or a break with no other mark than a plausible link.
fn unmarked(inline: &Inline) -> Option<Inline> {
    match inline {
        Inline::Text { text, marks } => {
            let plausible = |mark: &&Mark| match mark {
                Mark::Link(url) => url.starts_with("http") && !url.contains(char::is_whitespace),
                _ => false,
            };
            Some(Inline::Text { text: text.clone(), marks: marks.iter().filter(plausible).cloned().collect() })
        }
        Inline::Break => Some(Inline::Break),
        _ => None,
    }
}

fn written(doc: &Doc, takes: Takes, url: &str) -> Value {
    let rest = Rest { url, lang: takes.lang };
    if takes.cloud {
        adf::write(doc, takes.most(MAX_ADF), rest)
    } else {
        Value::String(wiki::write(doc, takes.most(MAX_WIKI), rest))
    }
}

/// Returns the value of our marker property.
pub(super) fn marker(push: &Push, pair: &str) -> Value {
    let value = Aside::property(&push.key, &push.content, pair, push.seal.as_ref());
    let reuse = if let Action::CreateIssue(new) = &push.action { new.reuse.as_ref() } else { None };
    Aside::with_reuse(value, reuse.map(|reuse| &reuse.key))
}
