//! The way of a request: the luck it has, what it carries out, what it shows.

use std::cell::RefCell;
use std::time::Duration;

use guajira::domain::{Action, Comment, Key, Push, Receipt, ServiceName, Side, Visibility};
use guajira::ports::{ApiError, ApiErrorKind, Batch};
use guajira::state::RunLock;

use super::faithful;
use super::history::Fault;
use super::lines;
use super::people;
use super::world::{Killed, World};

/// How a request ends when it reaches the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passage {
    Clear,
    AnswerLost,
    /// Of a file, half comes.
    AnswerCut,
    DieAfter,
    /// Nobody waits for the answer any more, and the service works on.
    Stalled,
    Unreadable,
    Unsure,
}

/// Lets one request through, or tells how it failed. `wanted` is whether it writes.
pub(super) fn send(world: &RefCell<World>, side: Side, what: &str, writes: bool) -> Result<Passage, ApiError> {
    let fault = {
        let w = &mut *world.borrow_mut();
        w.now += 150;
        w.catch_up();
        let n = w.requests;
        w.requests += 1;
        let poll = ["who am I", "search", "list"].iter().any(|word| what.starts_with(word));
        let reads_thread = side.is_source() && (what.starts_with("replies of") || what.starts_with("files of"));
        w.needless += u32::from(!poll && !reads_thread);
        w.looks += u32::from(reads_thread);
        let unheard = w.run.unheard && writes;
        let busy = w.run.busy && writes && side.is_source();
        let fault = w.run.faults.get(&n).copied();
        let fault = fault.or(busy.then_some(Fault::SlowDown)).or(unheard.then_some(Fault::AnswerLost));
        if side.is_source() {
            w.count_guance_request();
        }
        if side.is_source() && w.lines.down == Some(w.line) {
            w.note(|| format!("  {n}: {side} {what}  <- down"));
            let down = ApiErrorKind::Unavailable { retry_after: None };
            return Err(ApiError::new(side, down, format!("{what}: down")));
        }
        w.note(|| format!("  {n}: {side} {what}{}", fault.map(|f| format!("  <- {f:?}")).unwrap_or_default()));
        if fault == Some(Fault::AuthLost) {
            w.auth_lost.insert(side);
        }
        if w.auth_lost.contains(&side) {
            return Err(ApiError::new(side, ApiErrorKind::Unauthorized, format!("{what}: credentials refused")));
        }
        fault
    };
    let fail = |kind, words: &str| Err(ApiError::new(side, kind, format!("{what}: {words}")));
    let lost = if writes { ApiErrorKind::InDoubt } else { ApiErrorKind::Unavailable { retry_after: None } };
    match fault {
        Some(Fault::Refused) if writes => fail(ApiErrorKind::Refused, "400 refused"),
        None | Some(Fault::AuthLost | Fault::Refused) => Ok(Passage::Clear),
        Some(Fault::NoConnection) => fail(ApiErrorKind::Unavailable { retry_after: None }, "no connection"),
        Some(Fault::ServerError) => fail(lost, "502 bad gateway"),
        Some(Fault::SlowDown) => {
            fail(ApiErrorKind::Unavailable { retry_after: Some(Duration::from_secs(30)) }, "slow down")
        }
        Some(Fault::AnswerLost | Fault::AnswerCut) if writes => Ok(Passage::AnswerLost),
        // Half a file comes as a stream that breaks off; half a record is none.
        Some(Fault::AnswerCut) if what.starts_with("open") => Ok(Passage::AnswerCut),
        Some(Fault::AnswerCut) => fail(lost, "the answer breaks off"),
        Some(Fault::RequestLost | Fault::AnswerLost) => fail(lost, "no answer"),
        Some(Fault::Anonymous) => {
            world.borrow_mut().anonymous = true;
            Ok(Passage::Clear)
        }
        Some(Fault::CrashBefore) => std::panic::panic_any(Killed),
        Some(Fault::CrashAfter) => Ok(Passage::DieAfter),
        Some(Fault::Slow) => {
            world.borrow_mut().now += 29_000;
            Ok(Passage::Clear)
        }
        Some(Fault::Stalled) if writes => Ok(Passage::Stalled),
        Some(Fault::Stalled) => {
            world.borrow_mut().now += faithful::TIMEOUT;
            fail(lost, "no answer")
        }
        Some(Fault::Unreadable) => Ok(Passage::Unreadable),
        Some(Fault::Unsure) => Ok(Passage::Unsure),
        Some(Fault::StopAsked) => {
            world.borrow_mut().stop = true;
            Ok(Passage::Clear)
        }
        Some(Fault::SecondRun) => {
            let w = &mut *world.borrow_mut();
            if !matches!(RunLock::take(&w.file), Ok(None)) {
                w.blame("lock: a second run was let in".into());
            }
            Ok(Passage::Clear)
        }
        Some(Fault::Meanwhile(deed, salt)) => {
            let w = &mut *world.borrow_mut();
            // People are at work on Guance issues, or on incidents, whichever line is on stage.
            let on_stage = w.line;
            let no_incident = on_stage == lines::incidents() && !lines::incidents::can_be_done(deed);
            if on_stage == lines::alarms() || no_incident {
                w.enter(ServiceName::GUANCE);
            }
            people::act(w, deed, salt, salt);
            w.enter(on_stage);
            Ok(Passage::Clear)
        }
    }
}

impl World {
    /// Remembers what a refused write leaves undone.
    fn refuse(&mut self, push: &Push) {
        self.refused.insert(push.key.origin());
        if let Action::JoinIssue { items, .. } = &push.action {
            self.refused.extend(items.iter().map(|item| item.key.clone()));
        }
    }

    /// Carries out the writes of one request that came through, or hands its failure to each.
    pub(super) fn settle_passage(
        &mut self,
        pushes: &[Push],
        passage: Result<Passage, ApiError>,
        write: impl Fn(&mut Self, &Push) -> Result<Receipt, ApiError>,
    ) -> Vec<Result<Receipt, ApiError>> {
        let passage = match passage {
            Ok(passage) => passage,
            Err(error) => {
                if error.kind == ApiErrorKind::Refused {
                    for push in pushes {
                        self.refuse(push);
                    }
                }
                return pushes.iter().map(|_| Err(error.clone())).collect();
            }
        };
        self.answer_lost = matches!(passage, Passage::AnswerLost | Passage::DieAfter);
        let done: Vec<_> = pushes.iter().map(|push| write(self, push)).collect();
        for (push, result) in pushes.iter().zip(&done) {
            if let Err(error) = result {
                self.note(|| format!("     {} refused: {error}", push.key));
                // What is not there any more is no reason to be stuck.
                if !error.message.starts_with("404") {
                    self.refuse(push);
                }
            }
        }
        match passage {
            Passage::DieAfter => std::panic::panic_any(Killed),
            Passage::AnswerLost => {
                let side = pushes.first().map_or(Side::JIRA, |push| push.target);
                pushes.iter().map(|_| Err(ApiError::new(side, ApiErrorKind::InDoubt, "no answer"))).collect()
            }
            _ => done,
        }
    }

    /// Remembers what a listing showed to the engine.
    pub(super) fn showed(&mut self, batch: &Batch) {
        for issue in &batch.issues {
            if issue.level().is_some_and(|level| level.id.starts_with("system_")) {
                self.shown.insert(Key::issue(issue.side(), &issue.id));
            }
            if let Some(thread) = &issue.thread {
                self.shown_thread(thread);
            }
        }
    }

    /// Remembers what a thread showed to the engine, as far as it is anybody's to read.
    pub(super) fn shown_thread(&mut self, thread: &[Comment]) {
        let public = |c: &&Comment| c.visibility == Visibility::Public;
        let keys: Vec<Key> =
            thread.iter().filter(public).map(|comment| Key::comment(comment.side, &comment.id)).collect();
        self.ever_public.extend(keys.iter().cloned());
        self.shown.extend(keys);
    }
}

/// Says what a batch holds, in one line.
pub(super) fn story(batch: &Batch) -> String {
    let names: Vec<_> = batch.issues.iter().map(|i| format!("{}@{}", i.name, i.updated.format("%H:%M:%S"))).collect();
    format!("[{}] {} unreadable", names.join(" "), batch.unreadable.len())
}
