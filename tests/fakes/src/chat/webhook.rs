//! A program that takes guajira's own JSON, and drops what it has already.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Post, Room, SIGNATURE_AGE, TOKEN, mac, object, text, unknown_field};
use crate::server::{Request, Response};

const FIELDS: [&str; 17] = [
    "version",
    "id",
    "event",
    "occurred_at",
    "text",
    "count",
    "source",
    "item",
    "item_url",
    "jira",
    "jira_url",
    "title",
    "level",
    "status",
    "who",
    "excerpt",
    "mention",
];

pub(super) fn answer(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    let refused = |status: u16, words: &str| Response::text(status, "text/plain", words);
    if request.path != format!("/incoming/{TOKEN}") || request.query("tenant") != Some("1") || room.switches.removed {
        return refused(404, "no such hook");
    }
    if room.secret().is_some_and(|secret| !is_signed(request, secret, now)) {
        return refused(401, "the signature does not match");
    }
    let Some(body) = object(request) else { return refused(415, "not JSON") };
    if unknown_field(&body, &FIELDS).is_some() || FIELDS.iter().any(|field| body.get(field).is_none()) {
        return refused(422, "not the fields of version 1");
    }
    if body.as_object().is_some_and(|body| body.values().any(Value::is_object)) {
        return refused(422, "not flat");
    }
    let id = text(&body, "/id").filter(|id| !id.is_empty());
    if id.is_none() || request.header("idempotency-key") != id {
        return refused(422, "no id");
    }
    if room.posts.iter().any(|post| text(&post.body, "/id") == id) {
        return Response::empty(204);
    }
    let strings = |key: &str| body[key].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let links = ["jira_url", "item_url"].iter().filter_map(|key| Some(body[*key].as_str()?.to_owned())).collect();
    let post = Post {
        at: now,
        text: text(&body, "/text").unwrap_or_default().to_owned(),
        pings: strings("mention").collect(),
        links,
        body,
    };
    room.take(post);
    Response::empty(204)
}

fn is_signed(request: &Request, secret: &str, now: DateTime<Utc>) -> bool {
    let (Some(time), Some(sign)) = (request.header("x-guajira-timestamp"), request.header("x-guajira-signature"))
    else {
        return false;
    };
    let is_fresh = time.parse::<i64>().is_ok_and(|at| (now.timestamp() - at).abs() <= SIGNATURE_AGE);
    let signed = [time.as_bytes(), b":", &request.body].concat();
    is_fresh && mac::hex(&mac::hmac(secret.as_bytes(), &signed)) == sign
}
