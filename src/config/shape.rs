//! What the keys take, noted as the keys are read: `guajira schema` is made of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

/// What a key takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Duration,
    /// A number of bytes.
    Size,
    /// A day: a TOML date, or a text.
    Day,
    Flag,
    Whole {
        least: u32,
        most: u32,
    },
    /// One of these words.
    Word(BTreeSet<String>),
    Texts,
    /// A table of texts.
    Pairs,
    /// A table of templates for fields of Jira.
    Fields,
    /// A secret, or also a list of them.
    Secret {
        many: bool,
    },
}

/// A key's shape, and what it is where it is not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) shape: Shape,
    pub(super) default: Option<Json>,
}

/// What was noted of all keys, by the path of the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes(pub(super) BTreeMap<String, Known>);

impl Shape {
    /// Returns what JSON Schema says of such a value. A date of TOML is a text there.
    pub(super) fn schema(&self) -> Json {
        match self {
            Self::Text => text(),
            Self::Duration => json!({"type": "string", "pattern": "^\\s*[0-9]"}),
            Self::Size => json!({"type": "string", "pattern": "^\\s*[0-9]+(\\.[0-9]+)?\\s*([kKmMgG][iI]?)?[bB]?\\s*$"}),
            Self::Day => json!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Whole { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
            Self::Word(words) => json!({"enum": words}),
            Self::Texts => list_of(&json!({"type": "string"})),
            Self::Pairs => table_of(&text()),
            Self::Fields => table_of(&field()),
            Self::Secret { many } => secret(*many),
        }
    }

    /// Returns what takes all that either shape takes, where both are of one key.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Word(one), Self::Word(other)) => Self::Word(one.into_iter().chain(other).collect()),
            // A word is also read as a text, to ask whether it is there.
            (word @ Self::Word(_), _) | (_, word @ Self::Word(_)) => word,
            (one, _) => one,
        }
    }
}

fn text() -> Json {
    json!({"type": "string", "pattern": "\\S"})
}

fn list_of(item: &Json) -> Json {
    json!({"type": "array", "items": item})
}

fn table_of(value: &Json) -> Json {
    json!({"type": "object", "additionalProperties": value})
}

/// Returns what a field of Jira takes: a text, a list of texts or a table of texts, which may say `keep`.
fn field() -> Json {
    let plain = json!({"type": "object", "properties": {"keep": false}, "additionalProperties": text()});
    let forms = json!([text(), list_of(&text()), plain]);
    let kept = json!({
        "type": "object",
        "properties": {"keep": {"type": "boolean"}, "value": {"anyOf": forms}},
        "required": ["keep"],
        "additionalProperties": text(),
    });
    json!({"anyOf": [text(), list_of(&text()), plain, kept]})
}

fn secret(many: bool) -> Json {
    let form = |name: &str, value: Json| json!({"type": "object", "properties": {name: value}, "required": [name], "additionalProperties": false});
    let mut forms = vec![
        text(),
        form("env", json!({"type": "string", "pattern": "^[A-Za-z0-9_]+$"})),
        form("file", json!({"type": "string", "minLength": 1})),
        form("command", json!({"type": "array", "items": {"type": "string"}, "minItems": 1})),
    ];
    if many {
        forms.push(json!({"type": "array", "minItems": 1, "items": {"anyOf": forms.clone()}}));
    }
    json!({"anyOf": forms})
}

impl Shapes {
    /// Notes a key.
    pub(super) fn note(&mut self, path: &str, shape: Shape, default: Option<Json>) {
        let known = match self.0.remove(path) {
            // What differs from source to source is no default of the key.
            Some(known) => {
                let default = if known.default == default { default } else { None };
                Known { shape: known.shape.or(shape), default }
            }
            None => Known { shape, default },
        };
        self.0.insert(path.to_owned(), known);
    }

    /// Adds what another reading noted.
    pub(super) fn add(&mut self, other: Self) {
        other.0.into_iter().for_each(|(path, known)| self.note(&path, known.shape, known.default));
    }
}
