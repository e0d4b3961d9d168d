//! What is written, how it is recognised on the way back, and what a lost answer means.

use super::*;

fn found(receipt: &Receipt) -> String {
    receipt.id.clone()
}

#[test]
fn a_copy_is_recognised_on_the_way_back() {
    for kind in BOTH {
        for at_once in [true, false] {
            let rig = Rig::switched(kind, |switches| switches.note_at_once = at_once);
            let id = rig.fake.fire("disk", "disk");
            rig.fake.note(&id, "li@example.com", "before");
            let receipt = rig.push(copy(&id, "看 <这里> & 那里")).unwrap();
            let text = &rig.fake.notes(&id)[1].text;
            assert!(text.starts_with("李四 · OPS-12 (https://jira.example.com/browse/OPS-12?"), "{text}");
            assert!(text.ends_with("\n\n看 <这里> & 那里"), "{text}");
            let copies: Vec<Comment> = rig.thread(&id).into_iter().filter(|one| one.claim.is_some()).collect();
            let case = format!("{kind:?} {at_once}");
            assert_eq!(copies.len(), 1, "{case}");
            let claim = copies[0].claim.clone().unwrap();
            assert_eq!((claim.key, claim.written, claim.sealed), (key(), Some(content()), true), "{case}");
            assert_eq!(copies[0].id.as_str(), receipt.id, "{case}");
            let Lookup::Found(again) = rig.find(&id, None) else { panic!("{case}") };
            assert_eq!(found(&again), receipt.id, "{case}");
            assert_eq!(rig.find(&id, Some(&Fingerprint::of(&["new"]))), Lookup::Absent, "{case}");
            // A state that lost its seal keys believes nobody.
            rig.facts.forget(SEAL_KEYS);
            assert!(rig.thread(&id).iter().all(|one| one.claim.is_none()), "{case}");
        }
    }
}

#[test]
fn a_lost_answer_is_looked_up_in_the_notes() {
    for kind in BOTH {
        for lost in [What::DropAfter, What::StatusAfter(502, "bad gateway".to_owned(), Vec::new()), What::Garbage] {
            let rig = Rig::new(kind);
            let id = rig.fake.fire("disk", "disk");
            rig.fake.fail(Fault::new(lost.clone()).writes());
            assert_eq!(rig.push(copy(&id, "hello")).unwrap_err().kind, ApiErrorKind::InDoubt, "{kind:?} {lost:?}");
            assert!(matches!(rig.find(&id, None), Lookup::Found(_)), "{kind:?} {lost:?}");
            assert_eq!((rig.fake.notes(&id).len(), rig.writes()), (1, 1));
        }
    }
}

#[test]
fn a_write_whose_answer_was_lost_may_still_come_for_two_minutes() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.fake.fail(Fault::new(What::DropBefore).writes());
        assert_eq!(rig.push(copy(&id, "hello")).unwrap_err().kind, ApiErrorKind::InDoubt);
        rig.pass(30);
        assert_eq!(rig.find(&id, None), Lookup::Unsure, "{kind:?}");
        rig.pass(120);
        assert_eq!(rig.find(&id, None), Lookup::Absent, "{kind:?}");
        rig.push(copy(&id, "hello")).unwrap();
        assert_eq!(rig.fake.notes(&id).len(), 1);
    }
}

#[test]
fn a_write_that_waits_in_the_services_queue_is_not_sent_again() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| {
            (switches.note_at_once, switches.delay) = (false, Some(Duration::from_mins(5)));
        });
        let id = rig.fake.fire("disk", "disk");
        let error = rig.push(copy(&id, "hello")).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InDoubt, "{kind:?}");
        assert!((rig.clock.0.now() - start()).num_seconds() <= 10, "a run does not wait for ever");
        rig.pass(200);
        assert_eq!(rig.find(&id, None), Lookup::Unsure, "{kind:?}: longer than a lost answer counts");
        rig.pass(100);
        assert!(matches!(rig.find(&id, None), Lookup::Found(_)), "{kind:?}");
        assert_eq!((rig.fake.notes(&id).len(), rig.writes()), (1, 1));
    }
}

#[test]
fn a_write_that_the_service_never_carries_out_is_absent_after_a_quarter_of_an_hour() {
    let rig = Rig::switched(Kind::Opsgenie, |switches| switches.delay = None);
    let id = rig.fake.fire("disk", "disk");
    assert_eq!(rig.push(copy(&id, "hello")).unwrap_err().kind, ApiErrorKind::InDoubt);
    rig.pass(600);
    assert_eq!(rig.find(&id, None), Lookup::Unsure);
    rig.pass(400);
    assert_eq!(rig.find(&id, None), Lookup::Absent);
}

#[test]
fn what_was_carried_out_and_is_shown_late_is_waited_for() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| {
            (switches.note_at_once, switches.delay) = (false, Some(Duration::from_secs(1)));
            switches.shown_after = Duration::from_secs(2);
        });
        let id = rig.fake.fire("disk", "disk");
        let receipt = rig.push(copy(&id, "hello")).unwrap();
        assert!(rig.thread(&id).iter().any(|one| one.id.as_str() == receipt.id), "{kind:?}");
        let receipt = rig.push(set_status(&id, "Closed")).unwrap();
        assert_eq!(receipt.issue.unwrap().status.id, "closed", "{kind:?}");
    }
}

#[test]
fn a_write_that_was_accepted_and_not_carried_out_is_refused_with_the_services_words() {
    let rig = Rig::new(Kind::Opsgenie);
    let id = rig.fake.fire("disk", "disk");
    rig.fake.remove(&id);
    let error = rig.push(copy(&id, "hello")).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Refused);
    assert!(error.message.contains("Alert does not exist"), "{error}");
    assert_eq!(rig.find(&id, None), Lookup::Absent);
}

#[test]
fn an_edit_changes_the_note_on_jsm_and_is_one_more_note_on_opsgenie_and_one_copy_on_both() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        let note = rig.push(copy(&id, "hello")).unwrap().id;
        rig.pass(10);
        let (changed, content) = edit(&id, &note, "hello again");
        assert_eq!(rig.find(&id, Some(&content)), Lookup::Absent);
        assert_eq!(rig.push(changed).unwrap().id, note, "{kind:?}");
        assert_eq!(rig.fake.notes(&id).len(), if kind == Kind::Jsm { 1 } else { 2 });
        let thread = rig.thread(&id);
        assert_eq!(thread.len(), 1, "{kind:?}: one copy, whatever the service shows");
        assert_eq!(thread[0].id.as_str(), note);
        assert!(thread[0].body.plain_text().ends_with("hello again"), "{kind:?}");
        assert_eq!(thread[0].claim.as_ref().unwrap().written, Some(content.clone()));
        assert!(matches!(rig.find(&id, Some(&content)), Lookup::Found(_)), "{kind:?}");
        let all = rig.run().presence(&IssueId::new(&id), &[CommentId::new(&note)]).unwrap();
        assert_eq!(all, [Presence::There]);
    }
}

#[test]
fn a_note_of_somebody_else_is_neither_changed_nor_deleted() {
    let rig = Rig::new(Kind::Jsm);
    let id = rig.fake.fire("disk", "disk");
    rig.fake.note(&id, USER, "mine");
    let theirs = rig.thread(&id)[0].id.clone();
    let (changed, _) = edit(&id, theirs.as_str(), "overwritten");
    assert_eq!(rig.push(changed).unwrap_err().kind, ApiErrorKind::NotOurs);
    assert_eq!(rig.push(delete(&id, theirs.as_str())).unwrap_err().kind, ApiErrorKind::NotOurs);
    // A copy that somebody has written over is his now.
    let copied = rig.push(copy(&id, "hello")).unwrap().id;
    let note = rig.fake.notes(&id)[1].id.clone();
    rig.fake.edit_note(&note, |note| note.text = "my own words".to_owned());
    assert_eq!(rig.push(delete(&id, &copied)).unwrap_err().kind, ApiErrorKind::NotOurs);
    assert_eq!(rig.fake.notes(&id).iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["mine", "my own words"]);
}

#[test]
fn a_copy_is_deleted_where_the_service_lets_us_and_else_the_error_says_why_not() {
    let rig = Rig::new(Kind::Jsm);
    let id = rig.fake.fire("disk", "disk");
    let note = rig.push(copy(&id, "hello")).unwrap().id;
    rig.fake.switch(|switches| switches.lacks = vec!["delete"]);
    let error = rig.push(delete(&id, &note)).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Refused, "the credentials are good for everything else");
    assert!(error.hint.unwrap().contains("deletes = "), "{}", error.message);
    rig.fake.switch(|switches| switches.lacks.clear());
    rig.push(delete(&id, &note)).unwrap();
    assert!(rig.fake.notes(&id).is_empty());
    rig.push(delete(&id, &note)).unwrap();

    let rig = Rig::new(Kind::Opsgenie);
    let id = rig.fake.fire("disk", "disk");
    let note = rig.push(copy(&id, "hello")).unwrap().id;
    let error = rig.push(delete(&id, &note)).unwrap_err();
    assert_eq!((error.kind, rig.fake.notes(&id).len()), (ApiErrorKind::Refused, 1));
    assert!(error.hint.unwrap().contains("no call to delete"));
}

#[test]
fn an_alert_is_acknowledged_and_closed_and_told_as_it_reads_then() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        for (name, status) in
            [("Acknowledged", "acknowledged"), ("Open", "open"), ("Acknowledged", "acknowledged"), ("Closed", "closed")]
        {
            rig.pass(5);
            let receipt = rig.push(set_status(&id, name)).unwrap();
            let read = receipt.issue.unwrap();
            assert_eq!((read.status.id.as_str(), read.updated), (status, receipt.at.unwrap()), "{kind:?}");
            assert_eq!(rig.issue(&id).status.id, status);
        }
        let writes = rig.writes();
        for name in ["Closed", "closed"] {
            rig.push(set_status(&id, name)).unwrap();
        }
        assert_eq!(rig.writes(), writes, "{kind:?}: what is closed is not closed again");
        let error = rig.push(set_status(&id, "Open")).unwrap_err();
        assert_eq!((error.kind, rig.writes()), (ApiErrorKind::Refused, writes), "{kind:?}");
        assert!(error.message.contains("opens none again") && error.hint.unwrap().contains("same alias"));
        assert_eq!(rig.push(set_status(&id, "Frozen")).unwrap_err().kind, ApiErrorKind::Refused);
    }
}

#[test]
fn an_alert_that_a_monitor_closes_at_the_same_time_is_closed() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| switches.refuses_closed = true);
        let id = rig.fake.fire("disk", "disk");
        rig.fake.close_before_write(1, &id, "monitor");
        let receipt = rig.push(set_status(&id, "Closed")).unwrap();
        assert_eq!(receipt.issue.unwrap().status.id, "closed", "{kind:?}");
        assert_eq!(rig.fake.alert(&id).unwrap().closed_by, "monitor");
    }
}

#[test]
fn a_status_whose_answer_was_lost_is_in_doubt_and_then_reads_as_it_is() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.fake.fail(Fault::new(What::DropAfter).writes());
        assert_eq!(rig.push(set_status(&id, "Closed")).unwrap_err().kind, ApiErrorKind::InDoubt, "{kind:?}");
        assert_eq!(rig.issue(&id).status.id, "closed", "{kind:?}");
        rig.fake.switch(|switches| switches.delay = None);
        let other = rig.fake.fire("other", "other");
        assert_eq!(rig.push(set_status(&other, "Closed")).unwrap_err().kind, ApiErrorKind::InDoubt, "{kind:?}");
    }
}

#[test]
fn a_closed_alert_takes_notes_and_the_next_occurrence_is_another_alert() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.push(set_status(&id, "Closed")).unwrap();
        rig.push(copy(&id, "why it broke")).unwrap();
        assert_eq!(rig.fake.notes(&id).len(), 1, "{kind:?}");
        rig.pass(60);
        let next = rig.fake.fire("disk", "disk");
        let batch = rig.read(start() + TimeDelta::seconds(60));
        let alias = |issue: &Issue| issue.source().unwrap().resource_id.clone();
        let read = batch.issues.iter().find(|issue| issue.id.as_str() == next).unwrap();
        assert_eq!((alias(read), read.status.category), ("disk".to_owned(), StatusCategory::Todo), "{kind:?}");
    }
}

#[test]
fn an_alert_leads_to_its_jira_issue_and_that_is_no_tag_of_it() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        let before = rig.issue(&id);
        let link = Action::LinkIssue {
            issue: IssueId::new(&id),
            to: IssueId::new("10001"),
            title: "OPS-12".to_owned(),
            url: "https://jira.example.com/browse/OPS-12".to_owned(),
        };
        rig.push(push(link, &id)).unwrap();
        let detail = &rig.fake.alert(&id).unwrap().details["Jira issue"];
        assert_eq!(detail, "OPS-12 https://jira.example.com/browse/OPS-12");
        let after = rig.issue(&id);
        assert_eq!((&after.body, &after.source().unwrap().tags), (&before.body, &Vec::new()), "{kind:?}");
    }
}

#[test]
fn a_long_text_is_cut_and_still_recognised() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.push(copy(&id, &"观测云 ".repeat(20_000))).unwrap();
        let text = &rig.fake.notes(&id)[0].text;
        assert!(text.len() <= 15_000 && text.contains("focusedCommentId=10042"), "{kind:?} {}", text.len());
        assert!(matches!(rig.find(&id, Some(&content())), Lookup::Found(_)), "{kind:?}");
    }
}

#[test]
fn without_the_right_to_write_reading_goes_on() {
    for kind in BOTH {
        for lack in [Lack::Scope, Lack::Forbidden, Lack::Plan] {
            if kind == Kind::Opsgenie && lack == Lack::Scope {
                continue;
            }
            let rig = Rig::switched(kind, |switches| (switches.lacks, switches.lack) = (vec!["write"], lack));
            let id = rig.fake.fire("disk", "disk");
            let error = rig.push(copy(&id, "hello")).unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Refused, "{kind:?} {lack:?}");
            let hint = error.hint.unwrap();
            let want = match (kind, lack) {
                (_, Lack::Plan) => "plan",
                (Kind::Jsm, _) => "write:ops-alert:jira-service-management",
                (Kind::Opsgenie, _) => "Create and Update",
            };
            assert!(hint.contains(want), "{kind:?} {lack:?}: {hint}");
            assert_eq!(rig.changed(start()), ["disk"]);
            assert_eq!(rig.find(&id, None), Lookup::Absent, "what was refused cannot come");
        }
    }
}
