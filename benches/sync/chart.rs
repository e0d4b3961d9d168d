//! A chart of what a run costs against the size of what it works with.

use std::fmt::Write as _;

use crate::figures::Figures;

/// Width and height of one panel's plot, in pixels.
const PLOT: (f64, f64) = (300.0, 180.0);

/// How far from the sides of the plot the first and the last point stand, so that no label crosses the axis.
const INSET: f64 = 24.0;

/// One panel: what it shows, and its points (size, cost), the smallest first.
struct Panel {
    title: &'static str,
    unit: &'static str,
    points: Vec<(f64, f64)>,
}

/// Draws idle cost and backfill cost against size, as SVG.
pub(crate) fn draw(measured: &[Figures]) -> String {
    let panels = [
        Panel { title: "idle run, by pairs in the state", unit: "million instructions", points: idle(measured) },
        Panel {
            title: "backfill, by issues",
            unit: "milliseconds of CPU for each",
            points: backfill(measured, |one, issues| one.cpu.as_secs_f64() * 1e3 / issues),
        },
        Panel {
            title: "backfill, by issues",
            unit: "MiB at most",
            points: backfill(measured, |one, _| one.peak as f64 / 1024.0),
        },
    ];
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1140 280\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"1140\" height=\"280\" fill=\"#ffffff\"/>\n",
    );
    for (n, panel) in panels.iter().enumerate() {
        let _ = writeln!(svg, "<g transform=\"translate({}, 40)\">", 55 + 380 * n);
        panel.draw(&mut svg);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn idle(measured: &[Figures]) -> Vec<(f64, f64)> {
    let size = |name: &str| match name {
        "idle, HTTP, 0 ms" => Some(0.0),
        _ => name.strip_prefix("idle, ")?.strip_suffix(" pairs")?.parse().ok(),
    };
    let points = measured.iter().filter_map(|one| Some((size(&one.name)?, one.instructions? as f64 / 1e6)));
    points.collect()
}

fn backfill(measured: &[Figures], cost: impl Fn(&Figures, f64) -> f64) -> Vec<(f64, f64)> {
    let size = |name: &str| name.strip_prefix("backfill of ")?.strip_suffix(" issues, Cloud")?.parse().ok();
    measured.iter().filter_map(|one| size(&one.name).map(|issues| (issues, cost(one, issues)))).collect()
}

impl Panel {
    fn draw(&self, svg: &mut String) {
        let (width, height) = PLOT;
        let most = self.points.iter().map(|point| point.1).fold(f64::MIN_POSITIVE, f64::max);
        let _ = writeln!(
            svg,
            "<text y=\"-18\" font-weight=\"bold\">{}</text>\n<text y=\"-4\" fill=\"#555555\">{}</text>\n\
             <path d=\"M0 0 V{height} H{width}\" fill=\"none\" stroke=\"#888888\"/>",
            self.title, self.unit
        );
        let place = |(size, y): (f64, f64)| {
            (INSET + self.across(size) * (width - 2.0 * INSET), height - y / most * (height - 20.0))
        };
        let line: Vec<String> =
            self.points.iter().map(|point| place(*point)).map(|(x, y)| format!("{x:.0},{y:.0}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#1565c0\" stroke-width=\"2\"/>",
            line.join(" ")
        );
        for point in &self.points {
            let (x, y) = place(*point);
            let _ = writeln!(
                svg,
                "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"3\" fill=\"#1565c0\"/>\n\
                 <text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\n\
                 <text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\" fill=\"#555555\">{}</text>",
                y - 8.0,
                shown(point.1),
                height + 16.0,
                with_commas(point.0)
            );
        }
    }

    /// Returns how far to the right a size stands, from 0 to 1: by its logarithm, so that small ones stand apart too. Nothing
    /// stands at the left end.
    fn across(&self, size: f64) -> f64 {
        let sizes = || self.points.iter().map(|point| point.0).filter(|size| *size > 0.0);
        let has_nothing = self.points.iter().any(|point| point.0 <= 0.0);
        let least = sizes().fold(f64::MAX, f64::min) / if has_nothing { 100.0 } else { 1.0 };
        let most = sizes().fold(f64::MIN_POSITIVE, f64::max);
        if size <= least || most <= least { 0.0 } else { (size / least).log10() / (most / least).log10() }
    }
}

/// Shows a whole number with commas between its thousands.
fn with_commas(number: f64) -> String {
    let digits = format!("{number:.0}");
    let places = digits.char_indices().map(|(at, digit)| (digits.len() - at, digit));
    let shown =
        places.map(|(left, digit)| if left % 3 == 1 && left > 1 { format!("{digit},") } else { digit.to_string() });
    shown.collect()
}

fn shown(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
