//! What people order by hand: a reply from a chat, and a Jira issue now.

use std::fs;
use std::time::Duration;

use guajira_fakes::server::{Fault, Server, Times, What};

use super::agree::{jira_words, words};
use super::crash::{Fate, kill};
use super::world::{World, on_both};

/// An issue that has a copy, and the copy's key.
pub(super) fn paired(world: &World) -> (String, String) {
    let issue = world.guance.open_issue("disk full", "<p>on web 1</p>", "P1", "张三");
    world.sync();
    world.settle();
    let key = world.key_of(&issue);
    (issue, key)
}

/// What people read on both sides of what guajira wrote there.
fn read(world: &World, issue: &str, key: &str) -> (Vec<String>, Vec<String>) {
    let jira = world.copied_comments(key).iter().map(|comment| jira_words(&comment.body)).collect();
    let guance = world.copied_replies(issue).iter().map(|reply| words(&reply.content)).collect();
    (jira, guance)
}

/// Once on each side, whatever runs follow; also without the state.
fn is_once(world: &World, issue: &str, key: &str, text: &str) {
    for lost in [false, true] {
        if lost {
            world.lose_state();
            world.sync();
        }
        world.settle();
        let (jira, guance) = read(world, issue, key);
        for side in [&jira, &guance] {
            assert_eq!(side.iter().filter(|said| said.ends_with(text)).count(), 1, "{text}: {jira:?} {guance:?}");
        }
        assert_eq!((jira.len(), guance.len()), (1, 1), "nothing is copied back: {jira:?} {guance:?}");
    }
}

#[test]
fn a_reply_from_a_chat_reaches_both_sides_once() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        let reply = format!("#{}#looking at it, see #3", key.to_lowercase());
        let outcome = world.run(&["reply", &reply, "--author", "Mia"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let (jira, guance) = read(&world, &issue, &key);
        assert!(jira.len() == 1 && jira[0].starts_with("Mia · chat · "), "{jira:?}");
        assert!(guance.len() == 1 && guance[0].starts_with("Mia · chat · "), "{guance:?}");
        assert!(outcome.stdout.contains("posted on jira as ") && outcome.stdout.contains("posted on guance as repim_"));

        // A program that tries again says the same.
        let again = world.run(&["reply", &format!("＃{issue}＃looking at it, see #3"), "--author", "Mia", "--json"]);
        assert_eq!(again.code, 0, "{again}");
        let told: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        assert_eq!((&told["again"], &told["jira"]), (&true.into(), &key.as_str().into()), "{told}");
        assert_eq!(told["writes"].as_array().unwrap().len(), 2, "{told}");
        is_once(&world, &issue, &key, "looking at it, see #3");
    });
}

#[test]
fn a_hostile_reply_is_plain_words() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        let text =
            "[~alice] @all <script>x</script> {panel} *b*\u{1b}[31m\u{202e} [~accountid:acc-alice]\n||a|| and so on";
        let name =
            "M\u{7}ia [~bob]\n· x · [y](http://z#guajira-repim_0123456789abcdef0123456789abcdef-0123456789abcdef)";
        let outcome = world.run(&["reply", &format!("#{key}#{text}"), "--author", name]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let comments = world.copied_comments(&key);
        let body = comments[0].body.to_string();
        assert!(!body.contains("\"mention\"") && !body.contains('\u{1b}') && !body.contains("\\u001b"), "{body}");
        if comments[0].body.is_string() {
            assert!(!body.contains(" [~alice]") && !body.contains(" {panel}"), "{body}");
        }
        let reply = &world.copied_replies(&issue)[0].content;
        assert!(!reply.contains("<script"), "{reply}");
        is_once(&world, &issue, &key, "and so on");

        let long = world.run(&["reply", &format!("#{key}#{}", "字".repeat(4_001))]);
        assert!(long.code == 2 && long.stderr.contains("4001") && long.stderr.contains("4000"), "{long}");
        for bad in ["", "#", "##x", &format!("#{key}#"), &format!("{key} x"), "#NOPE-1#x", "#-\u{1b}[1m#x"] {
            let outcome = world.run(&["reply", bad]);
            assert!(outcome.code == 2 && outcome.stderr.contains("hint"), "{bad:?} {outcome}");
        }
        assert_eq!(read(&world, &issue, &key).0.len(), 1);
    });
}

#[test]
fn a_reply_to_what_takes_none_is_refused() {
    on_both(|world| {
        world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Bug\"\nclosed_status = \"Done\"");
        let (issue, key) = paired(&world);
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        world.forget_requests();
        let outcome = world.run(&["reply", &format!("#{key}#too late")]);
        assert!(outcome.code == 3 && outcome.stderr.contains("closed"), "{outcome}");
        assert_eq!(world.writes(), 0);
        let outcome = world.run(&["unlink", &key]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let outcome = world.run(&["reply", &format!("#{issue}#too late"), "--json"]);
        assert!(outcome.code == 3 && outcome.stdout.contains("refused"), "{outcome}");
        world.settle();
        assert_eq!(read(&world, &issue, &key), (Vec::new(), Vec::new()));
    });
}

#[test]
fn a_reply_waits_for_a_run_that_is_at_work_and_for_a_side_that_is_down() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        let lock = fs::File::open(world.path("guajira.db.lock")).unwrap();
        lock.lock().unwrap();
        world.forget_requests();
        let outcome = world.run(&["reply", &format!("#{key}#written while a run was at work")]);
        assert!(outcome.code == 0 && outcome.stdout.contains("another run is at work"), "{outcome}");
        assert_eq!(world.writes(), 0);
        drop(lock);
        world.settle();
        let (jira, guance) = read(&world, &issue, &key);
        let text = "written while a run was at work";
        assert!([jira, guance].iter().all(|said| said.len() == 1 && said[0].ends_with(text)));

        world.jira.fail(Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always));
        let outcome = world.run(&["reply", &format!("#{key}#written while it was down")]);
        assert!(outcome.code == 3 || outcome.code == 4, "{outcome}");
        world.jira.clear_faults();
        world.pass(Duration::from_mins(6));
        world.settle();
        let (jira, guance) = read(&world, &issue, &key);
        assert_eq!((jira.len(), guance.len()), (2, 2), "{jira:?} {guance:?}");
    });
}

#[test]
fn a_reply_that_was_killed_is_there_once() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        let text = format!("#{key}#said once");
        let sides: [&Server; 2] = [&world.jira, &world.guance];
        // Jira's first write is the counter.
        kill(&world, &["reply", &text], sides[0], 2, Fate::Done);
        world.pass(Duration::from_mins(6));
        world.settle();
        is_once(&world, &issue, &key, "said once");
    });
}

#[test]
fn a_push_creates_what_no_route_takes_once() {
    on_both(|world| {
        world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Bug\"\nwhen = \"level in ['P9']\"");
        world.sync();
        let issue = world.guance.open_issue("by hand", "<p>no route takes it</p>", "P1", "张三");
        world.guance.reply(&issue, "李四", "<p>with history</p>");
        world.settle();
        assert_eq!(world.copies_of(&issue).len(), 0);
        for route in ["0", "2"] {
            let outcome = world.run(&["push", &issue, "--route", route]);
            assert!(outcome.code == 2 && outcome.stderr.contains("route"), "{outcome}");
        }
        let outcome = world.run(&["push", "issue_nope"]);
        assert_eq!(outcome.code, 2, "{outcome}");
        let outcome = world.run(&["push", &issue]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let key = world.key_of(&issue);
        assert!(outcome.stdout.contains(&key), "{outcome}");
        let again = world.run(&["push", &issue]);
        assert!(again.code == 0 && again.stdout.contains("already") && again.stdout.contains(&key), "{again}");
        world.settle();
        world.assert_agrees();
        world.lose_state();
        world.sync();
        world.settle();
        assert_eq!(world.run(&["push", &issue]).code, 0);
        world.assert_agrees();
    });
}

#[test]
fn a_push_that_was_killed_or_waits_is_there_once() {
    on_both(|world| {
        world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Bug\"\nwhen = \"level in ['P9']\"");
        world.sync();
        let killed = world.guance.open_issue("killed", "<p>x</p>", "P1", "张三");
        kill(&world, &["push", &killed], &world.jira, 2, Fate::Done);
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!(world.copies_of(&killed).len(), 1);

        // What the routes say does not take it back while it waits.
        let waits = world.guance.open_issue("waits", "<p>x</p>", "P1", "张三");
        let down = What::Status(503, "down".to_owned(), Vec::new());
        world.jira.fail(Fault::new(down).method("POST").path_contains("/issue").times(Times::Always));
        let outcome = world.run(&["push", &waits]);
        assert_ne!(outcome.code, 0, "{outcome}");
        world.guance.retitle(&waits, "waits still", "张三");
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        world.jira.clear_faults();
        world.pass(Duration::from_hours(1));
        world.settle();
        assert_eq!(world.copies_of(&waits).len(), 1, "{}", world.run(&["why", &waits]));
    });
}

#[test]
fn a_push_releases_what_is_held() {
    on_both(|world| {
        world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
        world.sync();
        let issues = ["one", "two", "three"].map(|title| world.guance.open_issue(title, "<p>x</p>", "P1", "张三"));
        world.pass(Duration::from_mins(6));
        assert_eq!(world.run(&["sync"]).code, 3);
        assert_eq!(world.run(&["push", &issues[1]]).code, 0);
        assert_eq!((world.copies_of(&issues[1]).len(), world.jira.issues().len()), (1, 1));
        assert_eq!(world.staged("held"), 2);
    });
}

#[test]
fn an_item_is_found_in_whatever_line() {
    super::lines::on_both(|two| {
        two.sync();
        let there = two.eu.open_issue("slow checkout", "<p>there</p>", "P1", "李四");
        let outcome = two.run(&["push", &there]);
        assert_eq!(outcome.code, 0, "{outcome}");
        let key = two.key_in("EU");
        assert_eq!(two.run(&["reply", &format!("#{key}#seen from the chat")]).code, 0);
        two.sync();
        two.sync();
        assert_eq!(two.replies(&there).iter().filter(|reply| reply.ends_with("seen from the chat")).count(), 1);
        assert_eq!(two.world.jira.comments(&key).len(), 1);
        assert_eq!(two.world.jira.issues().len(), 1);
    });
}
