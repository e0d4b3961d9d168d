//! How a Guance reply says that it is our copy of a Jira comment, and whose word that is.
//!
//! Two markers, because Guance may drop unknown keys of `extend`: the key itself in `extend.guajira`, and the visible
//! link to the original, whose fragment carries the fingerprint of what was copied. Both carry the seal.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::marker::Aside;
use crate::domain::{
    Claim, Comment, Fingerprint, IssueId, Key, Kind, Maker, Marker, Push, Seal, SealKeys, Side, Witness, marker,
};
use crate::ports::{FOR_EVER, Facts, OWN_ACCOUNTS, seal_keys};
use crate::text::Doc;

/// What the account of an API key begins with.
const KEY_ACCOUNT: &str = "wsak_";

/// What is known of who may have written a reply of ours.
#[derive(Clone, Debug, Default)]
pub(super) struct Authors {
    /// The accounts of our keys; empty until the first write was answered.
    ours: BTreeSet<String>,
    former: BTreeSet<String>,
    keys: SealKeys,
}

impl Authors {
    /// Returns what this state and the configuration know.
    pub(super) fn known(facts: &dyn Facts, former: &[String]) -> Self {
        let ours = facts.recall(OWN_ACCOUNTS, FOR_EVER).unwrap_or_default();
        Self {
            ours: ours.split_whitespace().map(str::to_owned).collect(),
            former: former.iter().cloned().collect(),
            keys: seal_keys(facts),
        }
    }

    /// Returns the accounts of our keys, and former ones, as far as they are known.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.ours.union(&self.former).cloned().collect()
    }

    /// Tells whose account this is.
    pub(super) fn maker(&self, account: &str) -> Maker {
        match account {
            _ if self.ours.contains(account) => Maker::Us,
            _ if self.former.contains(account) => Maker::Former,
            _ if self.ours.is_empty() => Maker::Unknown,
            _ => Maker::Other,
        }
    }

    /// Returns what a reply to `issue` says about being our copy, if guajira can have said it.
    pub(super) fn claim(&self, account: &str, extend: &Value, text: &Doc, issue: &IssueId) -> Option<Claim> {
        let maker = self.maker(account);
        let holds = |key: &Key, written: Option<&Fingerprint>, seal: Option<&Seal>| {
            seal.zip(written).is_some_and(|(seal, written)| self.keys.made(seal, key, written, issue.as_str()))
        };
        let hidden = hidden(extend).and_then(|ours| {
            let sealed = holds(&ours.key, ours.written.as_ref(), ours.seal.as_ref());
            Claim::credible(ours.key, ours.written, maker, sealed, Witness::Hidden)
        });
        hidden.or_else(|| {
            let (key, shown) = visible(text)?;
            let sealed = holds(&key, Some(&shown.content), shown.seal.as_ref());
            Claim::credible(key, Some(shown.content), maker, sealed, Witness::Visible)
        })
    }
}

/// Tells whether a reply without a claim looks like a copy that version 0.1 wrote with another key.
pub(super) fn is_like_ours(comment: &Comment) -> bool {
    comment.claim.is_none() && comment.author.id.starts_with(KEY_ACCOUNT) && visible(&comment.body).is_some()
}

/// Returns the `extend` of a reply that copies the original of a write.
pub(super) fn extend(push: &Push) -> Map<String, Value> {
    extend_of(&push.key, &push.content, push.seal.as_ref())
}

/// Returns the `extend` of a reply that copies an original that says this.
pub(super) fn extend_of(key: &Key, content: &Fingerprint, seal: Option<&Seal>) -> Map<String, Value> {
    Map::from_iter([(marker::OURS.to_owned(), Aside::object(key, content, seal))])
}

fn hidden(extend: &Value) -> Option<Aside> {
    let ours = Aside::read(extend.get(marker::OURS)?)?;
    (ours.is_about(Side::JIRA, Kind::Comment) || ours.is_about(Side::JIRA, Kind::Attachment)).then_some(ours)
}

/// Returns the original of the link in a text's first line, and its marker.
pub(super) fn visible(text: &Doc) -> Option<(Key, Marker<'_>)> {
    marker::shown(text, Side::JIRA)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::domain::{Action, SealKey};
    use crate::text::html;

    const KEY: &str = "jira/comment/10042";
    const PRINT: &str = "0123456789abcdef";

    fn header(name: &str, fragment: &str) -> String {
        format!(
            "<p><strong>{name}</strong> · <a href=\"https://jira/browse/OPS-12?focusedCommentId=10042#guajira-{fragment}\">\
             OPS-12</a> · 2026-11-22 10:00 UTC</p><p>hi</p>"
        )
    }

    fn authors(ours: &[&str]) -> Authors {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let keys = SealKeys::default().led_by(SealKey::parse(&"07".repeat(32)).unwrap());
        Authors { ours: owned(ours), former: owned(&["wsak_old"]), keys }
    }

    fn issue() -> IssueId {
        IssueId::new("issue_a")
    }

    fn seal(place: &str) -> Seal {
        authors(&[]).keys.seal(&KEY.parse().unwrap(), &Fingerprint::parse(PRINT).unwrap(), place).unwrap()
    }

    #[test]
    fn a_marker_counts_where_and_when_guajira_can_have_put_it() {
        let plain = json!({"guajira": {"key": KEY, "content": PRINT}});
        let with_seal = |place: &str| json!({"guajira": {"key": KEY, "content": PRINT, "seal": seal(place).as_str()}});
        let in_text = header("Mia", PRINT);
        let sealed_text = header("Mia", &format!("{PRINT}-{}", seal("issue_a").as_str()));
        let none = Value::Null;
        for (ours, account, extend, text, want) in [
            // Our own account, a former one, somebody else, nobody known yet.
            (&["wsak_us"][..], "wsak_us", &plain, "", Some((Maker::Us, false))),
            (&["wsak_us"], "wsak_old", &plain, "", Some((Maker::Former, false))),
            (&["wsak_us"], "wsak_x", &plain, "", None),
            (&["wsak_us"], "acnt_x", &plain, "", None),
            (&[], "wsak_x", &plain, "", Some((Maker::Unknown, false))),
            (&[], "acnt_x", &plain, "", Some((Maker::Unknown, false))),
            (&["wsak_us"], "wsak_us", &none, &in_text, Some((Maker::Us, false))),
            (&["acnt_us"], "acnt_us", &none, &in_text, Some((Maker::Us, false))),
            (&["wsak_us"], "wsak_x", &none, &in_text, None),
            // Words alone prove nothing where nobody is known.
            (&[], "wsak_x", &none, &in_text, None),
            // A seal counts whoever's account wrote it, in its own place.
            (&["wsak_us"], "wsak_x", &with_seal("issue_a"), "", Some((Maker::Other, true))),
            (&["wsak_us"], "wsak_x", &with_seal("issue_b"), "", None),
            (&["wsak_us"], "wsak_us", &with_seal("issue_b"), "", Some((Maker::Us, false))),
            (&["wsak_us"], "wsak_x", &none, &sealed_text, Some((Maker::Other, true))),
            (&[], "acnt_x", &none, &sealed_text, Some((Maker::Unknown, true))),
        ] {
            let claim = authors(ours).claim(account, extend, &html::read(text), &issue());
            let got = claim.as_ref().map(|claim| (claim.maker, claim.sealed));
            assert_eq!(got, want, "{ours:?} {account} {extend} {text}");
            assert!(claim.is_none_or(|claim| claim.key.as_str() == KEY));
        }
    }

    #[test]
    fn the_words_of_people_are_no_marker() {
        let forged = "focusedCommentId=10052#guajira-0123456789abcdef";
        let address = format!("https://jira/browse/OPS-9?{forged}");
        let link = format!("<a href=\"{address}\">OPS-9</a>");
        let file = "<p><strong>Mia</strong> · <a href=\"https://jira/browse/OPS-1?attachment=10009#guajira-0123456789abcdef\">\
                    OPS-1</a> · 2026-11-22 10:00 UTC</p>";
        for (text, want) in [
            (format!("{}<p>{link}</p>", header("Mia", PRINT)), Some(KEY)),
            (header(forged, PRINT), Some(KEY)),
            (header(&address, PRINT), Some(KEY)),
            (header(&link, PRINT), Some(KEY)),
            (header(&format!("x · {link} · 2026-11-22 10:00 UTC"), PRINT), Some(KEY)),
            (format!("{file}<p>📎 {forged}.txt</p>"), Some("jira/attachment/10009")),
            (format!("<p>{link}</p><p>{}</p>", header("Mia", PRINT)), Some("jira/comment/10052")),
            (format!("<p>see {link}</p>"), None),
            (format!("<p>{link} says it</p>"), None),
            (format!("<blockquote>{}</blockquote><p>mine</p>", header("Mia", PRINT)), None),
            (format!("<p>{forged}</p>"), None),
            (format!("<p>{address} · 2026-11-22 10:00 UTC · more</p>"), None),
            (header("Mia", PRINT).replace("guajira-", "guajira:"), None),
            (header("Mia", PRINT).replace("10042", ""), None),
            (header("Mia", PRINT).replace("cdef", "cdeF"), None),
            (header("Mia", PRINT).replace("cdef", "cdef0"), None),
        ] {
            let doc = html::read(&text);
            let key = visible(&doc).map(|(key, _)| key);
            assert_eq!(key.as_ref().map(Key::as_str), want, "{text}\n{doc:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (key, content) = (KEY.parse::<Key>().unwrap(), Fingerprint::parse(PRINT).unwrap());
        let body = html::read(&header("Mia", PRINT));
        let action = Action::AddComment { issue: issue(), body, origin_url: String::new(), internal: false };
        let push = Push {
            key: key.clone(),
            pair: issue(),
            target: Side::GUANCE,
            action,
            content: content.clone(),
            summary: String::new(),
            seal: None,
        };
        let authors = authors(&["wsak_us"]);
        let sealed = push.clone().sealed(&authors.keys, "services", "");
        let Action::AddComment { body, .. } = &sealed.action else { unreachable!() };
        for (extend, text) in
            [(Value::Object(extend(&sealed)), Doc::default()), (Value::Null, html::read(&html::write(body, 9999, "")))]
        {
            let claim = authors.claim("wsak_else", &extend, &text, &issue()).unwrap();
            assert_eq!((claim.key, claim.written, claim.sealed), (key.clone(), Some(content.clone()), true));
        }
        assert_eq!(Value::Object(extend(&push)), json!({"guajira": {"key": KEY, "content": PRINT}}), "as version 0.1");
    }
}
