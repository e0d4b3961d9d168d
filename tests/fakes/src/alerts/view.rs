//! Rows as each service writes them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::switches::{Kind, Next, Shape, Switches};
use super::world::{Alert, Note, World};
use crate::server::{Request, Response};

fn time(switches: &Switches, at: DateTime<Utc>) -> Value {
    let text = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    if !switches.mixed_fractions {
        return text.into();
    }
    // As Opsgenie does: no zeros at the end.
    let short = text.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.');
    let short = if at.timestamp_subsec_millis() == 0 { &text[..19] } else { short };
    format!("{short}Z").into()
}

/// One alert; `thin` leaves out what a list of Opsgenie does.
pub(super) fn alert(world: &World, alert: &Alert, thin: bool) -> Value {
    let (switches, kind) = (world.switches(), world.kind());
    let at = |at| time(switches, at);
    let status = match (alert.closed, switches.all_statuses && kind == Kind::Jsm) {
        (true, true) if alert.acknowledged => "resolved",
        (true, _) => "closed",
        (false, true) if alert.acknowledged => "acked",
        (false, true) if alert.snoozed => "snoozed",
        (false, _) => "open",
    };
    let teams: Vec<Value> = alert.teams.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    let responders: Vec<Value> =
        alert.teams.iter().map(|(id, name)| json!({"type": "team", "id": id, "name": name})).collect();
    let mut row = json!({"id": alert.id, "tinyId": alert.tiny_id, "alias": alert.alias, "message": alert.message,
        "status": status, "acknowledged": alert.acknowledged, "snoozed": alert.snoozed, "count": alert.count,
        "createdAt": at(alert.created), "updatedAt": at(alert.updated), "priority": alert.priority,
        "owner": alert.owner, "source": alert.source, "tags": alert.tags, "responders": responders, "seen": true});
    let (kind_of, name) = &alert.integration;
    let last = if kind == Kind::Opsgenie || switches.spelled_right { "lastOccurredAt" } else { "lastOccuredAt" };
    row[last] = at(alert.last_occurred);
    match kind {
        Kind::Jsm => {
            row["integrationType"] = json!(kind_of);
            row["integrationName"] = json!(name);
        }
        Kind::Opsgenie => {
            row["integration"] = if switches.integration_as_text {
                json!(name)
            } else {
                json!({"id": "i-1", "type": kind_of, "name": name})
            };
            row["teams"] = json!(teams);
            if alert.closed {
                row["report"] = json!({"closeTime": 60_503, "closedBy": alert.closed_by});
            }
        }
    }
    if !thin {
        row["description"] = json!(alert.description);
        row["entity"] = json!(alert.entity);
        row[if kind == Kind::Jsm { "extraProperties" } else { "details" }] = json!(alert.details);
    }
    row
}

/// One note.
pub(super) fn note(world: &World, note: &Note) -> Value {
    let switches = world.switches();
    let mut row = json!({"note": note.text, "owner": note.owner, "createdAt": time(switches, note.created)});
    if world.kind() == Kind::Jsm {
        row["updatedAt"] = time(switches, note.updated);
    }
    if switches.note_handles {
        match world.kind() {
            Kind::Jsm => row["id"] = json!(note.id),
            Kind::Opsgenie => row["offset"] = json!(handle(note)),
        }
    }
    row
}

/// What names a note of Opsgenie in its list.
pub(super) fn handle(note: &Note) -> String {
    format!("{}_{}", note.created.timestamp_millis(), note.id)
}

/// A list. `next` is the query of the next page, where there is one.
pub(super) fn list(world: &World, request: &Request, rows: &[Value], next: Option<String>) -> Response {
    let switches = world.switches();
    let path = request
        .path
        .split("/jsm/ops/api/")
        .last()
        .and_then(|rest| rest.split_once('/'))
        .map_or(request.path.clone(), |(_, rest)| format!("/{rest}"));
    let next = next.and_then(|query| match switches.next {
        Next::Relative if world.kind() == Kind::Jsm => Some(json!(format!("{path}?{query}"))),
        Next::Relative | Next::Absolute => Some(json!(format!("https://api.example.com{path}?{query}&apiKey=hidden"))),
        Next::Null => Some(Value::Null),
        Next::Missing => None,
    });
    let links = next.map_or_else(|| json!({}), |next| json!({ "next": next }));
    let body = match (switches.shape, world.kind()) {
        (Shape::Bare, _) => json!(rows),
        (Shape::Documented, Kind::Jsm) => json!({"values": rows, "count": rows.len(), "links": links}),
        (Shape::Data, Kind::Jsm) => json!({"data": rows, "links": links}),
        (Shape::Documented | Shape::Data, Kind::Opsgenie) => {
            json!({"data": rows, "paging": links, "took": 0.02, "requestId": "ec7e1d8e-1c75-442e-a271-731070a7fa4d"})
        }
    };
    Response::json(200, &body)
}

/// One thing: bare on JSM, in an envelope on Opsgenie.
pub(super) fn one(world: &World, value: Value) -> Response {
    Response::json(
        200,
        &match world.kind() {
            Kind::Jsm => value,
            Kind::Opsgenie => json!({"data": value, "took": 0.02, "requestId": "ec7e1d8e-1c75-442e-a271-731070a7fa4d"}),
        },
    )
}
