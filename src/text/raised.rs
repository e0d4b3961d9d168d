//! Raised and lowered text where a format has no such mark: `10⁶` must not become `106`.

use std::borrow::Cow;

/// Characters, and what they are raised and lowered.
const SIGNS: &[(char, char, Option<char>)] = &[
    ('0', '⁰', Some('₀')),
    ('1', '¹', Some('₁')),
    ('2', '²', Some('₂')),
    ('3', '³', Some('₃')),
    ('4', '⁴', Some('₄')),
    ('5', '⁵', Some('₅')),
    ('6', '⁶', Some('₆')),
    ('7', '⁷', Some('₇')),
    ('8', '⁸', Some('₈')),
    ('9', '⁹', Some('₉')),
    ('+', '⁺', Some('₊')),
    ('-', '⁻', Some('₋')),
    ('−', '⁻', Some('₋')),
    ('=', '⁼', Some('₌')),
    ('(', '⁽', Some('₍')),
    (')', '⁾', Some('₎')),
    ('n', 'ⁿ', None),
    ('i', 'ⁱ', None),
    (' ', ' ', Some(' ')),
];

/// Returns a text that is raised or lowered as it reads without that.
pub(super) fn plain(text: &str, up: bool, down: bool) -> Cow<'_, str> {
    if !(up || down) || text.trim().is_empty() {
        return Cow::Borrowed(text);
    }
    let sign = |c: char| {
        let (_, raised, lowered) = SIGNS.iter().find(|(plain, ..)| *plain == c)?;
        if up { Some(*raised) } else { *lowered }
    };
    if let Some(signs) = text.chars().map(sign).collect::<Option<String>>() {
        return Cow::Owned(signs);
    }
    // Letters read the same beside a number or word, and so does what is in brackets.
    let starts =
        text.trim_start().starts_with(|c: char| c.is_alphanumeric() || matches!(c, '+' | '-' | '−' | '(' | '.'));
    if !starts || !text.contains(char::is_numeric) {
        return Cow::Borrowed(text);
    }
    let (lead, body) = text.split_at(text.len() - text.trim_start().len());
    let sign = if up { '^' } else { '_' };
    let one_word = body.chars().all(char::is_alphanumeric);
    Cow::Owned(if one_word { format!("{lead}{sign}{body}") } else { format!("{lead}{sign}({body})") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_the_number_it_was() {
        let check =
            |text: &str, (up, down): (bool, bool), want: &str| assert_eq!(plain(text, up, down), want, "{text}");
        let (raised, lowered) = ((true, false), (false, true));
        check("6", raised, "⁶");
        check("-12", raised, "⁻¹²");
        check("2", lowered, "₂");
        check("n+1", raised, "ⁿ⁺¹");
        check("2k", raised, "^2k");
        check("1.5", raised, "^(1.5)");
        check("8k", lowered, "_8k");
        check("th", raised, "th");
        check("[1]", raised, "[1]");
        check("6", (false, false), "6");
    }
}
