//! What is written in another way than it reads: escapes, character references, bare addresses.

use crate::text::html;

/// Returns true for characters that a backslash makes plain.
pub(super) fn is_escapable(c: char) -> bool {
    matches!(
        c,
        '{' | '}' | '[' | ']' | '(' | ')' | '*' | '_' | '+' | '^' | '~' | '-' | '?' | '!' | '|' | '#' | '%' | '@'
    )
}

/// Reads the character reference at the start of a text: what it stands for and its length. It ends with a semicolon.
pub(super) fn reference(text: &str) -> Option<(String, usize)> {
    html::reference(text).filter(|(_, length)| text.get(..*length).is_some_and(|reference| reference.ends_with(';')))
}

/// Takes the escapes and the character references out of code.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '&']) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let backslashes = tail.bytes().take_while(|b| *b == b'\\').count();
        let length = if let Some((text, length)) = reference(tail) {
            out.push_str(&text);
            length
        } else if backslashes == 1 && tail.chars().nth(1).is_some_and(is_escapable) {
            out.extend(tail.chars().nth(1));
            2
        } else {
            let length = backslashes.max(1);
            out.push_str(tail.get(..length).unwrap_or_default());
            length
        };
        rest = tail.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Returns how long Jira takes the address to be that a text starts with: what addresses are made of, less what ends a
/// sentence. Brackets belong to it in pairs.
///
/// Source: `UrlRendererComponent` of Atlassian's wiki renderer.
pub(super) fn jiras_address(text: &str) -> usize {
    let mut open = 0_usize;
    let part = |b: &u8| match b {
        b'[' => {
            open += 1;
            true
        }
        b']' => {
            let paired = open > 0;
            open = open.saturating_sub(1);
            paired
        }
        b => b.is_ascii_alphanumeric() || b"-_.!~*';/?:@#&=%+$,()".contains(b),
    };
    let length = text.bytes().take_while(part).count();
    let address = text.get(..length).unwrap_or_default();
    address.trim_end_matches(['.', ',', '>', ')', '[', ']', ';', '}', '"', '\'', '!']).len()
}
