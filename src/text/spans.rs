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
#[derive(Clone, Copy)]
struct Run<'a> {
    text: Option<&'a str>,
    inline: &'a Inline,
    /// The run's marks, one of a rank at most, and a bit for the rank of each that is left.
    marks: &'a [Mark],
    left: u16,
}

const CODE: u16 = 1 << 8;

fn bit(mark: &Mark) -> u16 {
    1 << mark.rank()
}

impl<'a> Run<'a> {
    fn is_blank(&self) -> bool {
        self.text.is_some_and(|text| text.trim().is_empty())
    }

    /// Returns true when the mark can be put around it now. Code is always innermost: nothing can be marked inside it.
    fn takes(&self, mark: &Mark) -> bool {
        let bit = bit(mark);
        self.left & bit != 0 && (bit != CODE || self.left == CODE) && self.marks.contains(mark)
    }

    /// Returns the mark that reaches farthest over the runs; the first of several.
    fn outer(&self, runs: &[Self]) -> Option<(&'a Mark, usize)> {
        let mut best: Option<(&Mark, usize)> = None;
        for mark in self.marks.iter().filter(|mark| self.takes(mark)) {
            let reach = runs.iter().take_while(|run| run.takes(mark)).count();
            if best.is_none_or(|(_, farthest)| reach > farthest) {
                best = Some((mark, reach));
            }
        }
        best
    }
}

/// Nests the runs: of the marks that open at one place the one that reaches farthest is outermost.
///
/// A blank at the edge of a span stands outside of it, where no format stumbles over it; the normal form gives it back
/// the marks that both sides have.
pub(crate) fn nest(content: &[Inline]) -> Vec<Span<'_>> {
    let plain = |inline: &Inline| !matches!(inline, Inline::Text { marks, .. } if !marks.is_empty());
    if content.iter().all(plain) {
        return content
            .iter()
            .map(|inline| match inline {
                Inline::Text { text, .. } => Span::Text(text),
                other => Span::Leaf(other),
            })
            .collect();
    }
    let mut runs = Vec::with_capacity(content.len());
    for inline in content {
        let Inline::Text { text, marks } = inline else {
            runs.push(Run { text: None, inline, marks: &[], left: 0 });
            continue;
        };
        let (before, rest) = text.split_at(text.len() - text.trim_start().len());
        let (body, after) = rest.split_at(rest.trim_end().len());
        let left = marks.iter().fold(0, |left, mark| left | bit(mark));
        for piece in [before, body, after] {
            if !piece.is_empty() {
                runs.push(Run { text: Some(piece), inline, marks, left });
            }
        }
    }
    nest_runs(&mut runs)
}

fn nest_runs<'a>(runs: &mut [Run<'a>]) -> Vec<Span<'a>> {
    let mut out = Vec::with_capacity(runs.len());
    let mut rest = runs;
    while let Some(run) = rest.first().copied() {
        let outer = if run.is_blank() { None } else { run.outer(rest) };
        let Some((mark, mut reached)) = outer else {
            out.push(run.text.map_or(Span::Leaf(run.inline), Span::Text));
            rest = rest.get_mut(1..).unwrap_or_default();
            continue;
        };
        while reached > 1 && rest.get(reached - 1).is_some_and(Run::is_blank) {
            reached -= 1;
        }
        let (covered, after) = rest.split_at_mut(reached);
        for run in covered.iter_mut() {
            run.left &= !bit(mark);
        }
        out.push(Span::Marked(mark, nest_runs(covered)));
        rest = after;
    }
    out
}
