//! Where the runs of a text lead, and how that is changed.

use super::doc::{Block, Doc, Inline, MAX_DEPTH, Mark};

/// A piece of text and the address it leads to, if it leads anywhere. An image is an address without text.
pub type Piece = (String, Option<String>);

impl Doc {
    /// Tells of every run of text and every image: the text, and where it leads. What is code says nothing.
    pub fn each_run(&self, mut tell: impl FnMut(&str, Option<&str>)) {
        let _ = self.clone().rerouted(|text, address| {
            tell(text, address);
            None
        });
    }

    /// Returns the text with other pieces in the place of a run, where `pieces` has any for its text and address.
    #[must_use]
    pub fn rerouted(mut self, mut pieces: impl FnMut(&str, Option<&str>) -> Option<Vec<Piece>>) -> Self {
        self.each_line(&mut |content| {
            if content.iter().any(|inline| matches!(inline, Inline::Text { .. } | Inline::Image { .. })) {
                let line = std::mem::take(content);
                for inline in line {
                    reroute(inline, &mut pieces, content);
                }
            }
        });
        self
    }

    /// Acts on the content of every paragraph and heading.
    pub(super) fn each_line(&mut self, act: &mut impl FnMut(&mut Vec<Inline>)) {
        each_in(&mut self.blocks, 0, act);
    }
}

/// Returns true for what looks like the key of a Jira issue: `OPS-12`.
pub fn is_issue_key(word: &str) -> bool {
    let Some((project, number)) = word.split_once('-') else { return false };
    project.len() > 1
        && project.starts_with(|c: char| c.is_ascii_uppercase())
        && project.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && number.starts_with(|c: char| ('1'..='9').contains(&c))
        && number.bytes().all(|b| b.is_ascii_digit())
}

fn reroute(inline: Inline, pieces: &mut impl FnMut(&str, Option<&str>) -> Option<Vec<Piece>>, out: &mut Vec<Inline>) {
    match inline {
        Inline::Text { text, marks } if !marks.contains(&Mark::Code) || marks.len() > 1 => {
            let address =
                marks.iter().find_map(|mark| if let Mark::Link(url) = mark { Some(url.as_str()) } else { None });
            let Some(new) = pieces(&text, address) else { return out.push(Inline::Text { text, marks }) };
            for (text, address) in new {
                let others = marks.iter().filter(|mark| !matches!(mark, Mark::Link(_))).cloned();
                let marks = address.map(|url| Mark::Link(url.into())).into_iter().chain(others).collect();
                out.push(Inline::Text { text, marks });
            }
        }
        Inline::Image { url, alt } if !url.is_empty() => {
            let new = pieces("", Some(&url)).and_then(|mut new| new.pop());
            let url = new.map_or(url, |(_, address)| address.unwrap_or_default());
            out.push(Inline::Image { url, alt });
        }
        other => out.push(other),
    }
}

fn each_in(blocks: &mut [Block], depth: usize, act: &mut impl FnMut(&mut Vec<Inline>)) {
    if depth > MAX_DEPTH {
        return;
    }
    for block in blocks {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => act(content),
            Block::Quote { blocks } | Block::Panel { blocks, .. } | Block::Expand { blocks, .. } => {
                each_in(blocks, depth + 1, act);
            }
            Block::List { items, .. } => items.iter_mut().for_each(|item| each_in(&mut item.blocks, depth + 1, act)),
            Block::Table { rows } => {
                rows.iter_mut().flatten().for_each(|cell| each_in(&mut cell.blocks, depth + 1, act));
            }
            Block::Code { .. } | Block::Rule => {}
        }
    }
}
