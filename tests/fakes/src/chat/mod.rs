//! Fake chat rooms, one kind at a time: strict about signatures, sizes and unknown fields, and counting whom a message pings.

mod dingtalk;
mod feishu;
mod mac;
mod marks;
mod slack;
#[cfg(test)]
mod tests;
mod webhook;
mod wecom;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::clock::SimClock;
use crate::server::{Handler, Recorded, Request, Response, Server};

/// Which service a fake stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A custom bot of Feishu.
    Feishu,
    /// A custom robot of `DingTalk`.
    DingTalk,
    /// A group's webhook of `WeCom`.
    WeCom,
    /// An incoming webhook of Slack.
    Slack,
    /// An incoming webhook of Mattermost.
    Mattermost,
    /// A program that takes guajira's own JSON.
    Webhook,
}

/// How a fake begins.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which service.
    pub service: Service,
    /// The secret that messages must be signed with.
    pub secret: Option<String>,
    /// What a message must say.
    pub keyword: Option<String>,
    /// The clock that it lives by.
    pub clock: SimClock,
}

impl Options {
    /// A room of this service without secret and keyword, by the machine's clock.
    pub fn of(service: Service) -> Self {
        Self { service, secret: None, keyword: None, clock: SimClock::real() }
    }
}

/// What no page says for certain, or what happens to people.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Switches {
    /// Feishu answers as its older flows do: `StatusCode` alone.
    pub legacy_answer: bool,
    /// The HTTP status of a malformed request at Feishu: 200 or 400.
    pub malformed_status: u16,
    /// `WeCom` takes a message with a warning.
    pub warning: bool,
    /// The caller's address is not allowed.
    pub ip_refused: bool,
    /// The bot was removed from its group.
    pub removed: bool,
    /// Slack answers with JSON instead of `ok`: whether it was a success.
    pub json_ok: Option<bool>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            legacy_answer: false,
            malformed_status: 400,
            warning: false,
            ip_refused: false,
            removed: false,
            json_ok: None,
        }
    }
}

/// A message that a room took.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// When, by the fake's clock.
    pub at: DateTime<Utc>,
    /// Everything of it that people see.
    pub text: String,
    /// Whom it pinged; `all` is everybody.
    pub pings: Vec<String>,
    /// The addresses that its words lead to when somebody clicks on them.
    pub links: Vec<String>,
    /// The body as it came.
    pub body: Value,
}

/// What a room knows.
struct Room {
    options: Options,
    switches: Switches,
    posts: Vec<Post>,
    /// When it was called, refused calls included.
    calls: Vec<DateTime<Utc>>,
    /// Nothing is taken before this.
    blocked_until: Option<DateTime<Utc>>,
}

impl Room {
    /// How many calls came in this time, this one included.
    fn calls_within(&self, window: TimeDelta, now: DateTime<Utc>) -> usize {
        self.calls.iter().filter(|at| **at > now - window).count()
    }

    /// The secret that counts.
    fn secret(&self) -> Option<&str> {
        self.options.secret.as_deref()
    }

    /// Whether a message says what it must.
    fn has_keyword(&self, text: &str) -> bool {
        self.options.keyword.as_ref().is_none_or(|keyword| text.contains(keyword))
    }

    fn take(&mut self, post: Post) {
        self.posts.push(post);
    }
}

/// The secret part of a room's address; `WeCom` wants a UUID.
pub const TOKEN: &str = "693a91f6-7aec-4bc4-97a0-0ec2a1fa5aaa";

/// How far a signature's time may be off, in seconds.
const SIGNATURE_AGE: i64 = 3600;

struct Front(Mutex<Room>);

impl Handler for Front {
    fn handle(&self, request: &Request) -> Response {
        let mut room = lock(&self.0);
        if request.method != "POST" {
            return Response::text(404, "text/plain", "404 page not found");
        }
        let now = room.options.clock.now();
        room.calls.push(now);
        match room.options.service {
            Service::Feishu => feishu::answer(&mut room, request, now),
            Service::DingTalk => dingtalk::answer(&mut room, request, now),
            Service::WeCom => wecom::answer(&mut room, request, now),
            Service::Slack => slack::answer(&mut room, request, now),
            Service::Mattermost => slack::answer_as_mattermost(&mut room, request, now),
            Service::Webhook => webhook::answer(&mut room, request, now),
        }
    }
}

/// A running room; stops when dropped.
pub struct FakeChat {
    front: Arc<Front>,
    server: Server,
    service: Service,
}

impl FakeChat {
    /// Opens a room on a free port.
    pub fn start(options: Options) -> Self {
        let (service, clock) = (options.service, options.clock.clone());
        let room =
            Room { options, switches: Switches::default(), posts: Vec::new(), calls: Vec::new(), blocked_until: None };
        let front = Arc::new(Front(Mutex::new(room)));
        let server = Server::start_at(Arc::clone(&front) as Arc<dyn Handler>, clock, 0);
        Self { front, server, service }
    }

    /// The room's address, token included.
    pub fn address(&self) -> String {
        let base = self.server.base_url();
        match self.service {
            Service::Feishu => format!("{base}/open-apis/bot/v2/hook/{TOKEN}"),
            Service::DingTalk => format!("{base}/robot/send?access_token={TOKEN}"),
            Service::WeCom => format!("{base}/cgi-bin/webhook/send?key={TOKEN}"),
            Service::Slack => format!("{base}/services/T0/B0/{TOKEN}"),
            Service::Mattermost => format!("{base}/chat/hooks/{TOKEN}"),
            Service::Webhook => format!("{base}/incoming/{TOKEN}?tenant=1"),
        }
    }

    /// The server, for faults and records.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The clock it lives by.
    pub fn clock(&self) -> &SimClock {
        self.server.clock()
    }

    /// What it took, in order.
    pub fn posts(&self) -> Vec<Post> {
        lock(&self.front.0).posts.clone()
    }

    /// Every request so far.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.server.recorded()
    }

    /// Changes how it behaves.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut lock(&self.front.0).switches);
    }

    /// Sets the secret that messages must be signed with from now on.
    pub fn set_secret(&self, secret: Option<&str>) {
        lock(&self.front.0).options.secret = secret.map(str::to_owned);
    }

    /// Sets what a message must say from now on.
    pub fn set_keyword(&self, keyword: Option<&str>) {
        lock(&self.front.0).options.keyword = keyword.map(str::to_owned);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The body, where it is an object sent as JSON.
fn object(request: &Request) -> Option<Value> {
    let is_json = request.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    request.json().filter(|body| is_json && body.is_object())
}

/// A field that is not one of these; a service may pass over it, and the test wants to know.
fn unknown_field(value: &Value, known: &[&str]) -> Option<String> {
    value.as_object()?.keys().find(|key| !known.contains(&key.as_str())).cloned()
}

/// The text of a field.
fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    value.pointer(path)?.as_str()
}
