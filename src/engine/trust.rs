//! Whether this state is as new as the world: a counter kept on the remote side.
//!
//! A state file may be lost, restored from a backup or copied to another runner; such a file does not know the last
//! writes. Before its first write a run compares its counter with the one kept remotely, and raises both. A state
//! that is behind trusts no thread: each is read, and our own writing in it recognised, before anything is added.

use chrono::{DateTime, Utc};

use super::ask::read_register;
use super::memory::{Counter, Trust};
use super::run::{Run, Trouble};
use super::{away, base, once, reuse};
use crate::domain::{IssueLink, SealKey, Side};
use crate::ports::{ApiError, ApiErrorKind, Register, SEAL_KEYS, seal_keys};
use crate::state::State;
use crate::words::ItemHint;

const COUNTER: &str = "engine.counter";

pub(super) const STATE_ID: &str = "engine.state-id";

/// Fact: from when on, by Jira's clock, this state was behind the world.
const DOUBT_FROM: &str = "engine.doubt-from";

/// Makes sure, once per run and before its first write, that the threads this state trusts may be trusted. Returns true
/// when it has just turned out that they may not be: what was ready to be written is to be looked at again.
pub(super) fn establish(run: &mut Run<'_>) -> Result<bool, Trouble> {
    let (theirs, behind) = match run.trust {
        Trust::Whole | Trust::Verify => return Ok(false),
        Trust::Compared(theirs) => (theirs, false),
        Trust::Unknown => compare(run)?,
    };
    let state = run.world.state;
    let now = run.world.clock.now();
    let known = if let Counter::At(count) = theirs { count } else { 0 };
    let next = counter(state)?.max(known) + 1;
    state.set_fact(COUNTER, &next.to_string(), now)?;
    run.world.failpoints.hit("counter raised")?;
    run.trust = if let (Some(register), Counter::Empty | Counter::At(_)) =
        (run.abilities(run.tracker()).register, theirs)
    {
        let counter = format!("{}:{next}", state_id(state, now)?);
        match register.write_register(&counter, seal_keys(state).first()) {
            Ok(()) => Trust::Whole,
            // What was written without it, an older copy of this state would not know of, nor that it is older.
            Err(err) if err.kind == ApiErrorKind::Refused && theirs != Counter::Empty => {
                let kind = ApiErrorKind::Unavailable { retry_after: None };
                let message = format!("write counter not raised, so nothing is written: {}", err.message);
                return Err(ApiError::new(err.side, kind, message).with_hint(ItemHint::LetAccountEditItself).into());
            }
            Err(err) if err.kind == ApiErrorKind::Refused => Trust::Verify,
            Err(err) => return Err(err.into()),
        }
    } else {
        Trust::Verify
    };
    run.world.failpoints.hit("register written")?;
    Ok(behind)
}

/// Looks whether this state is behind the world, also when there is nothing to write; then that is settled at once.
pub(super) fn look(run: &mut Run<'_>) -> Result<(), Trouble> {
    if run.trust == Trust::Unknown && !run.order.dry_run && compare(run)?.1 {
        establish(run)?;
    }
    Ok(())
}

/// Learns the key of our seals before the markers of a lost state are read.
pub(super) fn learn_key(run: &mut Run<'_>) -> Result<(), Trouble> {
    if run.trust == Trust::Unknown { compare(run).map(drop) } else { Ok(()) }
}

/// Keeps the keys of our seals: the one that stands beside the counter seals, else the one that this state knows, else
/// that of the first credential. Every other one is recognised.
fn keep_key(run: &Run<'_>, kept: Option<SealKey>) -> Result<(), Trouble> {
    let state = run.world.state;
    let known = seal_keys(state);
    let mut keys = match kept {
        Some(key) => known.clone().led_by(key),
        None => known.clone(),
    };
    for key in run.world.settings.seal_keys.all() {
        keys = keys.followed_by(key);
    }
    if keys.reveal() != known.reveal() {
        state.set_fact(SEAL_KEYS, &keys.reveal(), run.world.clock.now())?;
    }
    Ok(())
}

/// Reads the counter, and trusts no thread any more when this state is behind it.
fn compare(run: &mut Run<'_>) -> Result<(Counter, bool), Trouble> {
    let state = run.world.state;
    let now = run.world.clock.now();
    let mine = counter(state)?;
    let register = read_register(run.world.jira)?;
    let told = if let Register::Value { counter, .. } = &register { counter.clone() } else { "none".to_owned() };
    let (behind, theirs, key) = match register {
        Register::NotKept => (false, Counter::NotKept, None),
        Register::Empty => (mine > 0, Counter::Empty, None),
        Register::Value { counter, key } => {
            let (writer, count) = parse(&counter);
            (writer != state_id(state, now)? || count > mine, Counter::At(count), key)
        }
    };
    keep_key(run, key)?;
    if behind {
        tracing::info!(known = mine, remote = ?theirs, "State may be older than the world: threads are read before writing.");
        let tx = state.begin()?;
        tx.distrust_threads()?;
        tx.commit()?;
        if let Some(from) = run.jira_from {
            state.set_fact(DOUBT_FROM, &from.to_rfc3339(), now)?;
        }
        base::doubt_statuses(run)?;
        away::doubt(run)?;
    }
    once::begin(run, behind, &told)?;
    if behind {
        reuse::read_joined(run)?;
    }
    run.is_behind |= behind;
    run.nothing_written = theirs == Counter::Empty && mine == 0;
    if behind || theirs == Counter::NotKept && state.cursor(run.tracker())?.is_none() {
        away::look_for_projects(run)?;
    }
    run.trust = Trust::Compared(theirs);
    Ok((theirs, behind))
}

fn counter(state: &State) -> Result<u64, Trouble> {
    Ok(state.fact(COUNTER)?.and_then(|(n, _)| n.parse().ok()).unwrap_or(0))
}

/// Returns true when everything of ours in a pair's thread on `side` is known here, so that more may be written.
pub(super) fn holds(run: &Run<'_>, link: &IssueLink, side: Side) -> bool {
    link.seen(side).is_some() && (run.trust == Trust::Whole || run.read_whole.contains(&(side, link.guance.clone())))
}

/// Returns true when what this state remembers of a pair's fields may be older than what it wrote itself: it was behind
/// the world, the Jira issue changed since, and its thread was not read since either. Every field that is carried
/// moves the Jira issue's `updated`: there it came from, or there it went.
pub(super) fn may_have_forgotten(run: &Run<'_>, link: &IssueLink, updated: DateTime<Utc>) -> Result<bool, Trouble> {
    if link.jira_seen.is_some() {
        return Ok(false);
    }
    let from = run.world.state.fact(DOUBT_FROM)?.and_then(|(time, _)| DateTime::parse_from_rfc3339(&time).ok());
    Ok(from.is_some_and(|from| updated >= from))
}

pub(super) fn parse(value: &str) -> (&str, u64) {
    let (writer, count) = value.split_once(':').unwrap_or((value, ""));
    (writer, count.parse().unwrap_or(u64::MAX))
}

/// A name for this state file, made once. Two files never share it unless one is a copy of the other.
fn state_id(state: &State, now: DateTime<Utc>) -> Result<String, Trouble> {
    if let Some((id, _)) = state.fact(STATE_ID)? {
        return Ok(id);
    }
    let place = state.path().map(|path| path.display().to_string()).unwrap_or_default();
    let nanos = now.timestamp_nanos_opt().unwrap_or_default().to_string();
    let seed = [place.as_str(), nanos.as_str(), &std::process::id().to_string()];
    let id = crate::domain::Fingerprint::of(&seed).as_str().to_owned();
    state.set_fact(STATE_ID, &id, now)?;
    Ok(id)
}
