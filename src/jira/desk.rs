//! Service projects: the request types that an issue may have, without which no queue and no portal shows it.
//!
//! The service desk API lists them. What the field takes is not documented: Cloud wants the id of the type as a text; Server and
//! Data Center want `portal/type` by their keys, which their list need not tell. So each shape is tried, the likeliest first.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::{Ask, segment};
use super::form::{Choice, Screen, pick};
use super::jql;
use super::service::Jira;
use super::wire::{id_text, text};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER};
use crate::words::FieldReason;

/// What the configuration calls the field.
pub(super) const REQUEST_TYPE: &str = "request_type";

/// The last part of the field's type.
///
/// Source: Jira Service Management, custom field type `com.atlassian.servicedesk:vp-origin`; its id differs from site to site.
const ORIGIN: &str = "vp-origin";

/// What the field is called; a site may keep others of its type that were brought from elsewhere.
const NAMES: [&str; 2] = ["Request Type", "Customer Request Type"];

/// Fact: the id of the field.
const FIELD: &str = "jira.request-field";

/// How long a list of request types is believed.
const TYPES_AGE: Duration = Duration::from_hours(1);

/// Most rows of a page.
const PAGE: usize = 100;

/// Most pages of a list.
const MOST_PAGES: usize = 50;

/// Server and Data Center before 5: methods that may change are answered only to those who say that they know.
///
/// Source: Jira Service Management REST API reference, "Experimental methods".
const EXPERIMENTAL: (&str, &str) = ("X-ExperimentalApi", "opt-in");

/// Where the request types of this address begin.
pub(super) const API: &str = "/rest/servicedeskapi/servicedesk";

/// A request type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct RequestType {
    id: String,
    name: String,
    /// Not every Jira tells it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    key: String,
}

/// A value that is set once an issue is made, where the create did not take it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Late {
    /// The field's id.
    pub(super) field: String,
    /// What the configuration calls it.
    pub(super) name: &'static str,
    /// What it may be set to, the likeliest first.
    pub(super) values: Vec<Value>,
}

impl Jira<'_> {
    /// Returns how an issue of a project is given the request type that a word means, by name or id; or why it cannot be.
    pub(super) fn request_type(
        &self,
        project: &str,
        word: &str,
        screen: Option<&Screen>,
    ) -> Result<Result<Late, String>, ApiError> {
        let values = match self.request_values(project, word)? {
            Ok(values) => values,
            Err(why) => return Ok(Err(why.to_string())),
        };
        let on_screen = screen.and_then(|screen| screen.iter().find(|field| field.custom == ORIGIN));
        let field = match on_screen {
            Some(field) => Some(field.id.clone()),
            None => self.request_field()?,
        };
        let late = field.map(|field| Late { field, name: REQUEST_TYPE, values });
        Ok(late.ok_or_else(|| FieldReason::NoRequestField.to_string()))
    }

    /// Returns what a request type may be written as, the likeliest first.
    fn request_values(&self, project: &str, word: &str) -> Result<Result<Vec<Value>, FieldReason>, ApiError> {
        let cloud = self.is_cloud()?;
        let is_key = word.split_once('/').is_some_and(|(portal, key)| !portal.is_empty() && !key.is_empty());
        if !cloud && is_key && !word.contains(' ') {
            return Ok(Ok(vec![word.into()]));
        }
        let Some(types) = self.request_types(project, word)? else {
            let id = jql::is_number(word).then(|| vec![word.into()]);
            return Ok(id.ok_or(FieldReason::NoRequestTypes));
        };
        let Some(one) = chosen(&types, word) else {
            let names = types.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
            return Ok(Err(FieldReason::NoneOf { word: word.to_owned(), names }));
        };
        let mut values = Vec::new();
        if !cloud && !one.key.is_empty() {
            let portal = project.to_lowercase();
            values.push(Value::from(if one.key.contains('/') {
                one.key.clone()
            } else {
                format!("{portal}/{}", one.key)
            }));
        }
        values.push(one.id.as_str().into());
        Ok(Ok(values))
    }

    /// Returns the request types of a project by name; `None` where it has none that we may see.
    pub(super) fn request_names(&self, project: &str) -> Result<Option<Vec<String>>, ApiError> {
        let types = self.ask_for_request_types(project)?;
        Ok(types.map(|types| types.into_iter().map(|one| one.name).collect()))
    }

    /// Lists the request types of a project, anew where the word means none of those that are remembered.
    fn request_types(&self, project: &str, word: &str) -> Result<Option<Vec<RequestType>>, ApiError> {
        let fact = format!("jira.request-types.{project}");
        let known = self.facts.recall(&fact, TYPES_AGE);
        let known = known.and_then(|known| serde_json::from_str::<Option<Vec<RequestType>>>(&known).ok());
        if let Some(types) = known.filter(|known| known.as_ref().is_none_or(|types| chosen(types, word).is_some())) {
            return Ok(types);
        }
        let types = self.ask_for_request_types(project)?;
        self.facts.remember(&fact, &serde_json::json!(types).to_string());
        Ok(types)
    }

    fn ask_for_request_types(&self, project: &str) -> Result<Option<Vec<RequestType>>, ApiError> {
        let is_it = |desk: &Value| text(desk, "projectKey").eq_ignore_ascii_case(project);
        let Some(desks) = self.list_of_desk(API)? else { return Ok(None) };
        let Some(desk) = desks.iter().find(|desk| is_it(desk)).and_then(|desk| desk.get("id").and_then(id_text)) else {
            return Ok(None);
        };
        let types = self.list_of_desk(&format!("{API}/{}/requesttype", segment(&desk)))?;
        let read =
            |value: &Value| RequestType { id: text(value, "id"), name: text(value, "name"), key: text(value, "key") };
        Ok(types.map(|types| types.iter().map(read).filter(|one| !one.id.is_empty()).collect()))
    }

    /// Reads every page of a list of the service desk API; `None` where that is refused, or is not there.
    ///
    /// Source: Jira Service Management Cloud and Data Center REST API, `GET /servicedesk`,
    /// `GET /servicedesk/{serviceDeskId}/requesttype`: `start`, `limit`, `values`, `isLastPage`.
    fn list_of_desk(&self, path: &str) -> Result<Option<Vec<Value>>, ApiError> {
        let mut all = Vec::new();
        let mut walk = self.api.walk("service desk");
        for _ in 0..MOST_PAGES {
            walk.next_page()?;
            let ask = Ask::get(path).with("start", all.len().to_string()).with("limit", PAGE.to_string());
            let mut page = match self.api.send(&ask.heading(EXPERIMENTAL)) {
                Ok(reply) => reply.json,
                Err(failed) if failed.error.kind == ApiErrorKind::Refused => return Ok(None),
                // Only this list is closed to the token: an issue without its request type is better than none.
                Err(failed) if failed.lacks_scope => return Ok(None),
                Err(failed) => return Err(failed.into()),
            };
            let rows = page.get_mut("values").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
            walk.took(&rows)?;
            let is_last = rows.is_empty() || page.get("isLastPage") != Some(&Value::Bool(false));
            all.extend(rows);
            if is_last {
                break;
            }
        }
        Ok(Some(all))
    }

    /// Returns the id of the field that holds the request type. It is asked for once.
    fn request_field(&self) -> Result<Option<String>, ApiError> {
        if let Some(id) = self.facts.recall(FIELD, FOR_EVER) {
            return Ok(Some(id));
        }
        let fields = match self.api.send(&Ask::get(self.rest("field")?)) {
            Ok(reply) => reply.json,
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => return Ok(None),
            Err(failed) => return Err(failed.into()),
        };
        let is_origin = |field: &&Value| {
            let custom = field.get("schema").map(|schema| text(schema, "custom")).unwrap_or_default();
            custom.rsplit(':').next() == Some(ORIGIN)
        };
        let all: Vec<&Value> = fields.as_array().into_iter().flatten().filter(is_origin).collect();
        let is_usual = |field: &&&Value| NAMES.contains(&text(field, "name").as_str());
        let id = all.iter().find(is_usual).or(all.first()).map(|field| text(field, "id"));
        if let Some(id) = &id {
            self.facts.remember(FIELD, id);
        }
        Ok(id)
    }
}

fn chosen<'t>(types: &'t [RequestType], word: &str) -> Option<&'t RequestType> {
    let choice = |one: &RequestType| Choice { id: one.id.clone(), name: one.name.clone(), ..Choice::default() };
    let choices: Vec<Choice> = types.iter().map(choice).collect();
    let id = pick(&choices, word)?.id.clone();
    types.iter().find(|one| one.id == id)
}
