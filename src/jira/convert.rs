//! Jira's records as domain items. Pure.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::{
    Claim, Comment, CommentId, Details, Fingerprint, Issue, IssueId, IssueType, Key, Kind, Person, Priority, Side,
    Status, StatusCategory, Visibility,
};
use crate::jira::wire;
use crate::text::{Doc, adf, wiki};

/// Key of the property that marks our copies, on issues and comments alike.
pub(super) const PROPERTY: &str = "guajira";

/// What stands before the original's id in a copy's visible marker.
const VISIBLE: &str = "#guajira-";

/// What reading needs to know about the site and about us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'r> {
    /// Base address for people.
    pub(super) base: &'r str,
    /// Our own account.
    pub(super) me: &'r wire::User,
    /// Which pair of services we serve; another pair's copies are not ours.
    pub(super) pair: &'r str,
    /// What this pair was called before one of its services was renamed.
    pub(super) former: &'r [String],
}

impl Reader<'_> {
    /// Returns true for the pair of services that we serve, under any name that it ever had.
    pub(super) fn is_our_pair(self, pair: &str) -> bool {
        pair == self.pair || self.former.iter().any(|former| former == pair)
    }

    /// Returns the address of an issue for people.
    pub(super) fn issue_url(self, name: &str) -> String {
        format!("{}/browse/{name}", self.base)
    }

    /// Reads an issue of a project that is (`service`) or is not a service project.
    pub(super) fn issue(self, raw: &wire::Issue, service: bool) -> Result<Issue, String> {
        let fields = &raw.fields;
        let updated = time(&fields.updated).ok_or_else(|| format!("no usable update time: {}", fields.updated))?;
        let id = IssueId::new(&raw.id);
        let name = if raw.key.is_empty() { raw.id.clone() } else { raw.key.clone() };
        let opened_by = fields.reporter.as_ref().or(fields.creator.as_ref());
        let mut thread = fields.comment.as_ref().and_then(|page| self.inline_thread(&id, &name, service, page));
        narrow(thread.as_deref_mut().unwrap_or_default(), &level_visibility(&fields.security));
        Ok(Issue {
            side: Side::Jira,
            url: self.issue_url(&name),
            title: fields.summary.clone(),
            body: body(&fields.description),
            level: None,
            source: String::new(),
            details: Details::default(),
            issue_type: Some(&fields.issue_type).filter(|one| !one.id.is_empty()).map(issue_type),
            status: status(&fields.status),
            assignees: fields.assignee.iter().map(person).collect(),
            priority: fields.priority.as_ref().filter(|p| !p.name.is_empty()).map(priority),
            updated_by: Person::default(),
            author: opened_by.map(person).unwrap_or_default(),
            created: time(&fields.created).unwrap_or(updated),
            updated,
            service,
            claim: self.issue_claim(raw),
            thread,
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
        Comment {
            side: Side::Jira,
            id: CommentId::new(&raw.id),
            issue: issue.clone(),
            url: format!("{}?focusedCommentId={}", self.issue_url(name), raw.id),
            author: raw.author.as_ref().map(person).unwrap_or_default(),
            body: body(&raw.body),
            created,
            updated: time(&raw.updated).unwrap_or(created),
            visibility: comment_visibility(raw, service),
            claim: self.comment_claim(raw),
            by_monitor: false,
        }
    }

    fn wrote(self, raw: &wire::Comment) -> bool {
        raw.author.as_ref().is_some_and(|author| author.is(self.me))
    }

    /// The property is proof; a label alone counts when we created the issue.
    fn issue_claim(self, raw: &wire::Issue) -> Option<Claim> {
        if let Some(value) = raw.properties.get(PROPERTY) {
            let theirs = value.get("pair").and_then(Value::as_str).is_some_and(|pair| !self.is_our_pair(pair));
            return property_claim(value, Kind::Issue).filter(|_| !theirs);
        }
        let ours = raw.fields.creator.as_ref().is_some_and(|creator| creator.is(self.me));
        let id = raw.fields.labels.iter().find_map(|label| label_id(label)).filter(|_| ours)?;
        Some(Claim { key: Key::issue(Side::Guance, &id), proven: false, written: None })
    }

    /// The property is proof; the visible marker is too where we wrote the text it stands in. The text's marker is
    /// renewed together with the text, so it knows best which content was written.
    fn comment_claim(self, raw: &wire::Comment) -> Option<Claim> {
        let by_property = raw.property(PROPERTY).and_then(|value| property_claim(value, Kind::Comment));
        let visible = visible_marker(&raw.body).filter(|_| self.wrote(raw));
        match by_property {
            Some(claim) => {
                let written = visible.filter(|(key, _)| *key == claim.key).map(|(_, content)| content);
                Some(Claim { written: written.or(claim.written), ..claim })
            }
            None => {
                let (key, written) = visible?;
                Some(Claim { key, proven: true, written: Some(written) })
            }
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

/// Returns the Guance uuid that a marker label names.
pub(super) fn label_id(label: &str) -> Option<IssueId> {
    let rest = label.strip_prefix("guance").map_or(label, |rest| rest.trim_start_matches(['-', '_']));
    is_uuid(rest, "issue_").then(|| IssueId::new(rest))
}

/// Returns true for `prefix` and 32 hexadecimal digits.
pub(super) fn is_uuid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|hex| hex.len() == 32 && hex.bytes().all(is_hex))
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Reads our property: `{"v": 1, "key": "guance/issue/issue_…", "content": "…"}`.
pub(super) fn property_claim(value: &Value, kind: Kind) -> Option<Claim> {
    let key: Key = value.get("key")?.as_str()?.parse().ok()?;
    if !matches!(key.parts(), Some((Side::Guance, found, _)) if found == kind) {
        return None;
    }
    let written = value.get("content").and_then(Value::as_str).and_then(Fingerprint::parse);
    Some(Claim { key: key.origin(), proven: true, written })
}

/// Returns the marker `#guajira-repim_<32 hex>-<16 hex>` of a raw body.
///
/// It stands in the first line: further down it is somebody's quotation.
fn visible_marker(raw: &Value) -> Option<(Key, Fingerprint)> {
    let line = match raw {
        Value::String(text) => {
            let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
            let quoted = ["bq.", "{quote", ">"].iter().any(|start| line.starts_with(start));
            Some(line.replace('\\', "")).filter(|_| !quoted)?
        }
        adf => {
            let first = adf.get("content")?.get(0)?;
            Some(first.to_string()).filter(|_| first.get("type").and_then(Value::as_str) != Some("blockquote"))?
        }
    };
    let (_, rest) = line.split_once(VISIBLE)?;
    let (id, rest) = rest.split_once('-')?;
    let content = rest.get(..16).and_then(Fingerprint::parse)?;
    let is_whole = rest.as_bytes().get(16).is_none_or(|next| !next.is_ascii_alphanumeric());
    let names_one = is_uuid(id, "repim_") || is_uuid(id, "notice_");
    (is_whole && names_one).then(|| (Key::comment(Side::Guance, &CommentId::new(id)), content))
}

/// Returns a status; one of no category counts as not begun.
pub(super) fn status(raw: &wire::Status) -> Status {
    let category = match raw.category.key.as_str() {
        "indeterminate" => StatusCategory::InProgress,
        "done" => StatusCategory::Done,
        _ => StatusCategory::Todo,
    };
    Status { id: raw.id.clone(), name: raw.name.clone(), category }
}

fn priority(raw: &wire::Named) -> Priority {
    Priority { id: raw.id.clone(), name: raw.name.clone() }
}

fn issue_type(raw: &wire::Named) -> IssueType {
    IssueType { id: raw.id.clone(), name: raw.name.clone() }
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
        None => Visibility::Restricted("cannot tell whether it has a security level".to_owned()),
    }
}

fn level_visibility(security: &Value) -> Visibility {
    if security.is_null() {
        return Visibility::Public;
    }
    let name = security.get("name").and_then(Value::as_str).unwrap_or("without a name");
    Visibility::Restricted(format!("security level {name}"))
}

fn comment_visibility(raw: &wire::Comment, service: bool) -> Visibility {
    if !raw.visibility.is_null() {
        let part = |name: &str| raw.visibility.get(name).and_then(Value::as_str).unwrap_or("restricted");
        return Visibility::Restricted(format!("{} {}", part("type"), part("value")));
    }
    match raw.internal() {
        Some(true) => Visibility::Restricted("internal note".to_owned()),
        None if service => Visibility::Restricted("cannot tell whether it is internal".to_owned()),
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;

    const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
    const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
    const CONTENT: &str = "00112233aabbccdd";

    fn me() -> wire::User {
        wire::User { account_id: "acc-bot".into(), ..wire::User::default() }
    }

    fn read_issue(fields: &Value, properties: &Value, service: bool) -> Issue {
        let raw = json!({"id": "10001", "key": "OPS-1", "fields": fields, "properties": properties});
        let me = me();
        Reader { base: "https://x/jira", me: &me, pair: "ab", former: &["ef".to_owned()] }
            .issue(&wire::read(raw).unwrap(), service)
            .unwrap()
    }

    fn read_comment(raw: Value, service: bool) -> Comment {
        let me = me();
        let reader = Reader { base: "https://x/jira", me: &me, pair: "ab", former: &["ef".to_owned()] };
        reader.comment(&wire::read(raw).unwrap(), &IssueId::new("10001"), "OPS-1", service)
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
    fn an_issue_is_claimed_by_property_or_by_our_own_label() {
        let t = "2026-11-22T10:11:12.345+0000";
        let property = json!({"guajira": {"v": 1, "key": format!("guance/issue/{ISSUE}"), "content": CONTENT}});
        let key = Key::issue(Side::Guance, &IssueId::new(ISSUE));
        let ours = json!({"updated": t, "labels": ["x", ISSUE], "creator": {"accountId": "acc-bot"}});
        let theirs = json!({"updated": t, "labels": [ISSUE], "creator": {"accountId": "acc-mia"}});
        let nobody = json!({"updated": t, "labels": [ISSUE], "creator": {"displayName": "?"}});
        let of_pair = |pair: &str| json!({"guajira": {"v": 1, "key": format!("guance/issue/{ISSUE}"), "content": CONTENT, "pair": pair}});
        let comment_key = json!({"guajira": {"v": 1, "key": format!("guance/comment/{REPLY}")}});
        let written = Fingerprint::parse(CONTENT);
        for (fields, properties, want) in [
            (&theirs, &property, Some(Claim { key: key.clone(), proven: true, written: written.clone() })),
            (&theirs, &of_pair("ab"), Some(Claim { key: key.clone(), proven: true, written: written.clone() })),
            (&theirs, &of_pair("ef"), Some(Claim { key: key.clone(), proven: true, written })),
            (&ours, &of_pair("cd"), None),
            (&ours, &json!({}), Some(Claim { key, proven: false, written: None })),
            (&theirs, &json!({}), None),
            (&nobody, &json!(null), None),
            (&theirs, &comment_key, None),
            (&theirs, &json!({"guajira": "junk"}), None),
        ] {
            assert_eq!(read_issue(fields, properties, false).claim, want, "{fields} {properties}");
        }
    }

    #[test]
    fn a_label_names_an_original_only_in_full() {
        for (label, want) in [
            (ISSUE.to_owned(), true),
            (format!("guance{ISSUE}"), true),
            (format!("guance-{ISSUE}"), true),
            (format!("x{ISSUE}"), false),
            (format!("{ISSUE}0"), false),
            (ISSUE.to_uppercase(), false),
            ("issue_12".to_owned(), false),
        ] {
            assert_eq!(label_id(&label).is_some(), want, "{label}");
        }
    }

    #[test]
    fn a_comment_is_claimed_by_property_or_by_a_marker_that_we_wrote() {
        let bot = json!({"accountId": "acc-bot"});
        let mia = json!({"accountId": "acc-mia"});
        let key = Key::comment(Side::Guance, &CommentId::new(REPLY));
        let marker = format!("see #guajira-{REPLY}-{CONTENT}");
        let escaped = marker.replace('_', "\\_").replace('-', "\\-");
        let paragraph = |inline: &[&str]| {
            let url = format!("https://g/{marker}");
            let content: Vec<Value> = inline.iter().map(|kind| json!({"type": kind, "attrs": {"url": url}})).collect();
            json!({"type": "doc", "content": [{"type": "paragraph", "content": content}]})
        };
        let property = |content: &str| json!([{"key": "guajira", "value": {"v": 1, "key": format!("guance/comment/{REPLY}"), "content": content}}]);
        let claim =
            |written: &str| Some(Claim { key: key.clone(), proven: true, written: Fingerprint::parse(written) });
        for (author, body, properties, want) in [
            (&mia, json!("text"), property(CONTENT), claim(CONTENT)),
            (&bot, json!(marker), property("ffffffffffffffff"), claim(CONTENT)),
            (&bot, json!(marker), json!(null), claim(CONTENT)),
            (&bot, json!(escaped), json!(null), claim(CONTENT)),
            (&bot, paragraph(&["inlineCard"]), json!([]), claim(CONTENT)),
            (&bot, json!(format!("*Mia*\n{marker}")), json!(null), None),
            (&bot, json!(format!("bq. {marker}\nmine")), json!(null), None),
            (&bot, json!({"type": "doc", "content": [{"type": "blockquote", "content": marker}]}), json!(null), None),
            (&mia, json!(marker), json!(null), None),
            (&bot, json!(format!("{marker}0")), json!(null), None),
            (&bot, json!("plain words"), json!(null), None),
        ] {
            let raw = json!({"id": 7, "author": author, "body": body, "properties": properties});
            assert_eq!(read_comment(raw.clone(), false).claim, want, "{raw}");
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
