//! Somebody lets the program run against other services, with the state of these. Nothing may be read from them, written
//! to them or remembered of them.

use std::cell::RefCell;

use guajira::domain::{Comment, CommentId, File, IssueId, Key, Person, Push, Receipt, SealKey, Side, Visibility};
use guajira::engine::belongs::Foreign;
use guajira::engine::{self, Order, Quiet, Settings};
use guajira::plan::Policy;
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Batch, Budget, Content, Directory, Files, Identity, Lookup, Presence,
    Purpose, Register, Registry, Remote, Span, Threads, Urgency, Wanted, Writes,
};
use guajira::state::State;

use super::drive::askers;
use super::gallery::Bug;
use super::world::{Machine, World};

/// What is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// Jira's address.
    Jira,
    /// The channel.
    Channel,
    /// The workspace that the keys are of.
    Workspace,
    /// What is behind Jira's address.
    Installation,
    /// Jira, and the state is as version 0.1 left it.
    Upgrade,
}

impl Stranger {
    pub(super) const ALL: [Self; 5] = [Self::Jira, Self::Channel, Self::Workspace, Self::Installation, Self::Upgrade];

    /// The side that has to be asked before the run can tell, where the same address and credentials ask; `None` when the
    /// configuration tells.
    fn known_by_asking(self) -> Option<Side> {
        match self {
            Self::Jira | Self::Channel | Self::Workspace | Self::Upgrade => None,
            Self::Installation => Some(Side::JIRA),
        }
    }
}

/// Does such a run, and blames whatever it should not have done.
pub(super) fn run(
    world: &RefCell<World>,
    state: &State,
    (policy, settings): (&Policy, &Settings),
    what: Stranger,
) -> anyhow::Result<()> {
    let Some(bound) = state.services()? else { return Ok(()) };
    if state.recent_links(1)?.is_empty() {
        return Ok(());
    }
    // A side that asked to be left alone is not asked who it is: nothing of it is read or written either, and the other
    // side is the state's own.
    if let Some(side) = what.known_by_asking() {
        let now = guajira::ports::Clock::now(&Machine(world));
        if state.waits_until(side, None, now)?.is_some() {
            return Ok(());
        }
    }
    let mut settings = settings.clone();
    match what {
        Stranger::Jira | Stranger::Upgrade => settings.services.jira.address = "https://jira.other".into(),
        Stranger::Channel => settings.services.guance.channel = "other".into(),
        Stranger::Workspace | Stranger::Installation => {}
    }
    // Other credentials are of another workspace.
    let credentials = if what == Stranger::Workspace { "others" } else { "ours" };
    settings.askers = askers(&settings.services, credentials);
    let bug = world.borrow().bug;
    if what == Stranger::Upgrade || bug == Some(Bug::AnybodysState) {
        let tx = state.begin()?;
        tx.forget_services()?;
        if bug == Some(Bug::AnybodysState) {
            tx.bind(state, &settings.services, chrono::DateTime::UNIX_EPOCH)?;
        }
        tx.commit()?;
    }
    let before = remembered(state)?;
    let machine = Machine(world);
    let named = |side: Side| match (what, side) {
        (Stranger::Workspace, Side::Source(_)) | (Stranger::Installation, Side::Tracker(_)) => "another".to_owned(),
        (_, Side::Source(_)) => bound.guance.workspace.clone(),
        (_, Side::Tracker(_)) => bound.jira.id.clone(),
    };
    let service = |about: About| Service { world, about, id: named(about.side) };
    let [guance, jira] = [guajira::guance::ABOUT, guajira::jira::ABOUT].map(service);
    let told = engine::sync_once(
        &engine::World {
            guance: &guance,
            jira: &jira,
            budget: &Plenty,
            state,
            rooms: engine::Rooms::default(),
            policy,
            settings: &settings,
            clock: &machine,
            stop: &machine,
            failpoints: &guajira::ports::NoFailpoints,
            progress: &Quiet,
        },
        &Order::default(),
    );
    if !told.as_ref().is_err_and(anyhow::Error::is::<Foreign>) {
        world.borrow_mut().blame(format!("foreign: a run against another {what:?} was not refused: {told:?}"));
    }
    let after = remembered(state)?;
    if after != before {
        world.borrow_mut().blame(format!("foreign: something of another {what:?} is remembered: {before} {after}"));
    }
    let tx = state.begin()?;
    tx.bind(state, &bound, chrono::DateTime::UNIX_EPOCH)?;
    tx.commit()?;
    Ok(())
}

/// All that a state holds and shows.
fn remembered(state: &State) -> anyhow::Result<String> {
    Ok(serde_json::to_string(&state.status()?)? + &format!("{:?}", state.services()?))
}

/// A service that is not the state's. It knows ids that are also ours, and nothing about us.
struct Service<'w> {
    world: &'w RefCell<World>,
    about: About,
    id: String,
}

/// More requests than a run that is refused could want.
struct Plenty;

impl Budget for Plenty {
    fn take(&self, _urgency: Urgency, _purpose: Purpose) -> Result<usize, ApiError> {
        Ok(0)
    }

    fn spare(&self) -> usize {
        100
    }

    fn exhausted(&self, _credential: usize, _wait: std::time::Duration) {}
}

impl Service<'_> {
    fn asked(&self, what: &str) -> ApiError {
        self.world.borrow_mut().blame(format!("foreign: another {} was asked: {what}", self.about.side));
        ApiError::new(self.about.side, ApiErrorKind::Refused, "not yours")
    }
}

impl Remote for Service<'_> {
    fn about(&self) -> &About {
        &self.about
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities {
            threads: Some(self),
            writes: Some(self),
            files: Some(self),
            people: Some(self),
            register: Some(self),
            ..Abilities::default()
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        let account = if self.about.side == Side::JIRA { self.world.borrow().accounts.bot() } else { String::new() };
        Ok(Identity { account, service: self.id.clone(), ..Identity::default() })
    }

    fn changed(&self, _span: &Span) -> Result<Batch, ApiError> {
        Err(self.asked("what changed"))
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let w = self.world.borrow();
        let known = ids.iter().filter_map(|id| w.jira.place(id.as_str())).map(|at| &w.jira.issues[at].now);
        let mut issues: Vec<_> = known.map(|issue| w.jira_issue(issue, None, false)).collect();
        for issue in &mut issues {
            issue.claim = None;
            issue.tracker_mut().into_iter().for_each(|detail| detail.names.clear());
        }
        Ok(Batch { issues, ..Batch::default() })
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        format!("https://other/{name}")
    }
}

impl Threads for Service<'_> {
    fn thread(&self, _issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        Err(self.asked("a thread"))
    }

    fn presence(&self, _issue: &IssueId, _comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        Err(self.asked("comments"))
    }
}

impl Writes for Service<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        batch.iter().map(|push| Err(self.asked(&push.summary))).collect()
    }

    fn find(&self, _wanted: &[Wanted], _taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        Err(self.asked("a look-up"))
    }
}

impl Files for Service<'_> {
    fn files(&self, _issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        Err(self.asked("files"))
    }

    fn open_file(&self, _file: &File) -> Result<Content, ApiError> {
        Err(self.asked("a file"))
    }

    fn push_file(&self, push: &Push, _content: Option<Content>) -> Result<Receipt, ApiError> {
        Err(self.asked(&push.summary))
    }
}

impl Directory for Service<'_> {
    fn person(&self, _who: &Person) -> Result<Option<Person>, ApiError> {
        Err(self.asked("a person"))
    }
}

impl Registry for Service<'_> {
    fn read_register(&self) -> Result<Register, ApiError> {
        Ok(Register::Empty)
    }

    fn write_register(&self, _counter: &str, _key: Option<&SealKey>) -> Result<(), ApiError> {
        Err(self.asked("the write counter"))
    }
}
