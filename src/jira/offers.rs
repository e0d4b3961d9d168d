//! What `guajira init` proposes: which Jira answers at an address, whose the login is, and the projects, issue types and
//! priorities that there are. Nothing is written.

use serde_json::Value;

use super::answer::page_words;
use super::api::{Ask, segment};
use super::form::Choice;
use super::moved::moved;
use super::service::Jira;
use super::settings::Deployment;
use super::wire::{self, text};
use crate::domain::Side;
use crate::http::{Answer, Call, Http, Method, clean};
use crate::ports::{ApiError, ApiErrorKind};

/// Most projects that one answer is used of.
const MOST_PROJECTS: usize = 50;

/// The resource that tells what a Jira is. Version 2 answers on every kind of Jira, and to everybody unless it is locked.
const SERVER_INFO: &str = "/rest/api/2/serverInfo";

/// What answers at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A Jira that says what it is.
    Jira {
        /// The kind, unless it is so old that it does not tell.
        deployment: Option<Deployment>,
        /// The version.
        version: String,
    },
    /// Something that tells nothing without a login.
    Locked,
    /// Something else.
    Other {
        /// The HTTP status.
        status: u16,
        /// Its words.
        words: String,
        /// What to do about it, where that is known.
        hint: Option<String>,
    },
}

/// Something to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// What stands in the configuration: a key, a name or an id.
    pub word: String,
    /// What people call it.
    pub name: String,
}

/// Asks an address, without a login, which Jira it is.
///
/// Source: Jira Cloud REST v3 and Data Center REST v2, `GET /rest/api/2/serverInfo`; Data Center calls itself `Server`.
///
/// # Errors
/// When nothing answers, or something that is out of order.
pub fn look_at(http: &Http, base_url: &str) -> Result<Found, ApiError> {
    let url = format!("{base_url}{SERVER_INFO}");
    let call = Call { method: Method::Get, url: url.clone(), query: Vec::new(), auth: None, body: None, header: None };
    let answer = http.send(&call).map_err(|failure| {
        let error = ApiError::new(Side::JIRA, failure.kind(true), failure.words());
        match failure.hint("jira", "Jira") {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    })?;
    if matches!(answer.status, 429 | 500..) {
        let words = format!("GET {SERVER_INFO}: {} {}", answer.status, words_of(&answer));
        let kind = ApiErrorKind::Unavailable { retry_after: answer.retry_after };
        return Err(ApiError::new(Side::JIRA, kind, words.trim_end()));
    }
    let told = answer.json().ok().filter(|_| answer.status == 200);
    let told: Option<wire::ServerInfo> = told.and_then(|told| wire::read(told).ok());
    Ok(match (told, answer.status) {
        (Some(info), _) if !info.version.is_empty() || !info.deployment.is_empty() => {
            Found::Jira { deployment: kind_of(&info.deployment), version: clean(&info.version) }
        }
        (_, 401 | 403) => Found::Locked,
        (_, status) => {
            let is_moved = (300..400).contains(&status);
            let hint = is_moved.then(|| moved(base_url, &url, answer.header("Location")));
            Found::Other { status, words: words_of(&answer), hint }
        }
    })
}

fn kind_of(word: &str) -> Option<Deployment> {
    match word {
        "Cloud" => Some(Deployment::Cloud),
        "Server" | "DataCenter" | "Data Center" => Some(Deployment::Server),
        _ => None,
    }
}

fn words_of(answer: &Answer) -> String {
    clean(&page_words(&answer.head()))
}

impl Jira<'_> {
    /// Tests the login, and returns what its account is called.
    ///
    /// # Errors
    /// When Jira does not answer or refuses the login.
    pub fn account(&self) -> Result<String, ApiError> {
        let me = self.log_in()?.user;
        let name = if me.display_name.is_empty() { me.id() } else { &me.display_name };
        Ok(clean(name))
    }

    /// Returns projects that the account may create issues in, by key, and whether there are more. With words only those whose key
    /// or name holds them.
    ///
    /// Source: Jira Cloud REST v3, `GET /project/search` (`action`, `query`); Data Center REST v2, `GET /project`, which
    /// brings all that the account sees.
    ///
    /// # Errors
    /// When Jira does not answer or does not list them.
    pub fn projects_offered(&self, words: &str) -> Result<(Vec<Offered>, bool), ApiError> {
        let wanted = words.to_lowercase();
        let is_wanted = |one: &Offered| {
            let is_key = !one.word.is_empty() && one.word.chars().all(|c| c.is_alphanumeric() || c == '_');
            is_key && [&one.word, &one.name].into_iter().any(|text| text.to_lowercase().contains(&wanted))
        };
        let (listed, more) = if self.is_cloud()? {
            let ask = Ask::get(self.rest("project/search")?).with("action", "create").with("orderBy", "key");
            let ask = if words.is_empty() { ask } else { ask.with("query", words) };
            let page = self.api.send(&ask.with("maxResults", MOST_PROJECTS.to_string()))?.json;
            let more = page.get("isLast") == Some(&Value::Bool(false));
            (page.get("values").cloned().unwrap_or_default(), more)
        } else {
            (self.api.send(&Ask::get(self.rest("project")?))?.json, false)
        };
        let is_archived = |one: &&Value| one.get("archived") == Some(&Value::Bool(true));
        let listed = listed.as_array().into_iter().flatten().filter(|one| !is_archived(one));
        let project = |one: &Value| Offered { word: text(one, "key"), name: clean(&text(one, "name")) };
        let mut offered: Vec<Offered> = listed.map(project).filter(is_wanted).collect();
        offered.sort_by(|one, other| one.word.cmp(&other.word));
        let more = more || offered.len() > MOST_PROJECTS;
        offered.truncate(MOST_PROJECTS);
        Ok((offered, more))
    }

    /// Returns a project by its key, and whether it is archived; `None` where Jira shows none.
    ///
    /// # Errors
    /// When Jira does not answer.
    pub fn project_offered(&self, key: &str) -> Result<Option<(Offered, bool)>, ApiError> {
        let told = match self.api.send(&Ask::get(self.rest(&format!("project/{}", segment(key)))?)) {
            Ok(reply) => reply.json,
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => return Ok(None),
            Err(failed) => return Err(failed.into()),
        };
        let word = text(&told, "key");
        let is_archived = told.get("archived") == Some(&Value::Bool(true));
        Ok((!word.is_empty()).then(|| (Offered { word, name: clean(&text(&told, "name")) }, is_archived)))
    }

    /// Returns the issue types that the account may create in a project, without those of sub-tasks.
    ///
    /// # Errors
    /// When Jira does not answer, or is so old that it does not list them.
    pub fn types_offered(&self, project: &str) -> Result<Vec<Offered>, ApiError> {
        let types = self.create_types(project)?;
        let is_subtask = |one: &&Value| one.get("subtask") == Some(&Value::Bool(true));
        let choices: Vec<Choice> = types.iter().filter(|one| !is_subtask(one)).map(Choice::read).collect();
        let is_alone = |one: &Choice| choices.iter().filter(|other| other.name == one.name).count() == 1;
        let is_usable = |one: &Choice| is_alone(one) && clean(&one.name) == one.name && !one.name.is_empty();
        let word = |one: &Choice| if is_usable(one) { one.name.clone() } else { one.id.clone() };
        Ok(choices.iter().map(|one| Offered { word: word(one), name: clean(&one.shown()) }).collect())
    }

    /// Returns the priorities that an issue of this type may be created with, in Jira's order: the highest first. There are none
    /// where the create screen has no such field.
    ///
    /// # Errors
    /// When Jira does not answer.
    pub fn priorities_offered(&self, project: &str, issue_type: &str) -> Result<Vec<String>, ApiError> {
        let types = self.create_types(project)?;
        let Some(kind) = self.type_of(&types, issue_type) else { return Ok(Vec::new()) };
        let screen = self.screen_of(project, &kind.id)?;
        let allowed = screen.into_iter().find(|field| field.id == "priority").and_then(|field| field.allowed);
        let word = |one: Choice| if clean(&one.name) == one.name && !one.name.is_empty() { one.name } else { one.id };
        Ok(allowed.unwrap_or_default().into_iter().map(word).collect())
    }
}
