//! The program between two services: what it carries, what it says about it, and how it ends.

use guajira_fakes::guance::{self, FakeGuance};
use guajira_fakes::jira::{self, FakeJira, Flavour};
use guajira_fakes::server::{Fault, What};
use serde_json::Value;

use super::{Outcome, Place, shown};

/// Both services and a folder with a configuration for them.
struct Round {
    guance: FakeGuance,
    jira: FakeJira,
    place: Place,
}

impl Round {
    fn new(more: &str) -> Self {
        let guance = FakeGuance::start(guance::Options::default());
        guance.limit(1000, 1000);
        let jira = FakeJira::start(Flavour::Server, jira::Options::default());
        let (user, token) = jira.basic("bot");
        let key = guance::Options::default().keys[0].secret.clone();
        let text = format!(
            "[guance]\nbase_url = {:?}\napi_key = {key:?}\nrequests_per_minute = 200\n\
             [jira]\nbase_url = {:?}\n[jira.auth]\nuser = {user:?}\ntoken = {token:?}\n\
             [[route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n{more}",
            guance.base_url(),
            jira.base_url(),
        );
        Self { guance, jira, place: Place::with_config(&text) }
    }

    fn run(&self, args: &[&str], code: i32) -> Outcome {
        let outcome = self.place.run(args);
        assert_eq!(outcome.code, code, "{args:?}: {}", shown(&outcome));
        outcome
    }
}

#[test]
fn an_issue_and_its_comments_travel_once() {
    let round = Round::new("");
    let issue = round.guance.open_issue("磁盘满", "<p>告警</p>", "P1", "张三");
    let first = round.run(&["sync"], 0);
    assert_eq!(first.stdout, "1 issue created\n");
    let key = round.jira.issues()[0].key.clone();

    round.jira.comment(&key, "alice", "on it");
    round.run(&["sync"], 0);
    assert_eq!(round.guance.replies(&issue).len(), 1);
    assert_eq!(round.run(&["sync"], 0).stdout, "nothing to do\n");
    assert_eq!(round.run(&["-q", "sync"], 0).stdout, "");
    assert_eq!(round.jira.issues().len(), 1);

    let status: Value = serde_json::from_str(&round.run(&["status", "--json", "--max-age", "1h"], 0).stdout).unwrap();
    assert_eq!((&status["issue_pairs"], &status["comment_pairs"]), (&1.into(), &1.into()), "{status}");
    for name in [issue.as_str(), &key, &key.to_lowercase(), &format!("guance/issue/{issue}")] {
        let why = round.run(&["why", name], 0).stdout;
        assert!(why.contains(&format!("issue {issue} on guance is {key}")) && why.contains("written as"), "{why}");
    }
}

#[test]
fn a_dry_run_shows_all_of_it_and_writes_nothing() {
    let round = Round::new("labels = [\"from-guance\"]\npriority = { P1 = \"High\" }\n");
    round.guance.open_issue("disk \u{1b}[2J\u{202e}full", "<p>it is <b>full</b></p>", "P1", "张三");
    let plan = round.run(&["sync", "--dry-run", "--color", "always"], 0).stdout;
    for part in ["-> jira: ", "project OPS, type Bug, labels from-guance, priority High", "title: ", "| ", "**full**"] {
        assert!(plan.contains(part), "{part}: {plan}");
    }
    assert!(!plan.contains(['\u{1b}', '\u{202e}']), "{plan:?}");
    let json = round.run(&["sync", "--dry-run", "--json"], 0).stdout;
    assert!(!json.contains(['\u{1b}', '\u{202e}']), "{json:?}");
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["planned"].as_array().unwrap().len(), 1);
    assert_eq!((round.jira.writes(), round.guance.writes()), (0, 0));
    assert!(!round.place.path("guajira.db").exists());
}

#[test]
fn a_backfill_twice_changes_nothing() {
    let round = Round::new("[sync]\nmax_creates = 0\n");
    round.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    assert_eq!(round.run(&["sync", "--since", "2h", "--until", "1h"], 0).stdout, "nothing to do\n");
    assert_eq!(round.run(&["sync", "--since", "1h"], 0).stdout, "1 issue created\n");
    assert_eq!(round.run(&["sync", "--since", "1h"], 0).stdout, "nothing to do\n");
    assert_eq!(round.jira.issues().len(), 1);
}

#[test]
fn the_brake_holds_until_it_is_released() {
    let round = Round::new("[sync]\nmax_creates = 1\n");
    for title in ["one", "two"] {
        round.guance.open_issue(title, "<p>x</p>", "P1", "张三");
    }
    let held = round.run(&["sync"], 3).stdout;
    assert!(held.contains("2 held by the brake") && held.contains("--release"), "{held}");
    assert_eq!(round.jira.issues().len(), 0);
    round.run(&["sync", "--release"], 0);
    assert_eq!(round.jira.issues().len(), 2);
}

#[test]
fn a_dead_item_is_shown_and_can_be_retried() {
    let round = Round::new("");
    let issue = round.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    round.run(&["sync"], 0);
    let key = round.jira.issues()[0].key.clone();
    let comment = round.jira.comment(&key, "alice", "hello").to_string();
    round.guance.fail(guance_refusal());
    let sync = round.run(&["sync"], 3).stdout;
    assert!(sync.contains("1 dead") && sync.contains("guajira retry"), "{sync}");
    round.guance.clear_faults();
    round.run(&["sync"], 3);
    let status = round.run(&["status"], 0).stdout;
    assert!(status.contains(&format!("jira/comment/{comment}")) && status.contains("1 dead"), "{status}");
    let why = round.run(&["why", &comment], 0).stdout;
    assert!(why.contains("dead since") && why.contains("refused for good"), "{why}");

    assert_eq!(round.run(&["retry", &comment], 0).stdout, "1 item is back in the queue; the next run sends it\n");
    round.run(&["sync"], 0);
    assert_eq!(round.guance.replies(&issue).len(), 1);
}

#[test]
fn check_finds_nothing_to_mend() {
    let round = Round::new("");
    let check = round.run(&["check"], 0);
    assert!(
        check.stdout.lines().rev().skip(1).all(|line| line.starts_with("ok   ") || line.starts_with("warn ")),
        "{}",
        check.stdout
    );
    assert_eq!((round.jira.issues().len(), round.guance.writes()), (0, 0));
    assert!(!round.place.path("guajira.db").exists());
}

#[test]
fn check_names_what_is_missing() {
    let round = Round::new("priority = { P1 = \"No such\" }\n");
    let outcome = round.place.run_with(["check"], &[("GUAJIRA_ROUTE__0__ISSUE_TYPE", "Nonsense")], "");
    assert_eq!(outcome.code, 3, "{}", shown(&outcome));
    let mut below = outcome.stdout.lines().skip_while(|line| !line.starts_with("FAIL issue type Nonsense")).skip(1);
    assert!(below.next().is_some_and(|line| line.starts_with("     → ")), "{}", outcome.stdout);
    assert!(round.run(&["check"], 0).stdout.contains("\nwarn field priority"));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_after_the_request_in_flight() {
    let round = Round::new("");
    round.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    assert_eq!(round.sync_until_signalled(1), 5);
    round.run(&["sync"], 0);
    assert_eq!(round.jira.issues().len(), 1);
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_the_program_at_once_and_loses_nothing() {
    let round = Round::new("[sync]\nin_doubt_wait = \"500ms\"\n");
    round.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    assert_eq!(round.sync_until_signalled(2), 130);
    round.run(&["sync"], 0);
    round.run(&["sync"], 0);
    assert_eq!(round.jira.issues().len(), 1);
}

#[cfg(unix)]
impl Round {
    /// Starts a sync, sends it signals while its first write to Jira is under way, and returns its exit code.
    fn sync_until_signalled(&self, signals: usize) -> i32 {
        use std::process::{Command, Stdio};
        use std::sync::{Mutex, mpsc};

        let (arrived, has_arrived) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let (arrived, may_go) = (Mutex::new(arrived), Mutex::new(may_go));
        let act = move || {
            arrived.lock().unwrap().send(()).unwrap();
            let _ = may_go.lock().unwrap().recv();
        };
        self.jira.hook(1, guajira_fakes::server::When::Before, Box::new(act));
        let mut child =
            super::program(&self.place.path(""), ["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        has_arrived.recv().unwrap();
        for n in 1..=signals {
            let kill = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
            assert!(kill.success());
            if n < signals {
                // Two signals of one kind that arrive together are one.
                while !caught(child.id()) {
                    std::thread::yield_now();
                }
            }
        }
        if signals > 1 {
            let code = child.wait().unwrap().code().unwrap();
            go.send(()).unwrap();
            return code;
        }
        go.send(()).unwrap();
        child.wait().unwrap().code().unwrap()
    }
}

/// Returns true when no signal waits to be delivered to the process.
#[cfg(unix)]
fn caught(process: u32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else { return true };
    status
        .lines()
        .filter(|line| line.starts_with("ShdPnd") || line.starts_with("SigPnd"))
        .all(|line| line.split_whitespace().nth(1).is_some_and(|bits| bits.chars().all(|c| c == '0')))
}

fn guance_refusal() -> Fault {
    let body = r#"{"code":400,"content":null,"errorCode":"ft.CheckObject","message":"too odd","success":false}"#;
    Fault::new(What::Status(400, body.to_owned(), Vec::new())).writes()
}
