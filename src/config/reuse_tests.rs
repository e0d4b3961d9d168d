//! `[route.reuse]`: what it takes, refuses, and says.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use super::*;

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

fn load(table: &str) -> Result<Draft, ConfigError> {
    Draft::of_text("sync.toml", &format!("{MINIMAL}{table}")).map(|mut drafts| drafts.remove(0))
}

fn error(table: &str) -> String {
    load(table).map(|_| "no error").unwrap_err().to_string()
}

#[test]
fn the_same_problem_has_a_key_and_a_time() {
    assert_eq!(load("").unwrap().policy.routes.remove(0).reuse, None);
    let table = "[route.reuse]\nkey = \"{{ resource_uuid }} {{ tags.host }}\"\nwithin = \"3d\"\n";
    let rule = load(table).unwrap().policy.routes.remove(0).reuse.unwrap();
    assert_eq!((rule.key.source(), rule.within), ("{{ resource_uuid }} {{ tags.host }}", Duration::from_hours(72)));
    assert!(rule.unless_resolution.is_empty());
    let rule = load(&format!("{table}unless_resolution = [\"Won't Do\", \"10001\"]")).unwrap().policy.routes.remove(0);
    assert_eq!(rule.reuse.unwrap().unless_resolution, ["Won't Do", "10001"]);
}

#[test]
fn what_is_wrong_with_it_is_said() {
    for (table, said) in [
        ("within = \"3d\"", "[route.reuse].key"),
        ("key = \"{{ title }}\"", "[route.reuse].within"),
        ("unless_resolution = [\"x\"]", "[route.reuse].key"),
        ("key = \"\"\nwithin = \"3d\"", "is empty"),
        ("key = \"{{ title }}\"\nwithin = \"\"", "within"),
        ("key = \"{{ title }}\"\nwithin = \"0s\"", "at least 1m"),
        ("key = \"{{ titel }}\"\nwithin = \"3d\"", "did you mean `title`"),
        ("key = \"{{ on_call }}\"\nwithin = \"3d\"", "use it in [route.fields]"),
        ("key = \"disk\"\nwithin = \"3d\"", "the same for every issue"),
        ("key = \"{{ title }}\"\nwithin = \"3d\"\nunless_resolution = [\"\"]", "is empty"),
        ("keys = \"{{ title }}\"", "keys"),
    ] {
        let told = error(&format!("[route.reuse]\n{table}\n"));
        assert!(told.contains(said), "{table}: {told}");
    }
    assert!(error("reuse = \"{{ title }}\"\n").contains("reuse"));
}
