//! The config's flows and routes, ready to ask.

use crate::domain::{Level, People, Side};

/// What is carried, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which flows are on.
    pub flow: Flow,
    /// Routes in the order of the config; the first that holds takes the issue.
    pub routes: Vec<Route>,
    /// Who is who on the two sides.
    pub people: People,
}

/// Which flows are on: `[flow]`. The default is the config's.
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
    /// What becomes of the copy of a deleted comment or reply.
    pub deletes: Deletes,
    /// Which way a changed status travels.
    pub status: Direction,
    /// Which way a changed assignee travels.
    pub assignee: Direction,
    /// A changed Guance level becomes the Jira issue's priority.
    pub level: bool,
    /// A changed Guance title or description is written to the Jira issue.
    pub updates: bool,
    /// Which way attachments travel.
    pub attachments: Direction,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            issues: true,
            comments: true,
            replies: true,
            edits: true,
            copy_restricted: false,
            deletes: Deletes::Keep,
            status: Direction::Off,
            assignee: Direction::Off,
            level: false,
            updates: false,
            attachments: Direction::Off,
        }
    }
}

/// Which way a flow goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Not at all.
    #[default]
    Off,
    /// From Guance to Jira.
    ToJira,
    /// From Jira to Guance.
    ToGuance,
    /// Both ways.
    Both,
}

impl Direction {
    /// The words of the config.
    pub const WORDS: [(&str, Self); 4] =
        [("off", Self::Off), ("to-jira", Self::ToJira), ("to-guance", Self::ToGuance), ("both", Self::Both)];

    /// Returns true when the flow writes to this side.
    pub fn writes(self, target: Side) -> bool {
        match target {
            Side::Jira => matches!(self, Self::ToJira | Self::Both),
            Side::Guance => matches!(self, Self::ToGuance | Self::Both),
        }
    }
}

/// What becomes of the copy of a comment or reply that was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletes {
    /// Nothing.
    #[default]
    Keep,
    /// It says that the original was deleted.
    Mark,
    /// It is deleted too.
    Delete,
}

/// One `[[route]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Guance status (`Open`, `Working`, `Resolved`, `Closed`, `Pending`) → Jira status, by name or id, in the order of
    /// the config. A status that is not listed goes by Jira's status category.
    pub status: Vec<(String, String)>,
    /// The Jira status that counts as closed: an issue in it is written to no more.
    pub closed_status: Option<String>,
    /// Jira resolution to set where a transition's screen asks for one.
    pub resolution: Option<String>,
    /// What becomes of a monitor's repeated alarms.
    pub repeats: Repeats,
}

/// What becomes of the repeats that a monitor appends to an open issue as replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeats {
    /// Each becomes a comment.
    #[default]
    Comment,
    /// One comment is kept up to date with their number and the time of the last.
    Count,
    /// They are not carried.
    Skip,
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
        Ok((route, route.priority_of(level)?))
    }
}

impl Route {
    /// Returns the Jira priority for a level; `None` when the route sets no priorities.
    ///
    /// # Errors
    /// When the route has a priority table that does not list the level: the issue is not sent.
    pub fn priority_of(&self, level: Option<&Level>) -> Result<Option<&str>, NoRoute> {
        let Some(table) = &self.priority else { return Ok(None) };
        let listed = |level: &Level| {
            let is_it = |(from, _): &&(String, String)| *from == level.id || from.eq_ignore_ascii_case(&level.name);
            table.iter().find(is_it).map(|(_, to)| to.as_str())
        };
        match level.and_then(listed) {
            Some(priority) => Ok(Some(priority)),
            None => Err(NoRoute::LevelNotListed(level.map_or_else(|| "none".to_owned(), |l| l.name.clone()))),
        }
    }
}
