//! Both catalogues say the same, each in its language.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono::{DateTime, Utc};

use super::*;

fn every_message() -> Vec<Written<'static>> {
    let [guance, jira] = Service::BOTH;
    vec![
        Written::Name(guance),
        Written::Name(jira),
        Written::LinkBack,
        Written::DeletedOn(guance),
        Written::DeletedOn(jira),
        Written::Somebody,
        Written::StatusSet { status: "STATUS", at: "TIME" },
        Written::TitleNow { title: "TITLE" },
        Written::BodyNow,
        Written::Repeats { count: 4321, last: "TIME" },
        Written::Repeats { count: 1, last: "TIME" },
        Written::NoRepeats,
        Written::Mirrors,
        Written::ReadCut,
    ]
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

#[test]
fn every_message_is_said_in_both_languages_with_the_same_arguments() {
    for what in every_message() {
        let [en, zh] = Lang::ALL.map(|lang| what.in_lang(lang));
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{what:?}");
        assert!(!en.contains(is_chinese), "{en}");
        assert!(zh.contains(is_chinese) || what == Written::Name(Service::Jira), "{zh}");
        for argument in ["STATUS", "TIME", "TITLE", "4321"] {
            assert_eq!(en.contains(argument), zh.contains(argument), "{argument} in {en} and {zh}");
        }
        assert!(what.is(&en) && what.is(&zh) && !what.is("else"));
    }
    for lang in Lang::ALL {
        let cut = Cut::of(lang);
        assert!(!cut.begins.is_empty());
        assert!(cut.alone.starts_with(cut.begins) && cut.before.starts_with(cut.begins), "{cut:?}");
        assert_eq!(lang == Lang::Zh, cut.before.contains(is_chinese), "{cut:?}");
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
