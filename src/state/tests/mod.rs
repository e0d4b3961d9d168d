//! The state file's own rules.
#![allow(clippy::unwrap_used, clippy::panic, clippy::too_many_lines, reason = "tests")]

mod clocks;
mod file;
mod history;
mod messages;
mod outbox;
mod remains;
mod threads;
mod turns;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::domain::{Action, CommentId, Fingerprint, IssueId, Key, Push, Side};
use crate::text::Doc;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn fresh() -> (tempfile::TempDir, State) {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open(&dir.path().join("guajira.db")).unwrap();
    (dir, state)
}

fn comment(id: &str, pair: &str, text: &str) -> Push {
    Push {
        key: Key::comment(Side::JIRA, &CommentId::new(id)),
        pair: IssueId::new(pair),
        target: Side::GUANCE,
        action: Action::AddComment {
            issue: IssueId::new(pair),
            body: Doc::from_plain(text),
            origin_url: String::new(),
            internal: false,
        },
        content: Fingerprint::of(&[text]),
        summary: format!("comment {text}"),
        seal: None,
    }
}

fn enqueue(state: &State, push: &Push) {
    let tx = state.begin().unwrap();
    tx.enqueue(push, false, at(0)).unwrap();
    tx.commit().unwrap();
}

fn ready(state: &State) -> Vec<String> {
    let rows = state.ready(Side::GUANCE, at(100), 50).unwrap();
    rows.into_iter().map(|queued| queued.push.key.as_str().to_owned()).collect()
}
