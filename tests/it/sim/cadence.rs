//! Runs that begin a minute apart, as under cron: how long people wait, and what that costs.

use guajira::domain::{CommentId, Key, Side};
use guajira::plan::{Deletes, Direction, Repeats};

use super::deletes::DeleteSetup;
use super::drive::{Theatre, on_stage};
use super::fields::FieldSetup;
use super::history::{Deed, Event, History, Run, Setup, What};
use super::hunt::hush;
use super::pages::PageSetup;
use super::rng::Rng;
use super::tight::TextSetup;
use crate::scratch::scratch;

/// Between the beginnings of two runs.
const MINUTE: i64 = 60_000;

/// Long enough for a slot that was used to be free again.
const A_RUN: i64 = 15_000;

/// A service that lists issues by when they were opened, or by when they were changed; nothing goes wrong.
fn setup(list_by_update: bool, reply_bumps: bool) -> Setup {
    let deletes = DeleteSetup { deletes: Deletes::Keep, repeats: Repeats::Comment, bumps: true };
    let (files, brake, routes, register) = (Direction::Off, false, false, true);
    let pages = PageSetup { rows: 0, budget: 20, totals: true, large: true };
    let (texts, max_lag_s, jira_skew_s) = (TextSetup::USUAL, 0, 0);
    let drawn = History::alone(1).setup;
    let off = Direction::Off;
    let fields =
        FieldSetup { status: off, assignee: off, updates: false, level: false, closed: false, old_guance: false };
    let sweep = true;
    Setup {
        list_by_update,
        reply_bumps,
        register,
        sweep,
        brake,
        max_lag_s,
        jira_skew_s,
        fields,
        deletes,
        files,
        routes,
        pages,
        texts,
        ..drawn
    }
}

fn does(stage: &Theatre<'_>, uid: u32, deed: Deed, pick: u32) {
    stage.event(&Event { uid, after_s: 0, what: What::Person(deed, pick) });
}

/// So many pairs, all of which are known.
fn pairs(stage: &Theatre<'_>, count: u32) {
    stage.run(Run::default());
    for n in 0..count {
        does(stage, n, Deed::OpenGuance { listed: true }, 0);
    }
    for _ in 0..4 {
        stage.pass(MINUTE);
        stage.run(Run::default());
    }
    assert_eq!(stage.world.borrow().copies.len(), count as usize, "every issue has a copy");
}

/// Runs at the next full minute; returns how long that took, and how many requests it made to Guance.
fn run_at_the_minute(stage: &Theatre<'_>) -> (i64, usize) {
    let left = MINUTE - stage.world.borrow().now % MINUTE;
    stage.pass(left);
    let began = stage.world.borrow().now;
    stage.run(Run::default());
    let w = stage.world.borrow();
    (w.now - began, w.guance_requests_since(began))
}

/// What people wrote on a side, and whether it is copied.
fn copied(stage: &Theatre<'_>, side: Side) -> (usize, usize) {
    let w = stage.world.borrow();
    let notes: Vec<String> = match side {
        Side::Source(_) => w
            .guance
            .issues
            .iter()
            .flat_map(|issue| &issue.notes)
            .filter(|n| n.born.is_none())
            .map(|n| n.id.clone())
            .collect(),
        Side::Tracker(_) => w
            .jira
            .issues
            .iter()
            .flat_map(|issue| &issue.now.notes)
            .filter(|n| n.born.is_none())
            .map(|n| n.id.clone())
            .collect(),
    };
    let is_copied = |id: &&String| w.copies.contains_key(&Key::comment(side, &CommentId::new(id.as_str())));
    (notes.len(), notes.iter().filter(is_copied).count())
}

/// Somebody replies to some issue each minute, and comments on another, at whatever second.
fn talk(stage: &Theatre<'_>, rng: &mut Rng, uid: u32) {
    stage.pass(i64::from(rng.below(30)) * 1000);
    does(stage, uid * 2, Deed::Reply, rng.below(1000));
    stage.pass(i64::from(rng.below(10)) * 1000);
    does(stage, uid * 2 + 1, Deed::Comment { restricted: false, as_bot: false }, rng.below(1000));
}

#[test]
fn where_nothing_tells_of_replies_fifteen_pairs_wait_for_one_run_and_no_longer() {
    hush();
    for (list_by_update, reply_bumps) in [(false, false), (true, false), (false, true)] {
        let (dir, rng) = (scratch(), &mut Rng::new(7));
        let (world, ()) = on_stage(&setup(list_by_update, reply_bumps), None, dir.path(), true, |stage| {
            pairs(stage, 15);
            for minute in 0..40 {
                talk(stage, rng, 100 + minute);
                let (took, requests) = run_at_the_minute(stage);
                for side in Side::BOTH {
                    let (written, copied) = copied(stage, side);
                    let log = stage.world.borrow().log.join("\n");
                    assert_eq!(copied, written, "{side} in minute {minute}\n{log}");
                }
                assert!(took < A_RUN && requests <= 20, "{took} ms, {requests} requests in minute {minute}");
            }
        });
        assert_eq!(world.wrong, Vec::<String>::new());
    }
}

#[test]
fn a_storm_of_new_issues_does_not_keep_replies_to_others_waiting() {
    hush();
    let dir = scratch();
    let (world, ()) = on_stage(&setup(false, false), None, dir.path(), true, |stage| {
        pairs(stage, 5);
        for n in 0..60 {
            does(stage, 100 + n, Deed::OpenGuance { listed: true }, 0);
        }
        // To make the copies takes time.
        for _ in 0..2 {
            run_at_the_minute(stage);
        }
        // To one of the five. Of the sixty some have never been read.
        does(stage, 300, Deed::Reply, 0);
        run_at_the_minute(stage);
        let log = stage.world.borrow().log.join("\n");
        assert_eq!(copied(stage, Side::GUANCE), (1, 1), "{log}");
    });
    assert_eq!(world.wrong, Vec::<String>::new());
}

#[test]
fn where_the_list_tells_of_replies_threads_are_read_when_it_does() {
    hush();
    let (dir, rng) = (scratch(), &mut Rng::new(7));
    let (world, ()) = on_stage(&setup(true, true), None, dir.path(), true, |stage| {
        pairs(stage, 15);
        for minute in 0..40 {
            talk(stage, rng, 100 + minute);
            let (_, requests) = run_at_the_minute(stage);
            for side in Side::BOTH {
                let (written, copied) = copied(stage, side);
                assert_eq!(copied, written, "{side} in minute {minute}");
            }
            // That is learnt from replies to issues that are not listed because they were opened lately.
            if minute > 15 {
                assert!(requests <= 6, "{requests} requests in minute {minute}");
            }
        }
        // Nobody says anything for two hours: each thread is looked at twice an hour at most.
        let mut requests = 0;
        for _ in 0..120 {
            requests += run_at_the_minute(stage).1;
        }
        assert!(requests <= 120 + 15 * 5, "{requests} requests of idle runs");

        // From now on the list tells nothing any more. That is noticed, once.
        stage.world.borrow_mut().setup.reply_bumps = false;
        does(stage, 900, Deed::Reply, 3);
        let told = |stage: &Theatre<'_>| copied(stage, Side::GUANCE).0 == copied(stage, Side::GUANCE).1;
        let waited = (1..200).find(|_| {
            run_at_the_minute(stage);
            told(stage)
        });
        assert!(waited.is_some_and(|minutes| minutes <= 181), "{waited:?}");
        for n in 0..10 {
            does(stage, 901 + n, Deed::Reply, rng.below(1000));
            run_at_the_minute(stage);
            let log = &stage.world.borrow().log;
            let log = log.get(log.len().saturating_sub(60)..).unwrap_or_default().join("\n");
            assert!(told(stage), "reply {n} after it was noticed\n{log}");
        }
    });
    assert_eq!(world.wrong, Vec::<String>::new());
}
