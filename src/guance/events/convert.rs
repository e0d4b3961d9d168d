//! Rows become events, and events the rounds that are items. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::wire::Row;
use crate::alarm::{self, Event, Round};
use crate::domain::IssueId;
use crate::ports::Unreadable;

/// What rows are.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) rounds: BTreeMap<IssueId, Round>,
    pub(super) unreadable: Vec<Unreadable>,
}

/// Makes rounds of rows. Rows that are no alarms are left out: they begin and end nothing.
pub(super) fn rounds<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Read {
    let (mut events, mut unreadable): (Vec<Event>, Vec<Unreadable>) = Default::default();
    for row in rows {
        match alarm::read(row, None) {
            Ok(event) => events.extend(event),
            Err(why) => {
                unreadable
                    .push(Unreadable { issue: alarm::id(row, "df_fault_id").map(IssueId::new), why: why.to_string() });
            }
        }
    }
    Read { rounds: alarm::rounds(events), unreadable }
}

/// Returns when a row was stored; the check's time where it does not tell.
pub(super) fn stored(row: &Row) -> Option<DateTime<Utc>> {
    ["create_time", "time"].iter().find_map(|name| alarm::moment(row.get(*name)?))
}

/// Returns what tells a row from others.
pub(super) fn name(row: &Row) -> String {
    let id = alarm::id(row, "__docid").or_else(|| alarm::id(row, "df_event_id"));
    id.unwrap_or_else(|| serde_json::Value::Object(row.clone()).to_string())
}
