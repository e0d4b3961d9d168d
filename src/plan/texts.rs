//! Title, description and priority: Guance leads, and what people wrote on Jira by hand stays.

use crate::domain::{Base, Change, Field, Fingerprint, NewIssue, Side};
use crate::plan::SkipReason;
use crate::plan::merge::{Outcome, Pair, UNLISTED, notice};
use crate::plan::references::indifferent;
use crate::render;
use crate::text::{Block, Doc, Inline, beginning};

/// Stands in the base for what a person wrote on Jira: no text, and no priority, reads so.
const BY_HAND: &str = "\u{7f}by hand";

/// Characters of a title that are compared; what is longer was perhaps cut.
const COMPARED_CHARS: usize = 200;

/// Returns how the base keeps a description.
pub(super) fn print(body: &Doc) -> String {
    Fingerprint::of(&[&body.canonical()]).as_str().to_owned()
}

pub(super) fn text(pair: &Pair<'_>, field: Field, now: &Base, new: &NewIssue) -> Outcome {
    let same = match field {
        Field::Body => same_body(&new.body, &pair.jira.body),
        _ => same_title(&new.title, &pair.jira.title),
    };
    let Some(base) = pair.bases.get(&field) else {
        let left = if same { now.jira.clone() } else { Some(BY_HAND.to_owned()) };
        return Outcome::agree(None, &Base { jira: left, ..now.clone() }, pair);
    };
    let moved = base.guance.is_some() && base.guance != now.guance;
    let base = &match &base.jira {
        Some(_) => base.clone(),
        // It was written, and not read since: is it still what was written?
        None => {
            let untouched = match field {
                Field::Title => same_title(base.guance.as_deref().unwrap_or_default(), &pair.jira.title),
                _ => same && !moved,
            };
            let left = if untouched { now.jira.clone() } else { Some(BY_HAND.to_owned()) };
            Base { jira: left, ..base.clone() }
        }
    };
    if !moved {
        return rest(pair, field, base, now);
    }
    if same {
        return Outcome::agree(Some(base), now, pair);
    }
    if base.jira == now.jira {
        let change = match field {
            Field::Body => Change::Body { body: new.body.clone(), origin_url: new.origin_url.clone() },
            _ => Change::Title(new.title.clone()),
        };
        return Outcome::carry(Some(base), now, Side::Jira, change);
    }
    let mut outcome = left_alone(pair, base, now).because(SkipReason::ByHand(field));
    let version = base.version.to_string();
    let told = vec![field.as_str(), version.as_str(), now.guance.as_deref().unwrap_or_default()];
    outcome.notices.push(notice(pair, &told, &announcement(field, new), &format!("note about the new {field}")));
    outcome
}

fn announcement(field: Field, new: &NewIssue) -> Vec<Block> {
    let line = |text: &str| Block::Paragraph { content: vec![Inline::text(text)] };
    match field {
        Field::Body => {
            let mut blocks = vec![line("The description on Guance is now:")];
            blocks.extend(render::without_link_back(new.body.clone()).blocks);
            blocks
        }
        _ => vec![line(&format!("The title on Guance is now: {}", new.title))],
    }
}

pub(super) fn priority(pair: &Pair<'_>, now: &Base, new: &NewIssue) -> Outcome {
    let wanted = new.priority.as_deref();
    let is = |word: &str| pair.jira.priority.as_ref().is_some_and(|one| one.is(word));
    let same = wanted.is_some_and(is);
    let by_hand = || Some(BY_HAND.to_owned());
    let Some(base) = pair.bases.get(&Field::Priority) else {
        let left = if same { now.jira.clone() } else { by_hand() };
        return Outcome::agree(None, &Base { jira: left, ..now.clone() }, pair);
    };
    let moved = base.guance.is_some() && base.guance != now.guance;
    let base = &match &base.jira {
        Some(_) => base.clone(),
        // A create without a priority lets Jira choose one.
        None => {
            let untouched = base.guance.as_deref().is_some_and(|left| left.is_empty() || is(left));
            Base { jira: if untouched { now.jira.clone() } else { by_hand() }, ..base.clone() }
        }
    };
    match wanted {
        _ if !moved => rest(pair, Field::Priority, base, now),
        _ if same => Outcome::agree(Some(base), now, pair),
        None => left_alone(pair, base, now),
        Some(word) => match word.strip_prefix(UNLISTED) {
            Some(level) => left_alone(pair, base, now).because(SkipReason::LevelNotListed(level.to_owned())),
            None if base.jira == now.jira => {
                Outcome::carry(Some(base), now, Side::Jira, Change::Priority(word.to_owned()))
            }
            None => left_alone(pair, base, now).because(SkipReason::ByHand(Field::Priority)),
        },
    }
}

/// Nothing is carried; what was learnt about Jira's value is kept.
fn rest(pair: &Pair<'_>, field: Field, base: &Base, now: &Base) -> Outcome {
    let outcome = Outcome::rest(base, now);
    let learnt = outcome.base.unwrap_or_else(|| base.clone());
    Outcome { base: (pair.bases.get(&field) != Some(&learnt)).then_some(learnt), ..Outcome::default() }
}

/// Guance's value is taken note of; what guajira last left on Jira stays the measure of a change by hand.
fn left_alone(pair: &Pair<'_>, base: &Base, now: &Base) -> Outcome {
    Outcome::agree(Some(base), &Base { jira: base.jira.clone(), ..now.clone() }, pair)
}

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
        let own = render::without_link_back(indifferent(body).written());
        own.canonical().split_whitespace().collect::<String>()
    };
    let said = guance.clone().naming(|name| format!("{before}{name}{behind}"));
    let read = jira.clone().naming(|_| before.to_string());
    // Of what was too long for Jira its beginning is there. Where that ends the formatting ends too: the words tell.
    if let Some(beginning) = beginning(read.clone()) {
        let words = |body: Doc| {
            let own = render::without_link_back(indifferent(body).written());
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
    use crate::text::{ListItem, TableCell, adf, wiki};

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
