//! Cutting a document to a size that is only known once it is written.

use std::borrow::Cow;

use super::clusters;
use super::doc::{Block, Doc, Inline, ListItem, Mark, TableCell};
use super::fit::Rules;
use super::url;
use crate::words::{Cut, Lang, Written};

/// Where the rest of a text is, should it be cut, and the language in which that is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest<'r> {
    /// An address, or nothing.
    pub url: &'r str,
    /// The language.
    pub lang: Lang,
}

impl<'r> From<&'r str> for Rest<'r> {
    fn from(url: &'r str) -> Self {
        Self { url, lang: Lang::default() }
    }
}

impl<'r> From<&'r String> for Rest<'r> {
    fn from(url: &'r String) -> Self {
        Self::from(url.as_str())
    }
}

/// Fits the document to a format's rules and writes it; if that is larger than `limit`, writes as much of its beginning as
/// fits together with a last paragraph that links to `rest`. `None` when not even that paragraph fits.
///
/// What is written, and thrown away, to find that out is never much larger than the limit, however large the document is.
pub(crate) fn to_fit<T>(
    doc: &Doc,
    limit: usize,
    rest: Rest<'_>,
    rules: &Rules,
    write: impl Fn(&Doc) -> (T, usize),
) -> Option<T> {
    let spoken;
    let doc = if rest.lang == Lang::En {
        doc
    } else {
        spoken = cut_in(rest.lang, doc.clone());
        &spoken
    };
    let sized = |doc: Doc| {
        let fitted = rules.fit(doc);
        let (text, size) = write(&fitted);
        (fitted, text, size)
    };
    let all = cost(&doc.blocks, nothing);
    let (_, mut best, tail) = sized(with_tail(doc, 0, rest));
    let mut best_size = tail;
    // What is small is tried whole at once; of what is large, beginnings are written until one is too large.
    let mut budget = if all <= limit / SMALL || tail > limit { all } else { limit / SMALL / 4 };
    let (larger, mut too_large) = loop {
        if budget >= all {
            let (fitted, text, size) = sized(doc.clone());
            if size <= limit {
                return Some(text);
            }
            break (fitted, size);
        }
        let (fitted, text, size) = sized(with_tail(doc, budget, rest));
        if size <= limit {
            budget = scale(budget, limit + limit / 8, size).max(budget + budget / 2 + 1);
            (best, best_size) = (text, size);
        } else if size > limit + tail || all - budget > tail {
            break (fitted, size);
        } else {
            // Without the tail, all of it may still fit.
            budget = all;
        }
    };
    if tail > limit {
        return None;
    }
    // What the format cannot hold is out of that one, which makes its beginnings cheaper. Their size grows nearly evenly, so
    // a few guesses are enough; the longer it takes, the less must be won.
    let (mut fits, mut fits_size, mut too_much) = (0, tail, cost(&larger.blocks, nothing));
    for guess in 0..MAX_GUESSES {
        let tolerance = (limit / 128).max(16) << (guess / 3);
        if too_much - fits <= 1 || limit - best_size <= tolerance {
            break;
        }
        let span = too_much - fits;
        let even = scale(span, limit - fits_size, too_large - fits_size);
        // In uneven documents the middle helps.
        let step = if guess % 3 == 2 { span / 2 } else { even - even / 64 };
        let budget = fits + step.clamp(1, span - 1);
        let (_, text, size) = sized(with_tail(&larger, budget, rest));
        if size > limit {
            (too_much, too_large) = (budget, size);
            continue;
        }
        (fits, fits_size) = (budget, size);
        if size > best_size {
            (best, best_size) = (text, size);
        }
    }
    Some(best)
}

/// A document that costs no more than this part of the limit is tried whole at once.
const SMALL: usize = 4;

/// Most beginnings that are written between one that fits and one that does not.
const MAX_GUESSES: usize = 12;

fn scale(number: usize, by: usize, of: usize) -> usize {
    let scaled = number as u128 * by as u128 / (of as u128).max(1);
    usize::try_from(scaled).unwrap_or(number)
}

/// Most characters, addresses and nodes that a reader takes over from one text: twice what any service takes (65,535
/// characters), so that nothing is lost here which would have arrived, but for tables in tables and the like, of which no
/// format keeps more than the words. It bounds the work that a hostile text can cause.
pub(crate) const MAX_READ: usize = 131_072;

/// Returns what ends a text that was longer than [`MAX_READ`]. Every copy links to its original beside it. It is in English
/// until the text is written: a fingerprint must not depend on the language.
pub(super) fn read_cut() -> String {
    Written::ReadCut.in_lang(Lang::En)
}

/// Returns a text in which what says that not all of it was read is in this language.
pub(crate) fn cut_in(lang: Lang, mut doc: Doc) -> Doc {
    for block in &mut doc.blocks {
        if let Block::Paragraph { content } = block
            && let [Inline::Text { text, .. }] = content.as_mut_slice()
            && Written::ReadCut.is(text)
        {
            *text = Written::ReadCut.in_lang(lang);
        }
    }
    doc
}

/// Cuts what was read to [`MAX_READ`] and says so; `cut` is true when not all was read to begin with.
pub(crate) fn bounded(mut doc: Doc, mut cut: bool) -> Doc {
    doc.each_line(&mut |line| line.iter_mut().for_each(drop_address));
    if cost(&doc.blocks, addresses) > MAX_READ {
        doc.blocks = prefix(&doc.blocks, &mut Budget { left: MAX_READ, extra: addresses });
        cut = true;
    }
    if cut {
        doc.blocks.push(Block::paragraph(&read_cut()));
    }
    doc
}

/// Takes off an address that nobody carries, be it a picture that stands in the text itself (`data:`): it must not count.
fn drop_address(inline: &mut Inline) {
    // Most addresses are short and of the web.
    let is_fine = |url: &str| url.len() <= 8192 && url.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("http"));
    match inline {
        Inline::Image { url, .. } if !is_fine(url) => *url = url::safe(url).unwrap_or_default(),
        Inline::Text { marks, .. } => marks.retain_mut(|mark| match mark {
            Mark::Link(url) => is_fine(url) || (url.len() <= 8192 && url::make_safe(url)),
            _ => true,
        }),
        _ => {}
    }
}

/// Returns as much of a source as is read, mostly up to a line end, and whether it was cut. Images that stand in the text
/// itself (`data:` addresses) are no text and are taken out first.
pub(crate) fn source(text: &str) -> (Cow<'_, str>, bool) {
    if text.len() <= MAX_READ {
        return (Cow::Borrowed(text), false);
    }
    let text = without_data(text);
    let Some((end, _)) = text.char_indices().nth(MAX_READ) else { return (text, false) };
    let head = text.get(..end).unwrap_or_default();
    let near = head.rfind('\n').filter(|at| head.len() - at < 4096);
    (Cow::Owned(head.get(..near.unwrap_or(end)).unwrap_or_default().to_owned()), true)
}

fn without_data(text: &str) -> Cow<'_, str> {
    let is_data =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b';' | b',' | b'-' | b'.' | b'%');
    let mut out = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find("data:")).map(|at| at + from + 5) {
        let length = rest.bytes().skip(at).take_while(|b| is_data(*b)).count();
        let picture = rest.get(at..).is_some_and(|tail| tail.starts_with("image/"));
        if length > if picture { 16 } else { 1024 } {
            out.push_str(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + length..).unwrap_or_default();
            from = 0;
        } else {
            from = at;
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Returns the beginning that was written of a text too long for its service; `None` where all of it was.
pub(crate) fn beginning(mut doc: Doc) -> Option<Doc> {
    let Some(Block::Paragraph { content }) = doc.blocks.pop() else { return None };
    let is_tail = matches!(content.first(), Some(Inline::Text { text, .. }) if Cut::begins(text));
    is_tail.then_some(doc)
}

/// Returns the paragraph that says where the rest is.
fn tail(rest: Rest<'_>) -> Block {
    let cut = Cut::of(rest.lang);
    if rest.url.trim().is_empty() {
        return Block::paragraph(cut.alone);
    }
    let mut content = vec![Inline::text(cut.before), Inline::link(rest.url, rest.url)];
    if !cut.behind.is_empty() {
        content.push(Inline::text(cut.behind));
    }
    Block::Paragraph { content }
}

fn with_tail(doc: &Doc, budget: usize, rest: Rest<'_>) -> Doc {
    let mut blocks = prefix(&doc.blocks, &mut Budget { left: budget, extra: nothing });
    blocks.push(tail(rest));
    Doc { blocks }
}

/// What an inline costs beside its characters, after the inline before it.
type Extra = fn(&Inline, Option<&Inline>) -> usize;

/// How much may still be taken over.
struct Budget {
    left: usize,
    extra: Extra,
}

impl Budget {
    fn spend(&mut self, cost: usize) -> bool {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or_default();
        left.is_some()
    }
}

/// A writer may leave addresses out, so they say nothing about what will be written.
fn nothing(_: &Inline, _: Option<&Inline>) -> usize {
    0
}

/// What is read keeps every address with every run. Those of one link share it, until they are stored.
fn addresses(inline: &Inline, before: Option<&Inline>) -> usize {
    let link = |inline: &Inline| match inline {
        Inline::Text { marks, .. } => marks.iter().find_map(|mark| match mark {
            Mark::Link(url) => Some(url.clone()),
            _ => None,
        }),
        _ => None,
    };
    match inline {
        Inline::Text { .. } => {
            let Some(url) = link(inline) else { return 0 };
            if before.and_then(link).is_some_and(|before| before == url) { url.len() / 16 } else { url.len() }
        }
        Inline::Image { url, .. } => url.len(),
        Inline::Mention { id, .. } | Inline::Ping { id, .. } => id.len(),
        Inline::Break | Inline::Emoji { .. } => 0,
    }
}

/// Returns what the blocks cost, see [`prefix`].
fn cost(blocks: &[Block], extra: Extra) -> usize {
    let inlines = |content: &[Inline]| -> usize {
        let before = std::iter::once(None).chain(content.iter().map(Some));
        content.iter().zip(before).map(|(inline, before)| inline_cost(inline) + extra(inline, before)).sum()
    };
    let block = |block: &Block| match block {
        Block::Paragraph { content } | Block::Heading { content, .. } => inlines(content),
        Block::List { items, .. } => items.iter().map(|item| NODE + cost(&item.blocks, extra)).sum(),
        Block::Code { text, .. } => text.chars().count(),
        Block::Quote { blocks } => cost(blocks, extra),
        Block::Table { rows } => rows.iter().flatten().map(|cell| NODE + cost(&cell.blocks, extra)).sum(),
        Block::Rule => 0,
        Block::Panel { title, blocks, .. } => {
            title.as_deref().map_or(0, |text| text.chars().count()) + cost(blocks, extra)
        }
        Block::Expand { title, blocks } => title.chars().count() + cost(blocks, extra),
    };
    blocks.iter().map(|one| NODE + block(one)).sum()
}

fn inline_cost(inline: &Inline) -> usize {
    match inline {
        Inline::Text { text, .. } => text.chars().count(),
        Inline::Break => 1,
        other => other.plain().chars().count(),
    }
}

/// What a block, an item or a cell costs: a format writes two or three characters for each, or far more.
const NODE: usize = 3;

/// Returns the first blocks that cost no more than the budget: a character and a break cost 1, a block, an item and a cell
/// [`NODE`].
fn prefix(blocks: &[Block], budget: &mut Budget) -> Vec<Block> {
    let mut out = Vec::new();
    for block in blocks {
        if !budget.spend(NODE) {
            break;
        }
        out.push(match block {
            Block::Paragraph { content } => Block::Paragraph { content: inlines(content, budget) },
            Block::Heading { level, content } => Block::Heading { level: *level, content: inlines(content, budget) },
            Block::List { start, items } => {
                let mut kept = Vec::new();
                for item in items {
                    if !budget.spend(NODE) {
                        break;
                    }
                    kept.push(ListItem { task: item.task, blocks: prefix(&item.blocks, budget) });
                }
                Block::List { start: *start, items: kept }
            }
            Block::Code { language, text } => {
                Block::Code { language: language.clone(), text: chars(text, budget).to_owned() }
            }
            Block::Quote { blocks } => Block::Quote { blocks: prefix(blocks, budget) },
            Block::Table { rows } => Block::Table { rows: table(rows, budget) },
            Block::Rule => Block::Rule,
            Block::Panel { kind, title, blocks } => Block::Panel {
                kind: *kind,
                title: title.as_deref().map(|text| chars(text, budget).to_owned()),
                blocks: prefix(blocks, budget),
            },
            Block::Expand { title, blocks } => {
                Block::Expand { title: chars(title, budget).to_owned(), blocks: prefix(blocks, budget) }
            }
        });
    }
    out
}

fn table(rows: &[Vec<TableCell>], budget: &mut Budget) -> Vec<Vec<TableCell>> {
    let mut kept = Vec::new();
    for row in rows {
        // A row is kept with all its cells, so the table stays rectangular.
        if !budget.spend(NODE * row.len()) {
            break;
        }
        let cells = row.iter().map(|cell| TableCell { header: cell.header, blocks: prefix(&cell.blocks, budget) });
        kept.push(cells.collect());
    }
    kept
}

fn inlines(content: &[Inline], budget: &mut Budget) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    let mut before = None;
    for inline in content {
        if budget.left == 0 || !budget.spend((budget.extra)(inline, before)) {
            break;
        }
        match inline {
            Inline::Text { text, marks } => out.push(Inline::marked(chars(text, budget), marks)),
            other => {
                if budget.spend(inline_cost(other)) {
                    out.push(other.clone());
                }
            }
        }
        before = Some(inline);
    }
    out
}

/// Returns as many characters as the budget pays for, never half of what people see as one.
fn chars<'a>(text: &'a str, budget: &mut Budget) -> &'a str {
    match text.char_indices().nth(budget.left) {
        None => {
            budget.left -= text.chars().count();
            text
        }
        Some((at, next)) => {
            budget.left = 0;
            let mut head = text.get(..at).unwrap_or_default();
            let mut next = next;
            while clusters::joins(next) || head.ends_with('\u{200D}') {
                let Some(last) = head.chars().next_back() else { break };
                next = last;
                head = head.get(..head.len() - last.len_utf8()).unwrap_or_default();
            }
            head
        }
    }
}
