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
        Written::StatusSet { status: "STATUS", at: "t-time" },
        Written::TitleNow { title: "TITLE" },
        Written::BodyNow,
        Written::Repeats { count: 4321, last: "t-time" },
        Written::Repeats { count: 1, last: "t-time" },
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
        for argument in ["STATUS", "t-time", "TITLE", "4321"] {
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

/// Every sentence, with arguments that are found again.
#[expect(clippy::too_many_lines, reason = "one sentence a line")]
fn every_sentence() -> Vec<Said<'static>> {
    let [guance, jira] = Service::BOTH;
    let counts = [
        Count::IssuesCreated,
        Count::CommentsCopied,
        Count::CommentsEdited,
        Count::CommentsDeleted,
        Count::FilesCopied,
        Count::FieldsChanged,
        Count::Conflicts,
        Count::LinksSet,
        Count::FoundDone,
        Count::Recognised,
        Count::FoundLate,
        Count::Released,
        Count::Failed,
        Count::Pending,
        Count::Held,
        Count::InDoubt,
        Count::Dead,
        Count::HeldForLabel,
        Count::Planned,
    ];
    let columns = [
        Column::Stage,
        Column::Item,
        Column::Tries,
        Column::NextTry,
        Column::What,
        Column::Why,
        Column::UnreadableOn,
        Column::Run,
        Column::Began,
        Column::Took,
        Column::Result,
    ];
    let stages =
        [Stage::Pending, Stage::Held, Stage::InDoubt, Stage::InFlight, Stage::Dead, Stage::Dropped, Stage::Failed];
    let mut all: Vec<Said<'static>> =
        counts.into_iter().flat_map(|what| [1, 4321].map(|n| Said::Count(what, n))).collect();
    all.extend(columns.map(Said::Column));
    all.extend(stages.map(Said::Stage));
    all.extend(stages.map(|stage| Said::ItemFailed { stage, summary: "t-summary", item: "t-item", why: "t-why" }));
    for side in [guance, jira] {
        all.extend([
            Said::SideFailed(side),
            Said::SideAskedToWait(side),
            Said::CannotSync { side, why: "t-why" },
            Said::Clock { side, seconds: 4321, behind: true },
            Said::Clock { side, seconds: 4321, behind: false },
            Said::WaitsUntil { side, until: "t-time" },
            Said::Side(side),
            Said::ReadUpTo { side, at: "t-time", from: "t-from" },
            Said::StatusWaits { side, until: "t-time" },
            Said::Gone { side, jira: "t-name", guance: "t-item", since: "t-time" },
            Said::Fails { side, since: "t-time", ago: "t-from", why: "t-why" },
            Said::FailedBefore { began: "t-time", side, why: "t-why" },
            Said::CommentIs { id: "t-item", origin: side, copy: "t-name", pair: "t-from" },
        ]);
    }
    for what in [Read::Replies, Read::Fields, Read::Both] {
        for hours in [1, 24, 720] {
            all.push(Said::ReadingEvery { what, pairs: 4321, hours, minutes: 17 });
            all.push(Said::ReadingEvery { what, pairs: 1, hours, minutes: 300 });
        }
    }
    all.extend([Hold::No, Hold::Brake, Hold::Label].map(|hold| Said::Planned {
        target: jira,
        summary: "t-summary",
        key: "t-item",
        hold,
    }));
    all.extend([("", None), ("t-name", Some("t-from"))].map(|(labels, priority)| Said::PlannedIssue {
        project: "t-item",
        kind: "t-why",
        labels,
        priority,
    }));
    all.extend([false, true].map(|internal| Said::PlannedComment { issue: "t-item", internal }));
    all.extend([None, Some("t-from")].map(|or_else| Said::WishStatus { name: "t-name", or_else }));
    all.extend([None, Some("t-time")].map(|left| Said::Progress { done: 3, all: 4321, left }));
    all.extend([None, Some("t-from")].map(|formerly| Said::StatePair { pair: "t-name", formerly }));
    all.extend([0, 1, 5].map(|missing| Said::Markers { proven: 4321, missing }));
    all.extend([false, true].map(|dry_run| Said::BelongsTo { jira: "t-name", guance: "t-item", dry_run }));
    let questions = [
        Question::GuanceAddress,
        Question::GuanceVariable,
        Question::JiraAddress,
        Question::JiraUser,
        Question::JiraVariable,
        Question::JiraProject,
        Question::IssueType,
    ];
    all.extend(questions.map(Said::Ask));
    let (pending, failing, held, in_doubt, dead) = (4321, 5, 6, 7, 8);
    all.extend([Some(true), Some(false), None].map(Said::ListTells));
    let (lists, threads, issues) = (4321, 5, 6);
    all.extend([0, 9].map(|files| Said::Spent { lists, threads, issues, writes: 7, files, names: files }));
    all.push(Said::ReadingEvery { what: Read::Replies, pairs: 2, hours: 1, minutes: 1 });
    all.extend([0, 9].map(|dropped| Said::Outbox { pending, failing, held, in_doubt, dead, dropped }));
    all.extend([1, 4321].map(|count| Said::Labelled { count }));
    all.extend([1, 4321].map(|count| Said::BackInQueue { count }));
    all.extend([1, 4321].map(|count| Said::Dropped { count }));
    all.extend([None, Some("t-from")].map(|ago| Said::LastGood { at: "t-time", ago }));
    all.extend([false, true].map(|backfill| Said::RunKind { backfill }));
    all.extend([0, 2].map(|more| Said::Reason { key: "t-item", more, why: "t-why" }));
    all.extend([(None, None), (Some("t-from"), Some("t-why"))].map(|(not_before, why)| Said::Queued {
        stage: Stage::Pending,
        since: "t-time",
        not_before,
        summary: "t-summary",
        why,
    }));
    all.extend([
        Said::ProjectNotRead { project: "t-name" },
        Said::NothingToDo,
        Said::NothingWritten,
        Said::AnotherRun,
        Said::BudgetUsedUp,
        Said::FirstRun { begins: "t-time" },
        Said::FirstRunHint,
        Said::MoreUnreadable { count: 4321 },
        Said::LeftOut { what: "t-name" },
        Said::NobodyFound { names: "t-name" },
        Said::OverTheBrake { most: 4321 },
        Said::WhatOfDoubt,
        Said::HeldForLabel { summary: "t-summary", why: "t-why" },
        Said::Decide,
        Said::FilesStay { count: 4321, why: "t-why" },
        Said::Restricted,
        Said::WhatOfDead,
        Said::BudgetLeftSome,
        Said::TimeLeftSome,
        Said::NotCarried { count: 4321, why: "t-why" },
        Said::StillSince { since: "t-time" },
        Said::AndMore { count: 4321 },
        Said::WorksAgain { what: "t-name", since: "t-time" },
        Said::ReadingProject { project: "t-name" },
        Said::ReadingRecord { record: "t-name" },
        Said::IsWritten { summary: "t-summary" },
        Said::NoRunYet { path: "t-name" },
        Said::Linked { issues: 4321, comments: 1 },
        Said::Away { why: "t-why", since: "t-time" },
        Said::NoGoodYet,
        Said::TriesAgain,
        Said::DeadNext,
        Said::HeldNext,
        Said::InDoubtNext,
        Said::FailingNext,
        Said::StillAtWork,
        Said::NotGood { summary: "t-summary" },
        Said::Refused { why: "t-why" },
        Said::NoGoodRun,
        Said::LastGoodAhead { at: "t-time" },
        Said::LastGoodAgo { ago: "t-from" },
        Said::WhatToRetry,
        Said::WhatToRetryHint,
        Said::NothingToRetry,
        Said::NoSuchToRetry { id: "t-item" },
        Said::StatusLists,
        Said::NoStateFile { path: "t-name" },
        Said::WhyDrop,
        Said::WhyDropHint,
        Said::NoSuchToDrop { id: "t-item" },
        Said::StatusListsDead,
        Said::NothingKnown { item: "t-item" },
        Said::NothingKnownHint,
        Said::PairIs { guance: "t-item", name: "t-name", jira: "t-from" },
        Said::PairGone,
        Said::PairClosed,
        Said::Since { since: "t-time", why: "t-why" },
        Said::DroppedBecause { because: "t-why" },
        Said::PlannedTitle { title: "t-name" },
        Said::PlannedEdit { comment: "t-name", issue: "t-item" },
        Said::PlannedDelete { comment: "t-name", issue: "t-item" },
        Said::PlannedChange { what: "t-name", issue: "t-item" },
        Said::PlannedFile { file: "t-name", issue: "t-item" },
        Said::PlannedLink { issue: "t-item", title: "t-name", url: "t-from" },
        Said::WishTitle { title: "t-name" },
        Said::WishBody,
        Said::WishPriority { priority: "t-name" },
        Said::WishNobody,
        Said::WishPerson { name: "t-name", id: "t-item" },
        Said::WishAnyStatus { category: "t-name" },
        Said::InFuture { at: "t-time" },
        Said::NotAfter { until: "t-time", since: "t-from" },
        Said::CheckLogin(guance),
        Said::CheckLogin(jira),
        Said::CannotOpen { path: "t-name", why: "t-why" },
        Said::StateFile { path: "t-name", bytes: 4321, version: 10 },
        Said::StateOf { side: guance, what: "t-name" },
        Said::BelongsToNobody,
        Said::BelongedTo { jira: "t-name", guance: "t-item" },
        Said::Copied { from: "t-from", to: "t-name" },
        Said::CannotCopy { from: "t-from", to: "t-name", why: "t-why" },
        Said::StateBusy,
        Said::StateBusyHint,
        Said::FileExists { path: "t-name" },
        Said::FileExistsHint,
        Said::CannotWrite { path: "t-name" },
        Said::Wrote { files: "t-name", config: "t-item" },
        Said::NoNameOfVariable,
        Said::KeepIn { file: "t-name" },
        Said::InputEnded,
    ]);
    all
}

/// Every reason.
fn every_reason() -> Vec<Why<'static>> {
    let [guance, jira] = Service::BOTH;
    let mut all = vec![
        Why::FlowOff("t-name"),
        Why::Echo,
        Why::Unchanged,
        Why::Queued,
        Why::InDoubt,
        Why::Restricted("t-why"),
        Why::NoRoute,
        Why::RouteUnclear { number: 4321, why: "t-why" },
        Why::LevelNotListed("t-name"),
        Why::OutsideWindow,
        Why::SecondClaim,
        Why::TooLarge("t-name"),
        Why::Dead,
        Why::Closed("t-name"),
        Why::Deleted,
        Why::Repeat,
        Why::Gone,
        Why::NotOurs,
        Why::PriorityByHand,
    ];
    all.extend([guance, jira].map(|newer| Why::BothChanged { field: "t-name", newer }));
    all.extend([guance, jira].map(|on| Why::NobodyFound { names: "t-name", on }));
    all.push(Why::ByHand("t-name"));
    all
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
fn every_sentence_is_said_in_both_languages_with_the_same_arguments_and_commands() {
    let sentences = every_sentence();
    let sentences = sentences.iter().map(|said| Lang::ALL.map(|lang| said.in_lang(lang)));
    let reasons = every_reason();
    let reasons = reasons.iter().map(|why| Lang::ALL.map(|lang| why.in_lang(lang)));
    let example = include_str!("../../sync.toml.example");
    let known = ["sync", "check", "status", "why", "retry", "drop", "adopt", "state", "init"];
    for [en, zh] in sentences.chain(reasons) {
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{en} {zh}");
        assert!(zh.contains(|c| is_chinese(c) || c == '：') && !en.contains(is_chinese), "{en}: {zh}");
        for argument in ["t-time", "t-from", "t-why", "t-item", "t-name", "t-summary", "4321"] {
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
    assert_eq!(Lang::ALL.map(|lang| Said::Comma.in_lang(lang)), [", ".to_owned(), "，".to_owned()]);
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
