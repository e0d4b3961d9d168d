//! Which comments and replies travel, in either direction.

use crate::domain::{Action, Comment, CommentLink, Fingerprint, IssueLink, Key, Known, Push, Side, Stage, Visibility};
use crate::plan::{Policy, SkipReason, Step};
use crate::render;

/// One side's whole thread of a linked issue.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'a> {
    /// The pair the thread belongs to.
    pub link: &'a IssueLink,
    /// The side it was read from.
    pub side: Side,
    /// Whether the issue itself is restricted there.
    pub issue: &'a Visibility,
    /// Oldest first.
    pub comments: &'a [Comment],
}

/// What was decided about a thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// In the order of the thread.
    pub steps: Vec<Step>,
    /// True when something must wait for an unresolved write: the thread has to be read again.
    pub unfinished: bool,
}

/// Decides about every comment of a thread.
pub fn thread(thread: &Thread<'_>, known: &Known, policy: &Policy) -> Decision {
    let mut decision = Decision::default();
    for comment in thread.comments {
        let step = one(thread, comment, known, policy);
        decision.unfinished |= matches!(&step, Step::Skip { reason: SkipReason::InDoubt, .. });
        decision.steps.push(step);
    }
    decision
}

fn one(thread: &Thread<'_>, comment: &Comment, known: &Known, policy: &Policy) -> Step {
    let skip = |reason| Step::Skip { item: comment.id.to_string(), reason };
    let here = thread.side;
    let link = known.comments.get(&(here, comment.id.clone()));
    if link.is_some_and(|link| link.origin != here) {
        return skip(SkipReason::Echo);
    }
    if let Some(adopted) = claimed(thread, comment, known) {
        return adopted;
    }
    let restricted = restriction(thread, comment).filter(|_| !policy.flow.copy_restricted);
    let key = Key::comment(here, &comment.id);
    let content = comment.fingerprint();
    match (link, restricted) {
        (Some(_), Some(why)) => skip(SkipReason::Restricted(why)),
        (Some(link), None) => edited(thread, comment, link, content, known, policy),
        (None, restricted) => created(thread, comment, &key, content, restricted, known, policy),
    }
}

/// Recognises our own writing by its marker.
fn claimed(thread: &Thread<'_>, comment: &Comment, known: &Known) -> Option<Step> {
    let claim = comment.claim.as_ref().filter(|claim| claim.proven)?;
    let origin = thread.side.opposite();
    let origin_id = claim.key.comment_on(origin)?;
    if known.comments.contains_key(&(origin, origin_id.clone())) {
        return Some(Step::Skip { item: comment.id.to_string(), reason: SkipReason::SecondClaim });
    }
    Some(Step::AdoptComment(CommentLink {
        origin,
        origin_id,
        copy_id: comment.id.clone(),
        lane: thread.link.guance.clone(),
        written: claim.written.clone(),
    }))
}

fn restriction(thread: &Thread<'_>, comment: &Comment) -> Option<String> {
    match (thread.issue, &comment.visibility) {
        (Visibility::Restricted(why), _) | (Visibility::Public, Visibility::Restricted(why)) => Some(why.clone()),
        (Visibility::Public, Visibility::Public) => None,
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
        Side::Jira => ("comments", policy.flow.comments),
        Side::Guance => ("replies", policy.flow.replies),
    };
    match (known.outbox.get(key), restricted) {
        (Some((Stage::InFlight, _)), _) => skip(SkipReason::InDoubt),
        (Some((Stage::Done, _)), _) => skip(SkipReason::Unchanged),
        (Some((Stage::Pending | Stage::Held | Stage::Dead, _)), Some(why)) => {
            Step::Withdraw { key: key.clone(), reason: SkipReason::Restricted(why) }
        }
        (None, Some(why)) => skip(SkipReason::Restricted(why)),
        (Some((Stage::Dead, carried)), None) if *carried == content => skip(SkipReason::Dead),
        (Some((_, carried)), None) if *carried == content => skip(SkipReason::Queued),
        (None, None) if !on => skip(SkipReason::FlowOff(flow)),
        (_, None) => Step::Push(push(thread, comment, key.clone(), content, None)),
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
    if !policy.flow.edits {
        return skip(SkipReason::FlowOff("edits"));
    }
    match known.outbox.get(&key) {
        Some((Stage::Pending | Stage::Held, _)) => skip(SkipReason::Queued),
        Some((Stage::InFlight, _)) => skip(SkipReason::InDoubt),
        Some((Stage::Dead, _)) => skip(SkipReason::Dead),
        Some((Stage::Done, _)) | None => Step::Push(push(thread, comment, key, content, Some(link))),
    }
}

fn push(thread: &Thread<'_>, comment: &Comment, key: Key, content: Fingerprint, copy: Option<&CommentLink>) -> Push {
    let target = thread.side.opposite();
    let issue = thread.link.id(target).clone();
    let body = render::comment(comment, &thread.link.jira_name, &content);
    let origin_url = comment.url.clone();
    // Where the target is no service project the note's mark means nothing; where it is, customers must not see it.
    let internal = target == Side::Jira;
    let (verb, action) = match copy {
        None => ("comment", Action::AddComment { issue, body, origin_url, internal }),
        Some(copy) => {
            let comment = copy.copy_id.clone();
            ("edited comment", Action::EditComment { issue, comment, body, origin_url, internal })
        }
    };
    let who = if comment.author.name.is_empty() { "somebody" } else { comment.author.name.as_str() };
    let summary = format!("{verb} by {who} on {}", thread.link.jira_name);
    Push { key, lane: thread.link.guance.clone(), target, action, content, summary }
}
