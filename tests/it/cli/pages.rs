//! What the program prints of itself: the schema of the configuration, manual pages, completions.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{NOBODY_LISTENS, Place, shown};

const SCHEMA: &str = include_str!("../../../sync.schema.json");

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Returns the pages that a page refers to, such as `guajira-sync.1`.
fn named_in(page: &str) -> BTreeSet<String> {
    let plain = page.replace('\\', "");
    plain
        .split("guajira-")
        .skip(1)
        .filter_map(|rest| Some(format!("guajira-{}.1", rest.split_once("(1)")?.0)))
        .collect()
}

#[test]
fn the_schema_is_the_file_in_the_repository_whatever_the_language() {
    let place = Place::new();
    for args in [&["schema"][..], &["--lang", "zh", "schema"]] {
        let outcome = place.run(args);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert!(outcome.stdout == SCHEMA, "write it anew: guajira schema > sync.schema.json");
    }
}

#[test]
fn a_new_configuration_names_the_schema_that_stands_beside_it() {
    let place = Place::new();
    fs::create_dir(place.path("conf")).unwrap();
    let outcome = place.run(["--config", "conf/a.toml", "init", "--defaults"]);
    assert_eq!(outcome.code, 0, "{}", shown(&outcome));
    assert!(outcome.stdout.contains("wrote conf/a.toml, conf/sync.schema.json\n"), "{}", outcome.stdout);
    let config = fs::read_to_string(place.path("conf/a.toml")).unwrap();
    assert_eq!(config.lines().next(), Some("#:schema ./sync.schema.json"));
    assert!(fs::read_to_string(place.path("conf/sync.schema.json")).unwrap() == SCHEMA);
}

#[test]
fn a_schema_of_an_earlier_version_is_replaced_and_a_file_of_somebody_else_stays() {
    for (before, is_ours) in
        [("{\"title\": \"sync.toml of guajira\"}", true), ("{\"title\": \"mine\"}", false), ("-", false)]
    {
        let place = Place::new();
        place.write("sync.schema.json", before);
        let outcome = place.run(["init", "--defaults"]);
        assert_eq!(outcome.code, 0, "{}", shown(&outcome));
        assert_eq!(outcome.stdout.contains("sync.schema.json"), is_ours, "{}", outcome.stdout);
        let after = fs::read_to_string(place.path("sync.schema.json")).unwrap();
        assert!(after == if is_ours { SCHEMA } else { before }, "{before}");
    }
}

#[test]
fn the_manual_page_tells_commands_options_and_exit_codes() {
    let page = Place::new().run(["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    assert!(
        page.stdout.contains(concat!(".TH GUAJIRA 1  \"guajira ", env!("CARGO_PKG_VERSION"), "\"")),
        "{}",
        page.stdout
    );
    for part in [".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", "guajira\\-sync(1)", "Exit codes:", "GUAJIRA_CONFIG"] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
    let page = Place::new().run(["--lang", "zh", "man"]);
    assert!(page.stdout.contains("运行一次同步，然后退出") && page.stdout.contains("退出码"), "{}", page.stdout);
}

#[test]
fn every_command_has_a_page_and_every_page_that_is_named_is_there() {
    for lang in ["en", "zh"] {
        let place = Place::with_config(NOBODY_LISTENS);
        let outcome = place.run(["--lang", lang, "man", "share/man1"]);
        assert_eq!(outcome.code, 0, "{}", shown(&outcome));
        let folder = place.path("share/man1");
        let written = names(&folder);
        let told: BTreeSet<&str> = outcome.stdout.lines().filter_map(|line| line.strip_prefix("share/man1/")).collect();
        assert_eq!(told, written.iter().map(String::as_str).collect());
        let mut named = BTreeSet::from(["guajira.1".to_owned()]);
        for page in &written {
            let text = fs::read_to_string(folder.join(page)).unwrap();
            let title = page.strip_suffix(".1").unwrap().to_uppercase();
            assert!(text.contains(&format!(".TH {title} 1 ")), "{page}: {text}");
            named.extend(named_in(&text));
        }
        assert_eq!(written, named);
        for page in ["guajira-sync.1", "guajira-state-copy.1", "guajira-auth-jira.1", "guajira-man.1"] {
            assert!(written.contains(page), "{page}: {written:?}");
        }
        let sync = fs::read_to_string(folder.join("guajira-sync.1")).unwrap();
        assert!(sync.contains("\\-\\-dry\\-run") && sync.contains("\\-\\-config"), "{sync}");
        assert_eq!(sync.contains("Print the plan"), lang == "en", "{sync}");
    }
}

#[test]
fn pages_that_cannot_be_written_are_named() {
    let place = Place::new();
    place.write("taken", "");
    let outcome = place.run(["man", "taken"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (3, ""), "{}", shown(&outcome));
    assert!(outcome.stderr.contains("cannot write taken"), "{}", outcome.stderr);
    assert!(place.run(["--lang", "zh", "man", "taken"]).stderr.contains("taken"), "{}", outcome.stderr);
}

#[test]
fn completions_know_every_command_and_option() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let outcome = Place::new().run(["completions", shell]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        for word in ["sync", "schema", "man", "rebind", "dry-run", "max-age"] {
            assert!(outcome.stdout.contains(word), "{shell}: {word}");
        }
    }
}
