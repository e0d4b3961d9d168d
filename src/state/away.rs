//! What of Jira cannot be written to, or not even be read, for now: archived issues and projects, and projects that a search
//! does not know any more. Kept as facts, so that what waits for them is found without asking Jira.

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::file::{State, Tx};
use super::time::{from_ms, to_ms};
use crate::domain::{IssueId, IssueLink};

/// Selects from the facts that say what a row `o` of the outbox waits for: what is to be written to something that is away,
/// and what people wrote in a project that cannot be read.
///
/// A pair's project is what stands before the number in its Jira issue's key; a create names its project itself.
macro_rules! awaited {
    ($what:literal) => {
        concat!(
            "(SELECT ",
            $what,
            " FROM fact f WHERE EXISTS (SELECT 1 FROM fact WHERE name >= 'away.' AND name < 'away/')
                AND f.name IN (
                    'away.project.' || upper(CASE WHEN o.key GLOB '*/issue/*' AND json_valid(o.action)
                        THEN json_extract(o.action, '$.action.project') END),
                    (SELECT 'away.project.' || l.project FROM issue_link l WHERE l.guance = o.lane),
                    (SELECT 'away.issue.' || l.jira FROM issue_link l WHERE l.guance = o.lane))
                AND (o.target = 'jira' OR o.origin GLOB 'jira/*' AND json_extract(f.value, '$.kind') = 'lost')
             LIMIT 1)"
        )
    };
}
pub(super) use awaited;

/// Why something is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwayKind {
    /// A project that cannot be read.
    Lost,
    /// An issue, or all of a project's, to which nothing can be written.
    Archived,
}

/// What is away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Away {
    /// The numeric id of an issue; `None` where it is a project.
    pub issue: Option<IssueId>,
    /// What people call it: `OPS-12`, or a project's key.
    pub name: String,
    /// Why.
    pub kind: AwayKind,
    /// Since when it is known, by our clock.
    pub since: DateTime<Utc>,
    /// When it was last asked for, by our clock.
    #[serde(skip)]
    pub asked: DateTime<Utc>,
    /// From when on it has to be read once it is back, by Jira's clock (a lost project).
    #[serde(skip)]
    pub from: Option<DateTime<Utc>>,
    /// Whether it may hold copies that this state does not know of (a lost project).
    pub may_hide_copies: bool,
    /// What is wrong, in words.
    pub why: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// How the fact holds it.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: AwayKind,
    name: String,
    since: i64,
    from: Option<i64>,
    #[serde(default)]
    may_hide_copies: bool,
    why: String,
    hint: Option<String>,
}

impl Away {
    /// Returns true for a project that cannot be read.
    pub fn is_lost(&self) -> bool {
        self.kind == AwayKind::Lost
    }

    /// Returns true when the Jira issue of a pair is this one, or one of this project.
    pub fn concerns(&self, link: &IssueLink) -> bool {
        match &self.issue {
            Some(issue) => *issue == link.jira,
            None => self.is_project(project_of(&link.jira_name)),
        }
    }

    /// Returns true when it is the project of this key.
    pub fn is_project(&self, key: &str) -> bool {
        self.issue.is_none() && self.name.eq_ignore_ascii_case(key)
    }

    fn fact(&self) -> String {
        match &self.issue {
            Some(issue) => format!("away.issue.{issue}"),
            None => format!("away.project.{}", self.name.to_ascii_uppercase()),
        }
    }
}

/// Returns the key of the project of an issue that is called so.
pub fn project_of(jira_name: &str) -> &str {
    jira_name.rsplit_once('-').map_or(jira_name, |(project, _)| project)
}

impl State {
    /// Returns what is away, projects last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn away(&self) -> Result<Vec<Away>, StateError> {
        let mut statement =
            self.conn.prepare_cached("SELECT name, value, at FROM fact WHERE name GLOB 'away.*' ORDER BY name")?;
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<Vec<(String, String, i64)>, _>>()?;
        // What cannot be read keeps nothing from being written for ever: the next refusal notes it anew.
        Ok(rows.iter().filter_map(|(name, value, at)| parse(name, value, *at)).collect())
    }
}

fn parse(name: &str, value: &str, at: i64) -> Option<Away> {
    let Kept { kind, name: shown, since, from, may_hide_copies, why, hint } = serde_json::from_str(value).ok()?;
    let issue = name.strip_prefix("away.issue.").map(IssueId::new);
    Some(Away {
        issue,
        name: shown,
        kind,
        since: from_ms(since),
        asked: from_ms(at),
        from: from.map(from_ms),
        may_hide_copies,
        why,
        hint,
    })
}

impl Tx<'_> {
    /// Records that something is away, and that it was asked for at its time `asked`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_away(&self, away: &Away) -> Result<(), StateError> {
        let Away { issue: _, name, kind, since, asked, from, may_hide_copies, why, hint } = away;
        let kept = Kept {
            kind: *kind,
            name: name.clone(),
            since: to_ms(*since),
            from: from.map(to_ms),
            may_hide_copies: *may_hide_copies,
            why: why.clone(),
            hint: hint.clone(),
        };
        let value = serde_json::to_string(&kept).map_err(|err| StateError::Nonsense(format!("{name}: {err}")))?;
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO fact (name, value, at) VALUES (?1, ?2, ?3)")?
            .execute(params![away.fact(), value, to_ms(*asked)])?;
        Ok(())
    }

    /// Records that something is back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn is_back(&self, away: &Away) -> Result<(), StateError> {
        self.tx.prepare_cached("DELETE FROM fact WHERE name = ?1")?.execute([away.fact()])?;
        Ok(())
    }

    /// Lets the next run ask again for everything that is archived.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn ask_for_away(&self) -> Result<(), StateError> {
        self.tx.execute("UPDATE fact SET at = 0 WHERE name GLOB 'away.*'", [])?;
        Ok(())
    }

    /// Makes every pair of a project due to be read again on Jira, before anything is written there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn read_project_anew(&self, key: &str) -> Result<(), StateError> {
        self.tx
            .prepare_cached(
                "UPDATE issue_link SET jira_seen = NULL
                 WHERE project = upper(?1)",
            )?
            .execute([key])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::state::Durability;

    fn project(name: &str, kind: AwayKind) -> Away {
        let at = DateTime::from_timestamp(1_000, 0).unwrap();
        Away {
            issue: None,
            name: name.to_owned(),
            kind,
            since: at,
            asked: at,
            from: Some(at),
            may_hide_copies: true,
            why: "gone".to_owned(),
            hint: None,
        }
    }

    #[test]
    fn what_is_away_is_kept_until_it_is_back() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open_with(&dir.path().join("state.db"), Durability::Process).unwrap();
        let lost = project("OPS", AwayKind::Lost);
        let issue = Away { issue: Some(IssueId::new("7")), name: "A1-7".to_owned(), ..project("", AwayKind::Archived) };
        let tx = state.begin().unwrap();
        tx.set_away(&lost).unwrap();
        tx.set_away(&issue).unwrap();
        tx.commit().unwrap();
        assert_eq!(state.away().unwrap(), [issue.clone(), lost.clone()]);
        let link = |jira: &str, name: &str| IssueLink::new(IssueId::new("issue_1"), IssueId::new(jira), name);
        assert!(lost.concerns(&link("8", "OPS-8")) && !lost.concerns(&link("8", "OPSX-8")));
        assert!(issue.concerns(&link("7", "B-9")) && !issue.concerns(&link("8", "A1-7")));
        let tx = state.begin().unwrap();
        tx.is_back(&lost).unwrap();
        tx.commit().unwrap();
        assert_eq!(state.away().unwrap(), [issue]);
    }
}
