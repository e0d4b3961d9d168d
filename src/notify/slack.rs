//! Slack, and what takes Slack's messages: Mattermost, Rocket.Chat.
//!
//! Sources: Slack, "Sending messages using incoming webhooks" and "Formatting text for app surfaces"; Mattermost, "Incoming
//! webhooks".

use serde_json::{Value, json};

use super::escape;
use super::settings::{EVERYBODY, Settings};
use super::shape::{DOT, Link, Shape};
use super::verdict::{self, Fault, Verdict};
use crate::domain::Message;
use crate::http::{Answer, Hook};
use crate::ports::SendErrorKind;
use crate::words::NotifyHint;

/// Most bytes of a text that are sent. Slack takes 40 000 characters; Mattermost splits what is longer than 16 383.
pub(super) const MAX_TEXT: usize = 15_000;

/// Most characters of the text of a block. Slack takes 3000.
const MAX_BLOCK: usize = 2900;

/// Returns a message: blocks of plain text for Slack itself, one text for its imitators, which know no blocks.
pub(super) fn hook<'a>(settings: &'a Settings, message: &Message) -> Hook<'a> {
    let shape = Shape::of(message);
    let body = if settings.takes_blocks {
        let shape = shape.fitted(settings.lang, MAX_BLOCK, |shape| shape.body.chars().count());
        json!({"text": escape::entities(&shape.heading), "blocks": blocks(message, &shape)})
    } else {
        let made = |shape: &Shape| text(message, shape);
        let shape = shape.fitted(settings.lang, MAX_TEXT, |shape| made(shape).len());
        json!({"text": made(&shape)})
    };
    Hook { address: &settings.address, query: Vec::new(), headers: Vec::new(), body: body.to_string() }
}

fn blocks(message: &Message, shape: &Shape) -> Vec<Value> {
    let plain = |text: &str| json!({"type": "plain_text", "text": text, "emoji": false});
    let mut blocks = vec![json!({"type": "header", "text": plain(&shape.heading)})];
    if !shape.body.is_empty() {
        blocks.push(json!({"type": "section", "text": plain(&shape.body)}));
    }
    let mentions: Vec<String> = message.mention.iter().map(|id| mention(id)).collect();
    let marked = [mentions.join(" "), links(shape, escape::entities)];
    let marked = marked.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    if !marked.is_empty() {
        blocks.push(json!({"type": "section", "text": {"type": "mrkdwn", "text": marked}}));
    }
    blocks.push(json!({"type": "context", "elements": [plain(&shape.foot)]}));
    blocks
}

fn text(message: &Message, shape: &Shape) -> String {
    let names: Vec<String> = message.mention.iter().map(|id| imitated(id)).collect();
    let mut lines = vec![
        escape::imitators(&shape.heading),
        escape::imitators(&shape.body),
        names.join(" "),
        links(shape, escape::imitators),
        escape::imitators(&shape.foot),
    ];
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn links(shape: &Shape, escaped: fn(&str) -> String) -> String {
    let link = |link: &Link| format!("<{}|{}>", escape::entities(&link.url), escaped(&link.label));
    shape.links.iter().map(link).collect::<Vec<_>>().join(DOT)
}

fn mention(id: &str) -> String {
    match id {
        EVERYBODY => "<!channel>".to_owned(),
        group if group.starts_with('S') => format!("<!subteam^{group}>"),
        person => format!("<@{person}>"),
    }
}

fn imitated(id: &str) -> String {
    if id == EVERYBODY { "@channel".to_owned() } else { format!("@{id}") }
}

/// Says what an answer means: `ok`, or a JSON object that says so.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    if let Some(fault) = verdict::of_status(answer) {
        return Err(refined(answer, fault));
    }
    let said = answer.head();
    if said.trim() == "ok" {
        return Ok(());
    }
    let Ok(value) = answer.json() else { return Err(refined(answer, verdict::stranger(answer))) };
    match ["ok", "success"].iter().find_map(|key| value.get(key)?.as_bool()) {
        Some(true) => Ok(()),
        Some(false) => {
            let words = format!("status {}{}", answer.status, verdict::quoted(answer));
            Err(refined(answer, Fault::new(SendErrorKind::Refused, &words, None)))
        }
        None => Err(verdict::stranger(answer)),
    }
}

/// What Slack calls a room that is not there any more, or takes nothing from us.
const CLOSED: [&str; 9] = [
    "invalid_token",
    "invalid_auth",
    "no_service",
    "no_team",
    "team_disabled",
    "action_prohibited",
    "channel_not_found",
    "channel_is_archived",
    "posting_to_general_channel_denied",
];

/// The words are surer than the status, which varies.
fn refined(answer: &Answer, fault: Fault) -> Fault {
    let said = answer.head();
    if CLOSED.iter().any(|word| said.contains(word)) {
        return Fault { kind: SendErrorKind::Unauthorized, hint: Some(NotifyHint::CheckRoomAddress), ..fault };
    }
    if ["rate_limited", "ratelimited"].iter().any(|word| said.contains(word)) && answer.status != 429 {
        return Fault { kind: verdict::later(verdict::PAUSE), hint: Some(NotifyHint::RoomIsBusy), ..fault };
    }
    fault
}
