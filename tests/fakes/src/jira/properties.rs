//! Entity properties of issues, comments and users: a small JSON store under a key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Call, ok};
use super::errors::{self, Answer};
use crate::server::Response;

const MOST_CHARS: usize = 32_768;

/// Jira's objection to a property, if any.
pub(super) fn check(key: &str, value: &Value) -> Result<(), String> {
    if key.is_empty() || key.chars().count() > 255 {
        return Err("The property key must be between 1 and 255 characters long.".into());
    }
    if value.to_string().encode_utf16().count() > MOST_CHARS {
        return Err(format!("The property value is too long. The maximum length is {MOST_CHARS} characters."));
    }
    Ok(())
}

/// Whose properties.
enum Owner {
    Issue(u64),
    Comment { issue: u64, comment: u64 },
    User(String),
}

impl Call<'_> {
    /// `…/properties` and `…/properties/{key}` of an issue.
    pub(super) fn issue_properties(&mut self, key: &str, property: Option<&str>) -> Answer {
        let writes = self.request.method != "GET";
        let issue = if writes { self.issue_to_write(key)? } else { self.issue(key)? };
        if writes && !self.site.may(self.viewer(), "EDIT_ISSUES") {
            return Err(errors::message(403, "You do not have permission to edit this issue."));
        }
        self.serve_properties(&Owner::Issue(issue.id), property)
    }

    /// The same of a comment.
    pub(super) fn comment_properties(&mut self, id: &str, property: Option<&str>) -> Answer {
        let writes = self.request.method != "GET";
        let (issue, comment) = self.comment_for_properties(id, writes)?;
        if writes {
            self.site.check_issue_write(issue)?;
        }
        self.serve_properties(&Owner::Comment { issue, comment: comment.id }, property)
    }

    /// The same of a user.
    pub(super) fn user_properties(&mut self, property: Option<&str>) -> Answer {
        let me = self.user()?;
        let by_key = self.request.query("userKey").filter(|_| !self.cloud());
        let wire = self.request.query(if self.cloud() { "accountId" } else { "username" });
        let whose = match (wire, by_key) {
            (Some(id), _) => self.site.user_by_wire_id(id).map(|u| u.name.clone()),
            (None, Some(key)) => self.site.users.iter().find(|u| u.key == key).map(|u| u.name.clone()),
            (None, None) => Some(me.clone()),
        };
        let whose = whose.ok_or_else(|| errors::message(404, "The user with the given ID does not exist."))?;
        let admin = self.site.may(Some(&me), "ADMINISTER");
        let own = whose == me && self.site.switches.user_properties;
        if !(own || admin) {
            return Err(errors::message(403, "You do not have permission to administer the properties of this user."));
        }
        self.serve_properties(&Owner::User(whose), property)
    }

    fn stored(&self, owner: &Owner) -> BTreeMap<String, Value> {
        match owner {
            Owner::Issue(id) => self.site.issue(*id).map(|i| i.properties.clone()).unwrap_or_default(),
            Owner::Comment { issue, comment } => {
                let issue = self.site.issue(*issue);
                let comment = issue.and_then(|i| i.comments.iter().find(|c| c.id == *comment));
                comment.map(|c| c.properties.clone()).unwrap_or_default()
            }
            Owner::User(name) => {
                let theirs = self.site.user_properties.iter().filter(|((user, _), _)| user == name);
                theirs.map(|((_, key), value)| (key.clone(), value.clone())).collect()
            }
        }
    }

    fn store(&mut self, owner: &Owner, key: &str, value: Option<Value>) {
        let put = |all: &mut BTreeMap<String, Value>| match value.clone() {
            Some(value) => all.insert(key.to_owned(), value),
            None => all.remove(key),
        };
        match owner {
            Owner::Issue(id) => self.site.change(*id, |i| {
                put(&mut i.properties);
            }),
            Owner::Comment { issue, comment } => self.site.change_comment(*issue, *comment, false, |c| {
                put(&mut c.properties);
            }),
            Owner::User(name) => {
                let at = (name.clone(), key.to_owned());
                match value {
                    Some(value) => self.site.user_properties.insert(at, value),
                    None => self.site.user_properties.remove(&at),
                };
            }
        }
    }

    fn serve_properties(&mut self, owner: &Owner, property: Option<&str>) -> Answer {
        let all = self.stored(owner);
        let Some(key) = property else {
            let keys: Vec<_> =
                all.keys().map(|k| json!({"self": format!("{}/properties/{k}", self.api), "key": k})).collect();
            return ok(&json!({"keys": keys}));
        };
        let missing = || errors::message(404, &format!("The property with key '{key}' does not exist."));
        match self.request.method.as_str() {
            "GET" => {
                let value = all.get(key).ok_or_else(missing)?;
                ok(&json!({"key": key, "value": value}))
            }
            "PUT" => {
                let value = self
                    .request
                    .json()
                    .ok_or_else(|| errors::message(400, "The property value must be a valid, non-empty JSON."))?;
                check(key, &value).map_err(|text| errors::message(400, &text))?;
                self.store(owner, key, Some(value));
                if all.contains_key(key) {
                    return Ok(Response::empty(200));
                }
                Ok(Response::empty(201))
            }
            "DELETE" if all.contains_key(key) => {
                self.store(owner, key, None);
                Ok(Response::empty(204))
            }
            "DELETE" => Err(missing()),
            _ => Err(Response::empty(405)),
        }
    }
}
