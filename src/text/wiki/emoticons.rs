//! Jira's emoticons.

/// Emoticons and what they show. Source: Jira's text formatting help, "Miscellaneous".
const EMOTICONS: &[(&str, &str)] = &[
    (":-)", "🙂"),
    (":-(", "🙁"),
    (":-P", "😛"),
    (":-D", "😃"),
    (";-)", "😉"),
    (":)", "🙂"),
    (":(", "🙁"),
    (":P", "😛"),
    (":D", "😃"),
    (";)", "😉"),
    ("(y)", "👍"),
    ("(n)", "👎"),
    ("(i)", "ℹ️"),
    ("(/)", "✅"),
    ("(x)", "❌"),
    ("(!)", "⚠️"),
    ("(+)", "➕"),
    ("(-)", "➖"),
    ("(?)", "❓"),
    ("(on)", "💡"),
    ("(off)", "🌑"),
    ("(*)", "⭐"),
    ("(*r)", "⭐"),
    ("(*g)", "⭐"),
    ("(*b)", "⭐"),
    ("(*y)", "⭐"),
    ("(flag)", "🚩"),
    ("(flagoff)", "🏳️"),
];

/// Returns the emoticon that a text starts with: its signs, and what they show.
pub(super) fn at_start(text: &str) -> Option<(&'static str, &'static str)> {
    EMOTICONS.iter().find(|(signs, _)| text.starts_with(signs)).copied()
}
