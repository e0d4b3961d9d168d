//! Stories about several lines with one Jira.

use guajira::domain::Side;
use guajira::plan::Direction;

use super::super::fields::FieldDeed;
use super::super::history::{Deed, Event, Fault, History, Run, Setup, What};
use super::super::hunt::hush;
use super::super::lines::LineSetup;
use super::super::lines::alarms::AlarmDeed;
use super::{calm, must_hold};

fn story(lines: LineSetup, told: Vec<(u32, What)>) -> History {
    let setup = Setup { lines, sweep: false, max_lag_s: 0, ..History::alone(1).setup };
    let events = (0..).zip(told).map(|(uid, (after_s, what))| Event { uid, after_s, what }).collect();
    History { setup, events }
}

fn alarm(over: bool, amid: bool) -> What {
    // The first item is no monitor's: it is piped in, and nothing else tells of it.
    What::Alarm(AlarmDeed { over, fresh: false, hooked: true, late_s: 0, amid }, 0)
}

const ALARMS: LineSetup =
    LineSetup { eu: false, apart: false, one_key: false, alarms: true, incidents: false, alerts: false };
const ALL: LineSetup = LineSetup { eu: true, apart: false, one_key: true, alarms: true, incidents: true, alerts: true };

/// Everything that arrives until our clock is where it was before has to count as new.
#[test]
fn an_alarm_that_recovers_while_our_clock_is_set_back_is_told() {
    hush();
    let told = vec![
        (1, calm()),
        (30, alarm(false, false)),
        (30, calm()),
        (5, What::ClockJump(-7200)),
        (30, alarm(true, false)),
    ];
    must_hold(story(ALARMS, told));
    let told = vec![
        (1, calm()),
        (30, alarm(true, false)),
        (5, What::ClockJump(-7200)),
        (30, alarm(false, false)),
        (30, calm()),
        (30, alarm(true, false)),
    ];
    must_hold(story(ALARMS, told));
}

/// A day with all lines, and a run that dies in one of them, or between two.
#[test]
fn a_run_of_several_lines_may_die_at_every_step() {
    hush();
    let open = || What::Person(Deed::OpenGuance { listed: true }, 1);
    for step in 0..24 {
        let run = |dies_at, faults: &[(u32, Fault)]| {
            What::Run(Run { dies_at, faults: faults.iter().copied().collect(), ..Run::default() })
        };
        for dying in [run(Some(step), &[]), run(None, &[(step, Fault::CrashAfter)])] {
            let told = vec![
                (1, calm()),
                (30, open()),
                (1, open()),
                (1, alarm(false, false)),
                (30, dying),
                (20, alarm(true, true)),
                (1, What::Person(Deed::Reply, 1)),
                (30, run(Some(step), &[])),
            ];
            must_hold(story(ALL, told));
        }
    }
}

#[test]
fn a_source_that_is_down_holds_nobody_up() {
    hush();
    for down in 0..3 {
        let told = vec![
            (1, calm()),
            (30, What::Person(Deed::OpenGuance { listed: true }, 1)),
            (1, What::Person(Deed::OpenGuance { listed: true }, 2)),
            (30, What::SourceDown(down)),
            (1, alarm(false, false)),
            (30, calm()),
        ];
        must_hold(story(ALL, told));
    }
}

const INCIDENTS: LineSetup =
    LineSetup { eu: false, apart: false, one_key: false, alarms: false, incidents: true, alerts: false };

fn incident(what: What) -> What {
    What::Incidents(Box::new(what))
}

fn says(pick: u32) -> What {
    incident(What::Person(Deed::Comment { restricted: false, as_bot: false }, pick))
}

/// An answer is lost, or the process dies, before and after every request and at every step: nothing tells whether a comment is
/// there, and it is not sent again.
#[test]
fn a_comment_that_nothing_shows_is_sent_once_at_most() {
    hush();
    for step in 0..20 {
        let run = |dies_at, faults: &[(u32, Fault)]| {
            What::Run(Run { dies_at, faults: faults.iter().copied().collect(), ..Run::default() })
        };
        for ill in
            [run(Some(step), &[]), run(None, &[(step, Fault::CrashAfter)]), run(None, &[(step, Fault::AnswerLost)])]
        {
            let told = vec![
                (1, calm()),
                (30, incident(What::Person(Deed::OpenGuance { listed: true }, 1))),
                (30, calm()),
                (30, says(1)),
                (1, says(2)),
                (30, ill.clone()),
                (1, incident(What::Person(Deed::EditComment, 1))),
                (1, says(3)),
                (30, ill),
                (30, says(4)),
            ];
            must_hold(story(INCIDENTS, told));
        }
    }
}

/// A state that begins anew, or that is an older copy, knows of no comment that was sent before.
#[test]
fn a_comment_that_nothing_shows_is_not_sent_by_a_state_that_does_not_know_of_it() {
    hush();
    for (lost, edited) in [(true, false), (true, true), (false, false), (false, true)] {
        let mut told = vec![
            (1, calm()),
            (30, incident(What::Person(Deed::OpenGuance { listed: true }, 1))),
            (30, calm()),
            (30, says(1)),
            (30, calm()),
            (30, incident(What::SaveState)),
        ];
        let deed = if edited { Deed::EditComment } else { Deed::Comment { restricted: false, as_bot: false } };
        told.push((30, incident(What::Person(deed, 1))));
        told.push((30, calm()));
        told.push((30, incident(if lost { What::LoseState } else { What::RestoreState })));
        told.push((30, calm()));
        told.push((30, says(2)));
        let mut history = story(INCIDENTS, told);
        (history.setup.sweep, history.setup.register) = (true, true);
        must_hold(history);
    }
}

/// What a side refuses is dead and says so, an edit too: nothing shows whether its copy is there.
#[test]
fn a_refused_edit_of_a_comment_that_nothing_shows_is_dead() {
    hush();
    for step in 0..20 {
        let refused = Run { faults: [(step, Fault::Refused)].into_iter().collect(), ..Run::default() };
        let told = vec![
            (1, calm()),
            (30, incident(What::Person(Deed::OpenGuance { listed: true }, 1))),
            (30, calm()),
            (30, says(1)),
            (30, calm()),
            (30, incident(What::Person(Deed::EditComment, 1))),
            (30, What::Run(refused)),
        ];
        must_hold(story(INCIDENTS, told));
    }
}

const ALERTS: LineSetup = LineSetup { alerts: true, incidents: false, ..INCIDENTS };

fn alert(what: What) -> What {
    What::Alerts(Box::new(what))
}

/// Notes are accepted and carried out later or not at all, answers are lost, the process dies: each comment is there once. What
/// is closed stays closed, and the write that cannot open it says so.
#[test]
fn a_note_that_was_accepted_arrives_once_and_a_closed_alert_stays_closed() {
    hush();
    let note = |pick| alert(What::Person(Deed::Comment { restricted: false, as_bot: false }, pick));
    let status = |side, to| alert(What::Person(Deed::Field(FieldDeed::Status { side, to }), 1));
    for step in 0..24 {
        let run = |dies_at, faults: &[(u32, Fault)]| {
            What::Run(Run { dies_at, faults: faults.iter().copied().collect(), ..Run::default() })
        };
        for ill in
            [run(Some(step), &[]), run(None, &[(step, Fault::AnswerLost)]), run(None, &[(step, Fault::SlowDown)])]
        {
            let told = vec![
                (1, calm()),
                (30, alert(What::Person(Deed::OpenGuance { listed: true }, 1))),
                (30, calm()),
                (30, note(1)),
                (1, note(2)),
                (1, alert(What::Person(Deed::Reply, 1))),
                (1, status(Side::GUANCE, 1)),
                (30, ill.clone()),
                (1, note(3)),
                (1, status(Side::JIRA, 2)),
                (30, ill),
                (30, calm()),
                (1, status(Side::JIRA, 0)),
            ];
            let mut history = story(ALERTS, told);
            history.setup.seed += u64::from(step);
            history.setup.fields.status = Direction::Both;
            must_hold(history);
        }
    }
}
