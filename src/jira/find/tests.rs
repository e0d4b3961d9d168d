//! Which of several issues is the copy.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn key(digit: char) -> Key {
    Key::issue(Side::Guance, &IssueId::new(format!("issue_{}", digit.to_string().repeat(32))))
}

fn copy(name: &str, minute: u32, property: Option<(char, Maker)>, label: Option<char>) -> Copy {
    let claim = |(digit, maker)| Claim { key: key(digit), proven: true, written: None, maker, sealed: true };
    let labels: Vec<Key> = label.map(key).into_iter().collect();
    Copy {
        id: format!("1{}", number_of(name).unwrap()),
        name: name.to_owned(),
        created: Some(format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()),
        contradicts: property.zip(label).is_some_and(|((one, _), other)| one != other),
        claim: property.map(claim),
        labelled: labels,
        foreign: None,
    }
}

#[test]
fn proof_goes_before_labels_and_age_before_the_rest() {
    use Maker::{Former, Other, Us};
    for (copies, want) in [
        (vec![], Ok(None)),
        (vec![copy("P-1", 1, None, Some('a')), copy("P-2", 2, Some(('a', Us)), None)], Ok(Some("P-2"))),
        (vec![copy("P-2", 2, Some(('a', Us)), None), copy("P-1", 1, Some(('a', Us)), None)], Ok(Some("P-1"))),
        (vec![copy("P-2", 2, None, Some('a')), copy("P-1", 1, None, Some('a'))], Ok(Some("P-1"))),
        (vec![copy("Q-1", 1, Some(('a', Us)), None)], Ok(Some("Q-1"))),
        (vec![copy("Q-1", 1, None, Some('a'))], Ok(None)),
        (vec![copy("P-1", 1, Some(('a', Other)), None), copy("P-2", 2, Some(('a', Us)), None)], Ok(Some("P-2"))),
        (vec![copy("P-1", 1, Some(('a', Other)), None), copy("P-2", 2, Some(('a', Former)), None)], Ok(Some("P-2"))),
        (vec![copy("P-1", 1, Some(('a', Other)), None)], Ok(Some("P-1"))),
        (vec![copy("P-1", 1, Some(('a', Other)), None), copy("P-2", 2, Some(('a', Other)), None)], Err("P-1")),
        (vec![copy("P-1", 1, Some(('b', Us)), Some('a'))], Err("P-1")),
        (vec![copy("P-1", 1, Some(('a', Us)), Some('b'))], Err("P-1")),
        (vec![copy("P-1", 1, Some(('b', Us)), Some('a')), copy("P-2", 2, None, Some('a'))], Ok(Some("P-2"))),
        (vec![copy("P-9", 1, Some(('a', Us)), None)], Ok(None)),
    ] {
        let taken = |_: &Key, id: &str| id == "19";
        let found = match choose(&copies, &key('a'), &["P".to_owned()], &taken) {
            Choice::One(copy) => Ok(Some(copy.name.as_str())),
            Choice::Contested(copy) => Err(copy.name.as_str()),
            Choice::None => Ok(None),
        };
        assert_eq!(found, want, "{copies:?}");
    }
}
