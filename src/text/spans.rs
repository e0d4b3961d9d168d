//! Flat marks as nested spans, for the formats that open and close.

use super::doc::{Inline, Mark};

/// A piece of a line: one inline without marks of its own, or a mark around pieces.
#[derive(Debug)]
pub(crate) enum Span<'a> {
    /// Text (its marks are around it already), a break or an image.
    Leaf(&'a Inline),
    /// A mark and what it covers.
    Marked(&'a Mark, Vec<Span<'a>>),
}

/// Nests the runs: of the marks that open at one place the one that reaches farthest is outermost.
pub(crate) fn nest(content: &[Inline]) -> Vec<Span<'_>> {
    let refs: Vec<(&Inline, Vec<&Mark>)> = content
        .iter()
        .map(|inline| match inline {
            Inline::Text { marks, .. } => (inline, marks.iter().collect()),
            other => (other, Vec::new()),
        })
        .collect();
    nest_runs(&refs)
}

fn nest_runs<'a>(runs: &[(&'a Inline, Vec<&'a Mark>)]) -> Vec<Span<'a>> {
    let mut out = Vec::new();
    let mut rest = runs;
    while let Some(((inline, marks), tail)) = rest.split_first() {
        let reach = |mark: &Mark| rest.iter().take_while(|(_, marks)| marks.contains(&mark)).count();
        // The first of the farthest: `max_by_key` takes the last, so look from the back.
        // Code is always innermost: nothing can be marked inside it.
        let outer = marks.iter().rev().filter(|mark| marks.len() == 1 || ***mark != Mark::Code);
        let Some(&mark) = outer.max_by_key(|mark| reach(mark)) else {
            out.push(Span::Leaf(inline));
            rest = tail;
            continue;
        };
        let (covered, after) = rest.split_at(reach(mark));
        let inner: Vec<(&Inline, Vec<&Mark>)> = covered
            .iter()
            .map(|(inline, marks)| (*inline, marks.iter().copied().filter(|other| *other != mark).collect()))
            .collect();
        out.push(Span::Marked(mark, nest_runs(&inner)));
        rest = after;
    }
    out
}
