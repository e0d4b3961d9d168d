//! Both catalogues say the same, each in its language.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Debug;

use chrono::{DateTime, TimeZone as _, Utc};

use super::samples::Sample;
use super::*;

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Says every message of an enum in both languages: neither is empty, and both name the same arguments, commands and keys of
/// the configuration.
pub(super) fn is_said_in_both_languages<T: Sample + Message + Debug>() {
    let example = include_str!("../../sync.toml.example");
    let known = [
        "sync", "check", "status", "why", "retry", "drop", "adopt", "state", "init", "reply", "push", "link", "unlink",
        "auth",
    ];
    for message in T::samples("⟨it⟩") {
        let [en, zh] = Lang::ALL.map(|lang| message.in_lang(lang));
        let shown = format!("{message:?}");
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{shown}");
        assert!(!en.contains(is_chinese), "{shown}: {en}");
        let says_nothing = |piece: &String| !piece.contains(char::is_alphanumeric);
        let is_bare = samples::taken_apart(&zh).0.iter().all(says_nothing);
        assert!(
            zh.contains(is_chinese) || is_bare || ["Jira", "Jsm", "Opsgenie"].iter().any(|name| shown.contains(name)),
            "{shown}: {zh}"
        );
        for argument in arguments(&shown) {
            let argument = argument.as_str();
            assert_eq!(en.contains(argument), zh.contains(argument), "{argument} in {en} and {zh}");
        }
        assert_eq!(commands(&en), commands(&zh), "{en}: {zh}");
        for command in commands(&en) {
            assert!(command.split(' ').any(|word| known.contains(&word)), "{command} is no command: {en}");
        }
        for key in keys(&en) {
            assert!(zh.contains(key), "{key} is not in {zh}");
            let (section, name) = key.split_once("].").unwrap_or((key.trim_end_matches(']'), ""));
            let section = section.trim_start_matches('[').trim_end_matches(']');
            assert!(example.contains(&format!("[{section}]")), "no section {section}: {en}");
            assert!(name.is_empty() || example.contains(&format!("{name} = ")), "no key {name}: {en}");
        }
    }
}

/// Returns the texts and the large numbers among the arguments of a message.
fn arguments(shown: &str) -> Vec<String> {
    let texts = samples::taken_apart(shown).1.into_iter().map(|name| format!("⟨{name}⟩"));
    texts.chain(shown.contains("4321").then(|| "4321".to_owned())).collect()
}

/// Returns the commands that a sentence quotes.
fn commands(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("guajira "));
    let seen = ["see guajira ", "见 guajira "].into_iter().flat_map(|see| text.split(see).skip(1));
    let mut all: Vec<&str> = quoted.chain(seen.filter_map(|rest| rest.split([')', '）']).next())).collect();
    all.sort_unstable();
    all
}

/// Returns what a sentence names of the configuration: `[section].key`, and tables.
fn keys(text: &str) -> Vec<&str> {
    let ends = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "_.[]".contains(c));
    text.match_indices('[')
        .filter_map(|(at, _)| text.get(at..)?.split(ends).next())
        .filter(|key| key.len() > 2)
        .collect()
}

#[test]
fn a_written_message_is_known_again_in_any_language() {
    for what in Written::samples("⟨it⟩") {
        let [en, zh] = Lang::ALL.map(|lang| what.in_lang(lang));
        assert!(what.is(&en) && what.is(&zh) && !what.is("else"), "{what:?}");
    }
    for lang in Lang::ALL {
        let cut = Cut::of(lang);
        assert!(!cut.begins.is_empty());
        assert!(cut.alone.starts_with(cut.begins) && cut.before.starts_with(cut.begins), "{cut:?}");
        assert_eq!(lang == Lang::Zh, cut.before.contains(is_chinese), "{cut:?}");
    }
    assert_eq!(Lang::ALL.map(|lang| RunWords::Comma.in_lang(lang)), [", ".to_owned(), "，".to_owned()]);
}

/// Another copy of the data base, read by other code.
#[test]
fn every_zone_tells_the_times_that_another_library_tells() {
    for zone in chrono_tz::TZ_VARIANTS {
        let voice = Voice { zone: Zone::called(zone.name()).unwrap(), ..Voice::default() };
        // The two copies are of different years, and laws change: no time for which only one can know the law.
        for year in 1995..2025 {
            for month in 1..=12 {
                let at = Utc.with_ymd_and_hms(year, month, 14, 23, 30, 0).unwrap();
                let told = voice.minute(at);
                let there = at.with_timezone(&zone).format("%Y-%m-%d %H:%M UTC").to_string();
                assert!(told.starts_with(&there), "{zone}: {told} instead of {there}");
            }
        }
    }
}

#[test]
fn a_time_says_its_zone_and_is_known_as_a_time() {
    let at: DateTime<Utc> = "2026-07-22T10:00:07Z".parse().unwrap();
    for (name, minute, second) in [
        ("UTC", "2026-07-22 10:00 UTC", "2026-07-22 10:00:07 UTC"),
        ("Asia/Shanghai", "2026-07-22 18:00 UTC+8", "2026-07-22 18:00:07 UTC+8"),
        ("Asia/Kolkata", "2026-07-22 15:30 UTC+5:30", "2026-07-22 15:30:07 UTC+5:30"),
        ("America/St_Johns", "2026-07-22 07:30 UTC-2:30", "2026-07-22 07:30:07 UTC-2:30"),
        ("America/New_York", "2026-07-22 06:00 UTC-4", "2026-07-22 06:00:07 UTC-4"),
    ] {
        let voice = Voice { zone: Zone::called(name).unwrap(), ..Voice::default() };
        assert_eq!((voice.minute(at).as_str(), voice.second(at).as_str()), (minute, second));
    }
    for name in Zone::names() {
        let voice = Voice { zone: Zone::called(name).unwrap(), ..Voice::default() };
        for at in ["2026-01-01T00:00:00Z", "2026-07-22T10:00:07Z", "1999-12-31T23:59:59Z"] {
            let told = voice.minute(at.parse().unwrap());
            assert!(is_minute(&told), "{name}: {told}");
        }
    }
    for other in [
        "2026-07-22 18:00",
        "2026-07-22 18:00 UTC8",
        "2026-07-22 18:00 UTC+",
        "2026-07-22 18:00 UTC+8:",
        "2026-07-22 18:00 UTC+99",
        "2026-07-22 18:00 UTC+8 more",
        "2026-07-22 18:00 UTC+٨",
        "at 2026-07-22 18:00 UTC+8",
        "UTC+8",
    ] {
        assert!(!is_minute(other), "{other}");
    }
}

#[test]
fn the_environment_says_the_language_by_its_first_variable_that_is_set() {
    for (all, lang) in [
        ([None, None, Some("zh_CN.UTF-8")], Lang::Zh),
        ([None, None, Some("ZH")], Lang::Zh),
        ([Some("C"), None, Some("zh_CN.UTF-8")], Lang::En),
        ([Some(""), Some("zh_TW"), Some("en_US.UTF-8")], Lang::Zh),
        ([None, None, None], Lang::En),
        ([None, None, Some("é")], Lang::En),
    ] {
        assert_eq!(Lang::of_locale(all), lang, "{all:?}");
    }
}
