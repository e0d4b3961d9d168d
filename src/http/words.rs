//! A service's own words.

/// Longest quotation of them in a message, in characters.
const MAX_WORDS: usize = 300;

/// Returns what a service says as one line of bounded length.
pub fn clean(text: &str) -> String {
    one_line(text, MAX_WORDS)
}

/// Returns text from outside as one line of at most so many characters and the sign that it was cut, without characters that no
/// line holds.
pub fn one_line(text: &str, most: usize) -> String {
    let spaced = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = spaced.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
