//! Any program that takes JSON: a flat object, which also a flow of Feishu's automation can take.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::settings::Settings;
use super::sign;
use super::verdict::{self, Verdict};
use crate::domain::Message;
use crate::http::{Answer, Hook};

/// Most bytes of a body. A message is bounded long before: this is for whom the bounds change.
pub(super) const MAX_BODY: usize = 200_000;

/// The version of the body: it rises when a field changes its meaning or goes away.
const VERSION: u32 = 1;

/// Returns the message as one flat JSON object, with its id for a receiver that drops what it has.
///
/// The header `Idempotency-Key` repeats the id. With a secret, `X-Guajira-Timestamp` is the time in seconds, and
/// `X-Guajira-Signature` the HMAC-SHA256 of `SECONDS:BODY` in lower-case hexadecimal digits, as Grafana signs.
pub(super) fn hook<'a>(settings: &'a Settings, message: &Message, now: DateTime<Utc>) -> Hook<'a> {
    let body = body(message);
    let mut headers = vec![("idempotency-key", message.id.clone())];
    if let Some(secret) = &settings.secret {
        let seconds = now.timestamp();
        headers.push(("x-guajira-timestamp", seconds.to_string()));
        headers.push(("x-guajira-signature", sign::body(seconds, &body, secret)));
    }
    Hook { address: &settings.address, query: Vec::new(), headers, body }
}

fn body(message: &Message) -> String {
    let Message { id, event, at, count, source, item, jira, title, level, who, status, excerpt, mention, text } =
        message;
    let name = |place: &Option<crate::domain::Place>| place.as_ref().map(|place| place.name.clone());
    let url = |place: &Option<crate::domain::Place>| {
        place.as_ref().map(|place| place.url.clone()).filter(|url| !url.is_empty())
    };
    let body = json!({
        "version": VERSION,
        "id": id,
        "event": event.as_str(),
        "occurred_at": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "text": text,
        "count": count,
        "source": source,
        "item": name(item),
        "item_url": url(item),
        "jira": name(jira),
        "jira_url": url(jira),
        "title": title,
        "level": level,
        "status": status,
        "who": who,
        "excerpt": excerpt,
        "mention": mention,
    });
    body.to_string()
}

/// Says what an answer means: any 2xx is a success, whatever it says.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    verdict::of_status(answer).map_or(Ok(()), Err)
}
