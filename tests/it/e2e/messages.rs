//! What chat rooms are told of a run: each thing once at most, by no room's leave but its own, and never a word of an address.

use std::time::Duration;

use guajira_fakes::chat::{FakeChat, Options, Post, Service, TOKEN};
use guajira_fakes::jira::{Flavour, Visibility, Workflow};
use guajira_fakes::server::{Fault, Times, What};

use super::crash::{Fate, run_and_kill};
use super::lines::Two;
use super::world::{Outcome, World};

const ALL: [(&str, Service); 6] = [
    ("feishu", Service::Feishu),
    ("dingtalk", Service::DingTalk),
    ("wecom", Service::WeCom),
    ("slack", Service::Slack),
    ("slack", Service::Mattermost),
    ("webhook", Service::Webhook),
];

const EVERYTHING: &str = "on = [\"created\", \"comment\", \"status\", \"dead\", \"failing\"]";

fn chat(service: Service) -> FakeChat {
    FakeChat::start(Options::of(service))
}

/// Adds a room to the configuration.
fn add_room(world: &mut World, name: &str, kind: &str, chat: &FakeChat, lines: &str) {
    let variable = format!("ROOM_{}", name.to_uppercase());
    world.set(&variable, &chat.address());
    let text = std::fs::read_to_string(world.path("sync.toml")).unwrap();
    let room =
        format!("\n[[notify]]\nname = \"{name}\"\nkind = \"{kind}\"\nurl = {{ env = \"{variable}\" }}\n{lines}\n");
    world.write("sync.toml", &(text + &room));
}

/// A world with one room, called `oncall`.
fn world_with(kind: &str, service: Service, lines: &str) -> (World, FakeChat) {
    let (mut world, room) = (World::new(Flavour::Cloud), chat(service));
    add_room(&mut world, "oncall", kind, &room, lines);
    (world, room)
}

fn open(world: &World, title: &str) -> String {
    world.guance.open_issue(title, "<p>it is full</p>", "P1", "张三")
}

/// Runs and looks that nothing of an address is shown or kept, however much is logged.
fn run(world: &World, args: &[&str]) -> Outcome {
    let outcome = world.run(&[&["-vv"], args].concat());
    let state = std::fs::read(world.path("guajira.db")).unwrap_or_default();
    let all = format!("{} {} {}", outcome.stdout, outcome.stderr, String::from_utf8_lossy(&state));
    assert!(!all.contains(TOKEN) && !all.contains(&TOKEN[..18]), "{outcome}");
    outcome
}

fn sync(world: &World) -> Outcome {
    let outcome = run(world, &["sync"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    outcome
}

fn pass(world: &World, chats: &[&FakeChat], time: Duration) {
    world.pass(time);
    for chat in chats {
        chat.clock().advance(time);
    }
}

fn texts(chat: &FakeChat) -> Vec<String> {
    chat.posts().into_iter().map(|post: Post| post.text.replace(['\u{200b}', '\\'], "")).collect()
}

#[test]
fn a_new_issue_is_told_once_in_every_kind_of_room() {
    let mut world = World::new(Flavour::Server);
    let rooms: Vec<FakeChat> = ALL.iter().map(|(_, service)| chat(*service)).collect();
    for (n, ((kind, _), room)) in ALL.iter().zip(&rooms).enumerate() {
        add_room(&mut world, &format!("r{n}"), kind, room, "");
    }
    let issue = open(&world, "disk full");
    let outcome = sync(&world);
    assert!(outcome.stdout.contains("1 issue created") && outcome.stdout.contains("6 messages sent"), "{outcome}");
    let key = world.key_of(&issue);
    for _ in 0..2 {
        for (room, (_, service)) in rooms.iter().zip(ALL) {
            let told = texts(room);
            assert_eq!(told.len(), 1, "{service:?}: {told:?}");
            for word in [format!("New issue {key}: disk full"), "Level: P1".to_owned()] {
                assert!(told[0].contains(&word), "{service:?}: {word} in {told:?}");
            }
            let links = &room.posts()[0].links;
            assert!(links.contains(&format!("{}/browse/{key}", world.jira.base_url())), "{service:?}: {links:?}");
        }
        world.settle();
    }
    let why = run(&world, &["why", &key]);
    assert!(why.stdout.contains(&format!("message to r0: created, {key}")), "{why}");
    let json: serde_json::Value = serde_json::from_str(&world.run(&["why", &key, "--json"]).stdout).unwrap();
    assert_eq!(json["messages"].as_array().unwrap().len(), 6, "{json}");
}

#[test]
fn comments_and_statuses_are_told_in_the_words_of_their_authors() {
    let (world, room) = world_with("webhook", Service::Webhook, EVERYTHING);
    world.jira.with_project("OPS", |project| project.workflow = Workflow::classic());
    world.reconfigure("[[route]]", "[flow]\nstatus = \"both\"\n\n[[route]]");
    let issue = open(&world, "disk full");
    world.settle();
    let key = world.key_of(&issue);
    world.jira.comment(&key, "alice", "found the cause");
    world.guance.reply(&issue, "李四", "<p>thank you</p>");
    world.settle();
    world.guance.set_status(&issue, 20, "李四");
    world.settle();
    world.jira.transition(&key, "alice", "Reopened");
    world.settle();
    let bodies: Vec<serde_json::Value> = room.posts().into_iter().map(|post| post.body).collect();
    let told = |event: &str| {
        let of = bodies.iter().filter(|body| body["event"] == event);
        of.map(|body| (body["who"].to_string(), body["status"].to_string(), body["excerpt"].to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("created").len(), 1, "{bodies:#?}");
    let mut comments = told("comment");
    comments.sort();
    assert_eq!(comments.len(), 2, "{bodies:#?}");
    assert!(comments.iter().any(|(who, _, said)| who.contains("李四") && said == "\"thank you\""), "{comments:?}");
    assert!(comments.iter().any(|(_, _, said)| said == "\"found the cause\""), "{comments:?}");
    let statuses = told("status");
    assert_eq!(statuses.len(), 2, "{bodies:#?}");
    assert!(statuses[0].0.contains("李四") && statuses[0].1.contains("Resolved"), "{statuses:?}");
    assert!(bodies.iter().all(|body| body["jira"] == key.as_str() && body["title"] == "disk full"), "{bodies:#?}");
}

#[test]
fn a_comment_that_is_not_copied_is_not_told() {
    let (world, room) = world_with("slack", Service::Slack, "on = [\"comment\"]");
    let issue = open(&world, "disk full");
    world.settle();
    let key = world.key_of(&issue);
    let role = Some(Visibility::Role("Administrators".to_owned()));
    world.jira.comment_for(&key, "alice", "the password is in the safe", role);
    world.settle();
    assert!(texts(&room).is_empty(), "{:?}", texts(&room));
}

#[test]
fn killed_with_a_message_on_its_way_nobody_is_told_twice() {
    for (fate, arrived) in [(Fate::Done, 1), (Fate::Lost, 0)] {
        let (world, room) = world_with("feishu", Service::Feishu, "");
        let issue = open(&world, "disk full");
        run_and_kill(&world, room.server(), 1, fate);
        for _ in 0..2 {
            pass(&world, &[&room], Duration::from_mins(2));
            sync(&world);
        }
        assert_eq!((room.posts().len(), room.recorded().len()), (arrived, 1), "{fate:?}");
        let why = run(&world, &["why", &world.key_of(&issue)]);
        assert!(why.stdout.contains("it counts as sent: no answer"), "{why}");
    }
}

#[test]
fn killed_while_its_issue_is_made_a_message_is_neither_lost_nor_doubled() {
    for fate in [Fate::Done, Fate::Lost] {
        let (world, room) = world_with("feishu", Service::Feishu, "when = \"level == 'P1' and 'full' in description\"");
        world.sync();
        open(&world, "disk full");
        // The first write is the counter's.
        let nth = if fate == Fate::Done { 2 } else { 1 };
        run_and_kill(&world, &world.jira, nth, fate);
        world.settle();
        assert_eq!(world.jira.issues().len(), 1);
        assert_eq!(texts(&room).len(), 1, "{fate:?}: {:?}", texts(&room));
        assert!(texts(&room)[0].contains("New issue OPS-1: disk full"), "{:?}", texts(&room));
    }
}

#[test]
fn an_answer_that_was_lost_counts_as_one() {
    for what in [What::DropAfter, What::StatusAfter(502, "bad gateway".to_owned(), Vec::new())] {
        let (world, room) = world_with("wecom", Service::WeCom, "");
        let issue = open(&world, "disk full");
        room.server().fail(Fault::new(what));
        let outcome = sync(&world);
        assert!(outcome.stdout.contains("1 message was sent without an answer"), "{outcome}");
        pass(&world, &[&room], Duration::from_mins(2));
        sync(&world);
        assert_eq!((room.posts().len(), room.recorded().len()), (1, 1));
        let why = run(&world, &["why", &world.key_of(&issue)]);
        assert!(why.stdout.contains("it counts as sent") && why.stdout.contains("look into the room"), "{why}");
    }
}

#[test]
fn runs_together_keep_to_the_pace_of_a_room() {
    let (world, room) = world_with("dingtalk", Service::DingTalk, "");
    for round in 0..4 {
        for n in 0..if round < 3 { 5 } else { 2 } {
            open(&world, &format!("issue {round}.{n}"));
        }
        sync(&world);
    }
    assert_eq!(room.recorded().len(), 15, "two more wait");
    assert!(run(&world, &["status"]).stdout.contains("2 messages waiting (0 failing), 0 dead"));
    pass(&world, &[&room], Duration::from_secs(61));
    sync(&world);
    assert_eq!((room.recorded().len(), room.posts().len()), (17, 17));
}

#[test]
fn many_messages_become_one() {
    let (world, room) = world_with("slack", Service::Mattermost, "");
    for n in 0..8 {
        open(&world, &format!("issue number {n}"));
    }
    let outcome = sync(&world);
    assert!(outcome.stdout.contains("8 messages sent"), "{outcome}");
    let told = texts(&room);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("8 messages") && (0..8).all(|n| told[0].contains(&format!("number {n}"))), "{told:?}");
    world.settle();
    assert_eq!(room.recorded().len(), 1);
}

#[test]
fn a_room_that_is_too_much_is_told_when_it_asks_to_be() {
    let (world, room) = world_with("feishu", Service::Feishu, "");
    open(&world, "disk full");
    let wait = vec![("Retry-After".to_owned(), "300".to_owned())];
    room.server().fail(Fault::new(What::Status(429, "too many".to_owned(), wait)));
    sync(&world);
    for (minutes, posts) in [(2, 0), (2, 0), (2, 1), (2, 1)] {
        pass(&world, &[&room], Duration::from_mins(minutes));
        sync(&world);
        assert_eq!(room.posts().len(), posts);
    }
    assert_eq!(room.recorded().len(), 2);
}

#[test]
fn a_room_that_is_down_delays_nobody_and_is_told_later() {
    let (mut world, down) = world_with("feishu", Service::Feishu, EVERYTHING);
    let other = chat(Service::Slack);
    add_room(&mut world, "ops", "slack", &other, EVERYTHING);
    world.set("ROOM_ONCALL", &format!("http://127.0.0.1:9/open-apis/bot/v2/hook/{TOKEN}"));
    let issue = open(&world, "disk full");
    sync(&world);
    let key = world.key_of(&issue);
    world.jira.comment(&key, "alice", "found the cause");
    pass(&world, &[&down, &other], Duration::from_mins(6));
    sync(&world);
    assert_eq!(texts(&other).len(), 2, "{:?}", texts(&other));
    assert_eq!(world.copied_replies(&issue).len(), 1);
    let status = run(&world, &["status"]);
    assert!(status.stdout.contains("2 messages waiting") && status.stdout.contains("cannot connect"), "{status}");
    let json: serde_json::Value = serde_json::from_str(&world.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!((&json["messages"]["waiting"], &json["messages"]["dead"]), (&2.into(), &0.into()), "{json}");

    world.set("ROOM_ONCALL", &down.address());
    pass(&world, &[&down, &other], Duration::from_hours(1));
    sync(&world);
    let told = texts(&down);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("New issue") && told[1].contains("commented on"), "in their order: {told:?}");
    assert_eq!(texts(&other).len(), 2);
    world.settle();
    assert_eq!((texts(&down).len(), texts(&other).len()), (2, 2));
}

#[test]
fn a_refused_message_is_for_a_person() {
    let (world, room) = world_with("webhook", Service::Webhook, "");
    let issue = open(&world, "disk full");
    room.server().fail(Fault::new(What::Status(422, "not like this".to_owned(), Vec::new())));
    let outcome = run(&world, &["sync"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stdout.contains("not like this") && outcome.stdout.contains("guajira retry ID"), "{outcome}");
    let key = world.key_of(&issue);
    assert!(world.run(&["why", &key]).stdout.contains("not like this"));
    pass(&world, &[&room], Duration::from_mins(2));
    assert_eq!(world.run(&["sync"]).code, 3, "until a person has done something");
    let message = format!("oncall/message/created/guance/issue/{issue}");
    assert!(world.run(&["status"]).stdout.contains(&message), "{}", world.run(&["status"]));
    assert_eq!(room.recorded().len(), 1);

    let dropped = world.run(&["drop", &message, "--because", "everybody knows"]);
    assert_eq!(dropped.code, 0, "{dropped}");
    sync(&world);
    let revived = world.run(&["retry", &message]);
    assert_eq!(revived.code, 0, "{revived}");
    sync(&world);
    assert_eq!(room.posts().len(), 1);
    world.settle();
    assert_eq!(room.recorded().len(), 2);
}

#[test]
fn a_room_that_refuses_our_login_says_so_and_is_left_alone_for_a_while() {
    let (world, room) = world_with("slack", Service::Slack, "");
    room.switch(|switches| switches.removed = true);
    open(&world, "disk full");
    let outcome = run(&world, &["sync"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stdout.contains("[[notify]].url"), "{outcome}");
    room.switch(|switches| switches.removed = false);
    sync(&world);
    assert_eq!(room.recorded().len(), 1);
    pass(&world, &[&room], Duration::from_mins(2));
    sync(&world);
    assert_eq!(room.posts().len(), 1);
}

#[test]
fn a_write_that_is_refused_for_good_is_told() {
    let (world, room) = world_with("feishu", Service::Feishu, "");
    let refusal = r#"{"errorMessages":["the project is closed to you"]}"#.to_owned();
    let fault = Fault::new(What::Status(400, refusal, Vec::new())).body_contains("disk full");
    world.jira.fail(fault.times(Times::Always));
    open(&world, "disk full");
    for _ in 0..3 {
        world.run(&["sync"]);
    }
    let told = texts(&room);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("disk full") && told[0].contains("the project is closed to you"), "{told:?}");
    world.jira.clear_faults();
    assert_eq!(world.run(&["retry", "--all"]).code, 0);
    world.settle();
    assert!(texts(&room).len() == 2 && texts(&room)[1].contains("New issue OPS-1"), "{:?}", texts(&room));
}

#[test]
fn a_service_that_fails_is_told_once_and_once_more_when_it_works_again() {
    let (world, room) = world_with("slack", Service::Mattermost, "when = \"level == 'P0'\"");
    sync(&world);
    world.jira.fail(Fault::new(What::Status(500, "down".to_owned(), Vec::new())).times(Times::Always));
    for _ in 0..3 {
        pass(&world, &[&room], Duration::from_mins(2));
        assert_eq!(run(&world, &["sync"]).code, 4);
    }
    assert!(texts(&room).len() == 1 && texts(&room)[0].contains("Sync fails: jira"), "{:?}", texts(&room));
    world.jira.clear_faults();
    for _ in 0..2 {
        pass(&world, &[&room], Duration::from_mins(2));
        sync(&world);
    }
    assert!(texts(&room).len() == 2 && texts(&room)[1].contains("Sync works again: jira"), "{:?}", texts(&room));
}

#[test]
fn lines_that_share_a_room_share_its_pace() {
    let mut two = Two::new(Flavour::Cloud);
    let room = chat(Service::DingTalk);
    add_room(&mut two.world, "oncall", "dingtalk", &room, "");
    two.sync();
    let now = chrono::Utc::now().timestamp_millis();
    for _ in 0..14 {
        two.world.state().execute("INSERT INTO ledger VALUES ('sink.oncall', ?1)", [now]).unwrap();
    }
    open(&two.world, "disk full");
    two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
    let outcome = two.world.run(&["sync"]);
    assert_eq!((outcome.code, room.recorded().len()), (0, 1), "{outcome}");
    room.clock().advance(Duration::from_mins(6));
    two.sync();
    let told = texts(&room).join("\n");
    assert!(room.posts().len() == 2 && told.contains("disk full") && told.contains("slow checkout"), "{told}");
}

#[test]
fn nothing_is_told_of_what_was_there_before() {
    let (world, room) = world_with("webhook", Service::Webhook, EVERYTHING);
    let issues = [open(&world, "disk full"), open(&world, "slow checkout")];
    world.settle();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "found the cause");
    world.settle();
    let before = room.recorded().len();
    assert_eq!(before, 3);
    for _ in 0..2 {
        world.lose_state();
        world.settle();
    }
    assert_eq!(room.recorded().len(), before, "{:?}", texts(&room));
    open(&world, "a new one");
    world.settle();
    assert_eq!(room.recorded().len(), before + 1, "{:?}", texts(&room));
}

#[test]
fn a_backfill_tells_nothing_of_what_it_carries() {
    let (world, room) = world_with("feishu", Service::Feishu, EVERYTHING);
    open(&world, "disk full");
    pass(&world, &[&room], Duration::from_hours(3));
    let outcome = run(&world, &["sync", "--since", "1d"]);
    assert!(outcome.code == 0 && world.jira.issues().len() == 1, "{outcome}");
    world.settle();
    assert!(texts(&room).is_empty(), "{:?}", texts(&room));
}

#[test]
fn a_dry_run_shows_what_would_be_told_and_tells_nobody() {
    let (world, room) = world_with("feishu", Service::Feishu, "");
    open(&world, "disk full");
    let outcome = run(&world, &["sync", "--dry-run"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.lines().any(|line| line.starts_with("→ oncall: New issue ")), "{outcome}");
    let json: serde_json::Value = serde_json::from_str(&world.run(&["sync", "--dry-run", "--json"]).stdout).unwrap();
    assert_eq!(json["messages"]["planned"][0]["sink"], "oncall", "{json}");
    assert!(room.recorded().is_empty() && !world.path("guajira.db").exists());
}

#[test]
fn a_person_reads_about_messages_in_chinese() {
    let (world, room) = world_with("webhook", Service::Webhook, "");
    open(&world, "disk full");
    room.server().fail(Fault::new(What::Status(422, "not like this".to_owned(), Vec::new())));
    let outcome = run(&world, &["sync", "--lang", "zh"]);
    assert!(outcome.stdout.contains("发往 oncall 的消息：created，OPS-1"), "{outcome}");
    let status = run(&world, &["status", "--lang", "zh"]);
    assert!(status.stdout.contains("消息    0 条待发送") && status.stdout.contains("1 条已停止重试"), "{status}");
}
