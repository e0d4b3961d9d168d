//! What the configuration takes, refuses, and says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;

use super::error::ConfigText;
use super::*;
use crate::jira;
use crate::secret::Secret;
use crate::words::ConfigWarning;

pub(super) const MINIMAL: &str = r#"
[guance]
base_url = "https://openapi.guance.com"
api_key = "g-key"
[jira]
base_url = "https://example.atlassian.net"
[jira.auth]
user = "bot@example.com"
token = "j-token"
[[route]]
project = "OPS"
issue_type = "Bug"
"#;

pub(super) fn load_with(text: &str, env: &Environment) -> Result<Config, ConfigError> {
    let source = ConfigText { name: "sync.toml".to_owned(), text: text.to_owned() };
    sections::drafts(None, Path::new(""), source, env)
        .and_then(|(drafts, _)| drafts.into_iter().next().unwrap().resolve(env))
}

fn load(text: &str) -> Result<Config, ConfigError> {
    load_with(text, &Environment::default())
}

pub(super) fn error(text: &str) -> String {
    load(text).map(|_| "no error").unwrap_err().to_string()
}

pub(super) fn swap(from: &str, to: &str) -> String {
    assert!(MINIMAL.contains(from), "{from}");
    MINIMAL.replace(from, to)
}

fn guance(config: &Config) -> GuanceSource {
    config.source.guance().unwrap().clone()
}

fn joined(warnings: &[ConfigWarning]) -> String {
    warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_smallest_file_gives_the_defaults() {
    let config = load(MINIMAL).unwrap();
    let guance = config.source.guance().unwrap();
    assert_eq!(guance.settings.base_url, "https://openapi.guance.com");
    assert_eq!(guance.settings.console_url, "https://console.guance.com");
    assert_eq!(guance.settings.api_keys[0].expose(), "g-key");
    assert_eq!(config.jira.projects, ["OPS"]);
    assert_eq!(config.jira.pair_id.len(), 16);
    assert_eq!(config.jira.deployment, None);
    assert_eq!(guance.requests_per_minute, 20);
    assert_eq!(config.source_http.timeout, Duration::from_secs(30));
    assert_eq!(config.sync, SyncSettings::default());
    assert_eq!(config.policy.routes[0].priority, None);
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn the_example_is_true_and_complete() {
    let text = include_str!("../../sync.toml.example");
    let env = Environment::from([("GUANCE_API_KEY", "g-key"), ("JIRA_API_TOKEN", "j-token")]);
    let example = load_with(text, &env).unwrap();
    let minimal = load(MINIMAL).unwrap();
    assert_eq!(example.sync, minimal.sync);
    assert_eq!(example.policy.flow, minimal.policy.flow);
    assert_eq!(example.policy.voice, minimal.policy.voice);
    let [one, other] = [&example, &minimal].map(|config| config.source.guance().unwrap());
    assert_eq!(one.requests_per_minute, other.requests_per_minute);
    assert_eq!(one.settings.channel, other.settings.channel);
    assert_eq!(one.settings.reply_format, other.settings.reply_format);
    assert_eq!(example.source_http.timeout, minimal.source_http.timeout);
    assert_eq!(example.jira_http.timeout, minimal.jira_http.timeout);
    assert_eq!(example.policy.routes[0].priority.as_ref().unwrap()[0], ("P0".to_owned(), "Highest".to_owned()));

    let source = ConfigText { name: String::new(), text: text.to_owned() };
    let (_, keys) = sections::drafts(None, Path::new(""), source, &env).unwrap();
    let tables = ["route.0.priority", "route.0.status", "route.0.fields", "route.0.transition", "people"];
    for key in keys.iter().filter(|key| !tables.contains(&key.as_str())) {
        let word = key.rsplit('.').next().unwrap();
        assert!(text.lines().any(|line| line.trim_start_matches("# ").starts_with(&format!("{word} = "))), "{key}");
    }
}

#[test]
fn an_unknown_key_names_the_line_and_the_nearest_key() {
    assert_snapshot!(error(&swap("[jira]\nbase_url", "[jira]\nbse_url")), @r"
    sync.toml:6: unknown key `bse_url` in [jira]; did you mean `base_url`?
    6 | bse_url = …
      | ^^^^^^^
    ");
    assert_snapshot!(error(&swap("[jira.auth]", "[jira.outh]")), @"
    sync.toml:7: unknown key `outh` in [jira]; did you mean `auth`?
    7 | [jira.outh]
      |       ^^^^
    ");
    assert_snapshot!(error(&swap("[guance]", "[gunace]")), @"
    sync.toml:2: unknown key `gunace`; did you mean `guance`?
    2 | [gunace]
      |  ^^^^^^
    ");
    assert_snapshot!(error(&swap("project = \"OPS\"", "project = \"OPS\"\nwindow = \"1m\"")), @r"
    sync.toml:12: unknown key `window` in [[route]]; there is a [sync].window
    12 | window = …
       | ^^^^^^
    ");
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = format!("{MINIMAL}\n[sync]\noverlap = \"30s\"\nmax_creates = \"many\"\n[flow]\nedits = \"yes\"\n");
    assert_snapshot!(error(&text), @r#"
    sync.toml:15: [sync].overlap must be at least 1m
    15 | overlap = "30s"
       |           ^^^^^
    sync.toml:16: [sync].max_creates must be a whole number, and is a text
    16 | max_creates = "many"
       |               ^^^^^^
    sync.toml:18: [flow].edits must be true or false, and is a text
    18 | edits = "yes"
       |         ^^^^^
    "#);
}

#[test]
fn missing_keys_name_their_variable() {
    assert_snapshot!(error(""), @"
    sync.toml: missing [guance].base_url (or the variable GUAJIRA_GUANCE__BASE_URL)
    sync.toml: missing [guance].api_key (or the variable GUAJIRA_GUANCE__API_KEY)
    sync.toml: missing [jira].base_url (or the variable GUAJIRA_JIRA__BASE_URL)
    sync.toml: missing [jira.auth].user (or the variable GUAJIRA_JIRA__AUTH__USER)
    sync.toml: missing [jira.auth].token (or the variable GUAJIRA_JIRA__AUTH__TOKEN)
    sync.toml: missing [[route]].project (or the variable GUAJIRA_ROUTE__0__PROJECT)
    sync.toml: missing [[route]].issue_type (or the variable GUAJIRA_ROUTE__0__ISSUE_TYPE)
    ");
}

#[test]
fn a_line_that_is_not_toml_is_shown_without_its_value() {
    assert_snapshot!(error("[guance]\napi_key = \"g-secret\nbase_url = 1\n"), @r#"
    sync.toml:2: not TOML: invalid basic string, expected `"`
    2 | api_key = …
      |                    ^
    "#);
    assert_snapshot!(error("[guance\n"), @"
    sync.toml:1: not TOML: unclosed table, expected `]`
    1 | [guance
      |        ^
    ");
}

#[test]
fn no_message_shows_a_value_that_may_be_secret() {
    let texts = [
        swap("token = \"j-token\"", "token = [\"hunter2\"]"),
        swap("token = \"j-token\"", "token = { env = \"hunter2-x=\" }"),
        swap("token = \"j-token\"", "tokne = \"hunter2\""),
        swap("token = \"j-token\"", "token = { evn = \"hunter2\" }"),
        swap("token = \"j-token\"", "token = { env = 2, hunter2 = \"hunter2\" }").replace("hunter2 =", "file ="),
        swap("token = \"j-token\"", "token = \"hunter2\nnext\""),
        swap("token = \"j-token\"", "token = \"hunter2\\nnext\""),
        swap("api_key = \"g-key\"", "api_key = { command = \"hunter2\" }"),
        swap("[jira.auth]", "[jira.auth]\n\"tok en\" = 'hunter2'"),
        swap("https://example", "https://bot:hunter2@example"),
        swap("user = \"bot@example.com\"\ntoken = \"j-token\"", "tok = { user = \"x\", token = \"hunter2\" }"),
        swap("[[route]]", "token = \"hunter2\"\n[[route]]"),
        "jira = \"hunter2\"".to_owned(),
    ];
    for text in texts {
        let said = error(&text);
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_environment_is_laid_over_the_file() {
    let env = Environment::from([
        ("GUAJIRA_JIRA__BASE_URL", "https://jira.example.com/jira/"),
        ("GUAJIRA_JIRA__AUTH__METHOD", "pat"),
        ("GUAJIRA_JIRA__AUTH__TOKEN__ENV", "MY_TOKEN"),
        ("MY_TOKEN", "pat-1"),
        ("GUAJIRA_SYNC__MAX_RUNTIME", "2m"),
        ("GUAJIRA_SYNC__MAX_CREATES", "7"),
        ("GUAJIRA_FLOW__COMMENTS", "false"),
        ("GUAJIRA_GUANCE__API_KEY", "one, two"),
        ("GUAJIRA_ROUTE__0__PROJECT", "DEV"),
        ("GUAJIRA_ROUTE__0__LABELS", "a,b"),
        ("GUAJIRA_ROUTE__0__PRIORITY__P0", "Highest"),
        ("GUAJIRA_PORT", "tcp://10.0.0.1:80"),
    ]);
    let config = load_with(MINIMAL, &env).unwrap();
    assert_eq!(config.jira.base_url, "https://jira.example.com/jira");
    assert!(matches!(&config.jira.auth, jira::Auth::Pat { token } if token.expose() == "pat-1"));
    assert_eq!(config.sync.limits.max_runtime, Duration::from_mins(2));
    assert_eq!(config.sync.limits.max_creates, 7);
    assert!(!config.policy.flow.comments);
    assert_eq!(config.source.credentials().into_iter().map(Secret::expose).collect::<Vec<_>>(), ["one", "two"]);
    let route = &config.policy.routes[0];
    assert_eq!((route.project.as_str(), route.issue_type.as_str()), ("DEV", "Bug"));
    assert_eq!(route.labels, ["a", "b"]);
    assert_eq!(route.priority, Some(vec![("p0".to_owned(), "Highest".to_owned())]));
}

#[test]
fn no_file_is_needed_when_the_environment_has_everything() {
    let env = Environment::from([
        ("GUAJIRA_GUANCE__BASE_URL", "https://us1-openapi.truewatch.com"),
        ("GUAJIRA_GUANCE__API_KEY", "[\"one\", { env = \"TWO\" }]"),
        ("TWO", "2"),
        ("GUAJIRA_JIRA__BASE_URL", "http://127.0.0.1:8080"),
        ("GUAJIRA_JIRA__AUTH__USER", "bot"),
        ("GUAJIRA_JIRA__AUTH__TOKEN", "t"),
        ("GUAJIRA_ROUTE__0__PROJECT", "OPS"),
        ("GUAJIRA_ROUTE__0__ISSUE_TYPE", "Task"),
    ]);
    let config = load_with("", &env).unwrap();
    assert_eq!(config.source.guance().unwrap().settings.console_url, "https://us1-console.truewatch.com");
    assert_eq!(config.source.credentials().len(), 2);
    assert!(config.warnings.is_empty());
}

#[test]
fn a_misspelt_variable_is_an_error() {
    let said = |name: &str, value: &str| {
        let env = Environment::from([(name, value)]);
        load_with(MINIMAL, &env).map(|_| "no error").unwrap_err().to_string()
    };
    let all = [
        said("GUAJIRA_JIRA__BASE_URI", "x"),
        said("GUAJIRA_JIRA_BASE_URL", "x"),
        said("GUAJIRA_SYNK__STATE", "x"),
        said("GUAJIRA_ROUTE__5__PROJECT", "x"),
        said("GUAJIRA_ROUTE__PROJECT", "x"),
        said("GUAJIRA_SYNC__OVERLAP", ""),
        said("GUAJIRA_JIRA__AUTH__TOKEN", ""),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    GUAJIRA_JIRA__BASE_URI: unknown key `base_uri` in [jira]; did you mean `base_url`?
    GUAJIRA_JIRA_BASE_URL: unknown variable; did you mean GUAJIRA_JIRA__BASE_URL?
    GUAJIRA_SYNK__STATE: unknown key `synk`; did you mean `sync`?
    GUAJIRA_ROUTE__5__PROJECT: there is no route 5: the next one is number 1
    GUAJIRA_ROUTE__PROJECT: "project" is not the number of a route (from 0)
    GUAJIRA_SYNC__OVERLAP: [sync].overlap is not a duration such as "90s", "10m" or "24h"
    GUAJIRA_JIRA__AUTH__TOKEN: no secret for [jira.auth].token: the text is empty
    "#);
    let own = swap("\"j-token\"", "{ env = \"GUAJIRA_JIRA_AUTH_TOKEN\" }");
    assert!(load_with(&own, &Environment::from([("GUAJIRA_JIRA_AUTH_TOKEN", "t")])).is_ok());
}

#[test]
fn addresses_are_checked() {
    let said = |url: &str| error(&swap("https://example.atlassian.net", url));
    let all = [
        said("example.atlassian.net"),
        said("ftp://example.net"),
        said("https://example.net/?x=1"),
        said("https://example.net/rest/api/2"),
        said("https://bot@example.net"),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    sync.toml:6: [jira].base_url is not an address such as "https://example.com"
    6 | base_url = …
      | ^^^^^^^^
    sync.toml:6: [jira].base_url must begin with https:// or http://
    6 | base_url = …
      | ^^^^^^^^
    sync.toml:6: [jira].base_url must end before `?` and `#`
    6 | base_url = …
      | ^^^^^^^^
    sync.toml:6: [jira].base_url must be the address of the site, without the path of its API
    6 | base_url = …
      | ^^^^^^^^
    sync.toml:6: [jira].base_url holds a user name or password: they belong into their own keys
    6 | base_url = …
      | ^^^^^^^^
    "#);
    let plain = load(&swap("https://example.atlassian.net", "http://jira.example.net")).unwrap();
    assert_snapshot!(joined(&plain.warnings), @"[jira].base_url begins with http://: credentials and texts travel unencrypted");
}

#[test]
fn the_console_is_found_for_known_sites_only() {
    let console = |url: &str| guance(&load(&swap("https://openapi.guance.com", url)).unwrap()).settings.console_url;
    assert_eq!(console("https://cn6-openapi.guance.one/"), "https://cn6-console.guance.one");
    assert_eq!(console("https://guance.example.com/x"), "https://guance.example.com/x");
}

#[test]
fn a_file_that_cannot_be_read_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let latin = dir.path().join("latin.toml");
    std::fs::write(&latin, b"# caf\xe9\n").unwrap();
    for (path, what, hint) in [
        (&dir.path().join("sync.toml"), "No such file or directory (os error 2)", "guajira init"),
        (&dir.path().to_owned(), "Is a directory (os error 21)", "--config"),
        (&latin, "stream did not contain valid UTF-8", "UTF-8"),
    ] {
        let problem = Draft::load(Some(path), &Environment::default()).unwrap_err().problems.remove(0);
        assert_eq!(problem.fault.to_string(), format!("cannot read {}: {what}", path.display()));
        assert!(problem.hint.unwrap().to_string().contains(hint), "{what}");
    }
}

#[test]
fn a_status_table_knows_the_statuses_of_guance() {
    let with = |table: &str| MINIMAL.to_owned() + &format!("closed_status = \"Closed\"\n[route.status]\n{table}\n");
    let policy =
        Draft::of_text("sync.toml", &with("Working = \"In Review\"\n25 = \"Closed\"")).unwrap().remove(0).policy;
    let route = &policy.routes[0];
    assert_eq!(route.status.first().unwrap(), &("Working".to_owned(), "In Review".to_owned()));
    assert_eq!(route.closed_status.as_deref(), Some("Closed"));
    let told = error(&with("Solved = \"Done\""));
    assert!(told.contains("is for no status of Guance: it knows Open, Working, Resolved, Closed, Pending"), "{told}");
}

#[test]
fn the_table_of_people_has_guance_on_the_left() {
    let table = "[people]\n\"zhang.san@example.com\" = \"zhangsan\"\n\"李四\" = \"li@example.com\"\n";
    let people = Draft::of_text("sync.toml", &(MINIMAL.to_owned() + table)).unwrap().remove(0).policy.people;
    let pair = |guance: &str, jira: &str| (guance.to_owned(), jira.to_owned());
    assert_eq!(people.pairs, [pair("zhang.san@example.com", "zhangsan"), pair("李四", "li@example.com")]);
    assert_eq!(load(MINIMAL).unwrap().policy.people.pairs, []);
    let told = error(&(MINIMAL.to_owned() + "[people]\n\"李四\" = 4\n"));
    assert!(told.contains("a text in quotes"), "{told}");
}

#[test]
fn a_route_has_conditions_templates_and_fields() {
    let route = r#"
when = "level == 'P0' and tags.env == 'prod'"
components = ["Storage"]
security = "Staff"
parent = "OPS-1"
summary = "[{{ level }}] {{ title }}"
description = """
**{{ title }}**

{{ description }}"""
[route.fields]
customfield_10010 = "{{ tags.host }}"
Team = ["{{ level }}", "ops"]
City = { value = "CN", child = "{{ tags.city }}" }
[[route]]
project = "DEV"
issue_type = "Task"
"#;
    let config = load(&(MINIMAL.to_owned() + route)).unwrap();
    assert_eq!(config.jira.projects, ["OPS", "DEV"]);
    assert_eq!(config.warnings, []);
    assert!(!guance(&config).settings.names_channels && !guance(&config).settings.names_managers);
    let [first, second] = &config.policy.routes[..] else { panic!("two routes") };
    assert_eq!(first.when.as_ref().unwrap().source(), "level == 'P0' and tags.env == 'prod'");
    assert_eq!((first.security.as_deref(), first.parent.as_deref()), (Some("Staff"), Some("OPS-1")));
    assert_eq!(
        first.fields.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
        ["customfield_10010", "Team", "City"]
    );
    assert!(second.when.is_none() && second.fields.is_empty());
}

#[test]
fn what_costs_requests_is_asked_for_only_where_a_route_uses_it() {
    let uses = |when: &str| guance(&load(&format!("{MINIMAL}when = \"{when}\"\n")).unwrap()).settings;
    assert!(uses("'ops' in channels").names_channels && uses("'chan_1' in channel_uuids").names_channels);
    assert!(uses("'张三' in managers").names_managers);
    let plain = uses("level == 'P1'");
    assert!(!plain.names_channels && !plain.names_managers);
}

#[test]
fn a_mistake_in_a_template_names_its_line() {
    let route = r#"
when = "levle == 'P0'"
summary = "{{ title"
description = """
# {{ title }}

{{ title | shout }}
"""
[route.fields]
Team = "{{ tags.host "
Labels = "x"
assignee = "zhang"
Site = ""
"#;
    assert_snapshot!(error(&(MINIMAL.to_owned() + route)), @r#"
    sync.toml:14: [[route]].when is wrong: unknown name `levle`; did you mean `level`?
    14 | when = "levle == 'P0'"
       |        ^^^^^^^^^^^^^^^
    sync.toml:15: [[route]].summary is wrong: syntax error: unexpected end of input, expected end of variable block
    15 | summary = "{{ title"
       |           ^^^^^^^^^^
    sync.toml:19: [[route]].description is wrong: unknown filter: filter shout is unknown
    19 | {{ title | shout }}
       | ^^^^^^^^^^^^^^^^^^^
    sync.toml:22: [route.fields].Team is wrong: syntax error: unexpected end of input, expected end of variable block
    22 | Team = "{{ tags.host "
       |        ^^^^^^^^^^^^^^^
    sync.toml:23: [route.fields].Labels has a key of its own: [[route]].labels
    23 | Labels = "x"
       |          ^^^
    sync.toml:24: [route.fields].assignee is a matter of [[route]].assignee and [flow].assignee
    24 | assignee = "zhang"
       |            ^^^^^^^
    sync.toml:25: [route.fields].Site is empty
    25 | Site = ""
       |        ^^
    "#);
    assert_snapshot!(error(&(MINIMAL.to_owned() + "parent = \"epic\"\nwhen = 1\n")), @r#"
    sync.toml:13: [[route]].parent is not the key of an issue such as "OPS-1"
    13 | parent = "epic"
       |          ^^^^^^
    sync.toml:14: [[route]].when must be a text in quotes, and is a whole number
    14 | when = 1
       |        ^
    "#);
    assert!(error(&(MINIMAL.to_owned() + "summary = '{{ on_call }}'\n")).contains("[[route]].summary uses on_call,"));
}

#[test]
fn routes_may_come_from_the_environment() {
    let env = Environment::from([
        ("GUAJIRA_ROUTE__0__WHEN", "level in ['P0', 'P1']"),
        ("GUAJIRA_ROUTE__0__SUMMARY", "[{{ level }}] {{ title }}"),
        ("GUAJIRA_ROUTE__0__FIELDS__CUSTOMFIELD_10010", "{{ tags.host }}"),
        ("GUAJIRA_ROUTE__1__PROJECT", "DEV"),
        ("GUAJIRA_ROUTE__1__ISSUE_TYPE", "Task"),
    ]);
    let config = load_with(MINIMAL, &env).unwrap();
    let [first, second] = &config.policy.routes[..] else { panic!("two routes") };
    assert_eq!(first.when.as_ref().unwrap().source(), "level in ['P0', 'P1']");
    assert_eq!(first.summary.as_ref().unwrap().source(), "[{{ level }}] {{ title }}");
    assert_eq!(first.fields[0].0, "customfield_10010");
    assert_eq!((second.project.as_str(), second.when.is_none()), ("DEV", true));
    let wrong = Environment::from([("GUAJIRA_ROUTE__0__WHEN", "levle == 'P0'")]);
    assert_snapshot!(load_with(MINIMAL, &wrong).map(|_| "no error").unwrap_err().to_string(), @"GUAJIRA_ROUTE__0__WHEN: [[route]].when is wrong: unknown name `levle`; did you mean `level`?");
}

#[test]
fn a_route_that_is_never_reached_is_warned_of() {
    let text = MINIMAL.to_owned() + "[[route]]\nproject = \"DEV\"\nissue_type = \"Task\"\n";
    assert_snapshot!(joined(&load(&text).unwrap().warnings), @"[[route]] number 1 has no `when`: it takes every issue, and none is left for those after it");
}

#[test]
fn the_page_about_routes_shows_routes_that_work_and_every_name() {
    let page = include_str!("../../docs/routes.md");
    let example = page.split("```toml\n").find(|block| block.contains("when = ")).unwrap().split("```").next().unwrap();
    let (head, _) = MINIMAL.split_once("[[route]]").unwrap();
    let config = load(&format!("{head}{example}")).unwrap();
    assert_eq!(config.policy.routes.len(), 2);
    let table = page.split("| name | what it stands for |").nth(1).unwrap().split("\n\n").next().unwrap();
    for name in crate::plan::NAMES {
        assert!(table.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn a_private_deployment_has_limits_of_its_own() {
    let with = |lines: &str| load(&MINIMAL.replacen("[guance]\n", &format!("[guance]\n{lines}\n"), 1));
    for (lines, one, all) in [
        ("", 20, 200),
        ("requests_per_minute = 100000", 100_000, 100_000),
        ("requests_per_minute = 500\nworkspace_requests_per_minute = 600", 500, 600),
        ("workspace_requests_per_minute = 60", 20, 60),
    ] {
        let config = with(lines).unwrap();
        let limits = guance(&config);
        assert_eq!((limits.requests_per_minute, limits.workspace_requests_per_minute), (one, all), "{lines}");
    }
    for lines in ["requests_per_minute = 100001", "requests_per_minute = 0", "workspace_requests_per_minute = 100001"] {
        let error = with(lines).unwrap_err().to_string();
        assert!(error.contains("per_minute") && error.contains("must be between 1 and 100000"), "{lines}: {error}");
    }
}
