//! `guajira check` of a token that counts only as far as its scopes reach: which of them this configuration needs, and whether the
//! token has them.
//!
//! Nothing tells the scopes of a token, so each is tried by a request that needs it and changes nothing that stays.

use super::api::{Ask, Failed};
use super::desk;
use super::scopes::{READ, READ_DESKS, READ_USERS, WRITE};
use super::service::Jira;
use crate::ports::Finding;
use crate::words::{Fine, Mend, Tested, Wrong};

/// What a configuration needs scopes for, beyond reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckScopes {
    /// The keys that have something written to Jira; none: guajira only reads there.
    pub writes: Vec<String>,
    /// Routes name request types.
    pub request_types: bool,
}

/// A scope, the keys that need it, and whether nothing works without it.
type Needed = (&'static str, String, bool);

impl CheckScopes {
    /// Returns the least scopes.
    fn needed(&self) -> Vec<Needed> {
        let mut all = vec![(READ_USERS, String::new(), true), (READ, String::new(), true)];
        if !self.writes.is_empty() {
            all.push((WRITE, self.writes.join(", "), true));
        }
        if self.request_types {
            all.push((READ_DESKS, "[[route]].request_type".to_owned(), false));
        }
        all
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.needed().into_iter().map(|(name, _, _)| name).collect();
        names.join(", ")
    }
}

impl Jira<'_> {
    /// Says which scopes a token needs, where tokens have scopes.
    pub fn needed_scopes(&self, wanted: &CheckScopes) -> Option<Finding> {
        let fine = Fine::ScopesNeeded { names: wanted.names() };
        self.api.has_scopes().then(|| Finding::good(Tested::Scopes, fine))
    }

    /// Tries the scopes that a configuration needs, where tokens have scopes.
    pub fn check_scopes(&self, wanted: &CheckScopes) -> Vec<Finding> {
        let Some(needed) = self.needed_scopes(wanted) else { return Vec::new() };
        let tried = wanted.needed().into_iter().map(|(name, keys, fatal)| {
            let what = Tested::Scope { name: name.to_owned() };
            match self.try_scope(name) {
                Err(failed) if failed.lacks_scope => {
                    let mend = Mend::MakeToken { names: wanted.names() };
                    Finding::bad(what, Wrong::ScopeLacking { keys }, Some(mend), fatal)
                }
                // Whatever else is wrong there is another check's matter: the scope was there.
                Err(failed) if failed.status.is_some_and(|status| !matches!(status, 401 | 403 | 429 | 500..)) => {
                    Finding::good(what, Fine::ScopeCounts { keys })
                }
                Err(failed) => Finding::failed(what, failed.error, fatal),
                Ok(()) => Finding::good(what, Fine::ScopeCounts { keys }),
            }
        });
        std::iter::once(needed).chain(tried).collect()
    }

    /// Sends a request that needs the scope.
    fn try_scope(&self, scope: &str) -> Result<(), Failed> {
        let ask = match scope {
            READ_DESKS => Ask::get(desk::API).with("limit", "1"),
            WRITE => return self.try_property(),
            READ => Ask::get(self.rest("mypermissions")?).with("permissions", "BROWSE_PROJECTS"),
            _ => Ask::get(self.rest("myself")?),
        };
        self.api.send(&ask).map(|_| ())
    }

    /// Says where the requests go that do not go to the site itself. Asks the site for its id anew, for what follows too.
    pub fn check_gateway(&self) -> Option<Finding> {
        let gateway = self.api.gateway()?;
        let what = Tested::JiraGateway { address: gateway.address().to_owned() };
        Some(match gateway.ask_anew() {
            Ok(id) => Finding::good(what, Fine::SiteId { id }),
            Err(error) => Finding::failed(what, error, true),
        })
    }
}
