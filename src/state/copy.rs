//! A state file at another place, or in memory.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::StateError;
use super::file::State;
use super::{lock, schema};
use crate::domain::ServiceName;

impl State {
    /// Returns a copy of the file (an empty state when there is no file): what a dry run works on. Nobody else sees it, and it
    /// is gone when it is closed: what does not fit into little memory is in a nameless file.
    ///
    /// # Errors
    /// As for [`State::open`].
    pub fn open_copy(path: &Path) -> Result<Self, StateError> {
        lock::no_folder(path)?;
        let mut conn = Connection::open("")?;
        if path.exists() {
            let source = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            source.busy_timeout(Duration::from_secs(5))?;
            rusqlite::backup::Backup::new(&source, &mut conn)?.run_to_completion(1000, Duration::ZERO, None)?;
        }
        schema::migrate(&mut conn)?;
        Ok(Self { conn, path: None, requests: RefCell::default(), line: ServiceName::GUANCE })
    }

    /// Opens the file to look at it as it is now, without copying it: a run may go on meanwhile. A file of an older version is
    /// copied, for it has to be migrated first.
    ///
    /// # Errors
    /// As for [`State::open`].
    pub fn open_to_read(path: &Path) -> Result<Self, StateError> {
        lock::no_folder(path)?;
        if !path.exists() {
            return Self::open_copy(path);
        }
        #[cfg_attr(not(debug_assertions), expect(unused_mut, reason = "a debug build counts what it is asked"))]
        let mut conn = read_only(path)?;
        if !schema::is_current(&conn)? {
            return Self::open_copy(path);
        }
        #[cfg(debug_assertions)]
        super::cost::watch(&mut conn)?;
        // All that is asked is of one moment.
        conn.execute_batch("BEGIN")?;
        Ok(Self { conn, path: Some(path.to_owned()), requests: RefCell::default(), line: ServiceName::GUANCE })
    }

    /// Returns the version of the file at this path, as it is.
    ///
    /// # Errors
    /// As for [`State::open`].
    pub fn version_of(path: &Path) -> Result<i64, StateError> {
        Ok(read_only(path)?.query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    /// Copies a state file, with what its log still holds, to a place where nothing is. The copy appears whole or not
    /// at all.
    ///
    /// # Errors
    /// As for [`State::open`]; `Inaccessible` when there is something at the other place already.
    pub fn copy(from: &Path, to: &Path) -> Result<(), StateError> {
        if to.exists() {
            return Err(StateError::Inaccessible(format!("{} is there already", to.display())));
        }
        let source = read_only(from)?;
        schema::is_known(&source)?;
        let mut part = to.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let _ = std::fs::remove_file(&part);
        let copied = fill(&source, &part).and_then(|()| {
            let failed = |error: std::io::Error| StateError::Inaccessible(format!("{}: {error}", to.display()));
            std::fs::rename(&part, to).map_err(failed)
        });
        if copied.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        copied
    }
}

fn fill(source: &Connection, to: &Path) -> Result<(), StateError> {
    lock::create_private(to)?;
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    rusqlite::backup::Backup::new(source, &mut copy)?.run_to_completion(1000, Duration::ZERO, None)?;
    // Not in write-ahead mode, so that the copy is one file when it gets its name; opening it changes that.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    copy.close().map_err(|(_, error)| StateError::from(error))
}

fn read_only(path: &Path) -> Result<Connection, StateError> {
    lock::no_folder(path)?;
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    Ok(conn)
}
