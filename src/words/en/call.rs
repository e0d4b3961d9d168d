//! Failed requests. What is changed here is not found any more where the former words were kept.

use crate::words::{CallFault, Cause, ListFault};

pub(in crate::words) fn call_fault(fault: &CallFault) -> String {
    match fault {
        CallFault::NotAnAddress { why } => format!("not an address: {why}"),
        CallFault::CannotConnect { why } => format!("cannot connect: {why}"),
        CallFault::NoAnswerWithin { within } => format!("no answer within {within}"),
        CallFault::Answered { status, why } => format!("status {status}, and {why}"),
        CallFault::BrokeOff { status, why } => format!("status {status}, and the answer broke off: {why}"),
        CallFault::TooLong { status, mebibytes } => {
            format!("status {status}, and the answer is longer than {mebibytes} MiB")
        }
        CallFault::TooManyValues { most } => format!("the answer holds more than {most} values"),
        CallFault::TooDeep { most } => format!("the answer is nested deeper than {most} levels"),
        CallFault::TooManyRedirects => "too many redirects".to_owned(),
        CallFault::NoHeaderName { name } => format!("{name:?} is not a header name"),
        CallFault::BadCredential => {
            "the credential holds a character that no header can carry (a line break?)".to_owned()
        }
        CallFault::CannotSetUp => "cannot set up the client".to_owned(),
        CallFault::CannotSetUpTls => "cannot set up TLS".to_owned(),
        CallFault::NoRandomNumbers => "the system gives no random numbers".to_owned(),
        CallFault::CannotSign => "the private key cannot sign".to_owned(),
        CallFault::NotSent => "not sent".to_owned(),
        CallFault::Unexpected { why } => format!("unexpected answer: {why}"),
        CallFault::Odd { why } => why.clone(),
        CallFault::NoList => "no list in it".to_owned(),
        CallFault::CredentialsRefused { status } => format!("{status} credentials refused"),
        CallFault::CredentialsRefusedFor { status, words } => format!("{status} credentials refused: {words}"),
        CallFault::NotTheOpenApi { status, words } => format!("{status}, not an answer of the OpenAPI: {words:?}"),
    }
}

pub(in crate::words) fn list_fault(fault: &ListFault) -> String {
    match fault {
        ListFault::NotReadToItsEnd { why } => format!("not read to its end: {why}"),
        ListFault::AskedToStop { pages } => format!("asked to stop after {pages} pages"),
        ListFault::TimeWasOver { pages, rows } => {
            format!("the run's time was over after {pages} pages, {rows} rows")
        }
        ListFault::NoEnd { pages } => format!("it did not end after {pages} pages"),
        ListFault::ManyRowsAtOnce { rows, most } => format!("{rows} rows in one answer, and at most {most} are taken"),
        ListFault::ManyRows { most } => format!("more than {most} rows"),
        ListFault::ManyValues { rows, most } => format!("its {rows} rows hold more than {most} values"),
        ListFault::NothingNew => "a page brought nothing but what was read before".to_owned(),
        ListFault::NoNextPage => "a full page does not tell where the next one begins".to_owned(),
        ListFault::TokenTwice => "a page token came twice".to_owned(),
    }
}

pub(in crate::words) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Refused { code } => format!("Connection refused (os error {code})"),
        Cause::Reset { code } => format!("Connection reset by peer (os error {code})"),
        Cause::TimedOut { code } => format!("Connection timed out (os error {code})"),
        Cause::Unreachable { code } => format!("Network is unreachable (os error {code})"),
        Cause::NoRoute { code } => format!("No route to host (os error {code})"),
        Cause::NoSuchFile { code } => format!("No such file or directory (os error {code})"),
        Cause::Denied { code } => format!("Permission denied (os error {code})"),
        Cause::IsFolder { code } => format!("Is a directory (os error {code})"),
        Cause::DiskFull { code } => format!("No space left on device (os error {code})"),
        Cause::UnknownHost { why } => format!("failed to lookup address information: {why}"),
        Cause::Incomplete => "connection closed before message completed".to_owned(),
        Cause::BodyError => "request or response body error".to_owned(),
        Cause::OperationTimedOut => "operation timed out".to_owned(),
        Cause::Certificate { why } => format!("invalid peer certificate: {why}"),
        Cause::UnknownIssuer => "UnknownIssuer".to_owned(),
        Cause::Expired { now, after, ago } => format!(
            "certificate expired: verification time {now} (UNIX), but certificate is not valid after {after} ({ago} \
             seconds ago)"
        ),
        Cause::WrongName { host, others } => {
            format!("certificate not valid for name {host:?}; certificate is only valid for {others}")
        }
        Cause::NoNames { host } => format!(
            "certificate not valid for name {host:?}; certificate is not valid for any names (according to its \
             subjectAltName extension)"
        ),
        Cause::DatabaseFull => "database or disk is full".to_owned(),
        Cause::DatabaseBusy => "database is locked".to_owned(),
        Cause::NoDatabase => "file is not a database".to_owned(),
        Cause::DatabaseBroken => "database disk image is malformed".to_owned(),
        Cause::MissingField { field } => format!("missing field `{field}`"),
        Cause::WrongType { found, wanted } => format!("invalid type: {found}, expected {wanted}"),
    }
}
