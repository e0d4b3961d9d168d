//! How a Guance reply says that it is our copy of a Jira comment.
//!
//! Two markers, because Guance may drop unknown keys of `extend`: the key itself in `extend.guajira`, and the visible
//! link to the original, whose fragment carries the fingerprint of what was copied.

use serde_json::{Map, Value, json};

use crate::domain::{Claim, CommentId, FileId, Fingerprint, Key, Side};

/// Our own object inside a reply's `extend`.
const EXTEND_KEY: &str = "guajira";

/// What stands before the id in a link to a Jira comment, and in one to an attachment.
const LINKS: [&str; 2] = ["focusedCommentId=", "attachment="];

/// What stands before the fingerprint in our links' fragment.
const FRAGMENT: &str = "#guajira-";

/// Digits of a fingerprint.
const FINGERPRINT_LEN: usize = 16;

/// Returns the `extend` of a reply that copies the original of `key`.
pub(super) fn extend(key: &Key, content: &Fingerprint) -> Map<String, Value> {
    let ours = json!({"key": key.origin().as_str(), "content": content.as_str()});
    Map::from_iter([(EXTEND_KEY.to_owned(), ours)])
}

/// Returns what a reply says about being our copy.
pub(super) fn read(extend: &Value, content: &str, creator: &str) -> Option<Claim> {
    in_extend(extend).or_else(|| {
        // People quote texts together with their links; a text that came through the API is a program's.
        if creator.starts_with("acnt_") { None } else { in_text(content) }
    })
}

fn in_extend(extend: &Value) -> Option<Claim> {
    let ours = extend.get(EXTEND_KEY)?;
    let key = ours.get("key")?.as_str()?.parse::<Key>().ok()?.origin();
    key.comment_on(Side::Jira).map(drop).or_else(|| key.file_on(Side::Jira).map(drop))?;
    let written = ours.get("content").and_then(Value::as_str).and_then(Fingerprint::parse);
    Some(Claim { key, proven: true, written })
}

fn in_text(content: &str) -> Option<Claim> {
    // A sanitizer may have written the two signs as entities.
    let content = if content.contains("&#") {
        content.replace("&#61;", "=").replace("&#x3D;", "=").replace("&#35;", "#").replace("&#x23;", "#")
    } else {
        content.to_owned()
    };
    LINKS.iter().find_map(|link| linked(&content, link))
}

fn linked(content: &str, link: &str) -> Option<Claim> {
    content.split(link).skip(1).find_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (id, rest) = rest.split_at_checked(digits)?;
        let (written, rest) = rest.strip_prefix(FRAGMENT)?.split_at_checked(FINGERPRINT_LEN)?;
        if id.is_empty() || rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return None;
        }
        let written = Fingerprint::parse(written)?;
        let of_comment = link.starts_with("focusedCommentId");
        let key = if of_comment {
            Key::comment(Side::Jira, &CommentId::new(id))
        } else {
            Key::file(Side::Jira, &FileId::new(id))
        };
        Some(Claim { key, proven: true, written: Some(written) })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const KEY: &str = "jira/comment/10042";
    const PRINT: &str = "0123456789abcdef";

    fn link() -> String {
        format!("<a href=\"https://jira/browse/OPS-12?focusedCommentId=10042#guajira-{PRINT}\">OPS-12</a> hi")
    }

    #[test]
    fn a_claim_is_read_from_either_marker() {
        let ours = Value::Object(extend(&KEY.parse().unwrap(), &Fingerprint::parse(PRINT).unwrap()));
        let keyed = serde_json::json!({"guajira": {"key": "jira/comment/10042@0123456789abcdef"}});
        for (extend, content, creator, want) in [
            (ours.clone(), String::new(), "wsak_1", Some(Some(PRINT))),
            (ours.clone(), String::new(), "acnt_1", Some(Some(PRINT))),
            (keyed, String::new(), "wsak_1", Some(None)),
            (Value::Null, link(), "wsak_1", Some(Some(PRINT))),
            (Value::Null, link(), "", Some(Some(PRINT))),
            (Value::Null, link().replace('#', "&#35;").replace('=', "&#61;"), "wsak_1", Some(Some(PRINT))),
            (
                Value::Null,
                format!("[OPS-12](https://j/browse/OPS-12?focusedCommentId=9) {}", link()),
                "wsak_1",
                Some(Some(PRINT)),
            ),
            (Value::Null, link(), "acnt_1", None),
            (Value::Null, link().replace("guajira-", "guajira:"), "wsak_1", None),
            (Value::Null, link().replace("10042", ""), "wsak_1", None),
            (Value::Null, link().replace("cdef", "cdeF"), "wsak_1", None),
            (Value::Null, link().replace("cdef", "cdef0"), "wsak_1", None),
            (Value::Null, "focusedCommentId=1#guajira-0123456789abcd观".to_owned(), "wsak_1", None),
            (serde_json::json!({"guajira": {"key": "guance/comment/1"}}), String::new(), "wsak_1", None),
            (serde_json::json!({"guajira": "x"}), String::new(), "wsak_1", None),
        ] {
            let claim = read(&extend, &content, creator);
            let got = claim.as_ref().map(|c| c.written.as_ref().map(Fingerprint::as_str));
            assert_eq!(got, want, "{extend} {content} {creator}");
            assert!(claim.is_none_or(|c| c.proven && c.key.as_str() == KEY));
        }
    }
}
