//! Who and where we are: the kind of Jira, our account, its clock, and what one run has learnt on the way.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::api::{Ask, Failed, segment};
use super::auth::{host_of, is_cloud_host, is_gateway};
use super::convert::Reader;
use super::fault::{refused, unavailable};
use super::seen::{Me, SeenIssue, Site};
use super::service::Jira;
use super::settings::Deployment;
use super::wire;
use crate::domain::{IssueId, SealKey, Side, marker};
use crate::http::clean;
use crate::ports::{
    ApiError, ApiErrorKind, FOR_EVER, FORMER_ACCOUNTS, FORMER_PAIRS, OWN_ACCOUNTS, Register, learn_accounts, seal_keys,
};

/// How long the kind and the address of a Jira are believed.
const SITE_AGE: Duration = Duration::from_hours(24);

/// How long it is believed which kind a project is of.
const SERVICE_AGE: Duration = Duration::from_hours(7 * 24);

/// The fact that holds the installation's own id.
const SITE_ID: &str = "jira.installation";

/// Most former names of the pair that are looked at.
const MAX_FORMER: usize = 20;

impl Jira<'_> {
    /// Returns the kind and the address for people of this Jira, asked for at most once a day.
    pub(super) fn site(&self) -> Result<&Site, ApiError> {
        if let Some(site) = self.site.get() {
            return Ok(site);
        }
        let site = self.find_site()?;
        Ok(self.site.get_or_init(|| site))
    }

    fn find_site(&self) -> Result<Site, ApiError> {
        let api_base = self.settings.base_url.trim_end_matches('/').to_owned();
        let host = host_of(&api_base);
        let gateway = is_gateway(&api_base);
        let deployment =
            self.settings.deployment.or_else(|| match self.facts.recall("jira.deployment", SITE_AGE)?.as_str() {
                "cloud" => Some(Deployment::Cloud),
                "server" => Some(Deployment::Server),
                _ => None,
            });
        let base = if gateway { self.facts.recall("jira.site", SITE_AGE) } else { Some(api_base.clone()) };
        if let (Some(deployment), Some(base)) = (deployment, base.clone()) {
            return Ok(Site { deployment, base, id: self.facts.recall(SITE_ID, SITE_AGE).unwrap_or_default() });
        }
        let is_cloud = self.api.has_scopes() || is_cloud_host(host);
        let guess = if is_cloud { Deployment::Cloud } else { Deployment::Server };
        match self.server_info() {
            Ok(info) => {
                let told = match info.deployment.as_str() {
                    "Cloud" => Deployment::Cloud,
                    "Server" | "DataCenter" | "Data Center" => Deployment::Server,
                    _ => guess,
                };
                let word = if told == Deployment::Cloud { "cloud" } else { "server" };
                self.facts.remember("jira.deployment", word);
                let id = clean(&info.server_id);
                self.facts.remember(SITE_ID, &id);
                let shown = Some(info.base_url.trim_end_matches('/').to_owned()).filter(|url| url.starts_with("http"));
                if let (true, Some(url)) = (gateway, &shown) {
                    self.facts.remember("jira.site", url);
                }
                let base = base.or(shown).unwrap_or(api_base);
                Ok(Site { deployment: deployment.unwrap_or(told), base, id })
            }
            Err(failed) if failed.login_refused => Err(failed.into()),
            // Some servers hide it from everybody: then the address must tell.
            Err(failed) if matches!(failed.error.kind, ApiErrorKind::Refused | ApiErrorKind::Unauthorized) => {
                let base = base.unwrap_or(api_base);
                Ok(Site { deployment: deployment.unwrap_or(guess), base, id: String::new() })
            }
            Err(failed) => Err(failed.into()),
        }
    }

    pub(super) fn server_info(&self) -> Result<wire::ServerInfo, Failed> {
        // Version 2 answers on every kind of Jira.
        let reply = self.api.send(&Ask::get("/rest/api/2/serverInfo"))?;
        Ok(wire::read(reply.json).unwrap_or_default())
    }

    /// Returns true on Jira Cloud.
    pub(super) fn is_cloud(&self) -> Result<bool, ApiError> {
        Ok(self.site()?.deployment == Deployment::Cloud)
    }

    /// Returns the path of a resource of this Jira's API version.
    pub(super) fn rest(&self, resource: &str) -> Result<String, ApiError> {
        let version = if self.is_cloud()? { 3 } else { 2 };
        Ok(format!("/rest/api/{version}/{resource}"))
    }

    /// Asks who we are, and remembers it for this run.
    pub(super) fn log_in(&self) -> Result<Me, ApiError> {
        let ask = Ask::get(self.rest("myself")?);
        let reply = self.api.send(&ask).map_err(|failed| match failed.error.kind {
            ApiErrorKind::Refused => self.not_logged_in(failed.error.message),
            _ => failed.into(),
        })?;
        let user: wire::User = wire::read(reply.json).unwrap_or_default();
        if user.id().is_empty() {
            return Err(self.not_logged_in("GET myself: the answer names no account".to_owned()));
        }
        let me = Me { user, clock: reply.date, at: self.clock.now() };
        *self.me.borrow_mut() = Some(me.clone());
        if let Some(shared) = self.shared {
            *shared.me.borrow_mut() = Some(me.clone());
        }
        Ok(me)
    }

    fn not_logged_in(&self, message: String) -> ApiError {
        let hint = self.api.login_hint();
        ApiError::new(Side::JIRA, ApiErrorKind::Unauthorized, message).with_hint(hint)
    }

    /// Returns our account; an answer without anything in it means nothing before this is known.
    pub(super) fn me(&self) -> Result<Me, ApiError> {
        let known = self.me.borrow().clone();
        let known = known.or_else(|| self.shared?.me.borrow().clone());
        known.map_or_else(|| self.log_in(), Ok)
    }

    /// Returns Jira's clock now, if it ever told; measured from its answer with our clock.
    pub(super) fn remote_now(&self) -> Result<Option<DateTime<Utc>>, ApiError> {
        let me = self.me()?;
        Ok(me.clock.map(|clock| clock + (self.clock.now() - me.at)))
    }

    /// Returns the accounts that were ours before: the configuration names them, or this state saw them.
    pub(super) fn former_accounts(&self) -> Vec<String> {
        let mut former = self.settings.former_accounts.clone();
        let seen = self.facts.recall(FORMER_ACCOUNTS, FOR_EVER).unwrap_or_default();
        former.extend(seen.split_whitespace().map(str::to_owned));
        former
    }

    /// Runs `read` with what reading records needs to know.
    pub(super) fn with_reader<T>(&self, read: impl FnOnce(Reader<'_>) -> T) -> Result<T, ApiError> {
        let me = self.me()?;
        let site = self.site()?;
        let (former, former_pairs) = (&self.former_accounts(), self.former_pairs.borrow());
        let keys = seal_keys(self.facts);
        let (base, me, pair) = (&site.base, &me.user, &self.settings.pair_id);
        let source = self.source();
        Ok(read(Reader { source, base, me, former, keys: &keys, pair, former_pairs: &former_pairs }))
    }

    /// Returns true when the issue's project is a service project. Fails closed.
    pub(super) fn is_service(&self, project: &wire::Project) -> Result<bool, ApiError> {
        if !project.type_key.is_empty() {
            return Ok(project.type_key == "service_desk");
        }
        if project.id.is_empty() {
            return Ok(true);
        }
        if let Some(known) = self.services.borrow().get(&project.id) {
            return Ok(*known);
        }
        let fact = format!("jira.service.{}", project.id);
        let service = match self.facts.recall(&fact, SERVICE_AGE).as_deref() {
            Some("yes") => true,
            Some("no") => false,
            _ => {
                let ask = Ask::get(self.rest(&format!("project/{}", segment(&project.id)))?);
                match self.api.send(&ask) {
                    Ok(reply) => {
                        let told: wire::Project = wire::read(reply.json).unwrap_or_default();
                        let service = told.type_key.is_empty() || told.type_key == "service_desk";
                        self.facts.remember(&fact, if service { "yes" } else { "no" });
                        service
                    }
                    Err(failed) if failed.error.kind == ApiErrorKind::Refused => true,
                    Err(failed) => return Err(failed.into()),
                }
            }
        };
        self.services.borrow_mut().insert(project.id.clone(), service);
        Ok(service)
    }

    /// Returns what is known about an issue, reading it by id if need be; `None` when it cannot be read.
    pub(super) fn seen_issue(&self, id: &IssueId) -> Result<Option<SeenIssue>, ApiError> {
        if let Some(seen) = self.seen.borrow().get(id) {
            return Ok(Some(seen.clone()));
        }
        let path = self.rest(&format!("issue/{}", segment(id.as_str())))?;
        let reply = match self.api.send(&Ask::get(path).with("fields", "project")) {
            Ok(reply) => reply,
            Err(failed) if failed.status == Some(404) => return Ok(None),
            Err(failed) => return Err(failed.into()),
        };
        let raw: wire::Issue = wire::read(reply.json).map_err(|why| unavailable(format!("GET issue {id}: {why}")))?;
        let service = self.is_service(&raw.fields.project)?;
        Ok(Some(self.note(id.clone(), &raw, service)))
    }

    /// Remembers an issue for this run.
    pub(super) fn note(&self, id: IssueId, raw: &wire::Issue, service: bool) -> SeenIssue {
        let name = if raw.key.is_empty() { raw.id.clone() } else { raw.key.clone() };
        let seen = SeenIssue { name, service };
        self.seen.borrow_mut().insert(id, seen.clone());
        seen
    }

    /// Returns the address of our user property of a pair of services.
    fn register_ask(&self, pair: &str, make: impl FnOnce(String) -> Ask) -> Result<Ask, ApiError> {
        let path = self.rest(&format!("user/properties/{}", segment(&marker::register(pair))))?;
        let me = self.me()?.user;
        let owner = if self.is_cloud()? { "accountId" } else { "username" };
        Ok(make(path).with(owner, me.id()))
    }

    /// Reads the write counter; under a former name of the pair where there is none under this one.
    pub(super) fn register(&self) -> Result<Register, ApiError> {
        let mut told = self.register_of(&self.settings.pair_id)?;
        let former = self.former_pairs.borrow().clone();
        for pair in former.iter().take(MAX_FORMER) {
            if told != Register::Empty {
                break;
            }
            told = self.register_of(pair)?;
        }
        Ok(told)
    }

    fn register_of(&self, pair: &str) -> Result<Register, ApiError> {
        match self.api.send(&self.register_ask(pair, Ask::get)?) {
            Ok(reply) => {
                self.learn_former_pairs(reply.json.get("value"));
                let text =
                    |name: &str| reply.json.get("value").and_then(|value| value.get(name)).and_then(Value::as_str);
                let key = text("key").and_then(SealKey::parse);
                learn_accounts(self.facts, text("accounts").unwrap_or_default());
                let value = |counter: &str| Register::Value { counter: counter.to_owned(), key };
                Ok(text("counter").map_or(Register::Empty, value))
            }
            Err(failed) => match failed.status {
                _ if failed.login_refused => Err(failed.into()),
                Some(404) => Ok(Register::Empty),
                // Not allowed to keep properties; the account itself was accepted in this run.
                Some(400 | 401 | 403 | 405) => Ok(Register::NotKept),
                _ => Err(failed.into()),
            },
        }
    }

    /// Learns what the pair was called before: it is kept with the counter, so that a lost state loses no marker.
    fn learn_former_pairs(&self, value: Option<&Value>) {
        let named = value.and_then(|value| value.get("former")).and_then(Value::as_array);
        let named = named.into_iter().flatten().filter_map(Value::as_str);
        let mut former = self.former_pairs.borrow_mut();
        let before = former.len();
        for pair in named.filter(|pair| is_pair(pair) && *pair != self.settings.pair_id).take(MAX_FORMER) {
            if !former.iter().any(|known| known == pair) {
                former.push(pair.to_owned());
            }
        }
        if former.len() > before {
            // The latest comes last there.
            let told: Vec<&String> = former.iter().rev().collect();
            self.facts.remember(FORMER_PAIRS, &json!(told).to_string());
        }
    }

    /// Writes the write counter, and beside it the key of our seals and our accounts on Guance. Only the account itself and
    /// administrators can read a user property.
    pub(super) fn set_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError> {
        let mut body = json!({"v": 1, "counter": counter});
        let former = self.former_pairs.borrow().clone();
        if let Some(body) = body.as_object_mut() {
            body.extend(key.map(|key| ("key".to_owned(), key.reveal().into())));
            body.extend((!former.is_empty()).then(|| ("former".to_owned(), json!(former))));
        }
        if let (Some(accounts), Some(body)) = (self.facts.recall(OWN_ACCOUNTS, FOR_EVER), body.as_object_mut()) {
            body.insert("accounts".to_owned(), accounts.into());
        }
        // Writing the same value twice is harmless.
        let ask = self.register_ask(&self.settings.pair_id, |path| Ask::put(path, body))?.repeatable();
        match self.api.send(&ask) {
            Ok(_) => Ok(()),
            Err(failed) if !failed.login_refused && matches!(failed.status, Some(400 | 401 | 403 | 404 | 405)) => {
                Err(refused(failed.error.message))
            }
            Err(failed) => Err(failed.into()),
        }
    }
}

/// Returns true for what may be the id of a pair of services.
fn is_pair(text: &str) -> bool {
    (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
