//! What a check has found, as lines for a person or as one JSON object.

use std::cell::{Cell, RefCell};

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::ServiceName;
use crate::ports::Finding;
use crate::words::{CheckWords, Lang, Message as _};

use super::exit::Exit;
use super::term;

const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;

/// How findings are shown, and how many there were.
#[derive(Debug, Default)]
pub(super) struct Findings {
    is_json: bool,
    is_quiet: bool,
    line: Cell<Option<ServiceName>>,
    all: RefCell<Vec<Value>>,
    fine: Cell<usize>,
    warnings: Cell<usize>,
    failures: Cell<usize>,
}

impl Findings {
    /// Returns a list without findings: as lines, of which a quiet one shows only those that say what to do, or as JSON.
    pub(super) fn new(is_json: bool, is_quiet: bool) -> Self {
        Self { is_json, is_quiet, ..Self::default() }
    }

    /// Returns the language in which findings are made: English for programs.
    pub(super) fn lang(&self) -> Lang {
        if self.is_json { Lang::En } else { term::lang() }
    }

    /// Says of which line the findings are that follow.
    ///
    /// # Errors
    /// As for [`Self::add`].
    pub(super) fn begin(&self, line: ServiceName) -> Result<()> {
        self.line.set(Some(line));
        if self.is_json || self.is_quiet { Ok(()) } else { Ok(term::line(&format!("[{line}]"))?) }
    }

    /// Shows a finding, or keeps it for the object.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn add(&self, finding: &Finding) -> Result<()> {
        let count = match (&finding.result, finding.fatal) {
            (Ok(_), _) => &self.fine,
            (Err(_), false) => &self.warnings,
            (Err(_), true) => &self.failures,
        };
        count.set(count.get() + 1);
        if self.is_json {
            let mut told = as_json(finding);
            if let (Some(told), Some(line)) = (told.as_object_mut(), self.line.get()) {
                told.insert("source".to_owned(), json!(line.as_str()));
            }
            self.all.borrow_mut().push(told);
            return Ok(());
        }
        if self.is_quiet && finding.result.is_ok() {
            return Ok(());
        }
        let color = match (&finding.result, finding.fatal) {
            (Ok(_), _) => GREEN,
            (Err(_), false) => YELLOW,
            (Err(_), true) => RED,
        };
        term::painted(color, &text(finding, term::lang()))?;
        let hint = finding.hint.as_ref().filter(|_| finding.result.is_err());
        Ok(term::advice(hint.map(|hint| hint.in_lang(term::lang())).as_deref())?)
    }

    /// Says how many findings of each kind there were, and what comes next.
    ///
    /// # Errors
    /// As for [`Self::add`].
    pub(super) fn close(&self, exit: Exit) -> Result<()> {
        let (fine, warnings, failures) = (self.fine.get(), self.warnings.get(), self.failures.get());
        if self.is_json {
            let findings = self.all.take();
            return term::json(&json!({
                "findings": findings,
                "ok": fine,
                "warnings": warnings,
                "failures": failures,
                "exit_code": exit as u8,
            }));
        }
        if self.is_quiet {
            return Ok(());
        }
        Ok(term::tell(CheckWords::Verdict { fine, warnings, failures })?)
    }
}

fn text(finding: &Finding, lang: Lang) -> String {
    let Finding { what, result, hint: _, fatal } = finding;
    let what = &what.in_lang(lang);
    match result {
        Ok(fine) => CheckWords::Good { what, detail: &fine.in_lang(lang) }.in_lang(lang),
        Err(wrong) if *fatal => CheckWords::Failure { what, detail: &wrong.in_lang(lang) }.in_lang(lang),
        Err(wrong) => CheckWords::Warning { what, detail: &wrong.in_lang(lang) }.in_lang(lang),
    }
}

/// In English: this is read by programs.
fn as_json(finding: &Finding) -> Value {
    let Finding { what, result, hint, fatal } = finding;
    let (level, detail) = match result {
        Ok(fine) => ("ok", fine.in_lang(Lang::En)),
        Err(wrong) => (if *fatal { "fail" } else { "warn" }, wrong.in_lang(Lang::En)),
    };
    let hint = hint.as_ref().filter(|_| result.is_err()).map(|hint| hint.in_lang(Lang::En));
    json!({ "level": level, "what": what.in_lang(Lang::En), "detail": detail, "hint": hint })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::words::{Fine, Mend, Tested, Wrong};

    #[test]
    fn a_finding_is_one_line() {
        let project = || Tested::Project { key: "OPS".to_owned() };
        let hint = || Some(Mend::CheckProject);
        for (finding, en, zh) in [
            (
                Finding::good(project(), Fine::Named("Operations".to_owned())),
                "ok   project OPS: Operations",
                "正常 项目 OPS：Operations",
            ),
            (Finding::good(project(), Fine::Named(String::new())), "ok   project OPS", "正常 项目 OPS"),
            (
                Finding::bad(project(), Wrong::Archived, hint(), true),
                "FAIL project OPS: it is archived",
                "失败 项目 OPS：已归档",
            ),
            (
                Finding::bad(project(), Wrong::NotGranted, hint(), false),
                "warn project OPS: not granted",
                "警告 项目 OPS：未授予",
            ),
        ] {
            assert_eq!([text(&finding, Lang::En), text(&finding, Lang::Zh)], [en, zh]);
        }
    }

    #[test]
    fn a_program_reads_a_finding_in_english() {
        let what = Tested::Project { key: "OPS".to_owned() };
        let bad = Finding::bad(what.clone(), Wrong::Archived, Some(Mend::Restore), true);
        let told = as_json(&bad);
        assert_eq!((&told["level"], &told["detail"]), (&json!("fail"), &json!("it is archived")));
        assert!(told["hint"].as_str().is_some_and(|hint| hint.starts_with("restore it")));
        assert_eq!(as_json(&Finding::good(what, Fine::Visible))["hint"], Value::Null);
    }
}
