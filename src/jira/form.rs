//! The form of a create screen: its fields, and what values they take. Pure.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::{both_names, untranslated};
use super::wire::text;

/// What a screen's fields are.
pub(super) type Screen = Vec<ScreenField>;

/// What is told of creating an issue of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    /// The type's id: another project may have a type of the same name.
    pub(super) type_id: String,
    pub(super) fields: Screen,
}

/// What is known of a create screen, and whether this run has asked for it.
pub(super) type Asked = (Option<Rc<Form>>, bool);

/// A field of a create screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScreenField {
    /// `customfield_10010`, `security`.
    pub(super) id: String,
    /// The name people see.
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) has_default: bool,
    /// `string`, `option`, `array`, …
    pub(super) kind: String,
    /// What an array holds.
    pub(super) items: String,
    /// The last part of a custom field's type: `textarea`, `gh-epic-link`.
    pub(super) custom: String,
    /// What it takes, where that is a list.
    pub(super) allowed: Option<Vec<Choice>>,
}

/// A value that a field takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) id: String,
    /// What people see: an option's value, a component's or a level's name.
    pub(super) name: String,
    /// What else it is called: in no language, or before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) also: Vec<String>,
    /// What may be chosen below it.
    #[serde(default)]
    pub(super) children: Vec<Self>,
}

impl Choice {
    /// Reads a thing with an id and a name.
    pub(super) fn read(value: &Value) -> Self {
        let name = [text(value, "value"), text(value, "name")].into_iter().find(|name| !name.is_empty());
        let children = value.get("children").and_then(Value::as_array);
        Self {
            id: text(value, "id"),
            name: name.unwrap_or_default(),
            also: untranslated(value).into_iter().collect(),
            children: children.into_iter().flatten().map(Self::read).collect(),
        }
    }

    /// Returns its name, with what else it is called.
    pub(super) fn shown(&self) -> String {
        both_names(&self.name, &self.also)
    }
}

impl ScreenField {
    /// Reads a field of create metadata.
    ///
    /// Source: Jira Cloud REST v3 `FieldCreateMetadata`; Jira Data Center REST v2 `CreateMetaFieldBean`.
    pub(super) fn read(value: &Value) -> Self {
        let schema = value.get("schema").cloned().unwrap_or_default();
        let id = [text(value, "fieldId"), text(value, "key")].into_iter().find(|id| !id.is_empty());
        let allowed = value.get("allowedValues").and_then(Value::as_array);
        Self {
            id: id.unwrap_or_default(),
            name: text(value, "name"),
            required: value.get("required") == Some(&Value::Bool(true)),
            has_default: value.get("hasDefaultValue") == Some(&Value::Bool(true)),
            kind: text(&schema, "type"),
            items: text(&schema, "items"),
            custom: text(&schema, "custom").rsplit(':').next().unwrap_or_default().to_owned(),
            allowed: allowed.map(|all| all.iter().map(Choice::read).collect()),
        }
    }

    /// Returns true when the configuration means this field: by its id, or by its name.
    pub(super) fn is(&self, word: &str) -> bool {
        self.id.eq_ignore_ascii_case(word) || self.name.eq_ignore_ascii_case(word)
    }

    /// Returns true for the field by which an issue belongs to an epic where that is no parent.
    ///
    /// Source: Jira Software, custom field type `com.pyxis.greenhopper.jira:gh-epic-link`; its id differs from site to
    /// site.
    pub(super) fn is_epic_link(&self) -> bool {
        self.custom == "gh-epic-link"
    }
}

/// Returns the field of a screen that the configuration means; an id goes before a name.
pub(super) fn field<'s>(screen: &'s [ScreenField], word: &str) -> Option<&'s ScreenField> {
    screen
        .iter()
        .find(|field| field.id.eq_ignore_ascii_case(word))
        .or_else(|| screen.iter().find(|field| field.is(word)))
}

/// Returns the choice that a word means: by id, else by its name, else by another of its names.
pub(super) fn pick<'c>(choices: &'c [Choice], word: &str) -> Option<&'c Choice> {
    let wanted = word.to_lowercase();
    let is_it = |name: &String| name.to_lowercase() == wanted;
    let by_id = choices.iter().find(|one| !word.is_empty() && one.id == word);
    let by_name = || choices.iter().find(|one| is_it(&one.name));
    by_id.or_else(by_name).or_else(|| choices.iter().find(|one| one.also.iter().any(is_it)))
}
