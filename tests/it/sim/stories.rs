//! Histories told by hand: what went wrong once, and what must be tried at every step.

use guajira::domain::Side;
use guajira::plan::Direction;

use super::drive;
use super::fields::{FieldDeed, FieldSetup};
use super::history::{Deed, Event, Fault, History, Run, Setup, What};
use super::hunt::{explain, hush};
use crate::scratch::scratch;

mod closed;
mod faithful;
mod fields;
mod files;
mod gone;
mod lines;
mod trust;

/// A quiet day at work: an issue with a comment and a reply, both edited later.
fn scenario(seed: u64, run: &Run) -> History {
    let event = |uid, what| Event { uid, after_s: 30, what };
    let person = |uid, deed| event(uid, What::Person(deed, 1));
    let calm = |uid| event(uid, What::Run(Run::default()));
    let comment = Deed::Comment { restricted: false, as_bot: false };
    let events = vec![
        calm(0),
        person(1, Deed::OpenGuance { listed: true }),
        person(2, Deed::Reply),
        event(3, What::Run(run.clone())),
        person(4, comment),
        person(5, Deed::Reply),
        event(6, What::Run(run.clone())),
        person(7, Deed::EditComment),
        person(8, Deed::EditReply),
        event(9, What::Run(run.clone())),
    ];
    History { setup: History::alone(seed).setup, events }
}

fn must_hold(history: History) {
    let dir = scratch();
    let outcome = drive::play(&history, None, dir.path(), false);
    assert!(outcome.wrong.is_empty(), "{}", explain(history, None));
}

#[test]
fn a_run_may_die_at_every_durable_step() {
    hush();
    for seed in 1..5 {
        for step in 0..30 {
            must_hold(scenario(seed, &Run { dies_at: Some(step), ..Run::default() }));
        }
    }
}

#[test]
fn every_request_may_fail_in_every_way() {
    hush();
    let ways = [
        Fault::NoConnection,
        Fault::RequestLost,
        Fault::AnswerLost,
        Fault::SlowDown,
        Fault::ServerError,
        Fault::AuthLost,
        Fault::Anonymous,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Slow,
        Fault::Unreadable,
        Fault::Unsure,
        Fault::SecondRun,
        Fault::StopAsked,
    ];
    for (seed, fault) in (1..).zip(ways) {
        for request in 0..12 {
            must_hold(scenario(seed, &Run { faults: [(request, fault)].into(), ..Run::default() }));
        }
    }
}

/// A story about statuses of one pair; the run at the end is the first of those that let it settle.
fn status_story(status: Direction, told: Vec<(u32, What)>) -> History {
    let fields =
        FieldSetup { status, assignee: Direction::Off, updates: false, level: false, closed: true, old_guance: false };
    let setup = Setup { fields, register: true, max_lag_s: 0, list_by_update: true, ..History::alone(1).setup };
    let open = What::Person(Deed::OpenGuance { listed: true }, 1);
    let told = [(30, calm()), (30, open), (30, calm())].into_iter().chain(told);
    let events = (0..).zip(told).map(|(uid, (after_s, what))| Event { uid, after_s, what }).collect();
    History { setup, events }
}

/// The same story in another world.
fn within(mut story: History, change: impl FnOnce(&mut Setup)) -> History {
    change(&mut story.setup);
    story
}

fn sets(side: Side, to: usize) -> What {
    What::Person(Deed::Field(FieldDeed::Status { side, to }), 1)
}

fn meets(faults: &[(u32, Fault)]) -> What {
    What::Run(Run { faults: faults.iter().copied().collect(), ..Run::default() })
}

fn calm() -> What {
    What::Run(Run::default())
}

/// A token that is refused without a word, between the search and the thread: what cannot be read then is read later,
/// though the cursor has moved on and nothing ever looks so far back again.
#[test]
fn a_token_that_dies_midway_loses_no_thread() {
    hush();
    let event = |uid, after_s, what| Event { uid, after_s, what };
    let person = |uid, after_s, deed| event(uid, after_s, What::Person(deed, 1));
    for request in 0..8 {
        let dying = Run { faults: [(request, Fault::Anonymous)].into(), ..Run::default() };
        let events = vec![
            event(0, 30, What::Run(Run::default())),
            person(1, 30, Deed::OpenGuance { listed: true }),
            event(2, 30, What::Run(Run::default())),
            person(3, 30, Deed::Comment { restricted: false, as_bot: false }),
            person(4, 10_000, Deed::OpenJira),
            event(5, 30, What::Run(dying)),
        ];
        let setup = Setup { sweep: false, inline_comments: 0, max_lag_s: 0, ..History::alone(1).setup };
        must_hold(History { setup, events });
    }
}

/// What is written while the counter cannot be raised, an older copy of the state would write again.
#[test]
fn nothing_is_written_while_the_counter_is_refused() {
    hush();
    for request in 3..9 {
        let told = vec![
            (15, What::Person(Deed::Comment { restricted: false, as_bot: false }, 1)),
            (15, What::SaveState),
            (45, meets(&[(request, Fault::Refused)])),
            (102, What::RestoreState),
        ];
        must_hold(status_story(Direction::Off, told));
    }
}
