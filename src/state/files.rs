//! Links of attached files: which was carried, and what its copy is.

use rusqlite::{OptionalExtension, Row, params};

use super::error::StateError;
use super::file::{State, Tx};
use crate::domain::{FileId, FileLink, IssueId, Key, Known, ServiceName, Side};

const COLUMNS: &str = "origin, origin_id, copy_id, lane";

impl State {
    /// Returns what is known about these files of one side; those that are copies count as having one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_files<'a>(&self, side: Side, files: impl Iterator<Item = &'a FileId>) -> Result<Known, StateError> {
        let mut known = Known::default();
        for id in files {
            // A copy that another account of ours attached does not look like ours.
            if self.file_link(side, id)?.is_some() || self.file_copy(side.opposite(), id.as_str())?.is_some() {
                known.files.insert((side, id.clone()));
            }
            if self.file_copy(side.opposite(), id.as_str())?.is_some() {
                known.file_copies.insert(id.clone());
            }
            self.queued_about(&Key::file(side, id), &mut known)?;
        }
        Ok(known)
    }

    /// Returns the link of a file born on `side`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn file_link(&self, side: Side, id: &FileId) -> Result<Option<FileLink>, StateError> {
        self.one_file("origin = ?1 AND origin_id = ?2", side, id.as_str())
    }

    /// Returns the link whose copy of a file born on `origin` this is.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn file_copy(&self, origin: Side, copy: &str) -> Result<Option<FileLink>, StateError> {
        self.one_file("origin = ?1 AND copy_id = ?2", origin, copy)
    }

    fn one_file(&self, clause: &str, side: Side, id: &str) -> Result<Option<FileLink>, StateError> {
        let row = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} FROM file_link WHERE {clause}"))?
            .query_row(params![side.as_str(), id], |row| file_link(row, side.line()))
            .optional()?;
        row.transpose()
    }
}

impl Tx<'_> {
    /// Links a file and its copy; a pending write that would have made the copy is done with. Returns false when one of
    /// them belongs to another already: then nothing has changed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn link_files(&self, link: &FileLink, now: chrono::DateTime<chrono::Utc>) -> Result<bool, StateError> {
        let inserted = self
            .tx
            .prepare_cached(&format!("INSERT OR IGNORE INTO file_link ({COLUMNS}) VALUES (?1, ?2, ?3, ?4)"))?
            .execute(params![link.origin.as_str(), link.origin_id.as_str(), link.copy_id, link.pair.as_str()])?;
        if inserted == 0 {
            return Ok(false);
        }
        self.done(&Key::file(link.origin, &link.origin_id), now)?;
        Ok(true)
    }
}

fn file_link(row: &Row<'_>, line: ServiceName) -> rusqlite::Result<Result<FileLink, StateError>> {
    let origin: String = row.get(0)?;
    let Ok(origin) = Side::of_line(line, &origin) else {
        return Ok(Err(StateError::Nonsense(format!("a file link from {origin}"))));
    };
    Ok(Ok(FileLink {
        origin,
        origin_id: FileId::new(row.get::<_, String>(1)?),
        copy_id: row.get(2)?,
        pair: IssueId::new(row.get::<_, String>(3)?),
    }))
}
