//! Which attached files travel, in either direction.

use chrono::TimeDelta;

use crate::domain::{Action, Comment, File, Fingerprint, Key, Known, Push, Stage, Visibility, shown_size};
use crate::plan::{Policy, SkipReason, Step, Thread, comments};
use crate::render;

/// How long before a comment people attach what it shows.
const ATTACHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// How long after a comment's last change a file may still belong to it.
const ATTACHED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Decides about every file of an issue whose whole thread was read, and that `visibility` says who may see.
pub fn of_thread(
    thread: &Thread<'_>,
    visibility: &Visibility,
    files: &[File],
    known: &Known,
    policy: &Policy,
) -> Vec<Step> {
    let decide = |file| one(thread, visibility, file, known, policy);
    files.iter().map(|file| comments::open_only(thread, decide(file), policy)).collect()
}

fn one(thread: &Thread<'_>, visibility: &Visibility, file: &File, known: &Known, policy: &Policy) -> Step {
    let key = Key::file(file.side, &file.id);
    let skip = |reason| Step::Skip { item: key.as_str().to_owned(), reason };
    if file.ours {
        return skip(SkipReason::Echo);
    }
    if known.files.contains(&(file.side, file.id.clone())) {
        return skip(SkipReason::Unchanged);
    }
    let queued = known.outbox.get(&key).map(|(stage, _)| *stage);
    let restricted = restriction(thread, visibility, file).filter(|_| !policy.flow.copy_restricted);
    let limit = policy.flow.max_attachment;
    match (queued, restricted, file.size.filter(|size| *size > limit)) {
        (Some(Stage::InFlight), ..) => skip(SkipReason::InDoubt),
        (Some(Stage::Done), ..) => skip(SkipReason::Unchanged),
        (Some(_), Some(why), _) => Step::Withdraw { key, reason: SkipReason::Restricted(why) },
        (None, Some(why), _) => skip(SkipReason::Restricted(why)),
        (Some(Stage::Dead), None, _) => skip(SkipReason::Dead),
        (Some(_), None, _) => skip(SkipReason::Queued),
        (None, None, Some(_)) => {
            let reason = SkipReason::TooLarge(format!("{} is larger than {}", file.label(), shown_size(limit)));
            Step::Skip { item: thread.link.guance.to_string(), reason }
        }
        (None, None, None) => Step::Push(push(thread, file, key)),
    }
}

/// An attachment has no restriction of its own: it shares that of its issue, and of a comment that shows it.
fn restriction(thread: &Thread<'_>, visibility: &Visibility, file: &File) -> Option<String> {
    if let Visibility::Restricted(why) = visibility {
        return Some(why.clone());
    }
    thread.comments.iter().find_map(|comment| match &comment.visibility {
        Visibility::Restricted(why) if shows(comment, file) => Some(format!("{why} (a comment that shows it)")),
        _ => None,
    })
}

/// Not every kind of text names the files that it shows: then it counts who attached the file, and when.
fn shows(comment: &Comment, file: &File) -> bool {
    let by_name = comment.body.canonical().contains(&file.name);
    let same_person = !comment.author.id.is_empty() && comment.author.id == file.author.id;
    let during = |at| at >= comment.created - ATTACHED_BEFORE && at <= comment.updated + ATTACHED_AFTER;
    by_name || (same_person && file.created.is_some_and(during))
}

fn push(thread: &Thread<'_>, file: &File, key: Key) -> Push {
    let target = thread.side.opposite();
    let (link, url) = (thread.link, thread.url);
    let size = file.size.map(|size| size.to_string()).unwrap_or_default();
    let content = Fingerprint::of(&[&file.name, &size]);
    let note = render::file(file, &link.jira_name, url, &content);
    let origin_url = url.to_owned();
    let summary = format!("attachment {} of {}", file.label(), link.jira_name);
    let issue = link.id(target).clone();
    let action = Action::AddFile { issue, file: Box::new(file.clone()), note, origin_url };
    Push { key, lane: link.guance.clone(), target, action, content, summary, seal: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use chrono::DateTime;

    use super::*;
    use crate::domain::{CommentId, FileId, IssueId, IssueLink, Person, Side};
    use crate::plan::Flow;
    use crate::text::Doc;

    const URL: &str = "https://jira.example/browse/OPS-1";

    fn link() -> IssueLink {
        IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1")
    }

    fn person(id: &str) -> Person {
        Person { id: id.into(), name: id.into(), email: None }
    }

    fn file(name: &str) -> File {
        File {
            side: Side::Jira,
            id: FileId::new("10009"),
            issue: IssueId::new("10001"),
            name: name.into(),
            size: Some(5),
            mime: None,
            url: None,
            author: person("alice"),
            created: DateTime::from_timestamp(100_000, 0),
            ours: false,
        }
    }

    fn comment(author: &str, text: &str, minutes_later: i64) -> Comment {
        let time = DateTime::from_timestamp(100_000 + 60 * minutes_later, 0).unwrap();
        Comment {
            side: Side::Jira,
            id: CommentId::new("10042"),
            issue: IssueId::new("10001"),
            url: String::new(),
            author: person(author),
            body: Doc::from_plain(text),
            created: time,
            updated: time,
            visibility: Visibility::Restricted("role Administrators".into()),
            claim: None,
            by_monitor: false,
        }
    }

    fn decide(file: &File, comments: &[Comment], known: &Known, change: impl FnOnce(&mut Flow)) -> Step {
        let mut flow = Flow::default();
        change(&mut flow);
        let link = link();
        let thread = Thread { link: &link, side: Side::Jira, url: URL, comments, originals: None };
        let policy = Policy { flow, ..Policy::default() };
        of_thread(&thread, &Visibility::Public, std::slice::from_ref(file), known, &policy).remove(0)
    }

    #[test]
    fn a_file_travels_once_with_a_reply_that_says_where_it_is() {
        let one = file("trace.txt");
        let Step::Push(push) = decide(&one, &[], &Known::default(), |_| {}) else { panic!() };
        assert_eq!((push.key.as_str(), push.target), ("jira/attachment/10009", Side::Guance));
        let Action::AddFile { note, .. } = &push.action else { panic!() };
        let text = note.canonical();
        assert!(text.contains("browse/OPS-1?attachment=10009#guajira-") && text.contains("trace.txt (5 B)"), "{text}");
        let mut known = Known::default();
        known.files.insert((Side::Jira, one.id.clone()));
        let step = decide(&one, &[], &known, |_| {});
        assert!(matches!(step, Step::Skip { reason: SkipReason::Unchanged, .. }), "{step:?}");
        let step = decide(&File { ours: true, ..one }, &[], &Known::default(), |_| {});
        assert!(matches!(step, Step::Skip { reason: SkipReason::Echo, .. }), "{step:?}");
    }

    #[test]
    fn what_a_restricted_comment_shows_stays() {
        for (comment, stays) in [
            (comment("bob", "see trace.txt", 5000), true),
            (comment("alice", "see what I attached", 9), true),
            (comment("alice", "see what I attached", 0), true),
            (comment("alice", "hours later", 200), false),
            (comment("bob", "somebody else", 1), false),
            (Comment { visibility: Visibility::Public, ..comment("alice", "trace.txt", 1) }, false),
        ] {
            let all = [comment];
            let step = decide(&file("trace.txt"), &all, &Known::default(), |_| {});
            assert_eq!(matches!(step, Step::Skip { reason: SkipReason::Restricted(_), .. }), stays, "{all:?}");
            let step = decide(&file("trace.txt"), &all, &Known::default(), |flow| flow.copy_restricted = true);
            assert!(matches!(step, Step::Push(_)));
        }
        let mut waiting = Known::default();
        let key = Key::file(Side::Jira, &FileId::new("10009"));
        waiting.outbox.insert(key, (Stage::Pending, Fingerprint::of(&["x"])));
        let step = decide(&file("trace.txt"), &[comment("bob", "trace.txt", 1)], &waiting, |_| {});
        assert!(matches!(step, Step::Withdraw { .. }), "it must not be sent after all: {step:?}");
    }

    #[test]
    fn a_file_of_unknown_size_may_travel_and_one_too_large_stays() {
        let limit = |flow: &mut Flow| flow.max_attachment = 4;
        let step = decide(&file("a"), &[], &Known::default(), limit);
        assert!(
            matches!(&step, Step::Skip { reason: SkipReason::TooLarge(what), .. } if what.contains("5 B")),
            "{step:?}"
        );
        let step = decide(&File { size: None, ..file("a") }, &[], &Known::default(), limit);
        assert!(matches!(step, Step::Push(_)));
    }
}
