//! Properties that hold for every document, tried on generated ones.
//!
//! `GUAJIRA_PROPTEST_CASES` sets how many documents each property is tried on (default 64).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::doc::{Block, Doc, Inline, ListItem, Mark, PanelKind, TableCell};
use super::{adf, html, markdown, wiki};

/// What fuzzing checks, without the code that is under test wherever that is possible.
#[path = "../../examples/text_fuzz/check.rs"]
mod check;

const NO_LIMIT: usize = usize::MAX / 4;

fn config() -> ProptestConfig {
    let cases = std::env::var("GUAJIRA_PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

/// Pieces that have hurt some converter once.
#[rustfmt::skip]
const NASTY: &[&str] = &[
    "a", "b1", "中文", "，", "。", "：", " ", "  ", "\t", "\n", "\u{A0}", "*", "**", "_", "-", "--", "---", "+", "^", "~",
    "~~", "`", "``", "\\", "\\\\", "[", "]", "(", ")", "{", "}", "{{", "}}", "{*}", "{code}", "{quote}", "{color:red}",
    "|", "||", "!", "!a.png!", "#", "# ", "> ", "- ", "* ", "1. ", "1) ", "h1. ", "bq. ", "----", "===", ":--", ":)",
    "(x)", "(/)", "&", "&amp;", "&#42;", "&lt", "<", ">", "<b>", "</p>", "<br>", "\"", "'", "http://e.com/a_b*c",
    "https://例.中国/路?q=1&r=2", "www.e.com", "a@e.com", "@jo", "[~jo]", "[^f.txt]", "[1]: x", "[t|http://e.com]", "OPS-12",
    "😀", "👩‍👩‍👧", "é", "☐ ", "☑ ", "?", "??", "=", "$", "%", "\u{0}", "\u{7}", "\u{200B}", "\u{FEFF}", "\r", "\u{3000}",
    "—", "…", "“", "”", "0", "x:", ";)", "~a~", "$x$", "::", "[ ] ", "[x] ", "[!NOTE]", "\\|", "\\*",
    "عربى", "e\u{301}", "🇨🇳", "👍🏽", "\u{202E}", "\u{FFFE}", "[@jo]", "<script>", "onclick=x", "\u{FDD0}",
];

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![6 => prop::sample::select(NASTY).prop_map(str::to_owned), 1 => "\\PC{1,4}", 2 => "[a-z ]{1,6}"]
}

fn words() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 1..5).prop_map(|pieces| pieces.concat())
}

fn mark() -> impl Strategy<Value = Mark> {
    let urls = [
        "https://e.com",
        "https://e.com/a(b)c_d*e",
        "http://e.com/?a=1&copy;=2|3",
        "mailto:a@e.com",
        "/browse/X-1",
        "#top",
        "javascript:alert(1)",
        "https://e.com/[x]!y",
        "http://[::1]/",
        "//e.com/x",
        "https://e.com/中文 空",
    ];
    prop_oneof![
        Just(Mark::Strong),
        Just(Mark::Em),
        Just(Mark::Strike),
        Just(Mark::Underline),
        Just(Mark::Code),
        Just(Mark::Sub),
        Just(Mark::Sup),
        prop::sample::select(vec!["#ff0000", "#0a0", "red", "#000000"]).prop_map(|c| Mark::Color(c.to_owned())),
        prop::sample::select(urls.to_vec()).prop_map(|url| Mark::Link(url.into())),
    ]
}

fn inline() -> impl Strategy<Value = Inline> {
    prop_oneof![
        8 => (words(), prop::collection::vec(mark(), 0..3)).prop_map(|(text, marks)| Inline::Text { text, marks }),
        1 => Just(Inline::Break),
        1 => words().prop_map(|name| Inline::Mention { id: "id".to_owned(), name }),
        1 => Just(Inline::Emoji { text: "🙂".to_owned() }),
        1 => (prop::sample::select(vec!["", "https://e.com/a.png", "data:image/png;base64,x", "/x y.png"]), words())
            .prop_map(|(url, alt)| Inline::Image { url: url.to_owned(), alt }),
    ]
}

fn content() -> impl Strategy<Value = Vec<Inline>> {
    prop::collection::vec(inline(), 0..5)
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        4 => content().prop_map(|content| Block::Paragraph { content }),
        1 => (0_u8..9, content()).prop_map(|(level, content)| Block::Heading { level, content }),
        1 => (prop::option::of(prop::sample::select(vec!["rust", "C++", "shell", "a b", "x|y"])), prop::collection::vec(words(), 0..4))
            .prop_map(|(language, lines)| Block::Code { language: language.map(str::to_owned), text: lines.join("\n") }),
        1 => Just(Block::Rule),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let some = || prop::collection::vec(inner.clone(), 0..4);
        let item = (prop::option::weighted(0.3, any::<bool>()), some()).prop_map(|(task, blocks)| ListItem { task, blocks });
        let cell = (any::<bool>(), prop::collection::vec(inner.clone(), 0..2))
            .prop_map(|(header, blocks)| TableCell { header, blocks });
        let kinds = [PanelKind::Info, PanelKind::Note, PanelKind::Tip, PanelKind::Warning, PanelKind::Error, PanelKind::Success];
        prop_oneof![
            3 => (prop::option::of(0_u64..12), prop::collection::vec(item, 0..4)).prop_map(|(start, items)| Block::List { start, items }),
            1 => some().prop_map(|blocks| Block::Quote { blocks }),
            1 => prop::collection::vec(prop::collection::vec(cell, 0..4), 0..4).prop_map(|rows| Block::Table { rows }),
            1 => (prop::sample::select(kinds.to_vec()), prop::option::of(words()), some())
                .prop_map(|(kind, title, blocks)| Block::Panel { kind, title, blocks }),
            1 => (words(), some()).prop_map(|(title, blocks)| Block::Expand { title, blocks }),
        ]
    })
}

fn doc() -> impl Strategy<Value = Doc> {
    prop::collection::vec(block(), 0..5).prop_map(|blocks| Doc { blocks })
}

fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: std::sync::OnceLock<jsonschema::Validator> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/adf-schema/full.json");
        let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        jsonschema::draft4::new(&schema).unwrap()
    })
}

pub(super) fn assert_valid(value: &serde_json::Value) {
    if let Err(error) = schema().validate(value) {
        panic!("invalid ADF: {error} at {}\n{value:#}", error.instance_path());
    }
}

/// Returns what a fitted document says, one thing after the other.
fn said(blocks: &[Block]) -> String {
    let inlines = |content: &[Inline]| -> String {
        content.iter().map(|inline| if let Inline::Text { text, .. } = inline { text.as_str() } else { " " }).collect()
    };
    let one = |block: &Block| match block {
        Block::Paragraph { content } | Block::Heading { content, .. } => inlines(content),
        Block::List { items, .. } => {
            let sign = |done| if done { "\u{2611}" } else { "\u{2610}" };
            let item = |item: &ListItem| [item.task.map_or("", sign), &said(&item.blocks)].concat();
            items.iter().map(item).collect()
        }
        Block::Code { text, .. } => text.clone(),
        Block::Quote { blocks } => said(blocks),
        Block::Panel { title, blocks, .. } => format!("{}{}", title.as_deref().unwrap_or_default(), said(blocks)),
        Block::Expand { title, blocks } => format!("{title}{}", said(blocks)),
        Block::Table { rows } => rows.iter().flatten().map(|cell| said(&cell.blocks)).collect(),
        Block::Rule => String::new(),
    };
    blocks.iter().map(one).collect()
}

/// Asserts that HTML opens and closes its tags in order.
fn assert_well_formed(html: &str) {
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').expect("a tag ends");
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
            None if matches!(name, "br" | "hr" | "img") => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{html}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_normal_form_is_normal(doc in doc()) {
        let once = doc.normalized();
        prop_assert_eq!(once.clone().normalized(), once);
    }

    #[test]
    fn adf_comes_back(doc in doc()) {
        let value = adf::write(&doc, NO_LIMIT, "");
        assert_valid(&value);
        prop_assert_eq!(adf::read(&value), adf::RULES.fit(doc.clone()), "{}", value);
    }

    #[test]
    fn html_comes_back(doc in doc()) {
        let text = html::write(&doc, NO_LIMIT, "");
        assert_well_formed(&text);
        prop_assert_eq!(html::read(&text), html::RULES.fit(doc.clone()), "{}", text);
    }

    #[test]
    fn markdown_comes_back(doc in doc()) {
        let text = markdown::write(&doc, NO_LIMIT, "");
        prop_assert_eq!(markdown::read(&text), markdown::RULES.fit(doc.clone()), "{}", text);
    }

    #[test]
    fn wiki_comes_back(doc in doc()) {
        let text = wiki::write(&doc, NO_LIMIT, "");
        prop_assert_eq!(wiki::read(&text), wiki::RULES.fit(doc.clone()), "{}", text);
    }

    #[test]
    fn data_center_shows_what_was_written(doc in doc()) {
        let text = wiki::write(&doc, NO_LIMIT, "");
        let fitted = wiki::RULES.fit(doc.clone());
        let said: String = said(&fitted.blocks).chars().filter(|c| !c.is_whitespace()).collect();
        prop_assert_eq!(wiki::dc::squeezed(&text).replace('\u{200B}', ""), said, "{}", text);
    }

    #[test]
    fn what_is_cut_is_valid_and_links_to_the_rest(doc in doc(), limit in 0_usize..400) {
        check::written(&doc.clone().normalized(), limit);
        assert_valid(&adf::write(&doc, limit, "https://e.com/x"));
    }

    #[test]
    fn whatever_is_read_is_safe(text in "\\PC{0,200}", pieces in prop::collection::vec(piece(), 0..40), limit in 0_usize..400) {
        for text in [text, pieces.concat()] {
            for doc in [html::read(&text), markdown::read(&text), wiki::read(&text), adf::read(&serde_json::json!(text))] {
                check::read(&doc);
                check::written(&doc, limit);
            }
        }
    }
}
