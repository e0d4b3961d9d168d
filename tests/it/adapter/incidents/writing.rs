//! What is written, and what an answer to it means.

use super::*;

fn key() -> Key {
    Key::comment(Side::JIRA, &CommentId::new("10042"))
}

fn write(incident: &str, action: Action) -> Push {
    Push {
        key: key(),
        pair: IssueId::new(incident),
        target: Side::GUANCE,
        action,
        content: Fingerprint::of(&["x"]),
        summary: String::new(),
        seal: None,
    }
}

/// The copy of Jira comment 10042.
fn comment(incident: &str, text: &str) -> Push {
    let original = guajira::domain::Comment {
        url: "https://jira.example.com/browse/OPS-12?focusedCommentId=10042".to_owned(),
        author: Person { id: "5b1".to_owned(), name: "李四".to_owned(), email: None },
        body: Doc { blocks: vec![Block::Paragraph { content: vec![Inline::text(text)] }] },
        ..fixtures::comment(Side::JIRA, "10042")
    };
    let body = render::comment(&original, "OPS-12", &Fingerprint::of(&["x"]), Voice::default());
    let (issue, origin_url) = (IssueId::new(incident), original.url);
    write(incident, Action::AddComment { issue, body, origin_url, internal: false })
}

fn change(incident: &str, change: Change) -> Push {
    write(incident, Action::ChangeIssue { issue: IssueId::new(incident), change, value: "x".to_owned() })
}

fn to(names: &[&str], category: StatusCategory) -> Change {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Change::Status(StatusTarget { names, category, resolution: None, fields: Vec::new() })
}

#[test]
fn a_comment_is_added_with_author_link_and_text() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    let receipt = rig.push(comment(&id, "看 <这里>")).unwrap();
    let all = rig.fake.incident_comments(&id);
    assert_eq!(all.len(), 1);
    let text = &all[0].text;
    assert!(text.contains("李四") && text.contains("OPS-12") && text.contains("看 &lt;这里&gt;"), "{text}");
    assert!(all[0].members.is_empty());
    assert!(receipt.id.starts_with("inccmt_") && receipt.id.len() == 39, "{}", receipt.id);
    assert_eq!(rig.push(comment(&id, "y")).unwrap().id, receipt.id, "the id is made of the original's");
}

#[test]
fn who_is_mentioned_is_told_beside_the_text() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    let mut push = comment(&id, "hi");
    let Action::AddComment { body, .. } = &mut push.action else { panic!() };
    body.blocks
        .push(Block::Paragraph { content: vec![Inline::Ping { id: "acnt_7".to_owned(), name: "张三".to_owned() }] });
    rig.push(push).unwrap();
    assert_eq!(rig.fake.incident_comments(&id)[0].members, ["acnt_7"]);
}

#[test]
fn an_edit_is_one_more_comment_and_a_deletion_is_refused() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    let receipt = rig.push(comment(&id, "first")).unwrap();
    let (issue, copy) = (IssueId::new(id.as_str()), CommentId::new(receipt.id.as_str()));
    let Action::AddComment { body, origin_url, .. } = comment(&id, "second").action else { panic!() };
    let edit = Action::EditComment { issue: issue.clone(), comment: copy.clone(), body, origin_url, internal: false };
    rig.push(write(&id, edit)).unwrap();
    assert_eq!(rig.fake.incident_comments(&id).len(), 2);
    let error = rig.push(write(&id, Action::DeleteComment { issue, comment: copy })).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Refused);
    assert!(error.hint.unwrap().contains("deletes"));
}

#[test]
fn an_answer_to_a_comment_means_what_it_says_and_nothing_can_be_looked_for() {
    let limit = "{\"code\": 401, \"errorCode\": \"ft.TriggerApiAkCurrentLimiting\", \"success\": false}".to_owned();
    for (what, want, arrives) in [
        (What::DropAfter, ApiErrorKind::InDoubt, 1),
        (What::DropBefore, ApiErrorKind::InDoubt, 0),
        (What::StatusAfter(502, "bad gateway".to_owned(), Vec::new()), ApiErrorKind::InDoubt, 1),
        (What::Garbage, ApiErrorKind::InDoubt, 1),
        (
            What::StatusAfter(200, "{\"code\": 200, \"content\": false}".to_owned(), Vec::new()),
            ApiErrorKind::InDoubt,
            1,
        ),
        (What::Status(401, limit, Vec::new()), ApiErrorKind::Unavailable { retry_after: None }, 0),
        (What::Status(400, "{\"errorCode\": \"ft.InvalidParams\"}".to_owned(), Vec::new()), ApiErrorKind::Refused, 0),
    ] {
        let rig = Rig::new();
        let id = rig.fake.open_incident("errors rose", "P1");
        rig.fake.fail(Fault::new(what.clone()).writes());
        assert_eq!(rig.push(comment(&id, "hello")).unwrap_err().kind, want, "{what:?}");
        assert_eq!(rig.fake.incident_comments(&id).len(), arrives, "{what:?}");
        let wanted = Wanted { key: key(), issue: Some(IssueId::new(id)), project: None, content: None };
        assert_eq!(rig.run().find(&[wanted], &|_, _| false).unwrap(), [Lookup::Unsure]);
    }
}

#[test]
fn without_the_right_a_write_is_refused_and_the_hint_names_it() {
    let rig = Rig::switched(|switches| (switches.may_comment, switches.may_modify) = (false, false));
    let id = rig.fake.open_incident("errors rose", "P1");
    for push in [comment(&id, "x"), change(&id, to(&["Closed"], StatusCategory::Done))] {
        let error = rig.push(push).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused, "{error}");
        assert!(error.hint.unwrap().contains("Incident Center"));
    }
}

#[test]
fn a_status_is_set_by_whatever_way_is_open_and_nothing_else_is_touched() {
    for transitions in [Transitions::Any, Transitions::Neighbours, Transitions::Onwards] {
        for answer in [ModifyAnswer::Incident, ModifyAnswer::Bare, ModifyAnswer::True, ModifyAnswer::Nothing] {
            let rig = Rig::switched(|switches| (switches.transitions, switches.modify) = (transitions, answer));
            let id = rig.fake.open_incident("errors rose", "P1");
            rig.fake.edit_incident(&id, "张三", |incident| {
                incident.assigner = vec!["group_1".to_owned()];
                drop(incident.extend.insert("linkList".to_owned(), serde_json::json!([])));
            });
            let case = format!("{transitions:?} {answer:?}");
            for (names, category, want) in [
                (&["Closed"][..], StatusCategory::Done, "closed"),
                (&["closed"], StatusCategory::Done, "closed"),
                (&[], StatusCategory::Done, "closed"),
            ] {
                let receipt = rig.push(change(&id, to(names, category))).unwrap();
                let now = rig.fake.incident(&id).unwrap();
                assert_eq!((now.status.as_str(), now.name.as_str()), (want, "errors rose"), "{case}");
                assert_eq!((now.assigner.len(), now.extend.len()), (1, 1), "{case}");
                if let Some(now) = receipt.issue {
                    assert_eq!(now.status.id, want, "{case}");
                }
            }
            let back = rig.push(change(&id, to(&[], StatusCategory::Todo)));
            let status = rig.fake.incident(&id).unwrap().status;
            match transitions {
                Transitions::Onwards => {
                    assert_eq!((back.unwrap_err().kind, status.as_str()), (ApiErrorKind::Refused, "closed"), "{case}");
                }
                _ => assert_eq!((back.is_ok(), status.as_str()), (true, "open"), "{case}"),
            }
        }
    }
}

#[test]
fn a_way_that_ends_half_way_is_in_doubt() {
    let rig = Rig::switched(|switches| switches.transitions = Transitions::Neighbours);
    let id = rig.fake.open_incident("errors rose", "P1");
    // The first write is refused, the second is the first step.
    let refusal = "{\"errorCode\": \"ft.InvalidParams\"}".to_owned();
    rig.fake.fail(Fault::new(What::Status(400, refusal, Vec::new())).writes().nth(3));
    let error = rig.push(change(&id, to(&["Closed"], StatusCategory::Done))).unwrap_err();
    assert_eq!((error.kind, rig.fake.incident(&id).unwrap().status.as_str()), (ApiErrorKind::InDoubt, "working"));
}

#[test]
fn a_status_that_is_none_is_refused_and_none_is_sent() {
    let rig = Rig::new();
    let id = rig.fake.open_incident("errors rose", "P1");
    let error = rig.push(change(&id, to(&["Pending"], StatusCategory::Todo))).unwrap_err();
    assert!(error.hint.unwrap().contains("Open, Working, Resolved or Closed"));
    assert!(rig.requests().is_empty());
}

#[test]
fn only_one_of_those_in_charge_is_exchanged() {
    for objects in [false, true] {
        let rig = Rig::switched(|switches| switches.objects = objects);
        let id = rig.fake.open_incident("errors rose", "P1");
        let li = rig.fake.add_member("李四", "li@example.com");
        rig.fake.claim_incident(&id, "张三");
        rig.fake.edit_incident(&id, "张三", |incident| incident.assigner.push("group_1".to_owned()));
        let zhang = rig.fake.incident(&id).unwrap().assigner[0].clone();
        let found = rig.run().person(&Person { email: Some("li@example.com".to_owned()), ..Person::default() });
        assert_eq!(found.unwrap().unwrap().id, li);
        let set = Some(Person { id: li, ..Person::default() });
        rig.push(change(&id, Change::Assignee { set, instead_of: Some(zhang) })).unwrap();
        assert_eq!(rig.fake.assigners(&id), ["李四", "group_1"], "{objects}");
    }
}

#[test]
fn a_link_joins_those_there_are_once() {
    for merge in [false, true] {
        let rig = Rig::switched(|switches| switches.merge_extend = merge);
        let id = rig.fake.open_incident("errors rose", "P1");
        let runbook = serde_json::json!({"name": "runbook", "link": "https://wiki/1"});
        rig.fake.edit_incident(&id, "张三", |incident| {
            drop(incident.extend.insert("linkList".to_owned(), serde_json::json!([runbook])));
            drop(incident.extend.insert("other".to_owned(), serde_json::json!(1)));
        });
        let link = || {
            let (issue, to) = (IssueId::new(id.as_str()), IssueId::new("10001"));
            let (title, url) = ("OPS-12".to_owned(), "https://jira.example.com/browse/OPS-12".to_owned());
            write(&id, Action::LinkIssue { issue, to, title, url })
        };
        rig.push(link()).unwrap();
        rig.push(link()).unwrap();
        let extend = rig.fake.incident(&id).unwrap().extend;
        assert_eq!((extend["linkList"].as_array().unwrap().len(), &extend["other"]), (2, &serde_json::json!(1)));
    }
}
