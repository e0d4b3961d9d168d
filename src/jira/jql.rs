//! JQL: quoting of everything that comes from outside, and time windows that need no time zone.

use chrono::{DateTime, TimeDelta, Utc};

/// Returns a value as a quoted JQL string; nothing in it can end the quotation.
///
/// Source: Atlassian's JQL reference: inside quotes `\` escapes `\` and the quote itself.
pub(super) fn quote(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Returns a quoted, comma-separated list.
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    values.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// How this server is told a point in time. Quoted dates are not among the ways: Jira reads them in the time zone
/// of the bot's profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Unquoted milliseconds since 1970.
    EpochMillis,
    /// `"-17m"`, measured from the server's clock, which shows this time now.
    Relative {
        /// The server's clock.
        now: DateTime<Utc>,
    },
}

impl Dialect {
    /// Returns a literal for a time not later than `time`.
    pub(super) fn literal(self, time: DateTime<Utc>) -> String {
        match self {
            Self::EpochMillis => time.timestamp_millis().to_string(),
            Self::Relative { now } => {
                let past = (now - time).max(TimeDelta::zero());
                let whole = past.num_minutes();
                let minutes = if past > TimeDelta::minutes(whole) { whole + 1 } else { whole };
                format!("\"-{}m\"", minutes + 1)
            }
        }
    }

    /// Returns a literal for a time not earlier than `time`; `None` where that may be in the future.
    pub(super) fn literal_after(self, time: DateTime<Utc>) -> Option<String> {
        match self {
            Self::EpochMillis => Some(time.timestamp_millis().to_string()),
            Self::Relative { now } => {
                let minutes = (now - time).num_minutes() - 1;
                (minutes > 0).then(|| format!("\"-{minutes}m\""))
            }
        }
    }
}

/// Restricts to issues that our own account created, or a former one of ours, in any project: our copies are among them.
pub(super) fn ours(former: &[String]) -> String {
    if former.is_empty() {
        return "creator = currentUser()".to_owned();
    }
    format!("creator in (currentUser(), {})", list(former.iter().map(String::as_str)))
}

/// Returns the query for what changed in `scope` at or after the literal `since`, or ever, and up to the literal `until`.
pub(super) fn changed(scope: &str, since: Option<&str>, until: Option<&str>) -> String {
    let since = since.map(|since| format!(" AND updated >= {since}")).unwrap_or_default();
    let until = until.map(|until| format!(" AND updated <= {until}")).unwrap_or_default();
    format!("({scope}){since}{until} ORDER BY updated ASC, key ASC")
}

/// Returns the restriction to projects and single issues, by numeric id.
pub(super) fn scope(projects: &[String], strays: &[String]) -> Option<String> {
    let mut parts = Vec::new();
    if !projects.is_empty() {
        parts.push(format!("project in ({})", list(projects.iter().map(String::as_str))));
    }
    let ids: Vec<&str> = strays.iter().map(String::as_str).filter(|id| is_number(id)).collect();
    if !ids.is_empty() {
        parts.push(format!("id in ({})", ids.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join(" OR "))
}

/// Returns true for a non-empty string of digits.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn nothing_gets_out_of_its_quotes() {
        for (value, want) in [
            ("OPS", r#""OPS""#),
            (r#"A") OR project in ("B"#, r#""A\") OR project in (\"B""#),
            (r#"a\" OR 1"#, r#""a\\\" OR 1""#),
            ("a\nORDER BY x\u{2028}", r#""aORDER BY x""#),
            ("项目", "\"项目\""),
        ] {
            assert_eq!(quote(value), want);
        }
    }

    #[test]
    fn a_relative_window_never_starts_late() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let relative = Dialect::Relative { now: at("2026-11-22T12:00:00Z") };
        for (time, want) in [
            ("2026-11-22T11:44:00Z", "\"-17m\""),
            ("2026-11-22T11:44:00.001Z", "\"-17m\""),
            ("2026-11-22T11:43:59.999Z", "\"-18m\""),
            ("2026-11-22T12:00:00Z", "\"-1m\""),
            ("2026-11-22T13:00:00Z", "\"-1m\""),
            ("2025-11-22T12:00:00Z", "\"-525601m\""),
        ] {
            assert_eq!(relative.literal(at(time)), want);
        }
        assert_eq!(Dialect::EpochMillis.literal(at("2026-11-22T12:00:00.5Z")), "1795348800500");
        for (time, want) in [
            ("2026-11-22T11:44:00Z", Some("\"-15m\"")),
            ("2026-11-22T11:44:59.999Z", Some("\"-14m\"")),
            ("2026-11-22T11:57:59Z", Some("\"-1m\"")),
            ("2026-11-22T11:59:00Z", None),
            ("2026-11-22T13:00:00Z", None),
        ] {
            assert_eq!(relative.literal_after(at(time)).as_deref(), want);
        }
    }

    #[test]
    fn the_query_covers_projects_and_strays() {
        let texts = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let both = scope(&texts(&["A", "IN"]), &texts(&["7", "x) OR (1", "8"])).unwrap();
        assert_eq!(
            changed(&both, Some("0"), None),
            r#"(project in ("A", "IN") OR id in (7, 8)) AND updated >= 0 ORDER BY updated ASC, key ASC"#
        );
        assert_eq!(scope(&[], &texts(&["7"])).unwrap(), "id in (7)");
        assert_eq!(scope(&[], &texts(&["x"])), None);
        assert_eq!(
            changed("a", Some("0"), Some("9")),
            "(a) AND updated >= 0 AND updated <= 9 ORDER BY updated ASC, key ASC"
        );
        assert_eq!(changed(&ours(&[]), None, None), "(creator = currentUser()) ORDER BY updated ASC, key ASC");
        assert_eq!(ours(&["a\"b".to_owned()]), r#"creator in (currentUser(), "a\"b")"#);
    }
}
