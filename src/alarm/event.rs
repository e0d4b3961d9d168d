//! One event of an alarm.

use chrono::{DateTime, Utc};

use crate::domain::{IssueId, Person, Side};

/// The side on which alarms are.
pub const SIDE: Side = Side::GUANCE;

/// What an event says about its round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It fails.
    Fault,
    /// It is over.
    Over,
}

/// Who checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitor {
    /// Its id (`rul_…`); empty where nobody tells.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// One event of an alarm, in the same form whichever way it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its own id: one delivery of it is as good as many.
    pub id: String,
    /// The item that it is of.
    pub item: IssueId,
    /// True where the item is this round alone; false where nothing tells one round of an alarm from the next.
    pub names_round: bool,
    /// The same alarm in all its rounds.
    pub alarm: String,
    /// What it says.
    pub state: State,
    /// How grave, in the source's word: `critical`; empty where nobody tells.
    pub level: String,
    /// How it ended, in the source's word: `manual_ok`; for a fault its level, or what the monitor calls it.
    pub word: String,
    /// When the check was.
    pub at: DateTime<Utc>,
    /// When it was stored: what is polled, and what is piped, may come late.
    pub stored: DateTime<Utc>,
    /// When its round began, as far as it tells.
    pub started: Option<DateTime<Utc>>,
    /// One line.
    pub title: String,
    /// HTML, Markdown or plain.
    pub text: String,
    /// The dimensions that tell this alarm from others of the same monitor.
    pub tags: Vec<(String, String)>,
    /// Words that people put on the monitor.
    pub labels: Vec<String>,
    /// Who checked.
    pub monitor: Monitor,
    /// Who ended the round by hand; nobody else is named.
    pub by: Person,
    /// True while the alarm is muted.
    pub silent: bool,
    /// The workspace that it is of; empty where nobody tells.
    pub workspace: String,
    /// Where people see it, as it tells itself; empty where it does not.
    pub url: String,
}

impl Event {
    /// Returns true for the event that begins a round of Guance, which is named after it.
    ///
    /// Source: Guance documentation, "events", `df_fault_id`: the `df_event_id` of the round's first failing event.
    pub fn begins(&self) -> bool {
        self.state == State::Fault && self.id == self.item.as_str()
    }
}
