//! Texts that mean the same though they are written otherwise: a service cuts them, and normalises them.

use crate::plan::references::indifferent;
use crate::render;
use crate::text::{Doc, beginning, cut_in};
use crate::words::Lang;

/// Characters of a title that are compared; what is longer was perhaps cut.
const COMPARED_CHARS: usize = 200;

/// A title arrives as one line, and cut where it is too long.
pub(super) fn same_title(guance: &str, jira: &str) -> bool {
    let plain = |title: &str| title.split_whitespace().collect::<Vec<_>>().join(" ");
    let (guance, jira) = (plain(guance), plain(jira));
    let start = |title: &str| title.chars().take(COMPARED_CHARS).collect::<String>();
    let is_same =
        |guance: &str| guance == jira || jira.chars().count() >= COMPARED_CHARS && start(guance) == start(&jira);
    is_same(&guance) || is_same(&narrow(&guance)) || is_cut_title(&guance, &jira)
}

/// Jira counts UTF-16 units, and takes fewer characters of a title where many are emoji.
fn is_cut_title(guance: &str, jira: &str) -> bool {
    let Some(head) = jira.strip_suffix('…') else { return false };
    let start: String = guance.chars().take(head.chars().count()).collect();
    start.encode_utf16().count() >= COMPARED_CHARS && (start == head || narrow(&start) == head)
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
        let own = render::without_link_back(cut_in(Lang::En, indifferent(body).written()));
        own.canonical().split_whitespace().collect::<String>()
    };
    let said = guance.clone().naming(|name| format!("{before}{name}{behind}"));
    let read = jira.clone().naming(|_| before.to_string());
    // Of what was too long for Jira its beginning is there. Where that ends the formatting ends too: the words tell.
    if let Some(beginning) = beginning(read.clone()) {
        let words = |body: Doc| {
            let own = render::without_link_back(cut_in(Lang::En, indifferent(body).written()));
            own.plain_text().split_whitespace().collect::<String>()
        };
        let (said, read) = (words(said), words(beginning));
        // A row of a table is filled up.
        let read = read.trim_end_matches('|');
        let is_beginning = |said: &str| !read.is_empty() && reads_as(said, read).is_some();
        return is_beginning(&said) || is_beginning(&narrow(&said));
    }
    let (said, read) = (plain(said), plain(read));
    let is_all = |said: &str| reads_as(said, &read) == Some(true);
    is_all(&said) || is_all(&narrow(&said))
}

/// Compares what `jira` says with what `guance` says, where each mention stands either for real or as the words: whether
/// it is all of that, or its beginning. `None` where it says something else.
fn reads_as(guance: &str, jira: &str) -> Option<bool> {
    let [before, behind] = MENTION;
    let mut rest = jira;
    for (n, piece) in guance.split(before).enumerate() {
        let (name, tail) = if n == 0 { ("", piece) } else { piece.split_once(behind).unwrap_or(("", piece)) };
        if n > 0 {
            let Some(after) = rest.strip_prefix(before).or_else(|| rest.strip_prefix(name)) else {
                return name.starts_with(rest).then_some(false);
            };
            rest = after;
        }
        let Some(after) = rest.strip_prefix(tail) else { return tail.starts_with(rest).then_some(false) };
        rest = after;
    }
    rest.is_empty().then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Block, Inline, ListItem, TableCell, adf, wiki};

    #[test]
    fn what_arrived_cut_reads_as_its_original_until_somebody_changes_it() {
        let word = |n: usize| {
            if n.is_multiple_of(7) {
                Inline::strong(format!("满{n} "))
            } else {
                Inline::text(format!("磁盘 {n} 🔥 "))
            }
        };
        let line = |from: usize| Block::Paragraph { content: (from..from + 12).map(word).collect() };
        let item = |n: usize| ListItem { task: None, blocks: vec![line(n)] };
        let cell = |n: usize| TableCell { header: n == 0, blocks: vec![line(n)] };
        let person = Inline::Mention { id: "a1".to_owned(), name: "张三李四王五赵六".to_owned() };
        let blocks = (0..6).flat_map(|n| {
            let list = Block::List { start: None, items: (0..3).map(|m| item(n * 100 + m)).collect() };
            let table = Block::Table { rows: (0..3).map(|m| vec![cell(n * 70 + m), cell(m)]).collect() };
            let code = Block::Code { language: None, text: format!("df -h {n}\n").repeat(4) };
            [line(n * 50), list, Block::Paragraph { content: vec![person.clone()] }, table, code]
        });
        let told = Doc { blocks: blocks.collect() };
        let whole = wiki::write(&told, 1_000_000, "").len();
        for limit in (300..whole).step_by(97) {
            let on_server = wiki::write(&told, limit, "https://g/1");
            let narrowed = wiki::read(&narrow(&on_server));
            let on_cloud = adf::read(&adf::write(&told, limit * 2, "https://g/1"));
            for jira in [&wiki::read(&on_server), &narrowed, &on_cloud] {
                assert!(same_body(&told, jira), "{limit}: {jira:?}");
                let mut edited = jira.clone();
                edited.blocks.insert(0, Block::paragraph("no"));
                assert!(!same_body(&told, &edited), "{limit}");
            }
        }
        let other = Doc { blocks: vec![Block::paragraph("磁盘")] };
        assert!(!same_body(&other, &wiki::read(&wiki::write(&told, 500, "https://g/1"))));
        assert!(!same_body(&told, &other));
    }

    #[test]
    fn a_title_that_was_cut_is_the_same_however_much_its_characters_take() {
        let long = |what: &str| what.repeat(300);
        for (guance, jira) in [
            (long("🔥"), format!("{}…", "🔥".repeat(127))),
            (long("🔥"), format!("{}…", "\u{fffd}".repeat(127))),
            (long("满"), format!("{}…", "满".repeat(254))),
            (format!("disk {}", long("🔥")), format!("disk {}…", "🔥".repeat(124))),
        ] {
            assert!(same_title(&guance, &jira), "{jira}");
            assert!(!same_title(&guance, &format!("rather {jira}")), "{jira}");
            assert!(!same_title(&format!("rather {guance}"), &jira), "{jira}");
        }
        assert!(!same_title("disk full", "disk…"));
    }

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
