//! Plays the lines of a run one after the other, as `guajira sync` does.

use guajira::domain::{ServiceName, Side};
use guajira::plan::{Policy, Route};
use guajira::state::{Installation, Services, State, StateError, Workspace};
use rusqlite::Connection;

use super::super::drive::Theatre;
use super::super::gallery::Bug;
use super::super::history::{Event, Run, Setup, What};
use super::super::rng::mix;
use super::super::world::World;
use super::super::{check, routes};
use super::{alarms, alerts, eu, incidents, pair_of};

/// The services of a line; they never change.
pub(in crate::sim) fn services(setup: &Setup, line: ServiceName) -> Services {
    let (address, channel) = match line {
        line if line == eu() && setup.lines.one_key => ("https://guance.example", "eu"),
        line if line == eu() => ("https://eu.example", "default"),
        line if line == super::alarms() => ("https://guance.example", "events"),
        line if line == super::incidents() => ("https://guance.example", "incidents"),
        line if line == super::alerts() => ("https://alerts.example", "default"),
        _ => ("https://guance.example", "default"),
    };
    Services {
        guance: Workspace { address: address.into(), channel: channel.into(), ..Workspace::default() },
        jira: Installation { address: "https://jira.example".into(), ..Installation::default() },
        pair: pair_of(line).into(),
    }
}

/// What a line is told to do.
pub(in crate::sim) fn policy(setup: &Setup, line: ServiceName) -> Policy {
    let usual = routes::policy(setup);
    match line {
        line if line == super::alarms() => alarms::policy(setup),
        line if line == super::incidents() => incidents::policy(usual),
        line if line == super::alerts() => alerts::policy(usual),
        line if line == eu() && setup.lines.apart => {
            let last = usual.routes.last().cloned().unwrap_or_default();
            Policy { routes: vec![Route { project: "EU".into(), ..last }], ..usual }
        }
        _ => usual,
    }
}

/// The projects of a line's routes.
pub(in crate::sim) fn projects(setup: &Setup, line: ServiceName) -> Vec<String> {
    match line {
        line if line == super::alarms() => vec!["OPS".to_owned()],
        line if line == eu() && setup.lines.apart => vec!["EU".to_owned()],
        _ => routes::projects(setup),
    }
}

impl World {
    /// How many issues the Guance sites of all lines hold.
    pub(in crate::sim) fn all_issues(&self) -> usize {
        self.guance.issues.len() + self.lines.off.iter().map(|own| own.guance.issues.len()).sum::<usize>()
    }
}

/// What must hold after each run of the engine.
pub(in crate::sim) fn conserved(
    w: &mut World,
    state: &State,
    moved: impl Fn(Side) -> bool,
) -> anyhow::Result<Vec<String>> {
    if w.line == super::incidents() {
        // A comment that may be there already is let go.
        let source = w.source();
        w.shown.retain(|key| key.issue_on(source).is_some());
        let mut wrong = check::conserved(w, state, moved)?;
        wrong.extend(incidents::kept(w, state)?);
        return Ok(wrong);
    }
    if w.line != super::alarms() {
        return Ok(check::conserved(w, state, moved)?);
    }
    w.shown.clear();
    let mut wrong = check::conserved(w, state, moved)?;
    wrong.extend(alarms::kept(w, state)?);
    Ok(wrong)
}

impl Theatre<'_> {
    /// Puts a line on stage.
    pub(in crate::sim) fn enter(&self, line: ServiceName) {
        if let Some(at) = self.stands.iter().position(|stand| stand.line == line) {
            self.on.set(at);
            self.world.borrow_mut().enter(line);
        }
    }

    /// Puts the line on stage that something happens to: what people do, and what befalls a state file, is now one
    /// Guance site's and now the other's. Returns what that is.
    pub(in crate::sim) fn enter_for<'e>(&self, event: &'e Event) -> &'e What {
        if let What::Incidents(what) = &event.what {
            self.enter(super::incidents());
            return what;
        }
        if let What::Alerts(what) = &event.what {
            self.enter(super::alerts());
            return what;
        }
        let one_of_both =
            matches!(event.what, What::Person(..) | What::SaveState | What::RestoreState | What::LoseState);
        let setup = self.world.borrow().setup.clone();
        // What is put back must have been saved: files go by their own luck, for the whole of a history.
        let by = if matches!(event.what, What::Person(..)) { event.uid } else { 7 };
        let is_other = setup.lines.eu && one_of_both && mix(setup.seed ^ 0xe0, u64::from(by)).is_multiple_of(2);
        self.enter(if is_other { eu() } else { ServiceName::GUANCE });
        &event.what
    }

    /// Does something for each line, with that line on stage.
    pub(in crate::sim) fn each_line<T>(&self, mut work: impl FnMut() -> T) -> Vec<T> {
        let done = self.stands.iter().map(|stand| {
            self.enter(stand.line);
            work()
        });
        let done = done.collect();
        self.enter(ServiceName::GUANCE);
        done
    }

    /// Opens the state of another line than the one on stage, where there is one.
    pub(in crate::sim) fn other_state(&self, line: ServiceName) -> Result<Option<State>, StateError> {
        let other = self.stands.iter().find(|stand| stand.line == line && stand.line != self.stand().line);
        other.map(super::super::drive::Stand::opened).transpose()
    }

    /// How many lines spend the minute of the line on stage.
    pub(in crate::sim) fn polls(&self) -> usize {
        let lines = self.world.borrow().setup.lines;
        1 + usize::from(lines.alarms) + usize::from(lines.one_key) + usize::from(lines.incidents)
    }

    /// What happens to lines.
    pub(in crate::sim) fn line_event(&self, event: &Event) {
        let names = self.world.borrow().setup.lines.names();
        match &event.what {
            What::Alarm(deed, pick) if names.contains(&super::alarms()) => {
                alarms::act(&mut self.world.borrow_mut(), *deed, *pick, event.uid);
                if !deed.amid {
                    self.take();
                }
            }
            // The first line keeps the record of requests, and stays.
            What::TakeOut(pick) if names.len() > 1 => {
                let w = &mut *self.world.borrow_mut();
                let out = names[1 + *pick as usize % (names.len() - 1)];
                w.lines.out = Some(out);
                w.note(|| format!("out of the configuration: {out}"));
            }
            What::SourceDown(pick) if names.len() > 1 => {
                let w = &mut *self.world.borrow_mut();
                let down = names[*pick as usize % names.len()];
                w.lines.down = Some(down);
                w.note(|| format!("down: {down}"));
            }
            What::AllBack => {
                let w = &mut *self.world.borrow_mut();
                (w.lines.out, w.lines.down) = (None, None);
            }
            _ => {}
        }
    }

    /// `guajira take` accepts what waits.
    fn take(&self) {
        let Some(stand) = self.stands.iter().find(|stand| stand.line == super::alarms()) else { return };
        let taken = stand.opened().and_then(|state| {
            alarms::take(self.world, &state)?;
            stand.open.replace(Some(state));
            Ok(())
        });
        if let Err(error) = taken {
            self.world.borrow_mut().blame(format!("failed: an alarm was not accepted: {error}"));
        }
    }

    /// One run of the program: every line in turn. Each minute another one is the first.
    pub(in crate::sim) fn run_lines(&self, plan: &Run) {
        let (order, afflicted) = {
            let w = &mut *self.world.borrow_mut();
            w.note(|| plan.to_string());
            w.lines.runs += 1;
            let mut order = w.setup.lines.names();
            order.retain(|line| w.lines.out != Some(*line));
            let first = usize::try_from((w.now + w.our_skew) / 60_000).unwrap_or(0) % order.len();
            order.rotate_left(first);
            let afflicted = mix(w.setup.seed ^ 0xaff, u64::from(w.lines.runs)) % order.len() as u64;
            (order, usize::try_from(afflicted).unwrap_or(0))
        };
        self.shared.replace(super::super::jira_remote::Shared::default());
        let (mut writes, mut needless) = (0, 0);
        for (n, line) in order.into_iter().enumerate() {
            self.enter(line);
            let calm = Run { backfill_h: plan.backfill_h, ..Run::default() };
            let own = if n == afflicted { plan.clone() } else { calm };
            {
                let w = &mut *self.world.borrow_mut();
                w.note(|| format!(" line {line}"));
                w.start(own);
            }
            let died = self.run_or_fail();
            writes += self.world.borrow().writes;
            needless += self.needless_of_line();
            self.share_cursors(line);
            match died {
                Ok(false) => {}
                Ok(true) => break,
                Err(error) => {
                    self.world.borrow_mut().blame(format!("failed: {line}: {error:#}"));
                    break;
                }
            }
            if plan.dies_at.is_some_and(|step| step % 4 == 3) {
                self.world.borrow_mut().note(|| "  dies between two lines".into());
                break;
            }
        }
        self.enter(ServiceName::GUANCE);
        let w = &mut *self.world.borrow_mut();
        (w.writes, w.needless, w.looks) = (writes, needless, 0);
    }

    /// A careless program keeps one cursor for the sources of all lines.
    fn share_cursors(&self, line: ServiceName) {
        if self.world.borrow().bug != Some(Bug::OneCursorForTwoSources) {
            return;
        }
        let at = self.opened().ok().and_then(|state| {
            let cursor = state.cursor(Side::Source(line)).ok().flatten();
            self.stand().open.replace(Some(state));
            cursor
        });
        for stand in self.stands.iter().filter(|stand| stand.line != line) {
            stand.open.take();
            if let (Some(at), Ok(file)) = (at.as_ref(), Connection::open(&stand.file)) {
                let sql = "UPDATE cursor SET at = max(at, ?1) WHERE side <> 'jira'";
                let _ = file.execute(sql, [at.at.timestamp_millis()]);
            }
        }
    }

    /// While a source is down, the other lines come to rest as if nothing were. Then everything is there again.
    pub(in crate::sim) fn rest_without(&self) -> u32 {
        let down = self.world.borrow().lines.down;
        self.world.borrow_mut().lines.out = None;
        let mut runs = 0;
        if let Some(down) = down {
            while runs < 16 && self.world.borrow().wrong.is_empty() {
                self.pass(if runs > 1 && runs % 2 == 0 { 3_660_000 } else { 61_000 });
                self.run(Run::default());
                runs += 1;
            }
            for stand in self.stands.iter().filter(|stand| stand.line != down) {
                self.enter(stand.line);
                self.judge_here(&format!("held up by {down}: "));
            }
            self.enter(ServiceName::GUANCE);
        }
        self.world.borrow_mut().lines.down = None;
        runs
    }
}
