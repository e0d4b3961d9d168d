//! Stories about what was deleted.

use guajira::plan::{Deletes, Direction, Repeats};

use super::super::deletes::DeleteSetup;
use super::super::fields::FieldDeed;
use super::super::history::{Deed, Fault, History, Run, Setup, What};
use super::super::hunt::hush;
use super::{calm, meets, must_hold, status_story, within};

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
    must_hold(within(story, |world| {
        world.deletes = deletes;
        world.sweep = true;
    }));
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
        must_hold(within(story, |world| {
            world.deletes = deletes;
            world.sweep = false;
        }));
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
        must_hold(within(story, |world| {
            world.fields.updates = true;
            world.fields.closed = false;
        }));
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
        must_hold(within(story, |world| world.sweep = false));
    }
}
