//! A custom bot of Feishu.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Post, Room, SIGNATURE_AGE, TOKEN, mac, marks, object, text, unknown_field};
use crate::server::{Request, Response};

/// 20 KB.
const MAX_BODY: usize = 20 * 1024;

pub(super) fn answer(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    let said = |code: i64, msg: &str| Response::json(200, &json!({"code": code, "data": {}, "msg": msg}));
    if request.path != format!("/open-apis/bot/v2/hook/{TOKEN}") || room.switches.removed {
        return said(19001, "param invalid: incoming webhook access token invalid");
    }
    if room.switches.ip_refused {
        return said(19022, "Ip Not Allowed");
    }
    if room.calls_within(TimeDelta::seconds(1), now) > 5 || room.calls_within(TimeDelta::minutes(1), now) > 100 {
        return said(11232, "rate limit");
    }
    let malformed = |why: &str| {
        let body = json!({"code": 9499, "msg": format!("Bad Request: {why}"), "data": {}});
        Response::json(room.switches.malformed_status, &body)
    };
    if request.body.len() > MAX_BODY {
        return malformed("too large");
    }
    let Some(body) = object(request) else { return malformed("no JSON object") };
    if let Some(field) = unknown_field(&body, &["timestamp", "sign", "msg_type", "content", "card"]) {
        return malformed(&format!("unknown field {field}"));
    }
    if room.secret().is_some_and(|secret| !is_signed(&body, secret, now)) {
        return said(19021, "sign match fail or timestamp is not within one hour from current time");
    }
    let post = match text(&body, "/msg_type") {
        Some("interactive") if body.get("content").is_none() => read_card(&body["card"]),
        Some("text") => {
            text(&body, "/content/text").map(|text| (text.to_owned(), marks::feishu_tags(text), Vec::new()))
        }
        _ => None,
    };
    let Some((shown, pings, links)) = post else { return malformed("no message") };
    if !room.has_keyword(&shown) {
        return said(19024, "Key Words Not Found");
    }
    let legacy = room.switches.legacy_answer;
    room.take(Post { at: now, text: shown, pings, links, body });
    if legacy {
        return Response::json(200, &json!({"StatusCode": 0, "StatusMessage": "success", "Extra": null}));
    }
    said(0, "success")
}

fn is_signed(body: &Value, secret: &str, now: DateTime<Utc>) -> bool {
    let (Some(timestamp), Some(sign)) = (text(body, "/timestamp"), text(body, "/sign")) else { return false };
    let is_fresh = timestamp.parse::<i64>().is_ok_and(|at| (now.timestamp() - at).abs() <= SIGNATURE_AGE);
    let want = mac::hmac(format!("{timestamp}\n{secret}").as_bytes(), b"");
    is_fresh && mac::from_base64(sign) == Some(want)
}

type Shown = (String, Vec<String>, Vec<String>);

/// The visible text, the pings and the links of a card; `None` for what is no card.
fn read_card(card: &Value) -> Option<Shown> {
    if unknown_field(card, &["header", "elements", "config"]).is_some() {
        return None;
    }
    let (mut shown, mut pings, mut links) = (Vec::new(), Vec::new(), Vec::new());
    shown.push(plain(card.pointer("/header/title")?)?);
    card.pointer("/header/template")?.as_str()?;
    for element in card["elements"].as_array()? {
        match element["tag"].as_str()? {
            "div" => {
                let words = &element["text"];
                let content = words["content"].as_str().filter(|content| !content.is_empty())?;
                if words["tag"] == "lark_md" {
                    pings.extend(marks::feishu_tags(content));
                    links.extend(marks::markdown_links(content));
                } else if words["tag"] != "plain_text" {
                    return None;
                }
                shown.push(content.to_owned());
            }
            "action" => {
                for button in element["actions"].as_array()? {
                    let url = button["url"].as_str().filter(|url| url.starts_with("http"))?;
                    (button["tag"] == "button").then_some(())?;
                    links.push(url.to_owned());
                    shown.push(plain(&button["text"])?);
                }
            }
            _ => return None,
        }
    }
    Some((shown.join("\n"), pings, links))
}

fn plain(words: &Value) -> Option<String> {
    (words["tag"] == "plain_text").then(|| words["content"].as_str().map(str::to_owned))?
}
