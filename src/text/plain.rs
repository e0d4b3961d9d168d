//! Plain text for services that show nothing else. Links keep their address: it is a marker too.

use super::cut::{Rest, cut_in};
use super::doc::{Block, Doc, Inline, Mark};

/// Deepest nesting in which addresses are spelled out; readers build no deeper trees.
const MAX_DEPTH: usize = 32;

/// Writes plain text of at most `max_bytes`, cut at a character boundary with the address of the `rest`.
pub fn write<'r>(doc: &Doc, max_bytes: usize, rest: impl Into<Rest<'r>>) -> String {
    let Rest { url: rest, lang } = rest.into();
    let mut doc = cut_in(lang, doc.clone());
    spell_links(&mut doc.blocks, 0);
    let text = doc.plain_text();
    if text.len() <= max_bytes {
        return text;
    }
    let tail = format!("…\n{rest}");
    let end = text.floor_char_boundary(max_bytes.saturating_sub(tail.len()));
    format!("{}{tail}", text.get(..end).unwrap_or_default())
}

/// Puts the address of every link behind its text.
fn spell_links(blocks: &mut [Block], depth: usize) {
    if depth > MAX_DEPTH {
        return;
    }
    for block in blocks {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => spell_in(content),
            Block::Quote { blocks } | Block::Panel { blocks, .. } | Block::Expand { blocks, .. } => {
                spell_links(blocks, depth + 1);
            }
            Block::List { items, .. } => items.iter_mut().for_each(|item| spell_links(&mut item.blocks, depth + 1)),
            Block::Table { rows } => {
                rows.iter_mut().flatten().for_each(|cell| spell_links(&mut cell.blocks, depth + 1));
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}

fn spell_in(content: &mut Vec<Inline>) {
    let mut spelled = Vec::with_capacity(content.len());
    // A link may run over several pieces: bold in its middle.
    let mut words = String::new();
    let mut pieces = std::mem::take(content).into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let address = link(&piece).map(str::to_owned);
        if let Inline::Text { text, .. } = &piece {
            words.push_str(text);
        }
        spelled.push(piece);
        if let Some(address) = &address
            && pieces.peek().and_then(link) == Some(address)
        {
            continue;
        }
        if let Some(address) = address.filter(|address| *address != words) {
            spelled.push(Inline::text(format!(" ({address})")));
        }
        words.clear();
    }
    *content = spelled;
}

fn link(inline: &Inline) -> Option<&str> {
    let Inline::Text { marks, .. } = inline else { return None };
    marks.iter().find_map(|mark| if let Mark::Link(url) = mark { Some(url.as_str()) } else { None })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::marker::own_link;
    use crate::domain::{CommentId, CommentLink, Fingerprint, IssueId, Side};
    use crate::render;
    use crate::text::{ListItem, markdown};
    use crate::words::Voice;

    #[test]
    fn a_copy_that_was_marked_as_deleted_is_recognised() {
        let line = |address: &str| format!("alice · OPS-1 ({address}) · 2026-11-22 10:00 UTC");
        let address = |content: &str| format!("https://j/browse/OPS-1?focusedCommentId=1#guajira-{content}");
        let (before, now) = (address("00112233aabbccdd"), address("aabbccdd00112233"));
        let copy = markdown::read(&format!("{}\n\nwords", line(&before)));
        let pair = CommentLink {
            origin: Side::JIRA,
            origin_id: CommentId::new("1"),
            copy_id: CommentId::new("repim_1"),
            pair: IssueId::new("issue_1"),
            written: None,
        };
        let content = Fingerprint::parse("aabbccdd00112233").unwrap();
        let marked = render::deleted(&copy, &pair, "https://j", "OPS-1", &content, Voice::default());
        let marked = write(&marked, 65_535, "");
        assert_eq!(marked, format!("{} · deleted on Jira\n\nwords", line(&now)));
        let by_earlier_versions = format!("{} · deleted on Jira\n\nwords", line(&format!("{before} ({now})")));
        for text in [marked, by_earlier_versions] {
            assert_eq!(own_link(&markdown::read(&text)), Some(now.as_str()), "{text}");
        }
    }

    #[test]
    fn structure_and_addresses_stay() {
        let bold_link =
            Inline::Text { text: "-1".to_owned(), marks: vec![Mark::Strong, Mark::Link("https://j/1#x".into())] };
        let line = vec![Inline::strong("张三"), Inline::text(" "), Inline::link("OPS", "https://j/1#x"), bold_link];
        let bare = Block::Paragraph { content: vec![Inline::link("https://j/2", "https://j/2")] };
        let item = |block| ListItem { task: None, blocks: vec![block] };
        let list = Block::List { start: Some(3), items: vec![item(bare), item(Block::paragraph("y"))] };
        let doc = Doc { blocks: vec![Block::Paragraph { content: line }, list] };
        assert_eq!(write(&doc, 1000, ""), "张三 OPS-1 (https://j/1#x)\n\n3. https://j/2\n4. y");
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_where_the_rest_is() {
        let doc = Doc::from_plain(&"观".repeat(100));
        for max_bytes in 20..40 {
            let text = write(&doc, max_bytes, "https://j/1");
            assert!(text.len() <= max_bytes && text.ends_with("…\nhttps://j/1"), "{text}");
        }
    }
}
