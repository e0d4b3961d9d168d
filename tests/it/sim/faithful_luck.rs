//! Where faithful faults stand in a history.

use super::faithful::Faithful;
use super::history::{Deed, Event, Fault, Run, Setup, What};
use super::rng::Rng;

/// Adds to a history what fails faithfully in it. Luck of its own, so that the rest does not depend on it.
pub(super) fn also(setup: &Setup, events: &mut Vec<Event>) {
    // Most worlds with an adversary are left to him.
    if setup.trust.adversary && !setup.seed.is_multiple_of(4) {
        return;
    }
    let rng = &mut Rng::new(setup.seed ^ 0xfa17_4f01);
    let mut uid = 40_000;
    let mut event = |after_s, what| {
        uid += 1;
        Event { uid, after_s, what }
    };
    let open = || What::Person(Deed::OpenGuance { listed: true }, 1);
    if rng.chance(4) {
        // The first run of all reads a window.
        events[0].what = What::Run(Run { backfill_h: Some(1 + rng.below(20)), ..Run::default() });
        events.splice(1..1, [event(20, open()), event(200, What::Run(Run::default()))]);
    }
    if rng.chance(4) {
        let lost = Run { faults: [(5 + rng.below(6), Fault::Stalled)].into(), ..Run::default() };
        let at = at_random(rng, events);
        let mut told: Vec<_> = (0..2 + rng.below(8)).map(|_| event(1, open())).collect();
        told.push(event(30, What::Run(lost)));
        let again = rng.pick(&[2, 20, 35, 61]);
        told.extend((0..4).map(|_| event(again, What::Run(Run::default()))));
        events.splice(at..at, told);
    }
    // Where a thread takes many runs, nothing tells how many of them a fault may cost the others.
    if !rng.chance(14) || setup.pages.narrow() {
        return;
    }
    let fault = Faithful::draw(rng);
    let at = at_random(rng, events);
    let mut told = vec![event(1, What::Fail(fault))];
    for _ in 0..rng.below(6) {
        told.push(event(1, open()));
    }
    let busy = |rng: &mut Rng| {
        let deed = match rng.below(4) {
            0 => Deed::Comment { restricted: false, as_bot: false },
            1 => Deed::Reply,
            2 => Deed::EditComment,
            _ => Deed::EditReply,
        };
        What::Person(deed, rng.below(1000))
    };
    for _ in 0..rng.below(5) {
        let deed = busy(rng);
        told.push(event(1, deed));
    }
    let cron = if rng.chance(35) { 14 } else { 2 };
    for _ in 0..cron {
        told.push(event(61, What::Run(Run::default())));
        if rng.chance(40) {
            let deed = busy(rng);
            told.push(event(1, deed));
        }
    }
    let until = at + told.len();
    events.splice(at..at, told);
    if rng.chance(40) {
        let at = until + rng.below(u32::try_from(events.len() - until).unwrap_or(0) + 1) as usize;
        events.insert(at.min(events.len()), event(1, What::Mend));
    }
}

fn at_random(rng: &mut Rng, events: &[Event]) -> usize {
    let count = u32::try_from(events.len()).unwrap_or(0);
    2 + rng.below(count.saturating_sub(2)) as usize
}
