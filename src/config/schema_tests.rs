//! The schema knows what the configuration knows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::path::Path;

use serde_json::{Value as Json, json};

use super::reader::{shown, variable};
use super::schema::{all_shapes, is_table, schema};
use super::{Draft, SourceKind};

const FILE: &str = "sync.schema.json";
const EXAMPLE: &str = include_str!("../../sync.toml.example");

/// Returns what the schema says against a configuration.
fn refused(text: &str) -> Vec<String> {
    let table = text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{error}: {text}"));
    let validator = jsonschema::validator_for(&schema().unwrap()).unwrap();
    let value = of_toml(&table.into());
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Returns the JSON that editors judge: a date is a text there.
fn of_toml(value: &toml::Value) -> Json {
    match value {
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(of_toml).collect(),
        toml::Value::Table(entries) => entries.iter().map(|(key, value)| (key.clone(), of_toml(value))).collect(),
        plain => serde_json::to_value(plain).unwrap(),
    }
}

/// Returns the example with every key and table in it that is commented out.
fn everything() -> String {
    let mut text = String::new();
    for line in EXAMPLE.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_key = |word: &str| word.starts_with('"') || !word.contains(char::is_whitespace);
        let is_set = bare.split_once(" = ").is_some_and(|(word, _)| is_key(word));
        text += if is_set || bare.starts_with('[') && !bare.starts_with("[flow].") { bare } else { "" };
        text.push('\n');
    }
    text
}

/// Returns every key of the schema with what it says of the value: the path, with a zero for each element of a list.
fn leaves(path: &str, schema: &Json, found: &mut Vec<(String, Json)>) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(below) = schema.get("properties").and_then(Json::as_object) {
        below.iter().for_each(|(name, schema)| leaves(&at(name), schema, found));
    } else if let Some(items) = schema.get("items").filter(|items| items.get("properties").is_some()) {
        leaves(&at("0"), items, found);
    } else {
        found.push((path.to_owned(), schema.clone()));
    }
}

/// Returns a configuration that says nothing but this of one key.
fn only(path: &str, value: Json) -> Json {
    path.rsplit('.').fold(value, |value, name| if name == "0" { json!([value]) } else { json!({name: value}) })
}

#[test]
fn the_schema_beside_the_example_is_the_program_s() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = format!("{:#}\n", schema().unwrap());
    assert!(std::fs::read_to_string(path).unwrap() == text, "write it anew: guajira schema > {FILE}");
}

/// Who asks for a key with a new kind of question has to say what it takes.
#[test]
fn whatever_is_asked_for_is_in_it() {
    let (shapes, asked) = all_shapes().unwrap();
    let unknown = |path: &&String| !shapes.0.contains_key(*path) && !is_table(path, &asked);
    assert_eq!(asked.iter().filter(unknown).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(shapes.0.len() > 100, "{}", shapes.0.len());
}

#[test]
fn every_key_of_the_example_is_valid_and_explained() {
    assert_eq!(refused(EXAMPLE), Vec::<String>::new());
    let all = everything();
    for key in [
        "expires = 2027",
        "textfile = ",
        "consumer_key = ",
        "keep = true",
        "json = '",
        "[source.flow]",
        "mention",
        "cloud_id",
    ] {
        assert!(all.contains(key), "{key}: {all}");
    }
    assert_eq!(refused(&all), Vec::<String>::new());
    let mut found = Vec::new();
    leaves("", &schema().unwrap(), &mut found);
    let bare = found.iter().filter(|(_, said)| said.get("description").is_none()).map(|(path, _)| path);
    assert_eq!(bare.collect::<Vec<_>>(), Vec::<&String>::new(), "say in sync.toml.example what these keys do");
}

#[test]
fn misspelt_keys_and_wrong_values_are_not_valid() {
    for (right, wrong) in [
        ("base_url = \"https://openapi.guance.com\"", "bse_url = \"https://openapi.guance.com\""),
        ("[jira.auth]", "[jira.outh]"),
        ("[guance]", "[gunace]"),
        ("method = \"basic\"", "method = \"basik\""),
        ("method = \"basic\"", "method = true"),
        ("env = \"GUANCE_API_KEY\"", "variable = \"GUANCE_API_KEY\""),
        ("{ env = \"GUANCE_API_KEY\" }", "{ env = \"A\", file = \"b\" }"),
        ("comments = true", "comments = \"true\""),
        ("comments = true", "comment = true"),
        ("max_creates = 200", "max_creates = -1"),
        ("max_creates = 200", "max_creates = \"200\""),
        ("window = \"1m\"", "window = 60"),
        ("window = \"1m\"", "window = \"a minute\""),
        ("project = \"OPS\"", "project = \"\""),
        ("labels = [\"guance\"]", "labels = \"guance\""),
        ("P0 = \"Highest\"", "P0 = 1"),
        ("max_attachment = \"10MB\"", "max_attachment = \"10 apples\""),
        ("expires = 2027-03-01", "expires = \"next year\""),
        ("keep = true", "keep = \"yes\""),
        ("kind = \"guance-events\"", "kind = \"guance-event\""),
        ("textfile = \"", "textfil = \""),
        ("heartbeat = { env", "heartbeat = { url"),
    ] {
        let all = everything();
        assert!(all.contains(right) && refused(&all).is_empty(), "{right}");
        let said = refused(&all.replacen(right, wrong, 1));
        assert!(!said.is_empty(), "{wrong}");
    }
}

#[test]
fn every_key_refuses_what_no_key_takes_and_has_no_unknown_neighbour() {
    let schema = schema().unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut found = Vec::new();
    leaves("", &schema, &mut found);
    for (path, said) in found {
        assert!(
            ["type", "enum", "anyOf"].iter().any(|word| said.get(word).is_some()),
            "{path} says nothing of its value"
        );
        for wrong in [json!(1.5), json!([{"a": "b"}]), json!(null)] {
            assert!(!validator.is_valid(&only(&path, wrong.clone())), "{path} = {wrong}");
        }
        assert!(!validator.is_valid(&only(&format!("{path}_"), json!("x"))), "{path}_");
    }
}

/// What the reader says of each key where its value is of a wrong type, in some configuration that has the key.
#[test]
fn the_reader_knows_every_key_of_it_and_asks_for_some_type() {
    let mut found = Vec::new();
    leaves("", &schema().unwrap(), &mut found);
    let lists = "[[notify]]\nname = \"b\"\nkind = \"feishu\"\nurl = \"c\"\n[[source]]\nname = \"a\"\n";
    let with = |name: &str, word: &str| vec![(name.to_owned(), word.to_owned())];
    let kinds = SourceKind::WORDS.map(|(word, _)| with("GUAJIRA_SOURCE__0__KIND", word));
    let contexts =
        [kinds.as_slice(), &["oauth1", "scoped"].map(|word| with("GUAJIRA_JIRA__AUTH__METHOD", word))].concat();
    for (path, _) in found {
        let said = contexts.iter().map(|context| {
            let env = context.iter().cloned().chain([(variable(&path), "[1.5]".to_owned())]).collect();
            // No variable sets a whole section.
            let top = if path.contains('.') { String::new() } else { format!("{path} = [1.5]") };
            let loaded = super::tests::load_with(&format!("{top}{}{lists}", super::tests::MINIMAL), &env);
            loaded.err().map(|error| error.to_string()).unwrap_or_default()
        });
        let wanted = format!("{} must be ", shown(&path));
        let said: Vec<String> = said.collect();
        assert!(said.iter().any(|said| said.contains(&wanted)), "{path}: {said:#?}");
    }
}

#[test]
fn keys_of_every_kind_of_source_are_known() {
    for (kind, keys) in [
        ("guance-issues", "channel = \"a\"\nreply_format = \"text\"\nservice = \"guance\""),
        ("guance-events", "base_url = \"https://a\"\nclose_after = \"2d\"\nflow.status = \"off\""),
        ("guance-incidents", "api_key = [\"a\", { env = \"B\" }]\nrequests_per_minute = 5"),
        ("piped", "close_after = \"2d\"\npeople = { a = \"b\" }"),
        ("jsm-alerts", "user = \"a\"\napi_key = { command = [\"a\"] }\ncloud_id = \"b\"\ngateway_url = \"https://a\""),
        ("opsgenie-alerts", "schedule = \"a\"\ntimeout = \"5s\"\nca_file = \"b\""),
    ] {
        let text = format!("[[source]]\nname = \"a\"\nkind = \"{kind}\"\n{keys}\n");
        assert_eq!(refused(&text), Vec::<String>::new(), "{kind}");
        assert!(!refused(&format!("{text}nonsense = 1\n")).is_empty());
    }
    assert_eq!(SourceKind::WORDS.len(), 6, "a new kind belongs in this test");
}

/// Blocks of the documents leave out what does not matter to them; no key is required.
#[test]
fn what_the_documents_show_is_valid() {
    let (mut files, mut blocks) = (vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")], 0);
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).unwrap();
            for block in text.split("\n```toml\n").skip(1).filter_map(|rest| rest.split("\n```").next()) {
                blocks += 1;
                // `[route.fields]` without its `[[route]]`.
                let is_part = !block.contains("[[route]]") && block.contains("[route.");
                let block = format!("{}{block}", if is_part { "[[route]]\n" } else { "" });
                assert_eq!(refused(&block), Vec::<String>::new(), "{}:\n{block}", path.display());
            }
        }
    }
    assert!(blocks > 5, "{blocks}");
}

/// The reader is the judge: what it takes by the words of a key, the schema takes too.
#[test]
fn the_reader_and_the_schema_agree_on_words() {
    for (key, word) in [("deletes", "keep"), ("status", "to-jira"), ("restricted", "copy"), ("restricted", "both")] {
        let text = super::tests::MINIMAL.replace("[[route]]", &format!("[flow]\n{key} = \"{word}\"\n[[route]]"));
        let is_taken = Draft::of_text("sync.toml", &text).is_ok();
        assert_eq!(is_taken, refused(&text).is_empty(), "{key} = {word}");
    }
}
