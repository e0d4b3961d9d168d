//! Pure conversion between rows of the Incident Center and the domain.

use serde_json::{Value, json};

use super::statuses;
use super::wire::IncidentRow;
use crate::domain::{Detail, Issue, IssueId, Level, Person, SourceDetail};
use crate::guance::convert::{Place, bare, body, person};
use crate::guance::level;
use crate::http::one_line;
use crate::text::Doc;
use crate::words::GuanceFault;

/// Most tags and dimensions that are taken.
const MAX_TAGS: usize = 200;

/// Longest value of one, in characters.
const MAX_VALUE: usize = 8_000;

/// Longest name of one, in characters.
const MAX_NAME: usize = 200;

/// Longest title that is taken, in characters. Source: Guance Open API, `incidents/{uuid}/modify`, `name`: 256.
const MAX_TITLE: usize = 1_000;

/// What the Incident Center calls its lowest level. Issues call it P3.
///
/// Source: Guance documentation, "Incident Center": P0, P1, P2 and unknown.
const UNKNOWN: (&str, &str) = ("system_level_3", "Unknown");

/// Returns an incident as an issue.
///
/// # Errors
/// When the row does not tell its status, which must neither open nor end anything; or not when it was opened, so that no
/// window could hold it.
pub(super) fn incident(row: &IncidentRow, at: Place<'_>) -> Result<Issue, String> {
    let Some(created) = row.created() else { return Err(GuanceFault::NoCreateTime.into()) };
    if row.status.trim().is_empty() {
        return Err(GuanceFault::NoStatusTold.into());
    }
    let id = IssueId::new(row.uuid.as_str());
    let (tags, dimensions) = (row.tag_names(), row.dimensions());
    let detail = SourceDetail {
        level: level(row),
        resource: monitor(row),
        resource_type: one_line(&row.resource_type, MAX_NAME),
        resource_id: one_line(&row.event("df_monitor_checker_id"), MAX_NAME),
        channels: Vec::new(),
        tags: named(&dimensions, &tags),
        on_call: Vec::new(),
        extend: extend(row, &tags, &dimensions),
        updated_by: person(row.updator.clone(), row.updator_info.clone(), &Value::Null),
    };
    Ok(Issue {
        line: at.line,
        name: id.to_string(),
        url: url(at.console_url, &row.workspace, id.as_str()),
        id,
        title: one_line(&row.name, MAX_TITLE),
        body: description(row, &tags, &dimensions),
        status: statuses::of(&row.status),
        assignees: row.assigners().iter().map(|who| bare(who)).collect(),
        author: author(row),
        created,
        updated: row.update_at.unwrap_or(created).max(created),
        claim: None,
        thread: None,
        detail: Detail::Source(detail),
    })
}

/// Returns an address at which people find the console, and which incident is meant. The address of a single incident is not
/// documented: the console begins where it always does.
pub(super) fn url(console_url: &str, workspace: &str, incident: &str) -> String {
    let plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let workspace = if plain(workspace) && !workspace.is_empty() { format!("w={workspace}&") } else { String::new() };
    format!("{console_url}/?{workspace}incident={incident}")
}

/// Returns the level. A custom one is known by the name that the row gives it, else by its id.
fn level(row: &IncidentRow) -> Option<Level> {
    let id = level::id(&row.level)?;
    if id == UNKNOWN.0 {
        return Some(Level { id, name: UNKNOWN.1.to_owned() });
    }
    let told = Some(one_line(&row.level_info.name, MAX_NAME)).filter(|name| !name.is_empty());
    let name = level::built_in(&id).map(|level| level.name).or(told).unwrap_or_else(|| one_line(&id, MAX_NAME));
    Some(Level { id: one_line(&id, MAX_NAME), name })
}

/// The monitor that opened it.
fn monitor(row: &IncidentRow) -> String {
    let names = ["df_monitor_checker_name", "df_monitor_name"].map(|name| row.event(name));
    one_line(names.iter().find(|name| !name.is_empty()).unwrap_or(&row.source), MAX_NAME)
}

/// Incidents are opened by the system, for a monitor.
fn author(row: &IncidentRow) -> Person {
    let author = person(row.creator.clone(), row.creator_info.clone(), &Value::Null);
    let monitor = monitor(row);
    let is_system = author.id == "SYS" || author.name.is_empty();
    if is_system && !monitor.is_empty() { Person { name: monitor, ..author } } else { author }
}

/// What `tags.NAME` stands for: the dimensions, and the tags that have a name (`env:prod`, `env=prod`).
fn named(dimensions: &[(String, String)], tags: &[String]) -> Vec<(String, String)> {
    let split = |tag: &String| {
        let (name, value) = tag.split_once([':', '='])?;
        Some((name.to_owned(), value.to_owned()))
    };
    let all = dimensions.iter().cloned().chain(tags.iter().filter_map(split)).take(MAX_TAGS);
    let all = all.map(|(name, value)| (one_line(&name, MAX_NAME), one_line(&value, MAX_VALUE)));
    all.filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect()
}

/// What `extend.NAME` stands for: what an incident has and other sources do not.
fn extend(row: &IncidentRow, tags: &[String], dimensions: &[(String, String)]) -> Value {
    let tags: Vec<String> = tags.iter().take(MAX_TAGS).map(|tag| one_line(tag, MAX_VALUE)).collect();
    let dimensions: serde_json::Map<String, Value> = dimensions
        .iter()
        .take(MAX_TAGS)
        .map(|(name, value)| (one_line(name, MAX_NAME), one_line(value, MAX_VALUE).into()))
        .collect();
    let event = |name: &str| one_line(&row.event(name), MAX_NAME);
    json!({
        "tags": tags,
        "dimensions": dimensions,
        "source": one_line(&row.source, MAX_NAME),
        "monitor": monitor(row),
        "monitor_id": event("df_monitor_checker_id"),
        "event_id": event("df_event_id"),
        "fault_id": event("df_fault_id"),
        "event_status": event("df_status"),
        "workspace": one_line(&row.workspace, MAX_NAME),
    })
}

/// The description, or the message of the event that opened the incident; below it tags and dimensions, a line each.
fn description(row: &IncidentRow, tags: &[String], dimensions: &[(String, String)]) -> Doc {
    let message = row.event("df_message");
    let mut doc = body(if row.description.trim().is_empty() { &message } else { &row.description }, &Value::Null);
    let tags: Vec<String> = tags.iter().take(MAX_TAGS).map(|tag| one_line(tag, MAX_VALUE)).collect();
    let tags = Some(("tags".to_owned(), tags.join(", "))).filter(|_| !tags.is_empty());
    let told = dimensions.iter().take(MAX_TAGS).filter(|(name, value)| !name.trim().is_empty() && !value.is_empty());
    doc.push_named(
        tags.into_iter().chain(told.map(|(name, value)| (one_line(name, MAX_NAME), one_line(value, MAX_VALUE)))),
    );
    doc.normalized()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::domain::ServiceName;

    fn read(extra: &Value) -> Result<Issue, String> {
        let mut row = json!({"uuid": "incident_1", "workspaceUUID": "wksp_1", "name": "errors rose", "level": "system_level_1",
            "incidentsStatus": "open", "createAt": 100, "updateAt": -1, "creator": "SYS", "creatorInfo": {"name": "SYS"}});
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let place = Place { line: ServiceName::GUANCE, console_url: "https://c" };
        incident(&serde_json::from_value(row).unwrap(), place)
    }

    #[test]
    fn a_row_that_tells_no_status_or_no_time_is_not_understood() {
        assert_eq!(read(&json!({"incidentsStatus": ""})).unwrap_err(), "no incidentsStatus");
        assert_eq!(read(&json!({"createAt": -1})).unwrap_err(), "no createAt");
        let told = read(&json!({})).unwrap();
        assert_eq!((told.created.timestamp(), told.updated.timestamp()), (100, 100));
        assert_eq!(told.url, "https://c/?w=wksp_1&incident=incident_1");
    }

    #[test]
    fn every_level_has_the_name_that_the_incident_center_shows() {
        for (level, info, want) in [
            ("system_level_0", json!(null), Some("P0")),
            ("system_level_2", json!(null), Some("P2")),
            ("system_level_3", json!({"name": "未知"}), Some("Unknown")),
            ("issl_1", json!({"name": "SEV 1"}), Some("SEV 1")),
            ("issl_1", json!(null), Some("issl_1")),
            ("", json!(null), None),
        ] {
            let told = read(&json!({"level": level, "levelInfo": info})).unwrap();
            assert_eq!(told.level().map(|level| level.name.as_str()), want, "{level}");
        }
    }

    #[test]
    fn dimensions_and_tags_stand_below_the_description_and_are_tags_for_routes() {
        let told = read(&json!({"description": "<p>too many</p>", "tags": ["db", "env:prod"],
            "dimensionTag": {"service": "cart", "none": ""}, "assigner": ["acnt_1"],
            "resourceContent": {"df_fault_id": "event-7", "df_monitor_checker_name": "log errors", "df_message": "raw"}}))
        .unwrap();
        let text = told.body.plain_text();
        for part in ["too many", "db, env:prod", "service: cart"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("raw") && !text.contains("none"), "{text}");
        let detail = told.source().unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(detail.tags, [pair("service", "cart"), pair("env", "prod")]);
        assert_eq!((&detail.extend["fault_id"], told.author.name.as_str()), (&json!("event-7"), "log errors"));
        assert_eq!(told.assignees[0].id, "acnt_1");
        let without = read(&json!({"resourceContent": {"df_message": "> **raw** words"}})).unwrap();
        assert!(without.body.plain_text().contains("raw words"));
    }
}
