//! A small HTTP/1.1 server on loopback with the wire in its own hands: it can drop, cut, delay and lie.
//!
//! One thread per connection, keep-alive, bodies by length or in chunks. Every request is recorded with its answer.

mod fault;
mod multipart;
#[cfg(test)]
mod tests;
mod wire;

use std::io::BufReader;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use self::fault::{Fault, Times, What};
pub use self::multipart::Part;
use crate::clock::SimClock;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path as sent, still percent-encoded; see [`Request::segments`].
    pub path: String,
    /// Decoded query pairs in the order sent.
    pub query: Vec<(String, String)>,
    /// Header names and values as sent.
    pub headers: Vec<(String, String)>,
    /// The body, unchunked.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The first query value of that name.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The decoded parts of the path.
    pub fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|s| !s.is_empty()).map(|s| wire::decode(s, false)).collect()
    }

    /// The body as JSON; `None` when it is empty or not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// An answer; `Date` and `Content-Length` are added on the wire.
#[derive(Debug, Clone)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// A JSON answer.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json;charset=UTF-8", &body.to_string())
    }

    /// An answer of any content type.
    pub fn text(status: u16, content_type: &str, body: &str) -> Self {
        Self { status, headers: vec![("Content-Type".into(), content_type.into())], body: body.as_bytes().to_vec() }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// What stands behind a [`Server`].
pub trait Handler: Send + Sync {
    /// Carries out a request and answers it.
    fn handle(&self, request: &Request) -> Response;

    /// Whether a request changes anything; a search by POST does not.
    fn is_write(&self, request: &Request) -> bool {
        !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// One request that came, and what became of it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// Decoded query pairs.
    pub query: Vec<(String, String)>,
    /// Headers as sent.
    pub headers: Vec<(String, String)>,
    /// The body as JSON, or `Null`.
    pub body: Value,
    /// The status answered; `None` when the connection was dropped instead.
    pub status: Option<u16>,
    /// The answer as JSON, or `Null`; also when it was then dropped or cut.
    pub answer: Value,
    /// When, by the fake's clock.
    pub at: DateTime<Utc>,
    /// Whether it was a write.
    pub write: bool,
    /// Whether the fake carried it out.
    pub carried_out: bool,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before the write takes effect.
    Before,
    /// After it took effect, before it is answered.
    After,
}

struct Hook {
    at: Turn,
    when: When,
    act: Arc<dyn Fn() + Send + Sync>,
}

/// The so-manieth write, or read, since the start.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Turn {
    write: bool,
    nth: usize,
}

struct Shared {
    handler: Arc<dyn Handler>,
    clock: SimClock,
    stop: AtomicBool,
    writes: AtomicUsize,
    reads: AtomicUsize,
    recorded: Mutex<Vec<Recorded>>,
    faults: Mutex<Vec<Fault>>,
    hooks: Mutex<Vec<Hook>>,
    open: Mutex<Vec<(usize, TcpStream)>>,
}

/// A running server; stops when dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `handler` on a free port of 127.0.0.1, by the machine's clock.
    pub fn start(handler: Arc<dyn Handler>) -> Self {
        Self::start_at(handler, SimClock::real(), 0)
    }

    /// Serves on `port` (0 for a free one), by `clock`.
    pub fn start_at(handler: Arc<dyn Handler>, clock: SimClock, port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a loopback port");
        let address = listener.local_addr().expect("a bound address");
        let shared = Arc::new(Shared {
            handler,
            clock,
            stop: AtomicBool::new(false),
            writes: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            recorded: Mutex::default(),
            faults: Mutex::default(),
            hooks: Mutex::default(),
            open: Mutex::default(),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || accept(&listener, &shared))
        };
        Self { shared, address, acceptor: Some(acceptor) }
    }

    /// `http://127.0.0.1:PORT`, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The clock the server answers by.
    pub fn clock(&self) -> &SimClock {
        &self.shared.clock
    }

    /// Every request so far, in the order they were answered.
    pub fn recorded(&self) -> Vec<Recorded> {
        lock(&self.shared.recorded).clone()
    }

    /// Forgets the requests so far; the count of writes goes on.
    pub fn clear_recorded(&self) {
        lock(&self.shared.recorded).clear();
    }

    /// How many writes have come since the start.
    pub fn writes(&self) -> usize {
        self.shared.writes.load(Ordering::SeqCst)
    }

    /// How many other requests have come since the start.
    pub fn reads(&self) -> usize {
        self.shared.reads.load(Ordering::SeqCst)
    }

    /// Programs a fault. The first programmed fault that fits a request strikes it.
    pub fn fail(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// Removes all faults and hooks.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
        lock(&self.shared.hooks).clear();
    }

    /// Runs `act` at the n-th write from now (1 is the next), before or after it takes effect.
    pub fn hook(&self, nth: usize, when: When, act: Box<dyn Fn() + Send + Sync>) {
        let at = Turn { write: true, nth: self.writes() + nth };
        lock(&self.shared.hooks).push(Hook { at, when, act: Arc::from(act) });
    }

    /// As [`Server::hook`], at the n-th read.
    pub fn hook_read(&self, nth: usize, when: When, act: Box<dyn Fn() + Send + Sync>) {
        let at = Turn { write: false, nth: self.reads() + nth };
        lock(&self.shared.hooks).push(Hook { at, when, act: Arc::from(act) });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for (_, stream) in lock(&self.shared.open).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (id, stream) in listener.incoming().enumerate() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if let Ok(twin) = stream.try_clone() {
            lock(&shared.open).push((id, twin));
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // An error here is a peer that went away; there is nobody to tell.
            let _ = serve(&stream, &shared);
            let _ = stream.shutdown(Shutdown::Both);
            lock(&shared.open).retain(|(open, _)| *open != id);
        });
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = wire::read_request(&mut reader, &mut writer)? {
        let last = request.header("connection").is_some_and(|v| v.eq_ignore_ascii_case("close"));
        let head = request.method == "HEAD";
        match shared.answer(&request) {
            Answer::Drop => return Ok(()),
            Answer::Cut(response, bytes) => {
                return wire::write_response(&mut writer, &response, shared.clock.now(), head, Some(bytes));
            }
            Answer::Whole(response) => {
                wire::write_response(&mut writer, &response, shared.clock.now(), head, None)?;
            }
        }
        if last || shared.stop.load(Ordering::SeqCst) {
            return Ok(());
        }
    }
    Ok(())
}

enum Answer {
    Drop,
    Cut(Response, usize),
    Whole(Response),
}

impl Shared {
    fn answer(&self, request: &Request) -> Answer {
        let write = self.handler.is_write(request);
        let count = if write { &self.writes } else { &self.reads };
        let turn = Turn { write, nth: count.fetch_add(1, Ordering::SeqCst) + 1 };
        let struck = lock(&self.faults).iter_mut().find_map(|f| f.strike(request, write));
        let at = self.clock.now();
        self.run_hooks(turn, When::Before);
        let refused = match &struck {
            Some(What::DropBefore) => Some(None),
            Some(What::Status(code, body, headers)) => Some(Some(canned(*code, body, headers))),
            Some(What::LoginPage) => Some(Some(login_page())),
            _ => None,
        };
        if let Some(response) = refused {
            self.record(request, write, at, response.as_ref(), false, response.is_some());
            return response.map_or(Answer::Drop, Answer::Whole);
        }
        let response = self.handler.handle(request);
        self.run_hooks(turn, When::After);
        let (response, answered) = match &struck {
            Some(What::StatusAfter(code, body, headers)) => (canned(*code, body, headers), true),
            Some(What::Garbage) => (Response::text(200, "application/json", "{\"issues\":[{\"id\":"), true),
            Some(What::DropAfter) => (response, false),
            _ => (response, true),
        };
        self.record(request, write, at, Some(&response), true, answered);
        match struck {
            Some(What::DropAfter) => Answer::Drop,
            Some(What::Reword(from, to)) => {
                let body = String::from_utf8_lossy(&response.body).replace(&from, &to).into_bytes();
                Answer::Whole(Response { body, ..response })
            }
            Some(What::Truncate(bytes)) => Answer::Cut(response, bytes),
            Some(What::Delay(time)) => {
                std::thread::sleep(time);
                Answer::Whole(response)
            }
            _ => Answer::Whole(response),
        }
    }

    fn run_hooks(&self, turn: Turn, when: When) {
        let due: Vec<_> = {
            let mut hooks = lock(&self.hooks);
            let due = hooks.iter().filter(|h| h.at == turn && h.when == when);
            let due = due.map(|h| Arc::clone(&h.act)).collect();
            hooks.retain(|h| !(h.at == turn && h.when == when));
            due
        };
        for act in due {
            act();
        }
    }

    fn record(
        &self,
        request: &Request,
        write: bool,
        at: DateTime<Utc>,
        response: Option<&Response>,
        carried_out: bool,
        answered: bool,
    ) {
        lock(&self.recorded).push(Recorded {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            body: request.json().unwrap_or(Value::Null),
            status: response.filter(|_| answered).map(|r| r.status),
            answer: response.and_then(|r| serde_json::from_slice(&r.body).ok()).unwrap_or(Value::Null),
            at,
            write,
            carried_out,
        });
    }
}

fn canned(status: u16, body: &str, headers: &[(String, String)]) -> Response {
    let mut response = Response::empty(status);
    response.body = body.as_bytes().to_vec();
    response.headers = headers.to_vec();
    if response.headers.iter().all(|(n, _)| !n.eq_ignore_ascii_case("content-type")) {
        let kind = if body.starts_with(['{', '[']) { "application/json" } else { "text/plain" };
        response.headers.push(("Content-Type".into(), kind.into()));
    }
    response
}

fn login_page() -> Response {
    let page = "<!DOCTYPE html><html><head><title>Log in</title></head><body><form>...</form></body></html>";
    Response::text(200, "text/html;charset=UTF-8", page)
}

/// Percent-decodes; `+` stays.
pub(crate) fn percent_decode(text: &str) -> String {
    wire::decode(text, false)
}
