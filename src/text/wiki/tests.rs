#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::dc;
use crate::text::{Doc, html, markdown, wiki};

/// Reads wiki markup and compares it, written as Markdown.
fn check(input: &str, want: &str) {
    assert_eq!(markdown::write(&wiki::read(input), 100_000, "").trim_end(), want, "{input}");
}

#[test]
fn jiras_markup_reads_as_jira_shows_it() {
    check("a *b* _c_ -d- {{e}} 2026-11-22", "a **b** *c* ~~d~~ `e` 2026-11-22");
    check("段落{*}粗体{*}和", "段落**粗体**和");
    check("h2. T\nx\ny", "## T\n\nx  \ny");
    check("* a\n** b\n*# c\n* d", "- a\n  - b\n\n  1. c\n- d");
    check("[INFO] x [t|https://e.com|tip] [https://e.com/a]", "\\[INFO\\] x [t](https://e.com) <https://e.com/a>");
    check("{code:title=A.java|java}\nx *y*\n{code}", "**A.java**\n\n```java\nx *y*\n```");
    check("||h||i||\n|a|b\\|c|\n", "| h | i |\n| --- | --- |\n| a | b\\|c |");
    check("{quote}a\nb{quote} bq", "> a  \n> b\n\nbq");
    check("{color:red}r{color} {unknown} \\{x} a\\\\b", "r {unknown} {x} a  \nb");
    check("!img.png|thumbnail! [^f.txt] [~jo] wow!", "\\[img.png\\] \\[f.txt\\] @jo wow!");
}

#[test]
fn nothing_that_a_writer_writes_is_markup_by_accident() {
    for text in [
        "*a* _b_ -c- +d+ ^e^ ~f~ ??g?? {h} [i] !j.png! (x) :) ;) (/)",
        "h1. x",
        "bq. x",
        "- x",
        "# x",
        "* x",
        "|x|",
        "----",
        "a -- b",
        "\\\\server\\share",
        "a\\*b",
        "&lt; &amp;",
        "a\\",
        "{code}x{code}",
        "{{x}}",
        "[t|https://e.com]x",
        "@me [~me]",
        "中*粗*文",
        "a  b",
        "C:\\Users\\_x_",
    ] {
        let doc = Doc { blocks: vec![crate::text::Block::paragraph(text)] }.normalized();
        let written = wiki::write(&doc, 100_000, "");
        assert_eq!(wiki::read(&written), wiki::RULES.fit(doc.clone()), "{text:?} as {written:?}");
    }
}

/// Returns the kinds and texts of what Data Center shows.
fn blocks(wiki: &str) -> Vec<(String, String)> {
    dc::render(wiki)
        .into_iter()
        .map(|block| (block.kind, block.text.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn shows(wiki: &str, want: &[(&str, &str)]) {
    let want: Vec<(String, String)> =
        want.iter().map(|(kind, text)| ((*kind).to_owned(), (*text).to_owned())).collect();
    assert_eq!(blocks(wiki), want, "{wiki}");
}

/// The rules themselves, one by one.
#[test]
fn the_rules_of_data_centers_renderer() {
    shows("h2.a\nbq.b\nh7.c", &[("h2", "a"), ("bq", "b"), ("p", "h7.c")]);
    shows("* h3.a\n* bq. b\n* c", &[("h3", "a"), ("bq", "b"), ("item", "c")]);
    shows("|h1. a|b\\|c|", &[("h1", "a"), ("cell", "b|c")]);
    shows("a\\\\b \\\\c\\d", &[("p", "a b \\\\c\\d")]);
    shows("{{code}} {{info}}", &[("p", "code info")]);
    shows("{code}x{code}", &[("pre", "x")]);
    shows("{*}a①{*} {{b}}", &[("p", "{*}a①{*} b")]);
    shows("{{a\u{200b}b}} {{ab}}", &[("p", "{{a\u{200b}b}} ab")]);
    shows("中*a*文 中{*}a{*}文", &[("p", "中*a*文 中a文")]);
    shows("a:) b:Port c:P", &[("p", "a☺ b:Port c☺")]);
    shows("a\\!) [t&#124;u|http://e.com/x y] [no]", &[("p", "a&#33☺ t|u [no]")]);
    shows("&amp;lt; &#92;x", &[("p", "&lt; \\x")]);
}

/// What we write for it, kind by kind: nothing of the signs is seen, and nothing else is written than what was there.
#[test]
fn data_center_shows_what_was_written() {
    let check = |text: &str, want: &[(&str, &str)]| {
        let written = wiki::write(&markdown::read(text), 100_000, "");
        assert!(!written.contains(['\u{200B}', '｜']), "{written}");
        shows(&written, want);
    };
    check("listen on `Host:Dir` and `a::Path`", &[("p", "listen on Host:Dir and a::Path")]);
    check("`\\\\nas01\\x` `^\\\\s+` `a\\` `\\[x\\]`", &[("p", "\\\\nas01\\x ^\\\\s+ a\\ \\[x\\]")]);
    check("**a:(b)** :) ;-) :-( :P :D; (x)", &[("p", "a:(b) :) ;-) :-( :P :D; (x)")]);
    check("**see ② and ¾** *x²y* `m³`", &[("p", "see ② and ¾ x²y m³")]);
    check("**👩\u{200D}👩\u{200D}👧 a** `b\u{200E}c`", &[("p", "👩\u{200D}👩\u{200D}👧 a b\u{200E}c")]);
    check(
        "- h3.db down\n- bq.x\n- \\----\n- |a|",
        &[("item", "h3.db down"), ("item", "bq.x"), ("item", "----"), ("item", "|a|")],
    );
    check("a :P", &[("p", "a :P")]);
    check("h1.x\nbq.y", &[("p", "h1.x bq.y")]);
    check("a\\*b C:\\\\%X% &amp;lt; &copy=1", &[("p", "a*b C:\\%X% &lt; &copy=1")]);
    check("[a|b \\[c\\]](https://e.com/x)", &[("p", "a|b [c]")]);
    check("| x |\n| --- |\n| `a\\|b` c \\| d |\n| h1.y |", &[("cell", "x"), ("cell", "a|b c | d"), ("cell", "h1.y")]);
    let cells = html::read("<table><tr><td>E:\\x<br>F:\\y<br>z</td><td>- a</td></tr></table>");
    shows(&wiki::write(&cells, 100_000, ""), &[("cell", "E:\\x F:\\y z"), ("cell", "- a")]);
}
