//! What texts this Jira takes: how long, and with which characters. Learnt from refusals, and remembered for the site.

use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Ask, Failed, Reply, segment};
use super::fault::unavailable;
use super::service::Jira;
use super::takes::{LIMITS, Takes, is_wide, limit_in, size};
use super::words::Text;
use crate::domain::marker;
use crate::ports::ApiError;
use crate::words::Less;

/// The fact that holds how many characters a text may have.
const LIMIT: &str = "jira.text-limit";

/// The fact that says whether characters beyond U+FFFF are stored.
const NARROW: &str = "jira.no-4-byte-characters";

/// How long that is believed: administrators raise limits, and databases are converted.
const AGE: Duration = Duration::from_hours(30 * 24);

/// How long it is believed that a Jira stores every character, though it failed on one write.
const WIDE_AGE: Duration = Duration::from_hours(24);

/// How long a text is tried where a refusal names no limit.
const GUESSES: [usize; 2] = [10_000, 1_000];

/// Returns true when a refusal may be about the text.
pub(super) fn is_about_text(failed: &Failed) -> bool {
    matches!(failed.status, Some(400 | 413)) && !failed.login_refused
}

fn is_failure(failed: &Failed) -> bool {
    failed.status.is_some_and(|status| status >= 500)
}

/// How much of a text is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Rich,
    Plain,
    Cut(usize),
}

/// Says how a text was written that was not taken as it is; `words` are Jira's.
fn less(form: Form, words: Option<String>) -> Less {
    match (form, words) {
        (Form::Rich, None) => Less::CutToLimit,
        (Form::Rich, Some(words)) => Less::CutToLimitFor { words },
        (Form::Plain, None) => Less::Plain,
        (Form::Plain, Some(words)) => Less::PlainFor { words },
        (Form::Cut(_), None) => Less::CutShort,
        (Form::Cut(_), Some(words)) => Less::CutShortFor { words },
    }
}

impl Jira<'_> {
    /// Returns which texts this Jira takes, as far as that was learnt.
    pub(super) fn takes(&self) -> Result<Takes, ApiError> {
        let limit = self.facts.recall(LIMIT, AGE).and_then(|limit| limit.parse().ok());
        let narrow = self.facts.recall(NARROW, AGE).as_deref() == Some("yes");
        let limit = limit.filter(|limit| LIMITS.contains(limit));
        Ok(Takes { cloud: self.is_cloud()?, limit, narrow, lang: self.settings.lang })
    }

    /// Remembers what a Jira takes, once it took it.
    pub(super) fn learn_takes(&self, before: Takes, now: Takes) {
        if let Some(limit) = now.limit.filter(|_| now.limit != before.limit) {
            self.facts.remember(LIMIT, &limit.to_string());
        }
        if now.narrow && !before.narrow {
            self.facts.remember(NARROW, "yes");
        }
    }

    /// After a write with characters beyond U+FFFF failed, finds out whether this Jira stores any: a property of our own
    /// user is written with one, and without. The write itself is in doubt, and is looked up before it is sent again.
    pub(super) fn doubt_characters(&self, failed: &Failed, body: &Value) {
        if !is_failure(failed) || !is_wide(body) || self.facts.recall(NARROW, WIDE_AGE).is_some() {
            return;
        }
        if self.tried_characters.replace(true) {
            return;
        }
        let put = |word: &str| -> Result<bool, ApiError> {
            let path = self.rest(&format!("user/properties/{}", segment(&marker::trial())))?;
            let owner = if self.is_cloud()? { "accountId" } else { "username" };
            let ask = Ask::put(path, json!({"v": word})).with(owner, self.me()?.user.id()).finishing();
            match self.api.send(&ask) {
                Ok(_) => Ok(true),
                Err(failed) if failed.status == Some(400) || is_failure(&failed) => Ok(false),
                Err(failed) => Err(failed.into()),
            }
        };
        match (put("👍"), put("x")) {
            (Ok(true), _) => self.facts.remember(NARROW, "no"),
            (Ok(false), Ok(true)) => self.facts.remember(NARROW, "yes"),
            _ => {}
        }
    }

    /// Sends a body that holds words; once more with the characters replaced that this Jira may not store. Returns what
    /// is to be said.
    pub(super) fn send_words(
        &self,
        body: Value,
        send: impl Fn(Value) -> Result<Reply, Failed>,
    ) -> Result<(Reply, Option<String>), Failed> {
        let takes = self.takes()?;
        let wide = is_wide(&body);
        let said = |is_so: bool| is_so.then(|| String::from(Less::Narrowed));
        match send(takes.fit(body.clone())) {
            Ok(reply) => Ok((reply, said(wide && takes.narrow))),
            Err(failed) if wide && !takes.narrow && is_about_text(&failed) => {
                let narrow = Takes { narrow: true, ..takes };
                let Ok(reply) = send(narrow.fit(body)) else { return Err(failed) };
                self.learn_takes(takes, narrow);
                Ok((reply, said(true)))
            }
            Err(failed) => {
                self.doubt_characters(&failed, &takes.fit(body));
                Err(failed)
            }
        }
    }

    /// Sends a text richly, then without formatting, then with other characters, then short: a text that says less is
    /// better than none. Where a refusal names a limit, the text is cut there. Returns what had to be changed, and why.
    pub(super) fn send_text(
        &self,
        text: Text<'_>,
        send: impl Fn(Value) -> Result<Reply, Failed>,
    ) -> Result<(Reply, Vec<String>), ApiError> {
        let known = self.takes()?;
        let (mut takes, mut form, mut tried_narrow) = (known, Form::Rich, known.narrow);
        let mut first: Option<Failed> = None;
        for _ in 0..8 {
            let written = match form {
                Form::Rich => text.rich(takes),
                Form::Plain => text.plain(takes),
                Form::Cut(most) => text.short(takes, most),
            };
            let (wide, length) = (is_wide(&written), size(&written));
            let body = takes.fit(written);
            let failed = match send(body.clone()) {
                Ok(reply) => {
                    self.learn_takes(known, takes);
                    let words = first.map(|failed| failed.words.to_string());
                    let mut said: Vec<String> =
                        (wide && takes.narrow).then(|| String::from(Less::Narrowed)).into_iter().collect();
                    if let (Form::Rich, true) = (form, takes.limit == known.limit) {
                        return Ok((reply, said));
                    }
                    said.push(less(form, words).into());
                    return Ok((reply, said));
                }
                Err(failed) if is_about_text(&failed) => failed,
                Err(failed) => {
                    self.doubt_characters(&failed, &body);
                    return Err(failed.into());
                }
            };
            tracing::warn!(side = "jira", error = %failed.error, "Text refused; sending less of it.");
            let limit = limit_in(&failed.words, length).filter(|limit| takes.limit.is_none_or(|known| *limit < known));
            let first = first.get_or_insert(failed);
            if let Some(limit) = limit {
                takes.limit = Some(limit);
                continue;
            }
            if takes.narrow && !known.narrow {
                // It was not the characters.
                takes.narrow = false;
                form = Form::Plain;
            } else if form == Form::Rich {
                form = Form::Plain;
                continue;
            }
            if wide && !tried_narrow {
                (takes.narrow, tried_narrow, form) = (true, true, Form::Rich);
                continue;
            }
            let shorter = GUESSES.into_iter().filter(|most| match form {
                Form::Cut(now) => *most < now,
                _ => *most < length,
            });
            match shorter.max() {
                Some(most) => form = Form::Cut(most),
                None => return Err(first.clone().into()),
            }
        }
        Err(first.map_or_else(|| unavailable("the text was not sent; this is a bug"), ApiError::from))
    }
}
