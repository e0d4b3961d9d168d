#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use crate::text::{Doc, markdown, wiki};

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
