//! What programs read, and what people may paste: documented shapes, addresses, lines of JSON, and replies at once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use guajira_fakes::server::{Fault, Times, What};
use serde_json::Value;

use super::copies::three_issues;
use super::world::{Flavour, Outcome, World, on_both};

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome}"))
}

/// Returns what the document says of a command: the keys that are always there, and those that are there in some cases only.
fn documented(command: &str) -> [BTreeSet<String>; 2] {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/programs.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with(&format!("`{command}`"))).expect(command);
    let mut keys = [BTreeSet::new(), BTreeSet::new()];
    for line in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let kind = usize::from(cells[1].starts_with("Only "));
        keys[kind].extend(cells[0].split('`').skip(1).step_by(2).map(str::to_owned));
    }
    keys
}

/// Returns the keys of a page, row by row, with the headings that they stand below.
fn rows(page: &str) -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
    let spans = |line: &str| line.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let keys = page.lines().filter(|line| line.starts_with("## `") || line.starts_with("| `"));
    keys.map(|line| spans(line.trim_start_matches('|').split('|').next().unwrap())).collect()
}

#[test]
fn the_chinese_page_explains_the_same_keys() {
    let english = rows("docs/programs.md");
    assert!(english.len() > 50 && english.contains(&"guajira why --json".to_owned()), "{english:?}");
    assert_eq!(rows("docs/zh-CN/programs.md"), english);
}

/// Adds the keys of an object, and of the objects in its lists: `items[].key`.
fn keys_of(object: &Value, found: &mut BTreeSet<String>) {
    for (key, value) in object.as_object().into_iter().flatten() {
        found.insert(key.clone());
        for inside in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
            found.extend(inside.keys().map(|name| format!("{key}[].{name}")));
        }
    }
}

fn assert_documented(command: &str, outputs: &[Value]) {
    let [always, sometimes] = documented(command);
    let mut all = BTreeSet::new();
    for output in outputs {
        let mut found = BTreeSet::new();
        keys_of(output, &mut found);
        let top: BTreeSet<&String> = found.iter().filter(|key| !key.contains("[]")).collect();
        let missing: Vec<_> = always.iter().filter(|key| !key.contains("[]") && !top.contains(key)).collect();
        assert!(missing.is_empty(), "{command} does not print {missing:?}: {output:#}");
        all.extend(found);
    }
    let unknown: Vec<_> = all.iter().filter(|key| !always.contains(*key) && !sometimes.contains(*key)).collect();
    assert!(unknown.is_empty(), "the document does not explain {unknown:?} of {command}");
    // What stands in a list counts where the list was not empty.
    let met = |key: &&String| {
        key.split_once("[].").is_none_or(|(list, _)| all.iter().any(|known| known.starts_with(&format!("{list}[]"))))
    };
    let never: Vec<_> = always.iter().filter(met).filter(|key| !all.contains(*key)).collect();
    assert!(never.is_empty(), "{command} never printed {never:?}");
}

/// A world in which something was made, something is held, something is dead and a side fails in the end.
fn eventful() -> (World, String) {
    let world = World::new(Flavour::Cloud);
    let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
    world.sync();
    (world, issue)
}

#[test]
fn every_key_that_a_program_reads_is_documented() {
    let (world, issue) = eventful();
    let mut runs = Vec::new();
    world.jira.comment("OPS-1", "alice", "looking at it");
    runs.push(json(&world.run(&["sync", "--json"])));
    world.reconfigure("issue_type = \"Bug\"", "issue_type = \"No such type\"");
    let refused = world.guance.open_issue("refused", "<p>x</p>", "P1", "张三");
    runs.push(json(&world.run(&["sync", "--json"])));
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    three_issues(&world);
    runs.push(json(&world.run(&["sync", "--dry-run", "--json"])));
    let down = Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always);
    world.jira.fail(down);
    runs.push(json(&world.run(&["sync", "--json"])));
    world.jira.clear_faults();
    assert_documented("guajira sync --json", &runs);
    assert_documented("guajira status --json", &[json(&world.run(&["status", "--json"]))]);
    let known = [&issue, &refused].map(|id| json(&world.run(&["why", id, "--json"])));
    assert_documented("guajira why --json", &known);
    assert_documented("guajira check --json", &[json(&world.run(&["check", "--json"]))]);
}

#[test]
fn a_run_names_what_it_made_with_both_addresses() {
    on_both(|world| {
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let told = json(&world.run(&["sync", "--json"]));
        assert_eq!((&told["exit_code"], &told["issues_created"]), (&0.into(), &1.into()), "{told}");
        let made = &told["made"][0];
        assert_eq!((&made["kind"], &made["item"]), (&"issue_created".into(), &issue.as_str().into()), "{made}");
        let jira = format!("{}/browse/OPS-1", world.jira.base_url());
        assert_eq!((&made["jira"], &made["jira_url"]), (&"OPS-1".into(), &jira.into()), "{made}");
        let url = made["item_url"].as_str().unwrap();
        assert!(url.starts_with("https://console.guance.example") && url.contains(&issue), "{url}");
        world.jira.comment("OPS-1", "alice", "looking at it");
        let told = json(&world.run(&["sync", "--json"]));
        let copied = told["made"].as_array().unwrap().iter().find(|made| made["kind"] == "comment_copied").unwrap();
        assert_eq!((&copied["jira"], &copied["target"]), (&"OPS-1".into(), &"guance".into()), "{told}");
        assert!(copied["id"].as_str().unwrap().starts_with("repim_"), "{copied}");
        let again = json(&world.run(&["sync", "--json"]));
        assert_eq!(again["made"], Value::Array(Vec::new()), "{again}");
    });
}

#[test]
fn a_program_reads_an_object_also_where_nothing_could_begin() {
    let (world, _) = eventful();
    let lock = guajira::state::RunLock::take(&world.path("guajira.db")).unwrap().unwrap();
    let told = json(&world.run(&["sync", "--json"]));
    assert_eq!((&told["exit_code"], &told["another_run"]), (&0.into(), &true.into()), "{told}");
    drop(lock);
    world.reconfigure("in_doubt_wait", "in_doubt_weight");
    for command in [&["sync", "--json"][..], &["check", "--json"], &["status", "--json"], &["why", "OPS-1", "--json"]] {
        let outcome = world.run(command);
        let told = json(&outcome);
        assert_eq!((outcome.code, &told["exit_code"]), (2, &2.into()), "{outcome}");
        assert!(told["error"].as_str().unwrap().contains("in_doubt_weight"), "{outcome}");
    }
}

#[test]
fn keys_and_pasted_addresses_name_an_item() {
    let (world, issue) = eventful();
    let jira = world.jira.base_url();
    let names = [
        "OPS-1".to_owned(),
        format!("{jira}/browse/OPS-1"),
        format!("{jira}/browse/OPS-1?filter=-1"),
        format!("{jira}/jira/software/projects/OPS/boards/1?selectedIssue=OPS-1"),
        format!("https://console.guance.example/exception?issueUUID={issue}"),
    ];
    for name in &names {
        let why = world.run(&["why", name]);
        assert!(why.code == 0 && why.stdout.contains(&issue), "{name}: {why}");
        let explained = world.run(&["check", "--explain", name]);
        assert!(explained.code == 0 && explained.stdout.starts_with(&issue), "{name}: {explained}");
    }
    let comment = world.jira.comment("OPS-1", "alice", "looking at it");
    world.sync();
    let why = world.run(&["why", &format!("{jira}/browse/OPS-1?focusedCommentId={comment}")]);
    assert!(why.code == 0 && why.stdout.contains("repim_"), "{why}");
    world.forget_requests();
    let unknown = world.run(&["check", "--explain", &format!("{jira}/browse/OPS-99")]);
    assert!(unknown.code == 3 && unknown.stderr.contains("OPS-99 has never been synced"), "{unknown}");
    assert!(world.guance.recorded().is_empty(), "Guance knows no key of Jira");
    let reply = world.run(&["reply", &format!("#{jira}/browse/OPS-1#done"), "--author", "Mia"]);
    assert_eq!(reply.code, 0, "{reply}");
}

#[test]
fn every_line_is_json_where_lines_are() {
    let (world, issue) = eventful();
    three_issues(&world);
    for command in [
        &["-v", "sync"][..],
        &["status"],
        &["status", "--json"],
        &["why", &issue],
        &["why", "OPS-99"],
        &["check"],
        &["check", "--explain", &issue],
        &["retry"],
        &["sync", "--no-such-option"],
        &["no-such-command"],
    ] {
        let mut args = vec!["--log-format", "json"];
        args.extend(command);
        let outcome = world.run(&args);
        for line in outcome.stdout.lines().chain(outcome.stderr.lines()) {
            let object = serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object());
            assert!(object, "{command:?}: {line:?}");
        }
    }
    let help = world.run(&["--log-format", "json", "--help"]);
    assert!(help.code == 0 && help.stdout.contains("Usage"), "{help}");
}

#[test]
fn replies_of_every_open_issue_are_read_at_once() {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("requests_per_minute = 200", "requests_per_minute = 1000");
    let issues: Vec<String> =
        (0..30).map(|n| world.guance.open_issue(&format!("{n}"), "<p>x</p>", "P1", "张三")).collect();
    world.settle();
    // Nothing points at the replies of pairs that have been silent for long: an ordinary run leaves them to a later one.
    world.state().execute("UPDATE issue_link SET active = active - 40 * 86400000", []).unwrap();
    for issue in &issues {
        world.guance.reply(issue, "李雷", "<p>found it</p>");
    }
    world.sync();
    let arrived = || issues.iter().filter(|issue| !world.copied_comments(&world.key_of(issue)).is_empty()).count();
    assert_eq!(arrived(), 0);
    let now = world.run(&["sync", "--now"]);
    assert_eq!((now.code, arrived()), (0, 30), "{now}");
    assert_eq!(world.run(&["sync", "--now", "--since", "1d"]).code, 2);
}
