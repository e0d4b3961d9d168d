//! What a service of alerts holds: alerts, notes, writes that wait, schedules, integrations.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::switches::{Kind, Options, Switches};

/// An alert.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named as on the wire")]
pub struct Alert {
    pub id: String,
    pub tiny_id: String,
    pub alias: String,
    pub message: String,
    pub description: String,
    pub closed: bool,
    pub acknowledged: bool,
    pub snoozed: bool,
    pub count: usize,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub last_occurred: DateTime<Utc>,
    pub priority: String,
    pub owner: String,
    pub source: String,
    pub entity: String,
    pub tags: Vec<String>,
    pub details: Map<String, Value>,
    /// Id and name of each team that it calls.
    pub teams: Vec<(String, String)>,
    /// Type and name of the integration that made it.
    pub integration: (String, String),
    pub closed_by: String,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as on the wire")]
pub struct Note {
    pub id: String,
    pub alert: String,
    pub text: String,
    pub owner: String,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

/// A schedule, and who is on call by it.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) team: String,
    pub(super) on_call: Vec<String>,
}

/// An integration (Opsgenie) or a sync (JSM), and what it does.
#[derive(Debug, Clone)]
pub(super) struct Integration {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) enabled: bool,
    pub(super) actions: Vec<String>,
}

/// What a write does to an alert.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Acknowledge,
    Unacknowledge,
    Close(String),
    Note(String, String),
    Details(Map<String, Value>),
}

/// A write that was accepted.
#[derive(Debug, Clone)]
struct Waiting {
    request: String,
    alert: String,
    deed: Deed,
    due: DateTime<Utc>,
}

/// What became of a write.
#[derive(Debug, Clone)]
pub(super) struct Processed {
    pub(super) at: DateTime<Utc>,
    pub(super) alert: String,
    pub(super) status: &'static str,
    pub(super) success: bool,
}

pub(super) struct World {
    pub(super) options: Options,
    pub(super) alerts: Vec<Alert>,
    pub(super) notes: Vec<Note>,
    pub(super) schedules: Vec<Schedule>,
    pub(super) integrations: Vec<Integration>,
    pub(super) served: VecDeque<DateTime<Utc>>,
    waiting: Vec<Waiting>,
    hidden: Vec<Waiting>,
    pub(super) processed: HashMap<String, Processed>,
    ids: u64,
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            alerts: Vec::new(),
            notes: Vec::new(),
            schedules: Vec::new(),
            integrations: Vec::new(),
            served: VecDeque::new(),
            waiting: Vec::new(),
            hidden: Vec::new(),
            processed: HashMap::new(),
            ids: 0,
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now()
    }

    pub(super) fn switches(&self) -> &Switches {
        &self.options.switches
    }

    pub(super) fn kind(&self) -> Kind {
        self.options.kind
    }

    pub(super) fn alert(&self, id: &str) -> Option<&Alert> {
        self.alerts.iter().find(|alert| alert.id == id)
    }

    pub(super) fn alert_mut(&mut self, id: &str) -> Option<&mut Alert> {
        self.alerts.iter_mut().find(|alert| alert.id == id)
    }

    pub(super) fn uuid(&mut self) -> String {
        self.ids += 1;
        format!("{:08x}-0000-4000-8000-{:012x}", self.ids * 7_919, self.ids)
    }

    /// An alarm: one more occurrence of the open alert of this alias, or a new alert.
    pub(super) fn fire(&mut self, alias: &str, message: &str) -> String {
        let (now, moves, stops) = (self.now(), self.switches().repeat_moves_update, self.switches().count_stops);
        if let Some(open) = self.alerts.iter_mut().find(|alert| alert.alias == alias && !alert.closed) {
            open.count = if stops { (open.count + 1).min(100) } else { open.count + 1 };
            open.last_occurred = now;
            if moves {
                open.updated = now;
            }
            return open.id.clone();
        }
        let id = format!("{}-{}", self.uuid(), now.timestamp_millis());
        self.alerts.push(Alert {
            id: id.clone(),
            tiny_id: (self.ids % 1_000).to_string(),
            alias: if alias.is_empty() { id.clone() } else { alias.to_owned() },
            message: message.to_owned(),
            description: String::new(),
            closed: false,
            acknowledged: false,
            snoozed: false,
            count: 1,
            created: now,
            updated: now,
            last_occurred: now,
            priority: "P3".to_owned(),
            owner: String::new(),
            source: "prometheus".to_owned(),
            entity: String::new(),
            tags: Vec::new(),
            details: Map::new(),
            teams: Vec::new(),
            integration: ("API".to_owned(), "Default API".to_owned()),
            closed_by: String::new(),
        });
        id
    }

    pub(super) fn add_note(&mut self, alert: &str, owner: &str, text: &str) -> String {
        let (now, moves) = (self.now(), self.switches().note_moves_update);
        self.ids += 1;
        let nanos = now.timestamp_millis() * 1_000_000 + i64::try_from(self.ids).unwrap();
        let id = nanos.to_string();
        self.notes.push(Note {
            id: id.clone(),
            alert: alert.to_owned(),
            text: text.to_owned(),
            owner: owner.to_owned(),
            created: now,
            updated: now,
        });
        if moves && let Some(alert) = self.alert_mut(alert) {
            alert.updated = now;
        }
        id
    }

    /// Takes a write; returns the id of its request.
    pub(super) fn accept(&mut self, alert: &str, deed: Deed) -> String {
        let request = self.uuid();
        let due = self.switches().delay.map_or(DateTime::<Utc>::MAX_UTC, |delay| self.now() + delta(delay));
        self.waiting.push(Waiting { request: request.clone(), alert: alert.to_owned(), deed, due });
        request
    }

    /// Carries out what is due.
    pub(super) fn catch_up(&mut self) {
        let (now, later) = (self.now(), delta(self.switches().shown_after));
        let (due, waiting) = std::mem::take(&mut self.waiting).into_iter().partition(|one| one.due <= now);
        self.waiting = waiting;
        let due: Vec<Waiting> = due;
        for one in due {
            let (status, success) = self.verdict(&one);
            let processed = Processed { at: one.due.max(now - later), alert: one.alert.clone(), status, success };
            self.processed.insert(one.request.clone(), processed);
            if success {
                self.hidden.push(Waiting { due: now + later, ..one });
            }
        }
        let (due, hidden) = std::mem::take(&mut self.hidden).into_iter().partition(|one| one.due <= now);
        self.hidden = hidden;
        let due: Vec<Waiting> = due;
        for one in due {
            self.carry_out(&one);
        }
    }

    fn verdict(&self, one: &Waiting) -> (&'static str, bool) {
        match self.alert(&one.alert) {
            None => ("Alert does not exist", false),
            Some(alert) if alert.closed && self.switches().refuses_closed && !matches!(one.deed, Deed::Note(..)) => {
                ("Alert is already closed", false)
            }
            Some(_) => ("Processed", true),
        }
    }

    fn carry_out(&mut self, one: &Waiting) {
        let now = self.now();
        if let Deed::Note(owner, text) = &one.deed {
            self.add_note(&one.alert, owner, text);
            return;
        }
        let Some(alert) = self.alert_mut(&one.alert) else { return };
        match &one.deed {
            Deed::Note(..) => {}
            Deed::Details(details) => alert.details.extend(details.clone()),
            _ if alert.closed => return,
            Deed::Acknowledge => alert.acknowledged = true,
            Deed::Unacknowledge => alert.acknowledged = false,
            Deed::Close(by) => {
                alert.closed = true;
                by.clone_into(&mut alert.closed_by);
            }
        }
        alert.updated = now;
    }
}

pub(super) fn delta(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap()
}
