//! Which histories have several lines, and what happens in them that happens in no other.

use super::super::history::{Event, History, Setup, What};
use super::super::rng::{Rng, mix};
use super::LineSetup;
use super::alarms::AlarmDeed;
use super::{alerts, incidents};

impl LineSetup {
    /// Every third world, and alerts in some more. Luck of its own, so that the rest of a history does not depend on it.
    fn draw(setup: &Setup) -> Self {
        Self { alerts: Self::draw_alerts(setup), ..Self::draw_others(setup) }
    }

    /// This salt leaves the first histories that catch the gallery's bugs of several lines as they were before there were alerts.
    fn draw_alerts(setup: &Setup) -> bool {
        let is_drawn = Rng::new(mix(setup.seed, 0x11e5_000e)).chance(15);
        // An alert has the statuses that an older Guance does not know.
        is_drawn && !(setup.trust.moves || setup.pages.narrow() || setup.fields.old_guance)
    }

    fn draw_others(setup: &Setup) -> Self {
        let rng = &mut Rng::new(mix(setup.seed, 0x11e5));
        // Accounts that change, and pages that fill a minute, are played with one line.
        if !rng.chance(34) || setup.trust.moves || setup.pages.narrow() {
            return Self::default();
        }
        let (eu, alarms) = [(true, false), (false, true), (true, true)][rng.below(3) as usize];
        let (apart, one_key) = (eu && rng.chance(40), eu && rng.chance(40));
        // Every third of these. Its luck is its own too.
        let incidents = Rng::new(mix(setup.seed, 0x11e5_0002)).chance(34);
        Self { eu, apart, one_key, alarms, incidents, alerts: false }
    }
}

/// What is left out where there are several lines: faults that last are one line's story, and so are accounts.
fn is_played(what: &What) -> bool {
    !matches!(what, What::Fail(_) | What::Mend | What::MoveBot | What::RotateKey)
}

/// Adds the lines to a history, and what happens to them.
pub(in crate::sim) fn also(history: &mut History) {
    let lines = LineSetup::draw(&history.setup);
    if !lines.on() {
        return;
    }
    history.setup.lines = lines;
    history.events.retain(|event| is_played(&event.what));
    let events = std::mem::take(&mut history.events);
    for event in events {
        let uid = event.uid;
        history.events.push(event);
        // What people say is named by five digits.
        if lines.incidents && uid < 1000 {
            let rng = &mut Rng::new(mix(history.setup.seed ^ 0x11e5_0003, u64::from(uid)));
            for (n, what) in (0..).zip(incidents::draw(rng, &history.setup)) {
                let (uid, after_s) = (40_000 + uid * 10 + n, 1 + rng.below(30));
                history.events.push(Event { uid, after_s, what: What::Incidents(Box::new(what)) });
            }
        }
        if lines.alerts && uid < 1000 {
            let rng = &mut Rng::new(mix(history.setup.seed ^ 0x11e5_0004, u64::from(uid)));
            for (n, what) in (0..).zip(alerts::draw(rng, &history.setup)) {
                let (uid, after_s) = (60_000 + uid * 10 + n, 1 + rng.below(30));
                history.events.push(Event { uid, after_s, what: What::Alerts(Box::new(what)) });
            }
        }
        let rng = &mut Rng::new(mix(history.setup.seed ^ 0x11e5_0001, u64::from(uid)));
        let mut n = 0;
        let mut then = |after_s, what| {
            n += 1;
            history.events.push(Event { uid: 400_000 + uid * 10 + n, after_s, what });
        };
        if lines.alarms && rng.chance(45) {
            then(1 + rng.below(30), What::Alarm(AlarmDeed::draw(rng), rng.below(1000)));
        }
        if rng.chance(4) {
            then(1, What::TakeOut(rng.below(1000)));
        }
        if rng.chance(4) {
            then(1, What::SourceDown(rng.below(1000)));
        }
        if rng.chance(6) {
            then(1, What::AllBack);
        }
    }
}
