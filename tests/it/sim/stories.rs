//! Histories told by hand: what went wrong once, and what must be tried at every step.

use guajira::domain::Side;
use guajira::plan::{Deletes, Direction, Repeats};

use super::deletes::DeleteSetup;
use super::drive;
use super::fields::{FieldDeed, FieldSetup};
use super::files::FileDeed;
use super::history::{Deed, Event, Fault, History, Run, Setup, What};
use super::hunt::{explain, hush, scratch};

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
    History { setup: History::of(seed).setup, events }
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
        let setup = Setup { sweep: false, inline_comments: 0, max_lag_s: 0, ..History::of(1).setup };
        must_hold(History { setup, events });
    }
}

/// A story about statuses of one pair; the run at the end is the first of those that let it settle.
fn status_story(status: Direction, told: Vec<(u32, What)>) -> History {
    let fields =
        FieldSetup { status, assignee: Direction::Off, updates: false, level: false, closed: true, old_guance: false };
    let setup = Setup { fields, register: true, max_lag_s: 0, list_by_update: true, ..History::of(1).setup };
    let open = What::Person(Deed::OpenGuance { listed: true }, 1);
    let told = [(30, calm()), (30, open), (30, calm())].into_iter().chain(told);
    let events = (0..).zip(told).map(|(uid, (after_s, what))| Event { uid, after_s, what }).collect();
    History { setup, events }
}

fn sets(side: Side, to: usize) -> What {
    What::Person(Deed::Field(FieldDeed::Status { side, to }), 1)
}

/// What this state wrote itself and has forgotten is no person's change.
#[test]
fn a_status_carried_over_and_set_back_is_right_after_an_older_state_is_put_back() {
    hush();
    for status in [Direction::ToGuance, Direction::Both] {
        let comment = What::Person(Deed::Comment { restricted: false, as_bot: false }, 1);
        must_hold(status_story(
            status,
            vec![
                (60, What::SaveState),
                (60, sets(Side::Jira, 2)),
                (30, What::Run(Run::default())),
                (30, sets(Side::Jira, 0)),
                (30, comment),
                (30, What::RestoreState),
            ],
        ));
    }
}

#[test]
fn nothing_follows_the_status_that_closes_an_issue() {
    hush();
    let reply = What::Person(Deed::Reply, 1);
    let told = vec![(20, reply), (10_000, sets(Side::Jira, 1)), (45, sets(Side::Guance, 3))];
    must_hold(status_story(Direction::ToJira, told));
}

/// Search does not know yet that the issue is closed; the thread, which is read before anything is written to it, does.
#[test]
fn nothing_is_written_to_an_issue_that_was_closed_a_moment_ago() {
    hush();
    for seed in 1..40 {
        let reply = What::Person(Deed::Reply, 1);
        let story = status_story(Direction::ToGuance, vec![(20, reply), (30, sets(Side::Jira, 3))]);
        let setup = Setup { seed, register: false, sweep: false, max_lag_s: 500, ..story.setup };
        must_hold(History { setup, ..story });
    }
}

#[test]
fn a_closed_issue_stands_when_a_lost_pair_is_found_again() {
    hush();
    let title = What::Person(Deed::EditGuanceIssue, 1);
    let told = vec![(60, sets(Side::Jira, 3)), (7000, What::LoseState), (60, title)];
    must_hold(status_story(Direction::Both, told));
}

/// What would be brought to a closed issue waits without being asked for in every run.
#[test]
fn a_closed_issue_that_was_found_again_is_left_in_peace() {
    hush();
    must_hold(status_story(Direction::ToJira, vec![(70, sets(Side::Jira, 3)), (4, What::LoseState)]));
}

/// What changed on both sides, and last on Guance, is weighed once: the closed issue is not read for it in every run.
#[test]
fn a_newer_status_of_guance_rests_while_the_issue_is_closed() {
    hush();
    let told = vec![(60, sets(Side::Jira, 3)), (60, sets(Side::Guance, 1))];
    must_hold(status_story(Direction::Both, told.clone()));
    // Once it is open again, the sides fit: to reopen it is the newest change.
    let reopened = [(60, What::Run(Run::default())), (600, sets(Side::Jira, 0))];
    must_hold(status_story(Direction::Both, [told, reopened.into()].concat()));
}

#[test]
fn an_issue_that_is_found_closed_when_it_is_to_be_written_to_stays_as_it_is() {
    hush();
    let told = vec![
        (81, What::LoseState),
        (6533, What::Run(Run::default())),
        (1, sets(Side::Jira, 3)),
        (37, What::Person(Deed::Reply, 1)),
    ];
    let story = status_story(Direction::Both, told);
    for seed in 1..6 {
        let setup = Setup { seed, max_lag_s: 540, sweep: true, ..story.setup.clone() };
        must_hold(History { setup, events: story.events.clone() });
    }
}

/// A reply was deleted, and so was the issue with its copy: that is found out, and then costs nothing.
#[test]
fn a_copy_that_is_gone_with_its_issue_is_not_asked_for_in_every_run() {
    hush();
    let deletes = DeleteSetup { deletes: Deletes::Mark, repeats: Repeats::Count, bumps: true };
    let told = vec![
        (20, What::Person(Deed::Reply, 1)),
        (30, What::Run(Run::default())),
        (20, What::Person(Deed::DeleteIssue, 1)),
        (90, What::Person(Deed::DeleteReply, 1)),
    ];
    let story = status_story(Direction::Off, told);
    let setup = Setup { deletes, sweep: false, reply_bumps: true, ..story.setup };
    must_hold(History { setup, events: story.events });
}

/// Guance's word is newer and fits what Jira says: the write that Jira's change was waiting with is taken back.
#[test]
fn a_write_that_waits_is_taken_back_once_both_sides_agree() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let told = vec![(60, sets(Side::Jira, 2)), (60, unheard), (60, sets(Side::Guance, 3))];
    must_hold(status_story(Direction::Both, told));
}

/// A write that was in doubt when its issue was found closed is not sent again after all.
#[test]
fn what_was_in_doubt_when_its_issue_was_closed_is_not_sent_again() {
    hush();
    for (dies, lost) in (3..7).flat_map(|dies| (4..8).map(move |lost| (dies, lost))) {
        let told = vec![
            (4, What::Person(Deed::PlusOne { side: Side::Jira }, 224)),
            (25, sets(Side::Jira, 3)),
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

/// What guajira wrote itself, and got no answer to, is nobody's change by hand: it goes back when its original does.
#[test]
fn a_level_that_goes_back_after_an_unanswered_write_takes_the_priority_back() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let grave = |grave| What::Person(Deed::Field(FieldDeed::Grave { grave }), 1);
    let story = status_story(Direction::Off, vec![(60, grave(false)), (60, unheard), (60, grave(true))]);
    let fields = FieldSetup { level: true, closed: false, ..story.setup.fields };
    must_hold(History { setup: Setup { fields, register: false, ..story.setup }, events: story.events });
}

/// A clone of a copy that is gone claims to be the copy, and is not: that is found out once, not in every run.
#[test]
fn a_clone_of_what_is_gone_is_not_asked_for_in_every_run() {
    hush();
    let told = vec![
        (5632, What::Run(Run::default())),
        (78, What::Person(Deed::CloneIssue { as_bot: true }, 334)),
        (8, What::Person(Deed::DeleteIssue, 112)),
        (10, What::LoseState),
    ];
    let story = status_story(Direction::Off, told);
    let deletes = DeleteSetup { deletes: Deletes::Mark, repeats: Repeats::Comment, bumps: true };
    must_hold(History { setup: Setup { deletes, sweep: true, ..story.setup }, events: story.events });
}

fn meets(faults: &[(u32, Fault)]) -> What {
    What::Run(Run { faults: faults.iter().copied().collect(), ..Run::default() })
}

fn calm() -> What {
    What::Run(Run::default())
}

/// A comment was deleted, and then its issue: there is nothing left that could be looked for.
#[test]
fn a_comment_that_is_gone_before_its_issue_is_not_asked_for_in_every_run() {
    hush();
    for deletes in [Deletes::Mark, Deletes::Keep] {
        let deletes = DeleteSetup { deletes, repeats: Repeats::Count, bumps: true };
        let told = vec![
            (2, What::Person(Deed::Comment { restricted: false, as_bot: false }, 1)),
            (1, meets(&[(3, Fault::AnswerLost)])),
            (9, What::Person(Deed::DeleteComment, 1)),
            (105, calm()),
            (17, What::Person(Deed::DeleteIssue, 1)),
        ];
        let story = status_story(Direction::Off, told);
        must_hold(History { setup: Setup { deletes, sweep: false, ..story.setup }, events: story.events });
    }
}

/// What waits to be written to an issue that is gone is taken back, a field as well.
#[test]
fn a_field_that_waits_for_an_issue_that_is_gone_is_taken_back() {
    hush();
    for dies_at in 4..9 {
        let told = vec![
            (81, What::Person(Deed::Field(FieldDeed::Describe), 1)),
            (4, What::Run(Run { dies_at: Some(dies_at), ..Run::default() })),
            (43, What::Person(Deed::DeleteIssue, 1)),
        ];
        let story = status_story(Direction::Off, told);
        let fields = FieldSetup { updates: true, closed: false, ..story.setup.fields };
        must_hold(History { setup: Setup { fields, ..story.setup }, events: story.events });
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
            (60, sets(Side::Jira, 3)),
            (60, calm()),
            (63, sets(Side::Jira, 1)),
        ];
        for pick in [0, 1] {
            let mut story = status_story(Direction::Off, told.clone());
            for event in &mut story.events {
                if let What::Person(Deed::Field(FieldDeed::Status { .. }), which) = &mut event.what {
                    *which = pick;
                }
            }
            let fields = FieldSetup { updates: true, ..story.setup.fields };
            must_hold(History { setup: Setup { fields, ..story.setup }, events: story.events });
        }
    }
}

/// A late index hides that an issue is closed; who reads the issue itself, for whatever write, has seen it.
#[test]
fn nothing_is_written_to_an_issue_that_another_write_found_closed() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let told =
        vec![(1, What::Person(Deed::Reply, 1)), (60, sets(Side::Guance, 1)), (60, unheard), (60, sets(Side::Jira, 3))];
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
        let attaches = Deed::Attach(FileDeed { side: Side::Guance, large: false, shown: false });
        let told = vec![
            (60, What::Person(Deed::OpenGuance { listed: true }, 1)),
            (60, meets(&[(request, Fault::NoConnection)])),
            (7000, What::Person(Deed::Field(FieldDeed::Status { side: Side::Jira, to: 3 }), 0)),
            (1, What::Person(Deed::Field(FieldDeed::Status { side: Side::Jira, to: 3 }), 1)),
            (56, What::Person(attaches, 0)),
            (1, What::Person(attaches, 1)),
        ];
        must_hold(status_story(Direction::Both, told));
    }
}

/// What could not be understood is read again, and not for ever once it is gone.
#[test]
fn an_unreadable_issue_that_was_deleted_is_not_asked_for_for_ever() {
    hush();
    for request in 1..4 {
        let told = vec![
            (20, meets(&[(request, Fault::Unreadable)])),
            (130, What::Person(Deed::DeleteIssue, 1)),
            (39, calm()),
            (10_744, calm()),
        ];
        let story = status_story(Direction::Off, told);
        must_hold(History { setup: Setup { sweep: false, ..story.setup }, events: story.events });
    }
}

/// A change that lost against a newer one is not brought over after all when the newer one is taken back before it went.
#[test]
fn a_change_that_lost_stays_lost_when_the_newer_one_is_taken_back() {
    hush();
    for request in 4..9 {
        let told = vec![
            (119, sets(Side::Guance, 3)),
            (23, sets(Side::Jira, 1)),
            (3, meets(&[(request, Fault::CrashBefore)])),
            (14, sets(Side::Jira, 0)),
        ];
        must_hold(status_story(Direction::Both, told));
    }
}

/// What an older service would be asked for instead is no proof that a write without an answer took effect.
#[test]
fn an_older_status_is_no_proof_that_a_newer_one_was_written() {
    hush();
    let unheard = || What::Run(Run { unheard: true, ..Run::default() });
    let back = || vec![(60, sets(Side::Jira, 1)), (60, unheard()), (60, sets(Side::Guance, 0))];
    let resolved = vec![(60, sets(Side::Guance, 3)), (19, calm())];
    for told in [back(), [resolved, back()].concat()] {
        let story = status_story(Direction::Both, told);
        let fields = FieldSetup { closed: false, ..story.setup.fields };
        must_hold(History { setup: Setup { fields, register: false, ..story.setup }, events: story.events });
    }
}

/// What waits to be written says what its side said once: when that goes back on it, so does the write.
#[test]
fn a_write_that_waits_is_taken_back_when_its_side_goes_back_on_it() {
    hush();
    for request in 4..9 {
        let told = vec![
            (16, sets(Side::Guance, 2)),
            (19, meets(&[(request, Fault::CrashAfter)])),
            (7, What::SaveState),
            (4, sets(Side::Guance, 0)),
            (81, calm()),
            (113, What::RestoreState),
        ];
        let story = status_story(Direction::ToJira, told);
        must_hold(History { setup: Setup { register: false, sweep: false, ..story.setup }, events: story.events });
    }
}

/// An older state does not know what it wrote itself: who set a status back to what that state remembers, did so.
#[test]
fn a_status_that_an_older_state_takes_for_its_own_is_not_written_over() {
    hush();
    let told = vec![
        (30, sets(Side::Guance, 2)),
        (19, calm()),
        (17, sets(Side::Jira, 3)),
        (45, sets(Side::Guance, 1)),
        (10, What::SaveState),
        (66, calm()),
        (56, sets(Side::Jira, 2)),
        (116, What::RestoreState),
    ];
    let story = status_story(Direction::Both, told);
    let fields = FieldSetup { closed: false, ..story.setup.fields };
    must_hold(History { setup: Setup { fields, jira_skew_s: 0, ..story.setup }, events: story.events });
}

/// Where there is nothing to write, a sweep finds out that the state is older than the world.
#[test]
fn a_sweep_finds_out_that_the_state_is_an_older_copy() {
    hush();
    let told = vec![
        (60, What::SaveState),
        (12, sets(Side::Jira, 1)),
        (5000, calm()),
        (77, What::RestoreState),
        (26, sets(Side::Jira, 0)),
    ];
    let story = status_story(Direction::ToGuance, told);
    must_hold(History { setup: Setup { sweep: true, ..story.setup }, events: story.events });
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
        let setup = Setup { max_lag_s: 500, inline_comments, ..History::of(1).setup };
        must_hold(file_story(&setup, vec![(42, attaches(Side::Jira, true))]));
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
            (20, attaches(Side::Guance, false)),
            (20, reply),
            (20, attaches(Side::Guance, false)),
            (60, What::Run(lost)),
        ];
        must_hold(file_story(&calm(History::of(1).setup), told));
    }
}

/// A copy that nobody knows of, under a name that many files have, is of the one that is as large.
#[test]
fn a_copy_found_again_is_not_taken_for_that_of_another_file_of_its_name() {
    hush();
    let large = |uid| What::Person(Deed::Attach(FileDeed { side: Side::Guance, large: true, shown: false }), uid);
    for (told_first, restored) in [(large(1), false), (large(1), true), (attaches(Side::Guance, true), true)] {
        let back = if restored { What::RestoreState } else { What::LoseState };
        let told = vec![
            (30, What::SaveState),
            (20, told_first),
            (18, What::Person(Deed::Reply, 1)),
            (20, attaches(Side::Guance, false)),
            (95, calm()),
            (50, What::Person(Deed::DeleteReply, 1)),
            (50, back),
            (20, What::Person(Deed::Reply, 1)),
            (20, attaches(Side::Guance, false)),
        ];
        let setup = Setup { max_lag_s: 0, file_sizes: false, sweep: true, ..History::of(1).setup };
        must_hold(file_story(&setup, told));
    }
}
