#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use super::{looks_like_html, read};
use crate::text::{Doc, html, markdown};

/// Reads HTML and compares it, written as Markdown.
fn check(input: &str, want: &str) {
    assert_eq!(markdown::write(&read(input), 100_000, "").trim_end(), want, "{input}");
}

#[test]
fn the_editors_html_reads_as_its_author_saw_it() {
    check("<p>a <b>b</b></p><p>c</p>", "a **b**\n\nc");
    check("<div>a</div><div>b<br>c</div>", "a\n\nb  \nc");
    check("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c");
    check("<ol start=3><li>a<li>b</ol>", "3. a\n4. b");
    check("<script>alert(1)</script>x<style>p{}</style>", "x");
    check("<a href=\"javascript:alert(1)\" onclick=\"x()\">t</a>", "t");
    check("a &lt;b&gt; &amp;amp; &#20013; &nope;", "a \\<b> \\&amp; 中 \\&nope;");
    check("<pre><code class=\"language-Rust\">a\n  &lt;b\n</code></pre>", "```rust\na\n  <b\n```");
}

#[test]
fn guances_own_example_reads_well() {
    let html = "desc<span data-at-embedded=\"\" data-insert-by=\"@\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:\
                &quot;acnt_x&quot;,&quot;name&quot;:&quot;gtf&quot;}}\" contenteditable=\"false\">&nbsp;<span><span \
                class=\"key-word\">@feifei</span></span>&nbsp;</span><span data-insert-by=\"#\">&nbsp;<span>#gary</span>\
                &nbsp;</span>";
    assert_eq!(read(html).plain_text(), "desc @feifei #gary");
}

#[test]
fn html_is_told_from_markdown() {
    for html in ["<p>x</p>", "a<br>b", "a&nbsp;b", "desc<span data-x=\"\">b</span>", "<img src=\"x\">"] {
        assert!(looks_like_html(html), "{html}");
    }
    for other in
        ["", "a < b and c > d", "use `<br>`", "```\n<p>x</p>\n```", "**a**<br>b", "# a", "1 <2> 3", "<https://e.com>"]
    {
        assert!(!looks_like_html(other), "{other}");
    }
}

#[test]
fn what_is_too_long_is_cut_and_says_so() {
    let doc = Doc::from_plain(&"中文 & <b>\n\n".repeat(500));
    for limit in [160, 300, 1000, 5000] {
        let html = html::write(&doc, limit, "https://e.com/x");
        assert!(html.len() <= limit && html.contains("https://e.com/x"), "{html}");
        assert!(limit < 300 || html.len() > limit / 2, "{limit}: {}", html.len());
    }
    assert_eq!(html::write(&doc, 10, "https://e.com/x"), "");
}
