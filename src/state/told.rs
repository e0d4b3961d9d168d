//! Which failures a run has told of, so that the next one says only what is new.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{OptionalExtension as _, params};

use super::error::StateError;
use super::file::State;
use super::time::{from_ms, to_ms};

/// What is new about the failures that there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Failures that no run before has told of.
    pub new: BTreeSet<String>,
    /// Failures of which it is time to remind, and since when there were told.
    pub still: BTreeMap<String, DateTime<Utc>>,
    /// Failures that are over, and since when they were told.
    pub over: BTreeMap<String, DateTime<Utc>>,
}

impl State {
    /// Compares the failures that there are with those that were told, and records that they are told now where they are
    /// new, or were told longer ago than `remind`. Those of `fleeting`, which not every run meets, are never over: they
    /// are forgotten once no run has met them for so long.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tell(
        &self,
        lasting: &BTreeSet<String>,
        fleeting: &BTreeSet<String>,
        remind: Duration,
        now: DateTime<Utc>,
    ) -> Result<News, StateError> {
        let remind = TimeDelta::from_std(remind).unwrap_or(TimeDelta::MAX);
        // By a clock that was ahead it was told in the future.
        let is_long_ago = |then: DateTime<Utc>| then > now || now.signed_duration_since(then) >= remind;
        let mut news = News::default();
        let tx = self.begin()?;
        let known: Vec<(String, i64, i64, i64)> = tx
            .tx
            .prepare_cached("SELECT what, since, told, met FROM told")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
            .collect::<Result<_, _>>()?;
        let mut unknown: BTreeSet<&String> = lasting.iter().chain(fleeting).collect();
        for (what, since, told, met) in known {
            let since = from_ms(since);
            if unknown.remove(&what) {
                let again = is_long_ago(from_ms(told));
                let sql = "UPDATE told SET met = ?2, told = CASE WHEN ?3 THEN ?2 ELSE told END WHERE what = ?1";
                tx.tx.prepare_cached(sql)?.execute(params![what, to_ms(now), again])?;
                if again {
                    news.still.insert(what, since);
                }
                continue;
            }
            let was_fleeting = what.starts_with(FLEETING);
            if was_fleeting && !is_long_ago(from_ms(met)) {
                continue;
            }
            tx.tx.prepare_cached("DELETE FROM told WHERE what = ?1")?.execute([what.as_str()])?;
            if !was_fleeting {
                news.over.insert(what, since);
            }
        }
        for what in unknown {
            let sql = "INSERT INTO told (what, since, told, met) VALUES (?1, ?2, ?2, ?2)";
            tx.tx.prepare_cached(sql)?.execute(params![what, to_ms(now)])?;
            news.new.insert(what.clone());
        }
        tx.commit()?;
        Ok(news)
    }

    /// Returns what a write that has happened was, for people.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn done_write(&self, key: &str) -> Result<Option<String>, StateError> {
        let sql = "SELECT summary FROM outbox WHERE key = ?1 AND stage = 'done' AND sent_at IS NOT NULL
            UNION ALL SELECT summary FROM message WHERE key = ?1 AND stage = 'done' LIMIT 1";
        Ok(self.conn.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
    }
}

/// What the names of failures begin with that not every run meets.
pub const FLEETING: &str = "now and then: ";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn set(all: &[&str]) -> BTreeSet<String> {
        all.iter().map(|&one| one.to_owned()).collect()
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(365) + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_failure_is_told_once_again_after_a_while_and_once_more_when_it_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(&dir.path().join("state.db")).unwrap();
        let hour = Duration::from_hours(1);
        let tell = |lasting: &[&str], now| {
            let News { new, still, over } = state.tell(&set(lasting), &set(&[]), hour, at(now)).unwrap();
            (new.into_iter().collect::<Vec<_>>().join(","), still.len(), over.len())
        };
        assert_eq!(tell(&["a"], 0), ("a".to_owned(), 0, 0));
        assert_eq!(tell(&["a", "b"], 1), ("b".to_owned(), 0, 0));
        assert_eq!(tell(&["a", "b"], 59), (String::new(), 0, 0));
        assert_eq!(tell(&["a", "b"], 60), (String::new(), 1, 0));
        assert_eq!(tell(&["a", "b"], 61), (String::new(), 1, 0));
        assert_eq!(tell(&["b"], 62), (String::new(), 0, 1));
        assert_eq!(tell(&["b"], 63), (String::new(), 0, 0));
        // The clock was ahead, and is set back.
        assert_eq!(tell(&["b"], 5000), (String::new(), 1, 0));
        assert_eq!(tell(&["b"], 64), (String::new(), 1, 0));
        assert_eq!(tell(&["b"], 65), (String::new(), 0, 0));
    }

    #[test]
    fn what_not_every_run_meets_is_never_over() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::open(&dir.path().join("state.db")).unwrap();
        let thread = format!("{FLEETING}thread");
        let tell = |met: bool, now| {
            let fleeting = if met { set(&[&thread]) } else { set(&[]) };
            let news = state.tell(&set(&[]), &fleeting, Duration::from_hours(1), at(now)).unwrap();
            assert_eq!(news.over.len(), 0);
            news.new.len()
        };
        assert_eq!((tell(true, 0), tell(false, 1), tell(true, 30), tell(false, 31)), (1, 0, 0, 0));
        assert_eq!((tell(false, 95), tell(true, 96)), (0, 1));
    }
}
