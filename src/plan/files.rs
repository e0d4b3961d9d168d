//! Which attached files travel, in either direction.

use chrono::TimeDelta;

use crate::domain::{
    Action, Comment, File, FileId, FileLink, Fingerprint, Key, Known, Push, Stage, Visibility, shown_size,
};
use crate::plan::{Policy, SkipReason, Step, Thread, comments};
use crate::render;

/// How long before a comment people attach what it shows.
const ATTACHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// How long after a comment's last change a file may still belong to it.
const ATTACHED_AFTER: TimeDelta = TimeDelta::minutes(1);

/// Decides about every file of an issue whose whole thread was read. `url` is where people see the issue.
pub fn of_thread(thread: &Thread<'_>, url: &str, files: &[File], known: &Known, policy: &Policy) -> Vec<Step> {
    files.iter().map(|file| comments::open_only(thread, one(thread, url, file, known, policy), policy)).collect()
}

/// Recognises a reply of ours that carries a file.
pub(super) fn carried(thread: &Thread<'_>, reply: &Comment, file: FileId, known: &Known) -> Step {
    let origin = thread.side.opposite();
    if known.files.contains(&(origin, file.clone())) {
        return Step::Skip { item: reply.id.to_string(), reason: SkipReason::Echo };
    }
    let (copy_id, lane) = (reply.id.to_string(), thread.link.guance.clone());
    Step::AdoptFile(FileLink { origin, origin_id: file, copy_id, lane })
}

fn one(thread: &Thread<'_>, url: &str, file: &File, known: &Known, policy: &Policy) -> Step {
    let key = Key::file(file.side, &file.id);
    let skip = |reason| Step::Skip { item: key.as_str().to_owned(), reason };
    if file.ours {
        return skip(SkipReason::Echo);
    }
    if known.files.contains(&(file.side, file.id.clone())) {
        return skip(SkipReason::Unchanged);
    }
    let queued = known.outbox.get(&key).map(|(stage, _)| *stage);
    let restricted = restriction(thread, file).filter(|_| !policy.flow.copy_restricted);
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
        (None, None, None) => Step::Push(push(thread, url, file, key)),
    }
}

/// An attachment has no restriction of its own: it shares that of its issue, and of a comment that shows it.
fn restriction(thread: &Thread<'_>, file: &File) -> Option<String> {
    if let Visibility::Restricted(why) = thread.issue {
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

fn push(thread: &Thread<'_>, url: &str, file: &File, key: Key) -> Push {
    let target = thread.side.opposite();
    let link = thread.link;
    let size = file.size.map(|size| size.to_string()).unwrap_or_default();
    let content = Fingerprint::of(&[&file.name, &size]);
    let note = render::file(file, &link.jira_name, url, &content);
    let origin_url = url.to_owned();
    let summary = format!("attachment {} of {}", file.label(), link.jira_name);
    let issue = link.id(target).clone();
    let action = Action::AddFile { issue, file: Box::new(file.clone()), note, origin_url };
    Push { key, lane: link.guance.clone(), target, action, content, summary }
}
