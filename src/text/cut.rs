//! Cutting a document to a size that is only known once it is written.

use super::doc::{Block, Doc, Inline, ListItem, TableCell};

/// Writes the document; if that is larger than `limit`, writes as much of its beginning as fits together with a last
/// paragraph that links to `rest`. `None` when not even that paragraph fits.
pub(crate) fn to_fit<T>(doc: &Doc, limit: usize, rest: &str, write: impl Fn(&Doc) -> (T, usize)) -> Option<T> {
    let (whole, size) = write(doc);
    if size <= limit {
        return Some(whole);
    }
    drop(whole);
    // One character needs at least one unit, so no more than `limit` characters can ever fit.
    let (mut fits, mut too_much) = (0, limit.saturating_add(1));
    let mut best = None;
    for budget in [0, limit / 2] {
        let (text, size) = write(&with_tail(doc, budget, rest));
        if size <= limit {
            best = Some(text);
            fits = budget;
        } else {
            too_much = budget;
            break;
        }
    }
    best.as_ref()?;
    while too_much - fits > 1 {
        let middle = fits + (too_much - fits) / 2;
        let (text, size) = write(&with_tail(doc, middle, rest));
        if size <= limit {
            best = Some(text);
            fits = middle;
            // Close enough: what is left is less than a line.
            if limit - size < 16 {
                break;
            }
        } else {
            too_much = middle;
        }
    }
    best
}

/// Returns the paragraph that says where the rest is.
fn tail(rest: &str) -> Block {
    let content = if rest.trim().is_empty() {
        vec![Inline::text("… (cut)")]
    } else {
        vec![Inline::text("… (cut; the full text is there: "), Inline::link(rest, rest), Inline::text(")")]
    };
    Block::Paragraph { content }
}

fn with_tail(doc: &Doc, budget: usize, rest: &str) -> Doc {
    let mut budget = budget;
    let mut blocks = prefix(&doc.blocks, &mut budget);
    blocks.push(tail(rest));
    Doc { blocks }
}

/// Returns the first blocks that cost no more than the budget: a character costs 1, and so does each block and break.
fn prefix(blocks: &[Block], budget: &mut usize) -> Vec<Block> {
    let mut out = Vec::new();
    for block in blocks {
        if !spend(budget, 1) {
            break;
        }
        out.push(match block {
            Block::Paragraph { content } => Block::Paragraph { content: inlines(content, budget) },
            Block::Heading { level, content } => Block::Heading { level: *level, content: inlines(content, budget) },
            Block::List { start, items } => {
                let mut kept = Vec::new();
                for item in items {
                    if !spend(budget, 1) {
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

fn table(rows: &[Vec<TableCell>], budget: &mut usize) -> Vec<Vec<TableCell>> {
    let mut kept = Vec::new();
    for row in rows {
        // A row is kept with all its cells, so the table stays rectangular.
        if !spend(budget, row.len()) {
            break;
        }
        let cells = row.iter().map(|cell| TableCell { header: cell.header, blocks: prefix(&cell.blocks, budget) });
        kept.push(cells.collect());
    }
    kept
}

fn inlines(content: &[Inline], budget: &mut usize) -> Vec<Inline> {
    let mut out = Vec::new();
    for inline in content {
        if *budget == 0 {
            break;
        }
        match inline {
            Inline::Text { text, marks } => out.push(Inline::marked(chars(text, budget), marks)),
            other => {
                if spend(budget, other.plain().chars().count()) {
                    out.push(other.clone());
                }
            }
        }
    }
    out
}

fn spend(budget: &mut usize, cost: usize) -> bool {
    match budget.checked_sub(cost) {
        Some(left) => {
            *budget = left;
            true
        }
        None => {
            *budget = 0;
            false
        }
    }
}

/// Returns as many characters as the budget pays for, never half of what people see as one.
fn chars<'a>(text: &'a str, budget: &mut usize) -> &'a str {
    match text.char_indices().nth(*budget) {
        None => {
            *budget -= text.chars().count();
            text
        }
        Some((at, next)) => {
            *budget = 0;
            let mut head = text.get(..at).unwrap_or_default();
            let mut next = next;
            while joins(next) || head.ends_with('\u{200D}') {
                let Some(last) = head.chars().next_back() else { break };
                next = last;
                head = head.get(..head.len() - last.len_utf8()).unwrap_or_default();
            }
            head
        }
    }
}

/// Returns true for a character that belongs to the one before it: joiners, variation selectors, skin tones, accents.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}'
        | '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20F0}' | '\u{3099}' | '\u{309A}')
}
