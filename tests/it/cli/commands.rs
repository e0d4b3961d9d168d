//! Each command, without a service behind it.

use std::fs::File;

use guajira::state::{RunLock, State};
use insta::assert_snapshot;

use super::refusing::Refusing;
use super::{NOBODY_LISTENS, Place, shown};

fn run(args: &[&str]) -> String {
    shown(&Place::with_config(NOBODY_LISTENS).run(args))
}

#[test]
fn help_shows_the_commands() {
    assert_snapshot!(run(&["--help"]), @r#"
    exit 0
    --- stdout
    Syncs Guance (观测云) issues and Jira issues both ways. Run it from cron or another scheduler

    Usage: guajira [OPTIONS] <COMMAND>

    Commands:
      sync         Run one sync, then exit
      check        Test configuration, credentials, permissions, projects, fields and clocks, and say
                   how to fix what is wrong
      status       Show where everything stands: cursors, pairs, what waits or failed and why, the last
                   runs
      report       Tell what happened in a period: a self-contained page for people, or data
      why          Show the history of one item, and why it is where it is
      retry        Send dead items again with the next run
      drop         Give dead items up: they are never sent again unless the original changes
      reply        Post a comment on an item, for chat bots: on its Jira issue and at its source
      push         Create the Jira issue of one item now, whatever the conditions of the routes say
      link         Pair an item with a Jira issue that exists already
      unlink       Take a pair apart: nothing is written to either side any more
      take         Accept the payloads of a webhook for a piped source
      adopt        Take over the issues and the copies that the vendor's script made
      state        Show what the state file holds, or bind it to services that were renamed
      auth         Get an access token from Jira Server or Data Center, by OAuth 1.0a
      init         Write a commented sync.toml, asking for what it needs
      schema       Print the JSON Schema of sync.toml, for editors
      man          Print the manual page of guajira, or write those of all its commands
      completions  Print the completion script of a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Options of every command:
          --config <FILE>        The configuration file [default: sync.toml] [env: GUAJIRA_CONFIG]
      -v, --verbose...           Log more: each write (-v), each request and decision too (-vv)
      -q, --quiet                Print only what failed newly, what still fails after [sync].remind (a
                                 day), and what works again
          --log-format <FORMAT>  How log lines look: for people, or one JSON object a line [default:
                                 text] [possible values: text, json]
          --color <WHEN>         When to use colours [default: auto] [possible values: auto, always,
                                 never]
          --lang <LANG>          The language of what it says: "en" or "zh" [default: that of
                                 [text].language, else of the environment]

    Exit codes:
      0  Done; what is left waits only for the next run
      2  The command or the configuration is wrong; nothing was written
      3  The run finished, but some items failed, are held or are dead
      4  A service could not be reached, or refused the credentials
      5  Interrupted; the next run continues
    --- stderr
    "#);
    assert_snapshot!(run(&["sync", "--help"]), @r#"
    exit 0
    --- stdout
    Run one sync, then exit

    Usage: guajira sync [OPTIONS]

    Options:
          --since <WHEN>  Backfill: read both sides from here on, instead of from the cursors. RFC 3339,
                          "YYYY-MM-DD[ HH:MM]" local, or how long ago: "90m", "2h", "7d"
          --until <WHEN>  Where the backfill ends [default: now]
          --only <NAME>   This source only; may be given several times
          --now           Read the replies of every open issue at once, as far as the request budget
                          goes
          --dry-run       Print the plan, write nothing anywhere
          --release       Send the new issues that the brake holds, and those held because another
                          program made issues for them
          --json          The run's report as one JSON object on stdout
      -h, --help          Print help

    Options of every command:
          --config <FILE>        The configuration file [default: sync.toml] [env: GUAJIRA_CONFIG]
      -v, --verbose...           Log more: each write (-v), each request and decision too (-vv)
      -q, --quiet                Print only what failed newly, what still fails after [sync].remind (a
                                 day), and what works again
          --log-format <FORMAT>  How log lines look: for people, or one JSON object a line [default:
                                 text] [possible values: text, json]
          --color <WHEN>         When to use colours [default: auto] [possible values: auto, always,
                                 never]
          --lang <LANG>          The language of what it says: "en" or "zh" [default: that of
                                 [text].language, else of the environment]
    --- stderr
    "#);
}

#[test]
fn a_wrong_when_names_the_forms() {
    assert_snapshot!(run(&["sync", "--since", "yesterday"]), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: error: --since: "yesterday" is not a time: use RFC 3339 (2026-11-22T08:00:00Z), "YYYY-MM-DD" or "YYYY-MM-DD HH:MM" in local time, or how long ago: 90m, 2h, 7d
    "#);
    assert_snapshot!(run(&["sync", "--since", "2999-01-01"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: --since: 2999-01-01 00:00:00 +00:00 lies in the future
    ");
    assert_snapshot!(run(&["sync", "--since", "2026-01-02", "--until", "2026-01-01 10:00"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: --until: 2026-01-01 10:00:00 +00:00 is not after --since, 2026-01-02 00:00:00 +00:00
    ");
    assert_eq!(Place::new().run(["sync", "--until", "1h"]).code, 2);
}

#[test]
fn services_that_cannot_be_reached_end_with_four() {
    let outcome = Place::with_config(NOBODY_LISTENS).run(["sync"]);
    assert_eq!(outcome.code, 4, "{}", shown(&outcome));
}

#[test]
fn services_that_refuse_us_end_with_four() {
    let server = Refusing::start();
    let place = Place::with_config(&NOBODY_LISTENS.replace("http://127.0.0.1:9", &server.url));
    let check = place.run(["check"]);
    assert_eq!(check.code, 4, "{}", shown(&check));
    assert!(check.stdout.lines().any(|line| line.starts_with("FAIL guance credential: ")), "{}", check.stdout);
    let outcome = place.run(["sync", "--json"]);
    assert_eq!(outcome.code, 4, "{}", shown(&outcome));
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert!(report["sides_failed"]["jira"]["message"].is_string(), "{report}");
}

#[test]
fn a_check_is_one_object_for_a_program_and_ends_with_a_verdict_for_a_person() {
    let server = Refusing::start();
    let place = Place::with_config(&NOBODY_LISTENS.replace("http://127.0.0.1:9", &server.url));
    let check = place.run(["--lang", "zh", "check", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!((check.code, &told["exit_code"]), (4, &4.into()), "{}", shown(&check));
    let findings = told["findings"].as_array().unwrap();
    let failed = findings.iter().find(|finding| finding["what"] == "guance credential").unwrap();
    assert_eq!(failed["level"], "fail", "{failed}");
    assert!(failed["hint"].as_str().unwrap().contains("[guance].api_key"), "{failed}");
    let counted = ["ok", "warnings", "failures"].map(|kind| told[kind].as_u64().unwrap()).iter().sum::<u64>();
    assert_eq!(counted, findings.len() as u64, "{told}");
    let check = place.run(["check"]);
    let verdict = check.stdout.lines().last().unwrap_or_default();
    assert!(verdict.contains(" ok, ") && verdict.contains("failures; next: fix"), "{}", shown(&check));
    let painted = place.run(["--color", "always", "check"]);
    assert!(painted.stdout.contains("\u{1b}[31mFAIL\u{1b}[0m guance credential: "), "{}", shown(&painted));
    let quiet = place.run(["-q", "check"]);
    assert!(!quiet.stdout.contains("ok   ") && quiet.stdout.contains("\nFAIL guance"), "{}", shown(&quiet));
    assert!(!quiet.stdout.contains("next: "), "{}", shown(&quiet));
}

#[test]
fn errors_and_hints_are_log_lines_where_those_are_json() {
    let outcome = Place::new().run(["--log-format", "json", "sync"]);
    assert_eq!(outcome.code, 2, "{}", shown(&outcome));
    let lines: Vec<serde_json::Value> =
        outcome.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(lines[0]["message"].as_str().unwrap().starts_with("cannot read sync.toml"), "{lines:?}");
    assert!(lines[1]["hint"].as_str().unwrap().contains("guajira init"), "{lines:?}");
    assert!(lines.iter().all(|line| line["level"] == "ERROR"), "{lines:?}");
}

#[test]
fn a_dry_run_leaves_no_file_behind() {
    let server = Refusing::start();
    let place = Place::with_config(&NOBODY_LISTENS.replace("http://127.0.0.1:9", &server.url));
    place.run(["sync", "--dry-run"]);
    assert!(!place.path("guajira.db").exists());
}

#[test]
fn a_run_beside_another_does_nothing() {
    let place = Place::with_config(NOBODY_LISTENS);
    let _lock = RunLock::take(&place.path("guajira.db")).unwrap().unwrap();
    assert_snapshot!(shown(&place.run(["sync"])), @"
    exit 0
    --- stdout
    --- stderr
    guajira: another run is still working on this state file; nothing was done
    ");
}

#[test]
fn status_of_nothing() {
    assert_snapshot!(run(&["status"]), @"
    exit 0
    --- stdout
    no run yet in guajira.db
    linked  0 issues, 0 comments
    outbox  empty
    last good run: none yet
    --- stderr
    ");
    assert_snapshot!(run(&["status", "--json", "--max-age", "10m"]), @r#"
    exit 3
    --- stdout
    {
      "cursors": {},
      "issue_pairs": 0,
      "continued": 0,
      "joined": 0,
      "comment_pairs": 0,
      "reading": [
        {
          "active_within_hours": 1,
          "pairs": 0,
          "replies_minutes": 1,
          "fields_minutes": null
        },
        {
          "active_within_hours": 24,
          "pairs": 0,
          "replies_minutes": 1,
          "fields_minutes": null
        },
        {
          "active_within_hours": 720,
          "pairs": 0,
          "replies_minutes": 1,
          "fields_minutes": null
        }
      ],
      "backlog": {
        "pending": 0,
        "failing": 0,
        "held": 0,
        "labelled": 0,
        "in_doubt": 0,
        "dead": 0,
        "dropped": 0
      },
      "messages": {
        "waiting": 0,
        "failing": 0,
        "dead": 0,
        "dropped": 0
      },
      "items": [],
      "failing_sides": [],
      "gone": [],
      "away": [],
      "unreadable": [],
      "runs": [],
      "last_good": null,
      "guance_requests_last_hour": {},
      "list_tells_replies": null
    }
    --- stderr
    guajira: there is no good run yet
    "#);
}

#[test]
fn status_and_retry_need_no_secrets() {
    let place = Place::with_config(&NOBODY_LISTENS.replace("\"j-token\"", "{ env = \"NO_SUCH\" }"));
    State::open(&place.path("guajira.db")).unwrap();
    assert_eq!(place.run(["status"]).code, 0);
    assert_snapshot!(shown(&place.run(["retry", "--all"])), @"
    exit 0
    --- stdout
    nothing to retry: no item is dead or waits after a failure
    --- stderr
    ");
    assert_snapshot!(shown(&place.run(["retry", "OPS-1"])), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: error: "OPS-1" has nothing to retry; nothing was changed
    hint: `guajira status` lists what is dead or waits
    "#);
    assert_snapshot!(shown(&place.run(["why", "OPS-1"])), @"
    exit 3
    --- stdout
    --- stderr
    guajira: OPS-1 has never been synced, or was forgotten
    hint: it may lie outside what was read so far (`guajira status`), or no route takes it (`guajira check --explain`); history is kept for 90 days
    ");
    assert_eq!(place.run(["retry"]).code, 2);
}

#[test]
fn a_state_file_that_is_none_says_what_to_do() {
    let place = Place::with_config(NOBODY_LISTENS);
    place.write("guajira.db", "this is no database, but it is long enough to be looked at as if it were one");
    let outcome = place.run(["sync"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("hint: move the file away"), "{}", outcome.stderr);
}

#[test]
fn init_writes_a_file_that_only_its_owner_reads_and_never_twice() {
    let place = Place::new();
    let nobody = "http://127.0.0.1:9";
    let answers = format!("{nobody}\nGUANCE_API_KEY\nyes\n{nobody}\nyes\n\nbot\n\nyes\nOPS\n\n");
    let outcome = place.run_with(["init"], &[], &answers);
    assert_eq!(outcome.code, 0, "{}", shown(&outcome));
    assert_snapshot!(outcome.stdout, @"
    wrote sync.toml, sync.schema.json
    set the variable first: export GUANCE_API_KEY=…
    set the variable first: export JIRA_API_TOKEN=…
    not everything could be tested; next: `guajira check`
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            File::open(place.path("sync.toml")).unwrap().metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert_eq!(place.run(["status"]).code, 0);
    assert_snapshot!(shown(&place.run(["init"])), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml exists and was not overwritten
    hint: move it away, name another file with --config, or give --force
    ");
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let place = Place::with_config(NOBODY_LISTENS);
    let mut child = super::program(&place.path(""), ["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn a_folder_in_the_place_of_the_state_file_is_named_by_every_command() {
    let place = Place::with_config(NOBODY_LISTENS);
    std::fs::create_dir(place.path("guajira.db")).unwrap();
    for args in
        [&["sync"][..], &["sync", "--dry-run"], &["status"], &["why", "OPS-1"], &["state", "info"], &["retry", "--all"]]
    {
        let outcome = place.run(args);
        assert_eq!(outcome.code, 2, "{args:?}: {}", shown(&outcome));
        assert!(outcome.stderr.contains("guajira.db is a folder"), "{args:?}: {}", shown(&outcome));
        assert!(outcome.stderr.contains("name a file in [sync].state, not a folder"), "{args:?}: {}", shown(&outcome));
    }
}

#[test]
fn nobody_is_no_account_to_take_over_from() {
    let outcome = Place::with_config(NOBODY_LISTENS).run(["adopt", "--script", "--created-by", ""]);
    assert_eq!(outcome.code, 2, "{}", shown(&outcome));
    assert!(outcome.stderr.contains("--created-by <ACCOUNT>"), "{}", shown(&outcome));
}
