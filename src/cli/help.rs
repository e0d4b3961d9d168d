//! The command line in the language of whoever asks: its help, and what is wrong with a command.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

use crate::words::{Lang, UsageWords, help};

/// Returns the language of a command line that is not yet understood: that of `--lang`, else that of the environment.
pub(super) fn lang_of(args: &[OsString], of_environment: Lang) -> Lang {
    let mut words = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let mut lang = of_environment;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        lang = Lang::WORDS.iter().find(|(name, _)| Some(*name) == value).map_or(lang, |(_, lang)| *lang);
    }
    lang
}

/// Returns true where a command line that is not yet understood asks for log lines of JSON.
pub(super) fn wants_json_lines(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--").collect();
    let apart = words.windows(2).any(|pair| matches!(pair, ["--log-format", "json"]));
    apart || words.contains(&"--log-format=json")
}

/// Returns the command line with its help in a language.
pub(super) fn in_lang(command: Command, lang: Lang) -> Command {
    if lang == Lang::En {
        return command;
    }
    let mut command = translated(command, "", lang);
    // Only what is built has the command `help`.
    command.build();
    with_help(command, help(lang, "help").unwrap_or_default())
}

/// Says what the commands called `help` are for, here and below.
fn with_help(command: Command, about: &'static str) -> Command {
    let below: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    below.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |command| {
            with_help(if name == "help" { command.about(about) } else { command }, about)
        })
    })
}

fn translated(command: Command, path: &str, lang: Lang) -> Command {
    let name = if path.is_empty() { "guajira" } else { path };
    let ids: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    let mut command =
        ids.into_iter().fold(command, |command, id| command.mut_arg(&id, |arg| argument(arg, path, lang)));
    if let Some(about) = help(lang, name) {
        command = command.about(about);
    }
    let flag = |id: &'static str, short: char, action: ArgAction| {
        let arg = Arg::new(id).short(short).long(id).action(action).help_heading(help(lang, ":options"));
        arg.help(help(lang, if short == 'h' { ":help" } else { ":version" }).unwrap_or_default())
    };
    command = command.disable_help_flag(true).arg(flag("help", 'h', ArgAction::Help));
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(flag("version", 'V', ArgAction::Version));
        command = command.after_help(help(lang, ":exits").unwrap_or_default());
    }
    let usage = UsageWords::Usage.in_lang(lang);
    let subcommands: Vec<String> = command.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = command
        .subcommand_help_heading(help(lang, ":commands").unwrap_or_default())
        .help_template(format!("{{about-with-newline}}\n{usage}{{usage}}\n\n{{all-args}}{{after-help}}"));
    subcommands.into_iter().fold(command, |command, name| {
        let below = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command.mut_subcommand(&name, |command| translated(command, &below, lang))
    })
}

fn argument(arg: Arg, path: &str, lang: Lang) -> Arg {
    let id = arg.get_id().to_string();
    let heading = match (arg.is_global_set(), arg.is_positional()) {
        (true, _) => ":global",
        (false, true) => ":arguments",
        (false, false) => ":options",
    };
    let key = if arg.is_global_set() { id } else { format!("{path} {id}") };
    let arg = arg.help_heading(help(lang, heading));
    // What clap adds to a help text by itself is English; the texts say it themselves.
    match help(lang, &key) {
        Some(text) if arg.get_action().takes_values() => {
            arg.help(text).hide_default_value(true).hide_possible_values(true).hide_env(true)
        }
        Some(text) => arg.help(text),
        None => arg,
    }
}

/// Returns what is wrong with a command and what to do, where it is one of the usual mistakes.
pub(super) fn explained(
    error: &clap::Error,
    (args, command): (&[OsString], &Command),
    lang: Lang,
) -> Option<(String, String)> {
    let hint = see_help(args, command, lang);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(all)) => Some(all.join(", ")),
        Some(ContextValue::StyledStrs(all)) => {
            Some(all.iter().map(StyledStr::to_string).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    };
    let name = text(ContextKind::InvalidArg).unwrap_or_default();
    let name = name.as_str();
    let value = text(ContextKind::InvalidValue).unwrap_or_default();
    let near = text(ContextKind::SuggestedArg).or_else(|| text(ContextKind::SuggestedSubcommand));
    let allowed = text(ContextKind::ValidValue).filter(|allowed| !allowed.is_empty());
    let why = std::error::Error::source(error).map(ToString::to_string);
    let said = match error.kind() {
        ErrorKind::UnknownArgument => UsageWords::UnknownOption { name, near: near.as_deref() },
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            return Some((UsageWords::UnknownCommand { name: &name, near: near.as_deref() }.in_lang(lang), hint));
        }
        ErrorKind::InvalidValue if value.is_empty() => UsageWords::NoValue { name, allowed: allowed.as_deref() },
        ErrorKind::InvalidValue => UsageWords::BadValue { value: &value, name, allowed: allowed.as_deref() },
        ErrorKind::ValueValidation => {
            let why = why.unwrap_or_default();
            return Some((UsageWords::Invalid { value: &value, name, why: &why }.in_lang(lang), hint));
        }
        ErrorKind::MissingRequiredArgument => UsageWords::Missing { names: name },
        ErrorKind::MissingSubcommand => UsageWords::MissingCommand,
        ErrorKind::ArgumentConflict => {
            let other = text(ContextKind::PriorArg).unwrap_or_default();
            return Some((UsageWords::Conflict { name, other: &other }.in_lang(lang), hint));
        }
        _ => return None,
    };
    Some((said.in_lang(lang), hint))
}

/// Returns which help to read: that of the command in question.
fn see_help(args: &[OsString], command: &Command, lang: Lang) -> String {
    let (mut path, mut at) = ("guajira".to_owned(), command);
    for word in args.iter().skip(1) {
        if let Some(below) = at.find_subcommand(word) {
            path = format!("{path} {}", below.get_name());
            at = below;
        }
    }
    UsageWords::SeeHelp { command: &path }.in_lang(lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::help_ids;

    #[test]
    fn the_language_of_a_command_line_is_that_of_its_option_else_that_of_the_environment() {
        for (line, of_environment, lang) in [
            ("guajira --lang zh sync", Lang::En, Lang::Zh),
            ("guajira sync --lang=zh", Lang::En, Lang::Zh),
            ("guajira sync --lang en", Lang::Zh, Lang::En),
            ("guajira sync", Lang::Zh, Lang::Zh),
            ("guajira sync --lang", Lang::Zh, Lang::Zh),
            ("guajira sync --lang fr", Lang::En, Lang::En),
            ("guajira sync --language zh", Lang::En, Lang::En),
            ("guajira why -- --lang zh", Lang::En, Lang::En),
        ] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(lang_of(&args, of_environment), lang, "{line}");
        }
    }

    /// Names everything that has a help text.
    fn ids(command: &Command, path: &str, found: &mut Vec<String>) {
        found.push(if path.is_empty() { "guajira".to_owned() } else { path.to_owned() });
        for arg in command.get_arguments() {
            let id = arg.get_id().to_string();
            found.push(if arg.is_global_set() { id } else { format!("{path} {id}") });
        }
        for below in command.get_subcommands() {
            let name = below.get_name();
            ids(below, &if path.is_empty() { name.to_owned() } else { format!("{path} {name}") }, found);
        }
    }

    #[test]
    fn every_command_and_option_has_a_help_text_in_chinese_and_no_text_is_left_over() {
        let mut found = Vec::new();
        ids(&crate::cli::command_line(), "", &mut found);
        found.push("help".to_owned());
        for id in &found {
            assert!(help(Lang::Zh, id).is_some_and(|text| !text.is_ascii()), "{id}");
        }
        for id in help_ids() {
            assert!(id.starts_with(':') || found.iter().any(|known| known == id), "{id} is no command and no option");
        }
    }
}
