//! Changing an issue: its status and its managers; and finding members.

use guajira::domain::{Change, Person, ServiceName, StatusCategory, StatusTarget};
use guajira::ports::Directory as _;
use guajira_fakes::guance::MemberSearch;

use super::*;

fn change(issue: &str, change: Change) -> Push {
    let id = IssueId::new(issue);
    Push {
        key: Key::field(ServiceName::GUANCE, &id, change.field()).edit(&Fingerprint::of(&["x"])),
        pair: id.clone(),
        target: Side::GUANCE,
        action: Action::ChangeIssue { issue: id, change, value: "x".into() },
        content: Fingerprint::of(&["x"]),
        summary: String::new(),
        seal: None,
    }
}

fn to(names: &[&str], category: StatusCategory) -> Change {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Change::Status(StatusTarget { names, category, resolution: None, fields: Vec::new() })
}

fn account(id: &str) -> Person {
    Person { id: id.into(), ..Person::default() }
}

impl Rig {
    fn change(&self, issue: &str, what: Change) -> Receipt {
        self.push(change(issue, what)).unwrap()
    }

    fn find_person(&self, who: &Person) -> Option<Person> {
        self.run().person(who).unwrap()
    }
}

#[test]
fn a_status_is_set_and_nothing_else_is_touched() {
    for (names, category, want) in [
        (&["Working"][..], StatusCategory::Todo, 15),
        (&["25"], StatusCategory::Todo, 25),
        (&["pending", "Open"], StatusCategory::Todo, 30),
        (&[], StatusCategory::Done, 20),
    ] {
        let rig = Rig::new();
        let issue = rig.fake.open_issue("a", "<p>x</p>", "P1", "张三");
        rig.fake.set_managers(&issue, &["李四", "group_1"], "张三");
        rig.clock.0.advance(Duration::from_mins(1));
        rig.requests();
        let receipt = rig.change(&issue, to(names, category));
        let now = rig.fake.issue(&issue).unwrap();
        assert_eq!((now.status_type, now.name.as_str(), now.level.as_str()), (want, "a", "system_level_1"));
        assert_eq!((now.description.as_str(), rig.fake.managers(&issue).len()), ("<p>x</p>", 2));
        let told = receipt.issue.unwrap();
        assert_eq!(
            (told.status.id.clone(), told.source().unwrap().updated_by.id.clone()),
            (want.to_string(), rig.fake.key_uuid(0))
        );
        assert_eq!((receipt.id, receipt.at), (issue, Some(now.updated)));
        let sent = rig.fake.recorded().into_iter().find(|request| request.path.ends_with("/modify")).unwrap();
        assert_eq!(sent.body, json!({"statusType": want}));
    }
}

#[test]
fn an_older_service_gets_the_older_status_and_is_asked_once() {
    for (name, want) in [("Working", 10), ("Closed", 20), ("15", 10), ("Pending", 30)] {
        let rig = Rig::switched(|switches| switches.new_statuses = false);
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        for tries in [if want == 30 { 1 } else { 2 }, 1] {
            rig.fake.set_status(&issue, 30, "张三");
            rig.requests();
            let receipt = rig.change(&issue, to(&[name], StatusCategory::Todo));
            assert_eq!(rig.fake.issue(&issue).unwrap().status_type, want, "{name}");
            assert_eq!((receipt.issue.unwrap().status.id, rig.requests().len()), (want.to_string(), tries), "{name}");
        }
    }
    let rig = Rig::switched(|switches| switches.new_statuses = false);
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.change(&issue, to(&["Closed", "Pending"], StatusCategory::Done));
    assert_eq!(rig.fake.issue(&issue).unwrap().status_type, 30, "the next name comes before a substitute");
}

#[test]
fn a_status_that_is_there_already_by_meaning_is_left_alone() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.fake.set_status(&issue, 25, "张三");
    let receipt = rig.change(&issue, to(&[], StatusCategory::Done));
    assert_eq!((receipt.issue.unwrap().status.name.as_str(), rig.fake.writes()), ("Closed", 0));
}

#[test]
fn what_cannot_be_set_is_refused() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let kind = |issue: &str, what: Change| rig.push(change(issue, what)).unwrap_err().kind;
    assert_eq!(kind(&issue, to(&["Frozen"], StatusCategory::Todo)), ApiErrorKind::Refused);
    assert_eq!(kind("issue_0", to(&["Closed"], StatusCategory::Todo)), ApiErrorKind::Refused);
    assert_eq!(kind(&issue, Change::Title("x".into())), ApiErrorKind::Refused);
    rig.fake.fail(Fault::new(What::DropAfter).writes());
    assert_eq!(kind(&issue, to(&["Closed"], StatusCategory::Todo)), ApiErrorKind::InDoubt);
    assert_eq!(rig.fake.issue(&issue).unwrap().status_type, 25);
}

#[test]
fn one_manager_gives_way_and_everything_else_stays() {
    for (merge, unbinds) in [(false, false), (false, true), (true, false), (true, true)] {
        let rig = Rig::with(Options { channels: vec!["ops".into(), "web".into()], ..Options::default() });
        rig.fake.switch(|switches| {
            switches.merge_extend = merge;
            switches.modify_unbinds_channels = unbinds;
        });
        let li = rig.fake.add_member("李四", "li.si@example.com");
        let wang = rig.fake.add_member("王五", "wang.wu@example.com");
        let issue = rig.fake.open_issue("a", "<p>x</p>", "P1", "张三");
        rig.fake.set_managers(&issue, &["group_1", "李四", "x@example.com"], "张三");
        let channels = vec![rig.fake.channel("ops"), rig.fake.channel("web")];
        let named = json!([{"type": "#", "uuid": channels[0], "exists": true}]);
        let links = json!([{"name": "runbook", "link": "https://wiki"}]);
        let members = json!([{"type": "@", "uuid": "acnt_1", "exists": true}]);
        rig.fake.edit_issue(&issue, "张三", |issue| {
            issue.channels.clone_from(&channels);
            for (key, value) in [("channels", &named), ("linkList", &links), ("members", &members)] {
                issue.extend.insert(key.to_owned(), value.clone());
            }
        });
        let set = |set: Option<&str>, instead_of: Option<&str>| {
            let instead_of = instead_of.map(str::to_owned);
            rig.change(&issue, Change::Assignee { set: set.map(account), instead_of })
        };
        let receipt = set(Some(&wang), Some(&li));
        assert_eq!(rig.fake.managers(&issue), ["group_1", "王五", "x@example.com"]);
        let told: Vec<String> = receipt.issue.unwrap().assignees.into_iter().map(|person| person.id).collect();
        assert_eq!(told, ["group_1", &wang, "x@example.com"]);
        let now = rig.fake.issue(&issue).unwrap();
        assert_eq!((&now.extend["linkList"], &now.extend["members"]), (&links, &members));
        assert_eq!(now.channels, channels, "merge {merge}, unbinds {unbinds}");
        assert_eq!((now.name.as_str(), now.status_type, now.description.as_str()), ("a", 10, "<p>x</p>"));

        set(None, Some(&wang));
        assert_eq!(rig.fake.managers(&issue), ["group_1", "x@example.com"]);
        let writes = rig.fake.writes();
        set(None, Some(&wang));
        assert_eq!(rig.fake.writes(), writes, "nothing to do");
        set(Some(&li), None);
        assert_eq!(rig.fake.managers(&issue), ["group_1", "x@example.com", "李四"]);
    }
}

#[test]
fn managers_are_named_at_the_price_of_one_request_each() {
    let rig = Rig::new();
    rig.fake.add_member("李四", "li.si@example.com");
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.fake.set_managers(&issue, &["李四", "张三", "group_1", "x@example.com"], "张三");
    let look = || {
        rig.requests();
        let issue = rig.changed(start() - TimeDelta::hours(1)).remove(0);
        let people = issue.assignees.into_iter().map(|person| (person.name, person.email.unwrap_or_default()));
        (people.collect::<Vec<_>>(), rig.requests().iter().filter(|request| request.ends_with("/get")).count())
    };
    let (people, requests) = look();
    let zhang = rig.fake.issue(&issue).unwrap().creator;
    let pair = |name: &str, email: &str| (name.to_owned(), email.to_owned());
    let want = [
        pair("李四", "li.si@example.com"),
        pair("张三", &format!("{zhang}@example.com")),
        pair("", ""),
        pair("x@example.com", "x@example.com"),
    ];
    assert_eq!((people.as_slice(), requests), (&want[..], 1));
    assert_eq!(look(), (want.to_vec(), 0), "remembered");
    rig.clock.0.advance(Duration::from_hours(31 * 24));
    let mut rig = rig;
    rig.settings.names_managers = false;
    assert_eq!(rig.changed(start() - TimeDelta::hours(1)).remove(0).assignees[0].name, "", "nobody asked");
}

#[test]
fn a_member_is_found_by_what_is_exact_and_unique() {
    for search in [MemberSearch::NameOrEmail, MemberSearch::Name, MemberSearch::Ignored] {
        for shape in [ListShape::Nested, ListShape::Bare] {
            let rig = Rig::switched(|switches| (switches.member_search, switches.list_shape) = (search, shape));
            let zhang = rig.fake.add_member("张三", "zhang.san@example.com");
            rig.fake.add_member("张三丰", "zhang.san@example.com.cn");
            rig.fake.add_member("李四", "li1@example.com");
            rig.fake.add_member("李四", "li2@example.com");
            let by = |email: Option<&str>, name: &str| {
                let who = Person { id: String::new(), name: name.into(), email: email.map(str::to_owned) };
                rig.find_person(&who).map(|found| found.id)
            };
            let by_email = (search != MemberSearch::Name).then_some(zhang.clone());
            assert_eq!(by(Some("Zhang.San@example.com"), ""), by_email, "{search:?}");
            assert_eq!(by(Some("zhang.san@example.com"), "张三"), Some(zhang.clone()));
            assert_eq!((by(None, "张三"), by(None, "张"), by(None, "李四")), (Some(zhang.clone()), None, None));
            assert_eq!((by(Some("zhang"), ""), by(None, "")), (None, None));
            let told = Person { id: zhang.clone(), ..Person::default() };
            assert_eq!(rig.find_person(&told).map(|found| found.id), Some(zhang));
        }
    }
}

#[test]
fn a_member_with_another_address_is_ruled_out_and_a_name_counts_once() {
    for search in [MemberSearch::NameOrEmail, MemberSearch::Name, MemberSearch::Ignored] {
        let rig = Rig::switched(|switches| switches.member_search = search);
        let zhang = rig.fake.add_member("张三", "zhang.san@example.com");
        let mallory = rig.fake.add_member("Mallory", "mallory@evil.example");
        let unknown = rig.fake.add_member("王五", "");
        rig.fake.choose_nickname(&mallory, "李四");
        let by = |email: &str, name: &str| {
            let email = Some(email.to_owned()).filter(|email| !email.is_empty());
            rig.find_person(&Person { id: String::new(), name: name.into(), email }).map(|found| found.id)
        };
        assert_eq!(by("li.si@example.com", "李四"), None, "{search:?}: she chose that name");
        assert_eq!(by("", "李四"), Some(mallory.clone()));
        assert_eq!(by("wang.wu@example.com", "王五"), Some(unknown), "{search:?}: nothing rules that one out");
        assert_eq!(by("zhang.san@example.com.cn", "张三"), None, "{search:?}");
        rig.fake.choose_nickname(&mallory, "张三");
        rig.clock.0.advance(Duration::from_hours(25));
        assert_eq!(by("", "张三"), None, "two bear it");
        assert_eq!(by("zhang.san@example.com", "张三"), Some(zhang), "the address tells");
    }
}

#[test]
fn a_name_that_may_go_on_on_another_page_is_nobodys() {
    let rig = Rig::switched(|switches| (switches.member_search, switches.issue_page) = (MemberSearch::Ignored, 1));
    rig.fake.add_member("张三", "zhang.san@example.com");
    rig.fake.add_member("张三", "zhang.san.2@example.com");
    let who = |name: &str, email: Option<&str>| Person {
        name: name.into(),
        email: email.map(str::to_owned),
        ..Person::default()
    };
    assert_eq!(rig.find_person(&who("张三", None)), None);
    assert!(rig.find_person(&who("", Some("zhang.san@example.com"))).is_some());
}

#[test]
fn who_somebody_is_costs_a_request_a_day() {
    let rig = Rig::new();
    rig.fake.add_member("张三", "zhang.san@example.com");
    let who = |name: &str| Person { name: name.into(), ..Person::default() };
    for (minutes, want) in [(0, 2), (59, 0), (2, 1), (23 * 60, 2)] {
        rig.clock.0.advance(Duration::from_mins(minutes));
        assert!(rig.find_person(&who("张三")).is_some() && rig.find_person(&who("nobody")).is_none());
        assert_eq!(rig.requests().len(), want, "after {minutes} minutes more");
    }
    rig.fake.fail(Fault::new(What::Status(
        403,
        r#"{"code":403,"errorCode":"ft.NoPermission","message":"","success":false,"content":{}}"#.into(),
        Vec::new(),
    )));
    assert_eq!(rig.find_person(&who("李四")), None);
}

#[test]
fn a_real_mention_is_shown_and_takes_effect() {
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        let mut rig = Rig::new();
        rig.settings.reply_format = format;
        let zhang = rig.fake.add_member("张三", "zhang.san@example.com");
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        let mention = Inline::Mention { id: "alice".into(), name: "Alice".into() };
        let body = Doc { blocks: vec![Block::Paragraph { content: vec![Inline::text("hi "), mention] }] };
        let body = body.pinging(|_| Some((zhang.clone(), "张三".into())));
        let mut push = copy(&issue, "x");
        if let Action::AddComment { body: said, .. } = &mut push.action {
            *said = body;
        }
        rig.push(push).unwrap();
        let reply = rig.fake.replies(&issue).remove(0);
        assert_eq!(reply.extend["members"], json!([{"type": "@", "uuid": zhang, "exists": true}]), "{format:?}");
        assert_eq!(reply.content.contains(&zhang), format == ReplyFormat::Html, "{}", reply.content);
        assert!(reply.content.contains("@张三"), "{}", reply.content);
    }
}
