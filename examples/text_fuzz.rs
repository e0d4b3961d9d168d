//! Throws mutated text at every reader, and what was read at every writer: nothing may panic, the tree must be in normal
//! form, and what a writer wrote must be written again the same once it was read.
//!
//! `cargo run --release --example text_fuzz [-- RUNS [SEED]]`: RUNS per reader (default 20000). A failure prints its input.
#![allow(clippy::print_stdout, clippy::panic, reason = "a program for people, that fails loudly")]

use std::panic::catch_unwind;

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};

const NO_LIMIT: usize = usize::MAX / 4;

type Read = fn(&str) -> Doc;

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (runs, seed) = (args.next().unwrap_or(20_000), args.next().unwrap_or(1));
    let readers: [(&str, Read); 4] =
        [("html", html::read), ("markdown", markdown::read), ("wiki", wiki::read), ("adf", read_adf)];
    for (name, read) in readers {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for run in 0..runs {
            let input = random.text();
            if let Err(error) = catch_unwind(|| check(read, &input)) {
                panic!("{name}, run {run}, seed {seed}, input {input:?}: {error:?}");
            }
        }
        println!("{name}: {runs} runs");
    }
}

fn read_adf(text: &str) -> Doc {
    // Half of the inputs are text in a node, the rest are the structure: words become node types.
    let Some((kind, rest)) = text.split_once(' ') else { return adf::read(&json!(text)) };
    let kinds =
        ["paragraph", "bulletList", "listItem", "table", "tableRow", "tableCell", "panel", "taskList", "taskItem", "x"];
    let pick = |word: &str| kinds.get(word.len() % kinds.len()).copied().unwrap_or("text");
    let mut node =
        json!({"type": "text", "text": rest, "marks": [{"type": "strong"}, {"type": "link", "attrs": {"href": kind}}]});
    for word in text.split(' ').take(12) {
        node = json!({"type": pick(word), "attrs": {"text": word, "level": word.len()}, "content": [node, {"type": "hardBreak"}]});
    }
    adf::read(&node)
}

fn check(read: Read, input: &str) {
    let doc = read(input);
    assert_eq!(doc.clone().normalized(), doc, "normal form");
    let once = html::write(&doc, NO_LIMIT, "");
    assert_eq!(html::write(&html::read(&once), NO_LIMIT, ""), once, "html");
    let once = markdown::write(&doc, NO_LIMIT, "");
    assert_eq!(markdown::write(&markdown::read(&once), NO_LIMIT, ""), once, "markdown");
    let once = wiki::write(&doc, NO_LIMIT, "");
    assert_eq!(wiki::write(&wiki::read(&once), NO_LIMIT, ""), once, "wiki");
    let once: Value = adf::write(&doc, NO_LIMIT, "");
    assert_eq!(adf::write(&adf::read(&once), NO_LIMIT, ""), once, "adf");
    assert!(wiki::write(&doc, 90, "https://e.com").encode_utf16().count() <= 90, "limit");
}

/// A small generator of random numbers (xorshift): the same seed gives the same inputs on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % below.max(1)
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.next(24) {
            let piece = self.next(PIECES.len());
            text.push_str(PIECES.get(piece).copied().unwrap_or_default());
            if self.next(12) == 0 {
                text.extend(u32::try_from(self.next(0x2_FFFF)).ok().and_then(char::from_u32));
            }
        }
        text
    }
}

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "a", "b ", "中文", "，", "：", " ", "  ", "\t", "\n", "\n\n", "\n", "*", "**", "_", "-", "--", "+", "^", "~", "~~", "`", "```\n",
    "\\", "\\\\", "[", "]", "(", ")", "](", "{", "}", "{{", "}}", "{*}", "{_}", "{code}", "{code:java}", "{noformat}", "{quote}",
    "{panel:title=x}", "{panel}", "{color:red}", "{color}", "{expand:x}", "{toc}", "|", "||", "|\n", "|-|-|\n", "!", "!a.png!",
    "!http://e.com/a.png|alt=b!", "[^a.txt]", "[~jo]", "[a|http://e.com]", "[a](http://e.com)", "![a](/b)", "http://e.com/a_b",
    "https://e.com?a=1&b=2", "<", ">", "</", "<b>", "</b>", "<p>", "</p>", "<div>", "</div>", "<br>", "<ul>", "<ol start=3>", "<li>",
    "</li>", "</ul>", "<table>", "<tr>", "<td>", "<th colspan=2>", "<td rowspan=2>", "</td>", "</table>", "<pre>", "</pre>", "<code>",
    "</code>", "<blockquote>", "</blockquote>", "<a href=\"http://e.com\">", "</a>", "<span data-insert-by=\"@\">", "</span>",
    "<span style=\"color:red;font-weight:bold\">", "<img src=\"x.png\" alt=\"y\">", "<script>", "</script>", "<!--", "-->", "<h2>",
    "</h2>", "<details>", "<summary>", "</summary>", "<input type=checkbox checked>", "&", "&amp;", "&nbsp;", "&#x41;", "&lt;",
    "# ", "## ", "> ", "- ", "* ", "** ", "*# ", "# a\n", "1. ", "2) ", "- [ ] ", "- [x] ", "☐ ", "☑ ", "h1. ", "bq. ", "----\n", "===\n",
    "***\n", ":)", "(x)", "(/)", "??", "=", "\"", "'", "@jo", "😀", "👩‍👧", "e\u{301}", "\u{0}", "\u{200B}", "\u{A0}", "\u{3000}", "\r\n", "[^1]",
    "[^1]: ", "[x]: /u\n", "    ", "OPS-1", "[!NOTE]\n", ";-)", ":-)",
];
