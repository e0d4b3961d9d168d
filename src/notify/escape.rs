//! What people wrote, so that a service shows it as the same words: nothing in it is markup, a link or a mention.

use reqwest::Url;

/// A sign that nobody sees. It keeps what follows from being read together with what stands before.
const GAP: char = '\u{200b}';

/// Escapes for the Markdown of `DingTalk` and `WeCom`, wherever in a line it stands.
///
/// Both take backslashes as `CommonMark` does, which no page of theirs says. So what would be a link, a picture, a tag or a
/// mention is broken by an invisible sign too; and what looks like an escape of JSON, which `WeCom` refuses.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut before = '\n';
    for (at, c) in text.char_indices() {
        let begins_entity = before == '&' && text.get(at..).is_some_and(is_entity);
        if begins_entity || matches!((before, c), (']', '(' | '[' | ':') | ('<', _) | ('!', '[') | ('\\', 'u')) {
            out.push(GAP);
        }
        let is_mark = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~' | '|' | '!');
        let is_list = matches!(c, '-' | '+' | '=') && begins_line(&out);
        let is_number = matches!(c, '.' | ')') && ends_number(&out);
        if is_mark || is_list || is_number {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Returns true for what stands behind the `&` of an entity: `amp;`.
fn is_entity(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
    name.len() < text.len() && name.starts_with(';')
}

fn begins_line(text: &str) -> bool {
    text.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}

fn ends_number(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default().trim_start();
    !line.is_empty() && line.len() <= 9 && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Escapes for Slack, where these three characters begin everything that is markup of a link or a mention.
///
/// Source: Slack, "Formatting text for app surfaces": escape `&`, `<` and `>`, and nothing else.
pub(super) fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escapes for what takes Slack's messages and reads Markdown: there a bare `@name` mentions somebody, and `[…](…)` is a link.
///
/// Source: Mattermost, "Incoming webhooks".
pub(super) fn imitators(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for c in entities(text).chars() {
        if before == '@' || matches!((before, c), (']', '(' | '[' | ':') | ('!', '[')) {
            out.push(GAP);
        }
        out.push(c);
        before = c;
    }
    out
}

/// Breaks what `WeCom` reads as a mention in a text, `<@somebody>`, and what looks like an escape of JSON, which it refuses.
pub(super) fn without_mentions(text: &str) -> String {
    text.replace("<@", &format!("<{GAP}@")).replace("\\u", &format!("\\{GAP}u"))
}

/// Returns an address that can stand in any markup; `None` for what leads to no web page.
pub(super) fn web(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host() && url.username().is_empty();
    is_web.then(|| {
        let escaped = url.as_str().chars().map(|c| match c {
            '(' | ')' | '|' | '\\' | '`' | '\'' | '"' | '<' | '>' | '[' | ']' | '*' | '@' => {
                format!("%{:02X}", u32::from(c))
            }
            c => c.to_string(),
        });
        escaped.collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::notify::samples::HOSTILE;
    use crate::text::markdown as reader;
    use crate::text::{Block, Inline};

    #[test]
    fn addresses_are_those_of_web_pages_and_hold_no_markup() {
        for (address, want) in [
            ("https://jira.example.com/browse/OPS-1", Some("https://jira.example.com/browse/OPS-1")),
            ("https://e.com/a(b)|c?q=<x>&y='z'", Some("https://e.com/a%28b%29%7Cc?q=%3Cx%3E&y=%27z%27")),
            ("https://e.com/磁盘", Some("https://e.com/%E7%A3%81%E7%9B%98")),
            ("javascript:alert(1)", None),
            ("https://u:p@e.com/", None),
            ("e.com", None),
            ("", None),
        ] {
            assert_eq!(web(address).as_deref(), want, "{address}");
        }
    }

    #[test]
    fn mentions_are_broken_and_words_stay() {
        let seen = |text: &str| text.replace(GAP, "");
        assert_eq!(entities("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
        for text in ["@all", "mail@example.com", "[x](http://e.com)", "![x](y)", "[a]: http://e.com", "@@here"] {
            let made = imitators(text);
            assert_eq!(seen(&made), text);
            assert!(!made.contains("@a") && !made.contains("@h") && !made.contains("]("), "{made}");
        }
        assert_eq!(seen(&without_mentions("<@all> <@li>")), "<@all> <@li>");
        assert!(!without_mentions("<@all>").contains("<@"));
    }

    #[test]
    fn what_has_hurt_somebody_is_broken() {
        for text in HOSTILE {
            let broken = [markdown(text), imitators(text)];
            assert!(broken.iter().all(|made| !made.contains("](") && !made.contains("]:")), "{broken:?}");
            assert!(!broken[1].contains('<') && !entities(text).contains('<'), "{broken:?}");
            let shown = |made: &str| made.replace([GAP, '\\'], "");
            assert_eq!(shown(&broken[0]), text.replace('\\', ""));
        }
    }

    fn is_plain(inline: &Inline) -> bool {
        match inline {
            Inline::Text { marks, .. } => marks.is_empty(),
            inline => *inline == Inline::Break,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn escaped_markdown_reads_as_its_own_words(text in "[ -~\u{4e00}-\u{4e10}]{0,60}") {
            let words = |text: &str| text.replace(GAP, "").split_whitespace().collect::<Vec<_>>().join(" ");
            let text = text.replace("://", ":").replace("www.", "www").replace('@', "");
            let doc = reader::read(&markdown(text.trim()));
            let plain = |block: &Block| matches!(block, Block::Paragraph { content } if content.iter().all(is_plain));
            prop_assert!(doc.blocks.iter().all(plain), "{:?}", doc);
            prop_assert_eq!(words(&doc.plain_text()), words(&text));
        }
    }
}
