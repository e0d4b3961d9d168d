//! The visible marker: the fragment of the link in a copy's first line. The one place that knows its grammar.
//!
//! `ADDRESS#guajira-[ID-]CONTENT[-SEAL]`: the original's id where the address does not name it, the fingerprint of the
//! content that was copied, and, after version 0.1, a seal.

use chrono::NaiveDateTime;

use crate::domain::{Fingerprint, Seal};
use crate::text::{Block, Doc, Inline, Mark};

/// What stands before the marker in a link.
const FRAGMENT: &str = "#guajira-";

/// How a copy's first line tells when the original was written.
pub const TIME: &str = "%Y-%m-%d %H:%M UTC";

/// What stands between the parts of a copy's first line.
pub const BETWEEN: &str = " · ";

/// What a notice's first line ends with.
pub const NOTICE: &str = "guajira";

/// What the first line of a copy ends with whose original was deleted, before the name of the original's service.
pub const DELETED: &str = "deleted on ";

/// A visible marker, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker<'t> {
    /// Where the link leads.
    pub address: &'t str,
    /// The original's id, where the marker itself names it.
    pub id: Option<&'t str>,
    /// Fingerprint of the content that was copied.
    pub content: Fingerprint,
    /// The seal, where there is one.
    pub seal: Option<Seal>,
}

impl<'t> Marker<'t> {
    /// Reads the marker of an address.
    pub fn parse(url: &'t str) -> Option<Self> {
        let (address, marker) = url.split_once(FRAGMENT)?;
        let (id, rest) = match marker.split_once('-') {
            Some((id, rest)) if id.contains('_') => (Some(id), rest),
            _ => (None, marker),
        };
        let (content, seal) = match rest.split_once('-') {
            Some((content, seal)) => (content, Some(Seal::parse(seal)?)),
            None => (rest, None),
        };
        Some(Self { address, id, content: Fingerprint::parse(content)?, seal })
    }

    /// Returns the address with the marker.
    pub fn url(&self) -> String {
        let id = self.id.map(|id| format!("{id}-")).unwrap_or_default();
        let seal = self.seal.as_ref().map(|seal| format!("-{}", seal.as_str())).unwrap_or_default();
        format!("{}{FRAGMENT}{id}{}{seal}", self.address, self.content)
    }
}

/// Returns the link of a copy's first line, if the text begins as guajira begins its copies.
///
/// The line ends as only guajira ends it, and the link is the last one in it: what stands before (a name that somebody
/// chose) and below (quotations, names of files) is not read.
pub fn own_link(doc: &Doc) -> Option<&str> {
    let content = first_line(doc)?;
    let (at, _) = place(content)?;
    content.get(at).and_then(link)
}

/// Changes the marker in a copy's first line; false when there is none.
pub fn renew(doc: &mut Doc, change: impl FnOnce(&mut Marker<'_>)) -> bool {
    let Some((first, last)) = first_line(doc).and_then(place) else { return false };
    let Some(Block::Paragraph { content }) = doc.blocks.first_mut() else { return false };
    let Some(old) = content.get(first).and_then(link).map(str::to_owned) else { return false };
    let Some(mut marker) = Marker::parse(&old) else { return false };
    change(&mut marker);
    let new = marker.url();
    for inline in content.get_mut(first..=last).unwrap_or_default() {
        if let Inline::Text { marks, .. } = inline {
            for mark in marks {
                if let Mark::Link(url) = mark {
                    *url = new.clone().into();
                }
            }
        }
    }
    true
}

fn first_line(doc: &Doc) -> Option<&[Inline]> {
    let Block::Paragraph { content } = doc.blocks.first()? else { return None };
    let end = content.iter().position(|inline| matches!(inline, Inline::Break)).unwrap_or(content.len());
    content.get(..end)
}

/// Returns the first and the last piece of the own link in a line.
fn place(line: &[Inline]) -> Option<(usize, usize)> {
    let last = line.iter().rposition(|inline| link(inline).is_some())?;
    let url = line.get(last).and_then(link)?;
    let is_it = |inline: &Inline| link(inline) == Some(url);
    let first = line.iter().take(last).rposition(|inline| !is_it(inline)).map_or(0, |before| before + 1);
    // A reader may take something in a name for more than text; behind the link nothing but text stands.
    let before: String = line.get(..first)?.iter().map(|inline| text(inline).unwrap_or("?")).collect();
    let after: String = line.get(last + 1..)?.iter().map(text).collect::<Option<_>>()?;
    // Where a service shows plain text, the address stands in brackets behind the link's words.
    let after = match after.strip_prefix(')') {
        Some(after) if before.ends_with(" (") => after,
        _ if before.is_empty() || before.ends_with(BETWEEN) => after.as_str(),
        _ => return None,
    };
    is_end(after).then_some((first, last))
}

/// Tells whether a line ends so behind its link.
fn is_end(text: &str) -> bool {
    let mut parts = text.trim_end().split(BETWEEN.trim_end()).map(str::trim);
    let empty = parts.next().is_some_and(str::is_empty);
    let is_time = |part: &str| NaiveDateTime::parse_from_str(part, TIME).is_ok();
    let is_deleted = |part: &str| part.strip_prefix(DELETED).is_some_and(|side| matches!(side, "Guance" | "Jira"));
    let rest: Vec<&str> = parts.collect();
    empty
        && match rest.as_slice() {
            [] => true,
            [one] => is_time(one) || *one == NOTICE || is_deleted(one),
            [one, other] => (is_time(one) || *one == NOTICE) && is_deleted(other),
            _ => false,
        }
}

fn text(inline: &Inline) -> Option<&str> {
    if let Inline::Text { text, .. } = inline { Some(text) } else { None }
}

fn link(inline: &Inline) -> Option<&str> {
    let Inline::Text { marks, .. } = inline else { return None };
    marks.iter().find_map(|mark| if let Mark::Link(url) = mark { Some(url.as_str()) } else { None })
}
