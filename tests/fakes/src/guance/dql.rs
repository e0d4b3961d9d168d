//! `POST /api/v1/df/query_data_v1`, for the queries of events that a poller sends and no others.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::events::{EventOrder, EventPaging, KeptEvent, SeriesForm};
use super::routes::Answer;
use super::strict::{Kind, Refusal, body, query, refuse};
use super::switches::PageLimit;
use super::world::World;
use crate::server::Request;

/// The parameters of a query that the page lists, as far as one of events can have them; `ignore_cache` is on an older page.
const PARAMETERS: [&str; 12] = [
    "q",
    "timeRange",
    "order_by",
    "orderby",
    "limit",
    "offset",
    "disableMultipleField",
    "disable_sampling",
    "ignore_cache",
    "tz",
    "search_after",
    "align_time",
];

/// A default that is not documented.
const LIMIT: usize = 100;

pub(super) fn query_data(world: &World, request: &Request) -> Answer {
    query(request, &[])?;
    let body = body(request, &[("queries", Kind::List, true), ("fieldTagDescNeeded", Kind::Object, false)])?;
    let queries = body["queries"].as_array().cloned().unwrap_or_default();
    if queries.is_empty() || queries.len() > 1 && world.switches().events.one_query {
        return refuse("the number of queries is not supported");
    }
    let mut data = Vec::new();
    for one in &queries {
        let Some(query) = one["query"].as_object().filter(|_| one["qtype"] == "dql") else {
            return refuse("a query is of qtype dql and has an object query");
        };
        data.push(Query::read(query)?.answer(world)?);
    }
    Ok((json!({"data": data, "declaration": {}}), None))
}

struct Query {
    columns: Vec<String>,
    conditions: Vec<Condition>,
    times: (i64, i64),
    descending: bool,
    limit: Option<usize>,
    offset: usize,
    after: Option<Vec<Value>>,
    fresh: bool,
}

enum Condition {
    Exists(String),
    AtLeast(String, i64),
    Less(String, i64),
    Is(String, String),
    In(String, Vec<String>),
}

impl Query {
    fn read(query: &Map<String, Value>) -> Result<Self, Refusal> {
        if let Some(unknown) = query.keys().find(|name| !PARAMETERS.contains(&name.as_str())) {
            return refuse(format!("unknown parameter {unknown}"));
        }
        // Without them one column comes back, or not every row.
        if query.get("disableMultipleField") != Some(&json!(false))
            || query.get("disable_sampling") != Some(&json!(true))
        {
            return refuse("this fake answers whole rows only: disableMultipleField, disable_sampling");
        }
        let Some([from, until]) =
            query.get("timeRange").and_then(|range| serde_json::from_value::<[i64; 2]>(range.clone()).ok())
        else {
            return refuse("timeRange must be two integers");
        };
        if from < 100_000_000_000 || until <= from {
            return refuse("timeRange is not in milliseconds, or is empty");
        }
        let order = &query.get("order_by").cloned().unwrap_or_default()[0];
        if order["column"] != "create_time" || !["ASC", "DESC"].contains(&order["order"].as_str().unwrap_or_default()) {
            return refuse("this fake sorts by create_time only");
        }
        let (columns, conditions) = parse(query.get("q").and_then(Value::as_str).unwrap_or_default())?;
        let number = |name: &str| query.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
        Ok(Self {
            columns,
            conditions,
            times: (from, until),
            descending: order["order"] == "DESC",
            limit: number("limit"),
            offset: number("offset").unwrap_or(0),
            after: query.get("search_after").and_then(Value::as_array).cloned(),
            fresh: query.get("ignore_cache") == Some(&json!(true)),
        })
    }

    fn answer(&self, world: &World) -> Result<Value, Refusal> {
        let switches = &world.switches().events;
        let (from, until) = self.times;
        if switches.longest_span.is_some_and(|longest| TimeDelta::milliseconds(until - from) > longest) {
            return refuse("the time range is too long");
        }
        let limit = match (self.limit.unwrap_or(LIMIT), switches.limit) {
            (asked, PageLimit::Refuse(most)) if asked > most => return refuse(format!("limit is larger than {most}")),
            (asked, PageLimit::Clamp(most)) => asked.min(most),
            (asked, _) => asked,
        };
        let seen = world.now() - if self.fresh { TimeDelta::zero() } else { switches.cache };
        let mut events: Vec<&KeptEvent> = world
            .events
            .iter()
            .filter(|event| event.stored <= seen && (from..=until).contains(&event.at.timestamp_millis()))
            .filter(|event| !switches.hidden.iter().any(|name| event.fields["df_monitor_checker_name"] == **name))
            .filter(|event| self.conditions.iter().all(|condition| condition.holds(event)))
            .collect();
        match switches.order {
            EventOrder::Asked => events.sort_by_key(|event| key(event)),
            EventOrder::NewestFirst => events.sort_by_key(|event| std::cmp::Reverse(key(event))),
            EventOrder::Mixed => events.sort_by(|a, b| a.doc.cmp(&b.doc)),
        }
        if self.descending && switches.order == EventOrder::Asked {
            events.reverse();
        }
        let place = |event: &KeptEvent| json!([event.stored.timestamp_millis(), event.doc]);
        let last = self.after.as_ref().filter(|after| !after.is_empty());
        let begin = match (last, switches.paging) {
            (Some(_), EventPaging::OffsetOnly) => return refuse("unknown parameter search_after"),
            (Some(after), _) => {
                let at = events.iter().position(|event| place(event) == json!(after));
                at.map_or(events.len(), |at| at + 1)
            }
            (None, EventPaging::AfterOnly) => 0,
            (None, EventPaging::OffsetUpTo(most)) if self.offset >= most => return refuse("offset is too large"),
            (None, _) => self.offset,
        };
        let page: Vec<&KeptEvent> = events.into_iter().skip(begin).take(limit).collect();
        let mut data = json!({"async_id": "", "complete": false, "is_running": switches.running, "next_cursor_time": -1,
            "points": null, "column_names": self.columns, "series": self.series(world, &page)});
        if let Some(last) = page.last().filter(|_| switches.paging != EventPaging::OffsetOnly) {
            data["search_after"] = place(last);
        }
        Ok(data)
    }

    fn series(&self, world: &World, page: &[&KeptEvent]) -> Value {
        let switches = &world.switches().events;
        let group = |event: &KeptEvent| match switches.series {
            SeriesForm::Grouped => event.fields["df_monitor_checker_event_ref"].to_string(),
            _ => event.measurement.to_owned(),
        };
        let mut groups: Vec<(String, Vec<&KeptEvent>)> = Vec::new();
        for event in page {
            match groups.iter_mut().find(|(name, _)| *name == group(event)) {
                Some((_, all)) => all.push(event),
                None => groups.push((group(event), vec![event])),
            }
        }
        let one = |(n, (_, events)): (usize, &(String, Vec<&KeptEvent>))| {
            let mut columns: Vec<&str> =
                std::iter::once("time").chain(self.columns.iter().map(String::as_str)).collect();
            let is_there = |name: &str| events.iter().any(|event| !cell(event, name, true).is_null());
            columns.retain(|name| switches.empty_columns || is_there(name));
            if switches.series == SeriesForm::Shuffled {
                let by = (n * 7 + 5) % columns.len();
                columns.rotate_left(by);
            }
            if switches.series == SeriesForm::Grouped {
                columns.retain(|name| *name != "df_monitor_checker_event_ref");
            }
            let row = |event: &&KeptEvent| -> Value {
                columns.iter().map(|name| cell(event, name, switches.numbers_as_text)).collect()
            };
            let mut series =
                json!({"name": events[0].measurement, "values": events.iter().map(row).collect::<Vec<_>>()});
            match switches.series {
                SeriesForm::NamesBeside if switches.empty_columns => {}
                _ => series["columns"] = json!(columns),
            }
            if switches.series == SeriesForm::Grouped {
                series["tags"] =
                    json!({"df_monitor_checker_event_ref": events[0].fields["df_monitor_checker_event_ref"]});
            }
            series
        };
        groups.iter().enumerate().map(one).collect()
    }
}

fn key(event: &KeptEvent) -> (DateTime<Utc>, String) {
    (event.stored, event.doc.clone())
}

fn cell(event: &KeptEvent, name: &str, as_text: bool) -> Value {
    match name {
        "time" => json!(event.at.timestamp_millis()),
        "create_time" => json!(event.stored.timestamp_millis()),
        "__docid" => json!(event.doc),
        _ => match event.fields.get(name) {
            Some(Value::Number(number)) if as_text => json!(number.to_string()),
            other => other.cloned().unwrap_or_default(),
        },
    }
}

impl Condition {
    fn holds(&self, event: &KeptEvent) -> bool {
        let text = |name: &str| cell(event, name, false).as_str().unwrap_or_default().to_owned();
        let number = |name: &str| cell(event, name, false).as_i64().unwrap_or_default();
        match self {
            Self::Exists(name) => !cell(event, name, false).is_null(),
            Self::AtLeast(name, least) => number(name) >= *least,
            Self::Less(name, most) => number(name) < *most,
            Self::Is(name, value) => text(name) == *value,
            Self::In(name, values) => values.contains(&text(name)),
        }
    }
}

/// Takes a query apart, of the form that a poller sends: measurements, columns, conditions.
fn parse(text: &str) -> Result<(Vec<String>, Vec<Condition>), Refusal> {
    let syntax = || Refusal(400, "ft.InvalidDQL", format!("this fake does not understand {text}"));
    let (columns, rest) =
        text.strip_prefix("E::RE(`.*`):(").and_then(|rest| rest.split_once(')')).ok_or_else(syntax)?;
    let name = |name: &str| {
        let bare = name.trim().strip_prefix('`')?.strip_suffix('`')?;
        let known = bare == "create_time" || bare == "__docid" || bare.starts_with("df_");
        known.then(|| bare.to_owned())
    };
    let columns: Option<Vec<String>> = columns.split(',').map(name).collect();
    let filter = rest.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(syntax)?;
    let text_of = |word: &str| {
        let inside = word.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        (!inside.contains(['\'', '\\'])).then(|| inside.to_owned())
    };
    let condition = |part: &str| {
        let part = part.trim();
        if let Some((left, right)) = part.split_once(" >= ") {
            return Some(Condition::AtLeast(name(left)?, right.parse().ok()?));
        }
        if let Some((left, right)) = part.split_once(" < ") {
            return Some(Condition::Less(name(left)?, right.parse().ok()?));
        }
        if let Some((left, right)) = part.split_once(" in ") {
            let list = right.strip_prefix('[')?.strip_suffix(']')?;
            return Some(Condition::In(name(left)?, list.split(',').map(text_of).collect::<Option<_>>()?));
        }
        let (left, right) = part.split_once(" = ")?;
        if right == "exists()" {
            return Some(Condition::Exists(name(left)?));
        }
        Some(Condition::Is(name(left)?, text_of(right)?))
    };
    let conditions: Option<Vec<Condition>> = filter.split(" && ").map(condition).collect();
    Ok((columns.ok_or_else(syntax)?, conditions.ok_or_else(syntax)?))
}
