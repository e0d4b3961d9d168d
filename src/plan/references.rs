//! Links from a text to other issues: on the other side they lead to that side's issue of the pair.
//!
//! What leads where is decided once, when a text is enqueued: a pair that becomes known later changes nothing that was
//! written, and no fingerprint is made of what is decided here. Nothing is said but what the person wrote and, where a
//! bare address has to be called something, the name of the issue it leads to.

use std::collections::HashMap;

use crate::domain::marker::{self, ISSUE_ID};
use crate::domain::{Action, IssueId, IssueLink, Push, Side};
use crate::plan::policy::Policy;
use crate::text::{Doc, Piece, is_issue_key};

/// Stands for the name of an issue where texts are compared.
const SOME_ISSUE: &str = "\u{2039}issue\u{203a}";

/// Where people see issues: the address of one, without its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sites {
    /// `https://jira.example.com/browse/`.
    pub jira: String,
    /// The console's address up to the uuid.
    pub guance: String,
}

/// An issue, as a text names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Named {
    /// A Guance issue, by its uuid.
    Guance(IssueId),
    /// A Jira issue, by its key.
    Jira(String),
}

/// The pairs that a text names.
pub type Pairs = HashMap<Named, IssueLink>;

/// Returns the issues of the side it comes from that a write's text names, each once.
pub fn named_in(push: &Push, sites: &Sites) -> Vec<Named> {
    let mut found = Vec::new();
    let Some(body) = push.action.body() else { return found };
    let from = push.target.opposite();
    let mut add = |named: Option<Named>| {
        if let Some(named) = named.filter(|named| !found.contains(named)) {
            found.push(named);
        }
    };
    body.each_run(|text, address| match address {
        Some(address) => add(sites.issue_at(address, from)),
        None => words(text, from).into_iter().for_each(|(_, named)| add(named)),
    });
    found
}

/// Returns the write with its text's references leading to where they work on the side it is written to.
#[must_use]
pub fn settled(mut push: Push, sites: &Sites, pairs: &Pairs, policy: &Policy) -> Push {
    let (from, pair) = (push.target.opposite(), push.pair.clone());
    // A description ends with the link back to its own original.
    let is_own = matches!(push.action, Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::ChangeIssue { .. });
    let Some(body) = push.action.body_mut() else { return push };
    let writer = Writer { sites, pairs, policy, from, own: is_own.then_some(pair) };
    *body = std::mem::take(body).rerouted(|text, address| match address {
        Some(address) => writer.link(text, address),
        None => writer.words(text),
    });
    push
}

/// Returns a text in which it does not count whether its references were known when it was written: what both sides'
/// texts are compared as.
#[must_use]
pub(super) fn indifferent(body: Doc) -> Doc {
    let name = |text: &str| unnamed(&unnamed(text, Side::JIRA), Side::GUANCE);
    body.rerouted(|text, address| {
        let Some(address) = address else { return Some(vec![(name(text), None)]) };
        let place = without_site(address);
        if uuid_in(address).is_none() && key_in(place).is_none() {
            return Some(vec![(text.to_owned(), Some(place.to_owned()))]);
        }
        let shown = if text.contains("://") { SOME_ISSUE.to_owned() } else { name(text) };
        Some(vec![(shown, None)])
    })
}

/// Returns a text in which every issue of a side has the same name.
fn unnamed(text: &str, side: Side) -> String {
    words(text, side).into_iter().map(|(word, named)| if named.is_some() { SOME_ISSUE } else { word }).collect()
}

impl Sites {
    /// Returns the issue of a side that an address leads to. Another Jira's `/browse/OPS-1` is none of ours; a Guance
    /// uuid is one wherever it stands.
    fn issue_at(&self, address: &str, side: Side) -> Option<Named> {
        // Such a link is our own.
        if marker::is_in(address) {
            return None;
        }
        match side {
            Side::Source(_) => uuid_in(address).map(|uuid| Named::Guance(IssueId::new(uuid))),
            Side::Tracker(_) => {
                let absolute = self.absolute(address, side).unwrap_or_else(|| address.to_owned());
                let path = strip_prefix_of_any_case(&absolute, self.root(side))?;
                key_in(path).map(|key| Named::Jira(key.to_owned()))
            }
        }
    }

    /// Returns the address of an issue.
    fn address(&self, side: Side, name: &str) -> String {
        match side {
            Side::Source(_) => format!("{}{name}", self.guance),
            Side::Tracker(_) => format!("{}{name}", self.jira),
        }
    }

    /// Returns where a side's addresses are relative to, without a slash at its end: Jira's to its context path too.
    fn root(&self, side: Side) -> &str {
        match side {
            Side::Tracker(_) => self.jira.strip_suffix("/browse/").unwrap_or(&self.jira),
            Side::Source(_) => origin(&self.guance),
        }
    }

    /// Returns a relative address as an absolute one; `None` when it is absolute already.
    fn absolute(&self, address: &str, side: Side) -> Option<String> {
        let head = address.split(['/', '?', '#']).next().unwrap_or_default();
        if head.contains(':') {
            return None;
        }
        if let Some(uuid) = uuid_in(address).filter(|uuid| *uuid == address) {
            return Some(self.address(side, uuid));
        }
        let root = self.root(side);
        if address.starts_with("//") {
            return Some(format!("{}:{address}", root.split(':').next().unwrap_or("https")));
        }
        let (host, path) = (origin(root), address.trim_start_matches('/'));
        let context = root.get(host.len()..).unwrap_or_default().trim_start_matches('/');
        let whole = !context.is_empty() && path.strip_prefix(context).is_some_and(|rest| rest.starts_with('/'));
        Some(format!("{}/{path}", if whole { host } else { root }))
    }
}

/// Writes one text's references anew.
struct Writer<'a> {
    sites: &'a Sites,
    pairs: &'a Pairs,
    policy: &'a Policy,
    from: Side,
    /// The Guance issue that the text itself belongs to and leads back to.
    own: Option<IssueId>,
}

impl Writer<'_> {
    fn link(&self, text: &str, address: &str) -> Option<Vec<Piece>> {
        let named = self.sites.issue_at(address, self.from);
        if let Some((there, name)) = named.and_then(|named| self.counterpart(&named)) {
            let text = if is_address(text, address) { name } else { text };
            return Some(vec![(text.to_owned(), Some(there))]);
        }
        let absolute = self.sites.absolute(address, self.from)?;
        Some(vec![(text.to_owned(), Some(absolute))])
    }

    fn words(&self, text: &str) -> Option<Vec<Piece>> {
        let words = words(text, self.from);
        let linked = words.into_iter().map(|(word, named)| self.word(word, named)).collect::<Vec<Piece>>();
        linked.iter().any(|(_, address)| address.is_some()).then_some(linked)
    }

    fn word(&self, word: &str, named: Option<Named>) -> Piece {
        let plain = (word.to_owned(), None);
        let Some(named) = named else { return plain };
        match (self.counterpart(&named), &named) {
            (Some((there, _)), Named::Jira(_)) => (word.to_owned(), Some(there)),
            (Some((there, name)), Named::Guance(_)) => (name.to_owned(), Some(there)),
            (None, Named::Guance(uuid)) if self.own.as_ref() == Some(uuid) => plain,
            (None, Named::Guance(uuid)) => (word.to_owned(), Some(self.sites.address(self.from, uuid.as_str()))),
            // `UTF-8` looks like a key: only in a project that guajira writes to is it one.
            (None, Named::Jira(key)) if self.policy.routes_to(key).next().is_some() => {
                (word.to_owned(), Some(self.sites.address(self.from, key)))
            }
            (None, Named::Jira(_)) => plain,
        }
    }

    /// Returns where the other issue of a known pair is seen, and what to call it: by its key, which people on both
    /// sides can say.
    fn counterpart(&self, named: &Named) -> Option<(String, &str)> {
        let pair = self.pairs.get(named)?;
        if self.own.as_ref() == Some(&pair.guance) {
            return None;
        }
        let to = self.from.opposite();
        let name = if to.is_source() { pair.guance.as_str() } else { pair.jira_name.as_str() };
        Some((self.sites.address(to, name), pair.jira_name.as_str()))
    }
}

/// Returns true when a link's text is nothing but its address.
fn is_address(text: &str, address: &str) -> bool {
    text == address || text.contains("://") && !text.contains(' ') || uuid_in(text) == Some(text)
}

/// Splits a text into words that look like an issue of the side, and what stands between them.
fn words(text: &str, side: Side) -> Vec<(&str, Option<Named>)> {
    let mut out = Vec::new();
    let (mut done, mut from) = (0, 0);
    while let Some((start, end)) = next_word(text, from, side) {
        let word = text.get(start..end).unwrap_or_default();
        let named = match side {
            Side::Source(_) => Named::Guance(IssueId::new(word)),
            Side::Tracker(_) => Named::Jira(word.to_owned()),
        };
        if done < start {
            out.push((text.get(done..start).unwrap_or_default(), None));
        }
        out.push((word, Some(named)));
        (done, from) = (end, end);
    }
    if done < text.len() || out.is_empty() {
        out.push((text.get(done..).unwrap_or_default(), None));
    }
    out
}

/// Returns where the next whole word is that looks like an issue of the side.
fn next_word(text: &str, from: usize, side: Side) -> Option<(usize, usize)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(is_word)?;
        let tail = text.get(start..)?;
        let length = tail.find(|c| !is_word(c)).unwrap_or(tail.len());
        let word = tail.get(..length)?;
        let whole =
            !text.get(..start)?.ends_with(['/', '.', '@', '#', '=', '&']) && !tail.get(length..)?.starts_with('/');
        let fits = match side {
            Side::Source(_) => uuid_in(word) == Some(word),
            Side::Tracker(_) => is_issue_key(word),
        };
        if whole && fits {
            return Some((start, start + length));
        }
        at = start + length;
    }
}

/// Returns the first `issue_` with 32 hexadecimal digits in a text.
pub fn uuid_in(text: &str) -> Option<&str> {
    const LENGTH: usize = ISSUE_ID.len() + 32;
    text.match_indices(ISSUE_ID).find_map(|(at, sign)| {
        let uuid = text.get(at..at + LENGTH)?;
        let digits = uuid.get(sign.len()..)?;
        let ends = text.get(at + LENGTH..)?.chars().next().is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_');
        (ends && digits.bytes().all(|b| b.is_ascii_hexdigit())).then_some(uuid)
    })
}

/// Returns the key of the issue that a Jira address leads to, by its part behind the site.
///
/// Source: the addresses that Jira's own pages have: `/browse/OPS-1`, `/projects/OPS/issues/OPS-1`,
/// `…/boards/1?selectedIssue=OPS-1`.
pub fn key_in(path: &str) -> Option<&str> {
    let behind = |mark: &str| path.split_once(mark).map(|(_, rest)| rest);
    let rest = behind("/browse/")
        .or_else(|| behind("/projects/").and_then(|rest| rest.split_once("/issues/")).map(|(_, rest)| rest))
        .or_else(|| behind("?selectedIssue=").or_else(|| behind("&selectedIssue=")))?;
    let end = rest.find(['/', '?', '#', '&']).unwrap_or(rest.len());
    rest.get(..end).filter(|key| is_issue_key(key))
}

/// Returns scheme and host of an address.
fn origin(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(host..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| host + at);
    address.get(..end).unwrap_or(address)
}

/// Returns an address behind scheme and host.
fn without_site(address: &str) -> &str {
    if address.contains("://") { address.get(origin(address).len()..).unwrap_or_default() } else { address }
}

fn strip_prefix_of_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    let rest = text.get(prefix.len()..)?;
    (head.eq_ignore_ascii_case(prefix) && rest.starts_with('/')).then_some(rest)
}
