//! `DingTalk` (钉钉): a custom robot.
//!
//! Sources: `DingTalk`, "自定义机器人接入" and "自定义机器人安全设置"; codes that these pages lack, from public clients.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::json;

use super::escape;
use super::settings::{EVERYBODY, Settings, is_mobile};
use super::shape::{DOT, Shape};
use super::sign;
use super::verdict::{self, Meaning, PAUSE, Verdict, later};
use crate::domain::Message;
use crate::http::{Answer, Hook};
use crate::ports::SendErrorKind;
use crate::words::NotifyHint;

/// Most bytes of a body that are sent. The service takes 20 000.
pub(super) const MAX_BODY: usize = 18_000;

/// How long a robot is blocked that sent too much. What the answer's `wait` says is shorter, and not true.
const BLOCKED: Duration = Duration::from_mins(10);

/// Returns a message in Markdown. Nobody is mentioned by its text: that takes the list in `at`.
pub(super) fn hook<'a>(settings: &'a Settings, message: &Message, now: DateTime<Utc>) -> Hook<'a> {
    let made = |shape: &Shape| body(message, shape);
    let shape = Shape::of(message).fitted(settings.lang, MAX_BODY, |shape| made(shape).len());
    let millis = now.timestamp_millis();
    let signed = settings
        .secret
        .as_ref()
        .map(|secret| [("timestamp", millis.to_string()), ("sign", sign::dingtalk(millis, secret))]);
    let query = signed.into_iter().flatten().collect();
    Hook { address: &settings.address, query, headers: Vec::new(), body: made(&shape) }
}

fn body(message: &Message, shape: &Shape) -> String {
    let (all, people): (Vec<&String>, Vec<&String>) = message.mention.iter().partition(|id| *id == EVERYBODY);
    let (mobiles, users): (Vec<&String>, Vec<&String>) = people.iter().partition(|id| is_mobile(id));
    let body = json!({
        "msgtype": "markdown",
        // What the list of chats shows: plain text.
        "markdown": {"title": shape.heading, "text": text(shape, &people)},
        "at": {"atMobiles": mobiles, "atUserIds": users, "isAtAll": !all.is_empty()},
    });
    body.to_string()
}

/// A single line break is no break here. Somebody in the lists is mentioned only if the text names him too.
fn text(shape: &Shape, people: &[&String]) -> String {
    let mut parts = vec![format!("#### {}", escape::markdown(&shape.heading))];
    parts.extend(shape.body.lines().filter(|line| !line.is_empty()).map(escape::markdown));
    let mentions: Vec<String> = people.iter().map(|id| format!("@{id}")).collect();
    let links = shape.links.iter().map(|link| format!("[{}]({})", escape::markdown(&link.label), link.url));
    parts.push(mentions.join(" "));
    parts.push(links.collect::<Vec<_>>().join(DOT));
    parts.push(escape::markdown(&shape.foot));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// Says what an answer means.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    verdict::of_code(answer, ("errcode", "errmsg"), meaning)
}

fn meaning(code: i64, words: &str) -> Option<Meaning> {
    let unauthorized = |hint| (SendErrorKind::Unauthorized, Some(hint));
    Some(match code {
        -1 => (later(PAUSE), None),
        130_101 => (later(BLOCKED), Some(NotifyHint::RoomIsBusy)),
        460_101 => (SendErrorKind::Refused, None),
        // One code for four settings: only the words tell them apart.
        310_000 if words.contains("keyword") => unauthorized(NotifyHint::SetRoomKeyword),
        310_000 if words.contains("whitelist") || words.contains("ip ") => unauthorized(NotifyHint::AllowRoomIp),
        310_000 => unauthorized(NotifyHint::CheckRoomSecret),
        _ if words.contains("token is not exist") => unauthorized(NotifyHint::CheckRoomAddress),
        _ => return None,
    })
}
