//! Atlassian's gateway: the only place where a scoped token counts. It knows a site by an id, which the site tells to everybody.

use std::cell::RefCell;
use std::fmt;

use serde_json::Value;

use super::fault::unavailable;
use super::settings::{Auth, Settings};
use crate::domain::Side;
use crate::http::{Call, Http, Method, clean};
use crate::ports::{ApiError, ApiErrorKind, FOR_EVER, Facts};
use crate::words::{CallFault, JiraHint};

/// Where a site tells its id. It takes no login.
///
/// Source: answered by every site of Jira Cloud as `{"cloudId": "…"}`; in use by public clients, not documented.
const TENANT: &str = "/_edge/tenant_info";

/// Longest id of a site; they are UUIDs.
const LONGEST_ID: usize = 64;

/// The way to a site through the gateway.
pub(super) struct Gateway<'a> {
    http: &'a Http,
    facts: &'a dyn Facts,
    /// The address of the site.
    site: String,
    /// The address of the gateway.
    address: String,
    /// The site's id as the configuration has it.
    configured: Option<String>,
    /// The site's id, once known to this run.
    known: RefCell<Option<String>>,
}

impl fmt::Debug for Gateway<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("site", &self.site).field("address", &self.address).finish_non_exhaustive()
    }
}

impl<'a> Gateway<'a> {
    /// Returns the gateway, where the login is one that goes through it.
    pub(super) fn of(settings: &Settings, http: &'a Http, facts: &'a dyn Facts) -> Option<Self> {
        let Auth::Scoped { gateway, cloud_id, .. } = &settings.auth else { return None };
        Some(Self {
            http,
            facts,
            site: settings.base_url.trim_end_matches('/').to_owned(),
            address: gateway.trim_end_matches('/').to_owned(),
            configured: cloud_id.clone(),
            known: RefCell::default(),
        })
    }

    /// Returns the address of the gateway.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the address below which the gateway has the API of the site.
    pub(super) fn root(&self) -> Result<String, ApiError> {
        Ok(format!("{}/ex/jira/{}", self.address, self.site_id()?))
    }

    /// Returns the id of the site. It is asked for once in the life of a state: the id of a site stays the same.
    pub(super) fn site_id(&self) -> Result<String, ApiError> {
        let fact = self.fact();
        let known = || self.known.borrow().clone();
        let kept = || self.facts.recall(&fact, FOR_EVER).and_then(|id| site_id(&id));
        let id = match self.configured.clone().or_else(known).or_else(kept) {
            Some(id) => id,
            None => {
                let id = self.ask()?;
                self.facts.remember(&fact, &id);
                id
            }
        };
        *self.known.borrow_mut() = Some(id.clone());
        Ok(id)
    }

    /// Asks the site anew: where one was removed, and another one has its address now, the former id leads nowhere.
    pub(super) fn ask_anew(&self) -> Result<String, ApiError> {
        if self.configured.is_none() {
            let id = self.ask()?;
            self.facts.remember(&self.fact(), &id);
            *self.known.borrow_mut() = Some(id);
        }
        self.site_id()
    }

    /// Returns what to do where there is no connection to the gateway.
    pub(super) fn out_of_reach(&self) -> String {
        JiraHint::GatewayOutOfReach { address: self.address.clone() }.into()
    }

    /// An address that is changed in the configuration may be that of another site.
    fn fact(&self) -> String {
        format!("jira.cloud-id.{}", self.site)
    }

    fn ask(&self) -> Result<String, ApiError> {
        let url = format!("{}{TENANT}", self.site);
        let call = Call { method: Method::Get, url, query: Vec::new(), auth: None, body: None, header: None };
        let answer = self.http.send(&call).map_err(|failure| {
            let mut error = ApiError::new(Side::JIRA, failure.kind(true), clean(failure.words()));
            error.hint = failure.hint("jira", "Jira");
            error
        })?;
        if matches!(answer.status, 429 | 500..=599) {
            let kind = ApiErrorKind::Unavailable { retry_after: answer.retry_after };
            return Err(ApiError::new(Side::JIRA, kind, format!("GET {TENANT}: {}", answer.status)));
        }
        let told = answer.json().ok().filter(|_| answer.status == 200);
        let id = told.as_ref().and_then(|told| told.get("cloudId")).and_then(Value::as_str).and_then(site_id);
        id.ok_or_else(|| {
            let fault = CallFault::Unexpected { why: "cloudId".to_owned() };
            unavailable(format!("GET {TENANT}: {}: {fault}", answer.status)).with_hint(JiraHint::NoCloudId)
        })
    }
}

/// Returns the text where it may be the id of a site: it becomes part of an address.
fn site_id(text: &str) -> Option<String> {
    let is_id = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_id.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_of_an_address() {
        assert_eq!(
            site_id("11223344-a1b2-3b33-c444-def123456789").as_deref(),
            Some("11223344-a1b2-3b33-c444-def123456789")
        );
        for text in ["", "..", "a/b", "a b", "a?b", "a%2fb", &"a".repeat(65)] {
            assert_eq!(site_id(text), None, "{text:?}");
        }
    }
}
