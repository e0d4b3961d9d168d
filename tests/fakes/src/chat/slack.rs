//! Incoming webhooks of Slack, and of Mattermost, which takes Slack's messages and reads Markdown.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Post, Room, TOKEN, marks, object, text, unknown_field};
use crate::server::{Request, Response};

const MAX_TEXT: usize = 40_000;
const MAX_HEADER: usize = 150;
const MAX_SECTION: usize = 3000;
const MAX_MATTERMOST: usize = 16_383;

fn plain(status: u16, words: &str) -> Response {
    Response::text(status, "text/html", words)
}

pub(super) fn answer(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    if request.path != format!("/services/T0/B0/{TOKEN}") {
        return plain(403, "invalid_token");
    }
    if room.switches.removed {
        return plain(404, "no_service");
    }
    if room.calls_within(TimeDelta::seconds(1), now) > 1 {
        return plain(429, "rate_limited").with_header("Retry-After", "1");
    }
    let Some(body) = object(request) else { return plain(400, "invalid_payload") };
    if unknown_field(&body, &["text", "blocks"]).is_some() {
        return plain(400, "invalid_payload");
    }
    let Some(words) = text(&body, "/text").filter(|text| !text.is_empty()) else { return plain(400, "no_text") };
    let (mut pings, mut links) = marks::slack_tags(words);
    let mut shown = vec![words.to_owned()];
    for block in body["blocks"].as_array().into_iter().flatten() {
        let parts = if block["type"] == "context" { block["elements"].as_array().cloned() } else { None };
        for part in parts.unwrap_or_else(|| vec![block["text"].clone()]) {
            let most = if block["type"] == "header" { MAX_HEADER } else { MAX_SECTION };
            let Some(text) = part["text"].as_str().filter(|text| (1..=most).contains(&text.chars().count())) else {
                return plain(400, "invalid_blocks");
            };
            if part["type"] == "mrkdwn" {
                let (more_pings, more_links) = marks::slack_tags(text);
                pings.extend(more_pings);
                links.extend(more_links);
            }
            shown.push(text.to_owned());
        }
    }
    if words.chars().count() > MAX_TEXT {
        return plain(400, "msg_too_long");
    }
    if room.switches.json_ok == Some(false) {
        return Response::json(200, &json!({"ok": false, "error": "channel_not_found"}));
    }
    room.take(Post { at: now, text: shown.join("\n"), pings, links, body });
    if room.switches.json_ok == Some(true) { Response::json(200, &json!({"ok": true})) } else { plain(200, "ok") }
}

pub(super) fn answer_as_mattermost(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    let refused = |status: u16, id: &str, message: &str| {
        let body =
            json!({"id": id, "message": message, "detailed_error": "", "request_id": "r", "status_code": status});
        Response::json(status, &body)
    };
    if request.path != format!("/chat/hooks/{TOKEN}") || room.switches.removed {
        return refused(404, "web.incoming_webhook.invalid.app_error", "Invalid webhook.");
    }
    let body: Option<Value> = object(request);
    let Some(body) = body.filter(|body| text(body, "/text").is_some_and(|text| !text.is_empty())) else {
        return refused(400, "web.incoming_webhook.parse.app_error", "Unable to parse incoming data.");
    };
    if unknown_field(&body, &["text", "username", "icon_url", "channel", "props", "attachments"]).is_some() {
        return refused(400, "web.incoming_webhook.parse.app_error", "an unknown field");
    }
    let words = text(&body, "/text").unwrap_or_default().to_owned();
    // Longer texts are split, which nobody wants.
    if words.chars().count() > MAX_MATTERMOST {
        return refused(400, "too.long", "the text would be split");
    }
    let (mut pings, mut links) = marks::slack_tags(&words);
    pings.extend(marks::bare_names(&words));
    links.extend(marks::between(&words, "](", ")").into_iter().map(str::to_owned));
    links.extend(marks::between(&words, "]:", "\n").into_iter().map(str::to_owned));
    room.take(Post { at: now, text: words, pings, links, body });
    Response::text(200, "text/plain", "ok")
}
