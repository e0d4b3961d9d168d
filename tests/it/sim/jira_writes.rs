//! What is written to Jira, and looked for there.

use guajira::domain::{
    Action, Change, File, IssueId, Key, Kind, Maker, NewIssue, Person, Push, Receipt, Side, Visibility, marker,
};
use guajira::ports::{ApiError, ApiErrorKind, Content, Files, Lookup, Wanted, Writes};

use super::again;
use super::faithful::{self, Request};
use super::gallery::{self, Bug};
use super::isolated;
use super::jira::{Choice, IssueState};
use super::jira_remote::SimJira;
use super::parts;
use super::passage::{Passage, send};
use super::rng::mix;
use super::routes;
use super::tight::rest_of;
use super::world::{Mark, Note, World, time};
use super::{fields, files};

impl SimJira<'_> {
    fn create(w: &mut World, push: &Push, new: &NewIssue) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, why.to_owned()));
        let Some(project) = w.jira.project(&new.project) else { return refused("no such project") };
        let text = format!("{} {}", new.title, new.body.canonical());
        w.crosses(push, &text);
        w.copied(&push.key);
        routes::check(w, new, project);
        let author = Person { id: w.accounts.bot(), ..Person::default() };
        w.seals();
        let (title, body) = (w.setup.texts.kept_title(&new.title), w.kept(Side::JIRA, &new.body, &new.origin_url));
        let at = w.open_jira(project, title, body, author);
        let (labels_dropped, source) = (w.setup.labels_dropped, w.source());
        let state = &mut w.jira.issues[at].now;
        if !labels_dropped {
            state.labels.clone_from(&new.labels);
            state.labels.extend(marker::label(&push.key));
        }
        let wanted = ["Highest", "High"].into_iter().find(|name| new.priority.as_deref() == Some(name));
        state.priority = wanted.unwrap_or("Medium");
        state.region = fields::region_of(new);
        state.property = Some(Mark::of(push));
        state.kin = again::made(new);
        state.born = Some(Key::issue(source, &push.pair));
        fields::made(&mut w.jira.issues[at]);
        w.touched(at, 50_000 + u32::try_from(at).unwrap_or(0));
        w.writes += 1;
        // Not every new issue can be read back.
        let is_read = !mix(w.setup.seed, 70_000 + u64::from(w.requests)).is_multiple_of(4);
        let told = w.jira.issues[at].now.region.as_ref().filter(|_| is_read);
        Ok(Receipt { fields: fields::followers(told), ..receipt(w, at, None) })
    }

    pub(super) fn write(w: &mut World, push: &Push) -> Result<Receipt, ApiError> {
        let refused = |why: &str| Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, why.to_owned()));
        let (issue, body, internal) = match &push.action {
            Action::CreateIssue(new) => return Self::create(w, push, new),
            Action::ContinueIssue(continued) => return again::go_on(w, push, continued),
            Action::JoinIssue { issue, items, .. } => return again::join(w, issue, items),
            Action::AddComment { issue, body, internal, .. } | Action::EditComment { issue, body, internal, .. } => {
                (issue, Some(body), *internal)
            }
            Action::DeleteComment { issue, .. } => (issue, None, true),
            Action::AddFile { .. } => return refused("a file is no text"),
            Action::LinkIssue { issue, to, .. } => {
                let Some(at) = w.jira.place(issue.as_str()) else { return refused("404 no such issue") };
                w.check_pair(push, at);
                w.jira.issues[at].now.links.insert(to.as_str().to_owned());
                w.touched(at, 60_000 + w.requests);
                w.writes += 1;
                return Ok(receipt(w, at, None));
            }
            Action::ChangeIssue { issue, change, .. } => {
                let body = if let Change::Body { body, .. } = change { Some(body) } else { None };
                (issue, body, true)
            }
        };
        let Some(at) = w.jira.place(issue.as_str()) else { return refused("404 no such issue") };
        if let Some(body) = body {
            w.crosses(push, &body.canonical());
        }
        fields::closed(w, at, push);
        w.check_pair(push, at);
        w.seals();
        if let Action::ChangeIssue { change, .. } = &push.action {
            let lost = w.answer_lost;
            if let Err(why) = fields::change_on_jira(w, at, push, change, lost) {
                return refused(&why);
            }
            w.touched(at, 60_000 + w.requests);
            w.writes += 1;
            fields::jira_was_read(&mut w.jira.issues[at], w.now);
            let issue = gallery::told(w.bug, change, w.jira_issue(&w.jira.issues[at].now, None, false));
            return Ok(receipt(w, at, None).reads(Some(issue)));
        }
        let desk = w.jira.projects[w.jira.issues[at].now.project].service;
        if desk && !internal {
            w.blame(format!("leak: {} is shown to the customers of a service project", push.key));
        }
        let kept = w.setup.comment_properties.then(|| Mark::of(push));
        let salt = 60_000 + w.requests;
        match &push.action {
            Action::CreateIssue(_)
            | Action::ContinueIssue(_)
            | Action::JoinIssue { .. }
            | Action::ChangeIssue { .. }
            | Action::LinkIssue { .. }
            | Action::AddFile { .. } => {}
            Action::AddComment { body, origin_url, .. } => {
                let body = &w.kept(Side::JIRA, body, origin_url);
                if !push.key.comment_on(w.source()).is_some_and(|id| id.is_notice()) {
                    w.check_home(&push.key, w.tracker(), issue.as_str());
                }
                w.copied(&push.key);
                let (id, now) = (w.jira.fresh_comment_id(), w.jira_now());
                let author = w.accounts.bot();
                let note = Note::copy(id, &author, body, push, kept, now);
                w.jira.issues[at].now.notes.push(note);
                w.touched(at, salt);
                w.writes += 1;
                let n = w.jira.issues[at].now.notes.len() - 1;
                return Ok(receipt(w, at, Some(n)));
            }
            Action::EditComment { comment, .. } | Action::DeleteComment { comment, .. } => {
                let (now, bug) = (w.jira_now(), w.bug);
                let notes = &mut w.jira.issues[at].now.notes;
                let Some(n) = notes.iter().position(|note| note.id == comment.as_str() && !note.deleted) else {
                    // A copy that is gone already counts as deleted.
                    return if body.is_some() { refused("404 no such comment") } else { Ok(receipt(w, at, None)) };
                };
                if let Some(refusal) = w.foreign_comment(at, n, push) {
                    return Err(refusal);
                }
                // The seal names who wrote the comment, which may be an account of before.
                let push = &push.clone().sealed(&w.keys, w.pair(), &w.jira.issues[at].now.notes[n].author.id);
                let body = body.and(push.action.body()).map(|body| w.kept(Side::JIRA, body, rest_of(push)));
                let kept = w.setup.comment_properties.then(|| Mark::of(push));
                let counts = push.key.comment_on(w.source()).is_some_and(|id| id.is_notice());
                let note = &mut w.jira.issues[at].now.notes[n];
                let (was, ours) = (note.clone(), note.born == Some(push.key.origin()));
                let trampled = note.tramples(&push.content);
                match body {
                    Some(body) if counts && bug == Some(Bug::CountedByIncrement) => {
                        note.rewrite(&gallery::incremented(&note.body.clone(), &body), &push.content, kept);
                    }
                    Some(body) => note.rewrite(&body, &push.content, kept),
                    None => note.deleted = true,
                }
                note.updated = now;
                w.check_deletion(push);
                w.trampled(&push.key, trampled);
                let twin = w.twin_of(w.tracker(), issue.as_str(), &was) == Some(push.key.origin());
                if !ours && !twin {
                    w.blame(format!("foreign: {} rewrote comment {comment}, which is no copy of it", push.key));
                }
                w.touched(at, salt);
                w.writes += 1;
                return Ok(receipt(w, at, Some(n)));
            }
        }
        refused("nothing to do")
    }

    fn look(w: &World, wanted: &Wanted, taken: &dyn Fn(&Key, &str) -> bool) -> Lookup {
        let Some((side, kind, _)) = parts(w.line, &wanted.key) else { return Lookup::Unsure };
        if side != w.source() {
            return Lookup::Unsure;
        }
        if w.anonymous {
            return Lookup::Unsure;
        }
        let origin = wanted.key.origin();
        if kind == Kind::Issue {
            let labelled = |state: &IssueState| marker::label(&origin).is_some_and(|own| state.labels.contains(&own));
            let found = match w.bug {
                Some(Bug::MarkerOnlyInALabel) => {
                    w.jira.issues.iter().position(|issue| !issue.now.deleted && labelled(&issue.now))
                }
                Some(Bug::LaggingSearchTrusted) => w.jira.issues.iter().position(|issue| {
                    let key = |state: &IssueState| state.property.as_ref().is_some_and(|mark| mark.key == origin);
                    w.indexed(issue).is_some_and(|state| key(&state) && !taken(&origin, &state.id))
                }),
                _ => match w.choose(&origin, taken) {
                    Choice::One(at) => Some(at),
                    Choice::Contested => return Lookup::Unsure,
                    Choice::None => None,
                },
            };
            let counted = || again::counts(w, &origin).map_or(Lookup::Absent, Lookup::Counted);
            return found.map_or_else(counted, |at| Lookup::Found(receipt(w, at, None)));
        }
        // No issue, no comment on it.
        let Some(at) = wanted.issue.as_ref().and_then(|id| w.jira.place(id.as_str())) else { return Lookup::Absent };
        let issue = &w.jira.issues[at];
        let indexed = w.indexed(issue);
        let state = match (w.bug, &indexed) {
            (Some(Bug::LaggingSearchTrusted), Some(state)) => state,
            (Some(Bug::LaggingSearchTrusted), None) => return Lookup::Absent,
            _ => &issue.now,
        };
        let holds = |note: &Note| {
            let claim = w.jira_comment(state, note).claim;
            claim.is_some_and(|claim| {
                let right = wanted.content.is_none() || claim.written == wanted.content;
                claim.proven && claim.key == origin && right && !taken(&origin, &note.id)
            })
        };
        let found = state.notes.iter().position(|note| !note.deleted && holds(note));
        found.map_or(Lookup::Absent, |n| Lookup::Found(receipt(w, at, Some(n))))
    }
}

impl World {
    /// A careful adapter writes over nobody else's comment.
    pub(super) fn foreign_comment(&self, at: usize, n: usize, push: &Push) -> Option<ApiError> {
        let state = &self.jira.issues[at].now;
        let maker = self.jira_maker(&state.notes[n].author.id);
        let is_own = matches!(maker, Maker::Us | Maker::Former) || self.bug == Some(Bug::AuthorNotRead);
        let claims =
            || self.jira_comment(state, &state.notes[n]).claim.is_some_and(|claim| claim.key == push.key.origin());
        (!is_own && !claims()).then(|| ApiError::new(Side::JIRA, ApiErrorKind::NotOurs, "not our account's"))
    }
}

pub(super) fn receipt(w: &World, issue: usize, note: Option<usize>) -> Receipt {
    let state = &w.jira.issues[issue].now;
    let id = note.and_then(|n| state.notes.get(n)).map_or(&state.id, |note| &note.id);
    let name = if note.is_some() { id.clone() } else { w.jira.name(state) };
    Receipt::of(id, Some(time(w.jira_now()))).named(name)
}

impl Writes for SimJira<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let bug = self.0.borrow().bug;
        let again = bug == Some(Bug::PostRepeated);
        let carry = |pushes: &[Push]| {
            if isolated::has_given_up(&self.0.borrow()) {
                let enough = ApiError::new(Side::JIRA, ApiErrorKind::OutOfBudget, "too many writes failed in a row");
                return pushes.iter().map(|_| Err(enough.clone())).collect();
            }
            let began = self.0.borrow().now;
            let words: Vec<_> = pushes.iter().map(|push| push.key.as_str()).collect();
            fields::attempted(&mut self.0.borrow_mut(), pushes);
            let passage = match send(self.0, Side::JIRA, &format!("write {}", words.join(" ")), true) {
                Ok(passage) => self.somebody().map(|()| passage),
                lost => lost,
            };
            let passage = passage.and_then(|passage| self.give_way(pushes, passage));
            let w = &mut *self.0.borrow_mut();
            let done = faithful::carry(w, pushes, passage, Self::write);
            if bug == Some(Bug::FailurePerElement) {
                isolated::given_up(w, &done);
            }
            let creates = pushes.iter().filter(|push| matches!(push.action, Action::CreateIssue(_))).count();
            if creates > 0 {
                self.learn_pace(w, creates, began, &done);
            }
            done
        };
        let creates = batch.iter().all(|push| matches!(push.action, Action::CreateIssue(_)));
        let size = if creates { 50 } else { 1 };
        batch
            .chunks(size)
            .flat_map(|pushes| {
                let done = carry(pushes);
                let unsure = |r: &Result<Receipt, ApiError>| r.as_ref().is_err_and(|e| e.kind == ApiErrorKind::InDoubt);
                if again && done.iter().any(unsure) { carry(pushes) } else { done }
            })
            .collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        let words: Vec<_> = wanted.iter().map(|w| w.key.as_str()).collect();
        let passage = self.read(&format!("look for {}", words.join(" ")))?;
        let w = self.0.borrow();
        if wanted.iter().any(|wanted| wanted.issue.is_some()) {
            self.somebody()?;
        }
        Ok(wanted
            .iter()
            .map(|wanted| if passage == Passage::Unsure { Lookup::Unsure } else { Self::look(&w, wanted, taken) })
            .collect())
    }
}

impl Files for SimJira<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.read(&format!("files of {issue}"))?;
        self.somebody()?;
        Ok(files::on_jira(&mut self.0.borrow_mut(), issue))
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        let passage = self.read(&format!("open {}", file.id))?;
        self.somebody()?;
        let pair = isolated::lane_of(&self.0.borrow(), &file.issue);
        faithful::read(self.0, Side::JIRA, Request::Open, pair.as_deref(), file.id.as_str())?;
        files::open(&self.0.borrow(), file, passage == Passage::AnswerCut)
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        let bytes = content.and_then(files::drained);
        let passage = send(self.0, Side::JIRA, &format!("attach {}", push.key), true);
        let passage = passage.and_then(|passage| self.somebody().map(|()| passage));
        // What breaks off is stored nowhere.
        let broken = || ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, "broke off");
        let (passage, bytes) = match bytes {
            Some(bytes) => (passage, bytes),
            None => (passage.and_then(|_| Err(broken())), Vec::new()),
        };
        let write = |w: &mut World, push: &Push| files::attach_on_jira(w, push, &bytes);
        faithful::carry(&mut self.0.borrow_mut(), std::slice::from_ref(push), passage, write).remove(0)
    }
}
