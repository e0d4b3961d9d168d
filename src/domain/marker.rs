//! Markers: how a thing on one service says that it is the copy of one on the other. The one place that knows their grammar.
//!
//! Beside the text: a label and the property [`OURS`] on Jira, an object of that name in a reply's `extend` on Guance. In the
//! text: the visible marker, the fragment of the link in a copy's first line.
//!
//! `ADDRESS#guajira-[ID-]CONTENT[-SEAL]`: the original's id where the address does not name it, the fingerprint of the
//! content that was copied, and, after version 0.1, a seal.

use serde_json::{Value, json};

use super::id::{CommentId, FileId, Fingerprint, IssueId, Key, Kind, Side};
use super::name::{ServiceName, TRACKER};
use super::seal::Seal;
use crate::text::{Block, Doc, Inline, Mark};
use crate::words::{Origin, Written, is_minute};

/// What stands before the marker in a link.
const FRAGMENT: &str = "#guajira-";

/// What our property on Jira, and our object in the `extend` of a Guance reply, is called.
pub const OURS: &str = "guajira";

/// What the id of a Guance issue begins with; 32 hexadecimal digits follow. The whole id is the label of its copy.
pub const ISSUE_ID: &str = "issue_";

/// What the id of a Guance reply begins with; 32 hexadecimal digits follow.
pub const REPLY_ID: &str = "repim_";

/// What the id begins with that guajira makes for a note of an alert; 32 hexadecimal digits follow.
pub const NOTE_ID: &str = "note_";

/// What the id of a notice begins with; 32 hexadecimal digits follow.
pub const NOTICE_ID: &str = "notice_";

/// The application that a remote link on Jira names.
pub const APPLICATION: &str = "com.guance";

/// Longest `globalId` of a remote link.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, `POST /issue/{issueIdOrKey}/remotelink`.
const MAX_GLOBAL_ID: usize = 255;

/// In an address of Jira, what stands before the id of a comment.
///
/// Source: the links that Jira itself gives to its comments.
const COMMENT_IN: &str = "focusedCommentId";

/// In an address of Jira, what stands before the id of an attached file. Jira itself ignores it.
const FILE_IN: &str = "attachment";

/// Returns the name of the user property on Jira that keeps the write counter of a pair of services.
pub fn register(pair: &str) -> String {
    format!("{OURS}.{pair}")
}

/// Returns the name of the user property on Jira that is written only to see whether one can be, and what it can hold.
pub fn trial() -> String {
    register("check")
}

/// Returns the address of a comment of the Jira issue at `issue`.
pub fn comment_address(issue: &str, id: &str) -> String {
    format!("{issue}?{COMMENT_IN}={id}")
}

/// Returns the address of a file of the Jira issue at `issue`.
pub fn file_address(issue: &str, id: &str) -> String {
    format!("{issue}?{FILE_IN}={id}")
}

/// Returns the key of the comment or file that an address on Jira ends with.
fn original_at(address: &str, tracker: Side) -> Option<Key> {
    let (_, query) = address.rsplit_once('?')?;
    let (name, id) = query.split_once('=')?;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match name {
        COMMENT_IN => Some(Key::comment(tracker, &CommentId::new(id))),
        FILE_IN => Some(Key::file(tracker, &FileId::new(id))),
        _ => None,
    }
}

/// Returns the label that marks the copy of the item with this key: the item's id, where that is a word and 32 hexadecimal
/// digits; else the source's name and 32 digits that stand for the id, so that every label is legal and names its source.
pub fn label(key: &Key) -> Option<String> {
    match key.parts() {
        Some((service, Kind::Issue, id)) if service != TRACKER => {
            Some(if is_tag(id) { id.to_owned() } else { tag(service, id) })
        }
        _ => None,
    }
}

fn tag(service: &str, id: &str) -> String {
    let (one, other) = (Fingerprint::of(&[service, id]), Fingerprint::of(&[service, id, "again"]));
    format!("{service}_{one}{other}")
}

/// Returns what a label names: an item of this source, by its id or by what stands for that in labels.
pub fn labelled(label: &str, source: Side) -> Option<Key> {
    let id = label_id(label).or_else(|| {
        let is_ours = label.rsplit_once('_').is_some_and(|(word, _)| word == source.as_str());
        (is_ours && is_tag(label)).then(|| IssueId::new(label))
    })?;
    Some(Key::issue(source, &id))
}

/// Returns what a label of this item names: where the label holds the item's id, that is the key itself.
pub fn as_labelled(key: &Key) -> Key {
    let tagged =
        label(key).zip(key.parts()).map(|(label, (service, kind, _))| format!("{service}/{}/{label}", kind.as_str()));
    tagged.map_or_else(|| key.clone(), Key)
}

/// Returns the global id of a remote link to an issue on this host: it stays the same when title or address change.
pub fn global_id(host: &str, id: &str) -> String {
    let whole = format!("system={host}&id={id}");
    if whole.len() <= MAX_GLOBAL_ID { whole } else { format!("id={id}") }
}

/// Returns the Guance uuid that a marker label names.
pub fn label_id(label: &str) -> Option<IssueId> {
    let rest = label.strip_prefix("guance").map_or(label, |rest| rest.trim_start_matches(['-', '_']));
    is_uuid(rest, ISSUE_ID).then(|| IssueId::new(rest))
}

impl CommentId {
    /// Returns the id of a notice: a comment of guajira's own about something that happened to an issue, which has no
    /// original on the other side. The parts name the event for ever.
    pub fn notice(parts: &[&str]) -> Self {
        let (one, other) = (Fingerprint::of(parts), Fingerprint::of(&[parts, &["again"]].concat()));
        Self::new(format!("{NOTICE_ID}{one}{other}"))
    }

    /// Returns the id of a thing whose own id a marker cannot name: a word that says what it is, and digits that stand for its
    /// id for ever.
    pub fn standing_for(word: &str, id: &str) -> Self {
        let (one, other) = (Fingerprint::of(&[word, id]), Fingerprint::of(&[word, id, "again"]));
        Self::new(format!("{word}_{one}{other}"))
    }

    /// Returns true for the id of a notice.
    pub fn is_notice(&self) -> bool {
        self.as_str().starts_with(NOTICE_ID)
    }
}

impl Key {
    /// Returns true when this is the key of a notice.
    pub fn is_about_notice(&self) -> bool {
        matches!(self.parts(), Some((_, Kind::Comment, id)) if id.starts_with(NOTICE_ID))
    }
}

/// Returns true for the id of a reply, a note or a notice, as the visible marker on Jira names it.
fn names_reply(id: &str) -> bool {
    is_tag(id)
}

/// Returns true for a name or a word, `_`, and 32 lower-case hexadecimal digits.
fn is_tag(id: &str) -> bool {
    id.rsplit_once('_').is_some_and(|(word, _)| ServiceName::is_one(word) && is_uuid(id, &format!("{word}_")))
}

/// Returns true for `prefix` and 32 lower-case hexadecimal digits.
fn is_uuid(text: &str, prefix: &str) -> bool {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.strip_prefix(prefix).is_some_and(|hex| hex.len() == 32 && hex.bytes().all(is_hex))
}

/// The marker beside a text: a property on Jira, our object in the `extend` of a reply on Guance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The original.
    pub key: Key,
    /// Fingerprint of the content that was copied.
    pub written: Option<Fingerprint>,
    /// The pair of services that it is about; empty on Guance.
    pub pair: String,
    /// The seal, where there is one.
    pub seal: Option<Seal>,
}

impl Aside {
    /// Returns the value of our property on an issue or a comment of Jira:
    /// `{"v": 1, "key": "guance/issue/issue_…", "content": "…", "pair": "…", "seal": "…"}`.
    pub fn property(key: &Key, content: &Fingerprint, pair: &str, seal: Option<&Seal>) -> Value {
        let value = json!({"v": 1, "key": key.origin().as_str(), "content": content.as_str(), "pair": pair});
        with_seal(value, seal)
    }

    /// Returns our object in the `extend` of a reply: `{"key": "jira/comment/10042", "content": "…", "seal": "…"}`.
    pub fn object(key: &Key, content: &Fingerprint, seal: Option<&Seal>) -> Value {
        with_seal(json!({"key": key.origin().as_str(), "content": content.as_str()}), seal)
    }

    /// Reads the one or the other. What it leaves out, or says in a way that we never do, is unknown; only without a key
    /// it is no marker.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let key: Key = text("key")?.parse().ok()?;
        let pair = text("pair").unwrap_or_default().to_owned();
        let (written, seal) = (text("content").and_then(Fingerprint::parse), text("seal").and_then(Seal::parse));
        Some(Self { key: key.origin(), written, pair, seal })
    }

    /// Returns true when the original is a thing of this kind on this side.
    pub fn is_about(&self, side: Side, kind: Kind) -> bool {
        matches!(self.key.parts(), Some((at, found, _)) if at == side.as_str() && found == kind)
    }
}

fn with_seal(mut value: Value, seal: Option<&Seal>) -> Value {
    if let (Some(seal), Some(value)) = (seal, value.as_object_mut()) {
        value.insert("seal".to_owned(), seal.as_str().into());
    }
    value
}

/// Returns true for an address with a visible marker.
pub fn is_in(address: &str) -> bool {
    address.contains(FRAGMENT)
}

/// What stands between the parts of a copy's first line.
pub const BETWEEN: &str = " · ";

/// What a notice's first line ends with.
pub const NOTICE: &str = "guajira";

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

/// Returns the original on this side that the marker in a text's first line names, and the marker. A marker names a Guance
/// reply or a notice itself; the address before it names a comment or a file of Jira.
pub fn shown(text: &Doc, origin: Side) -> Option<(Key, Marker<'_>)> {
    let marker = own_link(text).and_then(Marker::parse)?;
    let key = match origin {
        Side::Source(_) => {
            let id = marker.id.filter(|id| names_reply(id))?;
            Key::comment(origin, &CommentId::new(id))
        }
        Side::Tracker(_) => match marker.id {
            None => original_at(marker.address, origin)?,
            // What was said in a chat has no original on Jira either.
            Some(id) if id.starts_with(NOTICE_ID) && names_reply(id) => Key::comment(origin, &CommentId::new(id)),
            Some(_) => return None,
        },
    };
    Some((key, marker))
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
        if let Inline::Text { text, marks } = inline {
            // Where a service shows plain text, the address is its own words: else it would stand there twice.
            if *text == old {
                text.clone_from(&new);
            }
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
    // Where a service shows plain text, the address stands in brackets behind the link's words. Version 0.1 left the old
    // address before the new one, and two brackets, where it marked a copy as deleted.
    let after = match after.strip_prefix("))").or_else(|| after.strip_prefix(')')) {
        Some(after) if before.ends_with(" (") => after,
        _ if before.is_empty() || before.ends_with(BETWEEN) => after.as_str(),
        _ => return None,
    };
    is_end(after).then_some((first, last))
}

/// Tells whether a line ends so behind its link, in whatever language and time zone it was written.
fn is_end(text: &str) -> bool {
    let mut parts = text.trim_end().split(BETWEEN.trim_end()).map(str::trim);
    let empty = parts.next().is_some_and(str::is_empty);
    let is_deleted = |part: &str| Origin::ALL.into_iter().any(|origin| Written::DeletedOn(origin).is(part));
    let rest: Vec<&str> = parts.collect();
    empty
        && match rest.as_slice() {
            [] => true,
            [one] => is_minute(one) || *one == NOTICE || is_deleted(one),
            [one, other] => (is_minute(one) || *one == NOTICE) && is_deleted(other),
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
