//! Times as people of a place read them, and how such times are recognised.

use chrono::{DateTime, NaiveDateTime, Offset as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// A time zone of the IANA data base; UTC unless one was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Default for Zone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl Zone {
    /// Returns the zone of an IANA name, such as `Asia/Shanghai`; case counts.
    pub fn called(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// Returns every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// Returns a time and how far it is ahead of UTC. So a time says by itself what it means, also in the hour that a place
    /// has twice when its summer ends.
    pub(super) fn told(self, at: DateTime<Utc>, format: &str) -> String {
        let local = at.with_timezone(&self.0);
        let minutes = local.offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let ahead = match (hours, rest) {
            (0, 0) => String::new(),
            (hours, 0) => format!("{sign}{hours}"),
            (hours, rest) => format!("{sign}{hours}:{rest:02}"),
        };
        format!("{} UTC{ahead}", local.format(format))
    }
}

/// Returns true for `2026-11-22 10:00 UTC`, and the same with `+8` or `-3:30` behind it.
pub(super) fn is_minute(text: &str) -> bool {
    let Some((at, ahead)) = text.rsplit_once("UTC") else { return false };
    let number = |text: &str, most: u8| {
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits && text.parse::<u8>().is_ok_and(|number| number <= most)
    };
    let is_ahead = ahead.is_empty()
        || ahead.strip_prefix(['+', '-']).is_some_and(|ahead| match ahead.split_once(':') {
            Some((hours, minutes)) => number(hours, 15) && number(minutes, 59),
            None => number(ahead, 15),
        });
    is_ahead && NaiveDateTime::parse_from_str(&format!("{at}UTC"), "%Y-%m-%d %H:%M UTC").is_ok()
}
