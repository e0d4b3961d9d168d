//! Jira: its address, of which kind it is, and the login.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::address::{may_be_used, of_jira};
use super::ask::{Tries, bounded};
use super::desk::{Desk, fault_of, object, question, why};
use super::fill::Answers;
use super::secret::{self, Given, Wanted};
use crate::cli::sides::client;
use crate::cli::term;
use crate::http;
use crate::jira::{Deployment, Found, look_at};
use crate::ports::ApiErrorKind;
use crate::words::{AskWords, FoundWords, Question};

const ADDRESS: &str = "jira.base_url";

const USER: &str = "jira.auth.user";

const METHOD: &str = "jira.auth.method";

/// So long an address may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

const TOKEN: Wanted = Wanted {
    question: Question::JiraToken,
    key: "jira.auth.token",
    variable: "JIRA_API_TOKEN",
    file: ("jira", "token"),
};

/// What is known of the Jira.
pub(super) struct Site {
    /// Whether the login was accepted.
    pub(super) is_tested: bool,
}

/// What an address is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cloud,
    Server,
    /// It is there, and says no more.
    Untold,
    /// It was not asked with success.
    Unreached,
}

/// Asks for the address, finds out what answers there, and asks for the login until it is accepted.
///
/// # Errors
/// When the input ends, or after too many wrong answers.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers) -> Result<Site> {
    let kind = address(desk, answers)?;
    let tries = Tries::default();
    loop {
        user(desk, answers, kind)?;
        let given = secret::ask(desk, answers, &TOKEN, None)?;
        if kind == Kind::Unreached || given != Given::Known {
            return Ok(Site { is_tested: false });
        }
        let error = match desk.probe(answers, |sides| sides.jira.account())? {
            Ok(name) => {
                desk.ask.tell(FoundWords::LoggedIn { name: &bounded(&name) });
                return Ok(Site { is_tested: true });
            }
            Err(error) => error,
        };
        if error.kind == ApiErrorKind::Unauthorized {
            object(FoundWords::LoginRefused { why: &why(&error) }, &error);
            desk.ask.again(&tries)?;
            continue;
        }
        object(FoundWords::JiraNotReached { why: &why(&error) }, &error);
        if desk.ask.yes(AskWords::GoOnUntested, false)? {
            return Ok(Site { is_tested: false });
        }
        desk.ask.again(&tries)?;
    }
}

fn address(desk: &Desk<'_>, answers: &mut Answers) -> Result<Kind> {
    let tries = Tries::default();
    loop {
        let given = desk.ask.line(&question(Question::JiraAddress), desk.of_env(ADDRESS).unwrap_or_default())?;
        if given.is_empty() {
            desk.ask.wrong(&tries, &term::words(AskWords::IsNeeded))?;
            continue;
        }
        let address = of_jira(&given);
        if let Some(fault) = fault_of(answers, ADDRESS, &address) {
            desk.ask.wrong(&tries, &fault)?;
            continue;
        }
        if may_be_used(desk, &address)?
            && let Some(kind) = look(desk, &address)?
        {
            answers.set(ADDRESS, &address);
            return Ok(kind);
        }
        desk.ask.again(&tries)?;
    }
}

/// Finds out what answers at an address; `None` where that is not to be used.
fn look(desk: &Desk<'_>, address: &str) -> Result<Option<Kind>> {
    let ca_file = desk.of_env("jira.ca_file").map(|file| desk.folder.join(file));
    let http = client("jira", address, &http::Settings { ca_file, timeout: TIMEOUT, identity: None }, &Arc::default())?;
    let kind = match look_at(&http, address) {
        Ok(Found::Jira { deployment: Some(Deployment::Cloud), .. }) => {
            desk.ask.tell(FoundWords::Cloud { address });
            Kind::Cloud
        }
        // Only a Server that is old does not say what it is.
        Ok(Found::Jira { deployment: Some(Deployment::Server) | None, version }) => {
            desk.ask.tell(FoundWords::Server { address, version: &bounded(&version) });
            Kind::Server
        }
        Ok(Found::Locked) => {
            desk.ask.tell(FoundWords::KindUnknown { address });
            Kind::Untold
        }
        Ok(Found::Other { status, words, hint }) => {
            let status = status.to_string();
            term::say(&term::words(FoundWords::NoJira { address, status: &status, words: &bounded(&words) }));
            term::hint(hint.as_deref());
            return Ok(desk.ask.yes(AskWords::UseAnyway, false)?.then_some(Kind::Untold));
        }
        Err(error) => {
            object(FoundWords::JiraNotReached { why: &why(&error) }, &error);
            return Ok(desk.ask.yes(AskWords::GoOnUntested, false)?.then_some(Kind::Unreached));
        }
    };
    Ok(Some(kind))
}

/// Asks for the account: an address on Cloud, a name or a personal access token elsewhere.
fn user(desk: &Desk<'_>, answers: &mut Answers, kind: Kind) -> Result<()> {
    let is_cloud = kind == Kind::Cloud;
    let asked = question(if is_cloud { Question::JiraEmail } else { Question::JiraUser });
    let tries = Tries::default();
    loop {
        let given = desk.ask.line(&asked, desk.of_env(USER).unwrap_or_default())?;
        if !given.is_empty() {
            answers.set(METHOD, "basic");
            answers.set(USER, &given);
            return Ok(());
        }
        if !is_cloud {
            answers.set(METHOD, "pat");
            answers.leave_out(USER);
            return Ok(());
        }
        desk.ask.wrong(&tries, &term::words(AskWords::IsNeeded))?;
    }
}
