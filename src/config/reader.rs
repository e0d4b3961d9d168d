//! Reads typed values out of the tree, remembers every key it was asked for, and collects what is wrong.
//!
//! A key nobody asked for is unknown: so the list of known keys cannot differ from what is really read.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::NaiveDate;

use super::error::{ConfigError, ConfigText, Problem};
use super::secret::{SecretForm, SecretSource};
use super::shape::{Shape, Shapes};
use super::size;
use super::tree::{Environment, LISTS, Node, Origin, PREFIX, Value};
use crate::template::nearest;
use crate::words::{ConfigFault, ConfigPlace, Flaw, Wanted};

/// Longest duration that is taken: ten years.
const MAX_DURATION: Duration = Duration::from_hours(3650 * 24);

/// Reads one configuration.
pub(super) struct Reader {
    pub(super) source: ConfigText,
    root: Node,
    asked: RefCell<BTreeSet<String>>,
    missing: RefCell<Vec<String>>,
    problems: RefCell<Vec<(usize, Problem)>>,
    /// What the keys take; noted only where somebody asks for it.
    shapes: Option<RefCell<Shapes>>,
}

impl Reader {
    /// Returns a reader of this tree.
    pub(super) fn new(source: ConfigText, root: Node) -> Self {
        let (asked, missing, problems) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { source, root, asked, missing, problems, shapes: None }
    }

    /// Returns a reader of this tree that notes what each key takes.
    pub(super) fn noting(source: ConfigText, root: Node) -> Self {
        Self { shapes: Some(RefCell::default()), ..Self::new(source, root) }
    }

    /// Returns what each key takes, where it was noted, and every key that was asked for.
    pub(super) fn noted(self) -> (Shapes, BTreeSet<String>) {
        (self.shapes.map(RefCell::into_inner).unwrap_or_default(), self.asked.into_inner())
    }

    /// Notes what a key takes, and what it is where it is not set.
    pub(super) fn shape(&self, path: &str, shape: impl FnOnce() -> (Shape, Option<serde_json::Value>)) {
        if let Some(shapes) = &self.shapes {
            let (shape, default) = shape();
            shapes.borrow_mut().note(path, shape, default);
        }
    }

    /// Returns a text that is not empty.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.shape(path, || (Shape::Text, None));
        let node = self.ask(path)?;
        match &node.value {
            Value::Text(text) | Value::Raw(text) if text.trim().is_empty() => {
                self.wrong(path, node, Flaw::IsEmpty);
                None
            }
            Value::Text(text) | Value::Raw(text) => Some(text.trim().to_owned()),
            _ => {
                self.mistyped(path, node, Wanted::Text);
                None
            }
        }
    }

    /// Returns a text that must be there. The empty text stands for a problem that was noted.
    pub(super) fn required_text(&self, path: &str) -> String {
        if self.ask(path).is_none() {
            self.missing(path);
        }
        self.text(path).unwrap_or_default()
    }

    /// Returns a switch.
    pub(super) fn flag(&self, path: &str, default: bool) -> bool {
        self.shape(path, || (Shape::Flag, Some(default.into())));
        let Some(node) = self.ask(path) else { return default };
        match &node.value {
            Value::Flag(flag) => return *flag,
            Value::Raw(text) if text == "true" => return true,
            Value::Raw(text) if text == "false" => return false,
            _ => self.mistyped(path, node, Wanted::Flag),
        }
        default
    }

    /// Returns a whole number within bounds.
    pub(super) fn whole(&self, path: &str, default: u32, bounds: &RangeInclusive<u32>) -> u32 {
        self.shape(path, || (Shape::Whole { least: *bounds.start(), most: *bounds.end() }, Some(default.into())));
        let Some(node) = self.ask(path) else { return default };
        let number = match &node.value {
            Value::Whole(number) => Some(*number),
            Value::Raw(text) => text.trim().parse().ok(),
            _ => None,
        };
        let Some(number) = number else {
            self.mistyped(path, node, Wanted::Whole);
            return default;
        };
        match u32::try_from(number) {
            Ok(number) if bounds.contains(&number) => number,
            _ => {
                self.wrong(
                    path,
                    node,
                    Flaw::Between { least: bounds.start().to_string(), most: bounds.end().to_string() },
                );
                default
            }
        }
    }

    /// Returns a duration of at least `least`.
    pub(super) fn duration(&self, path: &str, default: Duration, least: Duration) -> Duration {
        // What is less than the least stands for none.
        let usual = || (default >= least).then(|| humantime::format_duration(default).to_string().into());
        self.shape(path, || (Shape::Duration, usual()));
        let Some(node) = self.ask(path) else { return default };
        let (Value::Text(text) | Value::Raw(text)) = &node.value else {
            self.mistyped(path, node, Wanted::Duration);
            return default;
        };
        match humantime::parse_duration(text.trim()) {
            Ok(time) if time < least => {
                self.wrong(path, node, Flaw::AtLeast { least: humantime::format_duration(least).to_string() });
            }
            Ok(time) if time > MAX_DURATION => self.wrong(path, node, Flaw::AtMost { most: "3650 days".to_owned() }),
            Ok(time) => return time,
            Err(_) => self.wrong(path, node, Flaw::NotADuration),
        }
        default
    }

    /// Returns a number of bytes.
    pub(super) fn size(&self, path: &str, default: u64) -> u64 {
        self.shape(path, || (Shape::Size, None));
        let Some(node) = self.ask(path) else { return default };
        let read = match &node.value {
            Value::Text(text) | Value::Raw(text) => size::read(text),
            _ => None,
        };
        read.unwrap_or_else(|| {
            self.mistyped(path, node, Wanted::Size);
            default
        })
    }

    /// Returns what stands beside the word that was written.
    pub(super) fn one_of<T: Copy>(&self, path: &str, words: &[(&str, T)], default: T) -> T {
        self.shape(path, || (Shape::Word(words.iter().map(|(word, _)| (*word).to_owned()).collect()), None));
        let Some(node) = self.ask(path) else { return default };
        let (Value::Text(text) | Value::Raw(text)) = &node.value else {
            self.mistyped(path, node, Wanted::Word);
            return default;
        };
        if let Some((_, found)) = words.iter().find(|(word, _)| word == text) {
            return *found;
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let flaw = match known.as_slice() {
            [word] => Flaw::OnlyOrLeftOut { word: word.clone() },
            _ => Flaw::NoneOf { words: known },
        };
        self.wrong(path, node, flaw);
        default
    }

    /// Returns a day.
    pub(super) fn day(&self, path: &str) -> Option<NaiveDate> {
        self.shape(path, || (Shape::Day, None));
        let node = self.ask(path)?;
        let day = match &node.value {
            Value::Date(text) | Value::Text(text) | Value::Raw(text) => text.trim().parse().ok(),
            _ => None,
        };
        if day.is_none() {
            self.wrong(path, node, Flaw::NotADay);
        }
        day
    }

    /// Returns a list of texts; a variable may separate them with commas.
    pub(super) fn list(&self, path: &str) -> Vec<String> {
        self.shape(path, || (Shape::Texts, None));
        let Some(node) = self.ask(path) else { return Vec::new() };
        let items = match &node.value {
            Value::Raw(text) => Some(text.split(',').map(|part| part.trim().to_owned()).collect()),
            Value::List(items) => items.iter().map(as_text).collect(),
            _ => None,
        };
        items.unwrap_or_else(|| {
            self.mistyped(path, node, Wanted::Texts);
            Vec::new()
        })
    }

    /// Returns a table of texts, in the order of the file.
    pub(super) fn pairs(&self, path: &str) -> Option<Vec<(String, String)>> {
        self.shape(path, || (Shape::Pairs, None));
        let node = self.ask(path)?;
        let Value::Table(entries) = &node.value else {
            self.mistyped(path, node, Wanted::Table);
            return None;
        };
        let mut pairs = Vec::new();
        for (key, entry) in entries {
            match as_text(entry) {
                Some(text) if !text.trim().is_empty() => pairs.push((key.clone(), text)),
                _ => self.mistyped(&format!("{path}.{key}"), entry, Wanted::Text),
            }
        }
        Some(pairs)
    }

    /// Returns where a secret is, or a list of secrets; at least one. Nothing is read from there yet.
    pub(super) fn secrets(&self, path: &str, many: bool) -> Vec<SecretSource> {
        self.shape(path, || (Shape::Secret { many }, None));
        let Some(node) = self.ask(path) else {
            self.missing(path);
            return Vec::new();
        };
        let sources = match &node.value {
            Value::List(items) if many => items.iter().map(SecretSource::of).collect(),
            Value::Raw(text) if many => {
                text.split(',').map(|part| Ok(SecretSource::Given(part.trim().into()))).collect()
            }
            _ => SecretSource::of(node).map(|source| vec![source]),
        };
        match sources {
            Ok(sources) if sources.is_empty() => self.hidden(path, node, Flaw::EmptyList),
            Ok(sources) => return sources,
            Err(flaw) => self.hide(path, node, flaw),
        }
        Vec::new()
    }

    /// Returns how many elements a list of tables has, at least one so that its keys are missed by name;
    /// none when it is no list. Each is `path.0`, `path.1`, …
    pub(super) fn count(&self, path: &str) -> usize {
        match self.root.descend(path).map(|node| (node, &node.value)) {
            Some((_, Value::List(items))) => items.len().max(1),
            Some((node, _)) => {
                self.ask(path);
                self.hidden(path, node, Flaw::ListOfTables { path: path.to_owned() });
                0
            }
            None => 1,
        }
    }

    /// Returns true when a list of tables is there and has an element, or when something else is in its place.
    pub(super) fn has_elements(&self, path: &str) -> bool {
        self.root.descend(path).is_some_and(|node| !matches!(&node.value, Value::List(items) if items.is_empty()))
    }

    /// Notes a wrong value and shows it.
    pub(super) fn refuse(&self, path: &str, flaw: Flaw) {
        match self.root.descend(path) {
            Some(node) => self.wrong(path, node, flaw),
            None => self.note(usize::MAX, Problem::new(at(path, flaw))),
        }
    }

    /// Notes a wrong value without showing it: it may hold a secret.
    pub(super) fn refuse_hidden(&self, path: &str, flaw: Flaw) {
        match self.root.descend(path) {
            Some(node) => self.hidden(path, node, flaw),
            None => self.note(usize::MAX, Problem::new(at(path, flaw))),
        }
    }

    /// Returns where a key was set, for messages that come later: `sync.toml:4`, or the variable.
    pub(super) fn place(&self, path: &str) -> ConfigPlace {
        match self.root.descend(path).map(|node| &node.origin) {
            Some(Origin::File { key, .. }) => ConfigPlace::Named(self.source.place(key.start)),
            Some(Origin::Variable(name)) => ConfigPlace::Named(name.clone()),
            None => self.source.whole(),
        }
    }

    /// Returns true when the key's value stands in the file itself, in the clear.
    pub(super) fn is_in_file(&self, path: &str) -> bool {
        self.root.descend(path).is_some_and(|node| matches!(node.origin, Origin::File { .. }))
    }

    /// Returns true when the key is set.
    pub(super) fn has(&self, path: &str) -> bool {
        self.ask(path).is_some()
    }

    /// Takes a table as known, whatever is in it.
    pub(super) fn take_whole(&self, path: &str) {
        self.ask(path);
    }

    /// Ends the reading: looks for keys that nobody asked for, and returns every key that was.
    ///
    /// # Errors
    /// Everything that was wrong, in the order of the file.
    pub(super) fn finish(self, env: &Environment, named: &[String]) -> Result<BTreeSet<String>, ConfigError> {
        self.find_unknown("", &self.root);
        self.find_misspelt_variables(env, named);
        for path in self.missing.take() {
            let fault = ConfigFault::Missing { key: shown(&path), variable: variable(&path) };
            self.note(usize::MAX - 1, Problem::new(fault).in_place(self.source.whole()));
        }
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        let mut problems: Vec<Problem> = problems.into_iter().map(|(_, problem)| problem).collect();
        problems.dedup();
        if problems.is_empty() { Ok(self.asked.into_inner()) } else { Err(ConfigError { problems }) }
    }

    /// Returns what stands at a key, which is known from now on.
    pub(super) fn ask(&self, path: &str) -> Option<&Node> {
        self.asked.borrow_mut().insert(path.to_owned());
        self.root.descend(path)
    }

    fn find_unknown(&self, path: &str, node: &Node) {
        let children: Vec<(String, &Node)> = match &node.value {
            Value::Table(entries) => entries.iter().map(|(key, child)| (key.clone(), child)).collect(),
            Value::List(items) => items.iter().enumerate().map(|(n, child)| (n.to_string(), child)).collect(),
            _ => Vec::new(),
        };
        for (key, child) in children {
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let prefix = format!("{below}.");
            if self.asked.borrow().contains(&below) {
                continue;
            }
            let is_section = self.asked.borrow().iter().any(|asked| asked.starts_with(&prefix));
            match (&child.value, is_section) {
                (Value::Table(_) | Value::List(_), true) => self.find_unknown(&below, child),
                (_, true) => self.hidden(&below, child, Flaw::ATable { path: below.clone() }),
                (_, false) => self.unknown(path, &key, child),
            }
        }
    }

    fn unknown(&self, table: &str, key: &str, node: &Node) {
        let asked = self.asked.borrow();
        let near = nearest(key, &siblings(&asked, table));
        let table_name = Some(table_name(table)).filter(|name| !name.is_empty());
        let key = key.to_owned();
        let fault = match (near, elsewhere(&asked, &key)) {
            (Some(near), _) => {
                let found = if table.is_empty() { near.to_owned() } else { format!("{table}.{near}") };
                self.forget_missing(&found);
                ConfigFault::UnknownBut { key, table: table_name, near: near.to_owned() }
            }
            (None, Some(other)) => ConfigFault::UnknownHere { key, table: table_name, other: shown(other) },
            (None, None) => ConfigFault::Unknown { key, table: table_name },
        };
        let (at, mut problem) = self.locate(node, fault);
        if let Origin::File { key, .. } = &node.origin {
            problem.excerpt = Some(self.source.point_at_key(key));
        }
        self.note(at, problem);
    }

    /// A misspelt required key is one mistake, not two; so is a misspelt table.
    fn forget_missing(&self, path: &str) {
        let below = format!("{path}.");
        self.missing.borrow_mut().retain(|missing| missing != path && !missing.starts_with(&below));
    }

    /// Finds `GUAJIRA_JIRA_BASE_URL`, which names no path because it lacks an underscore.
    fn find_misspelt_variables(&self, env: &Environment, named: &[String]) {
        for name in env.pathless().filter(|name| !named.iter().any(|other| other == name)) {
            let asked = self.asked.borrow();
            let Some(path) = asked.iter().find(|path| path.contains('.') && variable(path).replace("__", "_") == name)
            else {
                continue;
            };
            self.forget_missing(path);
            let right = variable(path);
            self.note(usize::MAX, Problem::new(ConfigFault::UnknownVariable { right }).at(name));
        }
    }

    pub(super) fn missing(&self, path: &str) {
        self.missing.borrow_mut().push(path.to_owned());
    }

    /// Notes that a value is of another type than is wanted.
    pub(super) fn mistyped(&self, path: &str, node: &Node, wanted: Wanted) {
        let found = match &node.value {
            Value::Raw(_) => Flaw::MustBe { wanted },
            _ => Flaw::MustBeAndIs { wanted, found: node.kind() },
        };
        self.wrong(path, node, found);
    }

    /// Notes a wrong value and shows it.
    pub(super) fn wrong(&self, path: &str, node: &Node, flaw: Flaw) {
        let (at, mut problem) = self.locate(node, at(path, flaw));
        if let Origin::File { key, value } = &node.origin {
            problem.excerpt = Some(self.source.point_at_value(key, value));
        }
        self.note(at, problem);
    }

    fn hidden(&self, path: &str, node: &Node, flaw: Flaw) {
        self.hide_problem(node, at(path, flaw));
    }

    fn hide(&self, path: &str, node: &Node, flaw: SecretForm) {
        self.hide_problem(
            node,
            match flaw {
                SecretForm::Value(flaw) => at(path, flaw),
                SecretForm::Form(flaw) => ConfigFault::AtSecret { key: shown(path), flaw },
            },
        );
    }

    /// Notes a problem without the value.
    fn hide_problem(&self, node: &Node, fault: ConfigFault) {
        let (at, mut problem) = self.locate(node, fault);
        if let Origin::File { key, .. } = &node.origin {
            problem.excerpt = Some(self.source.point_at_key(key));
        }
        self.note(at, problem);
    }

    fn locate(&self, node: &Node, fault: ConfigFault) -> (usize, Problem) {
        match &node.origin {
            Origin::File { key, .. } => (key.start, Problem::new(fault).at(self.source.place(key.start))),
            Origin::Variable(name) => (usize::MAX - 2, Problem::new(fault).at(name)),
        }
    }

    /// Notes a problem at this byte of the file.
    pub(super) fn note(&self, at: usize, problem: Problem) {
        self.problems.borrow_mut().push((at, problem));
    }
}

/// Returns what is wrong with the value of a key.
pub(super) fn at(path: &str, flaw: Flaw) -> ConfigFault {
    ConfigFault::At { key: shown(path), flaw }
}

/// Returns a key as people write it: `[jira.auth].token`.
pub(super) fn shown(path: &str) -> String {
    match path.rsplit_once('.') {
        Some((table, key)) => format!("{}.{key}", table_name(table)),
        None => path.to_owned(),
    }
}

/// Returns the variable that sets a key.
pub(super) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").to_ascii_uppercase())
}

/// Returns `[jira.auth]`, `[[route]]`, `[route.priority]`; a route's number is told by the line.
fn table_name(table: &str) -> String {
    let parts: Vec<&str> = table.split('.').filter(|part| part.parse::<usize>().is_err()).collect();
    match parts.as_slice() {
        [] | [""] => String::new(),
        [list] if LISTS.contains(list) => format!("[[{list}]]"),
        ["source", "route"] => "[[source.route]]".to_owned(),
        parts => format!("[{}]", parts.join(".")),
    }
}

/// Returns the names that are known directly inside a table.
fn siblings<'a>(asked: &'a BTreeSet<String>, table: &str) -> Vec<&'a str> {
    let prefix = if table.is_empty() { String::new() } else { format!("{table}.") };
    asked.iter().filter_map(|path| path.strip_prefix(&prefix)?.split('.').next()).collect()
}

/// Returns a key of that very name in another table.
fn elsewhere<'a>(asked: &'a BTreeSet<String>, key: &str) -> Option<&'a str> {
    asked.iter().map(String::as_str).find(|path| path.rsplit('.').next() == Some(key))
}

fn as_text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) | Value::Raw(text) => Some(text.clone()),
        _ => None,
    }
}
