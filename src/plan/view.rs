//! What `when` and the templates of a route see of a Guance issue.

use serde_json::{Map, Value, json};

use crate::domain::{Issue, SourceDetail};
use crate::plan::tags;
use crate::render;
use crate::template::{Given, Source};
use crate::text::markdown;

/// The names, as the table in `docs/routes.md` has them.
pub const NAMES: [&str; 21] = [
    "uuid",
    "title",
    "name",
    "description",
    "level",
    "level_uuid",
    "status",
    "type",
    "resource",
    "resource_uuid",
    "channels",
    "channel_uuids",
    "author",
    "author_email",
    "managers",
    "manager_emails",
    ON_CALL,
    "created",
    "url",
    "tags",
    "extend",
];

/// Who is on call. The service is asked, once for each issue that is about to be created: what follows its source for life
/// cannot be made of it.
pub const ON_CALL: &str = "on_call";

/// Longest description as Markdown, in bytes; what is longer is cut again for Jira.
const MAX_MARKDOWN: usize = 200_000;

/// Returns what a name stands for; nothing for one that is not known.
pub(super) fn given(issue: &Issue, name: &str) -> Given {
    let line = |text: &str| Value::from(text.split_whitespace().collect::<Vec<_>>().join(" "));
    let detail = issue.source();
    let text = |text: fn(&SourceDetail) -> &str| detail.map(text).unwrap_or_default();
    let channels = detail.map(|detail| detail.channels.as_slice()).unwrap_or_default();
    let channel = |id: &str, name: &str| if name.is_empty() { id.to_owned() } else { name.to_owned() };
    let value = match name {
        "uuid" => json!(issue.id.as_str()),
        "title" | "name" => line(&issue.title),
        "description" => {
            let markdown = markdown::write(&issue.body, MAX_MARKDOWN, &issue.url);
            return Given { value: json!(issue.body.plain_text().trim()), markdown: Some(markdown.trim().to_owned()) };
        }
        "level" => json!(issue.level().map(|level| &level.name)),
        "level_uuid" => json!(issue.level().map(|level| &level.id)),
        "status" => json!(issue.status.name),
        "type" => json!(text(|detail| &detail.resource_type)),
        "resource" => line(text(|detail| &detail.resource)),
        "resource_uuid" => json!(text(|detail| &detail.resource_id)),
        "channels" => channels.iter().map(|one| channel(&one.id, &one.name)).collect(),
        "channel_uuids" => channels.iter().map(|one| one.id.clone()).collect(),
        "author" => json!(render::name_of(&issue.author)),
        "author_email" => json!(issue.author.email),
        "managers" => issue.assignees.iter().filter_map(render::name_of).collect(),
        "manager_emails" => issue.assignees.iter().filter_map(|person| person.email.clone()).collect(),
        ON_CALL => json!(detail.map(|detail| &detail.on_call).filter(|people| !people.is_empty())),
        "created" => json!(issue.created.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        "url" => json!(issue.url),
        "tags" => {
            let mut all = Map::new();
            let told = detail.map(|detail| detail.tags.clone()).unwrap_or_default();
            for (key, value) in told.into_iter().chain(tags::read(&issue.body.plain_text())) {
                all.entry(key).or_insert(value.into());
            }
            Value::Object(all)
        }
        "extend" => match detail.map(|detail| &detail.extend) {
            Some(extend @ Value::Object(_)) => extend.clone(),
            _ => Value::Object(Map::new()),
        },
        _ => Value::Null,
    };
    Given { value, markdown: None }
}

/// Returns what the names of an issue stand for.
pub(super) fn of(issue: &Issue) -> Box<Source<'_>> {
    Box::new(move |name| given(issue, name))
}

/// Returns values of the right kinds, to try a template out with.
pub fn sample(name: &str) -> Given {
    let value = match name {
        "channels" | "channel_uuids" | "managers" | "manager_emails" | ON_CALL => json!(["one"]),
        "tags" | "extend" => json!({}),
        "created" => json!("2026-11-22T10:00:00Z"),
        _ => json!("one"),
    };
    Given { value, markdown: (name == "description").then(|| "one".to_owned()) }
}
