//! The Guance workspace: site, API key, channel, levels.

use anyhow::Result;

use super::address::{may_be_used, of_guance};
use super::ask::{Chosen, Tries, bounded};
use super::desk::{Desk, fault_of, object, question, why};
use super::fill::Answers;
use super::secret::{self, Given, Wanted};
use crate::cli::sides::{Opened, Sides};
use crate::cli::term;
use crate::domain::Side;
use crate::guance::{Guance, SITES};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::{AskWords, FoundWords, Listed, Question};

const ADDRESS: &str = "guance.base_url";

const CHANNEL: &str = "guance.channel";

/// The answer that asks for the site again.
const SITE: &str = "site";

const KEY: Wanted = Wanted {
    question: Question::GuanceKey,
    key: "guance.api_key",
    variable: "GUANCE_API_KEY",
    file: ("guance", "key"),
};

/// What is known of the workspace.
pub(super) struct Workspace {
    /// Its levels, as the configuration names them; none where they could not be read.
    pub(super) levels: Vec<String>,
    /// Whether the key was accepted.
    pub(super) is_tested: bool,
}

/// Asks for site and key until they belong together, then for the channel.
///
/// # Errors
/// When the input ends, or after too many wrong answers.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers) -> Result<Workspace> {
    let untested = Workspace { levels: Vec::new(), is_tested: false };
    let mut address = site(desk, answers)?;
    let tries = Tries::default();
    let channels = loop {
        match secret::ask(desk, answers, &KEY, Some(SITE))? {
            Given::Known => {}
            Given::Unknown => return Ok(untested),
            Given::Word => {
                address = site(desk, answers)?;
                continue;
            }
        }
        match desk.probe(answers, |sides| issues(sides)?.channels_offered())? {
            Ok(channels) => break channels,
            Err(error) if error.kind == ApiErrorKind::Unauthorized => {
                object(FoundWords::KeyRefused { why: &why(&error) }, &error);
                desk.ask.tell(AskWords::OtherSite);
                desk.ask.again(&tries)?;
            }
            Err(error) => {
                object(FoundWords::GuanceNotReached { why: &why(&error) }, &error);
                if desk.ask.yes(AskWords::GoOnUntested, false)? {
                    return Ok(untested);
                }
                desk.ask.again(&tries)?;
                address = site(desk, answers)?;
            }
        }
    };
    desk.ask.tell(FoundWords::KeyAccepted { address: &address });
    channel(desk, answers, &channels)?;
    Ok(Workspace { levels: levels(desk, answers)?, is_tested: true })
}

fn issues(sides: Sides<'_>) -> Result<&Guance<'_>, ApiError> {
    match sides.kind {
        Opened::Issues(guance) => Ok(guance),
        // The template has no other source.
        _ => Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, "no workspace")),
    }
}

fn site(desk: &Desk<'_>, answers: &mut Answers) -> Result<String> {
    let shown = SITES.iter().map(|site| {
        let said = if site.is_truewatch { AskWords::TrueWatchSite } else { AskWords::GuanceSite };
        format!("{:<36}{}", site.base_url, term::words(said(site.region)))
    });
    let lines: Vec<String> = shown.chain([term::words(AskWords::OtherAddress)]).collect();
    desk.ask.list(Listed::Sites, &lines, false);
    let default = desk.of_env(ADDRESS).unwrap_or("1");
    let tries = Tries::default();
    loop {
        let typed = match desk.ask.choose(&question(Question::GuanceSite), default, lines.len())? {
            Chosen::At(n) => match SITES.get(n) {
                Some(site) => site.base_url.to_owned(),
                None => desk.ask.line(&term::words(AskWords::OtherAddress), "")?,
            },
            Chosen::Typed(typed) => typed,
        };
        let address = of_guance(&typed);
        if let Some(fault) = fault_of(answers, ADDRESS, &address) {
            desk.ask.wrong(&tries, &fault)?;
        } else if !may_be_used(desk, &address)? {
            desk.ask.again(&tries)?;
        } else {
            answers.set(ADDRESS, &address);
            return Ok(address);
        }
    }
}

/// Asks for the channel where there are several.
fn channel(desk: &Desk<'_>, answers: &mut Answers, channels: &[String]) -> Result<()> {
    let proposed = desk.of_env(CHANNEL);
    if channels.len() < 2 && proposed.is_none() {
        return Ok(());
    }
    let lines: Vec<String> = channels.iter().map(|name| bounded(name)).collect();
    desk.ask.list(Listed::Channels, &lines, false);
    let tries = Tries::default();
    loop {
        let chosen = match desk.ask.choose(&question(Question::Channel), proposed.unwrap_or("1"), channels.len())? {
            Chosen::At(n) => channels.get(n),
            Chosen::Typed(typed) => channels.iter().find(|name| name.to_lowercase() == typed.to_lowercase()),
        };
        match chosen {
            Some(name) => {
                answers.set(CHANNEL, name);
                return Ok(());
            }
            None => desk.ask.wrong(&tries, &term::words(AskWords::OneOfThose))?,
        }
    }
}

fn levels(desk: &Desk<'_>, answers: &Answers) -> Result<Vec<String>> {
    Ok(match desk.probe(answers, |sides| issues(sides)?.levels_offered())? {
        Ok(levels) => levels,
        Err(error) => {
            desk.ask.tell(FoundWords::CannotList { what: Listed::Levels, why: &why(&error) });
            Vec::new()
        }
    })
}
