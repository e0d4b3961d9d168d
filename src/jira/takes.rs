//! Which texts a Jira takes: how long, and with which characters. Pure.

use serde_json::Value;

use super::answer::Words;
use crate::words::Lang;

/// Limits outside of this are none: administrators set thousands.
pub(super) const LIMITS: std::ops::Range<usize> = 200..1_000_000;

/// What stands for a character that a Jira does not store.
const REPLACED: &str = "\u{fffd}";

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

#[cfg(test)]
mod tests {
    use serde_json::json;

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
