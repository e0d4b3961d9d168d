//! Whose issues and comments are taken over: the accounts that were named on the command line, and our own.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::plan::{Handover, Plan};
use crate::domain::{Comment, Person, Side};
use crate::engine::run::Trouble;
use crate::ports::LabelledIssue;

/// What the ids of Guance's API keys begin with.
const API_KEY: &str = "wsak_";

/// Whose writing counts as copies.
pub(super) struct Accepted {
    pub(super) jira: HashSet<String>,
    pub(super) guance: HashSet<String>,
    /// Words that are no account of Jira's: they may be names of API keys.
    pub(super) names: Vec<String>,
    /// Whether a thread was read that could have told them.
    pub(super) saw_threads: bool,
    /// The keys that bear such a name.
    pub(super) keys: BTreeMap<String, BTreeSet<String>>,
}

impl Accepted {
    /// Returns true when a comment's author is one of them.
    pub(super) fn holds(&self, comment: &Comment) -> bool {
        let author = &comment.author;
        match comment.side {
            Side::Tracker(_) => self.jira.contains(&author.id),
            Side::Source(_) => {
                self.guance.contains(&author.id) || (is_key(author) && self.names.contains(&author.name))
            }
        }
    }

    /// Notes which keys of a thread bear a name that was given.
    pub(super) fn meet(&mut self, thread: &[Comment]) {
        self.saw_threads |= !thread.is_empty();
        for author in thread.iter().map(|comment| &comment.author).filter(|author| is_key(author)) {
            if self.names.contains(&author.name) {
                self.keys.entry(author.name.clone()).or_default().insert(author.id.clone());
            }
        }
    }
}

/// Returns true for an API key of Guance's.
pub(super) fn is_key(author: &Person) -> bool {
    author.id.starts_with(API_KEY)
}

impl Handover<'_> {
    /// Finds the accounts that were named: API keys by their id, accounts of Jira by id, user name or address; what is
    /// neither may be the name of an API key, which the threads tell.
    pub(super) fn accounts(
        &self,
        created_by: &[String],
        labelled: &[LabelledIssue],
        plan: &mut Plan,
    ) -> Result<Accepted, Trouble> {
        let mut accepted = Accepted {
            jira: HashSet::new(),
            guance: HashSet::new(),
            names: Vec::new(),
            saw_threads: false,
            keys: BTreeMap::new(),
        };
        for word in created_by {
            if is_key(&Person { id: word.clone(), ..Person::default() }) || word.starts_with("acnt_") {
                accepted.guance.insert(word.clone());
                let who = Person { id: word.clone(), ..Person::default() };
                plan.accounts.push((word.clone(), self.run.source(), who));
                continue;
            }
            let is_it = |who: &Person| {
                who.id == *word || who.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(word))
            };
            // Also an account that is no longer in use.
            let makers: BTreeMap<&str, &Person> = labelled
                .iter()
                .map(|issue| &issue.creator)
                .filter(|who| !who.id.is_empty() && is_it(who))
                .map(|who| (who.id.as_str(), who))
                .collect();
            let found = match makers.len() {
                0 => {
                    let email = Some(word.clone()).filter(|word| word.contains('@'));
                    self.run.person(self.run.tracker(), &Person { id: word.clone(), name: String::new(), email })?
                }
                1 => makers.values().next().map(|who| (*who).clone()),
                _ => {
                    plan.unresolved.push((word.clone(), makers.keys().map(|id| (*id).to_owned()).collect()));
                    continue;
                }
            };
            match found {
                Some(who) => {
                    accepted.jira.insert(who.id.clone());
                    plan.accounts.push((word.clone(), self.run.tracker(), who));
                }
                None => accepted.names.push(word.clone()),
            }
        }
        Ok(accepted)
    }
}
