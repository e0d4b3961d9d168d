//! `[route.fields]` and what else a route sets on a new issue: what it takes, refuses, and says.
#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::tests::{MINIMAL, error, load_with};
use super::*;
use crate::domain::FieldValue;

fn fields(lines: &str) -> String {
    format!("{MINIMAL}[route.fields]\n{lines}\n")
}

#[test]
fn a_field_follows_its_source_where_its_table_says_so() {
    let text = fields(
        r#"Region = { value = "eu", keep = true }
Squads = { value = ["a", "b"], keep = true }
City = { value = "CN", child = "Hangzhou", keep = true }
Rank = { json = '{"id": "1"}', keep = true }
Once = { value = "x", keep = false }
Host = "web-01""#,
    );
    let config = load_with(&text, &Environment::default()).unwrap();
    let route = config.policy.routes.first().unwrap();
    let kept: Vec<&str> = route.followers.iter().map(|one| one.word()).collect();
    assert_eq!(kept, ["Region", "Squads", "City", "Rank"]);
    let values: Vec<_> = route.fields.iter().map(|(_, made)| made.constant().unwrap()).collect();
    let text = |text: &str| FieldValue::Text(text.into());
    assert_eq!(values.first(), Some(&text("eu")));
    assert_eq!(values.get(1), Some(&FieldValue::List(vec!["a".into(), "b".into()])));
    assert!(matches!(values.get(2), Some(FieldValue::Table(parts)) if parts.len() == 2));
    assert_eq!(values.get(3), Some(&FieldValue::Json { json: serde_json::json!({"id": "1"}) }));
    assert_eq!((values.get(4), values.get(5)), (Some(&text("x")), Some(&text("web-01"))));
    let asked: Vec<_> = config.jira.followed.iter().map(|one| (one.project.as_str(), one.field.word())).collect();
    assert_eq!(asked, [("OPS", "Region"), ("OPS", "Squads"), ("OPS", "City"), ("OPS", "Rank")]);
}

#[test]
fn what_cannot_follow_says_why() {
    let lines = r#"Region = { keep = true }
Owner = { value = "{{ on_call | first }}", keep = true }
Team = { value = "x", keep = "yes" }
[route.transition]
Cause = { value = "x", keep = true }"#;
    assert_snapshot!(error(&fields(lines)), @r#"
    sync.toml:14: [route.fields].Region says `keep` and gives no value: write { value = "…", keep = true }
    14 | Region = { keep = true }
       |          ^^^^^^^^^^^^^^^
    sync.toml:15: [route.fields].Owner cannot use `keep` with on_call, which is asked for once, when an issue is created
    15 | Owner = { value = "{{ on_call | first }}", keep = true }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    sync.toml:16: [route.fields.Team].keep must be true or false, and is a text
    16 | keep = "yes"
       |        ^^^^^
    sync.toml:18: [route.transition].Cause cannot use `keep`: only the fields of [route.fields] follow their source
    18 | Cause = { value = "x", keep = true }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
