//! What is said about a failure: why, since when, what to do; once, until it is over; and how a person lays it down.

use std::time::Duration;

use guajira_fakes::guance::Window;
use guajira_fakes::jira::{CustomField, CustomKind, Project};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::Value;

use super::world::{Flavour, Outcome, World, on_both};

/// A world whose Jira wants a field that the configuration does not give.
fn with_a_required_field(flavour: Flavour) -> World {
    let cause = CustomField {
        id: "customfield_10077".into(),
        name: "Root cause".into(),
        kind: CustomKind::Text,
        required: true,
    };
    let ops = Project { custom_fields: vec![cause], ..Project::new("OPS", "Operations") };
    World::with_projects(flavour, vec![ops])
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// A world with a pair, and a comment that Guance refuses.
fn with_a_refused_comment(world: &World) -> (String, String, String) {
    let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
    world.sync();
    let key = world.key_of(&issue);
    let comment = world.jira.comment(&key, "alice", "hello").to_string();
    refuse_replies(world);
    world.pass(Duration::from_mins(1));
    (issue, key, comment)
}

fn refuse_replies(world: &World) {
    let body = r#"{"code":400,"success":false,"errorCode":"ft.NotToday","message":"not today"}"#;
    let refusal = What::Status(400, body.to_owned(), Vec::new());
    world.guance.fail(Fault::new(refusal).path_contains("/reply/create").times(Times::Always));
}

#[test]
fn a_hint_reaches_people_wherever_the_failure_is_shown_and_names_the_field() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = with_a_required_field(flavour);
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let run = world.run(&["sync", "--json"]);
        assert_eq!(run.code, 3, "{run}");
        let failure = json(&run)["items_failed"][0].clone();
        let (message, hint) = (failure["message"].as_str().unwrap(), failure["hint"].as_str().unwrap());
        assert!(message.contains("Root cause (customfield_10077): "), "{message}");
        assert!(hint.contains("Root cause") && hint.contains("[route.fields]"), "{hint}");
        assert_eq!(failure["stage"], "dead");
        let status = world.run(&["status"]);
        assert!(status.stdout.contains(hint) && status.stdout.contains(message), "{status}");
        assert!(status.stdout.contains("guajira drop ID"), "{status}");
        let item = json(&world.run(&["status", "--json"]))["items"][0].clone();
        assert_eq!((&item["hint"], &item["error"]), (&hint.into(), &message.into()));
        let why = world.run(&["why", &issue]);
        assert!(why.stdout.contains(hint) && why.stdout.contains(message), "{why}");
        assert_eq!(json(&world.run(&["why", &issue, "--json"]))["items"][0]["hint"], hint);
        world.run(&["retry", &issue]);
        let run = world.run(&["sync"]);
        assert!(run.stdout.contains(&format!("→ {hint}")), "{run}");
        // A failure that is over takes its hint along.
        world.jira.with_project("OPS", |ops| ops.custom_fields.clear());
        world.run(&["retry", &issue]);
        world.settle();
        let status = world.run(&["status", "--json"]);
        assert!(!status.stdout.contains(hint) || json(&status)["items"].as_array().unwrap().is_empty(), "{status}");
    }
}

#[test]
fn a_refused_field_that_is_left_out_says_what_to_do() {
    on_both(|world| {
        let no_links = r#"{"errorMessages":["Issue linking is currently disabled."],"errors":{}}"#;
        let off = What::Status(403, no_links.to_owned(), Vec::new());
        world.jira.fail(Fault::new(off).path_contains("/remotelink").times(Times::Always));
        world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let run = world.run(&["sync"]);
        assert!(run.stdout.contains("left out: link to the other issue: "), "{run}");
    });
}

#[test]
fn a_dropped_item_is_not_dead_and_is_sent_again_only_when_its_original_changes() {
    on_both(|world| {
        let (issue, key, comment) = with_a_refused_comment(&world);
        assert_eq!(world.run(&["sync"]).code, 3);
        let none = world.run(&["drop", "no-such-item", "--because", "x"]);
        assert_eq!(none.code, 2, "{none}");
        assert_eq!(world.run(&["drop", &comment, "--because", " "]).code, 2);
        assert_eq!(world.run(&["drop", &comment]).code, 2);
        assert_eq!(world.run(&["sync"]).code, 3);
        let drop = world.run(&["drop", &comment, "--because", "Guance will not have it"]);
        assert_eq!(drop.code, 0, "{drop}");
        world.guance.clear_faults();
        assert_eq!(world.run(&["retry", "--all"]).code, 0);
        world.pass(Duration::from_mins(6));
        let run = world.run(&["sync"]);
        assert_eq!(run.code, 0, "{run}");
        assert!(!run.stdout.contains("dead"), "{run}");
        assert!(world.copied_replies(&issue).is_empty());
        for name in [comment.as_str(), &key, &issue] {
            let why = world.run(&["why", name]);
            assert!(why.stdout.contains("dropped") && why.stdout.contains("Guance will not have it"), "{why}");
        }
        let status = json(&world.run(&["status", "--json"]));
        assert_eq!(status["items"][0]["stage"], "dropped", "{status}");
        assert_eq!(status["items"][0]["because"], "Guance will not have it", "{status}");
        assert_eq!((&status["backlog"]["dead"], &status["backlog"]["dropped"]), (&0.into(), &1.into()), "{status}");

        world.jira.edit_comment(comment.parse().unwrap(), "alice", "hello again");
        world.settle();
        assert_eq!(world.copied_replies(&issue).len(), 1);
    });
}

#[test]
fn a_dropped_issue_stays_dropped_until_it_is_named_or_changes() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = with_a_required_field(flavour);
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let other = world.guance.open_issue("cpu busy", "<p>x</p>", "P1", "张三");
        assert_eq!(world.run(&["sync"]).code, 3);
        // All or nothing: one name is wrong.
        assert_eq!(world.run(&["drop", &issue, "issue_nobody", "--because", "x"]).code, 2);
        assert_eq!(world.run(&["drop", &issue, "--because", "x"]).code, 0);
        assert_eq!(world.run(&["sync"]).code, 3, "the other one is dead");
        assert_eq!(world.run(&["drop", &format!("guance/issue/{other}"), "--because", "x"]).code, 0);
        assert_eq!(world.run(&["sync"]).code, 0);
        world.jira.with_project("OPS", |ops| ops.custom_fields.clear());
        world.run(&["retry", "--all"]);
        // Another configuration is no change of the original.
        world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Task\"");
        world.sync();
        assert!(world.jira.issues().is_empty());
        let retry = world.run(&["retry", &issue]);
        assert_eq!(retry.code, 0, "{retry}");
        world.sync();
        assert_eq!(world.jira.issues().len(), 1);
        world.guance.retitle(&other, "cpu busy, still", "李四");
        world.settle();
        assert_eq!(world.jira.issues().len(), 2);
    }
}

#[test]
fn a_quiet_run_tells_a_failure_once_reminds_and_says_once_that_it_is_over() {
    on_both(|world| {
        let (_, _, comment) = with_a_refused_comment(&world);
        let first = world.run(&["-q", "sync"]);
        assert_eq!(first.code, 3, "{first}");
        assert!(first.stdout.contains("not today") && first.stdout.contains(&comment), "{first}");
        for _ in 0..3 {
            let again = world.run(&["-q", "sync"]);
            assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (3, "", ""), "{again}");
        }
        // A second failure is not lost behind the first.
        let key = world.jira.issues()[0].key.clone();
        let second = world.jira.comment(&key, "alice", "and this").to_string();
        world.pass(Duration::from_mins(1));
        let run = world.run(&["-q", "sync"]);
        assert!(run.stdout.contains(&format!("jira/comment/{second}")), "{run}");
        assert!(!run.stdout.contains(&format!("jira/comment/{comment}")), "{run}");

        world.state().execute("UPDATE told SET told = told - 90000000, since = since - 90000000", []).unwrap();
        let reminder = world.run(&["-q", "sync"]);
        assert_eq!(reminder.code, 3);
        assert!(reminder.stdout.contains("still") && reminder.stdout.contains(&comment), "{reminder}");
        assert_eq!(world.run(&["-q", "sync"]).stdout, "");

        world.guance.clear_faults();
        world.run(&["retry", &comment]);
        world.run(&["drop", &second, "--because", "enough"]);
        let over = world.run(&["-q", "sync"]);
        assert_eq!(over.code, 0, "{over}");
        assert_eq!(over.stdout.matches("works again").count(), 1, "{over}");
        let quiet = world.run(&["-q", "sync"]);
        assert_eq!((quiet.code, quiet.stdout.as_str(), quiet.stderr.as_str()), (0, "", ""));
    });
}

#[test]
fn a_quiet_run_tells_once_that_a_side_is_away_and_once_that_it_is_back() {
    on_both(|world| {
        world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.sync();
        let away = What::Status(503, "<title>maintenance</title>".to_owned(), Vec::new());
        world.jira.fail(Fault::new(away).times(Times::Always));
        let first = world.run(&["-q", "sync"]);
        assert_eq!(first.code, 4, "{first}");
        assert!(first.stderr.contains("cannot sync jira") && first.stderr.contains("maintenance"), "{first}");
        let again = world.run(&["-q", "sync"]);
        assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (4, "", ""));
        let loud = world.run(&["sync"]);
        assert!(loud.stderr.contains("maintenance"), "{loud}");
        world.jira.clear_faults();
        let over = world.run(&["-q", "sync"]);
        assert_eq!(over.code, 0, "{over}");
        assert!(over.stdout.contains("works again: jira"), "{over}");
        assert_eq!(world.run(&["-q", "sync"]).stdout, "");
    });
}

#[test]
fn remind_says_how_often_a_quiet_run_repeats_itself() {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nremind = \"0s\"");
    let (_, _, comment) = with_a_refused_comment(&world);
    for _ in 0..3 {
        let run = world.run(&["-q", "sync"]);
        assert!(run.stdout.contains(&comment), "{run}");
    }
}

#[test]
fn status_says_why_a_side_fails_since_when_and_what_to_do() {
    on_both(|world| {
        world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.sync();
        let dead = r#"{"errorMessages":["the token is no good"],"errors":{}}"#;
        world.jira.fail(Fault::new(What::Status(401, dead.to_owned(), Vec::new())).times(Times::Always));
        for _ in 0..3 {
            let run = world.run(&["sync"]);
            assert_eq!(run.code, 4, "{run}");
            world.guance.fail(Fault::new(What::DropBefore));
        }
        let sides = json(&world.run(&["status", "--json"]))["failing_sides"].clone();
        let jira = sides.as_array().unwrap().iter().find(|one| one["side"] == "jira").unwrap();
        let first: i64 = world
            .state()
            .query_row("SELECT started FROM run WHERE good = 0 ORDER BY id LIMIT 1", [], |row| row.get(0))
            .unwrap();
        let since: chrono::DateTime<chrono::Utc> = jira["since"].as_str().unwrap().parse().unwrap();
        assert!((since.timestamp_millis() - first).abs() < 20_000, "{jira}");
        let hint = jira["hint"].as_str().unwrap();
        let status = world.run(&["status"]);
        for part in ["jira    fails since", "the token is no good", hint] {
            assert!(status.stdout.contains(part), "{part}: {status}");
        }
        let runs = json(&world.run(&["status", "--json"]))["runs"].clone();
        assert_eq!(runs[0]["failures"]["jira"]["hint"], hint, "{runs}");
        // What works again does not look as if it failed, and the last failure stays readable.
        world.jira.clear_faults();
        world.guance.clear_faults();
        world.sync();
        let status = world.run(&["status"]);
        assert!(!status.stdout.contains("fails since"), "{status}");
        assert!(status.stdout.contains("works again: ") && status.stdout.contains(hint), "{status}");
    });
}

#[test]
fn a_write_in_doubt_is_called_so_everywhere() {
    on_both(|world| {
        // A thread that is read because requests are left would show the copy.
        world.reconfigure("[[route]]", "[flow]\nreplies = false\n\n[[route]]");
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.sync();
        world.jira.comment(&world.key_of(&issue), "alice", "hello");
        world.guance.fail(Fault::new(What::DropAfter).path_contains("/reply/create"));
        world.pass(Duration::from_mins(1));
        let run = world.run(&["sync"]);
        assert_eq!(run.code, 3, "{run}");
        assert!(run.stdout.contains("1 in doubt") && !run.stdout.contains("failed"), "{run}");
        assert!(run.stdout.contains("the next run checks whether") && run.stderr.contains("In doubt"), "{run}");
        let status = world.run(&["status"]);
        assert!(status.stdout.contains("\n in doubt ") && !status.stdout.contains("in flight"), "{status}");
        assert_eq!(json(&world.run(&["status", "--json"]))["items"][0]["stage"], "in_doubt");
        let why = world.run(&["why", &issue]);
        assert!(why.stdout.contains("in doubt") && !why.stdout.contains("in flight"), "{why}");
        world.settle();
        assert_eq!(world.copied_replies(&issue).len(), 1);
    });
}

#[test]
fn why_shows_the_failures_in_order_also_of_a_comment_that_has_no_copy() {
    on_both(|world| {
        let (issue, key, _) = with_a_refused_comment(&world);
        world.guance.clear_faults();
        let busy = What::Status(503, "<title>busy</title>".to_owned(), Vec::new());
        world.guance.fail(Fault::new(busy.clone()).path_contains("/reply/create"));
        let busy_or_in_doubt = world.run(&["sync"]);
        assert_eq!(busy_or_in_doubt.code, 3, "{busy_or_in_doubt}");
        refuse_replies(&world);
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        for name in [&issue, &key] {
            let why = world.run(&["why", name]).stdout;
            let order: Vec<Option<usize>> = ["enqueued: comment", "busy", "refused for good: comment", "not today"]
                .iter()
                .map(|part| why.lines().position(|line| line.contains(part) && line.starts_with("20")))
                .collect();
            assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}\n{why}");
        }
    });
}

#[test]
fn why_says_that_a_pair_is_closed_also_when_guajira_closed_it() {
    on_both(|world| {
        world.reconfigure("[[route]]", "[flow]\nstatus = \"to-jira\"\n\n[[route]]");
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nclosed_status = \"Done\"");
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.sync();
        world.pass(Duration::from_mins(6));
        world.sync();
        world.guance.set_status(&issue, 20, "张三");
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.jira.status_of(&world.key_of(&issue)), "Done");
        let why = world.run(&["why", &issue]).stdout;
        assert!(why.contains("it is closed on jira"), "{why}");
        let history: Vec<&str> = why.lines().filter(|line| line.starts_with("20")).collect();
        let written = history.iter().rposition(|line| line.contains("written as")).unwrap();
        assert!(history[written + 1..].iter().any(|line| line.contains("its copy is closed")), "{why}");
    });
}

#[test]
fn what_no_route_takes_is_told_once_without_being_asked() {
    on_both(|world| {
        world.reconfigure("P3 = \"Low\"\n", "");
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nwhen = \"'keep' in title\"");
        for (title, level) in [("keep 1", "P1"), ("keep 2", "P3"), ("keep 3", "P3"), ("leave", "P1")] {
            world.guance.open_issue(title, "<p>x</p>", level, "张三");
        }
        let first = world.sync();
        assert!(first.stdout.contains("not carried: 2 (level P3 is not listed"), "{first}");
        assert!(first.stdout.contains("not carried: 1 (no [[route]] takes it"), "{first}");
        let again = world.sync();
        assert_eq!(again.stdout, "nothing to do\n");
        world.guance.open_issue("keep 4", "<p>x</p>", "P3", "张三");
        let news = world.sync();
        assert!(news.stdout.contains("not carried: 1 (level P3"), "{news}");
        assert_eq!(world.run(&["-q", "sync"]).stdout, "");
    });
}

#[test]
fn a_first_run_says_what_it_left_and_how_to_get_it() {
    on_both(|world| {
        world.guance.switch(|switches| switches.window = Window::Updated);
        let old = world.guance.open_issue("old", "<p>x</p>", "P1", "张三");
        world.pass(Duration::from_hours(2));
        world.guance.retitle(&old, "old, and still there", "李四");
        world.forget_requests();
        let first = world.sync();
        let requests = world.guance.recorded().len();
        assert!(first.stderr.contains("first run: issues opened before"), "{first}");
        assert!(first.stderr.contains("guajira sync --since 7d"), "{first}");
        assert!(first.stdout.contains("not carried: 1 (opened before"), "{first}");
        world.forget_requests();
        let second = world.sync();
        assert!(world.guance.recorded().len() <= requests && !second.stderr.contains("first run"), "{second}");
        // A lost state is no beginning.
        world.guance.open_issue("new", "<p>x</p>", "P1", "张三");
        world.sync();
        world.lose_state();
        let rebuilt = world.sync();
        assert!(!rebuilt.stderr.contains("first run"), "{rebuilt}");
    });
}

#[test]
fn check_names_the_levels_that_a_priority_table_lacks() {
    on_both(|world| {
        world.reconfigure("P3 = \"Low\"\n", "");
        let check = world.run(&["check"]);
        let line = check.stdout.lines().find(|line| line.starts_with("warn guance levels")).unwrap_or_default();
        assert!(line.contains("P3") && !line.contains("P2"), "{check}");
    });
}
