//! Pure: a body as the other side reads it: author, link, text, marker.
//!
//! The visible marker is a link's fragment: people see an ordinary link to the original, and guajira recognises its
//! own writing by it also where the service dropped the hidden markers, and also without a state file.

use crate::domain::marker::{self, BETWEEN, DELETED, LINK_BACK, NOTICE, TIME};
use crate::domain::{Comment, CommentId, CommentLink, File, Fingerprint, Issue, Marker, Person, Side};
use crate::text::{Block, Doc, Inline, Mark};

/// Returns the description of the Jira issue that mirrors a Guance issue.
pub fn issue(original: &Issue) -> Doc {
    issue_as(original, original.body.clone())
}

/// Returns the same with another text above the link back.
pub fn issue_as(original: &Issue, text: Doc) -> Doc {
    let mut blocks = text.blocks;
    let mut line = vec![em(LINK_BACK), Inline::link(original.id.as_str(), original.url.clone())];
    if let Some(level) = &original.level {
        line.push(em(&format!(" · {}", level.name)));
    }
    if !original.source.trim().is_empty() {
        line.push(em(&format!(" · {}", original.source.trim())));
    }
    let opened = original.created.format(TIME);
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
pub fn comment(original: &Comment, issue_name: &str, content: &Fingerprint) -> Doc {
    let name = person(&original.author).unwrap_or("?");
    let (place, id) = match original.side {
        Side::Jira => (issue_name, None),
        Side::Guance => ("Guance", Some(original.id.as_str())),
    };
    let line = vec![
        Inline::strong(name),
        Inline::text(BETWEEN),
        Inline::link(place, marked(&original.url, id, content)),
        Inline::text(format!("{BETWEEN}{}", original.created.format(TIME))),
    ];
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(original.body.blocks.iter().cloned());
    Doc { blocks }
}

/// Returns the reply that carries an attached file of a Jira issue, or names it where it cannot be carried.
///
/// `url` is where people see the issue.
pub fn file(file: &File, issue_name: &str, url: &str, content: &Fingerprint) -> Doc {
    let name = person(&file.author).unwrap_or("?");
    let address = marked(&format!("{url}?attachment={}", file.id), None, content);
    let mut line = vec![Inline::strong(name), Inline::text(BETWEEN), Inline::link(issue_name, address)];
    if let Some(created) = file.created {
        line.push(Inline::text(format!("{BETWEEN}{}", created.format(TIME))));
    }
    let attached = Inline::text(format!("📎 {}", file.label()));
    Doc { blocks: vec![Block::Paragraph { content: line }, Block::Paragraph { content: vec![attached] }] }
}

/// Returns a notice: guajira's own words on Jira about something that happened to a Guance issue.
///
/// `url` is where people see the issue.
pub fn notice(url: &str, id: &CommentId, what: Vec<Block>, content: &Fingerprint) -> Doc {
    let address = marked(url, Some(id.as_str()), content);
    let line = vec![Inline::link("Guance", address), Inline::text(format!("{BETWEEN}{NOTICE}"))];
    let mut blocks = vec![Block::Paragraph { content: line }];
    blocks.extend(what);
    Doc { blocks }
}

/// Returns what the copy of a deleted comment reads: as before, and that it was deleted. Its marker says so too.
///
/// `url` is where people see the original's issue, `issue_name` what they call it.
pub fn deleted(copy: &Doc, link: &CommentLink, url: &str, issue_name: &str, content: &Fingerprint) -> Doc {
    let mut doc = copy.clone();
    let note = Inline::strong(format!("{BETWEEN}{DELETED}{}", place_of(link.origin, "Jira")));
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
                Side::Jira => marked(&format!("{url}?focusedCommentId={id}"), None, content),
                Side::Guance => marked(url, Some(id.as_str()), content),
            };
            let head = vec![Inline::link(place_of(link.origin, issue_name), address), note];
            doc.blocks.insert(0, Block::Paragraph { content: head });
        }
    }
    doc
}

fn place_of(side: Side, on_jira: &str) -> &str {
    match side {
        Side::Jira => on_jira,
        Side::Guance => "Guance",
    }
}

/// Returns an address with the visible marker.
fn marked(address: &str, id: Option<&str>, content: &Fingerprint) -> String {
    Marker { address, id, content: content.clone(), seal: None }.url()
}

/// Returns a description without the link back that [`issue`] puts below it.
#[must_use]
pub fn without_link_back(mut body: Doc) -> Doc {
    let links_back = |block: &Block| {
        matches!(block, Block::Paragraph { content } if matches!(content.first(),
            Some(Inline::Text { text, .. }) if text.starts_with(LINK_BACK)))
    };
    if body.blocks.last().is_some_and(links_back) {
        body.blocks.pop();
        if body.blocks.last() == Some(&Block::Rule) {
            body.blocks.pop();
        }
    }
    body
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
