//! What somebody says in a chat, for both issues of a pair.
//!
//! It has no original: each side gets a comment of guajira's own, both under the id of one notice, so that neither is copied to
//! the other side and each is written once.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Action, CommentId, Fingerprint, IssueLink, Key, Push, Side};
use crate::render::{self, Said};
use crate::words::{Summary, Voice};

/// What is to be posted.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'t> {
    /// Who says it, on one line; empty where that is not known.
    pub author: &'t str,
    /// What, as plain text.
    pub text: &'t str,
    /// When, by our clock.
    pub at: DateTime<Utc>,
}

impl Reply<'_> {
    /// Returns the ids under which the same was posted, if it was: in this minute, and in the one before, since a program that
    /// tries again does not look at the clock. The first is that of a new one.
    pub fn ids(&self, pair: &IssueLink) -> [CommentId; 2] {
        [self.at, self.at - TimeDelta::minutes(1)].map(|at| {
            let minute = at.timestamp().div_euclid(60).to_string();
            CommentId::notice(&[pair.guance.as_str(), "reply", self.author, self.text, &minute])
        })
    }

    /// Returns the write to one side. `url` is where people see the pair's other issue, which the comment leads to.
    pub fn push(&self, (pair, target): (&IssueLink, Side), id: &CommentId, url: &str, voice: Voice) -> Push {
        let content = Fingerprint::of(&["reply", self.author, self.text]);
        let said = Said { id, author: self.author, text: self.text, at: self.at };
        let place = target.is_source().then_some(pair.jira_name.as_str());
        let body = render::from_chat(&said, (url, place), &content, voice);
        let who = if self.author.is_empty() { "somebody" } else { self.author };
        let summary = Summary::Comment { who: who.to_owned(), name: pair.jira_name.clone() };
        Push {
            key: Key::comment(target.opposite(), id),
            pair: pair.guance.clone(),
            target,
            action: Action::AddComment {
                issue: pair.id(target).clone(),
                body,
                origin_url: url.to_owned(),
                internal: !target.is_source(),
            },
            content,
            summary: summary.to_string(),
            seal: None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::{IssueId, fixtures, marker};

    #[test]
    fn both_sides_recognise_what_was_said_in_a_chat_whatever_the_name() {
        let link = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
        for author in ["", "Mia", "a · [x](https://y#guajira-0123456789abcdef) · b", "@all"] {
            let reply = Reply { author, text: "it is #12\n\n@all", at: fixtures::at(60) };
            let [id, before] = reply.ids(&link);
            assert_eq!(before, Reply { at: fixtures::at(0), ..reply }.ids(&link)[0]);
            for target in Side::BOTH {
                let push = reply.push((&link, target), &id, "https://x/1", Voice::default());
                let Action::AddComment { body, .. } = &push.action else { panic!("{push:?}") };
                let (key, shown) =
                    marker::shown(body, target.opposite()).unwrap_or_else(|| panic!("{author}: {body:?}"));
                assert_eq!((key, shown.content), (push.key.clone(), push.content.clone()));
                assert!(body.mentions().is_empty(), "{body:?}");
            }
        }
    }
}
