//! `[jira.auth]`.

#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::tests::{MINIMAL, error, load_with};
use super::*;
use crate::jira;

#[test]
fn a_signed_login_names_its_keys_and_takes_a_key_of_several_lines() {
    let oauth = |more: &str| {
        let text = MINIMAL.replace("[jira.auth]", &format!("[jira.auth]\nmethod = \"oauth1\"\n{more}"));
        text.replace("user = \"bot@example.com\"\n", "")
    };
    assert_snapshot!(error(&oauth("")), @"
    sync.toml: missing [jira.auth].consumer_key (or the variable GUAJIRA_JIRA__AUTH__CONSUMER_KEY)
    sync.toml: missing [jira.auth].private_key (or the variable GUAJIRA_JIRA__AUTH__PRIVATE_KEY)
    ");
    let wrong = oauth("consumer_key = \"c\"\nexpires = \"soon\"\n");
    assert!(error(&wrong).contains("[jira.auth].expires must be a day, such as 2027-03-01"), "{}", error(&wrong));
    let text =
        oauth("consumer_key = \"c\"\nprivate_key = \"-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----\"\n");
    let told = error(&text);
    assert!(told.contains("[jira.auth].private_key holds the public key"), "{told}");
    let key = jira::PrivateKey::generate().unwrap().to_pem().unwrap();
    let key = format!("consumer_key = \"c\"\nexpires = 2020-01-31\nprivate_key = \"\"\"{}\"\"\"\n", key.expose());
    let config = load_with(&oauth(&key), &Environment::default()).unwrap();
    assert!(matches!(&config.jira.auth, jira::Auth::OAuth1 { consumer, .. } if consumer == "c"));
    let said: Vec<String> = config.advice.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["[jira.auth].token ended on 2020-01-31: renew it"]);
}
