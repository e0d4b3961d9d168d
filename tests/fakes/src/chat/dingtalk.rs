//! A custom robot of `DingTalk`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Post, Room, SIGNATURE_AGE, TOKEN, mac, marks, object, text, unknown_field};
use crate::server::{Request, Response};

const MAX_BODY: usize = 20_000;
const PER_MINUTE: usize = 20;

pub(super) fn answer(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    let said = |code: i64, msg: &str| Response::json(200, &json!({"errcode": code, "errmsg": msg}));
    if request.path != "/robot/send" || request.query("access_token") != Some(TOKEN) || room.switches.removed {
        return said(300_005, "token is not exist");
    }
    if room.calls_within(TimeDelta::minutes(1), now) > PER_MINUTE {
        room.blocked_until = Some(now + TimeDelta::minutes(10));
    }
    if room.blocked_until.is_some_and(|until| now < until) {
        let words = "send too fast, exceed 20 times per minute";
        let body =
            json!({"errcode": 130_101, "errmsg": words, "status": 1111, "wait": 5, "source": "x5", "punish": "deny"});
        return Response::json(200, &body);
    }
    if room.switches.ip_refused {
        return said(310_000, "ip 203.0.113.7 not in whitelist, more: [https://ding-doc.dingtalk.com/doc]");
    }
    if let Some(secret) = room.secret() {
        let millis = request.query("timestamp").and_then(|text| text.parse::<i64>().ok());
        let Some(millis) = millis.filter(|at| (now.timestamp_millis() - at).abs() <= SIGNATURE_AGE * 1000) else {
            return said(310_000, "invalid timestamp, more: [https://ding-doc.dingtalk.com/doc]");
        };
        let want = mac::hmac(secret.as_bytes(), format!("{millis}\n{secret}").as_bytes());
        // The query was decoded once: a `+` that was not escaped is a blank now, and what was escaped twice is no base64.
        if request.query("sign").and_then(mac::from_base64) != Some(want) {
            return said(310_000, "sign not match, more: [https://ding-doc.dingtalk.com/doc]");
        }
    }
    if request.body.len() > MAX_BODY {
        return said(460_101, "message too long, exceed 20000 bytes");
    }
    let Some(body) = object(request) else { return said(43004, "invalid content type or no JSON") };
    if let Some(field) = unknown_field(&body, &["msgtype", "text", "markdown", "at"]) {
        return said(400_105, &format!("unknown field {field}"));
    }
    let (title, words) = match text(&body, "/msgtype") {
        Some("markdown") => (text(&body, "/markdown/title"), text(&body, "/markdown/text")),
        Some("text") => (Some("-"), text(&body, "/text/content")),
        _ => (None, None),
    };
    let (Some(title), Some(words)) = (title.filter(|title| !title.is_empty()), words.map(str::to_owned)) else {
        return said(400_106, "miss title or text");
    };
    if !body["at"]["isAtAll"].is_boolean() {
        return said(400_107, "a careful client says that nobody is meant");
    }
    let shown = format!("{title}\n{words}");
    if !room.has_keyword(&shown) {
        return said(310_000, "keywords not in content, more: [https://ding-doc.dingtalk.com/doc]");
    }
    let (pings, links) = (pings(&body, &words), marks::markdown_links(&words));
    room.take(Post { at: now, text: shown, pings, links, body });
    said(0, "ok")
}

/// Somebody is pinged who is in the lists and in the text.
fn pings(body: &Value, text: &str) -> Vec<String> {
    let mut pings = Vec::new();
    if body["at"]["isAtAll"] == true {
        pings.push("all".to_owned());
    }
    for list in ["atMobiles", "atUserIds"] {
        let ids = body["at"][list].as_array().into_iter().flatten().filter_map(Value::as_str);
        pings.extend(ids.filter(|id| text.contains(&format!("@{id}"))).map(str::to_owned));
    }
    pings
}
