//! The schema knows what the configuration knows.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;

use serde_json::Value as Json;

use super::schema::schema;
use super::{Draft, SourceKind};

const FILE: &str = "sync.schema.json";

/// Returns what the schema says against a configuration.
fn refused(text: &str) -> Vec<String> {
    let value: Json = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema().unwrap()).unwrap();
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_beside_the_example_is_the_program_s() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let text = format!("{:#}\n", schema().unwrap());
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "write it anew: guajira schema > {FILE}");
}

/// Returns every key of the schema that says nothing of its value.
fn shapeless(path: &str, schema: &Json, found: &mut Vec<String>) {
    let below = schema.get("properties").and_then(Json::as_object);
    for (name, schema) in below.into_iter().flatten() {
        shapeless(&format!("{path}.{name}"), schema, found);
    }
    match schema.get("items") {
        Some(items) if items.get("properties").is_some() => shapeless(path, items, found),
        _ if ["type", "enum", "anyOf"].iter().any(|word| schema.get(word).is_some()) => {}
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn every_key_of_it_has_a_shape() {
    let mut found = Vec::new();
    shapeless("", &schema().unwrap(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_example_is_valid_and_misspelt_keys_and_wrong_values_are_not() {
    let example = include_str!("../../sync.toml.example");
    assert_eq!(refused(example), Vec::<String>::new());
    for (right, wrong) in [
        ("base_url = \"https://openapi.guance.com\"", "bse_url = \"https://openapi.guance.com\""),
        ("[jira.auth]", "[jira.outh]"),
        ("method = \"basic\"", "method = \"basik\""),
        ("method = \"basic\"", "method = true"),
        ("env = \"GUANCE_API_KEY\"", "variable = \"GUANCE_API_KEY\""),
        ("comments = true", "comments = \"true\""),
        ("max_creates = 50", "max_creates = -1"),
    ] {
        assert!(example.contains(right), "{right}");
        let said = refused(&example.replacen(right, wrong, 1));
        assert!(!said.is_empty(), "{wrong}");
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
                assert_eq!(refused(block), Vec::<String>::new(), "{}:\n{block}", path.display());
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
