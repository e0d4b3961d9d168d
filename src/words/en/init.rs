//! `guajira init`.

use crate::words::{InitWords, Question};

pub(in crate::words) fn init(said: InitWords<'_>) -> String {
    match said {
        InitWords::FileExists { path } => format!("{path} exists and was not overwritten"),
        InitWords::FileExistsHint => "move it away, or name another file with --config".to_owned(),
        InitWords::CannotWrite { path } => format!("cannot write {path}"),
        InitWords::Wrote { files, config } => format!("wrote {files}; next: `guajira --config {config} check`"),
        InitWords::Ask(question) => match question {
            Question::GuanceAddress => "OpenAPI address of your Guance site",
            Question::GuanceVariable => "Environment variable that holds the Guance API key",
            Question::JiraAddress => "Address of your Jira",
            Question::JiraUser => "Jira user or e-mail (empty: a personal access token)",
            Question::JiraVariable => "Environment variable that holds the Jira token",
            Question::JiraProject => "Key of the Jira project for new issues",
            Question::IssueType => "Issue type for them",
        }
        .to_owned(),
        InitWords::NoNameOfVariable => {
            "that is no name of a variable (such as MY_KEY), and none of that name is set".to_owned()
        }
        InitWords::KeepIn { file } => {
            format!("If it is the secret itself: keep it in {file}, which only you can read? (yes, no)")
        }
        InitWords::InputEnded => {
            "the input ended before every question was answered; run `guajira init` in a terminal, or \
                             write sync.toml by hand"
                .to_owned()
        }
    }
}
