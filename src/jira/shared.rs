//! What the lines of one run need to ask Jira only once: who we are, and what changed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::seen::Me;

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

    /// Keeps an answer for the lines that follow.
    pub(super) fn keep(&self, query: String, rows: &[Value]) {
        if rows.len() <= MOST_KEPT {
            self.changed.borrow_mut().insert(query, Rc::new(rows.to_vec()));
        }
    }
}
