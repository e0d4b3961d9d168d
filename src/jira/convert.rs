//! Jira's records as domain items. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::wire;
use crate::domain::{
    Comment, CommentId, Detail, Issue, IssueId, IssueType, Person, Priority, SealKeys, Side, Status, StatusCategory,
    TrackerDetail, Visibility, marker,
};
use crate::text::{Doc, adf, wiki};
use crate::words::{Hidden, JiraFault};

/// What reading needs to know about the site and about us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'r> {
    /// The source whose items have their copies here.
    pub(super) source: Side,
    /// Base address for people.
    pub(super) base: &'r str,
    /// Our own account.
    pub(super) me: &'r wire::User,
    /// Accounts that were ours before.
    pub(super) former: &'r [String],
    /// The keys of our seals.
    pub(super) keys: &'r SealKeys,
    /// Which pair of services we serve; another pair's copies are not ours.
    pub(super) pair: &'r str,
    /// What this pair was called before one of its services was renamed.
    pub(super) former_pairs: &'r [String],
}

impl Reader<'_> {
    /// Returns the address of an issue for people.
    pub(super) fn issue_url(self, name: &str) -> String {
        format!("{}/browse/{name}", self.base)
    }

    /// Reads an issue of a project that is (`service`) or is not a service project.
    pub(super) fn issue(self, raw: &wire::Issue, service: bool) -> Result<Issue, String> {
        let fields = &raw.fields;
        let updated =
            time(&fields.updated).ok_or_else(|| JiraFault::NoUpdateTime { told: fields.updated.to_string() })?;
        let id = IssueId::new(&raw.id);
        let name = if raw.key.is_empty() { raw.id.clone() } else { raw.key.clone() };
        let opened_by = fields.reporter.as_ref().or(fields.creator.as_ref());
        let mut thread = fields.comment.as_ref().and_then(|page| self.inline_thread(&id, &name, service, page));
        narrow(thread.as_deref_mut().unwrap_or_default(), &level_visibility(&fields.security));
        let detail = TrackerDetail {
            issue_type: Some(&fields.issue_type).filter(|one| !one.id.is_empty()).map(issue_type),
            priority: fields.priority.as_ref().filter(|p| !p.name.is_empty()).map(priority),
            service,
            fields: BTreeMap::new(),
            names: self.issue_names(raw),
            kin: self.kin(raw),
        };
        Ok(Issue {
            line: self.source.line(),
            url: self.issue_url(&name),
            title: fields.summary.clone(),
            body: body(&fields.description),
            status: status(&fields.status),
            assignees: fields.assignee.iter().map(person).collect(),
            author: opened_by.map(person).unwrap_or_default(),
            created: time(&fields.created).unwrap_or(updated),
            updated,
            claim: self.issue_claim(raw),
            thread,
            detail: Detail::Tracker(detail),
            id,
            name,
        })
    }

    /// Returns the thread inside an issue, if it is whole and tells all we must know.
    fn inline_thread(
        self,
        issue: &IssueId,
        name: &str,
        service: bool,
        page: &wire::CommentPage,
    ) -> Option<Vec<Comment>> {
        if page.total != Some(u64::try_from(page.comments.len()).ok()?) {
            return None;
        }
        let mut thread = Vec::with_capacity(page.comments.len());
        for value in &page.comments {
            let raw: wire::Comment = wire::read(value.clone()).ok()?;
            if service && raw.internal().is_none() {
                return None;
            }
            thread.push(self.comment(&raw, issue, name, service));
        }
        sort(&mut thread);
        Some(thread)
    }

    /// Reads a comment of the issue called `name`.
    pub(super) fn comment(self, raw: &wire::Comment, issue: &IssueId, name: &str, service: bool) -> Comment {
        let created = time(&raw.created).or_else(|| time(&raw.updated)).unwrap_or(DateTime::UNIX_EPOCH);
        let text = body(&raw.body);
        Comment {
            side: self.source.tracker(),
            id: CommentId::new(&raw.id),
            issue: issue.clone(),
            url: marker::comment_address(&self.issue_url(name), &raw.id),
            author: raw.author.as_ref().map(person).unwrap_or_default(),
            claim: self.comment_claim(raw, &text, issue),
            body: text,
            created,
            updated: time(&raw.updated).unwrap_or(created),
            visibility: comment_visibility(raw, service),
            by_monitor: false,
        }
    }
}

/// Puts a thread in order, oldest first.
pub(super) fn sort(thread: &mut [Comment]) {
    thread.sort_by(|a, b| {
        let number = |c: &Comment| c.id.as_str().parse::<u64>().unwrap_or(u64::MAX);
        (a.created, number(a)).cmp(&(b.created, number(b)))
    });
}

/// Returns a status; one of no category counts as not begun.
pub(super) fn status(raw: &wire::Status) -> Status {
    let category = match raw.category.key.as_str() {
        "indeterminate" => StatusCategory::InProgress,
        "done" => StatusCategory::Done,
        _ => StatusCategory::Todo,
    };
    let also = Some(raw.untranslated.clone()).filter(|name| !name.is_empty() && *name != raw.name);
    Status { id: raw.id.clone(), name: raw.name.clone(), category, also: also.into_iter().collect() }
}

fn priority(raw: &wire::Named) -> Priority {
    Priority { id: raw.id.clone(), name: raw.name.clone(), also: Vec::new() }
}

fn issue_type(raw: &wire::Named) -> IssueType {
    IssueType { id: raw.id.clone(), name: raw.name.clone(), also: Vec::new() }
}

/// Restricts the comments of an issue to those who may see the issue.
pub(super) fn narrow(thread: &mut [Comment], issue: &Visibility) {
    for comment in thread.iter_mut().filter(|comment| comment.visibility == Visibility::Public) {
        comment.visibility = issue.clone();
    }
}

/// Returns who may see an issue that was asked for its field `security`.
pub(super) fn issue_visibility(row: &Value) -> Visibility {
    match row.get("fields") {
        Some(fields) => level_visibility(fields.get("security").unwrap_or(&Value::Null)),
        None => Visibility::Restricted(Hidden::LevelUnknown.into()),
    }
}

fn level_visibility(security: &Value) -> Visibility {
    if security.is_null() {
        return Visibility::Public;
    }
    let name = security.get("name").and_then(Value::as_str).unwrap_or("without a name");
    Visibility::Restricted(Hidden::SecurityLevel { name: name.to_owned() }.into())
}

fn comment_visibility(raw: &wire::Comment, service: bool) -> Visibility {
    if !raw.visibility.is_null() {
        let part = |name: &str| raw.visibility.get(name).and_then(Value::as_str).unwrap_or("restricted");
        return Visibility::Restricted(format!("{} {}", part("type"), part("value")));
    }
    match raw.internal() {
        Some(true) => Visibility::Restricted(Hidden::InternalNote.into()),
        None if service => Visibility::Restricted(Hidden::InternalUnknown.into()),
        Some(false) | None => Visibility::Public,
    }
}

/// Returns an account as a person.
pub(super) fn person(user: &wire::User) -> Person {
    let name = if user.display_name.is_empty() { &user.name } else { &user.display_name };
    Person { id: user.id().to_owned(), name: name.clone(), email: user.email.clone().filter(|email| !email.is_empty()) }
}

/// Reads rich text by what it is, not by what the version promises.
fn body(value: &Value) -> Doc {
    match value {
        Value::String(text) => wiki::read(text),
        Value::Object(_) => adf::read(value),
        _ => Doc::default(),
    }
}

/// Reads `2026-11-22T10:11:12.345+0000` and its relatives: `Z`, `+00:00`, no fraction, milliseconds since 1970.
pub(super) fn time(value: &Value) -> Option<DateTime<Utc>> {
    if let Some(millis) = value.as_i64() {
        return DateTime::from_timestamp_millis(millis);
    }
    let text = value.as_str()?;
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .ok()
        .map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::domain::SealKey;

    pub(in crate::jira) const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
    pub(in crate::jira) const CONTENT: &str = "00112233aabbccdd";

    fn me() -> wire::User {
        wire::User { account_id: "acc-bot".into(), ..wire::User::default() }
    }

    fn former() -> Vec<String> {
        vec!["acc-old".to_owned()]
    }

    pub(in crate::jira) fn keys() -> SealKeys {
        SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap())
    }

    fn with_reader<T>(read: impl FnOnce(&Reader<'_>) -> T) -> T {
        let me = me();
        let (former, keys) = (former(), keys());
        read(&Reader {
            source: Side::GUANCE,
            base: "https://x/jira",
            me: &me,
            former: &former,
            keys: &keys,
            pair: "ab",
            former_pairs: &["ef".to_owned()],
        })
    }

    pub(in crate::jira) fn read_issue(fields: &Value, properties: &Value, service: bool) -> Issue {
        let raw = json!({"id": "10001", "key": "OPS-1", "fields": fields, "properties": properties});
        with_reader(|reader| reader.issue(&wire::read(raw).unwrap(), service).unwrap())
    }

    pub(in crate::jira) fn read_comment(raw: Value, service: bool) -> Comment {
        with_reader(|reader| reader.comment(&wire::read(raw).unwrap(), &IssueId::new("10001"), "OPS-1", service))
    }

    #[test]
    fn every_form_of_time_is_read() {
        for (value, want) in [
            (json!("2026-11-22T10:11:12.345+0000"), "2026-11-22T10:11:12.345Z"),
            (json!("2026-11-22T10:11:12.345+0800"), "2026-11-22T02:11:12.345Z"),
            (json!("2026-11-22T10:11:12Z"), "2026-11-22T10:11:12Z"),
            (json!("2026-11-22T10:11:12+00:00"), "2026-11-22T10:11:12Z"),
            (json!("2026-11-22T10:11:12-0330"), "2026-11-22T13:41:12Z"),
            (json!(1_795_342_272_345_i64), "2026-11-22T10:11:12.345Z"),
        ] {
            assert_eq!(time(&value), Some(want.parse().unwrap()), "{value}");
        }
        for value in [json!(null), json!("yesterday"), json!({}), json!("2026-11-22T10:11:12")] {
            assert_eq!(time(&value), None, "{value}");
        }
    }

    #[test]
    fn whatever_restricts_a_comment_is_seen() {
        let sd = |internal: Value| json!([{"key": "sd.public.comment", "value": {"internal": internal}}]);
        for (extra, service, want) in [
            (json!({}), false, None),
            (json!({}), true, Some("cannot tell whether it is internal")),
            (json!({"properties": []}), true, None),
            (json!({"jsdPublic": true}), true, None),
            (json!({"jsdPublic": false}), false, Some("internal note")),
            (json!({"jsdPublic": "no"}), false, Some("internal note")),
            (json!({"properties": sd(json!(true))}), true, Some("internal note")),
            (json!({"properties": sd(json!(true)), "jsdPublic": true}), true, Some("internal note")),
            (json!({"properties": sd(json!(false))}), true, None),
            (json!({"visibility": {"type": "role", "value": "Admins"}, "jsdPublic": true}), true, Some("role Admins")),
            (json!({"visibility": {}}), false, Some("restricted restricted")),
        ] {
            let mut raw = json!({"id": "7", "body": "x"});
            for (name, value) in extra.as_object().unwrap() {
                raw[name] = value.clone();
            }
            let want = want.map_or(Visibility::Public, |text| Visibility::Restricted(text.to_owned()));
            assert_eq!(read_comment(raw.clone(), service).visibility, want, "{raw}");
        }
    }

    #[test]
    fn the_inline_list_is_used_only_when_whole_and_telling() {
        let t = "2026-11-22T10:11:12.345+0000";
        let list =
            |comments: Value, total: Value| json!({"updated": t, "comment": {"comments": comments, "total": total}});
        let one = json!({"id": "8", "body": "x", "created": t});
        let public = json!({"id": "9", "body": "x", "created": "2026-11-22T10:11:11.345+0000", "jsdPublic": true});
        let thread =
            |fields: Value, service| read_issue(&fields, &json!({}), service).thread.map(|thread| thread.len());
        assert_eq!(thread(list(json!([one, public]), json!(2)), false), Some(2));
        assert_eq!(thread(list(json!([one]), json!(2)), false), None);
        assert_eq!(thread(list(json!([one]), json!(null)), false), None);
        assert_eq!(thread(list(json!([{"body": "no id"}]), json!(1)), false), None);
        assert_eq!(thread(list(json!([one, public]), json!(2)), true), None);
        assert_eq!(thread(list(json!([public]), json!(1)), true), Some(1));
        let sorted = read_issue(&list(json!([one, public]), json!(2)), &json!({}), false).thread.unwrap();
        assert_eq!(sorted[0].id.as_str(), "9");
        assert_eq!(sorted[0].url, "https://x/jira/browse/OPS-1?focusedCommentId=9");
    }

    #[test]
    fn a_missing_author_is_nobody_and_never_us() {
        let comment = read_comment(json!({"id": "7", "body": format!("#guajira-{REPLY}-{CONTENT}")}), false);
        assert_eq!((comment.author, comment.claim), (Person::default(), None));
    }
}
