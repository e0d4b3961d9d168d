//! `guajira reply`: what somebody says in a chat becomes a comment on an item.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::IssueLink;
use crate::engine::by_hand::{ByHand, Posted, Standing};
use crate::state::RunLock;
use crate::words::{HandError, HandWords, Service};

use super::by_hand::{self, Meant};
use super::context::Context;
use super::exit::{Exit, Usage};
use super::services::Signals;
use super::term;

/// Longest text that is posted, in characters: it fits every service whole.
const MAX_TEXT: usize = 4_000;

/// Longest name of who says it, in characters.
const MAX_AUTHOR: usize = 80;

/// What is to be posted.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// '#ITEM#TEXT': the item between two signs # (issue_…, OPS-12, the id of an event or alert), then the text, which may hold
    /// the sign too; the full-width sign is read as well
    #[arg(value_name = "#ITEM#TEXT", allow_hyphen_values = true)]
    reply: String,
    /// Who says it; the first line of the comment tells
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// Posts a comment on both sides of a pair, at once where no run is at work.
///
/// # Errors
/// When the argument is no reply, the item is not known, or a service or the state file failed.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let Some((item, text)) = taken_apart(&options.reply) else {
        return Err(by_hand::usage(&HandError::NoReply, &HandError::NoReplyHint).into());
    };
    let text = clean(text);
    let count = text.chars().count();
    if count > MAX_TEXT {
        let why = HandError::TooLong { count, most: MAX_TEXT };
        return Err(by_hand::usage(&why, &HandError::TooLongHint).into());
    }
    if text.is_empty() {
        return Err(by_hand::usage(&HandError::NoReply, &HandError::NoReplyHint).into());
    }
    let author = one_line(options.author.as_deref().unwrap_or_default());
    let Some(Meant { draft, pair }) = by_hand::pair(context.drafts()?, item)? else {
        let why = HandError::Unknown { item: by_hand::shown(item) };
        return Err(by_hand::usage(&why, &HandError::UnknownHint).into());
    };
    let config = by_hand::resolved(context, draft)?;
    let signals = Signals::listen()?;
    let main = &config.sync.main;
    let lock = RunLock::take(main).map_err(|error| Usage::state(main, &error))?;
    by_hand::on_line(&config, &signals, lock.is_some(), |hand, _, state| {
        if let Some((why, hint)) = by_hand::closed(&pair, state)? {
            if options.json {
                term::json(&json!({ "item": pair.guance, "jira": pair.jira_name, "refused": why.to_string() }))?;
            }
            return Ok(by_hand::refuse(&why, hint.as_ref()));
        }
        let posted = hand.reply(&pair, &author, &text)?;
        if lock.is_some() {
            hand.deliver(&pair.guance)?;
        }
        tell(hand, &pair, &posted, (lock.is_some(), options.json))
    })
}

/// Tells where the comments stand.
fn tell(hand: &ByHand<'_>, pair: &IssueLink, posted: &Posted, (alone, as_json): (bool, bool)) -> Result<Exit> {
    let name = pair.jira_name.as_str();
    let standing = hand.standing(&posted.id)?;
    let waits = standing.iter().any(|one| one.copy.is_none());
    let failed = hand.failed();
    if as_json {
        let writes: Vec<Value> = standing.iter().map(as_value).collect();
        let queued = waits && !alone;
        term::json(&json!({
            "item": pair.guance, "jira": name, "again": posted.again, "queued": queued, "writes": writes,
        }))?;
    } else {
        if posted.again {
            term::tell(HandWords::PostedAgain { name })?;
        }
        for one in &standing {
            match (&one.copy, alone) {
                (Some(copy), _) => term::tell(HandWords::Posted { side: one.side.into(), copy, name })?,
                (None, true) => waiting(one, name, failed.as_ref().map(|(_, why, _)| why.as_str()))?,
                (None, false) => {}
            }
        }
        if waits && !alone {
            term::tell(HandWords::PostedLater { name })?;
        }
    }
    Ok(match failed {
        _ if !alone || !waits => Exit::Done,
        _ if hand.interrupted() => Exit::Interrupted,
        Some((side, message, hint)) => {
            let side: Service = side.into();
            term::error(&term::words(crate::words::RunWords::CannotSync { side, why: &message }));
            term::hint(hint.as_deref());
            Exit::SideFailed
        }
        None if standing.iter().any(|one| one.stuck.as_ref().is_some_and(|stuck| stuck.error.is_some())) => {
            Exit::ItemsFailed
        }
        // What is left waits only for the request budget, or for a time that a service asked for.
        None => Exit::Done,
    })
}

fn waiting(one: &Standing, name: &str, failed: Option<&str>) -> Result<()> {
    let error = one.stuck.as_ref().and_then(|stuck| stuck.error.as_deref()).or(failed);
    let why = error.map_or_else(|| term::words(HandWords::NextRun), term::kept);
    term::tell(HandWords::WaitsOn { side: one.side.into(), name, why: &why })?;
    Ok(term::advice(one.stuck.as_ref().and_then(|stuck| stuck.hint.as_deref()))?)
}

fn as_value(one: &Standing) -> Value {
    let stuck = one.stuck.as_ref();
    json!({
        "side": one.side.as_str(), "written_as": one.copy,
        "stage": stuck.map(|stuck| stuck.stage.as_str()), "error": stuck.and_then(|stuck| stuck.error.as_deref()),
    })
}

/// Returns the item and the text of `#ITEM#TEXT`.
fn taken_apart(reply: &str) -> Option<(&str, &str)> {
    const SIGNS: [char; 2] = ['#', '＃'];
    let (item, text) = reply.trim().strip_prefix(SIGNS)?.split_once(SIGNS)?;
    let (item, text) = (item.trim(), text.trim());
    (!item.is_empty() && item.len() <= by_hand::MAX_ITEM && !text.is_empty()).then_some((item, text))
}

/// Returns a text without controls and signs that turn its direction; lines stay.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n").replace('\t', "    ");
    let kept: String = text.chars().filter(|c| *c == '\n' || !(c.is_control() || is_hidden(*c))).collect();
    kept.trim().to_owned()
}

/// Returns a name on one line, no longer than names are.
fn one_line(name: &str) -> String {
    let shown: String = name.chars().filter(|c| !is_hidden(*c)).collect();
    let words = shown.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join(" ").chars().take(MAX_AUTHOR).collect();
    name.trim().to_owned()
}

/// Signs without a shape of their own: they hide what a text says, or turn its direction.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_an_item_and_a_text_that_may_hold_the_sign() {
        for (reply, want) in [
            ("#OPS-12#looking at it", Some(("OPS-12", "looking at it"))),
            ("＃issue_a＃看 #3 和 ＃4", Some(("issue_a", "看 #3 和 ＃4"))),
            (" # OPS-12 #  a\nb ", Some(("OPS-12", "a\nb"))),
            ("#OPS-12##", Some(("OPS-12", "#"))),
            ("#OPS-12#", None),
            ("##text", None),
            ("OPS-12#text", None),
            ("#OPS-12", None),
            ("", None),
        ] {
            assert_eq!(taken_apart(reply), want, "{reply:?}");
        }
        assert_eq!(taken_apart(&format!("#{}#x", "9".repeat(600))), None);
    }

    #[test]
    fn controls_and_hidden_signs_are_left_out() {
        assert_eq!(clean("a\u{0}b\u{1b}[31m\r\nc\td\u{202e}e\u{feff}"), "ab[31m\nc    de");
        assert_eq!(one_line(" Mia\n\u{202e} Ng\u{7} "), "Mia Ng");
        assert_eq!(one_line(&"x".repeat(500)).len(), MAX_AUTHOR);
    }
}
