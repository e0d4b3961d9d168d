//! What the keys take, noted as the keys are read: `guajira schema` is made of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

/// What a key takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
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

/// What was noted of all keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shapes {
    /// By the path of the key.
    pub(super) known: BTreeMap<String, Known>,
    /// Words that are known and not taken by this version, by the path of the key.
    pub(super) refused: BTreeSet<(String, String)>,
}

impl Shape {
    /// Returns what JSON Schema says of such a value.
    pub(super) fn schema(&self) -> Json {
        let texts = json!({"type": "array", "items": {"type": "string"}});
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Whole { least, most } => json!({"type": "integer", "minimum": least, "maximum": most}),
            Self::Word(words) => json!({"enum": words}),
            Self::Texts => texts,
            Self::Pairs => json!({"type": "object", "additionalProperties": {"type": "string"}}),
            Self::Fields => {
                let values = json!({"type": ["string", "array", "object"], "items": {"type": "string"}});
                json!({"type": "object", "additionalProperties": values})
            }
            Self::Secret { many } => {
                let form = |name: &str, value: Json| json!({"type": "object", "properties": {name: value}, "required": [name], "additionalProperties": false});
                let mut forms = vec![
                    json!({"type": "string"}),
                    form("env", json!({"type": "string"})),
                    form("file", json!({"type": "string"})),
                    form("command", json!({"type": "array", "items": {"type": "string"}, "minItems": 1})),
                ];
                if *many {
                    forms.push(json!({"type": "array", "minItems": 1, "items": {"anyOf": forms.clone()}}));
                }
                json!({"anyOf": forms})
            }
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

impl Shapes {
    /// Notes a key.
    pub(super) fn note(&mut self, path: &str, shape: Shape, default: Option<Json>) {
        let known = match self.known.remove(path) {
            // What differs from source to source is no default of the key.
            Some(known) => {
                let default = if known.default == default { default } else { None };
                Known { shape: known.shape.or(shape), default }
            }
            None => Known { shape, default },
        };
        self.known.insert(path.to_owned(), known);
    }

    /// Adds what another reading noted.
    pub(super) fn add(&mut self, other: Self) {
        other.known.into_iter().for_each(|(path, known)| self.note(&path, known.shape, known.default));
        self.refused.extend(other.refused);
    }
}
