//! `WeCom` (企业微信): the message webhook of a group.
//!
//! Source: `WeCom`, "消息推送（原群机器人）" and its table of error codes.

use serde_json::{Value, json};

use super::escape;
use super::settings::{EVERYBODY, Settings, is_mobile};
use super::shape::{DOT, Link, Shape};
use super::verdict::{self, Meaning, PAUSE, Verdict, later};
use crate::domain::Message;
use crate::http::{Answer, Hook};
use crate::ports::SendErrorKind;
use crate::words::NotifyHint;

/// Most bytes of a text in Markdown that are sent. The service takes 4096.
pub(super) const MAX_MARKDOWN: usize = 4000;

/// Most bytes of a plain text that are sent. The service takes 2048.
const MAX_TEXT: usize = 2000;

/// Returns a message in `markdown_v2`, whose text mentions nobody; or as plain text with the lists of whom to mention, where the
/// configuration names somebody.
pub(super) fn hook<'a>(settings: &'a Settings, message: &Message) -> Hook<'a> {
    let shape = Shape::of(message);
    let body = if message.mention.is_empty() {
        let shape = shape.fitted(settings.lang, MAX_MARKDOWN, |shape| markdown(shape).len());
        json!({"msgtype": "markdown_v2", "markdown_v2": {"content": markdown(&shape)}})
    } else {
        let shape = shape.fitted(settings.lang, MAX_TEXT, |shape| text(shape).len());
        mentioning(message, &text(&shape))
    };
    Hook { address: &settings.address, query: Vec::new(), headers: Vec::new(), body: body.to_string() }
}

fn mentioning(message: &Message, content: &str) -> Value {
    let (mobiles, people): (Vec<&String>, Vec<&String>) = message.mention.iter().partition(|id| is_mobile(id));
    let named: Vec<String> =
        people.iter().map(|id| if *id == EVERYBODY { "@all".to_owned() } else { (*id).clone() }).collect();
    let lists = json!({"content": content, "mentioned_list": named, "mentioned_mobile_list": mobiles});
    json!({"msgtype": "text", "text": lists})
}

fn markdown(shape: &Shape) -> String {
    let mut parts = vec![format!("### {}", escape::markdown(&shape.heading))];
    parts.extend(shape.body.lines().filter(|line| !line.is_empty()).map(escape::markdown));
    let link = |link: &Link| format!("[{}]({})", escape::markdown(&link.label), link.url);
    parts.push(shape.links.iter().map(link).collect::<Vec<_>>().join(DOT));
    parts.push(escape::markdown(&shape.foot));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn text(shape: &Shape) -> String {
    let mut parts = vec![escape::without_mentions(&shape.heading), escape::without_mentions(&shape.body)];
    parts.extend(shape.links.iter().map(|link| format!("{}: {}", escape::without_mentions(&link.label), link.url)));
    parts.push(shape.foot.clone());
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// Says what an answer means. With a zero the words may hold a warning, which changes nothing.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    verdict::of_code(answer, ("errcode", "errmsg"), meaning)?;
    let said = answer.json().ok().and_then(|value| Some(value.get("errmsg")?.as_str()?.to_owned()));
    if let Some(warning) = said.filter(|said| said.to_ascii_lowercase().contains("warning")) {
        tracing::warn!(warning = crate::http::clean(&warning), "WeCom took a message with a warning.");
    }
    Ok(())
}

fn meaning(code: i64, _words: &str) -> Option<Meaning> {
    Some(match code {
        -1 => (later(PAUSE), None),
        45009 | 45033 => (later(PAUSE), Some(NotifyHint::RoomIsBusy)),
        93000 => (SendErrorKind::Unauthorized, Some(NotifyHint::CheckRoomAddress)),
        _ => return None,
    })
}
