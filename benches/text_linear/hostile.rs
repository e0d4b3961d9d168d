//! Inputs that have cost some reader somewhere more than their share.
#![allow(
    clippy::type_complexity,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a list of many kinds of input"
)]

use std::fmt::Write as _;

use guajira::text::{Doc, adf, html, markdown, wiki};
use serde_json::{Map, Value, json};

/// What is repeated to make a text.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "a", "中文 ", "a\n", "a\n\n", " ", "\n", "\t", "\\", "\u{1}", "😀", "e\u{301}", "\u{200B}",
    // HTML.
    "<b>", "<div>", "<ul><li>", "<table><tr><td>", "<blockquote>", "</div>", "<a href=\"", "<!--", "<", "<span style=\"color:red\">",
    "&", "&amp;", "&#", "&nbsp;", "<!", "<pre>", "<td>", "<tr>", "<td colspan=99 rowspan=99>", "<script>", "<a <a ", "<a b=\">\" ",
    "<p>a", "<li>a", "<tr><td>a", "<b>a</b> ", "a<br>", "<td>a", "<a b=c b=\"d\" b='e'>", "<span data-insert-by=\"@\">", "<i>a</b>",
    "<details><summary>a", "<img src=x>", "<input type=checkbox>", "<x", "</", "<!--a", "<?", "<h1>a", "&#x41;", "<pre>a</pre>",
    "<script>a</script>", "<td rowspan=100>", "<br/>", "<a href=//e.com>a</a>", "<b><i>a</b>",
    // Markdown.
    "> ", ">", "- ", "* a\n", "*", "**a ", "_a *b ", "`", "[", "[a](", "![", "|a", "~~a", "# a\n", "1. ", "- [ ] ", "[^1]", "[^1]: a\n\n",
    "|a|b|\n|-|-|\n", "* **a** _b_ `c`\n", "[a]: b\n", "[a]: <b\n", "[a]: b '\n", "[a\n", "a**b", "**a *a ", "a*b_c ", "*a_ ", "![[]()",
    "[](", "[a](<b", "<a@b.c>", "<https://a.b>", "`a``b", "***", "*_", "a\n=\n", "|a|\n|-\n", "a|b|c\n|-|\n", "> [!NOTE]\n", "    a\n",
    "```\n", "~~~a\n", "- a\n\n", "1) a\n2. b\n", "-\n", "- - a\n", "> > a\n", "<div>\n\n", "<a>\n", "&copy;", "\\\n", "[^a", "[a][", "]",
    "**x** ", "*x_*", "(((a)", "[a](b\"", "[[a]]: ", "$", "``` `",
    // Wiki markup.
    "|a|\n", "||", "{", "{{", "{{a}} ", "{code}", "{quote}", "{panel:a}", "{noformat} {code} ", "{color:red}", "{*}", "[a|",
    "[a|http://b.c]", "!a", "!a.png!", "*a _b ", "-a- ", "(x)", "** a\n", "*# a\n#* b\n", "|{code}", "|{panel:x}", "|[a", "* {code:x}\n",
    "a{quote}b\n", ")", "{code}\n{quote}\n", "{{a}}{*}b{*} ", "| *a* | _b_ |\n", "{quote}{code}", "{panel}a{quote}", "|!a", "{{\\}}",
    "{color}", "{color:red}a{color}", "[~a]", "[^a.b]", "h1. a\n", "bq. a\n", "----\n", "a\\\\", "{a", "{code:a", "{*}a{_}b", "??a", "|a\nb",
    "|{quote}a\n", "# {quote}\n", "*** a\n* b\n",
    // Addresses.
    "http://a.b/)", "http://", "http://)", "://", "http://a.", "a@b.c ", "www.a.b ", "(http://a.b/",
];

/// Texts that are more than a repetition: a name, and how one of so many bytes is made.
pub(crate) const TEXTS: &[(&str, fn(usize) -> String)] = &[
    ("backticks of every length", |bytes| grow(bytes, |out, n| out.push_str(&format!("e{}", "`".repeat(n % 2000))))),
    ("references and their definitions", |bytes| {
        halves(bytes, |out, n| write(out, format_args!("[a{n}] ")), |out, n| write(out, format_args!("\n[a{n}]: b")))
    }),
    ("references to one long address", |bytes| {
        format!("[a]: /{}\n\n{}", "x".repeat(bytes / 2), "[a] ".repeat(bytes / 8))
    }),
    ("footnotes and their definitions", |bytes| {
        halves(bytes, |out, n| write(out, format_args!("[^{n}] ")), |out, n| write(out, format_args!("\n\n[^{n}]: b")))
    }),
    ("nested footnotes", |bytes| grow(bytes, |out, n| write(out, format_args!("[^{n}]: [^{}]\n\n", n + 1)))),
    ("deep quotes, then lines", |bytes| format!("{}a\n{}", "> ".repeat(bytes / 4), "b\n".repeat(bytes / 4))),
    ("deep lists, then empty lines", |bytes| format!("{}a\n{}b", "- ".repeat(bytes / 32), "\n".repeat(bytes / 16))),
    ("deep lists, then lines", |bytes| format!("{}a\n{}", "- ".repeat(bytes / 32), "b\n".repeat(bytes / 32))),
    ("stairs of lists", |bytes| grow(bytes, |out, n| write(out, format_args!("{}- a\n", "  ".repeat(n % 300))))),
    ("stairs, then empty lines", |bytes| {
        let mut out = String::new();
        (0..300).for_each(|n| write(&mut out, format_args!("{}- a\n", "  ".repeat(n))));
        out + &"\n".repeat(bytes / 16)
    }),
    ("a wide table of short rows", |bytes| {
        let columns = bytes / 16;
        format!("{}\n{}\n{}", "|a".repeat(columns), "|-".repeat(columns), "|b\n".repeat(bytes / 4))
    }),
    ("100 columns that span", |bytes| {
        let block = format!("{}{}", "<td rowspan=100>".repeat(100), "<tr>".repeat(100));
        format!("<table>{}", block.repeat(bytes / block.len()))
    }),
    ("a long link around many runs", |bytes| {
        format!("<a href=\"https://e.com/{}\">{}</a>", "x".repeat(8000), "a<b>b</b>".repeat(bytes / 9))
    }),
    ("a huge address around many runs", |bytes| {
        format!("<a href=\"https://e.com/{}\">{}</a>", "x".repeat(bytes / 2), "a<b>b</b>".repeat(bytes / 18))
    }),
    ("long links in each other", |bytes| {
        let open: String = (0..60).map(|n| format!("<a href=\"https://e.com/{n}{}\">", "x".repeat(8000))).collect();
        format!("{open}{}", "a<b>b</b>".repeat(bytes.saturating_sub(open.len()) / 9))
    }),
    ("a huge colour around many runs", |bytes| {
        format!("<font color=\"#{}\">{}", "f".repeat(bytes / 2), "a<b>b</b>".repeat(bytes / 18))
    }),
    ("a long Markdown link", |bytes| format!("[{}](https://e.com/{})", "a*b*".repeat(bytes / 64), "x".repeat(8000))),
    ("a long tag in Markdown", |bytes| {
        format!("a <a href=\"https://e.com/{}\">{}", "x".repeat(bytes / 32), "a*b*".repeat(bytes / 64))
    }),
    ("long wiki links", |bytes| {
        let link = format!("[{}|https://e.com/{}] ", "a*b* ".repeat(1000), "x".repeat(5000));
        link.repeat(bytes / link.len())
    }),
    ("many attributes", |bytes| {
        grow(bytes, |out, n| write(out, format_args!("<a {}>", format!("b{n}=c ").repeat(200))))
    }),
    ("an attribute without end", |bytes| format!("<p title=\"{}", "a> ".repeat(bytes / 3))),
    ("styles", |bytes| format!("<span style=\"{}\">", "color:red;".repeat(20)).repeat(bytes / 220)),
    ("an image in the text", |bytes| format!("<img src=\"data:image/png;base64,{}\">", "A".repeat(bytes))),
    ("people", |bytes| grow(bytes, |out, n| write(out, format_args!("[~jo{n}]")))),
    ("macros in macros", |bytes| "{panel:a}{quote}{expand:x}".repeat(bytes / 26) + &"{expand}{quote}{panel}".repeat(9)),
    ("macros around a row", |bytes| format!("|{}|", "{panel}a{panel}{quote}b{quote}".repeat(bytes / 30))),
    ("a list of every depth", |bytes| {
        grow(bytes, |out, n| write(out, format_args!("{} a\n", "*#".repeat(1 + n % 40))))
    }),
    ("brackets that link nothing", |bytes| format!("{}]", "[a ".repeat(20)).repeat(bytes / 61)),
    ("one long word and its end", |bytes| format!("http://{}", "a).".repeat(bytes / 3))),
    ("lines of blanks", |bytes| format!("{}\n", " ".repeat(1000)).repeat(bytes / 1001)),
    ("one line of blanks", |bytes| format!("a{}b", " ".repeat(bytes))),
    ("bold letters", |bytes| grow(bytes, |out, n| write(out, format_args!("**{n}** *{n}* ~~{n}~~ ")))),
];

/// Trees of ADF: a name, and how one of so many bytes of JSON is made.
pub(crate) const TREES: &[(&str, fn(usize) -> Value)] = &[
    ("one text", |bytes| node("paragraph", vec![text(&"a *b* ".repeat(bytes / 6))])),
    ("one text of lines", |bytes| node("paragraph", vec![text(&"a\n\n".repeat(bytes / 3))])),
    ("one text of addresses", |bytes| node("paragraph", vec![text(&"http://a.b/) ".repeat(bytes / 13))])),
    ("many texts", |bytes| node("paragraph", (0..bytes / 28).map(|_| text("a")).collect())),
    ("many paragraphs", |bytes| node("doc", (0..bytes / 70).map(|_| node("paragraph", vec![text("a")])).collect())),
    ("many empty nodes", |bytes| node("doc", vec![json!({"type": "x"}); bytes / 13])),
    ("many rules", |bytes| node("doc", vec![json!({"type": "rule"}); bytes / 16])),
    ("many marks around many texts", |bytes| {
        let mut outer = json!({"type": "x", "marks": vec![json!({"type": "strong"}); bytes / 40]});
        put(&mut outer, "content", (0..bytes / 56).map(|_| text("a")).collect());
        node("paragraph", vec![outer])
    }),
    ("a huge link around many texts", |bytes| {
        let mut outer =
            json!({"type": "x", "marks": [{"type": "link", "attrs": {"href": format!("/{}", "x".repeat(bytes / 2))}}]});
        put(&mut outer, "content", (0..bytes / 56).map(|_| text("a")).collect());
        node("paragraph", vec![outer])
    }),
    ("a long link around many texts", |bytes| {
        let mut outer =
            json!({"type": "x", "marks": [{"type": "link", "attrs": {"href": format!("/{}", "x".repeat(8000))}}]});
        let texts = (0..bytes / 56).map(|n| json!({"type": "text", "text": "a", "marks": [{"type": either(n)}]}));
        put(&mut outer, "content", texts.collect());
        node("paragraph", vec![outer])
    }),
    ("many marks on one text", |bytes| {
        let marks: Vec<Value> =
            (0..bytes / 45).map(|n| json!({"type": "link", "attrs": {"href": format!("/{n}")}})).collect();
        node("paragraph", vec![json!({"type": "text", "text": "a", "marks": marks})])
    }),
    ("marked letters", |bytes| {
        let texts = (0..bytes / 60).map(|n| json!({"type": "text", "text": "a", "marks": [{"type": either(n)}]}));
        node("paragraph", texts.collect())
    }),
    ("people", |bytes| {
        let people = (0..bytes / 50).map(|n| json!({"type": "mention", "attrs": {"id": n.to_string(), "text": "@a"}}));
        node("paragraph", people.collect())
    }),
    ("100 deep, again and again", |bytes| {
        let deep = |kind: &str| (0..100).fold(text("a"), |inner, _| node(kind, vec![inner]));
        node("doc", (0..bytes / 3600).flat_map(|_| [deep("blockquote"), deep("hologram")]).collect())
    }),
    ("lists in lists", |bytes| {
        let list =
            |inner: Value| node("bulletList", vec![node("listItem", vec![node("paragraph", vec![text("a")]), inner])]);
        let deep = || (0..40).fold(node("paragraph", vec![text("a")]), |inner, _| list(inner));
        node("doc", (0..bytes / 6000).map(|_| deep()).collect())
    }),
    ("one wide row", |bytes| table(vec![node("tableRow", (0..bytes / 110).map(|_| cell(1, 1)).collect())])),
    ("rows that are covered", |bytes| {
        let block = || {
            let mut rows = vec![node("tableRow", (0..100).map(|_| cell(1, 100)).collect())];
            rows.extend((0..99).map(|_| node("tableRow", Vec::new())));
            rows
        };
        table((0..bytes / 15_000).flat_map(|_| block()).collect())
    }),
    ("cells that span", |bytes| table((0..bytes / 150).map(|_| node("tableRow", vec![cell(100, 100)])).collect())),
    ("many cells", |bytes| table((0..bytes / 250).map(|_| node("tableRow", vec![cell(1, 1), cell(1, 1)])).collect())),
    ("tasks", |bytes| node("taskList", (0..bytes / 70).map(|_| node("taskItem", vec![text("a")])).collect())),
];

/// Documents to write: a name, and how one is read of so many bytes.
pub(crate) fn documents() -> Vec<(&'static str, Box<dyn Fn(usize) -> Doc>)> {
    let markdown = |piece: &'static str| -> Box<dyn Fn(usize) -> Doc> {
        Box::new(move |bytes| markdown::read(&piece.repeat(bytes / piece.len())))
    };
    let wiki = |piece: &'static str| -> Box<dyn Fn(usize) -> Doc> {
        Box::new(move |bytes| wiki::read(&piece.repeat(bytes / piece.len())))
    };
    vec![
        ("paragraphs", markdown("中文 **bold** [link](https://e.com) `code` text\n\n")),
        ("list", markdown("- a\n  - b\n    1. c *d*\n")),
        ("one line", markdown("a *b* ~~c~~ ")),
        ("signs", markdown("\\* \\_ \\[ \\{ \\- ")),
        ("rows", markdown("| a | b |\n| - | - |\n| c | d |\n\n")),
        ("rules", markdown("***\n")),
        ("short paragraphs", markdown("a\n\n")),
        ("emoji", markdown("👩‍👩‍👧")),
        ("tasks", markdown("- [x] a\n")),
        ("long links", wiki("[a|http://b.c/dddddddddddddddddddddddddddddddddddddddddddddd] ")),
        ("runs of signs", wiki("{*}a{*}_b_{-}c{-} ")),
        ("code", wiki("{noformat}[~a]{noformat} ")),
        ("panels", wiki("{panel:title=x}a{panel}\n")),
        (
            "deep quotes",
            Box::new(|bytes| {
                let deep = format!("{}a{}", "<blockquote>".repeat(16), "</blockquote>".repeat(16));
                html::read(&deep.repeat(bytes / deep.len()))
            }),
        ),
        (
            "deep lists with tables",
            Box::new(|bytes| {
                let deep = format!("{}<table><tr><td>a<td>b</table>{}", "<ul><li>a".repeat(12), "</ul>".repeat(12));
                html::read(&deep.repeat(bytes / deep.len()))
            }),
        ),
        (
            "tables in tables",
            Box::new(|bytes| {
                let deep = format!("{}a{}", "<table><tr><td>".repeat(12), "</table>".repeat(12));
                html::read(&deep.repeat(bytes / deep.len()))
            }),
        ),
        (
            "empty cells",
            Box::new(|bytes| html::read(&format!("<table><tr><td>a{}", "<tr><td>a<td>".repeat(bytes / 13)))),
        ),
        (
            "plain, then dense",
            Box::new(|bytes| {
                html::read(&format!("<p>{}</p>{}", "a".repeat(60_000), "<b>a</b><i>b</i>".repeat(bytes / 16)))
            }),
        ),
        (
            "dense, then plain",
            Box::new(|bytes| {
                html::read(&format!("<ul>{}</ul>{}", "<li><b>a</b><i>b</i>".repeat(1000), "a".repeat(bytes)))
            }),
        ),
        (
            "a long link around many runs",
            Box::new(|bytes| {
                let texts = (0..bytes / 56).map(|n| {
                    json!({"type": "text", "text": "a", "marks": [{"type": either(n)},
                    {"type": "link", "attrs": {"href": format!("/{}", "x".repeat(8000))}}]})
                });
                adf::read(&node("paragraph", texts.take(200).collect()))
            }),
        ),
        (
            "people",
            Box::new(|bytes| {
                adf::read(
                    &TREES.iter().find(|(name, _)| *name == "people").map_or(Value::Null, |(_, make)| make(bytes)),
                )
            }),
        ),
    ]
}

fn write(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}

/// Adds the next piece until the text is long enough.
fn grow(bytes: usize, add: impl Fn(&mut String, usize)) -> String {
    let mut out = String::with_capacity(bytes);
    let mut n = 0;
    while out.len() < bytes {
        add(&mut out, n);
        n += 1;
    }
    out
}

/// As many of the one as of the other, one half after the other.
fn halves(bytes: usize, one: impl Fn(&mut String, usize), other: impl Fn(&mut String, usize)) -> String {
    grow(bytes / 2, one) + "\n\n" + &grow(bytes / 2, other)
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

/// Builds a node by moving what is in it; `json!` would copy it.
fn node(kind: &str, content: Vec<Value>) -> Value {
    let mut node = Map::new();
    node.insert("type".to_owned(), kind.into());
    node.insert("content".to_owned(), content.into());
    Value::Object(node)
}

fn either(n: usize) -> &'static str {
    if n.is_multiple_of(2) { "em" } else { "strong" }
}

fn put(node: &mut Value, key: &str, content: Vec<Value>) {
    if let Some(map) = node.as_object_mut() {
        map.insert(key.to_owned(), content.into());
    }
}

fn table(rows: Vec<Value>) -> Value {
    node("doc", vec![node("table", rows)])
}

fn cell(columns: usize, rows: usize) -> Value {
    let mut cell = node("tableCell", vec![node("paragraph", vec![text("a")])]);
    if let Some(map) = cell.as_object_mut() {
        map.insert("attrs".to_owned(), json!({"colspan": columns, "rowspan": rows}));
    }
    cell
}
