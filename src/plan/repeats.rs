//! A monitor's repeated alarms, which Guance appends to an open issue as replies.
//!
//! The number is that of the thread, never a count of what was seen: so it is right after any loss, and a thread that
//! is read again changes nothing.

use chrono::{DateTime, Utc};

use crate::domain::{Comment, CommentId, IssueId, Person, Side, Visibility};
use crate::plan::policy::{Policy, Repeats};
use crate::plan::thread::Thread;
use crate::text::{Block, Doc};
use crate::words::{Voice, Written};

/// Returns the id of the one comment on Jira that counts a pair's repeats.
pub fn notice_id(pair: &IssueId) -> CommentId {
    CommentId::notice(&[pair.as_str(), "repeats"])
}

/// Returns what becomes of the repeats in this thread.
pub(super) fn wanted(thread: &Thread<'_>, policy: &Policy) -> Repeats {
    match thread.side {
        Side::Source(_) => policy.repeats(&thread.link.jira_name),
        Side::Tracker(_) => Repeats::Comment,
    }
}

/// Returns the comment that tells how many repeats the thread holds, and when the last came; `None` while there is
/// nothing to tell, and where only a part of the thread was read. `told` is whether there is such a comment already.
pub(super) fn tally(thread: &Thread<'_>, told: bool) -> Option<Comment> {
    let (_, latest) = counted(thread)?;
    if latest.is_none() && !told {
        return None;
    }
    let body = words(thread, Voice::default())?;
    let latest = latest.unwrap_or(DateTime::UNIX_EPOCH);
    Some(Comment {
        side: thread.side,
        id: notice_id(&thread.link.guance),
        issue: thread.link.id(thread.side).clone(),
        url: thread.url.to_owned(),
        author: Person::default(),
        body,
        created: latest,
        updated: latest,
        visibility: Visibility::Public,
        claim: None,
        by_monitor: false,
    })
}

/// Returns what that comment says; `None` where only a part of the thread was read.
pub(super) fn words(thread: &Thread<'_>, voice: Voice) -> Option<Doc> {
    let text = match counted(thread)? {
        (_, None) => voice.say(Written::NoRepeats),
        (count, Some(last)) => voice.say(Written::Repeats { count, last: &voice.second(last) }),
    };
    Some(Doc { blocks: vec![Block::paragraph(&text)] })
}

/// Returns how many repeats a whole thread holds, and when the last came.
fn counted(thread: &Thread<'_>) -> Option<(usize, Option<DateTime<Utc>>)> {
    let rows = thread.rows()?;
    let repeats = || rows.iter().filter(|row| row.by_monitor);
    Some((repeats().count(), repeats().map(|repeat| repeat.created).max()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::{Action, CommentLink, IssueLink, Key, Known, Stage, fixtures};
    use crate::plan::{Extent, Flow, Route, SkipReason, Step, comments};

    fn row(second: i64, by_monitor: bool) -> Comment {
        let time = fixtures::at(second);
        Comment {
            body: Doc::from_plain("still full"),
            created: time,
            updated: time,
            by_monitor,
            ..fixtures::comment(Side::GUANCE, &format!("repim_{second}"))
        }
    }

    fn decide(rows: &[Comment], repeats: Repeats, known: &Known, flow: Flow) -> Vec<Step> {
        let link = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
        let route = Route { project: "OPS".into(), repeats, ..Route::default() };
        let policy = Policy { routes: vec![route], flow, ..Policy::default() };
        let thread = Thread {
            link: &link,
            side: Side::GUANCE,
            url: "https://g/issue_a",
            comments: rows,
            extent: Extent::All,
            originals: None,
        };
        comments::thread(&thread, known, &policy).steps
    }

    fn pushed(steps: &[Step]) -> Vec<(&str, String)> {
        fn text(step: &Step) -> Option<(&str, String)> {
            let Step::Push(push) = step else { return None };
            match &push.action {
                Action::AddComment { body, .. } | Action::EditComment { body, .. } => {
                    Some((push.key.as_str(), body.plain_text()))
                }
                _ => None,
            }
        }
        steps.iter().filter_map(text).collect()
    }

    #[test]
    fn people_are_never_counted_and_repeats_only_where_a_route_says_so() {
        let rows = [row(60, true), row(70, false), row(80, true)];
        for (repeats, keys) in [(Repeats::Comment, 3), (Repeats::Count, 2), (Repeats::Skip, 1)] {
            let steps = decide(&rows, repeats, &Known::default(), Flow::default());
            let pushed = pushed(&steps);
            assert_eq!(pushed.len(), keys, "{repeats:?} {pushed:?}");
            assert!(pushed.iter().any(|(key, _)| key.ends_with("repim_70")));
            let told = pushed.iter().any(|(_, text)| text.contains("2 times, last at 1970-01-01 00:01:20 UTC"));
            assert_eq!(told, repeats == Repeats::Count);
        }
    }

    #[test]
    fn the_count_changes_when_the_thread_does_and_only_then() {
        let mut known = Known::default();
        let id = notice_id(&IssueId::new("issue_a"));
        let steps = decide(&[row(60, true)], Repeats::Count, &known, Flow::default());
        let Some(Step::Push(first)) = steps.last() else { panic!("{steps:?}") };
        assert_eq!(first.key, Key::comment(Side::GUANCE, &id));
        let link = CommentLink {
            origin: Side::GUANCE,
            origin_id: id.clone(),
            copy_id: CommentId::new("10042"),
            pair: IssueId::new("issue_a"),
            written: Some(first.content.clone()),
        };
        known.comments.insert((Side::GUANCE, id.clone()), link);
        let flow = || Flow { edits: false, ..Flow::default() };
        assert!(pushed(&decide(&[row(60, true)], Repeats::Count, &known, flow())).is_empty());
        let more = decide(&[row(60, true), row(61, true)], Repeats::Count, &known, flow());
        assert!(pushed(&more)[0].1.contains("2 times"), "a number is no edit of a person's: {more:?}");
        assert!(pushed(&decide(&[], Repeats::Count, &known, flow()))[0].1.contains("No repeat"));
        assert!(decide(&[], Repeats::Count, &Known::default(), flow()).is_empty());
    }

    #[test]
    fn a_repeat_that_waits_is_taken_back_and_one_that_is_a_comment_stays() {
        let rows = [row(60, true)];
        let mut known = Known::default();
        known.outbox.insert(Key::comment(Side::GUANCE, &rows[0].id), (Stage::Pending, rows[0].fingerprint()));
        let steps = decide(&rows, Repeats::Skip, &known, Flow::default());
        assert!(matches!(steps.as_slice(), [Step::Withdraw { reason: SkipReason::Repeat, .. }]), "{steps:?}");
        let off = Flow { replies: false, ..Flow::default() };
        assert!(pushed(&decide(&rows, Repeats::Count, &Known::default(), off)).is_empty());
    }
}
