//! The normal form of inline content: runs, lines, paragraphs.
//!
//! Every text of every format goes through here, twice when it is written, so a run that is normal already is only
//! looked at and moved.

use super::clean::{clean, is_clean, one_line};
use super::doc::{Block, Inline, Mark, plain_inlines};
use super::url;

/// Adds one paragraph for each group of lines between empty lines.
pub(crate) fn push_paragraphs(mut content: Vec<Inline>, plain: bool, out: &mut Vec<Block>) {
    if is_one_plain_run(&mut content) {
        if !content.is_empty() {
            out.push(Block::Paragraph { content });
        }
        return;
    }
    let content = clean_inlines(content, plain);
    let mut now: Vec<Inline> = Vec::with_capacity(content.len());
    // Where the line starts in the paragraph; before it stands its break.
    let mut from = 0;
    for inline in content {
        if inline != Inline::Break {
            now.push(inline);
        } else if end_line(&mut now, from) {
            now.push(Inline::Break);
            from = now.len();
        } else {
            push_paragraph(&mut now, out);
            from = 0;
        }
    }
    end_line(&mut now, from);
    push_paragraph(&mut now, out);
}

/// Returns the paragraphs of the content, see [`push_paragraphs`].
pub(crate) fn paragraphs(content: Vec<Inline>, plain: bool) -> Vec<Block> {
    let mut out = Vec::new();
    push_paragraphs(content, plain, &mut out);
    out
}

/// Returns the content as one line.
pub(crate) fn heading(content: Vec<Inline>, plain: bool) -> Vec<Inline> {
    let mut line = Vec::with_capacity(content.len());
    for inline in clean_inlines(content, plain) {
        match inline {
            Inline::Text { text, marks } => push_text(text, marks, &mut line),
            Inline::Break => push_text(" ".to_owned(), Vec::new(), &mut line),
            other => line.push(other),
        }
    }
    end_line(&mut line, 0);
    line
}

/// Returns the runs of a text as plain paragraphs.
pub(crate) fn unmarked(content: &[Inline]) -> Vec<Block> {
    paragraphs(vec![Inline::text(plain_inlines(content))], true)
}

/// Returns true for what most paragraphs and nearly all cells are: one run of plain clean text, which it trims.
fn is_one_plain_run(content: &mut Vec<Inline>) -> bool {
    let [Inline::Text { text, marks }] = content.as_mut_slice() else { return content.is_empty() };
    if !marks.is_empty() || !is_clean(text) || url::may_hold_bare(text) {
        return false;
    }
    trim(text);
    if text.is_empty() {
        content.clear();
    }
    true
}

fn trim(text: &mut String) {
    text.truncate(text.trim_end().len());
    let lead = text.len() - text.trim_start().len();
    text.drain(..lead);
}

fn push_paragraph(now: &mut Vec<Inline>, out: &mut Vec<Block>) {
    if now.last() == Some(&Inline::Break) {
        now.pop();
    }
    if !now.is_empty() {
        out.push(Block::Paragraph { content: std::mem::take(now) });
    }
}

/// Ends the line that starts at `from`: moves blanks out of marks, drops those at the end, in a paragraph's first line
/// also those at the start, and merges equal runs. Returns false when nothing is left of it.
fn end_line(now: &mut Vec<Inline>, from: usize) -> bool {
    let line = now.get(from..).unwrap_or_default();
    if line.iter().any(|inline| matches!(inline, Inline::Text { marks, .. } if !marks.is_empty())) {
        if line.iter().any(has_blank_edge) {
            let line = share_blanks(now.split_off(from));
            now.reserve(line.len());
            let line_start = now.len();
            for inline in line {
                push_inline(inline, line_start, now);
            }
        } else {
            merge(now, from);
        }
    }
    while now.len() > from
        && let Some(Inline::Text { text, .. }) = now.last_mut()
    {
        text.truncate(text.trim_end().len());
        if !text.is_empty() {
            break;
        }
        now.pop();
    }
    if from == 0 {
        trim_start(now);
    }
    now.len() > from
}

fn has_blank_edge(inline: &Inline) -> bool {
    matches!(inline, Inline::Text { text, .. }
        if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace))
}

/// Merges equal runs from a place on; mostly there are none.
fn merge(now: &mut Vec<Inline>, from: usize) {
    let equal = |pair: &[Inline]| match pair {
        [Inline::Text { marks: left, .. }, Inline::Text { marks: right, .. }] => left == right,
        _ => false,
    };
    if now.get(from..).unwrap_or_default().windows(2).any(equal) {
        for inline in now.split_off(from) {
            push_inline(inline, from, now);
        }
    }
}

/// Adds an inline to the line that starts at `from`.
fn push_inline(inline: Inline, from: usize, now: &mut Vec<Inline>) {
    match inline {
        Inline::Text { text, marks } if now.len() > from => push_text(text, marks, now),
        other => now.push(other),
    }
}

/// Adds a run, to the run before when that has the same marks.
fn push_text(piece: String, marks: Vec<Mark>, out: &mut Vec<Inline>) {
    if let Some(Inline::Text { text, marks: before }) = out.last_mut()
        && *before == marks
    {
        text.push_str(&piece);
        return;
    }
    out.push(Inline::Text { text: piece, marks });
}

fn is_blank(inline: &Inline) -> bool {
    matches!(inline, Inline::Text { text, .. } if text.trim().is_empty())
}

/// Splits blanks off the edges of each run and gives them the marks that both neighbours have.
fn share_blanks(line: Vec<Inline>) -> Vec<Inline> {
    let mut parts: Vec<Inline> = Vec::with_capacity(line.len());
    for inline in line {
        match inline {
            Inline::Text { text, marks } if !marks.is_empty() => split_edges(text, marks, &mut parts),
            other => parts.push(other),
        }
    }
    let mut out: Vec<Inline> = Vec::with_capacity(parts.len());
    let mut parts = parts.into_iter().peekable();
    // A stretch of blank pieces is decided as a whole, by the runs on both of its sides.
    while let Some(part) = parts.next() {
        if !is_blank(&part) {
            out.push(part);
            continue;
        }
        let Inline::Text { mut text, marks } = part else { continue };
        let mut all_code = marks.contains(&Mark::Code);
        while let Some(next) = parts.next_if(is_blank) {
            if let Inline::Text { text: more, marks } = next {
                text.push_str(&more);
                all_code &= marks.contains(&Mark::Code);
            }
        }
        let (left, right) = (marks_of(out.last()), marks_of(parts.peek()));
        // Two words of code are not one.
        let code = all_code && left == right;
        let shared = left.iter().filter(|mark| right.contains(mark) && (code || **mark != Mark::Code)).cloned();
        let marks = shared.collect();
        out.push(Inline::Text { text, marks });
    }
    out
}

fn marks_of(inline: Option<&Inline>) -> &[Mark] {
    match inline {
        Some(Inline::Text { marks, .. }) => marks,
        _ => &[],
    }
}

fn split_edges(text: String, marks: Vec<Mark>, parts: &mut Vec<Inline>) {
    let body = text.trim();
    if body.len() == text.len() || body.is_empty() {
        if !text.is_empty() {
            parts.push(Inline::Text { text, marks });
        }
        return;
    }
    let lead = text.len() - text.trim_start().len();
    let (before, rest) = text.split_at(lead);
    let (_, after) = rest.split_at(body.len());
    for piece in [before, body, after] {
        if !piece.is_empty() {
            parts.push(Inline::marked(piece, &marks));
        }
    }
}

fn trim_start(line: &mut Vec<Inline>) {
    let blank = line.iter().take_while(|inline| is_blank(inline)).count();
    line.drain(..blank);
    if let Some(Inline::Text { text, .. }) = line.first_mut() {
        let lead = text.len() - text.trim_start().len();
        text.drain(..lead);
    }
}

/// Cleans each inline: text without newlines (they become breaks), addresses checked, bare addresses linked.
fn clean_inlines(content: Vec<Inline>, plain: bool) -> Vec<Inline> {
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        let inline = match inline {
            Inline::Text { .. } | Inline::Break => inline,
            Inline::Mention { id, name } => Inline::Mention { id: one_line(&id), name: one_line(&name) },
            Inline::Ping { id, name } => Inline::Ping { id: one_line(&id), name: one_line(&name) },
            Inline::Emoji { text } => Inline::Emoji { text: one_line(&text) },
            Inline::Image { url, alt } => {
                Inline::Image { url: url::safe(&url).unwrap_or_default(), alt: one_line(&alt) }
            }
        };
        match inline {
            Inline::Text { text, marks } => push_lines(text, sort_marks(marks), &mut out),
            Inline::Mention { .. } | Inline::Emoji { .. } if plain => push_lines(inline.plain(), Vec::new(), &mut out),
            Inline::Image { ref url, .. } if plain && url.is_empty() => {
                push_lines(inline.plain(), Vec::new(), &mut out);
            }
            Inline::Mention { ref id, ref name } if id.is_empty() && name.trim_start_matches('@').is_empty() => {}
            Inline::Emoji { ref text } if text.is_empty() => {}
            inline => out.push(inline),
        }
    }
    if out.iter().any(has_bare_address) { link_addresses(out) } else { out }
}

fn push_lines(text: String, marks: Vec<Mark>, out: &mut Vec<Inline>) {
    if is_clean(&text) {
        if !text.is_empty() {
            push_text(text, marks, out);
        }
        return;
    }
    for (n, line) in clean(&text).split('\n').enumerate() {
        if n > 0 {
            out.push(Inline::Break);
        }
        if !line.is_empty() {
            push_text(line.to_owned(), marks.clone(), out);
        }
    }
}

fn has_bare_address(inline: &Inline) -> bool {
    matches!(inline, Inline::Text { text, marks } if may_link(marks) && url::may_hold_bare(text))
}

fn may_link(marks: &[Mark]) -> bool {
    !marks.iter().any(|mark| matches!(mark, Mark::Link(_) | Mark::Code))
}

/// Makes links of bare addresses, once neighbours are one run.
fn link_addresses(content: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        if !has_bare_address(&inline) {
            push_inline(inline, 0, &mut out);
            continue;
        }
        let Inline::Text { text, marks } = inline else { continue };
        for (piece, prefix) in url::bare(&text) {
            let mut marks = marks.clone();
            if let Some(url) = prefix.and_then(|prefix| url::safe(&format!("{prefix}{piece}"))) {
                marks.insert(0, Mark::Link(url.into()));
            }
            push_text(piece.to_owned(), marks, &mut out);
        }
    }
    out
}

/// Returns the marks in order: unique, possible together, addresses and colours checked.
pub(crate) fn sort_marks(mut marks: Vec<Mark>) -> Vec<Mark> {
    if marks.is_empty() {
        return marks;
    }
    marks.retain_mut(|mark| match mark {
        Mark::Link(address) => url::make_safe(address),
        Mark::Color(name) => color(name).map(|color| *name = color).is_some(),
        _ => true,
    });
    if marks.contains(&Mark::Code) {
        marks.retain(|mark| matches!(mark, Mark::Code | Mark::Link(_)));
    }
    if marks.contains(&Mark::Sub) {
        marks.retain(|mark| *mark != Mark::Sup);
    }
    marks.sort_by_key(Mark::rank);
    marks.dedup_by_key(|mark| mark.rank());
    marks
}

/// Returns the colour as `#rrggbb`; black is no colour.
fn color(name: &str) -> Option<String> {
    let name = name.trim().to_ascii_lowercase();
    let hex = name.strip_prefix('#')?;
    if !hex.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let full = match hex.len() {
        6 => hex.to_owned(),
        3 => hex.chars().flat_map(|c| [c, c]).collect(),
        _ => return None,
    };
    (full != "000000").then(|| format!("#{full}"))
}
