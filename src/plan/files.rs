//! Which attached files travel, in either direction.

use chrono::TimeDelta;

use crate::domain::{Action, Comment, File, Fingerprint, Key, Known, Push, Stage, Visibility, shown_size};
use crate::plan::comments;
use crate::plan::policy::Policy;
use crate::plan::shown::Showing;
use crate::plan::step::{SkipReason, Step};
use crate::plan::thread::Thread;
use crate::render;
use crate::words::Summary;

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
    let showing: Vec<Showing<'_>> = thread.comments.iter().map(Showing::of).collect();
    let restricted = |file| restriction(&showing, visibility, file, files).filter(|_| !policy.flow.copy_restricted);
    let decide = |file| one(thread, restricted(file), file, known, policy);
    files.iter().map(|file| comments::open_only(thread, decide(file), policy)).collect()
}

fn one(thread: &Thread<'_>, restricted: Option<String>, file: &File, known: &Known, policy: &Policy) -> Step {
    let key = Key::file(file.side, &file.id);
    let skip = |reason| Step::Skip { item: key.as_str().to_owned(), reason };
    if file.ours || known.file_copies.contains(&file.id) {
        return skip(SkipReason::Echo);
    }
    if known.files.contains(&(file.side, file.id.clone())) {
        return skip(SkipReason::Unchanged);
    }
    let queued = known.outbox.get(&key).map(|(stage, _)| *stage);
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
        (None, None, None) => Step::Push(push(thread, file, key, policy)),
    }
}

/// An attachment has no restriction of its own: it shares that of its issue, and of a comment that shows it, or may do so.
fn restriction(showing: &[Showing<'_>], visibility: &Visibility, file: &File, all: &[File]) -> Option<String> {
    if let Visibility::Restricted(why) = visibility {
        return Some(why.clone());
    }
    let restricted = || {
        showing.iter().filter_map(|one| match &one.comment.visibility {
            Visibility::Restricted(why) => Some((one, why)),
            Visibility::Public => None,
        })
    };
    if let Some((_, why)) = restricted().find(|(one, _)| one.may_name(file) || is_shown_by_time(one.comment, file)) {
        return Some(format!("{why} (a comment that shows it)"));
    }
    let (_, why) = restricted().find(|(one, _)| one.is_unclear(all) && was_there(one.comment, file))?;
    // Our own copies say what people of the other side wrote, who may guess a name.
    let is_public = |one: &&Showing<'_>| one.comment.visibility == Visibility::Public && one.comment.claim.is_none();
    let is_named = showing.iter().filter(is_public).any(|one| one.names(file, all));
    let doubt =
        || format!("{why} (a comment that shows a file without its name, and no public comment names this one)");
    (!is_named).then(doubt)
}

/// Not every kind of text names the files that it shows: then it counts who attached the file, and when.
fn is_shown_by_time(comment: &Comment, file: &File) -> bool {
    let same_person = !comment.author.id.is_empty() && comment.author.id == file.author.id;
    let is_after = file.created.is_some_and(|at| at >= comment.created - ATTACHED_BEFORE);
    same_person && is_after && was_there(comment, file)
}

/// Whether a file was there when a comment was last changed.
fn was_there(comment: &Comment, file: &File) -> bool {
    file.created.is_none_or(|at| at <= comment.updated + ATTACHED_AFTER)
}

fn push(thread: &Thread<'_>, file: &File, key: Key, policy: &Policy) -> Push {
    let target = thread.side.opposite();
    let (link, url) = (thread.link, thread.url);
    let size = file.size.map(|size| size.to_string()).unwrap_or_default();
    let content = Fingerprint::of(&[&file.name, &size]);
    let note = render::file(file, &link.jira_name, url, &content, policy.voice);
    let origin_url = url.to_owned();
    let summary = Summary::Attachment { file: file.label(), name: link.jira_name.clone() }.to_string();
    let issue = link.id(target).clone();
    let action = Action::AddFile { issue, file: Box::new(file.clone()), note, origin_url };
    Push { key, pair: link.guance.clone(), target, action, content, summary, seal: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::{Claim, FileId, IssueId, IssueLink, Maker, Person, Side, fixtures};
    use crate::plan::{Extent, Flow};
    use crate::text::{Block, Doc, Inline};

    const URL: &str = "https://jira.example/browse/OPS-1";

    fn link() -> IssueLink {
        IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1")
    }

    fn person(id: &str) -> Person {
        Person { id: id.into(), name: id.into(), email: None }
    }

    fn file(name: &str) -> File {
        File {
            name: name.into(),
            size: Some(5),
            author: person("alice"),
            created: Some(fixtures::at(100_000)),
            ..fixtures::file(Side::JIRA, "10009")
        }
    }

    fn comment(author: &str, text: &str, minutes_later: i64) -> Comment {
        let time = fixtures::at(100_000 + 60 * minutes_later);
        Comment {
            author: person(author),
            body: Doc::from_plain(text),
            created: time,
            updated: time,
            visibility: Visibility::Restricted("role Administrators".into()),
            ..fixtures::comment(Side::JIRA, "10042")
        }
    }

    fn decide(file: &File, comments: &[Comment], known: &Known, change: impl FnOnce(&mut Flow)) -> Step {
        let mut flow = Flow::default();
        change(&mut flow);
        let link = link();
        let thread = Thread { link: &link, side: Side::JIRA, url: URL, comments, extent: Extent::All, originals: None };
        let policy = Policy { flow, ..Policy::default() };
        of_thread(&thread, &Visibility::Public, std::slice::from_ref(file), known, &policy).remove(0)
    }

    #[test]
    fn a_file_travels_once_with_a_reply_that_says_where_it_is() {
        let one = file("trace.txt");
        let Step::Push(push) = decide(&one, &[], &Known::default(), |_| {}) else { panic!() };
        assert_eq!((push.key.as_str(), push.target), ("jira/attachment/10009", Side::GUANCE));
        let Action::AddFile { note, .. } = &push.action else { panic!() };
        let text = note.canonical();
        assert!(text.contains("browse/OPS-1?attachment=10009#guajira-") && text.contains("trace.txt (5 B)"), "{text}");
        let mut known = Known::default();
        known.files.insert((Side::JIRA, one.id.clone()));
        let step = decide(&one, &[], &known, |_| {});
        assert!(matches!(step, Step::Skip { reason: SkipReason::Unchanged, .. }), "{step:?}");
        let step = decide(&File { ours: true, ..one.clone() }, &[], &Known::default(), |_| {});
        assert!(matches!(step, Step::Skip { reason: SkipReason::Echo, .. }), "{step:?}");
        // A copy stays one when it was made with another account.
        let mut copied = Known::default();
        copied.file_copies.insert(one.id.clone());
        let step = decide(&one, &[], &copied, |_| {});
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
        let key = Key::file(Side::JIRA, &FileId::new("10009"));
        waiting.outbox.insert(key, (Stage::Pending, Fingerprint::of(&["x"])));
        let step = decide(&file("trace.txt"), &[comment("bob", "trace.txt", 1)], &waiting, |_| {});
        assert!(matches!(step, Step::Withdraw { .. }), "it must not be sent after all: {step:?}");
    }

    fn showing(alt: &str, url: &str) -> Doc {
        let image = Inline::Image { url: url.into(), alt: alt.into() };
        Doc { blocks: vec![Block::paragraph("look"), Block::Paragraph { content: vec![image] }] }
    }

    /// Which of these files stay beside these comments.
    fn kept(files: &[File], comments: &[Comment]) -> Vec<bool> {
        let link = link();
        let thread = Thread { link: &link, side: Side::JIRA, url: URL, comments, extent: Extent::All, originals: None };
        let steps = of_thread(&thread, &Visibility::Public, files, &Known::default(), &Policy::default());
        steps.iter().map(|step| matches!(step, Step::Skip { reason: SkipReason::Restricted(_), .. })).collect()
    }

    #[test]
    fn what_a_restricted_comment_may_show_stays_unless_a_public_one_names_it() {
        let nameless = |minutes: i64| Comment { body: showing("", ""), ..comment("bob", "", minutes) };
        let public = |text: &str| Comment { visibility: Visibility::Public, ..comment("bob", text, 1) };
        let key = Key::file(Side::GUANCE, &FileId::new("1"));
        let claim = Some(Claim { key, proven: true, written: None, maker: Maker::Us, sealed: true });
        let edited = Comment { updated: comment("bob", "", 9).created, ..nameless(-9) };
        let lost = File { created: None, ..file("trace.txt") };
        for (comments, stays) in [
            (vec![nameless(0)], true),
            (vec![nameless(9000)], true),
            (vec![nameless(-1)], true),
            (vec![nameless(-2)], false),
            (vec![edited], true),
            (vec![Comment { visibility: Visibility::Public, ..nameless(1) }], false),
            (vec![Comment { body: showing("the password", ""), ..comment("bob", "", 1) }], true),
            (vec![Comment { body: showing("other.txt", ""), ..comment("bob", "", 1) }], false),
            (vec![Comment { body: showing("", "https://x.example/a.png"), ..comment("bob", "", 1) }], false),
            (vec![Comment { body: Doc::default(), ..comment("bob", "", 1) }], true),
            (vec![nameless(1), public("see trace.txt")], false),
            (vec![nameless(1), public("see trace.txt.gpg")], true),
            (vec![nameless(1), Comment { body: showing("trace.txt", ""), ..public("") }], false),
            (vec![nameless(1), Comment { body: showing("", ""), ..public("") }], true),
            (vec![nameless(1), Comment { claim, ..public("see trace.txt") }], true),
        ] {
            let files = [file("trace.txt"), File { id: FileId::new("10010"), ..file("other.txt") }];
            assert_eq!(kept(&files, &comments).first(), Some(&stays), "{comments:?}");
        }
        assert_eq!(kept(&[lost], &[nameless(-100)]), [true], "nobody knows since when it is there");
        let twins = [file("a.png"), File { id: FileId::new("10010"), ..file("A.png") }];
        assert_eq!(kept(&twins, &[nameless(1), public("a.png")]), [true, true], "nobody knows which is meant");
        let link = "https://jira.example/secure/attachment/10010/a.png";
        let linked = Comment { body: showing("", link), ..public("") };
        assert_eq!(kept(&twins, &[nameless(1), linked.clone()]), [true, false]);
        let restricted = Comment { visibility: Visibility::Restricted("x".into()), ..linked };
        assert_eq!(kept(&twins, &[restricted]), [true, true], "by its name, and by its id");
    }

    #[test]
    fn a_name_is_found_whatever_a_format_made_of_it() {
        for (name, text, found) in [
            ("a_long_name_.txt", "see *a*long*name*.txt", true),
            ("two  blanks.png", "see two blanks.png", true),
            ("a _quoted_ name.png", "see a \"quoted\" name.png", true),
            ("磁盘 图片 (1).png", "见磁盘图片(1).png", true),
            ("Trace.TXT", "see trace.txt", true),
            ("a.txt", "a txt", false),
            ("trace.txt", "see the trace", false),
        ] {
            assert_eq!(kept(&[file(name)], &[comment("bob", text, 9000)]), [found], "{name} {text}");
        }
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
