//! Creating issues: many in one request, giving way on optional fields rather than losing one, and reading the
//! markers back.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::about::MAX_BULK;
use super::answer::words_of;
use super::api::{Ask, Failed, segment};
use super::claim::{PROPERTY, as_labelled, labelled, property};
use super::convert::time;
use super::draft::Draft;
use super::fault::{refused, unavailable};
use super::fit::ASSIGNEE;
use super::service::Jira;
use super::wire;
use super::words::marker;
use crate::domain::{Follower, Key, Kind, NewIssue, Push, Receipt, Side};
use crate::ports::{ApiError, ApiErrorKind};
use crate::words::{ItemHint, JiraFault};

/// So many new issues are read one by one where that is the only way to their properties.
const FEW: usize = 2;

/// More rounds than there are things to give way on.
const MAX_ROUNDS: usize = 24;

/// What became of one element of a request.
enum CreateOutcome {
    /// Created, and this is it.
    Created(wire::Created),
    /// Created, but the answer does not say which of the new issues it is.
    Somewhere,
    /// Not created.
    Not(Failed),
}

impl Jira<'_> {
    /// Creates the issues among the pushes; one result for each of those, in order.
    pub(super) fn create_issues(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let mut drafts: Vec<Draft<'_>> = batch.iter().filter_map(Draft::new).collect();
        let mut results = Vec::with_capacity(drafts.len());
        for chunk in drafts.chunks_mut(MAX_BULK) {
            let logged_out = results.iter().find_map(|result| match result {
                Err(ApiError { kind: ApiErrorKind::Unauthorized, .. }) => result.as_ref().err().cloned(),
                _ => None,
            });
            match logged_out {
                Some(error) => results.extend(chunk.iter().map(|_| Err(error.clone()))),
                None => results.extend(self.create_chunk(chunk)),
            }
        }
        results
    }

    fn create_chunk(&self, drafts: &mut [Draft<'_>]) -> Vec<Result<Receipt, ApiError>> {
        let mut made: Vec<Option<CreateOutcome>> = drafts.iter_mut().map(|draft| self.unfit(draft)).collect();
        let mut pool: Vec<wire::Created> = Vec::new();
        let mut pending: Vec<usize> =
            made.iter().enumerate().filter(|(_, made)| made.is_none()).map(|(n, _)| n).collect();
        for _ in 0..MAX_ROUNDS {
            if pending.is_empty() {
                break;
            }
            let current: Vec<&Draft<'_>> = pending.iter().filter_map(|index| drafts.get(*index)).collect();
            let outcomes = self.send_creates(&current, &mut pool);
            let mut again = Vec::new();
            for (index, outcome) in pending.into_iter().zip(outcomes) {
                let (Some(draft), Some(slot)) = (drafts.get_mut(index), made.get_mut(index)) else { continue };
                match outcome {
                    CreateOutcome::Not(failed) if may_give_way(&failed) && self.fits_another_screen(draft, &failed) => {
                        again.push(index);
                    }
                    CreateOutcome::Not(failed) if may_give_way(&failed) && draft.give_way_to(&failed.words) => {
                        if draft.shaped().any(|id| draft.omitted.contains(id)) {
                            self.forget_screen(&draft.issue.project, &draft.issue.issue_type);
                        }
                        again.push(index);
                    }
                    outcome => *slot = Some(outcome),
                }
            }
            pending = again;
        }
        let secured = drafts.iter().any(|draft| draft.issue.security.is_some());
        let is_certain = made.iter().all(|made| matches!(made, Some(CreateOutcome::Created(_))));
        self.has_just_created.set(is_certain);
        let late = drafts.iter().flat_map(|draft| &draft.late).map(|late| late.field.clone()).collect();
        let seen = self.read_back(&pool, secured, &late);
        drafts.iter_mut().zip(made).map(|(draft, made)| self.settle(draft, made, &seen)).collect()
    }

    /// Fits a draft to its create screen; returns why it cannot be sent.
    fn unfit(&self, draft: &mut Draft<'_>) -> Option<CreateOutcome> {
        self.fit(draft).err().map(|error| CreateOutcome::Not(Failed::from(error)))
    }

    /// Asks anew for a remembered screen where a refusal speaks against it; returns true when the draft, fitted to the
    /// screen as it is now, says something else than what was refused.
    fn fits_another_screen(&self, draft: &mut Draft<'_>, failed: &Failed) -> bool {
        let (project, issue_type) = (&draft.issue.project, &draft.issue.issue_type);
        let own = ["summary", "description", "labels", "project"];
        let fields = &failed.words.fields;
        let speaks = fields.is_empty() || fields.iter().any(|(name, _)| !own.contains(&name.as_str()));
        if !speaks || !self.doubt_form(project, issue_type) {
            return false;
        }
        let Ok(cloud) = self.is_cloud() else { return false };
        let refused = draft.body(cloud, &self.settings.pair_id);
        let mut other = draft.clone();
        other.unfit();
        if self.fit_to_form(&mut other).is_err() || other.body(cloud, &self.settings.pair_id) == refused {
            return false;
        }
        *draft = other;
        true
    }

    /// Sends the drafts in one request; in single ones where the whole was refused because of some of them.
    fn send_creates(&self, drafts: &[&Draft<'_>], pool: &mut Vec<wire::Created>) -> Vec<CreateOutcome> {
        if let [one] = drafts {
            return vec![self.send_single(one, pool)];
        }
        let sent = self.is_cloud().map_err(Failed::from).and_then(|cloud| {
            let bodies: Vec<Value> = drafts.iter().map(|draft| draft.body(cloud, &self.settings.pair_id)).collect();
            let body = Value::Object([("issueUpdates".to_owned(), Value::Array(bodies))].into_iter().collect());
            self.send_timed("issue/bulk", body, drafts.len())
        });
        let answer = match &sent {
            Ok(reply) => Some(&reply.json),
            Err(failed) if failed.status == Some(400) && !failed.login_refused => Some(&*failed.json),
            Err(_) => None,
        };
        let bulk = answer.and_then(|json| wire::read::<wire::BulkCreated>(json.clone()).ok());
        match (bulk, sent) {
            (Some(bulk), _) if !bulk.issues.is_empty() || !bulk.errors.is_empty() => elements(bulk, drafts.len(), pool),
            (_, Err(failed))
                if failed.error.kind != ApiErrorKind::Unauthorized
                    && matches!(failed.status, Some(400 | 403 | 404 | 405 | 413)) =>
            {
                self.send_one_by_one(drafts, pool)
            }
            (_, Err(failed)) => drafts.iter().map(|_| CreateOutcome::Not(failed.clone())).collect(),
            (_, Ok(_)) => drafts.iter().map(|_| CreateOutcome::Somewhere).collect(),
        }
    }

    fn send_one_by_one(&self, drafts: &[&Draft<'_>], pool: &mut Vec<wire::Created>) -> Vec<CreateOutcome> {
        let mut out: Vec<CreateOutcome> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let made = match out.last() {
                Some(CreateOutcome::Not(failed)) if failed.error.kind == ApiErrorKind::Unauthorized => {
                    CreateOutcome::Not(failed.clone())
                }
                _ => self.send_single(draft, pool),
            };
            out.push(made);
        }
        out
    }

    fn send_single(&self, draft: &Draft<'_>, pool: &mut Vec<wire::Created>) -> CreateOutcome {
        let sent = self.is_cloud().map_err(Failed::from).and_then(|cloud| {
            let body = draft.body(cloud, &self.settings.pair_id);
            self.send_timed("issue", body, 1)
        });
        match sent.map(|reply| wire::read::<wire::Created>(reply.json)) {
            Ok(Ok(created)) => {
                pool.push(created.clone());
                CreateOutcome::Created(created)
            }
            Ok(Err(_)) => CreateOutcome::Somewhere,
            Err(failed) => CreateOutcome::Not(failed),
        }
    }

    /// Reads label and property of the new issues, once for all of them. What cannot be read is not repaired.
    fn read_back(&self, pool: &[wire::Created], secured: bool, late: &BTreeSet<String>) -> Seen {
        let ids: Vec<&str> = pool.iter().map(|created| created.id.as_str()).collect();
        let mut fields = vec!["labels".to_owned(), "created".to_owned()];
        fields.extend(secured.then(|| "security".to_owned()));
        fields.extend(late.iter().cloned());
        let followed = self.followed_ids().unwrap_or_default();
        fields.extend(followed.iter().cloned().chain((!followed.is_empty()).then(|| "issuetype".to_owned())));
        let (rows, shown) = self.new_rows(&ids, &fields).unwrap_or_default();
        let mut seen = Seen::default();
        let read = |rows: Vec<Value>| rows.into_iter().filter_map(|row| wire::Issue::read(row).ok());
        let shown = read(shown).map(|raw| (label_key(&raw.fields.labels, self.source()), raw));
        let rows = read(rows).map(|raw| {
            let claim = raw.properties.get(PROPERTY).and_then(|value| property(value, self.source(), Kind::Issue));
            (claim.map(|claim| claim.key), raw)
        });
        for (key, raw) in rows.chain(shown) {
            let is_marked = key.is_some();
            if let Some(key) = key {
                seen.by_key.insert(as_labelled(&key), wire::Created { id: raw.id.clone(), key: raw.key.clone() });
            }
            let at = time(&raw.fields.created);
            let is_secured = !raw.fields.security.is_null();
            let told = self.told(&raw).unwrap_or_default();
            let is_set = |field: &&String| {
                let is_assigned = *field == ASSIGNEE && raw.fields.assignee.is_some();
                is_assigned || raw.other.get(*field).is_some_and(|value| !value.is_null())
            };
            let set = late.iter().filter(is_set).cloned().collect();
            seen.by_id.insert(raw.id, NewRow { labels: raw.fields.labels, is_marked, is_secured, at, told, set });
        }
        seen
    }

    /// Reads new issues: those that were read with their property, and those that a search showed with the label of an
    /// original and that were made like one whose property was there.
    ///
    /// Server gives properties of one issue at a time. Who keeps the property of one issue that was created keeps those of the
    /// others, and the label says as well which issue is whose. What the search does not show, or shows without a label, is
    /// read by itself.
    fn new_rows(&self, ids: &[&str], fields: &[String]) -> Result<(Vec<Value>, Vec<Value>), ApiError> {
        if self.is_cloud()? || ids.len() <= FEW {
            return Ok((self.fetch(ids, fields)?, Vec::new()));
        }
        let found = self.walk(&format!("id in ({})", ids.join(", ")), fields).unwrap_or_default();
        let is_labelled = |row: &Value| {
            wire::read::<wire::Issue>(row.clone())
                .is_ok_and(|raw| label_key(&raw.fields.labels, self.source()).is_some())
        };
        let id_of = |row: &Value| row.get("id").and_then(wire::id_text);
        let mut shown: Vec<Value> = found.into_iter().filter(is_labelled).collect();
        let first = shown.first().and_then(id_of).filter(|_| !self.keeps_properties.get());
        let mut rows = Vec::new();
        if let Some(first) = first {
            rows = self.fetch(&[first.as_str()], fields)?;
            let is_kept = rows.iter().any(|row| row.pointer(&format!("/properties/{PROPERTY}")).is_some());
            self.keeps_properties.set(is_kept);
            if is_kept { drop(shown.remove(0)) } else { shown.clear() }
        }
        let known: HashSet<String> = shown.iter().chain(&rows).filter_map(id_of).collect();
        let unread: Vec<&str> = ids.iter().copied().filter(|id| !known.contains(*id)).collect();
        rows.extend(self.fetch(&unread, fields)?);
        Ok((rows, shown))
    }

    /// Says what came of one draft, and mends a marker that Jira dropped.
    fn settle(&self, draft: &mut Draft<'_>, made: Option<CreateOutcome>, seen: &Seen) -> Result<Receipt, ApiError> {
        let created = match made {
            Some(CreateOutcome::Not(failed)) => {
                self.doubt_characters(&failed, &draft.body(draft.takes.cloud, ""));
                return Err(self.explained(failed, draft));
            }
            // The property in the issue itself knows better than the order of an answer.
            Some(CreateOutcome::Created(by_order)) => {
                seen.by_key.get(&as_labelled(&draft.push.key.origin())).cloned().unwrap_or(by_order)
            }
            Some(CreateOutcome::Somewhere) | None => match seen.by_key.get(&as_labelled(&draft.push.key.origin())) {
                Some(created) => created.clone(),
                None => {
                    let message = format!("POST issue: {}", JiraFault::CreatedUnnamed);
                    return Err(ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, message));
                }
            },
        };
        self.learn_takes(draft.known, draft.takes);
        draft.note_characters();
        let row = seen.by_id.get(&created.id);
        if let Some(row) = row {
            self.mend(draft, &created.id, row);
        }
        self.set_late(draft, &created.id, row.map(|row| &row.set));
        if row.is_some_and(|row| row.is_marked) && !created.key.is_empty() {
            self.made.borrow_mut().add(&created, draft.push.key.origin(), row.and_then(|row| row.at));
        }
        let name = if created.key.is_empty() { created.id.clone() } else { created.key };
        let dropped = std::mem::take(&mut draft.dropped);
        let told = row.map(|row| row.told.clone()).unwrap_or_default();
        let receipt = Receipt::of(created.id, row.and_then(|row| row.at)).named(name).without(dropped);
        Ok(Receipt { fields: told, ..receipt })
    }

    /// Says how to mend a refusal, and what people call the fields that it is about.
    fn explained(&self, failed: Failed, draft: &Draft<'_>) -> ApiError {
        let ApiError { mut message, hint, kind, side } = failed.error;
        let NewIssue { project, issue_type, .. } = draft.issue;
        let mut by_field = None;
        for (field, _) in &failed.words.fields {
            let advice = match field.as_str() {
                "security" => ItemHint::CheckSecurityLevel,
                "issuetype" => ItemHint::CheckIssueType { name: issue_type.clone() },
                "project" => ItemHint::CheckProject { name: project.clone() },
                id if id.starts_with("customfield_") => {
                    let name = self.name_of(id, draft);
                    if name != *id {
                        message = message.replace(id, &format!("{name} ({id})"));
                    }
                    ItemHint::GiveFieldValue { name, issue_type: issue_type.clone() }
                }
                _ => continue,
            };
            by_field = by_field.or(Some(advice));
        }
        ApiError { kind, side, message, hint: hint.or(by_field.map(String::from)) }
    }

    /// Returns what people call a field of the create screen; its id where that is not known.
    fn name_of(&self, id: &str, draft: &Draft<'_>) -> String {
        let form = self.form(&draft.issue.project, &draft.issue.issue_type).ok().flatten();
        let field = form.as_deref().and_then(|form| form.fields.iter().find(|field| field.id == id));
        field.map(|field| field.name.clone()).filter(|name| !name.is_empty()).unwrap_or_else(|| id.to_owned())
    }

    fn mend(&self, draft: &mut Draft<'_>, id: &str, row: &NewRow) {
        if let Some(level) = draft.security().filter(|_| !row.is_secured) {
            let path = self.rest(&format!("issue/{}", segment(id)));
            let body = json!({"fields": {"security": level}});
            let put = path.map_err(Failed::from).and_then(|path| self.api.send(&Ask::put(path, body).finishing()));
            if let Err(failed) = put {
                tracing::warn!(side = "jira", id, error = %failed.error, "Issue created without its security level.");
                draft.note("security", failed.words.to_string());
            }
        }
        let label = draft.marker_label().filter(|label| !row.labels.contains(label));
        if let Some(label) = label {
            let body = json!({"update": {"labels": [{"add": label}]}});
            let path = self.rest(&format!("issue/{}", segment(id)));
            let put = path.map_err(Failed::from).and_then(|path| self.api.send(&Ask::put(path, body).finishing()));
            if let Err(failed) = put {
                if failed.error.kind == ApiErrorKind::Refused {
                    self.facts.remember(&unlabelled(&draft.issue.project), "yes");
                }
                if !draft.omitted.contains("labels") {
                    draft.note("labels", failed.words.to_string());
                }
            }
        }
        if !row.is_marked {
            let path = self.rest(&format!("issue/{}/properties/{PROPERTY}", segment(id)));
            let put = path.map_err(Failed::from).and_then(|path| {
                let value = marker(draft.push, &self.settings.pair_id);
                self.api.send(&Ask::put(path, value).repeatable().finishing())
            });
            if let Err(failed) = put {
                draft.note("property guajira", failed.error.message);
            }
        }
    }

    /// Sets what the create did not take, in every shape that may be taken. What Jira refuses is named: nothing else waits
    /// for it.
    fn set_late(&self, draft: &mut Draft<'_>, id: &str, set: Option<&BTreeSet<String>>) {
        for late in std::mem::take(&mut draft.late) {
            let was_sent = draft.extra.contains_key(&late.field) && !draft.omitted.contains(&late.field);
            if was_sent && set.is_none_or(|set| set.contains(&late.field)) {
                continue;
            }
            draft.dropped.retain(|dropped| dropped.field != late.field);
            let mut why = None;
            for value in &late.values {
                let body = json!({"fields": {late.field.as_str(): value}});
                let (path, body) = match late.name {
                    ASSIGNEE => (format!("issue/{}/assignee", segment(id)), value.clone()),
                    _ => (format!("issue/{}", segment(id)), body),
                };
                let put = self.rest(&path).map_err(Failed::from);
                let put = put.and_then(|path| self.send_edit(&Ask::put(path, body).finishing()));
                let Err(failed) = put else {
                    why = None;
                    break;
                };
                let is_refused = failed.error.kind == ApiErrorKind::Refused;
                why = Some(if is_refused { failed.words.to_string() } else { failed.error.message });
                if !is_refused {
                    break;
                }
            }
            if let Some(why) = why {
                draft.note(late.name, why);
            }
        }
    }

    /// Returns true when guajira once could not label an issue of this project.
    pub(super) fn is_unlabelled(&self, project: &str) -> bool {
        self.facts.recall(&unlabelled(project), Duration::from_hours(365 * 24)).is_some()
    }
}

/// What the new issues look like when read back.
#[derive(Default)]
struct Seen {
    by_key: HashMap<Key, wire::Created>,
    by_id: HashMap<String, NewRow>,
}

struct NewRow {
    labels: Vec<String>,
    is_marked: bool,
    is_secured: bool,
    at: Option<DateTime<Utc>>,
    /// What it says in fields that follow their source.
    told: BTreeMap<Follower, Value>,
    /// Which of the fields say something that may have to be set afterwards.
    set: BTreeSet<String>,
}

fn unlabelled(project: &str) -> String {
    format!("jira.unlabelled.{project}")
}

/// Returns the original that a label names, where one does.
fn label_key(labels: &[String], source: Side) -> Option<Key> {
    let mut named = labels.iter().filter_map(|label| labelled(label, source));
    let key = named.next()?;
    named.next().is_none().then_some(key)
}

fn may_give_way(failed: &Failed) -> bool {
    failed.error.kind == ApiErrorKind::Refused && matches!(failed.status, Some(400 | 413))
}

/// Assigns a bulk answer to its elements: successes come in input order, without the failed ones.
fn elements(bulk: wire::BulkCreated, asked: usize, pool: &mut Vec<wire::Created>) -> Vec<CreateOutcome> {
    let errors: HashMap<usize, wire::BulkError> = bulk.errors.into_iter().map(|e| (e.element, e)).collect();
    let failed = errors.keys().filter(|element| **element < asked).count();
    let is_ordered = bulk.issues.len() + failed == asked;
    pool.extend(bulk.issues.iter().cloned());
    let mut successes = bulk.issues.into_iter();
    let one = |element: usize| match errors.get(&element) {
        Some(error) => CreateOutcome::Not(element_failure(error)),
        None if is_ordered => successes.next().map_or(CreateOutcome::Somewhere, CreateOutcome::Created),
        None => CreateOutcome::Somewhere,
    };
    (0..asked).map(one).collect()
}

fn element_failure(error: &wire::BulkError) -> Failed {
    let words = words_of(&error.errors);
    let status = error.status.unwrap_or(400);
    let message = format!("POST issue/bulk: {status}: {words}");
    let error = match status {
        429 | 409 => unavailable(message),
        500.. => ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, message),
        _ => refused(message),
    };
    Failed { status: Some(status), words: Box::new(words), ..Failed::from(error) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_bulk_answer_is_assigned_by_what_failed() {
        let bulk = |value: Value| wire::read::<wire::BulkCreated>(value).unwrap();
        let names = |made: Vec<CreateOutcome>| -> Vec<String> {
            let name = |one| match one {
                CreateOutcome::Created(created) => created.key,
                CreateOutcome::Somewhere => "?".to_owned(),
                CreateOutcome::Not(failed) => failed.words.to_string(),
            };
            made.into_iter().map(name).collect()
        };
        let mut pool = Vec::new();
        let answer = json!({"issues": [{"id": "1", "key": "A-1"}, {"id": "3", "key": "A-3"}],
            "errors": [{"status": 400, "failedElementNumber": 1, "elementErrors": {"errors": {"summary": "bad"}}}]});
        assert_eq!(names(elements(bulk(answer.clone()), 3, &mut pool)), ["A-1", "summary: bad", "A-3"]);
        assert_eq!(pool.len(), 2);
        assert_eq!(names(elements(bulk(answer), 4, &mut pool)), ["?", "summary: bad", "?", "?"]);
    }
}
