//! Why the state file cannot be used, and how to mend it.

use std::fmt;

use rusqlite::ErrorCode;

use crate::words::{Kept, StateHint};

/// Why the state cannot be used.
#[derive(Debug)]
pub enum StateError {
    /// A later version of guajira wrote the file.
    Newer {
        /// The file's version.
        version: i64,
        /// The highest version this program knows.
        known: i64,
    },
    /// The file is not a state file, or is damaged.
    Corrupt(String),
    /// The file, or its directory, cannot be read or written.
    Inaccessible(String),
    /// No room is left for it.
    Full(String),
    /// Anything else the database says.
    Database(rusqlite::Error),
    /// A row holds what guajira never writes.
    Nonsense(String),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::Newer { version, known } => {
                Kept::StateNewer { version: version.to_string(), known: known.to_string() }
            }
            Self::Corrupt(why) => Kept::StateDamaged { why: why.clone() },
            Self::Inaccessible(why) => Kept::StateInaccessible { why: why.clone() },
            Self::Full(why) => Kept::StateFull { why: why.clone() },
            Self::Database(err) => Kept::StateDatabase { why: err.to_string() },
            Self::Nonsense(what) => Kept::StateNonsense { what: what.clone() },
        };
        said.fmt(f)
    }
}

impl std::error::Error for StateError {}

impl StateError {
    /// Returns how to mend it.
    pub fn hint(&self) -> StateHint {
        match self {
            Self::Newer { .. } => StateHint::InstallNewer,
            Self::Corrupt(_) | Self::Nonsense(_) => StateHint::MoveAway,
            Self::Inaccessible(why) if why.ends_with(" is a folder") => StateHint::NameAFile,
            Self::Inaccessible(_) => StateHint::MakeWritable,
            Self::Full(_) => StateHint::FreeSpace,
            Self::Database(_) => StateHint::MoveAwayIfItStays,
        }
    }
}

impl From<rusqlite::Error> for StateError {
    fn from(err: rusqlite::Error) -> Self {
        match err.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Corrupt(err.to_string()),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::Inaccessible(err.to_string())
            }
            Some(ErrorCode::DiskFull) => Self::Full(err.to_string()),
            Some(ErrorCode::SystemIoFailure) if is_write(&err) => Self::Full(err.to_string()),
            Some(ErrorCode::SystemIoFailure) => Self::Inaccessible(err.to_string()),
            _ => Self::Database(err),
        }
    }
}

/// Tells whether it was a write that failed: what a quota or a file-size limit looks like to `SQLite`.
fn is_write(err: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    let writes = [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_SHMSIZE];
    err.sqlite_error().is_some_and(|failure| writes.contains(&failure.extended_code))
}
