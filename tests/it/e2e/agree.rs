//! Whether both sides say the same: what the promises "nothing lost, nothing twice" come down to.

use guajira_fakes::guance::{Issue as Original, Reply};
use guajira_fakes::jira::{self, Comment, plain};
use serde_json::Value;

use super::world::World;

/// Levels of the base configuration, and the id of the priority each becomes.
const PRIORITIES: [(&str, &str); 4] =
    [("system_level_0", "1"), ("system_level_1", "2"), ("system_level_2", "3"), ("system_level_3", "4")];

/// What a person reads in HTML: tags away, the usual entities resolved, blanks as one.
pub(super) fn words(html: &str) -> String {
    let mut text = String::new();
    for (n, part) in html.split('<').enumerate() {
        let shown = if n == 0 { part } else { part.split_once('>').map_or("", |(_, shown)| shown) };
        text.push(' ');
        text.push_str(shown);
    }
    for (entity, sign) in [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")] {
        text = text.replace(entity, sign);
    }
    one_line(&text.replace("&amp;", "&"))
}

/// What a person reads in a text of Jira.
pub(super) fn jira_words(body: &Value) -> String {
    // Wiki markup is left as it is, but for the stars of what is bold.
    one_line(&body.as_str().map_or_else(|| plain(body), |wiki| wiki.replace("{*}", "").replace('*', "")))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl World {
    /// The Jira issues that guajira made of a Guance issue.
    pub(super) fn copies_of(&self, original: &str) -> Vec<jira::Issue> {
        let is_copy = |issue: &jira::Issue| issue.creator == "bot" && says(issue, original);
        self.jira.issues().into_iter().filter(is_copy).collect()
    }

    /// The one Jira issue that guajira made of a Guance issue.
    pub(super) fn copy_of(&self, original: &str) -> jira::Issue {
        let mut copies = self.copies_of(original);
        assert_eq!(copies.len(), 1, "copies of {original}: {copies:#?}");
        copies.remove(0)
    }

    /// The key of that issue.
    pub(super) fn key_of(&self, original: &str) -> String {
        self.copy_of(original).key
    }

    /// What guajira wrote into a Guance thread, oldest first.
    pub(super) fn copied_replies(&self, issue: &str) -> Vec<Reply> {
        let replies = self.guance.replies(issue);
        replies.into_iter().filter(|reply| reply.creator.starts_with("wsak_")).collect()
    }

    /// What guajira wrote on a Jira issue, oldest first.
    pub(super) fn copied_comments(&self, key: &str) -> Vec<Comment> {
        let comments = self.jira.comments(key);
        comments.into_iter().filter(|comment| comment.author.as_deref() == Some("bot")).collect()
    }

    /// Each Guance issue has exactly one Jira issue that says the same, and each public comment of either exactly one
    /// copy on the other, in order.
    pub(super) fn assert_agrees(&self) {
        let originals = self.guance.issues();
        for original in &originals {
            self.assert_issue_agrees(original);
            let key = self.key_of(&original.uuid);
            self.assert_comments_agree(original, &key);
            self.assert_replies_agree(original, &key);
        }
        let made = self.jira.issues().into_iter().filter(|issue| issue.creator == "bot").count();
        assert_eq!(made, originals.len(), "issues on Jira that are nobody's copy");
    }

    fn assert_issue_agrees(&self, original: &Original) {
        let copy = self.copy_of(&original.uuid);
        assert_eq!(copy.summary, one_line(&original.name));
        let description = jira_words(&copy.description);
        assert!(description.contains(&words(&original.description)), "{description:?} of {original:#?}");
        assert!(description.contains(&original.uuid), "{description:?} does not link back");
        assert!(copy.labels.contains(&original.uuid), "{:?}", copy.labels);
        assert!(copy.labels.contains(&"guance".to_owned()), "{:?}", copy.labels);
        let wanted = PRIORITIES.iter().find(|(level, _)| *level == original.level).map(|(_, id)| *id);
        assert_eq!(copy.priority.as_deref(), wanted, "{original:#?}");
    }

    fn assert_comments_agree(&self, original: &Original, key: &str) {
        let public = |comment: &Comment| comment.author.as_deref() != Some("bot") && comment.visibility.is_none();
        let comments: Vec<Comment> = self.jira.comments(key).into_iter().filter(public).collect();
        let said = comments.iter().filter(|comment| !comment.internal()).map(|comment| jira_words(&comment.body));
        let copies = self.copied_replies(&original.uuid);
        let read: Vec<String> = copies.iter().map(|reply| words(&reply.content)).collect();
        assert_same(&said.collect::<Vec<_>>(), &read, key);
        for copy in copies {
            assert!(copy.content.contains(&format!("browse/{key}?")), "no link to {key} in {copy:#?}");
        }
    }

    fn assert_replies_agree(&self, original: &Original, key: &str) {
        let replies = self.guance.replies(&original.uuid);
        let people = replies.iter().filter(|reply| !reply.creator.starts_with("wsak_") && reply.kind == "reply");
        let said: Vec<String> = people.map(|reply| words(&reply.content)).collect();
        let copied: Vec<String> = self.copied_comments(key).iter().map(|comment| jira_words(&comment.body)).collect();
        assert_same(&said, &copied, &original.uuid);
    }
}

/// A copy begins with a line of its own (who, where, when) and ends with what was said.
fn assert_same(said: &[String], copied: &[String], place: &str) {
    let same = said.len() == copied.len() && said.iter().zip(copied).all(|(said, copy)| copy.ends_with(said));
    assert!(same, "{place}: said {said:#?}\ncopied {copied:#?}");
}

fn says(issue: &jira::Issue, original: &str) -> bool {
    let property = issue.properties.values().any(|value| value.to_string().contains(original));
    property || issue.labels.iter().any(|label| label == original)
}
