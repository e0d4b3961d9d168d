//! The documents for people: links, keys, commands and examples in them are true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use guajira::config::Draft;
use toml::{Table, Value};

/// Words of the README, so that it stays one page.
const MOST_WORDS: usize = 900;

/// A configuration with every required key, for examples that show a part of one.
const WHOLE: &str = r#"
[guance]
base_url = "https://openapi.guance.com"
api_key = "k"
[jira]
base_url = "https://example.atlassian.net"
[jira.auth]
method = "pat"
token = "t"
[[route]]
project = "OPS"
issue_type = "Bug"
"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every document, by its path below the root.
fn documents() -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).unwrap();
                found.insert(path.strip_prefix(root()).unwrap().to_owned(), text);
            }
        }
    }
    found
}

/// A fenced block: its language and its text.
struct Fenced {
    language: String,
    text: String,
}

/// Takes a document apart: its prose, and its fenced blocks.
fn apart(text: &str) -> (String, Vec<Fenced>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    let mut open: Option<(String, Fenced)> = None;
    for line in text.lines() {
        let fence: String = line.trim_start().chars().take_while(|c| *c == '`').collect();
        open = match open.take() {
            Some((mark, block)) if fence.len() >= mark.len() && line.trim() == fence => {
                blocks.push(block);
                None
            }
            Some((mark, mut block)) => {
                block.text += line.strip_prefix("   ").unwrap_or(line);
                block.text.push('\n');
                Some((mark, block))
            }
            None if fence.len() >= 3 => {
                let language = line.trim().trim_start_matches('`').to_owned();
                Some((fence, Fenced { language, text: String::new() }))
            }
            None => {
                prose += line;
                prose.push('\n');
                None
            }
        };
    }
    assert!(open.is_none(), "a block that does not end: {text:.80}");
    (prose, blocks)
}

/// Returns the texts between single backquotes.
fn code_spans(prose: &str) -> Vec<&str> {
    prose.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// Returns the anchors that GitHub gives the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let (prose, _) = apart(text);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for heading in prose
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')))
    {
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let name: String = heading.trim().to_lowercase().chars().filter(kept).collect();
        let name = name.replace(' ', "-");
        let n = times.entry(name.clone()).or_default();
        found.insert(if *n == 0 { name.clone() } else { format!("{name}-{n}") });
        *n += 1;
    }
    found
}

/// Returns the targets of a document's links and pictures.
fn targets(prose: &str) -> Vec<&str> {
    prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}

/// Says what is wrong with the links of a document.
fn broken_links(path: &Path, text: &str, documents: &BTreeMap<PathBuf, String>) -> Vec<String> {
    let (prose, _) = apart(text);
    let mut broken = Vec::new();
    for target in targets(&prose).into_iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
    {
        let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
        let place = if file.is_empty() { path.to_owned() } else { plain(&path.parent().unwrap().join(file)) };
        if !documents.contains_key(&place) && !root().join(&place).exists() {
            broken.push(format!("{}: there is no {target}", path.display()));
        } else if !anchor.is_empty() && !documents.get(&place).is_some_and(|text| anchors(text).contains(anchor)) {
            broken.push(format!("{}: {} has no heading #{anchor}", path.display(), place.display()));
        }
    }
    broken
}

/// Takes `..` out of a path.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            plain.pop();
        } else {
            plain.push(part);
        }
    }
    plain
}

/// Says why guajira does not take this example of a configuration, a whole one or a part of one.
fn refused(example: &str) -> Option<String> {
    let part: Table = match toml::from_str(example) {
        Ok(part) => part,
        Err(error) => return Some(error.to_string()),
    };
    let mut whole: Table = toml::from_str(WHOLE).unwrap();
    for (key, value) in part {
        match (key.as_str(), value) {
            // `[route.fields]` without its `[[route]]`.
            ("route", Value::Table(keys)) => whole["route"][0].as_table_mut().unwrap().extend(keys),
            ("guance" | "jira", Value::Table(keys)) => whole[&key].as_table_mut().unwrap().extend(keys),
            (_, value) => drop(whole.insert(key, value)),
        }
    }
    Draft::of_text("example", &toml::to_string(&whole).unwrap()).err().map(|error| error.to_string())
}

/// Returns every key of the configuration as the example has it, which a test of the configuration holds complete.
fn keys() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("sync.toml.example")).unwrap();
    let mut table = String::new();
    let mut keys = BTreeSet::new();
    for line in text.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[') {
            name.trim_start_matches('[').split(']').next().unwrap().clone_into(&mut table);
        }
        let named_by_people = ["route.fields", "route.priority", "route.status", "route.transition", "people"];
        let word = line.split_once(" = ").map(|(word, _)| word);
        if let Some(word) = word.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
            assert!(!table.is_empty(), "{word} stands outside a table");
            if !named_by_people.contains(&table.as_str()) {
                keys.insert(format!("{table}.{word}"));
            }
        }
    }
    keys
}

/// Returns the keys that these documents do not explain, by their whole path or by their last word.
fn unexplained(keys: &BTreeSet<String>, documents: &str) -> Vec<String> {
    let (prose, _) = apart(documents);
    let spans: BTreeSet<&str> = code_spans(&prose).into_iter().collect();
    let is_explained = |key: &&String| {
        let word = key.rsplit('.').next().unwrap();
        spans.iter().any(|span| *span == key.as_str() || *span == word || span.starts_with(&format!("{word} = ")))
    };
    keys.iter().filter(|key| !is_explained(key)).cloned().collect()
}

/// Says why a command line of a document is none: guajira does not know a word of it, or there is no such example or test.
fn not_a_command(line: &str) -> Option<String> {
    let line = line.split(" # ").next().unwrap().split(" > ").next().unwrap().trim();
    let words = split(line);
    let mut words = words.iter().map(String::as_str).skip_while(|word| word.contains('=') && !word.starts_with('-'));
    let program = words.next()?;
    let mut words: Vec<&str> = words.collect();
    match program {
        "cargo" if words.first() == Some(&"run") && !words.contains(&"--example") && !words.contains(&"--bin") => {
            words = words.split(|word| *word == "--").nth(1).unwrap_or_default().to_vec();
        }
        "cargo" => {
            let named = |option: &str| words.iter().position(|word| *word == option).map(|at| words[at + 1]);
            let places = [
                (named("--example"), "examples"),
                (named("--bench"), "benches"),
                (named("--test"), "tests"),
                (named("--bin"), "tests/fakes/src/bin"),
            ];
            let missing = places.iter().find_map(|(name, folder)| {
                let name = (*name)?;
                let place = root().join(folder);
                let is_there = place.join(name).is_dir() || place.join(format!("{name}.rs")).exists();
                (!is_there).then(|| format!("{line}: there is no {folder}/{name}"))
            });
            return missing;
        }
        "guajira" => {}
        _ => return None,
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_guajira"));
    let output = command.args(&words).args(["--lang", "en", "--help"]).env_remove("GUAJIRA_CONFIG").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // Prose names an option without its value.
    let is_known = output.status.success() || said.contains(" has no value");
    (!is_known).then(|| format!("{line}: {said}"))
}

/// Splits a line into words as a shell does, as far as the documents need it.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns the commands that a document shows: lines of its shell blocks, crontabs, and code in its prose.
fn commands(text: &str) -> Vec<String> {
    let (prose, blocks) = apart(text);
    let mut lines: Vec<String> = code_spans(&prose).into_iter().map(str::to_owned).collect();
    for block in blocks {
        match block.language.as_str() {
            "sh" => lines.extend(block.text.lines().map(str::to_owned)),
            "crontab" => lines.extend(block.text.lines().filter_map(|line| {
                let command = line.splitn(6, ' ').nth(5)?;
                Some(command.replace("\"$HOME/.cargo/bin/guajira\"", "guajira"))
            })),
            _ => {}
        }
    }
    lines.retain(|line| line.starts_with("guajira ") || line.contains("cargo "));
    lines
}

#[test]
fn links_lead_to_files_and_headings() {
    let documents = documents();
    assert!(documents.len() > 10, "{:?}", documents.keys());
    let broken: Vec<String> = documents.iter().flat_map(|(path, text)| broken_links(path, text, &documents)).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let wrong = "[a](nowhere.md) [b](README.md#no-such-heading) [c](docs/../README.md#install) [d](#here)\n\n## Here\n";
    let found = broken_links(
        Path::new("x.md"),
        wrong,
        &BTreeMap::from([
            (PathBuf::from("x.md"), wrong.to_owned()),
            (PathBuf::from("README.md"), "## Install\n".to_owned()),
        ]),
    );
    assert_eq!(found, ["x.md: there is no nowhere.md", "x.md: README.md has no heading #no-such-heading"]);
}

#[test]
fn every_page_is_linked_in_both_languages() {
    let documents = documents();
    for (path, text) in &documents {
        if let Ok(name) = path.strip_prefix("docs/zh-CN") {
            let english = &documents[&Path::new("docs").join(name)];
            assert!(english.contains(&format!("](zh-CN/{})", name.display())), "{}", path.display());
            assert!(text.contains(&format!("](../{})", name.display())), "{}", path.display());
        }
    }
}

#[test]
fn every_key_is_explained() {
    let keys = keys();
    assert!(keys.len() > 50 && keys.contains("flow.deletes") && keys.contains("jira.auth.token"), "{keys:?}");
    let text: String = documents()
        .into_iter()
        .filter(|(path, _)| path.starts_with("docs") && !path.starts_with("docs/zh-CN"))
        .map(|(_, text)| text)
        .collect();
    assert_eq!(unexplained(&keys, &text), Vec::<String>::new());
    let without = text.replace("max_creates", "").replace("sweep_back", "");
    assert_eq!(unexplained(&keys, &without), ["sync.max_creates", "sync.sweep_back"]);
}

#[test]
fn every_name_of_a_condition_is_explained() {
    for (path, text) in documents().iter().filter(|(path, _)| path.ends_with("routes.md")) {
        let (prose, _) = apart(text);
        for name in guajira::plan::NAMES {
            assert!(code_spans(&prose).contains(&name), "{}: {name}", path.display());
        }
    }
    for (path, text) in documents().iter().filter(|(path, _)| path.ends_with("messages.md")) {
        let (prose, _) = apart(text);
        for name in guajira::plan::messages::NAMES {
            assert!(code_spans(&prose).contains(&name), "{}: {name}", path.display());
        }
    }
}

#[test]
fn examples_of_the_configuration_are_taken() {
    let mut count = 0;
    for (path, text) in documents() {
        for block in apart(&text).1.into_iter().filter(|block| block.language == "toml") {
            count += 1;
            assert_eq!(refused(&block.text), None, "{}:\n{}", path.display(), block.text);
        }
    }
    assert!(count > 5, "{count}");
    for (wrong, why) in [
        ("[flow]\nstats = \"both\"", "did you mean `status`"),
        ("[[route]]\nwhen = \"levle == 'P0'\"\nproject = \"A\"\nissue_type = \"B\"", "did you mean `level`"),
        ("[route.fields", "TOML parse error"),
    ] {
        assert!(refused(wrong).unwrap().contains(why), "{wrong}: {:?}", refused(wrong));
    }
}

#[test]
fn commands_are_those_of_the_program() {
    let mut wrong = Vec::new();
    let all: BTreeSet<String> = documents().values().flat_map(|text| commands(text)).collect();
    assert!(all.len() > 40, "{all:?}");
    wrong.extend(all.iter().filter_map(|line| not_a_command(line)));
    assert!(wrong.is_empty(), "{wrong:#?}");
    for line in ["guajira snyc", "guajira sync --dryrun", "cargo run --example sandbax", "cargo test --test ti"] {
        assert!(not_a_command(line).is_some(), "{line}");
    }
}

#[test]
fn the_readme_is_one_page() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let words = text.split_whitespace().count();
    assert!(words < MOST_WORDS, "{words} words");
    assert!(text.contains("](docs/sandbox.svg)") && text.contains("](README.zh-CN.md)"));
}

#[test]
fn the_version_is_the_same_everywhere() {
    let version = env!("CARGO_PKG_VERSION");
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    let changes = read("CHANGELOG.md");
    let heading = changes.lines().find_map(|line| line.strip_prefix("## "));
    assert_eq!(heading.and_then(|heading| heading.split(' ').next()), Some(version));
    assert!(read("examples/kubernetes/kustomization.yaml").contains(&format!("newTag: \"{version}\"")));
    assert!(read("examples/prometheus/guajira.prom").contains(&format!("guajira_build_info{{version=\"{version}\"}}")));
}

#[test]
fn who_publishes_stands_in_one_place() {
    let manifest: Table = toml::from_str(&fs::read_to_string(root().join("Cargo.toml")).unwrap()).unwrap();
    let package = &manifest["package"];
    let maintainer = package["authors"][0].as_str().unwrap();
    assert!(maintainer.contains(" <") && maintainer.ends_with('>'), "{maintainer}");
    assert!(package["repository"].as_str().unwrap().starts_with("https://"));
    // What would stand in the place of those.
    let (deb, binstall) = (&package["metadata"]["deb"], &package["metadata"]["binstall"]);
    assert!(deb.get("maintainer").is_none() && deb.get("homepage").is_none(), "{deb}");
    assert!(binstall["pkg-url"].as_str().unwrap().starts_with("{ repo }/"), "{binstall}");
}
