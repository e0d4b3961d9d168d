//! What people see as one character, though it is several.

/// Returns what people see as single characters.
pub(crate) fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut before = '\u{200D}';
        let end = rest.char_indices().find(|(at, c)| {
            let starts = *at > 0 && !joins(*c) && before != '\u{200D}';
            before = *c;
            starts
        });
        let (piece, tail) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Returns true for a character that belongs to the one before it: joiners, variation selectors, skin tones, accents.
pub(super) fn joins(c: char) -> bool {
    matches!(c,
        '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}'
        | '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{20D0}'..='\u{20F0}' | '\u{3099}' | '\u{309A}')
}
