//! The simulated Jira: projects, issues, comments, and a search index that shows changes late.

use std::collections::BTreeSet;
use std::rc::Rc;

use guajira::domain::{
    Claim, Comment, CommentId, Detail, Issue, IssueId, Key, Kin, Maker, Person, SealKeys, Side, TrackerDetail,
    Visibility, Witness, issue_place, marker,
};
use guajira::text::Doc;

use super::fields::{self, Truth};
use super::files::{self, Attached};
use super::gallery::{self, Bug};
use super::history::Setup;
use super::rng::mix;
use super::world::{Mark, Note, World, time};

/// Names the pair of services in the seals of issues.
pub(super) const SERVICES: &str = "0123456789abcdef";

#[derive(Clone, Debug)]
pub(super) struct Project {
    pub(super) key: String,
    old_keys: Vec<String>,
    pub(super) service: bool,
    numbers: u32,
}

/// An issue as it is, or as the index shows it.
#[derive(Clone, Debug)]
pub(super) struct IssueState {
    pub(super) id: String,
    pub(super) project: usize,
    number: u32,
    pub(super) title: String,
    pub(super) body: Doc,
    pub(super) author: Person,
    pub(super) labels: Vec<String>,
    /// The issue property that guajira writes.
    pub(super) property: Option<Mark>,
    /// The truth: guajira made it, under this key.
    pub(super) born: Option<Key>,
    pub(super) secure: bool,
    /// Remote links, by what they lead to.
    pub(super) links: BTreeSet<String>,
    /// Its place among the statuses.
    pub(super) status: usize,
    pub(super) priority: &'static str,
    /// The field that follows its source, where it has been set.
    pub(super) region: Option<String>,
    pub(super) assignee: Option<usize>,
    /// When a security level was last taken away.
    pub(super) opened_up: i64,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) notes: Vec<Note>,
    pub(super) deleted: bool,
    /// The truth: since when it is secured or deleted, in true time.
    pub(super) hidden_since: Option<i64>,
    pub(super) files: Vec<Attached>,
    /// What the property says of the items that it is the copy of one after another.
    pub(super) kin: Option<Kin>,
    /// The truth: the items that it was the copy of before.
    pub(super) before: Vec<Key>,
    /// The truth: the items that were counted in it.
    pub(super) joined: Vec<Key>,
}

#[derive(Debug)]
pub(super) struct JiraIssue {
    pub(super) now: IssueState,
    pub(super) truth: Truth,
    /// What search shows from when on.
    index: Vec<(i64, Rc<IssueState>)>,
}

#[derive(Debug)]
pub(super) struct JiraSite {
    pub(super) projects: Vec<Project>,
    pub(super) issues: Vec<JiraIssue>,
    /// Where each comment is: issue and place in its thread.
    next_comment: u64,
}

impl JiraSite {
    pub(super) fn new(setup: &Setup) -> Self {
        let project = |key: &str, service| Project { key: key.into(), old_keys: Vec::new(), service, numbers: 0 };
        let (ops, dev, desk) = (project("OPS", setup.service), project("DEV", false), project("DESK", true));
        Self {
            projects: if setup.lines.apart { vec![ops, dev, desk, project("EU", false)] } else { vec![ops, dev, desk] },
            issues: Vec::new(),
            next_comment: 10_000,
        }
    }

    pub(super) fn project(&self, key: &str) -> Option<usize> {
        self.projects.iter().position(|p| p.key == key || p.old_keys.iter().any(|old| old == key))
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.issues.iter().position(|issue| issue.now.id == id && !issue.now.deleted)
    }

    pub(super) fn fresh_comment_id(&mut self) -> String {
        self.next_comment += 1;
        self.next_comment.to_string()
    }

    /// The id that something will have soon.
    pub(super) fn coming(&self, ahead: u32) -> String {
        (self.next_comment + u64::from(ahead)).to_string()
    }

    pub(super) fn rename(&mut self, project: usize, key: String) {
        let project = &mut self.projects[project];
        project.old_keys.push(std::mem::replace(&mut project.key, key));
    }

    pub(super) fn name(&self, issue: &IssueState) -> String {
        format!("{}-{}", self.projects[issue.project].key, issue.number)
    }

    /// Gives the issue the next number of this project.
    pub(super) fn number_in(&mut self, project: usize) -> u32 {
        self.projects[project].numbers += 1;
        self.projects[project].numbers
    }

    pub(super) fn find_note(&self, id: &str) -> Option<(usize, usize)> {
        self.issues
            .iter()
            .enumerate()
            .find_map(|(at, issue)| issue.now.notes.iter().position(|note| note.id == id).map(|n| (at, n)))
    }
}

impl World {
    /// Opens an issue. Its index entry follows with [`World::touched`].
    pub(super) fn open_jira(&mut self, project: usize, title: String, body: Doc, author: Person) -> usize {
        let at = self.jira_now();
        let number = self.jira.number_in(project);
        let id = (20_000 + self.jira.issues.len()).to_string();
        let now = IssueState {
            id,
            project,
            number,
            title,
            body,
            author,
            labels: Vec::new(),
            property: None,
            born: None,
            secure: false,
            links: BTreeSet::new(),
            status: 0,
            priority: "Medium",
            region: None,
            assignee: None,
            opened_up: 0,
            created: at,
            updated: at,
            notes: Vec::new(),
            deleted: false,
            hidden_since: None,
            files: Vec::new(),
            kin: None,
            before: Vec::new(),
            joined: Vec::new(),
        };
        self.jira.issues.push(JiraIssue { now, truth: Truth::default(), index: Vec::new() });
        self.jira.issues.len() - 1
    }

    pub(super) fn move_jira(&mut self, issue: usize, project: usize) {
        let number = self.jira.number_in(project);
        let state = &mut self.jira.issues[issue].now;
        (state.project, state.number) = (project, number);
    }

    /// Moves the issue's update time and lets the index know, later.
    pub(super) fn touched(&mut self, at: usize, salt: u32) {
        let now = self.jira_now();
        let lag = match self.setup.max_lag_s {
            0 => 0,
            max => mix(self.setup.seed, u64::from(salt)) % (u64::from(max) * 1000),
        };
        let shown = self.now + i64::try_from(lag).unwrap_or(0);
        let secure = self.jira.issues[at].now.secure;
        let issue = &mut self.jira.issues[at];
        issue.now.updated = now;
        issue.index.push((shown, Rc::new(issue.now.clone())));
        if !secure {
            let notes = issue.now.notes.iter().filter(|note| !note.restricted && !note.deleted);
            self.public.extend(notes.flat_map(Note::said));
        }
        files::published(self, self.tracker(), at);
    }

    pub(super) fn indexed(&self, issue: &JiraIssue) -> Option<Rc<IssueState>> {
        issue.index.iter().rev().find(|(from, _)| *from <= self.now).map(|(_, state)| Rc::clone(state))
    }

    pub(super) fn jira_issue(&self, state: &IssueState, inline: Option<usize>, by_search: bool) -> Issue {
        let name = self.jira.name(state);
        let notes: Vec<&Note> = state.notes.iter().filter(|note| !note.deleted).collect();
        let thread = match inline {
            Some(most) if notes.len() <= most => Some(notes.iter().map(|n| self.jira_comment(state, n)).collect()),
            _ => None,
        };
        let maker = self.jira_maker(&state.author.id);
        let label = || state.labels.iter().find_map(|label| marker::labelled(label, self.source()));
        let named = state.labels.iter().filter_map(|label| marker::labelled(label, self.source()));
        let by_label = |proven| {
            let key = label()?;
            Some(Claim { key, proven, written: None, maker, sealed: false })
        };
        let shown = state.property.as_ref().filter(|_| !by_search || self.setup.search_properties);
        let told = shown.map(|mark| gallery::sourceless(self, mark));
        // Another line's property says nothing, and hides nothing.
        let property = told.as_ref().filter(|mark| mark.key.issue_on(self.source()).is_some());
        let by_property =
            property.and_then(|mark| mark.claim(&self.keys, &issue_place(self.pair(), &state.author.id), maker));
        let contradicts = by_property.as_ref().is_some_and(|claim| self.contradicts(state, &claim.key));
        let claim = match self.bug {
            Some(Bug::MarkerOnlyInALabel) => by_label(true),
            _ if contradicts => None,
            _ if shown.is_some() => by_property,
            _ => by_label(false),
        };
        let detail = TrackerDetail {
            issue_type: None,
            priority: Some(fields::priority(state.priority)),
            fields: fields::followers(state.region.as_ref()),
            service: self.jira.projects[state.project].service,
            kin: state.kin.clone().filter(|_| claim.as_ref().is_some_and(|claim| claim.proven)),
            names: property.map(|mark| mark.key.clone()).into_iter().chain(named).collect(),
        };
        Issue {
            line: self.line,
            id: IssueId::new(&state.id),
            url: format!("https://jira.test/browse/{name}"),
            name,
            title: state.title.clone(),
            body: state.body.clone(),
            status: fields::jira_status(state.status),
            assignees: state.assignee.map(|n| fields::account(Side::JIRA, n)).into_iter().collect(),
            author: state.author.clone(),
            created: time(state.created),
            updated: time(state.updated),
            claim,
            thread,
            detail: Detail::Tracker(detail),
        }
    }

    pub(super) fn jira_comment(&self, issue: &IssueState, note: &Note) -> Comment {
        let hidden = if note.restricted { Some("role Developers") } else { issue.secure.then_some("security level") };
        // A careless state sends what it planned as it was planned.
        let id = CommentId::new(&note.id);
        let stale =
            self.bug == Some(Bug::SentUnlooked) && self.ever_public.contains(&Key::comment(self.tracker(), &id));
        let hidden = hidden.filter(|_| !stale);
        Comment {
            side: self.tracker(),
            id: CommentId::new(&note.id),
            issue: IssueId::new(&issue.id),
            url: marker::comment_address(&format!("https://jira.test/browse/{}", self.jira.name(issue)), &note.id),
            author: note.author.clone(),
            body: note.body.clone(),
            created: time(note.created),
            updated: time(note.updated),
            visibility: hidden.map_or(Visibility::Public, |why| Visibility::Restricted(why.into())),
            claim: self.claim_of(self.tracker(), &issue.id, note),
            by_monitor: false,
        }
    }
}

/// What a look for an issue's copy came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    One(usize),
    /// It cannot be told.
    Contested,
    None,
}

impl World {
    /// Returns true when an issue's labels name other originals, and not this one.
    fn contradicts(&self, state: &IssueState, key: &Key) -> bool {
        let mut named = state.labels.iter().filter_map(|label| marker::labelled(label, self.source())).peekable();
        let careless = self.bug == Some(Bug::LabelMayDisagree);
        let on_the_way = super::again::is_on_the_way(state);
        !careless
            && named.peek().is_some()
            && named.all(|label| label != marker::as_labelled(key) && !on_the_way(&label))
    }

    /// Returns the copy of a Guance issue among what is nothing else's: by its property, our own account's before
    /// others', or else by a label on an issue that an account of ours made.
    pub(super) fn choose(&self, key: &Key, taken: &dyn Fn(&Key, &str) -> bool) -> Choice {
        let careless = self.bug == Some(Bug::FutileInsertSettles);
        let mut proven = Vec::new();
        let mut labelled = None;
        let mut contested = false;
        for (at, issue) in self.jira.issues.iter().enumerate() {
            let state = &issue.now;
            let linked = taken(key, &state.id);
            if state.deleted || linked && !careless {
                continue;
            }
            let maker = self.jira_maker(&state.author.id);
            let claim = state
                .property
                .as_ref()
                .and_then(|mark| mark.claim(&self.keys, &issue_place(self.pair(), &state.author.id), maker));
            let sealed = claim.as_ref().is_some_and(|claim| claim.sealed);
            let ours = sealed || matches!(maker, Maker::Us | Maker::Former);
            let label = ours && marker::label(key).is_some_and(|own| state.labels.contains(&own));
            let contradicts = !linked && claim.as_ref().is_some_and(|claim| self.contradicts(state, &claim.key));
            match claim {
                Some(claim) if claim.key == *key && !contradicts => proven.push((maker, at)),
                Some(claim) if claim.key == *key || label => {
                    contested |= contradicts || super::again::had(state, key) && !linked;
                }
                None if label => labelled = labelled.or(Some(at)),
                // It went on with another item, which the state learns with that one.
                Some(_) => contested |= !linked && super::again::had(state, key),
                None => {}
            }
        }
        proven.sort_unstable();
        match proven.as_slice() {
            [(Maker::Other, _), _, ..] => Choice::Contested,
            [(_, at), ..] => Choice::One(*at),
            [] => match (labelled, contested) {
                (_, true) => Choice::Contested,
                (Some(at), false) => Choice::One(at),
                (None, false) => Choice::None,
            },
        }
    }
}

/// Reads the visible marker of a text, as an adapter does where nothing can be kept beside it.
pub(super) fn visible_claim(body: &Doc, origin: Side, maker: Maker, keys: &SealKeys, place: &str) -> Option<Claim> {
    let (key, shown) = marker::shown(body, origin)?;
    let sealed = shown.seal.is_some_and(|seal| keys.made(&seal, &key, &shown.content, place));
    Claim::credible(key, Some(shown.content), maker, sealed, Witness::Visible)
}
