//! Faults that real texts showed, kind by kind; and all rows of the published collection, where it lies beside this program.
//!
//! A row: where a text comes from, the text, and what must hold for what it becomes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::path::Path;

use serde_json::{Value, json};

use super::wiki::dc;
use super::{Doc, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

fn read(from: &str, text: &Value) -> Doc {
    let written = text.as_str().unwrap_or_default();
    match from {
        "adf" => adf::read(text),
        "html" => html::read(written),
        "markdown" => markdown::read(written),
        "wiki" => wiki::read(written),
        other => panic!("no such format: {other}"),
    }
}

fn written(doc: &Doc, output: &str) -> String {
    match output {
        "adf" => adf::write(doc, NO_LIMIT, "").to_string(),
        "html" => html::write(doc, NO_LIMIT, ""),
        "markdown" => markdown::write(doc, NO_LIMIT, "").trim_end().to_owned(),
        "wiki" | "dc" => wiki::write(doc, NO_LIMIT, ""),
        "plain" => doc.plain_text(),
        other => panic!("no such output: {other}"),
    }
}

fn found(pattern: &str, text: &str) -> bool {
    let pattern = jsonschema::validator_for(&json!({"pattern": format!("(?m){pattern}")})).unwrap();
    pattern.is_valid(&json!(text))
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what does not hold.
fn faults(output: &str, text: &str, rule: &str, want: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{output} {rule} {what}: {text:?}"));
        }
    };
    let shown = if output == "dc" { dc::render(text) } else { Vec::new() };
    match rule {
        "equals" => must(text == want.as_str().unwrap(), &want.to_string()),
        "has" => strings(want).into_iter().for_each(|part| must(text.contains(part), part)),
        "lacks" => strings(want).into_iter().for_each(|part| must(!text.contains(part), part)),
        "re" => strings(want).into_iter().for_each(|part| must(found(part, text), part)),
        "not_re" => strings(want).into_iter().for_each(|part| must(!found(part, text), part)),
        "count" => {
            for (part, count) in want.as_object().unwrap() {
                must(Some(text.matches(part.as_str()).count() as u64) == count.as_u64(), part);
            }
        }
        "shows" => {
            let all: Vec<&str> = shown.iter().map(|block| block.text.as_str()).collect();
            must(folded(&all.join(" ")) == want.as_str().unwrap(), &want.to_string());
        }
        "marks" => {
            for pair in want.as_array().unwrap() {
                let pair = (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned());
                must(shown.iter().any(|block| block.marks.contains(&pair)), &pair.1);
            }
        }
        "blocks" => {
            let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
            let all: Vec<Value> = shown.iter().map(|block| json!([block.kind, lines(&block.text)])).collect();
            must(Value::Array(all) == *want, &want.to_string());
        }
        other => panic!("no such rule: {other}"),
    }
    faults
}

fn check_all(rows: &[Value]) {
    let mut all = Vec::new();
    for row in rows {
        let doc = read(row["from"].as_str().unwrap(), &row["text"]);
        for (output, rules) in row["expect"].as_object().unwrap() {
            let text = written(&doc, output);
            for (rule, want) in rules.as_object().unwrap() {
                all.extend(faults(output, &text, rule, want).into_iter().map(|fault| format!("{} {fault}", row["id"])));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_published_rows_hold() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/field-cases/text.json");
    let Ok(rows) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no published rows at {}", path.display());
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
    assert!(rows.len() > 30);
    check_all(&rows);
}

/// Compares what a text says without markup.
fn plain(from: &str, text: &str, want: &str) {
    assert_eq!(read(from, &json!(text)).plain_text(), want, "{text:?}");
}

fn as_markdown(from: &str, text: &str, want: &str) {
    assert_eq!(written(&read(from, &json!(text)), "markdown"), want, "{text:?}");
}

fn as_html(from: &str, text: &str, want: &str) {
    assert_eq!(written(&read(from, &json!(text)), "html"), want, "{text:?}");
}

#[test]
fn names_in_double_braces_are_no_macros() {
    as_html("wiki", "{{quote}} a {{quote}}", "<p><code>quote</code> a <code>quote</code></p>");
    as_html(
        "wiki",
        "{{noformat}}, {{panel}} and {{noformat}}",
        "<p><code>noformat</code>, <code>panel</code> and <code>noformat</code></p>",
    );
    plain("wiki", "|{{tip}}|a|\n|{{tip}}|b|", "tip | a\ntip | b");
    plain("wiki", "{{ns:attr=\"1\"}} and {{ns}}", "ns:attr=\"1\" and ns");
    plain("wiki", "* {{code}}\n* {{code}}", "- code\n- code");
    plain("wiki", "{code}\nuse {{code}} here\n{code}\nafter", "use {{code}} here\n\nafter");
    plain("wiki", "{{{code}x{code}", "{{\n\nx");
}

#[test]
fn headings_and_quotes_need_no_blank() {
    as_markdown("wiki", "h1.Title\nbody\nh6.End", "# Title\n\nbody\n\n###### End");
    as_markdown("wiki", "bq.said\nbq.\nbq.  more", "> said\n\n> more");
    as_markdown("wiki", "* a\nh2.b\n|x|\nbq.c", "- a\n\n## b\n\n|  |\n| --- |\n| x |\n\n> c");
    as_html("wiki", "* h3.a\n* bq.b", "<ul><li><h3>a</h3></li><li><blockquote><p>b</p></blockquote></li></ul>");
    as_html(
        "wiki",
        "|h3. a|bq.b|",
        "<table><tbody><tr><td><h3>a</h3></td><td><blockquote><p>b</p></blockquote></td></tr></tbody></table>",
    );
    plain("wiki", "h0.a h2.b\nH3.c\nh4 d\nbq e", "h0.a h2.b\nH3.c\nh4 d\nbq e");
}

#[test]
fn paths_keep_their_backslashes() {
    plain("wiki", "see \\\\host\\share\\x and \\\\h\\y", "see \\\\host\\share\\x and \\\\h\\y");
    plain("wiki", "a\\\\b \\\\ c\\\\", "a\nb\nc");
    plain("wiki", "{{\\\\host\\share}} {{a\\\\b}}", "\\\\host\\share a\\\\b");
    plain("wiki", "|\\\\h\\s|a\\\\b|", "\\\\h\\s | a b");
    plain("wiki", "\\\\\\three C:\\%T% \\&", "\\\\\\three C:%T% \\&");
}

#[test]
fn white_space_that_counts_stays() {
    let pre = "<div style='white-space:pre-wrap'>";
    plain("html", &format!("{pre}a:\n  b: 1\n\n  c</div>"), "a:\n  b: 1\n\nc");
    plain("html", &format!("{pre}<div>a</div><div>  b</div></div><div>c</div>"), "a\n  b\n\nc");
    plain(
        "html",
        &format!("{pre}<p>a\nb</p>c <span style='white-space:normal'>d\n e</span></div>f\ng"),
        "a\nb\n\nc d e\n\nf g",
    );
    plain("html", "<span style=\"white-space:pre-line\">a\n   b</span>\n c", "a\nb c");
    plain("html", "<p style=\"white-space-collapse: preserve\">a\n  b", "a\n  b");
    as_markdown(
        "html",
        "<div style=\"font-family: Menlo, monospace; white-space: pre;\"><div>if x:</div><br><div>&nbsp;   <b>y</b></div><div>z</div></div>t",
        "```\nif x:\n\n    y\nz\n```\n\nt",
    );
    as_markdown("html", "<pre>a<div>b</div>c</pre>", "```\na\nb\nc\n```");
}

#[test]
fn a_style_takes_a_mark_off_again() {
    as_markdown("html", "<b style=\"font-weight: 400\">a</b> <i style=\"font-style:normal\">b</i>", "a b");
    as_markdown(
        "html",
        "<strong>a <b style=\"font-weight:normal\">b <span style=\"font-weight:600\">c</span></b></strong>",
        "**a** b **c**",
    );
    as_markdown("html", "<em>a <span style=\"font-style: normal !important\">b</span> c</em>", "*a* b *c*");
    as_markdown(
        "html",
        "<s style=\"text-decoration:none\">a</s> <s><span style=\"text-decoration:none\">b</span></s>",
        "a ~~b~~",
    );
    as_markdown("markdown", "<b style=\"font-weight:normal\">a</b> <b>b</b>", "a **b**");
}

#[test]
fn raised_numbers_stay_other_numbers() {
    as_markdown(
        "html",
        "2<sup>32</sup> log<sub>2</sub>8 10<sup>-3</sup> 2<sup>1.5</sup> 5<sup>th</sup>",
        "2³² log₂8 10⁻³ 2^(1.5) 5th",
    );
    plain("html", "1<span style=\"vertical-align: super\">9</span>", "1⁹");
    plain("wiki", "10^6^ 10{^}7{^}", "10^6^ 10⁷");
    plain("markdown", "3<sup>4</sup>", "3⁴");
    as_html("markdown", "3<sup>4</sup>", "<p>3<sup>4</sup></p>");
}

#[test]
fn people_may_have_blanks_in_their_names() {
    plain("wiki", "[~Li Si] and [~a.b] [ask her|~wang wu]", "@Li Si and @a.b @ask her");
    plain("wiki", "[~]\n[~ x]", "[~]\n[~ x]");
}

#[test]
fn a_link_ends_at_its_bracket() {
    as_html(
        "wiki",
        "[a|https://e.com/x y(b, c)]",
        "<p><a href=\"https://e.com/x%20y(b,%20c)\" target=\"_blank\">a</a></p>",
    );
    plain("wiki", "[https://e.com/a b] [x\\]y|https://e.com] [a [b|https://e.com]", "https://e.com/a b x]y [a b");
    plain("wiki", "[see https://e.com/x] [// no] [data: 5 rows]", "[see https://e.com/x] [// no] [data: 5 rows]");
}

#[test]
fn an_address_leads_where_it_led() {
    let check = |text: &str, want: &str| {
        let page = written(&wiki::read(text), "html");
        assert!(page.contains(&format!("href=\"{want}\"")), "{page}");
    };
    check("http://e.com/x-* ,", "http://e.com/x-*");
    check("(http://e.com/a_).", "http://e.com/a_");
    check("http://e.com/a[0]=~ b", "http://e.com/a[0]=~");
    check("*http://e.com/b*", "http://e.com/b");
    check("[see http://e.com/c]", "http://e.com/c");
    check("http://e.com/路径。", "http://e.com/路径");
    check("(http://e.com/a_(b))", "http://e.com/a_(b)");
}

#[test]
fn a_bar_stays_a_bar() {
    let table = "<table><tr><th>a</th></tr><tr><td><code>grep 'x\\|y' | wc</code></td></tr></table>";
    as_markdown("html", table, "| a |\n| --- |\n| grep 'x\\\\\\|y' \\| wc |");
    let doc = html::read(table);
    assert_eq!(written(&doc, "wiki"), "|| a ||\n| {{grep 'x&#92;\\|y' \\| wc}} |");
    assert_eq!(wiki::read(&written(&doc, "wiki")), doc);
    assert_eq!(markdown::read(&written(&doc, "markdown")).plain_text(), doc.plain_text());
    let panel = markdown::read("> [!NOTE] a | {b} [c]\n> x");
    assert_eq!(written(&panel, "wiki"), "{panel:bgColor=#deebff}\n{*}a | \\{b\\} \\[c\\]{*}\n\nx\n{panel}");
}

#[test]
fn a_panel_says_only_what_was_written() {
    as_markdown("wiki", "{panel}\nx\n{panel}", "> x");
    as_markdown("wiki", "{panel:title=T|bgColor=#ffffce}x{panel}", "> **T**\n>\n> x");
    as_markdown("wiki", "{info}x{info}", "> **Info:**\n>\n> x");
    let custom = |attrs: Value| json!({"type": "panel", "attrs": attrs, "content": [{"type": "rule"}]});
    let doc = adf::read(&custom(json!({"panelType": "custom", "panelIcon": ":warning:"})));
    assert_eq!(written(&doc, "markdown"), "> ⚠️\n>\n> ***");
    assert_eq!(written(&adf::read(&custom(json!({"panelType": "custom"}))), "markdown"), "> ***");
}

#[test]
fn tags_that_nobody_closed_are_not_seen() {
    as_markdown("wiki", "a\n{noformat}\n  b\n\n  c", "a\n\n```\n  b\n\n  c\n```");
    as_markdown("wiki", "{code:title=x.sh|bash}ls\n* no list", "**x.sh**\n\n```bash\nls\n* no list\n```");
    plain("wiki", "{code}a{code} b {code}", "a\n\nb");
    plain("wiki", "{panel:title=T}\nx\n\n* y", "T\n\nx\n\n- y");
    plain("wiki", "{quote}\na\n{quote}\nb\n{quote}\nc", "a\n\nb\n\nc");
    plain("wiki", "{info}\nwords", "words");
    plain("wiki", "|a {code}b|c|\n|d|e|", "a b | c\nd | e");
    plain("wiki", "* a {quote}b\n* c", "- a\n  b\n- c");
    plain("wiki", "/v1/{section}/{info} and {html}", "/v1/{section}/{info} and {html}");
}

#[test]
fn a_picture_costs_no_more_than_its_word() {
    for (from, text) in [
        ("html", format!("<p>a</p><img src=\"data:image/png;base64,{}\"/><p>z</p>", "A".repeat(300_000))),
        (
            "html",
            format!(
                "<p>a</p>{}<p>z</p>",
                format!("<img src=\" DATA:image/png;base64,{}\">", "A".repeat(900)).repeat(300)
            ),
        ),
        ("markdown", format!("a\n\n![](data:image/png;base64,{})\n\nz", "A".repeat(300_000))),
        ("markdown", format!("a\n\n{}z", format!("![](data:image/png;base64,{})\n\n", "A".repeat(900)).repeat(300))),
        ("wiki", format!("a\n!data:image/png;base64,{}!\nz", "A".repeat(120_000))),
        ("wiki", format!("a\n!data:image/png;base64,{}!\nz", "A".repeat(300_000))),
    ] {
        let doc = read(from, &json!(text));
        let plain = doc.plain_text();
        assert!(
            plain.starts_with("a\n") && plain.ends_with("\nz") && plain.contains("[image]"),
            "{from}: {plain:.200}"
        );
        assert!(!doc.canonical().to_lowercase().contains("data:") && doc.canonical().len() < 50_000, "{from}");
    }
    let media = json!({"type": "media", "attrs": {"type": "external", "url": format!("data:image/png;base64,{}", "A".repeat(300_000))}});
    let words = json!({"type": "paragraph", "content": [{"type": "text", "text": "z"}]});
    let doc = adf::read(&json!({"type": "doc", "content": [{"type": "mediaSingle", "content": [media]}, words]}));
    assert_eq!(doc.plain_text(), "[image]\n\nz");
    let long = format!("<a href=\"https://e.com/{}\">a</a><p>z</p>", "x".repeat(200_000));
    assert_eq!(html::read(&long).plain_text(), "a\n\nz");
}
