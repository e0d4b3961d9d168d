//! The examples of the `CommonMark` and GFM specifications, through every writer.
//!
//! They may not be shipped with this program (CC-BY-SA): `tests/oracles/run.sh` fetches them, and names the file in
//! `GUAJIRA_SPECS`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "tests")]

use std::path::Path;

use serde_json::Value;

use super::{Doc, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

/// What is between words: formats differ in blanks, and a list's signs are no words.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns the first word that is not in the text, in order.
fn missing<'a>(words: &'a [Value], text: &str) -> Option<&'a str> {
    let text = squeezed(text);
    let mut rest = text.as_str();
    for word in words.iter().filter_map(Value::as_str) {
        let Some((_, after)) = rest.split_once(&squeezed(word)) else { return Some(word) };
        rest = after;
    }
    None
}

#[test]
fn the_specifications_examples_pass_through_every_writer() {
    let path = std::env::var("GUAJIRA_SPECS").unwrap_or_default();
    if !Path::new(&path).is_file() {
        eprintln!("skipped: GUAJIRA_SPECS names no file; tests/oracles/run.sh fetches it");
        return;
    }
    let examples: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let examples = examples.as_array().unwrap();
    assert!(examples.len() > 1300, "{}", examples.len());
    let mut lost = Vec::new();
    for example in examples {
        let (text, words) = (example["markdown"].as_str().unwrap(), example["words"].as_array().unwrap());
        let doc = markdown::read(text);
        let value = adf::write(&doc, NO_LIMIT, "");
        super::props::assert_valid(&value);
        let again: [(&str, Doc, Doc); 4] = [
            ("markdown", markdown::read(&markdown::write(&doc, NO_LIMIT, "")), markdown::RULES.fit(doc.clone())),
            ("wiki", wiki::read(&wiki::write(&doc, NO_LIMIT, "")), wiki::RULES.fit(doc.clone())),
            ("html", html::read(&html::write(&doc, NO_LIMIT, "")), html::RULES.fit(doc.clone())),
            ("adf", adf::read(&value), adf::RULES.fit(doc.clone())),
        ];
        for (format, read, fitted) in again {
            assert_eq!(read, fitted, "{format} of {text:?}");
            if let Some(word) = missing(words, &read.plain_text())
                && !LESS.contains(&text)
            {
                lost.push(format!(
                    "{}: {word:?} of {text:?} is not in {:?} ({format})",
                    example["from"],
                    read.plain_text()
                ));
            }
        }
    }
    assert!(lost.is_empty(), "{} lost\n{}", lost.len(), lost.join("\n"));
}

/// Examples of which we show less than a browser, and why.
const LESS: &[&str] = &[
    // A comment since CommonMark 0.31.
    "foo <!-- not a comment -- two hyphens -->\n",
    // GitHub shows tags that it does not allow; they are no words of the author.
    "<strong> <title> <style> <em>\n\n<blockquote>\n  <xmp> is disallowed.  <XMP> is also disallowed.\n</blockquote>\n",
];
