//! The story of a run: pull both sides, plan, enqueue and advance, deliver, tell, record.

mod quoted;
mod told;
mod made;
pub mod report;
pub mod world;

mod walk;
mod turns;
pub mod spent;
pub mod budget;
mod memory;
mod run;
mod ask;

mod waits;
mod queue;
mod on_call;
mod pings;
mod references;
mod optional;
mod screens;
mod base;
mod tell;
mod reuse;
mod settle;
mod away;
mod once;
mod trust;
pub mod belongs;
mod long;
mod gone;
mod apply;
mod reading;
pub mod tells;
pub mod pace;
mod adopt;
mod recheck;
mod ordered;

mod fields;
mod files;
mod unread;
mod threads;
mod catch_up;
mod originals;

mod backfill;
mod take;
mod slices;
mod pull;

mod lookup;
mod script;
mod doubt;
mod failure;
mod deliver;
mod messages;

pub mod takeover;
pub mod by_hand;

use anyhow::Result;

pub use report::Report;
pub use reuse::{Foretold, foretell};
pub use world::{Askers, Backfill, Order, Progress, Quiet, Room, Rooms, Settings, World};

use run::{Retries, Run};

/// Pulls both sides, plans, and delivers: all of a run, or a slice of a backfill.
fn read_and_write(run: &mut Run<'_>) -> Result<()> {
    reuse::release(run)?;
    reuse::find_heirs(run)?;
    pull::side(run, run.tracker())?;
    script::jira_read(run)?;
    pull::side(run, run.source())?;
    if run.order.dry_run {
        script::foresee(run)?;
        catch_up::due_threads(run)?;
        fields::due(run)?;
        slices::sweep(run)?;
        fields::in_turn(run)?;
        return catch_up::threads_in_turn(run);
    }
    (run.may_link, run.retries) = (false, None);
    fields::due(run)?;
    screens::look(run)?;
    deliver::side(run, run.tracker())?;
    catch_up::due_threads(run)?;
    fields::due(run)?;
    run.may_link = true;
    let writes_last = waits::writes_last(run)?;
    if writes_last {
        read_in_turn(run)?;
    }
    deliver::both(run)?;
    // What has failed before has its time, and leaves the others theirs.
    run.retries = Some(Retries::InTime);
    deliver::both(run)?;
    if !writes_last {
        read_in_turn(run)?;
        deliver::both(run)?;
    }
    run.retries = Some(Retries::AtLast);
    catch_up::again(run)?;
    // What goes to Guance needs reads of Jira; what those bring for Jira still goes.
    deliver::side(run, run.source())?;
    deliver::side(run, run.tracker())
}

/// Reads what no list tells of, as far as the minute's requests go.
fn read_in_turn(run: &mut Run<'_>) -> Result<()> {
    catch_up::keep_room(run)?;
    slices::sweep(run)?;
    fields::in_turn(run)?;
    catch_up::threads_in_turn(run)?;
    run.kept = 0;
    Ok(())
}

/// Does one run. What a remote refuses or fails to answer is in the report.
///
/// # Errors
/// When the state file fails, or a test injected a crash: the run ends where it stands, and the next one goes on. When
/// the state belongs to other services ([`belongs::Foreign`]): nothing was written anywhere.
pub fn sync_once(world: &World<'_>, order: &Order) -> Result<Report> {
    let started = world.clock.now();
    let mut run = Run::new(*world, *order, started);
    waits::obey(&mut run)?;
    belongs::settle(&mut run)?;
    let id = if order.dry_run { None } else { Some(world.state.begin_run(run.report.kind, started)?) };
    // A dry run comes after every other, and records nothing.
    run.number = id.unwrap_or(i64::MAX);
    unread::remember(&mut run)?;
    script::begin(&mut run)?;
    if order.backfill.is_none() {
        read_and_write(&mut run)?;
    }
    while backfill::next(&mut run)? {
        read_and_write(&mut run)?;
    }
    slices::account(&mut run)?;
    world.budget.note();
    messages::tell(&mut run)?;
    run.report.close(world.state, run.interrupted, world.clock.now())?;
    if let Some(id) = id {
        let read = run.report.issues_read.keys().copied().collect();
        world.state.end_run(id, &run.report.end(&run.report.summary(), &read), world.clock.now())?;
    }
    Ok(run.report)
}
