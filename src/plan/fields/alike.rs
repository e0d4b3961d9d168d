//! Texts that mean the same though they are written otherwise: a service cuts them, and normalises them.

use crate::plan::references::indifferent;
use crate::render;
use crate::text::Doc;

/// Characters of a title that are compared; what is longer was perhaps cut.
const COMPARED_CHARS: usize = 200;

/// A title arrives as one line, and cut where it is too long.
pub(super) fn same_title(guance: &str, jira: &str) -> bool {
    let plain = |title: &str| title.split_whitespace().collect::<Vec<_>>().join(" ");
    let (guance, jira) = (plain(guance), plain(jira));
    let start = |title: &str| title.chars().take(COMPARED_CHARS).collect::<String>();
    let is_same =
        |guance: &str| guance == jira || jira.chars().count() >= COMPARED_CHARS && start(guance) == start(&jira);
    is_same(&guance) || is_same(&narrow(&guance))
}

/// Returns a text as a Jira keeps it that stores no characters beyond U+FFFF.
fn narrow(text: &str) -> String {
    text.replace(|c| c > '\u{ffff}', "\u{fffd}")
}

/// Stand before and behind a mention where descriptions are compared; no text has them.
const MENTION: [char; 2] = ['\u{E000}', '\u{E001}'];

/// Jira normalises a text; what reads the same is the same, wherever its references led when it was written, and whoever
/// of those it mentions was mentioned for real, under the name that Jira has for them.
pub(super) fn same_body(guance: &Doc, jira: &Doc) -> bool {
    let [before, behind] = MENTION;
    let plain = |body: Doc| {
        let own = render::without_link_back(indifferent(body).written());
        own.canonical().split_whitespace().collect::<String>()
    };
    let said = plain(guance.clone().naming(|name| format!("{before}{name}{behind}")));
    let read = plain(jira.clone().naming(|_| before.to_string()));
    reads_as(&said, &read) || reads_as(&narrow(&said), &read)
}

/// Returns true when `jira` says what `guance` says, and has each mention in it either for real or as the words.
fn reads_as(guance: &str, jira: &str) -> bool {
    let [before, behind] = MENTION;
    let mut pieces = guance.split(before);
    let Some(mut rest) = pieces.next().and_then(|first| jira.strip_prefix(first)) else { return false };
    for piece in pieces {
        let (name, tail) = piece.split_once(behind).unwrap_or(("", piece));
        let after = rest.strip_prefix(before).or_else(|| rest.strip_prefix(name));
        let Some(now) = after.and_then(|after| after.strip_prefix(tail)) else { return false };
        rest = now;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Block, Inline, adf, wiki};

    #[test]
    fn a_mention_for_real_and_one_in_words_are_the_same() {
        let mention = |id: &str, name: &str| Inline::Mention { id: id.to_owned(), name: name.to_owned() };
        let line = |content: Vec<Inline>| Doc { blocks: vec![Block::Paragraph { content }] };
        let told = |more: &str| {
            line(vec![
                Inline::text("请"),
                mention("a1", "张三"),
                Inline::text("和"),
                mention("a2", "李四"),
                Inline::text(more),
            ])
        };
        let carried = told("看").pinging(|id| (id == "a1").then(|| ("zhang".to_owned(), "San Zhang".to_owned())));
        let on_server = wiki::read(&wiki::write(&carried, 1000, ""));
        let on_cloud = adf::read(&adf::write(&carried, 1000, ""));
        for jira in [&carried, &on_server, &on_cloud, &wiki::read(&wiki::write(&told("看"), 1000, ""))] {
            assert!(same_body(&told("看"), jira), "{jira:?}");
            assert!(!same_body(&told("看看"), jira), "{jira:?}");
        }
        let other = line(vec![Inline::text("请"), mention("zhang", "San Zhang"), Inline::text("看")]);
        assert!(!same_body(&told("看"), &other) && !same_body(&other, &told("看")));
    }
}
