//! What the CI system shows that started a run, and that no title of an issue commands it.

use std::fs;

use guajira_fakes::server::{Fault, Times, What};

use super::world::{Flavour, Outcome, World};

/// A title that is a command wherever it is not escaped.
const HOSTILE: &str = "::error::pwned %0A::add-mask::x\n##[group]x ##vso[task.complete]y @octocat #12 | <script>x</script> `a` \
    \u{1b}[0Ksection_start:1:x\r\u{1b}[0Kfold\r::stop-commands::y";

/// Names of commands that a runner of GitHub takes from a log.
const KNOWN: [&str; 8] = ["error", "warning", "notice", "group", "endgroup", "add-mask", "stop-commands", "set-output"];

/// Returns the commands that the runner of GitHub finds in a log: `::name …::` where a line begins, blanks aside, and the
/// older `##[name …]` anywhere in a line.
///
/// Source: actions/runner, `src/Runner.Common/ActionCommand.cs`.
fn commands(log: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in log.split(['\n', '\r']) {
        let name =
            |rest: &str| rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap().to_lowercase();
        let begins = line.trim_start().strip_prefix("::").filter(|rest| rest.contains("::")).map(name);
        let inside = line.match_indices("##[").map(|(at, sign)| name(&line[at + sign.len()..]));
        let all: Vec<String> = begins.into_iter().chain(inside).filter(|name| KNOWN.contains(&name.as_str())).collect();
        found.extend(all);
    }
    found
}

fn world(system: &str, value: &str) -> World {
    let mut world = World::new(Flavour::Cloud);
    world.set(system, value);
    let summary = world.path("summary.md").display().to_string();
    world.set("GITHUB_STEP_SUMMARY", &summary);
    world
}

fn summary(world: &World) -> String {
    fs::read_to_string(world.path("summary.md")).unwrap_or_default()
}

/// Holds three new issues by the brake.
fn hold(world: &World) {
    world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"0s\"\nmax_creates = 1");
    for n in 0..3 {
        world.guance.open_issue(&format!("{n} {HOSTILE}"), HOSTILE, "P1", "::error::who");
    }
}

fn only_ours(outcome: &Outcome, want: &[&str]) {
    assert_eq!(commands(&outcome.stdout), want, "{outcome}");
    assert!(commands(&outcome.stderr).is_empty(), "{outcome}");
}

#[test]
fn github_shows_what_was_made_what_waits_and_what_fails() {
    let world = world("GITHUB_ACTIONS", "true");
    world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
    only_ours(&world.run(&["sync"]), &[]);
    let made = summary(&world);
    let key = world.jira.base_url() + "/browse/OPS-1";
    assert!(made.contains("| guance | 0 | 1 issue created"), "{made}");
    assert!(made.contains(&format!("[OPS&#45;1]({key})")), "{made}");
    assert!(!made.contains("###"), "{made}");

    hold(&world);
    let held = world.run(&["-v", "sync"]);
    assert_eq!(held.code, 3, "{held}");
    only_ours(&held, &["warning"; 3]);
    assert!(held.stdout.contains("::warning title=guajira guance::held: "), "{held}");
    let told = summary(&world);
    let added = told.strip_prefix(&made).expect("the file is appended to");
    assert!(added.contains("| guance | 3 | ") && added.contains("What needs attention"), "{added}");
    assert_eq!(
        added.matches("<code>guajira sync &#45;&#45;release</code>").count(),
        6,
        "in words, and to copy: {added}"
    );
    for sign in ["::", "##[", "@o", "<script", "`", "\u{1b}", "\r"] {
        assert!(!added.replace("## guajira", "").contains(sign), "{sign:?}: {added}");
    }

    let answer = format!("{{\"errorMessages\":[\"{}\"]}}", "::error::refused ##[group]x @octocat");
    world.jira.fail(Fault::new(What::Status(401, answer, Vec::new())).times(Times::Always));
    let failed = world.run(&["-vv", "sync"]);
    assert_eq!(failed.code, 4, "{failed}");
    assert_eq!(commands(&failed.stdout)[..1], ["error"], "{failed}");
    assert!(commands(&failed.stderr).is_empty(), "{failed}");
    assert!(failed.stdout.contains("::error title=guajira guance::jira failed · "), "{failed}");
    assert!(summary(&world).contains("### What fails"), "{}", summary(&world));
}

#[test]
fn a_refused_issue_is_a_warning_with_the_command_that_goes_on() {
    let world = world("GITHUB_ACTIONS", "true");
    world.reconfigure("issue_type = \"Bug\"", "issue_type = \"No such type\"");
    let issue = world.guance.open_issue(HOSTILE, "<p>x</p>", "P1", "张三");
    let refused = world.run(&["sync", "--lang", "zh"]);
    assert_eq!(refused.code, 3, "{refused}");
    only_ours(&refused, &["warning"]);
    assert!(refused.stdout.contains("::warning title=guajira guance::已停止重试: "), "{refused}");
    assert!(refused.stdout.contains(&format!("guajira retry guance/issue/{issue}")), "{refused}");
    let told = summary(&world);
    let command = format!("<code>guajira retry guance&#47;issue&#47;{}</code>", issue.replace('_', "&#95;"));
    assert!(told.contains(&command) && told.contains("需要关注的内容"), "{told}");
    // A later run, in which nothing happens, still shows it.
    let again = world.run(&["sync"]);
    only_ours(&again, &["warning"]);
    world.run(&["drop", &issue, "--because", "no such type"]);
    only_ours(&world.run(&["sync"]), &[]);
}

#[test]
fn lines_for_programs_stay_what_they_are() {
    let world = world("GITHUB_ACTIONS", "true");
    hold(&world);
    let json = world.run(&["sync", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).expect("stdout is one object");
    assert_eq!(told["exit_code"], 3, "{json}");
    assert_eq!(commands(&json.stderr), ["warning"; 3], "{json}");
    let lines = world.run(&["sync", "--log-format", "json"]);
    for line in lines.stdout.lines().chain(lines.stderr.lines()) {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line:?} in {lines}");
    }
    let quiet = world.run(&["-q", "sync"]);
    only_ours(&quiet, &[]);
    assert_eq!(summary(&world).matches("## guajira\n").count(), 3, "the summary is written all the same");
    let dry = world.run(&["sync", "--dry-run"]);
    only_ours(&dry, &[]);
    assert_eq!(summary(&world).matches("## guajira\n").count(), 3, "a dry run is no run");
}

#[test]
fn it_can_be_switched_off_and_costs_no_run() {
    let mut world = world("GITHUB_ACTIONS", "true");
    hold(&world);
    world.set("GITHUB_STEP_SUMMARY", "/no/such/folder/summary.md");
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    assert!(outcome.stderr.contains("GITHUB_STEP_SUMMARY: /no/such/folder/summary.md cannot be written"), "{outcome}");
    world.set("GUAJIRA_SIGNALS__CI", "false");
    let off = world.run(&["sync"]);
    assert_eq!(off.code, 3, "{off}");
    only_ours(&off, &[]);
    assert!(!off.stderr.contains("GITHUB_STEP_SUMMARY"), "{off}");
}

#[test]
fn a_secret_that_is_missing_is_an_error_too() {
    let world = world("GITHUB_ACTIONS", "true");
    world.reconfigure("\"guance-test-key\"", "{ env = \"NOT_SET\" }");
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    only_ours(&outcome, &["error"]);
    assert!(outcome.stdout.contains("NOT_SET") && summary(&world).contains("NOT"), "{outcome}");
}

#[test]
fn gitlab_folds_what_waits_and_reads_a_report_of_tests() {
    let mut world = world("GITLAB_CI", "true");
    world.set("GUAJIRA_SIGNALS__JUNIT", "guajira-junit.xml");
    assert_eq!(world.run(&["sync"]).code, 0);
    let report = || fs::read_to_string(world.path("guajira-junit.xml")).unwrap();
    assert!(report().contains("tests=\"1\" errors=\"0\" failures=\"0\" skipped=\"0\""), "{}", report());
    hold(&world);
    let held = world.run(&["sync"]);
    assert_eq!(held.code, 3, "{held}");
    let markers: Vec<&str> = held.stdout.lines().filter(|line| line.contains('\u{1b}')).collect();
    assert_eq!(markers.len(), 2, "{markers:?}");
    assert!(
        markers[0].starts_with("\u{1b}[0Ksection_start:")
            && markers[0].ends_with(":guajira\r\u{1b}[0KWhat is not done, and why")
    );
    assert!(markers[1].starts_with("\u{1b}[0Ksection_end:") && markers[1].ends_with(":guajira\r\u{1b}[0K"));
    assert_eq!(held.stdout.matches("     → guajira sync --release").count(), 3, "{held}");
    assert!(commands(&held.stdout).is_empty() && summary(&world).is_empty(), "{held}");
    assert!(report().contains("failures=\"3\"") && !report().contains("<script"), "{}", report());
    let left: Vec<_> =
        fs::read_dir(world.path("")).unwrap().filter_map(|file| file.unwrap().file_name().into_string().ok()).collect();
    assert!(!left.contains(&"guajira-junit.xml.new".to_owned()), "{left:?}");
}

#[test]
fn jenkins_has_the_same_without_folding() {
    let world = world("JENKINS_URL", "https://jenkins.example.com/");
    hold(&world);
    let held = world.run(&["sync"]);
    assert!(held.code == 3 && held.stdout.contains("What is not done, and why\n"), "{held}");
    assert!(!held.stdout.contains('\u{1b}') && held.stdout.contains("guajira sync --release"), "{held}");
}
