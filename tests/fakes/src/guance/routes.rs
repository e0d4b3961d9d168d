//! The endpoints, by method and path, as the Open API documents them.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::attachments::{download, upload};
use super::dql::query_data;
use super::incidents::routes as incidents;
use super::strict::{Kind, Refusal, body, number, query, refuse};
use super::switches::{ListShape, MemberSearch, Order, PageLimit, Window};
use super::world::{Issue, Named, Person, World};
use crate::server::{Request, Response};

/// Longest title, channel name and level name.
const NAME: usize = 256;
/// Longest reply.
const REPLY: usize = 65_535;
/// The description's limit is not documented; a database column of this kind is the likely one.
const DESCRIPTION: usize = 1 << 24;

pub(super) type Answer = Result<(Value, Option<Value>), Refusal>;

/// Answers a request that carries the `key`.
pub(super) fn answer(world: &mut World, key: usize, request: &Request) -> Response {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let me = World::key_uuid(key);
    if let Some(response) = download(world, request, &path) {
        return response;
    }
    if let ["api", "v1", "incidents", below @ ..] = path.as_slice() {
        return match incidents::answer(world, request, below, &me) {
            Ok(told) => incidents::response(told, good),
            Err(refusal) => bad(&refusal),
        };
    }
    let answer = match (request.method.as_str(), path.as_slice()) {
        ("POST", ["api", "v1", "issue", "list"]) => list(world, request),
        ("POST", ["api", "v1", "issue", "add"]) => add(world, request, &me),
        ("GET", ["api", "v1", "issue", uuid, "get"]) => get(world, request, uuid),
        ("POST", ["api", "v1", "issue", uuid, "modify"]) => modify(world, request, uuid, &me),
        ("GET", ["api", "v1", "issue", "reply", uuid, "list"]) => replies(world, request, uuid),
        ("POST", ["api", "v1", "issue", "reply", "create"]) => create_reply(world, request, &me),
        ("POST", ["api", "v1", "issue", "reply", uuid, "modify"]) => modify_reply(world, request, uuid, &me),
        ("DELETE", ["api", "v1", "issue", "reply", uuid, "delete"]) => delete_reply(world, uuid, &me),
        ("POST", ["api", "v1", "attachment", "upload"]) => upload(world, request),
        ("POST", ["api", "v1", "df", "query_data_v1"]) => query_data(world, request),
        ("GET", ["api", "v1", "channel", "quick_list"]) => channels(world, request),
        ("GET", ["api", "v1", "issue-level", "list"]) => levels(world, request),
        ("GET", ["api", "v1", "workspace", "members", "list"]) => members(world, request),
        ("GET", ["api", "v1", "workspace", "get"]) => {
            Ok((json!({"uuid": world.options.workspace, "name": "fake", "language": "zh", "datastore": {}}), None))
        }
        ("GET", ["api", "v1", "validate"]) => Ok((json!(true), None)),
        _ => Err(Refusal(400, "RouterNotFound", format!("no route {} {}", request.method, request.path))),
    };
    match answer {
        Ok((content, page_info)) => good(&content, page_info),
        Err(refusal) => bad(&refusal),
    }
}

fn good(content: &Value, page_info: Option<Value>) -> Response {
    let mut envelope = json!({"code": 200, "content": content, "errorCode": "", "message": "", "success": true,
        "traceId": "TRACE-DF67F85B-2603-46B8-B122-7D98CA39BC95"});
    if let Some(info) = page_info {
        envelope["pageInfo"] = info;
    }
    Response::json(200, &envelope)
}

/// The envelope of a refusal.
pub(super) fn bad(Refusal(status, code, message): &Refusal) -> Response {
    let envelope = json!({"code": status, "content": {}, "errorCode": code, "message": message, "success": false,
        "traceId": "TRACE-463593F6-6084-4675-8EB5-F138D579EA0A"});
    Response::json(*status, &envelope)
}

fn list(world: &World, request: &Request) -> Answer {
    let body = body(
        request,
        &[
            ("channelUUID", Kind::Text(NAME), true),
            ("filters", Kind::List, false),
            ("startTime", Kind::Integer, false),
            ("endTime", Kind::Integer, false),
            ("search", Kind::Text(NAME), false),
            ("pageSize", Kind::Integer, false),
            ("pageIndex", Kind::Integer, false),
        ],
    )?;
    let channel = text(&body, "channelUUID");
    let Some(channel) = world.channels.iter().find(|c| c.uuid == channel) else {
        return Err(Refusal(404, "ft.NotFoundChannel", "channel not found".to_owned()));
    };
    let integer = |name: &str| body.get(name).and_then(Value::as_i64);
    let (start, end) = (integer("startTime").unwrap_or(i64::MIN), integer("endTime").unwrap_or(i64::MAX));
    let mut rows: Vec<&Issue> = Vec::new();
    for issue in &world.issues {
        let at = match world.switches().window {
            Window::Created => issue.created,
            Window::Updated => issue.updated,
        };
        let in_channel = channel.name == "default" || issue.channels.contains(&channel.uuid);
        let search = text(&body, "search");
        let found = issue.name.contains(search) || issue.description.contains(search);
        if in_channel && found && (start..=end).contains(&at.timestamp()) && passes(&body, issue)? {
            rows.push(issue);
        }
    }
    match world.switches().order {
        Order::NewestFirst => rows.sort_by_key(|issue| Reverse((issue.created, issue.id))),
        Order::OldestFirst => rows.sort_by_key(|issue| (issue.created, issue.id)),
        Order::UpdatedFirst => rows.sort_by_key(|issue| Reverse((issue.updated, issue.id))),
    }
    let asked = integer("pageSize").map(|n| usize::try_from(n).unwrap_or(0));
    let index = integer("pageIndex").map_or(1, |n| usize::try_from(n).unwrap_or(0));
    let (rows, info) = page(world, rows, asked, world.switches().issue_page, index)?;
    let rows: Vec<Value> = rows.into_iter().map(|issue| world.issue_row(issue)).collect();
    Ok(match world.switches().list_shape {
        ListShape::Nested => (json!({"data": rows, "pageInfo": info}), None),
        ListShape::Bare => (json!(rows), Some(info)),
        ListShape::BareWithoutPages => (json!(rows), None),
    })
}

fn passes(body: &Map<String, Value>, issue: &Issue) -> Result<bool, Refusal> {
    let filters = body.get("filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for filter in filters {
        let (Some(key), Some(value)) = (filter["key"].as_str(), filter.get("value")) else {
            return refuse("a filter needs key and value");
        };
        let got = match key {
            "resource" => json!(issue.resource),
            "level" => json!(issue.level),
            "statusType" => json!(issue.status_type),
            "creator" => json!(issue.creator),
            "updator" => json!(issue.updator),
            _ => return refuse(format!("unknown filter {key}")),
        };
        if (got == *value) != filter["equal"].as_bool().unwrap_or(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn page<T>(
    world: &World,
    rows: Vec<T>,
    asked: Option<usize>,
    default: usize,
    index: usize,
) -> Result<(Vec<T>, Value), Refusal> {
    let asked = asked.unwrap_or(default);
    if asked == 0 || index == 0 {
        return refuse("pageSize and pageIndex start at 1");
    }
    let size = match world.switches().page_limit {
        PageLimit::Refuse(max) if asked > max => return refuse(format!("pageSize is larger than {max}")),
        PageLimit::Clamp(max) => asked.min(max),
        _ => asked,
    };
    let total = rows.len();
    let rows: Vec<T> = rows.into_iter().skip((index - 1) * size).take(size).collect();
    let info = json!({"count": rows.len(), "pageIndex": index, "pageSize": size, "totalCount": total});
    Ok((rows, info))
}

fn get(world: &World, request: &Request, uuid: &str) -> Answer {
    query(request, &[])?;
    let issue = world.issue(uuid).ok_or_else(no_issue)?;
    Ok((world.issue_object(issue), None))
}

const ISSUE_FIELDS: [(&str, Kind); 5] = [
    ("name", Kind::Text(NAME)),
    ("level", Kind::Text(NAME)),
    ("description", Kind::Text(DESCRIPTION)),
    ("extend", Kind::Object),
    ("attachmentUuids", Kind::List),
];

fn add(world: &mut World, request: &Request, me: &str) -> Answer {
    let mut fields: Vec<_> = ISSUE_FIELDS.iter().map(|(n, k)| (*n, *k, *n != "attachmentUuids")).collect();
    fields.extend([
        ("resourceType", Kind::Text(NAME), false),
        ("resourceUUID", Kind::Text(NAME), false),
        ("resource", Kind::Text(DESCRIPTION), false),
        ("channelUUIDs", Kind::List, false),
    ]);
    let body = body(request, &fields)?;
    if !matches!(text(&body, "resourceType"), "" | "event" | "dashboard" | "viewer") {
        return refuse("resourceType must be event, dashboard or viewer");
    }
    let level = known_level(world, text(&body, "level"))?;
    let issue = world.open(text(&body, "name"), text(&body, "description"), &level, me);
    let extend = world.kept(object(&body, "extend"));
    let extra: Vec<Value> = body.get("channelUUIDs").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = extend.get("channels").map(channels_in).unwrap_or_default();
    let extra = extra.iter().filter_map(Value::as_str).map(str::to_owned);
    let channels: Vec<String> = extra.chain(named).collect();
    let Some(issue) = world.issue_mut(&issue) else { return Err(no_issue()) };
    issue.extend = extend;
    issue.channels = channels;
    text(&body, "resource").clone_into(&mut issue.resource);
    text(&body, "resourceType").clone_into(&mut issue.resource_type);
    let issue = issue.clone();
    Ok((world.issue_row(&issue), None))
}

/// The channels that an `extend` names.
fn channels_in(channels: &Value) -> Vec<String> {
    let all = channels.as_array().into_iter().flatten();
    all.filter_map(|channel| channel["uuid"].as_str()).map(str::to_owned).collect()
}

fn modify(world: &mut World, request: &Request, uuid: &str, me: &str) -> Answer {
    let mut fields: Vec<_> = ISSUE_FIELDS.iter().map(|(n, k)| (*n, *k, false)).collect();
    fields.push(("statusType", Kind::Integer, false));
    let body = body(request, &fields)?;
    world.issue(uuid).ok_or_else(no_issue)?;
    let given = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let level = given("level").map(|level| known_level(world, &level)).transpose()?;
    let status = body.get("statusType").and_then(Value::as_i64);
    let legal: &[i64] = if world.switches().new_statuses { &[10, 15, 20, 25, 30] } else { &[10, 20, 30] };
    if status.is_some_and(|status| !legal.contains(&status)) {
        return refuse(format!("statusType must be one of {legal:?}"));
    }
    let extend = body.get("extend").map(|_| world.kept(object(&body, "extend")));
    let given_extend = extend.is_some();
    // Source: an older version of the page: `channels` is applied again, and an empty list leaves none but the default.
    let named = extend.as_ref().and_then(|extend| extend.get("channels")).map(channels_in);
    let (merge, unbinds) = (world.switches().merge_extend, world.switches().modify_unbinds_channels);
    let changed = status.is_some() || level.is_some() || body.contains_key("description");
    world.touch(uuid, me, |issue| {
        issue.name = given("name").unwrap_or_else(|| issue.name.clone());
        issue.description = given("description").unwrap_or_else(|| issue.description.clone());
        issue.level = level.unwrap_or_else(|| issue.level.clone());
        issue.status_type = status.unwrap_or(issue.status_type);
        match extend {
            Some(extend) if merge => issue.extend.extend(extend),
            Some(extend) => issue.extend = extend,
            None => {}
        }
        if let Some(named) = named.or((given_extend && unbinds).then(Vec::new)) {
            issue.channels = named;
        }
    });
    if changed {
        world.add_reply(uuid, "change", me, "成员修改了Issue。", Map::new());
    }
    let issue = world.issue(uuid).ok_or_else(no_issue)?;
    Ok((world.issue_row(issue), None))
}

fn replies(world: &World, request: &Request, uuid: &str) -> Answer {
    query(request, &["ordering", "pageSize", "pageIndex"])?;
    if request.query("ordering").is_some_and(|ordering| ordering != "-createAt") {
        return refuse("ordering must be -createAt");
    }
    world.issue(uuid).ok_or_else(no_issue)?;
    let mut rows: Vec<_> = world.replies.iter().filter(|reply| reply.issue == uuid).collect();
    rows.sort_by_key(|reply| Reverse((reply.created, reply.id)));
    let index = number(request, "pageIndex")?.unwrap_or(1);
    let (rows, info) = page(world, rows, number(request, "pageSize")?, world.switches().reply_page, index)?;
    Ok((rows.into_iter().map(|reply| world.reply_row(reply)).collect(), Some(info)))
}

const REPLY_FIELDS: [(&str, Kind, bool); 4] = [
    ("issueUUID", Kind::Text(NAME), true),
    ("content", Kind::TextOrNull(REPLY), false),
    ("extend", Kind::Object, true),
    ("attachmentUuids", Kind::List, false),
];

fn create_reply(world: &mut World, request: &Request, me: &str) -> Answer {
    let body = body(request, &REPLY_FIELDS)?;
    if !body.contains_key("content") {
        return refuse("content is required");
    }
    let issue = text(&body, "issueUUID").to_owned();
    world.issue(&issue).ok_or_else(no_issue)?;
    let files = world.named(body.get("attachmentUuids"))?;
    let mut reply = world.add_reply(&issue, "reply", me, text(&body, "content"), object(&body, "extend"));
    reply.files.clone_from(&files);
    if let Some(kept) = world.reply_mut(&reply.uuid) {
        kept.files = files;
    }
    Ok((world.reply_object(&reply, false), None))
}

fn modify_reply(world: &mut World, request: &Request, uuid: &str, me: &str) -> Answer {
    let body = body(request, &REPLY_FIELDS)?;
    let now = world.now();
    let extend = world.kept(object(&body, "extend"));
    let merge = world.switches().merge_extend;
    let reply = mine(world, uuid, me)?;
    if reply.issue != text(&body, "issueUUID") {
        return refuse("the reply belongs to another issue");
    }
    if body.contains_key("content") {
        text(&body, "content").clone_into(&mut reply.content);
    }
    if merge {
        reply.extend.extend(extend);
    } else {
        reply.extend = extend;
    }
    reply.modified = true;
    reply.updated = now;
    let reply = reply.clone();
    Ok((world.reply_object(&reply, true), None))
}

fn delete_reply(world: &mut World, uuid: &str, me: &str) -> Answer {
    mine(world, uuid, me)?;
    world.remove_reply(uuid);
    Ok((json!(true), None))
}

/// Only the creator may edit a reply: documented for people in the console, assumed for keys.
fn mine<'w>(world: &'w mut World, uuid: &str, me: &str) -> Result<&'w mut super::Reply, Refusal> {
    match world.reply_mut(uuid) {
        None => Err(Refusal(404, "ft.NotFoundIssueReply", "reply not found".to_owned())),
        Some(reply) if reply.creator != me => {
            Err(Refusal(403, "ft.NoPermission", "only the creator may change a reply".to_owned()))
        }
        Some(reply) => Ok(reply),
    }
}

fn channels(world: &World, request: &Request) -> Answer {
    query(request, &[])?;
    let row = |channel: &Named| {
        json!({"createAt": 1_680_767_371, "creator": "acnt_xxxx32", "deleteAt": 1_680_767_373, "description": "",
            "id": 38, "name": channel.name, "notifyTarget": [], "status": 0, "subscribeType": "",
            "updateAt": 1_681_357_025.921_919_4, "updator": "acnt_xxxx32", "uuid": channel.uuid,
            "workspaceUUID": world.options.workspace})
    };
    Ok((world.channels.iter().map(row).collect(), None))
}

fn levels(world: &World, request: &Request) -> Answer {
    query(request, &[])?;
    let system = ["#E94444", "#FF7931", "#FFB44A", "#C9C9C9"].iter().enumerate().map(|(n, color)| {
        json!({"color": color, "description": "默认等级配置", "isDefault": true, "name": format!("P{n}"),
            "uuid": format!("system_level_{n}")})
    });
    let custom = world.levels.iter().map(|level| {
        json!({"color": "#E94444", "createAt": 1_694_593_524, "creator": "acnt_xxxx32", "deleteAt": -1,
            "description": "", "extend": {}, "id": 3, "isDefault": false, "name": level.name, "status": 0,
            "updateAt": 1_694_593_524, "uuid": level.uuid, "workspaceUUID": world.options.workspace})
    });
    Ok((system.chain(custom).collect(), None))
}

/// What `search` looks at is not documented, nor how the list pages.
fn members(world: &World, request: &Request) -> Answer {
    query(request, &["search", "pageSize", "pageIndex"])?;
    let search = request.query("search").unwrap_or_default().to_lowercase();
    let fits = |person: &&Person| {
        let holds = |text: &str| text.to_lowercase().contains(&search);
        match world.switches().member_search {
            MemberSearch::NameOrEmail => holds(&person.name) || holds(&person.nickname) || holds(&person.email),
            MemberSearch::Name => holds(&person.name) || holds(&person.nickname),
            MemberSearch::Ignored => true,
        }
    };
    let rows: Vec<&Person> = world.people.iter().filter(fits).collect();
    let index = number(request, "pageIndex")?.unwrap_or(1);
    let (rows, info) = page(world, rows, number(request, "pageSize")?, world.switches().issue_page, index)?;
    let rows: Vec<Value> = rows.into_iter().map(|person| world.member_row(person)).collect();
    Ok(match world.switches().list_shape {
        ListShape::Nested => (json!({"data": rows, "pageInfo": info}), None),
        ListShape::Bare => (json!(rows), Some(info)),
        ListShape::BareWithoutPages => (json!(rows), None),
    })
}

fn known_level(world: &World, level: &str) -> Result<String, Refusal> {
    let system = level.strip_prefix("system_level_").is_some_and(|n| matches!(n, "0" | "1" | "2" | "3"));
    if level.is_empty() || system || world.levels.iter().any(|known| known.uuid == level) {
        Ok(level.to_owned())
    } else {
        refuse(format!("unknown level {level}"))
    }
}

fn no_issue() -> Refusal {
    Refusal(404, "ft.NotFoundIssue", "issue not found".to_owned())
}

fn text<'b>(body: &'b Map<String, Value>, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn object(body: &Map<String, Value>, name: &str) -> Map<String, Value> {
    body.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}
