//! A service's words about a comment, without the comment's own: they go to the log and the history, where a comment that
//! is taken back must leave nothing.

use crate::domain::Action;
use crate::ports::ApiError;

/// So many bytes in a row that also stand in the text are quoted from it; fewer may be chance.
const QUOTED: usize = 10;

/// Returns the error with what it quotes of the comment replaced by an ellipsis.
pub(super) fn without_words(err: &ApiError, action: &Action) -> ApiError {
    let (Action::AddComment { body, .. } | Action::EditComment { body, .. }) = action else { return err.clone() };
    ApiError { message: cut(&err.message, &body.plain_text()), ..err.clone() }
}

fn cut(message: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(c) = rest.chars().next() {
        let quoted = quoted(rest, text);
        if quoted == 0 {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        } else {
            out.push('…');
            rest = rest.get(quoted..).unwrap_or_default();
        }
    }
    out
}

/// Returns how many bytes at the beginning of a message are quoted from a text.
fn quoted(message: &str, text: &str) -> usize {
    let ends = message.char_indices().map(|(at, c)| at + c.len_utf8());
    let stands = |end: &usize| message.get(..*end).is_some_and(|part| text.contains(part));
    ends.filter(|end| *end >= QUOTED).take_while(stands).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_quotes_is_left_out() {
        let text = "the password of the bank is swordfish\n密码是剑鱼，请勿外传";
        for (message, want) in [
            ("400: bad text 'bank is swordfish'", "400: bad text '…'"),
            ("400: 'the password of the bank is sw' is too long", "400: '…' is too long"),
            ("400: 密码是剑鱼 不行", "400: … 不行"),
            ("400: swords", "400: swords"),
            ("429: slow down", "429: slow down"),
            ("", ""),
        ] {
            assert_eq!(cut(message, text), want);
        }
        assert_eq!(cut("anything", ""), "anything");
    }
}
