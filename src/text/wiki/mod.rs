//! Jira wiki markup: reader and writer.
//!
//! The reader follows Jira's renderer where people can see the difference; the writer uses only forms that Data Center's
//! renderer and Cloud's parser both read alike: `{*}x{*}` instead of `*x*`, because between Chinese characters the short
//! form is text.

mod emoticons;
mod escape;
mod links;
mod macros;
mod raw;
mod inline;
mod block;
mod write;

#[cfg(test)]
pub(crate) mod dc;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::cut::{self, Rest};
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
pub fn write<'r>(doc: &Doc, max_utf16: usize, rest: impl Into<Rest<'r>>) -> String {
    let sized = |doc: &Doc| {
        let wiki = write::document(doc);
        let size = wiki.encode_utf16().count();
        (wiki, size)
    };
    cut::to_fit(doc, max_utf16, rest.into(), &RULES, sized).unwrap_or_default()
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
    // Brackets would be taken for mentions, and a backslash for an escape.
    alt: |alt| {
        let alt = alt
            .replace(['!', '|', ',', '"', '=', '{', '}'], " ")
            .replace('[', "［")
            .replace(']', "］")
            .replace('\\', "/");
        alt.split_whitespace().collect::<Vec<_>>().join(" ")
    },
    title: |title| !title.contains(['|', '{', '}', '[', ']', '\\', '&']),
    language: |name, text| name.and_then(|name| macros::language(&name)).filter(|_| !raw::has_tag("code", text)),
    marks_hold: phrase_holds,
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

/// Returns true for what can stand between signs: letters, decimal digits, separators, symbols, marks and punctuation. Else
/// Data Center shows the signs.
///
/// Source: `PhraseRendererComponent` of Atlassian's wiki renderer.
fn phrase_holds(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    // Of numbers only decimal digits; those of scripts that are not listed are only split off.
    let digit = matches!(c, '\u{660}'..='\u{669}' | '\u{966}'..='\u{96F}' | '\u{FF10}'..='\u{FF19}');
    // Signs for formatting, those of private use, and emoji that the Java of older versions does not know.
    let other = matches!(c,
        '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{110BD}' | '\u{1F6C6}'..='\u{1F6FF}' | '\u{1F8B0}'..='\u{1FBFF}'
        | '\u{E0000}'..);
    !other && (digit || !c.is_numeric())
}
