//! Pure: a body as the other side reads it: author, link, text, marker.
//!
//! The visible marker is a link's fragment: people see an ordinary link to the original, and guajira recognises its
//! own writing by it also where the service dropped the hidden markers, and also without a state file.

use crate::domain::{Comment, File, Fingerprint, Issue, Person, Side};
use crate::text::{Block, Doc, Inline, Mark};

/// Returns the description of the Jira issue that mirrors a Guance issue.
pub fn issue(original: &Issue) -> Doc {
    let mut blocks = original.body.blocks.clone();
    let mut line = vec![em("Guance: "), Inline::link(original.id.as_str(), original.url.clone())];
    if let Some(level) = &original.level {
        line.push(em(&format!(" · {}", level.name)));
    }
    if !original.source.trim().is_empty() {
        line.push(em(&format!(" · {}", original.source.trim())));
    }
    let opened = original.created.format("%Y-%m-%d %H:%M UTC");
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
    let (place, address) = match original.side {
        Side::Jira => (issue_name.to_owned(), format!("{}#guajira-{content}", original.url)),
        Side::Guance => ("Guance".to_owned(), format!("{}#guajira-{}-{content}", original.url, original.id)),
    };
    let line = vec![
        Inline::strong(name),
        Inline::text(" · "),
        Inline::link(place, address),
        Inline::text(format!(" · {}", original.created.format("%Y-%m-%d %H:%M UTC"))),
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
    let address = format!("{url}?attachment={}#guajira-{content}", file.id);
    let mut line = vec![Inline::strong(name), Inline::text(" · "), Inline::link(issue_name, address)];
    if let Some(created) = file.created {
        line.push(Inline::text(format!(" · {}", created.format("%Y-%m-%d %H:%M UTC"))));
    }
    let attached = Inline::text(format!("📎 {}", file.label()));
    Doc { blocks: vec![Block::Paragraph { content: line }, Block::Paragraph { content: vec![attached] }] }
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
