//! Marks by style.

use super::space::rules;
use crate::text::color;
use crate::text::doc::Mark;

/// A mark that a style puts on, or takes off again.
pub(super) struct Styled {
    pub(super) mark: Mark,
    pub(super) on: bool,
    /// True for what a style takes off its own element only: what is inside of a raised or underlined text stays so.
    pub(super) own: bool,
}

/// Returns true for tags whose style is minded.
pub(super) fn is_minded(name: &str) -> bool {
    matches!(
        name,
        "span"
            | "font"
            | "b"
            | "i"
            | "u"
            | "s"
            | "em"
            | "strong"
            | "a"
            | "code"
            | "sub"
            | "sup"
            | "del"
            | "ins"
            | "strike"
    )
}

/// Returns what a style says of marks.
pub(super) fn marks(style: &str) -> Vec<Styled> {
    let mut marks = Vec::new();
    let mut say = |mark: Mark, on: bool, own: bool| marks.push(Styled { mark, on, own });
    for (name, value) in rules(style) {
        match (name.as_str(), value.as_str()) {
            ("color", value) => {
                if let Some(color) = color::parse(value) {
                    say(Mark::Color(color), true, false);
                }
            }
            ("font-weight", "bold" | "bolder" | "600" | "700" | "800" | "900") => say(Mark::Strong, true, false),
            ("font-weight", "normal" | "lighter" | "initial" | "100" | "200" | "300" | "400" | "500") => {
                say(Mark::Strong, false, false);
            }
            ("font-style", "italic" | "oblique") => say(Mark::Em, true, false),
            ("font-style", "normal" | "initial") => say(Mark::Em, false, false),
            ("vertical-align", "super") => say(Mark::Sup, true, false),
            ("vertical-align", "sub") => say(Mark::Sub, true, false),
            ("vertical-align", "baseline") => {
                say(Mark::Sup, false, true);
                say(Mark::Sub, false, true);
            }
            ("text-decoration" | "text-decoration-line", value) => {
                for (word, mark) in [("underline", Mark::Underline), ("line-through", Mark::Strike)] {
                    if value.contains(word) {
                        say(mark, true, false);
                    } else if value.starts_with("none") {
                        say(mark, false, true);
                    }
                }
            }
            _ => {}
        }
    }
    marks
}
