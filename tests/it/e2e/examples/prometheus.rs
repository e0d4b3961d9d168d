//! The dashboard and the alert rules ask for what a run writes: the same metrics, labels and values of labels.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::{read, yaml};
use crate::e2e::copies::three_issues;
use crate::e2e::world::{Flavour, World};
use crate::exposition::samples;

/// The labels of each metric, with their values.
type Known = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Returns the series that a run writes, as they stand in the file.
fn written() -> BTreeSet<String> {
    let world = World::new(Flavour::Cloud);
    world.reconfigure("[jira.auth]\n", "[jira.auth]\nexpires = 2027-03-01\n");
    let text = fs::read_to_string(world.path("sync.toml")).unwrap();
    world.write("sync.toml", &(text + "\n[signals]\ntextfile = \"guajira.prom\"\n"));
    three_issues(&world);
    world.sync();
    samples(&fs::read_to_string(world.path("guajira.prom")).unwrap()).unwrap().into_keys().collect()
}

fn known(series: &BTreeSet<String>) -> Known {
    let mut known = Known::new();
    for series in series {
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let metric = known.entry(name.to_owned()).or_default();
        for pair in labels.trim_end_matches('}').split(',').filter(|pair| !pair.is_empty()) {
            let (label, value) = pair.split_once('=').unwrap();
            metric.entry(label.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
        }
    }
    known
}

/// Returns what an expression asks for that is not there. `shown` are labels that a text shows of its result.
fn asked_in_vain(known: &Known, expression: &str, shown: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut labels = BTreeSet::new();
    for (at, _) in expression.match_indices("guajira_") {
        let rest = &expression[at..];
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let Some(metric) = known.get(&name) else {
            wrong.push(name);
            continue;
        };
        labels.extend(metric.keys().cloned());
        let matchers = rest[name.len()..].strip_prefix('{').map_or("", |rest| rest.split('}').next().unwrap());
        for matcher in matchers.split(',').filter(|matcher| !matcher.is_empty()) {
            let (label, values) = matcher.split_once('=').unwrap();
            let Some(there) = metric.get(label) else {
                wrong.push(format!("{name}: {label}"));
                continue;
            };
            let values =
                values.trim_start_matches('~').trim_matches('"').split('|').filter(|value| *value != "$source");
            wrong
                .extend(values.filter(|value| !there.contains(*value)).map(|value| format!("{name}: {label}={value}")));
        }
    }
    // What is summed has no other labels than those it is summed by; of what is absent there is none.
    if let Some((_, rest)) = expression.split_once(" by (") {
        let by: BTreeSet<String> = rest.split(')').next().unwrap().split(", ").map(str::to_owned).collect();
        wrong.extend(by.difference(&labels).map(|label| format!("by {label}")));
        labels = by;
    } else if expression.starts_with("absent(") {
        labels.clear();
    }
    wrong.extend(shown.iter().filter(|label| !labels.contains(**label)).map(|label| format!("shows {label}")));
    wrong
}

/// Returns the names that stand in a text between these two.
fn between<'a>(text: &'a str, begin: &str, is_end: impl Fn(char) -> bool + Copy) -> Vec<&'a str> {
    text.split(begin).skip(1).map(|rest| rest.split(is_end).next().unwrap()).collect()
}

#[test]
fn the_example_has_the_series_of_a_run() {
    let shown: BTreeSet<String> = samples(&read("examples/prometheus/guajira.prom")).unwrap().into_keys().collect();
    assert_eq!(shown, written());
}

#[test]
fn the_dashboard_asks_for_what_a_run_writes() {
    let known = known(&written());
    let dashboard: Value = serde_json::from_str(&read("examples/prometheus/grafana.json")).unwrap();
    let mut seen = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{} is wider than the page", panel["title"]);
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(seen.insert((x, y)), "{} lies over another panel", panel["title"]);
            }
        }
        for target in panel["targets"].as_array().unwrap() {
            assert_eq!(
                (&target["datasource"]["uid"], &panel["datasource"]["uid"]),
                (&"${datasource}".into(), &"${datasource}".into())
            );
            let shown = between(target["legendFormat"].as_str().unwrap(), "{{", |c| c == '}');
            let wrong = asked_in_vain(&known, target["expr"].as_str().unwrap(), &shown);
            assert!(wrong.is_empty(), "{}: {wrong:?}", panel["title"]);
        }
    }
    for variable in dashboard["templating"]["list"].as_array().unwrap().iter().filter(|one| one["type"] == "query") {
        let query = variable["query"]["query"].as_str().unwrap();
        assert_eq!(query, variable["definition"]);
        let (metric, label) =
            query.strip_prefix("label_values(").unwrap().trim_end_matches(')').split_once(", ").unwrap();
        assert!(known[metric].contains_key(label), "{query}");
        assert_eq!(variable["name"], "source");
    }
}

#[test]
fn the_alert_rules_ask_for_what_a_run_writes() {
    let known = known(&written());
    let file = yaml("examples/prometheus/alerts.yml");
    for rule in file["groups"][0]["rules"].as_vec().unwrap() {
        let told: String = super::table(&rule["annotations"]).into_iter().map(|(_, text)| text).collect();
        let shown = between(&told, "$labels.", |c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let wrong = asked_in_vain(&known, rule["expr"].as_str().unwrap(), &shown);
        assert!(wrong.is_empty(), "{:?}: {wrong:?}", rule["alert"]);
    }
}

#[test]
fn what_is_not_written_is_noticed() {
    let known = known(&["a{x=\"1\",y=\"2\"}".replace('a', "guajira_a")].into());
    assert!(
        asked_in_vain(&known, "sum by (x) (guajira_a{source=~\"$source\"})", &[])
            .contains(&"guajira_a: source".to_owned())
    );
    for (expression, shown) in [
        ("guajira_b", None),
        ("guajira_a{z=\"1\"}", None),
        ("guajira_a{x=~\"1|3\"}", None),
        ("sum by (z) (guajira_a)", None),
        ("sum by (x) (guajira_a)", Some("y")),
        ("absent(guajira_a)", Some("x")),
    ] {
        assert!(!asked_in_vain(&known, expression, shown.as_slice()).is_empty(), "{expression}");
    }
    assert!(asked_in_vain(&known, "sum by (x) (increase(guajira_a{x=~\"1\"}[5m])) > 0", &["x"]).is_empty());
}
