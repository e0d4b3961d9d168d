//! Jira wiki markup: reader and writer.
//!
//! The reader follows Jira's renderer where people can see the difference; the writer uses only forms that Data Center's
//! renderer and Cloud's parser both read alike: `{*}x{*}` instead of `*x*`, because between Chinese characters the short
//! form is text.

mod block;
mod emoticons;
mod inline;
mod links;
mod macros;
mod raw;
mod write;

use std::borrow::Cow;

use super::cut;
use super::doc::{Block, Doc, Mark};
use super::fit::{Fate, Place, Rules};

/// Reads wiki markup.
pub fn read(wiki: &str) -> Doc {
    let (source, cut) = cut::source(wiki);
    let mut text =
        if source.contains('\r') { Cow::Owned(source.replace("\r\n", "\n").replace('\r', "\n")) } else { source };
    if cut {
        macros::close(text.to_mut());
    }
    cut::bounded(Doc { blocks: block::blocks(&text, 0) }, cut).normalized()
}

/// Writes wiki markup, cut to `max_utf16` UTF-16 units at a character boundary with a link to `rest`.
pub fn write(doc: &Doc, max_utf16: usize, rest: &str) -> String {
    let sized = |doc: &Doc| {
        let wiki = write::document(doc);
        let size = wiki.encode_utf16().count();
        (wiki, size)
    };
    cut::to_fit(doc, max_utf16, rest, &RULES, sized).unwrap_or_default()
}

/// What wiki markup can hold.
pub(crate) const RULES: Rules = Rules {
    fate,
    mark: |mark| !matches!(mark, Mark::Link(url) if !links::is_address(url)),
    // A `!` would end the image.
    image: |url| links::is_image_address(url) && !url.contains('!'),
    one_paragraph: |place| matches!(place, Place::Item | Place::Cell),
    item_text_first: true,
    list_start: false,
    text,
    // Brackets would be taken for mentions.
    alt: |alt| {
        let alt = alt.replace(['!', '|', ',', '"', '=', '{', '}'], " ").replace('[', "［").replace(']', "］");
        alt.split_whitespace().collect::<Vec<_>>().join(" ")
    },
    title: |title| title.replace('|', "｜").replace('{', "｛").replace('}', "｝").replace('[', "［").replace(']', "］"),
    language: |name| name.and_then(|name| macros::language(&name)),
    address: |url| url.replace('[', "%5B").replace(']', "%5D"),
    ..Rules::ALL
};

fn fate(place: Place, block: &Block) -> Fate {
    use Block::{Expand, Heading, Panel, Paragraph, Quote, Rule, Table};
    match (place, block) {
        (_, Expand { .. })
        | (Place::Quote, Quote { .. })
        | (Place::Quote | Place::Panel | Place::Item, Panel { .. })
        | (Place::Item, Heading { .. }) => Fate::Open,
        (Place::Cell, block) if !matches!(block, Paragraph { .. }) => Fate::Open,
        // A quote cannot be in a quote, however far out that one is: outside of the list it is judged again.
        (Place::Item, Quote { .. } | Table { .. } | Rule) => Fate::Hoist,
        _ => Fate::Keep,
    }
}

/// A bar splits a table cell and a link whatever stands before it, and a bracket ends a link: the full-width signs
/// read the same.
fn text(place: Place, text: String, marks: &[Mark]) -> String {
    let in_link = marks.iter().any(|mark| matches!(mark, Mark::Link(_)));
    let text = if in_link { text.replace('[', "［").replace(']', "］") } else { text };
    if in_link || place == Place::Cell { text.replace('|', "｜") } else { text }
}

#[cfg(test)]
mod tests;
