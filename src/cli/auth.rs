//! `guajira auth jira`: the steps to an access token by OAuth 1.0a.

use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use crate::config::Approval;
use crate::jira::{Consumer, PrivateKey, RequestToken};
use crate::secret::Secret;
use crate::words::AuthWords;

use super::context::Context;
use super::exit::{Exit, Usage};
use super::private::{beside, replace};
use super::services::{Signals, SystemClock};
use super::sides::client;
use super::term;

/// Whose access token.
#[derive(Debug, Subcommand)]
pub(super) enum Service {
    /// Get the token of [jira.auth]: make a key pair, print what the administrator enters, ask for the verification code
    Jira(Options),
}

/// Which steps.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only print what the administrator enters, and the public key
    #[arg(long)]
    public_key: bool,
    /// The verification code that Jira shows after the approval: completes what was begun before
    #[arg(long, value_name = "CODE", conflicts_with = "public_key")]
    verifier: Option<String>,
}

/// Takes the steps.
///
/// # Errors
/// When the configuration names another method, a file cannot be written, or Jira refuses.
pub(super) fn run(context: &Context, service: &Service) -> Result<Exit> {
    let Service::Jira(options) = service;
    let drafts = context.drafts()?;
    let approval = drafts.first().map(|draft| draft.approval(&context.env)).transpose()?.flatten();
    let Some(approval) = approval else {
        return Err(Usage::new(term::words(AuthWords::NotOAuth)).hint(term::words(AuthWords::NotOAuthHint)).into());
    };
    let Some(token_file) = approval.token_file.clone() else {
        let usage = Usage::new(term::words(AuthWords::TokenIsNoFile));
        return Err(usage.hint(term::words(AuthWords::TokenIsNoFileHint)).into());
    };
    let key = key_of(&approval)?;
    if options.verifier.is_none() {
        show_administrator(&approval, &key)?;
    }
    if options.public_key {
        return Ok(Exit::Done);
    }
    let signals = Signals::listen()?;
    let http = client("jira", &approval.base_url, &approval.http, &Arc::default())?;
    let consumer = Consumer {
        http: &http,
        clock: &SystemClock,
        stop: &signals,
        base_url: &approval.base_url,
        name: &approval.consumer,
        key: &key,
    };
    take_steps(&consumer, &token_file, options.verifier.as_deref())
}

fn take_steps(consumer: &Consumer<'_>, token_file: &Path, verifier: Option<&str>) -> Result<Exit> {
    let begun = beside(token_file, "request");
    let (request, verifier) = match verifier {
        Some(verifier) => (read_begun(&begun)?, verifier.trim().to_owned()),
        None => {
            let request = consumer.request_token()?;
            // Kept until the code is there: a terminal may close, and a program may bring the code in another run.
            write(&begun, &request.0)?;
            term::tell(AuthWords::Approve)?;
            term::line(&consumer.authorize_address(&request))?;
            (request, ask_verifier()?)
        }
    };
    let token = consumer.access_token(&request, &verifier)?;
    let account = consumer.who_am_i(&token)?;
    write(token_file, &token.to_line())?;
    // It is used up; where it stays, the next one takes its place.
    let _ = fs::remove_file(&begun);
    term::tell(AuthWords::LoggedIn { account: &account, path: &token_file.display().to_string() })?;
    if let Some(ends) = token.expires {
        term::tell(AuthWords::TokenEnds { date: &ends.format("%Y-%m-%d").to_string() })?;
    }
    Ok(Exit::Done)
}

/// Returns the private key; makes one where its file is not there yet.
fn key_of(approval: &Approval) -> Result<PrivateKey> {
    if let Some(key) = &approval.key {
        return Ok(key.clone());
    }
    let key = PrivateKey::generate().map_err(|why| anyhow::anyhow!(term::words(why)))?;
    let pem = key.to_pem().map_err(|why| anyhow::anyhow!(term::words(why)))?;
    if let Some(path) = &approval.key_file {
        write(path, &pem)?;
        term::tell(AuthWords::MadeKey { path: &path.display().to_string() })?;
    }
    Ok(key)
}

fn show_administrator(approval: &Approval, key: &PrivateKey) -> Result<()> {
    let said = AuthWords::ForAdministrator { address: &approval.base_url, consumer: &approval.consumer };
    let public = key.public_pem().map_err(|why| anyhow::anyhow!(term::words(why)))?;
    for line in term::words(said).lines().chain(public.lines()) {
        term::line(line)?;
    }
    Ok(())
}

fn ask_verifier() -> Result<String> {
    let mut stderr = io::stderr();
    let _ = write!(stderr, "{}: ", term::words(AuthWords::AskVerifier));
    let _ = stderr.flush();
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let code = line.trim();
    if code.is_empty() {
        let usage = Usage::new(term::words(AuthWords::NoVerifier));
        return Err(usage.hint(term::words(AuthWords::NoVerifierHint)).into());
    }
    Ok(code.to_owned())
}

fn read_begun(path: &Path) -> Result<RequestToken> {
    match fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(RequestToken(Secret::new(text.trim()))),
        _ => {
            let usage = Usage::new(term::words(AuthWords::NothingBegun { path: &path.display().to_string() }));
            Err(usage.hint(term::words(AuthWords::NothingBegunHint)).into())
        }
    }
}

/// Writes a secret, for its owner alone: wholly or not at all.
fn write(path: &Path, secret: &Secret) -> Result<()> {
    replace(path, &format!("{}\n", secret.expose().trim_end()))
        .with_context(|| term::words(AuthWords::CannotWrite { path: &path.display().to_string() }))
}
