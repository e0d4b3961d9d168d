//! A recording of a terminal as an SVG that moves by CSS alone: what a dialogue said, at a pace that a person can follow.
//! The same dialogue makes the same bytes. It shows the end where nothing may move, and before it begins.

#![expect(clippy::cast_precision_loss, reason = "a recording has some hundred rows, columns and signs")]

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::dialogue::TYPED;

/// Columns and rows of the terminal.
const COLUMNS: usize = 104;
const ROWS: usize = 27;

/// Width of a column, height of a row, and space around all rows, in pixels.
const COLUMN: f64 = 8.4;
const ROW: f64 = 20.0;
const EDGE: f64 = 16.0;

/// Height of the bar above the rows.
const BAR: f64 = 34.0;

/// How long things take, in seconds: the end as it is shown before it begins, a row that is printed, a sign that is typed, a
/// whole answer at most, what is read and thought before it, the time until Enter, and the end as it is shown again.
const BEFORE: f64 = 2.0;
const PRINTED: f64 = 0.04;
const SIGN: f64 = 0.06;
const ANSWER: f64 = 1.0;
const THOUGHT: f64 = 0.7;
const ENTER: f64 = 0.4;
const END: f64 = 5.0;

/// Colours on a light and on a dark page.
const STYLE: &str = "\
text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC','PingFang SC',\
'Microsoft YaHei',monospace;font-size:14px;fill:#1f2328;white-space:pre}\
.ground,.hide{fill:#fff}.ground{stroke:#d1d9e0}.bar{fill:#f6f8fa}.dot{fill:#d1d9e0}.name{font-size:13px;fill:#59636e}\
.wide{font-size:15px}.typed{fill:#0550ae;font-weight:600}.cursor{fill:#818b98}.good{fill:#1a7f37}.warn{fill:#9a6700}.bad{fill:#cf222e}\
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.ground,.hide{fill:#0d1117}.ground{stroke:#3d444d}.bar{fill:#151b23}\
.dot{fill:#3d444d}.name{fill:#9198a1}.typed{fill:#79c0ff}.good{fill:#3fb950}.warn{fill:#d29922}.bad{fill:#f85149}}\
@media(prefers-reduced-motion:reduce){*{animation:none!important}}";

/// Draws what was said. What stands between the two signs of [`TYPED`] was typed; colours are those of a terminal.
pub(super) fn draw(said: &str, title: &str) -> String {
    let mut tape = Tape { now: BEFORE, ..Tape::default() };
    tape.rows.push(Vec::new());
    tape.frame();
    tape.play(said);
    tape.now += END;
    tape.picture(title)
}

/// A sign on the screen: its column, what it is, and its class.
type Sign = (usize, char, &'static str);

/// What is on the screen from a moment on.
struct Frame {
    at: f64,
    rows: usize,
    column: usize,
}

/// An answer that was typed: where, in how many signs, and when.
struct Typed {
    row: usize,
    column: usize,
    wide: usize,
    signs: usize,
    from: f64,
    to: f64,
}

#[derive(Default)]
struct Tape {
    rows: Vec<Vec<Sign>>,
    column: usize,
    now: f64,
    frames: Vec<Frame>,
    typed: Vec<Typed>,
}

impl Tape {
    fn play(&mut self, said: &str) {
        let mut rest = said;
        let mut class = "";
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            match c {
                '\n' => self.next_row(),
                '\u{1b}' => {
                    let (code, after) = rest.strip_prefix('[').and_then(|rest| rest.split_once('m')).expect("a colour");
                    class = class_of(code);
                    rest = after;
                }
                c if c == TYPED.0 => {
                    let (answer, after) = rest.split_once(TYPED.1).expect("the end of what was typed");
                    self.type_in(answer);
                    rest = after;
                }
                c => self.print(c, class),
            }
        }
        self.frame();
    }

    fn print(&mut self, c: char, class: &'static str) {
        let wide = c.width().unwrap_or_default();
        if self.column + wide > COLUMNS {
            self.next_row();
        }
        self.rows.last_mut().unwrap().push((self.column, c, class));
        self.column += wide;
    }

    fn next_row(&mut self) {
        self.frame();
        self.now += PRINTED;
        self.rows.push(Vec::new());
        self.column = 0;
    }

    fn type_in(&mut self, answer: &str) {
        self.frame();
        self.now += THOUGHT;
        let (row, column, from) = (self.rows.len() - 1, self.column, self.now);
        // A secret is pasted.
        let signs = if answer.starts_with('•') { 1 } else { answer.chars().count() };
        let each = (ANSWER / signs.max(1) as f64).min(SIGN);
        for (n, c) in answer.chars().enumerate() {
            self.print(c, "typed");
            if n < signs {
                self.now += each;
                self.frame();
            }
        }
        self.frame();
        assert_eq!(row, self.rows.len() - 1, "an answer of one row");
        let wide = self.column - column;
        self.typed.push(Typed { row, column, wide, signs, from, to: self.now });
        self.now += ENTER;
    }

    fn frame(&mut self) {
        let frame = Frame { at: self.now, rows: self.rows.len(), column: self.column };
        self.frames.retain(|before| before.at < frame.at);
        self.frames.push(frame);
    }

    /// Returns a moment as a part of the whole.
    fn percent(&self, at: f64) -> String {
        let text = format!("{:.2}", at * 100.0 / self.now);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// Writes how something moves from frame to frame, and where it is in the end.
    fn moving(&self, style: &mut String, name: &str, place: impl Fn(&Frame) -> String) {
        let (mut steps, mut last) = (String::new(), String::new());
        for frame in &self.frames {
            let place = place(frame);
            if place != last {
                let _ = write!(steps, "{}%{{transform:{place}}}", self.percent(frame.at));
                last = place;
            }
        }
        let long = self.now;
        let _ = write!(
            style,
            "\n.{name}{{transform:{last};animation:{name} {long:.1}s step-end infinite}}@keyframes {name}{{\
             0%{{transform:{last}}}{steps}}}"
        );
    }

    fn picture(&self, title: &str) -> String {
        let mut style = STYLE.to_owned();
        let scrolled = |rows: usize| rows.saturating_sub(ROWS) as f64 * ROW;
        self.moving(&mut style, "all", |frame| format!("translateY(-{:.0}px)", scrolled(frame.rows)));
        self.moving(&mut style, "cover", |frame| format!("translateY({:.0}px)", frame.rows as f64 * ROW));
        self.moving(&mut style, "cursor", |frame| {
            format!("translate({:.1}px,{:.0}px)", frame.column as f64 * COLUMN, (frame.rows - 1) as f64 * ROW)
        });
        let mut body = String::new();
        for (n, row) in self.rows.iter().enumerate() {
            texts(&mut body, row, n as f64 * ROW);
        }
        for (n, typed) in self.typed.iter().enumerate().filter(|(_, typed)| typed.wide > 0) {
            let wide = typed.wide as f64 * COLUMN;
            let [before, from, to] = [BEFORE, typed.from, typed.to].map(|at| self.percent(at));
            let (long, signs, there) = (self.now, typed.signs, format!("transform:translateX({wide:.1}px)"));
            let _ = write!(
                style,
                "\n.t{n}{{{there};animation:t{n} {long:.1}s infinite}}@keyframes t{n}{{0%{{{there};animation-timing-function:step-end}}\
                 {before}%,{from}%{{transform:none;animation-timing-function:steps({signs})}}{to}%,100%{{{there}}}}}"
            );
            let (x, y) = (typed.column as f64 * COLUMN, typed.row as f64 * ROW);
            let _ = writeln!(
                body,
                "<rect class=\"hide t{n}\" x=\"{x:.1}\" y=\"{y:.0}\" width=\"{wide:.1}\" height=\"{ROW:.0}\"/>"
            );
        }
        let screen = ROWS as f64 * ROW;
        let _ = writeln!(body, "<rect class=\"hide cover\" width=\"100%\" height=\"{:.0}\"/>", screen + ROW);
        let _ = writeln!(body, "<rect class=\"cursor\" y=\"2\" width=\"{COLUMN}\" height=\"{:.0}\"/>", ROW - 3.0);
        frame_around(&body, &style, title)
    }
}

/// Puts the window around the rows.
fn frame_around(body: &str, style: &str, title: &str) -> String {
    let (wide, screen) = (COLUMNS as f64 * COLUMN, ROWS as f64 * ROW);
    let (width, height) = (2.0f64.mul_add(EDGE, wide), BAR + 2.0f64.mul_add(EDGE, screen));
    let (inner, middle, top) = (width - 1.0, width / 2.0, BAR + EDGE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" xml:space=\"preserve\">\n<title>{title}</title>\n<style>{style}</style>\n\
         <clipPath id=\"screen\"><rect width=\"{wide:.1}\" height=\"{screen:.0}\"/></clipPath>\n\
         <rect class=\"ground\" x=\".5\" y=\".5\" width=\"{inner:.0}\" height=\"{:.0}\" rx=\"8\"/>\n\
         <path class=\"bar\" d=\"M1 {BAR}V9a8 8 0 0 1 8-8H{:.0}a8 8 0 0 1 8 8V{BAR}z\"/>\n\
         <circle class=\"dot\" cx=\"20\" cy=\"17\" r=\"5\"/><circle class=\"dot\" cx=\"38\" cy=\"17\" r=\"5\"/>\
         <circle class=\"dot\" cx=\"56\" cy=\"17\" r=\"5\"/>\n\
         <text class=\"name\" x=\"{middle:.0}\" y=\"22\" text-anchor=\"middle\">{title}</text>\n\
         <g transform=\"translate({EDGE:.0} {top:.0})\" clip-path=\"url(#screen)\"><g class=\"all\">\n{body}</g></g>\n</svg>\n",
        height - 1.0,
        width - 9.0,
    )
}

/// Writes a row: signs of one kind and colour stand together, and are as wide as their columns whatever font there is.
fn texts(body: &mut String, row: &[Sign], y: f64) {
    let kind = |c: char| (c.is_ascii(), c.width().unwrap_or_default());
    for signs in row.chunk_by(|one, next| (one.2, kind(one.1)) == (next.2, kind(next.1))) {
        let text: String = signs.iter().map(|(_, c, _)| *c).collect();
        let bare = text.trim();
        if bare.is_empty() {
            continue;
        }
        let (first, _, class) = signs[text.chars().take_while(|c| *c == ' ').count()];
        let (_, wide) = kind(bare.chars().next().unwrap());
        let (x, long) = (first as f64 * COLUMN, (bare.chars().count() * wide) as f64 * COLUMN);
        let class = [class, if wide == 1 { "" } else { "wide" }].join(" ");
        let class = if class == " " { String::new() } else { format!(" class=\"{}\"", class.trim()) };
        let bare = bare.replace('&', "&amp;").replace('<', "&lt;");
        let y = y + 14.5;
        let _ = writeln!(
            body,
            "<text{class} x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{long:.1}\" lengthAdjust=\"spacingAndGlyphs\">{bare}</text>"
        );
    }
}

/// Returns how a colour of a terminal is called here.
fn class_of(code: &str) -> &'static str {
    match code {
        "32" => "good",
        "33" => "warn",
        "31" => "bad",
        _ => "",
    }
}
