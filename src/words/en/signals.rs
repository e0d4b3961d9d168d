//! What a run says of `[signals]`.

use crate::words::SignalsWords;

pub(in crate::words) fn signals(said: SignalsWords<'_>) -> String {
    match said {
        SignalsWords::TextfileNotWritten { path, why } => {
            format!("[signals].textfile: {path} cannot be written: {why}")
        }
        SignalsWords::HeartbeatNotTold { why } => format!("[signals].heartbeat was not told of this run: {why}"),
        SignalsWords::NoAnswerInTime => "no answer in time".to_owned(),
    }
}
