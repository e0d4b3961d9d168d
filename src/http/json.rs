//! JSON as services write it, which now and then is none.
//!
//! One broken character in one comment makes the whole page no JSON, and would stop a side for as long as the comment
//! stands. Python and Java write half of a surrogate pair as they hold it (`"\ud83d"`), mostly where something cut the
//! text in the middle of an emoji; a proxy or a database may leave bytes that are no UTF-8.

use serde_json::Value;

use crate::words::CallFault;

/// Most values (objects, lists, texts, numbers) of an answer. In memory each takes some hundred bytes, so that an answer of
/// the greatest length with nothing in it but `{},{},…` would take gigabytes. A page of a hundred issues has a tenth of it.
const MAX_VALUES: usize = 1_000_000;

/// How deep an answer may be nested: as deep as the parser goes.
const MAX_DEPTH: usize = 127;

/// Returns why an answer is not parsed: it holds too much, or is nested too deep. What is no JSON is not looked at.
pub(super) fn excess(body: &[u8]) -> Option<String> {
    let first = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start().first();
    if !matches!(first, Some(b'{' | b'[')) {
        return None;
    }
    let (mut values, mut depth) = (1_usize, 0_usize);
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                // To the end of the text, without what an escape stands for.
                while let Some(b'\\') = bytes.find(|byte| matches!(byte, b'"' | b'\\')) {
                    bytes.next();
                }
            }
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if values > MAX_VALUES {
            return Some(CallFault::TooManyValues { most: MAX_VALUES.to_string() }.into());
        }
        if depth > MAX_DEPTH {
            return Some(CallFault::TooDeep { most: MAX_DEPTH.to_string() }.into());
        }
    }
    None
}

/// Parses an answer. What is no JSON is read again without halves of surrogate pairs, and with U+FFFD for bytes that are
/// no UTF-8.
pub(super) fn parse(body: &[u8]) -> serde_json::Result<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).or_else(|_| serde_json::from_str(&without_halves(&String::from_utf8_lossy(body))))
}

/// Returns the JSON without escapes that are half of a surrogate pair.
fn without_halves(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let (kept, taken) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (true, 12),
            (Some(0xD800..=0xDFFF), _) => (false, 6),
            // The backslash and what it escapes, which may be a backslash.
            _ => (true, escape.chars().take(2).map(char::len_utf8).sum()),
        };
        let (escape, after) = escape.split_at(taken);
        if kept {
            out.push_str(escape);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the UTF-16 unit that the escape `\uXXXX` at the beginning stands for.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn read(json: &[u8]) -> String {
        parse(&[b"[\"", json, b"\"]"].concat()).unwrap()[0].as_str().unwrap().to_owned()
    }

    #[test]
    fn half_of_a_surrogate_pair_is_left_out() {
        for (json, text) in [
            (r"a\ud83db", "ab"),
            (r"a\uDE00b", "ab"),
            (r"\ud83d", ""),
            (r"\ud83d\ud83d\ude00", "😀"),
            (r"\ude00\ud83d\ude00\ud83d", "😀"),
            (r"\ud83d\n\u00e9\u4e2d", "\né中"),
            // An escaped backslash escapes nothing.
            (r"\\ud83d\ud83d", "\\ud83d"),
            (r"\ud83d\\ude00", "\\ude00"),
            (r"\\\ud83d\\", "\\\\"),
        ] {
            assert_eq!(read(json.as_bytes()), text, "{json}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf8_are_shown_as_such() {
        assert_eq!(read(b"a\xff\xe4\xb8b"), "a\u{FFFD}\u{FFFD}b");
        assert_eq!(read(b"\xff\\ud83d"), "\u{FFFD}");
    }

    #[test]
    fn an_answer_may_hold_and_nest_so_much() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(excess(nested(MAX_DEPTH).as_bytes()), None);
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert_eq!(excess(nested(MAX_DEPTH + 1).as_bytes()).unwrap(), "the answer is nested deeper than 127 levels");
        let list = |count: usize| format!("{{\"issues\":[{}{{}}]}}", "{},".repeat(count - 1));
        assert_eq!(excess(list(MAX_VALUES / 2 - 2).as_bytes()), None);
        assert_eq!(excess(list(MAX_VALUES).as_bytes()).unwrap(), "the answer holds more than 1000000 values");
        // Of a text only its end matters.
        let text = format!("[\"{}\\\"{}\"]", "[,".repeat(MAX_VALUES), "{".repeat(200));
        assert_eq!(excess(text.as_bytes()), None);
        assert_eq!(excess(format!("<p>{}", "[".repeat(200)).as_bytes()), None);
    }

    #[test]
    fn what_is_no_json_stays_none() {
        for body in
            [&b""[..], b"<html>", br#"{"a":"\ud83d""#, br#""\"#, br#""\ud8"#, br#"["\u+123"]"#, "\"\\中".as_bytes()]
        {
            assert!(parse(body).is_err(), "{body:?}");
        }
    }
}
