//! The JSON Schema of `sync.toml`, made of what the readers ask for: no key is listed here.
//!
//! Some keys are asked for only where another key says so, such as those of one kind of source. So every word that a key takes
//! is tried, and so is every key of which it was only asked whether it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::error::{ConfigError, ConfigText};
use super::reader::{Reader, variable};
use super::sections;
use super::shape::{Known, Shape, Shapes};
use super::tree::{self, Environment};

/// The explanations of the keys stand there.
const EXAMPLE: &str = include_str!("../../sync.toml.example");

/// What is read: one of every table that there may be. A source is known by its name.
const EVERYTHING: &str = "[guance]\n[[route]]\n[[notify]]\n[[source]]\nname = \"a\"\n[[source.route]]\n";

/// What is written for a key of which nothing else is known.
const SOMETHING: &str = "x";

/// What stands in the example farther right than this goes on with the comment of the line above.
const MARGIN: usize = 30;

/// Variables that are set for one reading: the path of each key, and its value.
type Trial = Vec<(String, String)>;

/// Returns the JSON Schema of the configuration. No key is required in it: any may come from the environment.
///
/// # Errors
/// Never: what is read was written here.
pub fn schema() -> Result<Json, ConfigError> {
    let said = comments(EXAMPLE);
    let mut root = Branch::default();
    for (path, known) in all_shapes()?.0.0 {
        root.at(&path).known = Some(known);
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("sync.toml of guajira"));
    schema.extend(root.schema("", &said));
    Ok(Json::Object(schema))
}

/// Reads the configuration once for every word of every key. Returns what was noted, and every path that was asked for.
///
/// # Errors
/// Never.
pub(super) fn all_shapes() -> Result<(Shapes, BTreeSet<String>), ConfigError> {
    let (mut all, mut asked) = reading(&Vec::new())?;
    let mut trials: Vec<Trial> = vec![Vec::new()];
    for (path, known) in &all.0 {
        if let Shape::Word(words) = &known.shape {
            trials.extend(words.iter().map(|word| vec![(path.clone(), word.clone())]));
        }
    }
    for trial in trials {
        let (shapes, more) = reading(&trial)?;
        all.add(shapes);
        asked.extend(more.iter().cloned());
        for path in &more {
            if all.0.contains_key(path) || is_table(path, &asked) {
                continue;
            }
            let trial = trial.iter().cloned().chain([(path.clone(), SOMETHING.to_owned())]).collect();
            let (shapes, _) = reading(&trial)?;
            all.0.extend(shapes.0.into_iter().filter(|(known, _)| known == path));
        }
    }
    Ok((all, asked))
}

/// Returns true for a path below which something was asked for.
pub(super) fn is_table(path: &str, asked: &BTreeSet<String>) -> bool {
    let below = format!("{path}.");
    asked.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
}

/// Returns what one reading noted, and every path that it asked for.
fn reading(trial: &Trial) -> Result<(Shapes, BTreeSet<String>), ConfigError> {
    let source = ConfigText { name: String::new(), text: EVERYTHING.to_owned() };
    let env: Environment = trial.iter().map(|(path, word)| (variable(path), word.clone())).collect();
    let root = tree::build(&source, &env)?;
    let reader = Reader::noting(source, root);
    sections::read(&reader, None, Path::new(""));
    Ok(reader.noted())
}

/// A table, a list of tables or a key.
#[derive(Default)]
struct Branch {
    below: BTreeMap<String, Self>,
    known: Option<Known>,
}

impl Branch {
    fn at(&mut self, path: &str) -> &mut Self {
        path.split('.').fold(self, |branch, name| branch.below.entry(name.to_owned()).or_default())
    }

    fn schema(&self, path: &str, said: &BTreeMap<String, String>) -> Map<String, Json> {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let mut schema = Map::new();
        if let Some(text) = explanation(path, said) {
            schema.insert("description".to_owned(), json!(text));
        }
        if let Some(element) = self.below.get("0") {
            schema.insert("type".to_owned(), json!("array"));
            schema.insert("items".to_owned(), Json::Object(element.schema(path, said)));
        } else if !self.below.is_empty() {
            let key = |(name, branch): (&String, &Self)| (name.clone(), branch.schema(&below(name), said).into());
            schema.insert("type".to_owned(), json!("object"));
            schema.insert("properties".to_owned(), Json::Object(self.below.iter().map(key).collect()));
            schema.insert("additionalProperties".to_owned(), json!(false));
        } else if let Some(Known { shape, default }) = &self.known {
            if let Json::Object(shape) = shape.schema() {
                schema.extend(shape);
            }
            if let Some(default) = default {
                schema.insert("default".to_owned(), default.clone());
            }
        }
        schema
    }
}

/// Returns what the example says of a key. A source has the keys of its line too; what several sections have is explained in
/// `[guance]`.
fn explanation<'s>(path: &str, said: &'s BTreeMap<String, String>) -> Option<&'s String> {
    let of_line = path.strip_prefix("source.").unwrap_or(path);
    let shared = || path.rsplit_once('.').and_then(|(_, key)| said.get(&format!("guance.{key}")));
    said.get(path).or_else(|| said.get(of_line)).or_else(shared)
}

/// Returns what stands behind each key and each table of the example, by its path without numbers.
fn comments(text: &str) -> BTreeMap<String, String> {
    let (mut table, mut all) = (String::new(), BTreeMap::<String, String>::new());
    let mut last = None;
    for line in text.lines() {
        let bare = line.trim_start_matches(['#', ' ']);
        if line.len() - bare.len() > MARGIN {
            if let Some(said) = last.as_ref().and_then(|path| all.get_mut(path)) {
                *said = format!("{said} {bare}");
            }
            continue;
        }
        let (before, comment) = bare.rsplit_once(" # ").unwrap_or((bare, ""));
        if let Some(name) = before.strip_prefix('[') {
            name.trim_start_matches('[').split(']').next().unwrap_or_default().clone_into(&mut table);
        }
        let path = match before.split_once(" = ") {
            Some((key, _)) if key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') => {
                Some(format!("{table}.{key}"))
            }
            _ => before.starts_with('[').then(|| table.clone()),
        };
        last = path.filter(|path| !comment.is_empty() && !all.contains_key(path));
        all.extend(last.iter().map(|path| (path.clone(), comment.trim().to_owned())));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_goes_on_in_the_lines_below_it() {
        let far = " ".repeat(45);
        let text = format!(
            "[a]  # a table\nb = \"#\"  # of b,\n{far}# and more\n# c = 1  # of c\n#{far}# too\nd = 1\n{far}# lost\n"
        );
        let said = comments(&text);
        let all: Vec<(&str, &str)> = said.iter().map(|(path, said)| (path.as_str(), said.as_str())).collect();
        assert_eq!(all, [("a", "a table"), ("a.b", "of b, and more"), ("a.c", "of c too")]);
    }
}
