//! Writing: creates one and many, what is given up rather than lost, comments, and what a lost answer means.

use guajira::domain::{Action, CommentId, DroppedField, Push};
use guajira::ports::{ApiErrorKind, Remote as _, Threads as _, Writes as _};
use guajira_fakes::jira::{Flavour, OffScreen, Visibility};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::json;

use super::{BOTH, Rig, add, comment_push, create, create_with, edit, reply, uuid, words_of};

fn dropped(fields: &[DroppedField]) -> Vec<&str> {
    let mut names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_created_issue_carries_everything_and_its_markers() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let push = create(1);
        let receipt = rig.push(push.clone()).unwrap();
        assert_eq!((receipt.name.as_str(), receipt.at), ("OPS-1", Some(rig.sim.now())));
        assert_eq!(receipt.dropped, []);
        let issue = rig.fake.issue("OPS-1").unwrap();
        assert_eq!(receipt.id, issue.id.to_string());
        assert_eq!(issue.summary, "disk 1 full");
        assert_eq!(issue.labels, [uuid(1).as_str(), "on-call"]);
        assert_eq!(issue.priority.as_deref(), Some("2"));
        assert_eq!(words_of(&issue.description).trim(), "all of it");
        let marker = json!({"v": 1, "key": push.key.as_str(), "content": push.content.as_str(), "pair": super::PAIR});
        assert_eq!(issue.properties["guajira"], marker);
        let claim = rig.run().issues(&[rig.id("OPS-1")]).unwrap().issues.remove(0).claim.unwrap();
        assert_eq!((claim.key, claim.proven, claim.written), (push.key, true, Some(push.content)));
    }
}

#[test]
fn fifty_issues_take_one_request_and_one_to_read_back() {
    let rig = Rig::new(Flavour::Cloud);
    let run = rig.run();
    let batch: Vec<Push> = (1..=run.about().batch).map(create).collect();
    let results = run.push(&batch);
    for (push, result) in batch.iter().zip(results) {
        let issue = rig.fake.issue(&result.unwrap().name).unwrap();
        assert_eq!(issue.properties["guajira"]["key"], push.key.as_str());
    }
    assert_eq!(rig.fake.issues().len(), 50);
    let requests = rig.requests();
    assert_eq!(requests.len(), 5, "serverInfo, issue types, create screen, bulk, bulkfetch: {requests:?}");
}

#[test]
fn one_bad_issue_does_not_spoil_the_others() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let bad_type = create_with(2, |issue| issue.issue_type = "Incident".into());
        let bad_project = create_with(3, |issue| issue.project = "NONE".into());
        let bad_priority = create_with(4, |issue| issue.priority = Some("Urgent".into()));
        let results = rig.run().push(&[create(1), bad_type, bad_project, bad_priority, create(5)]);
        let told: Vec<Result<&str, ApiErrorKind>> =
            results.iter().map(|r| r.as_ref().map(|r| r.name.as_str()).map_err(|e| e.kind)).collect();
        let refused = Err(ApiErrorKind::Refused);
        assert_eq!(told, [Ok("OPS-1"), refused, refused, Ok("OPS-2"), Ok("OPS-3")], "{flavour:?} {results:?}");
        assert!(results[1].as_ref().unwrap_err().hint.as_ref().unwrap().contains("issue_type"));
        assert_eq!(dropped(&results[3].as_ref().unwrap().dropped), ["priority"]);
        for (name, n) in [("OPS-1", 1), ("OPS-2", 4), ("OPS-3", 5)] {
            assert!(rig.fake.issue(name).unwrap().labels.contains(&uuid(n).to_string()));
        }
    }
}

#[test]
fn a_bulk_that_is_refused_whole_is_sent_piece_by_piece() {
    for status in [400, 413, 404] {
        let rig = Rig::new(Flavour::Cloud);
        let body = r#"{"errorMessages":["INVALID_INPUT"],"errors":{}}"#;
        rig.fake.fail(Fault::new(What::Status(status, body.into(), Vec::new())).path_contains("issue/bulk"));
        let results = rig.run().push(&[create(1), create(2)]);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(rig.fake.issues().len(), 2);
    }
}

#[test]
fn a_field_that_is_not_on_the_screen_is_left_out_and_named() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.switch(|s| {
            s.off_create_screen.extend(["labels".into(), "priority".into()]);
        });
        let receipt = rig.push(create(1)).unwrap();
        assert_eq!(dropped(&receipt.dropped), ["labels", "priority"]);
        let issue = rig.fake.issue(&receipt.name).unwrap();
        assert_eq!(issue.properties["guajira"]["key"], create(1).key.as_str());
    }
}

#[test]
fn a_label_that_jira_drops_silently_is_put_back() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.switch(|s| {
            s.off_create_screen.insert("labels".into());
            s.off_screen = OffScreen::Dropped;
        });
        let receipt = rig.push(create(1)).unwrap();
        let labelled = rig.fake.issue("OPS-1").unwrap().labels.contains(&uuid(1).to_string());
        assert!(labelled || dropped(&receipt.dropped) == ["labels"], "{receipt:?}");
    }
}

#[test]
fn a_description_that_jira_refuses_costs_the_formatting_not_the_issue() {
    for (field, message) in [("description", "is not valid"), ("", "INVALID_INPUT")] {
        let rig = Rig::new(Flavour::Cloud);
        let errors = if field.is_empty() { json!({}) } else { json!({ field: message }) };
        let messages = if field.is_empty() { json!([message]) } else { json!([]) };
        let body = json!({"errorMessages": messages, "errors": errors}).to_string();
        rig.fake.fail(Fault::new(What::Status(400, body, Vec::new())).method("POST").path_contains("/issue"));
        let receipt = rig.push(create(1)).unwrap();
        assert_eq!(dropped(&receipt.dropped), ["description"]);
        assert_eq!(words_of(&rig.fake.issue("OPS-1").unwrap().description).trim(), "all of it");
    }
}

#[test]
fn a_small_text_limit_cuts_the_description() {
    let rig = Rig::new(Flavour::Server);
    rig.fake.switch(|s| s.text_limit = 1_500);
    let receipt = rig.push(create_with(1, |issue| issue.body = super::text(&"word ".repeat(2_000)))).unwrap();
    assert_eq!(dropped(&receipt.dropped), ["description"]);
    let text = words_of(&rig.fake.issue("OPS-1").unwrap().description);
    assert!(text.contains("word word") && text.contains("https://guance.example/issue"), "{text}");
}

#[test]
fn a_write_without_an_answer_is_in_doubt_and_not_repeated() {
    for flavour in BOTH {
        for (what, happened) in [
            (What::DropAfter, 1),
            (What::DropBefore, 0),
            (What::Truncate(10), 1),
            (What::StatusAfter(502, "<html>Bad gateway".into(), Vec::new()), 1),
            (What::Status(503, "{}".into(), vec![("Retry-After".into(), "1".into())]), 0),
            (What::Garbage, 1),
            (What::LoginPage, 0),
        ] {
            let rig = Rig::new(flavour);
            rig.run().identify().unwrap();
            rig.lose("POST", "/issue", what.clone());
            let error = rig.push(create(1)).unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::InDoubt, "{what:?} {error}");
            assert_eq!(rig.fake.issues().len(), happened, "{what:?}");
        }
    }
}

#[test]
fn a_write_that_is_told_to_wait_certainly_did_not_happen() {
    let rig = Rig::new(Flavour::Cloud);
    let headers =
        vec![("Retry-After".into(), "40".into()), ("RateLimit-Reason".into(), "jira-per-issue-on-write".into())];
    rig.lose("POST", "/issue", What::Status(429, "slow".into(), headers));
    let error = rig.push(create(1)).unwrap_err();
    let wait = Some(std::time::Duration::from_secs(40));
    assert_eq!(error.kind, ApiErrorKind::Unavailable { retry_after: wait });
    assert!(error.message.contains("jira-per-issue-on-write"), "{error}");
}

#[test]
fn refused_credentials_are_not_tried_on_the_rest() {
    let rig = Rig::new(Flavour::Server);
    rig.people_open(1);
    rig.run().identify().unwrap();
    rig.fake.with_user("bot", |user| user.secret = "changed".into());
    rig.requests();
    let issue = rig.id("OPS-1");
    let results = rig.run().push(&[add(1, "a", &issue, false), add(2, "b", &issue, false), create(3)]);
    assert!(results.iter().all(|r| r.as_ref().unwrap_err().kind == ApiErrorKind::Unauthorized));
    assert_eq!(rig.requests().len(), 1);
}

#[test]
fn a_comment_is_written_with_its_marker_and_read_back_as_ours() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let push = add(7, "重启了", &rig.id("OPS-1"), false);
        let receipt = rig.push(push.clone()).unwrap();
        let comment = &rig.fake.comments("OPS-1")[0];
        assert_eq!(receipt.id, comment.id.to_string());
        assert_eq!(comment.properties["guajira"]["key"], push.key.as_str());
        assert!(!comment.internal());
        let inline = rig.changed(10).issues.remove(0).thread.unwrap();
        let thread = rig.run().thread(&rig.id("OPS-1")).unwrap().unwrap();
        for read in [&inline[0], &thread[0]] {
            let claim = read.claim.as_ref().unwrap();
            assert_eq!((&claim.key, claim.proven, claim.written.as_ref()), (&push.key, true, Some(&push.content)));
        }
        assert_eq!(thread[0].author.id, rig.run().identify().unwrap().account);
    }
}

#[test]
fn an_edit_keeps_who_may_see_it_and_renews_the_marker() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        let id = rig.push(add(7, "before", &issue, false)).unwrap().id;
        rig.fake.restrict_comment(id.parse().unwrap(), Some(Visibility::Role("Administrators".into())));
        let push = edit(7, "after", &issue, &id, false);
        rig.push(push.clone()).unwrap();
        let comment = &rig.fake.comments("OPS-1")[0];
        assert!(words_of(&comment.body).contains("after"));
        assert_eq!(comment.visibility, Some(Visibility::Role("Administrators".into())));
        assert_eq!(comment.properties["guajira"]["content"], push.content.as_str());
        assert_eq!(comment.properties["guajira"]["key"], push.key.origin().as_str());
        rig.requests();
        rig.push(push).unwrap();
        let puts = rig.requests().iter().filter(|request| request.starts_with("PUT")).count();
        assert_eq!(puts, 0, "the same edit again is no write");
    }
}

#[test]
fn what_is_written_in_a_service_project_is_an_internal_note() {
    for flavour in BOTH {
        let rig = Rig::service(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        let id = rig.push(add(7, "staff only", &issue, true)).unwrap().id;
        assert!(rig.fake.comments("OPS-1")[0].internal());
        rig.push(edit(7, "still", &issue, &id, true)).unwrap();
        assert!(rig.fake.comments("OPS-1")[0].internal());
    }
}

#[test]
fn a_note_that_jira_shows_to_customers_is_taken_back() {
    let rig = Rig::service(Flavour::Cloud);
    rig.people_open(1);
    let shown = |status| {
        let body = r#"{"id":"10003","jsdPublic":true,"body":{},"properties":[]}"#;
        What::StatusAfter(status, body.into(), Vec::new())
    };
    rig.fake.fail(Fault::new(shown(201)).method("POST").path_contains("/comment"));
    rig.fake.fail(Fault::new(shown(200)).method("GET").path_contains("/comment/").times(Times::Always));
    let error = rig.push(add(7, "staff only", &rig.id("OPS-1"), true)).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Refused);
    assert!(error.message.contains("deleted again"), "{error}");
    assert!(rig.fake.comments("OPS-1").is_empty());
}

#[test]
fn a_comment_that_jira_cannot_format_goes_out_plain_and_stays_ours() {
    let rig = Rig::new(Flavour::Cloud);
    rig.people_open(1);
    let body = r#"{"errorMessages":[],"errors":{"comment":"Comment body is not valid!"}}"#;
    rig.lose("POST", "/comment", What::Status(400, body.into(), Vec::new()));
    let push = add(7, "words", &rig.id("OPS-1"), false);
    rig.push(push.clone()).unwrap();
    let inline = rig.changed(10).issues.remove(0).thread.unwrap();
    assert_eq!(inline[0].claim.as_ref().unwrap().key, push.key);
}

#[test]
fn a_delete_is_done_when_it_is_gone() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        let comment = CommentId::new(rig.push(add(7, "x", &issue, false)).unwrap().id);
        let delete = || comment_push(7, "x", Action::DeleteComment { issue: issue.clone(), comment: comment.clone() });
        rig.push(delete()).unwrap();
        assert!(rig.fake.comments("OPS-1").is_empty());
        rig.push(delete()).unwrap();
        assert_eq!(delete().key, guajira::domain::Key::comment(guajira::domain::Side::GUANCE, &reply(7)));
    }
}

#[test]
fn a_comment_on_a_deleted_issue_is_refused() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        rig.fake.delete_issue("OPS-1");
        assert_eq!(rig.push(add(7, "x", &issue, false)).unwrap_err().kind, ApiErrorKind::Refused);
    }
}
