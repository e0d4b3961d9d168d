//! The JSON Schema of `sync.toml`, made of what the readers ask for: no key is listed here.
//!
//! Some keys are asked for only where another key says so, such as those of one kind of source. So every word that a key takes
//! is tried, and so is every key of which it was only asked whether it is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::error::{ConfigError, ConfigText};
use super::reader::{Reader, variable};
use super::sections;
use super::shape::{Known, Shape, Shapes};
use super::tree::{self, Environment, LISTS};

/// The explanations of the keys stand there.
const EXAMPLE: &str = include_str!("../../sync.toml.example");

/// What is written for a key of which nothing else is known.
const SOMETHING: &str = "x";

/// Variables that are set for one reading: the path of each key, and its value.
type Trial = Vec<(String, String)>;

/// Returns the JSON Schema of the configuration. No key is required in it: any may come from the environment.
///
/// # Errors
/// Never: what is read was written here.
pub fn schema() -> Result<Json, ConfigError> {
    let said = comments(EXAMPLE);
    let shapes = all_shapes()?;
    let mut root = Branch::default();
    for (path, mut known) in shapes.known {
        if let Shape::Word(words) = &mut known.shape {
            words.retain(|word| !shapes.refused.contains(&(path.clone(), word.clone())));
        }
        root.at(&path).known = Some(known);
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("sync.toml of guajira"));
    schema.extend(root.schema("", &said));
    Ok(Json::Object(schema))
}

/// Reads the configuration once for every word of every key, and notes what is asked for.
fn all_shapes() -> Result<Shapes, ConfigError> {
    let (mut all, mut asked) = reading(&Vec::new())?;
    let mut trials: Vec<Trial> = vec![Vec::new()];
    for (path, known) in &all.known {
        if let Shape::Word(words) = &known.shape {
            trials.extend(words.iter().map(|word| vec![(path.clone(), word.clone())]));
        }
    }
    for trial in trials {
        let (shapes, more) = reading(&trial)?;
        all.add(shapes);
        asked.extend(more.iter().cloned());
        for path in &more {
            if all.known.contains_key(path) || is_table(path, &asked) {
                continue;
            }
            let trial = trial.iter().cloned().chain([(path.clone(), SOMETHING.to_owned())]).collect();
            let (shapes, _) = reading(&trial)?;
            all.known.extend(shapes.known.into_iter().filter(|(known, _)| known == path));
        }
    }
    Ok(all)
}

fn is_table(path: &str, asked: &BTreeSet<String>) -> bool {
    let below = format!("{path}.");
    asked.range(below.clone()..).next().is_some_and(|next| next.starts_with(&below))
}

/// Returns what one reading noted, and every key that it asked for.
fn reading(trial: &Trial) -> Result<(Shapes, BTreeSet<String>), ConfigError> {
    let text = LISTS.iter().fold("[guance]\n".to_owned(), |text, list| format!("{text}[[{list}]]\n"));
    let source = ConfigText { name: String::new(), text };
    let env: Environment = trial.iter().map(|(path, word)| (variable(path), word.clone())).collect();
    let root = tree::build(&source, &env)?;
    let reader = Reader::noting(source, root);
    sections::read(&reader, None, std::path::Path::new(""));
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

/// Returns what the example says of a key; a source has the keys of `[guance]`, and those of its line.
fn explanation<'s>(path: &str, said: &'s BTreeMap<String, String>) -> Option<&'s String> {
    said.get(path).or_else(|| {
        let key = path.strip_prefix("source.")?;
        said.get(key).or_else(|| said.get(&format!("guance.{key}")))
    })
}

/// Returns what stands behind each key of the example, by its path without numbers.
fn comments(text: &str) -> BTreeMap<String, String> {
    let (mut table, mut all) = (String::new(), BTreeMap::new());
    for line in text.lines().map(|line| line.trim_start_matches("# ").trim()) {
        if line.starts_with('[') {
            let name: String = line.chars().skip_while(|c| *c == '[').take_while(|c| *c != ']').collect();
            table = name;
        } else if let Some((key, rest)) = line.split_once(" = ")
            && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && let Some((_, comment)) = rest.rsplit_once(" # ")
        {
            all.entry(format!("{table}.{key}")).or_insert_with(|| comment.trim().to_owned());
        }
    }
    all
}
