//! Attached files: planned when a thread was read whole, passed from one side to the other as streams.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use super::optional;
use super::queue::{LATER, advise, back_off, put_back, try_later};
use super::run::{Run, Trouble};
use crate::domain::{Action, File, Push, Receipt, Side, shown_size};
use crate::plan::{Step, Thread, files};
use crate::ports::{ApiError, ApiErrorKind, Content};
use crate::state::{Deferral, Queued};
use crate::words::ItemHint;

/// After so many failures a file is named in the comment that would carry it, instead of being brought over.
const UPLOADS: u32 = 3;

/// Plans the files of an issue whose whole thread was just read, as it was at `as_of` by the clock of its side. A file
/// that came later may belong to a restricted comment that this thread does not show yet: it waits for the next reading,
/// which is due, since a file moves its issue's `updated`.
pub(super) fn plan(run: &Run<'_>, thread: &Thread<'_>, as_of: DateTime<Utc>) -> Result<Vec<Step>, Trouble> {
    let (side, policy) = (thread.side, run.world.policy);
    if !policy.flow.attachments.writes(side.opposite()) {
        return Ok(Vec::new());
    }
    let (visibility, mut all) = run.files(side, thread.link.id(side))?;
    // Some servers keep whole seconds.
    let came_later = |file: &File| file.created.is_some_and(|created| created.timestamp() > as_of.timestamp());
    all.retain(|file| run.about(side).marks_files || !came_later(file));
    let known = run.world.state.known_files(side, all.iter().map(|file| &file.id))?;
    Ok(files::of_thread(thread, &visibility, &all, &known, policy))
}

/// Returns how many requests one Guance thread takes.
pub(super) fn thread_cost(run: &Run<'_>) -> usize {
    1 + usize::from(run.world.policy.flow.attachments.writes(run.tracker()))
}

/// Returns true when Guance threads are read in turn: for replies, or for what is attached to them.
pub(super) fn reads_guance(run: &Run<'_>) -> bool {
    run.world.policy.flow.replies || run.world.policy.flow.attachments.writes(run.tracker())
}

/// What a look for the copy of a file brought.
pub(super) enum CopyOnJira {
    /// It is there.
    There(Receipt),
    /// It certainly is not.
    None,
    /// It could not be told now: the write was put back, or given up.
    PutOff,
}

/// Finds the copy of a Guance file among what is attached to its Jira issue: nothing can be written onto an attachment
/// to know it by. One of our own account with this name and size is it, unless it is the copy of another original. Screenshots
/// are all called the same: where Guance does not tell a size, the original is read to learn it.
pub(super) fn copy_on_jira(run: &mut Run<'_>, queued: &Queued) -> Result<CopyOnJira, Trouble> {
    let Action::AddFile { issue, file, .. } = &queued.push.action else { return Ok(CopyOnJira::None) };
    let mut alike = Vec::new();
    for there in run.files(run.tracker(), issue)?.1 {
        let namesake = there.ours && there.name == file.name;
        if namesake && run.world.state.file_copy(run.source(), there.id.as_str())?.is_none() {
            alike.push(there);
        }
    }
    if alike.is_empty() {
        return Ok(CopyOnJira::None);
    }
    let size = match file.size {
        Some(size) => size,
        None => match size_of(run, queued)? {
            Some(size) => size,
            None => return Ok(CopyOnJira::PutOff),
        },
    };
    let is_it = |there: &File| there.size.is_none_or(|one| one == size);
    let found = alike.into_iter().find(is_it);
    Ok(found.map_or(CopyOnJira::None, |there| CopyOnJira::There(Receipt::of(there.id.as_str(), there.created))))
}

/// Reads a file to learn its size, as far as that may be carried; `None` when it cannot be read now.
fn size_of(run: &mut Run<'_>, queued: &Queued) -> Result<Option<u64>, Trouble> {
    let Some(content) = open(run, queued)? else { return Ok(None) };
    if content.size.is_some() {
        return Ok(content.size);
    }
    let most = run.world.policy.flow.max_attachment.saturating_add(1);
    match std::io::copy(&mut content.data.take(most), &mut std::io::sink()) {
        Ok(size) => Ok(Some(size)),
        Err(error) => {
            let kind = ApiErrorKind::Unavailable { retry_after: None };
            let side = queued.push.target.opposite();
            not_read(run, queued, &ApiError::new(side, kind, format!("read {}: {error}", queued.push.summary)))?;
            Ok(None)
        }
    }
}

/// The bytes that go with a request, if it carries a file.
#[derive(Default)]
pub(super) struct Upload {
    content: Option<Content>,
    /// Set when more came than may be carried.
    too_much: Arc<AtomicBool>,
    limit: u64,
}

impl Upload {
    /// Carries out the writes of one request.
    pub(super) fn push(self, run: &Run<'_>, target: Side, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let [one @ Push { action: Action::AddFile { file, .. }, .. }] = batch else { return run.push(target, batch) };
        let result = run.push_file(target, one, self.content);
        if result.is_err() && self.too_much.load(Ordering::Relaxed) {
            return vec![Err(too_large(target, file, self.limit))];
        }
        vec![result]
    }
}

/// Opens the file that a write carries, before the write is in flight; `None` when it cannot go now.
pub(super) fn load(run: &mut Run<'_>, target: Side, batch: &[Queued]) -> Result<Option<Upload>, Trouble> {
    let [queued] = batch else { return Ok(Some(Upload::default())) };
    let Action::AddFile { file, .. } = &queued.push.action else { return Ok(Some(Upload::default())) };
    // Two requests: the file and the reply that shows it.
    if !run.has_room(target, 2) {
        return Err(ApiError::new(target, ApiErrorKind::OutOfBudget, "no two requests left for a file").into());
    }
    if run.about(target).marks_files && queued.attempts >= UPLOADS {
        return Ok(Some(Upload::default()));
    }
    let Some(content) = open(run, queued)? else { return Ok(None) };
    let limit = run.world.policy.flow.max_attachment;
    if content.size.is_some_and(|size| size > limit) {
        not_read(run, queued, &too_large(target.opposite(), file, limit))?;
        return Ok(None);
    }
    Ok(Some(measured(content, limit)))
}

/// Opens the file that a write carries; `None` when that cannot be done now.
fn open(run: &mut Run<'_>, queued: &Queued) -> Result<Option<Content>, Trouble> {
    let Action::AddFile { file, .. } = &queued.push.action else { return Ok(None) };
    let origin = queued.push.target.opposite();
    if run.is_down(origin) {
        try_later(run, &queued.push.key, "the side that it is on cannot be reached")?;
        return Ok(None);
    }
    let opened = match run.identify(origin) {
        Ok(_) => run.open_file(origin, file),
        Err(error) => Err(error),
    };
    match opened {
        Ok(content) => Ok(Some(content)),
        Err(error) => {
            not_read(run, queued, &error)?;
            Ok(None)
        }
    }
}

/// Puts a write back whose file cannot be read now, or gives it up. It is not the target's fault: other writes go on.
fn not_read(run: &mut Run<'_>, queued: &Queued, error: &ApiError) -> Result<(), Trouble> {
    if optional::is_hopeless(queued, error) {
        return optional::give_up(run, &queued.push, error);
    }
    let is_failure = !matches!(error.kind, ApiErrorKind::OutOfBudget | ApiErrorKind::Stopped);
    let wait = if is_failure { back_off(queued.attempts) } else { LATER };
    let later = Deferral { not_before: run.world.clock.now() + wait, counts: is_failure };
    put_back(run, &queued.push.key, later, Some(&error.message))?;
    if is_failure {
        advise(run, &queued.push, error)?;
        run.report.item_failed(&queued.push, error);
    }
    Ok(())
}

fn too_large(side: Side, file: &File, limit: u64) -> ApiError {
    let message = format!("{} is larger than {}", file.name, shown_size(limit));
    ApiError::new(side, ApiErrorKind::Refused, message).with_hint(ItemHint::RaiseMaxAttachment)
}

fn measured(content: Content, limit: u64) -> Upload {
    let too_much = Arc::new(AtomicBool::new(false));
    let data = Limited { data: content.data, left: limit, too_much: Arc::clone(&too_much) };
    Upload { content: Some(Content { size: content.size, data: Box::new(data) }), too_much, limit }
}

/// Breaks off where more comes than was told or may be carried.
struct Limited {
    data: Box<dyn Read + Send>,
    left: u64,
    too_much: Arc<AtomicBool>,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.data.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.too_much.store(true, Ordering::Relaxed);
                return Err(std::io::Error::other("larger than may be carried"));
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_stream_breaks_off_at_the_limit_and_says_so() {
        for (limit, whole) in [(10, true), (9, false), (0, false)] {
            let content = Content { size: None, data: Box::new(std::io::Cursor::new(b"0123456789".to_vec())) };
            let upload = measured(content, limit);
            let mut bytes = Vec::new();
            let read = upload.content.unwrap().data.read_to_end(&mut bytes);
            assert_eq!((read.is_ok(), upload.too_much.load(Ordering::Relaxed)), (whole, !whole), "{limit}");
        }
    }
}
