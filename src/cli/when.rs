//! WHEN: a point in time as people write it.

use std::time::Duration;

use chrono::{DateTime, Local, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

use super::term;
use crate::words::RunWords;

/// Reads a length of time, such as `10m`.
///
/// # Errors
/// Names the forms that are taken.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text.trim()).map_err(|_| term::words(RunWords::NotALength))
}

/// Reads a point in time; relative ones count back from `now`.
///
/// # Errors
/// Names the forms that are taken.
pub(super) fn parse(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    parse_in(&Local, text.trim(), now)
}

fn parse_in<Z: TimeZone>(zone: &Z, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let wrong = || term::words(RunWords::NotATime { text });
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    if let Some(local) = local_form(text) {
        return on_the_clock(zone, local).ok_or_else(wrong);
    }
    let ago = humantime::parse_duration(text).map_err(|_| wrong())?;
    let ago = TimeDelta::from_std(ago).map_err(|_| wrong())?;
    now.checked_sub_signed(ago).ok_or_else(wrong)
}

fn local_form(text: &str) -> Option<NaiveDateTime> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

/// Returns when local clocks show this: the first time, when they show it twice; when they skip it, the moment that
/// they would show it had they not been put forward.
fn on_the_clock<Z: TimeZone>(zone: &Z, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.to_utc()),
        LocalResult::None => {
            let day = TimeDelta::days(1);
            Some(zone.from_local_datetime(&(local - day)).earliest()?.to_utc() + day)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use chrono::{FixedOffset, Offset as _};

    use super::*;

    /// Berlin in 2026: one hour ahead, two from 29 March 01:00 UTC to 25 October 01:00 UTC.
    #[derive(Clone, Debug)]
    struct Berlin;

    impl TimeZone for Berlin {
        type Offset = FixedOffset;

        fn from_offset(_: &FixedOffset) -> Self {
            Self
        }

        fn offset_from_local_date(&self, local: &NaiveDate) -> LocalResult<FixedOffset> {
            self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
        }

        fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> LocalResult<FixedOffset> {
            let fits = |hours: i32| {
                let offset = FixedOffset::east_opt(hours * 3600).unwrap();
                let utc = *local - TimeDelta::hours(i64::from(hours));
                (self.offset_from_utc_datetime(&utc) == offset).then_some(offset)
            };
            match (fits(2), fits(1)) {
                (Some(summer), Some(winter)) => LocalResult::Ambiguous(summer, winter),
                (Some(one), None) | (None, Some(one)) => LocalResult::Single(one),
                (None, None) => LocalResult::None,
            }
        }

        fn offset_from_utc_date(&self, utc: &NaiveDate) -> FixedOffset {
            self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
        }

        fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> FixedOffset {
            let at = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap().and_hms_opt(1, 0, 0).unwrap();
            let summer = (at(3, 29)..at(10, 25)).contains(utc);
            FixedOffset::east_opt(if summer { 7200 } else { 3600 }).unwrap().fix()
        }
    }

    fn check(text: &str, want: &str) {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(parse_in(&Berlin, text, now).unwrap().to_rfc3339(), want, "{text}");
    }

    #[test]
    fn every_form_is_read() {
        check("2026-11-22T08:00:00Z", "2026-11-22T08:00:00+00:00");
        check("2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00+00:00");
        check("2026-07-01", "2026-06-30T22:00:00+00:00");
        check("2026-11-22 08:30", "2026-11-22T07:30:00+00:00");
        check("2026-11-22T08:30:15", "2026-11-22T07:30:15+00:00");
        check("90m", "2026-11-22T10:30:00+00:00");
        check("2h", "2026-11-22T10:00:00+00:00");
        check("7d", "2026-11-15T12:00:00+00:00");
        check("45d", "2026-10-08T12:00:00+00:00");
    }

    #[test]
    fn a_time_that_clocks_show_twice_is_the_earlier() {
        check("2026-10-25 02:30", "2026-10-25T00:30:00+00:00");
    }

    #[test]
    fn a_time_that_clocks_skip_is_when_they_would_have_shown_it() {
        check("2026-03-29 02:30", "2026-03-29T01:30:00+00:00");
    }

    #[test]
    fn anything_else_names_the_forms() {
        for text in ["", "yesterday", "90", "2026-13-01", "-2h", "9999999999y"] {
            let error = parse_in(&Berlin, text, Utc::now()).unwrap_err();
            assert!(error.contains("YYYY-MM-DD HH:MM"), "{error}");
        }
    }
}
