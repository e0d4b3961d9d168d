//! Pure conversion between rows of either service and the domain.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::claim;
use super::settings::Settings;
use super::statuses;
use super::wire::{AlertRow, NoteRow, Responder};
use crate::domain::marker::NOTE_ID;
use crate::domain::{
    Channel, Comment, CommentId, Detail, Fingerprint, Issue, IssueId, Level, Person, SealKeys, Side, SourceDetail,
    Visibility,
};
use crate::http::one_line;
use crate::text::{Block, Doc, html, markdown};
use crate::words::Written;

/// What guajira's own entry in the details of an alert is called: it leads to the Jira issue.
pub(super) const LINK: &str = "Jira issue";

/// Most details and tags of an alert that are taken. Source: Opsgenie API, "Alert fields": 20 tags; details have 8,000
/// characters in all.
const MAX_FIELDS: usize = 200;

/// Longest value of one, in characters.
const MAX_VALUE: usize = 8_000;

/// Longest name of one, in characters.
const MAX_NAME: usize = 200;

/// Longest title that is taken, in characters; Jira takes 255. Source: Opsgenie API, "Alert fields": `message` has 130.
const MAX_TITLE: usize = 1_000;

/// Most occurrences of an alert that are rows of its thread: Opsgenie stops counting there.
///
/// Source: support.atlassian.com, "What is alert de-duplication?".
pub(super) const MAX_COUNT: u32 = 100;

/// Returns an alert as an issue.
///
/// # Errors
/// When the row does not say when the alert was made: no window could hold it.
pub(super) fn issue(row: &AlertRow, settings: &Settings) -> Result<Issue, String> {
    let Some(created) = row.created_at else { return Err("no createdAt".to_owned()) };
    let details = details(row);
    let level = priority(&row.priority);
    let source = SourceDetail {
        level,
        resource: one_line(if row.entity.is_empty() { &row.source } else { &row.entity }, MAX_VALUE),
        resource_type: one_line(row.integration().0, MAX_NAME),
        resource_id: one_line(&row.alias, MAX_VALUE),
        channels: teams(row),
        on_call: Vec::new(),
        tags: tags(row, &details),
        extend: extend(row, &details),
        updated_by: person(closer(row)),
    };
    let id = row.id.as_str();
    Ok(Issue {
        line: Side::GUANCE.line(),
        id: IssueId::new(id),
        name: id.to_owned(),
        url: settings.alert_url(id),
        title: one_line(&row.message, MAX_TITLE),
        body: body(row.description.as_deref().unwrap_or_default(), row, &details),
        status: statuses::of(&row.status, row.acknowledged),
        assignees: Some(person(&row.owner)).filter(|owner| !owner.id.is_empty()).into_iter().collect(),
        author: person(author(row)),
        created,
        updated: row.updated_at.unwrap_or(created).max(created),
        claim: None,
        thread: None,
        detail: Detail::Source(source),
    })
}

/// Returns a note as a comment.
///
/// # Errors
/// When it does not say when it was written.
pub(super) fn comment(
    row: &NoteRow,
    id: CommentId,
    alert: &IssueId,
    settings: &Settings,
    keys: &SealKeys,
) -> Result<Comment, String> {
    let Some(created) = row.created_at.or(row.updated_at) else { return Err("no createdAt".to_owned()) };
    let body = markdown::read(&row.note);
    let claim = claim::of(&body, alert, keys);
    Ok(Comment {
        side: Side::GUANCE,
        id,
        issue: alert.clone(),
        url: settings.alert_url(alert.as_str()),
        author: person(&row.owner),
        body,
        created,
        updated: row.updated_at.unwrap_or(created).max(created),
        visibility: Visibility::Public,
        claim,
        by_monitor: false,
    })
}

/// Returns the id of a note.
///
/// JSM gives a note one; as nothing says that it is unique beyond its alert, the alert is a part of ours. Opsgenie gives none,
/// and its notes cannot change: the alert, the time to the millisecond and the text name a note for ever. The author is no part
/// of it, for an account that is given another e-mail address would make new notes of all its old ones. `nth` tells equal
/// notes of one millisecond apart: they are the same to every reader, so it does not matter which is which.
pub(super) fn note_id(alert: &IssueId, row: &NoteRow, nth: usize) -> CommentId {
    if !row.id.is_empty() {
        return named(&["note", alert.as_str(), &row.id]);
    }
    let at = row.created_at.map(|at| at.timestamp_millis()).unwrap_or_default().to_string();
    named(&["note", alert.as_str(), &at, &row.note, &nth.to_string()])
}

/// Returns the occurrences of an alert after its first, as rows of its thread that a monitor wrote: so `repeats` of a route
/// treats them as it does a monitor's repeats. When each of them was is not told, only when the last was.
pub(super) fn occurrences(row: &AlertRow, settings: &Settings) -> Vec<Comment> {
    let alert = IssueId::new(row.id.as_str());
    let Some(at) = row.last_occurred_at.or(row.updated_at).or(row.created_at) else { return Vec::new() };
    let one = |number: u32| {
        let text = Written::Occurrence { number: &number.to_string() }.in_lang(settings.lang);
        Comment {
            side: Side::GUANCE,
            id: named(&["occurrence", alert.as_str(), &number.to_string()]),
            issue: alert.clone(),
            url: settings.alert_url(alert.as_str()),
            author: person(author(row)),
            body: Doc { blocks: vec![Block::paragraph(&text)] },
            created: at,
            updated: at,
            visibility: Visibility::Public,
            claim: None,
            by_monitor: true,
        }
    };
    (2..=row.count.min(MAX_COUNT)).map(one).collect()
}

/// Returns true for an alert that was made of a Jira issue: to make a Jira issue of it would go round in a circle.
///
/// Source: JSM Operations REST API, the example of `GET /v1/syncs/{id}/actions`: the alias of such an alert is `{{key}}`, and
/// its details hold `issueKey`. An integration of the type Jira makes alerts of Jira issues too.
pub(super) fn is_from_jira(row: &AlertRow) -> bool {
    let key = row.details.get("issueKey").and_then(Value::as_str).unwrap_or_default();
    is_jira(row.integration().0) || (!key.is_empty() && key == row.alias)
}

/// Returns true for an alert that says that it has a Jira issue, which something else than guajira made.
pub(super) fn has_jira_issue(row: &AlertRow) -> bool {
    let names = ["issueKey", "jiraIssueKey"];
    is_from_jira(row) || names.iter().any(|name| row.details.contains_key(*name))
}

/// Returns true for the kind of an integration or a sync with Jira.
pub(super) fn is_jira(kind: &str) -> bool {
    kind.to_ascii_lowercase().starts_with("jira")
}

/// `note_` and 32 hexadecimal digits: the form that a visible marker on Jira names.
fn named(parts: &[&str]) -> CommentId {
    let (one, other) = (Fingerprint::of(parts), Fingerprint::of(&[parts, &["again"]].concat()));
    CommentId::new(format!("{NOTE_ID}{one}{other}"))
}

fn priority(word: &str) -> Option<Level> {
    let word = word.trim();
    let known = ["P1", "P2", "P3", "P4", "P5"].into_iter().find(|known| known.eq_ignore_ascii_case(word));
    let name = known.map_or_else(|| one_line(word, MAX_NAME), str::to_owned);
    (!name.is_empty()).then(|| Level { id: name.clone(), name })
}

/// Who is behind a word: an e-mail address, or a name.
fn person(word: &str) -> Person {
    let word = one_line(word, MAX_NAME);
    let email = word.contains('@').then(|| word.clone());
    Person { id: word.clone(), name: word, email }
}

/// An alert has no author; what sent it stands in the place of one.
fn author(row: &AlertRow) -> &str {
    let (kind, name) = row.integration();
    [row.source.as_str(), name, kind].into_iter().find(|word| !word.trim().is_empty()).unwrap_or_default()
}

fn closer(row: &AlertRow) -> &str {
    let told = [row.reported("closedBy"), row.reported("acknowledgedBy")];
    told.into_iter().find(|word| !word.is_empty()).unwrap_or_default()
}

/// The teams that are called, each once.
fn teams(row: &AlertRow) -> Vec<Channel> {
    let owner = Responder { id: row.owner_team_id.clone(), ..Responder::default() };
    let called = row.responders.iter().filter(|one| one.kind.eq_ignore_ascii_case("team"));
    let mut all: Vec<Channel> = Vec::new();
    for team in called.chain(&row.teams).chain([&owner]).take(MAX_FIELDS) {
        let (id, name) = (one_line(&team.id, MAX_NAME), one_line(&team.name, MAX_NAME));
        match all.iter_mut().find(|known| known.id == id) {
            Some(known) if known.name.is_empty() => known.name = name,
            None if !id.is_empty() => all.push(Channel { id, name }),
            _ => {}
        }
    }
    all
}

/// The details as people wrote them, without our own.
fn details(row: &AlertRow) -> Vec<(String, String)> {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let ours = |name: &str| name == LINK;
    let told = row.details.iter().filter(|(name, _)| !ours(name) && !name.trim().is_empty());
    told.take(MAX_FIELDS).map(|(name, value)| (one_line(name, MAX_NAME), one_line(&word(value), MAX_VALUE))).collect()
}

/// What `tags.NAME` stands for: the details, and the tags that have a name (`env:prod`, `env=prod`).
fn tags(row: &AlertRow, details: &[(String, String)]) -> Vec<(String, String)> {
    let split = |tag: &String| {
        let (name, value) = tag.split_once([':', '='])?;
        let (name, value) = (one_line(name, MAX_NAME), one_line(value, MAX_VALUE));
        (!name.is_empty() && !value.is_empty()).then_some((name, value))
    };
    details.iter().cloned().chain(row.tags.iter().take(MAX_FIELDS).filter_map(split)).collect()
}

/// What `extend.NAME` stands for: what an alert has and other sources do not.
fn extend(row: &AlertRow, details: &[(String, String)]) -> Value {
    let time = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    let responder = |one: &Responder| {
        let name = if one.name.is_empty() { &one.username } else { &one.name };
        json!({"id": one_line(&one.id, MAX_NAME), "type": one_line(&one.kind, MAX_NAME), "name": one_line(name, MAX_NAME)})
    };
    let details: Map<String, Value> =
        details.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let tags: Vec<String> = row.tags.iter().take(MAX_FIELDS).map(|tag| one_line(tag, MAX_VALUE)).collect();
    let responders: Vec<Value> = row.responders.iter().take(MAX_FIELDS).map(responder).collect();
    let (kind, name) = row.integration();
    json!({
        "alias": one_line(&row.alias, MAX_VALUE),
        "tiny_id": one_line(&row.tiny_id, MAX_NAME),
        "entity": one_line(&row.entity, MAX_VALUE),
        "source": one_line(&row.source, MAX_VALUE),
        "owner": one_line(&row.owner, MAX_NAME),
        "count": row.count,
        "last_occurred": time(row.last_occurred_at),
        "acknowledged": row.acknowledged,
        "snoozed": row.snoozed,
        "integration": {"type": one_line(kind, MAX_NAME), "name": one_line(name, MAX_NAME)},
        "tags": tags,
        "details": details,
        "responders": responders,
    })
}

/// The description, which integrations write as HTML, as Markdown or as plain text, and below it tags and details: a line each.
fn body(description: &str, row: &AlertRow, details: &[(String, String)]) -> Doc {
    let mut doc =
        if html::looks_like_html(description) { html::read(description) } else { markdown::read(description) };
    let tags: Vec<String> = row.tags.iter().take(MAX_FIELDS).map(|tag| one_line(tag, MAX_VALUE)).collect();
    let tags = Some(("tags".to_owned(), tags.join(", "))).filter(|(_, tags)| !tags.is_empty());
    doc.push_named(tags.into_iter().chain(details.iter().filter(|(_, value)| !value.is_empty()).cloned()));
    doc.normalized()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::alerts::settings::{Login, OPSGENIE_US};
    use crate::secret::Secret;
    use crate::words::Lang;

    fn settings() -> Settings {
        let login = Login::Opsgenie { key: Secret::new("k") };
        Settings { name: "oncall".into(), base_url: OPSGENIE_US.into(), login, schedule: None, lang: Lang::En }
    }

    fn row(extra: &Value) -> AlertRow {
        let mut row =
            json!({"id": "a-1", "message": "disk full", "createdAt": "2026-11-22T10:00:00Z", "status": "open"});
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        serde_json::from_value(row).unwrap()
    }

    fn read(extra: &Value) -> Issue {
        issue(&row(extra), &settings()).unwrap()
    }

    #[test]
    fn details_and_named_tags_are_tags_for_routes_and_stand_below_the_description() {
        let told = read(&json!({"description": "env: test", "tags": ["Critical", "team:db", "x=", "zone=a=b"],
            "details": {"env": "prod", "paged": true, "none": null, LINK: "OPS-1"}, "alias": "disk web-01"}));
        let detail = told.source().unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            detail.tags,
            [pair("env", "prod"), pair("paged", "true"), pair("none", ""), pair("team", "db"), pair("zone", "a=b")]
        );
        let text = told.body.plain_text();
        assert!(
            text.starts_with("env: test") && text.contains("env: prod") && text.contains("Critical, team:db"),
            "{text}"
        );
        assert!(!text.contains(LINK) && !text.contains("none"), "{text}");
        assert_eq!((detail.resource_id.as_str(), &detail.extend["tags"][0]), ("disk web-01", &json!("Critical")));
        assert_eq!(detail.extend["details"]["env"], "prod");
    }

    #[test]
    fn priority_owner_and_teams_are_level_assignee_and_channels() {
        let told =
            read(&json!({"priority": "p2", "owner": "li@example.com", "source": "prometheus", "entity": "web-01",
            "responders": [{"type": "team", "id": "t1"}, {"type": "user", "id": "u1"}], "ownerTeamId": "t2",
            "teams": [{"id": "t1", "name": "db"}], "report": {"closedBy": "wang@example.com"}, "acknowledged": true}));
        let detail = told.source().unwrap();
        assert_eq!(detail.level, Some(Level { id: "P2".into(), name: "P2".into() }));
        assert_eq!(told.assignees[0].email.as_deref(), Some("li@example.com"));
        let teams: Vec<_> = detail.channels.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
        assert_eq!(teams, [("t1", "db"), ("t2", "")]);
        assert_eq!((told.author.name.as_str(), detail.resource.as_str()), ("prometheus", "web-01"));
        assert_eq!((detail.updated_by.name.as_str(), told.status.name.as_str()), ("wang@example.com", "Acknowledged"));
        let bare = read(&json!({"owner": "", "priority": ""}));
        assert!(bare.assignees.is_empty() && bare.level().is_none());
    }

    #[test]
    fn what_is_hostile_is_bounded_and_one_line() {
        let told =
            read(&json!({"message": format!("a\u{0}\nb\u{7}{}", "中".repeat(5_000)), "alias": "x".repeat(100_000),
            "description": "<script>alert(1)</script><p>hi <b>there</b></p>", "tags": vec!["t"; 5_000],
            "details": (0..5_000).map(|n| (format!("k{n}"), json!("v\r\nw".repeat(9_000)))).collect::<Map<_, _>>()}));
        assert!(told.title.starts_with("a b 中") && told.title.chars().count() == MAX_TITLE + 1);
        let detail = told.source().unwrap();
        assert_eq!((detail.tags.len(), detail.resource_id.chars().count()), (MAX_FIELDS, MAX_VALUE + 1));
        assert!(detail.tags.iter().all(|(_, value)| !value.contains('\n')));
        assert!(told.body.plain_text().starts_with("hi there"), "{}", &told.body.plain_text()[..50]);
    }

    #[test]
    fn equal_notes_of_one_moment_are_told_apart_and_nothing_else_makes_another_note() {
        let alert = IssueId::new("a-1");
        let note = |value: Value| serde_json::from_value::<NoteRow>(value).unwrap();
        let one = note(json!({"note": "x", "owner": "a@b", "createdAt": "2026-11-22T10:00:00.1Z", "offset": "1"}));
        let same =
            note(json!({"note": "x", "owner": "renamed@b", "createdAt": "2026-11-22T10:00:00.100Z", "offset": "2"}));
        assert_eq!(note_id(&alert, &one, 0), note_id(&alert, &same, 0));
        assert_ne!(note_id(&alert, &one, 0), note_id(&alert, &one, 1));
        assert_ne!(note_id(&alert, &one, 0), note_id(&IssueId::new("a-2"), &one, 0));
        let jsm = |note_text: &str| note(json!({"id": "17", "note": note_text, "createdAt": "2026-11-22T10:00:00Z"}));
        assert_eq!(note_id(&alert, &jsm("x"), 0), note_id(&alert, &jsm("edited"), 0));
        assert_eq!(note_id(&alert, &jsm("x"), 0).as_str().len(), "note_".len() + 32);
    }

    #[test]
    fn an_alert_that_jira_made_is_known_by_its_integration_or_its_alias() {
        for (extra, from, has) in [
            (json!({"integrationType": "JiraServiceDesk"}), true, true),
            (json!({"integration": {"type": "Jira", "name": "x"}}), true, true),
            (json!({"alias": "OPS-1", "extraProperties": {"issueKey": "OPS-1"}}), true, true),
            (json!({"alias": "disk", "extraProperties": {"issueKey": "OPS-1"}}), false, true),
            (json!({"integration": {"type": "API", "name": "jira-ish"}}), false, false),
        ] {
            assert_eq!((is_from_jira(&row(&extra)), has_jira_issue(&row(&extra))), (from, has), "{extra}");
        }
    }

    #[test]
    fn an_alert_has_as_many_rows_of_repeats_as_it_occurred_again() {
        for (count, rows) in [(json!(0), 0), (json!(1), 0), (json!(3), 2), (json!(250), 99)] {
            let row = row(&json!({"count": count, "lastOccurredAt": "2026-11-22T11:00:00Z"}));
            let all = occurrences(&row, &settings());
            assert_eq!(all.len(), rows, "{count}");
            assert!(all.iter().all(|one| one.by_monitor && one.created.timestamp() == 1_795_345_200));
        }
    }
}
