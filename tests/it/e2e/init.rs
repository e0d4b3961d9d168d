//! `guajira init`: wrong answers are asked for again, nothing is written before the end, and what is proposed is what there is.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use guajira_fakes::guance;
use guajira_fakes::jira::{Project, named};
use guajira_fakes::server::{Fault, Times, What};

use super::world::{Flavour, Outcome, SECRETS, World, on_both};

/// A world without a configuration.
pub(super) fn bare(world: World) -> World {
    fs::remove_file(world.path("sync.toml")).unwrap();
    world
}

/// Runs `guajira init` with these lines as answers.
pub(super) fn init(world: &World, args: &[&str], answers: &[&str]) -> Outcome {
    let mut command = world.program(&[&["init"], args].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let lines = answers.iter().fold(String::new(), |lines, answer| lines + answer + "\n");
    // A program that has heard enough is gone before it reads the rest.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// User and token of the bot: on Server a personal access token alone.
fn login(world: &World) -> [String; 2] {
    match world.flavour {
        Flavour::Cloud => world.jira.basic("bot").into(),
        Flavour::Server => [String::new(), world.jira.pat("bot")],
    }
}

/// The answers that log the bot in, by the way that is proposed.
fn logging_in([user, token]: &[String; 2]) -> Vec<&str> {
    if user.is_empty() { vec!["", token] } else { vec!["", user, token] }
}

pub(super) fn config(world: &World) -> String {
    fs::read_to_string(world.path("sync.toml")).unwrap()
}

#[test]
fn wrong_answers_are_told_and_asked_for_again() {
    on_both(|world| {
        let world = bare(world);
        let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
        let page = format!("{jira}/browse/OPS-1");
        let login = login(&world);
        let [user, token] = &login;
        let wrong = if user.is_empty() {
            vec!["4", "scoped", "2", "", "bob", "wrong-token", "yes", "1", token]
        } else {
            vec!["3", "oauth1", "Basic", "", user, "wrong-token", "yes", "1", user, token]
        };
        let before = [
            "19",
            "ftp:/nonsense",
            &guance, // site
            "wrong-key",
            "no",
            "wrong-key",
            "",
            "site",
            "18",
            &guance,
            SECRETS[0],
            "maybe",
            "y", // key
            "jira",
            "https://u:p@jira.example.com",
            &page, // address
        ];
        let after = [
            "yes", // login
            "NOPE", "operat", "ops", // project
            "Incident", "9", "task", // issue type
            "perhaps", "no", // table
        ];
        let outcome = init(&world, &[], &[&before[..], &wrong, &after].concat());
        assert_eq!(outcome.code, 0, "{outcome}");
        for said in [
            "the numbers go from 1 to 18",
            "[guance].base_url must begin with",
            "Guance refuses the key: ",
            "answer with yes or no",
            "[jira].base_url holds a user name or password",
            "answer with a number of the list, or with a name in it",
            "this needs an answer",
            "Jira refuses the login: ",
            "this account sees no project NOPE",
            "OPS has no issue type Incident",
        ] {
            assert!(outcome.stderr.contains(said), "{said}: {outcome}");
        }
        let shown = config(&world);
        for line in [
            format!("base_url = \"{guance}\""),
            format!("base_url = \"{jira}\""),
            "project = \"OPS\"".to_owned(),
            "issue_type = \"Task\"".to_owned(),
            "# P0 = \"Highest\"".to_owned(),
            "api_key = { file = \"guance.key\" }".to_owned(),
        ] {
            assert!(shown.lines().any(|l| l.starts_with(&line)), "{line}: {shown}");
        }
        assert!(!shown.contains("wrong") && !outcome.to_string().contains("wrong-"), "{outcome}");
        assert_eq!(fs::read_to_string(world.path("jira.token")).unwrap(), format!("{token}\n"));
    });
}

#[test]
fn an_input_that_ends_writes_nothing() {
    let world = bare(World::new(Flavour::Server));
    let (guance, jira, pat) = (world.guance.base_url(), world.jira.base_url(), world.jira.pat("bot"));
    let all = [&*guance, SECRETS[0], "yes", &jira, "", &pat, "yes", "OPS", "Bug", "edit", "1", "2", "3", "4"];
    for count in 0..all.len() {
        let outcome = init(&world, &[], &all[..count]);
        assert_eq!(outcome.code, 2, "{count}: {outcome}");
        assert!(outcome.stderr.contains("the input ended") && outcome.stderr.contains("--defaults"), "{outcome}");
        assert_eq!(fs::read_dir(world.path("")).unwrap().count(), 0, "{count}: {outcome}");
    }
    assert_eq!(init(&world, &[], &all).code, 0);
    let rows = ["P0 = \"Highest\"", "P1 = \"High\"", "P2 = \"Medium\"", "P3 = \"Low\""];
    assert!(config(&world).contains(&rows.join("\n")), "{}", config(&world));
}

#[test]
fn an_input_of_nonsense_ends() {
    let world = bare(World::new(Flavour::Cloud));
    for word in
        ["?", "", "yes", "no", "site", "edit", "999999999999999999999", "\u{1b}[2J", "https://", "http://127.0.0.1:9"]
    {
        let outcome = init(&world, &[], &vec![word; 500]);
        assert_eq!(outcome.code, 2, "{word}: {outcome}");
        assert!(outcome.stderr.contains("too many wrong answers"), "{word}: {outcome}");
        assert!(!outcome.stderr.contains('\u{1b}'), "{word}: {outcome}");
        assert_eq!(fs::read_dir(world.path("")).unwrap().count(), 0, "{word}");
    }
}

#[test]
fn services_that_cannot_be_reached_are_gone_on_without() {
    let mut world = bare(World::new(Flavour::Cloud));
    let nobody = "http://127.0.0.1:9";
    world.set("MY_KEY", "a-key");
    let answers = [nobody, "MY_KEY", "yes", nobody, "yes", "", "bot", "JIRA_TOKEN", "yes", "OP S", "OPS", ""];
    let outcome = init(&world, &[], &answers);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains("Guance cannot be asked: ") && outcome.stderr.contains("Jira cannot be asked: "));
    assert!(outcome.stdout.contains("set the variable first: export JIRA_TOKEN=…"), "{outcome}");
    assert!(outcome.stdout.ends_with("not everything could be tested; next: `guajira check`\n"), "{outcome}");
    let shown = config(&world);
    assert!(shown.contains("api_key = { env = \"MY_KEY\" }") && shown.contains("token = { env = \"JIRA_TOKEN\" }"));
    assert!(shown.contains("# [route.priority]"), "every level is sent: {shown}");
    // What was reached once may be away later.
    let world = bare(World::new(Flavour::Cloud));
    let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
    let login = login(&world);
    world.jira.fail(
        Fault::new(What::Status(503, "busy".to_owned(), Vec::new())).path_contains("/project").times(Times::Always),
    );
    let (before, after) = ([&*guance, SECRETS[0], "yes", &jira], ["yes", "OPS", "yes", "OPS", "Bug"]);
    let outcome = init(&world, &[], &[&before[..], &logging_in(&login), &after].concat());
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stderr.contains("cannot list projects: "), "{outcome}");
    assert!(config(&world).contains("project = \"OPS\""));
}

#[test]
fn an_address_without_a_jira_is_told() {
    let world = bare(World::new(Flavour::Server));
    let (guance, jira, pat) = (world.guance.base_url(), world.jira.base_url(), world.jira.pat("bot"));
    let away = vec![("Location".to_owned(), "https://sso.example.org/login".to_owned())];
    for (what, said) in [
        (What::LoginPage, "no Jira answers at"),
        (What::Status(404, "<title>Gone</title>".to_owned(), Vec::new()), "404 Gone"),
        (What::Status(302, String::new(), away), "sso.example.org"),
        (What::Status(401, String::new(), Vec::new()), "does not say without a login which Jira it is"),
        (What::Status(503, "busy".to_owned(), Vec::new()), "Jira cannot be asked: "),
        (What::DropBefore, "Jira cannot be asked: "),
    ] {
        let is_locked = said.contains("without a login");
        world.jira.clear_faults();
        world.jira.fail(Fault::new(what).path_contains("serverInfo"));
        let again: &[&str] = if is_locked { &[] } else { &["no", &jira] };
        let answers = [&[&*guance, SECRETS[0], "yes", &jira], again, &["pat", &pat, "yes", "1", "1", "yes"]].concat();
        let outcome = init(&world, &[], &answers);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.contains(said), "{said}: {outcome}");
        for file in ["sync.toml", "guance.key", "jira.token"] {
            fs::remove_file(world.path(file)).unwrap();
        }
    }
}

#[test]
fn a_jira_that_lists_no_issue_types_takes_a_typed_one() {
    let world = bare(World::new(Flavour::Server));
    world.jira.set_version(&[8, 3, 0]);
    let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
    let (user, password) = world.jira.basic("bot");
    let answers = [&*guance, SECRETS[0], "yes", &jira, "2", &user, &password, "yes", "1", "Bug"];
    let outcome = init(&world, &[], &answers);
    assert!(outcome.stderr.contains("cannot list issue types: "), "{outcome}");
    let shown = config(&world);
    assert!(shown.contains("method = \"basic\"") && shown.contains("issue_type = \"Bug\""), "{outcome}");
    assert!(outcome.stdout.contains("`guajira check` says:"), "{outcome}");
}

#[test]
fn channels_and_levels_of_the_workspace_are_proposed() {
    on_both(|world| {
        let world = bare(world);
        world.guance.replace(guance::Options {
            channels: vec!["数据库 \"主\"".to_owned(), "network".to_owned()],
            levels: vec!["紧急".to_owned()],
            per_key: 1000,
            per_workspace: 1000,
            ..guance::Options::default()
        });
        let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
        let login = login(&world);
        let before = [&*guance, SECRETS[0], "yes", "nowhere", "2", &jira];
        let after = ["yes", "1", "", "edit", "", "", "", "", "Urgent", "highest"];
        let outcome = init(&world, &[], &[&before[..], &logging_in(&login), &after].concat());
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stderr.contains("紧急 → Medium"), "{outcome}");
        let shown = config(&world);
        assert!(shown.contains("channel = '数据库 \"主\"'"), "{shown}");
        assert!(shown.contains("P3 = \"Low\"\n\"紧急\" = \"Highest\""), "{shown}");
        let issue = world.guance.open_issue("all is down", "<p>x</p>", "紧急", "王五");
        let channel = world.guance.channel("数据库 \"主\"");
        world.guance.edit_issue(&issue, "王五", |issue| issue.channels.push(channel.clone()));
        world.sync();
        let issues = world.jira.issues();
        assert_eq!(issues.len(), 1);
        assert_eq!(issues[0].priority.as_deref(), Some("1"), "the level is sent, as Highest");
    });
}

#[test]
fn names_of_services_drive_neither_the_terminal_nor_the_file() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let long = "x".repeat(5000);
        let mut project = Project::new("OPS", &format!("Ope\u{1b}[31mrations\u{202e}{long}"));
        project.types =
            named(&[("10001", "Bug \"x\" # '1'"), ("10002", "Evil\u{1b}]0;t\u{7}\nline"), ("10003", &long)]);
        project.priorities = named(&[("1", "最高 = \"a\""), ("2", "b\u{9b}c")]);
        let mut many: Vec<Project> = (0..60).map(|n| Project::new(&format!("P{n:02}"), "Other")).collect();
        many.insert(0, project);
        let world = bare(World::with_projects(flavour, many));
        let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
        let login = login(&world);
        let before = [&*guance, SECRETS[0], "yes", &jira];
        let outcome = init(&world, &[], &[&before[..], &logging_in(&login), &["yes", "OPS", "1", "yes"]].concat());
        let said = outcome.to_string();
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{said}");
        assert!(said.lines().all(|line| line.chars().count() < 400), "{said}");
        assert!(outcome.stderr.contains("not all are shown"), "{said}");
        assert!(!outcome.stderr.contains("  21  "), "{said}");
        let shown = config(&world);
        let route = shown.parse::<toml::Table>().unwrap()["route"][0].clone();
        assert_eq!(route["issue_type"].as_str(), Some("Bug \"x\" # '1'"), "{shown}");
        assert_eq!(route["priority"]["P0"].as_str(), Some("最高 = \"a\""), "{shown}");
        // What cannot be written as a line is named by its id.
        assert_eq!(route["priority"]["P3"].as_str(), Some("2"), "{shown}");
    }
}

#[test]
fn without_questions_the_environment_answers() {
    on_both(|world| {
        let mut world = bare(world);
        let outcome = world.run(&["init", "--defaults"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        for said in ["still needs this", "[guance].base_url", "[jira].base_url", "[[route]].project", "`guajira check`"]
        {
            assert!(outcome.stdout.contains(said), "{said}: {outcome}");
        }
        let outcome = world.run(&["init", "--defaults"]);
        assert_eq!(outcome.code, 2, "a file that is there: {outcome}");
        let [user, token] = login(&world);
        let (guance, jira) = (world.guance.base_url(), world.jira.base_url());
        for (name, value) in [
            ("GUAJIRA_GUANCE__BASE_URL", guance.as_str()),
            ("GUAJIRA_GUANCE__API_KEY", SECRETS[0]),
            ("GUAJIRA_JIRA__BASE_URL", &jira),
            ("JIRA_API_TOKEN", &token),
            ("GUAJIRA_ROUTE__0__PROJECT", "OPS"),
            ("GUAJIRA_ROUTE__0__ISSUE_TYPE", "Bug"),
        ] {
            world.set(name, value);
        }
        if !user.is_empty() {
            world.set("GUAJIRA_JIRA__AUTH__USER", &user);
        }
        let outcome = world.run(&["init", "--defaults", "--force"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.contains("`guajira sync --dry-run` says:"), "{outcome}");
        assert!(outcome.stdout.ends_with("next: `guajira sync`\n"), "{outcome}");
        assert!(config(&world).contains("api_key = { env = \"GUAJIRA_GUANCE__API_KEY\" }"), "{}", config(&world));
        assert_eq!(fs::read_dir(world.path("")).unwrap().count(), 2, "no file but sync.toml and its schema");
        world.guance.open_issue("a", "<p>x</p>", "P3", "王五");
        world.sync();
        assert_eq!(world.jira.issues().len(), 1, "every level is sent");
    });
}

#[test]
fn another_place_has_its_files_beside_it_and_nothing_there_is_written_over() {
    let world = bare(World::new(Flavour::Server));
    let (guance, jira, pat) = (world.guance.base_url(), world.jira.base_url(), world.jira.pat("bot"));
    let outcome = init(&world, &["--config", "none/sync.toml"], &[]);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert!(outcome.stderr.contains("there is no folder for none/sync.toml"), "{outcome}");
    fs::create_dir(world.path("conf")).unwrap();
    fs::write(world.path("conf/guance.key"), "another").unwrap();
    fs::write(world.path("conf/mine.token"), format!("{pat}\n")).unwrap();
    let answers = [&*guance, "guance.key", SECRETS[0], "yes", &jira, "", "mine.token", "1", "", ""];
    let outcome = init(&world, &["--config", "conf/sync.toml"], &answers);
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("wrote conf/guance-2.key, conf/sync.toml, conf/sync.schema.json\n"), "{outcome}");
    assert!(outcome.stdout.ends_with("next: `guajira --config conf/sync.toml sync`\n"), "{outcome}");
    assert_eq!(fs::read_to_string(world.path("conf/guance.key")).unwrap(), "another");
    let shown = fs::read_to_string(world.path("conf/sync.toml")).unwrap();
    assert!(shown.contains("{ file = \"guance-2.key\" }") && shown.contains("{ file = \"mine.token\" }"), "{shown}");
    world.guance.open_issue("a", "<p>x</p>", "P0", "王五");
    assert_eq!(world.run(&["sync", "--config", "conf/sync.toml"]).code, 0);
    assert_eq!(world.jira.issues().len(), 1);
    let before = fs::read(world.path("conf/sync.toml")).unwrap();
    let outcome = init(&world, &["--config", "conf/sync.toml"], &answers);
    assert_eq!(outcome.code, 2, "{outcome}");
    assert_eq!(fs::read(world.path("conf/sync.toml")).unwrap(), before);
}
