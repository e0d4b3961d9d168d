//! One request to Jira: sending it, repeating it where that is harmless, and saying what a failure means.

use std::cell::Cell;
use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::answer::{REST, Seen, Shape, Words, kind_of, page_words, shape_of, words_of};
use super::auth;
use super::auth::Credential;
use super::moved::moved;
use super::oauth::{Problem, Refusal, Signer};
use crate::domain::Side;
use crate::http::{Answer, Call, Failure, Http, Method, Upload, clean};
use crate::ports::{ApiError, ApiErrorKind, Clock, Content, Stop, Walk};
use crate::words::{CallFault, JiraHint};

/// How often a repeatable request is sent again after the first time.
const RETRIES: u32 = 2;

/// After this long, counted from the first time, a request is not sent again.
const LONGEST_EFFORT: TimeDelta = TimeDelta::seconds(20);

/// Longest wait within a run that `Retry-After` may ask for; beyond it, the next run tries.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// One request before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    header: Option<(&'static str, &'static str)>,
    repeatable: bool,
    finish: bool,
}

impl Ask {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let repeatable = method == Method::Get;
        Self { method, path: path.into(), query: Vec::new(), body: None, header: None, repeatable, finish: false }
    }

    /// Returns a GET of the path below the base address.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Returns a POST.
    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Post, path) }
    }

    /// Returns a PUT.
    pub(super) fn put(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Put, path) }
    }

    /// Returns a DELETE.
    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// Adds a query parameter, not yet encoded.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header.
    pub(super) fn heading(self, header: (&'static str, &'static str)) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Sends nothing with it.
    pub(super) fn leave_body_out(&mut self) {
        self.body = None;
    }

    /// Marks a request that only reads, or that does no harm when it is carried out twice.
    pub(super) fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Marks a request that completes a write already made: it is sent although the run was asked to stop.
    pub(super) fn finishing(self) -> Self {
        Self { finish: true, ..self }
    }

    /// Returns true for a request about an issue that there is already.
    fn is_about_an_issue(&self) -> bool {
        self.path.contains("/issue/") && !self.path.ends_with("/bulk")
    }

    /// Names the request in messages.
    fn name(&self) -> String {
        format!("{} {}", self.method.as_str(), self.path)
    }
}

/// A usable answer: 2xx, with JSON or nothing in it.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    /// The body; `Null` where there was none.
    pub(super) json: Value,
    /// Jira's clock.
    pub(super) date: Option<DateTime<Utc>>,
}

/// A failed request, with what a caller may want to look at before giving up.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    /// What the caller's caller gets.
    pub(super) error: ApiError,
    /// The HTTP status, when there was an answer.
    pub(super) status: Option<u16>,
    /// The service's own words.
    pub(super) words: Box<Words>,
    /// The whole answer, where it was JSON.
    pub(super) json: Box<Value>,
    /// True when Jira itself said that the login failed; a bare 401 or 403 may be about one permission.
    pub(super) login_refused: bool,
    /// True when the answer was larger than is taken: fewer rows may be asked for.
    pub(super) too_much: bool,
    /// True when the time of a signature was refused, and the next one has another.
    pub(super) wants_other_time: bool,
}

impl Failed {
    /// Returns true for a request that Jira understood and does not take as it is, not for want of a login.
    pub(super) fn is_invalid(&self) -> bool {
        self.status == Some(400) && !self.login_refused
    }
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self {
            error,
            status: None,
            words: Box::default(),
            json: Box::default(),
            login_refused: false,
            too_much: false,
            wants_other_time: false,
        }
    }
}

impl From<Failed> for ApiError {
    fn from(failed: Failed) -> Self {
        failed.error
    }
}

/// Sends requests below one base address with one credential.
pub(super) struct Api<'a> {
    http: &'a Http,
    clock: &'a dyn Clock,
    stop: &'a dyn Stop,
    base_url: String,
    credential: Credential<'a>,
    /// Whether an answer has said that the limit of requests is near.
    near_limit: Cell<bool>,
}

impl<'a> Api<'a> {
    pub(super) fn new(
        http: &'a Http,
        clock: &'a dyn Clock,
        stop: &'a dyn Stop,
        base_url: &str,
        credential: Credential<'a>,
    ) -> Self {
        Self {
            http,
            clock,
            stop,
            base_url: base_url.trim_end_matches('/').to_owned(),
            credential,
            near_limit: Cell::new(false),
        }
    }

    /// Sends the request, again where that is harmless and promising.
    pub(super) fn send(&self, ask: &Ask) -> Result<Reply, Failed> {
        let started = self.clock.now();
        let (mut attempt, mut is_timely) = (0, false);
        loop {
            self.go_on(ask)?;
            match self.once(ask) {
                Ok(reply) => return Ok(reply),
                // A refused time is known before anything is carried out: with Jira's own time, once more.
                Err(failed) if failed.wants_other_time && !is_timely => is_timely = true,
                Err(failed) => {
                    match self.pause(ask, &failed, attempt).filter(|_| self.clock.now() - started < LONGEST_EFFORT) {
                        Some(wait) => self.clock.sleep(wait),
                        None => return Err(with_a_time(failed)),
                    }
                }
            }
            attempt += 1;
        }
    }

    /// Returns how long to wait before the next attempt; `None`: no further attempt.
    fn pause(&self, ask: &Ask, failed: &Failed, attempt: u32) -> Option<Duration> {
        let retry_after = match failed.error.kind {
            ApiErrorKind::Unavailable { retry_after } => retry_after,
            ApiErrorKind::Crowded { retry_after } => Some(retry_after),
            _ => return None,
        };
        let transient = matches!(failed.status, None | Some(429 | 502 | 503 | 504));
        if !ask.repeatable || !transient || attempt >= RETRIES {
            return None;
        }
        let jitter = 70 + self.clock.now().timestamp_subsec_nanos() % 61;
        let own = Duration::from_millis(500) * 2_u32.pow(attempt) * jitter / 100;
        let wait = own.max(retry_after.unwrap_or_default());
        (wait <= LONGEST_WAIT).then_some(wait)
    }

    fn once(&self, ask: &Ask) -> Result<Reply, Failed> {
        match self.http.send(&self.call(ask)) {
            Ok(answer) => self.judge(ask, &answer),
            Err(failure) => Err(lost(ask, &failure)),
        }
    }

    /// Opens a file called `name`. A page in its place is somebody's login.
    pub(super) fn open(&self, path: &str, name: &str) -> Result<Content, Failed> {
        let ask = Ask::get(path);
        self.go_on(&ask)?;
        let opened = self.http.open(&self.call(&ask)).map_err(|failure| lost(&ask, &failure))?;
        let is_page = opened.is_page(name);
        if (200..300).contains(&opened.status()) && !is_page {
            return Ok(opened.into_content());
        }
        let answer = opened.into_answer().map_err(|failure| lost(&ask, &failure))?;
        let mut failed = match self.judge(&ask, &answer) {
            Ok(_) => Failed::from(ApiError::new(Side::JIRA, ApiErrorKind::Refused, format!("{}: no file", ask.name()))),
            Err(failed) => failed,
        };
        if is_page && answer.status < 400 {
            failed.error.kind = ApiErrorKind::Unauthorized;
            failed.error.hint = Some(self.login_hint());
        }
        Err(failed)
    }

    /// Sends a file once.
    ///
    /// Source: Jira Cloud REST v3 and Data Center REST v2, `POST /issue/{issueIdOrKey}/attachments`: field `file`, and a
    /// header without which Jira takes the request for a forged one.
    pub(super) fn upload(&self, path: &str, name: &str, mime: Option<&str>, content: Content) -> Result<Reply, Failed> {
        let ask = Ask::post(path, Value::Null);
        self.go_on(&ask)?;
        let call = Call { body: None, ..self.call(&ask) };
        let headers = [("X-Atlassian-Token", "no-check")];
        let upload = Upload { call, headers: &headers, field: "file", name, mime, content };
        let answer = self.http.upload(upload).map_err(|failure| lost(&ask, &failure))?;
        self.judge(&ask, &answer)
    }

    /// Returns the longest time for one request.
    pub(super) fn timeout(&self) -> Duration {
        self.http.timeout()
    }

    /// Begins a walk through the pages of a list.
    pub(super) fn walk<'w>(&'w self, what: &'w str) -> Walk<'w> {
        Walk::new(Side::JIRA, what, self.stop)
    }

    /// Returns true once the run's time is over.
    pub(super) fn out_of_time(&self) -> bool {
        self.stop.out_of_time()
    }

    fn go_on(&self, ask: &Ask) -> Result<(), Failed> {
        if self.stop.requested() && !ask.finish {
            let error =
                ApiError::new(Side::JIRA, ApiErrorKind::Stopped, format!("{}: {}", ask.name(), CallFault::NotSent));
            return Err(error.into());
        }
        Ok(())
    }

    fn call<'q>(&'q self, ask: &'q Ask) -> Call<'q> {
        Call {
            method: ask.method,
            url: format!("{}{}", self.base_url, ask.path),
            query: ask.query.clone(),
            auth: Some(self.credential.login()),
            body: ask.body.as_ref(),
            header: ask.header,
        }
    }

    fn judge(&self, ask: &Ask, answer: &Answer) -> Result<Reply, Failed> {
        // Source: Jira Cloud, "Rate limiting": less than a fifth of the limit is left.
        if answer.header("X-RateLimit-NearLimit").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            self.near_limit.set(true);
        }
        let json = if answer.is_blank() { Ok(Value::Null) } else { answer.json() };
        let login = auth::login_refused(
            answer.status,
            answer.header("X-Seraph-LoginReason"),
            answer.header("X-Authentication-Denied-Reason"),
            &answer.head().chars().take(2000).collect::<String>(),
        );
        if let Some(refusal) = self.refusal(answer) {
            return Err(self.not_signed_well(ask, answer, &refusal));
        }
        let json = match (answer.status, login, json) {
            (200..=299, None, Ok(json)) => return Ok(Reply { json, date: answer.date }),
            (_, _, json) => json,
        };
        let (shape, words) = match &json {
            Ok(Value::Null) => (Shape::Empty, Words::default()),
            Ok(value) => (shape_of(value), words_of(value)),
            Err(_) => {
                let text = page_words(&answer.head());
                (Shape::Page, Words { messages: vec![text], fields: Vec::new() })
            }
        };
        let seen = Seen {
            status: answer.status,
            repeatable: ask.repeatable,
            writes: ask.method != Method::Get,
            per_issue: ask.is_about_an_issue()
                && answer.header("RateLimit-Reason").is_some_and(|reason| reason.contains("per-issue")),
            login,
            shape,
            retry_after: answer.retry_after.filter(|wait| !wait.is_zero()),
        };
        let kind = kind_of(&seen);
        let mut error = ApiError::new(Side::JIRA, kind, message(ask, &seen, &words, answer));
        error.hint = self.hint(ask, kind, &seen, answer);
        Err(Failed {
            error,
            status: Some(answer.status),
            words: Box::new(words),
            json: Box::new(json.unwrap_or_default()),
            login_refused: login.is_some(),
            too_much: false,
            wants_other_time: false,
        })
    }

    /// Sends a request once whose answer is no JSON.
    pub(super) fn send_plain(&self, ask: &Ask) -> Result<Answer, Failed> {
        self.go_on(ask)?;
        let answer = self.http.send(&self.call(ask)).map_err(|failure| lost(ask, &failure))?;
        if (200..300).contains(&answer.status) && self.refusal(&answer).is_none() {
            return Ok(answer);
        }
        match self.judge(ask, &answer) {
            Ok(_) => Ok(answer),
            Err(failed) => Err(failed),
        }
    }

    fn refusal(&self, answer: &Answer) -> Option<Refusal> {
        self.credential.signer().filter(|_| answer.status >= 400)?;
        Refusal::of(&answer.head(), answer.header("WWW-Authenticate"))
    }

    /// Returns what a refused signature means. Of what Jira said only the name of the problem is kept: the rest holds the token.
    fn not_signed_well(&self, ask: &Ask, answer: &Answer, refusal: &Refusal) -> Failed {
        let signer = self.credential.signer();
        let kind = match refusal.problem() {
            // The request came twice. What became of the first one was told to somebody else.
            Problem::Nonce if !ask.repeatable => ApiErrorKind::InDoubt,
            Problem::Nonce => ApiErrorKind::Unavailable { retry_after: None },
            Problem::Time | Problem::Other => ApiErrorKind::Unauthorized,
        };
        let status = answer.status.to_string();
        let words = format!("oauth_problem={}", refusal.name);
        let told = CallFault::CredentialsRefusedFor { status, words };
        let ours = signer.map(Signer::last).unwrap_or_default();
        let error = ApiError::new(Side::JIRA, kind, format!("{}: {told}", ask.name())).with_hint(refusal.hint(&ours));
        let is_time = refusal.problem() == Problem::Time;
        Failed {
            status: Some(answer.status),
            login_refused: kind == ApiErrorKind::Unauthorized,
            wants_other_time: is_time && signer.is_some_and(|signer| signer.learn(answer.date)),
            ..Failed::from(error)
        }
    }

    /// Returns true when an answer to this client has said that the limit of requests is near.
    pub(super) fn is_near_limit(&self) -> bool {
        self.near_limit.get()
    }

    /// Returns what to do when the credentials are refused.
    pub(super) fn login_hint(&self) -> String {
        self.credential.hint(&self.base_url, None)
    }

    fn hint(&self, ask: &Ask, kind: ApiErrorKind, seen: &Seen, answer: &Answer) -> Option<String> {
        if kind == ApiErrorKind::Unauthorized {
            return Some(self.credential.hint(&self.base_url, seen.login));
        }
        match seen.status {
            410 => Some(JiraHint::JiraApiGone.into()),
            300..=399 => {
                Some(moved(&self.base_url, &format!("{}{}", self.base_url, ask.path), answer.header("Location")))
            }
            200..=299 | 404 if seen.shape == Shape::Page => Some(JiraHint::PageInsteadOfJson.into()),
            429 => {
                let seconds = seen.retry_after.map(|pause| pause.as_secs().to_string());
                Some(seconds.map_or(JiraHint::JiraPause, |seconds| JiraHint::JiraPauseOf { seconds }).into())
            }
            403 if seen.shape == Shape::Page => Some(JiraHint::FirewallRefused.into()),
            _ => None,
        }
    }
}

/// Gives a "slow down" that names no time one.
fn with_a_time(mut failed: Failed) -> Failed {
    if failed.status == Some(429) && failed.error.kind == (ApiErrorKind::Unavailable { retry_after: None }) {
        failed.error.kind = ApiErrorKind::Unavailable { retry_after: Some(REST) };
    }
    failed
}

fn lost(ask: &Ask, failure: &Failure) -> Failed {
    let (status, too_much) = match failure {
        Failure::TooMuch { status, .. } => (Some(*status), true),
        Failure::NotSent(_) | Failure::NoAnswer(_) => (None, false),
    };
    let mut error = ApiError::new(Side::JIRA, failure.kind(ask.repeatable), clean(failure.words()));
    error.hint = failure.hint("jira", "Jira");
    Failed { status, too_much, ..Failed::from(error) }
}

fn message(ask: &Ask, seen: &Seen, words: &Words, answer: &Answer) -> String {
    let mut text = ask.name();
    let status = seen.status.to_string();
    let is_refused = kind_of(seen) == ApiErrorKind::Unauthorized;
    let told = if is_refused { CallFault::CredentialsRefused { status }.into() } else { status };
    let _ = write!(text, ": {told}");
    if let Some(reason) = answer.header("RateLimit-Reason").filter(|_| seen.status == 429) {
        let _ = write!(text, " ({})", clean(reason));
    }
    let said = words.to_string();
    if !said.is_empty() {
        text.push_str(": ");
        text.push_str(&said);
    }
    text
}

/// Returns a remote id as one segment of a path.
pub(super) fn segment(id: &str) -> String {
    id.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'.' && id.len() > 2 {
            out.push('.');
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        assert_eq!(segment("10042"), "10042");
        assert_eq!(segment("../x?y=1"), "..%2Fx%3Fy%3D1");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("guajira.0a1b"), "guajira.0a1b");
    }
}
