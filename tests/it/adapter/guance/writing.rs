//! What is written, how it is recognised on the way back, and what a lost answer means.

use super::*;

#[test]
fn a_copy_is_recognised_by_either_marker_in_every_format() {
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        for (keep_extend, entities) in [(true, false), (false, false), (false, true)] {
            let mut rig = Rig::switched(|switches| {
                (switches.keep_extend, switches.entities) = (keep_extend, entities);
            });
            rig.settings.reply_format = format;
            let issue = rig.fake.open_issue("a", "", "P1", "张三");
            rig.fake.reply(&issue, "张三", "before");
            let receipt = rig.push(copy(&issue, "看 <这里> & 那里")).unwrap();
            assert_eq!(receipt.at, Some(start()));
            let copies = rig.thread(&issue).into_iter().filter(|c| c.claim.is_some()).collect::<Vec<_>>();
            let case = format!("{format:?} {keep_extend} {entities}: {}", rig.fake.replies(&issue)[1].content);
            assert_eq!(copies.len(), 1, "{case}");
            let claim = copies[0].claim.clone().unwrap();
            assert_eq!(
                (claim.key.as_str(), claim.proven, claim.written),
                ("jira/comment/10042", true, Some(content()))
            );
            assert_eq!(copies[0].id.as_str(), receipt.id);
            assert_eq!(rig.find(&issue, "jira/comment/10042", None), found(&receipt.id), "{case}");
            assert_eq!(rig.find(&issue, "jira/comment/10042@1", Some(&content())), found(&receipt.id), "{case}");
            assert_eq!(rig.find(&issue, "jira/comment/10042", Some(&Fingerprint::of(&["new"]))), Lookup::Absent);
            assert_eq!(rig.find(&issue, "jira/comment/1004", None), Lookup::Absent);
        }
    }
}

fn found(id: &str) -> Lookup {
    Lookup::Found(Receipt::of(id, Some(start())))
}

#[test]
fn a_quoted_marker_makes_nobody_a_copy() {
    let rig = Rig::switched(|switches| switches.keep_extend = false);
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.push(copy(&issue, "original")).unwrap();
    let text = rig.fake.replies(&issue)[0].content.clone();
    rig.fake.reply(&issue, "张三", &format!("<blockquote>{text}</blockquote> agreed"));
    let claims: Vec<_> = rig.thread(&issue).into_iter().map(|comment| comment.claim.is_some()).collect();
    assert_eq!(claims, [true, false]);
}

#[test]
fn a_copy_names_its_author_for_the_console() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.push(copy(&issue, "x")).unwrap();
    assert_eq!(rig.fake.replies(&issue)[0].extend["extra"]["creator"]["name"], "李四");
    assert_eq!(rig.thread(&issue)[0].author.name, "李四");
    assert_eq!(rig.thread(&issue)[0].author.id, rig.fake.key_uuid(0));
}

#[test]
fn a_long_text_is_cut_so_that_the_service_takes_it() {
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        let mut rig = Rig::switched(|switches| switches.keep_extend = false);
        rig.settings.reply_format = format;
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.push(copy(&issue, &"告警 & <磁盘> ".repeat(20_000))).unwrap();
        let text = rig.fake.replies(&issue)[0].content.clone();
        assert!(text.len() <= 65_535 && text.len() > 60_000, "{format:?}: {}", text.len());
        assert!(rig.thread(&issue)[0].claim.is_some(), "{format:?}");
    }
}

#[test]
fn an_edit_replaces_text_and_marker_and_a_delete_is_done_when_it_is_gone() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let made = rig.push(copy(&issue, "first")).unwrap();
    let new = Fingerprint::of(&["new"]);
    let mut second = edit(&issue, &made.id, "second");
    second.key = second.key.edit(&new);
    second.content = new.clone();
    rig.clock.0.advance(Duration::from_secs(5));
    assert_eq!(rig.push(second).unwrap().id, made.id);
    assert!(rig.fake.replies(&issue)[0].content.contains("second"));
    let claim = rig.thread(&issue)[0].claim.clone().unwrap();
    assert_eq!((claim.key.as_str(), claim.written), ("jira/comment/10042", Some(new)));

    assert_eq!(rig.push(delete(&issue, &made.id)).unwrap().id, made.id);
    assert!(rig.fake.replies(&issue).is_empty());
    assert_eq!(rig.push(delete(&issue, &made.id)).unwrap().id, made.id);
    assert_eq!(rig.push(edit(&issue, &made.id, "x")).unwrap_err().kind, ApiErrorKind::Refused);
}

#[test]
fn what_this_side_cannot_do_is_refused_without_a_request() {
    let rig = Rig::new();
    let create = Action::CreateIssue(guajira::domain::NewIssue {
        project: "OPS".to_owned(),
        issue_type: "Bug".to_owned(),
        title: String::new(),
        body: Doc::default(),
        labels: Vec::new(),
        priority: None,
        origin_url: String::new(),
        ..guajira::domain::NewIssue::default()
    });
    assert_eq!(rig.push(push(create, "issue_1")).unwrap_err().kind, ApiErrorKind::Refused);
    let run = rig.run();
    assert_eq!(run.about().batch, 1);
    assert!(run.abilities().register.is_none());
    assert!(rig.requests().is_empty());
}

#[test]
fn a_lost_answer_is_in_doubt_and_found_by_looking() {
    let gateway = What::StatusAfter(504, "gateway".to_owned(), Vec::new());
    for what in [What::DropAfter, What::Truncate(10), What::Garbage, gateway] {
        let rig = Rig::new();
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.fake.fail(Fault::new(what.clone()).writes());
        let error = rig.push(copy(&issue, "x")).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InDoubt, "{what:?}: {error}");
        assert_eq!(rig.fake.writes(), 1, "{what:?}: a write is not repeated");
        assert!(matches!(rig.find(&issue, "jira/comment/10042", None), Lookup::Found(_)), "{what:?}");
    }
}

#[test]
fn a_write_that_was_not_carried_out_is_absent() {
    for what in [What::DropBefore, What::LoginPage, What::Status(503, "{}".to_owned(), Vec::new())] {
        let rig = Rig::new();
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.fake.fail(Fault::new(what.clone()).writes());
        assert_eq!(rig.push(copy(&issue, "x")).unwrap_err().kind, ApiErrorKind::InDoubt, "{what:?}");
        assert_eq!(rig.fake.writes(), 1);
        assert_eq!(rig.find(&issue, "jira/comment/10042", None), Lookup::Absent, "{what:?}");
    }
}
