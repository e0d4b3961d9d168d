//! Which comments and replies travel, in either direction.

use crate::domain::{
    Action, Claim, Comment, CommentId, CommentLink, FileLink, Fingerprint, Key, Known, Push, Side, Stage, Visibility,
};
use crate::plan::claims::{self, Verdict};
use crate::plan::policy::{Policy, Repeats};
use crate::plan::repeats;
use crate::plan::step::{SkipReason, Step};
use crate::plan::thread::Thread;
use crate::render;
use crate::words::Summary;

/// What was decided about a thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// In the order of the thread.
    pub steps: Vec<Step>,
    /// True when something must wait for an unresolved write: the thread has to be read again.
    pub unfinished: bool,
}

/// Decides about every comment of a thread at hand, and what the whole of it tells, where that was read.
pub fn thread(thread: &Thread<'_>, known: &Known, policy: &Policy) -> Decision {
    let wanted = repeats::wanted(thread, policy);
    let tally = match wanted {
        Repeats::Count => {
            repeats::tally(thread, is_told(&repeats::notice_id(&thread.link.guance), thread.side.source(), known))
        }
        Repeats::Comment | Repeats::Skip => None,
    };
    let mut decision = Decision::default();
    for (row, claim) in claims::late(thread, known) {
        decision.steps.push(adopted(thread, &row, &claim));
    }
    for comment in thread.comments.iter().chain(&tally) {
        let step = match left_out(comment, wanted, known) {
            Some(step) => step,
            None => open_only(thread, one(thread, comment, known, policy), policy),
        };
        decision.unfinished |= matches!(
            &step,
            Step::Skip { reason: SkipReason::InDoubt, .. }
                | Step::Withdraw { reason: SkipReason::Echo, .. }
                | Step::Disown(_)
        );
        decision.steps.push(step);
    }
    decision
}

fn is_told(notice: &CommentId, source: Side, known: &Known) -> bool {
    let waits = known.outbox.contains_key(&Key::comment(source, notice));
    waits || known.comments.contains_key(&(source, notice.clone()))
}

/// A repeat that is to be no comment of its own. One that is a comment already stays one.
fn left_out(comment: &Comment, wanted: Repeats, known: &Known) -> Option<Step> {
    let copied = known.comments.contains_key(&(comment.side, comment.id.clone()));
    if !comment.by_monitor || wanted == Repeats::Comment || copied {
        return None;
    }
    let key = Key::comment(comment.side, &comment.id);
    Some(match known.outbox.get(&key) {
        Some((Stage::InFlight, _)) => Step::Skip { item: comment.id.to_string(), reason: SkipReason::InDoubt },
        Some((Stage::Pending | Stage::Held | Stage::Dead, _)) => Step::Withdraw { key, reason: SkipReason::Repeat },
        Some((Stage::Done, _)) | None => Step::Skip { item: comment.id.to_string(), reason: SkipReason::Repeat },
    })
}

/// Nothing is written to a Jira issue that is closed; when it is open again, its Guance thread is read again. Nor is
/// anything written where one of the two issues is gone.
pub(super) fn open_only(thread: &Thread<'_>, step: Step, policy: &Policy) -> Step {
    match &step {
        Step::Push(push) if !thread.link.is_writable(thread.side.opposite()) => {
            let closed = || policy.closed_word(&thread.link.jira_name).unwrap_or_default().to_owned();
            let reason = match thread.link {
                link if link.unlinked => SkipReason::Unlinked,
                link if link.gone => SkipReason::Gone,
                _ => SkipReason::Closed(closed()),
            };
            Step::Skip { item: push.key.origin().to_string(), reason }
        }
        _ => step,
    }
}

fn one(thread: &Thread<'_>, comment: &Comment, known: &Known, policy: &Policy) -> Step {
    let skip = |reason| Step::Skip { item: comment.id.to_string(), reason };
    let here = thread.side;
    let link = known.comments.get(&(here, comment.id.clone()));
    if link.is_some_and(|link| link.origin != here) || known.carriers.contains(&comment.id) {
        return skip(SkipReason::Echo);
    }
    // No comment is in two issues: somebody's marker was believed once.
    if let Some(link) = link.filter(|link| link.pair != thread.link.guance) {
        return Step::Disown(link.clone());
    }
    // What has a copy is an original, whatever it says of itself.
    if let (Some(claim), None) = (&comment.claim, link) {
        let verdict = claims::judge(thread, &comment.id, claim, known);
        if let Some(withdraw) = no_original(comment, verdict, known) {
            return withdraw;
        }
        match verdict {
            Verdict::Copy => return adopted(thread, &comment.id, claim),
            Verdict::Ours => return skip(SkipReason::SecondClaim),
            Verdict::Undecided => return skip(SkipReason::InDoubt),
            Verdict::Ordinary => {}
        }
    }
    let restricted = restriction(comment).filter(|_| !policy.flow.copy_restricted);
    let key = Key::comment(here, &comment.id);
    let content = comment.fingerprint();
    match (link, restricted) {
        (Some(_), Some(why)) => withdrawn(comment, why, known),
        (Some(link), None) => edited(thread, comment, link, content, known, policy),
        (None, restricted) => created(thread, comment, &key, content, restricted, known, policy),
    }
}

/// What waits to be carried, and turns out to be no original, or none for certain, must not be sent: nothing else looks
/// whether it is still public.
fn no_original(comment: &Comment, verdict: Verdict, known: &Known) -> Option<Step> {
    let key = Key::comment(comment.side, &comment.id);
    let waits = matches!(known.outbox.get(&key), Some((Stage::Pending | Stage::Held, _)));
    (waits && verdict != Verdict::Ordinary).then_some(Step::Withdraw { key, reason: SkipReason::Echo })
}

/// Recognises our own writing by its marker.
fn adopted(thread: &Thread<'_>, copy: &CommentId, claim: &Claim) -> Step {
    let origin = thread.side.opposite();
    let pair = thread.link.guance.clone();
    match (claim.key.comment_on(origin), claim.key.file_on(origin)) {
        (Some(origin_id), _) => {
            let (copy_id, written) = (copy.clone(), claim.written.clone());
            Step::AdoptComment(CommentLink { origin, origin_id, copy_id, pair, written })
        }
        (None, Some(origin_id)) => Step::AdoptFile(FileLink { origin, origin_id, copy_id: copy.to_string(), pair }),
        (None, None) => Step::Skip { item: copy.to_string(), reason: SkipReason::SecondClaim },
    }
}

/// An edit that waits must not be sent any more once the original is restricted.
fn withdrawn(comment: &Comment, why: String, known: &Known) -> Step {
    let origin = Key::comment(comment.side, &comment.id);
    let waits = |(key, (stage, _)): &(&Key, &(Stage, Fingerprint))| {
        **key != origin && key.origin() == origin && matches!(stage, Stage::Pending | Stage::Held | Stage::Dead)
    };
    match known.outbox.iter().find(waits) {
        Some((key, _)) => Step::Withdraw { key: key.clone(), reason: SkipReason::Restricted(why) },
        None => Step::Skip { item: comment.id.to_string(), reason: SkipReason::Restricted(why) },
    }
}

fn restriction(comment: &Comment) -> Option<String> {
    match &comment.visibility {
        Visibility::Restricted(why) => Some(why.clone()),
        Visibility::Public => None,
    }
}

fn created(
    thread: &Thread<'_>,
    comment: &Comment,
    key: &Key,
    content: Fingerprint,
    restricted: Option<String>,
    known: &Known,
    policy: &Policy,
) -> Step {
    let skip = |reason| Step::Skip { item: comment.id.to_string(), reason };
    let (flow, on) = match thread.side {
        Side::Tracker(_) => ("comments", policy.flow.comments),
        Side::Source(_) => ("replies", policy.flow.replies),
    };
    let may_be_there = known.sure_from.is_some_and(|from| comment.created < from);
    match (known.outbox.get(key), restricted) {
        (Some((Stage::InFlight, _)), _) => skip(SkipReason::InDoubt),
        (Some((Stage::Done, _)), _) => skip(SkipReason::Unchanged),
        (Some((Stage::Pending | Stage::Held, _)), _) if may_be_there => {
            Step::Withdraw { key: key.clone(), reason: SkipReason::MayBeThere }
        }
        (None, _) if may_be_there && on => skip(SkipReason::MayBeThere),
        (Some((Stage::Pending | Stage::Held | Stage::Dead, _)), Some(why)) => {
            Step::Withdraw { key: key.clone(), reason: SkipReason::Restricted(why) }
        }
        (None, Some(why)) => skip(SkipReason::Restricted(why)),
        (Some((Stage::Dead, carried)), None) if *carried == content => skip(SkipReason::Dead),
        (Some((_, carried)), None) if *carried == content => skip(SkipReason::Queued),
        (None, None) if !on => skip(SkipReason::FlowOff(flow)),
        (_, None) => Step::Push(push(thread, comment, key.clone(), content, None, policy)),
    }
}

fn edited(
    thread: &Thread<'_>,
    comment: &Comment,
    link: &CommentLink,
    content: Fingerprint,
    known: &Known,
    policy: &Policy,
) -> Step {
    let skip = |reason| Step::Skip { item: comment.id.to_string(), reason };
    let key = Key::comment(thread.side, &comment.id).edit(&content);
    // An edit taken back while an earlier one is still on its way must follow it, or the earlier one wins.
    let overtaken = known.outbox.iter().any(|(other, (stage, _))| {
        *other != key && *other != key.origin() && other.origin() == key.origin() && *stage != Stage::Done
    });
    if link.written.as_ref() == Some(&content) && !overtaken {
        return skip(SkipReason::Unchanged);
    }
    // A number that is kept up to date, and words that are there again, are no edits of a person's.
    let always =
        comment.id.is_notice() || link.written.as_ref() == Some(&CommentLink::tombstone(link.origin, &comment.id));
    if !policy.flow.edits && !always {
        return skip(SkipReason::FlowOff("edits"));
    }
    // A state that is older than the world does not know what it sent of this edit.
    let may_be_there = known.sure_from.is_some_and(|from| comment.updated < from);
    match known.outbox.get(&key) {
        Some((Stage::Pending | Stage::Held, _)) if may_be_there => {
            Step::Withdraw { key, reason: SkipReason::MayBeThere }
        }
        Some((Stage::Pending | Stage::Held, _)) => skip(SkipReason::Queued),
        Some((Stage::InFlight, _)) => skip(SkipReason::InDoubt),
        Some((Stage::Dead, _)) => skip(SkipReason::Dead),
        Some((Stage::Done, _)) | None if may_be_there => skip(SkipReason::MayBeThere),
        Some((Stage::Done, _)) | None => Step::Push(push(thread, comment, key, content, Some(link), policy)),
    }
}

fn push(
    thread: &Thread<'_>,
    comment: &Comment,
    key: Key,
    content: Fingerprint,
    copy: Option<&CommentLink>,
    policy: &Policy,
) -> Push {
    let target = thread.side.opposite();
    let issue = thread.link.id(target).clone();
    let is_notice = comment.id.is_notice();
    let body = if is_notice {
        // The fingerprint is that of what the comment says in English; what people read is in their language.
        let words = repeats::words(thread, policy.voice).unwrap_or_else(|| comment.body.clone());
        render::notice(&comment.url, &comment.id, words.blocks, &content, policy.voice)
    } else {
        render::comment(comment, &thread.link.jira_name, &content, policy.voice)
    };
    let origin_url = comment.url.clone();
    // Where the target is no service project the note's mark means nothing; where it is, customers must not see it.
    let internal = !target.is_source();
    let (is_edit, action) = match copy {
        None => (false, Action::AddComment { issue, body, origin_url, internal }),
        Some(copy) => {
            let comment = copy.copy_id.clone();
            (true, Action::EditComment { issue, comment, body, origin_url, internal })
        }
    };
    let who = if comment.author.name.is_empty() { "somebody".to_owned() } else { comment.author.name.clone() };
    let name = thread.link.jira_name.clone();
    let summary = match (is_notice, is_edit) {
        (true, _) => Summary::Repeats { name },
        (false, true) => Summary::EditedComment { who, name },
        (false, false) => Summary::Comment { who, name },
    };
    let summary = summary.to_string();
    Push { key, pair: thread.link.guance.clone(), target, action, content, summary, seal: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::{IssueId, IssueLink, Maker, Person, fixtures};
    use crate::plan::thread::Extent;
    use crate::text::Doc;

    fn comment(text: &str) -> Comment {
        Comment {
            url: "https://jira.example/browse/OPS-1?focusedCommentId=10042".into(),
            author: Person { name: "张三".into(), ..Person::default() },
            body: Doc::from_plain(text),
            ..fixtures::comment(Side::JIRA, "10042")
        }
    }

    fn link() -> IssueLink {
        IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1")
    }

    fn policy() -> Policy {
        Policy::default()
    }

    fn decide(comment: &Comment, known: &Known) -> Step {
        decide_in(comment, known, &policy())
    }

    fn decide_in(comment: &Comment, known: &Known, policy: &Policy) -> Step {
        let link = link();
        let all = [comment.clone()];
        let thread =
            Thread { link: &link, side: Side::JIRA, url: "", comments: &all, extent: Extent::All, originals: None };
        super::thread(&thread, known, policy).steps.remove(0)
    }

    fn reason(step: Step) -> SkipReason {
        match step {
            Step::Skip { reason, .. } | Step::Withdraw { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    }

    fn copied(written: &Comment) -> Known {
        let mut known = Known::default();
        let link = CommentLink {
            origin: Side::JIRA,
            origin_id: CommentId::new("10042"),
            copy_id: CommentId::new("repim_b"),
            pair: IssueId::new("issue_a"),
            written: Some(written.fingerprint()),
        };
        known.comments.insert((Side::JIRA, link.origin_id.clone()), link);
        known
    }

    #[test]
    fn where_no_copy_can_be_looked_for_only_what_is_newer_than_the_state_travels() {
        let original = comment("在看了");
        let known = |sure_from| Known { sure_from: Some(sure_from), ..Known::default() };
        let later = original.created + chrono::TimeDelta::seconds(1);
        assert!(matches!(decide(&original, &known(original.created)), Step::Push(_)));
        assert_eq!(reason(decide(&original, &known(later))), SkipReason::MayBeThere);
        // What waits is taken back.
        let mut waiting = known(later);
        let key = Key::comment(Side::JIRA, &original.id);
        waiting.outbox.insert(key.clone(), (Stage::Pending, original.fingerprint()));
        let step = decide(&original, &waiting);
        assert_eq!(step, Step::Withdraw { key, reason: SkipReason::MayBeThere });
        // Of an edit the same is true.
        let written = comment("before");
        let edited = |sure_from| Known { sure_from: Some(sure_from), ..copied(&written) };
        assert!(matches!(decide(&original, &edited(original.updated)), Step::Push(_)));
        let later = original.updated + chrono::TimeDelta::seconds(1);
        assert_eq!(reason(decide(&original, &edited(later))), SkipReason::MayBeThere);
        let mut waiting = edited(later);
        let key = Key::comment(Side::JIRA, &original.id).edit(&original.fingerprint());
        waiting.outbox.insert(key.clone(), (Stage::Pending, original.fingerprint()));
        assert_eq!(decide(&original, &waiting), Step::Withdraw { key, reason: SkipReason::MayBeThere });
        assert_eq!(reason(decide(&written, &edited(later))), SkipReason::Unchanged);
    }

    #[test]
    fn a_new_comment_travels_with_author_link_and_marker() {
        let original = comment("在看了");
        let Step::Push(push) = decide(&original, &Known::default()) else { panic!() };
        let Action::AddComment { issue, body, internal, .. } = push.action else { panic!() };
        assert_eq!((issue.as_str(), internal), ("issue_a", false));
        let text = body.canonical();
        assert!(text.contains("张三") && text.contains("在看了"), "{text}");
        assert!(text.contains(&format!("focusedCommentId=10042#guajira-{}", original.fingerprint())), "{text}");
    }

    #[test]
    fn what_fewer_people_may_see_stays_where_it_is() {
        let hidden = Visibility::Restricted("role Administrators".into());
        let secret = Comment { visibility: hidden.clone(), ..comment("secret") };
        let restricted = SkipReason::Restricted("role Administrators".into());
        assert_eq!(reason(decide(&secret, &Known::default())), restricted);
        assert_eq!(
            reason(decide(&Comment { visibility: hidden.clone(), ..comment("new") }, &copied(&comment("old")))),
            restricted
        );
        let mut waiting = Known::default();
        waiting.outbox.insert(Key::comment(Side::JIRA, &secret.id), (Stage::Pending, secret.fingerprint()));
        assert!(matches!(decide(&secret, &waiting), Step::Withdraw { .. }), "it must not be sent after all");
        let mut open = policy();
        open.flow.copy_restricted = true;
        assert!(matches!(decide_in(&secret, &Known::default(), &open), Step::Push(_)));
    }

    #[test]
    fn an_edit_travels_once_and_its_undoing_follows_it() {
        let (old, new) = (comment("old"), comment("new"));
        assert_eq!(reason(decide(&old, &copied(&old))), SkipReason::Unchanged);
        let Step::Push(push) = decide(&new, &copied(&old)) else { panic!() };
        assert!(matches!(push.action, Action::EditComment { .. }));
        let mut known = copied(&old);
        known.outbox.insert(push.key.clone(), (Stage::InFlight, push.content));
        let Step::Push(undo) = decide(&old, &known) else { panic!() };
        assert_eq!(undo.content, old.fingerprint(), "the edit on its way would win otherwise");
    }

    #[test]
    fn our_own_writing_is_recognised_with_and_without_the_state() {
        let key = Key::comment(Side::GUANCE, &CommentId::new("repim_c"));
        let ours = Comment {
            claim: Some(Claim { key, proven: true, written: None, maker: Maker::Us, sealed: true }),
            ..comment("x")
        };
        let Step::AdoptComment(adopted) = decide(&ours, &Known::default()) else { panic!() };
        assert_eq!((adopted.origin, adopted.origin_id.as_str()), (Side::GUANCE, "repim_c"));
        let mut known = Known::default();
        known.comments.insert((Side::JIRA, ours.id.clone()), adopted);
        assert_eq!(reason(decide(&ours, &known)), SkipReason::Echo);
    }

    #[test]
    fn a_doubtful_write_makes_the_thread_unfinished() {
        let original = comment("x");
        let mut known = Known::default();
        known.outbox.insert(Key::comment(Side::JIRA, &original.id), (Stage::InFlight, original.fingerprint()));
        let link = link();
        let all = [original];
        let thread =
            Thread { link: &link, side: Side::JIRA, url: "", comments: &all, extent: Extent::All, originals: None };
        assert!(super::thread(&thread, &known, &policy()).unfinished);
    }
}
