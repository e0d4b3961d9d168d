//! Takes credentials out of what a service says.
//!
//! A service, or a proxy before it, may repeat what it was sent: as it is, with escapes of JSON, of addresses or of HTML,
//! in base64 or hex, with its user before it, cut. All of these are found. Who wants to hide a credential from this can
//! (a service may turn it round); it is there for those that repeat what they got.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde_json::{Map, Value};

use super::credential::{REDACTED, Secret, base64};

/// A shorter credential is not looked for: it would be found in ordinary words.
const MIN_BYTES: usize = 6;

/// So many bytes of a longer credential in a row are taken out too. What services show of a credential on purpose, so
/// that people know which it is, is shorter, and so is what all credentials of a service begin with.
const PART: usize = 16;

/// Deepest nesting of escapes that is undone: JSON in a text in JSON.
const LAYERS: usize = 3;

/// So much of a text is looked at with its escapes undone: no comment is longer, and it costs memory.
const MAX_ESCAPED: usize = 256 * 1024;

/// Knows the credentials of both sides, and finds them in texts.
#[derive(Clone, Default)]
pub struct Redactor {
    /// What is looked for as a whole.
    whole: Vec<Vec<u8>>,
    /// Every [`PART`] bytes in a row of what is longer.
    parts: HashSet<[u8; PART]>,
    /// For every two bytes whether one of these begins with them: most places of a text are passed over by that alone.
    /// Empty when nothing is known.
    begins: Vec<bool>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

impl Redactor {
    /// Learns a credential that is sent alone, or after a word such as `Bearer`.
    pub fn hide(&mut self, secret: &Secret) {
        self.add_forms(secret.expose());
    }

    /// Learns a user's password or token, and the two as basic authentication sends them.
    pub fn hide_login(&mut self, user: &str, secret: &Secret) {
        let login = format!("{user}:{}", secret.expose());
        self.add_whole(base64(login.as_bytes()).as_bytes());
        self.add_whole(login.as_bytes());
        // Who is called like his password would lose his name, by which his own comments are known.
        if !user.eq_ignore_ascii_case(secret.expose()) {
            self.add_forms(secret.expose());
        }
    }

    /// Returns the text without the credentials.
    pub fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.begins.is_empty() || text.len() < MIN_BYTES {
            return Cow::Borrowed(text);
        }
        let mut found = self.find(text.as_bytes());
        let mut plain = Plain::of(text);
        for _ in 0..LAYERS {
            if !plain.undo() {
                break;
            }
            found.extend(self.find(&plain.bytes).into_iter().map(|range| plain.source(&range)));
        }
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(without(text, found)) }
    }

    /// Takes the credentials out of every text of a JSON value, and out of the names of its members.
    pub fn clean_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(clean) = self.clean(text) {
                    *text = clean;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_json(item)),
            Value::Object(members) => {
                members.values_mut().for_each(|member| self.clean_json(member));
                if members.keys().any(|name| matches!(self.clean(name), Cow::Owned(_))) {
                    let old: Map<String, Value> = std::mem::take(members);
                    members.extend(old.into_iter().map(|(name, member)| (self.clean(&name).into_owned(), member)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add_forms(&mut self, secret: &str) {
        self.add(secret.as_bytes());
        if secret.len() < MIN_BYTES {
            return;
        }
        let hex = secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        self.add(hex.to_uppercase().as_bytes());
        self.add(hex.as_bytes());
        // In base64 three bytes are four characters: how a credential looks depends on how much stands before it. The
        // characters at its ends that its neighbours take part in are left out, and the last is not where nothing follows.
        for before in 0..3 {
            let encoded = base64(&[vec![0; before], secret.as_bytes().to_owned()].concat());
            let (start, end) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
            for form in [encoded.get(start..end), encoded.get(start..)].into_iter().flatten() {
                self.add(form.as_bytes());
                self.add(form.replace('+', "-").replace('/', "_").as_bytes());
            }
        }
    }

    fn add(&mut self, form: &[u8]) {
        if form.len() < MIN_BYTES {
            return;
        }
        if form.len() <= PART {
            self.add_whole(form);
        }
        for part in form.windows(PART).filter_map(|part| part.first_chunk::<PART>()) {
            self.parts.insert(*part);
            self.begin_with(part);
        }
    }

    fn add_whole(&mut self, form: &[u8]) {
        if form.len() >= MIN_BYTES {
            self.whole.push(form.to_owned());
            self.begin_with(form);
        }
    }

    fn begin_with(&mut self, form: &[u8]) {
        self.begins.resize(usize::from(u16::MAX) + 1, false);
        if let Some(begins) = place(form).and_then(|place| self.begins.get_mut(place)) {
            *begins = true;
        }
    }

    /// Returns where credentials stand.
    fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for (at, two) in text.windows(2).enumerate() {
            if !place(two).and_then(|place| self.begins.get(place)).copied().unwrap_or_default() {
                continue;
            }
            let rest = text.get(at..).unwrap_or_default();
            if rest.first_chunk().is_some_and(|part| self.parts.contains(part)) {
                found.push(at..at + PART);
            }
            let whole = self.whole.iter().filter(|form| rest.starts_with(form));
            found.extend(whole.map(|form| at..at + form.len()));
        }
        found
    }
}

/// Returns which two bytes a text begins with, as a number.
fn place(text: &[u8]) -> Option<usize> {
    text.first_chunk().map(|two| usize::from(u16::from_be_bytes(*two)))
}

/// Returns the text with [`REDACTED`] in the place of these ranges of bytes; those that touch are one.
fn without(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_by_key(|range| range.start);
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in found {
        let (start, until) = (text.floor_char_boundary(range.start), text.ceil_char_boundary(range.end));
        if end == 0 || start > end {
            out.push_str(text.get(end..start).unwrap_or_default());
            out.push_str(REDACTED);
        }
        end = end.max(until);
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// A text whose escapes are undone, and where each of its bytes came from.
struct Plain {
    bytes: Vec<u8>,
    from: Vec<Range<usize>>,
}

impl Plain {
    fn of(text: &str) -> Self {
        let text = text.get(..text.floor_char_boundary(MAX_ESCAPED)).unwrap_or_default();
        if !text.bytes().any(|byte| matches!(byte, b'\\' | b'%' | b'&')) {
            return Self { bytes: Vec::new(), from: Vec::new() };
        }
        Self { bytes: text.as_bytes().to_owned(), from: (0..text.len()).map(|at| at..at + 1).collect() }
    }

    /// Returns where bytes of this text stand in the original.
    fn source(&self, range: &Range<usize>) -> Range<usize> {
        let parts = self.from.get(range.clone()).unwrap_or_default();
        let ends = parts.first().zip(parts.last());
        ends.map_or(0..0, |(first, last)| first.start..last.end)
    }

    /// Undoes one layer of escapes; false when there are none.
    fn undo(&mut self) -> bool {
        let mut out = Self { bytes: Vec::with_capacity(self.bytes.len()), from: Vec::with_capacity(self.bytes.len()) };
        let mut at = 0;
        let mut undone = false;
        while let Some(byte) = self.bytes.get(at) {
            let rest = self.bytes.get(at..).unwrap_or_default();
            if let Some((bytes, taken)) = escape(rest) {
                let source = self.source(&(at..at + taken));
                out.from.extend(bytes.iter().map(|_| source.clone()));
                out.bytes.extend(bytes);
                at += taken;
                undone = true;
            } else {
                out.from.push(self.source(&(at..at + 1)));
                out.bytes.push(*byte);
                at += 1;
            }
        }
        *self = out;
        undone
    }
}

/// Returns what the escape at the beginning stands for, and its length.
fn escape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (first, rest) = text.split_first()?;
    match first {
        b'\\' => match rest.first()? {
            b'u' => {
                let unit = hex(rest.get(1..5)?)?;
                let low = text.get(6..8).filter(|mark| *mark == b"\\u").and_then(|_| hex(text.get(8..12)?));
                match (unit, low) {
                    (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                        Some((utf8(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))?, 12))
                    }
                    _ => Some((utf8(unit)?, 6)),
                }
            }
            b'x' => Some((utf8(hex(rest.get(1..3)?)?)?, 4)),
            b'/' | b'"' | b'\'' | b'\\' => Some((vec![*rest.first()?], 2)),
            _ => None,
        },
        b'%' => Some((vec![u8::try_from(hex(rest.get(..2)?)?).ok()?], 3)),
        b'&' => {
            let name = rest.get(..rest.iter().take(9).position(|byte| *byte == b';')?)?;
            let taken = name.len() + 2;
            let one = match name {
                b"amp" => b"&".to_vec(),
                b"lt" => b"<".to_vec(),
                b"gt" => b">".to_vec(),
                b"quot" => b"\"".to_vec(),
                b"apos" => b"'".to_vec(),
                [b'#', b'x' | b'X', digits @ ..] => utf8(hex(digits)?)?,
                [b'#', digits @ ..] => utf8(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
                _ => return None,
            };
            Some((one, taken))
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

fn utf8(unit: u32) -> Option<Vec<u8>> {
    Some(char::from_u32(unit)?.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "ATATT3xFfGF0-pl/nted+91bc\"QmV0dGVy=4C1D";

    fn redactor() -> Redactor {
        let mut redactor = Redactor::default();
        redactor.hide_login("bot@example.com", &Secret::new(TOKEN));
        redactor.hide(&Secret::new("wsak-short"));
        redactor
    }

    fn clean(text: &str) -> String {
        redactor().clean(text).into_owned()
    }

    #[test]
    fn every_form_of_a_credential_is_taken_out() {
        let escaped: String = TOKEN.encode_utf16().fold(String::new(), |out, unit| out + &format!("\\u{unit:04X}"));
        let addressed: String = TOKEN.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02x}"));
        let entities: String = TOKEN.bytes().fold(String::new(), |out, byte| out + &format!("&#{byte};"));
        let in_json = json!(TOKEN).to_string();
        let login = base64(format!("bot@example.com:{TOKEN}").as_bytes());
        for form in [
            TOKEN.to_owned(),
            escaped.clone(),
            escaped.replace('\\', "\\\\"),
            addressed,
            entities,
            in_json.trim_matches('"').to_owned(),
            TOKEN.replace('"', "&quot;"),
            TOKEN.replace('/', "\\/"),
            login.clone(),
            format!("bot@example.com:{TOKEN}"),
            "wsak-short".to_owned(),
            "%77sak-short".to_owned(),
        ] {
            let said = clean(&format!("bad 口令 {form}, sorry"));
            assert_eq!(said, "bad 口令 (redacted), sorry", "{form}");
        }
        // The user stays, the token goes.
        let said = clean(login.trim_end_matches('='));
        assert!(said.starts_with("Ym90QGV4YW1wbGUuY29t") && said.contains(REDACTED) && said.len() < 36, "{said}");
        assert_eq!(clean("a robot@example.com.cn:x"), "a robot@example.com.cn:x");
    }

    #[test]
    fn a_part_goes_and_the_service_prefix_stays() {
        assert_eq!(clean("starts with ATATT3xFfGF0-pl/nte"), "starts with (redacted)");
        assert_eq!(clean("ends with 91bc\"QmV0dGVy=4C1D."), "ends with (redacted).");
        assert_eq!(clean("a token begins with ATATT3xFfGF0"), "a token begins with ATATT3xFfGF0");
        assert_eq!(clean("ends with 4C1D; bot@example.com, wsak-shor"), "ends with 4C1D; bot@example.com, wsak-shor");
    }

    #[test]
    fn base64_is_found_wherever_in_a_longer_text_it_stands() {
        for before in ["", "x", "xy", "xyz"] {
            for secret in ["wsak-short", TOKEN] {
                let text = base64(format!("{before}{secret}, and more").as_bytes());
                assert!(clean(&text).contains(REDACTED), "{before} {secret} {text}");
            }
        }
    }

    #[test]
    fn a_long_text_costs_no_more_than_it_must() {
        let start = std::time::Instant::now();
        let long = "\\u005c%41&amp;".repeat(400_000);
        let text = format!("%77sak-short{long}wsak-short");
        assert_eq!(clean(&text), format!("(redacted){long}(redacted)"));
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }

    #[test]
    fn json_is_cleaned_in_its_texts_and_names() {
        let mut value = json!({"errors": {"wsak-short": ["no wsak-short", 7, null]}, "b": {"c": "d"}});
        redactor().clean_json(&mut value);
        assert_eq!(value, json!({"errors": {"(redacted)": ["no (redacted)", 7, null]}, "b": {"c": "d"}}));
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["errors", "b"]);
    }

    #[test]
    fn short_credentials_and_names_are_not_looked_for() {
        let mut redactor = Redactor::default();
        redactor.hide(&Secret::new("abc"));
        redactor.hide_login("jirabot", &Secret::new("JiraBot"));
        assert_eq!(redactor.clean("abc, jirabot JiraBot"), "abc, jirabot JiraBot");
        assert_eq!(redactor.clean("jirabot:JiraBot"), REDACTED);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_holds_no_credential_stays_as_it_is(text in "[a-z\\\\%&#;ux0-9{}\"\u{4e00}-\u{4e10}]{0,60}") {
            prop_assert_eq!(clean(&text), text);
        }

        #[test]
        fn nothing_but_the_credential_goes(
            before in "[a-z\\\\%&#;\u{4e00}-\u{4e10}]{0,20}",
            after in "[a-z\\\\%&#;\u{4e00}-\u{4e10}]{0,20}",
        ) {
            prop_assert_eq!(clean(&format!("{before} {TOKEN} {after}")), format!("{before} (redacted) {after}"));
        }
    }
}
