//! Writes a page that shows comments beside what they become: the source, the reply as a browser shows it, and what Jira
//! gets. Everything is in the page; opening it asks nobody for anything.
//!
//! `cargo run --example text_page > page.html`. `tests/oracles/page.sh` looks at it with a headless browser.
#![allow(clippy::print_stdout, reason = "an example speaks")]

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::Value;

/// More than any text here has.
const MAX: usize = 1 << 30;

/// The comments of `docs/text.md`.
const CLOUD: &str = include_str!("../tests/data/text/comments/cloud.json");
const SERVER: &str = include_str!("../tests/data/text/comments/server.wiki");
const GUANCE: &str = include_str!("../tests/data/text/comments/guance.html");
const MONITOR: &str = include_str!("../tests/data/text/comments/monitor.md");

/// What must not get through; anything that did would mark the page with `pwned`.
const HOSTILE: &[&str] = &[
    "<script>document.body.dataset.pwned=1</script>script",
    "<img src=x onerror=\"document.body.dataset.pwned=1\">image",
    "<a href=\"javascript:document.body.dataset.pwned=1\" onclick=\"document.body.dataset.pwned=1\">link</a>",
    "<svg onload=\"document.body.dataset.pwned=1\"></svg><math href=javascript:x>m</math>svg",
    "<iframe srcdoc=\"<script>parent.document.body.dataset.pwned=1</script>\"></iframe>frame",
    "<p style=\"background:url(http://e.com/x)\" onmouseover=x>style</p><style>@import 'http://e.com/y';</style>",
    "</p></td></tr></table></div><script>document.body.dataset.pwned=1</script>out",
    "<b title='\"><script>document.body.dataset.pwned=1</script>'>quoted</b><object data=\"data:text/html,x\">object</object>",
];

const STYLE: &str = "
body { font: 14px/1.5 system-ui, sans-serif; margin: 2em; color: #1f2329; background: #f5f6f7; }
section { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; margin-bottom: 3em; }
h1, section > h2 { grid-column: 1 / -1; margin: .3em 0; }
figure { margin: 0; background: #fff; border: 1px solid #dee0e3; border-radius: 6px; min-width: 0; }
figcaption { padding: 4px 12px; border-bottom: 1px solid #dee0e3; color: #646a73; font-size: 12px; }
figure > pre { margin: 0; padding: 12px; font: 12px/1.45 monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.reply { padding: 4px 16px; overflow-wrap: anywhere; }
.reply table { border-collapse: collapse; } .reply td, .reply th { border: 1px solid #c9cdd4; padding: 4px 10px; }
.reply th { background: #f2f3f5; } .reply a { color: #2468f2; }
.reply pre { background: #f2f3f5; padding: 8px 12px; border-radius: 4px; overflow: auto; }
.reply code { background: #f2f3f5; padding: 0 3px; border-radius: 3px; } .reply pre code { padding: 0; }
.reply blockquote { margin: .5em 0; padding: 0 12px; border-left: 3px solid #c9cdd4; color: #51565d; }
.key-word { color: #2468f2; background: #e8f0fe; border-radius: 3px; padding: 0 2px; }
";

fn main() -> anyhow::Result<()> {
    let hostile = HOSTILE.join("\n");
    let comments = [
        ("Jira Cloud: ADF", CLOUD, adf::read(&serde_json::from_str(CLOUD)?)),
        ("Jira Server and Data Center: wiki markup", SERVER, wiki::read(SERVER)),
        ("Guance: HTML", GUANCE, html::read(GUANCE)),
        ("Guance: a monitor's Markdown", MONITOR, markdown::read(MONITOR)),
        ("Hostile HTML", &hostile, html::read(&hostile)),
        ("Hostile words on Jira", &hostile, wiki::read(&hostile)),
    ];
    // Images are not fetched: their descriptions stand where they would be.
    println!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Comments beside what they become</title>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"img-src 'none'\"><style>{STYLE}</style></head><body>\n\
         <h1>Comments beside what they become</h1>"
    );
    for (title, written, doc) in &comments {
        println!("{}", section(title, written, doc));
    }
    println!("</body></html>");
    Ok(())
}

fn section(title: &str, written: &str, doc: &Doc) -> String {
    // As if `[people]` named who is mentioned.
    let known = |id: &str| (id == "712020:7").then(|| ("acnt_1".to_owned(), "张三".to_owned()));
    let reply = html::write(&doc.clone().pinging(known), MAX, "");
    // What the reply says by our own reading; the browser's must be the same.
    let says = html::read(&reply).plain_text();
    let adf = adf::write(doc, MAX, "");
    let blocks = adf.get("content").and_then(Value::as_array).into_iter().flatten();
    let adf = blocks.map(Value::to_string).collect::<Vec<_>>().join("\n");
    format!(
        "<section><h2>{title}</h2>\n{}\n<figure><figcaption>the reply on Guance</figcaption>\
         <div class=\"reply\" data-says=\"{}\">{reply}</div></figure>\n{}\n{}</section>",
        source("written", written),
        escaped(&says),
        source("on Jira Server and Data Center", &wiki::write(doc, MAX, "")),
        source("on Jira Cloud, a block a line", &adf),
    )
}

fn source(caption: &str, text: &str) -> String {
    format!("<figure><figcaption>{caption}</figcaption><pre>{}</pre></figure>", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
