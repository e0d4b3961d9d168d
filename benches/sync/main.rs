//! Measures what runs of the program cost against the fakes: requests, deliveries, instructions, time and memory.
//!
//! `cargo bench --bench sync -- [--small] [--only WORDS] [--json FILE] [--chart FILE] [--check FILE | --record FILE]`
//!
//! `--small` plays the scenarios that take seconds. `--only` plays those in whose name the words stand. `--json` keeps the
//! figures. `--chart` draws idle and backfill cost against size. `--check` compares what was counted (runs, deliveries,
//! requests by kind) with a file that `--record` wrote, and ends with 1 when it differs; times are never compared.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::exit,
    reason = "a program for people"
)]

mod chart;
mod figures;
mod front;
#[path = "../../tests/our_times.rs"]
mod our_times;
mod scenarios;
mod world;

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::figures::Figures;

fn main() {
    let options = Options::of(std::env::args().skip(1));
    println!("{}", figures::head());
    let mut measured = Vec::new();
    for scenario in scenarios::all() {
        let is_wanted = options.only.as_ref().is_none_or(|words| scenario.name.contains(words.as_str()));
        if !is_wanted || (options.small && !scenario.is_small) {
            continue;
        }
        let Some(figures) = (scenario.measure)() else {
            println!(
                "{:<44} skipped: it needs openssl (TLS), or Python with the jira package (the script)",
                scenario.name
            );
            continue;
        };
        let figures = Figures { name: scenario.name, ..figures };
        println!("{}", figures.line());
        measured.push(figures);
    }
    options.keep(&measured);
    if let Some(path) = &options.check {
        let known = fs::read_to_string(path).expect("the file of --check");
        let known: Value = serde_json::from_str(&known).expect("JSON in the file of --check");
        if !agree(&known, &counts(&measured)) {
            std::process::exit(1);
        }
    }
}

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    small: bool,
    only: Option<String>,
    json: Option<String>,
    chart: Option<String>,
    check: Option<String>,
    record: Option<String>,
}

impl Options {
    fn of(mut args: impl Iterator<Item = String>) -> Self {
        let mut options = Self::default();
        while let Some(arg) = args.next() {
            let place = match arg.as_str() {
                "--small" => {
                    options.small = true;
                    continue;
                }
                // Cargo adds this to every bench.
                "--bench" => continue,
                "--only" => &mut options.only,
                "--json" => &mut options.json,
                "--chart" => &mut options.chart,
                "--check" => &mut options.check,
                "--record" => &mut options.record,
                other => {
                    println!("unknown option {other}: see the head of benches/sync/main.rs");
                    std::process::exit(2);
                }
            };
            *place = args.next();
        }
        options
    }

    fn keep(&self, measured: &[Figures]) {
        let write = |path: &Option<String>, text: &dyn Fn() -> String| {
            if let Some(path) = path {
                fs::write(path, text()).expect("a place for the figures");
            }
        };
        write(&self.json, &|| pretty(&measured.iter().map(Figures::json).collect()));
        write(&self.record, &|| pretty(&counts(measured)));
        write(&self.chart, &|| chart::draw(measured));
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn counts(measured: &[Figures]) -> Value {
    let counts: BTreeMap<&str, Value> = measured.iter().map(|one| (one.name.as_str(), one.counts())).collect();
    json!(counts)
}

/// Returns true when both count the same; says what differs.
fn agree(known: &Value, now: &Value) -> bool {
    let names = [known, now].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys());
    let mut differing: Vec<&String> = names.filter(|name| known.get(name.as_str()) != now.get(name.as_str())).collect();
    differing.sort();
    differing.dedup();
    for name in &differing {
        let shown = |value: &Value| value.get(name.as_str()).map_or_else(|| "nothing".to_owned(), Value::to_string);
        println!("{name} costs something else now:\n  before {}\n  now    {}", shown(known), shown(now));
    }
    if differing.is_empty() {
        println!("what was counted is what was recorded");
    }
    differing.is_empty()
}
