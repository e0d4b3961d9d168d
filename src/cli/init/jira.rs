//! Jira: its address, and of which kind it is.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::address::{may_be_used, of_jira};
use super::ask::{Tries, bounded};
use super::desk::{Desk, fault_of, object, question, why};
use super::fill::Answers;
use crate::cli::sides::client;
use crate::cli::term;
use crate::http;
use crate::jira::{Deployment, Found, look_at};
use crate::words::{AskWords, FoundWords, Question};

const ADDRESS: &str = "jira.base_url";

/// So long an address may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What an address is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cloud,
    Server,
    /// It is there, and says no more.
    Untold,
    /// It was not asked with success.
    Unreached,
}

/// Asks for the address, and finds out what answers there.
///
/// # Errors
/// When the input ends, or after too many wrong answers.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers) -> Result<Kind> {
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
