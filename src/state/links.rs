//! Links: which two things are one.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params};

use super::error::StateError;
use super::facts::{LONG_THREAD, THREAD_ROWS};
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::{
    CommentId, CommentLink, Fingerprint, IssueId, IssueLink, Key, Kind, Known, ServiceName, Side, Stage,
};

/// A ticket that goes on with another item is called what that item's pair calls it.
pub(super) const ISSUE_COLUMNS: &str = "guance, jira, CASE WHEN role IS 'retired' THEN coalesce((SELECT p.jira_name \
                             FROM issue_link p WHERE p.jira = substr(issue_link.jira, 1, instr(issue_link.jira, '/') - 1)), '') \
                             ELSE jira_name END, guance_seen, jira_seen, closed, \
                             (role IS 'unlinked' OR role IS 'retired' OR EXISTS (SELECT 1 FROM absent WHERE lane = issue_link.guance \
                             AND absent.gone = 1 AND key GLOB '*/issue/*')), role, attached";
const COMMENT_COLUMNS: &str = "origin, origin_id, copy_id, lane, written";

impl State {
    /// Returns what is known about these issues of one side.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_issues<'a>(
        &self,
        side: Side,
        issues: impl Iterator<Item = (&'a IssueId, Option<Key>)>,
    ) -> Result<Known, StateError> {
        let mut known = Known::default();
        for (id, key) in issues {
            let link = self.issue_link(side, id)?;
            known.issues.extend(link.clone().map(|link| ((side, id.clone()), link)));
            let Some(key) = key else { continue };
            if let Some(original) = key.issue_on(side.opposite()) {
                // A claim: what is known about the original it names? Most often it is the pair's own.
                let own = link.filter(|link| *link.id(side.opposite()) == original);
                if let Some(link) =
                    own.map_or_else(|| self.issue_link(side.opposite(), &original), |own| Ok(Some(own)))?
                {
                    known.issues.insert((side.opposite(), original), link);
                }
            }
            self.queued_about(&key, &mut known)?;
        }
        Ok(known)
    }

    /// Returns what is known about these comments of one side, and about the originals they claim to be copies of.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn known_comments<'a>(
        &self,
        side: Side,
        comments: impl Iterator<Item = (&'a CommentId, Option<&'a Key>)>,
    ) -> Result<Known, StateError> {
        let mut known = Known::default();
        for (id, claim) in comments {
            if let Some(link) = self.comment_link(side, id)? {
                known.comments.insert((side, id.clone()), link);
            }
            if self.file_copy(side.opposite(), id.as_str())?.is_some() {
                known.carriers.insert(id.clone());
            }
            if let Some(key) = claim
                && let Some(home) = self.home(key)?
            {
                known.homes.insert(key.clone(), home);
            }
            if let Some(original) = claim.and_then(|key| key.comment_on(side.opposite()))
                && let Some(link) = self.comment_link(side.opposite(), &original)?
            {
                known.comments.insert((side.opposite(), original), link);
            }
            if let Some(file) = claim.and_then(|key| key.file_on(side.opposite()))
                && self.file_link(side.opposite(), &file)?.is_some()
            {
                known.files.insert((side.opposite(), file));
            }
            self.queued_about(&Key::comment(side, id), &mut known)?;
        }
        Ok(known)
    }

    /// Returns the pair that an original is known to belong to, by its Guance issue: it was carried, waits to be, or was
    /// there and is missed.
    fn home(&self, key: &Key) -> Result<Option<IssueId>, StateError> {
        let Some((service, kind, id)) = key.parts() else { return Ok(None) };
        let table = match kind {
            Kind::Comment => "comment_link",
            Kind::Attachment => "file_link",
            Kind::Issue | Kind::Field | Kind::Link => return Ok(None),
        };
        let sql = format!(
            "SELECT lane FROM {table} WHERE origin = ?1 AND origin_id = ?2
             UNION ALL SELECT lane FROM outbox WHERE origin = ?3
             UNION ALL SELECT lane FROM absent WHERE key = ?3 LIMIT 1"
        );
        let home = self
            .conn
            .prepare_cached(&sql)?
            .query_row(params![service, id, key.origin().as_str()], |row| row.get::<_, String>(0))
            .optional()?;
        Ok(home.map(IssueId::new))
    }

    pub(super) fn queued_about(&self, key: &Key, known: &mut Known) -> Result<(), StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT key, stage, content FROM outbox WHERE origin = ?1 ORDER BY seq")?;
        let rows = statement
            .query_map([key.origin().as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(String, String, String)>, _>>()?;
        for (key, stage, content) in rows {
            let parsed = key.parse().ok().zip(Stage::parse(&stage)).zip(Fingerprint::parse(&content));
            let Some(((key, stage), content)) = parsed else { return Err(StateError::Nonsense(format!("row {key}"))) };
            known.outbox.insert(key, (stage, content));
        }
        Ok(())
    }

    /// Returns the pair an issue belongs to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn issue_link(&self, side: Side, id: &IssueId) -> Result<Option<IssueLink>, StateError> {
        let column = match side {
            Side::Source(_) => "guance",
            Side::Tracker(_) => "jira",
        };
        Ok(self
            .conn
            .prepare_cached(&format!("SELECT {ISSUE_COLUMNS} FROM issue_link WHERE {column} = ?1"))?
            .query_row([id.as_str()], issue_link)
            .optional()?)
    }

    /// Returns the pair whose Jira issue people call so.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn issue_named(&self, jira_name: &str) -> Result<Option<IssueLink>, StateError> {
        Ok(self.issues_called(jira_name)?.into_iter().find(|link| link.jira_name == jira_name))
    }

    /// Returns the pairs whose Jira issue people call so, in capitals or not.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn issues_called(&self, jira_name: &str) -> Result<Vec<IssueLink>, StateError> {
        let sql = format!("SELECT {ISSUE_COLUMNS} FROM issue_link WHERE jira_name = ?1 COLLATE NOCASE ORDER BY guance");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let rows = statement.query_map([jira_name], issue_link)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns true when there is a pair.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_links(&self) -> Result<bool, StateError> {
        Ok(self.conn.prepare_cached("SELECT 1 FROM issue_link LIMIT 1")?.exists([])?)
    }

    /// Returns the pair a comment belongs to, be it original or copy.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn comment_link(&self, side: Side, id: &CommentId) -> Result<Option<CommentLink>, StateError> {
        let row = self
            .conn
            .prepare_cached(&format!(
                "SELECT {COMMENT_COLUMNS} FROM comment_link
                 WHERE (origin = ?1 AND origin_id = ?3) OR (origin = ?2 AND copy_id = ?3)"
            ))?
            .query_row(params![side.as_str(), side.opposite().as_str(), id.as_str()], |row| {
                comment_link(row, self.line)
            })
            .optional()?;
        row.transpose()
    }

    /// Returns true when a thing on `side` is known as the copy of another original than this one, or as an original that
    /// has a copy itself.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_copy_of_another(&self, side: Side, key: &Key, id: &str) -> Result<bool, StateError> {
        let origin = side.opposite();
        Ok(match key.parts() {
            Some((_, Kind::Issue, original)) => {
                self.issue_link(side, &IssueId::new(id))?.is_some_and(|link| link.id(origin).as_str() != original)
            }
            Some((_, Kind::Comment | Kind::Attachment, original)) => {
                let comment = self.comment_link(side, &CommentId::new(id))?;
                let file = self.file_copy(origin, id)?;
                comment.is_some_and(|link| link.origin == side || link.origin_id.as_str() != original)
                    || file.is_some_and(|link| link.origin_id.as_str() != original)
            }
            Some((_, Kind::Field | Kind::Link, _)) | None => false,
        })
    }

    /// Returns the comments of a Guance issue's two threads that have a copy.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn comments_of(&self, pair: &IssueId) -> Result<Vec<CommentLink>, StateError> {
        let sql = format!("SELECT {COMMENT_COLUMNS} FROM comment_link WHERE lane = ?1 ORDER BY rowid");
        let mut statement = self.conn.prepare_cached(&sql)?;
        statement.query_map([pair.as_str()], |row| comment_link(row, self.line))?.map(|row| row?).collect()
    }

    /// Returns how many pairs of issues and of comments there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_links(&self) -> Result<(u64, u64), StateError> {
        let count = |table: &str| -> Result<u64, StateError> {
            let n: i64 = self.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            Ok(u64::try_from(n).unwrap_or(0))
        };
        Ok((count("issue_link")?, count("comment_link")?))
    }
}

impl Tx<'_> {
    /// Links two issues; a pending write that would have made the copy is done with. Returns false when one of them is
    /// another pair's already: then nothing has changed.
    ///
    /// `seen` tells, for Guance and for Jira, up to which `updated` the thread is known whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn link_issues(&self, link: &IssueLink, active: DateTime<Utc>, now: DateTime<Utc>) -> Result<bool, StateError> {
        let inserted = self
            .tx
            .prepare_cached(
                "INSERT OR IGNORE INTO issue_link (guance, jira, jira_name, guance_seen, jira_seen, active, polled)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
            )?
            .execute(params![
                link.guance.as_str(),
                link.jira.as_str(),
                link.jira_name,
                link.guance_seen.map(to_ms),
                link.jira_seen.map(to_ms),
                to_ms(active),
            ])?;
        if inserted == 0 {
            return Ok(false);
        }
        self.done(&Key::issue(Side::Source(self.line), &link.guance), now)?;
        Ok(true)
    }

    /// Links two comments; a pending write that would have made the copy is done with. Returns false when one of them
    /// belongs to another already: then nothing has changed.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn link_comments(&self, link: &CommentLink, now: DateTime<Utc>) -> Result<bool, StateError> {
        let inserted = self
            .tx
            .prepare_cached(&format!(
                "INSERT OR IGNORE INTO comment_link ({COMMENT_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5)"
            ))?
            .execute(params![
                link.origin.as_str(),
                link.origin_id.as_str(),
                link.copy_id.as_str(),
                link.pair.as_str(),
                link.written.as_ref().map(Fingerprint::as_str),
            ])?;
        if inserted == 0 {
            return Ok(false);
        }
        self.done(&Key::comment(link.origin, &link.origin_id), now)?;
        Ok(true)
    }

    /// Records what the copy now says.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_written(&self, origin: Side, id: &CommentId, content: &Fingerprint) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE comment_link SET written = ?3 WHERE origin = ?1 AND origin_id = ?2")?
            .execute(params![origin.as_str(), id.as_str(), content.as_str()])?;
        Ok(())
    }

    /// Records what people call the Jira issue now.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn rename(&self, guance: &IssueId, jira_name: &str) -> Result<(), StateError> {
        self.tx
            .prepare_cached("UPDATE issue_link SET jira_name = ?2 WHERE guance = ?1")?
            .execute(params![guance.as_str(), jira_name])?;
        Ok(())
    }

    /// Records that the thread on `side` was read whole when the issue's `updated` was `seen`; `None` means that it
    /// has to be read again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn thread_read(
        &self,
        guance: &IssueId,
        side: Side,
        seen: Option<DateTime<Utc>>,
        active: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let column = seen_column(side);
        let polled = if side.is_source() { to_ms(now) } else { 0 };
        self.tx
            .prepare_cached(&format!(
                "UPDATE issue_link SET {column} = ?2, active = max(active, ?3),
                     polled = CASE ?4 WHEN 0 THEN polled ELSE ?4 END WHERE guance = ?1"
            ))?
            .execute(params![guance.as_str(), seen.map(to_ms), to_ms(active), polled])?;
        Ok(())
    }

    /// Records the `updated` of a Guance issue seen in a list; a change since its thread was read makes it the next
    /// to be read in turn.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn touch(&self, guance: &IssueId, updated: DateTime<Utc>) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE issue_link SET active = max(active, ?2),
                     polled = CASE WHEN guance_seen < ?2 THEN 0 ELSE polled END
                 WHERE guance = ?1 AND role IS NOT 'retired'",
            )?
            .execute(params![guance.as_str(), to_ms(updated)])?;
        Ok(())
    }

    /// Takes no thread for known beyond this time: with a remote clock that was set back, other changes carry it again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn unsee_after(&self, side: Side, at: DateTime<Utc>) -> Result<(), StateError> {
        let column = seen_column(side);
        self.tx
            .prepare_cached(&format!("UPDATE issue_link SET {column} = ?1 WHERE {column} > ?1"))?
            .execute([to_ms(at)])?;
        Ok(())
    }

    /// Trusts no thread any more: each is read before it is written into.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn distrust_threads(&self) -> Result<(), StateError> {
        self.tx.execute("UPDATE issue_link SET guance_seen = NULL, jira_seen = NULL", [])?;
        for kind in [LONG_THREAD, THREAD_ROWS] {
            self.tx.execute(&format!("DELETE FROM fact WHERE name GLOB '{kind}*'"), [])?;
        }
        Ok(())
    }
}

fn seen_column(side: Side) -> &'static str {
    match side {
        Side::Source(_) => "guance_seen",
        Side::Tracker(_) => "jira_seen",
    }
}

pub(super) fn issue_link(row: &Row<'_>) -> rusqlite::Result<IssueLink> {
    Ok(IssueLink {
        guance: IssueId::new(row.get::<_, String>(0)?),
        jira: IssueId::new(row.get::<_, String>(1)?),
        jira_name: row.get(2)?,
        guance_seen: row.get::<_, Option<i64>>(3)?.map(from_ms),
        jira_seen: row.get::<_, Option<i64>>(4)?.map(from_ms),
        closed: row.get(5)?,
        gone: row.get(6)?,
        unlinked: row.get_ref(7)?.as_str_or_null()? == Some("unlinked"),
        retired: row.get_ref(7)?.as_str_or_null()? == Some("retired"),
        attached: row.get::<_, Option<i64>>(8)? == Some(1),
    })
}

fn comment_link(row: &Row<'_>, line: ServiceName) -> rusqlite::Result<Result<CommentLink, StateError>> {
    let origin: String = row.get(0)?;
    let Ok(origin) = Side::of_line(line, &origin) else {
        return Ok(Err(StateError::Nonsense(format!("a comment link from {origin}"))));
    };
    Ok(Ok(CommentLink {
        origin,
        origin_id: CommentId::new(row.get::<_, String>(1)?),
        copy_id: CommentId::new(row.get::<_, String>(2)?),
        pair: IssueId::new(row.get::<_, String>(3)?),
        written: row.get::<_, Option<String>>(4)?.as_deref().and_then(Fingerprint::parse),
    }))
}
