//! The open file and its transactions.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::StateError;
use super::requests::Requests;
use super::{lock, schema};
use crate::domain::ServiceName;

/// How many statements stay prepared: all there are, so that none is parsed twice in a run.
const STATEMENTS: usize = 100;

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
    pub(super) conn: Connection,
    pub(super) path: Option<PathBuf>,
    pub(super) requests: RefCell<Requests>,
    /// The line whose rows it holds.
    pub(super) line: ServiceName,
}

#[cfg(debug_assertions)]
impl Drop for State {
    fn drop(&mut self) {
        super::cost::look(&self.conn);
    }
}

/// Several changes that take effect together or not at all.
#[derive(Debug)]
pub struct Tx<'a> {
    pub(super) tx: rusqlite::Transaction<'a>,
    pub(super) line: ServiceName,
}

impl Tx<'_> {
    /// Returns the line whose rows it writes.
    pub fn line(&self) -> ServiceName {
        self.line
    }

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
        #[cfg(debug_assertions)]
        super::cost::watch(&mut conn)?;
        Ok(Self { conn, path: Some(path.to_owned()), requests: RefCell::default(), line: ServiceName::GUANCE })
    }

    /// Takes it for the state of this line.
    #[must_use]
    pub fn of_line(mut self, line: ServiceName) -> Self {
        self.line = line;
        self
    }

    /// Returns the line whose rows it holds.
    pub fn line(&self) -> ServiceName {
        self.line
    }

    /// Returns where the file is; `None` for a copy in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Returns a number that grows with every row that is written, also where that is taken back.
    pub fn written(&self) -> u64 {
        self.conn.total_changes()
    }

    /// Returns true within a transaction: what is read now may be taken back.
    pub fn is_changing(&self) -> bool {
        !self.conn.is_autocommit()
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When another process holds the file for longer than five seconds, or it cannot be written.
    pub fn begin(&self) -> Result<Tx<'_>, StateError> {
        let tx = rusqlite::Transaction::new_unchecked(&self.conn, rusqlite::TransactionBehavior::Immediate)?;
        Ok(Tx { tx, line: self.line })
    }
}
