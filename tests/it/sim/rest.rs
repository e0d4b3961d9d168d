//! After a history everything comes to rest: what holds is judged, what fails is mended, and what is left is checked.

use guajira::domain::{IssueId, Side, Stage};
use guajira::engine::tells;
use guajira::plan::Deletes;
use guajira::state::{LONG_THREAD, Queued};

use super::drive::Theatre;
use super::history::{Event, Run, What};
use super::world::time;
use super::{check, isolated, lines};

impl Theatre<'_> {
    /// Lets everything come to rest without faults, and checks it; returns how many runs that took.
    pub(super) fn settle(&self) -> u32 {
        self.world.borrow_mut().note(|| "-- settling".into());
        self.world.borrow_mut().settling = true;
        let apart = self.rest_without();
        if !self.world.borrow().wrong.is_empty() {
            return apart;
        }
        let before = apart + self.hold();
        if !self.world.borrow().wrong.is_empty() {
            return before;
        }
        before + self.come_to_rest()
    }

    /// What fails every time goes on to do so for a while: nothing else may have to wait for it. Then it is mended, and
    /// somebody has what is dead tried again.
    fn hold(&self) -> u32 {
        let mut runs = 0;
        if self.world.borrow().stubborn.holds() {
            self.world.borrow_mut().stubborn.judged = true;
            let mut quiet = 0;
            let mut most = self.world.borrow().runs_to_arrive();
            let turn = self.world.borrow().runs_of_a_turn();
            // A run during which a side asks to be left alone brings nothing there.
            let mut alone = 0;
            while runs < most + alone && quiet < 2 + turn {
                self.pass(if runs > 1 && runs.is_multiple_of(2) { 3_660_000 } else { 61_000 });
                alone += u32::from(self.is_left_alone());
                self.run(Run::default());
                runs += 1;
                most = self.world.borrow().runs_to_arrive();
                if !self.world.borrow().wrong.is_empty() {
                    return runs;
                }
                let resting = self.world.borrow().writes == 0 && self.nothing_waits();
                quiet = if resting && runs > 3 { quiet + 1 } else { 0 };
            }
            self.judge_held(runs);
        }
        if self.world.borrow().stubborn.ever {
            self.event(&Event { uid: 0, after_s: 1, what: What::Mend });
            let revived = self.opened().and_then(|state| {
                let tx = state.begin()?;
                let count = tx.revive(None)?;
                tx.commit()?;
                self.stand().open.replace(Some(state));
                Ok(count)
            });
            self.world.borrow_mut().note(|| format!("retry: {revived:?}"));
        }
        runs
    }

    fn judge_held(&self, runs: u32) {
        let w = &mut *self.world.borrow_mut();
        let judged = self.opened().and_then(|state| {
            isolated::note_waiting(w, &state)?;
            let mut wrong = check::settled(w, &state)?;
            for line in &mut wrong {
                *line = format!("not isolated after {runs} runs: {line}");
            }
            wrong.extend(isolated::visible(w, &state)?);
            self.stand().open.replace(Some(state));
            Ok(wrong)
        });
        for line in judged.unwrap_or_else(|err| vec![format!("failed: {err}")]) {
            w.blame(line);
        }
    }

    fn come_to_rest(&self) -> u32 {
        let mut quiet = 0;
        let narrow = self.world.borrow().setup.pages.narrow();
        // Where pages are small, what is due takes several runs.
        let (most, rounds) = if narrow { (400, 16) } else { (60, 1) };
        for n in 0..most {
            self.pass(if n < 2 || n % rounds > 0 { 61_000 } else { 3_660_000 });
            self.run(Run::default());
            if !self.world.borrow().wrong.is_empty() {
                return n + 1;
            }
            let resting = self.world.borrow().writes == 0 && self.nothing_waits();
            quiet = if resting { quiet + 1 } else { 0 };
            // Of a thread that is not known yet there may be more to write.
            if quiet >= 2 * rounds && n >= 4 * rounds && self.knows_all_threads() {
                self.judge();
                self.idle();
                return n + 3;
            }
        }
        self.judge();
        self.world.borrow_mut().blame("restless: it never came to rest".into());
        most
    }

    /// A run with nothing to do only polls. The one before it may still read threads whose turn it was, and for which
    /// the last minute's budget did not reach.
    fn idle(&self) {
        let narrow = self.world.borrow().setup.pages.narrow();
        // With its files a thread takes two requests, and long lists leave few of a minute's.
        let runs = if narrow { 60 } else { 2 + self.world.borrow().all_issues() / 4 };
        for n in 0..runs {
            self.pass(61_000);
            self.run(Run::default());
            // Threads that are due take as many runs as they have pages.
            if narrow && n > 0 && self.needless() == 0 {
                break;
            }
        }
        // Guance's fields are read in turn, now and then, and by the issue where a list would be no cheaper. A clone is looked at
        // again once an hour, and a thread for deletions when its turn comes: not by two runs one after the other.
        let in_turn = self.world.borrow().setup.fields.on();
        for _ in 0..if in_turn { 10 } else { 1 } {
            if self.needless() == 0 {
                break;
            }
            self.pass(61_000);
            self.run(Run::default());
        }
        let needless = self.needless();
        let unsure = |row: &Queued| self.world.borrow().is_unsure(&row.push.key);
        let asks = self
            .each_line(|| self.opened().and_then(|state| state.unsettled()).is_ok_and(|rows| rows.iter().any(unsure)));
        let asks = asks.into_iter().any(|asks| asks);
        let w = &mut *self.world.borrow_mut();
        // What it cannot tell it looks at again and again.
        if needless > 0 && !asks {
            w.blame(format!("dear: a run with nothing to do made {needless} needless requests"));
        }
    }

    /// How many requests the last run made for nothing. Where Guance's list tells of replies, a thread is read in vain that it
    /// did not call for.
    fn needless(&self) -> u32 {
        if self.stands.len() > 1 {
            return self.world.borrow().needless;
        }
        self.needless_of_line()
    }

    /// The same of the line on stage alone.
    pub(super) fn needless_of_line(&self) -> u32 {
        let Ok(state) = self.opened() else { return 0 };
        let tells = tells::known(&state).is_ok_and(|tells| tells == Some(true));
        self.stand().open.replace(Some(state));
        let w = self.world.borrow();
        // Threads of many small pages, each of which is read now and then for deletions, may fill every minute.
        let fill = w.setup.pages.narrow() && w.setup.deletes.deletes != Deletes::Keep;
        w.needless + if tells && !fill { w.looks } else { 0 }
    }

    /// Returns true while a side's `Retry-After` lasts.
    fn is_left_alone(&self) -> bool {
        let Ok(state) = self.opened() else { return false };
        let now = {
            let w = self.world.borrow();
            time(w.now + w.our_skew)
        };
        let waits = |side| state.waits_until(side, None, now).is_ok_and(|until| until.is_some());
        let is_left_alone = Side::BOTH.into_iter().any(waits);
        self.stand().open.replace(Some(state));
        is_left_alone
    }

    fn knows_all_threads(&self) -> bool {
        let here = || {
            let Ok(state) = self.opened() else { return false };
            let rests = |item: &str| {
                let link = state.issue_link(Side::Source(state.line()), &IssueId::new(item));
                link.is_ok_and(|link| link.is_none_or(|link| link.closed || link.gone))
            };
            let threads = state.facts_of(LONG_THREAD);
            let threads = threads.is_ok_and(|threads| {
                threads.iter().all(|(item, value, _)| !value.contains("\"known\":false") || rests(item))
            });
            if self.world.borrow().bug.is_none() {
                self.stand().open.replace(Some(state));
            }
            threads
        };
        self.each_line(here).into_iter().all(|knows| knows)
    }

    pub(super) fn nothing_waits(&self) -> bool {
        self.each_line(|| self.nothing_waits_here()).into_iter().all(|rests| rests)
    }

    fn nothing_waits_here(&self) -> bool {
        let Ok(state) = self.opened() else { return false };
        if self.world.borrow().stubborn.judged {
            let _ = isolated::note_waiting(&mut self.world.borrow_mut(), &state);
        }
        let is_at_rest = |row: &Queued| {
            let w = self.world.borrow();
            let unsure = w.is_unsure(&row.push.key) || w.stubborn.excuses(row.push.pair.as_str(), row.push.target);
            row.stage == Stage::Dead || unsure || check::is_kept(&state, row).is_ok_and(|is_kept| is_kept)
        };
        // A list that is longer than a minute's requests is read over several runs, and then from its beginning again.
        if state.fact("engine.poll-in-slices").is_ok_and(|fact| fact.is_none()) {
            self.stand().has_listed.set(true);
        }
        let rests = (self.world.borrow().setup.pages.narrow() || self.stand().has_listed.get())
            && state.unsettled().is_ok_and(|rows| rows.iter().all(is_at_rest));
        if self.world.borrow().bug.is_none() {
            self.stand().open.replace(Some(state));
        }
        rests
    }

    fn judge(&self) {
        self.each_line(|| self.judge_here(""));
    }

    /// Judges the line on stage.
    pub(super) fn judge_here(&self, when: &str) {
        let w = &mut *self.world.borrow_mut();
        let wrong = self.opened().and_then(|state| {
            let mut wrong = check::settled(w, &state)?;
            if w.line == lines::alarms() {
                wrong.extend(lines::alarms::settled(w));
            }
            Ok(wrong)
        });
        match wrong {
            Ok(wrong) => {
                for line in wrong {
                    w.blame(format!("{when}{line}"));
                }
            }
            Err(err) => w.blame(format!("failed: {err}")),
        }
    }
}
