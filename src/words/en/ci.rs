//! What a run tells the CI system that started it.

use super::side;
use crate::words::CiWords;

pub(in crate::words) fn ci(said: CiWords<'_>) -> String {
    match said {
        CiWords::ExitCode => "Exit code".to_owned(),
        CiWords::State => "State".to_owned(),
        CiWords::NewIssues => "New in Jira".to_owned(),
        CiWords::AndMore { count } => format!("and {count} more"),
        CiWords::Fails => "What fails".to_owned(),
        CiWords::Waits => "What is not done, and why".to_owned(),
        CiWords::Run => "sync".to_owned(),
        CiWords::SideFails(one) => format!("{} failed", side(one)),
        CiWords::NotRun => "the run could not begin or go on".to_owned(),
        CiWords::SummaryNotWritten { path, why } => format!("GITHUB_STEP_SUMMARY: {path} cannot be written: {why}"),
        CiWords::JunitNotWritten { path, why } => format!("[signals].junit: {path} cannot be written: {why}"),
    }
}
