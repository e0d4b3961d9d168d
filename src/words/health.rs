//! Whether runs succeed: the last good one, sides that fail, the table of the last runs.

use super::Service;

messages! {
    /// Whether runs succeed: the last good one, sides that fail, the table of the last runs.
    pub enum HealthWords<'a> => health {
        LastGood { at: &'a str, ago: Option<&'a str> },
        NoGoodYet,
        Fails { side: Service, since: &'a str, ago: &'a str, why: &'a str },
        TriesAgain,
        RunKind { backfill: bool },
        StillAtWork,
        NotGood { summary: &'a str },
        FailedBefore { began: &'a str, side: Service, why: &'a str },
        Refused { why: &'a str },
        NoGoodRun,
        LastGoodAhead { at: &'a str },
        LastGoodAgo { ago: &'a str },
    }
}
