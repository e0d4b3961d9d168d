//! Throws mutated inputs at every reader, and what was read at the writers.
//!
//! `cargo run --release --example text_fuzz [-- [--runs RUNS] [--seed SEED] [--threads N] [--reader NAME]
//! [--write-every N]]`: RUNS per reader (default 20000). What was read is checked in every run. In one of N (default 8) it is also
//! written in every format, whole and cut, and read again. In one of 4096 a piece of the input is repeated to 128 KiB, to see that no input takes more than its share of time.
//! A failure, or a run of more than half a minute, prints its input and ends the program with 1.
#![allow(clippy::print_stdout, clippy::panic, clippy::exit, reason = "a program for people, that fails loudly")]

mod check;
mod mutate;
mod shrink;
mod source;
#[path = "../../benches/text_linear/work.rs"]
mod work;

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};
use source::Source;

/// A run that takes this long hangs.
const HANG: Duration = Duration::from_secs(30);
/// One input of so many is repeated.
const REPEAT_EVERY: u64 = 4096;
/// To how much it is repeated, and what reading it may take: three times what 1 MiB may take in the benchmark, which is
/// cut to as much.
const REPEATED: usize = 128 * 1024;
const REPEATED_TIME: Duration = Duration::from_millis(300);

type Read = fn(&str) -> Doc;

const READERS: [(&str, Read); 4] =
    [("html", html::read), ("markdown", markdown::read), ("wiki", wiki::read), ("adf", read_adf)];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    let number = |name: &str, default: u64| option(name).map_or(default, |value| value.parse().unwrap_or(default));
    let (runs, seed, threads) = (number("--runs", 20_000), number("--seed", 1), number("--threads", 1).max(1));
    let write_every = number("--write-every", 8).max(1);
    for (name, read) in READERS {
        if option("--reader").is_some_and(|only| only != name) {
            continue;
        }
        let start = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || fuzz(name, read, [runs / threads, seed * 1000 + thread, write_every]));
            }
        });
        println!("{name}: {} runs in {:.0} s", runs / threads * threads, start.elapsed().as_secs_f64());
    }
}

/// What a thread is at, for its watch.
#[derive(Default)]
struct Progress {
    runs: AtomicU64,
    input: Mutex<String>,
}

fn fuzz(name: &'static str, read: Read, [runs, seed, write_every]: [u64; 3]) {
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    std::thread::spawn(move || watch(name, &watched));
    let (texts, trees) = mutate::seeds();
    let mut source = Source(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for run in 1..=runs {
        let input = if name == "adf" {
            mutate::tree(&mut source, &trees).to_string()
        } else {
            mutate::text(&mut source, &texts)
        };
        input.clone_into(&mut progress.input.lock().unwrap_or_else(PoisonError::into_inner));
        progress.runs.store(run, Ordering::Relaxed);
        let limit = if run % 16 == 0 { 90 + source.below(2000) } else { source.below(400) };
        let fails = |input: &str, write: bool| catch_unwind(|| run_once(read, input, write, limit)).is_err();
        if fails(&input, run % write_every == 0) {
            println!("{name}, seed {seed}, run {run}, limit {limit}, input {input:?}");
            // Everybody else is quiet while it becomes small.
            std::panic::set_hook(Box::new(|_| {}));
            progress.runs.store(0, Ordering::Relaxed);
            let small = match serde_json::from_str::<Value>(&input).ok().filter(|_| name == "adf") {
                Some(tree) => shrink::tree(&tree, &|less| fails(&less.to_string(), true)).to_string(),
                None => shrink::text(&input, &|less| fails(less, true)),
            };
            println!("{name}, limit {limit}, small {small:?}");
            let _ = std::panic::take_hook();
            run_once(read, &small, true, limit);
            std::process::exit(1);
        }
        if run % REPEAT_EVERY == 0 && name != "adf" {
            repeat(name, read, &mut source, &input);
        }
    }
    progress.runs.store(0, Ordering::Relaxed);
}

fn run_once(read: Read, input: &str, write: bool, limit: usize) {
    let doc = read(input);
    check::read(&doc);
    if write {
        check::written(&doc, limit);
    }
}

/// Reads a piece of the input again and again, with the rest of it around it.
fn repeat(name: &str, read: Read, source: &mut Source, input: &str) {
    let from = input.floor_char_boundary(source.below(input.len() + 1));
    let to = input.floor_char_boundary(from + 1 + source.below(12)).max(from);
    let piece = input.get(from..to).unwrap_or_default();
    if piece.is_empty() {
        return;
    }
    let (before, after) = input.split_at(from);
    let text = format!("{before}{}{after}", piece.repeat(REPEATED / piece.len()));
    // The best of three counts.
    if (0..3).all(|_| work::measure(|| read(&text)) > REPEATED_TIME) {
        println!("{name} is slow: {piece:?} repeated to {REPEATED} bytes between {before:?} and {after:?}");
        std::process::exit(1);
    }
}

/// Ends the program when a run does not end.
fn watch(name: &str, progress: &Progress) {
    let mut last = (0, Instant::now());
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let runs = progress.runs.load(Ordering::Relaxed);
        if runs != last.0 || runs == 0 {
            last = (runs, Instant::now());
        } else if last.1.elapsed() > HANG {
            println!("{name} hangs: {:?}", progress.input.lock().unwrap_or_else(PoisonError::into_inner));
            std::process::exit(1);
        }
    }
}

fn read_adf(text: &str) -> Doc {
    adf::read(&serde_json::from_str::<Value>(text).unwrap_or_else(|_| json!(text)))
}
