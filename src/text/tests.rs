//! What one format says, in the others: examples with their whole output, and documents from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{Doc, adf, html, markdown, wiki};

const NO_LIMIT: usize = usize::MAX / 4;

/// Reads Markdown and compares what a format makes of it.
fn check_wiki(input: &str, want: &str) {
    assert_eq!(wiki::write(&markdown::read(input), NO_LIMIT, ""), want, "{input}");
}

fn check_adf(input: &str, want: &Value) {
    assert_eq!(adf::write(&markdown::read(input), NO_LIMIT, "")["content"], *want, "{input}");
}

#[test]
fn markdown_becomes_the_wiki_markup_that_jira_reads() {
    check_wiki("**告警：**磁盘满 ~~x~~ *y*", "{*}告警：{*}磁盘满 {-}x{-} {_}y{_}");
    check_wiki("1. a\n   - b\n2. c\n\n   ```sh\n   ls\n   ```\n3. d", "# a\n#* b\n# c\n{code:sh}\nls\n{code}\n# d");
    check_wiki("| a | b |\n|---|---|\n| `x\\|y` | 1<br>2 |", "|| a || b ||\n| {{x\\|y}} | 1\\\\2 |");
    check_wiki("> q\n\n---\n\n# h", "{quote}\nq\n{quote}\n\n----\n\nh1. h");
    check_wiki("[a|b](https://e.com/x|y) <https://e.com>", "[a&#124;b|https://e.com/x%7Cy] [https://e.com]");
    check_wiki("- [ ] a\n- [x] b", "* ☐ a\n* ☑ b");
    check_wiki("见 https://e.com/a，后", "见 [https://e.com/a]，后");
}

#[test]
fn markdown_becomes_adf_that_jira_takes() {
    check_adf(
        "a  \nb",
        &json!([{"type": "paragraph", "content": [
        {"type": "text", "text": "a"}, {"type": "hardBreak"}, {"type": "text", "text": "b"}]}]),
    );
    check_adf(
        "- > q\n- # h",
        &json!([{"type": "bulletList", "content": [
        {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "q"}]}]},
        {"type": "listItem", "content": [{"type": "paragraph", "content": [
            {"type": "text", "text": "h", "marks": [{"type": "strong"}]}]}]}]}]),
    );
    check_adf(
        "- [x] a\n  - [ ] b",
        &json!([{"type": "taskList", "attrs": {"localId": "task-1"}, "content": [
        {"type": "taskItem", "attrs": {"localId": "task-2", "state": "DONE"}, "content": [{"type": "text", "text": "a"}]},
        {"type": "taskList", "attrs": {"localId": "task-3"}, "content": [
            {"type": "taskItem", "attrs": {"localId": "task-4", "state": "TODO"}, "content": [{"type": "text", "text": "b"}]}]}]}]),
    );
    check_adf(
        "**[`c`](https://e.com)**",
        &json!([{"type": "paragraph", "content": [
        {"type": "text", "text": "c", "marks": [{"type": "link", "attrs": {"href": "https://e.com"}}, {"type": "code"}]}]}]),
    );
    check_adf(
        "![x](https://e.com/a.png)",
        &json!([{"type": "paragraph", "content": [
        {"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {"href": "https://e.com/a.png"}}]}]}]),
    );
}

#[test]
fn guances_published_description_reads_well_in_jira() {
    let html = "<span><span><span><span><span data-at-embedded=\"\" data-insert-by=\"@\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:\
                &quot;acnt_e919&quot;}}\" contenteditable=\"false\">&nbsp;<span data-v-52ded4e5=\"\"><span data-v-52ded4e5=\"\" \
                class=\"key-word\">@member1@example.com</span></span>&nbsp;</span><span data-at-embedded=\"\" data-insert-by=\"#\" \
                data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:&quot;chan_279f&quot;}}\" contenteditable=\"false\">&nbsp;<span>\
                <span><span class=\"key-word\">#jjj</span></span></span>&nbsp;</span>nn</span></span></span></span>";
    assert!(html::looks_like_html(html));
    let doc = html::read(html);
    assert_eq!(doc.plain_text(), "@member1@example.com #jjj nn");
    assert_eq!(wiki::write(&doc, NO_LIMIT, ""), "@member1@example.com #jjj nn");
    assert!(doc.canonical().contains("acnt_e919"), "{}", doc.canonical());
    let value = adf::write(&doc, NO_LIMIT, "");
    assert_eq!(value["content"][0]["content"][0]["text"], "@member1@example.com #jjj nn");
}

/// A monitor's message as Guance documents it: quote lines and blanks at line ends.
#[test]
fn monitor_markdown_keeps_its_lines() {
    let doc = markdown::read(
        "> 等级：critical  \n> 主机：web-1  \n> 链接：https://e.com/e?id=1，请看\n\n内容：`df -h`\n第二行",
    );
    assert_eq!(
        wiki::write(&doc, NO_LIMIT, ""),
        "{quote}\n等级：critical\n主机：web-1\n链接：[https://e.com/e?id=1]，请看\n{quote}\n\n内容：{{df -h}}\n第二行"
    );
}

#[test]
fn deep_html_does_no_harm() {
    for open in ["<div>", "<ul><li>", "<blockquote>", "<b>", "<table><tr><td>", "<span>", "<details>", "<a href=x>"] {
        let doc = html::read(&format!("{}x", open.repeat(20_000)));
        assert!(doc.plain_text().ends_with('x'), "{open}");
        for text in
            [html::write(&doc, NO_LIMIT, ""), markdown::write(&doc, NO_LIMIT, ""), wiki::write(&doc, NO_LIMIT, "")]
        {
            assert!(text.contains('x'), "{open}");
        }
        super::props::assert_valid(&adf::write(&doc, NO_LIMIT, ""));
    }
}

#[test]
fn deep_markdown_does_no_harm() {
    for open in ["> ", "- ", "*", "[", "![", "**a _b ", "1. "] {
        assert!(markdown::read(&format!("{}x", open.repeat(5_000))).plain_text().ends_with('x'), "{open}");
    }
}

#[test]
fn deep_wiki_markup_does_no_harm() {
    for open in ["{quote}", "{panel:a}{quote}", "{*}", "{color:red}", "[", "{{", "|", "||", "* ", "*", "{code}"] {
        assert!(wiki::read(&format!("{}x", open.repeat(20_000))).plain_text().contains('x'), "{open}");
    }
    let nested = format!("{}x{}", "{quote}a{panel}".repeat(500), "{panel}b{quote}".repeat(500));
    assert!(wiki::read(&nested).plain_text().contains('x'));
    assert!(wiki::read(&format!("{} x", "*".repeat(20_000))).plain_text().ends_with('x'));
}

#[test]
fn deep_adf_does_no_harm() {
    for kind in ["blockquote", "hologram", "bulletList", "table", "taskList", "expand"] {
        let mut node = json!({"type": "text", "text": "x"});
        for _ in 0..1000 {
            // Not `json!`, which would copy the whole depth each time.
            let mut outer = serde_json::Map::new();
            outer.insert("type".to_owned(), Value::from(kind));
            outer.insert("content".to_owned(), Value::Array(vec![node]));
            node = Value::Object(outer);
        }
        assert!(adf::read(&node).plain_text().ends_with('x'), "{kind}");
    }
}

#[test]
fn a_cut_keeps_whole_characters_and_links_to_the_rest() {
    let doc = Doc::from_plain(&"👩‍👩‍👧🇨🇳e\u{301}".repeat(200));
    for limit in 60..200 {
        let text = wiki::write(&doc, limit, "https://e.com/x");
        assert!(text.encode_utf16().count() <= limit, "{limit}");
        let Some((head, tail)) = text.split_once("\n\n") else { continue };
        assert!(tail.starts_with('…') && tail.contains("https://e.com/x"), "{tail}");
        assert!(!head.ends_with(['\u{200D}', 'e']), "{head:?}");
    }
}

/// The comments that `docs/text.md` shows: who wrote it, the language of its fence, its text, and how it is read.
fn comments() -> [(&'static str, &'static str, &'static str, Doc); 4] {
    let cloud = include_str!("../../tests/data/text/comments/cloud.json");
    let server = include_str!("../../tests/data/text/comments/server.wiki");
    let guance = include_str!("../../tests/data/text/comments/guance.html");
    let monitor = include_str!("../../tests/data/text/comments/monitor.md");
    [
        ("A comment on Jira Cloud (ADF)", "json", cloud, adf::read(&serde_json::from_str(cloud).unwrap())),
        ("A comment on Jira Server or Data Center (wiki markup)", "text", server, wiki::read(server)),
        ("A reply on Guance (HTML)", "html", guance, html::read(guance)),
        ("A monitor's message on Guance (Markdown)", "markdown", monitor, markdown::read(monitor)),
    ]
}

/// A comment beside what it becomes in every format.
fn side_by_side(title: &str, language: &str, written: &str, doc: &Doc) -> String {
    let adf = adf::write(doc, NO_LIMIT, "");
    let blocks = adf["content"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
    let html = html::write(doc, NO_LIMIT, "");
    let html = ["p", "h2", "h3", "ul", "ol", "table", "blockquote", "pre", "hr", "tr", "li"]
        .iter()
        .fold(html, |html, tag| html.replace(&format!("<{tag}>"), &format!("\n<{tag}>")));
    let arrived = [
        ("On Guance, as HTML", "html", html.trim_start().to_owned()),
        ("On Guance, as Markdown", "markdown", markdown::write(doc, NO_LIMIT, "")),
        ("On Guance, as text", "text", doc.plain_text()),
        ("On Jira Cloud (ADF, a block a line)", "json", blocks.join("\n")),
        ("On Jira Server and Data Center", "text", wiki::write(doc, NO_LIMIT, "")),
    ];
    let cell = |language: &str, text: &str| format!("<td>\n\n````{language}\n{}\n````\n\n</td>", text.trim_end());
    let mut page = format!("## {title}\n\n<table>\n<tr><th>written</th><th>arrived</th></tr>\n");
    for (n, (place, fence, text)) in arrived.iter().enumerate() {
        let left =
            if n == 0 { cell(language, written).replacen("<td>", "<td rowspan=\"9\">", 1) } else { String::new() };
        let head = if n == 0 { "" } else { &format!("<tr><th>{place}</th></tr>\n") };
        let text = cell(fence, text);
        let text = if n == 0 { text.replacen("<td>", &format!("<td>{place}"), 1) } else { text };
        let _ = writeln!(page, "{head}<tr>{left}{text}</tr>");
    }
    page + "</table>\n"
}

/// `docs/text.md` shows what the converters really do. `GUAJIRA_WRITE_DOCS=1` writes it anew.
#[test]
fn the_documentation_shows_what_happens() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/text.md");
    let comments = comments().map(|(title, language, written, doc)| side_by_side(title, language, written, &doc));
    let page = include_str!("../../tests/data/text/text.md.in").replace("@COMMENTS@\n", &comments.join("\n"));
    if std::env::var_os("GUAJIRA_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "run once with GUAJIRA_WRITE_DOCS=1");
}

/// Takes from a tree what Atlassian's wiki parser adds or cannot keep.
fn comparable(doc: Doc) -> String {
    let mut value = serde_json::to_value(doc.written()).unwrap();
    plain_headers(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

/// Removes bold from header cells, where the parser adds it.
fn plain_headers(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if map.get("header") == Some(&Value::Bool(true)) {
                let text = map["blocks"].to_string().replace(",\"marks\":[\"strong\"]", "");
                map["blocks"] = serde_json::from_str(&text).unwrap();
            }
            map.values_mut().for_each(plain_headers);
        }
        Value::Array(items) => items.iter_mut().for_each(plain_headers),
        _ => {}
    }
}

/// `tests/oracles/wiki.mjs` wrote down what Atlassian's own parser makes of each wiki text.
#[test]
fn wiki_markup_is_read_as_atlassian_reads_it() {
    let cases: Value = serde_json::from_str(include_str!("../../tests/data/text/wiki-oracle.json")).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 200);
    let mut surprises = Vec::new();
    for case in cases {
        let wiki = case["wiki"].as_str().unwrap();
        let same = comparable(wiki::read(wiki)) == comparable(adf::read(&case["adf"]));
        let listed = DIFFERENT.iter().any(|(_, cases)| cases.contains(&wiki));
        if same == listed {
            let show = |doc: Doc| markdown::write(&doc, NO_LIMIT, "");
            let (ours, theirs) = (show(wiki::read(wiki)), show(adf::read(&case["adf"])));
            let what = if same { "is listed, and the same" } else { "differs" };
            surprises.push(format!("{wiki:?} {what}\n ours   {ours:?}\n theirs {theirs:?}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// Where we read otherwise than Cloud's parser, and why. Mostly it is Data Center's renderer that we follow.
const DIFFERENT: &[(&str, &[&str])] = &[
    ("Cloud drops the link; Data Center shows it.", &["[{{c}}|https://e.com]", "[t|https://e.com/a|smart-card]"]),
    (
        "Cloud takes Java for the language, and cuts the first line's indentation; nobody said so.",
        &[
            "# one\n{code}\nx\n{code}\n# two",
            "{code:java}\n  x\n{code}",
            "{code:title=Bar.java|borderStyle=solid}\nx\n{code}",
            "{code:none}x{code} {code}y{code}",
            "{panel}{code}x{code}{panel}",
            "|a{code}x|y{code}|[t|https://e.com]|",
            "{code}\n\n  x\n\n{code}",
        ],
    ),
    (
        "Cloud cannot have headings, tables and quotes there.",
        &[
            "{quote}\n* a\n* b\n\nh1. x\n{quote}",
            "{panel:bgColor=#deebff}\n{code:java}\nx\n{code}\n| a | b |\n{panel}",
            "{panel:bgColor=#deebff}\n{quote}\nx\n{quote}\n{panel}",
            "# a\n{quote}\nq\n{quote}\n# b",
            "# a\n| x | y |\n# b",
            "{quote}\n| a | b |\n{quote}",
        ],
    ),
    (
        "A panel's title is a title.",
        &["{panel:title=T|bgColor=#deebff}\na\n\n* b\n{panel}", "{panel:title=T|bgColor=#fffae6}a *b*{panel}"],
    ),
    ("Our own colour for tips.", &["{panel:bgColor=#e6fcff}\na\n{panel}"]),
    ("Data Center decodes character references.", &["a\u{200b}& amp; &amp;", "&lt;b&gt; &copy; &#169; &nbsp;"]),
    ("The author meant code.", &["中{{x}}"]),
    (
        "A blank after a break does not show.",
        &["a\\\n b", "| a\\\\ \\*b |", "| a\\\\ b |", "a\\\\ \\*b", "a \\\\ \\{b", "| a \\\\ \\*b |", "|a\\\\ {{b}}|"],
    ),
    (
        "Macros that Cloud's parser does not know: Data Center does, or their tags say nothing.",
        &[
            "{info:title=T}a{info}",
            "{note}a{note}",
            "{tip}a{tip}",
            "{warning}a{warning}",
            "{expand:title=T}a{expand}",
            "{section}{column}a{column}{column}b{column}{section}",
            "{anchor:a}x {toc}",
            "{html}<b>x</b>{html}",
            "{chart:type=pie}\n||a||\n|1|\n{chart}",
            "{cloak}\na *b*\n{cloak}",
        ],
    ),
    (
        "Files by their names; Cloud has only ids.",
        &["[^a b.txt] [t|^a.txt]", "!a b.png|thumbnail!", "!film.mov|width=300!", "!a.png! !b.png|thumbnail!"],
    ),
    (
        "Data Center links keys, shares have no line breaks, an anchor's sign is no word.",
        &["[OPS-12] [t|OPS-12]", "[\\\\server\\share]", "[#top] [t|#top]"],
    ),
    ("An account's id is what stands behind the word.", &["[~jo] [~accountid:5b10:a-b]"]),
    ("Cloud puts a dash before what is cited.", &["*strong* _em_ ??cite?? -del- +ins+ ^sup^ ~sub~ {{mono}}"]),
    ("Cloud splits cells at an escaped bar; Data Center does not.", &["|!https://e.com/a.png!|\\||"]),
    ("A panel without a kind says nothing of information.", &["{panel}a{panel}", "{color:red}{panel}x{panel}{color}"]),
    ("An address that is not carried stays in sight.", &["[x|svn://e.com/a]"]),
    ("`__init__` is a word.", &["__x__"]),
    ("The same face in another drawing.", &[":) :( :P :D ;) (y) (n) (i) (/) (x) (!)"]),
];
