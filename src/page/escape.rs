//! Text from outside, as HTML.

/// Most characters of one text on a page.
const MOST: usize = 240;

/// Returns a text that stands between tags, or within the quotes of an attribute: nothing in it is markup, nothing acts, and
/// nothing turns the direction of what follows.
pub(super) fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let visible = text.chars().filter(|c| !turns(*c));
    for (n, c) in visible.enumerate() {
        if n == MOST {
            safe.push('…');
            break;
        }
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Marks of direction, and characters that nobody sees.
fn turns(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns a sentence of ours in which what stands between backquotes is code.
pub(super) fn code(sentence: &str) -> String {
    let parts = sentence.split('`').map(text).enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup_and_nothing_is_long() {
        let hostile = "</title><script>alert('1')</script>\u{202e}\"&\0\u{7}";
        assert_eq!(text(hostile), "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;  ");
        assert_eq!(text(&"界".repeat(1000)).chars().count(), MOST + 1);
        assert_eq!(code("run `a <b>`"), "run <code>a &lt;b&gt;</code>");
    }
}
