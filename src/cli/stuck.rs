//! What is not done, and the command that goes on with it.

use crate::page::Stuck;
use crate::state::StuckItem;
use crate::words::{Stage, StatusWords};

use super::term;

/// Returns what is not done, what needs a person first, and how much of it is left out.
pub(super) fn stuck(items: &[StuckItem], most: usize) -> (Vec<Stuck>, u64) {
    let mut items: Vec<&StuckItem> = items.iter().filter(|item| tells_something(item)).collect();
    items.sort_by_key(|item| ["dead", "held", "in_doubt"].iter().position(|stage| item.stage == *stage).unwrap_or(3));
    let more = u64::try_from(items.len().saturating_sub(most)).unwrap_or(u64::MAX);
    (items.into_iter().take(most).map(shown_item).collect(), more)
}

/// What waits for its turn, and has not failed, needs no row.
fn tells_something(item: &StuckItem) -> bool {
    item.because.is_none() && (!matches!(item.stage.as_str(), "pending" | "in_flight") || item.attempts > 0)
}

fn shown_item(item: &StuckItem) -> Stuck {
    let stage = Stage::called(&item.stage);
    let by_stage = match stage {
        Stage::Dead => Some(StatusWords::DeadNext),
        Stage::InDoubt => Some(StatusWords::InDoubtNext),
        Stage::Held if item.hint.is_none() => Some(StatusWords::HeldNext),
        _ if item.hint.is_none() => Some(StatusWords::FailingNext),
        _ => None,
    };
    let command = match stage {
        Stage::Dead => Some(format!("guajira retry {}", quoted(&item.key))),
        Stage::Held => Some("guajira sync --release".to_owned()),
        _ => None,
    };
    Stuck {
        stage,
        what: term::kept(&item.summary),
        key: item.key.clone(),
        why: item.error.as_deref().map(term::kept).unwrap_or_default(),
        hint: item.hint.as_deref().map(term::kept).or_else(|| by_stage.map(term::words)),
        command,
    }
}

/// Returns a word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.@:-".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
