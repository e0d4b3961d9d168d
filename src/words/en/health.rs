//! Whether runs succeed: the last good one, sides that fail, the table of the last runs.

use super::side;
use crate::words::HealthWords;

pub(in crate::words) fn health(said: HealthWords<'_>) -> String {
    match said {
        HealthWords::LastGood { at, ago: None } => format!("last good run: {at}, by a clock that was ahead"),
        HealthWords::LastGood { at, ago: Some(ago) } => format!("last good run: {at}, {ago} ago"),
        HealthWords::NoGoodYet => "last good run: none yet".to_owned(),
        HealthWords::Fails { side: one, since, ago, why } => {
            format!("{:<7} fails since {since}, {ago} ago: {why}", side(one))
        }
        HealthWords::TriesAgain => "the next run tries again; `guajira check` tells more".to_owned(),
        HealthWords::RunKind { backfill: true } => "backfill".to_owned(),
        HealthWords::RunKind { backfill: false } => "sync".to_owned(),
        HealthWords::StillAtWork => "still running, or stopped half-way".to_owned(),
        HealthWords::NotGood { summary } => format!("not good: {summary}"),
        HealthWords::FailedBefore { began, side: one, why } => {
            format!("the run of {began} failed on {}, which works again: {why}", side(one))
        }
        HealthWords::Refused { why } => format!("refused: {why}"),
        HealthWords::NoGoodRun => "there is no good run yet".to_owned(),
        HealthWords::LastGoodAhead { at } => {
            format!("the last good run ended at {at}, which lies ahead: the clock was wrong then, or is wrong now")
        }
        HealthWords::LastGoodAgo { ago } => format!("the last good run ended {ago} ago"),
    }
}
