//! Reads conditions and templates: compiled here, so that a mistake has its line.

use super::error::Problem;
use super::reader::{Reader, at};
use super::shape::Shape;
use super::tree::{Node, Origin, Value};
use crate::plan::{self, FieldTemplate, JsonTemplate, messages};
use crate::template::{Kind, Mistake, Source, Template};
use crate::words::{FieldFlaw, Flaw, Wanted};

/// The part of a field's table that is no part of its value.
const KEEP: &str = "keep";

impl Reader {
    /// Returns a condition or a template of a route.
    pub(super) fn template(&self, path: &str, kind: Kind) -> Option<Template> {
        self.shape(path, || (Shape::Text, None));
        let node = self.ask(path)?;
        self.compiled(path, node, kind)
    }

    /// Returns a condition or a template of a message to a chat room.
    pub(super) fn message_template(&self, path: &str, kind: Kind) -> Option<Template> {
        self.shape(path, || (Shape::Text, None));
        let node = self.ask(path)?;
        self.compiled_with(path, node, kind, (&messages::all_names(), &messages::sample))
    }

    /// Returns a table of templates, in the order of the file: each a text, a list of texts or a table of texts.
    pub(super) fn fields(&self, path: &str) -> Vec<(String, FieldTemplate)> {
        self.shape(path, || (Shape::Fields, None));
        let Some(node) = self.ask(path) else { return Vec::new() };
        let Value::Table(entries) = &node.value else {
            self.mistyped(path, node, Wanted::Table);
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|(key, entry)| Some((key.clone(), self.made(&format!("{path}.{key}"), entry)?)))
            .collect()
    }

    /// Returns the fields of a table of templates that say `keep = true`.
    pub(super) fn kept(&self, path: &str) -> Vec<String> {
        let Some(Value::Table(entries)) = self.ask(path).map(|node| &node.value) else { return Vec::new() };
        let keeps = |(field, entry): &(String, Node)| {
            let Value::Table(parts) = &entry.value else { return false };
            let Some((name, node)) = parts.iter().find(|(name, _)| name == KEEP) else { return false };
            match &node.value {
                Value::Flag(keep) => *keep,
                Value::Raw(text) if text == "true" || text == "false" => text == "true",
                _ => {
                    self.mistyped(&format!("{path}.{field}.{name}"), node, Wanted::Flag);
                    false
                }
            }
        };
        entries.iter().filter(|entry| keeps(entry)).map(|(field, _)| field.clone()).collect()
    }

    fn made(&self, path: &str, node: &Node) -> Option<FieldTemplate> {
        let text = |node: &Node| self.compiled(path, node, Kind::Text);
        match &node.value {
            Value::Table(parts) if parts.iter().any(|(name, _)| name == KEEP) => {
                let parts: Vec<_> = parts.iter().filter(|(name, _)| name != KEEP).cloned().collect();
                match parts.as_slice() {
                    [] => {
                        self.wrong(path, node, Flaw::OfField(FieldFlaw::KeepsNothing));
                        None
                    }
                    [(name, only)] if name == "value" => self.made(path, only),
                    _ => self.made(path, &Node { origin: node.origin.clone(), value: Value::Table(parts) }),
                }
            }
            Value::List(items) => Some(FieldTemplate::List(items.iter().filter_map(text).collect())),
            Value::Table(parts) if matches!(parts.as_slice(), [(name, _)] if name == "json") => {
                let (_, part) = parts.first()?;
                let (Value::Text(json) | Value::Raw(json)) = &part.value else {
                    self.mistyped(path, part, Wanted::Text);
                    return None;
                };
                match serde_json::from_str(json) {
                    Ok(json) => self.json(path, part, json).map(FieldTemplate::Json),
                    Err(error) => {
                        self.wrong(path, part, Flaw::NotJson { why: error.to_string() });
                        None
                    }
                }
            }
            Value::Table(parts) => {
                let part = |(name, part): &(String, Node)| Some((name.clone(), text(part)?));
                Some(FieldTemplate::Table(parts.iter().filter_map(part).collect()))
            }
            _ => text(node).map(FieldTemplate::Text),
        }
    }

    /// Compiles the texts of a JSON value.
    fn json(&self, path: &str, node: &Node, json: serde_json::Value) -> Option<JsonTemplate> {
        use serde_json::Value as Json;
        Some(match json {
            // An empty text is one: no template could be made of it.
            Json::String(text) if text.trim().is_empty() => JsonTemplate::Plain(text.into()),
            Json::String(text) => {
                let node = Node { origin: node.origin.clone(), value: Value::Text(text) };
                JsonTemplate::Text(self.compiled(path, &node, Kind::Text)?)
            }
            Json::Array(all) => {
                JsonTemplate::List(all.into_iter().map(|one| self.json(path, node, one)).collect::<Option<_>>()?)
            }
            Json::Object(parts) => {
                let part = |(name, one)| Some((name, self.json(path, node, one)?));
                JsonTemplate::Object(parts.into_iter().map(part).collect::<Option<_>>()?)
            }
            plain => JsonTemplate::Plain(plain),
        })
    }

    fn compiled(&self, path: &str, node: &Node, kind: Kind) -> Option<Template> {
        self.compiled_with(path, node, kind, (&plan::NAMES, &plan::sample))
    }

    /// Compiles a text that may use these names, tried out with these values.
    fn compiled_with(
        &self,
        path: &str,
        node: &Node,
        kind: Kind,
        (names, sample): (&[&str], &Source<'_>),
    ) -> Option<Template> {
        let (Value::Text(text) | Value::Raw(text)) = &node.value else {
            self.mistyped(path, node, Wanted::Text);
            return None;
        };
        if text.trim().is_empty() {
            self.wrong(path, node, Flaw::IsEmpty);
            return None;
        }
        match Template::compile(kind, text, names, sample) {
            Ok(template) => Some(template),
            Err(mistake) => {
                self.mistaken(path, node, &mistake);
                None
            }
        }
    }

    /// Notes a mistake at the line on which it stands, which may be deep inside a long text.
    fn mistaken(&self, path: &str, node: &Node, mistake: &Mistake) {
        let flaw = Flaw::Template { why: mistake.message.clone() };
        let Origin::File { key, value } = &node.origin else { return self.wrong(path, node, flaw) };
        let first = self.source.first_line_of(value);
        let line = first + mistake.line - 1;
        if line == self.source.line(key.start) {
            return self.wrong(path, node, flaw);
        }
        let mut problem = Problem::new(at(path, flaw)).at(format!("{}:{line}", self.source.name));
        problem.excerpt = Some(self.source.point_at_line(line));
        self.note(key.start, problem);
    }
}
