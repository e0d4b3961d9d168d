//! Arguments for every message: with them the tests say each, and [`super::known`] takes sentences apart.

/// What stands around the name of an argument.
const MARKS: (char, char) = ('⟨', '⟩');

/// What has values to try a message with.
pub(super) trait Sample: Sized {
    /// Returns some; a text is the name of the argument between marks.
    fn samples(text: &'static str) -> Vec<Self>;
}

impl Sample for &str {
    fn samples(text: &'static str) -> Vec<Self> {
        vec![text]
    }
}

impl Sample for String {
    fn samples(text: &'static str) -> Vec<Self> {
        vec![text.to_owned()]
    }
}

impl Sample for Vec<String> {
    fn samples(text: &'static str) -> Vec<Self> {
        vec![vec![text.to_owned()]]
    }
}

impl Sample for bool {
    fn samples(_: &'static str) -> Vec<Self> {
        vec![false, true]
    }
}

impl<T: Sample> Sample for Option<T> {
    fn samples(text: &'static str) -> Vec<Self> {
        [None].into_iter().chain(T::samples(text).into_iter().map(Some)).collect()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Sample for $type {
            fn samples(_: &'static str) -> Vec<Self> {
                vec![0, 1, 300, 4321]
            }
        })*
    };
}

numbers!(i64, u64, usize);

/// Takes a message with sample arguments apart: what stands around them, one piece more than there are arguments, and their
/// names.
pub(super) fn taken_apart(said: &str) -> (Vec<String>, Vec<String>) {
    let (open, close) = MARKS;
    let mut parts = said.split(open);
    let mut pieces = vec![parts.next().unwrap_or_default().to_owned()];
    let mut names = Vec::new();
    for part in parts {
        let (name, piece) = part.split_once(close).unwrap_or((part, ""));
        names.push(name.to_owned());
        pieces.push(piece.to_owned());
    }
    (pieces, names)
}
