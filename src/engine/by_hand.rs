//! What a person orders: a reply, a create, a pair, and the end of a pair.
//!
//! None of it is a run: nothing is read from a cursor, and no cursor moves. What is to be written goes through the outbox as in
//! a run, so that a process that dies leaves what the next run finishes.

use anyhow::Result;

use super::apply::apply;
use super::run::{Retries, Run, Trouble};
use super::world::{Order, World};
use super::{belongs, deliver, ordered, references, script, take, trust, waits};
use crate::domain::{CommentId, Issue, IssueId, IssueLink, Key, Push, Side, Stage, issue_place};
use crate::plan::Step;
use crate::plan::issues;
use crate::plan::reply::Reply;
use crate::ports::{ApiError, ApiErrorKind, Mark, NamedIssue, Pairing, seal_keys};
use crate::state::{StuckItem, Tx};
use crate::words::{HandError, Note};

/// What is done on one line at a person's order.
pub struct ByHand<'a> {
    run: Run<'a>,
}

impl std::fmt::Debug for ByHand<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByHand").finish_non_exhaustive()
    }
}

/// What was said in a chat, and what is to be written for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// True when the same was posted a moment ago: nothing new is written.
    pub again: bool,
    /// Under which id.
    pub id: CommentId,
}

/// Where a write stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The side it goes to.
    pub side: Side,
    /// What it was written as; `None` before.
    pub copy: Option<String>,
    /// What keeps it.
    pub stuck: Option<StuckItem>,
}

impl<'a> ByHand<'a> {
    /// Returns the line that is to be worked on.
    ///
    /// # Errors
    /// When the state file cannot be read, or the state belongs to other services ([`belongs::Foreign`]).
    pub fn new(world: World<'a>) -> Result<Self> {
        if let Some(foreign) = belongs::compare(world.state, &world.settings.services)? {
            return Err(foreign.into());
        }
        let mut run = Run::new(world, Order::default(), world.clock.now());
        // What is missed meanwhile is missed by the last run: only a later one agrees with it.
        run.number = world.state.last_run()?;
        (run.may_link, run.retries) = (true, Some(Retries::AtLast));
        Ok(Self { run })
    }

    /// Enqueues what somebody says in a chat, for both sides of a pair.
    ///
    /// # Errors
    /// When the state file fails.
    pub fn reply(&mut self, pair: &IssueLink, author: &str, text: &str) -> Result<Posted> {
        let world = self.run.world;
        let reply = Reply { author, text, at: world.clock.now() };
        let [new, before] = reply.ids(pair);
        for id in [&new, &before] {
            if self.is_known(id)? {
                return Ok(Posted { again: true, id: id.clone() });
            }
        }
        let tx = world.state.begin()?;
        for target in self.targets() {
            let other = target.opposite();
            let name = if other.is_source() { pair.guance.as_str() } else { &pair.jira_name };
            let url = self.run.remote(other).issue_url(name);
            self.enqueue(&tx, &reply.push((pair, target), &new, &url, world.policy.voice))?;
        }
        tx.commit()?;
        world.failpoints.hit("reply enqueued")?;
        Ok(Posted { again: false, id: new })
    }

    /// Returns the sides that get what is said in a chat: Jira, and the source where comments travel to it.
    fn targets(&self) -> Vec<Side> {
        let source = self.run.source();
        let abilities = self.run.abilities(source);
        let has_comments = abilities.threads.is_some() || self.run.about(source).comments_once;
        let takes = self.run.world.policy.flow.comments && abilities.writes.is_some() && has_comments;
        std::iter::once(source.opposite()).chain(takes.then_some(source)).collect()
    }

    fn is_known(&self, id: &CommentId) -> Result<bool> {
        let state = self.run.world.state;
        for side in self.run.source().both() {
            let link = state.comment_link(side, id)?;
            if link.is_some() || state.stage_of(&Key::comment(side, id))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn enqueue(&self, tx: &Tx<'_>, push: &Push) -> Result<()> {
        let now = self.run.world.clock.now();
        tx.enqueue(&references::settled(&self.run, push)?, false, now)?;
        tx.note(push.key.as_str(), &Note::Enqueued { what: push.summary.clone() }.to_string(), now)?;
        Ok(())
    }

    /// Returns where the comments stand that were made of what was said in a chat.
    ///
    /// # Errors
    /// When the state file cannot be read.
    pub fn standing(&self, id: &CommentId) -> Result<Vec<Standing>> {
        let state = self.run.world.state;
        let mut all = Vec::new();
        for origin in self.run.source().both() {
            let key = Key::comment(origin, id);
            let copy = state.comment_link(origin, id)?.map(|link| link.copy_id.to_string());
            let stuck = state.stuck_about([key.to_string()].iter())?.into_iter().next();
            if copy.is_some() || stuck.is_some() {
                all.push(Standing { side: origin.opposite(), copy, stuck });
            }
        }
        Ok(all)
    }

    /// Sends what waits for one item's pair.
    ///
    /// # Errors
    /// When the state file fails, or a side could not be reached; what was not sent waits for the next run.
    pub fn deliver(&mut self, item: &IssueId) -> Result<()> {
        let run = &mut self.run;
        run.only = Some(item.clone());
        waits::obey(run)?;
        belongs::settle(run)?;
        script::begin(run)?;
        deliver::both(run)
    }

    /// Returns why a side could not be reached while something was sent.
    pub fn failed(&self) -> Option<(Side, String, Option<String>)> {
        let failure = self.run.report.sides_failed.iter().next();
        failure.map(|(side, failure)| (*side, failure.message.clone(), failure.hint.clone()))
    }

    /// Returns true where the process was asked to stop.
    pub fn interrupted(&self) -> bool {
        self.run.interrupted
    }

    /// Reads an item at its source; `None` when it is not there.
    ///
    /// # Errors
    /// What the source fails at, or that the record cannot be understood.
    pub fn item(&mut self, id: &IssueId) -> Result<Option<Issue>> {
        belongs::settle(&mut self.run)?;
        let mut batch = self.run.world.guance.issues(std::slice::from_ref(id))?;
        if let Some(at) = batch.issues.iter().position(|issue| issue.id == *id) {
            return Ok(Some(batch.issues.swap_remove(at)));
        }
        let unread = batch.unreadable.into_iter().find(|record| record.issue.as_ref() == Some(id));
        unread
            .map_or(Ok(None), |record| Err(ApiError::new(self.run.source(), ApiErrorKind::Refused, record.why).into()))
    }

    /// Enqueues the create of an item's Jira issue, whatever held it. Returns false where one was sent and not answered: that is
    /// looked up.
    ///
    /// # Errors
    /// When the state file fails, or there is no such route.
    pub fn push(&mut self, issue: &Issue, route: Option<usize>) -> Result<bool> {
        let world = self.run.world;
        let key = Key::issue(self.run.source(), &issue.id);
        if world.state.stage_of(&key)? == Some(Stage::InFlight) {
            return Ok(false);
        }
        let Some(mut new) = issues::create_by_hand(issue, world.policy, route) else {
            anyhow::bail!("there is no such route; this is a bug");
        };
        let known = world.state.issue_link(self.run.source(), &issue.id)?;
        if let (Some(reuse), Some(link)) = (&mut new.reuse, known.as_ref().filter(|link| link.retired)) {
            // A person wants another than the ticket that is another item's.
            reuse.passed.push(IssueId::new(link.ticket()));
        }
        ordered::remember(world.state, &issue.id, world.clock.now())?;
        let tx = world.state.begin()?;
        // A create that is held stays so when it is enqueued again.
        tx.withdraw(&key)?;
        if known.is_some() {
            tx.forget_pair(&issue.id)?;
        }
        self.enqueue(&tx, &issues::push(issue, new))?;
        tx.set_original(&key, &take::original(issue))?;
        tx.commit()?;
        self.forget_pairs();
        world.failpoints.hit("create enqueued")?;
        Ok(true)
    }

    /// Takes note that an ordered create is done.
    ///
    /// # Errors
    /// When the state file fails.
    pub fn pushed(&self, item: &IssueId) -> Result<()> {
        Ok(ordered::forget(self.run.world.state, item)?)
    }

    /// Pairs an item with a Jira issue that is there. Returns what Jira refused to have marked.
    ///
    /// # Errors
    /// Says why they cannot be a pair ([`HandError`], as an error), or what a service or the state file fails at.
    pub fn link(&mut self, issue: &Issue, named: &NamedIssue, jira: &dyn Pairing) -> Result<Option<ApiError>> {
        let (world, source) = (self.run.world, self.run.source());
        let key = Key::issue(source, &issue.id);
        if world.state.stage_of(&key)? == Some(Stage::InFlight) {
            return Err(HandError::AnswerLost { item: issue.id.to_string() }.into());
        }
        let claimed = named.claim.as_ref().filter(|claim| claim.proven && claim.key.origin() != key);
        if let Some(other) = claimed.and_then(|claim| claim.key.issue_on(source))
            && !self.rests(&other, &named.id)?
        {
            let (name, item) = (named.name.clone(), other.to_string());
            return Err(HandError::MarkedForAnother { name, item }.into());
        }
        trust::learn_key(&mut self.run).map_err(plain)?;
        trust::establish(&mut self.run).map_err(plain)?;
        let place = issue_place(&world.settings.services.pair, &named.creator.id);
        let content = issue.fingerprint();
        let seal = seal_keys(world.state).seal(&key, &content, &place);
        let mark = Mark { copy: named.id.as_str().to_owned(), key: key.clone(), content, seal };
        let unmarked = match jira.pair(&mark) {
            Ok(()) => None,
            Err(error) if error.kind == ApiErrorKind::Refused => Some(error),
            Err(error) => return Err(error.into()),
        };
        world.failpoints.hit("marked")?;
        self.remember_pair(issue, named).map_err(plain)?;
        Ok(unmarked)
    }

    /// Returns true where this item was once in a pair with this Jira issue that a person took apart.
    fn rests(&self, item: &IssueId, jira: &IssueId) -> Result<bool> {
        let link = self.run.world.state.issue_link(self.run.source(), item)?;
        Ok(link.is_some_and(|link| link.unlinked && link.jira == *jira))
    }

    fn remember_pair(&mut self, issue: &Issue, named: &NamedIssue) -> Result<(), Trouble> {
        let (world, source) = (self.run.world, self.run.source());
        let (key, now) = (Key::issue(source, &issue.id), world.clock.now());
        let known = world.state.issue_link(source, &issue.id)?;
        let tx = world.state.begin()?;
        tx.withdraw(&key)?;
        if known.as_ref().is_some_and(|link| link.jira == named.id) {
            tx.relink(&issue.id)?;
        } else {
            if known.is_some() {
                tx.forget_pair(&issue.id)?;
            }
            tx.make_room(&named.id)?;
            self.forget_pairs();
            let (guance, jira, jira_name) = (issue.id.clone(), named.id.clone(), named.name.clone());
            apply(&mut self.run, &tx, &Step::AdoptIssue { guance, jira, jira_name, kin: None }, false, now)?;
        }
        tx.note(key.as_str(), &Note::LinkedByHand { name: named.name.clone() }.to_string(), now)?;
        tx.commit()?;
        self.forget_pairs();
        Ok(())
    }

    /// Takes a pair apart, and its marker off Jira. Returns what Jira did not let us take off.
    ///
    /// # Errors
    /// When the state file fails.
    pub fn unlink(&mut self, pair: &IssueLink, jira: &dyn Pairing) -> Result<Option<ApiError>> {
        let world = self.run.world;
        let key = Key::issue(self.run.source(), &pair.guance);
        if !pair.unlinked {
            let tx = world.state.begin()?;
            tx.unlink(&pair.guance)?;
            tx.note(key.as_str(), &Note::Unlinked { name: pair.jira_name.clone() }.to_string(), world.clock.now())?;
            tx.commit()?;
            self.forget_pairs();
        }
        world.failpoints.hit("unlinked")?;
        belongs::settle(&mut self.run)?;
        Ok(jira.unpair(&pair.jira, &key).err())
    }

    /// Reads pairs anew: the state was written to.
    fn forget_pairs(&self) {
        self.run.pairs.take();
    }
}

fn plain(trouble: Trouble) -> anyhow::Error {
    match trouble {
        Trouble::Api(error) => error.into(),
        Trouble::Fatal(error) => error,
    }
}
