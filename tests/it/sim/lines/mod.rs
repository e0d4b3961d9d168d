//! Several lines with one Jira: a second Guance site, alarms that take nothing back, incidents that show no comment, and alerts.
//!
//! One line is *on stage*: the world's Guance, its accounts and its floor are that line's, and people and runs see its side
//! of Jira. The others keep theirs in an [`Own`] until it is their turn.

pub(super) mod alarms;
pub(super) mod alerts;
pub(super) mod incidents;
pub(super) mod luck;
pub(super) mod play;

use std::collections::{BTreeMap, BTreeSet};
use std::mem::swap;

use guajira::domain::{Fingerprint, Key, SealKeys, ServiceName, Side};

use super::accounts::Accounts;
use super::gallery::Bug;
use super::guance::GuanceSite;
use super::history::{Setup, What};
use super::rng::Rng;
use super::world::World;
use alarms::Alarms;
use alerts::Alerts;
use incidents::Incidents;

/// Which lines there are beside the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the world, independent of the others")]
pub(in crate::sim) struct LineSetup {
    /// A second Guance site.
    pub(in crate::sim) eu: bool,
    /// Its issues go to a project of their own.
    pub(in crate::sim) apart: bool,
    /// It is another channel of the same workspace: one key, one minute.
    pub(in crate::sim) one_key: bool,
    /// Alarms.
    pub(in crate::sim) alarms: bool,
    /// Incidents, of the first site's workspace: one key, one minute.
    pub(in crate::sim) incidents: bool,
    /// Alerts of JSM Operations.
    pub(in crate::sim) alerts: bool,
}

impl LineSetup {
    pub(in crate::sim) fn on(self) -> bool {
        self.eu || self.alarms || self.incidents || self.alerts
    }

    /// The lines, in the order of the configuration.
    pub(in crate::sim) fn names(self) -> Vec<ServiceName> {
        let also = [(self.eu, eu()), (self.alarms, alarms()), (self.incidents, incidents()), (self.alerts, alerts())];
        [ServiceName::GUANCE].into_iter().chain(also.into_iter().filter_map(|(on, name)| on.then_some(name))).collect()
    }
}

/// What happens to the state file of a line: it is copied, put back or lost.
fn draw_state(rng: &mut Rng, setup: &Setup) -> Vec<What> {
    let mut all = Vec::new();
    if rng.chance(5) {
        all.push(What::SaveState);
    }
    if rng.chance(4) {
        // Without the slow tier nobody promised to find what changed before the file was lost.
        all.push(if setup.sweep && rng.chance(50) { What::LoseState } else { What::RestoreState });
    }
    all
}

/// What the second Guance site is called.
pub(in crate::sim) fn eu() -> ServiceName {
    "eu".parse().expect("a name")
}

/// What the alarms are called.
pub(in crate::sim) fn alarms() -> ServiceName {
    "alarms".parse().expect("a name")
}

/// What the incidents are called.
pub(in crate::sim) fn incidents() -> ServiceName {
    "incidents".parse().expect("a name")
}

/// What the alerts are called.
pub(in crate::sim) fn alerts() -> ServiceName {
    "alerts".parse().expect("a name")
}

/// What belongs to one line alone, while it is not on stage.
#[derive(Debug)]
pub(in crate::sim) struct Own {
    line: ServiceName,
    guance: GuanceSite,
    accounts: Accounts,
    keys: SealKeys,
    saved_keys: SealKeys,
    floor: i64,
    floor_unknown: bool,
    saved_at: i64,
    saved_floor: (i64, bool),
    state_lost: bool,
    state_restored: bool,
    purse: u8,
    disputed: BTreeSet<Key>,
    believed: BTreeMap<Key, (Key, Fingerprint)>,
}

/// The lines that are not on stage, and what lines have in common.
#[derive(Debug, Default)]
pub(in crate::sim) struct Lines {
    off: Vec<Own>,
    pub(in crate::sim) alarms: Alarms,
    pub(in crate::sim) incidents: Incidents,
    pub(in crate::sim) alerts: Alerts,
    /// This line is not in the configuration for now.
    pub(in crate::sim) out: Option<ServiceName>,
    /// The source of this line cannot be reached for now.
    pub(in crate::sim) down: Option<ServiceName>,
    /// Runs of the program so far.
    pub(in crate::sim) runs: u32,
}

impl Lines {
    pub(in crate::sim) fn new(setup: LineSetup, former: bool, bug: Option<Bug>) -> Self {
        let own = |line: ServiceName| {
            let is_apart = line == eu() && !setup.one_key;
            // Where a key does not name its source, the ids of two sources may be the same.
            let first = match line {
                line if line == eu() && bug != Some(Bug::KeyWithoutSource) => 1 << 40,
                line if line == incidents() => 1 << 41,
                line if line == alerts() => 1 << 42,
                _ => 0,
            };
            Own {
                line,
                guance: GuanceSite { first, ..GuanceSite::default() },
                accounts: Accounts::new(former).of_site(if is_apart { "-eu" } else { "" }),
                keys: SealKeys::default(),
                saved_keys: SealKeys::default(),
                floor: 0,
                floor_unknown: true,
                saved_at: 0,
                saved_floor: (0, true),
                state_lost: false,
                state_restored: false,
                purse: u8::from(is_apart),
                disputed: BTreeSet::new(),
                believed: BTreeMap::new(),
            }
        };
        Self { off: setup.names().into_iter().skip(1).map(own).collect(), ..Self::default() }
    }
}

impl World {
    /// The source of the line on stage.
    pub(in crate::sim) fn source(&self) -> Side {
        Side::Source(self.line)
    }

    /// Its side of Jira.
    pub(in crate::sim) fn tracker(&self) -> Side {
        Side::Tracker(self.line)
    }

    /// Names its pair of services in the seals of issues.
    pub(in crate::sim) fn pair(&self) -> &'static str {
        pair_of(self.line)
    }

    /// Returns true for a Jira issue that no other line made.
    pub(in crate::sim) fn is_of_this_line(&self, at: usize) -> bool {
        let born = self.jira.issues[at].now.born.as_ref();
        born.is_none_or(|key| key.issue_on(self.source()).is_some())
    }

    /// Puts a line on stage.
    pub(in crate::sim) fn enter(&mut self, line: ServiceName) {
        if self.line == line {
            return;
        }
        let mut off = std::mem::take(&mut self.lines.off);
        if let Some(own) = off.iter_mut().find(|own| own.line == line) {
            swap(&mut self.line, &mut own.line);
            swap(&mut self.guance, &mut own.guance);
            swap(&mut self.accounts, &mut own.accounts);
            swap(&mut self.keys, &mut own.keys);
            swap(&mut self.saved_keys, &mut own.saved_keys);
            swap(&mut self.floor, &mut own.floor);
            swap(&mut self.floor_unknown, &mut own.floor_unknown);
            swap(&mut self.saved_at, &mut own.saved_at);
            swap(&mut self.saved_floor, &mut own.saved_floor);
            swap(&mut self.state_lost, &mut own.state_lost);
            swap(&mut self.state_restored, &mut own.state_restored);
            swap(&mut self.purse, &mut own.purse);
            swap(&mut self.disputed, &mut own.disputed);
            swap(&mut self.believed, &mut own.believed);
        }
        self.lines.off = off;
    }
}

/// The place of the project that the second site's issues may have for themselves.
pub(in crate::sim) const APART: usize = 3;

impl World {
    /// The project of all issues of the line on stage, unless its routes choose.
    pub(in crate::sim) fn only_project(&self) -> Option<usize> {
        match self.line {
            line if line == alarms() => Some(0),
            line if line == eu() && self.setup.lines.apart => Some(APART),
            _ => None,
        }
    }
}

/// Names a line's pair of services.
pub(in crate::sim) fn pair_of(line: ServiceName) -> &'static str {
    match line.as_str() {
        "eu" => "fedcba9876543210",
        "alarms" => "aaaabbbbccccdddd",
        "incidents" => "1111222233334444",
        "alerts" => "5555666677778888",
        _ => super::jira::SERVICES,
    }
}
