//! Feishu (飞书) and Lark: a custom bot.
//!
//! Source: Lark, "Custom bot usage guide".

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::settings::Settings;
use super::shape::Shape;
use super::sign;
use super::verdict::{self, Meaning, PAUSE, Verdict, later};
use crate::domain::{Event, Message};
use crate::http::{Answer, Hook};
use crate::ports::SendErrorKind;
use crate::words::NotifyHint;

/// Most bytes of a body that are sent. The service takes 20 KB.
pub(super) const MAX_BODY: usize = 18_000;

/// Returns a card. All that people wrote stands in it as `plain_text`, where nothing is markup.
pub(super) fn hook<'a>(settings: &'a Settings, message: &Message, now: DateTime<Utc>) -> Hook<'a> {
    let made = |shape: &Shape| body(settings, message, shape, now);
    let shape = Shape::of(message).fitted(settings.lang, MAX_BODY, |shape| made(shape).len());
    Hook { address: &settings.address, query: Vec::new(), headers: Vec::new(), body: made(&shape) }
}

fn body(settings: &Settings, message: &Message, shape: &Shape, now: DateTime<Utc>) -> String {
    let mut body = Map::new();
    if let Some(secret) = &settings.secret {
        let seconds = now.timestamp();
        body.insert("timestamp".to_owned(), json!(seconds.to_string()));
        body.insert("sign".to_owned(), json!(sign::feishu(seconds, secret)));
    }
    body.insert("msg_type".to_owned(), json!("interactive"));
    body.insert("card".to_owned(), card(message, shape));
    Value::Object(body).to_string()
}

fn card(message: &Message, shape: &Shape) -> Value {
    let plain = |text: &str| json!({"tag": "plain_text", "content": text});
    let mut elements = Vec::new();
    if !shape.body.is_empty() {
        elements.push(json!({"tag": "div", "text": plain(&shape.body)}));
    }
    if !message.mention.is_empty() {
        let mentions: Vec<String> = message.mention.iter().map(|id| format!("<at id={id}></at>")).collect();
        elements.push(json!({"tag": "div", "text": {"tag": "lark_md", "content": mentions.join(" ")}}));
    }
    if !shape.links.is_empty() {
        let button = |link: &super::shape::Link| json!({"tag": "button", "type": "default", "url": link.url, "text": plain(&link.label)});
        elements.push(json!({"tag": "action", "actions": shape.links.iter().map(button).collect::<Vec<_>>()}));
    }
    elements.push(json!({"tag": "div", "text": plain(&shape.foot)}));
    json!({
        "header": {"title": plain(&shape.heading), "template": color(message.event)},
        "elements": elements,
    })
}

/// Returns the colour of the card's head.
fn color(event: Event) -> &'static str {
    match event {
        Event::Dead | Event::Failing => "red",
        Event::Created | Event::Digest => "orange",
        Event::Status | Event::Works => "green",
        Event::Comment => "blue",
        Event::Test => "grey",
    }
}

/// Says what an answer means. Older flows answer with `StatusCode` alone.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    let value = verdict::object(answer)?;
    if value.get("code").is_none() && value.get("StatusCode").is_some() {
        return verdict::of_code(answer, ("StatusCode", "StatusMessage"), meaning);
    }
    verdict::of_code(answer, ("code", "msg"), meaning)
}

fn meaning(code: i64, words: &str) -> Option<Meaning> {
    let unauthorized = |hint| (SendErrorKind::Unauthorized, Some(hint));
    Some(match code {
        11232 => (later(PAUSE), Some(NotifyHint::RoomIsBusy)),
        9499 | 19036 => (SendErrorKind::Refused, None),
        19021 => unauthorized(NotifyHint::CheckRoomSecret),
        19022 => unauthorized(NotifyHint::AllowRoomIp),
        19024 => unauthorized(NotifyHint::SetRoomKeyword),
        // Clients see it for a bot that was removed from its group.
        19001 if words.contains("access token") => unauthorized(NotifyHint::CheckRoomAddress),
        _ => return None,
    })
}
