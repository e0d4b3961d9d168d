//! What every route says about one issue: for people who write `when`.

use crate::domain::{FieldValue, Issue, NewIssue};
use crate::plan::issues::{create, value};
use crate::plan::policy::{Policy, Route};
use crate::plan::step::SkipReason;
use crate::plan::view::{self, NAMES};
use crate::template::Template;

/// What one route says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion<'p> {
    /// The route.
    pub route: &'p Route,
    /// Whether its condition holds, or why that cannot be told.
    pub holds: Result<bool, String>,
    /// What each of its templates gives, by the key of the route that it stands under; `None`: nothing of it is there.
    pub made: Vec<(String, Result<Option<FieldValue>, String>)>,
}

/// What the routes say about an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'p> {
    /// Each of them, in order.
    pub routes: Vec<Opinion<'p>>,
    /// The Jira issue that they make of it, or why they make none.
    pub taken: Result<NewIssue, SkipReason>,
}

impl Explanation<'_> {
    /// Returns the place of the first route that does not say no, from 0: it takes the issue, or keeps it from the others.
    pub fn taker(&self) -> Option<usize> {
        self.routes.iter().position(|opinion| opinion.holds != Ok(false))
    }
}

/// Asks every route about an issue.
pub fn explain<'p>(issue: &Issue, policy: &'p Policy) -> Explanation<'p> {
    let routes = policy.routes.iter().map(|route| opinion(issue, route)).collect();
    Explanation { routes, taken: create(issue, policy) }
}

/// Returns what every name stands for.
pub fn names(issue: &Issue) -> Vec<(&'static str, serde_json::Value)> {
    NAMES.iter().map(|name| (*name, view::given(issue, name).value)).collect()
}

fn opinion<'p>(issue: &Issue, route: &'p Route) -> Opinion<'p> {
    let text = |template: &Template| {
        let made = template.render(&view::of(issue)).map_err(|fault| fault.to_string());
        made.map(|text| text.map(FieldValue::Text))
    };
    let reuse_key = |template: &Template, issue: &Issue| {
        let made = template.render(&view::of(issue)).map_err(|fault| fault.to_string());
        // However it is spaced, it is the same key.
        made.map(|text| text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")))
    };
    let named = [("summary", &route.summary), ("description", &route.description)];
    let mut made: Vec<_> = named
        .into_iter()
        .filter_map(|(key, template)| template.as_ref().map(|template| (key.to_owned(), text(template))))
        .collect();
    for (field, how) in &route.fields {
        made.push((format!("fields.{field}"), value(issue, how).map_err(|fault| fault.to_string())));
    }
    if let Some(rule) = &route.reuse {
        made.push(("reuse.key".to_owned(), reuse_key(&rule.key, issue).map(|key| key.map(FieldValue::Text))));
    }
    Opinion { route, holds: route.takes(issue).map_err(|fault| fault.to_string()), made }
}
