//! JSON as services write it, which now and then is none.
//!
//! One broken character in one comment makes the whole page no JSON, and would stop a side for as long as the comment
//! stands. Python and Java write half of a surrogate pair as they hold it (`"\ud83d"`), mostly where something cut the
//! text in the middle of an emoji; a proxy or a database may leave bytes that are no UTF-8.

use serde_json::Value;

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
    fn what_is_no_json_stays_none() {
        for body in
            [&b""[..], b"<html>", br#"{"a":"\ud83d""#, br#""\"#, br#""\ud8"#, br#"["\u+123"]"#, "\"\\中".as_bytes()]
        {
            assert!(parse(body).is_err(), "{body:?}");
        }
    }
}
