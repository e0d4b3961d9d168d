//! Which Guance issues become Jira issues, and which Jira issues are recognised as their copies.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{
    Action, DroppedField, FieldValue, Fingerprint, Issue, IssueId, IssueLink, Key, Known, Maker, NewField, NewIssue,
    Push, Reuse, Stage, StatusCategory, StatusTarget,
};
use crate::plan::policy::{FieldTemplate, NoRoute, Policy, Route};
use crate::plan::step::{SkipReason, Step};
use crate::plan::view;
use crate::render;
use crate::template::{Fault, Template};
use crate::text::markdown;
use crate::words::{FieldReason, Summary, Voice};

/// Decides about the issues of a source; the steps come oldest issue first. A new issue that is not wanted is left out.
pub fn originals(issues: &[Issue], known: &Known, policy: &Policy, wanted: impl Fn(&Issue) -> bool) -> Vec<Step> {
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    sorted.into_iter().map(|issue| original(issue, known, policy, wanted(issue))).collect()
}

fn original(issue: &Issue, known: &Known, policy: &Policy, is_wanted: bool) -> Step {
    let skip = |reason| Step::Skip { item: issue.id.to_string(), reason };
    if known.issues.contains_key(&(issue.side(), issue.id.clone())) {
        return skip(SkipReason::Unchanged);
    }
    let key = Key::issue(issue.side(), &issue.id);
    let queued = known.outbox.get(&key);
    match queued {
        Some((Stage::Done, _)) => return skip(SkipReason::Unchanged),
        Some((Stage::InFlight, _)) => return skip(SkipReason::InDoubt),
        None if !policy.flow.issues => return skip(SkipReason::FlowOff("issues")),
        None if !is_wanted => return skip(SkipReason::OutsideWindow),
        Some(_) | None => {}
    }
    let waits = matches!(queued, Some((Stage::Pending | Stage::Held, _)));
    let new = match create(issue, policy) {
        Ok(new) => new,
        // It changed before it was sent.
        Err(reason) if waits => return Step::Withdraw { key, reason },
        Err(reason) => return skip(reason),
    };
    let content = content(issue, &new);
    match queued {
        Some((Stage::Dead, carried)) if *carried == content => return skip(SkipReason::Dead),
        Some((_, carried)) if *carried == content => return skip(SkipReason::Queued),
        _ => {}
    }
    Step::Push(push_of(issue, new, content))
}

/// Returns the write that creates an issue.
pub fn push(issue: &Issue, new: NewIssue) -> Push {
    let content = content(issue, &new);
    push_of(issue, new, content)
}

fn push_of(issue: &Issue, new: NewIssue, content: Fingerprint) -> Push {
    Push {
        key: Key::issue(issue.side(), &issue.id),
        pair: issue.id.clone(),
        target: issue.side().tracker(),
        summary: Summary::Issue { title: issue.title.clone(), project: new.project.clone() }.to_string(),
        content,
        action: Action::CreateIssue(new),
        seal: None,
    }
}

/// Returns the Jira issue that the routes make of a Guance issue.
///
/// # Errors
/// Says why they make none.
pub fn create(issue: &Issue, policy: &Policy) -> Result<NewIssue, SkipReason> {
    let (route, priority) = policy.route(issue).map_err(SkipReason::from)?;
    Ok(complete(made(issue, route, priority, policy.voice), issue, route, policy))
}

/// Adds what is set once, when an issue is created.
fn complete(mut new: NewIssue, issue: &Issue, route: &Route, policy: &Policy) -> NewIssue {
    let (fields, left_out) = values(issue, &route.fields);
    new.fields.extend(fields);
    new.left_out.extend(left_out);
    match assignees(issue, route, policy) {
        Ok(assignees) => new.assignees = assignees,
        Err(why) => new.left_out.push(DroppedField { field: "assignee".to_owned(), why }),
    }
    match reuse(issue, route) {
        Ok(reuse) => new.reuse = reuse,
        Err(why) => new.left_out.push(DroppedField { field: "reuse".to_owned(), why }),
    }
    new
}

/// Returns who may be the assignee of a new issue, as Jira knows them where `[people]` says so; or why nobody is.
fn assignees(issue: &Issue, route: &Route, policy: &Policy) -> Result<Vec<String>, String> {
    let Some(template) = &route.assignee else { return Ok(Vec::new()) };
    let said = match template.render(&view::of(issue)) {
        Ok(said) => said.unwrap_or_default(),
        Err(Fault::NotSet(_)) => String::new(),
        Err(Fault::Failed(why)) => return Err(why),
    };
    // A list is written in brackets, and its members in quotes.
    let said = said.trim();
    let list = said.strip_prefix('[').and_then(|said| said.strip_suffix(']')).unwrap_or(said);
    let is_around = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
    let words = list.split([',', '，', '\n']).map(|word| word.trim_matches(is_around));
    let words = words.filter(|word| !word.is_empty());
    let known_as = |word: &str| {
        let mut rows = policy.people.rows(issue.side());
        rows.find(|(here, _)| here.eq_ignore_ascii_case(word)).map_or(word, |(_, there)| there).to_owned()
    };
    let all: Vec<String> = words.map(known_as).collect();
    if all.is_empty() { Err(FieldReason::NobodyNamed.to_string()) } else { Ok(all) }
}

/// Returns which ticket the issue may continue; `None` where its route says nothing of that, or the key gives nothing for it.
fn reuse(issue: &Issue, route: &Route) -> Result<Option<Box<Reuse>>, String> {
    let Some(rule) = &route.reuse else { return Ok(None) };
    let key = match rule.key.render(&view::of(issue)) {
        Ok(key) => key,
        Err(Fault::NotSet(_)) => None,
        Err(Fault::Failed(why)) => return Err(why),
    };
    let made = |key: String| Reuse {
        key: Fingerprint::of(&["reuse", &route.project, &key.split_whitespace().collect::<Vec<_>>().join(" ")]),
        within: rule.within.as_secs(),
        unless_resolution: rule.unless_resolution.clone(),
        status: jira_status(route, issue),
        passed: Vec::new(),
    };
    Ok(key.map(|key| Box::new(made(key))))
}

/// Returns the Jira status that an issue calls for.
pub(super) fn jira_status(route: &Route, issue: &Issue) -> StatusTarget {
    let guance = &issue.status;
    StatusTarget {
        fields: values(issue, &route.transition).0,
        names: route.listed(guance).map(str::to_owned).into_iter().collect(),
        category: guance.category,
        resolution: route.resolution.clone().filter(|_| guance.category == StatusCategory::Done),
    }
}

/// Returns what fields are to say, and those that cannot be made.
pub(super) fn values(issue: &Issue, table: &[(String, FieldTemplate)]) -> (Vec<NewField>, Vec<DroppedField>) {
    let (mut fields, mut left_out) = (Vec::new(), Vec::new());
    for (field, made) in table {
        match value(issue, made) {
            Ok(Some(value)) => fields.push(NewField { field: field.clone(), value }),
            // What is not there leaves the field alone.
            Ok(None) | Err(Fault::NotSet(_)) => {}
            Err(Fault::Failed(why)) => left_out.push(DroppedField { field: field.clone(), why }),
        }
    }
    (fields, left_out)
}

/// Returns the Jira issue that a person asks for: by the route of this place, from 0, else by the one that would take the issue,
/// else by the first. Conditions and levels that are not listed hold nothing back. `None` where there is no such route.
pub fn create_by_hand(issue: &Issue, policy: &Policy, route: Option<usize>) -> Option<NewIssue> {
    let takes = |route: &&Route| route.takes(issue) == Ok(true);
    let route = match route {
        Some(place) => policy.routes.get(place)?,
        None => policy.routes.iter().find(takes).or_else(|| policy.routes.first())?,
    };
    let new = made(issue, route, route.priority_of(issue.level()).unwrap_or_default(), policy.voice);
    Some(complete(new, issue, route, policy))
}

impl From<NoRoute> for SkipReason {
    fn from(why: NoRoute) -> Self {
        match why {
            NoRoute::NoneMatches => Self::NoRoute,
            NoRoute::LevelNotListed(level) => Self::LevelNotListed(level),
            NoRoute::Unclear(n, why) => Self::RouteUnclear(n, why),
        }
    }
}

/// Returns the Jira issue that one route makes of a Guance issue, without the fields that are set only once.
pub(super) fn made(issue: &Issue, route: &Route, priority: Option<&str>, voice: Voice) -> NewIssue {
    let mut left_out = Vec::new();
    let mut text = |field: &str, template: &Option<Template>| match template.as_ref()?.render(&view::of(issue)) {
        Ok(text) => text,
        Err(Fault::NotSet(_)) => None,
        Err(Fault::Failed(why)) => {
            left_out.push(DroppedField { field: field.to_owned(), why });
            None
        }
    };
    let title = text("summary", &route.summary).unwrap_or_else(|| issue.title.clone());
    let body = text("description", &route.description);
    NewIssue {
        project: route.project.clone(),
        issue_type: route.issue_type.clone(),
        title,
        body: match body {
            None => render::issue(issue, voice),
            Some(text) => render::issue_as(issue, markdown::read(&text), voice),
        },
        labels: route.labels.clone(),
        priority: priority.map(str::to_owned),
        origin_url: issue.url.clone(),
        components: route.components.clone(),
        security: route.security.clone(),
        parent: route.parent.clone(),
        request_type: route.request_type.clone(),
        assignees: Vec::new(),
        fields: Vec::new(),
        left_out,
        reuse: None,
    }
}

/// Returns what a field is to say; `None` when nothing of it is there.
pub(super) fn value(issue: &Issue, made: &FieldTemplate) -> Result<Option<FieldValue>, Fault> {
    let view = view::of(issue);
    let trimmed = |template: &Template| Ok(template.render(&view)?.map(|text| text.trim().to_owned()));
    let given = |text: Result<Option<String>, Fault>| match text {
        Err(Fault::NotSet(_)) => Ok(None),
        other => other,
    };
    Ok(match made {
        FieldTemplate::Text(template) => trimmed(template)?.map(FieldValue::Text),
        FieldTemplate::List(all) => {
            let texts = all.iter().filter_map(|one| given(trimmed(one)).transpose()).collect::<Result<Vec<_>, _>>()?;
            Some(texts).filter(|texts| !texts.is_empty()).map(FieldValue::List)
        }
        FieldTemplate::Table(parts) => {
            let part = |(name, one): &(String, Template)| {
                Some(given(trimmed(one)).transpose()?.map(|text| (name.clone(), text)))
            };
            let parts = parts.iter().filter_map(part).collect::<Result<BTreeMap<_, _>, _>>()?;
            Some(parts).filter(|parts| !parts.is_empty()).map(FieldValue::Table)
        }
        // Part of a value would be another value: what is not there leaves the whole field alone.
        FieldTemplate::Json(json) => {
            let filled = json.filled(&|template| match trimmed(template) {
                Ok(Some(text)) => Ok(text),
                Ok(None) | Err(Fault::NotSet(_)) => Err(None),
                Err(fault) => Err(Some(fault)),
            });
            match filled {
                Ok(json) => Some(FieldValue::Json { json }),
                Err(None) => None,
                Err(Some(fault)) => return Err(fault),
            }
        }
    })
}

/// What a create carries: what Guance says, and what the routes make of it, in whatever language.
fn content(issue: &Issue, new: &NewIssue) -> Fingerprint {
    let mut new = new.clone();
    new.body = render::unspoken(issue, std::mem::take(&mut new.body));
    let made = serde_json::to_string(&new).unwrap_or_default();
    Fingerprint::of(&[issue.fingerprint().as_str(), &made])
}

/// Recognises Jira issues as copies by their proven markers, and notices new names.
///
/// A label alone proves nothing here, since people clone issues with their labels; it counts only in a look-up.
/// Of several that claim one original the copy is that of our own account, and the oldest (lowest id) of these. Where
/// only seals speak for several issues of other accounts, somebody has copied one of them: none is taken for the copy.
pub fn copies(issues: &[Issue], known: &Known) -> Vec<Step> {
    let mut best: HashMap<IssueId, (Maker, &Issue)> = HashMap::new();
    let mut rivals: HashMap<(IssueId, Maker), usize> = HashMap::new();
    for issue in issues {
        if let Some((guance, maker)) = proven(issue) {
            *rivals.entry((guance.clone(), maker)).or_default() += 1;
            let first = best.entry(guance).or_insert((maker, issue));
            if (maker, age_rank(&issue.id)) < (first.0, age_rank(&first.1.id)) {
                *first = (maker, issue);
            }
        }
    }
    let mut steps = Vec::new();
    for issue in issues {
        if let Some(link) = known.issues.get(&(issue.side(), issue.id.clone())) {
            if link.jira_name != issue.name {
                steps.push(Step::Rename { guance: link.guance.clone(), jira_name: issue.name.clone() });
            }
            if !goes_on(issue, link) {
                continue;
            }
        }
        let Some((guance, maker)) = proven(issue) else { continue };
        // What is counted in a ticket, or had it before, may have it now.
        let own = known.issues.get(&(issue.side().source(), guance.clone()));
        let taken = own.is_some_and(|own| !own.waits_for(&issue.id));
        let first = best.get(&guance).is_some_and(|(_, first)| first.id == issue.id);
        let contested = maker == Maker::Other && rivals.get(&(guance.clone(), maker)).is_some_and(|count| *count > 1);
        steps.push(if taken || !first || contested {
            Step::Skip { item: issue.name.clone(), reason: SkipReason::SecondClaim }
        } else {
            let kin = issue.tracker().and_then(|detail| detail.kin.clone());
            Step::AdoptIssue { guance, jira: issue.id.clone(), jira_name: issue.name.clone(), kin }
        });
    }
    steps
}

/// Returns true for a ticket that goes on with another item than the state knows: it is older than the world.
pub fn goes_on(issue: &Issue, link: &IssueLink) -> bool {
    let before = Key::issue(issue.side().source(), &link.guance);
    let kin = issue.tracker().and_then(|detail| detail.kin.as_ref());
    let had = kin.is_some_and(|kin| kin.earlier.contains(&before));
    had && proven(issue).is_some_and(|(item, _)| item != link.guance)
}

fn proven(issue: &Issue) -> Option<(IssueId, Maker)> {
    let claim = issue.claim.as_ref().filter(|claim| claim.proven)?;
    Some((claim.key.issue_on(issue.side().source())?, claim.maker))
}

/// Jira's ids are numbers in the order of creation.
fn age_rank(id: &IssueId) -> (u64, &str) {
    (id.as_str().parse().unwrap_or(u64::MAX), id.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::Side;
    use crate::domain::{Claim, IssueLink, Level, fixtures};

    fn issue(side: Side, id: &str) -> Issue {
        let mut issue = Issue { id: IssueId::new(id), name: id.to_owned(), ..fixtures::issue(side) };
        if let Some(detail) = issue.source_mut() {
            detail.level = Some(Level { id: "system_level_1".into(), name: "P1".into() });
        }
        issue
    }

    fn copy(id: &str, claims: &str, proven: bool) -> Issue {
        let key = Key::issue(Side::GUANCE, &IssueId::new(claims));
        Issue {
            claim: Some(Claim { key, proven, written: None, maker: Maker::Us, sealed: false }),
            ..issue(Side::JIRA, id)
        }
    }

    fn policy(priority: Option<&[(&str, &str)]>) -> Policy {
        let priority = priority.map(|table| table.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
        Policy {
            routes: vec![Route { project: "OPS".into(), issue_type: "Bug".into(), priority, ..Route::default() }],
            ..Policy::default()
        }
    }

    fn why(issue: &Issue, known: &Known, policy: &Policy, is_wanted: bool) -> Option<SkipReason> {
        match original(issue, known, policy, is_wanted) {
            Step::Skip { reason, .. } => Some(reason),
            _ => None,
        }
    }

    #[test]
    fn a_wanted_issue_that_nobody_knows_is_pushed() {
        let issue = issue(Side::GUANCE, "issue_a");
        let step = original(&issue, &Known::default(), &policy(None), true);
        let Step::Push(push) = step else { panic!("{step:?}") };
        assert_eq!(push.key.as_str(), "guance/issue/issue_a");
    }

    #[test]
    fn what_is_not_pushed_says_why() {
        let unknown = Known::default();
        let a = issue(Side::GUANCE, "issue_a");
        assert_eq!(why(&a, &unknown, &policy(None), false), Some(SkipReason::OutsideWindow));
        let unlisted = policy(Some(&[("P0", "Highest")]));
        assert_eq!(why(&a, &unknown, &unlisted, true), Some(SkipReason::LevelNotListed("P1".into())));
        let mut known = Known::default();
        known.outbox.insert(Key::issue(Side::GUANCE, &a.id), (Stage::InFlight, Fingerprint::of(&["x"])));
        assert_eq!(why(&a, &known, &policy(None), true), Some(SkipReason::InDoubt));
    }

    #[test]
    fn a_level_is_listed_by_name_in_any_case_or_by_id() {
        for word in ["P1", "p1", "system_level_1"] {
            let listed = policy(Some(&[(word, "High")]));
            let step = original(&issue(Side::GUANCE, "issue_a"), &Known::default(), &listed, true);
            let Step::Push(Push { action: Action::CreateIssue(new), .. }) = step else { panic!("{step:?}") };
            assert_eq!(new.priority.as_deref(), Some("High"));
        }
    }

    #[test]
    fn a_waiting_create_follows_a_changed_title() {
        let mut a = issue(Side::GUANCE, "issue_a");
        let mut known = Known::default();
        let carried = content(&a, &create(&a, &policy(None)).unwrap());
        known.outbox.insert(Key::issue(Side::GUANCE, &a.id), (Stage::Pending, carried));
        assert_eq!(why(&a, &known, &policy(None), true), Some(SkipReason::Queued));
        a.title = "磁盘快满".to_owned();
        assert_eq!(why(&a, &known, &policy(None), true), None);
    }

    #[test]
    fn of_two_that_claim_one_original_the_oldest_is_the_copy() {
        let both = [copy("10002", "issue_a", true), copy("10001", "issue_a", true)];
        let steps = copies(&both, &Known::default());
        let adopted: Vec<_> = steps.iter().filter(|step| matches!(step, Step::AdoptIssue { .. })).collect();
        let [Step::AdoptIssue { jira, .. }] = adopted.as_slice() else { panic!("{steps:?}") };
        assert_eq!(jira.as_str(), "10001");
    }

    #[test]
    fn a_label_alone_is_no_proof_and_a_linked_original_has_its_copy_already() {
        assert!(copies(&[copy("10001", "issue_a", false)], &Known::default()).is_empty());
        let mut known = Known::default();
        let link = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
        known.issues.insert((Side::GUANCE, link.guance.clone()), link);
        let steps = copies(&[copy("10009", "issue_a", true)], &known);
        assert!(matches!(steps.as_slice(), [Step::Skip { reason: SkipReason::SecondClaim, .. }]), "{steps:?}");
    }
}
