//! The endpoints, by method and path, as either service documents them.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::strict::{Refusal, body, number, query, refuse};
use super::switches::{Kind, USER};
use super::view;
use super::world::{Alert, Deed, World, delta};
use crate::server::{Request, Response};

/// Longest note; neither service documents it.
const NOTE: usize = 25_000;

type Answer = Result<Response, Refusal>;

/// What a request needs to be allowed.
pub(super) fn right(method: &str, path: &[&str]) -> &'static str {
    match (method, path) {
        ("DELETE", _) => "delete",
        ("GET", ["alerts", ..]) => "read",
        (_, ["alerts", ..]) => "write",
        _ => "config",
    }
}

/// Answers a request; `path` is what stands below the base of the API.
pub(super) fn answer(world: &mut World, request: &Request, path: &[&str]) -> Answer {
    match (request.method.as_str(), path) {
        ("GET", ["alerts"]) => alerts(world, request),
        ("GET", ["alerts", "requests", id]) => outcome(world, id),
        ("GET", ["alerts", id]) => {
            by_id(world, request, &[])?;
            let alert = visible(world, id)?;
            Ok(view::one(world, view::alert(world, alert, false)))
        }
        ("GET", ["alerts", id, "notes"]) => notes(world, request, id),
        ("POST", ["alerts", id, "notes"]) => add_note(world, request, id),
        ("PATCH", ["alerts", id, "notes", note]) if world.kind() == Kind::Jsm => edit_note(world, request, id, note),
        ("DELETE", ["alerts", id, "notes", note]) if world.kind() == Kind::Jsm => delete_note(world, id, note),
        ("POST", ["alerts", id, verb @ ("acknowledge" | "unacknowledge" | "close")]) => act(world, request, id, verb),
        ("POST", ["alerts", id, verb @ ("details" | "extra-properties")]) => details(world, request, id, verb),
        ("GET", ["schedules"]) => schedules(world, request),
        ("GET", ["schedules", id, "on-calls"]) => on_calls(world, request, id),
        ("GET", ["integrations"]) if world.kind() == Kind::Opsgenie => integrations(world, request),
        ("GET", ["syncs"]) if world.kind() == Kind::Jsm => integrations(world, request),
        ("GET", ["syncs", id, "actions"]) if world.kind() == Kind::Jsm => actions(world, request, id),
        _ => Err(Refusal(404, format!("no route {} {}", request.method, request.path))),
    }
}

fn alerts(world: &World, request: &Request) -> Answer {
    let size = if world.kind() == Kind::Jsm { "size" } else { "limit" };
    query(request, &["query", "sort", "order", "offset", size])?;
    let sorts: &[&str] = match world.kind() {
        Kind::Jsm => &["createdAt", "insertedAt", "lastOccurredAt", "priority"],
        Kind::Opsgenie => &["createdAt", "updatedAt", "tinyId", "lastOccurredAt", "status", "count"],
    };
    let sort = request.query("sort").unwrap_or("createdAt");
    if !sorts.contains(&sort) {
        return refuse(format!("sort cannot be {sort}"));
    }
    let (offset, asked) = (number(request, "offset")?.unwrap_or(0), number(request, size)?.unwrap_or(20));
    if !(1..=100).contains(&asked) {
        return refuse(format!("{size} must be between 1 and 100"));
    }
    if offset + asked > world.switches().window {
        return refuse("offset and limit are too large");
    }
    let wanted = search(request.query("query").unwrap_or_default())?;
    let shown_until = world.now() - delta(world.switches().search_lag);
    let sees = world.switches().sees_nothing.is_none();
    let mut rows: Vec<&Alert> =
        world.alerts.iter().filter(|one| sees && one.created <= shown_until && wanted.iter().all(|w| w(one))).collect();
    let by_update = sort == "updatedAt" && world.switches().sorts_by_update;
    rows.sort_by_key(|one| match sort {
        _ if by_update => Reverse(one.updated),
        "lastOccurredAt" => Reverse(one.last_occurred),
        _ => Reverse(one.created),
    });
    if request.query("order") == Some("asc") {
        rows.reverse();
    }
    let taken = asked.min(world.switches().page);
    let thin = world.kind() == Kind::Opsgenie || world.switches().thin_rows;
    let page: Vec<Value> = rows.iter().skip(offset).take(taken).map(|one| view::alert(world, one, thin)).collect();
    let next = (offset + page.len() < rows.len()).then(|| format!("offset={}&{size}={asked}", offset + page.len()));
    Ok(view::list(world, request, &page, next))
}

type Test = Box<dyn Fn(&Alert) -> bool>;

/// The part of the search language that is used: `status:open`, `createdAt>=MS`, `createdAt<MS`, `details.key:NAME`, joined
/// by `AND`.
fn search(text: &str) -> Result<Vec<Test>, Refusal> {
    let mut tests: Vec<Test> = Vec::new();
    for part in text.split(" AND ").filter(|part| !part.is_empty()) {
        let millis = |text: &str| text.parse::<i64>().map_err(|_| Refusal(422, format!("{text:?} is no time")));
        if let Some(status) = part.strip_prefix("status:") {
            let closed = match status {
                "open" => false,
                "closed" => true,
                _ => return refuse(format!("no status {status:?}")),
            };
            tests.push(Box::new(move |one| one.closed == closed));
        } else if let Some(from) = part.strip_prefix("createdAt>=") {
            let from = millis(from)?;
            tests.push(Box::new(move |one| one.created.timestamp_millis() >= from));
        } else if let Some(until) = part.strip_prefix("createdAt<") {
            let until = millis(until)?;
            tests.push(Box::new(move |one| one.created.timestamp_millis() < until));
        } else if let Some(name) = part.strip_prefix("details.key:") {
            let name = name.to_owned();
            tests.push(Box::new(move |one| one.details.contains_key(&name)));
        } else {
            return refuse(format!("the query {part:?} is not understood"));
        }
    }
    Ok(tests)
}

/// What is asked for by an alert's id.
fn by_id(world: &World, request: &Request, others: &[&str]) -> Result<(), Refusal> {
    let mut known = others.to_vec();
    if world.kind() == Kind::Opsgenie {
        known.push("identifierType");
        if request.query("identifierType").is_some_and(|kind| kind != "id") {
            return refuse("identifierType: this fake knows ids only");
        }
    }
    query(request, &known)
}

fn visible<'w>(world: &'w World, id: &str) -> Result<&'w Alert, Refusal> {
    if let Some(status) = world.switches().sees_nothing {
        return Err(Refusal(status, "not for you".to_owned()));
    }
    world.alert(id).ok_or_else(|| Refusal(404, "Alert not found".to_owned()))
}

fn notes(world: &World, request: &Request, id: &str) -> Answer {
    let (size, from) = if world.kind() == Kind::Jsm { ("size", "after") } else { ("limit", "offset") };
    let own: &[&str] = if world.kind() == Kind::Jsm { &[] } else { &["direction", "order"] };
    by_id(world, request, &[own, &[size, from]].concat())?;
    visible(world, id)?;
    let asked = number(request, size)?.unwrap_or(20);
    if !(1..=100).contains(&asked) {
        return refuse(format!("{size} must be between 1 and 100"));
    }
    let mut all: Vec<_> = world.notes.iter().filter(|note| note.alert == id).collect();
    all.reverse();
    let name = |note: &super::world::Note| {
        if world.kind() == Kind::Jsm { note.id.clone() } else { view::handle(note) }
    };
    let start = match request.query(from) {
        None => 0,
        Some(after) => {
            let Some(at) = all.iter().position(|note| name(note) == after) else {
                return refuse(format!("{from}: no such row"));
            };
            if world.switches().notes_inclusive { at } else { at + 1 }
        }
    };
    let page: Vec<_> = all.iter().skip(start).take(asked.min(world.switches().page)).collect();
    let more = start + page.len() < all.len();
    let next = page.last().filter(|_| more).map(|last| format!("{from}={}&{size}={asked}", name(last)));
    let rows: Vec<Value> = page.iter().map(|note| view::note(world, note)).collect();
    Ok(view::list(world, request, &rows, next))
}

fn accepted(world: &mut World, id: &str, deed: Deed) -> Response {
    let request = world.accept(id, deed);
    Response::json(202, &json!({"result": "Request will be processed", "took": 0.1, "requestId": request}))
}

fn add_note(world: &mut World, request: &Request, id: &str) -> Answer {
    by_id(world, request, &[])?;
    let own: &[&str] = if world.kind() == Kind::Jsm { &[] } else { &["user", "source"] };
    let body = body(request, &[&["note"], own].concat())?;
    let text = body.get("note").and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() || text.chars().count() > NOTE {
        return refuse("note is required, and has at most 25000 characters");
    }
    let owner = match world.kind() {
        Kind::Jsm => USER.to_owned(),
        Kind::Opsgenie => body.get("user").and_then(Value::as_str).unwrap_or("Default API").to_owned(),
    };
    if world.kind() == Kind::Jsm && world.switches().note_at_once {
        visible(world, id)?;
        let note = world.add_note(id, &owner, text);
        let note = world.notes.iter().find(|one| one.id == note).expect("the note").clone();
        return Ok(Response::json(200, &view::note(world, &note)));
    }
    Ok(accepted(world, id, Deed::Note(owner, text.to_owned())))
}

fn edit_note(world: &mut World, request: &Request, id: &str, note: &str) -> Answer {
    by_id(world, request, &[])?;
    let text = body(request, &["note"])?.get("note").and_then(Value::as_str).unwrap_or_default().to_owned();
    let now = world.now();
    let Some(note) = world.notes.iter_mut().find(|one| one.id == note && one.alert == id) else {
        return Err(Refusal(404, "Note not found".to_owned()));
    };
    (note.text, note.updated) = (text, now);
    let note = note.clone();
    Ok(Response::json(200, &view::note(world, &note)))
}

fn delete_note(world: &mut World, id: &str, note: &str) -> Answer {
    if !world.notes.iter().any(|one| one.id == note && one.alert == id) {
        return Err(Refusal(404, "Note not found".to_owned()));
    }
    world.notes.retain(|one| one.id != note);
    Ok(Response::empty(204))
}

fn act(world: &mut World, request: &Request, id: &str, verb: &str) -> Answer {
    by_id(world, request, &[])?;
    let who = match world.kind() {
        // The schema has no body here.
        Kind::Jsm if !request.body.is_empty() => return refuse("no body is expected"),
        Kind::Jsm => USER.to_owned(),
        Kind::Opsgenie => {
            let body = body(request, &["user", "source", "note"])?;
            body.get("user").and_then(Value::as_str).unwrap_or("Default API").to_owned()
        }
    };
    let deed = match verb {
        "acknowledge" => Deed::Acknowledge,
        "unacknowledge" => Deed::Unacknowledge,
        _ => Deed::Close(who),
    };
    Ok(accepted(world, id, deed))
}

fn details(world: &mut World, request: &Request, id: &str, verb: &str) -> Answer {
    by_id(world, request, &[])?;
    let (key, own): (&str, &[&str]) = match (world.kind(), verb) {
        (Kind::Jsm, "extra-properties") => ("extraProperties", &[]),
        (Kind::Opsgenie, "details") => ("details", &["user", "source", "note"]),
        _ => return Err(Refusal(404, format!("no route {verb}"))),
    };
    let body = body(request, &[&[key], own].concat())?;
    let Some(Value::Object(new)) = body.get(key) else { return refuse(format!("{key} is required")) };
    let new: Map<String, Value> = new.clone();
    Ok(accepted(world, id, Deed::Details(new)))
}

fn outcome(world: &World, id: &str) -> Answer {
    match world.processed.get(id) {
        None => Err(Refusal(404, "Request not found. It might not be processed, yet.".to_owned())),
        Some(done) => Ok(view::one(
            world,
            json!({"success": done.success, "isSuccess": done.success, "action": "x", "status": done.status,
                "processedAt": done.at.to_rfc3339(), "integrationId": "", "alertId": done.alert, "alias": ""}),
        )),
    }
}

fn schedules(world: &World, request: &Request) -> Answer {
    let jsm = world.kind() == Kind::Jsm;
    query(request, if jsm { &["query", "size", "offset", "expand"] } else { &["expand"] })?;
    let (offset, size) = (number(request, "offset")?.unwrap_or(0), number(request, "size")?.unwrap_or(25));
    if size > 50 {
        return refuse("size must be between 1 and 50");
    }
    let row = |one: &super::world::Schedule| {
        let mut row = json!({"id": one.id, "name": one.name, "timezone": "Asia/Shanghai", "enabled": true});
        if jsm {
            row["teamId"] = json!(one.team);
        } else {
            row["ownerTeam"] = json!({"id": one.team, "name": "team"});
        }
        row
    };
    let taken = if jsm { size } else { usize::MAX };
    let rows: Vec<Value> = world.schedules.iter().skip(offset).take(taken).map(row).collect();
    let next =
        (offset + rows.len() < world.schedules.len()).then(|| format!("offset={}&size={size}", offset + rows.len()));
    Ok(view::list(world, request, &rows, next))
}

fn on_calls(world: &World, request: &Request, id: &str) -> Answer {
    let jsm = world.kind() == Kind::Jsm;
    query(request, if jsm { &["flat", "date"] } else { &["flat", "date", "scheduleIdentifierType"] })?;
    let Some(schedule) = world.schedules.iter().find(|one| one.id == id) else {
        return Err(Refusal(404, "Schedule not found".to_owned()));
    };
    if request.query("flat") != Some("true") {
        return refuse("this fake answers flat only");
    }
    Ok(view::one(
        world,
        if jsm {
            json!({"onCallUsers": schedule.on_call})
        } else {
            json!({"_parent": {"id": id, "name": schedule.name, "enabled": true}, "onCallRecipients": schedule.on_call})
        },
    ))
}

fn integrations(world: &World, request: &Request) -> Answer {
    query(request, &["type", "teamId", "size", "offset"])?;
    let row = |one: &super::world::Integration| json!({"id": one.id, "name": one.name, "type": one.kind, "enabled": one.enabled});
    let rows: Vec<Value> = world.integrations.iter().map(row).collect();
    Ok(view::list(world, request, &rows, None))
}

fn actions(world: &World, request: &Request, id: &str) -> Answer {
    query(request, &["size", "offset"])?;
    let Some(sync) = world.integrations.iter().find(|one| one.id == id) else {
        return Err(Refusal(404, "Sync not found".to_owned()));
    };
    let row = |action: &String| json!({"id": "a-1", "name": action, "type": action, "direction": "outgoing", "enabled": true});
    let rows: Vec<Value> = sync.actions.iter().map(row).collect();
    Ok(view::list(world, request, &rows, None))
}
