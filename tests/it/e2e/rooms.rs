//! `guajira check` and chat rooms: a line for each, a test message on demand, and never a word of an address.

use guajira_fakes::chat::{FakeChat, Options, Service, TOKEN};
use guajira_fakes::jira::Flavour;
use guajira_fakes::server::{Fault, What};

use super::world::{Outcome, World};

/// A world with a room of this service, called `oncall`.
fn world_with(chat: &FakeChat, kind: &str, lines: &str) -> World {
    let mut world = World::new(Flavour::Server);
    world.set("ROOM_URL", &chat.address());
    let notify =
        format!("\n[[notify]]\nname = \"oncall\"\nkind = \"{kind}\"\nurl = {{ env = \"ROOM_URL\" }}\n{lines}\n");
    let text = std::fs::read_to_string(world.path("sync.toml")).unwrap();
    world.write("sync.toml", &(text + &notify));
    world
}

/// Runs and looks that nothing of an address is shown, however much is logged.
fn run(world: &World, args: &[&str]) -> Outcome {
    let outcome = world.run(args);
    let all = format!("{} {}", outcome.stdout, outcome.stderr);
    assert!(!all.contains(TOKEN) && !all.contains(&TOKEN[..18]), "{outcome}");
    outcome
}

#[test]
fn check_has_a_line_for_each_room_and_sends_nothing() {
    let chat = FakeChat::start(Options::of(Service::Feishu));
    let world = world_with(&chat, "feishu", "secret = \"s\"");
    let outcome = run(&world, &["-vv", "check"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    let want = format!("ok   room oncall (Feishu): {} answers, signed; nothing was sent", chat.server().base_url());
    assert!(outcome.stdout.lines().any(|line| line == want), "{outcome}");
    assert!(chat.recorded().iter().all(|request| request.method == "GET"), "{:?}", chat.recorded());
    let outcome = run(&world, &["check", "--lang", "zh"]);
    assert!(outcome.stdout.contains("正常 通知 oncall（Feishu）"), "{outcome}");
}

#[test]
fn a_room_that_nobody_can_reach_is_warned_of_and_holds_up_nothing() {
    let chat = FakeChat::start(Options::of(Service::Slack));
    let mut world = world_with(&chat, "slack", "");
    world.set("ROOM_URL", &format!("http://127.0.0.1:9/services/{TOKEN}"));
    let outcome = run(&world, &["-vv", "check"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("warn room oncall (Slack)"), "{outcome}");
    assert!(outcome.stdout.contains("→ check the host in [[notify]].url"), "{outcome}");
    world.set("ROOM_URL", "http://127.0.0.1:9/");
    let outcome = run(&world, &["check"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("[[notify]].url is no address of Slack"), "{outcome}");
}

#[test]
fn a_test_message_goes_into_the_room_that_was_named() {
    let chat = FakeChat::start(Options::of(Service::WeCom));
    let world = world_with(&chat, "wecom", "mention = [\"all\"]");
    let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert_eq!(outcome.stdout, "ok   room oncall (WeCom): took the test message\n");
    let posts = chat.posts();
    assert_eq!(posts.len(), 1);
    assert!(posts[0].text.contains("Test message for oncall") && posts[0].pings.is_empty(), "{:?}", posts[0]);
    assert!(world.guance.recorded().is_empty() && world.jira.recorded().is_empty());
    assert!(!world.path("guajira.db").exists());

    let outcome = run(&world, &["check", "--message", "oncal"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(
        outcome.stderr.contains("no [[notify]] called \"oncal\"") && outcome.stderr.contains("has oncall"),
        "{outcome}"
    );
    let outcome = run(&world, &["check", "--message", "oncall", "--explain", "issue_x"]);
    assert_eq!(outcome.code, 2, "{outcome}");
}

#[test]
fn a_test_message_is_in_the_language_of_the_configuration() {
    let chat = FakeChat::start(Options::of(Service::Mattermost));
    let world = world_with(&chat, "slack", "[text]\nlanguage = \"zh\"");
    let outcome = run(&world, &["check", "--message", "oncall"]);
    assert_eq!(outcome.stdout, "正常 通知 oncall（Slack）：已接收测试消息\n", "{outcome}");
    assert!(chat.posts()[0].text.starts_with("oncall 的测试消息\n"), "{:?}", chat.posts());
}

#[test]
fn a_refused_test_message_says_what_to_do() {
    let secret = Some("SEC-the-right-one".to_owned());
    let chat = FakeChat::start(Options { secret, ..Options::of(Service::DingTalk) });
    let world = world_with(&chat, "dingtalk", "secret = \"SEC-the-wrong-one\"");
    let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(
        outcome.stdout.contains("FAIL room oncall (DingTalk): DingTalk: errcode 310000: sign not match"),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("→ check [[notify]].secret"), "{outcome}");
    assert!(!outcome.stdout.contains("SEC-the") && !outcome.stderr.contains("SEC-the"), "{outcome}");
    let outcome = run(&world, &["check", "--message", "oncall", "--lang", "zh"]);
    assert!(outcome.stdout.contains("→ 请检查 [[notify]].secret"), "{outcome}");
    assert!(chat.posts().is_empty());
}

#[test]
fn a_test_message_whose_answer_was_lost_may_be_there() {
    let chat = FakeChat::start(Options::of(Service::Feishu));
    let world = world_with(&chat, "feishu", "");
    chat.server().fail(Fault::new(What::DropAfter));
    let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(
        outcome.stdout.contains("warn room oncall (Feishu)") && outcome.stdout.contains("look into the room"),
        "{outcome}"
    );
    assert_eq!(chat.posts().len(), 1);
}

#[test]
fn no_proxy_and_no_redirect_brings_the_address_into_the_output() {
    let (chat, proxy) = (FakeChat::start(Options::of(Service::Webhook)), FakeChat::start(Options::of(Service::Feishu)));
    let mut world = world_with(&chat, "webhook", "");
    let target = format!("{}/{TOKEN}", proxy.server().base_url());
    chat.server().fail(Fault::new(What::Status(307, String::new(), vec![("Location".to_owned(), target)])));
    let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stdout.contains("no redirect is followed") && proxy.recorded().is_empty(), "{outcome}");

    // What the proxy says may repeat what it was asked for.
    world.set("HTTP_PROXY", &proxy.server().base_url().replace("http://", "http://user:proxy-password@"));
    for what in [
        What::Status(407, format!("no login for {}", chat.address()), Vec::new()),
        What::Status(502, format!("<p>cannot reach {}</p>", chat.address()), Vec::new()),
        What::DropBefore,
    ] {
        proxy.server().fail(Fault::new(what));
        let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
        let all = format!("{} {}", outcome.stdout, outcome.stderr);
        assert!(!all.contains("proxy-password") && outcome.stdout.contains("room oncall"), "{outcome}");
    }
    assert_eq!(proxy.recorded().len(), 3, "it was asked");
    world.set("HTTP_PROXY", "http://127.0.0.1:9");
    let outcome = run(&world, &["-vv", "check", "--message", "oncall"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(chat.posts().is_empty());
}

#[test]
fn a_run_and_its_plan_show_nothing_of_a_room() {
    let chat = FakeChat::start(Options::of(Service::DingTalk));
    let world = world_with(&chat, "dingtalk", "on = [\"created\", \"comment\", \"status\", \"dead\", \"failing\"]");
    for args in [&["-vv", "sync", "--dry-run"][..], &["-vv", "sync"], &["status"]] {
        let outcome = run(&world, args);
        assert_eq!(outcome.code, 0, "{outcome}");
    }
    let state = std::fs::read(world.path("guajira.db")).unwrap();
    assert!(!String::from_utf8_lossy(&state).contains(TOKEN));
}
