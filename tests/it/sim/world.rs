//! The simulated world: true time, both services, the luck of each request, and what has been proven wrong so far.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use guajira::domain::{
    Action, Claim, Fingerprint, Key, Maker, Person, Push, Seal, SealKeys, ServiceName, Side, Witness,
};
use guajira::ports::{Clock, Crash, Failpoints, Stop};
use guajira::text::Doc;

use super::accounts::Accounts;
use super::faithful::Stubborn;
use super::gallery::Bug;
use super::guance::GuanceSite;
use super::history::{Run, Setup};
use super::jira::JiraSite;
use super::lines::Lines;

/// True time at the start of every history, in milliseconds since 1970.
const START_MS: i64 = 1_795_000_000_000;

/// Payload of the panic that stands for the death of the process inside a request.
#[derive(Debug)]
pub(super) struct Killed;

/// A marker kept beside a text, or on an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) key: Key,
    pub(super) written: Fingerprint,
    pub(super) seal: Option<Seal>,
}

impl Mark {
    /// What guajira writes with a push.
    pub(super) fn of(push: &Push) -> Self {
        Self { key: push.key.origin(), written: push.content.clone(), seal: push.seal.clone() }
    }

    /// Returns true when one of these keys sealed it for this place.
    pub(super) fn holds(&self, keys: &SealKeys, place: &str) -> bool {
        self.seal.as_ref().is_some_and(|seal| keys.made(seal, &self.key, &self.written, place))
    }

    /// Reads it as an adapter does that knows these keys.
    pub(super) fn claim(&self, keys: &SealKeys, place: &str, maker: Maker) -> Option<Claim> {
        let sealed = self.holds(keys, place);
        Claim::credible(self.key.clone(), Some(self.written.clone()), maker, sealed, Witness::Hidden)
    }
}

/// A comment or a reply, as its service holds it.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) id: String,
    pub(super) author: Person,
    pub(super) body: Doc,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) restricted: bool,
    /// The truth: since when not everybody can read it, or nobody, in true time.
    pub(super) hidden_since: Option<i64>,
    /// The marker kept beside the text: a comment property, or `extend`.
    pub(super) aside: Option<Mark>,
    /// The truth, which no service tells: guajira wrote it, under this key.
    pub(super) born: Option<Key>,
    pub(super) deleted: bool,
    /// What a person wrote in it by hand, when it is a copy.
    pub(super) hand: Option<String>,
    /// The truth: the original's content that guajira last wrote here.
    pub(super) written: Option<Fingerprint>,
    /// What its last writer meant to say: a unique token, or words that others use too.
    pub(super) words: String,
    /// A monitor appended it.
    pub(super) by_monitor: bool,
}

impl Note {
    /// What guajira writes into a thread: the copy that `push` carries.
    pub(super) fn copy(id: String, author: &str, body: &Doc, push: &Push, aside: Option<Mark>, now: i64) -> Self {
        Self {
            id,
            author: Person { id: author.into(), ..Person::default() },
            body: body.clone(),
            created: now,
            updated: now,
            restricted: false,
            hidden_since: None,
            aside,
            born: Some(push.key.origin()),
            deleted: false,
            hand: None,
            written: Some(push.content.clone()),
            words: String::new(),
            by_monitor: false,
        }
    }

    /// What people have said in it.
    pub(super) fn said(&self) -> impl Iterator<Item = String> {
        std::iter::once(&self.words).chain(&self.hand).cloned()
    }

    /// Guajira writes a newer text into its copy.
    pub(super) fn rewrite(&mut self, body: &Doc, content: &Fingerprint, aside: Option<Mark>) {
        self.body = body.clone();
        self.aside = aside;
        self.hand = None;
        self.written = Some(content.clone());
    }

    /// Returns true when writing this content would undo a person's work for nothing.
    pub(super) fn tramples(&self, content: &Fingerprint) -> bool {
        self.hand.is_some() && self.written.as_ref() == Some(content)
    }
}

/// Everything there is.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a plain fact about the world")]
pub(super) struct World {
    pub(super) setup: Setup,
    pub(super) bug: Option<Bug>,
    /// The line on stage.
    pub(super) line: ServiceName,
    pub(super) lines: Lines,
    /// Whose minute its requests are of.
    pub(super) purse: u8,
    /// True time.
    pub(super) now: i64,
    /// Our machine's clock against true time.
    pub(super) our_skew: i64,
    pub(super) jira: JiraSite,
    pub(super) guance: GuanceSite,
    pub(super) run: Run,
    /// Requests of this run so far, both sides.
    pub(super) requests: u32,
    /// Those of them that a run with nothing to do does not make.
    pub(super) needless: u32,
    /// Its reads of Guance threads: where no list tells of replies they are all that finds these.
    pub(super) looks: u32,
    /// Writes of this run that took effect.
    pub(super) writes: u32,
    /// Durable steps of this run so far.
    pub(super) steps: u32,
    pub(super) run_started: i64,
    pub(super) auth_lost: BTreeSet<Side>,
    pub(super) anonymous: bool,
    /// The write under way will not be answered.
    pub(super) answer_lost: bool,
    pub(super) stop: bool,
    /// True time of each Guance request since the ledger was last whole, by whose minute it is of.
    guance_requests: BTreeMap<u8, Vec<i64>>,
    /// Tokens that everybody could read at some time.
    pub(super) public: BTreeSet<String>,
    /// Copies made, by the original's key; a person's deletion does not take it out.
    pub(super) copies: BTreeMap<Key, u32>,
    /// The items that were counted in a ticket, and of which level they were then.
    pub(super) joined_as: BTreeMap<Key, (bool, bool)>,
    /// How often a person deleted the copy of an original.
    pub(super) copy_deleted: BTreeMap<Key, u32>,
    /// Originals whose write the remote refused, by key.
    pub(super) refused: BTreeSet<Key>,
    /// The history is over; everything comes to rest.
    pub(super) settling: bool,
    /// The state was lost or replaced by an older copy at some time.
    pub(super) state_lost: bool,
    /// It was replaced by an older copy at some time.
    pub(super) state_restored: bool,
    /// When the state was last copied away.
    pub(super) saved_at: i64,
    /// What its copy knows of where this all begins.
    pub(super) saved_floor: (i64, bool),
    /// Some run died or lost an answer.
    pub(super) troubled: bool,
    /// What this run was shown.
    pub(super) shown: BTreeSet<Key>,
    pub(super) accounts: Accounts,
    /// What the adapters know of our seals, by the state at hand.
    pub(super) keys: SealKeys,
    /// What its copy knows of them.
    pub(super) saved_keys: SealKeys,
    /// Issues whose markers somebody changed or copied, by the originals that these name.
    pub(super) disputed: BTreeSet<Key>,
    /// Notes that a state of version 0.1 took for copies when it was deceived, of what, and which
    /// content of that.
    pub(super) believed: BTreeMap<Key, (Key, Fingerprint)>,
    /// What everybody could read when a run was shown it.
    pub(super) ever_public: BTreeSet<Key>,
    /// The state file.
    pub(super) file: PathBuf,
    /// What was opened before this is out of scope: an older state that knew it was lost.
    pub(super) floor: i64,
    pub(super) floor_unknown: bool,
    /// What fails every time.
    pub(super) stubborn: Stubborn,
    pub(super) wrong: Vec<String>,
    pub(super) tell: bool,
    pub(super) log: Vec<String>,
}

impl World {
    pub(super) fn new(setup: Setup, bug: Option<Bug>, file: PathBuf, tell: bool) -> Self {
        Self {
            jira: JiraSite::new(&setup),
            guance: GuanceSite::default(),
            line: ServiceName::GUANCE,
            lines: Lines::new(setup.lines, setup.trust.former, bug),
            purse: 0,
            bug,
            now: START_MS,
            our_skew: 0,
            run: Run::default(),
            requests: 0,
            needless: 0,
            looks: 0,
            writes: 0,
            steps: 0,
            run_started: START_MS,
            auth_lost: BTreeSet::new(),
            anonymous: false,
            answer_lost: false,
            stop: false,
            guance_requests: BTreeMap::new(),
            public: BTreeSet::new(),
            copies: BTreeMap::new(),
            joined_as: BTreeMap::new(),
            copy_deleted: BTreeMap::new(),
            refused: BTreeSet::new(),
            settling: false,
            state_lost: false,
            state_restored: false,
            saved_at: 0,
            saved_floor: (0, true),
            troubled: false,
            shown: BTreeSet::new(),
            accounts: Accounts::new(setup.trust.former),
            keys: SealKeys::default(),
            saved_keys: SealKeys::default(),
            disputed: BTreeSet::new(),
            believed: BTreeMap::new(),
            ever_public: BTreeSet::new(),
            file,
            floor: 0,
            floor_unknown: true,
            stubborn: Stubborn::default(),
            wrong: Vec::new(),
            setup,
            tell,
            log: Vec::new(),
        }
    }

    /// Starts a run under this plan.
    pub(super) fn start(&mut self, run: Run) {
        self.troubled |= run.dies_at.is_some() || run.unheard || !run.faults.is_empty();
        self.run = run;
        self.requests = 0;
        self.needless = 0;
        self.looks = 0;
        self.writes = 0;
        self.steps = 0;
        self.run_started = self.now;
        self.auth_lost.clear();
        self.anonymous = false;
        self.stop = false;
        self.shown.clear();
        self.stubborn.start_run();
    }

    pub(super) fn note(&mut self, line: impl FnOnce() -> String) {
        if self.tell {
            let at = (self.now - START_MS) as f64 / 1000.0;
            self.log.push(format!("{at:>9.1}s {}", line()));
        }
    }

    /// Records a broken promise.
    pub(super) fn blame(&mut self, what: String) {
        self.note(|| format!("!! {what}"));
        self.wrong.push(what);
    }

    /// Jira's clock now.
    pub(super) fn jira_now(&self) -> i64 {
        self.now + i64::from(self.setup.jira_skew_s) * 1000
    }

    /// Guance's clock now: whole seconds.
    pub(super) fn guance_now(&self) -> i64 {
        self.now / 1000 * 1000
    }

    /// Forgets requests that the ledger cannot know of: its file was lost, or our clock jumped.
    pub(super) fn ledger_excused(&mut self) {
        self.guance_requests.clear();
    }

    /// How many of the last minute's requests came since then.
    pub(super) fn guance_requests_since(&self, at: i64) -> usize {
        self.guance_requests.values().flatten().filter(|time| **time >= at).count()
    }

    pub(super) fn count_guance_request(&mut self) {
        let now = self.now;
        let requests = self.guance_requests.entry(self.purse).or_default();
        requests.retain(|at| now - at < 60_000);
        requests.push(now);
        let used = requests.len();
        if used > self.setup.pages.budget as usize {
            self.blame(format!("budget: {used} Guance requests within a minute"));
        }
    }

    /// Says that this write took effect, once; a second copy of the same original is wrong at once.
    pub(super) fn copied(&mut self, key: &Key) {
        let made = self.copies.entry(key.origin()).or_default();
        *made += 1;
        let made = *made;
        // A state that was lost, or never learnt that the copy was made, cannot know that a person deleted it.
        let deleted = self.copy_deleted.get(&key.origin()).copied().unwrap_or_default();
        // Nor does it find each ticket in which an item was counted.
        let changed = u32::from(super::again::is_hard_to_find(self, &key.origin()));
        let again = if self.state_lost || self.troubled { deleted + changed } else { 0 };
        if made > 1 + again {
            self.blame(format!("twice: a second copy of {}", key.origin()));
        }
    }

    /// Records that a copy which a person had edited was written over though its original had not changed.
    pub(super) fn trampled(&mut self, key: &Key, trampled: bool) {
        if trampled && !self.state_lost {
            self.blame(format!("asymmetry: the copy edited by hand was written over by {key}, which says nothing new"));
        }
    }

    /// Checks that a text which crosses was readable by everybody at some time. What a rewritten copy said before, by
    /// somebody's hand, does not cross.
    pub(super) fn crosses(&mut self, push: &Push, text: &str) {
        let said = self.rewritten(push).map(|note| note.body.canonical()).unwrap_or_default();
        for token in tokens(text).filter(|token| !said.contains(token)) {
            if !self.public.contains(token) {
                self.blame(format!("leak: {token} crossed under {}", push.key));
            }
        }
    }

    fn rewritten(&self, push: &Push) -> Option<&Note> {
        let Action::EditComment { comment, .. } = &push.action else { return None };
        match push.target {
            Side::Source(_) => self.guance.find_note(comment.as_str()).map(|(at, n)| &self.guance.issues[at].notes[n]),
            Side::Tracker(_) => self.jira.find_note(comment.as_str()).map(|(at, n)| &self.jira.issues[at].now.notes[n]),
        }
    }
}

/// Our machine: a clock that may be wrong, a process that may die.
#[derive(Debug)]
pub(super) struct Machine<'w>(pub(super) &'w RefCell<World>);

impl Clock for Machine<'_> {
    fn now(&self) -> DateTime<Utc> {
        let w = self.0.borrow();
        time(w.now + w.our_skew)
    }

    fn sleep(&self, time: Duration) {
        let mut w = self.0.borrow_mut();
        w.note(|| format!("  sleeps {time:?}"));
        w.now += i64::try_from(time.as_millis()).unwrap_or(0);
        w.catch_up();
    }
}

impl Stop for Machine<'_> {
    fn requested(&self) -> bool {
        self.0.borrow().stop
    }
}

impl Failpoints for Machine<'_> {
    fn hit(&self, name: &'static str) -> Result<(), Crash> {
        let mut w = self.0.borrow_mut();
        let step = w.steps;
        w.steps += 1;
        if w.run.dies_at == Some(step) {
            w.note(|| format!("  dies at step {step} ({name})"));
            return Err(Crash(name));
        }
        Ok(())
    }
}

/// Returns a time of the world as the engine reads it.
pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

/// Returns the unique tokens in a text.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("tok").filter_map(|(at, _)| text.get(at..at + 8))
}
