//! Finding an account: by its id, by an exact e-mail address, by an exact name; never by half of one.
//!
//! People choose the names that they show, so a name is weak. Where the address is known, it decides: another one that is
//! shown rules the account out, and one that is hidden counts only if the search for it brings the account and the name
//! fits too. Cloud's search is documented to find addresses by their beginnings.

use serde_json::Value;

use super::api::Ask;
use super::convert::person;
use super::service::Jira;
use super::wire;
use crate::domain::{Fingerprint, Person};
use crate::ports::{ApiError, ApiErrorKind, known_person};

/// Accounts asked for at once. Jira looks at its first thousand and filters afterwards, so that short pages say nothing.
const MOST: usize = 1000;

impl Jira<'_> {
    /// Returns the one account that is this person; `None` when there is none, or more than one.
    pub(super) fn find_person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        let email = who.email.as_deref().unwrap_or_default();
        // Version 0.1 kept people whom it found by their names alone in facts that were called otherwise.
        let fact = format!("jira.account.{}", Fingerprint::of(&[&who.id, email, &who.name]));
        known_person(self.facts, &fact, || self.ask_for(who))
    }

    fn ask_for(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        if !who.id.is_empty()
            && let Some(user) = self.by_id(&who.id)?
        {
            return Ok(Some(person(&user)));
        }
        let cloud = self.is_cloud()?;
        let wanted = Wanted { email: who.email.as_deref().unwrap_or_default(), name: who.name.trim(), cloud };
        if !wanted.email.is_empty()
            && let Some(user) = wanted.by_address(&self.search(wanted.email)?)
        {
            return Ok(Some(person(user)));
        }
        if wanted.name.is_empty() {
            return Ok(None);
        }
        Ok(wanted.by_name(&self.search(wanted.name)?).map(person))
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
        let ask = Ask::get(self.rest("user/search")?).with(name, words).with("maxResults", MOST.to_string());
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

/// Whom to look for among the accounts that a search brought.
struct Wanted<'w> {
    email: &'w str,
    name: &'w str,
    cloud: bool,
}

impl Wanted<'_> {
    /// Returns the one that has the address, among what the search for it brought.
    fn by_address<'u>(&self, users: &'u [wire::User]) -> Option<&'u wire::User> {
        let have = |user: &&wire::User| self.shows_address(user);
        if users.iter().any(|user| have(&user)) {
            // On Server several accounts may share one.
            return one_of(users, |user| have(&user))
                .or_else(|| one_of(users, |user| have(&user) && self.is_named(user)));
        }
        one_of(users, |user| shown(user).is_none() && self.hides_address(user))
    }

    /// Returns the one that bears the name, among what the search for it brought.
    fn by_name<'u>(&self, users: &'u [wire::User]) -> Option<&'u wire::User> {
        if !self.email.is_empty() {
            return one_of(users, |user| self.is_named(user) && self.shows_address(user));
        }
        // Of a list that is full nobody knows what it leaves out.
        one_of(users, |user| self.is_named(user)).filter(|_| users.len() < MOST)
    }

    fn shows_address(&self, user: &wire::User) -> bool {
        shown(user).is_some_and(|shown| shown.eq_ignore_ascii_case(self.email))
    }

    /// A name that holds the address is what the search has found, and says nothing of the address. On Server an address
    /// may be what people log in with, which they do not choose.
    fn hides_address(&self, user: &wire::User) -> bool {
        let logs_in = !self.cloud && user.name.eq_ignore_ascii_case(self.email);
        let is_found_by_name = user.display_name.to_lowercase().contains(&self.email.to_lowercase());
        logs_in || (self.is_named(user) && !is_found_by_name)
    }

    fn is_named(&self, user: &wire::User) -> bool {
        let is_shown = user.display_name.trim() == self.name;
        !self.name.is_empty() && (is_shown || (!self.cloud && user.name == self.name))
    }
}

/// Returns the address that an account shows.
fn shown(user: &wire::User) -> Option<&str> {
    user.email.as_deref().filter(|shown| !shown.is_empty())
}

fn one_of(users: &[wire::User], is_it: impl Fn(&wire::User) -> bool) -> Option<&wire::User> {
    let mut fitting = users.iter().filter(|user| is_usable(user) && is_it(user));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

/// Programs and the customers of a service project are in charge of nothing.
fn is_usable(user: &wire::User) -> bool {
    !user.id().is_empty() && user.active != Some(false) && matches!(user.account_type.as_str(), "" | "atlassian")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn user(login: &str, shown: &str, email: Option<&str>) -> wire::User {
        let user = json!({"accountId": login, "name": login, "displayName": shown, "emailAddress": email});
        wire::read(user).unwrap()
    }

    #[test]
    fn an_address_decides_and_a_name_helps_a_hidden_one() {
        let zs = "zs@corp.example";
        for (users, on_cloud, on_server) in [
            (vec![user("a", "Zhang", Some("ZS@corp.example"))], Some("a"), Some("a")),
            (vec![user("a", "张三", Some("zs@corp.example.cn"))], None, None),
            (vec![user("a", "张三", None)], Some("a"), Some("a")),
            (vec![user("a", "Zhang", None)], None, None),
            (vec![user("a", "张三", None), user("b", "张三", None)], None, None),
            (vec![user("a", "张三", None), user("b", "Zhang", Some(zs))], Some("b"), Some("b")),
            (vec![user("a", "张三", Some(zs)), user("b", "Zhang", Some(zs))], Some("a"), Some("a")),
            (vec![user("a", "A", Some(zs)), user("b", "B", Some(zs)), user("c", "张三", None)], None, None),
            (vec![user(zs, "Zhang", None)], None, Some(zs)),
            (vec![user(zs, "Zhang", Some("other@corp.example"))], None, None),
            (vec![user("a", zs, None)], None, None),
            (vec![], None, None),
        ] {
            for (cloud, want) in [(true, on_cloud), (false, on_server)] {
                let wanted = Wanted { email: zs, name: "张三", cloud };
                let found = wanted.by_address(&users).map(|user| user.name.as_str());
                assert_eq!(found, want, "{cloud} {users:?}");
                // A bare address of Guance's is its own name.
                let bare = Wanted { email: zs, name: zs, cloud };
                let hidden = users.iter().all(|user| shown(user).is_none());
                let found = bare.by_address(&users).map(|user| user.name.as_str());
                assert!(!hidden || found.is_none() || found == Some(zs), "{cloud} {users:?}");
            }
        }
    }

    #[test]
    fn a_name_counts_alone_only_where_the_address_is_unknown() {
        let one = vec![user("a", " 张三 ", Some("zs@x")), user("b", "张三丰", None)];
        let two = vec![user("a", "张三", None), user("b", "张三", Some("zs@x"))];
        for (users, email, want) in [
            (&one, "", Some("a")),
            (&one, "ZS@x", Some("a")),
            (&one, "zs@y", None),
            (&two, "", None),
            (&two, "zs@x", Some("b")),
            (&two, "zs@y", None),
        ] {
            let wanted = Wanted { email, name: "张三", cloud: true };
            assert_eq!(wanted.by_name(users).map(|user| user.name.as_str()), want, "{email} {users:?}");
        }
        let full: Vec<_> = (0..MOST).map(|n| user(&n.to_string(), "张三丰", None)).chain(one).collect();
        let wanted = Wanted { email: "", name: "张三", cloud: true };
        assert!(wanted.by_name(&full).is_none(), "there may be more of that name");
    }
}
