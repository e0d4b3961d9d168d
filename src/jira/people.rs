//! Finding an account: by its id, by an exact e-mail address, by an exact name; never by half of one.

use serde_json::Value;

use crate::domain::{Fingerprint, Person};
use crate::jira::api::Ask;
use crate::jira::convert::person;
use crate::jira::{Jira, wire};
use crate::ports::{ApiError, ApiErrorKind, known_person};

/// Accounts asked for at once. Jira looks at its first thousand and filters afterwards, so that short pages say nothing.
const MOST: &str = "1000";

impl Jira<'_> {
    /// Returns the one account that is this person; `None` when there is none, or more than one.
    pub(super) fn find_person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        let email = who.email.as_deref().unwrap_or_default();
        let fact = format!("jira.person.{}", Fingerprint::of(&[&who.id, email, &who.name]));
        known_person(self.facts, &fact, || self.ask_for(who))
    }

    fn ask_for(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        if !who.id.is_empty()
            && let Some(user) = self.by_id(&who.id)?
        {
            return Ok(Some(person(&user)));
        }
        let cloud = self.is_cloud()?;
        if let Some(email) = who.email.as_deref().filter(|email| !email.is_empty())
            && let Some(user) = one_of(self.search(email)?, |user| has_email(user, email, cloud))
        {
            return Ok(Some(person(&user)));
        }
        let name = who.name.trim();
        if name.is_empty() {
            return Ok(None);
        }
        let is_it = |user: &wire::User| user.display_name.trim() == name || (!cloud && user.name == name);
        Ok(one_of(self.search(name)?, is_it).map(|user| person(&user)))
    }

    fn by_id(&self, id: &str) -> Result<Option<wire::User>, ApiError> {
        let name = if self.is_cloud()? { "accountId" } else { "username" };
        match self.api.send(&Ask::get(self.rest("user")?).with(name, id)) {
            Ok(reply) => {
                let user: wire::User = wire::read(reply.json).unwrap_or_default();
                Ok(Some(user).filter(|user| user.id() == id && is_usable(user)))
            }
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }

    /// Returns the accounts that a search brings; it also brings strangers, and nobody where it is not permitted.
    fn search(&self, words: &str) -> Result<Vec<wire::User>, ApiError> {
        let name = if self.is_cloud()? { "query" } else { "username" };
        let ask = Ask::get(self.rest("user/search")?).with(name, words).with("maxResults", MOST);
        let list = match self.api.send(&ask) {
            Ok(reply) => reply.json,
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Value::Null,
            Err(failed) => return Err(failed.into()),
        };
        let Value::Array(rows) = list else { return Ok(Vec::new()) };
        self.api.walk("GET user/search").took(&rows)?;
        Ok(rows.into_iter().filter_map(|row| wire::read(row).ok()).collect())
    }
}

/// Cloud finds an account whose profile hides its address only by the whole of it; others are found by half of one,
/// and by their names. Server finds everybody by half of anything.
fn has_email(user: &wire::User, email: &str, cloud: bool) -> bool {
    match user.email.as_deref().filter(|shown| !shown.is_empty()) {
        Some(shown) => shown.eq_ignore_ascii_case(email),
        None if cloud => !user.display_name.to_lowercase().contains(&email.to_lowercase()),
        None => user.name.eq_ignore_ascii_case(email),
    }
}

fn one_of(users: Vec<wire::User>, is_it: impl Fn(&wire::User) -> bool) -> Option<wire::User> {
    let mut fitting = users.into_iter().filter(|user| is_usable(user) && is_it(user));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// Programs and the customers of a service project are in charge of nothing.
fn is_usable(user: &wire::User) -> bool {
    !user.id().is_empty() && user.active != Some(false) && matches!(user.account_type.as_str(), "" | "atlassian")
}
