//! Stories about whom not to trust: forged and copied markers, accounts that change.

use guajira::domain::Side;
use guajira::plan::{Deletes, Direction, Repeats};

use super::super::accounts::TrustSetup;
use super::super::adversary::{Forgery, How, Of};
use super::super::deletes::DeleteSetup;
use super::super::files::FileDeed;
use super::super::history::{Deed, History, Run, Setup, What};
use super::super::hunt::hush;
use super::super::late::Hide;
use super::super::tampering::Tamper;
use super::{calm, must_hold, status_story, within};

/// A story of one pair in a world in which everything is told at once and nothing is dropped.
fn story(told: Vec<(u32, What)>) -> History {
    let deletes = DeleteSetup { deletes: Deletes::Delete, repeats: Repeats::Count, bumps: true };
    within(status_story(Direction::Off, told), |world| {
        world.trust = TrustSetup { adversary: true, late: true, moves: true, former: false };
        (world.deletes, world.sweep, world.search_properties) = (deletes, true, true);
        (world.routes, world.labels_dropped, world.reply_bumps) = (false, false, true);
        world.extend_kept = true;
        world.comment_properties = true;
    })
}

fn forges(forgery: Forgery) -> What {
    What::Person(Deed::Forge(forgery), 1)
}

/// Who copies the property of a copy, seal and all, onto an issue of his own has no copy for that: not where the true one is
/// gone, lost its own property, or is not in the index yet.
#[test]
fn a_copied_property_makes_nobodys_issue_a_copy() {
    hush();
    let twin = || forges(Forgery::Issue { sealed: true, labelled: true });
    let reply = || What::Person(Deed::Reply, 1);
    for between in [What::Person(Deed::DeleteIssue, 1), forges(Forgery::Tamper(Tamper::RemoveProperty)), calm()] {
        let open = What::Person(Deed::OpenGuance { listed: true }, 1);
        let told = vec![(5, twin()), (14, between), (60, open), (60, reply()), (80, What::LoseState), (5, reply())];
        must_hold(story(told));
    }
    for seed in 1..10 {
        let told = vec![(15, What::LoseState), (40, twin()), (90, calm()), (20, reply())];
        must_hold(within(story(told), |world| (world.seed, world.max_lag_s) = (seed, 300)));
    }
}

/// Two issues of ours with exchanged properties, made by an account that is not known any more: nobody can tell, and no
/// third one is made.
#[test]
fn exchanged_properties_are_contested_when_the_account_is_another_too() {
    hush();
    for back in [What::RestoreState, What::LoseState] {
        let told = vec![
            (21, What::SaveState),
            (2, What::Person(Deed::OpenGuance { listed: true }, 1)),
            (95, calm()),
            (30, forges(Forgery::Tamper(Tamper::ExchangeProperty))),
            (3, What::MoveBot),
            (80, back),
            (20, What::Person(Deed::Reply, 1)),
        ];
        must_hold(story(told));
    }
}

/// The true copy has a stranger's label, and a clone of it, made with the bot's account, has the true one.
#[test]
fn a_clone_is_no_copy_where_the_label_of_the_true_one_was_changed() {
    hush();
    let told = vec![
        (64, What::Person(Deed::CloneIssue { as_bot: true }, 1)),
        (20, What::Person(Deed::OpenGuance { listed: true }, 1)),
        (20, forges(Forgery::Tamper(Tamper::ReplaceLabel))),
        (1, What::LoseState),
        (60, calm()),
        (20, What::Person(Deed::Reply, 0)),
    ];
    must_hold(story(told));
}

/// Words that wait to be carried, and whose writer made them the twin of a copy that is gone: they are withdrawn, not sent
/// though their issue is secured by now.
#[test]
fn what_waits_and_turns_out_to_be_a_twin_is_withdrawn() {
    hush();
    let told = vec![
        (5, What::Person(Deed::Comment { restricted: false, as_bot: false }, 1)),
        (5, What::Person(Deed::Reply, 1)),
        (60, calm()),
        (5, What::Person(Deed::DeleteReply, 0)),
        (20, calm()),
        (5, forges(Forgery::Note { side: Side::JIRA, how: How::Beside, of: Of::Copied })),
        (30, What::Run(Run { busy: true, ..Run::default() })),
        (60, What::Person(Deed::Hide(Hide::Issue), 1)),
        (60, calm()),
    ];
    for register in [true, false] {
        must_hold(within(story(told.clone()), |world| world.register = register));
    }
}

/// An older reply, which has a copy of its own, gets the seal of a copy: it is an original all the same, and no rival.
#[test]
fn an_original_with_a_copied_seal_is_no_rival_of_the_copy() {
    hush();
    let comment = |pick| What::Person(Deed::Comment { restricted: false, as_bot: false }, pick);
    for (here, there) in [(1, 2), (2, 1)] {
        let forgery = Deed::Forge(Forgery::Old { side: Side::GUANCE, of: Of::Copied });
        let told = vec![
            (5, What::Person(Deed::OpenGuance { listed: true }, 1)),
            (60, calm()),
            (5, What::Person(Deed::Reply, here)),
            (60, calm()),
            (5, comment(here)),
            (60, calm()),
            (5, What::Person(forgery, here)),
            (20, What::RotateKey),
            (60, What::LoseState),
            // What is written in the other pair tells which account is ours now.
            (5, comment(there)),
            (60, calm()),
            (5, comment(here)),
            (60, calm()),
        ];
        must_hold(story(told));
    }
}

/// Another account on either side, with or without the state: nothing is doubled, and nothing comes back.
#[test]
fn another_account_doubles_nothing() {
    hush();
    let attaches = |side| What::Person(Deed::Attach(FileDeed { side, large: false, shown: false }), 1);
    for moved in [What::MoveBot, What::RotateKey] {
        for lost in [None, Some(What::LoseState), Some(What::RestoreState)] {
            for former in [false, true] {
                let told = vec![
                    (5, What::SaveState),
                    (17, attaches(Side::GUANCE)),
                    (5, attaches(Side::JIRA)),
                    (5, What::Person(Deed::Reply, 1)),
                    (5, What::Person(Deed::Comment { restricted: false, as_bot: false }, 1)),
                    (20, calm()),
                    (20, moved.clone()),
                ];
                let told = told.into_iter().chain(lost.clone().map(|what| (1, what)));
                let told = told.chain([(60, calm()), (5, What::Person(Deed::EditReply, 1)), (60, moved.clone())]);
                let files = if former { Direction::Both } else { Direction::ToGuance };
                must_hold(within(story(told.collect()), |world| (world.files, world.trust.former) = (files, former)));
            }
        }
    }
    // Where the links are known, so are the files.
    let told = vec![(17, attaches(Side::GUANCE)), (8, calm()), (20, What::MoveBot)];
    must_hold(within(story(told), |world| (world.files, world.trust.former) = (Direction::Both, true)));
}

/// What version 0.1 believed is found out by an edit, and again where an older copy of the state believes it again: there
/// nothing tells yet which account is ours on Guance.
#[test]
fn what_an_older_state_believed_is_found_out_once_more() {
    hush();
    for pick in 0..4 {
        let told = vec![
            (1, What::Believe { edited: true, pick }),
            (77, What::SaveState),
            (113, calm()),
            (6589, What::RestoreState),
        ];
        must_hold(story(told));
    }
}

/// A marker for what is about to be copied, wherever somebody puts it: his words travel, and so do those of the original.
#[test]
fn a_forged_marker_keeps_nothing_away() {
    hush();
    for side in Side::BOTH {
        for of in [Of::Here, Of::Next, Of::Nothing, Of::Copied, Of::Elsewhere] {
            for how in [How::Beside, How::Headline, How::Quotation, How::Name, How::File] {
                let write = match side {
                    Side::Source(_) => Deed::Comment { restricted: false, as_bot: false },
                    Side::Tracker(_) => Deed::Reply,
                };
                let edit = if side == Side::GUANCE { Deed::EditComment } else { Deed::EditReply };
                let told = vec![
                    (5, What::Person(write, 1)),
                    (5, forges(Forgery::Note { side, how, of })),
                    (5, forges(Forgery::Old { side, of })),
                    (5, What::Person(write, 1)),
                    (60, calm()),
                    (5, What::Person(edit, 1)),
                    (60, What::LoseState),
                    (5, What::Person(write, 1)),
                ];
                must_hold(within(story(told), |world| world.files = Direction::Both));
            }
        }
    }
}

/// What waits, or is in doubt, when it is taken away from most people's eyes is not sent, and is once it is public again.
#[test]
fn what_is_hidden_while_it_waits_is_not_sent() {
    hush();
    let comment = What::Person(Deed::Comment { restricted: false, as_bot: false }, 1);
    let busy = || What::Run(Run { busy: true, ..Run::default() });
    let unheard = || What::Run(Run { unheard: true, ..Run::default() });
    for hide in [Hide::Comment, Hide::Issue, Hide::Delete] {
        for stuck in [busy(), unheard()] {
            for edited in [false, true] {
                let mut told = vec![(5, comment.clone())];
                if edited {
                    told.extend([(60, calm()), (5, What::Person(Deed::EditNewest, 1))]);
                }
                told.extend([(60, stuck.clone()), (20, What::Person(Deed::Hide(hide), 1)), (90, calm())]);
                told.extend([(20, What::Person(Deed::Hide(Hide::Undo), 1)), (90, calm())]);
                must_hold(within(story(told), |world: &mut Setup| world.max_lag_s = 500));
            }
        }
    }
}
