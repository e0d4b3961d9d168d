//! Workflows: statuses, their categories, and the ways between them.

/// A status category, by Jira's fixed keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// `new`, shown as *To Do*.
    New,
    /// `indeterminate`, shown as *In Progress*.
    Indeterminate,
    /// `done`.
    Done,
}

impl Category {
    /// Id, key, English name, colour.
    pub fn words(self) -> (u64, &'static str, &'static str, &'static str) {
        match self {
            Self::New => (2, "new", "To Do", "blue-gray"),
            Self::Indeterminate => (4, "indeterminate", "In Progress", "yellow"),
            Self::Done => (3, "done", "Done", "green"),
        }
    }
}

/// A workflow status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Id.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Category.
    pub category: Category,
}

/// A way from status to status.
#[derive(Debug, Clone)]
pub struct Transition {
    /// Id.
    pub id: String,
    /// Shown name.
    pub name: String,
    /// Status ids it starts from; empty for all.
    pub from: Vec<String>,
    /// Status id it leads to.
    pub to: String,
    /// What its screen asks for.
    pub asks: Asks,
    /// Id and name of another field that its screen insists on.
    pub needs: Option<(String, String)>,
    /// The words of a validator that always refuses.
    pub refuses: Option<String>,
}

/// What the screen of a transition asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// There is no screen.
    Nothing,
    /// A resolution, if one likes.
    Resolution,
    /// A resolution, or nothing moves.
    ResolutionRequired,
}

/// Statuses and the ways between them. New issues start in the first status.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Transitions.
    pub transitions: Vec<Transition>,
}

fn status(id: &str, name: &str, category: Category) -> Status {
    Status { id: id.into(), name: name.into(), category }
}

fn way(id: &str, name: &str, from: &[&str], to: &str, asks: Asks) -> Transition {
    let from = from.iter().map(|f| (*f).to_owned()).collect();
    Transition { id: id.into(), name: name.into(), from, to: to.into(), asks, needs: None, refuses: None }
}

impl Workflow {
    /// *To Do*, *In Progress*, *Done*, each reachable from each, without screens.
    pub fn simple() -> Self {
        Self {
            statuses: vec![
                status("10000", "To Do", Category::New),
                status("10001", "In Progress", Category::Indeterminate),
                status("10002", "Done", Category::Done),
            ],
            transitions: vec![
                way("11", "To Do", &[], "10000", Asks::Nothing),
                way("21", "In Progress", &[], "10001", Asks::Nothing),
                way("31", "Done", &[], "10002", Asks::Nothing),
            ],
        }
    }

    /// Jira's classic workflow: *Open* to *Closed* in steps, with a resolution screen.
    pub fn classic() -> Self {
        Self {
            statuses: vec![
                status("1", "Open", Category::New),
                status("3", "In Progress", Category::Indeterminate),
                status("4", "Reopened", Category::New),
                status("5", "Resolved", Category::Done),
                status("6", "Closed", Category::Done),
            ],
            transitions: vec![
                way("4", "Start Progress", &["1", "4"], "3", Asks::Nothing),
                way("301", "Stop Progress", &["3"], "1", Asks::Nothing),
                way("5", "Resolve Issue", &["1", "3", "4"], "5", Asks::ResolutionRequired),
                way("2", "Close Issue", &["1", "3", "4"], "6", Asks::ResolutionRequired),
                way("701", "Close Issue", &["5"], "6", Asks::Nothing),
                way("3", "Reopen Issue", &["5", "6"], "4", Asks::Nothing),
            ],
        }
    }

    /// *To Do*, *In Progress*, *In Review*, *Done* one after the other, and back by *Reopened*.
    pub fn reviewed() -> Self {
        Self {
            statuses: vec![
                status("10100", "To Do", Category::New),
                status("10101", "In Progress", Category::Indeterminate),
                status("10102", "In Review", Category::Indeterminate),
                status("10103", "Done", Category::Done),
                status("10104", "Reopened", Category::New),
            ],
            transitions: vec![
                way("111", "Start work", &["10100", "10104"], "10101", Asks::Nothing),
                way("112", "Put back", &["10101"], "10100", Asks::Nothing),
                way("121", "Ask for review", &["10101"], "10102", Asks::Nothing),
                way("122", "Reject", &["10102"], "10101", Asks::Nothing),
                way("131", "Approve", &["10102"], "10103", Asks::ResolutionRequired),
                way("141", "Reopen", &["10103"], "10104", Asks::Nothing),
            ],
        }
    }

    /// The transition of that id.
    pub fn way_mut(&mut self, id: &str) -> &mut Transition {
        self.transitions.iter_mut().find(|way| way.id == id).expect("a known transition")
    }
}
