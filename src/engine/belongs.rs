//! Whether this state belongs to the services at hand. With others the ids in it mean something else: what is private
//! would be written onto a stranger's issue that happens to have the same number.
//!
//! What the configuration names is compared before anything is asked; who we are on Jira, and which workspace Guance's
//! keys are of, before anything is read. A state of an older version does not tell: then its pairs must.

use std::fmt;

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::ask::read_register;
use super::run::{Run, Trouble};
use super::trust::{self, STATE_ID};
use crate::domain::{Issue, IssueLink, Key, Side};
use crate::ports::{Batch, Identity, Register, Remote};
use crate::state::{Installation, Services, State, Workspace};
use crate::words::{Kept, StateHint};

/// How many pairs are looked at where no more than one is needed.
const FEW: usize = 5;

/// How many pairs are looked at before a state is bound again.
const MANY: usize = 20;

/// How many Guance issues are read one by one to find one that is there.
const GUANCE_TRIES: usize = 3;

/// Pairs that are looked through for some that are not gone.
const LATEST: usize = 200;

/// The state belongs to other services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    message: String,
    /// What is safe to do.
    pub hint: String,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Foreign {}

impl Foreign {
    /// Other services, or the same under another name.
    fn or_renamed(message: String) -> Self {
        Self { message, hint: StateHint::GiveOwnStateOrRebind.into() }
    }

    fn for_certain(message: String) -> Self {
        Self { message, hint: StateHint::GiveOwnStateOrFormerServices.into() }
    }
}

/// What a sample of pairs says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sample {
    /// Jira issues that carry the marker of exactly their pair.
    proven: usize,
    /// Those that do not, for people.
    strange: Vec<String>,
    /// Pairs whose Jira issue was not to be read.
    missing: usize,
}

/// What binding a state again came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebound {
    /// What the state belonged to; `None` when it did not say.
    pub from: Option<Services>,
    /// What it belongs to now.
    pub to: Services,
    /// Pairs that their markers proved.
    pub proven: usize,
    /// Pairs whose Jira issue was not to be read.
    pub missing: usize,
}

/// Compares what the state says with what the configuration names. Nothing is asked.
///
/// # Errors
/// When the state file cannot be read.
pub fn compare(state: &State, now: &Services) -> Result<Option<Foreign>> {
    let Some(known) = state.services()? else { return Ok(None) };
    if state.is_blank()? {
        return Ok(None);
    }
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    if !known.has_jira_of(now) {
        theirs.push(jira_words(&known.jira));
        ours.push(jira_words(&now.jira));
    }
    if !known.has_guance_of(now) {
        theirs.push(guance_words(&known.guance));
        ours.push(guance_words(&now.guance));
    }
    if theirs.is_empty() {
        return Ok(None);
    }
    let (theirs, ours) = (theirs.join(" and "), ours.join(" and "));
    Ok(Some(Foreign::or_renamed(Kept::BelongsTo { theirs, ours }.to_string())))
}

/// Returns a Jira in words.
pub fn jira_words(jira: &Installation) -> String {
    let Installation { address, account, id: _ } = jira.clone();
    let words = if account.is_empty() { Kept::Jira { address } } else { Kept::JiraAs { address, account } };
    words.to_string()
}

/// Returns a workspace in words.
pub fn guance_words(guance: &Workspace) -> String {
    let Workspace { address, channel, workspace } = guance.clone();
    let is_known = !workspace.is_empty();
    let words =
        if is_known { Kept::GuanceIn { address, channel, workspace } } else { Kept::Guance { address, channel } };
    words.to_string()
}

/// Makes sure, before anything else, that the run's state belongs to its services, and lets a new one belong to them.
pub(super) fn settle(run: &mut Run<'_>) -> Result<()> {
    let (state, services) = (run.world.state, &run.world.settings.services);
    if let Some(foreign) = compare(state, services)? {
        return Err(foreign.into());
    }
    let is_new = |known: &Services| !known.has_jira_of(services) || !known.has_guance_of(services);
    if state.services()?.as_ref().is_some_and(is_new) {
        let tx = state.begin()?;
        tx.forget_services()?;
        tx.commit()?;
    }
    let is_old = state.services()?.is_none() && !state.is_blank()?;
    for side in [run.tracker(), run.source()] {
        if run.is_down(side) {
            continue;
        }
        if let Err(trouble) = establish(run, side, is_old) {
            run.absorb(side, trouble)?;
        }
    }
    Ok(())
}

/// Looks at one side of a run; `is_old` when the state did not say what it belongs to.
fn establish(run: &mut Run<'_>, side: Side, is_old: bool) -> Result<(), Trouble> {
    let (state, services) = (run.world.state, &run.world.settings.services);
    let known = state.services()?;
    let bound = match (side, known.clone()) {
        (Side::Tracker(_), known) => {
            let identity = run.identify(run.tracker())?;
            prove_jira(state, run.world.jira, &identity, known, services)?
        }
        (Side::Source(_), Some(known)) => {
            let identity = run.identify(run.source())?;
            prove_guance(state, run.world.guance, &identity, known, is_old)?
        }
        // It is Jira that tells whether the channel is the right one.
        (Side::Source(_), None) => {
            if !state.is_blank()? {
                run.down.push(run.source());
            }
            return Ok(());
        }
    };
    bind(state, known.as_ref(), &bound, run.world.clock.now())
}

fn bind(state: &State, known: Option<&Services>, bound: &Services, now: DateTime<Utc>) -> Result<(), Trouble> {
    if known == Some(bound) {
        return Ok(());
    }
    let tx = state.begin()?;
    tx.bind(state, bound, now)?;
    tx.commit()?;
    Ok(())
}

/// Tells whether a state belongs to the services at hand, and returns these. Nothing is written.
///
/// # Errors
/// [`Foreign`] when it does not; what else is wrong with the services or the state otherwise.
pub fn verify(state: &State, guance: &dyn Remote, jira: &dyn Remote, services: &Services) -> Result<Services> {
    if let Some(foreign) = compare(state, services)? {
        return Err(foreign.into());
    }
    let known = state.services()?;
    let is_old = known.is_none();
    let known = prove_jira(state, jira, &jira.identify()?, known, services)?;
    prove_guance(state, guance, &guance.identify()?, known, is_old)
}

/// Looks whether this is the state's Jira. Returns what the state belongs to.
fn prove_jira(
    state: &State,
    jira: &dyn Remote,
    identity: &Identity,
    known: Option<Services>,
    now: &Services,
) -> Result<Services> {
    let Identity { account, service, .. } = identity;
    let Some(mut known) = known else {
        // Also tells Jira's adapter what the pair was called before, should this state be a lost one's successor.
        let register = read_register(jira)?;
        if !is_ours(state, &register)? {
            most_are_ours(state, jira, now)?;
        }
        let mut bound = now.clone();
        account.clone_into(&mut bound.jira.account);
        service.clone_into(&mut bound.jira.id);
        return Ok(bound);
    };
    let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
    if differ(&known.jira.id, service) {
        let (old, address) = (known.jira.id.clone(), now.jira.address.clone());
        let words = Kept::OtherJira { old, address, service: service.clone() };
        return Err(Foreign::for_certain(words.to_string()).into());
    }
    if differ(&known.jira.account, account) {
        none_is_strange(state, jira, now)?;
    }
    for (known, told) in [(&mut known.jira.account, account), (&mut known.jira.id, service)] {
        if !told.is_empty() {
            told.clone_into(known);
        }
    }
    // The same services, but perhaps in other letters.
    now.pair.clone_into(&mut known.pair);
    now.jira.address.clone_into(&mut known.jira.address);
    now.guance.address.clone_into(&mut known.guance.address);
    Ok(known)
}

/// Fails when a few of the latest pairs speak against this Jira. One from which somebody took the marker does not.
fn most_are_ours(state: &State, jira: &dyn Remote, now: &Services) -> Result<()> {
    let sample = sample(state, jira, FEW, &is_believed)?;
    let none = sample.proven == 0 && sample.missing > 0;
    if none || sample.proven < sample.strange.len() { Err(unproven(&sample, now).into()) } else { Ok(()) }
}

/// The same where only our account is another, at the same address: that issues are gone speaks against nothing, and what
/// names its original was made here, whoever changed it since.
fn none_is_strange(state: &State, jira: &dyn Remote, now: &Services) -> Result<()> {
    let sample = sample(state, jira, FEW, &|issue, key| issue.names().contains(key))?;
    if sample.proven < sample.strange.len() { Err(unproven(&sample, now).into()) } else { Ok(()) }
}

/// Returns true when the write counter on Jira was last written by this very state.
fn is_ours(state: &State, register: &Register) -> Result<bool> {
    let Register::Value { counter, .. } = register else { return Ok(false) };
    let id = state.fact(STATE_ID)?.map(|(id, _)| id);
    Ok(id.is_some_and(|id| id == trust::parse(counter).0))
}

fn unproven(sample: &Sample, now: &Services) -> Foreign {
    let what = match sample.strange.first() {
        Some(issue) => Kept::NoMarker { issue: issue.clone() },
        None => Kept::NoPair,
    };
    let what = what.to_string();
    let (jira, guance) = (jira_words(&now.jira), guance_words(&now.guance));
    let message = Kept::Unproven { jira, guance, what }.to_string();
    Foreign { message, hint: StateHint::GiveOwnStateRebindOrFormer.into() }
}

/// Tells whether an issue's marker makes it the copy of exactly this original.
fn is_believed(issue: &Issue, key: &Key) -> bool {
    issue.claim.as_ref().is_some_and(|claim| claim.key == *key)
}

/// Reads the latest pairs on Jira by id.
fn sample(state: &State, jira: &dyn Remote, size: usize, is_it: &dyn Fn(&Issue, &Key) -> bool) -> Result<Sample> {
    let links = latest(state, size)?;
    let mut sample = Sample::default();
    if links.is_empty() {
        return Ok(sample);
    }
    let ids: Vec<_> = links.iter().map(|link| link.jira.clone()).collect();
    let batch = jira.issues(&ids)?;
    for link in links {
        let Some(issue) = batch.issues.iter().find(|issue| issue.id == link.jira) else {
            sample.missing += 1;
            continue;
        };
        let key = Key::issue(Side::Source(state.line()), &link.guance);
        if is_it(issue, &key) {
            sample.proven += 1;
        } else {
            sample.strange.push(format!("{} ({})", link.jira_name, link.jira));
        }
    }
    Ok(sample)
}

/// Returns the latest pairs; those of which one issue is gone only where there are no others.
fn latest(state: &State, size: usize) -> Result<Vec<IssueLink>> {
    let (gone, mut links): (Vec<_>, Vec<_>) = state.recent_links(LATEST)?.into_iter().partition(|link| link.gone);
    if links.is_empty() {
        links = gone;
    }
    links.truncate(size);
    Ok(links)
}

/// Looks whether this is the state's workspace. Returns what the state belongs to.
fn prove_guance(
    state: &State,
    guance: &dyn Remote,
    identity: &Identity,
    mut known: Services,
    is_old: bool,
) -> Result<Services> {
    let told = &identity.service;
    if known.guance.workspace.is_empty() {
        let seen = if is_old { read_a_pair(state, guance, &known)? } else { String::new() };
        known.guance.workspace = if told.is_empty() { seen } else { told.clone() };
    } else if !told.is_empty() && *told != known.guance.workspace {
        return Err(other_workspace(&known, told).into());
    }
    Ok(known)
}

/// Reads one of the latest pairs on Guance, and returns the workspace that it says it is of.
fn read_a_pair(state: &State, guance: &dyn Remote, known: &Services) -> Result<String> {
    let links = latest(state, GUANCE_TRIES)?;
    for link in &links {
        let batch = guance.issues(std::slice::from_ref(&link.guance))?;
        if !batch.issues.is_empty() || !batch.unreadable.is_empty() {
            return Ok(batch.services.into_iter().next().unwrap_or_default());
        }
    }
    match links.first() {
        None => Ok(String::new()),
        Some(link) => {
            let (place, issue) = (guance_words(&known.guance), link.guance.to_string());
            Err(Foreign::for_certain(Kept::IssueNotThere { place, issue }.to_string()).into())
        }
    }
}

fn other_workspace(known: &Services, told: &str) -> Foreign {
    let place = guance_words(&known.guance);
    Foreign::for_certain(Kept::OtherWorkspace { place, told: told.to_owned() }.to_string())
}

/// Looks at what rows say which workspace they are of, before anything of them is taken over.
pub(super) fn rows(run: &Run<'_>, batch: &Batch) -> Result<(), Trouble> {
    let Some(first) = batch.services.first() else { return Ok(()) };
    let state = run.world.state;
    let Some(known) = state.services()? else { return Ok(()) };
    if known.guance.workspace.is_empty() {
        // Rows of several workspaces tell nothing.
        if batch.services.len() == 1 {
            let mut bound = known.clone();
            first.clone_into(&mut bound.guance.workspace);
            bind(state, Some(&known), &bound, run.world.clock.now())?;
        }
    } else if !batch.services.contains(&known.guance.workspace) {
        return Err(Trouble::Fatal(other_workspace(&known, first).into()));
    }
    Ok(())
}

/// Binds a state to the services at hand, after its latest pairs have proven by their markers that these are the same.
///
/// # Errors
/// [`Foreign`] when they have not; what else is wrong with the services or the state otherwise.
pub fn rebind(
    state: &State,
    guance: &dyn Remote,
    jira: &dyn Remote,
    now: &Services,
    at: DateTime<Utc>,
    dry_run: bool,
) -> Result<Rebound> {
    let from = state.services()?;
    let identity = jira.identify()?;
    let register = read_register(jira)?;
    let sample = sample(state, jira, MANY, &is_believed)?;
    if !sample.strange.is_empty() || (sample.proven == 0 && sample.missing > 0) {
        return Err(unproven(&sample, now).into());
    }
    let mut to = now.clone();
    to.jira.account = identity.account;
    to.jira.id = identity.service;
    let told = guance.identify()?.service;
    let is_other = |known: &Services, told: &str| !known.guance.workspace.is_empty() && known.guance.workspace != told;
    if let Some(known) = from.as_ref().filter(|known| !told.is_empty() && is_other(known, &told)) {
        return Err(other_workspace(known, &told).into());
    }
    let seen = read_a_pair(state, guance, now)?;
    to.guance.workspace = if told.is_empty() { seen } else { told };
    if let Some(known) = &from {
        if to.guance.workspace.is_empty() {
            known.guance.workspace.clone_into(&mut to.guance.workspace);
        } else if is_other(known, &to.guance.workspace) {
            return Err(other_workspace(known, &to.guance.workspace).into());
        }
    }
    if !dry_run {
        let tx = state.begin()?;
        tx.forget_addresses()?;
        tx.bind(state, &to, at)?;
        tx.commit()?;
        // Under its new name the counter is there at once, and with it what the pair was called before.
        if let (Some(kept), Register::Value { counter, key }) = (jira.abilities().register, register) {
            kept.write_register(&counter, key.as_ref())?;
        }
    }
    Ok(Rebound { from, to, proven: sample.proven, missing: sample.missing })
}
