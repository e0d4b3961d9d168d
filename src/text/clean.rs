//! Clean text: without controls, zero-width signs and other white space than the plain blank.

/// Returns true for characters that are never carried: controls (they break XML exports and Jira refuses them), what
/// Unicode says is no character, and the zero-width marks that writers put to keep a target from reading markup.
pub(crate) fn is_noise(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{FDD0}'..='\u{FDEF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Returns true when [`clean`] would change nothing and the text is one line. Looks at bytes: it is asked about every run.
pub(crate) fn is_clean(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|b| matches!(b, 0..0x20 | 0x7F | 0xC2 | 0xE2 | 0xEF | 0xF0..=0xF4)) {
        match rest.get(at..).unwrap_or_default() {
            // Controls and the no-break space; zero-width signs and separators; U+FEFF; what is no character.
            [..0x20 | 0x7F, ..]
            | [0xC2, 0x80..=0xA0, ..]
            | [0xE2, 0x80, 0x8B | 0xA8 | 0xA9, ..]
            | [0xE2, 0x81, 0xA0, ..]
            | [0xEF, 0xBB, 0xBF, ..]
            | [0xEF, 0xB7, 0x90..=0xAF, ..]
            | [0xEF, 0xBF, 0xBE | 0xBF, ..]
            | [0xF0..=0xF4, 0x8F | 0x9F | 0xAF | 0xBF, 0xBF, 0xBE | 0xBF, ..] => return false,
            _ => rest = rest.get(at + 1..).unwrap_or_default(),
        }
    }
    true
}

/// Returns clean text; newlines stay for the caller to split at.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\u{A0}' => out.push(' '),
            c if is_noise(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// Returns the text as one clean line.
pub(crate) fn one_line(text: &str) -> String {
    if is_clean(text) { text.trim().to_owned() } else { clean(text).replace('\n', " ").trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_is_told_by_its_bytes() {
        for c in (0..=0x2_FFFF).chain(0xF_FFF0..=0x10_FFFF).filter_map(char::from_u32) {
            let text = format!("a{c}b");
            assert_eq!(is_clean(&text), clean(&text) == text && c != '\n', "{c:?}");
        }
    }
}
