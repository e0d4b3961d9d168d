//! Alerts: a service that accepts a note before it carries it out, opens no closed alert again, and tells of no account.

use chrono::{DateTime, Utc};
use guajira::domain::{
    Action, Comment, CommentId, Issue, IssueId, Key, Push, Receipt, Side, SourceStatus, SourceStatuses, StatusCategory,
};
use guajira::plan::{Direction, Flow, Policy};
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Budget, Identity, Lookup, Presence, Purpose, Quota, Remote, Span,
    Threads, Urgency, Wanted, Writes,
};

use super::super::faithful;
use super::super::fields::FieldDeed;
use super::super::gallery::Bug;
use super::super::guance_remote::SimGuance;
use super::super::history::{Deed, Run, Setup, What};
use super::super::passage::Passage;
use super::super::rng::{Rng, mix};
use super::super::tight::rest_of;
use super::super::world::{Note, World, time};
use super::draw_state;

/// The statuses of JSM's alerts, under the ids of the simulated issues.
const STATUSES: SourceStatuses = SourceStatuses(&[
    status("10", "Open", StatusCategory::Todo),
    status("15", "Acknowledged", StatusCategory::InProgress),
    status(CLOSED, "Closed", StatusCategory::Done),
]);

/// An alert of this status stays so for ever.
const CLOSED: &str = "20";

/// Like JSM Operations.
const ABOUT: About = About { statuses: STATUSES, ..guajira::alerts::JSM };

/// How late a note is carried out that was accepted, at most: a write takes effect within `in_doubt_wait` or never.
const LATEST_MS: u64 = 4_000;

const fn status(id: &'static str, name: &'static str, category: StatusCategory) -> SourceStatus {
    SourceStatus { id, name, category, older: None }
}

/// What the service has accepted and not carried out.
#[derive(Debug, Default)]
pub(in crate::sim) struct Alerts {
    coming: Vec<(i64, Push)>,
}

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is carried out before the answer.
    Now,
    /// It is accepted, and carried out so many milliseconds later.
    Later(i64),
    /// It is accepted, and nothing comes of it.
    Never,
}

/// What the line of alerts is told to do.
pub(in crate::sim) fn policy(usual: Policy) -> Policy {
    let flow = Flow { assignee: Direction::Off, attachments: Direction::Off, ..usual.flow.clone() };
    Policy { flow, statuses: STATUSES, ..usual }
}

/// What happens to the line of alerts after an event: monitors and people act, or its own state file is copied, put back or
/// lost; or the service takes no note, or answers none.
pub(in crate::sim) fn draw(rng: &mut Rng, setup: &Setup) -> Vec<What> {
    let mut all = Vec::new();
    if rng.chance(60) {
        all.push(What::Person(draw_deed(rng), rng.below(1000)));
    }
    if rng.chance(8) {
        all.push(What::Person(Deed::Comment { restricted: false, as_bot: false }, rng.below(1000)));
        all.push(What::Run(Run { unheard: rng.chance(50), busy: true, ..Run::default() }));
    }
    all.extend(draw_state(rng, setup));
    all
}

fn draw_deed(rng: &mut Rng) -> Deed {
    match rng.below(100) {
        // An alert that is closed and occurs again is another one.
        0..20 => Deed::OpenGuance { listed: rng.chance(85) },
        20..23 => Deed::EditGuanceIssue,
        23..26 => Deed::SetLevel { listed: rng.chance(60) },
        26..38 => Deed::Reply,
        38..44 => Deed::Repeat,
        44..48 => Deed::EditReply,
        48..51 => Deed::DeleteReply,
        51..53 => Deed::PlusOne { side: rng.pick(&Side::BOTH) },
        53..70 => Deed::Comment { restricted: rng.chance(20), as_bot: rng.chance(10) },
        70..76 => Deed::EditComment,
        76..79 => Deed::DeleteComment,
        79..82 => Deed::Restrict,
        82..84 => Deed::Unrestrict,
        84..87 => Deed::Field(FieldDeed::Grave { grave: rng.chance(50) }),
        _ => Deed::Field(FieldDeed::Status { side: rng.pick(&Side::BOTH), to: rng.below(3) as usize }),
    }
}

/// Returns true for a deed that people can do to alerts and their Jira issues: an alert has no owner that travels, and no files.
pub(in crate::sim) fn can_be_done(deed: Deed) -> bool {
    match deed {
        Deed::Field(field) => !matches!(field, FieldDeed::Assign { .. }),
        Deed::OpenGuance { .. }
        | Deed::EditGuanceIssue
        | Deed::SetLevel { .. }
        | Deed::Reply
        | Deed::Repeat
        | Deed::EditReply
        | Deed::DeleteReply
        | Deed::PlusOne { .. }
        | Deed::Comment { .. }
        | Deed::EditComment
        | Deed::DeleteComment
        | Deed::Restrict
        | Deed::Unrestrict
        | Deed::Secure
        | Deed::Unsecure
        | Deed::Move { .. } => true,
        _ => false,
    }
}

/// Returns true where a status is never left again, or does not exist.
pub(in crate::sim) fn refuses(w: &World, from: &str, to: &str) -> bool {
    w.line == super::alerts() && (from == CLOSED && to != CLOSED || STATUSES.of(to).is_none())
}

/// Requests to this service are not counted.
pub(in crate::sim) struct Unmetered;

impl Budget for Unmetered {
    fn take(&self, _urgency: Urgency, _purpose: Purpose) -> Result<usize, ApiError> {
        Ok(0)
    }

    fn spare(&self) -> usize {
        1000
    }

    fn exhausted(&self, _credential: usize, _wait: std::time::Duration) {}
}

/// The service as the engine sees it.
pub(in crate::sim) struct SimAlerts<'w>(pub(in crate::sim) &'w SimGuance<'w>);

/// Calls the status of an alert what the service calls it.
fn as_alert(mut issue: Issue) -> Issue {
    if let Some(known) = STATUSES.of(&issue.status.id) {
        known.name.clone_into(&mut issue.status.name);
    }
    issue
}

fn as_alerts(batch: Batch) -> Batch {
    Batch { issues: batch.issues.into_iter().map(as_alert).collect(), ..batch }
}

impl Remote for SimAlerts<'_> {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities { threads: Some(self), writes: Some(self), quota: Some(self), ..Abilities::default() }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.0.identify()
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.0.changed(span).map(as_alerts)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.0.issues(ids).map(as_alerts)
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        self.0.issue_url(name)
    }
}

impl Threads for SimAlerts<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.0.thread(issue)
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.0.presence(issue, comments)
    }
}

impl Quota for SimAlerts<'_> {
    /// In some of the runs that meet misfortunes: at rest, everything goes.
    fn is_near_limit(&self) -> bool {
        let w = self.0.world.borrow();
        let is_calm = w.run.faults.is_empty() && !w.run.busy;
        !is_calm && mix(w.setup.seed ^ 0xa1e7, u64::from(w.lines.runs)).is_multiple_of(2)
    }
}

impl Writes for SimAlerts<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| self.push_one(push)).collect()
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        self.0.find(wanted, taken)
    }
}

impl SimAlerts<'_> {
    fn push_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        let one = std::slice::from_ref(push);
        let no_answer = || Err(ApiError::new(Side::GUANCE, ApiErrorKind::InDoubt, "no answer"));
        if !matches!(push.action, Action::AddComment { .. }) {
            let done = self.0.push(one).into_iter().next().unwrap_or_else(no_answer);
            let told =
                |receipt: Receipt| Receipt { issue: receipt.issue.map(|one| Box::new(as_alert(*one))), ..receipt };
            return done.map(told);
        }
        let passage = self.0.send(&format!("write {}", push.key), Urgency::Write, true);
        let w = &mut *self.0.world.borrow_mut();
        let fate = fate(w);
        let kept = if passage == Ok(Passage::Stalled) { Fate::Later(LATEST_MS.cast_signed()) } else { fate };
        let passage = passage.map(|way| if way == Passage::Stalled { Passage::AnswerLost } else { way });
        let done = faithful::carry(w, one, passage, |w, push| accept(w, push, kept));
        let done = done.into_iter().next().unwrap_or_else(no_answer);
        // A careful adapter looks whether it is there, and does not wait for it for ever.
        let is_careless = w.bug == Some(Bug::AcceptedCountsAsDone);
        if done.is_ok() && fate != Fate::Now && !is_careless { no_answer() } else { done }
    }
}

/// Returns what becomes of the next note. What is told to rest comes to rest.
fn fate(w: &World) -> Fate {
    let luck = mix(w.setup.seed ^ 0xa1e7_0001, u64::from(w.requests) ^ w.now.unsigned_abs());
    match luck % 10 {
        _ if w.settling => Fate::Now,
        0 | 1 => Fate::Later((luck / 10 % LATEST_MS).cast_signed()),
        2 => Fate::Never,
        _ => Fate::Now,
    }
}

/// A note is accepted: from now on nobody can keep it back.
fn accept(w: &mut World, push: &Push, fate: Fate) -> Result<Receipt, ApiError> {
    let Action::AddComment { issue, body, .. } = &push.action else {
        return Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, "only notes are accepted here".to_owned()));
    };
    if w.guance.place(issue.as_str()).is_none() {
        return Err(ApiError::new(Side::GUANCE, ApiErrorKind::Refused, "404 no such alert".to_owned()));
    }
    w.crosses(push, &body.canonical());
    w.check_not_late(push);
    w.seals();
    w.check_home(&push.key, w.source(), issue.as_str());
    match fate {
        Fate::Now => return Ok(carry_out(w, push)),
        Fate::Later(ms) => {
            let due = w.now + ms;
            w.lines.alerts.coming.push((due, push.clone()));
        }
        Fate::Never => {}
    }
    w.note(|| format!("     {} is accepted: {fate:?}", push.key));
    let id = CommentId::standing_for("note", push.key.as_str());
    Ok(Receipt::of(id.as_str(), Some(moment(w))))
}

/// A note is there.
fn carry_out(w: &mut World, push: &Push) -> Receipt {
    let now = moment(w);
    let Action::AddComment { issue, body, .. } = &push.action else { return Receipt::of("", None) };
    let Some(at) = w.guance.place(issue.as_str()) else { return Receipt::of("", None) };
    w.copied(&push.key);
    let id = w.guance.fresh_reply_id();
    let author = w.accounts.api_key();
    let body = w.kept(Side::GUANCE, body, rest_of(push));
    // Nothing but its text says whose copy it is.
    w.guance.issues[at].notes.push(Note::copy(id.clone(), &author, &body, push, None, now.timestamp_millis()));
    w.replied(at);
    w.writes += 1;
    Receipt::of(id, Some(now))
}

fn moment(w: &World) -> DateTime<Utc> {
    time(w.guance_now())
}

/// Carries out what was accepted and is due; all of it where nobody could know any more that it is to come.
pub(in crate::sim) fn arrive(w: &mut World, all: bool) {
    let now = w.now;
    let (due, coming): (Vec<_>, Vec<_>) =
        std::mem::take(&mut w.lines.alerts.coming).into_iter().partition(|(due, _)| all || *due <= now);
    w.lines.alerts.coming = coming;
    for (_, push) in due {
        let on_stage = w.line;
        w.enter(super::alerts());
        w.note(|| format!("  carried out, which was accepted: {}", push.key));
        carry_out(w, &push);
        w.enter(on_stage);
    }
}
