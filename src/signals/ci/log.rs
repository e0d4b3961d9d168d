//! What waits, in the log of a job.

use chrono::{DateTime, Utc};

use super::data::{System, Told};
use super::escape::plain;
use crate::words::{CiWords, PageWords, StatusWords};

/// What GitLab calls the section.
const NAME: &str = "guajira";

/// Returns lines that say what fails and what waits, each with what to do; in GitLab they can be folded. Nothing where all is well.
///
/// Source: GitLab, "CI/CD job logs", custom collapsible sections.
pub fn section(told: &Told, system: &System, now: DateTime<Utc>) -> Vec<String> {
    if told.all_is_well() || matches!(system, System::GitHub { .. }) {
        return Vec::new();
    }
    let header = CiWords::Waits.in_lang(told.lang);
    let folds = *system == System::GitLab;
    let at = now.timestamp();
    let mark = |kind: &str| format!("\x1b[0Ksection_{kind}:{at}:{NAME}\r\x1b[0K");
    let mut lines = vec![if folds { mark("start") + &header } else { header }];
    for line in &told.lines {
        for failing in &line.failing {
            lines.push(format!("  [{}] {}: {}", plain(&line.name), plain(&failing.what), plain(&failing.why)));
            lines.extend(failing.hint.iter().map(|hint| format!("     → {}", plain(hint))));
        }
        for item in &line.items {
            let stage = StatusWords::Stage(item.stage).in_lang(told.lang);
            let why = if item.why.is_empty() { String::new() } else { format!(": {}", plain(&item.why)) };
            let (name, what, key) = (plain(&line.name), plain(&item.what), plain(&item.key));
            lines.push(format!("  [{name}] {stage}: {what} ({key}){why}"));
            lines.extend(item.hint.iter().chain(&item.command).map(|said| format!("     → {}", plain(said))));
        }
        if line.more > 0 {
            lines.push(format!(
                "  [{}] {}",
                plain(&line.name),
                PageWords::MoreItems { count: line.more }.in_lang(told.lang)
            ));
        }
    }
    if folds {
        lines.push(mark("end"));
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::super::data::{Failing, Item, Line};
    use super::super::escape::tests::hostile;
    use super::*;
    use crate::words::{Lang, Stage};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_title_opens_and_closes_no_section(text in hostile()) {
            let text = || text.clone();
            let item = Item { stage: Stage::Dead, what: text(), key: text(), why: text(), hint: Some(text()), command: Some(text()) };
            let failing = Failing { what: text(), why: text(), hint: Some(text()) };
            let line = Line { name: text(), failing: vec![failing], items: vec![item], more: 1, ..Line::default() };
            let told = Told { lang: Lang::Zh, lines: vec![line] };
            let lines = section(&told, &System::GitLab, DateTime::UNIX_EPOCH);
            prop_assert_eq!(&lines[0], "\u{1b}[0Ksection_start:0:guajira\r\u{1b}[0K未完成的内容及原因");
            prop_assert_eq!(&lines[lines.len() - 1], "\u{1b}[0Ksection_end:0:guajira\r\u{1b}[0K");
            for line in &lines[1..lines.len() - 1] {
                prop_assert!(!line.contains(['\u{1b}', '\r', '\n']) && line.starts_with("  "), "{:?}", line);
            }
            let plain = section(&told, &System::Jenkins, DateTime::UNIX_EPOCH);
            prop_assert!(plain.iter().all(|line| !line.contains('\u{1b}')), "{:?}", plain);
        }
    }
}
