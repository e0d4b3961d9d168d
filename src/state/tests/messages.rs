//! What becomes of a message to a chat room.

use super::*;
use crate::domain::{Event, Message};

fn message(text: &str) -> Message {
    Message {
        id: Message::id_of(Event::Created, text),
        event: Event::Created,
        at: at(0),
        count: 1,
        source: "guance".to_owned(),
        item: None,
        jira: None,
        title: String::new(),
        level: None,
        who: None,
        status: None,
        excerpt: "what somebody wrote".to_owned(),
        mention: Vec::new(),
        text: text.to_owned(),
    }
}

const ITEM: &str = "guance/issue/issue_a";

fn wait(state: &State, key: &str, sink: &str) {
    let tx = state.begin().unwrap();
    let new = NewMessage { key, sink, item: ITEM, summary: "message", message: &message(key) };
    tx.enqueue_message(&new, at(1)).unwrap();
    tx.commit().unwrap();
}

fn change<T>(state: &State, what: impl FnOnce(&Tx<'_>) -> Result<T, StateError>) -> T {
    let tx = state.begin().unwrap();
    let done = what(&tx).unwrap();
    tx.commit().unwrap();
    done
}

fn waiting(state: &State, sink: &str) -> Vec<String> {
    state.waiting_messages(sink, 10).unwrap().into_iter().map(|one| one.key).collect()
}

const WHY: SendFailure<'static> = SendFailure { error: "no answer", hint: Some("look") };

#[test]
fn a_message_waits_once_in_the_order_in_which_it_came() {
    let (_dir, state) = fresh();
    for key in ["b", "a", "b"] {
        wait(&state, key, "oncall");
    }
    wait(&state, "c", "ops");
    assert_eq!((waiting(&state, "oncall"), waiting(&state, "ops")), (vec!["b".into(), "a".into()], vec!["c".into()]));
    assert_eq!(state.waiting_messages("oncall", 1).unwrap().remove(0).message, message("b"));
    // What was sent is not made anew.
    change(&state, |tx| tx.message_leaves(&["b"], at(2)).and_then(|()| tx.message_sent(&["b"], None)));
    wait(&state, "b", "oncall");
    assert_eq!(waiting(&state, "oncall"), ["a"]);
    let kept: String = state.conn.query_row("SELECT body FROM message WHERE key = 'b'", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "", "its words are not kept");
}

#[test]
fn what_a_killed_run_left_in_flight_counts_as_sent() {
    let (_dir, state) = fresh();
    wait(&state, "a", "oncall");
    wait(&state, "b", "oncall");
    change(&state, |tx| tx.message_leaves(&["a"], at(2)));
    assert_eq!(waiting(&state, "oncall"), ["b"]);
    assert_eq!(change(&state, |tx| tx.messages_cut_off(WHY)), 1);
    assert_eq!(change(&state, |tx| tx.messages_cut_off(WHY)), 0);
    let told = state.messages_about([ITEM.to_owned()].iter()).unwrap();
    let told: Vec<(&str, Option<&str>)> = told.iter().map(|one| (one.stage.as_str(), one.error.as_deref())).collect();
    assert_eq!(told, [("sent", Some("no answer")), ("pending", None)]);
    assert!(state.has_room_failed("oncall").unwrap() && !state.has_room_failed("ops").unwrap());
}

#[test]
fn what_certainly_was_not_sent_waits_and_what_was_refused_is_for_a_person() {
    let (_dir, state) = fresh();
    wait(&state, "a", "oncall");
    wait(&state, "b", "oncall");
    change(&state, |tx| tx.message_waits(&["a"], at(100), WHY));
    change(&state, |tx| tx.message_dies(&["b"], WHY));
    let first = state.waiting_messages("oncall", 10).unwrap().remove(0);
    assert_eq!((first.attempts, first.not_before), (1, at(100)));
    assert!(State::is_put_off(first.not_before, at(99)) && !State::is_put_off(first.not_before, at(100)));
    assert!(!State::is_put_off(at(100_000), at(99)), "that was noted by a clock that was ahead");
    let backlog = MessageBacklog { waiting: 1, failing: 1, dead: 1, dropped: 0 };
    assert_eq!(state.message_backlog().unwrap(), backlog);
    let stuck: Vec<String> = state.stuck_items().unwrap().into_iter().map(|item| item.stage).collect();
    assert_eq!(stuck, ["pending", "dead"]);

    assert_eq!(change(&state, |tx| tx.give_up_messages("nothing", "x", at(5))), 0);
    assert_eq!(change(&state, |tx| tx.give_up_messages("issue_a", "nobody reads it", at(5))), 1);
    assert_eq!(state.message_backlog().unwrap(), MessageBacklog { dead: 0, dropped: 1, ..backlog });
    assert_eq!(change(&state, |tx| tx.revive_messages(None)), 1, "what was given up stays so");
    assert_eq!(change(&state, |tx| tx.revive_messages(Some("b"))), 1);
    assert_eq!(waiting(&state, "oncall"), ["a", "b"]);
    assert_eq!(state.message_backlog().unwrap(), MessageBacklog { waiting: 2, ..MessageBacklog::default() });
}

#[test]
fn what_was_taken_back_is_told_nobody() {
    let (_dir, state) = fresh();
    for key in ["a", "b"] {
        wait(&state, key, "oncall");
    }
    change(&state, |tx| tx.message_leaves(&["a"], at(2)).and_then(|()| tx.message_sent(&["a"], None)));
    change(&state, |tx| tx.untell(&ITEM.parse().unwrap()));
    assert_eq!(state.messages_about([ITEM.to_owned()].iter()).unwrap().len(), 1, "what was sent stays in the history");
    assert!(waiting(&state, "oncall").is_empty());
}

#[test]
fn the_pace_is_remembered_for_an_hour_and_requests_do_not_touch_it() {
    let (_dir, state) = fresh();
    state.record_sent_to("oncall", at(0)).unwrap();
    state.record_sent_to("ops", at(1)).unwrap();
    state.record_request("key", at(3000)).unwrap();
    state.record_sent_to("oncall", at(3000)).unwrap();
    assert_eq!(state.sent_to("oncall", at(3000)).unwrap(), [at(0), at(3000)]);
    state.record_sent_to("oncall", at(3601)).unwrap();
    assert_eq!(state.sent_to("oncall", at(3601)).unwrap(), [at(3000), at(3601)]);
    assert_eq!(state.sent_to("ops", at(3600)).unwrap(), [at(1)]);
}

#[test]
fn what_waits_for_a_room_that_is_gone_is_forgotten() {
    let (_dir, state) = fresh();
    wait(&state, "a", "oncall");
    wait(&state, "b", "ops");
    assert_eq!(change(&state, |tx| tx.forget_other_rooms(&["ops", "other"])), 1);
    assert_eq!((waiting(&state, "oncall").len(), waiting(&state, "ops").len()), (0, 1));
}
