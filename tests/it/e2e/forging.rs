//! Forged markers: what people and other programs can set, and how often people's words arrived.

use guajira_fakes::guance::Reply;
use guajira_fakes::jira::{Comment, Draft};
use serde_json::{Value, json};

use super::agree::{jira_words, words};
use super::world::{Flavour, World};

/// A fingerprint that no content of a test has.
pub(super) const PRINT: &str = "0123456789abcdef";

/// What happens to the state between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    /// Nothing.
    None,
    /// It is lost after a run.
    Lost,
    /// It is lost before anything of the last deeds is read.
    LostUnread,
    /// An older copy is put back.
    Restored,
    /// Another runner works with a copy of it in between.
    Copied,
}

/// Tells the story on both kinds of Jira, with a Guance that keeps unknown keys of `extend` and one that drops them.
pub(super) fn on_every_pair(story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        for keeps in [true, false] {
            eprintln!("--- on Jira {flavour:?}, extend kept: {keeps}");
            let world = World::new(flavour);
            world.guance.switch(|switches| switches.keep_extend = keeps);
            story(world);
        }
    }
}

/// As [`on_every_pair`], half of it: for stories that take long.
pub(super) fn on_half_the_pairs(story: impl Fn(World)) {
    for (flavour, keeps) in [(Flavour::Cloud, false), (Flavour::Server, true)] {
        eprintln!("--- on Jira {flavour:?}, extend kept: {keeps}");
        let world = World::new(flavour);
        world.guance.switch(|switches| switches.keep_extend = keeps);
        story(world);
    }
}

impl World {
    /// Two pairs, settled; returns the Guance issues.
    pub(super) fn two_pairs(&self) -> [String; 2] {
        let issues = ["A", "B"].map(|title| self.guance.open_issue(title, "<p>x</p>", "P1", "张三"));
        self.settle();
        issues
    }

    /// The account of the configured key.
    pub(super) fn our_key(&self) -> String {
        self.guance.key_uuid(0)
    }

    /// The account of a key that is not ours.
    pub(super) fn other_key(&self) -> String {
        self.guance.key_uuid(1)
    }

    /// What our key wrote into a Guance thread.
    pub(super) fn our_replies(&self, issue: &str) -> Vec<Reply> {
        let ours = self.our_key();
        self.guance.replies(issue).into_iter().filter(|reply| reply.creator == ours).collect()
    }

    /// How often a word stands in what guajira wrote into a Guance thread.
    pub(super) fn heard_on_guance(&self, issue: &str, word: &str) -> usize {
        let replies = self.our_replies(issue);
        replies.iter().filter(|reply| words(&reply.content).contains(word)).count()
    }

    /// How often a word stands in what guajira wrote on a Jira issue.
    pub(super) fn heard_on_jira(&self, key: &str, word: &str) -> usize {
        let comments = self.copied_comments(key);
        comments.iter().filter(|comment| jira_words(&comment.body).contains(word)).count()
    }

    /// The pair's Jira issue, where people's marks may stand on other issues too: by the state.
    pub(super) fn linked(&self, issue: &str) -> Option<String> {
        let sql = "SELECT jira_name FROM issue_link WHERE guance = ?1";
        self.state().query_row(sql, [issue], |row| row.get(0)).ok()
    }

    /// Somebody comments elsewhere until the next thing on Jira gets this id.
    pub(super) fn burn_ids(&self, until: u64) {
        let elsewhere = self.jira.create_issue("OPS", "alice", Draft::new("somewhere else"));
        loop {
            let id = self.jira.comment(&elsewhere, "alice", "x");
            assert!(id < until, "{id} is taken");
            if id == until - 1 {
                return;
            }
        }
    }

    /// Runs until all is quiet, with something happening to the state after the first run. `before` is a copy of the
    /// state as it was before the last deeds.
    pub(super) fn settle_after(&self, mishap: Mishap, before: &str) {
        match mishap {
            Mishap::None => {}
            Mishap::LostUnread => self.lose_state(),
            Mishap::Lost => {
                self.pass(std::time::Duration::from_mins(6));
                self.run(&["sync"]);
                self.lose_state();
            }
            Mishap::Restored => {
                self.pass(std::time::Duration::from_mins(6));
                self.run(&["sync"]);
                self.copy_state(before, "guajira.db");
            }
            Mishap::Copied => {
                self.copy_state("guajira.db", "twin.db");
                self.pass(std::time::Duration::from_mins(6));
                let mut twin = self.program(&["sync"]);
                twin.env("GUAJIRA_SYNC__STATE", self.path("twin.db"));
                super::world::Outcome::of(twin);
            }
        }
        self.settle();
    }
}

/// A text of a person on Jira that begins with a copied first line: the real one of a copy, and a word of one's own.
pub(super) fn with_line_of(copy: &Comment, word: &str) -> Value {
    match &copy.body {
        Value::String(wiki) => format!("{}\n\n{word}", wiki.lines().next().unwrap()).into(),
        adf => {
            let first = adf["content"][0].clone();
            json!({"type": "doc", "version": 1, "content": [
                first, {"type": "paragraph", "content": [{"type": "text", "text": word}]}]})
        }
    }
}

/// Takes the seal out of a text's fragments, as version 0.1 wrote them.
pub(super) fn unsealed(text: &str) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find("#guajira-") {
        let (before, marker) = rest.split_at(at);
        let end = marker.find(|c: char| !(c.is_ascii_alphanumeric() || "#-_".contains(c))).unwrap_or(marker.len());
        let (marker, after) = marker.split_at(end);
        out.push_str(before);
        let parts: Vec<&str> = marker.split('-').collect();
        let is_seal = |part: &&str| part.len() == 32 && part.bytes().all(|b| b.is_ascii_hexdigit());
        let kept = if parts.last().is_some_and(is_seal) { &parts[..parts.len() - 1] } else { &parts[..] };
        out.push_str(&kept.join("-"));
        rest = after;
    }
    out + rest
}

/// Takes every seal out of a value, keys and texts.
pub(super) fn unsealed_value(value: &Value) -> Value {
    match value {
        Value::String(text) => unsealed(text).into(),
        Value::Array(all) => all.iter().map(unsealed_value).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| *name != "seal");
            kept.map(|(name, value)| (name.clone(), unsealed_value(value))).collect::<serde_json::Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

impl World {
    /// Makes what guajira wrote look as version 0.1 would have written it: nothing is sealed, and no key is kept.
    pub(super) fn as_version_0_1(&self) {
        for issue in self.guance.issues() {
            for reply in self.guance.rows(&issue.uuid) {
                self.guance.rewrite_reply(&reply.uuid, |reply| {
                    reply.content = unsealed(&reply.content);
                    let extend = unsealed_value(&Value::Object(reply.extend.clone()));
                    reply.extend.clone_from(extend.as_object().unwrap());
                });
            }
        }
        for issue in self.jira.issues() {
            self.jira.rewrite_issue(&issue.key, |issue| {
                for value in issue.properties.values_mut() {
                    *value = unsealed_value(value);
                }
            });
            for comment in self.jira.comments(&issue.key) {
                self.jira.rewrite_comment(comment.id, |comment| {
                    comment.body = unsealed_value(&comment.body);
                    for value in comment.properties.values_mut() {
                        *value = unsealed_value(value);
                    }
                });
            }
        }
        let left = format!("{:?}{:?}", self.guance.issues(), self.jira.issues());
        assert!(!left.contains("\"seal\""), "{left}");
    }
}
