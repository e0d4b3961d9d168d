//! Converts texts: a JSON list of `{"from": "wiki", "text": …}` on standard input becomes a list of what each says in
//! every format. `from` is `adf` (its text is a document), `html`, `markdown` or `wiki`.
#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::io::Read as _;

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::{Value, json};

/// More than any text here has.
const MAX: usize = 1 << 30;

fn read(from: &str, text: &Value) -> anyhow::Result<Doc> {
    let written = text.as_str().unwrap_or_default();
    Ok(match from {
        "adf" => adf::read(text),
        "html" => html::read(written),
        "markdown" => markdown::read(written),
        "wiki" => wiki::read(written),
        other => anyhow::bail!("no such format: {other}"),
    })
}

fn main() -> anyhow::Result<()> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let texts: Vec<Value> = serde_json::from_str(&input)?;
    let mut out = Vec::with_capacity(texts.len());
    for one in &texts {
        let doc = read(one["from"].as_str().unwrap_or_default(), &one["text"])?;
        out.push(json!({
            "plain": doc.plain_text(),
            "adf": adf::write(&doc, MAX, ""),
            "html": html::write(&doc, MAX, ""),
            "markdown": markdown::write(&doc, MAX, ""),
            "wiki": wiki::write(&doc, MAX, ""),
        }));
    }
    println!("{}", serde_json::to_string(&out)?);
    Ok(())
}
