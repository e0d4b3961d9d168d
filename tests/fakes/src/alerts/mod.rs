//! A fake source of alerts: JSM Operations or Opsgenie, one store behind the words of either.
//!
//! People and monitors act through methods of [`FakeAlerts`]; programs through the API on [`FakeAlerts::base_url`]. On JSM that
//! is the address of the site, and of the gateway too.

mod routes;
mod strict;
mod switches;
#[cfg(test)]
mod tests;
mod view;
mod world;

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use serde_json::json;

use self::strict::Refusal;
pub use self::switches::{CLOUD, KEY, Kind, Lack, Next, Options, Shape, Switches, TOKEN, USER, Wait};
pub use self::world::{Alert, Note};
use self::world::{Integration, Schedule, World};
use crate::server::{Handler, Request, Response, Server, When};

/// A running fake; stops when dropped. Faults, hooks and the record of requests are its [`Server`]'s.
pub struct FakeAlerts {
    world: Arc<Mutex<World>>,
    server: Server,
}

impl Deref for FakeAlerts {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl FakeAlerts {
    /// Starts a service.
    pub fn start(options: Options) -> Self {
        let (clock, port) = (options.clock.clone(), options.port);
        let world = Arc::new(Mutex::new(World::new(options)));
        let server = Server::start_at(Arc::new(Service(Arc::clone(&world))), clock, port);
        Self { world, server }
    }

    /// Changes switches from now on.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.world().options.switches);
    }

    /// A monitor raises an alarm; returns the id of the alert, which is a new one unless one of this alias is open.
    pub fn fire(&self, alias: &str, message: &str) -> String {
        self.world().fire(alias, message)
    }

    /// Changes anything about an alert; its update time moves.
    pub fn edit(&self, alert: &str, change: impl FnOnce(&mut Alert)) {
        let mut world = self.world();
        let now = world.now();
        let alert = world.alert_mut(alert).expect("an alert");
        alert.updated = now;
        change(alert);
    }

    /// A person closes an alert.
    pub fn close(&self, alert: &str, who: &str) {
        self.edit(alert, |alert| (alert.closed, alert.closed_by) = (true, who.to_owned()));
    }

    /// A monitor closes an alert right before the n-th write from now takes effect.
    pub fn close_before_write(&self, nth: usize, alert: &str, who: &str) {
        let (world, alert, who) = (Arc::clone(&self.world), alert.to_owned(), who.to_owned());
        let act = move || {
            let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
            let alert = world.alert_mut(&alert).expect("an alert");
            (alert.closed, alert.closed_by) = (true, who.clone());
        };
        self.server.hook(nth, When::Before, Box::new(act));
    }

    /// Removes an alert with its notes.
    pub fn remove(&self, alert: &str) {
        let mut world = self.world();
        world.alerts.retain(|known| known.id != alert);
        world.notes.retain(|note| note.alert != alert);
    }

    /// A person writes a note; returns its id, as JSM shows it.
    pub fn note(&self, alert: &str, owner: &str, text: &str) -> String {
        self.world().add_note(alert, owner, text)
    }

    /// Changes a note as no API of Opsgenie can.
    pub fn edit_note(&self, note: &str, change: impl FnOnce(&mut Note)) {
        change(self.world().notes.iter_mut().find(|known| known.id == note).expect("a note"));
    }

    /// Adds a schedule of a team; returns its id.
    pub fn add_schedule(&self, name: &str, team: &str, on_call: &[&str]) -> String {
        let mut world = self.world();
        let (id, on_call) = (world.uuid(), on_call.iter().map(|who| (*who).to_owned()).collect());
        world.schedules.push(Schedule { id: id.clone(), name: name.to_owned(), team: team.to_owned(), on_call });
        id
    }

    /// Adds an integration (Opsgenie) or a sync (JSM) with what it does.
    pub fn add_integration(&self, name: &str, kind: &str, enabled: bool, actions: &[&str]) {
        let mut world = self.world();
        let (id, actions) = (world.uuid(), actions.iter().map(|action| (*action).to_owned()).collect());
        let (name, kind) = (name.to_owned(), kind.to_owned());
        world.integrations.push(Integration { id, name, kind, enabled, actions });
    }

    /// One alert.
    pub fn alert(&self, id: &str) -> Option<Alert> {
        let mut world = self.world();
        world.catch_up();
        world.alert(id).cloned()
    }

    /// The notes of an alert, oldest first.
    pub fn notes(&self, alert: &str) -> Vec<Note> {
        let mut world = self.world();
        world.catch_up();
        world.notes.iter().filter(|note| note.alert == alert).cloned().collect()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handler behind the server.
struct Service(Arc<Mutex<World>>);

impl Handler for Service {
    fn handle(&self, request: &Request) -> Response {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        world.catch_up();
        if world.kind() == Kind::Jsm && request.path == "/_edge/tenant_info" {
            return Response::json(200, &json!({ "cloudId": CLOUD }));
        }
        match admitted(&mut world, request) {
            Ok(response) => response,
            Err(refusal) => refused(&world, &refusal),
        }
    }
}

fn admitted(world: &mut World, request: &Request) -> Result<Response, Refusal> {
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let below = match world.kind() {
        Kind::Opsgenie => segments.strip_prefix(&["v2"]),
        Kind::Jsm => segments.strip_prefix(&["jsm", "ops", "api", CLOUD, "v1"]),
    };
    let Some(path) = below else { return Err(Refusal(404, "no such site".to_owned())) };
    let auth = request.header("authorization").unwrap_or_default();
    let good = match world.kind() {
        Kind::Opsgenie => auth == format!("GenieKey {KEY}"),
        Kind::Jsm => auth == format!("Basic {}", base64(format!("{USER}:{TOKEN}").as_bytes())),
    };
    if !good {
        return Err(Refusal(401, "Could not authenticate".to_owned()));
    }
    if let Some(response) = over_limit(world) {
        return Ok(response);
    }
    let right = routes::right(&request.method, path);
    if world.switches().lacks.contains(&right) {
        return Ok(match world.switches().lack {
            Lack::Scope => Response::json(401, &json!({"code": 401, "message": "Unauthorized; scope does not match"})),
            Lack::Forbidden => Response::json(403, &json!({"message": "You are not authorized", "code": 40301})),
            Lack::Plan => Response::json(403, &json!({"message": "Not in your plan", "code": 40302})),
        });
    }
    routes::answer(world, request, path)
}

fn over_limit(world: &mut World) -> Option<Response> {
    let now = world.now();
    while world.served.front().is_some_and(|at| now - *at >= TimeDelta::minutes(1)) {
        world.served.pop_front();
    }
    if world.served.len() < world.switches().limit {
        world.served.push_back(now);
        return None;
    }
    let words = json!({"message": "You are making too many requests!", "took": 0.002, "requestId": "f73c22b2"});
    let response = Response::json(429, &words).with_header("X-RateLimit-State", "THROTTLED");
    Some(match world.switches().wait {
        Wait::Period(seconds) => response.with_header("X-RateLimit-Period-In-Sec", &seconds.to_string()),
        Wait::RetryAfter(seconds) => response.with_header("Retry-After", &seconds.to_string()),
        Wait::Unnamed => response,
    })
}

fn refused(world: &World, Refusal(status, message): &Refusal) -> Response {
    if world.switches().listed_errors {
        return Response::json(*status, &json!({"errors": [{"title": message, "code": status.to_string()}]}));
    }
    let response = Response::json(*status, &json!({"message": message, "took": 0.004, "requestId": "ec7e1d8e"}));
    if *status == 404 { response.with_header("X-Opsgenie-Errortype", "RequestNotProcessed") } else { response }
}

/// Encodes with the standard alphabet and padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, n| word << 8 | u32::from(chunk.get(n).copied().unwrap_or(0)));
        for n in 0..4 {
            let digit = DIGITS[usize::try_from(word >> (18 - 6 * n) & 63).unwrap()];
            out.push(if n <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}
