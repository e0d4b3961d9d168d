//! Pings of a run for a service that raises an alarm when they stop: the convention of Healthchecks.
//!
//! Source: Healthchecks, "Pinging API": the address itself is a success; `/start`, `/fail` and `/log` below it are what they
//! say; a body of UTF-8 text is kept, 10,000 bytes of it unless set otherwise. A 200 may say `OK (not found)` or
//! `OK (rate limited)`. More than five pings a minute are not counted: a run sends two.
//!
//! The pings leave from a thread of their own. A service that hangs, or a name that is not resolved, holds up a run for
//! [`BOUND`] at most, and only once the run has done its work.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::http::{Hook, Http, clean};
use crate::secret::Secret;

/// Longest time for one ping.
pub const PING: Duration = Duration::from_secs(4);

/// So long, after it has done its work, a run waits at most for its pings.
pub const BOUND: Duration = Duration::from_secs(8);

/// Most characters of a body: fewer bytes than every instance keeps.
const MAX_BODY: usize = 2_000;

/// How a run ended, as the heartbeat service is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It finished.
    Well,
    /// A side could not be reached, or the run could not begin.
    Failed,
    /// Neither: it was stopped, or another run is at work.
    Neither,
}

impl Ended {
    fn path(self) -> &'static str {
        match self {
            Self::Well => "",
            Self::Failed => "fail",
            Self::Neither => "log",
        }
    }
}

/// What became of the pings of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pinged {
    /// The service took the last one.
    Taken,
    /// It did not, or took it and did not know the check: in its own words, or those of the connection.
    Refused(String),
    /// No answer came in time.
    TooLate,
}

/// The pings of one run.
#[derive(Debug)]
pub struct Heartbeat {
    end: SyncSender<(Ended, String)>,
    said: Receiver<Pinged>,
}

impl Heartbeat {
    /// Begins: with a start ping, unless the run only says that it could not begin. Nothing is waited for.
    ///
    /// `scrub` takes parts of the address out of what the service says.
    pub fn begin(address: Secret, http: Http, start: bool, scrub: impl Fn(String) -> String + Send + 'static) -> Self {
        let (end, ends) = mpsc::sync_channel::<(Ended, String)>(1);
        let (tell, said) = mpsc::sync_channel(1);
        // Where no thread can be had, the other end of the channel is gone, and `end` says so.
        let _ = thread::Builder::new().name("heartbeat".to_owned()).spawn(move || {
            if start {
                let started = ping(&http, &address, "start", "");
                tracing::debug!(taken = started.is_ok(), "Heartbeat told of the start.");
            }
            if let Ok((ended, summary)) = ends.recv() {
                let pinged = ping(&http, &address, ended.path(), &summary);
                let _ = tell.send(pinged.map_or_else(|why| Pinged::Refused(scrub(why)), |()| Pinged::Taken));
            }
        });
        Self { end, said }
    }

    /// Tells how the run ended; waits for the answer, for [`BOUND`] at most.
    pub fn end(self, ended: Ended, summary: &str) -> Pinged {
        let until = Instant::now() + BOUND;
        let body: String = summary.chars().take(MAX_BODY).collect();
        if self.end.send((ended, body)).is_err() {
            return Pinged::TooLate;
        }
        self.said.recv_timeout(until.saturating_duration_since(Instant::now())).unwrap_or(Pinged::TooLate)
    }
}

/// Sends one ping.
///
/// # Errors
/// Why it was not taken.
fn ping(http: &Http, address: &Secret, below: &str, body: &str) -> Result<(), String> {
    let address = below_of(address, below).ok_or_else(|| "not an address".to_owned())?;
    let headers = vec![("content-type", "text/plain; charset=utf-8".to_owned())];
    let hook = Hook { address: &address, query: Vec::new(), headers, body: body.to_owned() };
    let answer = http.post_hook(&hook).map_err(|failure| failure.to_string())?;
    let said = clean(&answer.head());
    let is_taken =
        (200..300).contains(&answer.status) && !said.contains("(not found)") && !said.contains("(rate limited)");
    if is_taken { Ok(()) } else { Err(format!("{} {said}", answer.status)) }
}

/// Returns the address of a ping: the word goes below the path, and before what follows a `?`.
fn below_of(address: &Secret, word: &str) -> Option<Secret> {
    let mut url = Url::parse(address.expose()).ok()?;
    if !word.is_empty() {
        url.path_segments_mut().ok()?.pop_if_empty().push(word);
    }
    Some(Secret::new(url.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_goes_below_the_path() {
        for (address, word, want) in [
            ("https://hc-ping.com/uuid", "", "https://hc-ping.com/uuid"),
            ("https://hc-ping.com/uuid", "start", "https://hc-ping.com/uuid/start"),
            ("https://hc-ping.com/uuid/", "fail", "https://hc-ping.com/uuid/fail"),
            ("https://hc-ping.com/key/slug?create=1", "log", "https://hc-ping.com/key/slug/log?create=1"),
            ("https://hc.example.com", "start", "https://hc.example.com/start"),
        ] {
            let made = below_of(&Secret::new(address), word);
            assert_eq!(made.as_ref().map(Secret::expose), Some(want));
        }
        assert!(below_of(&Secret::new("no address"), "start").is_none());
    }
}
