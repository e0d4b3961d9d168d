//! The fields JQL knows: what an issue has in them, and how their values are looked up.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::jira::model::Issue;

/// A searchable field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Project,
    Key,
    Labels,
    Status,
    StatusCategory,
    Reporter,
    Creator,
    Assignee,
    Type,
    Priority,
    Resolution,
    Created,
    Updated,
    Resolved,
    Summary,
    Description,
    Comment,
    Text,
}

impl Field {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name.to_lowercase().as_str() {
            "project" => Self::Project,
            "key" | "id" | "issue" | "issuekey" => Self::Key,
            "labels" => Self::Labels,
            "status" => Self::Status,
            "statuscategory" => Self::StatusCategory,
            "reporter" => Self::Reporter,
            "creator" => Self::Creator,
            "assignee" => Self::Assignee,
            "issuetype" | "type" => Self::Type,
            "priority" => Self::Priority,
            "resolution" => Self::Resolution,
            "created" | "createddate" => Self::Created,
            "updated" | "updateddate" => Self::Updated,
            "resolved" | "resolutiondate" => Self::Resolved,
            "summary" => Self::Summary,
            "description" => Self::Description,
            "comment" => Self::Comment,
            "text" => Self::Text,
            _ => return None,
        })
    }

    pub(super) fn date(self, issue: &Issue) -> Option<DateTime<Utc>> {
        match self {
            Self::Created => Some(issue.created),
            Self::Updated => Some(issue.updated),
            Self::Resolved => issue.resolved,
            _ => None,
        }
    }

    pub(super) fn is_date(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Resolved)
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Summary | Self::Description | Self::Comment | Self::Text)
    }

    pub(super) fn is_user(self) -> bool {
        matches!(self, Self::Reporter | Self::Creator | Self::Assignee)
    }
}

/// A quoted date in the caller's zone, or a period measured from `now`.
pub(super) fn parse_date(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim();
    for format in ["%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(local) = NaiveDateTime::parse_from_str(text, format) {
            return Some(in_zone(local, zone));
        }
    }
    for format in ["%Y/%m/%d", "%Y-%m-%d"] {
        if let Ok(day) = NaiveDate::parse_from_str(text, format) {
            return Some(in_zone(day.and_time(NaiveTime::MIN), zone));
        }
    }
    period(text).map(|period| now + period)
}

/// The earlier reading of a repeated hour; an hour that does not exist is read an hour later.
pub(super) fn in_zone(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let found = zone.from_local_datetime(&local).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
    found.map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}

/// `-5m`, `4w 2d`: minutes, hours, days, weeks.
fn period(text: &str) -> Option<TimeDelta> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut minutes = 0_i64;
    for part in rest.split_whitespace() {
        let unit = part.chars().last()?;
        let amount: i64 = part[..part.len() - unit.len_utf8()].parse().ok()?;
        let one = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            'w' => 7 * 24 * 60,
            _ => return None,
        };
        minutes = minutes.checked_add(amount.checked_mul(one)?)?;
    }
    (!rest.is_empty()).then(|| TimeDelta::minutes(sign * minutes))
}

/// Whether a text search finds `wanted` in `text`: every word, `*` at the end as a prefix; quotes ask for the phrase.
pub(super) fn text_matches(text: &str, wanted: &str) -> bool {
    let words = words(text);
    if let Some(phrase) = wanted.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
        let phrase = self::words(phrase);
        return !phrase.is_empty() && words.windows(phrase.len()).any(|w| w == phrase);
    }
    wanted.split_whitespace().all(|want| {
        let prefix = want.ends_with('*');
        let parts = self::words(want);
        let hit = |part: &String| words.iter().any(|w| if prefix { w.starts_with(part.as_str()) } else { w == part });
        parts.iter().all(hit)
    })
}

fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    split.filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}
