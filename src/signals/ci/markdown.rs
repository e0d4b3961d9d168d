//! The summary of a step of GitHub Actions.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use super::data::{Failing, Item, Line, Told};
use super::escape::{cell, command, link, sentence};
use crate::words::{CiWords, Message, PageWords, StatusWords};

/// About so many bytes of rows are written: nobody reads more of a summary.
const MOST: usize = 60_000;

/// Most that the summary of one step may hold; a file that is larger is not shown at all.
///
/// Source: GitHub, "Workflow commands for GitHub Actions": 1 MiB for each step.
const MOST_OF_STEP: u64 = 1 << 20;

/// Returns the summary: tables of what was made, what fails, and what needs attention.
pub fn summary(told: &Told) -> String {
    let say = |said: &dyn Message| cell(&said.in_lang(told.lang));
    let mut page = Page { text: "\n## guajira\n\n".to_owned(), left_out: 0 };
    let new = told.lines.iter().any(|line| !line.new.is_empty());
    let mut head = vec![say(&PageWords::Line), say(&CiWords::ExitCode), say(&PageWords::Result)];
    head.extend(new.then(|| say(&CiWords::NewIssues)));
    page.head(&head);
    for line in &told.lines {
        let mut row = vec![cell(&line.name), line.exit.to_string(), cell(&line.result)];
        row.extend(new.then(|| issues(told, line)));
        page.row(&row);
    }
    if told.lines.iter().any(|line| !line.failing.is_empty()) {
        let _ = write!(page.text, "\n### {}\n\n", say(&CiWords::Fails));
        page.head(&[say(&PageWords::Line), say(&PageWords::What), say(&PageWords::Why), say(&PageWords::Mend)]);
        for (line, Failing { what, why, hint }) in each(told, |line| &line.failing) {
            let hint = hint.as_deref().map(sentence).unwrap_or_default();
            page.row(&[cell(&line.name), cell(what), cell(why), hint]);
        }
    }
    if told.lines.iter().any(|line| !line.items.is_empty()) {
        let _ = write!(page.text, "\n### {}\n\n", say(&PageWords::Attention));
        let columns =
            [&PageWords::Line as &dyn Message, &CiWords::State, &PageWords::What, &PageWords::Why, &PageWords::Mend];
        page.head(&columns.map(say));
        for (line, item) in each(told, |line| &line.items) {
            let stage = say(&StatusWords::Stage(item.stage));
            page.row(&[cell(&line.name), stage, cell(&item.what), cell(&item.why), mend(item)]);
        }
    }
    let more = page.left_out + told.lines.iter().map(|line| line.more).sum::<u64>();
    if more > 0 {
        let _ = write!(page.text, "\n{}\n", sentence(&PageWords::MoreItems { count: more }.in_lang(told.lang)));
    }
    page.text
}

fn each<'t, T: 't>(
    told: &'t Told,
    of: impl Fn(&'t Line) -> &'t Vec<T> + 't,
) -> impl Iterator<Item = (&'t Line, &'t T)> {
    told.lines.iter().flat_map(move |line| of(line).iter().map(move |one| (line, one)))
}

fn issues(told: &Told, line: &Line) -> String {
    let more = (line.more_new > 0).then(|| cell(&CiWords::AndMore { count: line.more_new }.in_lang(told.lang)));
    line.new.iter().map(|new| link(&new.name, &new.url)).chain(more).collect::<Vec<_>>().join(" ")
}

fn mend(item: &Item) -> String {
    let hint = item.hint.as_deref().map(sentence);
    let command = item.command.as_deref().and_then(command);
    hint.into_iter().chain(command).collect::<Vec<_>>().join("<br>")
}

struct Page {
    text: String,
    left_out: u64,
}

impl Page {
    fn head(&mut self, cells: &[String]) {
        let _ = write!(self.text, "| {} |\n|{}\n", cells.join(" | "), " --- |".repeat(cells.len()));
    }

    /// Writes a row, unless there is too much already: then it is counted.
    fn row(&mut self, cells: &[String]) {
        if self.text.len() >= MOST {
            self.left_out += 1;
        } else {
            let _ = writeln!(self.text, "| {} |", cells.join(" | "));
        }
    }
}

/// Appends a summary to the file of the step, which other commands of the step share.
///
/// # Errors
/// When the file cannot be written, or would be too large to be shown.
pub fn append(path: &Path, summary: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    let there = file.metadata()?.len();
    if there + u64::try_from(summary.len()).unwrap_or(u64::MAX) > MOST_OF_STEP {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the summary of this step is full"));
    }
    file.write_all(summary.as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::super::data::New;
    use super::super::escape::tests::{assert_nobody_is_called, cells, hostile};
    use super::*;
    use crate::words::{Lang, Stage};

    fn told(lang: Lang, text: &str, count: usize) -> Told {
        let text = || text.to_owned();
        let stage = Stage::Dead;
        let command = || Some("guajira retry guance/issue/issue_1".to_owned());
        let item = || Item { stage, what: text(), key: text(), why: text(), hint: Some(text()), command: command() };
        let line = Line {
            name: text(),
            exit: 3,
            result: text(),
            new: vec![New { name: text(), url: "https://jira.example.com/browse/OPS-1".to_owned() }],
            failing: vec![Failing { what: text(), why: text(), hint: Some(text()) }],
            items: (0..count).map(|_| item()).collect(),
            ..Line::default()
        };
        Told { lang, lines: vec![line] }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_summary_is_its_own_tables_whatever_a_title_says(text in hostile()) {
            for lang in Lang::ALL {
                let page = summary(&told(lang, &text, 2));
                let cells = cells(&page);
                // Two heads of four, one of five, and four rows.
                prop_assert_eq!(cells.len(), 4 + 4 + 4 + 4 + 5 + 5 + 5, "{}", page);
                cells.iter().filter(|cell| !cell.starts_with("guajira retry")).for_each(|cell| assert_nobody_is_called(cell));
            }
        }
    }

    #[test]
    fn the_summary_is_bounded_and_says_what_it_leaves_out() {
        let page = summary(&told(Lang::En, &"|".repeat(500), 500));
        assert!(page.len() < MOST + 20_000, "{}", page.len());
        assert!(
            page.ends_with("more&#58;\u{200b} <code>guajira status &#45;&#45;all</code>\n"),
            "{}",
            &page[page.len() - 200..]
        );
    }

    #[test]
    fn a_full_file_is_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("summary");
        append(&path, "one\n").unwrap();
        append(&path, "two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        std::fs::write(&path, "x".repeat((1 << 20) - 2)).unwrap();
        assert!(append(&path, "two\n").is_err());
        assert_eq!(std::fs::metadata(&path).unwrap().len(), (1 << 20) - 2);
    }
}
