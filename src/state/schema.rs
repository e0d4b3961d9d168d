//! The tables, and how an older file becomes a current one.

use rusqlite::{Connection, TransactionBehavior};

use super::error::StateError;

/// Migrations in order; the file's `user_version` counts those applied. Appended to, never edited.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE fact (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        at    INTEGER NOT NULL
    ) STRICT;
    -- Times are milliseconds since 1970, UTC. Those of a cursor are the remote's.
    CREATE TABLE cursor (
        side  TEXT PRIMARY KEY,
        at    INTEGER NOT NULL,
        floor INTEGER NOT NULL,
        swept INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE issue_link (
        guance      TEXT PRIMARY KEY,
        jira        TEXT NOT NULL UNIQUE,
        jira_name   TEXT NOT NULL,
        guance_seen INTEGER,
        jira_seen   INTEGER,
        active      INTEGER NOT NULL,
        polled      INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE comment_link (
        origin    TEXT NOT NULL,
        origin_id TEXT NOT NULL,
        copy_id   TEXT NOT NULL,
        lane      TEXT NOT NULL,
        written   TEXT,
        PRIMARY KEY (origin, origin_id),
        UNIQUE (origin, copy_id)
    ) STRICT;
    CREATE TABLE outbox (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        key         TEXT NOT NULL UNIQUE,
        origin      TEXT NOT NULL,
        lane        TEXT NOT NULL,
        target      TEXT NOT NULL,
        action      TEXT NOT NULL,
        content     TEXT NOT NULL,
        summary     TEXT NOT NULL,
        stage       TEXT NOT NULL CHECK (stage IN ('pending', 'held', 'in_flight', 'done', 'dead')),
        attempts    INTEGER NOT NULL DEFAULT 0,
        not_before  INTEGER NOT NULL DEFAULT 0,
        sent_at     INTEGER,
        enqueued_at INTEGER NOT NULL,
        settled_at  INTEGER,
        error       TEXT
    ) STRICT;
    CREATE INDEX outbox_lane ON outbox (lane, seq) WHERE stage <> 'done';
    CREATE INDEX outbox_origin ON outbox (origin);
    CREATE TABLE ledger (
        credential TEXT NOT NULL,
        at         INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ledger_at ON ledger (credential, at);
    CREATE TABLE unreadable (
        side  TEXT NOT NULL,
        issue TEXT NOT NULL,
        why   TEXT NOT NULL,
        since INTEGER NOT NULL,
        next  INTEGER NOT NULL,
        PRIMARY KEY (side, issue)
    ) STRICT;
    CREATE TABLE run (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        kind    TEXT NOT NULL,
        started INTEGER NOT NULL,
        ended   INTEGER,
        good    INTEGER,
        summary TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE TABLE event (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        at   INTEGER NOT NULL,
        item TEXT NOT NULL,
        what TEXT NOT NULL
    ) STRICT;
    CREATE INDEX event_item ON event (item, id);
",
    "
    -- What both sides said about a field when they last agreed, each in its own words.
    CREATE TABLE field_base (
        lane    TEXT NOT NULL,
        field   TEXT NOT NULL,
        guance  TEXT,
        jira    TEXT,
        version INTEGER NOT NULL,
        PRIMARY KEY (lane, field)
    ) STRICT, WITHOUT ROWID;
    -- When the Guance issue was opened (its time); when its fields were last read, and from when on both sides are to
    -- be compared, 0 when they need not be (ours).
    ALTER TABLE issue_link ADD COLUMN opened INTEGER;
    ALTER TABLE issue_link ADD COLUMN fields_read INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE issue_link ADD COLUMN fields_due INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE issue_link ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
",
    "
    -- Attached files: the copy is an attachment on Jira, the reply that carries it on Guance.
    CREATE TABLE file_link (
        origin    TEXT NOT NULL,
        origin_id TEXT NOT NULL,
        copy_id   TEXT NOT NULL,
        lane      TEXT NOT NULL,
        PRIMARY KEY (origin, origin_id),
        UNIQUE (origin, copy_id)
    ) STRICT;
",
    "
    -- What every run asks must not cost more the longer the history is.
    CREATE INDEX outbox_stage ON outbox (target, stage, seq) WHERE stage <> 'done';
    CREATE INDEX outbox_settled ON outbox (settled_at) WHERE stage = 'done';
    CREATE INDEX event_at ON event (at);
    CREATE INDEX run_started ON run (started);
",
    "
    -- Texts name issues by what people call them.
    CREATE INDEX issue_link_name ON issue_link (jira_name);
",
    "
    -- What was there and could not be found: the run that missed it first, and when (ours); whether a later one agreed.
    CREATE TABLE absent (
        key   TEXT PRIMARY KEY,
        lane  TEXT NOT NULL,
        run   INTEGER NOT NULL,
        since INTEGER NOT NULL,
        gone  INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX absent_lane ON absent (lane);
    CREATE INDEX comment_lane ON comment_link (lane);
",
    "
    -- In which round a write goes, so that a lane with many writes takes turns with the others: creates in round 0, the
    -- first write that waits in a lane in the round that is on, the next in the one after it.
    ALTER TABLE outbox ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
    UPDATE outbox SET round = n FROM (
        SELECT seq AS place, row_number() OVER (PARTITION BY target, lane ORDER BY seq) AS n FROM outbox
        WHERE stage <> 'done' AND key NOT GLOB 'guance/issue/*'
    ) WHERE seq = place;
    -- Which round is on, for each side.
    CREATE TABLE round (
        target TEXT PRIMARY KEY,
        number INTEGER NOT NULL
    ) STRICT;
    DROP INDEX outbox_stage;
    CREATE INDEX outbox_turn ON outbox (target, stage, round, seq) WHERE stage <> 'done';
    CREATE INDEX outbox_round ON outbox (lane, target, round) WHERE stage <> 'done';
",
    "
    -- What was deleted before stands between the rows until the file is written anew, which the next run does.
    INSERT INTO fact (name, value, at) SELECT 'state.remains', 'yes', 0 WHERE EXISTS (SELECT 1 FROM run);
",
    "
    -- How to mend what a write failed at; why a person gave a dead write up.
    ALTER TABLE outbox ADD COLUMN hint TEXT;
    ALTER TABLE outbox ADD COLUMN dropped TEXT;
    -- What the original of a create says, apart from what the routes make of it.
    ALTER TABLE outbox ADD COLUMN original TEXT;
    -- Why sides failed in a run, as JSON.
    ALTER TABLE run ADD COLUMN failures TEXT;
    -- Sides that have failed since they were last read, and why: the last run's words.
    CREATE TABLE side_failure (
        side    TEXT PRIMARY KEY,
        since   INTEGER NOT NULL,
        at      INTEGER NOT NULL,
        message TEXT NOT NULL,
        hint    TEXT
    ) STRICT, WITHOUT ROWID;
    -- Failures that a run has told of: since when, when last, and when it was last met (all ours).
    CREATE TABLE told (
        what  TEXT PRIMARY KEY,
        since INTEGER NOT NULL,
        told  INTEGER NOT NULL,
        met   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Whether the last sending failed without a clear answer: 1 by itself, 2 together with others. What failed so goes out
    -- by itself from then on. How often it was sent by itself, failed so and was not there, and since when (ours).
    ALTER TABLE outbox ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN absences INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN absent_since INTEGER;
",
    "
    -- What a run asks must not cost more the more pairs there are. The project is that of the Jira issue's key.
    ALTER TABLE issue_link ADD COLUMN project TEXT
        GENERATED ALWAYS AS (upper(rtrim(rtrim(jira_name, '0123456789'), '-'))) VIRTUAL;
    CREATE INDEX issue_link_project ON issue_link (project, active DESC, guance);
    CREATE INDEX issue_link_unread ON issue_link (project, active DESC, guance) WHERE jira_seen IS NULL;
    CREATE INDEX issue_link_due ON issue_link (project, fields_due, guance) WHERE fields_due > 0;
    CREATE INDEX issue_link_turn ON issue_link (active, closed, polled, fields_read, guance_seen);
    CREATE INDEX issue_link_opened ON issue_link (opened);
    CREATE INDEX issue_link_never_read ON issue_link (guance) WHERE polled = 0 AND closed = 0;
    -- People write the key of an issue in any case.
    DROP INDEX issue_link_name;
    CREATE INDEX issue_link_name ON issue_link (jira_name COLLATE NOCASE);
    CREATE INDEX absent_open ON absent (run, key, lane) WHERE gone = 0;
    CREATE INDEX ledger_old ON ledger (at);
    CREATE INDEX fact_learnt ON fact (at);
    -- The words of comments that wait. So much stands before them that they lie in pages of their own, which no row moves
    -- out of, and which are overwritten as soon as they are freed.
    CREATE TABLE words (
        place  INTEGER PRIMARY KEY,
        room   BLOB NOT NULL,
        action TEXT NOT NULL
    ) STRICT;
    INSERT INTO words SELECT seq, zeroblob(4096), action FROM outbox WHERE stage <> 'done' AND origin GLOB '*/comment/*';
    UPDATE outbox SET action = '' WHERE seq IN (SELECT place FROM words);
    INSERT OR IGNORE INTO fact (name, value, at) SELECT 'state.remains', 'yes', 0 WHERE EXISTS (SELECT 1 FROM words);
    CREATE TRIGGER words_of_deleted AFTER DELETE ON outbox BEGIN DELETE FROM words WHERE place = old.seq; END;
    CREATE TRIGGER words_of_done AFTER UPDATE OF stage ON outbox WHEN new.stage = 'done' BEGIN
        DELETE FROM words WHERE place = old.seq;
    END;
    CREATE INDEX outbox_pair ON outbox (lane, origin) WHERE stage = 'done';
",
    "
    -- What was piped in. A row is read once what came of it is stored; it stays, so that its item can be asked for.
    CREATE TABLE inbox (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        item    TEXT NOT NULL,
        payload TEXT NOT NULL,
        arrived INTEGER NOT NULL,
        done    INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX inbox_unread ON inbox (number) WHERE done = 0;
    CREATE INDEX inbox_item ON inbox (item, number);
    CREATE INDEX inbox_old ON inbox (arrived) WHERE done = 1;
    -- What the same problem is called again, where a route says so; how the item stands to its Jira issue: NULL for its
    -- partner, 'attached' where it waits behind the partner, 'retired' where another item has taken over, 'unlinked' where a
    -- person took the pair apart.
    ALTER TABLE issue_link ADD COLUMN reuse TEXT;
    ALTER TABLE issue_link ADD COLUMN role TEXT;
    CREATE INDEX issue_link_reuse ON issue_link (reuse) WHERE reuse IS NOT NULL;
    -- What chat rooms are to be told. The item is the key of what it tells of; the body of what was sent is not kept.
    CREATE TABLE message (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        key         TEXT NOT NULL UNIQUE,
        sink        TEXT NOT NULL,
        item        TEXT NOT NULL,
        summary     TEXT NOT NULL,
        body        TEXT NOT NULL,
        stage       TEXT NOT NULL CHECK (stage IN ('pending', 'in_flight', 'done', 'dead')),
        attempts    INTEGER NOT NULL DEFAULT 0,
        not_before  INTEGER NOT NULL DEFAULT 0,
        error       TEXT,
        hint        TEXT,
        dropped     TEXT,
        enqueued_at INTEGER NOT NULL,
        sent_at     INTEGER
    ) STRICT;
    CREATE INDEX message_open ON message (sink, stage, seq) WHERE stage <> 'done';
    CREATE INDEX message_tried ON message (sink, sent_at) WHERE sent_at IS NOT NULL;
    CREATE INDEX message_old ON message (sent_at) WHERE stage = 'done';
    CREATE INDEX message_item ON message (item);
",
    "
    -- Of an item whose ticket is another one's (role 'retired'): 1 while it is open itself and counted in the ticket, 0 when it
    -- has ended, NULL where that is not known; and what it is called.
    ALTER TABLE issue_link ADD COLUMN attached INTEGER;
    ALTER TABLE issue_link ADD COLUMN title TEXT;
",
];

/// Brings the file to the current version, in one transaction.
///
/// # Errors
/// `Newer` when a later guajira wrote it; otherwise what `SQLite` says.
pub(super) fn migrate(conn: &mut Connection) -> Result<(), StateError> {
    let (version, known) = versions(conn)?;
    if version == known {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(())
}

/// Returns true where the file is of the current version.
///
/// # Errors
/// `Newer` when a later guajira wrote it.
pub(super) fn is_current(conn: &Connection) -> Result<bool, StateError> {
    let (version, known) = versions(conn)?;
    Ok(version == known)
}

/// Tells whether it is a state file, of a version that this program knows; an empty file is not.
///
/// # Errors
/// `Newer` when a later guajira wrote it, `Corrupt` when none did.
pub(super) fn is_known(conn: &Connection) -> Result<(), StateError> {
    match versions(conn)? {
        (0, _) => Err(StateError::Corrupt("guajira has written nothing into it".to_owned())),
        _ => Ok(()),
    }
}

/// Returns the file's version and the highest that this program knows.
fn versions(conn: &Connection) -> Result<(i64, i64), StateError> {
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known { Err(StateError::Newer { version, known }) } else { Ok((version, known)) }
}

/// Makes a file as an older version left it.
#[cfg(test)]
pub(super) fn migrate_to(conn: &Connection, version: usize) {
    #![allow(clippy::unwrap_used, reason = "tests")]
    for migration in MIGRATIONS.iter().take(version) {
        conn.execute_batch(migration).unwrap();
    }
    conn.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
}
