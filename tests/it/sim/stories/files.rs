//! Stories about attached files.

use guajira::domain::Side;
use guajira::plan::Direction;

use super::super::files::FileDeed;
use super::super::history::{Deed, Event, Fault, History, Run, Setup, What};
use super::super::hunt::hush;
use super::{calm, must_hold};

/// A story about files of one pair.
fn file_story(setup: &Setup, told: Vec<(u32, What)>) -> History {
    let open = What::Person(Deed::OpenGuance { listed: true }, 0);
    let told = [(0, What::Run(Run::default())), (20, open), (2, What::Run(Run::default()))].into_iter().chain(told);
    let events = (0..).zip(told).map(|(uid, (after_s, what))| Event { uid, after_s, what }).collect();
    History { setup: Setup { files: Direction::Both, ..setup.clone() }, events }
}

fn attaches(side: Side, shown: bool) -> What {
    What::Person(Deed::Attach(FileDeed { side, large: false, shown }), 1)
}

/// A search index that is late shows a thread without the comment that keeps a file where it is.
#[test]
fn a_file_waits_for_the_thread_that_it_came_with() {
    hush();
    for inline_comments in [0, 3] {
        let setup = Setup { max_lag_s: 500, inline_comments, ..History::alone(1).setup };
        must_hold(file_story(&setup, vec![(42, attaches(Side::JIRA, true))]));
    }
}

/// Nor does such an index tell who may see the issue by now.
#[test]
fn a_file_stays_where_it_is_when_its_issue_has_a_security_level_by_now() {
    hush();
    for seed in 1..8 {
        let setup = Setup { seed, max_lag_s: 500, inline_comments: 0, ..History::alone(1).setup };
        let told = vec![
            (20, attaches(Side::JIRA, true)),
            (58, What::Person(Deed::Secure, 1)),
            (43, What::Person(Deed::DeleteComment, 1)),
        ];
        must_hold(file_story(&setup, told));
    }
}

/// On Jira a copy is known by its name alone where nobody tells its size; people call all their screenshots the same.
#[test]
fn a_file_in_doubt_is_not_taken_for_another_of_its_name() {
    hush();
    let calm = |setup: Setup| Setup { max_lag_s: 0, file_sizes: false, sweep: true, ..setup };
    for request in 0..16 {
        let lost = Run { faults: [(request, Fault::AnswerLost)].into(), ..Run::default() };
        let reply = What::Person(Deed::Reply, 1);
        let told = vec![
            (60, reply.clone()),
            (20, attaches(Side::GUANCE, false)),
            (20, reply),
            (20, attaches(Side::GUANCE, false)),
            (60, What::Run(lost)),
        ];
        must_hold(file_story(&calm(History::alone(1).setup), told));
    }
}

/// A copy that nobody knows of, under a name that many files have, is of the one that is as large.
#[test]
fn a_copy_found_again_is_not_taken_for_that_of_another_file_of_its_name() {
    hush();
    let large = |uid| What::Person(Deed::Attach(FileDeed { side: Side::GUANCE, large: true, shown: false }), uid);
    for (told_first, restored) in [(large(1), false), (large(1), true), (attaches(Side::GUANCE, true), true)] {
        let back = if restored { What::RestoreState } else { What::LoseState };
        let told = vec![
            (30, What::SaveState),
            (20, told_first),
            (18, What::Person(Deed::Reply, 1)),
            (20, attaches(Side::GUANCE, false)),
            (95, calm()),
            (50, What::Person(Deed::DeleteReply, 1)),
            (50, back),
            (20, What::Person(Deed::Reply, 1)),
            (20, attaches(Side::GUANCE, false)),
        ];
        let setup = Setup { max_lag_s: 0, file_sizes: false, sweep: true, ..History::alone(1).setup };
        must_hold(file_story(&setup, told));
    }
}
