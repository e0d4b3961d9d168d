//! The frame of the help, and what is wrong with a command line.

use crate::words::UsageWords;

pub(in crate::words) fn usage(said: UsageWords<'_>) -> String {
    let meant = |near: Option<&str>| near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    let among = |allowed: Option<&str>| allowed.map(|allowed| format!("; it takes {allowed}")).unwrap_or_default();
    match said {
        UsageWords::Usage => "Usage: ".to_owned(),
        UsageWords::UnknownOption { name, near } => format!("unknown argument {name}{}", meant(near)),
        UsageWords::UnknownCommand { name, near } => format!("unknown command {name}{}", meant(near)),
        UsageWords::NoValue { name, allowed } => format!("{name} has no value{}", among(allowed)),
        UsageWords::BadValue { value, name, allowed } => format!("{value:?} is no value of {name}{}", among(allowed)),
        UsageWords::Invalid { value, name, why } => format!("{value:?} is no value of {name}: {why}"),
        UsageWords::Missing { names } => format!("missing: {names}"),
        UsageWords::MissingCommand => "no command is given".to_owned(),
        UsageWords::Conflict { name, other } => format!("{name} cannot be given together with {other}"),
        UsageWords::SeeHelp { command } => format!("see `{command} --help`"),
    }
}
