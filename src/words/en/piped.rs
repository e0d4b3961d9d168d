//! Payloads that are piped in, and events that cannot be understood.

use crate::words::{EventFlaw, PipedFault, PipedWords};

pub(in crate::words) fn event_flaw(said: &EventFlaw) -> String {
    match said {
        EventFlaw::NoStatus => {
            "the event has neither df_status nor df_fault_status, so nothing tells whether it failed"
        }
        EventFlaw::NoTime => "the event has no time: neither time, date nor timestamp is a number",
        EventFlaw::NoAlarm => {
            "nothing names the alarm: the event has no df_fault_id, no df_monitor_checker_event_ref and no \
             df_monitor_checker_id"
        }
    }
    .to_owned()
}

pub(in crate::words) fn piped_fault(said: &PipedFault) -> String {
    match said {
        PipedFault::Empty => {
            "there is nothing in the input: pipe the body of the request in, or name a file".to_owned()
        }
        PipedFault::InputTooLarge { most } => {
            format!("the input is longer than {most} bytes: what comes after them was not read; pipe it in parts")
        }
        PipedFault::TooMany { most } => {
            format!("the input holds more than {most} payloads: the rest was not read; pipe it in parts")
        }
        PipedFault::TooLarge { most } => {
            format!("the payload is longer than {most} bytes: send less of it")
        }
        PipedFault::TooDeep { most } => format!("the payload is nested deeper than {most} levels"),
        PipedFault::NotUtf8 => "the payload is not UTF-8: send it as UTF-8".to_owned(),
        PipedFault::NotJson { why } => format!("this is not JSON: {why}; send the body of the request as it came"),
        PipedFault::NotAnObject => "the payload is not a JSON object: one object is one event".to_owned(),
        PipedFault::NoKnownForm => {
            "the payload is neither an event of a Guance monitor (df_status and the like) nor has it an id".to_owned()
        }
        PipedFault::Event(flaw) => event_flaw(flaw),
        PipedFault::NoId => {
            "id is missing, or is empty: it names the problem, and is the same until that is over".to_owned()
        }
        PipedFault::NoTitle => "title is missing, or is empty, and so is text".to_owned(),
        PipedFault::NotAText { name } => format!("{name} is neither a text nor a number"),
        PipedFault::UnknownStatus { status } => format!(
            "status {status} is not known: firing, fault, open, problem and triggered mean that it fails; ok, resolved, \
             recovered and closed mean that it is over"
        ),
        PipedFault::BadTime { name } => {
            format!(
                "{name} is no time: give seconds or milliseconds since 1970, or a text such as 2026-11-22T10:00:00Z"
            )
        }
    }
}

pub(in crate::words) fn piped(said: PipedWords<'_>) -> String {
    match said {
        PipedWords::At { number, line, why } => format!("payload {number} (line {line}): {why}"),
    }
}
