//! A fake heartbeat service by the convention of Healthchecks: it knows one check, and remembers who pinged it and how.

use std::sync::{Arc, Mutex, PoisonError};

use crate::server::{Handler, Recorded, Request, Response, Server};

/// The secret part of the address.
pub const CHECK: &str = "7d9f2c1a-53b0-4a8e-9d6e-0a1b2c3d4e5f";

/// A ping that the service took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// `success`, `start`, `fail` or `log`.
    pub what: String,
    /// What it said.
    pub body: String,
}

/// What it answers to a check that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// 404.
    Status,
    /// 200 with `OK (not found)`, as some instances say.
    Ok,
}

#[derive(Debug, Default)]
struct Check {
    removed: Option<Unknown>,
    pings: Vec<Ping>,
}

/// A fake heartbeat service.
pub struct FakeHeartbeat {
    server: Server,
    check: Arc<Mutex<Check>>,
}

struct Answers(Arc<Mutex<Check>>);

impl Handler for Answers {
    fn handle(&self, request: &Request) -> Response {
        let mut check = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let said = |status, words| Response::text(status, "text/plain", words);
        match check.removed {
            Some(Unknown::Status) => return said(404, "not found"),
            Some(Unknown::Ok) => return said(200, "OK (not found)"),
            None => {}
        }
        let Some(rest) = request.path.strip_prefix(&format!("/ping/{CHECK}")) else { return said(404, "not found") };
        let what = match rest {
            "" => "success",
            "/start" => "start",
            "/fail" => "fail",
            "/log" => "log",
            _ => return said(400, "invalid url format"),
        };
        let body = String::from_utf8_lossy(&request.body).into_owned();
        check.pings.push(Ping { what: what.to_owned(), body });
        said(200, "OK")
    }
}

impl FakeHeartbeat {
    /// Starts one that knows the check.
    pub fn start() -> Self {
        let check = Arc::new(Mutex::new(Check::default()));
        Self { server: Server::start(Arc::new(Answers(Arc::clone(&check)))), check }
    }

    /// The address of the check: a secret.
    pub fn address(&self) -> String {
        format!("{}/ping/{CHECK}", self.server.base_url())
    }

    /// The server, for faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The check is removed; this is what it answers from then on.
    pub fn remove(&self, answer: Unknown) {
        self.check.lock().unwrap_or_else(PoisonError::into_inner).removed = Some(answer);
    }

    /// The pings that it took, and forgets them.
    pub fn take_pings(&self) -> Vec<Ping> {
        std::mem::take(&mut self.check.lock().unwrap_or_else(PoisonError::into_inner).pings)
    }

    /// Everything that it was asked.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.server.recorded()
    }
}
