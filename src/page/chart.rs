//! Bars, drawn as SVG. Each chart says in words what it shows, and has its numbers as a table beside it.

use std::fmt::Write as _;

use super::escape::text;

/// The size of a chart in units of its own: the page sets the real one.
const WIDTH: usize = 720;
const HEIGHT: usize = 150;
/// Below the bars: their labels.
const FOOT: usize = 22;
/// Left of the bars: the numbers of the scale.
const LEFT: usize = 44;
/// Above the bars.
const TOP: usize = 10;

/// A bar: its label, and its parts from below.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) parts: [u64; 2],
}

/// Draws bars. `every`: each so manieth bar has its label written below it.
pub(super) fn bars(id: &str, title: &str, desc: &str, bars: &[Bar], every: usize) -> String {
    let top = scale(bars.iter().map(|bar| bar.parts.iter().sum()).max().unwrap_or(0));
    let (plot, floor) = (HEIGHT - TOP - FOOT, HEIGHT - FOOT);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
        text(title),
        text(desc)
    );
    for share in 0..=2 {
        let (y, value) = (floor - plot * share / 2, top * u64::try_from(share).unwrap_or(0) / 2);
        let _ = write!(
            svg,
            "<path class=\"g\" d=\"M{LEFT} {y}H{WIDTH}\"/><text class=\"n\" x=\"{}\" y=\"{}\">{value}</text>",
            LEFT - 8,
            y + 4
        );
    }
    let wide = (WIDTH - LEFT) * 10 / bars.len().max(1);
    for (n, bar) in bars.iter().enumerate() {
        let (x, thick) = (LEFT * 10 + n * wide + wide / 8, (wide * 3 / 4).min(640));
        let x = x + (wide * 3 / 4 - thick) / 2;
        let mut y = floor * 10;
        for (part, class) in bar.parts.iter().zip(["a", "b"]).filter(|(part, _)| **part > 0) {
            let tall =
                usize::try_from(u128::from(*part) * (plot as u128) * 10 / u128::from(top.max(1))).unwrap_or(0).max(10);
            y = y.saturating_sub(tall);
            let _ = write!(
                svg,
                "<path class=\"{class}\" d=\"M{} {}h{}v{}h-{}z\"/>",
                tenth(x),
                tenth(y),
                tenth(thick),
                tenth(tall),
                tenth(thick)
            );
        }
        if n % every.max(1) == 0 {
            let middle = tenth(x + thick / 2);
            let _ = write!(svg, "<text class=\"l\" x=\"{middle}\" y=\"{}\">{}</text>", HEIGHT - 5, text(&bar.label));
        }
    }
    svg + "</svg>"
}

fn tenth(n: usize) -> String {
    if n.is_multiple_of(10) { (n / 10).to_string() } else { format!("{}.{}", n / 10, n % 10) }
}

/// Returns the next number above that people like to read on a scale, and that can be halved.
fn scale(most: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [2, 4, 10] {
            let top = step.saturating_mul(factor);
            if top >= most || top == u64::MAX {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        for (most, top) in [(0, 2), (2, 2), (3, 4), (7, 10), (11, 20), (399, 400), (u64::MAX, u64::MAX)] {
            assert_eq!(scale(most), top, "{most}");
        }
    }

    #[test]
    fn a_bar_is_drawn_for_each_part() {
        let bar = |parts| Bar { label: "<x>".to_owned(), parts };
        let svg = bars("c", "T", "D", &[bar([1, 2]), bar([0, 0]), bar([0, 1])], 1);
        assert_eq!((svg.matches("class=\"a\"").count(), svg.matches("class=\"b\"").count()), (1, 2), "{svg}");
        assert!(svg.contains("&lt;x&gt;") && svg.contains("<title id=\"c-t\">T</title>"), "{svg}");
        assert!(bars("c", "T", "D", &[], 1).ends_with("</svg>"));
    }
}
