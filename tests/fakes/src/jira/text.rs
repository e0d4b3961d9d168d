//! Rich text as Jira takes it: ADF checked against the published schema, strings against the length limit.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../data/adf-schema/full.json");

fn schema() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(SCHEMA).expect("the vendored schema is JSON");
        jsonschema::validator_for(&schema).expect("the vendored schema compiles")
    })
}

/// What the published ADF schema has against a document; `None` when it is valid.
pub fn adf_fault(document: &Value) -> Option<String> {
    let error = schema().iter_errors(document).next()?;
    Some(format!("{error} at {}", error.instance_path()))
}

/// Why a rich text value is refused.
pub(super) enum BadText {
    TooLong(usize),
    /// A string where ADF is due.
    NotAdf,
    /// An object where a string is due.
    NotString,
    /// ADF that breaks the schema.
    Invalid(String),
}

impl BadText {
    /// Jira's words for an issue field.
    pub(super) fn for_field(&self) -> String {
        match self {
            Self::TooLong(limit) => too_long(*limit),
            Self::NotAdf => "Operation value must be an Atlassian Document (see the Atlassian Document Format)".into(),
            Self::NotString => "Operation value must be a string".into(),
            Self::Invalid(why) => format!("INVALID_INPUT: {why}"),
        }
    }

    /// Jira's words for a comment.
    pub(super) fn for_comment(&self) -> String {
        match self {
            Self::TooLong(limit) => too_long(*limit),
            Self::NotString => "Can not deserialize instance of java.lang.String out of START_OBJECT token".into(),
            Self::NotAdf | Self::Invalid(_) => "Comment body is not valid!".into(),
        }
    }
}

fn too_long(limit: usize) -> String {
    if limit == 0 {
        return "The entered text is too long.".into();
    }
    let digits = limit.to_string();
    let split = digits.len().saturating_sub(3);
    let grouped = if split == 0 { digits } else { format!("{},{}", &digits[..split], &digits[split..]) };
    format!("The entered text is too long. It exceeds the allowed limit of {grouped} characters.")
}

/// Checks rich text as sent and gives it as stored: ADF when `stores_adf`, else a string.
pub(super) fn accept(
    sent: &Value,
    adf_api: bool,
    stores_adf: bool,
    limit: usize,
    strict: bool,
) -> Result<Value, BadText> {
    if adf_api {
        if !sent.is_object() {
            return Err(BadText::NotAdf);
        }
        if strict && let Some(why) = adf_fault(sent) {
            return Err(BadText::Invalid(why));
        }
        if sent.get("type") != Some(&json!("doc")) || sent.get("version") != Some(&json!(1)) {
            return Err(BadText::Invalid("root".into()));
        }
        if sent.to_string().encode_utf16().count() > limit {
            return Err(BadText::TooLong(limit));
        }
        return Ok(sent.clone());
    }
    let text = sent.as_str().ok_or(BadText::NotString)?;
    if text.encode_utf16().count() > limit {
        return Err(BadText::TooLong(limit));
    }
    Ok(if stores_adf { paragraphs(text) } else { json!(text) })
}

/// Plain text as ADF: one paragraph per line.
pub fn paragraphs(text: &str) -> Value {
    let blocks: Vec<_> = text
        .lines()
        .map(|line| {
            let words = if line.is_empty() { json!([]) } else { json!([{"type": "text", "text": line}]) };
            json!({"type": "paragraph", "content": words})
        })
        .collect();
    json!({"type": "doc", "version": 1, "content": blocks})
}

/// The words of a rich text value, ADF or string, without its formatting.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(_) => {
            let mut out = String::new();
            walk(value, &mut out);
            out.trim_end().to_owned()
        }
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn walk(node: &Value, out: &mut String) {
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "text" => out.push_str(node["text"].as_str().unwrap_or_default()),
        "hardBreak" => out.push('\n'),
        "mention" | "emoji" => out.push_str(node["attrs"]["text"].as_str().unwrap_or_default()),
        "inlineCard" => out.push_str(node["attrs"]["url"].as_str().unwrap_or_default()),
        _ => {}
    }
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten() {
        walk(child, out);
    }
    if matches!(kind, "paragraph" | "heading" | "codeBlock" | "rule") {
        out.push('\n');
    }
}

/// Text as the server's own editors would have left it.
pub(super) fn rewritten(stored: Value) -> Value {
    match stored {
        Value::String(text) => json!(text.replace("\r\n", "\n").replace('\n', "\r\n")),
        mut document => {
            let mut count = 0;
            rewrite(&mut document, &mut count);
            document
        }
    }
}

fn rewrite(node: &mut Value, count: &mut u64) {
    let kind = node["type"].as_str().unwrap_or_default().to_owned();
    if let Some(children) = node.get_mut("content").and_then(Value::as_array_mut) {
        merge_texts(children);
        for child in children.iter_mut() {
            if let Some(url) = bare_address(child).filter(|_| kind == "paragraph") {
                *child = json!({"type": "inlineCard", "attrs": {"url": url}});
            }
            rewrite(child, count);
        }
    }
    if kind == "paragraph" {
        *count += 1;
        node["attrs"]["localId"] = json!(format!("{count:012x}"));
    }
}

/// Neighbouring text nodes with the same marks become one.
fn merge_texts(nodes: &mut Vec<Value>) {
    nodes.dedup_by(|next, kept| {
        let alike = next["type"] == "text" && kept["type"] == "text" && next.get("marks") == kept.get("marks");
        if alike {
            let joined = [&kept["text"], &next["text"]].map(|t| t.as_str().unwrap_or_default()).concat();
            kept["text"] = json!(joined);
        }
        alike
    });
}

fn bare_address(node: &Value) -> Option<String> {
    let text = node["text"].as_str().filter(|_| node.get("marks").is_none())?;
    let bare = text.starts_with("https://") && !text.contains(char::is_whitespace);
    bare.then(|| text.to_owned())
}
