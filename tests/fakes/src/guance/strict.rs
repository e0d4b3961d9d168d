//! A service that takes nothing it did not ask for: bodies, queries and types are checked, and the word is said.

use serde_json::{Map, Value};

use crate::server::Request;

/// Why a request is not carried out: HTTP status, `errorCode`, message.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str, pub(super) String);

pub(super) fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(400, "ft.InvalidParams", message.into()))
}

/// What a body's field may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string of at most that many bytes.
    Text(usize),
    /// The same, or null.
    TextOrNull(usize),
    Integer,
    List,
    Object,
}

/// Reads the body and checks each field: name, kind, and whether it must be there.
pub(super) fn body(request: &Request, fields: &[(&str, Kind, bool)]) -> Result<Map<String, Value>, Refusal> {
    if request.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return refuse("Content-Type must be application/json");
    }
    let Some(Value::Object(body)) = request.json() else { return refuse("the body is not a JSON object") };
    if let Some(unknown) = body.keys().find(|key| fields.iter().all(|(name, _, _)| name != key)) {
        return refuse(format!("unknown parameter {unknown}"));
    }
    for (name, kind, required) in fields {
        match body.get(*name) {
            None if *required => return refuse(format!("{name} is required")),
            None => {}
            Some(value) => check(name, *kind, value)?,
        }
    }
    Ok(body)
}

fn check(name: &str, kind: Kind, value: &Value) -> Result<(), Refusal> {
    let good = match (kind, value) {
        (Kind::Text(max) | Kind::TextOrNull(max), Value::String(text)) => {
            if text.len() > max {
                return refuse(format!("{name} is longer than {max}"));
            }
            true
        }
        (Kind::TextOrNull(_), Value::Null) | (Kind::List, Value::Array(_)) | (Kind::Object, Value::Object(_)) => true,
        (Kind::Integer, Value::Number(number)) => number.is_i64(),
        _ => false,
    };
    if good { Ok(()) } else { refuse(format!("{name} has the wrong type")) }
}

/// Checks that a request has no query parameters but these.
pub(super) fn query(request: &Request, known: &[&str]) -> Result<(), Refusal> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => refuse(format!("unknown parameter {name}")),
        None => Ok(()),
    }
}

/// Reads a positive number from the query.
pub(super) fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    match request.query(name).map(str::parse::<usize>) {
        None => Ok(None),
        Some(Ok(number)) if number > 0 => Ok(Some(number)),
        Some(_) => refuse(format!("{name} must be a positive integer")),
    }
}
