//! Taking over the Jira issues and the copies that another program made: what is to be done, and doing it.
//!
//! A pair is linked last, after its comments are: who is stopped half-way starts again, and finds the pair still open.

mod plan;
mod accounts;
mod choose;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use anyhow::Result;
use chrono::{DateTime, TimeDelta};

use self::accounts::{Accepted, is_key};
use self::choose::Chosen;
use super::adopt::rebuild;
use super::apply::apply;
use super::run::{Run, Trouble};
use super::world::{Backfill, Order, World};
use super::{belongs, script, trust};
use crate::domain::{
    Comment, CommentId, CommentLink, Fingerprint, Issue, Key, Person, Side, Visibility, comment_place, issue_place,
};
use crate::plan::Step;
use crate::plan::takeover::{self as threads, Copied, Found, Threads};
use crate::ports::{ApiError, ApiErrorKind, LabelledIssue, Mark, Takeover, seal_keys};
use crate::state::RunEnd;
use crate::words::{Left, Note};

pub use super::script::{name_of, notice, quotable};
pub use plan::{Done, Handover, PairPlan, Plan};

/// Two clocks that differ by less are taken for one.
const TOLERATED: TimeDelta = TimeDelta::seconds(30);

impl<'a> Handover<'a> {
    /// Returns a takeover; nothing is contacted yet. The state of a dry run must be a copy.
    pub fn new(world: World<'a>, guance: &'a dyn Takeover, jira: &'a dyn Takeover, dry_run: bool) -> Self {
        // As a backfill: it has the time that it takes, and waits for the request budget.
        let backfill = Some(Backfill { from: DateTime::UNIX_EPOCH, until: None });
        let run = Run::new(world, Order { backfill, dry_run, ..Order::default() }, world.clock.now());
        Self { run, guance, jira, jira_ahead: TimeDelta::zero() }
    }

    /// Returns whether it was decided before what issues with a uuid's label are.
    ///
    /// # Errors
    /// When the state file cannot be read.
    pub fn is_decided(&self) -> Result<bool> {
        Ok(script::is_decided(self.run.world.state)?)
    }

    /// Finds out what is to be done, and writes nothing to either service.
    ///
    /// # Errors
    /// What a service, or the state file, fails at.
    pub fn plan(&mut self, created_by: &[String]) -> Result<Plan> {
        self.make_plan(created_by).map_err(plain)
    }

    fn make_plan(&mut self, created_by: &[String]) -> Result<Plan, Trouble> {
        let run = &mut self.run;
        belongs::settle(run).map_err(Trouble::Fatal)?;
        let me = run.identify(run.tracker())?.account;
        run.identify(run.source())?;
        script::begin(run).map_err(Trouble::Fatal)?;
        if run.world.state.cursor(run.tracker())?.is_none() {
            // What carries guajira's own marker is a pair already.
            trust::learn_key(run)?;
            rebuild(run, DateTime::UNIX_EPOCH)?;
        }
        script::jira_read(run).map_err(Trouble::Fatal)?;
        let labelled = self.jira.labelled()?;
        let mut plan = Plan::default();
        let mut accepted = self.accounts(created_by, &labelled, &mut plan)?;
        accepted.jira.extend(self.jira.own_accounts().into_iter().chain([me]).filter(|id| !id.is_empty()));
        accepted.guance.extend(self.guance.own_accounts());
        let candidates = self.candidates(labelled, &accepted, &mut plan)?;
        let chosen = self.choose(candidates, &mut plan)?;
        let total = chosen.len();
        for (n, Chosen { original, issue, labelled }) in chosen.into_iter().enumerate() {
            if self.run.must_stop() {
                return Err(ApiError::new(
                    self.run.tracker(),
                    ApiErrorKind::Stopped,
                    "asked to stop; nothing was written",
                )
                .into());
            }
            let name = labelled.name.clone();
            match self.pair(&original, &issue, labelled, &mut accepted, &mut plan.copiers)? {
                Some(pair) => plan.pairs.push(pair),
                None => plan.left.push((name, Left::ThreadUnreadable)),
            }
            self.run.world.progress.delivered(to_u64(n + 1), to_u64(total - n - 1));
        }
        for name in std::mem::take(&mut accepted.names) {
            let ids: Vec<String> = accepted.keys.remove(&name).unwrap_or_default().into_iter().collect();
            match ids.as_slice() {
                [id] => {
                    plan.accounts.push((name.clone(), self.run.source(), Person { id: id.clone(), name, email: None }));
                }
                // Nothing was read that could tell, and nothing waits for the answer: a takeover that was done before.
                [] if !accepted.saw_threads && plan.makers.is_empty() => {}
                _ => plan.unresolved.push((name, ids)),
            }
        }
        Ok(plan)
    }

    /// Finds out how far Jira's clock is ahead of Guance's, once both have told theirs; it costs no request.
    fn compare_clocks(&mut self) -> Result<(), Trouble> {
        let Some(guance) = self.run.world.guance.identify()?.clock else { return Ok(()) };
        let Some(jira) = self.run.identify(self.run.tracker())?.clock else { return Ok(()) };
        // Each told its own when it was asked: what lies between is the time that passed since.
        let passed = self.run.world.clock.now() - self.run.report.started;
        let ahead = jira + passed - guance;
        self.jira_ahead = if ahead.abs() > TOLERATED { ahead } else { TimeDelta::zero() };
        Ok(())
    }

    /// Looks for copies in both threads of a pair; `None` when one of them cannot be read.
    fn pair(
        &self,
        original: &Issue,
        issue: &Issue,
        labelled: LabelledIssue,
        accepted: &mut Accepted,
        copiers: &mut Vec<(Person, usize)>,
    ) -> Result<Option<PairPlan>, Trouble> {
        let world = self.run.world;
        let jira = match &issue.thread {
            Some(thread) => Some(thread.clone()),
            None => self.run.read_thread(self.run.tracker(), &issue.id)?,
        };
        let Some(jira) = jira else { return Ok(None) };
        // Without a comment on Jira there are no copies, on either side: that spares a request of Guance's.
        let guance =
            if jira.is_empty() { Some(Vec::new()) } else { self.run.read_thread(self.run.source(), &original.id)? };
        let Some(guance) = guance else { return Ok(None) };
        accepted.meet(&guance);
        let mut settled: HashSet<(Side, CommentId)> = HashSet::new();
        for comment in jira.iter().chain(&guance) {
            if world.state.comment_link(comment.side, &comment.id)?.is_some() {
                settled.insert((comment.side, comment.id.clone()));
            }
        }
        let threads = Threads { line: self.run.source(), jira: &jira, guance: &guance, jira_ahead: self.jira_ahead };
        let is_open = |comment: &Comment| !settled.contains(&(comment.side, comment.id.clone()));
        let Found { copied, doubtful } = threads::find(&threads, &is_open, &|comment| accepted.holds(comment));
        let sides = |one: &Copied| [(one.origin, one.original.clone()), (one.origin.opposite(), one.copy.clone())];
        settled.extend(copied.iter().flat_map(sides));
        let is_open = |comment: &Comment| !settled.contains(&(comment.side, comment.id.clone()));
        // Programs that were not named and do the same: whoever takes over has to know of them.
        let unnamed =
            |comment: &Comment| comment.side.is_source() && is_key(&comment.author) && !accepted.holds(comment);
        let others = threads::find(&threads, &is_open, &unnamed);
        for copy in others.copied.iter().map(|one| &one.copy).chain(others.doubtful.iter().map(|(_, id)| id)) {
            let Some(comment) = guance.iter().find(|comment| comment.id == *copy) else { continue };
            match copiers.iter_mut().find(|(who, _)| who.id == comment.author.id) {
                Some((_, count)) => *count += 1,
                None => copiers.push((comment.author.clone(), 1)),
            }
        }
        let travels = |comment: &&Comment| {
            comment.claim.is_none()
                && comment.visibility == Visibility::Public
                && !comment.by_monitor
                && is_open(comment)
        };
        let uncopied = jira.iter().chain(&guance).filter(travels).count().saturating_sub(doubtful.len());
        Ok(Some(PairPlan {
            jira: labelled.id,
            jira_name: labelled.name,
            maker: labelled.creator,
            guance: original.id.clone(),
            title: original.title.clone(),
            jira_title: issue.title.clone(),
            copied,
            doubtful,
            uncopied,
            content: original.fingerprint(),
        }))
    }

    /// Does what was planned. It may be stopped, and started again.
    ///
    /// # Errors
    /// What a service, or the state file, fails at; then what was done so far is remembered.
    pub fn carry_out(&mut self, plan: &Plan) -> Result<Done> {
        let world = self.run.world;
        let number = world.state.begin_run("takeover", world.clock.now())?;
        self.run.number = number;
        let mut done = Done::default();
        let result = self.take_over(plan, &mut done).map_err(plain);
        let summary = format!("{} pairs and {} comments taken over", done.pairs, done.comments);
        let is_good = result.is_ok() && !done.interrupted;
        let (failures, read) = (BTreeMap::new(), BTreeSet::new());
        let end = RunEnd { good: is_good, summary: &summary, failures: &failures, read: &read };
        world.state.end_run(number, &end, world.clock.now())?;
        result.map(|()| done)
    }

    fn take_over(&mut self, plan: &Plan, done: &mut Done) -> Result<(), Trouble> {
        trust::establish(&mut self.run)?;
        for (n, pair) in plan.pairs.iter().enumerate() {
            if self.run.must_stop() {
                done.interrupted = true;
                return Ok(());
            }
            self.take_over_pair(pair, done)?;
            self.run.world.progress.delivered(to_u64(n + 1), to_u64(plan.pairs.len() - n - 1));
        }
        let world = self.run.world;
        Ok(script::decide(world.state, "taken over", world.clock.now())?)
    }

    fn take_over_pair(&mut self, pair: &PairPlan, done: &mut Done) -> Result<(), Trouble> {
        for target in self.run.source().both() {
            self.mark_copies(pair, target, done)?;
        }
        let key = Key::issue(self.run.source(), &pair.guance);
        let place = issue_place(&self.run.world.settings.services.pair, &pair.maker.id);
        if let Err(error) = self.jira.mark_issue(&self.mark(pair.jira.as_str(), key.clone(), &pair.content, &place)) {
            unmarked(&pair.jira_name, error, done)?;
        }
        let world = self.run.world;
        world.failpoints.hit("marked")?;
        let now = world.clock.now();
        let tx = world.state.begin()?;
        // A create that is held is not needed any more, and is no base: the issue says what the script wrote.
        tx.withdraw(&key)?;
        for (side, id) in &pair.doubtful {
            let key = Key::comment(*side, id);
            tx.never(&key, &pair.guance, side.opposite(), now)?;
            tx.note(key.as_str(), &Note::SaysAgain.to_string(), now)?;
        }
        let (guance, jira, jira_name) = (pair.guance.clone(), pair.jira.clone(), pair.jira_name.clone());
        apply(&mut self.run, &tx, &Step::AdoptIssue { guance, jira, jira_name, kin: None }, false, now)?;
        tx.commit()?;
        world.failpoints.hit("taken over")?;
        done.pairs += 1;
        Ok(())
    }

    /// Returns the marker of a copy in its place.
    fn mark(&self, copy: &str, key: Key, content: &Fingerprint, place: &str) -> Mark {
        let seal = seal_keys(self.run.world.state).seal(&key, content, place);
        Mark { copy: copy.to_owned(), key, content: content.clone(), seal }
    }

    /// Marks the copies on one side, and remembers them.
    fn mark_copies(&mut self, pair: &PairPlan, target: Side, done: &mut Done) -> Result<(), Trouble> {
        let copied: Vec<&Copied> = pair.copied.iter().filter(|one| one.origin != target).collect();
        if copied.is_empty() {
            return Ok(());
        }
        let (side, issue) = match target {
            Side::Source(_) => (self.guance, &pair.guance),
            Side::Tracker(_) => (self.jira, &pair.jira),
        };
        let mark = |one: &&Copied| {
            let key = Key::comment(one.origin, &one.original);
            // As everywhere, a seal names no account where the service tells none.
            let author = if self.run.about(target).tells_account { one.author.as_str() } else { "" };
            self.mark(one.copy.as_str(), key, &one.content, &comment_place(issue, author))
        };
        let marks: Vec<Mark> = copied.iter().map(mark).collect();
        let results = side.mark_comments(issue, &marks)?;
        let world = self.run.world;
        world.failpoints.hit("comments marked")?;
        let now = world.clock.now();
        let mut failed = None;
        let tx = world.state.begin()?;
        for (one, result) in copied.into_iter().zip(results) {
            let place = format!("{} of {}", one.copy, pair.jira_name);
            if let Err(trouble) = result.or_else(|error| unmarked(&place, error, done)) {
                failed = failed.or(Some(trouble));
                continue;
            }
            let link = CommentLink {
                origin: one.origin,
                origin_id: one.original.clone(),
                copy_id: one.copy.clone(),
                pair: pair.guance.clone(),
                written: Some(one.content.clone()),
            };
            apply(&mut self.run, &tx, &Step::AdoptComment(link), false, now)?;
            // Should it turn out later that we may not write over it, a new copy is made, and this one says nothing new.
            tx.never(&Key::comment(target, &one.copy), &pair.guance, target.opposite(), now)?;
            done.comments += 1;
        }
        tx.commit()?;
        failed.map_or(Ok(()), |error| Err(Trouble::Api(error)))
    }
}

/// Notes what a service refuses to have marked; any other failure ends the takeover.
fn unmarked(what: &str, error: ApiError, done: &mut Done) -> Result<(), ApiError> {
    if error.kind != ApiErrorKind::Refused {
        return Err(error);
    }
    tracing::warn!(copy = what, error = %error, "Not marked.");
    done.unmarked.push((what.to_owned(), error.message));
    Ok(())
}

fn plain(trouble: Trouble) -> anyhow::Error {
    match trouble {
        Trouble::Api(error) => error.into(),
        Trouble::Fatal(error) => error,
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
