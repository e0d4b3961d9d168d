//! Measures every reader and writer on hostile input of growing size: twice the input may cost twice the time, no more, and
//! 1 MiB may cost no more than 100 milliseconds.
//!
//! `cargo bench --bench text_linear [-- [--check] [KIB] [INPUT]]` prints milliseconds at a quarter of the size and at the
//! whole of it (default 1024 KiB): work of the processor and not waiting, the best of three, and how far the growth is from
//! linear (1.0 is linear, 4.0 is quadratic). The last line is the verdict, on reading and on writing what a service takes;
//! with `--check` the program ends with 1 when something was too slow. Of inputs only those are measured in whose name
//! INPUT stands.
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::exit,
    clippy::too_many_lines,
    reason = "a program for people"
)]

mod hostile;
mod work;

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::Value;
use work::measure;

/// What 1 MiB may take, in milliseconds.
const MOST: f64 = 100.0;

fn main() {
    let kib: usize = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1024);
    let check = std::env::args().any(|arg| arg == "--check");
    let wanted = std::env::args().skip(1).find(|arg| arg.parse::<usize>().is_err() && !arg.starts_with("--"));
    let wanted = wanted.unwrap_or_default();
    let mut verdict = Verdict { most: MOST * (kib as f64 / 1024.0).max(1.0), ..Verdict::default() };
    readers(kib * 1024, &wanted, &mut verdict);
    writers(kib * 1024, &wanted, &mut verdict);
    println!("\n{} of {} took more than {:.0} ms; the slowest:", verdict.slow, verdict.all, verdict.most);
    for (what, worst) in &verdict.worst {
        println!("{what:<18} {:>7.1} ms  {}", worst.0, worst.1);
    }
    println!("verdict: {}", if verdict.slow == 0 { "fast enough" } else { "TOO SLOW" });
    if check && verdict.slow > 0 {
        std::process::exit(1);
    }
}

#[derive(Default)]
struct Verdict {
    most: f64,
    all: usize,
    slow: usize,
    /// The slowest input of each reader and writer.
    worst: Vec<(String, (f64, String))>,
}

impl Verdict {
    /// Takes note of a time; returns what is printed beside it.
    fn note(&mut self, what: &str, input: &str, time: f64) -> &'static str {
        self.all += 1;
        self.slow += usize::from(time > self.most);
        match self.worst.iter_mut().find(|(known, _)| known == what) {
            Some((_, worst)) if worst.0 < time => *worst = (time, input.to_owned()),
            Some(_) => {}
            None => self.worst.push((what.to_owned(), (time, input.to_owned()))),
        }
        if time > self.most { "  <-- too slow" } else { "" }
    }
}

/// Returns the milliseconds that something takes: the best of three, as others share the machine.
fn time<T>(mut act: impl FnMut() -> T) -> f64 {
    let mut once = || measure(&mut act).as_secs_f64() * 1000.0;
    let first = once();
    if first < 20.0 { first } else { first.min(once()).min(once()) }
}

type Read = fn(&str) -> Doc;

fn readers(bytes: usize, wanted: &str, verdict: &mut Verdict) {
    println!("{:<10} {:<34} {:>9} {:>9} {:>7}", "reader", "input", "1/4 ms", "1/1 ms", "growth");
    let texts: [(&str, Read); 3] = [("html", html::read), ("markdown", markdown::read), ("wiki", wiki::read)];
    let line = |verdict: &mut Verdict, name: &str, input: &str, small: f64, large: f64| {
        let note = verdict.note(&format!("read {name}"), input, large);
        let growth = large / small.max(0.01) / 4.0;
        println!("{name:<10} {input:<34} {small:>9.1} {large:>9.1} {growth:>7.1}{note}");
    };
    for (name, read) in texts {
        for piece in hostile::PIECES.iter().filter(|piece| format!("{piece:?}").contains(wanted)) {
            let timed = |bytes: usize| {
                let input = piece.repeat(bytes / piece.len());
                time(|| read(&input))
            };
            line(verdict, name, &format!("{piece:?}"), timed(bytes / 4), timed(bytes));
        }
        for (what, make) in hostile::TEXTS.iter().filter(|(what, _)| what.contains(wanted)) {
            let timed = |bytes: usize| {
                let input = make(bytes);
                time(|| read(&input))
            };
            line(verdict, name, what, timed(bytes / 4), timed(bytes));
        }
    }
    for (what, make) in hostile::TREES.iter().filter(|(what, _)| what.contains(wanted)) {
        let timed = |bytes: usize| {
            let input = make(bytes);
            time(|| adf::read(&input))
        };
        line(verdict, "adf", what, timed(bytes / 4), timed(bytes));
    }
}

/// Writes a document cut to a limit and returns how large it is.
type Write = fn(&Doc, usize) -> usize;

fn writers(bytes: usize, wanted: &str, verdict: &mut Verdict) {
    println!("\n{:<10} {:<34} {:>9} {:>9}", "writer", "document", "whole ms", "cut ms");
    let writers: [(&str, usize, Write); 5] = [
        ("html", 65_535, |doc, limit| html::write(doc, limit, "https://e.com").len()),
        ("markdown", 65_535, |doc, limit| markdown::write(doc, limit, "https://e.com").len()),
        ("wiki", 32_767, |doc, limit| wiki::write(doc, limit, "https://e.com").len()),
        ("adf", 32_767, |doc, limit| usize::from(adf::write(doc, limit, "https://e.com") != Value::Null)),
        ("stored", 0, |doc, _| doc.canonical().len() + doc.plain_text().len() + doc.mentions().len()),
    ];
    for (what, make) in hostile::documents().into_iter().filter(|(what, _)| what.contains(wanted)) {
        let doc = make(bytes);
        for (format, most, write) in writers {
            let whole = time(|| write(&doc, usize::MAX / 4));
            let cut = time(|| write(&doc, most));
            let note = verdict.note(&format!("write {format}"), what, cut);
            println!("{format:<10} {what:<34} {whole:>9.1} {cut:>9.1}{note}");
        }
    }
}
