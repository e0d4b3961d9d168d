//! How an item read last, as text that the state keeps: the write that a message tells of may be settled by a later run, which
//! has not read the item.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::{Channel, Detail, Issue, IssueId, Level, Person, Side, SourceDetail, Status};
use crate::plan::messages::tags_of;
use crate::text::Doc;

/// Longest description that is kept of an item whose Jira issue is not made yet, and longest `extend`, in bytes.
const MOST_KEPT: usize = 20_000;

/// How an item read last, as far as a message may need it.
#[derive(Serialize, Deserialize, PartialEq)]
struct Kept {
    name: String,
    url: String,
    title: String,
    status: Status,
    assignees: Vec<Person>,
    author: Person,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
    level: Option<Level>,
    resource: [String; 3],
    channels: Vec<Channel>,
    tags: Vec<(String, String)>,
    extend: Value,
    updated_by: Person,
    /// What it says. Once its Jira issue is made, it is not kept any more.
    text: Option<String>,
}

impl Kept {
    fn of(issue: &Issue, with_text: bool) -> Option<Self> {
        let detail = issue.source()?.clone();
        let extend = if detail.extend.to_string().len() > MOST_KEPT { Value::Null } else { detail.extend };
        let text =
            with_text.then(|| issue.body.plain_text()).map(|text| match text.char_indices().nth(MOST_KEPT / 4) {
                Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
                None => text,
            });
        Some(Self {
            name: issue.name.clone(),
            url: issue.url.clone(),
            title: issue.title.clone(),
            status: issue.status.clone(),
            assignees: issue.assignees.clone(),
            author: issue.author.clone(),
            created: issue.created,
            updated: issue.updated,
            level: detail.level,
            resource: [detail.resource, detail.resource_type, detail.resource_id],
            channels: detail.channels,
            tags: tags_of(issue),
            extend,
            updated_by: detail.updated_by,
            text,
        })
    }

    fn issue(self, side: Side, id: IssueId) -> Issue {
        let [resource, resource_type, resource_id] = self.resource;
        Issue {
            line: side.line(),
            id,
            name: self.name,
            url: self.url,
            title: self.title,
            body: self.text.as_deref().map(Doc::from_plain).unwrap_or_default(),
            status: self.status,
            assignees: self.assignees,
            author: self.author,
            created: self.created,
            updated: self.updated,
            claim: None,
            thread: None,
            detail: Detail::Source(SourceDetail {
                level: self.level,
                resource,
                resource_type,
                resource_id,
                channels: self.channels,
                on_call: Vec::new(),
                tags: self.tags,
                extend: self.extend,
                updated_by: self.updated_by,
            }),
        }
    }
}

/// Returns how an item reads now, as text; nothing where it is no item of a source. Without the text it says less, and takes
/// less room.
pub fn stored(issue: &Issue, with_text: bool) -> Option<String> {
    serde_json::to_string(&Kept::of(issue, with_text)?).ok()
}

/// Returns an item as it read when that was stored.
pub fn read(stored: &str, side: Side, id: &IssueId) -> Option<Issue> {
    let kept: Kept = serde_json::from_str(stored).ok()?;
    Some(kept.issue(side, id.clone()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::fixtures;
    use crate::plan::view;

    #[test]
    fn an_item_reads_as_it_was_stored_for_every_name() {
        let level = Level { id: "system_level_1".to_owned(), name: "P1".to_owned() };
        let detail = SourceDetail { level: Some(level), resource: "web-01".to_owned(), ..SourceDetail::default() };
        let body = Doc::from_plain("host: web-01\nit is full");
        let issue = Issue { body, ..fixtures::source(detail) };
        let again = read(&stored(&issue, true).unwrap(), issue.side(), &issue.id).unwrap();
        for name in view::NAMES {
            assert_eq!(view::given(&again, name).value, view::given(&issue, name).value, "{name}");
        }
        let less = read(&stored(&issue, false).unwrap(), issue.side(), &issue.id).unwrap();
        assert_eq!(
            view::given(&less, "tags").value,
            view::given(&issue, "tags").value,
            "the tags stay without the text"
        );
        assert_eq!(view::given(&less, "description").value, "");
    }

    #[test]
    fn what_is_stored_is_bounded() {
        let long = "磁盘".repeat(MOST_KEPT);
        let detail = SourceDetail { extend: serde_json::json!({ "x": long }), ..SourceDetail::default() };
        let issue = Issue { body: Doc::from_plain(&long), ..fixtures::source(detail) };
        assert!(stored(&issue, true).unwrap().len() < 2 * MOST_KEPT);
    }
}
