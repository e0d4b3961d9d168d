//! Atlassian Document Format: reader and writer.

mod read;
mod write;

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::cut::{self, Rest};
use super::doc::{Block, Doc};
use super::fit::{Fate, Place, Rules};

/// Reads a document; whatever it cannot name it reads as the text inside.
pub fn read(value: &Value) -> Doc {
    cut::bounded(read::document(value), false).normalized()
}

/// Writes a document that is valid against the ADF schema. If its JSON would be longer than `max_chars` characters,
/// cuts the document at a character boundary and ends it with a link to `rest`.
pub fn write<'r>(doc: &Doc, max_chars: usize, rest: impl Into<Rest<'r>>) -> Value {
    let sized = |doc: &Doc| {
        let value = write::document(doc);
        let size = chars(&value);
        (value, size)
    };
    cut::to_fit(doc, max_chars, rest.into(), &RULES, sized)
        .unwrap_or_else(|| json!({"version": 1, "type": "doc", "content": []}))
}

/// Returns how many characters the JSON of a value has.
fn chars(value: &Value) -> usize {
    let mut count = CharCount(0);
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        Err(_) => usize::MAX,
    }
}

/// Counts the characters of UTF-8 that is written to it.
struct CharCount(usize);

impl std::io::Write for CharCount {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // Every byte but those that go on with a character.
        self.0 += bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What ADF can hold. Source: Atlassian's JSON schema (`@atlaskit/adf-schema`, `full.json`).
pub(crate) const RULES: Rules = Rules { fate, title: |_| false, image: |_| false, ..Rules::ALL };

fn fate(place: Place, block: &Block) -> Fate {
    use Block::{Code, Expand, Heading, List, Panel, Paragraph, Quote, Rule, Table};
    match (place, block) {
        (Place::Item | Place::Quote, Table { .. } | Rule) | (Place::Panel, Table { .. }) => Fate::Hoist,
        (Place::Item | Place::Quote, Heading { .. } | Quote { .. } | Panel { .. } | Expand { .. })
        | (Place::Panel, Quote { .. } | Panel { .. } | Expand { .. })
        | (Place::Cell, Table { .. })
        | (Place::Cell | Place::Expand, Expand { .. }) => Fate::Open,
        (
            _,
            Paragraph { .. }
            | Heading { .. }
            | List { .. }
            | Code { .. }
            | Quote { .. }
            | Table { .. }
            | Rule
            | Panel { .. }
            | Expand { .. },
        ) => Fate::Keep,
    }
}
