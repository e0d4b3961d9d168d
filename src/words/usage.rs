//! The frame of the help, and what is wrong with a command line.

messages! {
    /// The frame of the help, and what is wrong with a command line.
    pub enum UsageWords<'a> => usage {
        Usage,
        UnknownOption { name: &'a str, near: Option<&'a str> },
        UnknownCommand { name: &'a str, near: Option<&'a str> },
        NoValue { name: &'a str, allowed: Option<&'a str> },
        BadValue { value: &'a str, name: &'a str, allowed: Option<&'a str> },
        Invalid { value: &'a str, name: &'a str, why: &'a str },
        Missing { names: &'a str },
        MissingCommand,
        Conflict { name: &'a str, other: &'a str },
        SeeHelp { command: &'a str },
    }
}

/// Returns the help text of a command (`state copy`, and `guajira` itself), of its option (`sync since`) or of an option of
/// every command (`config`). English ones stand with the options themselves.
pub fn help(lang: super::Lang, id: &str) -> Option<&'static str> {
    match lang {
        super::Lang::En => None,
        super::Lang::Zh => super::zh::HELP.iter().find(|(known, _)| *known == id).map(|(_, text)| *text),
    }
}

/// Returns all of them that have a text in Chinese.
#[cfg(test)]
pub fn help_ids() -> impl Iterator<Item = &'static str> {
    super::zh::HELP.iter().map(|(id, _)| *id)
}
