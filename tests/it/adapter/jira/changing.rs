//! Changing fields: statuses by walking, assignees, titles, descriptions, priorities; and finding people.

use guajira::domain::{Action, Change, DroppedField, Fingerprint, IssueId, Person, Push, Receipt, ServiceName, Side};
use guajira::domain::{Key, StatusCategory, StatusTarget};
use guajira::ports::{ApiError, ApiErrorKind, Directory as _, Remote as _};
use guajira::text::{Block, Doc, Inline};
use guajira_fakes::jira::{Asks, Draft, Flavour, User, Workflow};
use guajira_fakes::server::{Fault, What};
use serde_json::json;

use super::{BOTH, Rig, text, uuid, words_of};

/// One change of an issue.
pub(super) fn change(issue: &IssueId, change: Change) -> Push {
    let field = change.field();
    Push {
        key: Key::field(ServiceName::GUANCE, &uuid(1), field).edit(&Fingerprint::of(&["x"])),
        pair: uuid(1),
        target: Side::JIRA,
        action: Action::ChangeIssue { issue: issue.clone(), change, value: "x".into() },
        content: Fingerprint::of(&["x"]),
        summary: String::new(),
        seal: None,
    }
}

fn to(names: &[&str], category: StatusCategory) -> StatusTarget {
    StatusTarget {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        category,
        resolution: None,
        fields: Vec::new(),
    }
}

fn done(names: &[&str]) -> StatusTarget {
    to(names, StatusCategory::Done)
}

fn named(dropped: &[DroppedField]) -> Vec<&str> {
    dropped.iter().map(|field| field.field.as_str()).collect()
}

/// A Jira with this workflow, and one issue in it.
fn with_workflow(flavour: Flavour, workflow: Workflow) -> (Rig, IssueId) {
    let rig = Rig::new(flavour);
    rig.fake.with_project("OPS", |project| project.workflow = workflow);
    rig.fake.create_issue("OPS", "alice", Draft::new("disk full"));
    let id = rig.id("OPS-1");
    (rig, id)
}

impl Rig {
    fn change(&self, issue: &IssueId, what: Change) -> Result<Receipt, ApiError> {
        self.push(change(issue, what))
    }

    fn reach(&self, issue: &IssueId, target: StatusTarget) -> Result<Receipt, ApiError> {
        self.change(issue, Change::Status(target))
    }

    fn transitions(&self) -> usize {
        self.requests()
            .iter()
            .filter(|request| request.starts_with("POST") && request.ends_with("/transitions"))
            .count()
    }

    fn find(&self, who: &Person) -> Option<Person> {
        self.run().person(who).unwrap()
    }
}

fn by_email(email: &str) -> Person {
    Person { email: Some(email.into()), ..Person::default() }
}

fn by_name(name: &str) -> Person {
    Person { name: name.into(), ..Person::default() }
}

#[test]
fn an_issue_tells_its_status_its_assignee_and_its_priority() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let draft = Draft { assignee: Some("alice".into()), priority: Some("High".into()), ..Draft::new("a") };
        rig.fake.create_issue("OPS", "bob", draft);
        rig.fake.transition("OPS-1", "bob", "In Progress");
        for issue in [rig.changed(60).issues.remove(0), rig.run().issues(&[rig.id("OPS-1")]).unwrap().issues.remove(0)]
        {
            assert_eq!((issue.status.id.as_str(), issue.status.name.as_str()), ("10001", "In Progress"));
            assert_eq!(issue.status.category, StatusCategory::InProgress);
            assert_eq!(issue.priority().unwrap().name, "High");
            let alice = rig.find(&by_email("alice@example.com")).unwrap();
            assert_eq!(issue.assignees, [alice]);
        }
        rig.fake.assign("OPS-1", "bob", None);
        assert_eq!(rig.changed(60).issues.remove(0).assignees, []);
    }
}

#[test]
fn a_status_is_reached_by_name_by_id_and_by_category() {
    for flavour in BOTH {
        for (target, want) in [
            (done(&["done"]), "Done"),
            (done(&["10002"]), "Done"),
            (done(&[]), "Done"),
            (done(&["Shipped", "In Progress"]), "In Progress"),
            (to(&[], StatusCategory::InProgress), "In Progress"),
            (to(&[], StatusCategory::Todo), "To Do"),
            (to(&["To Do"], StatusCategory::Done), "To Do"),
        ] {
            let (rig, id) = with_workflow(flavour, Workflow::simple());
            rig.minutes(1);
            rig.run().identify().unwrap();
            rig.requests();
            let receipt = rig.reach(&id, target.clone()).unwrap();
            assert_eq!(rig.fake.status_of("OPS-1"), want, "{target:?}");
            let now = receipt.issue.unwrap();
            assert_eq!((now.status.name.as_str(), receipt.name.as_str()), (want, "OPS-1"));
            assert_eq!(receipt.at, Some(rig.fake.issue("OPS-1").unwrap().updated));
            let requests = rig.requests();
            let posts = requests.iter().filter(|request| request.starts_with("POST")).count();
            assert_eq!(posts, usize::from(want != "To Do"), "already there is nothing to do");
            assert!(requests.len() <= 6, "who we are, where it stands, its ways, the step, what it says: {requests:?}");
        }
    }
}

#[test]
fn a_status_several_steps_away_is_walked_to() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::reviewed());
        let receipt = rig.reach(&id, done(&["Done"])).unwrap();
        assert_eq!(rig.fake.status_of("OPS-1"), "Done");
        assert_eq!(rig.fake.issue("OPS-1").unwrap().resolution.as_deref(), Some("Fixed"), "the first that is allowed");
        assert_eq!((receipt.dropped.len(), rig.transitions()), (0, 3));

        assert_eq!(
            rig.reach(&id, to(&[], StatusCategory::InProgress)).unwrap().issue.unwrap().status.name,
            "In Progress"
        );
        assert_eq!(rig.fake.issue("OPS-1").unwrap().resolution, None);
        assert_eq!(rig.transitions(), 2, "reopen, start work");

        rig.reach(&id, to(&["To Do"], StatusCategory::Todo)).unwrap();
        rig.reach(&id, done(&[])).unwrap();
        assert_eq!((rig.fake.status_of("OPS-1").as_str(), rig.transitions()), ("Done", 4));
    }
}

#[test]
fn what_was_learnt_of_a_workflow_spares_wrong_turns() {
    for flavour in BOTH {
        let mut workflow = Workflow::reviewed();
        // A side street that looks as good as the way.
        let mut lost = workflow.statuses[1].clone();
        (lost.id, lost.name) = ("10109".into(), "Waiting".into());
        workflow.statuses.push(lost);
        let mut astray = workflow.transitions[2].clone();
        (astray.id, astray.name, astray.to) = ("120".into(), "Wait".into(), "10109".into());
        let mut back = workflow.transitions[1].clone();
        (back.id, back.name, back.from) = ("123".into(), "Go on".into(), vec!["10109".into()]);
        workflow.transitions.insert(0, astray);
        workflow.transitions.push(back);
        let (rig, id) = with_workflow(flavour, workflow);
        let error = rig.reach(&id, done(&["Done"])).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InDoubt, "it stands where nobody wanted it: {error}");
        assert_eq!(rig.fake.status_of("OPS-1"), "Waiting");
        for _ in 0..2 {
            if rig.reach(&id, done(&["Done"])).is_ok() {
                break;
            }
        }
        assert_eq!(rig.fake.status_of("OPS-1"), "Done");
        rig.transitions();
        rig.fake.create_issue("OPS", "alice", Draft::new("another"));
        rig.reach(&rig.id("OPS-2"), done(&["Done"])).unwrap();
        assert_eq!((rig.fake.status_of("OPS-2").as_str(), rig.transitions()), ("Done", 3));
    }
}

#[test]
fn a_resolution_is_sent_where_the_screen_has_it_and_nowhere_else() {
    for flavour in BOTH {
        for (asks, resolution, want, is_named) in [
            (Asks::ResolutionRequired, Some("Won't Fix"), Some("Won't Fix"), false),
            (Asks::ResolutionRequired, Some("Someday"), Some("Fixed"), true),
            (Asks::ResolutionRequired, None, Some("Fixed"), false),
            (Asks::Resolution, Some("10000"), Some("Done"), false),
            (Asks::Resolution, Some("Someday"), Some("Done"), true),
            (Asks::Resolution, None, Some("Done"), false),
            (Asks::Nothing, Some("Won't Fix"), Some("Done"), false),
        ] {
            let mut workflow = Workflow::simple();
            workflow.way_mut("31").asks = asks;
            let (rig, id) = with_workflow(flavour, workflow);
            let target = StatusTarget { resolution: resolution.map(str::to_owned), ..done(&["Done"]) };
            let receipt = rig.reach(&id, target).unwrap();
            assert_eq!(rig.fake.status_of("OPS-1"), "Done");
            // The fake's own choice where none is sent is "Done".
            assert_eq!(rig.fake.issue("OPS-1").unwrap().resolution.as_deref(), want, "{asks:?} {resolution:?}");
            assert_eq!(named(&receipt.dropped) == ["resolution"], is_named, "{asks:?} {resolution:?} {receipt:?}");
        }
    }
}

#[test]
fn a_status_that_cannot_be_reached_is_refused_with_what_can() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::reviewed());
        let error = rig.reach(&id, done(&["Shipped", "Gone"])).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused);
        assert!(error.message.contains("\"Shipped\" or \"Gone\"; from there it goes to In Progress"), "{error}");
        assert!(error.hint.unwrap().contains("To Do, In Progress, In Review, Done, Reopened"));
        assert_eq!((rig.fake.status_of("OPS-1").as_str(), rig.transitions()), ("To Do", 0));

        rig.fake.with_user("bot", |bot| _ = bot.denied.insert("TRANSITION_ISSUES".into()));
        let error = rig.reach(&id, done(&["Done"])).unwrap_err();
        assert!(error.hint.unwrap().contains("Transition Issues"));
        assert_eq!(rig.reach(&IssueId::new("99"), done(&[])).unwrap_err().kind, ApiErrorKind::Refused);
    }
}

#[test]
fn a_validator_that_refuses_is_quoted() {
    for flavour in BOTH {
        let mut workflow = Workflow::simple();
        workflow.way_mut("31").refuses = Some("Fill in the root cause first.".into());
        let (rig, id) = with_workflow(flavour, workflow);
        let error = rig.reach(&id, done(&["Done"])).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused);
        assert!(error.message.contains("Fill in the root cause first"), "{error}");
        assert_eq!(rig.fake.status_of("OPS-1"), "To Do", "it does not wander about");

        let mut workflow = Workflow::simple();
        workflow.way_mut("31").refuses = Some("Not this way.".into());
        let mut other = workflow.transitions[2].clone();
        (other.id, other.refuses) = ("32".into(), None);
        workflow.transitions.push(other);
        let (rig, id) = with_workflow(flavour, workflow);
        rig.reach(&id, done(&["Done"])).unwrap();
        assert_eq!(rig.fake.status_of("OPS-1"), "Done");
    }
}

#[test]
fn a_walk_that_ends_on_the_way_is_in_doubt() {
    for flavour in BOTH {
        let mut workflow = Workflow::reviewed();
        workflow.way_mut("131").refuses = Some("Two approvals are missing.".into());
        let (rig, id) = with_workflow(flavour, workflow);
        let error = rig.reach(&id, done(&["Done"])).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InDoubt);
        assert!(error.message.contains("Two approvals are missing"), "{error}");
        assert_eq!(rig.reach(&id, done(&["Done"])).unwrap_err().kind, ApiErrorKind::Refused, "not again from there");
    }
    let (rig, id) = with_workflow(Flavour::Cloud, Workflow::simple());
    rig.lose("POST", "/transitions", What::DropAfter);
    assert_eq!(rig.reach(&id, done(&["Done"])).unwrap_err().kind, ApiErrorKind::InDoubt);
    assert_eq!((rig.fake.status_of("OPS-1").as_str(), rig.transitions()), ("Done", 1), "sent once");
    rig.reach(&id, done(&["Done"])).unwrap();
    assert_eq!(rig.transitions(), 0, "it is there already");
}

#[test]
fn an_edit_that_meets_another_one_is_sent_again() {
    let (rig, id) = with_workflow(Flavour::Cloud, Workflow::simple());
    for change in [Change::Title("new".into()), Change::Status(done(&["Done"])), Change::Priority("Low".into())] {
        rig.fake.switch(|switches| switches.edit_conflicts = 1);
        rig.change(&id, change).unwrap();
    }
    let issue = rig.fake.issue("OPS-1").unwrap();
    assert_eq!((issue.summary.as_str(), rig.fake.status_of("OPS-1").as_str()), ("new", "Done"));
    rig.fake.switch(|switches| switches.edit_conflicts = 100);
    let error = rig.change(&id, Change::Title("newer".into())).unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "{error}");
}

#[test]
fn titles_and_descriptions_are_made_to_fit() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::simple());
        rig.change(&id, Change::Title(format!("a\n{}", "😀".repeat(300)))).unwrap();
        let title = rig.fake.issue("OPS-1").unwrap().summary;
        assert!(title.starts_with("a 😀") && title.encode_utf16().count() <= 255);

        let body = |words: &str| Change::Body { body: text(words), origin_url: "https://guance.example/x".into() };
        let receipt = rig.change(&id, body("more of it")).unwrap();
        let stored = rig.fake.issue("OPS-1").unwrap().description;
        assert_eq!((words_of(&stored).trim(), receipt.dropped), ("more of it", Vec::new()));
        assert_eq!(receipt.issue.unwrap().body, text("more of it"));

        rig.change(&id, body(&"long ".repeat(20_000))).unwrap();
        assert!(words_of(&rig.fake.issue("OPS-1").unwrap().description).contains("guance.example"));

        rig.fake.switch(|switches| switches.text_limit = 3000);
        let receipt = rig.change(&id, body(&"long ".repeat(2_000))).unwrap();
        assert_eq!(named(&receipt.dropped), ["description"]);
        assert!(receipt.dropped[0].why.starts_with("sent cut to what this Jira takes: "), "{receipt:?}");

        rig.fake.switch(|switches| _ = switches.off_edit_screen.insert("description".into()));
        let error = rig.change(&id, body("x")).unwrap_err();
        assert!(error.kind == ApiErrorKind::Refused && error.message.contains("cannot be set"), "{error}");
        assert_eq!(rig.change(&IssueId::new("99"), body("x")).unwrap_err().kind, ApiErrorKind::Refused);
    }
}

#[test]
fn a_priority_that_jira_does_not_take_is_named() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::simple());
        for (priority, want, is_named) in [("Low", "Low", false), ("1", "Highest", false), ("P0", "Highest", true)] {
            let receipt = rig.change(&id, Change::Priority(priority.into())).unwrap();
            assert_eq!(rig.fake.priority_of("OPS-1").as_deref(), Some(want));
            assert_eq!(named(&receipt.dropped) == ["priority"], is_named);
            assert_eq!(receipt.issue.unwrap().priority().unwrap().name, want);
        }
        rig.fake.switch(|switches| _ = switches.off_edit_screen.insert("priority".into()));
        let receipt = rig.change(&id, Change::Priority("Low".into())).unwrap();
        assert_eq!(named(&receipt.dropped), ["priority"]);
        let gone = rig.change(&IssueId::new("99"), Change::Priority("Low".into()));
        assert_eq!(gone.unwrap_err().kind, ApiErrorKind::Refused);
    }
}

#[test]
fn an_assignee_is_set_and_taken_away() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::simple());
        rig.fake.switch(|switches| _ = switches.off_edit_screen.insert("assignee".into()));
        let alice = rig.find(&by_email("Alice@example.com")).unwrap();
        let assign =
            |who: Option<&Person>| rig.change(&id, Change::Assignee { set: who.cloned(), instead_of: None }).unwrap();
        assert_eq!(assign(Some(&alice)).issue.unwrap().assignees, std::slice::from_ref(&alice));
        assert_eq!(rig.fake.issue("OPS-1").unwrap().assignee.as_deref(), Some("alice"));
        assert_eq!(assign(None).issue.unwrap().assignees, []);
        assert_eq!(rig.fake.issue("OPS-1").unwrap().assignee, None);

        rig.fake.with_user("alice", |alice| _ = alice.denied.insert("ASSIGNABLE_USER".into()));
        let receipt = assign(Some(&alice));
        assert_eq!((named(&receipt.dropped), receipt.issue.unwrap().assignees), (vec!["assignee"], Vec::new()));
        assert!(receipt.dropped[0].why.contains("cannot be assigned"), "{:?}", receipt.dropped);
        rig.fake.with_user("bot", |bot| _ = bot.denied.insert("ASSIGN_ISSUES".into()));
        assert_eq!(named(&assign(None).dropped), ["assignee"]);
    }
}

#[test]
fn a_person_is_found_by_what_is_exact_and_unique() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let user = |name: &str, shown: &str, email: &str| User { email: email.into(), ..User::new(name, shown) };
        rig.fake.add_user(user("zhangsan", "张三", "zhang.san@example.com"));
        rig.fake.add_user(user("zhang.san.b", "张三丰", "zhang.san@example.com.cn"));
        rig.fake.add_user(user("li1", "李四", "li1@example.com"));
        rig.fake.add_user(user("li2", "李四", "li2@example.com"));
        let zhang = rig.find(&by_email("Zhang.San@example.com")).unwrap();
        assert_eq!(zhang.name, "张三");
        for (who, want) in [
            (by_name("张三"), Some("张三")),
            (by_name("张"), None),
            (by_name("李四"), None),
            (by_email("zhang.san@example.co"), None),
            (by_email("zhang"), None),
            (Person { id: zhang.id.clone(), ..Person::default() }, Some("张三")),
            (Person { id: "nobody".into(), name: "张三".into(), email: None }, Some("张三")),
            (Person { email: Some("old@example.com".into()), ..by_name("张三") }, None),
            (Person { email: Some("zhang.san@example.com".into()), ..by_name("李四") }, Some("张三")),
            (Person::default(), None),
        ] {
            assert_eq!(rig.find(&who).map(|found| found.name).as_deref(), want, "{flavour:?} {who:?}");
        }
        rig.fake.with_user("zhangsan", |user| user.active = false);
        rig.minutes(24 * 60 + 1);
        assert_eq!(rig.find(&by_email("zhang.san@example.com")), None, "who left is nobody");
    }
}

#[test]
fn a_hidden_address_finds_its_owner_by_the_name_too_and_no_stranger() {
    for flavour in BOTH {
        for beginnings in [false, true] {
            let rig = Rig::new(flavour);
            rig.fake.switch(|switches| switches.hidden_address_beginnings = beginnings);
            let hidden = |name: &str, shown: &str, email: &str| User {
                email: email.into(),
                email_visible: false,
                ..User::new(name, shown)
            };
            rig.fake.with_user("alice", |alice| alice.email_visible = false);
            let by = |email: &str, name: &str| Person { email: Some(email.into()), ..by_name(name) };
            let found = rig.find(&by("alice@example.com", "Alice Example")).unwrap();
            assert_eq!((found.name.as_str(), found.email), ("Alice Example", None));
            assert_eq!(rig.find(&by("alice@example.com", "Alice")), None, "the name does not fit");
            assert_eq!(rig.find(&by_email("alice@example.com")), None);
            rig.fake.add_user(hidden("mallory", "bob@example.com", "m@evil.example"));
            assert_eq!(rig.find(&by_email("bob@example.com")).unwrap().name, "Bob Example");
            rig.fake.add_user(hidden("eve", "王五", "zhao@example.com.evil.example"));
            for name in ["", "赵六", "zhao@example.com"] {
                assert_eq!(rig.find(&by("zhao@example.com", name)), None, "{flavour:?} {beginnings} {name}");
            }
            rig.fake.add_user(hidden("trudy", "赵六", "trudy@evil.example"));
            rig.minutes(61);
            assert_eq!(rig.find(&by("zhao@example.com", "赵六")), None, "a name, and an address that is another");
        }
    }
    let rig = Rig::new(Flavour::Cloud);
    let program = User { account_type: "app".into(), ..User::new("deploy", "Deploy Bot") };
    rig.fake.add_user(program);
    assert_eq!(rig.find(&by_name("Deploy Bot")), None);
}

#[test]
fn who_somebody_is_costs_a_search_a_day_and_nobody_one_an_hour() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let searches = || rig.requests().iter().filter(|request| request.ends_with("/user/search")).count();
        let (alice, nobody) = (by_email("alice@example.com"), by_email("nobody@example.com"));
        for (minutes, want) in [(0, 2), (0, 0), (59, 0), (2, 1), (23 * 60, 2)] {
            rig.minutes(minutes);
            assert_eq!((rig.find(&alice).is_some(), rig.find(&nobody).is_some()), (true, false));
            assert_eq!(searches(), want, "after {minutes} minutes more");
        }
        rig.fake.fail(Fault::new(What::Status(403, "{\"errorMessages\":[\"No.\"]}".into(), Vec::new())));
        assert_eq!(rig.find(&by_name("Bob Example")), None, "without Browse users");
        rig.fake.with_user("bot", |bot| _ = bot.denied.insert("USER_PICKER".into()));
        assert_eq!(rig.find(&by_email("bob@example.com")), None);
    }
}

#[test]
fn a_real_mention_is_one_in_jiras_own_words() {
    for flavour in BOTH {
        let (rig, id) = with_workflow(flavour, Workflow::simple());
        let alice = rig.find(&by_email("alice@example.com")).unwrap();
        let mention = Inline::Mention { id: "acnt_1".into(), name: "张三".into() };
        let stranger = Inline::Mention { id: "acnt_2".into(), name: "李四".into() };
        let line = Block::Paragraph { content: vec![Inline::text("hi "), mention, Inline::text(" "), stranger] };
        let body = Doc { blocks: vec![line] };
        let body = body.pinging(|here| (here == "acnt_1").then(|| (alice.id.clone(), alice.name.clone())));
        let mut push = super::add(1, "x", &id, false);
        if let Action::AddComment { body: said, .. } = &mut push.action {
            *said = body;
        }
        rig.push(push).unwrap();
        let stored = rig.fake.comments("OPS-1").remove(0).body;
        if flavour == Flavour::Cloud {
            let mention = json!({"type": "mention", "attrs": {"id": alice.id, "text": "@Alice Example"}});
            assert_eq!(stored["content"][0]["content"][1], mention);
        } else {
            assert_eq!(stored.as_str().unwrap().trim(), "hi [~alice] @李四");
        }
    }
}
