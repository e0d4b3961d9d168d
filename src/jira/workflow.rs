//! Walking an issue to a status: at each step the open ways are read, and the nearest is gone.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Ask, Failed, segment};
use super::convert::status;
use super::fault::{dropped, refused, unavailable};
use super::form::{Choice, Screen, ScreenField, pick};
use super::names::Thing;
use super::service::Jira;
use super::steps::{Goal, Map, Resolution, Stand, Way, next};
use super::wire::text;
use super::{form, wire};
use crate::domain::{DroppedField, IssueId, Status, StatusCategory, StatusTarget};
use crate::http::clean;
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::{ItemHint, JiraFault, Less};

/// Most steps of one walk.
const MAX_STEPS: usize = 5;

/// Most transitions that are tried in one walk, refused ones included.
const MAX_TRIES: usize = 12;

/// How long a map of a workflow is believed.
const MAP_AGE: Duration = Duration::from_hours(7 * 24);

/// A walk through a workflow.
struct Walk<'w> {
    issue: &'w IssueId,
    /// What people call the issue.
    name: String,
    /// The workflow's name among the facts.
    map_fact: String,
    map: Map,
    at: Status,
    /// The ways that are open there, once read.
    ways: Option<Vec<Way>>,
    steps: usize,
    tries: usize,
    visited: BTreeSet<String>,
    /// Ways that were refused, from where, and the last refusal.
    refused: BTreeSet<(String, String)>,
    refusal: Option<(Way, Failed)>,
    dropped: Vec<DroppedField>,
}

impl Jira<'_> {
    /// Brings an issue into the status that the target names, else into one of its category.
    ///
    /// # Errors
    /// `Refused` when no step was made, `InDoubt` when the walk ended on the way: then the issue says something that
    /// nobody chose, and must be read before anything else is decided.
    pub(super) fn reach(&self, issue: &IssueId, target: &StatusTarget) -> Result<Vec<DroppedField>, ApiError> {
        let mut walk = self.set_out(issue)?;
        let goals = Goal::of(target);
        let was_done = walk.at.category == StatusCategory::Done;
        if goals.first().is_some_and(|goal| goal.is(&walk.at)) {
            return Ok(Vec::new());
        }
        let ways = self.ways(&mut walk)?;
        // Most workflows have a way straight there; only where not are all their statuses asked for.
        let straight = goals.first().is_some_and(|goal| ways.iter().any(|way| goal.is(&way.to)));
        let statuses = if straight { None } else { self.statuses_of(&walk)? };
        let mut error = None;
        for goal in &goals {
            let known = |goal: &Goal| statuses.as_ref().is_none_or(|all| all.iter().any(|status| goal.is(status)));
            if !known(goal) && !ways.iter().any(|way| goal.is(&way.to)) {
                continue;
            }
            match self.walk_to(&mut walk, goal, target, statuses.as_deref()) {
                Ok(()) => {
                    if was_done && walk.at.category != StatusCategory::Done {
                        walk.dropped.extend(self.clear_resolution(issue));
                    }
                    return Ok(walk.dropped);
                }
                Err(why) if walk.steps == 0 && why.kind == ApiErrorKind::Refused => error = error.or(Some(why)),
                Err(why) if walk.steps > 0 => return Err(ApiError { kind: ApiErrorKind::InDoubt, ..why }),
                Err(why) => return Err(why),
            }
        }
        Err(error.unwrap_or_else(|| stuck(&walk, &ways, target, statuses.as_deref())))
    }

    /// Takes the resolution off an issue that is open again, where the workflow left it: people would see the issue struck
    /// through, and boards would hide it.
    pub(super) fn clear_resolution(&self, issue: &IssueId) -> Option<DroppedField> {
        let still = self.fetch_one(issue.as_str(), &["resolution"]);
        let is_set = still.ok().flatten().is_some_and(|row| {
            row.get("fields").and_then(|fields| fields.get("resolution")).is_some_and(|one| !one.is_null())
        });
        if !is_set {
            return None;
        }
        let failed = self.put_fields(issue, &json!({"resolution": null})).err()?;
        Some(dropped("resolution", Less::KeepsResolution { words: failed.words.to_string() }.into()))
    }

    fn set_out<'w>(&self, issue: &'w IssueId) -> Result<Walk<'w>, ApiError> {
        let row = self.fetch_one(issue.as_str(), &["status", "project", "issuetype"])?;
        let Some(row) = row else { return Err(refused(format!("GET issue {issue}: {}", JiraFault::IssueNotThere))) };
        let raw: wire::Issue = wire::read(row).map_err(|why| unavailable(format!("GET issue {issue}: {why}")))?;
        let mut at = status(&raw.fields.status);
        self.learn_statuses(std::iter::once(&mut at));
        let map_fact = format!("jira.workflow.{}.{}", raw.fields.project.id, raw.fields.issue_type.id);
        let map = self.facts.recall(&map_fact, MAP_AGE).and_then(|text| serde_json::from_str(&text).ok());
        Ok(Walk {
            issue,
            name: if raw.key.is_empty() { raw.id } else { raw.key },
            map_fact,
            map: map.unwrap_or_default(),
            visited: BTreeSet::from([at.id.clone()]),
            at,
            ways: None,
            steps: 0,
            tries: 0,
            refused: BTreeSet::new(),
            refusal: None,
            dropped: Vec::new(),
        })
    }

    fn walk_to(
        &self,
        walk: &mut Walk<'_>,
        goal: &Goal,
        target: &StatusTarget,
        statuses: Option<&[Status]>,
    ) -> Result<(), ApiError> {
        let named: Vec<&Status> = statuses.unwrap_or_default().iter().filter(|status| goal.is(status)).collect();
        let goals: BTreeSet<String> = named.iter().map(|status| status.id.clone()).collect();
        let meaning = named.first().map_or(target.category, |status| status.category);
        loop {
            if goal.is(&walk.at) {
                return Ok(());
            }
            let ways = self.ways(walk)?;
            // Where the last step itself is refused, no way round leads anywhere better.
            let is_last = ways.iter().any(|way| goal.is(&way.to));
            let is_open = |way: &&Way| {
                !walk.refused.contains(&(walk.at.id.clone(), way.id.clone())) && (!is_last || goal.is(&way.to))
            };
            let open: Vec<&Way> = ways.iter().filter(is_open).collect();
            let stand = Stand { ways: open, visited: &walk.visited, goals: &goals, meaning };
            let way =
                next(&stand, goal, &walk.map).filter(|_| walk.steps < MAX_STEPS && walk.tries < MAX_TRIES).cloned();
            let Some(way) = way else { return Err(stuck(walk, &ways, target, statuses)) };
            self.go(walk, &way, target)?;
        }
    }

    /// Goes one way; one that Jira refuses is remembered as such.
    fn go(&self, walk: &mut Walk<'_>, way: &Way, target: &StatusTarget) -> Result<(), ApiError> {
        let path = self.rest(&format!("issue/{}/transitions", segment(walk.issue.as_str())))?;
        let mut body = json!({"transition": {"id": way.id}});
        let (resolution, note) = way.resolution.as_ref().map_or((None, None), |asked| chosen(asked, target));
        let mut fields = serde_json::Map::new();
        fields.extend(resolution.map(|value| ("resolution".to_owned(), value)));
        let mut notes: Vec<DroppedField> = note.map(|why| dropped("resolution", why)).into_iter().collect();
        for new in &target.fields {
            let Some(field) = form::field(&way.screen, &new.field) else { continue };
            match self.shaped(field, &new.value, "")? {
                Ok(value) => {
                    fields.insert(field.id.clone(), value);
                }
                Err(why) => notes.push(dropped(&new.field, why)),
            }
        }
        if let (false, Some(map)) = (fields.is_empty(), body.as_object_mut()) {
            map.insert("fields".to_owned(), fields.into());
        }
        walk.tries += 1;
        walk.ways = None;
        match self.send_edit(&Ask::post(path, body)) {
            Ok(_) => {
                tracing::debug!(side = "jira", id = %walk.issue, from = walk.at.name, to = way.to.name, "Went on.");
                walk.at = way.to.clone();
                walk.visited.insert(way.to.id.clone());
                walk.steps += 1;
                walk.dropped.extend(notes);
                Ok(())
            }
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => {
                walk.refused.insert((walk.at.id.clone(), way.id.clone()));
                walk.refusal = Some((way.clone(), failed));
                Ok(())
            }
            Err(failed) => Err(failed.into()),
        }
    }

    /// Reads the ways that are open from where the issue stands, and learns from them.
    fn ways(&self, walk: &mut Walk<'_>) -> Result<Vec<Way>, ApiError> {
        if let Some(ways) = &walk.ways {
            return Ok(ways.clone());
        }
        let ways = self.read_ways(walk.issue)?;
        let before = walk.map.clone();
        walk.map.learn(&walk.at.id, &ways);
        if walk.map != before {
            self.facts.remember(&walk.map_fact, &serde_json::to_string(&walk.map).unwrap_or_default());
        }
        walk.ways = Some(ways.clone());
        Ok(ways)
    }

    /// Reads the transitions that are open to an issue, with what their screens hold.
    pub(super) fn read_ways(&self, issue: &IssueId) -> Result<Vec<Way>, ApiError> {
        let path = self.rest(&format!("issue/{}/transitions", segment(issue.as_str())))?;
        let reply = self.api.send(&Ask::get(path).with("expand", "transitions.fields"))?;
        let list = reply.json.get("transitions").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut ways: Vec<Way> = list.iter().filter_map(way).collect();
        self.learn_statuses(ways.iter_mut().map(|way| &mut way.to));
        for asked in ways.iter_mut().filter_map(|way| way.resolution.as_mut()) {
            self.learn_choices(Thing::Resolution, &mut asked.allowed);
        }
        Ok(ways)
    }

    /// Returns every status that issues of this project and type may have; `None` when Jira does not tell.
    fn statuses_of(&self, walk: &Walk<'_>) -> Result<Option<Vec<Status>>, ApiError> {
        let mut ids = walk.map_fact.rsplit('.');
        let (Some(kind), Some(project)) = (ids.next(), ids.next()) else { return Ok(None) };
        let path = self.rest(&format!("project/{}/statuses", segment(project)))?;
        let types = match self.api.send(&Ask::get(path)) {
            Ok(reply) => reply.json,
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => return Ok(None),
            Err(failed) => return Err(failed.into()),
        };
        self.learn_workflows(&types);
        let mut types = types.as_array().into_iter().flatten();
        let own = types.find(|one| one.get("id").and_then(wire::id_text).as_deref() == Some(kind));
        let mut statuses = own.and_then(statuses_in);
        self.learn_statuses(statuses.iter_mut().flatten());
        Ok(statuses)
    }
}

/// Returns the statuses of one issue type, as `project/{key}/statuses` lists them.
pub(super) fn statuses_in(issue_type: &Value) -> Option<Vec<Status>> {
    let list = issue_type.get("statuses")?.as_array()?;
    let read = |value: &Value| wire::read::<wire::Status>(value.clone()).ok().map(|raw| status(&raw));
    Some(list.iter().filter_map(read).collect())
}

fn way(value: &Value) -> Option<Way> {
    let id = value.get("id").and_then(wire::id_text)?;
    let to = status(&wire::read::<wire::Status>(value.get("to")?.clone()).ok()?);
    let on_screen = value.get("fields").and_then(|fields| fields.get("resolution"));
    let resolution = on_screen.map(|field| Resolution {
        required: field.get("required") == Some(&Value::Bool(true)),
        allowed: field.get("allowedValues").and_then(Value::as_array).into_iter().flatten().map(Choice::read).collect(),
    });
    let fields = value.get("fields").and_then(Value::as_object).into_iter().flatten();
    let fields = fields.filter(|(id, _)| *id != "resolution");
    let screen: Screen = fields.map(|(id, field)| ScreenField { id: id.clone(), ..ScreenField::read(field) }).collect();
    let asked = screen.iter().filter(|field| field.required && !field.has_default);
    let asks = asked.map(|field| {
        let name = clean(&field.name);
        (clean(&field.id), if name.is_empty() { clean(&field.id) } else { name })
    });
    Some(Way { id, name: clean(&text(value, "name")), asks: asks.collect(), screen, to, resolution })
}

/// Returns the resolution to send, and what is to be said where it is not the configured one.
fn chosen(asked: &Resolution, target: &StatusTarget) -> (Option<Value>, Option<String>) {
    let wanted = target.resolution.as_deref();
    let by_id = |one: &Choice| Some(json!({ "id": one.id }));
    let first = || asked.allowed.first().filter(|_| asked.required);
    match wanted {
        Some(word) if asked.allowed.is_empty() => (Some(json!({ "name": word })), None),
        Some(word) => match pick(&asked.allowed, word) {
            Some(one) => (by_id(one), None),
            None => {
                let names: Vec<String> = asked.allowed.iter().map(Choice::shown).collect();
                let (word, names) = (word.to_owned(), names.join(", "));
                let less = match first() {
                    Some(one) => Less::OtherResolution { word, names, set: one.name.clone() },
                    None => Less::NoResolution { word, names },
                };
                (first().and_then(by_id), Some(less.into()))
            }
        },
        None => (first().and_then(by_id), None),
    }
}

/// Says which transition was refused, and what it wants.
fn stopped(walk: &Walk<'_>, way: &Way, failed: &Failed) -> ApiError {
    let named: Vec<String> = failed.words.fields.iter().map(|(id, _)| way.called(id)).collect();
    let wanted = if named.is_empty() { way.wanted() } else { named.join(" and ") };
    let (issue, words) = (walk.name.clone(), failed.words.to_string());
    let (transition, to) = (way.name.clone(), way.to.name.clone());
    if wanted.is_empty() {
        let fault = JiraFault::TransitionRefused { issue, transition, to, words };
        return refused(fault).with_hint(ItemHint::WorkflowWants);
    }
    let fault = JiraFault::TransitionWants { issue, transition, to, wanted: wanted.clone(), words };
    refused(fault).with_hint(ItemHint::GiveTransitionValue { wanted })
}

/// Says where an issue stands, where it was to go, and where it could go.
fn stuck(walk: &Walk<'_>, ways: &[Way], target: &StatusTarget, statuses: Option<&[Status]>) -> ApiError {
    let wanted = if target.names.is_empty() {
        let category = match target.category {
            StatusCategory::Todo => "To Do",
            StatusCategory::InProgress => "In Progress",
            StatusCategory::Done => "Done",
        };
        JiraFault::SomeStatus { category: category.to_owned() }.into()
    } else {
        target.names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ")
    };
    let open = ways.iter().map(|way| way.to.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some((way, failed)) = &walk.refusal {
        return stopped(walk, way, failed);
    }
    let (issue, from) = (walk.name.clone(), walk.at.name.clone());
    let fault = if ways.is_empty() {
        JiraFault::NoWayAtAll { issue, from, wanted }
    } else {
        JiraFault::NoWay { issue, from, wanted, open }
    };
    let hint = if ways.is_empty() {
        ItemHint::GrantTransition
    } else {
        let all = statuses.map(|all| all.iter().map(|status| status.name.as_str()).collect::<Vec<_>>().join(", "));
        all.map_or(ItemHint::NameStatus, |names| ItemHint::NameStatusOf { names })
    };
    refused(fault).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_chosen_only_from_what_the_screen_offers() {
        let offered = [("1", "Fixed"), ("2", "Won't Fix")].map(|(id, name)| Choice {
            id: id.to_owned(),
            name: name.to_owned(),
            ..Choice::default()
        });
        for (required, allowed, wanted, want, is_noted) in [
            (true, &offered[..], Some("won't fix"), Some(json!({"id": "2"})), false),
            (false, &offered[..], Some("1"), Some(json!({"id": "1"})), false),
            (true, &offered[..], Some("Done"), Some(json!({"id": "1"})), true),
            (false, &offered[..], Some("Done"), None, true),
            (true, &offered[..], None, Some(json!({"id": "1"})), false),
            (false, &offered[..], None, None, false),
            (true, &[][..], Some("Done"), Some(json!({"name": "Done"})), false),
            (true, &[][..], None, None, false),
        ] {
            let asked = Resolution { required, allowed: allowed.to_vec() };
            let resolution = wanted.map(str::to_owned);
            let target =
                StatusTarget { names: Vec::new(), category: StatusCategory::Done, resolution, fields: Vec::new() };
            let (value, note) = chosen(&asked, &target);
            assert_eq!((value, note.is_some()), (want, is_noted), "{required} {wanted:?}");
        }
    }
}
