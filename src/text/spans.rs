//! Flat marks as nested spans, for the formats that open and close.

use super::doc::{Inline, Mark};

/// A piece of a line: something without marks of its own, or a mark around pieces.
#[derive(Debug)]
pub(crate) enum Span<'a> {
    /// Text; its marks are around it already.
    Text(&'a str),
    /// A break or an image.
    Leaf(&'a Inline),
    /// A mark and what it covers; it neither starts nor ends with a blank.
    Marked(&'a Mark, Vec<Self>),
}

impl Span<'_> {
    /// Returns the text in it.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Text(text) => (*text).to_owned(),
            Self::Leaf(inline) => inline.plain(),
            Self::Marked(_, inner) => inner.iter().map(Self::plain).collect(),
        }
    }
}

/// A piece of a run and the marks that are still to be put around it.
#[derive(Clone)]
struct Run<'a> {
    text: Option<&'a str>,
    inline: &'a Inline,
    marks: Vec<&'a Mark>,
}

impl Run<'_> {
    fn is_blank(&self) -> bool {
        self.text.is_some_and(|text| text.trim().is_empty())
    }
}

/// Nests the runs: of the marks that open at one place the one that reaches farthest is outermost.
///
/// A blank at the edge of a span stands outside of it, where no format stumbles over it; the normal form gives it back
/// the marks that both sides have.
pub(crate) fn nest(content: &[Inline]) -> Vec<Span<'_>> {
    let mut runs = Vec::with_capacity(content.len());
    for inline in content {
        let Inline::Text { text, marks } = inline else {
            runs.push(Run { text: None, inline, marks: Vec::new() });
            continue;
        };
        let (before, rest) = text.split_at(text.len() - text.trim_start().len());
        let (body, after) = rest.split_at(rest.trim_end().len());
        for piece in [before, body, after] {
            if !piece.is_empty() {
                runs.push(Run { text: Some(piece), inline, marks: marks.iter().collect() });
            }
        }
    }
    nest_runs(&runs)
}

fn nest_runs<'a>(runs: &[Run<'a>]) -> Vec<Span<'a>> {
    let mut out = Vec::new();
    let mut rest = runs;
    while let Some((run, tail)) = rest.split_first() {
        // Code is always innermost: nothing can be marked inside it.
        let covers =
            |mark: &Mark, run: &Run<'_>| run.marks.contains(&mark) && (*mark != Mark::Code || run.marks.len() == 1);
        let reach = |mark: &Mark| rest.iter().take_while(|run| covers(mark, run)).count();
        // The first of the farthest: `max_by_key` takes the last, so look from the back.
        let outer = run.marks.iter().rev().filter(|mark| run.marks.len() == 1 || ***mark != Mark::Code);
        let mark = if run.is_blank() { None } else { outer.max_by_key(|mark| reach(mark)).copied() };
        let Some(mark) = mark else {
            out.push(run.text.map_or(Span::Leaf(run.inline), Span::Text));
            rest = tail;
            continue;
        };
        let mut reached = reach(mark);
        while reached > 1 && rest.get(reached - 1).is_some_and(Run::is_blank) {
            reached -= 1;
        }
        let (covered, after) = rest.split_at(reached);
        let inner: Vec<Run<'_>> = covered
            .iter()
            .map(|run| Run { marks: run.marks.iter().copied().filter(|other| *other != mark).collect(), ..run.clone() })
            .collect();
        out.push(Span::Marked(mark, nest_runs(&inner)));
        rest = after;
    }
    out
}
