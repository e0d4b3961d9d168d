//! `guajira init`.

use super::Question;

messages! {
    /// `guajira init`.
    pub enum InitWords<'a> => init {
        FileExists { path: &'a str },
        FileExistsHint,
        CannotWrite { path: &'a str },
        Wrote { files: &'a str, config: &'a str },
        Ask(Question),
        NoNameOfVariable,
        KeepIn { file: &'a str },
        InputEnded,
    }
}
