//! Which of several issues is the copy that is looked for. Pure.

use std::collections::{BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::claim::as_labelled;
use super::convert::{Reader, person, time};
use super::wire;
use crate::domain::{Claim, Key, Maker, Person};

/// Most issues that are remembered of those that a run has created.
const MOST_MADE: usize = 2_000;

/// A number so far behind the next one to be read is not passed to: an answer may name any.
const FARTHEST: u64 = 5_000;

/// What reading a project's newest issues by key has found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Probe {
    /// The next key number to read.
    pub(super) next: u64,
    /// The highest number that search knew.
    pub(super) ceiling: u64,
    /// Numbers below `next` that did not answer; their issue may have been on its way.
    pub(super) holes: Vec<u64>,
    pub(super) copies: Vec<Candidate>,
    /// When they were read, by our clock; `None` before.
    pub(super) at: Option<DateTime<Utc>>,
}

impl Probe {
    /// Passes these numbers, which this run has created: they need not be read. What lies between them is read next time.
    pub(super) fn pass(&mut self, made: &BTreeSet<u64>) {
        let Some(last) = made.range(self.next..self.next.saturating_add(FARTHEST)).next_back().copied() else { return };
        self.holes.extend((self.next..=last).filter(|number| !made.contains(number)));
        self.next = last + 1;
    }
}

/// The issues that a run created last.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    copies: HashMap<Key, Candidate>,
    /// By name, the latest last.
    names: VecDeque<String>,
    known: HashMap<String, Key>,
    /// By project, the numbers that its probe has not passed yet.
    unpassed: HashMap<String, BTreeSet<u64>>,
}

impl Made {
    /// Takes note of one. Of very many the first are forgotten: a probe has passed them by then.
    pub(super) fn add(&mut self, created: &wire::Created, key: Key, at: Option<DateTime<Utc>>) {
        let (id, name) = (created.id.clone(), created.key.clone());
        self.names.push_back(name.clone());
        if let Some(number) = number_of(&name) {
            self.unpassed.entry(project_of(&name).to_owned()).or_default().insert(number);
        }
        self.known.insert(name.clone(), key.clone());
        let claim = Claim { key: key.clone(), proven: true, written: None, maker: Maker::Us, sealed: false };
        let (labelled, foreign) = (Vec::new(), None);
        let copy = Candidate {
            id,
            name,
            created: at,
            claim: Some(claim),
            labelled,
            foreign,
            contradicts: false,
            earlier: Vec::new(),
            counted: Vec::new(),
        };
        self.copies.insert(key, copy);
        if self.names.len() > MOST_MADE
            && let Some(key) = self.names.pop_front().and_then(|name| self.known.remove(&name))
        {
            self.copies.remove(&key);
        }
    }

    /// Returns true when there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Returns true for the name of one.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// Takes out the numbers in a project that its probe has not passed yet.
    pub(super) fn take_unpassed(&mut self, project: &str) -> BTreeSet<u64> {
        self.unpassed.remove(project).unwrap_or_default()
    }

    /// Returns the copy of an original.
    pub(super) fn of(&self, key: &Key) -> Option<&Candidate> {
        self.copies.get(key)
    }
}

/// An issue that may be a copy of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) created: Option<DateTime<Utc>>,
    /// By its property.
    pub(super) claim: Option<Claim>,
    /// By its labels, when an account of ours created it.
    pub(super) labelled: Vec<Key>,
    /// By its labels, when somebody else created it, and who.
    pub(super) foreign: Option<(Vec<Key>, Person)>,
    /// True when property and labels name different originals: then neither proves anything.
    pub(super) contradicts: bool,
    /// The originals that it was the copy of before.
    pub(super) earlier: Vec<Key>,
    /// The items that are counted in it.
    pub(super) counted: Vec<Key>,
}

impl Candidate {
    pub(super) fn new(raw: &wire::Issue, reader: Reader<'_>) -> Self {
        let marks = reader.issue_marks(raw);
        // A seal holds on what an account of ours created, known to the configuration or not.
        let is_sealed = marks.property.as_ref().is_some_and(|claim| claim.sealed);
        let is_ours = is_sealed || matches!(marks.maker, Maker::Us | Maker::Former);
        let creator = || raw.fields.creator.as_ref().map(person).unwrap_or_default();
        let (earlier, joined) = reader.kin(raw).map(|kin| (kin.earlier, kin.joined)).unwrap_or_default();
        let (labelled, others) = if is_ours { (marks.labels, Vec::new()) } else { (Vec::new(), marks.labels) };
        Self {
            id: raw.id.clone(),
            name: raw.key.clone(),
            created: time(&raw.fields.created),
            claim: marks.property,
            labelled,
            foreign: (!others.is_empty()).then(|| (others, creator())),
            contradicts: marks.contradicts,
            earlier,
            counted: joined.into_iter().map(|joined| joined.key).collect(),
        }
    }

    pub(super) fn is_marked(&self) -> bool {
        self.claim.is_some() || !self.labelled.is_empty() || self.foreign.is_some()
    }

    /// Returns true when it says, under a seal, that an item is counted in it.
    pub(super) fn counts(&self, key: &Key) -> bool {
        let is_proven = self.claim.as_ref().is_some_and(|claim| claim.proven && claim.key != *key);
        is_proven && !self.contradicts && self.counted.contains(key)
    }

    pub(super) fn names(&self, key: &Key) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.key == *key)
            || self.labelled.contains(&as_labelled(key))
            || self.earlier.contains(key)
    }
}

/// What a look among some issues came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice<'c> {
    /// This is the copy.
    One(&'c Candidate),
    /// One of these may be it, and it cannot be told.
    Contested(&'c Candidate),
    /// None of these is.
    None,
}

/// Returns the copy of `key`: proof by property first, our own account's before others', then a label on an issue we
/// created; the oldest of several. Where only seals speak for several issues of accounts that are not known as ours,
/// somebody has copied one of them.
pub(super) fn choose<'c>(
    copies: &'c [Candidate],
    key: &Key,
    projects: &[String],
    taken: &dyn Fn(&Key, &str) -> bool,
) -> Choice<'c> {
    let free: Vec<&Candidate> = copies.iter().filter(|copy| copy.names(key) && !taken(key, &copy.id)).collect();
    let age = |copy: &Candidate| (copy.created.unwrap_or(DateTime::<Utc>::MAX_UTC), number_of(&copy.name));
    let maker = |copy: &Candidate| {
        copy.claim.as_ref().filter(|claim| claim.key == *key && !copy.contradicts).map(|claim| claim.maker)
    };
    let proven = free.iter().filter_map(|copy| Some((maker(copy)?, *copy))).min_by_key(|(maker, it)| (*maker, age(it)));
    if let Some((best, copy)) = proven {
        let rivals = free.iter().filter(|other| maker(other) == Some(best) && other.id != copy.id).count();
        return if best == Maker::Other && rivals > 0 { Choice::Contested(copy) } else { Choice::One(copy) };
    }
    let inside = |copy: &Candidate| projects.iter().any(|project| project_of(&copy.name) == project);
    let labelled = free.iter().filter(|copy| copy.claim.is_none() && inside(copy)).min_by_key(|copy| age(copy));
    // It went on with another item, which the state learns with that one.
    if let Some(copy) = free.iter().find(|copy| copy.earlier.contains(key)) {
        return Choice::Contested(copy);
    }
    match (labelled, free.iter().find(|copy| copy.contradicts)) {
        // The true copy may be the one whose markers somebody changed, and the other a clone of it.
        (_, Some(copy)) => Choice::Contested(copy),
        (Some(copy), None) => Choice::One(copy),
        (None, None) => Choice::None,
    }
}

pub(super) fn project_of(name: &str) -> &str {
    name.rsplit_once('-').map_or("", |(project, _)| project)
}

pub(super) fn number_of(name: &str) -> Option<u64> {
    name.rsplit_once('-')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use crate::domain::{IssueId, Side};

    use super::*;

    fn key(digit: char) -> Key {
        Key::issue(Side::GUANCE, &IssueId::new(format!("issue_{}", digit.to_string().repeat(32))))
    }

    fn copy(name: &str, minute: u32, property: Option<(char, Maker)>, label: Option<char>) -> Candidate {
        let claim = |(digit, maker)| Claim { key: key(digit), proven: true, written: None, maker, sealed: true };
        let labels: Vec<Key> = label.map(key).into_iter().collect();
        Candidate {
            id: format!("1{}", number_of(name).unwrap()),
            name: name.to_owned(),
            created: Some(format!("2026-11-22T10:{minute:02}:00Z").parse().unwrap()),
            earlier: Vec::new(),
            counted: Vec::new(),
            contradicts: property.zip(label).is_some_and(|((one, _), other)| one != other),
            claim: property.map(claim),
            labelled: labels,
            foreign: None,
        }
    }

    #[test]
    fn a_probe_passes_what_was_created_and_keeps_what_lies_between() {
        for (next, made, want) in [
            (1, vec![], (1, vec![])),
            (4, vec![4, 5, 8], (9, vec![6, 7])),
            (4, vec![1, 2], (4, vec![])),
            (4, vec![3, 6], (7, vec![4, 5])),
            // What an answer says may be anything.
            (4, vec![5, u64::MAX], (6, vec![4])),
        ] {
            let mut probe = Probe { next, ..Probe::default() };
            probe.pass(&made.into_iter().collect());
            assert_eq!((probe.next, probe.holes), want);
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
            (
                vec![copy("P-1", 1, Some(('a', Other)), None), copy("P-2", 2, Some(('a', Former)), None)],
                Ok(Some("P-2")),
            ),
            (vec![copy("P-1", 1, Some(('a', Other)), None)], Ok(Some("P-1"))),
            (vec![copy("P-1", 1, Some(('a', Other)), None), copy("P-2", 2, Some(('a', Other)), None)], Err("P-1")),
            (vec![copy("P-1", 1, Some(('b', Us)), Some('a'))], Err("P-1")),
            (vec![copy("P-1", 1, Some(('a', Us)), Some('b'))], Err("P-1")),
            (vec![copy("P-1", 1, Some(('b', Us)), Some('a')), copy("P-2", 2, None, Some('a'))], Err("P-1")),
            (vec![copy("P-1", 1, Some(('a', Us)), Some('b')), copy("P-2", 2, None, Some('a'))], Err("P-1")),
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
}
