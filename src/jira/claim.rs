//! What Jira's records say about being our copies, and whose word that is. Pure.

use serde_json::Value;

use super::convert::Reader;
use super::wire;
use crate::domain::marker::Aside;
use crate::domain::{Claim, IssueId, Key, Kin, Kind, Maker, Marker, SealKeys, Side, Witness, issue_place, marker};
use crate::text::Doc;

pub(super) use crate::domain::marker::{OURS as PROPERTY, as_labelled, label_id, labelled};

impl Reader<'_> {
    /// Returns true for the pair of services that we serve, under any name that it ever had.
    pub(super) fn is_our_pair(self, pair: &str) -> bool {
        pair == self.pair || self.former_pairs.iter().any(|former| former == pair)
    }

    /// Tells whose account this is.
    pub(super) fn maker(self, account: Option<&wire::User>) -> Maker {
        match account {
            Some(account) if account.is(self.me) => Maker::Us,
            Some(account) if self.former.iter().any(|id| account.is_called(id)) => Maker::Former,
            _ => Maker::Other,
        }
    }

    /// Reads what an issue says about being our copy.
    pub(super) fn issue_marks(self, raw: &wire::Issue) -> IssueMarks {
        let maker = self.maker(raw.fields.creator.as_ref());
        let property = raw.properties.get(PROPERTY).and_then(|value| property(value, self.source, Kind::Issue));
        let property = property.filter(|property| self.is_our_pair(&property.pair)).and_then(|property| {
            let mut ids = raw.fields.creator.iter().flat_map(wire::User::ids);
            let sealed = ids.any(|id| is_sealed(&property, self.keys, &issue_place(&property.pair, id)));
            Claim::credible(property.key, property.written, maker, sealed, Witness::Hidden)
        });
        let labels: Vec<Key> = raw.fields.labels.iter().filter_map(|label| labelled(label, self.source)).collect();
        // The label of the item that goes on with a ticket is put on after the property.
        let kin = raw.properties.get(PROPERTY).and_then(Kin::read).filter(|kin| kin.opening);
        let is_earlier =
            |label: &Key| kin.as_ref().is_some_and(|kin| kin.earlier.iter().any(|key| as_labelled(key) == *label));
        let contradicts = property.as_ref().is_some_and(|claim| {
            let is_on_the_way = claim.sealed && labels.iter().any(is_earlier);
            !labels.is_empty() && !labels.contains(&as_labelled(&claim.key)) && !is_on_the_way
        });
        IssueMarks { maker, property, labels, contradicts }
    }

    /// Returns what an issue says of the items that it is the copy of one after another, where its markers are proof. That
    /// it was another item's before counts only under a seal, and with that item's label; that an item is counted in it, only
    /// under a seal of its own: whoever may edit an issue could name any.
    pub(super) fn kin(self, raw: &wire::Issue) -> Option<Kin> {
        let marks = self.issue_marks(raw);
        let claim = marks.property.filter(|_| !marks.contradicts)?;
        let mut kin = raw.properties.get(PROPERTY).and_then(Kin::read)?;
        let is_labelled = |key: &Key| marks.labels.is_empty() || marks.labels.contains(&as_labelled(key));
        kin.earlier.retain(|key| claim.sealed && is_labelled(key));
        kin.joined.retain(|item| item.is_sealed(self.keys, &IssueId::new(raw.id.as_str())));
        kin.opening &= claim.sealed;
        kin.creator = raw.fields.creator.as_ref().map(|account| account.id().to_owned()).unwrap_or_default();
        Some(kin)
    }

    /// Returns the originals that an issue's property and labels name.
    pub(super) fn issue_names(self, raw: &wire::Issue) -> Vec<Key> {
        let property = raw.properties.get(PROPERTY).and_then(|value| property(value, self.source, Kind::Issue));
        let property = property.filter(|property| self.is_our_pair(&property.pair)).map(|property| property.key);
        let labels = raw.fields.labels.iter().filter_map(|label| labelled(label, self.source));
        property.into_iter().chain(labels).collect()
    }

    /// The property is proof where our account made the issue, or where its seal holds. A label alone only says that
    /// it is worth a look: of a search without properties the issue is read again by its id.
    pub(super) fn issue_claim(self, raw: &wire::Issue) -> Option<Claim> {
        let marks = self.issue_marks(raw);
        if marks.contradicts {
            tracing::debug!(side = "jira", id = raw.id, "Issue carries markers that contradict each other.");
            return None;
        }
        // Somebody else's property says nothing, and hides nothing.
        if raw.properties.contains_key(PROPERTY) {
            return marks.property;
        }
        let key = marks.labels.into_iter().next()?;
        Some(Claim { key, proven: false, written: None, maker: marks.maker, sealed: false })
    }

    /// The property is proof, and so is the marker in the text's first line, where our account wrote the comment or
    /// where the seal holds. The text's marker is renewed together with the text, so it knows best which content was
    /// written.
    pub(super) fn comment_claim(self, raw: &wire::Comment, text: &Doc, issue: &IssueId) -> Option<Claim> {
        let maker = self.maker(raw.author.as_ref());
        let property = raw.property(PROPERTY).and_then(|value| property(value, self.source, Kind::Comment));
        let by_property = property.filter(|property| self.is_our_pair(&property.pair)).and_then(|property| {
            let sealed = is_sealed_in(&property, self.keys, issue, raw.author.as_ref());
            Claim::credible(property.key, property.written, maker, sealed, Witness::Hidden)
        });
        let visible = visible(text, self.source).and_then(|(key, marker)| {
            let written = (&key, &marker.content);
            let authors = || raw.author.iter().flat_map(wire::User::ids);
            let sealed = marker.seal.is_some_and(|seal| self.keys.made_in_thread(&seal, written, issue, authors()));
            Claim::credible(key, Some(marker.content), maker, sealed, Witness::Visible)
        });
        match (by_property, visible) {
            (Some(claim), Some(visible)) if visible.key == claim.key => {
                Some(Claim { written: visible.written, sealed: visible.sealed || claim.sealed, ..claim })
            }
            (Some(claim), _) => Some(claim),
            (None, visible) => visible,
        }
    }
}

/// The markers of an issue.
#[derive(Clone, Debug)]
pub(super) struct IssueMarks {
    /// Whose account created it.
    pub(super) maker: Maker,
    /// What its property says, where guajira can have written it for this pair of services.
    pub(super) property: Option<Claim>,
    /// The originals that its labels name. Everybody may label an issue.
    pub(super) labels: Vec<Key>,
    /// True when property and labels name different originals.
    pub(super) contradicts: bool,
}

/// Returns true when one of the keys sealed a property for this place.
fn is_sealed(property: &Aside, keys: &SealKeys, place: &str) -> bool {
    let both = property.seal.as_ref().zip(property.written.as_ref());
    both.is_some_and(|(seal, written)| keys.made(seal, &property.key, written, place))
}

/// Returns true when one of the keys sealed it for a comment in this issue's thread, written by this account.
fn is_sealed_in(property: &Aside, keys: &SealKeys, issue: &IssueId, author: Option<&wire::User>) -> bool {
    let authors = author.into_iter().flat_map(wire::User::ids);
    let both = property.seal.as_ref().zip(property.written.as_ref());
    both.is_some_and(|(seal, written)| keys.made_in_thread(seal, (&property.key, written), issue, authors))
}

/// Reads our property, if it is about a thing of this kind.
pub(super) fn property(value: &Value, source: Side, kind: Kind) -> Option<Aside> {
    Aside::read(value).filter(|property| property.is_about(source, kind))
}

/// Returns the original of the marker `#guajira-repim_<32 hex>-<16 hex>` in a text's first line, and the marker.
pub(super) fn visible(text: &Doc, source: Side) -> Option<(Key, Marker<'_>)> {
    marker::shown(text, source)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::domain::Fingerprint;
    use crate::jira::convert::tests::{CONTENT, REPLY, keys, read_comment, read_issue};

    const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";

    fn seal(key: &str, place: &str) -> String {
        let content = Fingerprint::parse(CONTENT).unwrap();
        keys().seal(&key.parse().unwrap(), &content, place).unwrap().as_str().to_owned()
    }

    #[test]
    fn an_issue_is_claimed_by_whom_the_property_can_be_believed() {
        let t = "2026-11-22T10:11:12.345+0000";
        let key = format!("guance/issue/{ISSUE}");
        let other = ISSUE.replace('0', "f");
        let by =
            |account: &str, labels: &[&str]| json!({"updated": t, "labels": labels, "creator": {"accountId": account}});
        let property = |key: &str, pair: Option<&str>, seal: Option<String>| json!({"guajira": {"v": 1, "key": key, "content": CONTENT, "pair": pair, "seal": seal}});
        let plain = property(&key, Some("ab"), None);
        let sealed_by = |place: &str| property(&key, Some("ab"), Some(seal(&key, place)));
        let (sealed, by_before, elsewhere) =
            (sealed_by("ab acc-bot"), sealed_by("ab acc-before"), sealed_by("cd acc-bot"));
        let nobody = json!({"updated": t, "labels": [ISSUE], "creator": {"displayName": "acc-bot"}});
        for (fields, properties, want) in [
            (by("acc-bot", &["x", ISSUE]), plain.clone(), Some((true, Maker::Us, false))),
            (by("acc-bot", &[]), plain.clone(), Some((true, Maker::Us, false))),
            (by("acc-old", &[ISSUE]), plain.clone(), Some((true, Maker::Former, false))),
            (by("acc-bot", &[ISSUE]), sealed.clone(), Some((true, Maker::Us, true))),
            // An account of ours that nobody told us of; what somebody copied onto an issue of his own.
            (by("acc-before", &[ISSUE]), by_before, Some((true, Maker::Other, true))),
            (by("acc-mia", &[ISSUE]), sealed.clone(), None),
            (by("acc-before", &[ISSUE]), elsewhere, None),
            (by("acc-mia", &[ISSUE]), plain.clone(), None),
            // Of another pair of services, or of none.
            (by("acc-bot", &[ISSUE]), property(&key, Some("ef"), None), Some((true, Maker::Us, false))),
            (by("acc-bot", &[ISSUE]), property(&key, Some("cd"), None), None),
            (by("acc-bot", &[ISSUE]), property(&key, None, None), None),
            // A label alone is worth a look.
            (by("acc-bot", &[ISSUE]), json!({}), Some((false, Maker::Us, false))),
            (by("acc-mia", &[ISSUE]), json!({}), Some((false, Maker::Other, false))),
            (nobody, json!(null), Some((false, Maker::Other, false))),
            // Markers that contradict each other prove nothing.
            (by("acc-bot", &[&other]), sealed, None),
            (by("acc-bot", &[&other, ISSUE]), plain, Some((true, Maker::Us, false))),
            (by("acc-bot", &[]), property(&format!("guance/comment/{REPLY}"), Some("ab"), None), None),
            (by("acc-bot", &[]), json!({"guajira": "junk"}), None),
        ] {
            let claim = read_issue(&fields, &properties, false).claim;
            let got = claim.as_ref().map(|claim| (claim.proven, claim.maker, claim.sealed));
            assert_eq!(got, want, "{fields} {properties}");
            assert!(claim.is_none_or(|claim| claim.key.as_str() == key));
        }
    }

    #[test]
    fn who_had_a_ticket_before_counts_under_a_seal_and_with_its_label() {
        let t = "2026-11-22T10:11:12.345+0000";
        let key = format!("guance/issue/{ISSUE}");
        let (before, other) = (ISSUE.replace('0', "f"), ISSUE.replace('0', "e"));
        let by = |labels: &[&str]| json!({"updated": t, "labels": labels, "creator": {"accountId": "acc-bot"}});
        let property = |seal: Option<String>, opening: bool| {
            let mut value = json!({"v": 1, "key": key, "content": CONTENT, "pair": "ab", "seal": seal,
                "reuse": CONTENT, "earlier": [format!("guance/issue/{before}")], "since": 1_790_000_000_000_i64});
            if opening {
                value.as_object_mut().unwrap().insert("opening".to_owned(), json!({}));
            }
            json!({ "guajira": value })
        };
        let sealed = || Some(seal(&key, "ab acc-bot"));
        for (labels, seal, opening, want) in [
            (vec![ISSUE, before.as_str()], sealed(), false, Some(1)),
            (vec![], sealed(), false, Some(1)),
            (vec![ISSUE], sealed(), false, Some(0)),
            (vec![ISSUE, before.as_str()], None, false, Some(0)),
            // The label of the new item is put on after the property.
            (vec![before.as_str()], sealed(), true, Some(1)),
            (vec![before.as_str()], sealed(), false, None),
            (vec![before.as_str()], None, true, None),
            (vec![other.as_str()], sealed(), true, None),
        ] {
            let issue = read_issue(&by(&labels), &property(seal, opening), false);
            let kin = issue.tracker().and_then(|detail| detail.kin.as_ref());
            assert_eq!(kin.map(|kin| kin.earlier.len()), want, "{labels:?} {opening}");
            assert_eq!(issue.claim.is_some(), want.is_some(), "{labels:?} {opening}");
        }
    }

    #[test]
    fn a_label_names_an_original_only_in_full() {
        for (label, want) in [
            (ISSUE.to_owned(), true),
            (format!("guance{ISSUE}"), true),
            (format!("guance-{ISSUE}"), true),
            (format!("x{ISSUE}"), false),
            (format!("{ISSUE}0"), false),
            (ISSUE.to_uppercase(), false),
            ("issue_12".to_owned(), false),
        ] {
            assert_eq!(label_id(&label).is_some(), want, "{label}");
        }
    }

    #[test]
    fn a_comment_is_claimed_by_whom_the_marker_can_be_believed() {
        let key = format!("guance/comment/{REPLY}");
        let by = |account: &str| json!({"accountId": account});
        let wiki = |seal: &str| {
            json!(format!(
                "*Mia* · [Guance|https://g/x?y=1#guajira-{REPLY}-{CONTENT}{seal}] · 2026-11-22 10:00 UTC\nhi"
            ))
        };
        let sealed = wiki(&format!("-{}", seal(&key, "10001")));
        let by_author = wiki(&format!("-{}", seal(&key, "10001 acc-before")));
        let card = |text: &str| {
            let link =
                json!({"type": "inlineCard", "attrs": {"url": format!("https://g/x#guajira-{REPLY}-{CONTENT}")}});
            let words = |text: &str| json!({"type": "text", "text": text});
            json!({"type": "doc", "content": [{"type": "paragraph", "content": [words("Mia · "), link, words(text)]}]})
        };
        let property = |content: &str, pair: &str, seal: Option<String>| json!([{"key": "guajira", "value": {"v": 1, "key": key, "content": content, "pair": pair, "seal": seal}}]);
        let ours = |sealed| Some((Maker::Us, sealed, CONTENT));
        let newer = "ffffffffffffffff";
        for (account, body, properties, want) in [
            ("acc-bot", json!("text"), property(CONTENT, "ab", None), ours(false)),
            ("acc-bot", wiki(""), property(newer, "ab", None), ours(false)),
            ("acc-bot", wiki(""), json!(null), ours(false)),
            ("acc-old", wiki(""), json!(null), Some((Maker::Former, false, CONTENT))),
            ("acc-bot", sealed.clone(), json!(null), ours(true)),
            ("acc-bot", json!("x"), property(CONTENT, "ab", Some(seal(&key, "10001"))), ours(true)),
            // A seal of today's names its author, too: an account of ours that nobody told us of, and who copied it.
            ("acc-before", by_author.clone(), json!(null), Some((Maker::Other, true, CONTENT))),
            ("acc-mia", by_author, json!(null), None),
            ("acc-mia", json!("x"), property(CONTENT, "ab", Some(seal(&key, "10001 acc-before"))), None),
            ("acc-bot", card(" · 2026-11-22 10:00 UTC"), json!([]), ours(false)),
            // Somebody else's word counts by its seal, in its own place: the first seals named the issue alone.
            ("acc-mia", json!("text"), property(CONTENT, "ab", None), None),
            ("acc-mia", wiki(""), json!(null), None),
            ("acc-mia", sealed, json!(null), Some((Maker::Other, true, CONTENT))),
            (
                "acc-mia",
                json!("x"),
                property(CONTENT, "ab", Some(seal(&key, "10001"))),
                Some((Maker::Other, true, CONTENT)),
            ),
            ("acc-mia", json!("x"), property(CONTENT, "ab", Some(seal(&key, "10002"))), None),
            ("acc-bot", json!("x"), property(CONTENT, "cd", None), None),
            // Elsewhere than in the first line, in its own form, it is a quotation.
            ("acc-bot", card(" says it"), json!([]), None),
            ("acc-bot", json!(format!("*Mia*\n{}", wiki("").as_str().unwrap())), json!(null), None),
            ("acc-bot", json!(format!("bq. {}", wiki("").as_str().unwrap())), json!(null), None),
            ("acc-bot", json!(format!("see #guajira-{REPLY}-{CONTENT}")), json!(null), None),
            ("acc-bot", json!(wiki("").as_str().unwrap().replace(CONTENT, "00112233aabbccdd0")), json!(null), None),
            ("acc-bot", json!("plain words"), json!(null), None),
        ] {
            let raw = json!({"id": 7, "author": by(account), "body": body, "properties": properties});
            let claim = read_comment(raw.clone(), false).claim;
            let written = claim.as_ref().and_then(|claim| claim.written.as_ref()).map(Fingerprint::as_str);
            let got = claim.as_ref().map(|claim| (claim.maker, claim.sealed, written.unwrap_or_default()));
            assert_eq!(got, want, "{raw}");
            assert!(claim.is_none_or(|claim| claim.key.as_str() == key));
        }
    }
}
