//! `[[notify]]`: what it takes, refuses, and says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::too_many_lines, reason = "tests")]

use insta::assert_snapshot;

use super::tests::load_with;
use super::*;
use crate::domain::Event;
use crate::notify::Kind;
use crate::words::Lang;

const MINIMAL: &str = r#"[guance]
base_url = "https://openapi.guance.com"
api_key = "g-key"
[jira]
base_url = "https://example.atlassian.net"
[jira.auth]
method = "pat"
token = "j-token"
[[route]]
project = "OPS"
issue_type = "Bug"
"#;

const FEISHU: &str = "https://open.feishu.cn/open-apis/bot/v2/hook/hunter2-hunter2";

fn load(text: &str, env: &Environment) -> Result<Config, ConfigError> {
    load_with(&format!("{MINIMAL}{text}"), env)
}

fn error(text: &str) -> String {
    let said = load(text, &Environment::default()).map(|_| "no error").unwrap_err().to_string();
    assert!(!said.contains("hunter2"), "{said}");
    said
}

/// A room with these lines.
fn room(lines: &str) -> String {
    format!("[[notify]]\nname = \"oncall\"\nkind = \"feishu\"\nurl = \"{FEISHU}\"\n{lines}\n")
}

#[test]
fn a_room_is_read_with_its_defaults() {
    let config = load(&room(""), &Environment::default()).unwrap();
    let [one] = config.rooms.as_slice() else { unreachable!() };
    assert_eq!((one.settings.name.as_str(), one.settings.kind), ("oncall", Kind::Feishu));
    assert_eq!(one.settings.address.expose(), FEISHU);
    assert!(one.settings.secret.is_none() && one.subscription.when.is_none() && one.subscription.text.is_none());
    assert_eq!(one.subscription.on, [Event::Created, Event::Dead, Event::Failing]);
    assert!(one.subscription.mention.is_empty(), "nobody is pinged unless somebody says so");
    assert_eq!(one.http.timeout.as_secs(), 30);
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert!(load("", &Environment::default()).unwrap().rooms.is_empty());
    assert!(load("[text]\nlanguage = \"en\"\n", &Environment::default()).unwrap().rooms.is_empty());
}

#[test]
fn every_key_of_a_room_is_read() {
    let text = room(
        "secret = { env = \"SIGN\" }\non = [\"comment\", \"status\"]\nwhen = \"level == 'P0' and event == 'status'\"\n\
         text = \"{{ title }} {{ jira_url }} {{ who or '-' }}\"\nmention = [\"ou_1\", \"all\"]\ntimeout = \"5s\"\n\
         ca_file = \"ca.pem\"\n[text]\nlanguage = \"zh\"",
    );
    let config = load(&text, &Environment::from([("SIGN", "s-1")])).unwrap();
    let one = &config.rooms[0];
    assert_eq!(one.settings.secret.as_ref().unwrap().expose(), "s-1");
    assert_eq!(one.subscription.on, [Event::Comment, Event::Status]);
    assert!(one.subscription.when.as_ref().unwrap().uses("event"));
    assert!(one.subscription.text.as_ref().unwrap().uses("jira_url"));
    assert_eq!(one.subscription.mention, ["ou_1", "all"]);
    assert_eq!((one.subscription.lang, one.settings.lang), (Lang::Zh, Lang::Zh));
    assert_eq!(one.http.timeout.as_secs(), 5);
    assert!(one.http.ca_file.is_some());
}

#[test]
fn a_room_can_stand_in_the_environment() {
    let env = Environment::from([
        ("GUAJIRA_NOTIFY__0__NAME", "oncall"),
        ("GUAJIRA_NOTIFY__0__KIND", "dingtalk"),
        ("GUAJIRA_NOTIFY__0__URL", "https://oapi.dingtalk.com/robot/send?access_token=t"),
        ("GUAJIRA_NOTIFY__0__SECRET", "SECabc"),
        ("GUAJIRA_NOTIFY__0__ON", "created, dead"),
        ("GUAJIRA_NOTIFY__0__MENTION", "13800000000,manager1"),
        ("GUAJIRA_NOTIFY__1__NAME", "ops"),
        ("GUAJIRA_NOTIFY__1__KIND", "webhook"),
        ("GUAJIRA_NOTIFY__1__URL__ENV", "HOOK"),
        ("HOOK", "http://10.0.0.1/hook"),
    ]);
    let config = load("", &env).unwrap();
    assert_eq!(config.rooms.iter().map(|room| room.settings.name.as_str()).collect::<Vec<_>>(), ["oncall", "ops"]);
    assert_eq!(config.rooms[0].subscription.on, [Event::Created, Event::Dead]);
    assert_eq!(config.rooms[0].subscription.mention, ["13800000000", "manager1"]);
    let warnings: Vec<String> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("[[notify]].url begins with http://"), "{warnings:?}");
    // The environment lies over the file.
    let env = Environment::from([("GUAJIRA_NOTIFY__0__URL", "https://open.larksuite.com/open-apis/bot/v2/hook/other")]);
    let config = load(&room(""), &env).unwrap();
    assert!(config.rooms[0].settings.address.expose().ends_with("/other"));
}

#[test]
fn what_is_wrong_with_a_room_is_told_with_its_line_and_without_its_address() {
    let all = [
        error("[[notify]]\n"),
        error(&room("tetx = \"x\"")),
        error("[[notfy]]\nname = \"a\"\n"),
        error("[notify]\nname = \"a\"\n"),
        error(&room("").replace("oncall", "On Call")),
        error(&room("").replace("oncall", "jira")),
        error(&(room("") + &room(""))),
        error(&room("").replace("\"feishu\"", "\"teams\"")),
        error(&room("on = [\"created\", \"closed\"]")),
        error(&room("when = \"levle == 'P0'\"")),
        error(&room("text = \"{{ jira_link }}\"")),
        error(&room("mention = [\"Li Si\"]")),
        error(&room("secret = [\"hunter2\"]")),
        error(&room("secret = \"x\"").replace("\"feishu\"", "\"wecom\"")),
        error(&room("url2 = \"hunter2\"")),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    sync.toml: missing [[notify]].name (or the variable GUAJIRA_NOTIFY__0__NAME)
    sync.toml: missing [[notify]].kind (or the variable GUAJIRA_NOTIFY__0__KIND)
    sync.toml: missing [[notify]].url (or the variable GUAJIRA_NOTIFY__0__URL)
    sync.toml:16: unknown key `tetx` in [[notify]]; did you mean `text`?
    16 | tetx = …
       | ^^^^
    sync.toml:12: unknown key `notfy`; did you mean `notify`?
    12 | [[notfy]]
       |   ^^^^^
    sync.toml:12: notify is a list of tables: write [[notify]]
    12 | [notify]
       |  ^^^^^^
    sync.toml:13: [[notify]].name must be a name such as "oncall": up to 31 of a-z, 0-9 and `-`, a letter first
    13 | name = "On Call"
       |        ^^^^^^^^^
    sync.toml:13: [[notify]].name must be unique, and jira is taken
    13 | name = "jira"
       |        ^^^^^^
    sync.toml:18: [[notify]].name must be unique, and oncall is taken
    18 | name = "oncall"
       |        ^^^^^^^^
    sync.toml:14: [[notify]].kind must be "feishu" or "dingtalk" or "wecom" or "slack" or "webhook"
    14 | kind = "teams"
       |        ^^^^^^^
    sync.toml:16: [[notify]].on must be a list of "created", "comment", "status", "dead", "failing"
    16 | on = ["created", "closed"]
       |      ^^^^^^^^^^^^^^^^^^^^^
    sync.toml:16: [[notify]].when is wrong: unknown name `levle`; did you mean `level`?
    16 | when = "levle == 'P0'"
       |        ^^^^^^^^^^^^^^^
    sync.toml:16: [[notify]].text is wrong: unknown name `jira_link`; did you mean `jira`?
    16 | text = "{{ jira_link }}"
       |        ^^^^^^^^^^^^^^^^^
    sync.toml:16: [[notify]].mention holds what is neither an id of Feishu nor "all"
    16 | mention = ["Li Si"]
       |           ^^^^^^^^^
    sync.toml:16: [[notify]].secret must be a text or { env = "NAME" }, { file = "PATH" } or { command = ["prog", "arg"] }, and is a list
    16 | secret = …
       | ^^^^^^
    sync.toml:16: [[notify]].secret is not for WeCom, which signs nothing: leave it out
    16 | secret = …
       | ^^^^^^
    sync.toml:16: unknown key `url2` in [[notify]]; did you mean `url`?
    16 | url2 = …
       | ^^^^
    "#);
}

#[test]
fn what_is_wrong_with_an_address_is_told_once_it_is_known() {
    let dingtalk = "https://oapi.dingtalk.com/robot/send?access_token=hunter2";
    let with = |address: &str, kind: &str| room("").replace(FEISHU, address).replace("\"feishu\"", kind);
    let all = [
        error(&with(dingtalk, "\"feishu\"")),
        error(&with(dingtalk, "\"dingtalk\"\nsecret = \"hunter2\"")),
        error(&with("https://www.feishu.cn/flow/api/trigger-webhook/hunter2", "\"feishu\"")),
        error(&with("https://open.feishu.cn/hunter2", "\"feishu\"")),
        error(&with("hunter2", "\"webhook\"")),
        error(&with("https://u:hunter2@example.com/", "\"webhook\"")),
        error(&room("").replace(&format!("\"{FEISHU}\""), "{ env = \"NOT_SET\" }")),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    sync.toml:15: [[notify]].url is an address of DingTalk: write that as kind
    sync.toml:15: [[notify]].secret is no signing secret of DingTalk: copy all of it from the robot's security settings, it begins with SEC
    sync.toml:15: [[notify]].url is the address of a flow of Feishu's automation, not of a custom bot: write kind = "webhook"
    sync.toml:15: [[notify]].url is no address of Feishu, such as https://open.feishu.cn/open-apis/bot/v2/hook/…
    sync.toml:15: [[notify]].url is not an address such as "https://example.com"
    sync.toml:15: [[notify]].url holds a user name or password, which is not supported
    sync.toml:15: no secret for [[notify]].url: the variable NOT_SET is not set
    "#);
}

#[test]
fn a_wrong_number_in_a_variable_is_told() {
    let said = |name: &str| load("", &Environment::from([(name, "x")])).map(|_| "").unwrap_err().to_string();
    assert_snapshot!(
        [said("GUAJIRA_NOTIFY__1__NAME"), said("GUAJIRA_NOTIFY__NAME"), said("GUAJIRA_NOTIFY__0__NAMES")].join("\n"),
        @r#"
    GUAJIRA_NOTIFY__1__NAME: there is no [[notify]] number 1: the next one is number 0
    GUAJIRA_NOTIFY__NAME: "name" is not the number of an element of [[notify]] (from 0)
    GUAJIRA_NOTIFY__0__NAMES: unknown key `names` in [[notify]]; did you mean `name`?
    sync.toml: missing [[notify]].kind (or the variable GUAJIRA_NOTIFY__0__KIND)
    sync.toml: missing [[notify]].url (or the variable GUAJIRA_NOTIFY__0__URL)
    "#
    );
}

#[test]
fn what_services_say_is_searched_for_the_credentials_of_rooms() {
    let config = load(&room("secret = \"sign-hunter2\""), &Environment::default()).unwrap();
    let redactor = config.redactor();
    assert_eq!(redactor.clean("hook hunter2-hunter2 and sign-hunter2"), "hook (redacted) and (redacted)");
    let link = "https://open.feishu.cn/open-apis/bot/v2/hook/ is where bots are";
    assert_eq!(redactor.clean(link), link);
}
