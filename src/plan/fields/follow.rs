//! Fields of Jira that follow their source: `keep = true` in `[route.fields]`. What people set on Jira by hand stays.
//!
//! The source leads, and each field is compared with what guajira wrote last.

use serde_json::Value;

use super::pair::{Outcome, Pair, left_alone, rest};
use super::values::says;
use crate::domain::{Base, Change, Field, FieldValue, Follower, NewField, Said};
use crate::plan::step::SkipReason;

pub(super) fn decide(pair: &Pair<'_>, one: Follower, now: &Base) -> Outcome {
    let field = Field::Follower(one);
    let wanted = pair.carried.followers.get(&one).and_then(Option::as_ref);
    let base = pair.bases.get(&field);
    let moved = base.is_some_and(|base| base.guance.is_some() && base.guance != now.guance);
    let Some(told) = told(pair, one) else {
        let not_told = Base { jira: None, ..now.clone() };
        return match base {
            // It is carried once Jira tells.
            Some(_) if moved => Outcome::default().because(SkipReason::NotTold(one)),
            Some(_) => Outcome::default(),
            None => Outcome::agree(None, &not_told, pair).because(SkipReason::NotTold(one)),
        };
    };
    let same = says(wanted, told);
    let left = |is_ours: bool| if is_ours { now.jira.clone() } else { Some(Said::ByHand) };
    let Some(base) = base else {
        return Outcome::agree(None, &Base { jira: left(same), ..now.clone() }, pair);
    };
    let base = &match &base.jira {
        Some(_) => base.clone(),
        // It was written, and not read since: is it still what was written?
        None => Base { jira: left(is_left(base, told)), ..base.clone() },
    };
    if same && (moved || base.jira != now.jira) {
        return Outcome::agree(Some(base), now, pair);
    }
    match wanted {
        _ if !moved => rest(pair, field, base, now),
        None => left_alone(pair, base, now),
        Some(value) if base.jira == now.jira => {
            let new = NewField { field: one.word().to_owned(), value: value.clone() };
            Outcome::carry(Some(base), now, pair.tracker(), Change::Follower(new))
        }
        Some(_) => left_alone(pair, base, now).because(SkipReason::ByHand(field)),
    }
}

/// Returns what Jira's issue says in a field; nothing where that was not asked, or Jira does not tell.
fn told<'p>(pair: &Pair<'p>, one: Follower) -> Option<&'p Value> {
    pair.jira.tracker()?.fields.get(&one)
}

/// Returns true when Jira says what guajira last brought over.
fn is_left(base: &Base, told: &Value) -> bool {
    let made = base.guance.as_ref().map(Said::words).unwrap_or_default();
    match serde_json::from_str::<FieldValue>(made) {
        Ok(value) => says(Some(&value), told),
        Err(_) => made.is_empty() && told.is_null(),
    }
}
