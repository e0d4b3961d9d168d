//! Changing one part of an issue's `extend` without losing the rest.

use serde_json::{Map, Value, json};

use super::answer::Fault;
use super::api::Api;
use crate::domain::IssueId;

/// Reads an issue, lets `change` work on its `extend`, and writes that back whole. Returns the issue as it then is;
/// nothing is written when `change` says that all is well already.
///
/// Whether the service merges an `extend` into the old one or replaces it is not documented: what is sent is right in
/// both cases, and nothing is lost (managers, members, channels, links).
///
/// Source: Guance Open API, `POST /api/v1/issue/{issue_uuid}/modify`, `extend`.
pub(super) fn change(
    api: &Api<'_>,
    issue: &IssueId,
    change: impl FnOnce(&mut Map<String, Value>) -> bool,
) -> Result<Value, Fault> {
    let now = api.issue_to_change(issue)?;
    let mut extend = now.get("extend").and_then(Value::as_object).cloned().unwrap_or_default();
    if !change(&mut extend) {
        return Ok(now);
    }
    keep_channels(&mut extend, now.get("bindChannels").and_then(Value::as_array).map_or(&[], Vec::as_slice));
    api.modify_issue(issue, json!({ "extend": extend }))
}

/// Names every channel that the issue is in: a modify applies the list again, and what it does without one is not
/// documented.
fn keep_channels(extend: &mut Map<String, Value>, bound: &[Value]) {
    let uuid = |channel: &Value| channel.get("uuid").and_then(Value::as_str).map(str::to_owned);
    let mut named = extend.get("channels").and_then(Value::as_array).cloned().unwrap_or_default();
    let known: Vec<Option<String>> = named.iter().map(uuid).collect();
    let is_default = |channel: &Value| channel.get("name").and_then(Value::as_str) == Some("default");
    let missing: Vec<String> = bound
        .iter()
        .filter(|channel| !is_default(channel))
        .filter_map(uuid)
        .filter(|uuid| !known.contains(&Some(uuid.clone())))
        .collect();
    if !missing.is_empty() {
        named.extend(missing.into_iter().map(|uuid| json!({"type": "#", "uuid": uuid, "exists": true})));
        extend.insert("channels".to_owned(), Value::Array(named));
    }
}

/// Adds a link to the links that an issue shows; returns false when it shows it already.
///
/// Source: Guance Open API, `POST /api/v1/issue/add`, `extend.linkList`: `[{name, link}]`.
pub(super) fn add_link(extend: &mut Map<String, Value>, name: &str, link: &str) -> bool {
    let mut links = extend.get("linkList").and_then(Value::as_array).cloned().unwrap_or_default();
    if links.iter().any(|one| one.get("link").and_then(Value::as_str) == Some(link)) {
        return false;
    }
    links.push(json!({"name": name, "link": link}));
    extend.insert("linkList".to_owned(), Value::Array(links));
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn every_channel_but_the_default_one_is_named() {
        let bound = [json!({"name": "default", "uuid": "chan_0"}), json!({"name": "ops", "uuid": "chan_1"})];
        let named = json!([{"type": "#", "uuid": "chan_1", "exists": true}]);
        for before in [json!({}), json!({"channels": []}), json!({"channels": named})] {
            let mut extend = before.as_object().unwrap().clone();
            keep_channels(&mut extend, &bound);
            assert_eq!(extend.get("channels"), Some(&named));
        }
        let mut extend = Map::new();
        keep_channels(&mut extend, &bound[..1]);
        assert!(extend.is_empty());
    }

    #[test]
    fn a_link_joins_those_there_are_once() {
        let old = json!({"name": "runbook", "link": "https://wiki/1"});
        let new = json!({"name": "OPS-12", "link": "https://jira/browse/OPS-12"});
        for (before, want) in [
            (json!({}), json!([new])),
            (json!({"linkList": null}), json!([new])),
            (json!({"linkList": []}), json!([new])),
            (json!({"linkList": [old]}), json!([old, new])),
        ] {
            let mut extend = before.as_object().unwrap().clone();
            assert!(add_link(&mut extend, "OPS-12", "https://jira/browse/OPS-12"));
            assert_eq!(extend.get("linkList"), Some(&want));
            assert!(!add_link(&mut extend, "OPS-12", "https://jira/browse/OPS-12"));
            assert_eq!(extend.get("linkList"), Some(&want));
        }
    }
}
