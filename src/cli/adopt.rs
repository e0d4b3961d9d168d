//! `guajira adopt --script`: takes over the issues and copies that the vendor's script made.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::domain::{Person, Side};
use crate::engine::budget::Patience;
use crate::engine::takeover::{Done, Handover, Plan};
use crate::ports::Stop;
use crate::state::RunLock;
use crate::words::{AdoptError, AdoptWords, Message as _, RunWords};

use super::context::{self, Context, LogFormat};
use super::exit::{Exit, Usage};
use super::progress::{self, Bar};
use super::services::Signals;
use super::sides::{self, Opened};
use super::term;

/// How often, and how many times, the lock of a run that is under way is tried: longer than such a run takes.
const LOCK_TRIES: (Duration, u32) = (Duration::from_millis(500), 240);

/// Most issues that are left alone and named.
const MOST_LEFT: usize = 50;

/// What to take over.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Take over from the vendor's minute script: Jira issues of the routed projects that carry a label issue_…, and the
    /// comments that it copied
    #[arg(long, required = true)]
    script: bool,
    /// Who made them besides our own account: a Jira account id, user name or address, or the name or wsak_… id of the
    /// Guance API key that the script used. May be given several times
    #[arg(long, value_name = "ACCOUNT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    created_by: Vec<String>,
    /// Print what would be done, write nothing anywhere
    #[arg(long)]
    dry_run: bool,
}

/// Prints what is to be done, and does it.
///
/// # Errors
/// When it could not begin, or a service or the state file failed.
pub(super) fn run(context: &Context, options: &Options) -> Result<Exit> {
    let config = context::guance(context.drafts()?)?.resolve(&context.env)?;
    for warning in &config.warnings {
        tracing::warn!("{}", term::words(warning.clone()));
    }
    let signals = Signals::listen()?;
    let path = &config.sync.state;
    let cannot_open = |error| Usage::state(path, &error);
    let _lock = if options.dry_run { None } else { Some(lock(path, &signals)?) };
    let state =
        if options.dry_run { sides::copy_state(&config) } else { sides::open_state(&config) }.map_err(cannot_open)?;
    let global = &context.global;
    let bar = Bar::new(
        !global.quiet && global.verbose == 0 && matches!(global.log_format, LogFormat::Text),
        progress::Plan::Kept,
    );
    sides::prove(&config, &state, &signals, Patience::Endless)?;
    sides::with_world(&config, &state, &signals, Patience::Endless, &bar, None, |world, sides| {
        let Opened::Issues(guance) = sides.kind else { return Err(Usage::new(term::words(RunWords::NoGuance)).into()) };
        let mut handover = Handover::new(world, guance, sides.jira, options.dry_run);
        let plan = handover.plan(&options.created_by);
        bar.clear();
        let plan = plan?;
        show(&plan)?;
        refuse(&plan, options, handover.is_decided()?)?;
        if options.dry_run {
            term::tell(AdoptWords::NothingWritten)?;
            return Ok(Exit::Done);
        }
        let done = handover.carry_out(&plan);
        bar.clear();
        tell(&done?)
    })
}

/// Waits for a run that is under way.
pub(super) fn lock(path: &std::path::Path, signals: &Signals) -> Result<RunLock> {
    let (pause, tries) = LOCK_TRIES;
    for n in 0..tries {
        if let Some(lock) = RunLock::take(path).map_err(|error| Usage::state(path, &error))? {
            return Ok(lock);
        }
        if n == 0 {
            term::say(&term::words(AdoptError::Waiting));
        }
        if signals.requested() {
            break;
        }
        std::thread::sleep(pause);
    }
    Err(Usage::new(term::words(AdoptError::Locked)).hint(term::words(AdoptError::LockedHint)).into())
}

fn show(plan: &Plan) -> Result<()> {
    for (word, side, who) in &plan.accounts {
        term::tell(AdoptWords::Accounts { word, account: &account(*side, who) })?;
    }
    for pair in &plan.pairs {
        let (jira, guance) = (&pair.jira_name, pair.guance.as_str());
        term::tell(AdoptWords::Pair { jira, guance, title: &pair.title, maker: name(&pair.maker) })?;
        if pair.jira_title.trim() != pair.title.trim() {
            term::tell(AdoptWords::OtherTitle { jira, title: &pair.jira_title })?;
        }
        for one in &pair.copied {
            let (side, copy) = (one.origin.opposite().into(), one.copy.as_str());
            term::tell(AdoptWords::CopyOf { side, copy, original: one.original.as_str() })?;
        }
        for (side, id) in &pair.doubtful {
            term::tell(AdoptWords::Doubtful { side: (*side).into(), id: id.as_str() })?;
        }
        if pair.uncopied > 0 {
            term::tell(AdoptWords::Uncopied { count: pair.uncopied })?;
        }
    }
    for (issue, why) in plan.left.iter().take(MOST_LEFT) {
        term::tell(AdoptWords::LeftAlone { issue, why: &why.in_lang(term::lang()) })?;
    }
    if let Some(more) = plan.left.len().checked_sub(MOST_LEFT).filter(|more| *more > 0) {
        term::tell(AdoptWords::MoreLeftAlone { count: more })?;
    }
    let comments = plan.pairs.iter().map(|pair| pair.copied.len()).sum::<usize>();
    let (pairs, left) = (plan.pairs.len(), plan.left.len());
    Ok(term::tell(AdoptWords::ToBeTakenOver { pairs, comments, left })?)
}

/// Says what has to be said before anything may be written.
fn refuse(plan: &Plan, options: &Options, is_decided: bool) -> Result<(), Usage> {
    if let Some((word, ids)) = plan.unresolved.first() {
        return Err(match ids.as_slice() {
            [] => Usage::new(term::words(AdoptError::NoSuchAccount { word }))
                .hint(term::words(AdoptError::NoSuchAccountHint)),
            _ => Usage::new(term::words(AdoptError::ManyAccounts { word, ids: &ids.join(", ") }))
                .hint(term::words(AdoptError::ManyAccountsHint)),
        });
    }
    if let Some((who, count)) = plan.copiers.first() {
        let message = term::words(AdoptError::Repeats { count: *count, account: &account(Side::GUANCE, who) });
        let hint = term::words(AdoptError::NameTheKey { command: &again(options, who) });
        return Err(Usage::new(message).hint(hint));
    }
    if let ([(who, _), ..], [], false) = (plan.makers.as_slice(), plan.pairs.as_slice(), is_decided) {
        let count: usize = plan.makers.iter().map(|(_, count)| count).sum();
        let message = term::words(AdoptError::NothingToTake { count });
        let hint = term::words(AdoptError::NameTheAccount { command: &again(options, who) });
        return Err(Usage::new(message).hint(hint));
    }
    Ok(())
}

/// Returns the command that names this account too.
fn again(options: &Options, who: &Person) -> String {
    let mut words = vec!["guajira adopt --script".to_owned()];
    let quotable = |word: &str| crate::engine::takeover::quotable(word).map(str::to_owned);
    let known = options.created_by.iter().map(|word| quotable(word).unwrap_or_else(|| format!("{word:?}")));
    words.extend(
        known.chain([quotable(&who.id).unwrap_or_else(|| "ACCOUNT".to_owned())]).map(|w| format!("--created-by {w}")),
    );
    words.join(" ")
}

fn tell(done: &Done) -> Result<Exit> {
    for (what, why) in &done.unmarked {
        term::tell(AdoptWords::NotMarked { what, why })?;
    }
    let Done { pairs, comments, interrupted, .. } = done;
    term::tell(AdoptWords::TakenOver { pairs: *pairs, comments: *comments })?;
    if *interrupted {
        term::tell(AdoptWords::Stopped)?;
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::Done)
}

fn account(side: Side, who: &Person) -> String {
    let name = if who.name.is_empty() { who.id.clone() } else { format!("{} ({})", who.name, who.id) };
    let name = &name;
    term::words(match side {
        Side::Source(_) if who.id.starts_with("wsak_") => AdoptWords::GuanceKey { name },
        Side::Source(_) => AdoptWords::GuanceAccount { name },
        Side::Tracker(_) => AdoptWords::JiraAccount { name },
    })
}

fn name(who: &Person) -> &str {
    if who.name.is_empty() { &who.id } else { &who.name }
}
