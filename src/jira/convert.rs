//! Jira's records as domain items. Pure.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::domain::{
    Claim, Comment, CommentId, Details, Fingerprint, Issue, IssueId, IssueType, Key, Kind, Maker, Marker, Person,
    Priority, Seal, SealKeys, Side, Status, StatusCategory, Visibility, Witness, issue_place, marker,
};
use crate::jira::wire;
use crate::text::{Doc, adf, wiki};

/// Key of the property that marks our copies, on issues and comments alike.
pub(super) const PROPERTY: &str = "guajira";

/// What reading needs to know about the site and about us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'r> {
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
}

impl Reader<'_> {
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
        let text = body(&raw.body);
        Comment {
            side: Side::Jira,
            id: CommentId::new(&raw.id),
            issue: issue.clone(),
            url: format!("{}?focusedCommentId={}", self.issue_url(name), raw.id),
            author: raw.author.as_ref().map(person).unwrap_or_default(),
            claim: self.comment_claim(raw, &text, issue),
            body: text,
            created,
            updated: time(&raw.updated).unwrap_or(created),
            visibility: comment_visibility(raw, service),
            by_monitor: false,
        }
    }

    /// Tells whose account this is.
    pub(super) fn maker(self, account: Option<&wire::User>) -> Maker {
        match account {
            Some(account) if account.is(self.me) => Maker::Us,
            Some(account) if self.former.iter().any(|id| account.is_called(id)) => Maker::Former,
            _ => Maker::Other,
        }
    }

    /// Reads what an issue says about being our copy.
    pub(super) fn issue_marks(self, raw: &wire::Issue) -> IssueMarks {
        let maker = self.maker(raw.fields.creator.as_ref());
        let property = raw.properties.get(PROPERTY).and_then(|value| property(value, Kind::Issue));
        let property = property.filter(|property| property.pair == self.pair).and_then(|property| {
            let mut ids = raw.fields.creator.iter().flat_map(wire::User::ids);
            let sealed = ids.any(|id| property.is_sealed(self.keys, &issue_place(self.pair, id)));
            Claim::credible(property.key, property.written, maker, sealed, Witness::Hidden)
        });
        let labels: Vec<Key> = raw
            .fields
            .labels
            .iter()
            .filter_map(|label| label_id(label))
            .map(|id| Key::issue(Side::Guance, &id))
            .collect();
        let contradicts = property.as_ref().is_some_and(|claim| !labels.is_empty() && !labels.contains(&claim.key));
        IssueMarks { maker, property, labels, contradicts }
    }

    /// The property is proof where our account made the issue, or where its seal holds. A label alone only says that
    /// it is worth a look: of a search without properties the issue is read again by its id.
    fn issue_claim(self, raw: &wire::Issue) -> Option<Claim> {
        let marks = self.issue_marks(raw);
        if marks.contradicts {
            tracing::debug!(side = "jira", id = raw.id, "Issue carries markers that contradict each other.");
            return None;
        }
        // Somebody else's property says nothing, and hides nothing.
        if raw.properties.contains_key(PROPERTY) {
            return marks.property;
        }
        let key = marks.labels.into_iter().next()?;
        Some(Claim { key, proven: false, written: None, maker: marks.maker, sealed: false })
    }

    /// The property is proof, and so is the marker in the text's first line, where our account wrote the comment or
    /// where the seal holds. The text's marker is renewed together with the text, so it knows best which content was
    /// written.
    fn comment_claim(self, raw: &wire::Comment, text: &Doc, issue: &IssueId) -> Option<Claim> {
        let maker = self.maker(raw.author.as_ref());
        let property = raw.property(PROPERTY).and_then(|value| property(value, Kind::Comment));
        let by_property = property.filter(|property| property.pair == self.pair).and_then(|property| {
            let sealed = property.is_sealed(self.keys, issue.as_str());
            Claim::credible(property.key, property.written, maker, sealed, Witness::Hidden)
        });
        let visible = visible(text).and_then(|(key, marker)| {
            let sealed = marker.seal.is_some_and(|seal| self.keys.made(&seal, &key, &marker.content, issue.as_str()));
            Claim::credible(key, Some(marker.content), maker, sealed, Witness::Visible)
        });
        match (by_property, visible) {
            (Some(claim), Some(visible)) if visible.key == claim.key => {
                Some(Claim { written: visible.written, sealed: visible.sealed || claim.sealed, ..claim })
            }
            (Some(claim), _) => Some(claim),
            (None, visible) => visible,
        }
    }
}

/// The markers of an issue.
#[derive(Clone, Debug)]
pub(super) struct IssueMarks {
    /// Whose account created it.
    pub(super) maker: Maker,
    /// What its property says, where guajira can have written it for this pair of services.
    pub(super) property: Option<Claim>,
    /// The originals that its labels name. Everybody may label an issue.
    pub(super) labels: Vec<Key>,
    /// True when property and labels name different originals.
    pub(super) contradicts: bool,
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

/// Our property: `{"v": 1, "key": "guance/issue/issue_…", "content": "…", "pair": "…", "seal": "…"}`.
#[derive(Clone, Debug)]
pub(super) struct Property {
    /// The original.
    pub(super) key: Key,
    /// Fingerprint of the content that was copied.
    pub(super) written: Option<Fingerprint>,
    /// The pair of services that it is about.
    pub(super) pair: String,
    seal: Option<Seal>,
}

impl Property {
    /// Returns true when one of the keys sealed it for this place.
    pub(super) fn is_sealed(&self, keys: &SealKeys, place: &str) -> bool {
        let both = self.seal.as_ref().zip(self.written.as_ref());
        both.is_some_and(|(seal, written)| keys.made(seal, &self.key, written, place))
    }
}

/// Reads our property, if it is about a thing of this kind.
pub(super) fn property(value: &Value, kind: Kind) -> Option<Property> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let key: Key = text("key")?.parse().ok()?;
    if !matches!(key.parts(), Some((Side::Guance, found, _)) if found == kind) {
        return None;
    }
    let pair = text("pair").unwrap_or_default().to_owned();
    let (written, seal) = (text("content").and_then(Fingerprint::parse), text("seal").and_then(Seal::parse));
    Some(Property { key: key.origin(), written, pair, seal })
}

/// Returns the original of the marker `#guajira-repim_<32 hex>-<16 hex>` in a text's first line, and the marker.
pub(super) fn visible(text: &Doc) -> Option<(Key, Marker<'_>)> {
    let marker = marker::own_link(text).and_then(Marker::parse)?;
    let id = marker.id.filter(|id| is_uuid(id, "repim_") || is_uuid(id, "notice_"))?;
    Some((Key::comment(Side::Guance, &CommentId::new(id)), marker))
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
    use crate::domain::SealKey;

    const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
    const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";
    const CONTENT: &str = "00112233aabbccdd";

    fn me() -> wire::User {
        wire::User { account_id: "acc-bot".into(), ..wire::User::default() }
    }

    fn former() -> Vec<String> {
        vec!["acc-old".to_owned()]
    }

    fn keys() -> SealKeys {
        SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap())
    }

    fn seal(key: &str, place: &str) -> String {
        let content = Fingerprint::parse(CONTENT).unwrap();
        keys().seal(&key.parse().unwrap(), &content, place).unwrap().as_str().to_owned()
    }

    fn read_issue(fields: &Value, properties: &Value, service: bool) -> Issue {
        let raw = json!({"id": "10001", "key": "OPS-1", "fields": fields, "properties": properties});
        let me = me();
        let (former, keys) = (former(), keys());
        let reader = Reader { base: "https://x/jira", me: &me, former: &former, keys: &keys, pair: "ab" };
        reader.issue(&wire::read(raw).unwrap(), service).unwrap()
    }

    fn read_comment(raw: Value, service: bool) -> Comment {
        let me = me();
        let (former, keys) = (former(), keys());
        let reader = Reader { base: "https://x/jira", me: &me, former: &former, keys: &keys, pair: "ab" };
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
    fn an_issue_is_claimed_by_whom_the_property_can_be_believed() {
        let t = "2026-11-22T10:11:12.345+0000";
        let key = format!("guance/issue/{ISSUE}");
        let other = ISSUE.replace('0', "f");
        let by =
            |account: &str, labels: &[&str]| json!({"updated": t, "labels": labels, "creator": {"accountId": account}});
        let property = |key: &str, pair: Option<&str>, seal: Option<String>| json!({"guajira": {"v": 1, "key": key, "content": CONTENT, "pair": pair, "seal": seal}});
        let plain = property(&key, Some("ab"), None);
        let sealed_by = |place| property(&key, Some("ab"), Some(seal(&key, place)));
        let (sealed, by_before, elsewhere) =
            (sealed_by("ab acc-bot"), sealed_by("ab acc-before"), sealed_by("cd acc-bot"));
        let nobody = json!({"updated": t, "labels": [ISSUE], "creator": {"displayName": "acc-bot"}});
        for (fields, properties, want) in [
            (by("acc-bot", &["x", ISSUE]), plain.clone(), Some((true, Maker::Us, false))),
            (by("acc-bot", &[]), plain.clone(), Some((true, Maker::Us, false))),
            (by("acc-old", &[ISSUE]), plain.clone(), Some((true, Maker::Former, false))),
            (by("acc-bot", &[ISSUE]), sealed.clone(), Some((true, Maker::Us, true))),
            // An account of ours that nobody told us of; what somebody copied onto an issue of his own.
            (by("acc-before", &[ISSUE]), by_before, Some((true, Maker::Other, true))),
            (by("acc-mia", &[ISSUE]), sealed.clone(), None),
            (by("acc-before", &[ISSUE]), elsewhere, None),
            (by("acc-mia", &[ISSUE]), plain.clone(), None),
            // Of another pair of services, or of none.
            (by("acc-bot", &[ISSUE]), property(&key, Some("cd"), None), None),
            (by("acc-bot", &[ISSUE]), property(&key, None, None), None),
            // A label alone is worth a look.
            (by("acc-bot", &[ISSUE]), json!({}), Some((false, Maker::Us, false))),
            (by("acc-mia", &[ISSUE]), json!({}), Some((false, Maker::Other, false))),
            (nobody, json!(null), Some((false, Maker::Other, false))),
            // Markers that contradict each other prove nothing.
            (by("acc-bot", &[&other]), sealed, None),
            (by("acc-bot", &[&other, ISSUE]), plain, Some((true, Maker::Us, false))),
            (by("acc-bot", &[]), property(&format!("guance/comment/{REPLY}"), Some("ab"), None), None),
            (by("acc-bot", &[]), json!({"guajira": "junk"}), None),
        ] {
            let claim = read_issue(&fields, &properties, false).claim;
            let got = claim.as_ref().map(|claim| (claim.proven, claim.maker, claim.sealed));
            assert_eq!(got, want, "{fields} {properties}");
            assert!(claim.is_none_or(|claim| claim.key.as_str() == key));
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
    fn a_comment_is_claimed_by_whom_the_marker_can_be_believed() {
        let key = format!("guance/comment/{REPLY}");
        let by = |account: &str| json!({"accountId": account});
        let wiki = |seal: &str| {
            json!(format!(
                "*Mia* · [Guance|https://g/x?y=1#guajira-{REPLY}-{CONTENT}{seal}] · 2026-11-22 10:00 UTC\nhi"
            ))
        };
        let sealed = wiki(&format!("-{}", seal(&key, "10001")));
        let card = |text: &str| {
            let link =
                json!({"type": "inlineCard", "attrs": {"url": format!("https://g/x#guajira-{REPLY}-{CONTENT}")}});
            let words = |text: &str| json!({"type": "text", "text": text});
            json!({"type": "doc", "content": [{"type": "paragraph", "content": [words("Mia · "), link, words(text)]}]})
        };
        let property = |content: &str, pair: &str, seal: Option<String>| json!([{"key": "guajira", "value": {"v": 1, "key": key, "content": content, "pair": pair, "seal": seal}}]);
        let ours = |sealed| Some((Maker::Us, sealed, CONTENT));
        let newer = "ffffffffffffffff";
        for (account, body, properties, want) in [
            ("acc-bot", json!("text"), property(CONTENT, "ab", None), ours(false)),
            ("acc-bot", wiki(""), property(newer, "ab", None), ours(false)),
            ("acc-bot", wiki(""), json!(null), ours(false)),
            ("acc-old", wiki(""), json!(null), Some((Maker::Former, false, CONTENT))),
            ("acc-bot", sealed.clone(), json!(null), ours(true)),
            ("acc-bot", json!("x"), property(CONTENT, "ab", Some(seal(&key, "10001"))), ours(true)),
            ("acc-bot", card(" · 2026-11-22 10:00 UTC"), json!([]), ours(false)),
            // Somebody else's word counts by its seal, in its own place.
            ("acc-mia", json!("text"), property(CONTENT, "ab", None), None),
            ("acc-mia", wiki(""), json!(null), None),
            ("acc-mia", sealed, json!(null), Some((Maker::Other, true, CONTENT))),
            (
                "acc-mia",
                json!("x"),
                property(CONTENT, "ab", Some(seal(&key, "10001"))),
                Some((Maker::Other, true, CONTENT)),
            ),
            ("acc-mia", json!("x"), property(CONTENT, "ab", Some(seal(&key, "10002"))), None),
            ("acc-bot", json!("x"), property(CONTENT, "cd", None), None),
            // Elsewhere than in the first line, in its own form, it is a quotation.
            ("acc-bot", card(" says it"), json!([]), None),
            ("acc-bot", json!(format!("*Mia*\n{}", wiki("").as_str().unwrap())), json!(null), None),
            ("acc-bot", json!(format!("bq. {}", wiki("").as_str().unwrap())), json!(null), None),
            ("acc-bot", json!(format!("see #guajira-{REPLY}-{CONTENT}")), json!(null), None),
            ("acc-bot", json!(wiki("").as_str().unwrap().replace(CONTENT, "00112233aabbccdd0")), json!(null), None),
            ("acc-bot", json!("plain words"), json!(null), None),
        ] {
            let raw = json!({"id": 7, "author": by(account), "body": body, "properties": properties});
            let claim = read_comment(raw.clone(), false).claim;
            let written = claim.as_ref().and_then(|claim| claim.written.as_ref()).map(Fingerprint::as_str);
            let got = claim.as_ref().map(|claim| (claim.maker, claim.sealed, written.unwrap_or_default()));
            assert_eq!(got, want, "{raw}");
            assert!(claim.is_none_or(|claim| claim.key.as_str() == key));
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
