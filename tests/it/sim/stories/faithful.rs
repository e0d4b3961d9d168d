//! Stories about what fails every time: nobody else waits for it, and a Jira that works on makes nothing twice.

use guajira::domain::Side;
use guajira::plan::{Direction, Repeats};

use super::super::faithful::{Faithful, How, Of, Request};
use super::super::history::{Deed, Fault, History, What};
use super::super::hunt::hush;
use super::{calm, meets, must_hold, status_story, within};

fn story(told: Vec<(u32, What)>) -> History {
    within(status_story(Direction::Off, told), |world| {
        (world.sweep, world.routes, world.brake, world.service) = (false, false, false, false);
        (world.deletes.repeats, world.inline_comments) = (Repeats::Comment, 0);
    })
}

fn fails(side: Side, of: Of, what: Option<Request>, how: How, skip: u32) -> (u32, What) {
    (1, What::Fail(Faithful { side, of, what, how, skip }))
}

fn opens() -> (u32, What) {
    (1, What::Person(Deed::OpenGuance { listed: true }, 1))
}

fn replies() -> (u32, What) {
    (1, What::Person(Deed::Reply, 0))
}

fn comments() -> (u32, What) {
    (1, What::Person(Deed::Comment { restricted: false, as_bot: false }, 0))
}

/// What takes 30 s to fail once more leaves a run the time to read what is read in turn.
#[test]
fn slow_failures_leave_the_others_their_time() {
    hush();
    for how in [How::Slow, How::Hang] {
        let fault = fails(Side::JIRA, Of::All, Some(Request::Link), how, 0);
        must_hold(story(vec![fault, opens(), opens(), opens(), opens(), (61, calm()), replies()]));
    }
}

/// A Jira thread that cannot be read, or takes its time to fail, holds up no new issue, and none of its links.
#[test]
fn a_thread_that_cannot_be_read_delays_only_itself() {
    hush();
    for how in [How::Hang, How::Refused, How::ServerError] {
        let fault = fails(Side::JIRA, Of::All, Some(Request::Thread), how, 0);
        let speak = |pick| (1, What::Person(Deed::Comment { restricted: false, as_bot: false }, pick));
        let told = vec![opens(), opens(), opens(), (61, calm()), speak(0), speak(1), speak(2), fault, opens()];
        must_hold(story(told));
    }
}

/// One item to which Jira says "slow down" each time is sent after all that needs Jira, also what goes to Guance.
#[test]
fn who_is_told_to_wait_each_time_goes_last() {
    hush();
    for (whole, after_s) in [(true, Some(1800)), (true, None), (false, Some(90))] {
        let how = How::SlowDown { whole, after_s };
        let jira = fails(Side::JIRA, Of::Project, None, how, 0);
        must_hold(story(vec![jira, opens(), comments(), (61, calm()), comments()]));
        let guance = fails(Side::GUANCE, Of::Pair, None, how, 0);
        must_hold(story(vec![guance, comments(), (61, calm()), opens(), (61, calm()), replies(), comments()]));
    }
}

/// A request for several issues that is put off because of one of them: the others go without it.
#[test]
fn a_batch_that_is_put_off_each_time_is_taken_apart() {
    hush();
    for (skip, after_s) in [(0, None), (1, None), (1, Some(90))] {
        let how = How::SlowDown { whole: true, after_s };
        let fault = fails(Side::JIRA, Of::Item, Some(Request::Create), how, skip);
        must_hold(story(vec![fault, opens(), opens(), opens()]));
    }
}

/// One issue that Jira fails at each time: those that were in its request are made, it is dead or waits.
#[test]
fn one_bad_issue_costs_the_others_nothing() {
    hush();
    for how in [How::ServerError, How::Hang, How::Refused, How::Slow] {
        for skip in 0..3 {
            let fault = fails(Side::JIRA, Of::Item, Some(Request::Create), how, skip);
            must_hold(story(vec![fault, opens(), opens(), opens(), (61, calm()), opens()]));
        }
    }
}

/// Jira makes the issues of a lost request one after the other, minutes later: what the search shows of them meanwhile, and
/// that others are made quickly, says nothing about those that are still missing.
#[test]
fn a_lost_batch_that_comes_piece_by_piece_is_not_repeated() {
    hush();
    for seed in 1..5 {
        for (count, again) in [(4, 61), (6, 2), (6, 20), (3, 35)] {
            for request in 6..10 {
                let mut told = vec![opens(); count];
                told.push((30, meets(&[(request, Fault::Stalled)])));
                told.extend((0..6).map(|_| (again, calm())));
                must_hold(within(story(told), |world| world.seed = seed));
            }
        }
    }
}
