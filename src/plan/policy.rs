//! The config's flows and routes, ready to ask.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::{Field, FieldValue, Follower, Issue, Level, NewIssue, People, Side, SourceStatuses, Status};
use crate::plan::view;
use crate::template::{Fault, Template};
use crate::words::Voice;

/// What is carried, and where to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Which flows are on.
    pub flow: Flow,
    /// Routes in the order of the config; the first that holds takes the issue.
    pub routes: Vec<Route>,
    /// Who is who on the two sides.
    pub people: People,
    /// How guajira speaks in what it writes.
    pub voice: Voice,
    /// The statuses that issues have where they begin.
    pub statuses: SourceStatuses,
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
    /// The largest attachment that travels, in bytes.
    pub max_attachment: u64,
    /// Which of the two issues of a new pair shows a link to the other.
    pub links: Direction,
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
            max_attachment: 10_000_000,
            links: Direction::ToJira,
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
            Side::Tracker(_) => matches!(self, Self::ToJira | Self::Both),
            Side::Source(_) => matches!(self, Self::ToGuance | Self::Both),
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

impl Deletes {
    /// The words of the config.
    pub const WORDS: [(&str, Self); 3] = [("keep", Self::Keep), ("mark", Self::Mark), ("delete", Self::Delete)];
}

/// One `[[route]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// What an issue must be like; `None`: anything.
    pub when: Option<Template>,
    /// Jira project key.
    pub project: String,
    /// Jira issue type, by name or id.
    pub issue_type: String,
    /// Labels for every created issue.
    pub labels: Vec<String>,
    /// Components, by name or id.
    pub components: Vec<String>,
    /// Security level, by name or id: nothing is created without it.
    pub security: Option<String>,
    /// Key of the parent or epic of every created issue.
    pub parent: Option<String>,
    /// In a service project the request type of every created issue, by name or id.
    pub request_type: Option<String>,
    /// Who is the assignee of a created issue: a name, an address or an account id, or several; the first who has an account.
    pub assignee: Option<Template>,
    /// The summary; without it, or where it gives nothing, the title.
    pub summary: Option<Template>,
    /// The description as Markdown, above the link back; without it, or where it gives nothing, Guance's.
    pub description: Option<Template>,
    /// Other fields of a created issue, by id or name.
    pub fields: Vec<(String, FieldTemplate)>,
    /// Those of them that follow the source for life.
    pub followers: Vec<Follower>,
    /// Guance level (name or uuid) → Jira priority, in the order of the config. With a table, an unlisted level is
    /// not sent; `None`: every level is sent, without a priority.
    pub priority: Option<Vec<(String, String)>>,
    /// Guance status (`Open`, `Working`, `Resolved`, `Closed`, `Pending`) → Jira status, by name or id, in the order of
    /// the config. A status that is not listed goes by Jira's status category.
    pub status: Vec<(String, String)>,
    /// The Jira status that counts as closed: an issue in it is written to no more.
    pub closed_status: Option<String>,
    /// Fields to set where a transition's screen has them, by id or name.
    pub transition: Vec<(String, FieldTemplate)>,
    /// Jira resolution to set where a transition's screen asks for one.
    pub resolution: Option<String>,
    /// What becomes of a monitor's repeated alarms.
    pub repeats: Repeats,
    /// Which ticket the same problem continues when it comes again; `None`: none.
    pub reuse: Option<ReuseRule>,
}

/// `[route.reuse]`: the same problem again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReuseRule {
    /// What is the same for every item of one problem.
    pub key: Template,
    /// How long ago the ticket was resolved at most.
    pub within: Duration,
    /// A ticket with one of these resolutions (names or ids) is not continued.
    pub unless_resolution: Vec<String>,
}

/// How the value of a field is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldTemplate {
    /// One text.
    Text(Template),
    /// Several.
    List(Vec<Template>),
    /// By the names of its parts.
    Table(Vec<(String, Template)>),
    /// JSON whose texts are templates.
    Json(JsonTemplate),
}

/// JSON whose texts are templates: whatever an issue says stays within its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonTemplate {
    /// A text.
    Text(Template),
    /// A number, a truth value, or nothing.
    Plain(serde_json::Value),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(String, Self)>),
}

impl JsonTemplate {
    /// Returns the JSON, its texts made by `render`.
    ///
    /// # Errors
    /// The first of `render`.
    pub fn filled<E>(&self, render: &dyn Fn(&Template) -> Result<String, E>) -> Result<serde_json::Value, E> {
        Ok(match self {
            Self::Text(template) => render(template)?.into(),
            Self::Plain(value) => value.clone(),
            Self::List(all) => all.iter().map(|one| one.filled(render)).collect::<Result<Vec<_>, _>>()?.into(),
            Self::Object(parts) => {
                let part = |(name, one): &(String, Self)| Ok((name.clone(), one.filled(render)?));
                serde_json::Value::Object(parts.iter().map(part).collect::<Result<_, E>>()?)
            }
        })
    }

    fn templates<'t>(&'t self, all: &mut Vec<&'t Template>) {
        match self {
            Self::Text(template) => all.push(template),
            Self::Plain(_) => {}
            Self::List(parts) => parts.iter().for_each(|one| one.templates(all)),
            Self::Object(parts) => parts.iter().for_each(|(_, one)| one.templates(all)),
        }
    }
}

impl FieldTemplate {
    /// Returns the value where it is the same for every issue.
    pub fn constant(&self) -> Option<FieldValue> {
        let source = |template: &Template| Some(template.source().to_owned()).filter(|text| !text.contains('{'));
        Some(match self {
            Self::Text(one) => FieldValue::Text(source(one)?),
            Self::List(all) => FieldValue::List(all.iter().map(source).collect::<Option<_>>()?),
            Self::Table(parts) => {
                let part = |(name, one): &(String, Template)| Some((name.clone(), source(one)?));
                FieldValue::Table(parts.iter().map(part).collect::<Option<_>>()?)
            }
            Self::Json(json) => FieldValue::Json { json: json.filled(&|one| source(one).ok_or(())).ok()? },
        })
    }

    /// Returns every template in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(one) => vec![one],
            Self::List(all) => all.iter().collect(),
            Self::Table(parts) => parts.iter().map(|(_, one)| one).collect(),
            Self::Json(json) => {
                let mut all = Vec::new();
                json.templates(&mut all);
                all
            }
        }
    }
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

impl Repeats {
    /// The words of the config.
    pub const WORDS: [(&str, Self); 3] = [("comment", Self::Comment), ("count", Self::Count), ("skip", Self::Skip)];
}

/// Why no route takes an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// No route's condition holds.
    NoneMatches,
    /// A route would take it, but its priority table does not list the issue's level (named here).
    LevelNotListed(String),
    /// Whether the route of this number (from 1) takes it cannot be told: its `when` goes wrong.
    Unclear(usize, String),
}

impl Policy {
    /// Returns the route that takes an issue, and the Jira priority it gives.
    ///
    /// A route whose condition goes wrong ends the search: the issue may be meant for it, and for nobody else's eyes.
    ///
    /// # Errors
    /// Says why no route takes it.
    pub fn route(&self, issue: &Issue) -> Result<(&Route, Option<&str>), NoRoute> {
        for (n, route) in self.routes.iter().enumerate() {
            if route.takes(issue).map_err(|fault| NoRoute::Unclear(n + 1, fault.to_string()))? {
                return Ok((route, route.priority_of(issue.level())?));
            }
        }
        Err(NoRoute::NoneMatches)
    }

    /// Returns true for a level of which no issue is ever sent: no priority table that could come to it lists it.
    pub fn leaves_out(&self, level: &Level) -> bool {
        for route in &self.routes {
            match route.priority_of(Some(level)) {
                Ok(_) => return false,
                Err(_) if route.when.is_none() => return true,
                Err(_) => {}
            }
        }
        true
    }

    /// Returns true when a condition or template of a route uses this name.
    pub fn uses(&self, name: &str) -> bool {
        self.routes.iter().flat_map(Route::templates).any(|template| template.uses(name))
    }

    /// Returns what becomes of repeated alarms in the thread of this Jira issue: by the first route of its project, or
    /// the first of all where it was moved to a project of none.
    pub fn repeats(&self, jira_name: &str) -> Repeats {
        let of_project = self.routes_to(jira_name).next();
        of_project.or(self.routes.first()).map(|route| route.repeats).unwrap_or_default()
    }
}

impl Route {
    /// Returns whether its condition holds.
    ///
    /// # Errors
    /// When it goes wrong.
    pub fn takes(&self, issue: &Issue) -> Result<bool, Fault> {
        self.when.as_ref().map_or(Ok(true), |when| when.holds(&view::of(issue)))
    }

    /// Returns the Jira status that the route names for one of the source.
    pub(in crate::plan) fn listed(&self, status: &Status) -> Option<&str> {
        self.status.iter().find(|(from, _)| status.is(from)).map(|(_, to)| to.as_str())
    }

    /// Returns every condition and template of it.
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let single = [&self.when, &self.summary, &self.description, &self.assignee].into_iter().flatten();
        let single = single.chain(self.reuse.iter().map(|reuse| &reuse.key));
        single.chain(self.fields.iter().chain(&self.transition).flat_map(|(_, made)| made.templates()))
    }

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

impl Flow {
    /// Returns which way a field goes; `None` when it does not go at all.
    pub fn direction(&self, field: Field) -> Option<Direction> {
        let led = |on: bool| if on { Direction::ToJira } else { Direction::Off };
        let direction = match field {
            Field::Title | Field::Body => led(self.updates),
            Field::Priority => led(self.level),
            Field::Assignee => self.assignee,
            Field::Status => self.status,
            Field::Follower(_) => Direction::ToJira,
        };
        (direction != Direction::Off).then_some(direction)
    }
}

impl Policy {
    /// Returns true when any field goes to this side.
    pub fn carries_fields_to(&self, side: Side) -> bool {
        let goes = |field: Field| self.flow.direction(field).is_some_and(|direction| direction.writes(side));
        Field::ALL.into_iter().any(goes) || (!side.is_source() && self.has_followers())
    }

    /// Returns true when any field goes anywhere.
    pub fn carries_fields(&self) -> bool {
        Side::BOTH.into_iter().any(|side| self.carries_fields_to(side))
    }

    /// Returns true when fields of some route follow the source.
    pub fn has_followers(&self) -> bool {
        self.routes.iter().any(|route| !route.followers.is_empty())
    }

    /// Returns the fields of a new issue that may follow its source: which of the routes to its project made it, it does not
    /// say.
    pub(in crate::plan) fn followers_of(&self, new: &NewIssue) -> impl Iterator<Item = Follower> {
        let made =
            self.routes.iter().filter(|route| route.project == new.project && route.issue_type == new.issue_type);
        made.flat_map(|route| route.followers.iter().copied()).collect::<BTreeSet<_>>().into_iter()
    }

    /// Returns the fields of a pair that follow what this item says.
    pub(in crate::plan) fn followers(&self, guance: &Issue, jira_name: &str) -> &[Follower] {
        if !self.has_followers() {
            return &[];
        }
        self.home(guance, jira_name).map_or(&[], |route| &route.followers)
    }

    /// Returns the route whose workflow a Jira issue has: of its project, and of its issue type where several are.
    /// Outside every route's project a status goes by its category.
    pub fn route_of(&self, jira: &Issue) -> Option<&Route> {
        let here = || self.routes_to(&jira.name);
        let of_type = |route: &&Route| jira.issue_type().is_some_and(|one| one.is(&route.issue_type));
        here().find(of_type).or_else(|| here().next())
    }

    /// Returns the name of the status for which nothing is written to this Jira issue any more. Where its project has no
    /// route (it was moved, or its project has another key now), any route's word for it counts.
    pub fn closed(&self, jira: &Issue) -> Option<String> {
        let is_word = |route: &Route| route.closed_status.as_ref().is_some_and(|word| jira.status.is(word));
        let closed = self.route_of(jira).map_or_else(|| self.routes.iter().any(is_word), is_word);
        closed.then(|| jira.status.name.clone())
    }

    /// Returns what the closed status of this Jira issue is called.
    pub(in crate::plan) fn closed_word(&self, jira_name: &str) -> Option<&str> {
        self.routes_to(jira_name).find_map(|route| route.closed_status.as_deref())
    }

    /// Returns true where the problem of an item may have a ticket already.
    pub fn reuses_tickets(&self) -> bool {
        self.routes.iter().any(|route| route.reuse.is_some())
    }

    /// Returns true for a Jira issue of this name that another item may continue, or be counted in.
    pub fn may_be_reused(&self, jira_name: &str) -> bool {
        self.routes_to(jira_name).any(|route| route.reuse.is_some())
    }

    /// Returns the routes to the project that a Jira issue of this name is in.
    pub(in crate::plan) fn routes_to(&self, jira_name: &str) -> impl Iterator<Item = &Route> {
        self.routes.iter().filter(move |route| route.project == project_of(jira_name))
    }

    /// Returns the route that says what a linked Jira issue reads: the first of its project that would take the Guance
    /// issue, else the first of its project; where its project has none, the first that would take it.
    pub(in crate::plan) fn home(&self, guance: &Issue, jira_name: &str) -> Option<&Route> {
        let here = || self.routes_to(jira_name);
        let takes = |route: &&Route| route.takes(guance) == Ok(true);
        here().find(takes).or_else(|| here().next()).or_else(|| self.routes.iter().find(takes))
    }
}

fn project_of(jira_name: &str) -> &str {
    jira_name.rsplit_once('-').map_or(jira_name, |(project, _)| project)
}
