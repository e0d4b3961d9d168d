//! Every node and mark of the published ADF schema, generated from the schema itself: whatever is valid is read, nothing
//! that has a text vanishes in any format, and what is written back is valid.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use serde_json::{Map, Value, json};

use super::{Block, Doc, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

/// How deep every alternative is tried; below, the first one must do.
const RICH_DEPTH: usize = 3;

/// Makes instances of the schema's definitions.
struct Maker {
    definitions: Map<String, Value>,
    /// Words given out so far: each is used once.
    words: usize,
}

impl Maker {
    fn new() -> Self {
        let schema: Value = serde_json::from_str(include_str!("../../tests/data/adf-schema/full.json")).unwrap();
        Self { definitions: schema["definitions"].as_object().unwrap().clone(), words: 0 }
    }

    fn named(&mut self, name: &str, rich: bool) -> Value {
        let schema = self.definitions[name].clone();
        self.make(&schema, name, rich, 0)
    }

    /// Returns an instance; `key` is the property it is for.
    fn make(&mut self, schema: &Value, key: &str, rich: bool, depth: usize) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let schema = self.definitions[name.rsplit('/').next().unwrap()].clone();
            return self.make(&schema, key, rich, depth);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut whole = self.make(&parts[0], key, rich, depth);
            for part in &parts[1..] {
                let over = self.object(part, rich, depth);
                whole.as_object_mut().unwrap().extend(over);
            }
            return whole;
        }
        if let Some(options) = schema["anyOf"].as_array() {
            let option = if rich { options.last().unwrap() } else { &options[0] };
            return self.make(option, key, rich && depth < RICH_DEPTH, depth);
        }
        if let Some(values) = schema["enum"].as_array() {
            return if rich { values.last().unwrap() } else { &values[0] }.clone();
        }
        match schema["type"].as_str() {
            Some("object") => Value::Object(self.object(schema, rich, depth)),
            Some("array") => self.array(schema, key, rich, depth),
            Some("number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
            Some("boolean") => json!(true),
            Some("string") => json!(self.string(key, schema["pattern"].as_str())),
            _ => json!({"url": self.string("url", None), "name": self.string("name", None)}),
        }
    }

    fn string(&mut self, key: &str, pattern: Option<&str>) -> String {
        self.words += 1;
        match (key, pattern) {
            (_, Some(pattern)) if pattern.contains("neutral") => "green".to_owned(),
            (_, Some(_)) => "#ff0000".to_owned(),
            ("timestamp", _) => "1700000000000".to_owned(),
            ("url" | "href", _) => format!("https://e.com/w{}e", self.words),
            _ => format!("w{}e", self.words),
        }
    }

    fn object(&mut self, schema: &Value, rich: bool, depth: usize) -> Map<String, Value> {
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().unwrap();
        let wanted = properties.iter().filter(|(key, _)| rich || required.contains(&key.as_str()));
        wanted.map(|(key, schema)| (key.clone(), self.make(schema, key, rich, depth))).collect()
    }

    fn array(&mut self, schema: &Value, key: &str, rich: bool, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0);
        if schema["maxItems"] == json!(0) || schema.get("items").is_none() {
            return json!([]);
        }
        let rich_here = rich && depth < RICH_DEPTH;
        let items: Vec<Value> = match &schema["items"] {
            Value::Array(places) => places.clone(),
            one => match self.options(one) {
                options if rich_here => options,
                options => vec![options[0].clone(); usize::try_from(least).unwrap().max(usize::from(key == "content"))],
            },
        };
        let items = if rich_here && items.len() < usize::try_from(least).unwrap() {
            vec![items[0].clone(); usize::try_from(least).unwrap()]
        } else {
            items
        };
        Value::Array(items.iter().map(|item| self.make(item, key, rich_here, depth + 1)).collect())
    }

    /// Returns the alternatives of a schema, those of the definitions that it names included.
    fn options(&self, schema: &Value) -> Vec<Value> {
        if let Some(name) = schema["$ref"].as_str() {
            let inner = &self.definitions[name.rsplit('/').next().unwrap()];
            if inner.get("anyOf").is_some() {
                return self.options(inner);
            }
        }
        match schema["anyOf"].as_array() {
            Some(options) => options.iter().flat_map(|option| self.options(option)).collect(),
            None => vec![schema.clone()],
        }
    }
}

/// Returns the words of an instance that people read.
fn visible(node: &Value, out: &mut Vec<String>) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let attrs = &node["attrs"];
    match node["type"].as_str().unwrap_or_default() {
        "text" => out.extend(text(&node["text"])),
        "mention" => out.extend(text(&attrs["text"]).or_else(|| text(&attrs["id"]))),
        "emoji" => out.extend(text(&attrs["text"]).or_else(|| text(&attrs["shortName"]))),
        "status" | "placeholder" => out.extend(text(&attrs["text"])),
        "extension" | "inlineExtension" => {
            out.extend(text(&attrs["text"]).or_else(|| text(&attrs["extensionKey"])));
        }
        "date" => out.push("2023-11-14".to_owned()),
        "expand" | "nestedExpand" => out.extend(text(&attrs["title"])),
        "media" | "mediaInline" => out.extend(text(&attrs["alt"])),
        "inlineCard" | "blockCard" | "embedCard" => {
            out.extend(text(&attrs["data"]["name"]).or_else(|| text(&attrs["url"])).or(Some("blockCard".to_owned())));
        }
        "syncBlock" => out.push("syncBlock".to_owned()),
        _ => {}
    }
    node["content"].as_array().into_iter().flatten().for_each(|child| visible(child, out));
}

/// Reads an instance and follows its words through every writer.
fn assert_nothing_vanishes(name: &str, instance: &Value) {
    let mut words = Vec::new();
    visible(instance, &mut words);
    let doc = adf::read(instance);
    let written = adf::write(&doc, NO_LIMIT, "");
    super::props::assert_valid(&written);
    let readings: [(&str, Doc); 5] = [
        ("adf", doc.clone()),
        ("adf again", adf::read(&written)),
        ("html", html::read(&html::write(&doc, NO_LIMIT, ""))),
        ("markdown", markdown::read(&markdown::write(&doc, NO_LIMIT, ""))),
        ("wiki", wiki::read(&wiki::write(&doc, NO_LIMIT, ""))),
    ];
    for (format, doc) in readings {
        let text = doc.plain_text();
        for word in &words {
            assert!(text.contains(word.as_str()), "{name} as {format}: {word} is not in {text:?}\n{instance:#}");
        }
    }
}

#[test]
fn every_node_of_the_schema_is_read_and_written_everywhere() {
    let mut maker = Maker::new();
    let names: Vec<String> = maker.definitions.keys().filter(|name| name.ends_with("_node")).cloned().collect();
    assert!(names.len() > 50, "{names:?}");
    for name in names {
        for rich in [false, true] {
            let node = maker.named(&name, rich);
            assert_nothing_vanishes(&name, &node);
            if name == "rule_node" {
                assert_eq!(adf::read(&node).blocks, [Block::Rule]);
            }
        }
    }
}

/// What is made of the schema is what it allows: else the tests above would show nothing.
#[test]
fn what_is_made_of_the_schema_is_valid() {
    let mut maker = Maker::new();
    let root = maker.definitions["doc_node"]["properties"]["content"]["items"].clone();
    let options = maker.options(&root);
    assert!(options.len() > 15, "{}", options.len());
    for option in options {
        let node = maker.make(&option, "", false, 0);
        super::props::assert_valid(&json!({"type": "doc", "version": 1, "content": [node]}));
    }
}

#[test]
fn every_mark_of_the_schema_leaves_its_text() {
    let mut maker = Maker::new();
    let names: Vec<String> = maker.definitions.keys().filter(|name| name.ends_with("_mark")).cloned().collect();
    assert!(names.len() >= 15, "{names:?}");
    let kept = ["code", "em", "link", "strike", "strong", "subsup", "textColor", "underline"];
    for name in names {
        for rich in [false, true] {
            let mark = maker.named(&name, rich);
            let kind = mark["type"].as_str().unwrap().to_owned();
            let paragraph =
                json!({"type": "paragraph", "content": [{"type": "text", "text": "marked", "marks": [mark]}]});
            assert_nothing_vanishes(&name, &paragraph);
            let back = adf::write(&adf::read(&paragraph), NO_LIMIT, "").to_string();
            assert_eq!(back.contains(&format!("\"type\":\"{kind}\"")), kept.contains(&kind.as_str()), "{back}");
        }
    }
}
