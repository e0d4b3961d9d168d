//! `[signals]`: what is read of it, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use super::tests::{MINIMAL, error, load_with};
use super::tree::Environment;

const TOKEN: &str = "7d9f2c1a-53b0-4a8e-9d6e-0a1b2c3d4e5f";

fn with(section: &str) -> String {
    format!("{MINIMAL}\n[signals]\n{section}\n")
}

#[test]
fn nothing_is_told_unless_it_is_set() {
    let config = load_with(MINIMAL, &Environment::default()).unwrap();
    assert!(config.signals.textfile.is_none() && config.signals.heartbeat.is_none());
}

#[test]
fn the_heartbeat_is_a_secret_that_no_text_shows() {
    let text = with(&format!("textfile = \"m/guajira.prom\"\nheartbeat = \"https://hc-ping.com/{TOKEN}\""));
    let config = load_with(&text, &Environment::default()).unwrap();
    assert!(config.signals.textfile.as_deref().unwrap().ends_with(Path::new("m/guajira.prom")));
    assert!(!format!("{config:?}").contains(TOKEN));
    let said = config.redactor().clean(&format!("not found: /{TOKEN}/start")).into_owned();
    assert!(!said.contains(TOKEN), "{said}");
}

#[test]
fn what_is_no_address_and_no_textfile_is_refused() {
    let said = error(&with("textfile = \"guajira.txt\""));
    assert!(said.contains("[signals].textfile must end with .prom"), "{said}");
    let said = error(&with(&format!("heartbeat = \"ftp://hc-ping.com/{TOKEN}\"")));
    assert!(said.contains("[signals].heartbeat must begin with https://") && !said.contains(TOKEN), "{said}");
    let said = error(&with("heartbeet = \"x\""));
    assert!(said.contains("did you mean `heartbeat`"), "{said}");
}
