//! Guance's fields, read in turn: a list by opening time does not show what changed in an older issue.
//!
//! One request lists a hundred issues, so the pairs that are due are listed together, from the oldest on; where that
//! would take more pages than there is budget, the oldest are read one by one.

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};

use super::due::due;
use super::notice::notice;
use super::readings::keep;
use crate::domain::{Issue, IssueId};
use crate::engine::reuse;
use crate::engine::run::{Run, Trouble};
use crate::engine::turns::{self, TURNS};
use crate::ports::{Listing, Span};
use crate::state::DueFields;

/// Most pairs that one run looks at, of each kind.
const MAX_TURNS: usize = 1000;

/// Fact: how many issues were listed for each linked one among them, in hundredths.
const DENSITY: &str = "engine.listed-per-link";

/// Reads Guance's fields in turn, where they are carried to Jira, and compares what changed.
pub(in crate::engine) fn in_turn(run: &mut Run<'_>) -> Result<()> {
    let side = run.source();
    let carried = run.about(side).listing == Listing::MaybeByOpening
        && run.world.policy.carries_fields_to(side.opposite())
        && run.order.backfill.is_none();
    for (active, every) in TURNS {
        if !carried || run.is_down(side) || run.must_stop() {
            break;
        }
        let now = run.world.clock.now();
        let due = run.world.state.fields_in_turn(now - active, now - every, now, MAX_TURNS)?;
        if let Err(trouble) = read(run, due) {
            run.absorb(side, trouble)?;
        }
    }
    due(run)
}

fn read(run: &mut Run<'_>, due: Vec<DueFields>) -> Result<(), Trouble> {
    let listed = listable(run, &due)?;
    if let Some(from) = listed {
        let from = from - TimeDelta::seconds(1);
        run.identify(run.source())?;
        let span = Span::since(from);
        // A service that gives fewer rows in a page than was reckoned with must not cost what the others need.
        let requests = (run.spare(run.source()) / 2).max(1);
        let (batch, parts) = run.changed_within(run.source(), &span, requests)?;
        let parts = usize::try_from(parts.unwrap_or(1)).unwrap_or(usize::MAX);
        learn_density(run, from, batch.issues.len().saturating_mul(parts))?;
        take_over(run, &batch.issues, None)?;
    }
    for (pair, _) in due {
        if run.readings.of(run.source(), &pair).is_some() {
            continue;
        }
        if run.must_stop() || !run.has_room(run.source(), 1) {
            return Ok(());
        }
        run.identify(run.source())?;
        let batch = run.world.guance.issues(std::slice::from_ref(&pair))?;
        take_over(run, &batch.issues, Some(&pair))?;
    }
    Ok(())
}

/// Returns from when on a list holds as many of the due pairs as the budget allows; `None` when it would be no cheaper
/// than reading them one by one.
fn listable(run: &Run<'_>, due: &[DueFields]) -> Result<Option<DateTime<Utc>>, Trouble> {
    let state = run.world.state;
    let mut opened: Vec<DateTime<Utc>> = due.iter().filter_map(|(_, opened)| *opened).collect();
    opened.sort_unstable_by(|a, b| b.cmp(a));
    let spare = u64::try_from(run.spare(run.source())).unwrap_or(u64::MAX);
    let density = state.fact(DENSITY)?.and_then(|(value, _)| value.parse::<u64>().ok()).unwrap_or(100);
    let page = turns::page(state)?;
    while let Some(from) = opened.last() {
        let pages = (state.opened_since(*from)? * density / 100).div_ceil(page).max(1);
        let alone = u64::try_from(opened.len()).unwrap_or(u64::MAX);
        if pages <= spare / 2 || pages == 1 && spare > 0 {
            return Ok((pages < alone).then_some(*from));
        }
        opened.truncate(opened.len() * 3 / 4);
    }
    Ok(None)
}

fn learn_density(run: &Run<'_>, from: DateTime<Utc>, listed: usize) -> Result<(), Trouble> {
    let linked = run.world.state.opened_since(from)?.max(1);
    let density = (u64::try_from(listed).unwrap_or(u64::MAX).saturating_mul(100) / linked).max(100);
    let known = run.world.state.fact(DENSITY)?.map(|(value, _)| value);
    let value = density.to_string();
    if known.as_ref() != Some(&value) {
        run.world.state.set_fact(DENSITY, &value, run.world.clock.now())?;
    }
    Ok(())
}

/// Makes pairs due whose reading differs from the base. What was asked for by id and is not there was read too.
fn take_over(run: &mut Run<'_>, issues: &[Issue], asked: Option<&IssueId>) -> Result<(), Trouble> {
    let now = run.world.clock.now();
    keep(run, issues);
    let tx = run.world.state.begin()?;
    notice(run, &tx, issues, now)?;
    if let Some(pair) = asked.filter(|_| issues.is_empty()) {
        tx.fields_read(pair, None, now)?;
        // What is not there any more has ended.
        if let Some(link) = run.pair(run.source(), pair)?.filter(|link| link.retired) {
            reuse::seen(run, &tx, &[(&link, None)], now)?;
        }
    }
    tx.commit()?;
    run.world.failpoints.hit("fields read")?;
    Ok(())
}
