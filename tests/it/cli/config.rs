//! Mistakes in the configuration, and what is said about them. Nothing is contacted: all end with 2.

use insta::assert_snapshot;

use super::{NOBODY_LISTENS, Place, shown};

fn check(from: &str, to: &str) -> String {
    assert!(NOBODY_LISTENS.contains(from), "{from}");
    shown(&Place::with_config(&NOBODY_LISTENS.replacen(from, to, 1)).run(["sync"]))
}

#[test]
fn a_typo_names_line_and_nearest_key() {
    assert_snapshot!(check("issue_type", "isue_type"), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml:14: unknown key `isue_type` in [[route]]; did you mean `issue_type`?
      14 | isue_type = …
         | ^^^^^^^^^
    ");
}

#[test]
fn an_empty_secret_names_its_key() {
    assert_snapshot!(check("\"j-token\"", "\"\""), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml:11: no secret for [jira.auth].token: the text is empty
    ");
}

#[test]
fn a_secret_from_a_variable_that_is_not_set_names_both() {
    assert_snapshot!(check("\"g-key\"", "{ env = \"GUANCE_API_KEY\" }"), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml:4: no secret for [guance].api_key: the variable GUANCE_API_KEY is not set
    ");
}

#[test]
fn a_wrong_type_shows_the_line() {
    assert_snapshot!(check("timeout = \"5s\"", "timeout = 5"), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml:5: [guance].timeout must be a duration in quotes, such as "90s", "10m" or "24h", and is a whole number
      5 | timeout = 5
        |           ^
    "#);
}

#[test]
fn a_method_that_signs_needs_a_consumer_and_a_key() {
    assert_snapshot!(check("[jira.auth]", "[jira.auth]\nmethod = \"oauth1\""), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: sync.toml: missing [jira.auth].consumer_key (or the variable GUAJIRA_JIRA__AUTH__CONSUMER_KEY)
    guajira: error: sync.toml: missing [jira.auth].private_key (or the variable GUAJIRA_JIRA__AUTH__PRIVATE_KEY)
    ");
}

#[test]
fn a_missing_file_says_how_to_get_one() {
    assert_snapshot!(shown(&Place::new().run(["sync"])), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: cannot read sync.toml: No such file or directory (os error 2)
    hint: write one with `guajira init`, or name it with --config
    ");
    assert_snapshot!(shown(&Place::new().run(["--config", "other.toml", "status"])), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: cannot read other.toml: No such file or directory (os error 2)
    hint: write one with `guajira init`, or name it with --config
    ");
}

#[test]
fn a_misspelt_variable_is_an_error() {
    let place = Place::with_config(NOBODY_LISTENS);
    let outcome = place.run_with(["sync"], &[("GUAJIRA_SYNC__OVERLAPP", "1h")], "");
    assert_snapshot!(shown(&outcome), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: GUAJIRA_SYNC__OVERLAPP: unknown key `overlapp` in [sync]; did you mean `overlap`?
    ");
}

#[test]
fn a_ca_file_that_is_not_there_is_a_config_error() {
    let text = NOBODY_LISTENS.replacen("[jira]", "[jira]\nca_file = \"no.pem\"", 1);
    let outcome = Place::with_config(&text).run(["sync"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint: check [jira].ca_file"), "{}", outcome.stderr);
}

#[test]
fn the_environment_alone_is_enough() {
    let variables = [
        ("GUAJIRA_GUANCE__BASE_URL", "http://127.0.0.1:9"),
        ("GUAJIRA_GUANCE__API_KEY", "k"),
        ("GUAJIRA_JIRA__BASE_URL", "http://127.0.0.1:9"),
        ("GUAJIRA_JIRA__AUTH__METHOD", "pat"),
        ("GUAJIRA_JIRA__AUTH__TOKEN", "t"),
        ("GUAJIRA_ROUTE__0__PROJECT", "OPS"),
        ("GUAJIRA_ROUTE__0__ISSUE_TYPE", "Bug"),
    ];
    let outcome = Place::new().run_with(["status"], &variables, "");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}
