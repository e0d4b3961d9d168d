//! What each format has, row by row: every construct of a format, and what it becomes in the others.
//!
//! A row is the construct, what Markdown makes of it and what wiki markup makes of it. What both say is said by HTML and ADF
//! too: the round trips of `props` hold for every tree.
#![allow(clippy::too_many_lines, reason = "tables")]

use super::{Doc, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

/// Compares what a text says in Markdown and in wiki markup.
pub(super) fn check(doc: &Doc, source: &str, in_markdown: &str, in_wiki: &str) {
    assert_eq!(markdown::write(doc, NO_LIMIT, ""), in_markdown, "Markdown of {source}");
    assert_eq!(wiki::write(doc, NO_LIMIT, ""), in_wiki, "wiki markup of {source}");
    for (format, again) in
        [("html", html::read(&html::write(doc, NO_LIMIT, ""))), ("adf", adf::read(&adf::write(doc, NO_LIMIT, "")))]
    {
        let said = again.plain_text();
        for word in doc.plain_text().split(|c: char| !c.is_alphanumeric()) {
            assert!(said.contains(word), "{format} of {source}: {word} is not in {said:?}");
        }
    }
}

fn wiki_rows(rows: &[(&str, &str, &str)]) {
    for (source, in_markdown, in_wiki) in rows {
        check(&wiki::read(source), source, in_markdown, in_wiki);
    }
}

fn markdown_rows(rows: &[(&str, &str, &str)]) {
    for (source, in_markdown, in_wiki) in rows {
        check(&markdown::read(source), source, in_markdown, in_wiki);
    }
}

fn html_rows(rows: &[(&str, &str, &str)]) {
    for (source, in_markdown, in_wiki) in rows {
        check(&html::read(source), source, in_markdown, in_wiki);
    }
}

/// Source: Jira's text formatting help, section by section.
#[test]
fn the_whole_wiki_renderer_syntax() {
    wiki_rows(&[
        ("h1. a *b*", "# a **b**", "h1. a {*}b{*}"),
        ("h6. a", "###### a", "h6. a"),
        (
            "*strong* _em_ ??cite?? -del- +ins+ ^sup^ ~sub~ {{mono}}",
            "**strong** *em cite* ~~del~~ ins sup sub `mono`",
            "{*}strong{*} {_}em cite{_} {-}del{-} {+}ins{+} {^}sup{^} {~}sub{~} {{mono}}",
        ),
        ("中{*}粗{*}文{-}删{-}", "中**粗**文~~删~~", "中{*}粗{*}文{-}删{-}"),
        (
            "{color:red}r{color} {color:#0747A6}b{color} {color:DarkGreen}g{color}",
            "r b g",
            "{color:#ff0000}r{color} {color:#0747a6}b{color} {color:#006400}g{color}",
        ),
        ("a\\\\b", "a  \nb", "a\nb"),
        ("a\nb", "a  \nb", "a\nb"),
        ("a\n\nb", "a\n\nb", "a\n\nb"),
        ("a -- b --- c", "a – b — c", "a – b — c"),
        ("----", "***", "----"),
        ("bq. said *so*\nnext", "> said **so**\n\nnext", "{quote}\nsaid {*}so{*}\n{quote}\n\nnext"),
        ("{quote}\na\n\n* b\n{quote}", "> a\n>\n> - b", "{quote}\na\n\n* b\n{quote}"),
        ("{noformat}a *b* {x}{noformat}", "```\na *b* {x}\n```", "{noformat}\na *b* {x}\n{noformat}"),
        (
            "{noformat:title=log.txt}a{noformat}",
            "**log.txt**\n\n```\na\n```",
            "{*}log.txt{*}\n\n{noformat}\na\n{noformat}",
        ),
        (
            "{code:title=Bar.java|borderStyle=solid}\nx\n{code}",
            "**Bar.java**\n\n```\nx\n```",
            "{*}Bar.java{*}\n\n{noformat}\nx\n{noformat}",
        ),
        (
            "{code:java|title=Bar.java}\nx\n{code}",
            "**Bar.java**\n\n```java\nx\n```",
            "{*}Bar.java{*}\n\n{code:java}\nx\n{code}",
        ),
        (
            "{code:none}x{code} {code}y{code}",
            "```\nx\n```\n\n```\ny\n```",
            "{noformat}\nx\n{noformat}\n\n{noformat}\ny\n{noformat}",
        ),
        ("{panel}a{panel}", "> a", "{panel}\na\n{panel}"),
        (
            "{panel:title=T|bgColor=#fffae6}a *b*{panel}",
            "> **T**\n>\n> a **b**",
            "{panel:title=T|bgColor=#fffae6}\na {*}b{*}\n{panel}",
        ),
        ("{info:title=T}a{info}", "> **T**\n>\n> a", "{panel:title=T|bgColor=#deebff}\na\n{panel}"),
        ("{note}a{note}", "> **Note:**\n>\n> a", "{panel:bgColor=#eae6ff}\na\n{panel}"),
        ("{tip}a{tip}", "> **Tip:**\n>\n> a", "{panel:bgColor=#e6fcff}\na\n{panel}"),
        ("{warning}a{warning}", "> **Warning:**\n>\n> a", "{panel:bgColor=#fffae6}\na\n{panel}"),
        ("{expand:title=T}a{expand}", "**T**\n\na", "{*}T{*}\n\na"),
        ("{section}{column}a{column}{column}b{column}{section}", "a\n\nb", "a\n\nb"),
        ("* a\n** b\n*** c\n* d", "- a\n  - b\n    - c\n- d", "* a\n** b\n*** c\n* d"),
        ("# a\n## b\n# c", "1. a\n   1. b\n2. c", "# a\n## b\n# c"),
        ("# a\n#* b\n#** c\n# d", "1. a\n   - b\n     - c\n2. d", "# a\n#* b\n#** c\n# d"),
        ("* a\n*# b\n* c", "- a\n  1. b\n- c", "* a\n*# b\n* c"),
        ("- a\n-- b\n- c", "- a\n  - b\n- c", "* a\n** b\n* c"),
        ("* a\nmore\n* b", "- a  \n  more\n- b", "* a\nmore\n* b"),
        ("* a {code:java}x{code}\n* b", "- a\n\n  ```java\n  x\n  ```\n- b", "* a\n{code:java}\nx\n{code}\n* b"),
        ("* (/) a\n* (x) b", "- ✅ a\n- ❌ b", "* ✅ a\n* ❌ b"),
        ("||h||i||\n|a|b|", "| h | i |\n| --- | --- |\n| a | b |", "|| h || i ||\n| a | b |"),
        ("||h|a|\n||i|b|", "|  |  |\n| --- | --- |\n| **h** | a |\n| **i** | b |", "|| h | a |\n|| i | b |"),
        ("|a\\\\b|c|", "|  |  |\n| --- | --- |\n| a<br>b | c |", "| a\\\\b | c |"),
        ("|* x\n* y|z|", "|  |  |\n| --- | --- |\n| \\- x<br>\\- y | z |", "| \\- x\\\\ \\- y | z |"),
        (
            "|a{code}x|y{code}|[t|https://e.com]|",
            "|  |  |\n| --- | --- |\n| a<br>`x\\|y` | [t](https://e.com) |",
            "| a\\\\ {{x\\|y}} | [t|https://e.com] |",
        ),
        (
            "|!https://e.com/a.png!|\\||",
            "|  |  |\n| --- | --- |\n| ![](https://e.com/a.png) | \\| |",
            "| !https://e.com/a.png! | \\| |",
        ),
        ("[https://e.com/a]", "<https://e.com/a>", "[https://e.com/a]"),
        ("[t|https://e.com|tip]", "[t](https://e.com)", "[t|https://e.com]"),
        ("[*t*|https://e.com]", "[**t**](https://e.com)", "[{*}t{*}|https://e.com]"),
        (
            "https://e.com/a_b_c, www.e.com/x jo@e.com",
            "<https://e.com/a_b_c>, [www.e.com/x](http://www.e.com/x) [jo@e.com](mailto:jo@e.com)",
            "[https://e.com/a_b_c], [www.e.com/x|http://www.e.com/x] [jo@e.com|mailto:jo@e.com]",
        ),
        ("[mailto:a@e.com] [t|mailto:a@e.com]", "[a@e.com t](mailto:a@e.com)", "[a@e.com t|mailto:a@e.com]"),
        ("[t|ftp://e.com/a]", "[t](ftp://e.com/a)", "[t|ftp://e.com/a]"),
        ("[#top] [t|#top]", "top t", "top t"),
        ("[OPS-12] [t|OPS-12]", "[OPS-12 t](/browse/OPS-12)", "[OPS-12 t|/browse/OPS-12]"),
        ("[t|/secure/Dashboard.jspa]", "[t](/secure/Dashboard.jspa)", "[t|/secure/Dashboard.jspa]"),
        ("[\\\\server\\share]", "\\\\\\\\server\\\\share", "&#92;\\server\\share"),
        ("[https://e.com/a|https://e.com/a|smart-link]", "<https://e.com/a>", "[https://e.com/a]"),
        ("[t|https://e.com/a|smart-card]", "[t](https://e.com/a)", "[t|https://e.com/a]"),
        ("[~jo] [~accountid:5b10:a-b]", "@jo @5b10:a-b", "@jo @5b10:a-b"),
        ("[^a b.txt] [t|^a.txt]", "\\[a b.txt\\] \\[t\\]", "\\[a b.txt\\] \\[t\\]"),
        ("[INFO] [a b]", "\\[INFO\\] \\[a b\\]", "\\[INFO\\] \\[a b\\]"),
        ("!https://e.com/a.png!", "![](https://e.com/a.png)", "!https://e.com/a.png!"),
        ("!https://e.com/a.png|width=300,alt=\"A b\"!", "![A b](https://e.com/a.png)", "!https://e.com/a.png|alt=A b!"),
        ("!a b.png|thumbnail!", "\\[a b.png\\]", "\\[a b.png\\]"),
        ("!film.mov|width=300!", "\\[film.mov\\]", "\\[film.mov\\]"),
        ("wow! and! more", "wow! and! more", "wow! and! more"),
        (
            ":) :( :P :D ;) (y) (n) (i) (/) (x) (!)",
            "🙂 🙁 😛 😃 😉 👍 👎 ℹ️ ✅ ❌ ⚠️",
            "🙂 🙁 😛 😃 😉 👍 👎 ℹ️ ✅ ❌ ⚠️",
        ),
        (
            "(+) (-) (?) (on) (off) (*) (*r) (flag) (flagoff)",
            "➕ ➖ ❓ 💡 🌑 ⭐ ⭐ 🚩 🏳️",
            "➕ ➖ ❓ 💡 🌑 ⭐ ⭐ 🚩 🏳️",
        ),
        (
            "\\*a\\* \\{x\\} \\[y\\] \\!z\\! \\(x) \\- \\_",
            "\\*a\\* {x} \\[y\\] !z! (x) - \\_",
            "\\*a\\* \\{x\\} \\[y\\] \\!z! \\(x) - _",
        ),
        ("&lt;b&gt; &copy; &#169; &nbsp;", "\\<b> © ©", "<b> © ©"),
        ("{anchor:a}x {toc}", "x", "x"),
        (
            "{adf:display=block}\n{\"type\":\"panel\",\"attrs\":{\"panelType\":\"tip\"},\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}]}\n{adf}",
            "> **Tip:**\n>\n> hi",
            "{panel:bgColor=#e6fcff}\nhi\n{panel}",
        ),
        ("{html}<b>x</b>{html}", "```\n<b>x</b>\n```", "{noformat}\n<b>x</b>\n{noformat}"),
        ("{chart:type=pie}\n||a||\n|1|\n{chart}", "| a |\n| --- |\n| 1 |", "|| a ||\n| 1 |"),
        ("{cloak}\na *b*\n{cloak}", "a **b**", "a {*}b{*}"),
        (
            "{jira:OPS-1} {\"a\":1} /users/{id}/posts/{id}",
            "{jira:OPS-1} {\"a\":1} /users/{id}/posts/{id}",
            "\\{jira:OPS-1\\} \\{\"a\":1\\} /users/\\{id\\}/posts/\\{id\\}",
        ),
    ]);
}

/// Source: `CommonMark` 0.31.2 and GFM 0.29, chapter by chapter.
#[test]
fn commonmark_and_gfm() {
    markdown_rows(&[
        ("a\nb  \nc\\\nd", "a  \nb  \nc  \nd", "a\nb\nc\nd"),
        ("# a #\n\nb\n===\n\nc\n---", "# a\n\n# b\n\n## c", "h1. a\n\nh1. b\n\nh2. c"),
        ("***", "***", "----"),
        ("- a\n  - b\n\n    more\n- c", "- a\n  - b\n\n    more\n- c", "* a\n** b\nmore\n* c"),
        ("3. a\n4. b", "3. a\n4. b", "# a\n# b"),
        ("* a\n+ b", "- a\n- b", "* a\n* b"),
        ("- [ ] a\n- [x] b\n  - [X] c", "- [ ] a\n- [x] b\n  - [x] c", "* ☐ a\n* ☑ b\n** ☑ c"),
        ("> a\n> > b", "> a\n>\n> > b", "{quote}\na\n\nb\n{quote}"),
        ("    code\n", "```\ncode\n```", "{noformat}\ncode\n{noformat}"),
        ("~~~py title\nx\n~~~", "```py\nx\n```", "{code:python}\nx\n{code}"),
        ("```\nx\n```", "```\nx\n```", "{noformat}\nx\n{noformat}"),
        (
            "**b** __b__ *i* _i_ ***bi*** ~~s~~ ~s~",
            "**b b** *i i **bi*** ~~s s~~",
            "{*}b b{*} {_}i i {*}bi{*}{_} {-}s s{-}",
        ),
        ("`` a`b ``", "``a`b``", "{{a`b}}"),
        ("[t](https://e.com \"T\") [r]\n\n[r]: https://e.com", "[t r](https://e.com)", "[t r|https://e.com]"),
        (
            "<https://e.com> <a@e.com> https://e.com/a. www.e.com jo@e.com",
            "<https://e.com> [a@e.com](mailto:a@e.com) <https://e.com/a>. [www.e.com](http://www.e.com) [jo@e.com](mailto:jo@e.com)",
            "[https://e.com] [a@e.com|mailto:a@e.com] [https://e.com/a]. [www.e.com|http://www.e.com] [jo@e.com|mailto:jo@e.com]",
        ),
        ("![a *b*](https://e.com/a.png \"T\")", "![a b](https://e.com/a.png)", "!https://e.com/a.png|alt=a b!"),
        ("[![i](https://e.com/i.png)](https://e.com)", "[i](https://e.com)", "[i|https://e.com]"),
        ("a[^1]\n\n[^1]: note", "a\\[1\\]\n\n\\[1\\] note", "a\\[1\\]\n\n\\[1\\] note"),
        (
            "| a | b |\n|:-:|--:|\n| `x` | 1<br>2 |\n| \\| |",
            "| a | b |\n| --- | --- |\n| `x` | 1<br>2 |\n| \\| |  |",
            "|| a || b ||\n| {{x}} | 1\\\\2 |\n| \\| |  |",
        ),
        ("\\*a\\* &copy; &#35;", "\\*a\\* © #", "\\*a\\* © #"),
        (
            "<u>u</u> <kbd>k</kbd> H<sub>2</sub>O<sup>+</sup> <span style=\"color:red\">r</span> <mark>m</mark>",
            "u `k` H₂O⁺ r m",
            "{+}u{+} {{k}} H{~}2{~}O{^}\\+{^} {color:#ff0000}r{color} m",
        ),
        ("<details><summary>T</summary>\n\nx\n\n</details>", "**T**\n\nx", "{*}T{*}\n\nx"),
        ("<b>a</b>b<hr>c <T> <!-- n -->", "**a**b  \nc \\<T>", "{*}a{*}b\nc <T>"),
        ("> [!WARNING]\n> x", "> **Warning:**\n>\n> x", "{panel:bgColor=#fffae6}\nx\n{panel}"),
        ("> [!NOTE] T\n> x", "> **T**\n>\n> x", "{panel:title=T|bgColor=#deebff}\nx\n{panel}"),
        (
            "> 等级：critical  \n> 主机：web-1  \n\n内容  \n第二行",
            "> 等级：critical  \n> 主机：web-1\n\n内容  \n第二行",
            "{quote}\n等级：critical\n主机：web-1\n{quote}\n\n内容\n第二行",
        ),
        ("{{ df_name }} `{{x}}`", "{{ df_name }} `{{x}}`", "\\{\\{ df_name \\}\\} {{\\{\\{x\\}\\}}}"),
        ("**中文**，**「x」**的", "**中文**，**「x」\u{200b}**的", "{*}中文{*}，{*}「x」{*}的"),
        ("[t](#top) [t](/a) [x](javascript:a)", "t [t](/a) x", "t [t|/a] x"),
        ("[^no] [ ] no", "\\[\\^no\\] \\[ \\] no", "\\[^no\\] \\[ \\] no"),
    ]);
}

/// Source: the descriptions in Guance's published examples, and what its editor lets people do.
#[test]
fn the_html_of_guances_editor() {
    html_rows(&[
        ("<p>a&nbsp;b</p><p><br></p><div>c<br>d</div>", "a b\n\nc  \nd", "a b\n\nc\nd"),
        ("<h2>T</h2><hr>", "## T\n\n***", "h2. T\n\n----"),
        (
            "<b>a</b><i>b</i><u>c</u><s>d</s><code>e</code><sub>f</sub><sup>g</sup>",
            "**a**\u{200b}*b*c~~d~~`e`fg",
            "{*}a{*}{_}b{_}{+}c{+}{-}d{-}{{e}}{~}f{~}{^}g{^}",
        ),
        (
            "<span style=\"font-weight:bold;color:#f00\">a</span> <font color=\"red\">b</font>",
            "**a** b",
            "{color:#ff0000}{*}a{*} b{color}",
        ),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c", "* a\n*# b\n* c"),
        ("<ol start=\"3\"><li>a</li><ol><li>b</li></ol></ol>", "3. a\n   1. b", "# a\n## b"),
        (
            "<ul><li><input type=\"checkbox\" checked>a</li></ul><div><input type=\"checkbox\">b</div>",
            "- [x] a\n\n☐ b",
            "* ☑ a\n\n☐ b",
        ),
        ("<blockquote>q</blockquote>", "> q", "{quote}\nq\n{quote}"),
        (
            "<pre class=\"ql-syntax\">a\n  b</pre><pre><code class=\"language-sql\">x</code></pre>",
            "```\na\n  b\n```\n\n```sql\nx\n```",
            "{noformat}\na\n  b\n{noformat}\n\n{code:sql}\nx\n{code}",
        ),
        (
            "<table><thead><tr><th>h</th><th>i</th></tr></thead><tbody><tr><td rowspan=\"2\">a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "| h | i |\n| --- | --- |\n| a | b |\n|  | c |",
            "|| h || i ||\n| a | b |\n|  | c |",
        ),
        (
            "<a href=\"https://e.com\"><b>t</b></a> <a href=\"https://e.com\"></a>",
            "[**t** https://e.com](https://e.com)",
            "[{*}t{*} https://e.com|https://e.com]",
        ),
        (
            "<img src=\"https://e.com/a.png\" alt=\"A\"> <a href=\"https://e.com\"><img src=\"https://e.com/a.png\" alt=\"B\"></a>",
            "![A](https://e.com/a.png) [B](https://e.com)",
            "!https://e.com/a.png|alt=A! [B|https://e.com]",
        ),
        (
            "<video src=\"https://e.com/v.mp4\"></video><iframe src=\"https://e.com\" title=\"T\"></iframe>x",
            "<https://e.com/v.mp4>\n\n[T](https://e.com)\n\nx",
            "[https://e.com/v.mp4]\n\n[T|https://e.com]\n\nx",
        ),
        ("<details><summary>T</summary>x</details>", "**T**\n\nx", "{*}T{*}\n\nx"),
        ("<script>a</script><style>b</style>x<!-- c -->", "x", "x"),
        (
            "<span data-at-embedded=\"\" data-insert-by=\"@\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:&quot;acnt_1&quot;,&quot;name&quot;:&quot;Jo&quot;}}\" contenteditable=\"false\">&nbsp;<span class=\"key-word\">@Jo</span>&nbsp;</span>看",
            "@Jo 看",
            "@Jo 看",
        ),
        (
            "<span class=\"mention-highlight\" data-mention=\"true\" data-uuid=\"acnt_1\" data-name=\"Jo\"></span> x",
            "@Jo x",
            "@Jo x",
        ),
        (
            "<span data-insert-by=\"#\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:&quot;chan_1&quot;,&quot;name&quot;:&quot;ops&quot;}}\"></span>x",
            "\\#ops x",
            "\\#ops x",
        ),
        ("<span data-insert-by=\"{{\">&nbsp;<span>{{host}}</span>&nbsp;</span>x", "{{host}} x", "\\{\\{host\\}\\} x"),
        ("&lt;b&gt; &quot;q&quot; &amp;amp;", "\\<b> \"q\" \\&amp;", "<b> \"q\" &amp;amp;"),
    ]);
}
