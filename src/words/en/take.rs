//! What `guajira take` says.

use crate::words::TakeWords;

pub(in crate::words) fn take(what: TakeWords<'_>) -> String {
    match what {
        TakeWords::Accepted { count, passed_over: 0 } => format!("{count} accepted"),
        TakeWords::Accepted { count, passed_over } => {
            format!("{count} accepted, {passed_over} that are no alarms passed over")
        }
        TakeWords::NoSuchSource { name, names: "" } => {
            format!(
                "no source of the kind \"piped\" or \"guance-events\" is called {name:?}: the configuration has none"
            )
        }
        TakeWords::NoSuchSource { name, names } => {
            format!("no source of the kind \"piped\" or \"guance-events\" is called {name:?}: there is {names}")
        }
        TakeWords::AddSource { name } => {
            format!("add it to sync.toml: [[source]] with name = {name:?} and kind = \"piped\", and a [[source.route]]")
        }
        TakeWords::CannotRead { name: "-", why } => format!("the standard input cannot be read: {why}"),
        TakeWords::CannotRead { name, why } => format!("{name} cannot be read: {why}"),
    }
}
