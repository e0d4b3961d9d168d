//! `guajira init --defaults`: nothing is asked. What the environment says of a key stands in the file; what a run needs and
//! nobody said stands there as a comment.

use super::desk::variable_of;
use super::fill::{Answers, Key, keys, quoted};
use crate::config::Environment;

/// Keys whose values in the template are examples and nobody's.
const EXAMPLES: [&str; 5] = ["guance.base_url", "jira.base_url", "jira.auth.user", "route.project", "route.issue_type"];

/// Secrets, and the variables that are taken for them where none of the configuration's own is set.
const SECRETS: [&str; 2] = ["guance.api_key", "jira.auth.token"];

const METHOD: &str = "jira.auth.method";

/// Takes what the environment says.
pub(super) fn take(env: &Environment, answers: &mut Answers) {
    for key in keys().iter().filter(|key| !SECRETS.contains(&key.path.as_str())) {
        let told = env.get(&variable_of(&key.path)).map(str::trim).filter(|value| !value.is_empty());
        match told.and_then(|value| as_toml(key, value)) {
            Some(value) => answers.set_toml(&key.path, value),
            None if EXAMPLES.contains(&key.path.as_str()) => answers.leave_out(&key.path),
            None => {}
        }
    }
    for key in SECRETS {
        if let Some(place) = secret(env, key) {
            answers.set_toml(key, place);
        }
    }
    let is_told = |key: &str| env.get(&variable_of(key)).is_some();
    if !is_told(METHOD) && !is_told("jira.auth.user") && is_told("jira.base_url") {
        let address = env.get(&variable_of("jira.base_url")).unwrap_or_default();
        // A token alone is a login on Server and Data Center only.
        if !address.contains(".atlassian.") {
            answers.set(METHOD, "pat");
        }
    }
}

/// Returns what a variable says as TOML of the type that the key has; `None` where it is none, as `guajira check` will say.
fn as_toml(key: &Key, value: &str) -> Option<String> {
    if let toml::Value::String(_) = key.example {
        return Some(quoted(value));
    }
    if let (toml::Value::Array(_), false) = (&key.example, value.starts_with('[')) {
        let words: toml::value::Array = value.split(',').map(|word| toml::Value::from(word.trim())).collect();
        return Some(toml::Value::from(words).to_string());
    }
    let parsed: toml::Table = toml::from_str(&format!("x = {value}")).ok()?;
    let parsed = parsed.get("x")?;
    parsed.same_type(&key.example).then(|| parsed.to_string())
}

/// Returns where a secret is, by the variables of its key: never the secret itself.
fn secret(env: &Environment, key: &str) -> Option<String> {
    let variable = variable_of(key);
    for form in ["env", "file"] {
        if let Some(value) = env.get(&format!("{variable}__{}", form.to_uppercase())) {
            return Some(format!("{{ {form} = {} }}", quoted(value.trim())));
        }
    }
    let value = env.get(&variable)?;
    let parsed: Option<toml::Table> = toml::from_str(&format!("x = {value}")).ok();
    let places = parsed.and_then(|table| Some(table.get("x")?.as_table()?.clone()));
    Some(match places {
        Some(table) if value.starts_with('{') => toml::Value::Table(table).to_string(),
        _ => format!("{{ env = {} }}", quoted(&variable)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::config::Draft;

    #[test]
    fn what_the_environment_says_stands_in_the_file_and_no_secret_does() {
        let env = Environment::from([
            ("GUAJIRA_GUANCE__BASE_URL", "https://a.example"),
            ("GUAJIRA_GUANCE__API_KEY", "k-planted"),
            ("GUAJIRA_GUANCE__REQUESTS_PER_MINUTE", "40"),
            ("GUAJIRA_JIRA__BASE_URL", "https://j.example"),
            ("GUAJIRA_JIRA__AUTH__TOKEN__FILE", "t.token"),
            ("GUAJIRA_ROUTE__0__PROJECT", "AB"),
            ("GUAJIRA_ROUTE__0__ISSUE_TYPE", "故障"),
            ("GUAJIRA_ROUTE__0__LABELS", "a, b"),
            ("GUAJIRA_FLOW__STATUS", "both"),
            ("GUAJIRA_FLOW__ISSUES", "maybe"),
        ]);
        let mut answers = Answers::default();
        take(&env, &mut answers);
        let text = answers.text();
        for line in [
            "api_key = { env = \"GUAJIRA_GUANCE__API_KEY\" }",
            "requests_per_minute = 40",
            "method = \"pat\"",
            "# user = \"bot@example.com\"",
            "token = { file = \"t.token\" }",
            "labels = [\"a\", \"b\"]",
            "status = \"both\"",
            "issues = true",
        ] {
            assert!(text.lines().any(|l| l.starts_with(line)), "{line}\n{text}");
        }
        assert!(!text.contains("planted"), "{text}");
        let draft = Draft::of_text("sync.toml", &text).unwrap().remove(0);
        assert_eq!(draft.policy.routes.first().unwrap().priority, None, "every level is sent");
    }
}
