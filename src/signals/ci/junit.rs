//! A report in the format of `JUnit`, which GitLab, Jenkins and Azure Pipelines show as tests.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::data::{Line, Told};
use super::escape::xml;
use crate::words::{CiWords, StatusWords};

/// Returns the report: for each source the run itself, which fails where a side failed, and a test for each item that is not done. Those
/// that need a person fail, the others are skipped.
///
/// Source: GitLab, "Unit test reports": of several tests with one name only the first is shown.
pub fn junit(told: &Told) -> String {
    let suites = told.lines.iter().map(|line| suite(told, line)).collect::<String>();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"guajira\">\n{suites}</testsuites>\n")
}

fn suite(told: &Told, line: &Line) -> String {
    let class = format!("guajira.{}", xml(&line.name));
    let mut cases = String::new();
    let (mut failures, mut skipped) = (0, 0);
    let why: Vec<String> = line
        .failing
        .iter()
        .map(|failing| {
            [Some(&failing.what), Some(&failing.why), failing.hint.as_ref()].map(|said| said.map(|said| xml(said)))
        })
        .map(|said| said.into_iter().flatten().collect::<Vec<_>>().join("\n"))
        .collect();
    let run = xml(&CiWords::Run.in_lang(told.lang));
    let result = xml(&line.result);
    let (tag, text) = if why.is_empty() {
        ("system-out".to_owned(), result)
    } else {
        (format!("error message=\"{result}\""), why.join("\n\n"))
    };
    let end = tag.split(' ').next().unwrap_or_default();
    let _ = writeln!(cases, "<testcase classname=\"{class}\" name=\"{run}\"><{tag}>{text}</{end}></testcase>");
    let mut names = BTreeSet::from([run]);
    for item in &line.items {
        let name = xml(&item.key);
        if !names.insert(name.clone()) {
            continue;
        }
        let stage = StatusWords::Stage(item.stage).in_lang(told.lang);
        let said =
            [&item.what, &item.why].into_iter().chain(&item.hint).chain(&item.command).filter(|said| !said.is_empty());
        let text = said.map(|said| xml(said)).collect::<Vec<_>>().join("\n");
        let message = format!("{}: {}", xml(&stage), xml(&item.what));
        let tag = if item.needs_person() { "failure" } else { "skipped" };
        *(if item.needs_person() { &mut failures } else { &mut skipped }) += 1;
        let _ = writeln!(
            cases,
            "<testcase classname=\"{class}\" name=\"{name}\"><{tag} message=\"{message}\">{text}</{tag}></testcase>"
        );
    }
    let (tests, errors) = (names.len(), usize::from(!line.failing.is_empty()));
    format!(
        "<testsuite name=\"{class}\" tests=\"{tests}\" errors=\"{errors}\" failures=\"{failures}\" skipped=\"{skipped}\">\n{cases}</testsuite>\n"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use html5gum::{Token, Tokenizer};
    use proptest::prelude::*;

    use super::super::data::{Failing, Item};
    use super::super::escape::plain;
    use super::super::escape::tests::hostile;
    use super::*;
    use crate::words::{Lang, Stage};

    /// Returns the tags of a report, and the names of its tests, as a reader other than ours finds them.
    fn read(report: &str) -> (Vec<String>, Vec<String>) {
        let (mut tags, mut names) = (Vec::new(), Vec::new());
        for Ok(token) in Tokenizer::new(report.split_once("?>\n").unwrap().1) {
            if let Token::StartTag(tag) = token {
                let name = String::from_utf8(tag.name.to_vec()).unwrap();
                if name == "testcase" {
                    names.push(String::from_utf8(tag.attributes.get(&b"name"[..]).unwrap().to_vec()).unwrap());
                }
                tags.push(name);
            } else if let Token::Comment(_) | Token::Doctype(_) | Token::Error(_) = token {
                panic!("{token:?} in {report}");
            }
        }
        (tags, names)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_report_is_its_own_tests_whatever_a_title_says(text in hostile()) {
            let item = |stage, key: &str| Item {
                stage, what: text.clone(), key: key.to_owned(), why: text.clone(), hint: Some(text.clone()), command: None,
            };
            let key = format!("1{text}");
            let items = vec![item(Stage::Dead, &key), item(Stage::InDoubt, "2"), item(Stage::Dead, "2")];
            let failing = vec![Failing { what: text.clone(), why: text.clone(), hint: None }];
            let line = Line { name: text.clone(), items, failing, result: text.clone(), ..Line::default() };
            let report = junit(&Told { lang: Lang::En, lines: vec![line] });
            let (tags, names) = read(&report);
            let want = ["testsuites", "testsuite", "testcase", "error", "testcase", "failure", "testcase", "skipped"];
            prop_assert_eq!(tags, want, "{}", report);
            prop_assert_eq!(names, ["sync".to_owned(), plain(&key), "2".to_owned()]);
            let counts = "tests=\"3\" errors=\"1\" failures=\"1\" skipped=\"1\"";
            prop_assert!(report.contains(counts) && !report.contains(['\u{0}', '\u{1b}', '\u{ffff}']), "{}", report);
        }
    }

    #[test]
    fn a_run_without_failures_is_one_test_that_passes() {
        let line = Line { name: "guance".to_owned(), result: "nothing to do".to_owned(), ..Line::default() };
        let report = junit(&Told { lang: Lang::En, lines: vec![line] });
        assert_eq!(read(&report).0, ["testsuites", "testsuite", "testcase", "system-out"]);
    }
}
