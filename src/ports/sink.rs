//! Where messages end: a chat room, which takes text and tells nothing of what it has.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::Message;

/// What is known of a sink without asking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinkAbout {
    /// Its name in the configuration.
    pub name: String,
    /// What people call the service behind it: `Feishu`.
    pub shown: &'static str,
    /// How many messages it takes in which time. The service counts across runs, so what was sent has to be remembered.
    pub pace: Pace,
    /// Most bytes of a message, as the service counts them; the adapter cuts what is longer.
    pub max_bytes: usize,
}

/// How many messages a service takes; `None`: no limit is known for this length of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// In any second.
    pub per_second: Option<usize>,
    /// In any 60 seconds.
    pub per_minute: Option<usize>,
    /// In any 3600 seconds.
    pub per_hour: Option<usize>,
}

impl Pace {
    /// Returns the time before which nothing that was sent counts any more: what is older need not be remembered.
    pub const MEMORY: Duration = Duration::from_hours(1);

    /// Returns when the next message may go: now, or later. `sent` are the times of earlier ones, in any order; those of the
    /// last hour matter.
    ///
    /// A time in the future was told by a clock that has been set back since. It counts as now.
    pub fn next(&self, sent: &[DateTime<Utc>], now: DateTime<Utc>) -> DateTime<Utc> {
        let mut latest_first: Vec<DateTime<Utc>> = sent.iter().map(|at| (*at).min(now)).collect();
        latest_first.sort_unstable_by(|a, b| b.cmp(a));
        let free = self.windows().filter_map(|(most, window)| match most.checked_sub(1) {
            // The oldest of those that fill the window has to leave it.
            Some(oldest) => latest_first.get(oldest).map(|at| *at + window),
            None => Some(now + window),
        });
        free.fold(now, DateTime::max)
    }

    /// Returns how many messages may go now.
    pub fn room(&self, sent: &[DateTime<Utc>], now: DateTime<Utc>) -> usize {
        let left = self.windows().map(|(most, window)| {
            let used = sent.iter().filter(|at| (**at).min(now) + window > now).count();
            most.saturating_sub(used)
        });
        left.min().unwrap_or(usize::MAX)
    }

    fn windows(&self) -> impl Iterator<Item = (usize, TimeDelta)> {
        let all = [
            (self.per_second, TimeDelta::seconds(1)),
            (self.per_minute, TimeDelta::minutes(1)),
            (self.per_hour, TimeDelta::hours(1)),
        ];
        all.into_iter().filter_map(|(most, window)| Some((most?, window)))
    }
}

/// Why a message was not delivered, by what the caller should do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendErrorKind {
    /// Certainly not sent (no connection, a rate limit): again, not before `retry_after`.
    NotSent {
        /// The least time to wait, where one is known.
        retry_after: Option<Duration>,
    },
    /// Understood and refused: no other try of this message does better.
    Refused,
    /// Certainly not sent, and the service takes nothing from us until a person changes something: the address, the secret,
    /// the clock, or the service's own security settings. Leave this sink alone for this run.
    Unauthorized,
    /// It left, and no usable answer came. No service tells what a room holds, so it counts as sent: a message goes at most
    /// once.
    Lost,
}

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// What to do about it.
    pub kind: SendErrorKind,
    /// The sink's name in the configuration.
    pub sink: String,
    /// What happened, and the service's own words; a lower-case fragment without full stop, without address and secret.
    pub message: String,
    /// How to mend it, where that is known.
    pub hint: Option<String>,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sink, self.message)
    }
}

impl std::error::Error for SendError {}

/// A chat room.
pub trait Sink {
    /// Returns what is known of it without asking it.
    fn about(&self) -> &SinkAbout;

    /// Sends a message once.
    ///
    /// # Errors
    /// When the service did not say that it took the message; the kind says whether it may have.
    fn send(&self, message: &Message) -> Result<(), SendError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(10_000 + seconds)
    }

    const BOTH: Pace = Pace { per_second: Some(2), per_minute: Some(4), per_hour: None };

    #[test]
    fn the_next_message_goes_when_every_window_has_room() {
        for (pace, sent, want) in [
            (BOTH, &[][..], 0),
            (BOTH, &[-5], 0),
            (BOTH, &[0], 0),
            (BOTH, &[0, 0], 1),
            (BOTH, &[-40, -30, -20, -10], 20),
            // Their order does not matter, and those that left the window do not count.
            (BOTH, &[-10, -61, -30, -20, -60, -300], 0),
            (BOTH, &[-10, -30, -20, -59], 1),
            (Pace::default(), &[0, 0, 0, 0, 0, 0], 0),
            (Pace { per_hour: Some(2), ..Pace::default() }, &[-3599, -10], 1),
            (Pace { per_minute: Some(0), ..Pace::default() }, &[], 60),
        ] {
            let sent: Vec<DateTime<Utc>> = sent.iter().map(|second| at(*second)).collect();
            let next = pace.next(&sent, at(0));
            assert_eq!(next, at(want), "{pace:?} {sent:?}");
            assert_eq!(pace.room(&sent, at(0)) > 0, want == 0, "{pace:?} {sent:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_holds_messages_no_longer_than_a_window() {
        let sent = [at(7200), at(7200), at(7200), at(7200)];
        assert_eq!(BOTH.next(&sent, at(0)), at(60));
    }

    #[test]
    fn who_follows_the_pace_never_fills_a_window_too_much() {
        let pace = Pace { per_second: Some(3), per_minute: Some(20), per_hour: Some(100) };
        let mut sent = Vec::new();
        let mut now = at(0);
        for _ in 0..400 {
            now = pace.next(&sent, now);
            assert!(pace.room(&sent, now) > 0);
            sent.push(now);
        }
        for (most, window) in pace.windows() {
            for last in &sent {
                let inside = sent.iter().filter(|at| **at <= *last && **at > *last - window).count();
                assert!(inside <= most, "{inside} within {window}");
            }
        }
        assert!(sent.last().is_some_and(|last| *last <= at(4 * 3600)), "and it does not wait longer than it has to");
    }
}
