//! What a chat room is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::too_many_lines, reason = "tests")]

use insta::assert_snapshot;

use super::*;
use crate::domain::message::MAX_ADDRESS;
use crate::domain::{Level, SourceDetail, fixtures};
use crate::template::Kind;

fn issue() -> Issue {
    let level = Level { id: "system_level_1".to_owned(), name: "P1".to_owned() };
    let detail = SourceDetail { level: Some(level), ..SourceDetail::default() };
    Issue { title: "disk full on web-01".to_owned(), ..fixtures::source(detail) }
}

fn happening(event: Event, issue: &Issue) -> Happening<'_> {
    Happening {
        event,
        key: "guance/issue/issue_a",
        at: fixtures::at(fixtures::TIME),
        source: "guance",
        issue: Some(issue),
        jira: Some(("OPS-1", "https://jira.example/browse/OPS-1")),
        who: None,
        status: None,
        said: "",
    }
}

fn compile(kind: Kind, source: &str) -> Template {
    Template::compile(kind, source, &all_names(), &sample).unwrap()
}

fn all() -> Subscription {
    let on = Event::WORDS.map(|(_, event)| event).to_vec();
    Subscription { on, when: None, text: None, mention: Vec::new(), lang: Lang::En }
}

#[test]
fn guajiras_own_words_say_what_happened_in_both_languages() {
    let issue = issue();
    let plain = |event| happening(event, &issue);
    let failing = Happening {
        issue: None,
        jira: None,
        source: "jira",
        said: "GET /myself: cannot connect: Connection refused",
        ..plain(Event::Failing)
    };
    let all_of_them = [
        plain(Event::Created),
        Happening { who: Some("Li Si"), said: "it is full again\n\nlook at /var", ..plain(Event::Comment) },
        Happening { said: "who said this?", ..plain(Event::Comment) },
        Happening { status: Some("Resolved"), who: Some("Li Si"), ..plain(Event::Status) },
        Happening { said: "summary: is too long", ..plain(Event::Dead) },
        Happening { jira: None, ..plain(Event::Dead) },
        failing,
    ];
    let told = |lang| {
        let subscription = Subscription { lang, ..all() };
        let texts = all_of_them.iter().map(|one| subscription.message(one).unwrap().text);
        texts.collect::<Vec<_>>().join("\n--\n")
    };
    assert_snapshot!(told(Lang::En), @"
    New issue OPS-1: disk full on web-01
    Level: P1
    Status: Open
    --
    Li Si commented on OPS-1: disk full on web-01
    Level: P1
    Status: Open
    it is full again

    look at /var
    --
    Comment on OPS-1: disk full on web-01
    Level: P1
    Status: Open
    who said this?
    --
    OPS-1 is now Resolved: disk full on web-01
    Level: P1
    By: Li Si
    --
    Not written, and not tried again, OPS-1: disk full on web-01
    Level: P1
    Status: Open
    summary: is too long
    --
    Not written, and not tried again, issue_a: disk full on web-01
    Level: P1
    Status: Open
    --
    Sync fails: jira
    GET /myself: cannot connect: Connection refused
    ");
    assert_snapshot!(told(Lang::Zh), @"
    新问题 OPS-1：disk full on web-01
    等级：P1
    状态：Open
    --
    Li Si 评论了 OPS-1：disk full on web-01
    等级：P1
    状态：Open
    it is full again

    look at /var
    --
    OPS-1 有新评论：disk full on web-01
    等级：P1
    状态：Open
    who said this?
    --
    OPS-1 的状态变为 Resolved：disk full on web-01
    等级：P1
    操作人：Li Si
    --
    未能写入且不再重试，OPS-1：disk full on web-01
    等级：P1
    状态：Open
    summary: is too long
    --
    未能写入且不再重试，issue_a：disk full on web-01
    等级：P1
    状态：Open
    --
    同步失败：jira
    GET /myself: cannot connect: Connection refused
    ");
}

#[test]
fn a_room_gets_what_it_asked_for_and_nothing_else() {
    let issue = issue();
    for (on, when, event, want) in [
        (&[Event::Created][..], None, Event::Created, true),
        (&[Event::Created], None, Event::Comment, false),
        (&[], None, Event::Created, false),
        (&[Event::Created], Some("level in ['P0', 'P1']"), Event::Created, true),
        (&[Event::Created], Some("level == 'P3'"), Event::Created, false),
        (&[Event::Created, Event::Dead], Some("event == 'dead' or level == 'P0'"), Event::Created, false),
        (&[Event::Created, Event::Dead], Some("event == 'dead' or level == 'P0'"), Event::Dead, true),
        (&[Event::Created], Some("jira is startingwith('OPS-') and source == 'guance'"), Event::Created, true),
        // What cannot be computed is told to nobody.
        (&[Event::Created], Some("1 // 0 == level"), Event::Created, false),
        // A failure is no issue's.
        (&[Event::Failing], Some("level == 'P0'"), Event::Failing, true),
    ] {
        let when = when.map(|when| compile(Kind::Condition, when));
        let subscription = Subscription { on: on.to_vec(), when, ..all() };
        assert_eq!(subscription.message(&happening(event, &issue)).is_some(), want, "{subscription:?} {event:?}");
    }
}

#[test]
fn an_issue_that_is_not_known_satisfies_no_condition_about_it() {
    let when = Some(compile(Kind::Condition, "level in ['P0', 'P1']"));
    let subscription = Subscription { when, ..all() };
    let issue = issue();
    let unknown = Happening { issue: None, ..happening(Event::Comment, &issue) };
    assert_eq!(subscription.takes(&unknown), Ok(false));
}

#[test]
fn a_text_of_the_configuration_takes_the_place_of_guajiras_words() {
    let issue = issue();
    let said = |text: &str| {
        let subscription = Subscription { text: Some(compile(Kind::Text, text)), ..all() };
        let one = Happening { who: Some("Li"), status: Some("Working"), ..happening(Event::Status, &issue) };
        subscription.message(&one).unwrap().text
    };
    assert_eq!(
        said("{{ level }} {{ title }} {{ jira_url }}"),
        "P1 disk full on web-01 https://jira.example/browse/OPS-1"
    );
    assert_eq!(said("{{ event }} {{ jira }} {{ who }} {{ status }} {{ source }}"), "status OPS-1 Li Working guance");
    assert_eq!(said("{{ excerpt or 'nothing' }}"), "nothing");
    // What it needs is not there, or it gives nothing: guajira's words.
    let own = "OPS-1 is now Working: disk full on web-01\nLevel: P1\nBy: Li";
    assert_eq!(said("{{ tags.host }}"), own);
    assert_eq!(said("{% if tags.host %}x{% endif %}"), own);
}

#[test]
fn everything_is_bounded_and_nobody_is_mentioned_unless_the_configuration_says_so() {
    let long = "磁盘 ".repeat(5000);
    let issue = Issue { title: long.clone(), url: format!("https://x.example/{}", "a".repeat(MAX_ADDRESS)), ..issue() };
    let one = Happening { who: Some(&long), status: Some(&long), said: &long, ..happening(Event::Comment, &issue) };
    let message = all().message(&one).unwrap();
    assert!(message.mention.is_empty());
    assert!(serde_json::to_string(&message).unwrap().len() < 10_000, "{message:?}");
    assert_eq!(message.item.as_ref().unwrap().url, "");
    let text = compile(Kind::Text, "{{ description }}{% for _ in range(2000) %}123456789 {% endfor %}");
    let message = Subscription { text: Some(text), mention: vec!["ou_1".to_owned()], ..all() }.message(&one).unwrap();
    assert_eq!(message.text.chars().count(), MAX_TEXT);
    assert_eq!(message.mention, ["ou_1"]);
}

#[test]
fn the_same_happening_is_the_same_message() {
    let issue = issue();
    let id = |event| all().message(&happening(event, &issue)).unwrap().id;
    assert_eq!(id(Event::Created), id(Event::Created));
    assert_ne!(id(Event::Created), id(Event::Dead));
}

#[test]
fn a_storm_becomes_one_message() {
    let issue = issue();
    let waiting: Vec<Message> = (0..13)
        .map(|n| {
            let key = format!("guance/issue/issue_{n}");
            let name = format!("OPS-{n}");
            let jira = Some((name.as_str(), "https://jira.example/"));
            let mention = vec![format!("U{}", n % 2)];
            let one = Happening { key: &key, jira, ..happening(Event::Created, &issue) };
            Subscription { mention, ..all() }.message(&one).unwrap()
        })
        .collect();
    assert_eq!(digest(&waiting[..MOST_SINGLE], Lang::En), None);
    assert_eq!(digest(&[], Lang::En), None);
    let one = digest(&waiting, Lang::En).unwrap();
    assert_snapshot!(one.text, @"
    13 messages
    New issue OPS-0: disk full on web-01
    New issue OPS-1: disk full on web-01
    New issue OPS-2: disk full on web-01
    New issue OPS-3: disk full on web-01
    New issue OPS-4: disk full on web-01
    New issue OPS-5: disk full on web-01
    New issue OPS-6: disk full on web-01
    New issue OPS-7: disk full on web-01
    New issue OPS-8: disk full on web-01
    New issue OPS-9: disk full on web-01
    … and 3 more
    ");
    assert_eq!((one.count, one.event), (13, Event::Digest));
    assert_eq!(one.mention, ["U0", "U1"]);
    assert_eq!(digest(&waiting, Lang::Zh).unwrap().heading(), "13 条消息");
    assert_eq!(digest(&waiting, Lang::Zh).unwrap().id, one.id);
    assert_ne!(digest(&waiting[1..], Lang::En).unwrap().id, one.id);
    // Digests can be gathered again: the count is that of what happened.
    let many = [waiting[..6].to_vec(), vec![one]].concat();
    assert_eq!(digest(&many, Lang::En).unwrap().count, 19);
}
