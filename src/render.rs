//! Pure: a body as the other side reads it: author, link, text, marker.
//!
//! The visible marker is a link's fragment: people see an ordinary link to the original, and guajira recognises its
//! own writing by it also where the service dropped the hidden markers, and also without a state file.

use chrono::{DateTime, Utc};

use crate::domain::marker::{self, BETWEEN, NOTICE};
use crate::domain::{Comment, CommentId, CommentLink, File, Fingerprint, Issue, Marker, Person, Side};
use crate::text::{Block, Doc, Inline, Mark};
use crate::words::{Origin, Voice, Written};

/// Returns the description of the Jira issue that mirrors a Guance issue.
pub fn issue(original: &Issue, voice: Voice) -> Doc {
    issue_as(original, original.body.clone(), voice)
}

/// Returns the same with another text above the link back.
pub fn issue_as(original: &Issue, text: Doc, voice: Voice) -> Doc {
    let mut blocks = text.blocks;
    let id = original.id.as_str();
    let id = if original.url.is_empty() { em(id) } else { Inline::link(id, original.url.clone()) };
    let mut line = vec![em(&voice.say(Written::LinkBack(voice.source))), id];
    if let Some(level) = original.level() {
        line.push(em(&format!(" · {}", level.name)));
    }
    let resource = original.source().map(|detail| detail.resource.trim()).unwrap_or_default();
    if !resource.is_empty() {
        line.push(em(&format!(" · {resource}")));
    }
    let opened = voice.minute(original.created);
    line.push(em(&match person(&original.author) {
        Some(name) => format!(" · {name}, {opened}"),
        None => format!(" · {opened}"),
    }));
    if !blocks.is_empty() {
        blocks.push(Block::Rule);
    }
    blocks.push(Block::Paragraph { content: line });
    Doc { blocks }
}

/// Returns a comment or reply as the other side reads it.
///
/// `issue_name` is what people call the original's issue, e.g. `OPS-12`.
pub fn comment(original: &Comment, issue_name: &str, content: &Fingerprint, voice: Voice) -> Doc {
    let place = place_of(original.side, issue_name, voice);
    let id = original.side.is_source().then(|| original.id.as_str());
    let mut line = Vec::new();
    if let Some(name) = person(&original.author) {
        line.extend([Inline::strong(name), Inline::text(BETWEEN)]);
    }
    line.push(Inline::link(place, marked(&original.url, id, content)));
    line.push(Inline::text(format!("{BETWEEN}{}", voice.minute(original.created))));
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(original.body.blocks.iter().cloned());
    Doc { blocks }
}

/// Returns the reply that carries an attached file of a Jira issue, or names it where it cannot be carried.
///
/// `url` is where people see the issue.
pub fn file(file: &File, issue_name: &str, url: &str, content: &Fingerprint, voice: Voice) -> Doc {
    let name = person(&file.author).unwrap_or("?");
    let address = marked(&marker::file_address(url, file.id.as_str()), None, content);
    let mut line = vec![Inline::strong(name), Inline::text(BETWEEN), Inline::link(issue_name, address)];
    if let Some(created) = file.created {
        line.push(Inline::text(format!("{BETWEEN}{}", voice.minute(created))));
    }
    let attached = Inline::text(format!("📎 {}", file.label()));
    Doc { blocks: vec![Block::Paragraph { content: line }, Block::Paragraph { content: vec![attached] }] }
}

/// Returns a notice: guajira's own words on Jira about something that happened to a Guance issue.
///
/// `url` is where people see the issue.
pub fn notice(url: &str, id: &CommentId, what: Vec<Block>, content: &Fingerprint, voice: Voice) -> Doc {
    let address = marked(url, Some(id.as_str()), content);
    let line =
        vec![Inline::link(voice.say(Written::Name(voice.source)), address), Inline::text(format!("{BETWEEN}{NOTICE}"))];
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(what);
    Doc { blocks }
}

/// Returns what somebody said in a chat, as a comment of guajira's own. `url` is where people see the pair's other issue, which
/// they call `place` (`None`: the source's).
pub fn from_chat(said: &Said<'_>, (url, place): (&str, Option<&str>), content: &Fingerprint, voice: Voice) -> Doc {
    let mut line = Vec::new();
    if !said.author.is_empty() {
        line.extend([Inline::strong(said.author), Inline::text(BETWEEN)]);
    }
    let place = place.map_or_else(|| voice.say(Written::Name(voice.source)), str::to_owned);
    line.extend([
        Inline::text(format!("{}{BETWEEN}", voice.say(Written::Chat))),
        Inline::link(place, marked(url, Some(said.id.as_str()), content)),
        Inline::text(format!("{BETWEEN}{}", voice.minute(said.at))),
    ]);
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(Doc::from_plain(said.text).blocks);
    Doc { blocks }
}

/// What somebody said in a chat.
#[derive(Clone, Copy, Debug)]
pub struct Said<'t> {
    /// Its id: that of a notice, since it has no original on either side.
    pub id: &'t CommentId,
    /// Who said it, on one line; empty where that is not known.
    pub author: &'t str,
    /// What was said, as plain text.
    pub text: &'t str,
    /// When, by our clock.
    pub at: DateTime<Utc>,
}

/// Returns what the copy of a deleted comment reads: as before, and that it was deleted. Its marker says so too.
///
/// `url` is where people see the original's issue, `issue_name` what they call it.
pub fn deleted(
    copy: &Doc,
    link: &CommentLink,
    url: &str,
    issue_name: &str,
    content: &Fingerprint,
    voice: Voice,
) -> Doc {
    let mut doc = copy.clone();
    let on = if link.origin.is_source() { voice.source } else { Origin::Jira };
    let note = Inline::strong(format!("{BETWEEN}{}", voice.say(Written::DeletedOn(on))));
    let renewed = marker::renew(&mut doc, |marker| {
        marker.content = content.clone();
        marker.seal = None;
    });
    match doc.blocks.first_mut() {
        Some(Block::Paragraph { content: head }) if renewed => {
            let end = head.iter().position(|inline| matches!(inline, Inline::Break)).unwrap_or(head.len());
            head.insert(end, note);
        }
        // The author's line was taken out by hand.
        _ => {
            let id = &link.origin_id;
            let address = match link.origin {
                Side::Tracker(_) => marked(&marker::comment_address(url, id.as_str()), None, content),
                Side::Source(_) => marked(url, Some(id.as_str()), content),
            };
            let head = vec![Inline::link(place_of(link.origin, issue_name, voice), address), note];
            doc.blocks.insert(0, Block::Paragraph { content: head });
        }
    }
    doc
}

fn place_of(side: Side, on_jira: &str, voice: Voice) -> String {
    match side {
        Side::Tracker(_) => on_jira.to_owned(),
        Side::Source(_) => voice.say(Written::Name(voice.source)),
    }
}

/// Returns an address with the visible marker.
fn marked(address: &str, id: Option<&str>, content: &Fingerprint) -> String {
    Marker { address, id, content: content.clone(), seal: None }.url()
}

/// Returns a description without the link back that [`issue`] puts below it, in whatever language.
#[must_use]
pub fn without_link_back(mut body: Doc) -> Doc {
    let links_back = |block: &Block| {
        matches!(block, Block::Paragraph { content } if matches!(content.first(),
            Some(Inline::Text { text, .. }) if Origin::ALL.into_iter().any(|on| Written::LinkBack(on).begins(text))))
    };
    if body.blocks.last().is_some_and(links_back) {
        body.blocks.pop();
        if body.blocks.last() == Some(&Block::Rule) {
            body.blocks.pop();
        }
    }
    body
}

/// Returns a description as its fingerprint is made, whose words do not depend on language and time zone.
#[must_use]
pub fn unspoken(original: &Issue, body: Doc) -> Doc {
    issue_as(original, without_link_back(body), Voice::default())
}

/// Returns the name under which people know a person; `None` when nothing is known.
pub fn name_of(who: &Person) -> Option<&str> {
    person(who)
}

fn person(person: &Person) -> Option<&str> {
    [person.name.as_str(), person.email.as_deref().unwrap_or_default(), person.id.as_str()]
        .into_iter()
        .map(str::trim)
        .find(|name| !name.is_empty())
}

fn em(text: &str) -> Inline {
    Inline::Text { text: text.to_owned(), marks: vec![Mark::Em] }
}
