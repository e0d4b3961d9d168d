//! Which Jira issue is the pair of which Guance issue, and why others are not.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::accounts::Accepted;
use super::plan::{Handover, Plan};
use crate::domain::{Issue, IssueId, Key, Person, Stage};
use crate::engine::run::Trouble;
use crate::engine::script::name_of;
use crate::ports::{LabelledIssue, Span};
use crate::words::Left;

/// From so many issues on, Guance's are listed: each list brings a hundred.
const LIST_FROM: usize = 20;

/// How long before its Jira issue a Guance issue may have been opened and still be in that list.
const OPENED_BEFORE: TimeDelta = TimeDelta::days(1);

/// How much earlier than its original an issue may seem to have been made, by two clocks.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// The Jira issues that may be the pair of each Guance issue, oldest first.
pub(super) type Candidates = Vec<(IssueId, Vec<LabelledIssue>)>;

/// A pair to be.
pub(super) struct Chosen {
    /// The Guance issue.
    pub(super) original: Issue,
    /// The Jira issue.
    pub(super) issue: Issue,
    /// What is known of it by its labels.
    pub(super) labelled: LabelledIssue,
}

impl Handover<'_> {
    /// Sorts out what carries a uuid: whose it is, and whether it is a pair already.
    pub(super) fn candidates(
        &self,
        mut labelled: Vec<LabelledIssue>,
        accepted: &Accepted,
        plan: &mut Plan,
    ) -> Result<Candidates, Trouble> {
        let state = self.run.world.state;
        let number = |name: &str| name.rsplit_once('-').and_then(|(_, n)| n.parse::<u64>().ok());
        labelled.sort_by_key(|issue| (issue.created.unwrap_or(DateTime::<Utc>::MAX_UTC), number(&issue.name)));
        let mut candidates: Candidates = Vec::new();
        let mut places: HashMap<IssueId, usize> = HashMap::new();
        let mut strangers: BTreeMap<String, (Person, usize)> = BTreeMap::new();
        for issue in labelled {
            let known = state.issue_link(self.run.tracker(), &issue.id)?;
            let [guance] = issue.originals.as_slice() else {
                if known.is_none() {
                    plan.left.push((issue.name, Left::ManyUuids));
                }
                continue;
            };
            let guance = guance.clone();
            if let Some(link) = known {
                if link.guance != guance {
                    plan.left.push((issue.name, Left::IsPairOf { guance: link.guance.to_string() }));
                }
                continue;
            }
            let is_accepted = accepted.jira.contains(&issue.creator.id);
            if let Some(link) = state.issue_link(self.run.source(), &guance)? {
                // Who clones an issue clones its labels: that is worth a word only of those who made the first.
                if is_accepted {
                    plan.left.push((issue.name, taken(&guance, &link.jira_name)));
                }
            } else if let Some((_, more)) = places.get(&guance).and_then(|place| candidates.get_mut(*place)) {
                more.extend(Some(issue).filter(|_| is_accepted));
            } else if !is_accepted {
                strangers.entry(issue.creator.id.clone()).or_insert_with(|| (issue.creator.clone(), 0)).1 += 1;
                plan.left.push((issue.name, Left::NotNamed { maker: name_of(&issue.creator).to_owned() }));
            } else if state.stage_of(&Key::issue(self.run.source(), &guance))? == Some(Stage::InFlight) {
                plan.left.push((issue.name, Left::AnswerLost));
            } else {
                places.insert(guance.clone(), candidates.len());
                candidates.push((guance, vec![issue]));
            }
        }
        plan.makers = strangers.into_values().collect();
        Ok(candidates)
    }

    /// Chooses for each Guance issue the oldest of its candidates that can be its copy.
    pub(super) fn choose(&mut self, candidates: Candidates, plan: &mut Plan) -> Result<Vec<Chosen>, Trouble> {
        let mut originals = self.originals(&candidates)?;
        let mut copies = self.copies(&candidates)?;
        self.compare_clocks()?;
        let ahead = self.jira_ahead;
        let mut chosen = Vec::new();
        for (guance, issues) in candidates {
            let mut original = originals.remove(&guance);
            let mut first: Option<String> = None;
            for labelled in issues {
                let name = labelled.name.clone();
                let issue = copies.remove(&labelled.id);
                let why = match (&original, &issue, &first) {
                    (_, _, Some(first)) => Some(taken(&guance, first)),
                    (None, _, _) => Some(Left::NoOriginal { guance: guance.to_string() }),
                    (_, None, _) => Some(Left::CannotBeRead),
                    (_, Some(issue), _) if claims_another(issue, &guance) => {
                        Some(Left::MarkedForAnother { guance: guance.to_string() })
                    }
                    // Whoever puts a uuid onto an older issue makes no copy of it.
                    (Some(original), Some(issue), _) if issue.created + CLOCKS_DIFFER < original.created + ahead => {
                        Some(Left::MadeBefore { guance: guance.to_string() })
                    }
                    _ => None,
                };
                match (original.take_if(|_| why.is_none()), issue) {
                    (Some(original), Some(issue)) => {
                        first = Some(name);
                        chosen.push(Chosen { original, issue, labelled });
                    }
                    _ => plan.left.extend(why.map(|why| (name, why))),
                }
            }
        }
        Ok(chosen)
    }

    /// Reads the Guance issues, many at a time where they are many.
    fn originals(&self, candidates: &Candidates) -> Result<HashMap<IssueId, Issue>, Trouble> {
        let guance = self.run.world.guance;
        let mut found: HashMap<IssueId, Issue> = HashMap::new();
        let wanted: HashSet<&IssueId> = candidates.iter().map(|(id, _)| id).collect();
        let oldest = candidates.iter().flat_map(|(_, issues)| issues).filter_map(|issue| issue.created).min();
        if let Some(oldest) = oldest.filter(|_| wanted.len() >= LIST_FROM) {
            let span = Span {
                from: oldest - OPENED_BEFORE,
                until: None,
                strays: Vec::new(),
                lost: Vec::new(),
                ours_only: false,
            };
            let listed = guance.changed(&span)?.issues.into_iter().filter(|issue| wanted.contains(&issue.id));
            found.extend(listed.map(|issue| (issue.id.clone(), issue)));
        }
        let missing: Vec<IssueId> =
            candidates.iter().map(|(id, _)| id).filter(|id| !found.contains_key(*id)).cloned().collect();
        if !missing.is_empty() {
            found.extend(guance.issues(&missing)?.issues.into_iter().map(|issue| (issue.id.clone(), issue)));
        }
        Ok(found)
    }

    fn copies(&self, candidates: &Candidates) -> Result<HashMap<IssueId, Issue>, Trouble> {
        let ids: Vec<IssueId> =
            candidates.iter().flat_map(|(_, issues)| issues).map(|issue| issue.id.clone()).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let read = self.run.world.jira.issues(&ids)?;
        Ok(read.issues.into_iter().map(|issue| (issue.id.clone(), issue)).collect())
    }
}

fn taken(guance: &IssueId, name: &str) -> Left {
    Left::HasIssue { guance: guance.to_string(), jira: name.to_owned() }
}

fn claims_another(issue: &Issue, guance: &IssueId) -> bool {
    let claim = issue.claim.as_ref().filter(|claim| claim.proven);
    claim.is_some_and(|claim| claim.key.issue_on(issue.side().source()).as_ref() != Some(guance))
}
