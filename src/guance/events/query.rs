//! The text and the parameters of queries.
//!
//! Source: Guance documentation, "DQL definition" (filters, `E::`), Guance Open API, `POST /api/v1/df/query_data_v1`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::domain::IssueId;

/// What is read of an event. Source: Guance documentation, "events".
const COLUMNS: [&str; 22] = [
    "__docid",
    "create_time",
    "df_event_id",
    "df_fault_id",
    "df_monitor_checker_event_ref",
    "df_source",
    "df_status",
    "df_sub_status",
    "df_fault_status",
    "df_fault_start_time",
    "df_issue_start_time",
    "df_title",
    "df_message",
    "df_dimension_tags",
    "df_label",
    "df_monitor_checker_id",
    "df_monitor_checker_name",
    "df_is_silent",
    "df_user_id",
    "df_user_name",
    "df_user_email",
    "df_workspace_uuid",
];

/// Longest time between two checks of a monitor, by which a check may have been before its event was stored.
///
/// Source: Guance documentation, "threshold detection": 24 hours.
const LONGEST_CHECK: TimeDelta = TimeDelta::hours(24);

/// Which events are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those that were stored at or after a time, and before another.
    Stored(DateTime<Utc>, Option<DateTime<Utc>>),
    /// Those with these ids: the first ones of rounds.
    Named(Vec<String>),
    /// Those of a round.
    Of(IssueId),
}

/// A query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) wanted: Wanted,
    /// The times of checks that it is about.
    pub(super) times: (DateTime<Utc>, DateTime<Utc>),
    pub(super) newest_first: bool,
    pub(super) limit: usize,
    pub(super) offset: usize,
    /// The answer's own word for where the next page begins.
    pub(super) after: Option<Value>,
}

impl Query {
    /// How far beyond the clock an open window reaches.
    pub(super) const BEYOND: TimeDelta = TimeDelta::minutes(5);

    /// Returns a query for what was stored in a window; `now` is the service's time.
    ///
    /// A time range selects by the time of the check, which is before the event was stored.
    pub(super) fn stored(from: DateTime<Utc>, until: Option<DateTime<Utc>>, now: DateTime<Utc>, limit: usize) -> Self {
        let end = until.map_or(now, |until| until.min(now)).max(from) + Self::BEYOND;
        Self::new(Wanted::Stored(from, until), (from - LONGEST_CHECK, end), limit)
    }

    /// Returns a query for events with these ids, whose checks were at or after a time.
    pub(super) fn named(ids: Vec<String>, since: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        // An event may be stored twice.
        let limit = ids.len().saturating_mul(2).max(1);
        Self::new(Wanted::Named(ids), (since, now.max(since) + Self::BEYOND), limit)
    }

    /// Returns a query for the events of a round, whose checks were at or after a time.
    pub(super) fn of(round: &IssueId, since: DateTime<Utc>, now: DateTime<Utc>, limit: usize) -> Self {
        Self::new(Wanted::Of(round.clone()), (since, now.max(since) + Self::BEYOND), limit)
    }

    fn new(wanted: Wanted, times: (DateTime<Utc>, DateTime<Utc>), limit: usize) -> Self {
        Self { wanted, times, newest_first: false, limit, offset: 0, after: None }
    }

    /// Returns the element of `queries`. The order is asked for in both documented forms, since it depends on the engine
    /// behind the workspace which one counts.
    pub(super) fn json(&self) -> Value {
        let (upper, lower) = if self.newest_first { ("DESC", "desc") } else { ("ASC", "asc") };
        let mut query = json!({
            "q": self.text(),
            "timeRange": [self.times.0.timestamp_millis(), self.times.1.timestamp_millis()],
            "order_by": [{"column": "create_time", "order": upper}],
            "orderby": [{"create_time": lower}],
            "limit": self.limit,
            "offset": self.offset,
            // Without it one column comes back.
            "disableMultipleField": false,
            // With it rows may be thinned out.
            "disable_sampling": true,
            // Else the answer may be an old one.
            "ignore_cache": true,
            "tz": "UTC",
        });
        if let (Some(after), Some(query)) = (&self.after, query.as_object_mut()) {
            query.insert("search_after".to_owned(), after.clone());
        }
        query
    }

    /// Returns the query's text. Whatever stands in quotes is an id: how a quote is escaped is not documented.
    ///
    /// Every measurement is asked for: whether that of intelligent monitors has another name is not documented.
    fn text(&self) -> String {
        let columns = COLUMNS.map(|column| format!("`{column}`")).join(",");
        let filter = match &self.wanted {
            Wanted::Stored(from, until) => {
                let until = until.map(|until| format!(" && `create_time` < {}", until.timestamp_millis()));
                format!(
                    "`df_monitor_checker_event_ref` = exists() && `create_time` >= {}{}",
                    from.timestamp_millis(),
                    until.unwrap_or_default()
                )
            }
            Wanted::Named(ids) => {
                let ids = ids.iter().filter(|id| is_plain(id)).map(|id| format!("'{id}'")).collect::<Vec<_>>();
                format!("`df_event_id` in [{}]", ids.join(","))
            }
            Wanted::Of(round) => {
                let (field, id) = named_by(round);
                format!("`{field}` = '{}'", if is_plain(id) { id } else { "" })
            }
        };
        format!("E::RE(`.*`):({columns}) {{ {filter} }}")
    }
}

/// Returns the field by which the events of a round are found, and its value: the round's id, or the alarm's where the
/// service gives rounds no ids.
fn named_by(round: &IssueId) -> (&'static str, &str) {
    let id = round.as_str();
    if id.starts_with("event-") {
        return ("df_fault_id", id);
    }
    let alarm = id.rsplit_once('.').filter(|(_, start)| !start.is_empty() && start.bytes().all(|b| b.is_ascii_digit()));
    ("df_monitor_checker_event_ref", alarm.map_or(id, |(alarm, _)| alarm))
}

/// Returns when a round began, where its id tells.
pub(super) fn start_of(round: &IssueId) -> Option<DateTime<Utc>> {
    let (_, start) = round.as_str().rsplit_once('.')?;
    DateTime::from_timestamp(start.parse().ok()?, 0)
}

fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn filter(query: &Query) -> String {
        query.text().split_once(" { ").unwrap().1.trim_end_matches(" }").to_owned()
    }

    #[test]
    fn a_poll_selects_by_when_events_were_stored_and_leaves_room_for_checks() {
        let query = Query::stored(at(1_000_000), None, at(1_000_600), 1000);
        assert_eq!(filter(&query), "`df_monitor_checker_event_ref` = exists() && `create_time` >= 1000000000");
        let json = query.json();
        assert_eq!(json["timeRange"], json!([(1_000_000 - 86_400) * 1000_i64, (1_000_600 + 300) * 1000_i64]));
        assert_eq!((&json["ignore_cache"], &json["disableMultipleField"]), (&json!(true), &json!(false)));
        assert_eq!((&json["order_by"][0]["order"], &json["orderby"][0]["create_time"]), (&json!("ASC"), &json!("asc")));
        assert_eq!(json.get("search_after"), None);
        let window = Query::stored(at(10), Some(at(20)), at(1000), 100);
        assert!(filter(&window).ends_with("`create_time` >= 10000 && `create_time` < 20000"));
        assert_eq!(window.times.1, at(20 + 300));
        assert!(query.text().starts_with("E::RE(`.*`):(`__docid`,`create_time`,"));
    }

    #[test]
    fn a_round_is_found_by_whatever_names_it() {
        for (id, want) in [
            ("event-1", "`df_fault_id` = 'event-1'"),
            ("13713ac2", "`df_monitor_checker_event_ref` = '13713ac2'"),
            ("13713ac2.1693034940", "`df_monitor_checker_event_ref` = '13713ac2'"),
            ("x.y", "`df_monitor_checker_event_ref` = 'x.y'"),
            ("event-1' || 'a' = 'a", "`df_fault_id` = ''"),
        ] {
            assert_eq!(filter(&Query::of(&IssueId::new(id), at(0), at(1), 10)), want, "{id}");
        }
        let named = Query::named(vec!["event-1".to_owned(), "event-2".to_owned(), "'".to_owned()], at(0), at(1));
        assert_eq!(filter(&named), "`df_event_id` in ['event-1','event-2']");
        assert_eq!(start_of(&IssueId::new("a.1693034940")), Some(at(1_693_034_940)));
        assert_eq!(start_of(&IssueId::new("event-1")), None);
    }
}
