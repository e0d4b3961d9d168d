//! What texts this Jira takes: how long, and with which characters. Learnt from refusals, and remembered for the site.

use std::time::Duration;

use serde_json::{Value, json};

use crate::jira::answer::Words;
use crate::jira::api::{Ask, Failed, Reply};
use crate::jira::comments::Text;
use crate::jira::{Jira, unavailable};
use crate::ports::ApiError;
use crate::words::Lang;

/// The fact that holds how many characters a text may have.
const LIMIT: &str = "jira.text-limit";

/// The fact that says whether characters beyond U+FFFF are stored.
const NARROW: &str = "jira.no-4-byte-characters";

/// How long that is believed: administrators raise limits, and databases are converted.
const AGE: Duration = Duration::from_hours(30 * 24);

/// How long it is believed that a Jira stores every character, though it failed on one write.
const WIDE_AGE: Duration = Duration::from_hours(24);

/// Limits outside of this are none: administrators set thousands.
const LIMITS: std::ops::Range<usize> = 200..1_000_000;

/// How long a text is tried where a refusal names no limit.
const GUESSES: [usize; 2] = [10_000, 1_000];

/// What stands for a character that a Jira does not store.
const REPLACED: &str = "\u{fffd}";

/// What is said of such characters.
pub(super) const NARROWED: &str =
    "this Jira stores no characters beyond U+FFFF (emoji, rare ideographs): they were replaced";

/// Which texts a Jira takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Takes {
    pub(super) cloud: bool,
    /// Most characters of a text, where that is less than usual.
    pub(super) limit: Option<usize>,
    /// True where no character beyond U+FFFF is stored.
    pub(super) narrow: bool,
    /// In which language it is said that a text was cut.
    pub(super) lang: Lang,
}

impl From<bool> for Takes {
    fn from(cloud: bool) -> Self {
        Self { cloud, ..Self::default() }
    }
}

impl Takes {
    /// Returns how much is sent where usually it is so much; a little less than what is allowed.
    pub(super) fn most(self, usual: usize) -> usize {
        self.limit.map_or(usual, |limit| usual.min(limit - limit / 40))
    }

    /// Returns the body as it is sent.
    pub(super) fn fit(self, mut body: Value) -> Value {
        if self.narrow {
            replace(&mut body);
        }
        body
    }
}

/// Returns true when a value holds a character beyond U+FFFF.
pub(super) fn is_wide(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(|c| c > '\u{ffff}'),
        Value::Array(all) => all.iter().any(is_wide),
        Value::Object(all) => all.values().any(is_wide),
        _ => false,
    }
}

fn replace(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace(|c| c > '\u{ffff}', REPLACED),
        Value::Array(all) => all.iter_mut().for_each(replace),
        Value::Object(all) => all.values_mut().for_each(replace),
        _ => {}
    }
}

/// Returns how many characters a text has as Jira may count them.
pub(super) fn size(text: &Value) -> usize {
    text.as_str().map_or_else(|| text.to_string().chars().count(), |text| text.encode_utf16().count())
}

/// Returns the limit that a refusal names: the longest number in it that what was sent exceeds.
pub(super) fn limit_in(words: &Words, sent: usize) -> Option<usize> {
    let texts = words.messages.iter().chain(words.fields.iter().map(|(_, why)| why));
    let numbers = texts.flat_map(|text| numbers_in(text)).filter(|n| LIMITS.contains(n) && *n < sent);
    numbers.max_by_key(|n| n.to_string().len())
}

/// Reads the numbers in a text, with whatever stands between their thousands.
fn numbers_in(text: &str) -> Vec<usize> {
    let is_gap = |c: char| matches!(c, ',' | '.' | '\'' | '’' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '，');
    let (mut all, mut digits) = (Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let value = c.to_digit(10);
        let joins = || {
            let ahead: Vec<char> = rest.clone().take(4).collect();
            let three = ahead.iter().take(3).filter(|c| c.is_ascii_digit()).count() == 3;
            three && !ahead.get(3).is_some_and(char::is_ascii_digit)
        };
        match value {
            Some(_) => digits.push(c),
            None if is_gap(c) && !digits.is_empty() && joins() => {}
            None => all.extend(std::mem::take(&mut digits).parse::<usize>()),
        }
    }
    all.extend(digits.parse::<usize>());
    all
}

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

impl Jira<'_> {
    /// Returns which texts this Jira takes, as far as that was learnt.
    pub(super) fn takes(&self) -> Result<Takes, ApiError> {
        let limit = self.facts.recall(LIMIT, AGE).and_then(|limit| limit.parse().ok());
        let narrow = self.facts.recall(NARROW, AGE).as_deref() == Some("yes");
        Ok(Takes {
            cloud: self.is_cloud()?,
            limit: limit.filter(|limit| LIMITS.contains(limit)),
            narrow,
            lang: self.settings.lang,
        })
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
            let path = self.rest("user/properties/guajira.check")?;
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
        let said = |is_so: bool| is_so.then(|| NARROWED.to_owned());
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
                    let why = first.map(|failed| failed.words.to_string());
                    let mut said: Vec<String> =
                        (wide && takes.narrow).then(|| NARROWED.to_owned()).into_iter().collect();
                    let what = match form {
                        Form::Rich if takes.limit != known.limit => "sent cut to what this Jira takes",
                        Form::Rich => return Ok((reply, said)),
                        Form::Plain => "sent without formatting",
                        Form::Cut(_) => "sent cut short",
                    };
                    said.push(why.map_or_else(|| what.to_owned(), |why| format!("{what}: {why}")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_from_a_refusal_in_any_language() {
        for (text, sent, want) in [
            ("It exceeds the allowed limit of 5,000 characters.", 20_000, Some(5_000)),
            ("输入的文本太长。超过了允许的 5000 个字符的限制。", 20_000, Some(5_000)),
            ("Er überschreitet das Limit von 32.767 Zeichen.", 40_000, Some(32_767)),
            ("limite de 10\u{202f}000 caractères", 20_000, Some(10_000)),
            ("limite de 10 000 caractères, 2 champs", 20_000, Some(10_000)),
            ("it has 20000 characters; 5000 are allowed", 20_000, Some(5_000)),
            ("limit of 5,000 characters", 4_000, None),
            ("Error 400 on line 12", 20_000, Some(400)),
            ("no", 20_000, None),
            ("99999999999999999999999", 20_000, None),
        ] {
            let words = Words { messages: vec![text.to_owned()], ..Words::default() };
            assert_eq!(limit_in(&words, sent), want, "{text}");
        }
    }

    #[test]
    fn only_characters_beyond_the_first_plane_are_replaced() {
        let narrow = Takes { narrow: true, ..Takes::default() };
        let body = json!({"a": ["🔥 CPU 高", 1], "b": {"c": "𠮷野家 ok €"}});
        assert!(is_wide(&body));
        let sent = narrow.fit(body);
        assert_eq!(sent, json!({"a": ["\u{fffd} CPU 高", 1], "b": {"c": "\u{fffd}野家 ok €"}}));
        assert!(!is_wide(&sent));
    }
}
