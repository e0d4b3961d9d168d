//! Creating issues: many in one request, giving way on optional fields rather than losing one, and reading the
//! markers back.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::domain::{Action, DroppedField, Key, Kind, NewIssue, Push, Receipt, Side};
use crate::jira::api::{Ask, Failed, Words, segment, words_of};
use crate::jira::comments::{Text, marker};
use crate::jira::convert::{PROPERTY, property_claim, time};
use crate::jira::find::Copy;
use crate::jira::{Jira, jql, refused, wire};
use crate::ports::{ApiError, ApiErrorKind};

/// Most issues in one request.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, `POST /issue/bulk`.
pub(super) const MAX_BULK: usize = 50;

/// Longest summary and longest label, in UTF-16 units.
const MAX_LINE: usize = 255;

/// Fields that are left out rather than losing the issue.
const OPTIONAL: [&str; 2] = ["priority", "labels"];

/// More rounds than there are things to give way on.
const MAX_ROUNDS: usize = 7;

/// How much of the description is still sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Description {
    Rich,
    Plain,
    Short,
    Left,
}

/// An issue on its way, with what had to be left out so far.
struct Draft<'p> {
    push: &'p Push,
    issue: &'p NewIssue,
    description: Description,
    omitted: HashSet<&'static str>,
    dropped: Vec<DroppedField>,
}

impl<'p> Draft<'p> {
    fn new(push: &'p Push) -> Option<Self> {
        let Action::CreateIssue(issue) = &push.action else { return None };
        let (omitted, dropped) = (HashSet::new(), Vec::new());
        Some(Self { push, issue, description: Description::Rich, omitted, dropped })
    }

    /// Returns the label that marks the copy: the original's uuid.
    fn marker_label(&self) -> Option<String> {
        match self.push.key.parts() {
            Some((Side::Guance, Kind::Issue, id)) => legal_label(id),
            _ => None,
        }
    }

    fn body(&self, cloud: bool, pair: &str) -> Value {
        let issue = self.issue;
        let mut fields = Map::new();
        fields.insert("project".to_owned(), json!({"key": issue.project}));
        fields.insert("issuetype".to_owned(), by_id_or_name(&issue.issue_type));
        fields.insert("summary".to_owned(), summary(&issue.title).into());
        let text = Text { body: &issue.body, origin_url: &issue.origin_url };
        let description = match self.description {
            _ if issue.body.is_empty() => None,
            Description::Rich => Some(text.rich(cloud)),
            Description::Plain => Some(text.plain(cloud)),
            Description::Short => Some(text.short(cloud)),
            Description::Left => None,
        };
        fields.extend(description.map(|value| ("description".to_owned(), value)));
        if !self.omitted.contains("labels") {
            fields.insert("labels".to_owned(), labels(self.marker_label(), &issue.labels).into());
        }
        if let Some(priority) = issue.priority.as_deref().filter(|_| !self.omitted.contains("priority")) {
            fields.insert("priority".to_owned(), by_id_or_name(priority));
        }
        json!({"fields": fields, "properties": [{"key": PROPERTY, "value": marker(self.push, pair)}]})
    }

    /// Leaves out what the refusal names, if all of that is optional; returns whether another try makes sense.
    fn give_way(&mut self, words: &Words) -> bool {
        let quoted = |name: &str| words.messages.iter().any(|text| text.contains(&format!("'{name}'")));
        let mut named: Vec<(String, String)> = words.fields.clone();
        if named.is_empty() {
            let all = OPTIONAL.into_iter().chain(["description"]).filter(|name| quoted(name));
            named.extend(all.map(|name| (name.to_owned(), words.to_string())));
        }
        if named.is_empty() {
            // Jira does not say which field: text it cannot parse is the one thing we can make simpler.
            return self.description == Description::Rich && self.simplify(&words.to_string());
        }
        let givable = |name: &str| name == "description" || OPTIONAL.contains(&name);
        named.iter().all(|(name, _)| givable(name)) && named.iter().all(|(name, why)| self.leave_out(name, why))
    }

    fn leave_out(&mut self, name: &str, why: &str) -> bool {
        if name == "description" {
            return self.simplify(why);
        }
        let Some(name) = OPTIONAL.into_iter().find(|optional| *optional == name) else { return false };
        let news = self.omitted.insert(name);
        if news {
            self.note(name, why.to_owned());
        }
        news
    }

    fn simplify(&mut self, why: &str) -> bool {
        if self.issue.body.is_empty() {
            return false;
        }
        let (next, what) = match self.description {
            Description::Rich => (Description::Plain, "sent without formatting"),
            Description::Plain => (Description::Short, "sent cut short"),
            Description::Short => (Description::Left, "left out"),
            Description::Left => return false,
        };
        self.description = next;
        self.note("description", format!("{what}: {why}"));
        true
    }

    fn note(&mut self, field: &str, why: String) {
        self.dropped.retain(|dropped| dropped.field != field);
        self.dropped.push(DroppedField { field: field.to_owned(), why });
    }
}

/// What became of one element of a request.
enum Made {
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
        let mut made: Vec<Option<Made>> = drafts.iter().map(|_| None).collect();
        let mut pool: Vec<wire::Created> = Vec::new();
        let mut pending: Vec<usize> = (0..drafts.len()).collect();
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
                    Made::Not(failed) if may_give_way(&failed) && draft.give_way(&failed.words) => again.push(index),
                    outcome => *slot = Some(outcome),
                }
            }
            pending = again;
        }
        let seen = self.read_back(&pool);
        drafts.iter_mut().zip(made).map(|(draft, made)| self.settle(draft, made, &seen)).collect()
    }

    /// Sends the drafts in one request; in single ones where the whole was refused because of some of them.
    fn send_creates(&self, drafts: &[&Draft<'_>], pool: &mut Vec<wire::Created>) -> Vec<Made> {
        if let [one] = drafts {
            return vec![self.send_single(one, pool)];
        }
        let sent = self.is_cloud().map_err(Failed::from).and_then(|cloud| {
            let bodies: Vec<Value> = drafts.iter().map(|draft| draft.body(cloud, &self.settings.pair_id)).collect();
            self.api.send(&Ask::post(self.rest("issue/bulk")?, json!({"issueUpdates": bodies})))
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
            (_, Err(failed)) => drafts.iter().map(|_| Made::Not(failed.clone())).collect(),
            (_, Ok(_)) => drafts.iter().map(|_| Made::Somewhere).collect(),
        }
    }

    fn send_one_by_one(&self, drafts: &[&Draft<'_>], pool: &mut Vec<wire::Created>) -> Vec<Made> {
        let mut out: Vec<Made> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let made = match out.last() {
                Some(Made::Not(failed)) if failed.error.kind == ApiErrorKind::Unauthorized => Made::Not(failed.clone()),
                _ => self.send_single(draft, pool),
            };
            out.push(made);
        }
        out
    }

    fn send_single(&self, draft: &Draft<'_>, pool: &mut Vec<wire::Created>) -> Made {
        let sent = self.is_cloud().map_err(Failed::from).and_then(|cloud| {
            let body = draft.body(cloud, &self.settings.pair_id);
            self.api.send(&Ask::post(self.rest("issue")?, body))
        });
        match sent.map(|reply| wire::read::<wire::Created>(reply.json)) {
            Ok(Ok(created)) => {
                pool.push(created.clone());
                Made::Created(created)
            }
            Ok(Err(_)) => Made::Somewhere,
            Err(failed) => Made::Not(failed),
        }
    }

    /// Reads label and property of the new issues, once for all of them. What cannot be read is not repaired.
    fn read_back(&self, pool: &[wire::Created]) -> Seen {
        let ids: Vec<&str> = pool.iter().map(|created| created.id.as_str()).collect();
        let rows = self.fetch(&ids, &["labels", "created"]).unwrap_or_default();
        let mut seen = Seen::default();
        for raw in rows.into_iter().filter_map(|row| wire::read::<wire::Issue>(row).ok()) {
            let claim = raw.properties.get(PROPERTY).and_then(|value| property_claim(value, Kind::Issue));
            if let Some(claim) = &claim {
                seen.by_key.insert(claim.key.clone(), wire::Created { id: raw.id.clone(), key: raw.key.clone() });
            }
            let at = time(&raw.fields.created);
            let is_marked = claim.is_some();
            seen.by_id.insert(raw.id.clone(), NewRow { labels: raw.fields.labels, is_marked, at });
        }
        seen
    }

    /// Says what came of one draft, and mends a marker that Jira dropped.
    fn settle(&self, draft: &mut Draft<'_>, made: Option<Made>, seen: &Seen) -> Result<Receipt, ApiError> {
        let created = match made {
            Some(Made::Not(failed)) => return Err(explained(failed, draft)),
            // The property in the issue itself knows better than the order of an answer.
            Some(Made::Created(by_order)) => seen.by_key.get(&draft.push.key.origin()).cloned().unwrap_or(by_order),
            Some(Made::Somewhere) | None => match seen.by_key.get(&draft.push.key.origin()) {
                Some(created) => created.clone(),
                None => {
                    let message = "POST issue: the answer does not say which issue was created".to_owned();
                    return Err(ApiError::new(Side::Jira, ApiErrorKind::InDoubt, message));
                }
            },
        };
        let row = seen.by_id.get(&created.id);
        if let Some(row) = row {
            self.mend(draft, &created.id, row);
        }
        if row.is_some_and(|row| row.is_marked) && !created.key.is_empty() {
            let copy =
                Copy::made(&created, draft.push.key.origin(), &self.settings.pair_id, row.and_then(|row| row.at));
            self.made.borrow_mut().insert(created.key.clone(), copy);
        }
        let name = if created.key.is_empty() { created.id.clone() } else { created.key };
        Ok(Receipt {
            id: created.id,
            name,
            at: row.and_then(|row| row.at),
            dropped: std::mem::take(&mut draft.dropped),
        })
    }

    fn mend(&self, draft: &mut Draft<'_>, id: &str, row: &NewRow) {
        let label = draft.marker_label().filter(|label| !row.labels.contains(label));
        if let Some(label) = label {
            let body = json!({"update": {"labels": [{"add": label}]}});
            let path = self.rest(&format!("issue/{}", segment(id)));
            let put = path.map_err(Failed::from).and_then(|path| self.api.send(&Ask::put(path, body).finishing()));
            if let Err(failed) = put {
                self.facts.remember(&unlabelled(&draft.issue.project), "yes");
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
    at: Option<DateTime<Utc>>,
}

fn unlabelled(project: &str) -> String {
    format!("jira.unlabelled.{project}")
}

fn may_give_way(failed: &Failed) -> bool {
    failed.error.kind == ApiErrorKind::Refused && matches!(failed.status, Some(400 | 413))
}

fn explained(failed: Failed, draft: &Draft<'_>) -> ApiError {
    let hint = failed.words.fields.iter().find_map(|(field, _)| match field.as_str() {
        "issuetype" => Some(format!("check [[route]].issue_type {:?}", draft.issue.issue_type)),
        "project" => Some(format!("check [[route]].project {:?} and the bot's permissions", draft.issue.project)),
        field if field.starts_with("customfield_") => {
            Some("give the required field a default in Jira, or make it optional for this issue type".to_owned())
        }
        _ => None,
    });
    ApiError { hint: failed.error.hint.clone().or(hint), ..failed.error }
}

/// Assigns a bulk answer to its elements: successes come in input order, without the failed ones.
fn elements(bulk: wire::BulkCreated, asked: usize, pool: &mut Vec<wire::Created>) -> Vec<Made> {
    let errors: HashMap<usize, wire::BulkError> = bulk.errors.into_iter().map(|e| (e.element, e)).collect();
    let failed = errors.keys().filter(|element| **element < asked).count();
    let is_ordered = bulk.issues.len() + failed == asked;
    pool.extend(bulk.issues.iter().cloned());
    let mut successes = bulk.issues.into_iter();
    let one = |element: usize| match errors.get(&element) {
        Some(error) => Made::Not(element_failure(error)),
        None if is_ordered => successes.next().map_or(Made::Somewhere, Made::Created),
        None => Made::Somewhere,
    };
    (0..asked).map(one).collect()
}

fn element_failure(error: &wire::BulkError) -> Failed {
    let words = words_of(&error.errors);
    let status = error.status.unwrap_or(400);
    let message = format!("POST issue/bulk: {status}: {words}");
    let error = match status {
        429 | 409 => crate::jira::unavailable(message),
        500.. => ApiError::new(Side::Jira, ApiErrorKind::InDoubt, message),
        _ => refused(message),
    };
    Failed { status: Some(status), words: Box::new(words), ..Failed::from(error) }
}

fn by_id_or_name(text: &str) -> Value {
    if jql::is_number(text) { json!({"id": text}) } else { json!({"name": text}) }
}

/// Returns a title as a summary: one line, without control characters, not empty, not too long.
fn summary(title: &str) -> String {
    let spaced: String = title.chars().map(|c| if is_breaking(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "(no title)".to_owned();
    }
    cut(&line, "…")
}

fn is_breaking(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns a label that Jira takes: no whitespace, not too long; `None` when nothing is left.
fn legal_label(text: &str) -> Option<String> {
    let spaced: String = text.chars().map(|c| if is_breaking(c) { ' ' } else { c }).collect();
    let label = spaced.split_whitespace().collect::<Vec<_>>().join("-");
    (!label.is_empty()).then(|| cut(&label, ""))
}

/// Returns the marker and the configured labels, each once.
fn labels(marker: Option<String>, configured: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for label in marker.into_iter().chain(configured.iter().filter_map(|label| legal_label(label))) {
        if !out.contains(&label) {
            out.push(label);
        }
    }
    out
}

/// Cuts to [`MAX_LINE`] UTF-16 units at a character boundary.
fn cut(text: &str, end: &str) -> String {
    let units = |text: &str| text.encode_utf16().count();
    if units(text) <= MAX_LINE {
        return text.to_owned();
    }
    let mut left = MAX_LINE - units(end);
    let mut out = String::new();
    for c in text.chars() {
        let Some(rest) = left.checked_sub(c.len_utf16()) else { break };
        left = rest;
        out.push(c);
    }
    out.push_str(end);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::domain::{Fingerprint, IssueId};
    use crate::text::Doc;

    fn create() -> Push {
        let uuid = IssueId::new("issue_0123456789abcdef0123456789abcdef");
        Push {
            key: Key::issue(Side::Guance, &uuid),
            lane: uuid,
            target: Side::Jira,
            action: Action::CreateIssue(NewIssue {
                project: "OPS".into(),
                issue_type: "Bug".into(),
                title: "disk\nfull".into(),
                body: Doc::from_plain("all of it"),
                labels: vec!["on call".into(), "guance".into(), "guance".into()],
                priority: Some("3".into()),
                origin_url: "https://g/x".into(),
            }),
            content: Fingerprint::of(&["x"]),
            summary: String::new(),
        }
    }

    fn words(fields: &[(&str, &str)], messages: &[&str]) -> Words {
        Words {
            fields: fields.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            messages: messages.iter().map(|m| (*m).to_owned()).collect(),
        }
    }

    #[test]
    fn a_summary_is_one_short_line() {
        for (title, want) in
            [("a\r\n b\tc\u{0}", "a b c"), ("  ", "(no title)"), ("", "(no title)"), ("x\u{2028}y", "x y")]
        {
            assert_eq!(summary(title), want);
        }
        let long = summary(&"😀".repeat(300));
        assert_eq!((long.encode_utf16().count(), long.ends_with('…')), (255, true));
        assert_eq!(summary(&"x".repeat(255)), "x".repeat(255));
    }

    #[test]
    fn labels_are_made_legal_and_distinct() {
        let push = create();
        let draft = Draft::new(&push).unwrap();
        let body = draft.body(false, "ab");
        assert_eq!(body["fields"]["labels"], json!(["issue_0123456789abcdef0123456789abcdef", "on-call", "guance"]));
        assert_eq!(body["fields"]["priority"], json!({"id": "3"}));
        assert_eq!(body["fields"]["issuetype"], json!({"name": "Bug"}));
        assert_eq!(body["fields"]["summary"], "disk full");
        assert_eq!(body["properties"][0]["value"]["key"], push.key.as_str());
        assert_eq!(legal_label(" \t"), None);
        assert_eq!(legal_label(&"长".repeat(300)).unwrap().chars().count(), 255);
    }

    #[test]
    fn a_draft_gives_way_only_on_what_is_optional() {
        let push = create();
        for (said, want, left_out) in [
            (words(&[("labels", "no")], &[]), true, vec!["labels"]),
            (words(&[("labels", "no"), ("priority", "bad")], &[]), true, vec!["labels", "priority"]),
            (words(&[("labels", "no"), ("summary", "bad")], &[]), false, vec![]),
            (words(&[("customfield_1", "is required")], &[]), false, vec![]),
            (words(&[], &["Field 'priority' cannot be set."]), true, vec!["priority"]),
            (words(&[("description", "not valid")], &[]), true, vec!["description"]),
            (words(&[], &["INVALID_INPUT"]), true, vec!["description"]),
        ] {
            let mut draft = Draft::new(&push).unwrap();
            assert_eq!(draft.give_way(&said), want, "{said:?}");
            let names: Vec<&str> = draft.dropped.iter().map(|dropped| dropped.field.as_str()).collect();
            assert_eq!(names, left_out, "{said:?}");
        }
    }

    #[test]
    fn giving_way_comes_to_an_end() {
        let push = create();
        let mut draft = Draft::new(&push).unwrap();
        let both = words(&[("description", "too long")], &[]);
        let steps = (0..10).take_while(|_| draft.give_way(&both)).count();
        assert_eq!(steps, 3);
        assert!(draft.body(true, "ab")["fields"].get("description").is_none());
        assert!(draft.give_way(&words(&[("labels", "no")], &[])));
        assert!(!draft.give_way(&words(&[("labels", "no")], &[])));
    }

    #[test]
    fn a_bulk_answer_is_assigned_by_what_failed() {
        let bulk = |value: Value| wire::read::<wire::BulkCreated>(value).unwrap();
        let names = |made: Vec<Made>| -> Vec<String> {
            let name = |one| match one {
                Made::Created(created) => created.key,
                Made::Somewhere => "?".to_owned(),
                Made::Not(failed) => failed.words.to_string(),
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
