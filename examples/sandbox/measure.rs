//! How wide a text is in a picture, whose reader's fonts are not known: by the widths of Helvetica and Arial, which other
//! sans-serif fonts are close to. A Chinese character is as wide as the font is high.

use crate::page;

/// A font of the picture, by what it is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Plain,
    Bold,
    Small,
    Code,
    Head,
}

/// Widths of the characters from the space to `~`, in thousandths of the font's height.
///
/// Source: Adobe, Helvetica AFM.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// Returns how wide a text is, in pixels.
pub(crate) fn width(text: &str, face: Face) -> f64 {
    let (size, stretch) = match face {
        Face::Plain => (14.0, 1.02),
        Face::Bold => (14.0, 1.08),
        Face::Small => (12.5, 1.02),
        Face::Code => (12.5, 1.0),
        Face::Head => (17.0, 1.08),
    };
    let of = |c: char| match page::of(c) {
        0 => 0.0,
        1 if face == Face::Code => 0.602,
        1 => stretch * latin(c),
        _ => 1.0,
    };
    text.chars().map(of).sum::<f64>() * size
}

fn latin(c: char) -> f64 {
    if c == '·' {
        // A Chinese font makes it wider than the others do.
        return 0.5;
    }
    let at = usize::try_from(u32::from(c)).ok().and_then(|code| code.checked_sub(32));
    f64::from(at.and_then(|at| WIDTHS.get(at)).copied().unwrap_or(600)) / 1000.0
}

/// Splits a text into what is not broken over two lines.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    page::pieces(text)
}
