//! `guajira adopt --script`: takes over the issues and copies that the vendor's script made.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::domain::{Person, Side};
use crate::engine::budget::Patience;
use crate::engine::takeover::{Done, Handover, Plan};
use crate::ports::Stop;
use crate::state::{RunLock, State};

use super::context::{Context, LogFormat};
use super::exit::{Exit, Usage};
use super::progress::{self, Bar};
use super::services::{self, Signals};
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
    let config = context.draft()?.resolve(&context.env)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let signals = Signals::listen()?;
    let path = &config.sync.state;
    let cannot_open = |error| Usage::state(path, &error);
    let _lock = if options.dry_run { None } else { Some(lock(path, &signals)?) };
    let state = if options.dry_run { State::open_copy(path) } else { State::open(path) }.map_err(cannot_open)?;
    let global = &context.global;
    let bar = Bar::new(
        !global.quiet && global.verbose == 0 && matches!(global.log_format, LogFormat::Text),
        progress::Plan::Kept,
    );
    services::prove(&config, &state, &signals, Patience::Endless)?;
    services::with_world(&config, &state, &signals, Patience::Endless, &bar, |world, guance, jira| {
        let mut handover = Handover::new(world, guance, jira, options.dry_run);
        let plan = handover.plan(&options.created_by);
        bar.clear();
        let plan = plan?;
        show(&plan)?;
        refuse(&plan, options, handover.is_decided()?)?;
        if options.dry_run {
            term::line("nothing was written")?;
            return Ok(Exit::Done);
        }
        let done = handover.carry_out(&plan);
        bar.clear();
        tell(&done?)
    })
}

/// Waits for a run that is under way.
fn lock(path: &std::path::Path, signals: &Signals) -> Result<RunLock> {
    let (pause, tries) = LOCK_TRIES;
    for n in 0..tries {
        if let Some(lock) = RunLock::take(path).map_err(|error| Usage::state(path, &error))? {
            return Ok(lock);
        }
        if n == 0 {
            term::say("waiting for the run that holds the lock");
        }
        if signals.requested() {
            break;
        }
        std::thread::sleep(pause);
    }
    let usage = Usage::new("another run holds the lock; nothing was done");
    Err(usage.hint("stop the scheduler, or try again when that run has ended").into())
}

fn show(plan: &Plan) -> Result<()> {
    for (word, side, who) in &plan.accounts {
        term::line(&format!("made by {word}: {}", account(*side, who)))?;
    }
    for pair in &plan.pairs {
        term::line(&format!(
            "-> {} becomes the pair of {} \"{}\" (made by {})",
            pair.jira_name,
            pair.guance,
            pair.title,
            name(&pair.maker)
        ))?;
        if pair.jira_title.trim() != pair.title.trim() {
            term::line(&format!("   look: {} is called \"{}\"", pair.jira_name, pair.jira_title))?;
        }
        for one in &pair.copied {
            let copy = one.origin.opposite();
            term::line(&format!("   {copy} {} is the copy of {} {}", one.copy, one.origin, one.original))?;
        }
        for (side, id) in &pair.doubtful {
            term::line(&format!(
                "   left alone: {side} {id} says again what is on the other side already; it is not carried"
            ))?;
        }
        if pair.uncopied > 0 {
            let (many, have) =
                if pair.uncopied == 1 { ("comment or reply", "has") } else { ("comments or replies", "have") };
            term::line(&format!("   {} {many} {have} no copy yet: the next runs carry them", pair.uncopied))?;
        }
    }
    for (issue, why) in plan.left.iter().take(MOST_LEFT) {
        term::line(&format!("left alone: {issue}: {why}"))?;
    }
    if let Some(more) = plan.left.len().checked_sub(MOST_LEFT).filter(|more| *more > 0) {
        term::line(&format!("left alone: {more} more"))?;
    }
    let comments = plan.pairs.iter().map(|pair| pair.copied.len()).sum::<usize>();
    let (pairs, left) = (plan.pairs.len(), plan.left.len());
    let (pairs, comments, left) = (many(pairs, "issue"), many(comments, "comment"), many(left, "issue"));
    Ok(term::line(&format!("to be taken over: {pairs}, {comments}; left alone: {left}"))?)
}

/// Says what has to be said before anything may be written.
fn refuse(plan: &Plan, options: &Options, is_decided: bool) -> Result<(), Usage> {
    if let Some((word, ids)) = plan.unresolved.first() {
        return Err(match ids.as_slice() {
            [] => Usage::new(format!(
                "--created-by: {word:?} is no account of this Jira, and no API key of that name wrote into these threads"
            ))
            .hint("give a Jira account id, user name or address, or the wsak_… id of a Guance API key; or leave it out"),
            _ => Usage::new(format!("--created-by: {word:?} is more than one account: {}", ids.join(", ")))
                .hint("give one of these ids"),
        });
    }
    if let Some((who, count)) = plan.copiers.first() {
        let message = format!(
            "{count} replies of {} say what comments of the Jira issues say; nothing was written, because they would \
             travel a second time",
            account(Side::Guance, who)
        );
        return Err(Usage::new(message).hint(again(options, Side::Guance, who)));
    }
    if let ([(who, _), ..], [], false) = (plan.makers.as_slice(), plan.pairs.as_slice(), is_decided) {
        let count: usize = plan.makers.iter().map(|(_, count)| count).sum();
        let message =
            format!("nothing to take over: {count} issues carry a uuid, and none was made by our own account");
        let or = "; where they mean nothing: guajira sync --release";
        return Err(Usage::new(message).hint(again(options, Side::Jira, who) + or));
    }
    Ok(())
}

/// Returns the command that names this account too.
fn again(options: &Options, side: Side, who: &Person) -> String {
    let mut words = vec!["guajira adopt --script".to_owned()];
    let quotable = |word: &str| crate::engine::takeover::quotable(word).map(str::to_owned);
    let known = options.created_by.iter().map(|word| quotable(word).unwrap_or_else(|| format!("{word:?}")));
    words.extend(
        known.chain([quotable(&who.id).unwrap_or_else(|| "ACCOUNT".to_owned())]).map(|w| format!("--created-by {w}")),
    );
    let whose = if side == Side::Guance { "key" } else { "account" };
    format!("name that {whose}, if it is the script's: {}", words.join(" "))
}

fn tell(done: &Done) -> Result<Exit> {
    for (what, why) in &done.unmarked {
        term::line(&format!("not marked: {what}; only the state file knows of it ({why})"))?;
    }
    let Done { pairs, comments, interrupted, .. } = done;
    term::line(&format!("taken over: {}, {}", many(*pairs, "issue"), many(*comments, "comment")))?;
    if *interrupted {
        term::line("stopped before the end; run it again to go on")?;
        return Ok(Exit::Interrupted);
    }
    Ok(Exit::Done)
}

fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn account(side: Side, who: &Person) -> String {
    let what = match side {
        Side::Guance if who.id.starts_with("wsak_") => "the Guance API key",
        Side::Guance => "the Guance account",
        Side::Jira => "the Jira account",
    };
    if who.name.is_empty() { format!("{what} {}", who.id) } else { format!("{what} {} ({})", who.name, who.id) }
}

fn name(who: &Person) -> &str {
    if who.name.is_empty() { &who.id } else { &who.name }
}
