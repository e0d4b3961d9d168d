//! The configuration as one tree of values, each knowing where it came from: `sync.toml`, then the environment
//! laid over it. Types are not judged here: a variable is text until a reader asks for something.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, ConfigText, Problem};
use crate::words::{ConfigFault, ValueKind};

/// The lists of tables, by their keys: an element of theirs has its number, from 0, in a path.
pub(super) const LISTS: [&str; 3] = ["route", "notify", "source"];

/// What every variable of the configuration begins with.
pub(super) const PREFIX: &str = "GUAJIRA_";

/// The environment, taken once. Holds secrets: it has no `Debug`.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Takes the variables of this process. One that is not UTF-8 is left out.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// Returns the value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns true when a variable sets a key of the configuration.
    pub(super) fn has_settings(&self) -> bool {
        !self.paths().is_empty()
    }

    /// Returns the configuration's own variables: path in lower case, name and value. The deepest come last.
    fn paths(&self) -> Vec<(Vec<String>, &str, &str)> {
        let mut found: Vec<(Vec<String>, &str, &str)> = Vec::new();
        for (name, value) in &self.0 {
            let Some(rest) = name.strip_prefix(PREFIX).filter(|rest| rest.contains("__")) else { continue };
            found.push((rest.split("__").map(str::to_ascii_lowercase).collect(), name, value));
        }
        found.sort_by_key(|(path, _, _)| path.len());
        found
    }

    /// Returns the names of variables that begin like the configuration's and name no path (one underscore).
    pub(super) fn pathless(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|name| name.starts_with(PREFIX) && !name.contains("__"))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Bytes of the file.
    File {
        /// The key.
        key: Range<usize>,
        /// The value.
        value: Range<usize>,
    },
    /// A variable of the environment.
    Variable(String),
}

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Whole(i64),
    /// A TOML boolean.
    Flag(bool),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<(String, Node)>),
    /// The text of a variable: its type is what the reader asks for.
    Raw(String),
    /// A TOML date, as it is written.
    Date(String),
    /// Something no key takes, by its name.
    Other(ValueKind),
}

/// A value and where it came from.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) value: Value,
}

impl Node {
    /// Returns the entry of a table, or the element of a list.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, node)| node),
            Value::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        }
    }

    /// Follows a dotted path.
    pub(super) fn descend(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, name| node.child(name))
    }

    /// Returns what this is, for a person.
    pub(super) fn kind(&self) -> ValueKind {
        match &self.value {
            Value::Text(_) | Value::Raw(_) => ValueKind::Text,
            Value::Whole(_) => ValueKind::Whole,
            Value::Flag(_) => ValueKind::Flag,
            Value::List(_) => ValueKind::List,
            Value::Table(_) => ValueKind::Table,
            Value::Date(_) => ValueKind::Date,
            Value::Other(kind) => *kind,
        }
    }
}

/// Parses the file and lays the environment over it.
///
/// # Errors
/// Text that is not TOML, and a variable whose path leads nowhere.
pub(super) fn build(source: &ConfigText, env: &Environment) -> Result<Node, ConfigError> {
    let mut root = parse(source)?;
    for (path, name, value) in env.paths() {
        overlay(&mut root, &path, name, value).map_err(|fault| Problem::new(fault).at(name))?;
    }
    Ok(root)
}

fn parse(source: &ConfigText) -> Result<Node, ConfigError> {
    let table = DeTable::parse(&source.text).map_err(|error| {
        let mut problem = Problem::new(ConfigFault::NotToml { why: error.message().to_owned() }).at(&source.name);
        if let Some(span) = error.span() {
            problem = problem.at(source.place(span.start));
            problem.excerpt = Some(source.point_at_byte(span.start));
        }
        problem
    })?;
    let span = table.span();
    let origin = Origin::File { key: span.clone(), value: span };
    Ok(Node { origin, value: from_table(table.get_ref()) })
}

fn from_table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<(String, Node)> = Vec::new();
    for (key, value) in table {
        let origin = Origin::File { key: key.span(), value: value.span() };
        entries.push((key.get_ref().to_string(), Node { value: from_value(value.get_ref(), &origin), origin }));
    }
    entries.sort_by_key(|(_, node)| match &node.origin {
        Origin::File { key, .. } => key.start,
        Origin::Variable(_) => usize::MAX,
    });
    Value::Table(entries)
}

fn from_value(value: &DeValue<'_>, parent: &Origin) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) => Value::Whole(number),
            Err(_) => Value::Other(ValueKind::HugeNumber),
        },
        DeValue::Float(_) => Value::Other(ValueKind::Fraction),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Table(table) => from_table(table),
        DeValue::Array(items) => {
            let mut list = Vec::new();
            for item in items {
                let origin = match parent {
                    Origin::File { key, .. } => Origin::File { key: key.clone(), value: item.span() },
                    Origin::Variable(name) => Origin::Variable(name.clone()),
                };
                list.push(Node { value: from_value(item.get_ref(), &origin), origin });
            }
            Value::List(list)
        }
    }
}

/// Puts one variable at its path, making tables on the way. The elements of the [`LISTS`] go by number.
fn overlay(root: &mut Node, path: &[String], name: &str, text: &str) -> Result<(), ConfigFault> {
    let origin = Origin::Variable(name.to_owned());
    let mut node = root;
    for (depth, step) in path.iter().enumerate() {
        node = match list_of(path.get(..depth).unwrap_or_default()) {
            Some(list) => element(node, list, step, &origin)?,
            None => entry(node, step, &origin)?,
        };
    }
    *node = Node { value: raw(text, &origin), origin };
    Ok(())
}

/// Returns the list of tables that a path leads to: one of the [`LISTS`], or the routes of a source.
fn list_of(path: &[String]) -> Option<&str> {
    match path {
        [list] if LISTS.contains(&list.as_str()) => Some(list),
        [source, _, route] if source == "source" && route == "route" => Some(route),
        _ => None,
    }
}

fn entry<'a>(node: &'a mut Node, step: &str, origin: &Origin) -> Result<&'a mut Node, ConfigFault> {
    if !matches!(node.value, Value::Table(_)) {
        *node = Node { origin: origin.clone(), value: Value::Table(Vec::new()) };
    }
    let Value::Table(entries) = &mut node.value else { return Err(ConfigFault::Bug) };
    let at = entries.iter().position(|(key, _)| key.eq_ignore_ascii_case(step)).unwrap_or(entries.len());
    if at == entries.len() {
        entries.push((step.to_owned(), Node { origin: origin.clone(), value: Value::Table(Vec::new()) }));
    }
    entries.get_mut(at).map(|(_, child)| child).ok_or(ConfigFault::Bug)
}

fn element<'a>(node: &'a mut Node, list: &str, step: &str, origin: &Origin) -> Result<&'a mut Node, ConfigFault> {
    let number: usize = step.parse().map_err(|_| match list {
        "route" => ConfigFault::NoRouteNumber { step: step.to_owned() },
        list => ConfigFault::NoElementNumber { list: list.to_owned(), step: step.to_owned() },
    })?;
    if !matches!(node.value, Value::List(_)) {
        *node = Node { origin: origin.clone(), value: Value::List(Vec::new()) };
    }
    let Value::List(items) = &mut node.value else { return Err(ConfigFault::Bug) };
    if number == items.len() {
        items.push(Node { origin: origin.clone(), value: Value::Table(Vec::new()) });
    }
    let known = items.len();
    let missing = || match (list, number.to_string(), known.to_string()) {
        ("route", number, next) => ConfigFault::NoSuchRoute { number, next },
        (list, number, next) => ConfigFault::NoSuchElement { list: list.to_owned(), number, next },
    };
    items.get_mut(number).ok_or_else(missing)
}

/// Reads a variable's text: a TOML list or table where it is one, else text that waits for its type.
fn raw(text: &str, origin: &Origin) -> Value {
    if text.starts_with(['[', '{']) {
        let line = format!("x = {text}");
        if let Ok(table) = DeTable::parse(&line)
            && let Some((_, value)) = table.get_ref().iter().next()
        {
            return relabel(from_value(value.get_ref(), origin), origin);
        }
    }
    Value::Raw(text.to_owned())
}

/// Marks everything inside a variable's value as coming from the variable.
fn relabel(value: Value, origin: &Origin) -> Value {
    let mark = |node: Node| Node { origin: origin.clone(), value: relabel(node.value, origin) };
    match value {
        Value::List(items) => Value::List(items.into_iter().map(mark).collect()),
        Value::Table(entries) => Value::Table(entries.into_iter().map(|(key, node)| (key, mark(node))).collect()),
        other => other,
    }
}
