//! No English sentence is left in what the commands say in Chinese: runs of all kinds are played, and every line of them is
//! looked at.

use std::net::TcpListener;
use std::time::Duration;

use guajira_fakes::jira::{CustomField, CustomKind, Draft, Flavour, Project, Visibility, named};
use guajira_fakes::server::{Fault, Times, What};

use super::script::{adopt, left_by, others};
use super::world::{Outcome, World, on_both};

/// What services and people say in these stories, and what Jira calls its permissions: all of it stays as it is.
const THEIRS: [&str; 15] = [
    "disk is quite full today",
    "the token is no good",
    "not liked at all here",
    "come back a little later",
    "Issue linking is currently disabled",
    "nobody here needs it any more",
    "Team is required",
    "invalid api key",
    "Please log in first",
    "an archived issue cannot be edited",
    "Browse users and groups",
    "Set Issue Security",
    "API request limit reached",
    "It is archived, and cannot be edited",
    "The issue is archived and read-only",
];

/// Returns the first run of three English words in a line; what is quoted or is a name, a path, an id or a key is none.
fn english(line: &str) -> Option<String> {
    let mut rest = line.to_owned();
    for theirs in THEIRS {
        rest = rest.replace(theirs, "…");
    }
    let unquoted = rest.split('`').step_by(2).collect::<Vec<_>>().join(" … ");
    let is_word = |word: &str| {
        let word = word.trim_end_matches([',', ';', ':', '.', ')']).trim_start_matches('(');
        word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == '\'' || c == '-')
    };
    let is_ascii =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || ",;:.'()".contains(c));
    // What begins with the program's name is a command.
    let unquoted = unquoted.replace("guajira ", "… ");
    let words: Vec<&str> = unquoted.split(|c: char| c == ' ' || !c.is_ascii() && c != '…').collect();
    let three = words.windows(3).find(|three| {
        three.iter().all(|word| is_ascii(word)) && three.iter().filter(|word| is_word(word)).count() >= 2
    });
    three.map(|three| three.join(" "))
}

/// Makes sure that a run said nothing in English. Log lines are for programs too, and begin with a time in UTC.
#[track_caller]
fn is_chinese(outcome: &Outcome) {
    let is_log = |line: &&str| ["WARN ", "INFO ", "ERROR "].iter().any(|level| line.contains(level));
    for line in outcome.stdout.lines().chain(outcome.stderr.lines().filter(|line| !is_log(line))) {
        assert_eq!(english(line), None, "{line}\n{outcome}");
    }
}

/// Looks at everything that tells what has become of an item, and of all.
#[track_caller]
fn all_is_chinese(world: &World, items: &[&str]) {
    is_chinese(&world.run(&["status"]));
    is_chinese(&world.run(&["status", "--max-age", "1s"]));
    is_chinese(&world.run(&["state", "info"]));
    for item in items {
        is_chinese(&world.run(&["why", item]));
    }
}

#[track_caller]
fn sync(world: &World, code: i32) -> Outcome {
    world.pass(Duration::from_mins(6));
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, code, "{outcome}");
    is_chinese(&outcome);
    outcome
}

fn in_chinese(mut world: World) -> World {
    world.set("LANG", "zh_CN.UTF-8");
    world
}

fn status(code: u16, words: &str) -> What {
    What::Status(code, words.to_owned(), Vec::new())
}

fn refusal(words: &str) -> String {
    format!(r#"{{"errorMessages":["{words}"],"errors":{{}}}}"#)
}

#[test]
fn english_is_found() {
    for (line, want) in [
        ("失败：its copy is closed", Some("its copy is")),
        ("无法连接：Connection refused (os", Some("Connection refused (os")),
        ("请运行 `guajira sync --release now please`", None),
        ("GET /rest/api/3/myself：401 凭据被拒绝：the token is no good", None),
        ("项目 OPS 的 Transition Issues 权限", None),
        ("项目 Operations Team East 可见", None),
    ] {
        assert_eq!(english(line).as_deref(), want, "{line}");
    }
}

#[test]
fn ordinary_life_is_told_in_chinese() {
    on_both(|world| {
        let world = in_chinese(world);
        world.configure_flow(
            "deletes = \"mark\"\nupdates = true\nstatus = \"both\"\nlevel = true\nattachments = \"both\"\nlinks = \"both\"",
        );
        world.reconfigure("P3 = \"Low\"\n", "");
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nclosed_status = \"Done\"");
        world.guance.open_issue("disk is quite full today", "<p>x</p>", "P1", "张三");
        world.pass(Duration::from_hours(2));
        let first = world.run(&["sync"]);
        is_chinese(&first);
        let issue = world.guance.open_issue("disk is quite full today", "<p>x</p>", "P1", "张三");
        world.guance.open_issue("disk is quite full today", "<p>x</p>", "P3", "张三");
        is_chinese(&world.run(&["sync", "--dry-run"]));
        sync(&world, 0);
        let key = world.key_of(&issue);
        world.guance.reply(&issue, "李四", "<p>x</p>");
        world.jira.comment(&key, "alice", "x");
        let secret = Some(Visibility::Role("Administrators".into()));
        let secret = world.jira.comment_for(&key, "alice", "!trace.txt|thumbnail!", secret);
        world.jira.attach(&key, "alice", "trace.txt", "text/plain", b"trace");
        world.jira.comment_for(&key, "alice", "x", Some(Visibility::Group("jira-users".into())));
        world.pass(Duration::from_mins(6));
        is_chinese(&world.run(&["sync", "--dry-run"]));
        is_chinese(&world.run(&["sync", "-v"]));
        all_is_chinese(&world, &[&issue, &key, &secret.to_string()]);
        world.jira.edit_issue(&key, "alice", |issue| "by hand".clone_into(&mut issue.summary));
        world.guance.retitle(&issue, "disk is quite full today", "李四");
        world.guance.set_level(&issue, "P0", "张三");
        sync(&world, 0);
        world.guance.set_status(&issue, 20, "张三");
        sync(&world, 0);
        world.guance.reply(&issue, "李四", "<p>y</p>");
        is_chinese(&world.run(&["sync", "-v"]));
        world.jira.transition(&key, "alice", "To Do");
        world.pass(Duration::from_mins(6));
        is_chinese(&world.run(&["sync", "-v"]));
        all_is_chinese(&world, &[&issue, &key]);
        world.jira.delete_issue(&key);
        for _ in 0..3 {
            world.pass(Duration::from_hours(7));
            is_chinese(&world.run(&["sync", "-v"]));
        }
        all_is_chinese(&world, &[&issue, &key]);
        is_chinese(&world.run(&["why", "OPS-4711"]));
        is_chinese(&world.run(&["check"]));
        is_chinese(&world.run(&["check", "--explain", &issue]));
    });
}

#[test]
fn refused_and_lost_writes_are_told_in_chinese() {
    on_both(|world| {
        let world = in_chinese(world);
        let links_off = status(403, &refusal("Issue linking is currently disabled."));
        world.jira.fail(Fault::new(links_off).path_contains("/remotelink").times(Times::Always));
        let issue = world.guance.open_issue("disk is quite full today", "<p>x</p>", "P1", "张三");
        world.pass(Duration::from_mins(1));
        is_chinese(&world.run(&["sync"]));
        let key = world.key_of(&issue);
        all_is_chinese(&world, &[&key]);
        for what in [
            status(503, "<title>come back a little later</title>"),
            status(429, "come back a little later"),
            What::DropBefore,
            What::DropAfter,
            What::Truncate(9),
            What::Garbage,
            What::LoginPage,
            status(400, &refusal("not liked at all here")),
        ] {
            world.guance.reply(&issue, "李四", "<p>x</p>");
            world.jira.fail(Fault::new(what).method("POST").path_contains("/comment").times(Times::Always));
            world.pass(Duration::from_mins(6));
            is_chinese(&world.run(&["sync"]));
            all_is_chinese(&world, &[&key]);
            is_chinese(&world.run(&["-q", "sync"]));
            world.jira.clear_faults();
        }
        for what in [What::DropAfter, What::Garbage, status(503, "{}"), status(400, "{}"), status(403, "<p>x</p>")] {
            world.jira.comment(&key, "alice", "x");
            world.guance.fail(Fault::new(what).path_contains("/reply/create").times(Times::Always));
            world.pass(Duration::from_mins(6));
            is_chinese(&world.run(&["sync"]));
            all_is_chinese(&world, &[&key]);
            world.guance.clear_faults();
        }
        let dead: String = world
            .state()
            .query_row("SELECT key FROM outbox WHERE stage = 'dead' LIMIT 1", [], |row| row.get(0))
            .unwrap();
        is_chinese(&world.run(&["drop", &dead, "--because", "nobody here needs it any more"]));
        all_is_chinese(&world, &[&key]);
        is_chinese(&world.run(&["drop", &dead, "--because", " "]));
        is_chinese(&world.run(&["drop", "OPS-4711", "--because", "x"]));
        for args in [&["retry"][..], &["retry", "OPS-4711"], &["retry", "--all"], &["retry", "--all"]] {
            is_chinese(&world.run(args));
        }
        world.pass(Duration::from_mins(6));
        is_chinese(&world.run(&["-q", "sync"]));
        all_is_chinese(&world, &[&key]);
    });
}

#[test]
fn sides_that_fail_are_told_in_chinese() {
    on_both(|mut world| {
        world.set("LANG", "zh_CN.UTF-8");
        world.sync();
        let login = r#"{"errorMessages":["the token is no good"],"errors":{}}"#;
        for what in [
            status(401, login),
            status(403, "<title>Please log in first</title>"),
            status(503, "come back a little later"),
            What::Status(429, String::new(), vec![("Retry-After".to_owned(), "120".to_owned())]),
            What::Status(302, String::new(), vec![("Location".to_owned(), "https://sso.example.com/".to_owned())]),
            status(410, "{}"),
            What::DropBefore,
            What::Garbage,
            What::LoginPage,
        ] {
            world.jira.fail(Fault::new(what.clone()).times(Times::Always));
            world.pass(Duration::from_hours(2));
            is_chinese(&world.run(&["sync"]));
            is_chinese(&world.run(&["-q", "sync"]));
            all_is_chinese(&world, &[]);
            is_chinese(&world.run(&["check"]));
            world.jira.clear_faults();
            world.pass(Duration::from_hours(2));
            is_chinese(&world.run(&["-q", "sync"]));
            all_is_chinese(&world, &[]);
            world.guance.fail(Fault::new(what).times(Times::Always));
            world.pass(Duration::from_hours(2));
            is_chinese(&world.run(&["sync"]));
            all_is_chinese(&world, &[]);
            is_chinese(&world.run(&["check"]));
            world.guance.clear_faults();
        }
        let limit =
            r#"{"code":401,"errorCode":"ft.TriggerApiAkCurrentLimiting","message":"API request limit reached"}"#;
        world.guance.fail(Fault::new(status(401, limit)).times(Times::Always));
        world.pass(Duration::from_hours(2));
        is_chinese(&world.run(&["sync"]));
        world.guance.clear_faults();
        world.pass(Duration::from_hours(2));
        world.set("GUAJIRA_GUANCE__API_KEY", "wrong");
        is_chinese(&world.run(&["sync"]));
        is_chinese(&world.run(&["check"]));
        world.unset("GUAJIRA_GUANCE__API_KEY");
        // Nobody listens there any more.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let gone = format!("http://127.0.0.1:{port}");
        let jira = world.jira.base_url();
        world.set("GUAJIRA_JIRA__BASE_URL", &gone);
        let refused = world.run(&["check"]);
        is_chinese(&refused);
        assert!(refused.stdout.contains("无法连接：连接被拒绝"), "{refused}");
        world.set("GUAJIRA_JIRA__BASE_URL", &jira);
        world.set("GUAJIRA_GUANCE__TIMEOUT", "1s");
        world.guance.fail(Fault::new(What::Delay(Duration::from_secs(3))).times(Times::Always));
        let slow = world.run(&["check"]);
        is_chinese(&slow);
        assert!(slow.stdout.contains("1 秒内没有应答"), "{slow}");
    });
}

#[test]
fn what_waits_or_is_held_is_told_in_chinese() {
    on_both(|mut world| {
        world.set("LANG", "zh_CN.UTF-8");
        let left = left_by(&others(&world));
        is_chinese(&world.run(&["check"]));
        let held = world.run(&["sync", "--since", "1h"]);
        is_chinese(&held);
        assert!(held.stdout.contains("暂扣"), "{held}");
        all_is_chinese(&world, &[&left.issues[0]]);
        is_chinese(&world.run(&["-q", "sync"]));
        for (accounts, dry_run) in [(&[][..], true), (&["nobody"], true), (&["bob"], true), (&["bob"], false)] {
            is_chinese(&adopt(&world, accounts, dry_run));
        }
        is_chinese(&world.run(&["sync", "--release"]));
        world.set("GUAJIRA_SYNC__MAX_CREATES", "1");
        for _ in 0..3 {
            world.guance.open_issue("disk is quite full today", "", "P1", "张三");
        }
        world.pass(Duration::from_mins(1));
        is_chinese(&world.run(&["sync", "--dry-run"]));
        is_chinese(&world.run(&["sync"]));
        all_is_chinese(&world, &[&left.issues[0], &left.keys[0]]);
        is_chinese(&world.run(&["sync", "--release"]));
        all_is_chinese(&world, &[]);
    });
}

#[test]
fn archived_issues_and_other_screens_are_told_in_chinese() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = in_chinese(World::with_projects(flavour, vec![Project::new("OPS", "Operations")]));
        let issue = world.guance.open_issue("disk is quite full today", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        world.pass(Duration::from_mins(20));
        world.jira.switch(|s| _ = s.archive.issues.insert(key.clone()));
        world.guance.reply(&issue, "李四", "<p>x</p>");
        for _ in 0..2 {
            world.pass(Duration::from_mins(20));
            is_chinese(&world.run(&["sync"]));
            all_is_chinese(&world, &[&key]);
        }
        world.jira.switch(|s| s.archive.issues.clear());
        world.pass(Duration::from_hours(2));
        is_chinese(&world.run(&["sync"]));
        all_is_chinese(&world, &[&key]);

        let team = |required, options: &[(&str, &str)]| {
            world.jira.with_project("OPS", |project| {
                let field = CustomField::new("customfield_10077", "Team", CustomKind::Select(named(options)));
                project.custom_fields = vec![CustomField { required, ..field }];
            });
        };
        team(true, &[("1", "network")]);
        world.reconfigure("[route.priority]", "[route.fields]\nTeam = \"storage\"\n\n[route.priority]");
        let refused = world.guance.open_issue("disk is quite full today", "", "P1", "张三");
        sync(&world, 3);
        is_chinese(&world.run(&["check"]));
        is_chinese(&world.run(&["check", "--explain", &refused]));
        all_is_chinese(&world, &[&refused]);
        team(true, &[("1", "network"), ("9", "storage")]);
        world.pass(Duration::from_mins(61));
        is_chinese(&world.run(&["sync"]));
        all_is_chinese(&world, &[&refused]);
    }
}

#[test]
fn routes_that_go_wrong_are_told_in_chinese() {
    on_both(|world| {
        let world = in_chinese(world);
        world.reconfigure(
            "labels = [\"guance\"]",
            "labels = [\"guance\"]\nwhen = \"(tags.env | int) > 1\"\nsummary = \"{{ tags.host }}\"",
        );
        let issue = world.guance.open_issue("disk is quite full today", "", "P1", "张三");
        world.jira.create_issue("OPS", "alice", Draft::new("disk is quite full today"));
        for args in [&["sync"][..], &["sync", "-v"], &["check"], &["check", "--explain", &issue]] {
            is_chinese(&world.run(args));
        }
        all_is_chinese(&world, &[&issue]);
        for wrong in ["levle == 'P1'", "level ==", "level = 'P1'", "level && title", "title | shout"] {
            world.reconfigure("when = \"(tags.env | int) > 1\"", &format!("when = \"{wrong}\""));
            is_chinese(&world.run(&["sync"]));
            world.reconfigure(&format!("when = \"{wrong}\""), "when = \"(tags.env | int) > 1\"");
        }
        is_chinese(&world.run(&["status", "--max-age", "soon"]));
        is_chinese(&world.run(&["sync", "--since", "gestern"]));
    });
}
