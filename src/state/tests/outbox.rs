//! What becomes of a write.

use super::*;
use crate::domain::Stage;

#[test]
fn a_text_of_any_depth_can_be_read_back() {
    let (_dir, state) = fresh();
    let (open, close) = ("<blockquote><ul><li><table><tr><td>", "</td></tr></table></li></ul></blockquote>");
    let nested = |open: &str, close: &str| {
        format!("{}<a href='https://x'><b>deep</b></a>{}", open.repeat(300), close.repeat(300))
    };
    let texts = [
        nested("<ul><li>", "</li></ul>"),
        nested("<blockquote>", "</blockquote>"),
        nested("<table><tr><td>", "</td></tr></table>"),
        nested(open, close),
    ];
    for (n, text) in texts.iter().enumerate() {
        let mut push = comment(&n.to_string(), &n.to_string(), "x");
        let Action::AddComment { body, .. } = &mut push.action else { panic!() };
        *body = crate::text::html::read(text);
        enqueue(&state, &push);
        assert_eq!(state.ready(Side::GUANCE, at(100), 50).unwrap().get(n).map(|queued| &queued.push), Some(&push));
    }
}

#[test]
fn enqueueing_twice_adds_nothing_and_an_unsent_write_follows_its_original() {
    let (_dir, state) = fresh();
    enqueue(&state, &comment("1", "a", "old"));
    enqueue(&state, &comment("1", "a", "new"));
    let rows = state.unsettled().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows.first().unwrap().push, comment("1", "a", "new"));
}

#[test]
fn a_write_in_flight_is_not_touched_by_a_new_plan() {
    let (_dir, state) = fresh();
    let push = comment("1", "a", "old");
    enqueue(&state, &push);
    let tx = state.begin().unwrap();
    tx.mark_in_flight(&[&push.key], at(1)).unwrap();
    tx.commit().unwrap();
    enqueue(&state, &comment("1", "a", "new"));
    let rows = state.in_flight(Side::GUANCE).unwrap();
    assert_eq!(rows.first().map(|row| (&row.push, row.stage)), Some((&push, Stage::InFlight)));
}

#[test]
fn a_newer_edit_replaces_an_unsent_one_and_an_old_one_may_come_back() {
    let (_dir, state) = fresh();
    let edit = |text: &str| {
        let mut push = comment("1", "a", text);
        push.key = push.key.edit(&push.content);
        push
    };
    enqueue(&state, &edit("b"));
    enqueue(&state, &edit("c"));
    assert_eq!(ready(&state), [edit("c").key.as_str()]);
    let tx = state.begin().unwrap();
    tx.done(&edit("c").key, at(1)).unwrap();
    tx.commit().unwrap();
    enqueue(&state, &edit("b"));
    enqueue(&state, &edit("c"));
    assert_eq!(ready(&state), [edit("c").key.as_str()]);
}

#[test]
fn what_turned_out_to_be_done_is_not_put_back_nor_given_up() {
    let (_dir, state) = fresh();
    let push = comment("10001", "issue_a", "hello");
    enqueue(&state, &push);
    let tx = state.begin().unwrap();
    tx.mark_in_flight(&[&push.key], at(1)).unwrap();
    tx.done(&push.key, at(2)).unwrap();
    tx.defer(&push.key, Deferral { not_before: at(3), counts: true }, Some("unsure")).unwrap();
    tx.bury(&push.key, "refused", at(3)).unwrap();
    tx.mark_in_flight(&[&push.key], at(4)).unwrap();
    tx.commit().unwrap();
    assert_eq!((state.unsettled().unwrap(), state.in_flight(Side::GUANCE).unwrap()), (Vec::new(), Vec::new()));
    assert_eq!(ready(&state), Vec::<String>::new());
}

#[test]
fn retry_takes_a_key_the_id_of_an_item_or_everything() {
    let (_dir, state) = fresh();
    for (id, pair) in [("1", "a"), ("2", "b"), ("3", "c")] {
        let push = comment(id, pair, "x");
        enqueue(&state, &push);
        let tx = state.begin().unwrap();
        tx.bury(&push.key, "no", at(1)).unwrap();
        tx.commit().unwrap();
    }
    let revive = |id: Option<&str>| {
        let tx = state.begin().unwrap();
        let n = tx.revive(id).unwrap();
        tx.commit().unwrap();
        n
    };
    assert_eq!(revive(Some("jira/comment/1")), 1);
    assert_eq!(revive(Some("2")), 1);
    assert_eq!(revive(Some("unknown")), 0);
    assert_eq!(revive(None), 1);
}
