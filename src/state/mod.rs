//! The state file: cursors, links, outbox, request ledger, history. Methods are named by meaning, and no `rusqlite`
//! type leaves this module.

mod absent;
mod away;
mod copy;
mod cursors;
mod dead;
mod facts;
mod files;
#[cfg(test)]
mod golden_tests;
mod history;
mod ledger;
mod links;
mod lock;
mod fields;
mod outbox;
mod remains;
mod schema;
mod services;
mod status;
mod told;
mod waits;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

pub use absent::GoneIssue;
pub use away::{Away, AwayKind, project_of};
pub use cursors::Cursor;
pub use dead::DeadCreates;
pub use facts::{LONG_THREAD, THREAD_ROWS};
pub use fields::DueFields;
pub use history::{RunEnd, SideFailure};
pub use lock::RunLock;
pub use outbox::{Backlog, Deferral, Doubt, HeldForLabel, Queued};
pub use services::{Installation, Services, Workspace};
pub use status::{FailingSide, LastRun, Status, StuckItem};
pub use told::{FLEETING, News};

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

/// How many statements stay prepared: all there are, so that none is parsed twice in a run.
const STATEMENTS: usize = 100;

/// A wait beyond this, far longer than any back-off, was set by a clock that has been set back since; milliseconds.
const LONGEST_WAIT: i64 = 7_200_000;

/// How safely commits reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Every commit is on disk when it returns: power loss included.
    Full,
    /// Commits survive the death of the process, not of the machine, and nobody else may open the file meanwhile:
    /// for tests, which this spares most of their system calls.
    Process,
}

/// The open state file.
#[derive(Debug)]
pub struct State {
    conn: Connection,
    path: Option<PathBuf>,
}

/// Several changes that take effect together or not at all.
#[derive(Debug)]
pub struct Tx<'a> {
    tx: rusqlite::Transaction<'a>,
}

impl Tx<'_> {
    /// Makes the changes durable.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of them took effect.
    pub fn commit(self) -> Result<(), StateError> {
        Ok(self.tx.commit()?)
    }
}

impl State {
    /// Opens or creates the file, readable by its owner alone, and migrates it.
    ///
    /// # Errors
    /// Says what is wrong with the file; see [`StateError::hint`].
    pub fn open(path: &Path) -> Result<Self, StateError> {
        Self::open_with(path, Durability::Full)
    }

    /// Opens the file with the given durability.
    ///
    /// # Errors
    /// As for [`State::open`].
    pub fn open_with(path: &Path, durability: Durability) -> Result<Self, StateError> {
        lock::create_private(path)?;
        let mut conn = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        conn.busy_timeout(Duration::from_secs(5))?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        // Otherwise a statement whose plan may depend on a value (a LIMIT, a partial index) is parsed anew at each use.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        if durability == Durability::Process {
            conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        }
        let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            tracing::debug!(%mode, "The file system allows no write-ahead log.");
        }
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Process => "OFF",
        };
        conn.pragma_update(None, "synchronous", synchronous)?;
        // A text that was taken back must not stay between the rows, nor in a file of the database's own.
        conn.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
        conn.pragma_update(None, "temp_store", "MEMORY")?;
        schema::migrate(&mut conn)?;
        Ok(Self { conn, path: Some(path.to_owned()) })
    }

    /// Returns a copy of the file in memory (an empty state when there is no file): what a dry run works on.
    ///
    /// # Errors
    /// As for [`State::open`].
    pub fn open_copy(path: &Path) -> Result<Self, StateError> {
        lock::no_folder(path)?;
        let mut conn = Connection::open_in_memory()?;
        if path.exists() {
            let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            source.busy_timeout(Duration::from_secs(5))?;
            rusqlite::backup::Backup::new(&source, &mut conn)?.run_to_completion(1000, Duration::ZERO, None)?;
        }
        schema::migrate(&mut conn)?;
        Ok(Self { conn, path: None })
    }

    /// Returns where the file is; `None` for a copy in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When another process holds the file for longer than five seconds, or it cannot be written.
    pub fn begin(&self) -> Result<Tx<'_>, StateError> {
        let tx = rusqlite::Transaction::new_unchecked(&self.conn, rusqlite::TransactionBehavior::Immediate)?;
        Ok(Tx { tx })
    }
}

fn to_ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

fn from_ms(ms: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(ms).single().unwrap_or_default()
}

#[cfg(test)]
mod tests;
