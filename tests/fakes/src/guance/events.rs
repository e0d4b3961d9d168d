//! Monitors and what they find: rounds of failure, event by event, and the webhook that tells of one.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::FakeGuance;
use super::switches::PageLimit;
use super::world::World;

/// What one check of a monitor finds.
#[derive(Debug, Clone)]
pub struct Check<'a> {
    /// The monitor's name.
    pub monitor: &'a str,
    /// The dimensions that the check is about.
    pub tags: &'a [(&'a str, &'a str)],
    /// `critical`, `error`, `warning`, `nodata`, `info`, or one of the words for an end.
    pub level: &'a str,
    /// Title.
    pub title: &'a str,
    /// Message.
    pub message: &'a str,
    /// When the check was; now, where it is not said.
    pub at: Option<DateTime<Utc>>,
    /// How much later it was stored than now.
    pub lag: TimeDelta,
    /// Whether the alarm is muted.
    pub silent: bool,
    /// Labels of the monitor.
    pub labels: &'a [&'a str],
    /// What intelligent monitoring finds is another measurement.
    pub smart: bool,
}

impl Default for Check<'_> {
    fn default() -> Self {
        Self {
            monitor: "disk",
            tags: &[("host", "web-1")],
            level: "critical",
            title: "disk is full",
            message: "> Host: web-1  \n> Used: **91%**",
            at: None,
            lag: TimeDelta::zero(),
            silent: false,
            labels: &[],
            smart: false,
        }
    }
}

/// One thing that a monitor watches.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    reference: String,
    /// The round that goes on: its first event's id, and when it began.
    round: Option<(String, DateTime<Utc>)>,
}

/// An event as it is stored.
#[derive(Debug, Clone)]
pub(super) struct KeptEvent {
    pub(super) doc: String,
    pub(super) measurement: &'static str,
    pub(super) at: DateTime<Utc>,
    pub(super) stored: DateTime<Utc>,
    /// Numbers are numbers here, times are seconds.
    pub(super) fields: Map<String, Value>,
}

/// What is not documented of events and of queries for them; the defaults are what the pages say or show.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct EventSwitches {
    /// Whether events name their round.
    pub fault_id: bool,
    /// Whether events tell when their round began.
    pub start: bool,
    /// Whether `df_fault_status` is there.
    pub fault_status: bool,
    /// How an end is told.
    pub ok_form: OkForm,
    /// Whether numbers come as texts.
    pub numbers_as_text: bool,
    /// Whether a column that no row has is there, with nulls.
    pub empty_columns: bool,
    /// How rows are put into series.
    pub series: SeriesForm,
    /// In which order rows come.
    pub order: EventOrder,
    /// How further pages are reached.
    pub paging: EventPaging,
    /// What happens to a limit above the greatest one.
    pub limit: PageLimit,
    /// The longest time range that is carried out.
    pub longest_span: Option<TimeDelta>,
    /// Whether more than one query in a request is refused.
    pub one_query: bool,
    /// Whether a query is answered before it has ended.
    pub running: bool,
    /// How old an answer may be that was not asked for without cache.
    pub cache: TimeDelta,
    /// Monitors that the key may not see.
    pub hidden: Vec<String>,
}

/// How an end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OkForm {
    /// `df_status` is `ok`, `df_sub_status` is which end it is.
    Status,
    /// `df_status` says which end it is.
    Words,
    /// `df_status` stays what it was; `df_sub_status` and `df_fault_status` say that it is over.
    SubStatus,
}

/// How rows are put into series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesForm {
    /// One for each measurement.
    PerMeasurement,
    /// The same, with columns in another order in each.
    Shuffled,
    /// Without columns of its own: the names stand beside it.
    NamesBeside,
    /// One for each alarm, which is told in `tags`.
    Grouped,
}

/// In which order rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrder {
    /// As `order_by` says.
    Asked,
    /// Newest first, whatever is asked for.
    NewestFirst,
    /// In none, which stays the same.
    Mixed,
}

/// How further pages are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPaging {
    /// By `offset`, and by `search_after`.
    Both,
    /// By `offset` up to so many rows; beyond by `search_after` only.
    OffsetUpTo(usize),
    /// By `search_after`; `offset` says nothing.
    AfterOnly,
    /// By `offset`; an answer has no `search_after`.
    OffsetOnly,
}

impl Default for EventSwitches {
    fn default() -> Self {
        Self {
            fault_id: true,
            start: true,
            fault_status: true,
            ok_form: OkForm::Status,
            numbers_as_text: true,
            empty_columns: true,
            series: SeriesForm::PerMeasurement,
            order: EventOrder::Asked,
            paging: EventPaging::Both,
            limit: PageLimit::None,
            longest_span: None,
            one_query: false,
            running: false,
            cache: TimeDelta::seconds(60),
            hidden: Vec::new(),
        }
    }
}

fn hash(parts: &[&str]) -> String {
    let mut hex = String::new();
    for salt in [0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15] {
        let mut hash = salt;
        for byte in parts.join("\0").bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let _ = write!(hex, "{hash:016x}");
    }
    hex
}

fn tags_of(tags: &[(&str, &str)]) -> String {
    Value::Object(tags.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()).to_string()
}

const ENDS: [&str; 4] = ["ok", "nodata_ok", "nodata_as_ok", "manual_ok"];

impl World {
    fn alarm(&mut self, reference: &str) -> &mut Alarm {
        if let Some(at) = self.alarms.iter().position(|alarm| alarm.reference == reference) {
            return &mut self.alarms[at];
        }
        self.alarms.push(Alarm { reference: reference.to_owned(), round: None });
        self.alarms.last_mut().expect("an alarm")
    }

    /// Stores what a check has found; returns the event's id.
    fn check(&mut self, check: &Check<'_>, who: Option<&str>) -> String {
        let (now, switches) = (self.now(), self.switches().events.clone());
        let at = check.at.unwrap_or(now);
        let (checker, tags) = (format!("rul_{}", hash(&[check.monitor])), tags_of(check.tags));
        let reference = hash(&[&checker, &tags]);
        let event = format!("event-{}", self.uuid("e").1.trim_start_matches("e_"));
        let (is_end, is_fault) = (ENDS.contains(&check.level), !ENDS.contains(&check.level) && check.level != "info");
        let alarm = self.alarm(&reference);
        if is_fault && alarm.round.is_none() {
            alarm.round = Some((event.clone(), at));
        }
        let round = alarm.round.clone();
        if is_end {
            alarm.round = None;
        }
        let status = match (is_end, switches.ok_form) {
            (true, OkForm::Status) => "ok",
            (true, OkForm::SubStatus) => "critical",
            _ => check.level,
        };
        let mut fields = json!({
            "df_event_id": event, "df_source": if check.smart { "smartMonitor" } else { "monitor" }, "df_status": status,
            "df_sub_status": check.level, "df_title": check.title, "df_message": check.message,
            "df_dimension_tags": tags, "df_monitor_checker_id": checker, "df_monitor_checker_name": check.monitor,
            "df_monitor_checker_event_ref": reference, "df_is_silent": check.silent.to_string(),
            "df_label": json!(check.labels).to_string(), "df_workspace_uuid": self.options.workspace,
            "df_date_range": 60,
        });
        if let Some((round, began)) = round {
            fields["df_fault_id"] = json!(round);
            fields["df_fault_status"] = json!(if is_end { "ok" } else { "fault" });
            fields["df_fault_start_time"] = json!(began.timestamp());
            fields["df_fault_duration"] = json!((at - began).num_seconds());
        }
        if let Some(who) = who {
            let id = self.account(who);
            fields["df_user_email"] = self.info(&id, false)["email"].clone();
            fields["df_user_name"] = json!(who);
            fields["df_user_id"] = json!(id);
        }
        let Value::Object(mut fields) = fields else { unreachable!() };
        fields.retain(|name, _| match name.as_str() {
            "df_fault_id" => switches.fault_id,
            "df_fault_start_time" | "df_fault_duration" => switches.start,
            "df_fault_status" => switches.fault_status,
            _ => true,
        });
        let doc = format!("E_{}", self.uuid("d").1[2..22].to_owned());
        let measurement = if check.smart { "smartMonitor" } else { "monitor" };
        self.events.push(KeptEvent { doc, measurement, at, stored: now + check.lag, fields });
        event
    }

    fn event(&self, id: &str) -> &KeptEvent {
        self.events.iter().find(|event| event.fields["df_event_id"] == id).expect("an event")
    }
}

impl FakeGuance {
    /// A monitor checks, and stores an event; returns the event's id. A round begins with a failure, where none goes on, and
    /// is named after its first event.
    pub fn check(&self, check: &Check<'_>) -> String {
        self.world().check(check, None)
    }

    /// A person ends a round by hand; returns the event's id.
    pub fn end_by_hand(&self, check: &Check<'_>, who: &str) -> String {
        self.world().check(&Check { level: "manual_ok", ..check.clone() }, Some(who))
    }

    /// Stores an event once more, as another document.
    pub fn store_again(&self, event: &str) {
        let mut world = self.world();
        let doc = format!("E_{}", world.uuid("d").1[2..22].to_owned());
        let again = KeptEvent { doc, stored: world.now(), ..world.event(event).clone() };
        world.events.push(again);
    }

    /// Changes the fields of a stored event, as another version of the service would have left them.
    pub fn rewrite_event(&self, event: &str, act: impl FnOnce(&mut Map<String, Value>)) {
        let mut world = self.world();
        act(&mut world.events.iter_mut().find(|one| one.fields["df_event_id"] == event).expect("an event").fields);
    }

    /// Forgets the events of checks before a time, as a workspace does after some days.
    pub fn forget_events_before(&self, time: DateTime<Utc>) {
        self.world().events.retain(|event| event.at >= time);
    }

    /// What a webhook sends of an event: times in seconds, numbers as numbers, each dimension once more, and a link to the
    /// console at `console`.
    pub fn webhook(&self, event: &str, console: &str) -> Value {
        let world = self.world();
        let stored = world.event(event);
        let mut fields = stored.fields.clone();
        let at = stored.at.timestamp();
        let tags: Value = serde_json::from_str(fields["df_dimension_tags"].as_str().expect("a text")).expect("JSON");
        fields.extend(tags.as_object().expect("tags").clone());
        let window = format!("time={}%2C{}", (at - 900) * 1000, (at + 60) * 1000);
        let link = format!("{console}/keyevents/monitor?{window}&w={}", world.options.workspace);
        fields.extend([
            ("date".to_owned(), json!(at)),
            ("timestamp".to_owned(), json!(at)),
            ("df_event_link".to_owned(), json!(link)),
            ("Result".to_owned(), json!(91)),
            ("workspace_uuid".to_owned(), json!(world.options.workspace)),
        ]);
        Value::Object(fields)
    }
}
