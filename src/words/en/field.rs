//! Fields of Jira issues. What is changed here is not found any more where the former words were kept.

use crate::words::FieldReason;

pub(in crate::words) fn field_reason(reason: &FieldReason) -> String {
    match reason {
        FieldReason::NotOnScreen => "it is not on the create screen".to_owned(),
        FieldReason::NotOnEditScreen => "it is not on the edit screen".to_owned(),
        FieldReason::ScreenUnknown => "this Jira does not tell what its create screen holds".to_owned(),
        FieldReason::NoRequestField => "this Jira has no field for request types".to_owned(),
        FieldReason::NoRequestTypes => {
            "Jira does not list the request types of this project: give the id, or on Server the keys of portal and type (sd/incident)"
                .to_owned()
        }
        FieldReason::NobodyNamed => "nobody was named".to_owned(),
        FieldReason::NoId => "Jira does not tell its id".to_owned(),
        FieldReason::NoAccount { word } => format!("no account is {word:?}"),
        FieldReason::NoAccountByAddress { word } => {
            format!("no account is {word:?}; one that hides its address is found by its account id")
        }
        FieldReason::OneAccount => "takes one account".to_owned(),
        FieldReason::OneValue => "takes one value".to_owned(),
        FieldReason::ValueAndOneBelow => "takes a value and one below it".to_owned(),
        FieldReason::IsEmpty => "is empty".to_owned(),
        FieldReason::Needs { part } => format!("needs a {part:?}"),
        FieldReason::NoneOf { word, names } => format!("{word:?} is none of {names}"),
        FieldReason::NoNumber { text } => format!("{text:?} is not a number"),
        FieldReason::NoDate { text } => format!("{text:?} is not a date such as 2026-11-22"),
        FieldReason::UnknownType { kind } => format!("guajira cannot set a field of type {kind:?}"),
    }
}
