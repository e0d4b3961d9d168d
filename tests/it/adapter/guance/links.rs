//! The link back to Jira in an issue's `extend`: added once, and nothing else lost.

use guajira::domain::Action;

use super::*;

pub(super) fn link(issue: &str) -> Push {
    let url = "https://jira.example.com/browse/OPS-12".to_owned();
    let to = IssueId::new("10001");
    let key = Key::link(Side::JIRA, &to);
    let action = Action::LinkIssue { issue: IssueId::new(issue), to, title: "OPS-12".to_owned(), url };
    Push { key, ..push(action, issue) }
}

#[test]
fn a_link_is_added_once_and_nothing_else_is_lost() {
    for merge in [true, false] {
        let rig = Rig::switched(|switches| switches.merge_extend = merge);
        let issue = rig.fake.open_issue("a", "<p>text</p>", "P1", "张三");
        let before = json!({
            "manager": ["acnt_1", "group_2", "someone@example.com"],
            "channels": [{"type": "#", "uuid": "chan_1", "exists": true}],
            "members": [{"type": "@", "uuid": "acnt_1", "exists": true}],
            "linkList": [{"name": "runbook", "link": "https://wiki.example/1"}],
            "extra": {"creator": {"name": "n"}},
            "text": "text",
            "of their own": 7,
        });
        rig.fake.edit_issue(&issue, "张三", |issue| issue.extend = before.as_object().unwrap().clone());
        rig.push(link(&issue)).unwrap();
        let mut want = before.clone();
        want["linkList"] = json!([
            {"name": "runbook", "link": "https://wiki.example/1"},
            {"name": "OPS-12", "link": "https://jira.example.com/browse/OPS-12"},
        ]);
        let after = rig.fake.issue(&issue).unwrap();
        assert_eq!(json!(after.extend), want, "merge {merge}");
        assert_eq!((after.name.as_str(), after.description.as_str()), ("a", "<p>text</p>"));
        let writes = rig.fake.writes();
        rig.push(link(&issue)).unwrap();
        assert_eq!(rig.fake.writes(), writes, "already there");
    }
}

#[test]
fn both_requests_of_a_link_leave_the_slots_of_the_next_poll() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.push(link(&issue)).unwrap();
    assert_eq!(*rig.slots.taken.borrow(), [Urgency::Write, Urgency::Write]);
    assert_eq!(rig.push(link("issue_gone")).unwrap_err().kind, ApiErrorKind::Refused);
}
