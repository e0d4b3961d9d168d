//! What the property of a ticket says of the items that it is the copy of one after another.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::fixtures::at;
use super::marker::Aside;
use super::{Fingerprint, IssueId, Joined, Key, Kin, Onward, SealKeys, Side};

fn key(id: &str) -> Key {
    Key::issue(Side::GUANCE, &IssueId::new(id))
}

fn property(id: &str) -> Value {
    Aside::property(&key(id), &Fingerprint::of(&[id]), "pair", None)
}

#[test]
fn a_property_without_a_problem_is_what_it_always_was() {
    assert_eq!(Aside::with_reuse(property("issue_a"), None), property("issue_a"));
    assert_eq!(Kin::read(&property("issue_a")), None);
}

#[test]
fn a_ticket_names_who_had_it_before_the_latest_first() {
    let reuse = Fingerprint::of(&["disk"]);
    let first = Aside::with_reuse(property("issue_a"), Some(&reuse));
    assert_eq!(Kin::read(&first).unwrap().earlier, []);
    let onward = |before| Onward { reuse: &reuse, before, since: at(60) };
    let opening = Aside::continued(property("issue_b"), &onward(None), &first, true);
    assert_eq!(Aside::before_continued(&opening), Some(&first));
    let kin = Kin::read(&opening).unwrap();
    assert_eq!((kin.earlier, kin.since, kin.opening), (vec![key("issue_a")], Some(at(60)), true));
    // The same once more, by a state that knows less.
    let later = Onward { since: at(90), ..onward(None) };
    assert_eq!(Aside::continued(property("issue_b"), &later, &opening, true), opening);
    let done = Aside::continued(property("issue_b"), &later, &opening, false);
    let kin = Kin::read(&done).unwrap();
    assert_eq!((kin.since, kin.opening), (Some(at(60)), false));
    assert_eq!(Aside::read(&done).unwrap().key, key("issue_b"));
    let third = Aside::continued(property("issue_c"), &onward(Some(&key("issue_b"))), &done, false);
    assert_eq!(Kin::read(&third).unwrap().earlier, [key("issue_b"), key("issue_a")]);
}

#[test]
fn what_a_property_cannot_hold_is_forgotten_from_its_end() {
    let reuse = Fingerprint::of(&["disk"]);
    let mut value = Aside::with_reuse(property("issue_0"), Some(&reuse));
    for n in 1..1000 {
        let onward = Onward { reuse: &reuse, before: None, since: at(60) };
        value = Aside::continued(property(&format!("issue_{n}")), &onward, &value, true);
        value = Aside::continued(property(&format!("issue_{n}")), &onward, &value, false);
        assert!(value.to_string().len() < 32_768 / 2, "{n}");
    }
    let kin = Kin::read(&value).unwrap();
    assert_eq!(kin.earlier.first(), Some(&key("issue_998")));
    assert!(kin.earlier.len() > 100, "{}", kin.earlier.len());
}

#[test]
fn what_people_write_there_is_read_as_far_as_it_goes() {
    for odd in [json!({"reuse": 7}), json!({"reuse": "x"}), json!("junk")] {
        assert_eq!(Kin::read(&odd), None, "{odd}");
    }
    let reuse = Fingerprint::of(&["disk"]);
    let odd = json!({"reuse": reuse.as_str(), "earlier": [7, "junk", "guance/issue/issue_a"], "since": "soon"});
    let kin = Kin::read(&odd).unwrap();
    assert_eq!((kin.earlier, kin.since), (vec![key("issue_a")], None));
}

#[test]
fn a_ticket_names_who_is_counted_in_it_with_a_seal_each() {
    let reuse = Fingerprint::of(&["disk"]);
    let first = Aside::with_reuse(property("issue_a"), Some(&reuse));
    let keys = SealKeys::parse(&"ab".repeat(32));
    let ticket = IssueId::new("10001");
    let sealed = |id: &str| {
        let item = Joined::new(key(id));
        Joined { seal: item.sealed(&keys, &ticket), ..item }
    };
    let value = Aside::joined(first.clone(), &[sealed("issue_b"), sealed("issue_a"), sealed("issue_b")]);
    let seal = sealed("issue_b").seal.unwrap();
    assert_eq!(value["joined"], json!({"guance/issue/issue_b": seal.as_str()}), "not the ticket's own item");
    assert_eq!(Aside::joined(first.clone(), &[]), first, "the property of a ticket without any is what it always was");
    let kin = Kin::read(&value).unwrap();
    assert!(kin.joined[0].is_sealed(&keys, &ticket) && !kin.joined[0].is_sealed(&keys, &IssueId::new("10002")));
    assert!(kin.names(&key("issue_b")) && !kin.names(&key("issue_c")));
    // The ticket goes on with it: it is counted no more, and the item before is named.
    let onward = Onward { reuse: &reuse, before: None, since: at(60) };
    let kin = Kin::read(&Aside::continued(property("issue_b"), &onward, &value, false)).unwrap();
    assert_eq!((kin.earlier, kin.joined.len()), (vec![key("issue_a")], 0));
    let many: Vec<Joined> = (0..1000).map(|n| sealed(&format!("issue_{n}"))).collect();
    let value = Aside::joined(first, &many);
    assert!(value.to_string().len() < 32_768 / 2);
    assert_eq!(Kin::read(&value).unwrap().joined.len(), value["joined"].as_object().unwrap().len());
}
