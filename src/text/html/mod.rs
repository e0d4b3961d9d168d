//! HTML as Guance's editor keeps it: reader and writer.
//!
//! Nothing in it is trusted: tags that are not listed here are only their text, scripts and styles are nothing, and
//! addresses go through `url::safe`.

mod token;
mod space;
mod style;
mod builder;
mod embed;
mod read;
mod write;

#[cfg(test)]
mod tests;

use super::color;
use super::cut::{self, Rest};
use super::doc::{Block, Doc, Mark};
use super::fit::{Fate, Place, Rules};

/// Reads an HTML fragment; nothing in it is trusted.
pub fn read(html: &str) -> Doc {
    let (doc, cut) = read::document(html);
    cut::bounded(doc, cut).normalized()
}

/// Writes an HTML fragment, cut to `max_bytes` at a character boundary with a link to `rest`.
pub fn write<'r>(doc: &Doc, max_bytes: usize, rest: impl Into<Rest<'r>>) -> String {
    let sized = |doc: &Doc| {
        let html = write::document(doc);
        let size = html.len();
        (html, size)
    };
    cut::to_fit(doc, max_bytes, rest.into(), &RULES, sized).unwrap_or_default()
}

/// What Guance's editor can hold: panels are quotes, expands are a bold line and what follows.
pub(crate) const RULES: Rules = Rules { fate, panel_as_quote: true, ..Rules::ALL };

fn fate(_place: Place, block: &Block) -> Fate {
    match block {
        Block::Panel { .. } | Block::Expand { .. } => Fate::Open,
        _ => Fate::Keep,
    }
}

/// Returns true when the text is HTML rather than Markdown or plain text: it starts with a tag, holds a closing tag or
/// something only the editor writes. Tags quoted in Markdown code do not count.
pub fn looks_like_html(text: &str) -> bool {
    let mut breaks = false;
    let mut fenced = false;
    let mut first = true;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            first = false;
            continue;
        }
        for (n, piece) in line.split('`').enumerate() {
            if n % 2 == 1 {
                continue;
            }
            if piece.contains("&nbsp;") {
                return true;
            }
            let last = piece.rfind('>').unwrap_or_default();
            for (at, _) in piece.match_indices('<').take_while(|(at, _)| *at < last) {
                let Some(tag) = token::tag_name(piece.get(at + 1..).unwrap_or_default()) else { continue };
                let starts = first && n == 0 && piece.get(..at).is_some_and(|head| head.trim().is_empty());
                if tag.closing || starts || tag.name == "span" {
                    return true;
                }
                breaks |= matches!(tag.name.as_str(), "br" | "img" | "hr");
            }
        }
        if !line.trim().is_empty() {
            first = false;
        }
    }
    breaks && !has_markdown(text)
}

/// Returns the name of the known tag that starts after a `<`, and whether it closes.
pub(crate) fn tag_name(after: &str) -> Option<(String, bool)> {
    token::tag_name(after).map(|tag| (tag.name, tag.closing))
}

/// Reads the character reference (`&amp;`) at the start of a text: what it stands for and its length in bytes.
pub(crate) fn reference(text: &str) -> Option<(String, usize)> {
    token::reference(text)
}

/// Returns the colour that a whole tag (`<font color=red>`, `<span style="color: red">`) gives its text.
pub(crate) fn color_in(tag: &str) -> Option<String> {
    let style = attribute_in(tag, "style").unwrap_or_default();
    let by_style = style::marks(&style).into_iter().find_map(|styled| match styled.mark {
        Mark::Color(color) => Some(color),
        _ => None,
    });
    by_style.or_else(|| color::parse(&attribute_in(tag, "color")?))
}

/// Returns true when the style of a whole tag takes a mark off that its name puts on.
pub(crate) fn takes_off(tag: &str, mark: &Mark) -> bool {
    let style = attribute_in(tag, "style").unwrap_or_default();
    style::marks(&style).iter().any(|styled| !styled.on && styled.mark == *mark)
}

/// Returns an attribute of a whole tag (`<a href="x">`).
pub(crate) fn attribute_in(tag: &str, key: &str) -> Option<String> {
    let inner = tag.trim_start_matches('<').trim_end_matches('>');
    let attrs = inner.split_once(char::is_whitespace)?.1;
    token::attributes(attrs).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn has_markdown(text: &str) -> bool {
    text.contains("**")
        || text.contains("](")
        || text.contains('`')
        || text.lines().any(|line| {
            let line = line.trim_start();
            ["# ", "## ", "### ", "> ", "- ", "* ", "1. ", "|"].iter().any(|sign| line.starts_with(sign))
        })
}
