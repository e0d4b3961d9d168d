//! Code: text without escapes, in which some things take effect all the same.

use std::borrow::Cow;

/// Keeps two signs apart. Readers drop it.
const APART: char = '\u{200B}';

/// Returns code with what must not take effect broken up: its own macro, and mentions.
///
/// Source for mentions: Jira Server's `MentionFinderImpl` looks for `\[[~@][^\\,]+?\]` in the whole source, code included, and
/// tells everybody whom it finds. An escaped bracket ends no mention, as the name would have the backslash in it.
pub(super) fn code<'a>(name: &str, text: &'a str) -> Cow<'a, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, sign) in text.match_indices(['[', '{']) {
        let tail = text.get(at + 1..).unwrap_or_default();
        let is_macro = || tail.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        if if sign == "[" { is_mention(tail) } else { is_macro() } {
            out.push_str(text.get(done..=at).unwrap_or_default());
            out.push(APART);
            done = at + 1;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// Returns true when what follows a bracket is a sign, a name and the closing bracket.
fn is_mention(tail: &str) -> bool {
    let Some(name) = tail.strip_prefix(['~', '@']) else { return false };
    // Longest name: 255 characters. No name has quotes and comparisons in it: `a[@href="x"]` is code.
    let ends = |c: char| matches!(c, ']' | '\\' | ',' | '"' | '\'' | '=' | '<' | '>' | '\n');
    name.char_indices().take(256).find(|(_, c)| ends(*c)).is_some_and(|(at, c)| at > 0 && c == ']')
}

/// Returns true when a macro's tag is in the text.
pub(super) fn has_tag(name: &str, text: &str) -> bool {
    let is_tag = |(at, _): (usize, &str)| {
        text.get(at + 1..).and_then(|tail| tail.get(..name.len())).is_some_and(|head| head.eq_ignore_ascii_case(name))
    };
    text.match_indices('{').any(is_tag)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn what_takes_effect_in_code_is_broken_up() {
        let check = |text: &str, want: &str| assert_eq!(code("noformat", text), want);
        check("[~jo] [@jo.w] [[~x y]]", "[\u{200B}~jo] [\u{200B}@jo.w] [[\u{200B}~x y]]");
        check("a[@href=\"x\"] b[~] [~a,b] [~a\\] [~a", "a[@href=\"x\"] b[~] [~a,b] [~a\\] [~a");
        check(
            "{noformat} {noForMat} {code} {{noformat:x",
            "{\u{200B}noformat} {\u{200B}noForMat} {code} {{\u{200B}noformat:x",
        );
        check("", "");
    }
}
