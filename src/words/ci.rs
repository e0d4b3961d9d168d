//! What a run tells the CI system that started it.

use super::Service;

messages! {
    /// What a run tells the CI system that started it.
    pub enum CiWords<'a> => ci {
        ExitCode,
        /// The column that says where a write stands.
        State,
        NewIssues,
        AndMore { count: usize },
        Fails,
        Waits,
        /// The name of the run itself among the tests.
        Run,
        SideFails(Service),
        NotRun,
        SummaryNotWritten { path: &'a str, why: &'a str },
        JunitNotWritten { path: &'a str, why: &'a str },
    }
}
