//! Why the state file cannot be used, and how to mend it.

use std::fmt;

use rusqlite::ErrorCode;

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
        match self {
            Self::Newer { version, known } => write!(
                f,
                "the state file has version {version}, and this guajira knows versions up to {known}: a newer guajira wrote it"
            ),
            Self::Corrupt(why) => write!(f, "the state file is damaged or not a guajira state file: {why}"),
            Self::Inaccessible(why) => write!(f, "the state file cannot be read or written: {why}"),
            Self::Full(why) => write!(f, "no room is left for the state file: {why}"),
            Self::Database(err) => write!(f, "the state file: {err}"),
            Self::Nonsense(what) => write!(f, "the state file holds what guajira never writes: {what}"),
        }
    }
}

impl std::error::Error for StateError {}

impl StateError {
    /// Returns how to mend it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer { .. } => "install the newer guajira, or point [sync].state at another file",
            Self::Corrupt(_) | Self::Nonsense(_) => {
                "move the file away: guajira rebuilds it from the markers on the other side and creates nothing twice"
            }
            Self::Inaccessible(why) if why.ends_with(" is a folder") => "name a file in [sync].state, not a folder",
            Self::Inaccessible(_) => "make the file and its directory readable and writable for this user",
            Self::Full(_) => "free some disk space; what was not recorded is read again by the next run",
            Self::Database(_) => "if this stays, move the file away: guajira rebuilds it from the remote markers",
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
