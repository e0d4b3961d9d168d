//! What an adapter needs from outside, in its simplest form: a clock that only a test moves, slots without end, facts
//! in memory, and a server with canned answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use guajira::http::{Http, Settings};
use guajira::ports::{ApiError, ApiErrorKind, Budget, Clock, Facts, Purpose, Stop, Urgency};
use guajira::secret::{Redactor, Secret};
use guajira_fakes::clock::SimClock;
use guajira_fakes::server::{Handler, Request, Response, Server};
use serde_json::Value;

/// The credentials that the fakes take.
const SECRETS: [&str; 3] = ["guance-test-key", "bot-secret", "bot-pat"];

/// 2026-11-22 10:00:00 UTC, where every test begins.
pub(super) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 10, 0, 0).unwrap()
}

pub(super) fn http() -> Http {
    let mut redactor = Redactor::default();
    for secret in SECRETS {
        redactor.hide(&Secret::new(secret));
    }
    Http::new(&Settings { ca_file: None, identity: None, timeout: Duration::from_secs(20) }, Arc::new(redactor))
        .unwrap()
}

/// Our own clock; waiting moves it, and the fakes' with it where they share one.
pub(super) struct OurClock(pub(super) SimClock);

impl Clock for OurClock {
    fn now(&self) -> DateTime<Utc> {
        self.0.now()
    }

    fn sleep(&self, time: Duration) {
        self.0.advance(time);
    }
}

/// Nobody asks to stop.
pub(super) struct NoStop;

impl Stop for NoStop {
    fn requested(&self) -> bool {
        false
    }
}

/// Hands out slots of the first key that was not sent to rest, until there are none left.
pub(super) struct Slots {
    pub(super) side: guajira::domain::Side,
    pub(super) keys: usize,
    pub(super) left: RefCell<usize>,
    pub(super) taken: RefCell<Vec<Urgency>>,
    pub(super) rested: RefCell<Vec<(usize, Duration)>>,
}

impl Slots {
    pub(super) fn new(side: guajira::domain::Side, keys: usize) -> Self {
        Self { side, keys, left: RefCell::new(usize::MAX), taken: RefCell::default(), rested: RefCell::default() }
    }
}

impl Budget for Slots {
    fn spare(&self) -> usize {
        usize::MAX
    }

    fn take(&self, urgency: Urgency, _purpose: Purpose) -> Result<usize, ApiError> {
        let mut left = self.left.borrow_mut();
        if *left == 0 {
            return Err(ApiError::new(self.side, ApiErrorKind::OutOfBudget, "no slot left"));
        }
        *left -= 1;
        self.taken.borrow_mut().push(urgency);
        let fresh = self.rested.borrow().iter().map(|(credential, _)| credential + 1).max().unwrap_or(0);
        Ok(fresh.min(self.keys - 1))
    }

    fn exhausted(&self, credential: usize, wait: Duration) {
        self.rested.borrow_mut().push((credential, wait));
    }
}

/// Facts with their age by the clock.
pub(super) struct Memory {
    pub(super) clock: SimClock,
    pub(super) facts: RefCell<HashMap<String, (String, DateTime<Utc>)>>,
}

impl Memory {
    pub(super) fn new(clock: SimClock) -> Self {
        Self { clock, facts: RefCell::default() }
    }
}

impl Facts for Memory {
    fn recall(&self, name: &str, max_age: Duration) -> Option<String> {
        let facts = self.facts.borrow();
        let (value, at) = facts.get(name)?;
        let age = (self.clock.now() - *at).to_std().unwrap_or_default();
        (age <= max_age).then(|| value.clone())
    }

    fn remember(&self, name: &str, value: &str) {
        self.facts.borrow_mut().insert(name.to_owned(), (value.to_owned(), self.clock.now()));
    }

    fn forget(&self, name: &str) {
        self.facts.borrow_mut().remove(name);
    }
}

/// Answers a path that ends so with that; everything else with 404.
pub(super) struct Canned(pub(super) Vec<(&'static str, Value)>);

impl Canned {
    pub(super) fn serve(self) -> Server {
        Server::start_at(Arc::new(self), SimClock::fixed(start()), 0)
    }
}

impl Handler for Canned {
    fn handle(&self, request: &Request) -> Response {
        match self.0.iter().find(|(end, _)| request.path.ends_with(end)) {
            Some((_, answer)) => Response::json(200, answer),
            None => Response::text(404, "text/plain", "nothing here"),
        }
    }
}

/// The folder of published answers, if this machine has it.
pub(super) fn published(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped: no published answers at {}", path.display());
    }
    None
}
