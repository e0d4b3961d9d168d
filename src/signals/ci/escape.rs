//! Text from outside, where nothing of it may act.

use std::fmt::Write as _;

/// Most characters of one text.
const MOST: usize = 240;

/// A sign that nobody sees. It keeps two signs from being read together.
const GAP: char = '\u{200b}';

/// Returns a text on one line, cut, in which nothing acts, turns or hides.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MOST * 4));
    for (n, c) in text.chars().filter(|c| !is_hidden(*c)).enumerate() {
        if n == MOST {
            out.push('…');
            break;
        }
        out.push(if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c });
    }
    out
}

/// Marks of direction, characters that nobody sees, and those that XML cannot hold.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns a text as a cell of a table in GitHub's Markdown, which shows its words and nothing else.
///
/// No ASCII punctuation is left: a reference to a character is never markup. What GitHub looks for behind the Markdown, in the
/// text that is shown, is broken by a sign that nobody sees: mentions (`@x`), issues (`#1`, `GH-1`), emoji (`:x:`) and addresses.
/// A dollar in an element of its own begins no formula.
///
/// Sources: `CommonMark` 2.5; GFM 6.9; GitHub, "Basic writing and formatting syntax", "Autolinked references and URLs", "Writing
/// mathematical expressions".
pub(super) fn cell(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in plain(text).chars() {
        if (c == '-' && word.eq_ignore_ascii_case("gh")) || (c == '.' && word.to_ascii_lowercase().ends_with("www")) {
            out.push(GAP);
        }
        match c {
            '$' => out.push_str("<span>&#36;</span>"),
            c if c.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        if matches!(c, '@' | '#' | ':') {
            out.push(GAP);
        }
        if c.is_alphanumeric() { word.push(c) } else { word.clear() }
    }
    out
}

/// Returns a command in a cell, where it can be copied from; `None` for one that the cell would have to change.
pub(super) fn command(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " /_.-".contains(c);
    let is_copied = text.len() <= MOST && text.chars().all(is_plain) && !text.to_ascii_lowercase().contains("www.");
    is_copied.then(|| {
        let escaped = text.chars().map(|c| match c {
            c if c.is_ascii_punctuation() => format!("&#{};", u32::from(c)),
            c => c.to_string(),
        });
        format!("<code>{}</code>", escaped.collect::<String>())
    })
}

/// Returns a sentence of ours in which what stands between backquotes is code.
pub(super) fn sentence(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let shown =
        parts.map(|(n, part)| if n % 2 == 1 { command(part).unwrap_or_else(|| cell(part)) } else { cell(part) });
    shown.collect()
}

/// Returns a link to an issue, or its name where the address is not one that a link can hold as it is.
pub(super) fn link(name: &str, url: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/._~%-".contains(c);
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web && url.len() <= MOST * 2 && url.chars().all(is_plain) {
        return format!("[{}]({url})", cell(name));
    }
    cell(name)
}

/// Returns a text as the content or the value of an attribute in XML.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

    use comrak::nodes::NodeValue;
    use comrak::{Arena, Options, parse_document};
    use proptest::prelude::*;

    use super::*;

    /// What a title may be made of, so that something happens if it is not escaped.
    #[rustfmt::skip]
    const PIECES: &[&str] = &[
        "::error::x", "##[group]", "##vso[task.complete]", "@octocat", "@org/team", "#1", "GH-12", "octo/cat#3",
        ":tada:", "<script>", "</code>", "</td>", "<!--", "|", "||", "\\|", "`", "```", "~~~", "*a*", "_b_", "~c~",
        "[x](y)", "![i](j)", "[^1]", "[x]: y", "http://e.com", "https://e.com/a?b=c", "www.e.com", "a@b.com",
        "mailto:a@b.com", "$x$", "$$", "&amp;", "&#64;", "\n", "\r\n", "\r", "\t", " ", "\u{1b}[0K",
        "\u{1b}[0Ksection_start:1:x\r\u{1b}[0K", "\u{0}", "\u{7}", "\u{2028}", "\u{202e}", "\u{200b}", "\u{ffff}",
        "%", "%0A", "%25", ":", ",", "]]>", "\"", "'", "-- ", "# ", "1. ", "- [ ] ", "磁盘满", "a", "www",
    ];

    /// Titles of such pieces.
    pub(in super::super) fn hostile() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|parts| parts.concat())
    }

    /// Words as they are read: white space aside, and without the sign that nobody sees.
    fn words(text: &str) -> String {
        text.replace(GAP, "").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Reads a table as GitHub does; returns what its cells say, and fails on anything else than words and our own tags.
    pub(in super::super) fn cells(markdown: &str) -> Vec<String> {
        let arena = Arena::new();
        let mut options = Options::default();
        let extension = &mut options.extension;
        (extension.table, extension.autolink, extension.strikethrough) = (true, true, true);
        (extension.footnotes, extension.tasklist) = (true, true);
        let root = parse_document(&arena, markdown, &options);
        let mut cells = Vec::new();
        for node in root.descendants() {
            match &node.data.borrow().value {
                NodeValue::TableCell => {
                    let mut said = String::new();
                    for inside in node.descendants() {
                        if let NodeValue::Text(text) = &inside.data.borrow().value {
                            said += text;
                        }
                    }
                    cells.push(said);
                }
                NodeValue::HtmlInline(tag) => {
                    assert!(
                        ["<code>", "</code>", "<span>", "</span>", "<br>"].contains(&tag.as_str()),
                        "{tag} in {markdown}"
                    );
                }
                NodeValue::Link(link) => {
                    assert!(link.url.starts_with("https://jira.example.com/browse/"), "{markdown}");
                }
                NodeValue::Document
                | NodeValue::Heading(_)
                | NodeValue::Paragraph
                | NodeValue::Table(_)
                | NodeValue::TableRow(_)
                | NodeValue::Text(_) => {}
                other => panic!("{other:?} in {markdown}"),
            }
        }
        cells
    }

    /// Fails where GitHub finds a mention, an issue or an emoji in the words that are shown.
    pub(in super::super) fn assert_nobody_is_called(words: &str) {
        for (at, c) in words.char_indices() {
            let next = words[at + c.len_utf8()..].chars().next();
            let joins = next.is_some_and(|next| next.is_ascii_alphanumeric() || "/_-+".contains(next));
            assert!(!(matches!(c, '@' | '#' | ':') && joins), "{words}");
        }
        let lower = words.to_ascii_lowercase();
        assert!(!lower.contains("www.") && !lower.contains("://"), "{words}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_cell_shows_its_words_and_nothing_else(text in hostile(), other in "\\PC{0,40}") {
            for text in [text, other] {
                let table = format!("| a | b |\n| --- | --- |\n| {} | end |\n", cell(&text));
                let cells = cells(&table);
                prop_assert_eq!(cells.len(), 4, "{}", table);
                prop_assert_eq!(words(&cells[2]), words(&plain(&text)));
                assert_nobody_is_called(&cells[2]);
            }
        }
    }

    #[test]
    fn a_command_can_be_copied_or_is_not_shown() {
        assert_eq!(
            command("guajira retry guance/issue/issue_1").unwrap(),
            "<code>guajira retry guance&#47;issue&#47;issue&#95;1</code>"
        );
        for odd in ["guajira retry 'a b'", "guajira retry a@b.c", "guajira retry www.e.com", "a\nb", "`x`", "</code>"] {
            assert_eq!(command(odd), None, "{odd}");
        }
        assert_eq!(
            link("OPS-1", "https://jira.example.com/browse/OPS-1"),
            "[OPS&#45;1](https://jira.example.com/browse/OPS-1)"
        );
        for odd in ["javascript:x", "https://e.com/a)b", "https://e.com/a b", "https://e.com/|"] {
            assert_eq!(link("OPS-1", odd), "OPS&#45;1", "{odd}");
        }
    }

    #[test]
    fn no_text_is_long() {
        assert_eq!(plain(&"界".repeat(1000)).chars().count(), MOST + 1);
    }
}
