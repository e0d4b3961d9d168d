//! What the configuration says of sources that are wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use insta::assert_snapshot;

use super::tests::{error, swap};

const PIPED: &str =
    "[[source]]\nname = \"hook\"\nkind = \"piped\"\n[[source.route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n";

#[test]
fn what_stands_beside_an_unknown_kind_is_not_judged() {
    let text = swap("[[route]]", &format!("{PIPED}[[route]]"));
    let text = text.replace("\"piped\"", "\"pipe\"\nservice = \"guance\"\nclose_after = \"2h\"");
    assert_snapshot!(error(&text), @r#"
    sync.toml:12: [[source]].kind must be "guance-issues" or "guance-events" or "guance-incidents" or "piped" or "jsm-alerts" or "opsgenie-alerts"
    12 | kind = "pipe"
       |        ^^^^^^
    "#);
}

#[test]
fn an_unknown_key_of_guance_is_told_beside_other_sources_too() {
    let text = swap("[jira]", &format!("kee = 1\n{PIPED}[jira]"));
    assert_snapshot!(error(&text), @r"
    sync.toml:5: unknown key `kee` in [guance]
    5 | kee = …
      | ^^^
    ");
}
