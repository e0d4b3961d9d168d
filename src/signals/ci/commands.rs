//! Annotations of GitHub Actions.

use super::data::{Item, Line, Told};
use super::escape::plain;
use crate::words::{PageWords, StatusWords};

/// A step shows so many errors, and as many warnings: GitHub leaves out the others without a word.
const MOST: usize = 10;

/// Returns the workflow commands of a run, one on each line: an error for each side that fails, a warning for each item that needs
/// a person.
///
/// Source: GitHub, "Workflow commands for GitHub Actions".
pub fn annotations(told: &Told) -> Vec<String> {
    let errors = told.lines.iter().flat_map(|line| line.failing.iter().map(move |failing| (line, failing)));
    let errors = errors.map(|(line, failing)| {
        let said = [Some(&failing.what), Some(&failing.why), failing.hint.as_ref()];
        (line, said.into_iter().flatten().cloned().collect::<Vec<_>>())
    });
    let items = told.lines.iter().flat_map(|line| line.items.iter().map(move |item| (line, item)));
    let warnings: Vec<(&Line, Vec<String>)> =
        items.filter(|(_, item)| item.needs_person()).map(|(line, item)| (line, words(told, item))).collect();
    let more: u64 = told.lines.iter().map(|line| line.more).sum();
    let mut all = of_kind(told, "error", &errors.collect::<Vec<_>>(), 0);
    all.extend(of_kind(told, "warning", &warnings, if warnings.is_empty() { 0 } else { more }));
    all
}

fn words(told: &Told, item: &Item) -> Vec<String> {
    let stage = StatusWords::Stage(item.stage).in_lang(told.lang);
    let what = format!("{stage}: {} ({})", plain(&item.what), plain(&item.key));
    let rest = [&item.why].into_iter().chain(&item.hint).chain(&item.command).filter(|said| !said.is_empty());
    [what].into_iter().chain(rest.cloned()).collect()
}

/// Returns the annotations of one kind; the last one counts what is left out.
fn of_kind(told: &Told, kind: &str, all: &[(&Line, Vec<String>)], more: u64) -> Vec<String> {
    let shown = if all.len() > MOST || more > 0 { MOST - 1 } else { MOST };
    let mut lines: Vec<String> = all
        .iter()
        .take(shown)
        .map(|(line, said)| {
            let said: Vec<String> = said.iter().map(|said| plain(said)).collect();
            command(kind, &format!("guajira {}", line.name), &said.join(" · "))
        })
        .collect();
    let left = more + u64::try_from(all.len().saturating_sub(shown)).unwrap_or(u64::MAX);
    if left > 0 {
        lines.push(command(kind, "guajira", &PageWords::MoreItems { count: left }.in_lang(told.lang)));
    }
    lines
}

/// Source: actions/toolkit, `packages/core/src/command.ts`.
fn command(kind: &str, title: &str, message: &str) -> String {
    format!("::{kind} title={}::{}", property(&plain(title)), data(message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::super::data::Failing;
    use super::super::escape::tests::hostile;
    use super::*;
    use crate::words::{Lang, Stage};

    fn item(stage: Stage, text: &str) -> Item {
        let text = || text.to_owned();
        Item { stage, what: text(), key: text(), why: text(), hint: Some(text()), command: Some(text()) }
    }

    /// Takes a command as the runner does: kind, title and message.
    fn taken(line: &str) -> (String, String, String) {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (kind, title) = head.split_once(' ').unwrap();
        let plain = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%2C", ",").replace("%3A", ":");
        let title = title.strip_prefix("title=").unwrap();
        assert!(!title.contains([',', ':']), "{line}");
        (kind.to_owned(), plain(title).replace("%25", "%"), plain(message).replace("%25", "%"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_annotation_is_one_command_whatever_a_title_says(text in hostile(), name in hostile()) {
            let failing = vec![Failing { what: text.clone(), why: text.clone(), hint: Some(text.clone()) }];
            let items = vec![item(Stage::Dead, &text), item(Stage::Pending, &text), item(Stage::Held, &text)];
            let line = Line { name: name.clone(), failing, items, ..Line::default() };
            let lines = annotations(&Told { lang: Lang::En, lines: vec![line] });
            prop_assert_eq!(lines.len(), 3, "{:?}", lines);
            for (n, line) in lines.iter().enumerate() {
                prop_assert!(!line.contains(['\n', '\r', '\u{1b}', '\u{2028}']), "{:?}", line);
                let (kind, title, message) = taken(line);
                prop_assert_eq!(kind, if n == 0 { "error" } else { "warning" });
                prop_assert!(title.starts_with("guajira "));
                prop_assert!(message.contains(&plain(&text)), "{:?}", message);
            }
        }
    }

    #[test]
    fn a_step_has_ten_warnings_at_most_and_the_last_one_counts_the_others() {
        let line = Line { items: vec![item(Stage::Dead, "x"); 30], more: 5, ..Line::default() };
        let lines = annotations(&Told { lang: Lang::En, lines: vec![line] });
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[9], "::warning title=guajira::and 26 more: `guajira status --all`");
    }
}
