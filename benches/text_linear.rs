//! Measures every reader and writer on hostile input of growing size: twice the input may cost twice the time, no more.
//!
//! `cargo bench --bench text_linear [-- KIB]` prints milliseconds at a quarter of the size and at the whole of it
//! (default 1024 KiB), and how far the growth is from linear (1.0 is linear, 4.0 is quadratic).
#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a program for people")]

use std::time::Instant;

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};

fn main() {
    let kib: usize = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1024);
    println!("{:<10} {:<28} {:>9} {:>9} {:>7}", "reader", "input repeated", "1/4 ms", "1/1 ms", "growth");
    for (name, read) in
        [("html", html::read as fn(&str) -> Doc), ("markdown", markdown::read), ("wiki", wiki::read), ("adf", read_adf)]
    {
        for piece in PIECES {
            let small = measure(read, piece, kib * 256);
            let large = measure(read, piece, kib * 1024);
            let growth = large / small.max(0.01) / 4.0;
            let note = if large > 100.0 || (growth > 2.0 && large > 20.0) { "  <--" } else { "" };
            println!("{name:<10} {:<28} {small:>9.1} {large:>9.1} {growth:>7.1}{note}", format!("{piece:?}"));
        }
    }
    writers(kib);
}

/// What is repeated to make an input.
const PIECES: &[&str] = &[
    "a",
    "中文 ",
    "a\n",
    "a\n\n",
    "<b>",
    "<div>",
    "<ul><li>",
    "<table><tr><td>",
    "<blockquote>",
    "</div>",
    "<a href=\"",
    "<!--",
    "<",
    "<span style=\"color:red\">",
    "&",
    "&amp;",
    "&#",
    "<!",
    "<pre>",
    "<td>",
    "<tr>",
    "<td colspan=99 rowspan=99>",
    "<script>",
    "> ",
    "- ",
    "* a\n",
    "*",
    "**a ",
    "_a *b ",
    "`",
    "[",
    "[a](",
    "![",
    "|a",
    "|a|\n",
    "||",
    "~~a",
    "\\",
    "{",
    "{{",
    "{{a}} ",
    "{code}",
    "{quote}",
    "{panel:a}",
    "{noformat} {code} ",
    "{color:red}",
    "{*}",
    "[a|",
    "[a|http://b.c]",
    "!a",
    "!a.png!",
    "*a _b ",
    "-a- ",
    "(x)",
    "http://a.b/)",
    "http://",
    "http://)",
    "# a\n",
    "** a\n",
    "*# a\n#* b\n",
    "|{code}",
    "|{panel:x}",
    "|[a",
    "* {code:x}\n",
    "a{quote}b\n",
    ")",
    "1. ",
    "&nbsp;",
    "- [ ] ",
    "[^1]",
    "[^1]: a\n\n",
    "<a <a ",
    "<a b=\">\" ",
    "|a|b|\n|-|-|\n",
    "\u{1}",
    "😀",
    "{code}\n{quote}\n",
    "<p>a",
    "<li>a",
    "<tr><td>a",
    "<b>a</b> ",
    "a<br>",
    "<td>a",
    "* **a** _b_ `c`\n",
    "{{a}}{*}b{*} ",
    "| *a* | _b_ |\n",
];

fn read_adf(text: &str) -> Doc {
    adf::read(&json!({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}))
}

fn measure(read: fn(&str) -> Doc, piece: &str, bytes: usize) -> f64 {
    let input = piece.repeat(bytes / piece.len());
    let start = Instant::now();
    std::hint::black_box(read(&input));
    start.elapsed().as_secs_f64() * 1000.0
}

type Write = fn(&Doc, usize) -> usize;

fn writers(kib: usize) {
    println!("\n{:<10} {:<28} {:>9} {:>9}", "writer", "document", "whole ms", "cut ms");
    for (name, markdown_text) in [
        ("paragraphs", "中文 **bold** [link](https://e.com) `code` text\n\n"),
        ("list", "- a\n  - b\n    1. c *d*\n"),
        ("one line", "a *b* ~~c~~ "),
        ("signs", "\\* \\_ \\[ \\{ \\- "),
        ("rows", "| a | b |\n| - | - |\n| c | d |\n\n"),
    ] {
        let doc = markdown::read(&markdown_text.repeat(kib * 1024 / markdown_text.len()));
        let writers: [(&str, Write); 4] = [
            ("html", |doc, limit| html::write(doc, limit, "https://e.com").len()),
            ("markdown", |doc, limit| markdown::write(doc, limit, "https://e.com").len()),
            ("wiki", |doc, limit| wiki::write(doc, limit, "https://e.com").len()),
            ("adf", |doc, limit| usize::from(adf::write(doc, limit, "https://e.com") != Value::Null)),
        ];
        for (format, write) in writers {
            let time = |limit: usize| {
                let start = Instant::now();
                std::hint::black_box(write(&doc, limit));
                start.elapsed().as_secs_f64() * 1000.0
            };
            println!("{format:<10} {name:<28} {:>9.1} {:>9.1}", time(usize::MAX / 4), time(32_767));
        }
    }
}
