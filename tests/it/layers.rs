//! Which module may use which: a boundary is an absence, and an absence is invisible unless tested.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// For each module at the root of the crate: what it may use. What is not listed here uses nothing of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("template", &["words"]),
    ("text", &["words"]),
    ("domain", &["secret", "text", "words"]),
    ("render", &["domain", "text", "words"]),
    ("plan", &["domain", "render", "template", "text", "words"]),
    ("ports", &["domain", "words"]),
    ("state", &["domain", "ports", "words"]),
    ("engine", &["domain", "plan", "ports", "render", "secret", "state", "words"]),
    ("alarm", &["domain", "text", "words"]),
    ("http", &["ports", "secret", "words"]),
    ("alerts", &["domain", "http", "ports", "secret", "text", "words"]),
    ("guance", &["alarm", "domain", "http", "ports", "render", "secret", "text", "words"]),
    ("jira", &["domain", "http", "ports", "render", "secret", "text", "words"]),
    ("piped", &["alarm", "domain", "ports", "words"]),
    ("notify", &["domain", "http", "ports", "secret", "words"]),
    ("signals", &["http", "secret"]),
    ("page", &["words"]),
    (
        "config",
        &[
            "alerts", "domain", "guance", "http", "jira", "notify", "piped", "plan", "ports", "secret", "template",
            "words",
        ],
    ),
    (
        "cli",
        &[
            "alerts", "config", "domain", "engine", "guance", "http", "jira", "logging", "notify", "page", "piped",
            "plan", "ports", "secret", "signals", "state", "text", "words",
        ],
    ),
];

/// One file's use of another module.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: String,
    to: String,
    file: PathBuf,
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let forbidden: Vec<Arrow> = arrows().into_iter().filter(|arrow| !is_allowed(&arrow.from, &arrow.to)).collect();
    assert!(forbidden.is_empty(), "arrows that the house does not have: {forbidden:#?}");
}

#[test]
fn every_module_is_found() {
    let found: BTreeSet<String> = arrows().into_iter().map(|arrow| arrow.from).collect();
    for (module, _) in ALLOWED.iter().filter(|(module, _)| *module != "http") {
        assert!(found.contains(*module), "no use of anything in {module}: does this test still read it?");
    }
}

#[test]
fn arrows_are_read_from_every_way_of_writing_them() {
    let text = "use crate::domain::{Issue, Key};\nuse crate::{http, jira::Jira};\npub(crate) fn f() -> crate::plan::Step\n\
                // use crate::cli::x\nuse crate::{\n    state::State,\n    text,\n};\n";
    let want = ["domain", "http", "jira", "plan", "state", "text"];
    assert_eq!(modules_named_in(text), want.map(str::to_owned).into());
}

fn is_allowed(from: &str, to: &str) -> bool {
    from == to || ALLOWED.iter().any(|(module, below)| *module == from && below.contains(&to))
}

fn arrows() -> BTreeSet<Arrow> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut arrows = BTreeSet::new();
    for file in rust_files(&root) {
        let inside = file.strip_prefix(&root).unwrap().to_owned();
        let from = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        // A test may look at a module from above, as the recorded texts do.
        let is_test = file.to_string_lossy().ends_with("tests.rs") || inside.iter().any(|part| part == "tests");
        if from == "lib" || from == "main" || is_test {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for to in modules_named_in(code) {
            arrows.insert(Arrow { from: from.clone(), to, file: inside.clone() });
        }
    }
    arrows
}

pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Returns the modules behind every `crate::`, groups in braces included; comments do not count.
fn modules_named_in(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).fold(String::new(), |all, line| {
            let code = line.split(" // ").next().unwrap_or_default();
            all + code + "\n"
        });
    let mut found = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads_of(group)),
            None => found.extend(head_of(rest)),
        }
    }
    found
}

/// Returns the first words of the items of a group, up to its closing brace.
fn heads_of(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut item = String::new();
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => heads.extend(head_of(&std::mem::take(&mut item))),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    heads.extend(head_of(&item));
    heads
}

fn head_of(path: &str) -> Option<String> {
    let word: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    // A type or macro at the root of the crate is no module.
    word.starts_with(|c: char| c.is_ascii_lowercase()).then_some(word)
}
