//! Which issue of a pair shows people the other one.

use crate::domain::{Action, IssueId, Key, NewIssue, Push};
use crate::plan::policy::Flow;
use crate::words::Summary;

/// A Jira issue that was just made of a Guance issue.
#[derive(Clone, Copy, Debug)]
pub struct NewCopy<'a> {
    /// Its id.
    pub id: &'a IssueId,
    /// What people call it.
    pub name: &'a str,
    /// Where people see it.
    pub url: &'a str,
}

/// Returns the links that the two issues of a new pair get; `create` is the write that made it.
pub fn of_new_pair(create: &Push, new: &NewIssue, made: &NewCopy<'_>, flow: &Flow) -> Vec<Push> {
    let [source, tracker] = create.target.both();
    let guance = &create.pair;
    let push = |target, key, action, summary| Push {
        key,
        pair: guance.clone(),
        target,
        action,
        content: create.content.clone(),
        summary,
        seal: None,
    };
    let mut links = Vec::new();
    // A source may have no address to show.
    if flow.links.writes(tracker) && !new.origin_url.is_empty() {
        let action = Action::LinkIssue {
            issue: made.id.clone(),
            to: guance.clone(),
            title: new.title.clone(),
            url: new.origin_url.clone(),
        };
        let summary = Summary::LinkToGuance { name: made.name.to_owned() }.to_string();
        links.push(push(tracker, Key::link(source, guance), action, summary));
    }
    if flow.links.writes(source) && !made.url.is_empty() {
        let action = Action::LinkIssue {
            issue: guance.clone(),
            to: made.id.clone(),
            title: made.name.to_owned(),
            url: made.url.to_owned(),
        };
        let summary = Summary::LinkToJira { title: new.title.clone(), name: made.name.to_owned() }.to_string();
        links.push(push(source, Key::link(tracker, made.id), action, summary));
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Fingerprint;
    use crate::domain::Side;
    use crate::plan::Direction;
    use crate::text::Doc;

    #[test]
    fn a_new_pair_is_linked_where_the_flow_goes() {
        let guance = IssueId::new("issue_a");
        let new = NewIssue {
            project: "OPS".into(),
            issue_type: "Bug".into(),
            title: "磁盘满".into(),
            body: Doc::default(),
            labels: Vec::new(),
            priority: None,
            origin_url: "https://guance.example/a".into(),
            ..NewIssue::default()
        };
        let create = Push {
            key: Key::issue(Side::GUANCE, &guance),
            pair: guance,
            target: Side::JIRA,
            action: Action::CreateIssue(new.clone()),
            content: Fingerprint::of(&["a"]),
            summary: String::new(),
            seal: None,
        };
        let (id, url) = (IssueId::new("10001"), "https://jira.example/browse/OPS-1");
        let made = NewCopy { id: &id, name: "OPS-1", url };
        for (links, want) in [
            (Direction::Off, vec![]),
            (Direction::ToJira, vec!["guance/link/issue_a"]),
            (Direction::ToGuance, vec!["jira/link/10001"]),
            (Direction::Both, vec!["guance/link/issue_a", "jira/link/10001"]),
        ] {
            let pushes = of_new_pair(&create, &new, &made, &Flow { links, ..Flow::default() });
            let keys: Vec<&str> = pushes.iter().map(|push| push.key.as_str()).collect();
            assert_eq!(keys, want);
            assert!(pushes.iter().all(|push| push.key.origin().is_from(push.target.opposite())));
        }
    }
}
