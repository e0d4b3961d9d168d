//! A service that takes nothing it did not ask for.

use serde_json::{Map, Value};

use crate::server::Request;

/// Why a request is not carried out: HTTP status, message.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) u16, pub(super) String);

pub(super) fn refuse<T>(message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(422, message.into()))
}

/// Reads the body, and takes no fields but these.
pub(super) fn body(request: &Request, known: &[&str]) -> Result<Map<String, Value>, Refusal> {
    if request.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
        return refuse("Content-Type must be application/json");
    }
    let Some(Value::Object(body)) = request.json() else { return refuse("the body is not a JSON object") };
    match body.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => refuse(format!("unknown field {unknown}")),
        None => Ok(body),
    }
}

/// Takes no query parameters but these.
pub(super) fn query(request: &Request, known: &[&str]) -> Result<(), Refusal> {
    match request.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => refuse(format!("unknown parameter {name}")),
        None => Ok(()),
    }
}

/// Reads a number from the query.
pub(super) fn number(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    match request.query(name).map(str::parse::<usize>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => refuse(format!("{name} must be a number")),
    }
}
