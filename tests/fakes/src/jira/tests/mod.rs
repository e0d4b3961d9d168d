//! The fake itself, asked as a client asks it.
#![allow(clippy::unnecessary_wraps, reason = "an Authorization header is given where none may be")]

mod access;
mod openapi;
mod search;
mod write;

use chrono::{TimeZone, Utc};
use serde_json::Value;

use super::{FakeJira, Flavour, Options};
use crate::clock::SimClock;
use crate::server::{Handler, Request, Response};

/// 2026-11-22 10:00:30 UTC, standing still.
fn start(flavour: Flavour) -> FakeJira {
    let clock = SimClock::fixed(Utc.with_ymd_and_hms(2026, 11, 22, 10, 0, 30).unwrap());
    FakeJira::start(flavour, Options { clock, ..Options::default() })
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0u32, |all, b| (all << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for n in 0..=chunk.len() {
            out.push(char::from(DIGITS[(bits >> (18 - 6 * n)) as usize & 63]));
        }
    }
    out
}

fn basic(login: &str, secret: &str) -> Option<(String, String)> {
    Some(("Authorization".into(), format!("Basic {}", base64(&format!("{login}:{secret}")))))
}

/// One request, with the given `Authorization`.
fn raw(jira: &FakeJira, method: &str, target: &str, auth: Option<(String, String)>, body: &Value) -> Response {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let mut headers: Vec<_> = auth.into_iter().collect();
    headers.push(("Content-Type".into(), "application/json".into()));
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    jira.desk.handle(&Request { method: method.into(), path: path.into(), query, headers, body })
}

/// One request by a user: status and JSON.
fn ask_as(jira: &FakeJira, user: &str, method: &str, target: &str, body: &Value) -> (u16, Value) {
    let (login, secret) = jira.basic(user);
    let answer = raw(jira, method, target, basic(&login, &secret), body);
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// One request by the bot.
fn ask(jira: &FakeJira, method: &str, target: &str, body: &Value) -> (u16, Value) {
    ask_as(jira, "bot", method, target, body)
}

fn get(jira: &FakeJira, target: &str) -> Value {
    let (status, json) = ask(jira, "GET", target, &Value::Null);
    assert_eq!(status, 200, "{target}: {json}");
    json
}
