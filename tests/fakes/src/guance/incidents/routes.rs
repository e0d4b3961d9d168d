//! The endpoints of the Incident Center, as the Open API documents them.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::{Incident, IncidentComment, IncidentList, IncidentOrder, IncidentRange, ModifyAnswer, Transitions};
use crate::guance::strict::{Kind, Refusal, body, number, query, refuse};
use crate::guance::switches::PageLimit;
use crate::guance::world::World;
use crate::server::{Request, Response};

/// Longest title. Source: Guance Open API, `incidents/{uuid}/modify`.
const NAME: usize = 256;
/// Longest comment or description: not documented.
const TEXT: usize = 1 << 24;
/// A time below this is one of seconds.
const LEAST_MILLIS: i64 = 100_000_000_000;

/// What an answer is: in an envelope, or as it stands.
pub(in crate::guance) enum Told {
    Content(Value, Option<Value>),
    Bare(Value),
}

type Answer = Result<Told, Refusal>;

/// Answers what is below `/api/v1/incidents`.
pub(in crate::guance) fn answer(world: &mut World, request: &Request, path: &[&str], me: &str) -> Answer {
    match (request.method.as_str(), path) {
        ("POST", ["list"]) => list(world, request),
        ("GET", [uuid, "get"]) => get(world, request, uuid),
        ("POST", [uuid, "modify"]) => modify(world, request, uuid, me),
        ("POST", ["comment", uuid, "add"]) => comment(world, request, uuid, me),
        ("GET", ["operate", uuid, "list"]) => operations(world, request, uuid),
        _ => Err(Refusal(400, "RouterNotFound", format!("no route {} {}", request.method, request.path))),
    }
}

/// The answer as it travels.
pub(in crate::guance) fn response(told: Told, good: impl Fn(&Value, Option<Value>) -> Response) -> Response {
    match told {
        Told::Content(content, info) => good(&content, info),
        Told::Bare(value) => Response::json(200, &value),
    }
}

fn list(world: &World, request: &Request) -> Answer {
    let texts = ["incidentsStatus", "level", "assigner", "tags", "schedule", "filters"];
    let mut fields: Vec<(&str, Kind, bool)> = texts.iter().map(|name| (*name, Kind::List, false)).collect();
    fields.extend([
        ("pageSize", Kind::Integer, false),
        ("pageIndex", Kind::Integer, false),
        ("search", Kind::Text(NAME), false),
        ("timeRange", Kind::List, world.switches().incidents.range_required),
    ]);
    let body = body(request, &fields)?;
    let switches = &world.switches().incidents;
    let range = range(&body)?;
    if range
        .zip(switches.longest_range)
        .is_some_and(|((from, until), longest)| until - from > longest.num_milliseconds())
    {
        return refuse("timeRange is too long");
    }
    let words = |name: &str| -> Vec<String> {
        let all = body.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let statuses = words("incidentsStatus");
    if let Some(odd) = statuses.iter().find(|word| !STATUSES.contains(&word.as_str())) {
        return refuse(format!("unknown status {odd}"));
    }
    let fits = |incident: &&Incident| {
        let at = match switches.range {
            IncidentRange::Created => incident.created,
            IncidentRange::Updated => incident.updated.unwrap_or(incident.created),
        };
        let at = at.timestamp() * 1000;
        range.is_none_or(|(from, until)| (from..=until).contains(&at))
            && (statuses.is_empty() || statuses.contains(&incident.status))
    };
    let mut rows: Vec<&Incident> = world.center.incidents.iter().filter(fits).collect();
    match switches.order {
        IncidentOrder::NewestFirst => rows.sort_by_key(|one| Reverse((one.created, one.id))),
        IncidentOrder::OldestFirst => rows.sort_by_key(|one| (one.created, one.id)),
        IncidentOrder::UpdatedFirst => rows.sort_by_key(|one| Reverse((one.updated.unwrap_or(one.created), one.id))),
    }
    let integer = |name: &str, default: usize| match body.get(name).and_then(Value::as_i64) {
        None => Ok(default),
        Some(number) => usize::try_from(number)
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Refusal(400, "ft.InvalidParams", format!("{name} must be a positive integer"))),
    };
    let (asked, index) = (integer("pageSize", 10)?, integer("pageIndex", 1)?);
    let size = match switches.page_limit {
        PageLimit::Refuse(most) if asked > most => return refuse(format!("pageSize is larger than {most}")),
        PageLimit::Clamp(most) => asked.min(most),
        _ => asked,
    };
    let total = rows.len();
    let rows: Vec<Value> =
        rows.into_iter().skip((index - 1) * size).take(size).map(|one| world.incident_row(one)).collect();
    let info = json!({"count": rows.len(), "pageIndex": index, "pageSize": size, "totalCount": total});
    Ok(match switches.list {
        IncidentList::Nested => Told::Content(json!({"data": rows, "pageInfo": info}), None),
        IncidentList::TopLevel => Told::Content(json!(rows), Some(info)),
        IncidentList::BareObject => Told::Bare(json!({"data": rows, "pageInfo": info})),
        IncidentList::BareArray => Told::Bare(json!(rows)),
    })
}

fn range(body: &Map<String, Value>) -> Result<Option<(i64, i64)>, Refusal> {
    let Some(range) = body.get("timeRange").and_then(Value::as_array) else { return Ok(None) };
    match range.iter().map(Value::as_i64).collect::<Vec<_>>().as_slice() {
        [Some(from), Some(until)] if *from >= LEAST_MILLIS && from <= until => Ok(Some((*from, *until))),
        _ => refuse("timeRange is two times in milliseconds"),
    }
}

const STATUSES: [&str; 4] = ["open", "working", "resolved", "closed"];

fn get(world: &World, request: &Request, uuid: &str) -> Answer {
    query(request, &[])?;
    let mut object = world.incident_row(world.incident(uuid).ok_or_else(no_incident)?);
    let switches = &world.switches().incidents;
    if !switches.get_tells_uuid {
        object.as_object_mut().expect("an object").remove("uuid");
    }
    Ok(if switches.get_enveloped { Told::Content(object, None) } else { Told::Bare(object) })
}

fn modify(world: &mut World, request: &Request, uuid: &str, me: &str) -> Answer {
    let body = body(
        request,
        &[
            ("name", Kind::Text(NAME), false),
            ("description", Kind::Text(TEXT), false),
            ("level", Kind::Text(NAME), false),
            ("assigner", Kind::List, false),
            ("incidentsStatus", Kind::Text(NAME), false),
            ("resourceURL", Kind::Text(NAME), false),
            ("tags", Kind::List, false),
            ("dimensionTag", Kind::Object, false),
            ("attachmentUUIDs", Kind::List, false),
            ("extend", Kind::Object, false),
        ],
    )?;
    let before = world.incident(uuid).ok_or_else(no_incident)?.status.clone();
    let switches = world.switches().incidents.clone();
    if !switches.may_modify {
        return Err(Refusal(403, "ft.NoPermission", "no permission to change incidents".to_owned()));
    }
    let status = body.get("incidentsStatus").and_then(Value::as_str).map(str::to_owned);
    if let Some(status) = &status {
        let place = |word: &str| STATUSES.iter().position(|known| *known == word);
        let (Some(from), Some(to)) = (place(&before), place(status)) else {
            return refuse(format!("unknown status {status}"));
        };
        let may = match switches.transitions {
            Transitions::Any => true,
            Transitions::Neighbours => from.abs_diff(to) == 1,
            Transitions::Onwards => to >= from,
        };
        if !may {
            return refuse(format!("an incident that is {before} cannot become {status}"));
        }
    }
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let assigner = body.get("assigner").and_then(Value::as_array).cloned();
    let extend = body.get("extend").and_then(Value::as_object).cloned();
    world.change_incident(uuid, me, |incident| {
        incident.name = text("name").unwrap_or_else(|| incident.name.clone());
        incident.level = text("level").unwrap_or_else(|| incident.level.clone());
        incident.status = status.unwrap_or_else(|| incident.status.clone());
        if let Some(all) = assigner {
            incident.assigner = all.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        match extend {
            Some(extend) if switches.merge_extend => incident.extend.extend(extend),
            Some(extend) => incident.extend = extend,
            None => {}
        }
    });
    let row = world.incident_row(world.incident(uuid).ok_or_else(no_incident)?);
    Ok(match switches.modify {
        ModifyAnswer::Incident => Told::Content(row, None),
        ModifyAnswer::Bare => Told::Bare(row),
        ModifyAnswer::True => Told::Content(json!(true), None),
        ModifyAnswer::Nothing => Told::Content(Value::Null, None),
    })
}

fn comment(world: &mut World, request: &Request, uuid: &str, me: &str) -> Answer {
    let fields =
        [("comment", Kind::Text(TEXT), true), ("extend", Kind::Object, false), ("attachmentUUIDs", Kind::List, false)];
    let body = body(request, &fields)?;
    world.incident(uuid).ok_or_else(no_incident)?;
    if !world.switches().incidents.may_comment {
        return Err(Refusal(403, "ft.NoPermission", "no permission to write comments".to_owned()));
    }
    let text = body.get("comment").and_then(Value::as_str).unwrap_or_default().to_owned();
    let members = body.get("extend").and_then(|extend| extend.get("members")?.as_array()).cloned().unwrap_or_default();
    let members: Vec<String> = members.iter().filter_map(|one| one["uuid"].as_str()).map(str::to_owned).collect();
    if world.switches().incidents.comments_logged {
        world.operate(uuid, "comment", ("", ""), me, &text);
    }
    let comment = world.uuid("inccmt").1;
    let (incident, creator) = (uuid.to_owned(), me.to_owned());
    world.center.comments.push(IncidentComment { uuid: comment, incident, text, members, creator });
    Ok(Told::Content(json!(true), None))
}

fn operations(world: &World, request: &Request, uuid: &str) -> Answer {
    query(request, &["pageSize", "pageIndex"])?;
    world.incident(uuid).ok_or_else(no_incident)?;
    let (size, index) = (number(request, "pageSize")?.unwrap_or(10), number(request, "pageIndex")?.unwrap_or(1));
    let all = world.center.operations.iter().rev().filter(|one| one.incident == uuid);
    let row = |one: &super::Operation| {
        json!({"incidentsUUID": uuid, "workspaceUUID": world.options.workspace, "content": one.content,
            "extend": {"before": one.before, "after": one.after}, "operator": one.operator, "operateType": one.kind,
            "id": one.id, "uuid": format!("incop_{}", one.id), "status": 0, "creator": "SYS", "updator": "",
            "createAt": one.at.timestamp(), "updateAt": -1, "deleteAt": -1})
    };
    let rows: Vec<Value> = all.skip((index - 1) * size).take(size).map(row).collect();
    Ok(Told::Content(json!({ "data": rows }), None))
}

fn no_incident() -> Refusal {
    Refusal(404, "ft.NotFoundIncidents", "incident not found".to_owned())
}
