//! The config's flows and routes, ready to ask.

use crate::domain::Level;

/// What is carried, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which flows are on.
    pub flow: Flow,
    /// Routes in the order of the config; the first that holds takes the issue.
    pub routes: Vec<Route>,
}

/// Which flows are on: `[flow]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the config, independent of the others")]
pub struct Flow {
    /// Guance issue → Jira issue.
    pub issues: bool,
    /// Jira comment → Guance reply.
    pub comments: bool,
    /// Guance reply → Jira comment.
    pub replies: bool,
    /// An edited comment or reply is edited on the other side.
    pub edits: bool,
    /// Comments with a visibility restriction are copied too.
    pub copy_restricted: bool,
}

/// One `[[route]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Jira project key.
    pub project: String,
    /// Jira issue type, by name or id.
    pub issue_type: String,
    /// Labels for every created issue.
    pub labels: Vec<String>,
    /// Guance level (name or uuid) → Jira priority, in the order of the config. With a table, an unlisted level is
    /// not sent; `None`: every level is sent, without a priority.
    pub priority: Option<Vec<(String, String)>>,
}

/// Why no route takes an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// No route's condition holds.
    NoneMatches,
    /// A route would take it, but its priority table does not list the issue's level (named here).
    LevelNotListed(String),
}

impl Policy {
    /// Returns the route that takes an issue of this level, and the Jira priority it gives.
    ///
    /// # Errors
    /// Says why no route takes it.
    pub fn route(&self, level: Option<&Level>) -> Result<(&Route, Option<&str>), NoRoute> {
        let Some(route) = self.routes.first() else { return Err(NoRoute::NoneMatches) };
        let Some(table) = &route.priority else { return Ok((route, None)) };
        let listed = |level: &Level| {
            table
                .iter()
                .find(|(from, _)| *from == level.id || from.eq_ignore_ascii_case(&level.name))
                .map(|(_, to)| to.as_str())
        };
        match level.and_then(listed) {
            Some(priority) => Ok((route, Some(priority))),
            None => Err(NoRoute::LevelNotListed(level.map_or_else(|| "none".to_owned(), |l| l.name.clone()))),
        }
    }
}
