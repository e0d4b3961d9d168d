//! Faults a test asks for: which requests they strike, how often, and what happens then.

use std::time::Duration;

use super::Request;

/// What happens to a request that a fault strikes.
#[derive(Debug, Clone)]
pub enum What {
    /// The connection closes; the request is not carried out.
    DropBefore,
    /// The request is carried out, then the connection closes without an answer.
    DropAfter,
    /// Carried out; the answer promises its full length, but only this many bytes of the body come.
    Truncate(usize),
    /// Carried out and answered, after waiting this long (real time).
    Delay(Duration),
    /// Not carried out; this is answered instead.
    Status(u16, String, Vec<(String, String)>),
    /// Carried out, but this is answered, as a gateway does that lost patience.
    StatusAfter(u16, String, Vec<(String, String)>),
    /// Carried out; wherever the first stands in the body of the answer, the second is sent.
    Reword(String, String),
    /// Carried out; the answer is a 200 that says JSON and is none.
    Garbage,
    /// Not carried out; a 200 with an HTML login page, as a proxy in front answers.
    LoginPage,
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The first fitting request only.
    Once,
    /// This many fitting requests.
    N(usize),
    /// Every fitting request until faults are cleared.
    Always,
}

/// A programmed misfortune. Empty conditions fit every request.
#[derive(Debug, Clone)]
pub struct Fault {
    method: Option<String>,
    prefix: Option<String>,
    contains: Option<String>,
    body: Option<String>,
    writes_only: bool,
    /// How many fitting requests pass unharmed first.
    skip: usize,
    times: Times,
    what: What,
}

impl Fault {
    /// A fault that strikes the next request, once.
    pub fn new(what: What) -> Self {
        Self {
            method: None,
            prefix: None,
            contains: None,
            body: None,
            writes_only: false,
            skip: 0,
            times: Times::Once,
            what,
        }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path starts so.
    #[must_use]
    pub fn path_prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(prefix.to_owned());
        self
    }

    /// Only requests whose body contains this.
    #[must_use]
    pub fn body_contains(mut self, part: &str) -> Self {
        self.body = Some(part.to_owned());
        self
    }

    /// Only requests whose path contains this.
    #[must_use]
    pub fn path_contains(mut self, part: &str) -> Self {
        self.contains = Some(part.to_owned());
        self
    }

    /// Only requests that write.
    #[must_use]
    pub fn writes(mut self) -> Self {
        self.writes_only = true;
        self
    }

    /// Starts with the n-th fitting request from now, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: usize) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// How often it strikes.
    #[must_use]
    pub fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    fn fits(&self, request: &Request, write: bool) -> bool {
        self.method.as_ref().is_none_or(|m| *m == request.method)
            && self.prefix.as_ref().is_none_or(|p| request.path.starts_with(p.as_str()))
            && self.contains.as_ref().is_none_or(|p| request.path.contains(p.as_str()))
            && self.body.as_ref().is_none_or(|part| String::from_utf8_lossy(&request.body).contains(part.as_str()))
            && (write || !self.writes_only)
    }

    /// Counts one request; what strikes it, if this fault does.
    pub(super) fn strike(&mut self, request: &Request, write: bool) -> Option<What> {
        if !self.fits(request, write) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        match self.times {
            Times::Always => {}
            Times::Once => self.times = Times::N(0),
            Times::N(0) => return None,
            Times::N(n) => self.times = Times::N(n - 1),
        }
        Some(self.what.clone())
    }
}
