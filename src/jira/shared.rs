//! What the lines of one run need to ask Jira only once: who we are, and what changed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::seen::Me;
use super::wire;

/// Most issues of an answer that is kept for the next line: a longer one is asked for again.
const MOST_KEPT: usize = 500;

/// Answers of one run that serve every line. An answer is as old as the run at most: a cursor moves by what the answer showed and
/// by the clock that came with it.
#[derive(Default)]
pub struct Shared {
    pub(super) me: RefCell<Option<Me>>,
    changed: RefCell<HashMap<String, Rc<Vec<Value>>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    /// Returns what an earlier line was answered to this query.
    pub(super) fn recall(&self, query: &str) -> Option<Rc<Vec<Value>>> {
        self.changed.borrow().get(query).cloned()
    }

    /// Keeps an answer for the lines that follow, unless it is too long.
    pub(super) fn keep(&self, query: String, kept: Kept) {
        if kept.count <= MOST_KEPT {
            self.changed.borrow_mut().insert(query, Rc::new(kept.rows));
        }
    }
}

/// The rows of an answer as they came, each issue once, the latest reading of each.
#[derive(Default)]
pub(super) struct Kept {
    rows: Vec<Value>,
    places: HashMap<String, usize>,
    count: usize,
}

impl Kept {
    /// Adds a row. Of an answer that is too long nothing is kept.
    pub(super) fn add(&mut self, row: &Value) {
        self.count += 1;
        if self.count > MOST_KEPT {
            self.rows = Vec::new();
            return;
        }
        let known = row.get("id").and_then(wire::id_text);
        match known.as_ref().and_then(|id| self.places.get(id)).and_then(|place| self.rows.get_mut(*place)) {
            Some(place) => *place = row.clone(),
            None => {
                self.places.extend(known.map(|id| (id, self.rows.len())));
                self.rows.push(row.clone());
            }
        }
    }
}
