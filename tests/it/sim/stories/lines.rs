//! Stories about several lines with one Jira.

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

const ALARMS: LineSetup = LineSetup { eu: false, apart: false, one_key: false, alarms: true };
const ALL: LineSetup = LineSetup { eu: true, apart: false, one_key: true, alarms: true };

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
