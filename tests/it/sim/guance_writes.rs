//! What is written to Guance, and looked for there.

use guajira::domain::{Action, File, IssueId, Key, Kind, Push, Receipt, Side, Visibility};
use guajira::ports::{ApiError, ApiErrorKind, Content, Files, Lookup, Urgency, Wanted, Writes};

use super::faithful::{self, Request};
use super::fields;
use super::files;
use super::gallery;
use super::guance_remote::SimGuance;
use super::lines;
use super::parts;
use super::passage::Passage;
use super::tight::rest_of;
use super::world::{Mark, Note, World, time};

impl SimGuance<'_> {
    fn write(w: &mut World, push: &Push) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, why.to_owned()));
        let (issue, body) = match &push.action {
            Action::CreateIssue(_) | Action::ContinueIssue(_) | Action::JoinIssue { .. } => {
                return refused("issues are not created here");
            }
            Action::AddComment { issue, body, .. } | Action::EditComment { issue, body, .. } => (issue, Some(body)),
            Action::DeleteComment { issue, .. } | Action::ChangeIssue { issue, .. } => (issue, None),
            Action::AddFile { issue, note, .. } => (issue, Some(note)),
            Action::LinkIssue { .. } => return refused("no links here"),
        };
        let Some(at) = w.guance.place(issue.as_str()) else { return refused("404 no such issue") };
        if let Some(body) = body {
            w.crosses(push, &body.canonical());
        }
        w.check_not_late(push);
        w.seals();
        let now = w.guance_now();
        if let Action::ChangeIssue { change, .. } = &push.action {
            if let Err(why) = fields::change_on_guance(w, at, push, change) {
                return refused(&why);
            }
            w.writes += 1;
            let issue = w.guance_issue(&w.guance.issues[at]);
            return Ok(receipt(push.key.as_str().to_owned(), now).reads(Some(issue)));
        }
        if w.line == lines::incidents() {
            return lines::incidents::receive(w, push, body);
        }
        let kept = w.setup.extend_kept.then(|| Mark::of(push));
        if let Action::AddComment { body, .. } | Action::AddFile { note: body, .. } = &push.action {
            w.check_home(&push.key, w.source(), issue.as_str());
            w.copied(&push.key);
            let id = w.guance.fresh_reply_id();
            let author = w.accounts.api_key();
            let body = w.kept(Side::GUANCE, body, rest_of(push));
            w.guance.issues[at].notes.push(Note::copy(id.clone(), &author, &body, push, kept, now));
            w.replied(at);
            w.writes += 1;
            return Ok(receipt(id, now));
        }
        let (Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. }) = &push.action else {
            return refused("nothing to do");
        };
        if let Some(refusal) = w.foreign_reply(at, comment, push) {
            return Err(refusal);
        }
        let body = body.map(|body| w.kept(Side::GUANCE, body, rest_of(push)));
        let notes = &mut w.guance.issues[at].notes;
        let Some(note) = notes.iter_mut().find(|note| note.id == comment.as_str() && !note.deleted) else {
            // A copy that is gone already counts as deleted.
            let done = || Ok(receipt(comment.as_str().to_owned(), now));
            return if body.is_some() { refused("404 no such reply") } else { done() };
        };
        let (was, ours) = (note.clone(), note.born == Some(push.key.origin()));
        let trampled = note.tramples(&push.content);
        match body {
            Some(body) => note.rewrite(&body, &push.content, kept),
            None => note.deleted = true,
        }
        note.updated = now;
        w.check_deletion(push);
        w.trampled(&push.key, trampled);
        // Who copies a copy's seal into the same thread makes his own words its twin.
        let twin = w.twin_of(w.source(), issue.as_str(), &was) == Some(push.key.origin());
        if !ours && !twin {
            w.blame(format!("foreign: {} rewrote reply {comment}, which is no copy of it", push.key));
        }
        w.replied(at);
        w.writes += 1;
        Ok(receipt(comment.as_str().to_owned(), now))
    }

    fn look(w: &World, wanted: &Wanted, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
        let Some((Side::Tracker(_), Kind::Comment | Kind::Attachment, _)) = parts(w.line, &wanted.key) else {
            return Lookup::Unsure;
        };
        let Some(at) = wanted.issue.as_ref().and_then(|id| w.guance.place(id.as_str())) else {
            return Lookup::Unsure;
        };
        let origin = wanted.key.origin();
        let issue = &w.guance.issues[at];
        let holds = |note: &&Note| {
            let claim = w.guance_reply(issue, note).claim;
            claim.is_some_and(|claim| {
                let right = wanted.content.is_none() || claim.written == wanted.content;
                claim.proven && claim.key == origin && right && !taken(&origin, &note.id)
            })
        };
        let found = issue.notes.iter().filter(|note| !note.deleted).find(holds);
        found.map_or(Lookup::Absent, |note| Lookup::Found(receipt(note.id.clone(), note.updated)))
    }
}

fn receipt(id: String, at: i64) -> Receipt {
    Receipt::of(id, Some(time(at)))
}

impl Writes for SimGuance<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let again = gallery::sends_again(&self.world.borrow());
        let carry = |push: &Push| {
            super::fields::attempted(&mut self.world.borrow_mut(), std::slice::from_ref(push));
            let passage = self.send(&format!("write {}", push.key), Urgency::Write, true);
            let done = faithful::carry(&mut self.world.borrow_mut(), std::slice::from_ref(push), passage, Self::write);
            self.learn(&done);
            done
        };
        batch
            .iter()
            .flat_map(|push| {
                let done = carry(push);
                let unsure = |r: &Result<Receipt, ApiError>| r.as_ref().is_err_and(|e| e.kind == ApiErrorKind::InDoubt);
                if again && done.iter().any(unsure) { carry(push) } else { done }
            })
            .collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        wanted
            .iter()
            .map(|wanted| {
                let passage = self.read(&format!("look for {}", wanted.key))?;
                let is_all = self.can_look(wanted.issue.as_ref())?;
                let w = self.world.borrow();
                Ok(if passage == Passage::Unsure || !is_all { Lookup::Unsure } else { Self::look(&w, wanted, taken) })
            })
            .collect()
    }
}

impl Files for SimGuance<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.read(&format!("files of {issue}"))?;
        Ok((Visibility::Public, files::on_guance(&mut self.world.borrow_mut(), issue)))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        let passage = self.harmless(&format!("open {}", file.id), Urgency::Write)?;
        faithful::read(self.world, Side::GUANCE, Request::Open, Some(file.issue.as_str()), file.id.as_str())?;
        files::open(&self.world.borrow(), file, passage == Passage::AnswerCut)
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let uploaded = match content {
            Some(content) => {
                let bytes = files::drained(content);
                self.harmless(&format!("upload for {}", push.key), Urgency::Write)?;
                let broken =
                    || ApiError::new(Side::GUANCE, ApiErrorKind::Unavailable { retry_after: None }, "broke off");
                Some(bytes.ok_or_else(broken)?)
            }
            None => None,
        };
        let passage = self.send(&format!("write {}", push.key), Urgency::Write, true);
        let write = |w: &mut World, push: &Push| {
            let made = Self::write(w, push)?;
            if let Some(bytes) = &uploaded {
                files::carried_by(w, push, &made.id, bytes);
            }
            Ok(made)
        };
        let done = faithful::carry(&mut self.world.borrow_mut(), std::slice::from_ref(push), passage, write);
        self.learn(&done);
        done.into_iter().next().unwrap_or_else(|| Err(ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, "no answer")))
    }
}
