//! Reads a textfile as Prometheus' classic parser does, and complains of what `promtool check metrics` complains of.

use std::collections::{BTreeMap, BTreeSet};

/// Returns the samples by name and labels.
///
/// # Errors
/// What `node_exporter` or promtool would refuse.
pub(super) fn samples(text: &str) -> Result<BTreeMap<String, f64>, String> {
    let mut found = BTreeMap::new();
    let (mut helped, mut kinds) = (BTreeSet::new(), BTreeMap::new());
    let mut ended: BTreeSet<String> = BTreeSet::new();
    let mut current = String::new();
    if !text.ends_with('\n') {
        return Err("the last line does not end".to_owned());
    }
    for line in text.lines() {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let Some((name, help)) = rest.split_once(' ') else { return wrong("no help text") };
            if help.trim().is_empty() || !helped.insert(name.to_owned()) {
                return wrong("help twice, or empty");
            }
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let Some((name, kind)) = rest.split_once(' ') else { return wrong("no type") };
            if !["counter", "gauge"].contains(&kind) || kinds.insert(name.to_owned(), kind.to_owned()).is_some() {
                return wrong("type twice, or none");
            }
            continue;
        }
        let Some((series, name, value)) = sample(line) else { return wrong("no sample") };
        let Some(kind) = kinds.get(&name).filter(|_| helped.contains(&name)) else { return wrong("no help or type") };
        if (kind == "counter") != name.ends_with("_total") {
            return wrong("counters, and they alone, end with _total");
        }
        if current != name && !ended.insert(std::mem::replace(&mut current, name.clone())) {
            return wrong("a metric in two places");
        }
        if ended.contains(&name) {
            return wrong("a metric in two places");
        }
        if found.insert(series, value).is_some() {
            return wrong("twice");
        }
    }
    Ok(found)
}

/// Takes a line apart: name with labels, name, value. A third word is a timestamp, for which the whole file is skipped.
fn sample(line: &str) -> Option<(String, String, f64)> {
    let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':')).collect();
    let mut rest = line.strip_prefix(&name)?;
    if rest.starts_with('{') {
        let (mut is_quoted, mut is_escaped) = (false, false);
        let end = rest.char_indices().find(|(_, c)| {
            let ends = *c == '}' && !is_quoted;
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if is_quoted => is_escaped = true,
                '"' => is_quoted = !is_quoted,
                _ => {}
            }
            ends
        })?;
        rest = &rest[end.0 + 1..];
    }
    let series = line.strip_suffix(rest)?.to_owned();
    let value = rest.strip_prefix(' ')?;
    let is_named = name.starts_with(|c: char| c.is_ascii_lowercase());
    Some((series, name.clone(), value.parse().ok()?)).filter(|_| is_named)
}

#[test]
fn what_promtool_refuses_is_refused_here() {
    let head = "# HELP a_total A.\n# TYPE a_total counter\n";
    assert!(samples(&format!("{head}a_total{{x=\"}}\\\"\"}} 1\n")).is_ok());
    for wrong in [
        "a_total 1\n".to_owned(),
        format!("{head}a_total 1"),
        format!("{head}a_total 1 1700000000\n"),
        format!("{head}a_total 1\na_total 2\n"),
        format!("{head}a_total x\n"),
        format!("{head}{head}a_total 1\n"),
        "# HELP a A.\n# TYPE a counter\na 1\n".to_owned(),
        format!("{head}# HELP b B.\n# TYPE b gauge\na_total 1\nb 1\na_total{{x=\"1\"}} 1\n"),
    ] {
        assert!(samples(&wrong).is_err(), "{wrong}");
    }
}

/// Returns the names of metrics that a text uses.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("guajira_")).map(str::to_owned).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn every_metric_is_explained_and_every_one_that_is_used_exists() {
    let known: BTreeSet<String> = guajira::signals::FAMILIES.iter().map(|family| family.name.to_owned()).collect();
    for page in ["docs/signals.md", "docs/zh-CN/signals.md"] {
        assert_eq!(metrics_in(&read(page)), known, "{page}");
    }
    for file in ["grafana.json", "alerts.yml", "alerts-test.yml"] {
        let used = metrics_in(&read(&format!("examples/prometheus/{file}")));
        let unknown: Vec<_> = used.difference(&known).collect();
        assert!(!used.is_empty() && unknown.is_empty(), "{file}: {unknown:?}");
    }
}

#[test]
fn the_example_is_a_file_as_the_program_writes_it() {
    let text = read("examples/prometheus/guajira.prom");
    assert_eq!(guajira::signals::Metrics::parse(&text).text(), text);
    let shown: BTreeSet<String> = samples(&text).unwrap().into_keys().collect();
    assert!(guajira::signals::FAMILIES.iter().all(|family| shown.iter().any(|line| line.starts_with(family.name))));
}
