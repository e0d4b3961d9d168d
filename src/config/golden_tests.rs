//! The name of a pair of services, which stands in every marker on Jira.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::tests::{load_with, swap};
use super::*;
use crate::golden::{golden, line};

fn pair_of(text: &str) -> String {
    load_with(text, &Environment::default()).unwrap().jira.pair_id
}

#[test]
fn the_name_of_a_pair_is_what_it_was() {
    let guance = "[guance]\nbase_url = \"https://openapi.guance.com\"\n";
    let with = |lines: &str| swap(guance, &format!("[guance]\n{lines}"));
    let lines = [
        line("the smallest file", pair_of(&swap(guance, guance))),
        line("a slash at the end", pair_of(&with("base_url = \"https://openapi.guance.com/\"\n"))),
        line("a channel", pair_of(&with("base_url = \"https://openapi.guance.com\"\nchannel = \"chan_1\"\n"))),
        line("another site", pair_of(&with("base_url = \"https://us1-openapi.truewatch.com\"\n"))),
        line("another jira", pair_of(&swap("https://example.atlassian.net", "https://jira.example.com"))),
    ];
    golden(
        "pair.tsv",
        &lines,
        "the name of the pair stands in the property of every copy and names the write counter: with another name an upgrade \
         would take its own issues for another pair's and make each a second time, and would lose the key of its seals",
    );
}
