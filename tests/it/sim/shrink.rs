//! Makes a failing history short: drops events, faults and oddities of the world as long as it still fails in the same way.

use std::path::Path;

use guajira::plan::Direction;

use super::drive::play;
use super::gallery::Bug;
use super::history::{History, Setup, What};
use super::tight::{TextSetup, Wide};

/// Most plays that one shrinking may take.
const MAX_PLAYS: usize = 600;

/// Returns a history that fails in the same way and from which nothing more can be dropped.
pub(super) fn shrink(history: History, bug: Option<Bug>, dir: &Path) -> History {
    let Some(class) = class(&history, bug, dir) else { return history };
    let mut best = history;
    let mut plays = 0;
    loop {
        let mut better = None;
        for candidate in shorter(&best) {
            plays += 1;
            if plays > MAX_PLAYS {
                return best;
            }
            if self::class(&candidate, bug, dir).as_ref() == Some(&class) {
                better = Some(candidate);
                break;
            }
        }
        match better {
            Some(candidate) => best = candidate,
            None => return best,
        }
    }
}

fn class(history: &History, bug: Option<Bug>, dir: &Path) -> Option<String> {
    class_of(&play(history, bug, dir, false).wrong)
}

/// Returns the first complaint without its ids: the way in which a history fails.
pub(super) fn class_of(wrong: &[String]) -> Option<String> {
    let idless = |line: &String| {
        let words = line.split(' ').map(|word| match word.rsplit_once('/') {
            Some((kind, _)) if word.contains(|c: char| c.is_ascii_digit()) => kind,
            _ => word,
        });
        let plain = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
        plain.collect::<Vec<_>>().join(" ")
    };
    wrong.first().map(idless)
}

/// What makes a world plainer.
const PLAIN: [fn(&mut Setup); 22] = [
    |world| world.lines.alerts = false,
    |world| world.lines.incidents = false,
    |world| (world.lines.alarms, world.lines.eu) = (false, world.lines.eu),
    |world| (world.lines.eu, world.lines.apart) = (false, false),
    |world| (world.lines.apart, world.lines.one_key) = (false, false),
    |world| world.texts = TextSetup::USUAL,
    |world| (world.texts.jira, world.texts.guance) = (0, 0),
    |world| world.texts.wide = Wide::Stored,
    |world| world.max_lag_s = 0,
    |world| world.jira_skew_s = 0,
    |world| world.inline_comments = 0,
    |world| world.brake = false,
    |world| world.service = false,
    |world| world.labels_dropped = false,
    |world| world.search_properties = true,
    |world| (world.extend_kept, world.comment_properties) = (true, true),
    |world| (world.list_by_update, world.reply_bumps) = (true, true),
    |world| (world.register, world.file_sizes) = (true, true),
    |world| world.files = Direction::Off,
    |world| world.trust.former = false,
    |world| (world.fields.closed, world.fields.old_guance) = (false, false),
    |world| (world.fields.updates, world.fields.level) = (false, false),
];

/// Every history that is one step shorter, the boldest first.
fn shorter(history: &History) -> Vec<History> {
    let mut all = Vec::new();
    let count = history.events.len();
    for half in [count / 2, count / 4] {
        for from in (0..count).step_by(half.max(1)) {
            if half > 1 {
                let mut less = history.clone();
                less.events.drain(from..(from + half).min(count));
                all.push(less);
            }
        }
    }
    for at in (0..count).rev() {
        let mut less = history.clone();
        less.events.remove(at);
        all.push(less);
    }
    for plain in PLAIN {
        let mut less = history.clone();
        plain(&mut less.setup);
        if format!("{:?}", less.setup) != format!("{:?}", history.setup) {
            all.push(less);
        }
    }
    for at in 0..count {
        let What::Run(run) = &history.events[at].what else { continue };
        let mut edit = |change: &dyn Fn(&mut super::history::Run)| {
            let mut less = history.clone();
            if let What::Run(run) = &mut less.events[at].what {
                change(run);
            }
            all.push(less);
        };
        if run.dies_at.is_some() {
            edit(&|run| run.dies_at = None);
        }
        if run.backfill_h.is_some() {
            edit(&|run| run.backfill_h = None);
        }
        if run.busy {
            edit(&|run| run.busy = false);
        }
        if run.unheard {
            edit(&|run| run.unheard = false);
        }
        for request in run.faults.keys() {
            edit(&|run| run.faults.retain(|at, _| at != request));
        }
    }
    all
}
