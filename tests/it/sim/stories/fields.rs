//! Stories about fields that both sides keep.

use guajira::domain::Side;
use guajira::plan::Direction;

use super::super::fields::FieldDeed;
use super::super::history::{Deed, Fault, Run, What};
use super::super::hunt::hush;
use super::{calm, meets, must_hold, sets, status_story, within};

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
                (60, sets(Side::JIRA, 2)),
                (30, What::Run(Run::default())),
                (30, sets(Side::JIRA, 0)),
                (30, comment),
                (30, What::RestoreState),
            ],
        ));
    }
}

/// Guance's word is newer and fits what Jira says: the write that Jira's change was waiting with is taken back.
#[test]
fn a_write_that_waits_is_taken_back_once_both_sides_agree() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let told = vec![(60, sets(Side::JIRA, 2)), (60, unheard), (60, sets(Side::GUANCE, 3))];
    must_hold(status_story(Direction::Both, told));
}

/// What guajira wrote itself, and got no answer to, is nobody's change by hand: it goes back when its original does.
#[test]
fn a_level_that_goes_back_after_an_unanswered_write_takes_the_priority_back() {
    hush();
    let unheard = What::Run(Run { unheard: true, ..Run::default() });
    let grave = |grave| What::Person(Deed::Field(FieldDeed::Grave { grave }), 1);
    let story = status_story(Direction::Off, vec![(60, grave(false)), (60, unheard), (60, grave(true))]);
    must_hold(within(story, |world| {
        world.fields.level = true;
        world.fields.closed = false;
        world.register = false;
    }));
}

/// A change that lost against a newer one is not brought over after all when the newer one is taken back before it went.
#[test]
fn a_change_that_lost_stays_lost_when_the_newer_one_is_taken_back() {
    hush();
    for request in 4..9 {
        let told = vec![
            (119, sets(Side::GUANCE, 3)),
            (23, sets(Side::JIRA, 1)),
            (3, meets(&[(request, Fault::CrashBefore)])),
            (14, sets(Side::JIRA, 0)),
        ];
        must_hold(status_story(Direction::Both, told));
    }
}

/// What an older service would be asked for instead is no proof that a write without an answer took effect.
#[test]
fn an_older_status_is_no_proof_that_a_newer_one_was_written() {
    hush();
    let unheard = || What::Run(Run { unheard: true, ..Run::default() });
    let back = || vec![(60, sets(Side::JIRA, 1)), (60, unheard()), (60, sets(Side::GUANCE, 0))];
    let resolved = vec![(60, sets(Side::GUANCE, 3)), (19, calm())];
    let ahead = vec![(1, What::ClockJump(400))];
    for told in [back(), [resolved.clone(), back()].concat(), [ahead, resolved, back()].concat()] {
        let story = status_story(Direction::Both, told);
        must_hold(within(story, |world| {
            world.fields.closed = false;
            world.register = false;
        }));
    }
}

/// What waits to be written says what its side said once: when that goes back on it, so does the write.
#[test]
fn a_write_that_waits_is_taken_back_when_its_side_goes_back_on_it() {
    hush();
    for request in 4..9 {
        let told = vec![
            (16, sets(Side::GUANCE, 2)),
            (19, meets(&[(request, Fault::CrashAfter)])),
            (7, What::SaveState),
            (4, sets(Side::GUANCE, 0)),
            (81, calm()),
            (113, What::RestoreState),
        ];
        let story = status_story(Direction::ToJira, told);
        must_hold(within(story, |world| {
            world.register = false;
            world.sweep = false;
        }));
    }
}

/// An older state does not know what it wrote itself: who set a status back to what that state remembers, did so.
#[test]
fn a_status_that_an_older_state_takes_for_its_own_is_not_written_over() {
    hush();
    let told = vec![
        (30, sets(Side::GUANCE, 2)),
        (19, calm()),
        (17, sets(Side::JIRA, 3)),
        (45, sets(Side::GUANCE, 1)),
        (10, What::SaveState),
        (66, calm()),
        (56, sets(Side::JIRA, 2)),
        (116, What::RestoreState),
    ];
    let story = status_story(Direction::Both, told);
    must_hold(within(story, |world| {
        world.fields.closed = false;
        world.jira_skew_s = 0;
    }));
}

/// Where there is nothing to write, a sweep finds out that the state is older than the world.
#[test]
fn a_sweep_finds_out_that_the_state_is_an_older_copy() {
    hush();
    let told = vec![
        (60, What::SaveState),
        (12, sets(Side::JIRA, 1)),
        (5000, calm()),
        (77, What::RestoreState),
        (26, sets(Side::JIRA, 0)),
    ];
    let story = status_story(Direction::ToGuance, told);
    must_hold(within(story, |world| world.sweep = true));
}
