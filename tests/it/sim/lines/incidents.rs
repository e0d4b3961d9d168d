//! Incidents: a source that takes comments and shows them to nobody afterwards. The site itself remembers what reached it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use guajira::domain::{CommentId, Fingerprint, IssueId, Key, Person, Push, Receipt, Side};
use guajira::plan::{Deletes, Direction, Flow, Policy};
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Directory, Identity, Lookup, Parts, Remote, Span, ThreadPage,
    ThreadPart, Wanted, Writes,
};
use guajira::state::{State, StateError};
use guajira::text::Doc;

use super::super::fields::FieldDeed;
use super::super::guance_remote::SimGuance;
use super::super::history::{Deed, Run, Setup, What};
use super::super::rng::Rng;
use super::super::world::{Note, World, time};
use super::draw_state;

/// Like the Incident Center, with the statuses of the simulated issues.
const ABOUT: About = About { statuses: guajira::guance::ABOUT.statuses, ..guajira::guance::incidents::ABOUT };

/// Fact: from when on, by Jira's clock, a state knows of everything that was sent, and the write counter then.
const SURE_FROM: &str = "engine.sure-from";

/// A comment as it reached an incident.
#[derive(Debug)]
struct Arrived {
    origin: Key,
    content: Fingerprint,
    text: String,
}

/// What no call of the site tells.
#[derive(Debug, Default)]
pub(in crate::sim) struct Incidents {
    arrived: Vec<Arrived>,
    /// Comments of which a write was sent, or begun, and no answer came.
    in_doubt: BTreeSet<Key>,
    /// What the state last said of [`SURE_FROM`].
    sure: Option<String>,
}

/// What the line of incidents is told to do.
pub(in crate::sim) fn policy(usual: Policy) -> Policy {
    let flow = Flow { deletes: Deletes::Keep, attachments: Direction::Off, ..usual.flow.clone() };
    Policy { flow, ..usual }
}

/// What happens to the line of incidents after an event: people act, or its own state file is copied, put back or lost; or
/// nothing that is written about a comment is answered.
pub(in crate::sim) fn draw(rng: &mut Rng, setup: &Setup) -> Vec<What> {
    let mut all = Vec::new();
    if rng.chance(55) {
        all.push(What::Person(draw_deed(rng), rng.below(1000)));
    }
    if rng.chance(6) {
        all.push(What::Person(Deed::Comment { restricted: false, as_bot: false }, rng.below(1000)));
        all.push(What::Run(Run { unheard: true, ..Run::default() }));
    }
    all.extend(draw_state(rng, setup));
    all
}

fn draw_deed(rng: &mut Rng) -> Deed {
    match rng.below(100) {
        0..20 => Deed::OpenGuance { listed: rng.chance(85) },
        20..23 => Deed::EditGuanceIssue,
        23..55 => Deed::Comment { restricted: rng.chance(20), as_bot: rng.chance(15) },
        55..58 => Deed::PlusOne { side: Side::JIRA },
        58..72 => Deed::EditComment,
        72..76 => Deed::DeleteComment,
        76..80 => Deed::Restrict,
        80..83 => Deed::Unrestrict,
        83..85 => Deed::Secure,
        85..87 => Deed::Unsecure,
        _ => Deed::Field(FieldDeed::Status { side: rng.pick(&Side::BOTH), to: rng.below(5) as usize }),
    }
}

/// Returns true for a deed that people can do to incidents and their Jira issues: nobody replies in an incident.
pub(in crate::sim) fn can_be_done(deed: Deed) -> bool {
    let on_jira = |side: Side| !side.is_source();
    match deed {
        Deed::PlusOne { side } => on_jira(side),
        Deed::OpenGuance { .. }
        | Deed::EditGuanceIssue
        | Deed::SetLevel { .. }
        | Deed::Comment { .. }
        | Deed::EditComment
        | Deed::DeleteComment
        | Deed::Restrict
        | Deed::Unrestrict
        | Deed::Secure
        | Deed::Unsecure
        | Deed::Move { .. }
        | Deed::Field(_) => true,
        _ => false,
    }
}

/// The site as the engine sees it: lists and fields like those of issues, comments that only go in.
pub(in crate::sim) struct SimIncidents<'w>(pub(in crate::sim) &'w SimGuance<'w>);

impl Remote for SimIncidents<'_> {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { parts: Some(self), writes: Some(self), people: Some(self), ..Abilities::default() }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.0.identify()
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.0.changed(span)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.0.issues(ids)
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        self.0.issue_url(name)
    }
}

impl Parts for SimIncidents<'_> {
    fn changed_within(&self, span: &Span, requests: usize) -> Result<(Batch, Option<u32>), ApiError> {
        self.0.changed_within(span, requests)
    }

    fn thread_part(
        &self,
        _issue: &IssueId,
        _down_to: Option<DateTime<Utc>>,
        _requests: usize,
    ) -> Result<Option<ThreadPart>, ApiError> {
        Ok(Some(ThreadPart { comments: Vec::new(), next: None, pages: 1, newest: None, odd: false }))
    }

    fn thread_page(&self, _issue: &IssueId, _page: usize) -> Result<Option<ThreadPage>, ApiError> {
        Ok(Some(ThreadPage { comments: Vec::new(), oldest: None, newest: None, total: None, odd: false }))
    }
}

impl Writes for SimIncidents<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let done = self.0.push(batch);
        let w = &mut *self.0.world.borrow_mut();
        for (push, result) in batch.iter().zip(&done) {
            if result.as_ref().is_err_and(|error| error.kind == ApiErrorKind::InDoubt) {
                w.lines.incidents.in_doubt.insert(push.key.origin());
            }
        }
        done
    }

    /// Nothing that is written here can be looked for.
    fn find(&self, wanted: &[Wanted], _taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        Ok(vec![Lookup::Unsure; wanted.len()])
    }
}

impl Directory for SimIncidents<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.0.person(who)
    }
}

/// A comment reaches an incident, where an edited one is one more. It must be at home there, and must not be there yet.
pub(in crate::sim) fn receive(w: &mut World, push: &Push, body: Option<&Doc>) -> Result<Receipt, ApiError> {
    let refused = |why: &str| Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, why.to_owned()));
    let Some(body) = body else { return refused("nothing is deleted here") };
    let origin = push.key.origin();
    w.check_home(&origin, w.source(), push.pair.as_str());
    let is_there = |one: &Arrived| one.origin == origin && one.content == push.content;
    // Nothing tells an older copy of the state that it is one, where no write counter is kept.
    let is_deceived = w.state_restored && !w.setup.register;
    if w.lines.incidents.arrived.iter().any(is_there) && !is_deceived {
        w.blame(format!("twice: {} says to the incident what it was told already", push.key));
    }
    w.lines.incidents.arrived.push(Arrived { origin, content: push.content.clone(), text: body.canonical() });
    w.writes += 1;
    let id = CommentId::standing_for("inccmt", push.key.as_str());
    Ok(Receipt::of(id.as_str(), Some(time(w.guance_now()))))
}

/// After every run: what is in doubt is so for good, and no state forgets what it was sure of while it is the same state.
pub(in crate::sim) fn kept(w: &mut World, state: &State) -> Result<Vec<String>, StateError> {
    let in_flight = state.in_flight(w.source())?;
    w.lines.incidents.in_doubt.extend(in_flight.iter().map(|row| row.push.key.origin()));
    let now = state.fact(SURE_FROM)?.map(|(value, _)| value);
    let before = std::mem::replace(&mut w.lines.incidents.sure, now.clone());
    let forgets = before.is_some() && before != now && !w.state_lost;
    Ok(if forgets { vec![format!("odd: {before:?} became {now:?}, and the state is the same")] } else { Vec::new() })
}

/// Once all rests: what a public comment says now was told to the incident once, unless an answer about it was lost, or it was
/// written before the state at hand knew what was sent.
pub(in crate::sim) fn told(w: &World, state: &State, note: &Note) -> Result<Option<String>, StateError> {
    let key = Key::comment(w.tracker(), &CommentId::new(&note.id));
    let sure = state.fact(SURE_FROM)?;
    let from = sure.and_then(|(value, _)| DateTime::parse_from_rfc3339(value.split(' ').next()?).ok());
    let may_be_there = from.is_none_or(|from| time(note.created) < from);
    let is_open = note.born.is_none() && !note.deleted && !note.restricted;
    // What was refused is dead, and says so.
    let is_kept = || state.unsettled().is_ok_and(|rows| rows.iter().any(|row| row.push.key.origin() == key));
    let is_dead = w.refused.contains(&key) && is_kept();
    let excused = may_be_there || w.lines.incidents.in_doubt.contains(&key) || is_dead;
    let says = |one: &&Arrived| one.origin == key && one.text.contains(&note.words);
    let told = w.lines.incidents.arrived.iter().filter(says).count();
    Ok((is_open && !excused && told == 0).then(|| format!("lost: {key} ({}) was not told to the incident", note.words)))
}
