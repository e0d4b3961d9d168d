//! Stories about closed issues: nothing is written to them, and nothing is forgotten.

use guajira::domain::Side;
use guajira::plan::Direction;

use super::super::fields::{FieldDeed, FieldSetup};
use super::super::files::FileDeed;
use super::super::history::{Deed, Fault, History, Run, Setup, What};
use super::super::hunt::hush;
use super::{calm, meets, must_hold, sets, status_story, within};

#[test]
fn nothing_follows_the_status_that_closes_an_issue() {
    hush();
    let reply = What::Person(Deed::Reply, 1);
    let told = vec![(20, reply), (10_000, sets(Side::JIRA, 1)), (45, sets(Side::GUANCE, 3))];
    must_hold(status_story(Direction::ToJira, told));
}

/// Search does not know yet that the issue is closed; the thread, which is read before anything is written to it, does.
#[test]
fn nothing_is_written_to_an_issue_that_was_closed_a_moment_ago() {
    hush();
    for seed in 1..40 {
        let reply = What::Person(Deed::Reply, 1);
        let story = status_story(Direction::ToGuance, vec![(20, reply), (30, sets(Side::JIRA, 3))]);
        let setup = Setup { seed, register: false, sweep: false, max_lag_s: 500, ..story.setup };
        must_hold(History { setup, ..story });
    }
}

#[test]
fn a_closed_issue_stands_when_a_lost_pair_is_found_again() {
    hush();
    let title = What::Person(Deed::EditGuanceIssue, 1);
    let told = vec![(60, sets(Side::JIRA, 3)), (7000, What::LoseState), (60, title)];
    must_hold(status_story(Direction::Both, told));
}

/// What would be brought to a closed issue waits without being asked for in every run.
#[test]
fn a_closed_issue_that_was_found_again_is_left_in_peace() {
    hush();
    must_hold(status_story(Direction::ToJira, vec![(70, sets(Side::JIRA, 3)), (4, What::LoseState)]));
}

/// What changed on both sides, and last on Guance, is weighed once: the closed issue is not read for it in every run.
#[test]
fn a_newer_status_of_guance_rests_while_the_issue_is_closed() {
    hush();
    let told = vec![(60, sets(Side::JIRA, 3)), (60, sets(Side::GUANCE, 1))];
    must_hold(status_story(Direction::Both, told.clone()));
    // Once it is open again, the sides fit: to reopen it is the newest change.
    let reopened = [(60, What::Run(Run::default())), (600, sets(Side::JIRA, 0))];
    must_hold(status_story(Direction::Both, [told, reopened.into()].concat()));
}

#[test]
fn an_issue_that_is_found_closed_when_it_is_to_be_written_to_stays_as_it_is() {
    hush();
    let told = vec![
        (81, What::LoseState),
        (6533, What::Run(Run::default())),
        (1, sets(Side::JIRA, 3)),
        (37, What::Person(Deed::Reply, 1)),
    ];
    let story = status_story(Direction::Both, told);
    for seed in 1..6 {
        let setup = Setup { seed, max_lag_s: 540, sweep: true, ..story.setup.clone() };
        must_hold(History { setup, events: story.events.clone() });
    }
}

/// A write that was in doubt when its issue was found closed is not sent again after all.
#[test]
fn what_was_in_doubt_when_its_issue_was_closed_is_not_sent_again() {
    hush();
    for (dies, lost) in (3..7).flat_map(|dies| (4..8).map(move |lost| (dies, lost))) {
        let told = vec![
            (4, What::Person(Deed::PlusOne { side: Side::JIRA }, 224)),
            (25, sets(Side::JIRA, 3)),
            (104, meets(&[(dies, Fault::CrashAfter)])),
            (69, What::Person(Deed::Reply, 997)),
            (52, meets(&[(3, Fault::AnswerLost)])),
            (48, meets(&[(2, Fault::ServerError), (lost, Fault::ServerError)])),
        ];
        let story = status_story(Direction::Off, told);
        let fields = FieldSetup { assignee: Direction::ToGuance, ..story.setup.fields };
        let setup = Setup { fields, sweep: false, reply_bumps: true, inline_comments: 0, ..story.setup };
        must_hold(History { setup, events: story.events });
    }
}

/// Of what nothing would ask for again: the link to the other issue, and a note about what people's own words kept away.
#[test]
fn what_waits_while_an_issue_is_closed_goes_once_it_is_open_again() {
    hush();
    for request in 4..10 {
        let open = What::Person(Deed::OpenGuance { listed: true }, 1);
        let told = vec![
            (52, What::Person(Deed::Field(FieldDeed::Describe), 0)),
            (20, What::Person(Deed::Field(FieldDeed::JiraBody), 0)),
            (20, open),
            (6, meets(&[(request, Fault::ServerError), (request + 1, Fault::ServerError)])),
            (60, sets(Side::JIRA, 3)),
            (60, calm()),
            (63, sets(Side::JIRA, 1)),
        ];
        for pick in [0, 1] {
            let mut story = status_story(Direction::Off, told.clone());
            for event in &mut story.events {
                if let What::Person(Deed::Field(FieldDeed::Status { .. }), which) = &mut event.what {
                    *which = pick;
                }
            }
            must_hold(within(story, |world| world.fields.updates = true));
        }
    }
}

/// A late index hides that an issue is closed; who reads the issue itself, for whatever write, has seen it.
#[test]
fn nothing_is_written_to_an_issue_that_another_write_found_closed() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let told =
        vec![(1, What::Person(Deed::Reply, 1)), (60, sets(Side::GUANCE, 1)), (60, unheard), (60, sets(Side::JIRA, 3))];
    let story = status_story(Direction::Both, told);
    for seed in 1..20 {
        let setup = Setup { seed, max_lag_s: 540, sweep: true, ..story.setup.clone() };
        must_hold(History { setup, events: story.events.clone() });
    }
}

/// Nobody has set the status in which a Guance issue begins, whatever else moves it later.
#[test]
fn who_closes_an_issue_before_it_was_first_read_is_not_overruled_by_its_beginning() {
    hush();
    for request in 4..9 {
        let attaches = Deed::Attach(FileDeed { side: Side::GUANCE, large: false, shown: false });
        let told = vec![
            (60, What::Person(Deed::OpenGuance { listed: true }, 1)),
            (60, meets(&[(request, Fault::NoConnection)])),
            (7000, What::Person(Deed::Field(FieldDeed::Status { side: Side::JIRA, to: 3 }), 0)),
            (1, What::Person(Deed::Field(FieldDeed::Status { side: Side::JIRA, to: 3 }), 1)),
            (56, What::Person(attaches, 0)),
            (1, What::Person(attaches, 1)),
        ];
        must_hold(status_story(Direction::Both, told));
    }
}

/// That an issue is closed, Jira tells alone: what waits is not written to it because Guance does not answer.
#[test]
fn nothing_is_written_to_a_closed_issue_while_guance_is_silent() {
    hush();
    for (busy, silent) in (3..9).flat_map(|busy| (1..6).map(move |silent| (busy, silent))) {
        let told = vec![
            (30, What::Person(Deed::Reply, 1)),
            (30, meets(&[(busy, Fault::SlowDown)])),
            (60, sets(Side::JIRA, 3)),
            (60, meets(&[(silent, Fault::NoConnection)])),
        ];
        must_hold(within(status_story(Direction::Both, told), |world| world.reply_bumps = true));
    }
}
