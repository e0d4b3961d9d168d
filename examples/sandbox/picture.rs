//! A picture of one pair of issues as both services show it, as an SVG: for the README. The same story at the same time
//! makes the same bytes.

use std::fmt::Write as _;

use guajira::text::{Block, Doc, Inline, Mark};

use crate::measure::{self, Face};
use crate::views::{Post, Ticket};

/// Width of the picture, in pixels.
const WIDTH: f64 = 960.0;
/// Space around everything.
const EDGE: f64 = 18.0;
/// Width of a card.
const CARD: f64 = 432.0;
/// Space inside a card.
const PADDING: f64 = 14.0;
/// From one line to the next.
const LINE: f64 = 20.0;
/// Space between two cards of a column.
const GAP: f64 = 14.0;
/// Height of the columns' heads.
const HEAD: f64 = 46.0;
/// Radius of the arrow's circle.
const ROUND: f64 = 13.0;

/// Colours on a light and on a dark page. The picture has a ground of its own, so that it can be read on either.
const STYLE: &str = "\
text{font-family:-apple-system,BlinkMacSystemFont,'Segoe UI','Noto Sans',Helvetica,Arial,'PingFang SC','Microsoft YaHei',\
'Noto Sans CJK SC',sans-serif;font-size:14px;fill:#1f2328;white-space:pre}\
.bold{font-weight:600}.head{font-size:17px;font-weight:600}.dim{font-size:12.5px;fill:#59636e}\
.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12.5px}\
.link{fill:#0969da}.stay{font-size:12.5px;fill:#9a6700}.way{font-weight:600;fill:#fff;text-anchor:middle}\
.ground{fill:#f6f8fa}.card{fill:#fff;stroke:#d1d9e0}.copy{fill:#dafbe1;stroke:#aceebb}.kept{fill:#fff8c5;stroke:#d4a72c;\
stroke-dasharray:5 4}.rule{stroke:#d1d9e0}.mark{fill:#818b981f}.round{fill:#1a7f37}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.dim{fill:#9198a1}.link{fill:#4493f8}.stay{fill:#d29922}\
.way{fill:#fff}.ground{fill:#0d1117}.card{fill:#151b23;stroke:#3d444d}.copy{fill:#12261e;stroke:#238636}\
.kept{fill:#272115;stroke:#9e6a03}.rule{stroke:#3d444d}.mark{fill:#656c7666}.round{fill:#238636}}";

/// Which way something travelled.
#[derive(Clone, Copy)]
enum Way {
    Right,
    Left,
    Stayed,
}

/// Draws an issue of Guance beside its Jira issue, each with its thread.
pub(crate) fn draw(left: &Ticket, right: &Ticket, why: impl Fn(&Post) -> String) -> String {
    let mut picture = Picture { body: String::new(), y: EDGE };
    picture.heads();
    picture.row(issue("card", left), Way::Right, issue("copy", right));
    let mut originals: Vec<(bool, &Post)> = left.posts.iter().map(|post| (true, post)).collect();
    originals.extend(right.posts.iter().map(|post| (false, post)));
    originals.retain(|(_, post)| !post.ours);
    originals.sort_by_key(|(_, post)| post.at);
    for (is_left, original) in originals {
        let others = if is_left { &right.posts } else { &left.posts };
        let copy = others.iter().find(|post| post.is_copy_of(original));
        let (way, copy) = match copy {
            Some(copy) => (if is_left { Way::Right } else { Way::Left }, comment("copy", copy)),
            None => (Way::Stayed, note(&why(original))),
        };
        let original = comment("card", original);
        if is_left { picture.row(original, way, copy) } else { picture.row(copy, way, original) }
    }
    picture.finish()
}

/// A piece of a line that looks alike.
#[derive(Clone, Debug)]
struct Run {
    text: String,
    face: Face,
    class: &'static str,
}

/// A line: pieces, each with its distance from the left edge of the card.
type Line = Vec<(f64, Run)>;

/// What one side shows in a row.
struct Card {
    class: &'static str,
    lines: Vec<Line>,
}

fn issue(class: &'static str, ticket: &Ticket) -> Card {
    let mut card = Card { class, lines: Vec::new() };
    card.add(0.0, &[run(&ticket.name, Face::Small, "dim")]);
    card.add(0.0, &[run(&ticket.title, Face::Bold, "bold")]);
    card.add(0.0, &[run(&ticket.facts, Face::Small, "dim")]);
    card.blocks(0.0, &ticket.body);
    card
}

fn comment(class: &'static str, post: &Post) -> Card {
    let mut card = Card { class, lines: Vec::new() };
    let only_for = post.only_for.as_ref().map(|who| format!(" · only for {who}")).unwrap_or_default();
    let class = if post.only_for.is_some() { "stay" } else { "dim" };
    card.add(0.0, &[run(&format!("{} · {}{only_for}", post.author, post.at.format("%H:%M")), Face::Small, class)]);
    card.blocks(0.0, &post.body);
    card
}

fn note(why: &str) -> Card {
    let mut card = Card { class: "kept", lines: Vec::new() };
    card.add(0.0, &[run("not copied", Face::Small, "stay")]);
    card.add(0.0, &[run(why.trim_start_matches("not carried: "), Face::Plain, "")]);
    card
}

fn run(text: &str, face: Face, class: &'static str) -> Run {
    Run { text: text.to_owned(), face, class }
}

impl Card {
    /// Adds a paragraph, broken where the card ends.
    fn add(&mut self, indent: f64, runs: &[Run]) {
        let most = CARD - 2.0 * PADDING;
        let mut line = Line::new();
        let mut x = indent;
        for run in runs {
            for piece in measure::pieces(&run.text) {
                let width = measure::width(piece, run.face);
                if x + measure::width(piece.trim_end(), run.face) > most && x > indent {
                    self.lines.push(std::mem::take(&mut line));
                    x = indent;
                }
                match line.last_mut() {
                    Some((_, last)) if last.class == run.class => last.text.push_str(piece),
                    _ => line.push((x, Run { text: piece.to_owned(), ..run.clone() })),
                }
                x += width;
            }
        }
        self.lines.push(line);
    }

    fn blocks(&mut self, indent: f64, doc: &Doc) {
        doc.blocks.iter().for_each(|block| self.block(indent, block));
    }

    fn block(&mut self, indent: f64, block: &Block) {
        match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => {
                for line in content.split(|inline| matches!(inline, Inline::Break)) {
                    self.add(indent, &line.iter().map(inline).collect::<Vec<_>>());
                }
            }
            Block::List { start, items } => {
                for (n, item) in (start.unwrap_or_default()..).zip(items) {
                    let sign = if start.is_some() { format!("{n}.") } else { "•".to_owned() };
                    let first = self.lines.len();
                    item.blocks.iter().for_each(|block| self.block(indent + 18.0, block));
                    if let Some(line) = self.lines.get_mut(first) {
                        line.insert(0, (indent, run(&sign, Face::Plain, "")));
                    }
                }
            }
            Block::Code { text, .. } => {
                for line in text.lines() {
                    self.add(indent, &[run(line, Face::Code, "code")]);
                }
            }
            Block::Table { rows } => self.table(indent, rows),
            Block::Quote { blocks } | Block::Panel { blocks, .. } | Block::Expand { blocks, .. } => {
                for block in blocks {
                    self.block(indent + 12.0, block);
                }
            }
            Block::Rule => {}
        }
    }

    fn table(&mut self, indent: f64, rows: &[Vec<guajira::text::TableCell>]) {
        let cell = |blocks: &[Block]| -> Vec<Run> {
            let content = blocks.iter().filter_map(|block| match block {
                Block::Paragraph { content } => Some(content),
                _ => None,
            });
            content.flatten().map(inline).collect()
        };
        let wide = |runs: &[Run]| runs.iter().map(|run| measure::width(&run.text, run.face)).sum::<f64>();
        let rows: Vec<Vec<Vec<Run>>> =
            rows.iter().map(|row| row.iter().map(|one| cell(&one.blocks)).collect()).collect();
        for row in &rows {
            let (mut line, mut left) = (Line::new(), indent);
            for (column, runs) in row.iter().enumerate() {
                let mut x = left;
                for run in runs {
                    line.push((x, run.clone()));
                    x += measure::width(&run.text, run.face);
                }
                let widest = rows.iter().filter_map(|row| row.get(column)).map(|runs| wide(runs));
                left += widest.fold(0.0, f64::max) + 26.0;
            }
            self.lines.push(line);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a card has a few lines")]
    fn height(&self) -> f64 {
        2.0f64.mul_add(PADDING, self.lines.len() as f64 * LINE) - 4.0
    }
}

fn inline(inline: &Inline) -> Run {
    match inline {
        Inline::Text { text, marks } if marks.iter().any(|mark| matches!(mark, Mark::Link(_))) => {
            run(text, Face::Plain, "link")
        }
        Inline::Text { text, marks } if marks.contains(&Mark::Code) => run(text, Face::Code, "code"),
        Inline::Text { text, marks } if marks.contains(&Mark::Strong) => run(text, Face::Bold, "bold"),
        Inline::Text { text, .. } | Inline::Emoji { text } => run(text, Face::Plain, ""),
        Inline::Mention { name, .. } | Inline::Ping { name, .. } => {
            run(&format!("@{}", name.trim_start_matches('@')), Face::Plain, "")
        }
        Inline::Image { alt, .. } => run(alt, Face::Plain, ""),
        Inline::Break => run("", Face::Plain, ""),
    }
}

/// The picture so far.
struct Picture {
    body: String,
    y: f64,
}

impl Picture {
    fn heads(&mut self) {
        let right = WIDTH - EDGE - CARD;
        for (x, head) in [(EDGE, "Guance 观测云"), (right, "Jira")] {
            self.text(x + 2.0, self.y + 22.0, &run(head, Face::Head, "head"));
            let line = format!("M{x:.0} {y:.0}h{CARD:.0}", y = self.y + 36.0);
            let _ = writeln!(self.body, "<path class=\"rule\" d=\"{line}\"/>");
        }
        self.y += HEAD;
    }

    fn row(&mut self, left: Card, way: Way, right: Card) {
        let height = left.height().max(right.height());
        for (x, card) in [(EDGE, left), (WIDTH - EDGE - CARD, right)] {
            let (class, tall) = (card.class, card.height());
            let y = self.y;
            let _ = writeln!(
                self.body,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{CARD:.1}\" height=\"{tall:.1}\" rx=\"8\"/>"
            );
            let mut baseline = y + PADDING + 11.0;
            for line in &card.lines {
                for (at, run) in line {
                    self.text(x + PADDING + at, baseline, run);
                }
                baseline += LINE;
            }
        }
        self.way(way);
        self.y += height + GAP;
    }

    fn way(&mut self, way: Way) {
        let (x, y) = (WIDTH / 2.0, self.y + 24.0);
        let sign = match way {
            Way::Right => "M-5 0h10m-4 -4l4 4l-4 4",
            Way::Left => "M5 0h-10m4 -4l-4 4l4 4",
            Way::Stayed => return,
        };
        let _ = writeln!(self.body, "<circle class=\"round\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{ROUND:.1}\"/>");
        let _ = writeln!(
            self.body,
            "<path transform=\"translate({x:.1} {y:.1})\" d=\"{sign}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.8\"/>"
        );
    }

    /// Writes a text; its length is given, so that it fits whatever font there is.
    fn text(&mut self, x: f64, y: f64, run: &Run) {
        let text = run.text.trim_end();
        if text.is_empty() {
            return;
        }
        let wide = measure::width(text, run.face);
        if matches!(run.face, Face::Code) {
            let _ = writeln!(
                self.body,
                "<rect class=\"mark\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"18\" rx=\"4\"/>",
                x - 1.0,
                y - 13.5,
                wide + 2.0
            );
        }
        let class = if run.class.is_empty() { String::new() } else { format!(" class=\"{}\"", run.class) };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            self.body,
            "<text{class} x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>"
        );
    }

    fn finish(self) -> String {
        let Self { body, y } = self;
        let height = y - GAP + EDGE;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {WIDTH:.0} {height:.0}\" role=\"img\">\n\
             <title>One issue and its comments, in Guance and in Jira</title>\n<style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\" rx=\"10\"/>\n{body}</svg>\n"
        )
    }
}
