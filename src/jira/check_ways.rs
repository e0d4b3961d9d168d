//! `guajira check`: what the transitions of an issue that exists ask for, and guajira does not set.

use super::check::{CheckRoute, bad, good};
use super::form::field;
use super::jql;
use super::service::Jira;
use super::wire::text;
use crate::domain::IssueId;
use crate::ports::{ApiError, Finding};

impl Jira<'_> {
    /// Looks at the transitions that are open to the issue of the route's project and type that changed last. They differ
    /// from status to status: what is not open from there is not seen.
    pub(super) fn check_ways(&self, route: &CheckRoute) -> Vec<Finding> {
        if !route.changes.status {
            return Vec::new();
        }
        let whole = format!("transitions of {} in {}", route.issue_type, route.project);
        self.find_ways(route).unwrap_or_else(|error| vec![bad(whole, error.message, error.hint, false)])
    }

    fn find_ways(&self, route: &CheckRoute) -> Result<Vec<Finding>, ApiError> {
        let CheckRoute { project, issue_type, .. } = route;
        let Some(form) = self.form(project, issue_type)? else { return Ok(Vec::new()) };
        let (project_word, type_word) = (jql::quote(project), jql::quote(&form.type_id));
        let jql = format!("project = {project_word} AND issuetype = {type_word} ORDER BY updated DESC");
        let rows = self.first_rows(&jql, &["status"], 1)?;
        let Some(row) = rows.first() else { return Ok(Vec::new()) };
        let (id, name) = (IssueId::new(text(row, "id")), text(row, "key"));
        let mut ways = self.read_ways(&id)?;
        for way in &mut ways {
            let screen = &way.screen;
            let set: Vec<&str> =
                route.transition.iter().filter_map(|word| Some(field(screen, word)?.id.as_str())).collect();
            way.asks.retain(|(id, _)| !set.contains(&id.as_str()));
        }
        let what = |way: &str, to: &str| format!("transition {way:?} to {to} in {project}");
        let asking = ways.iter().filter(|way| !way.asks.is_empty()).map(|way| {
            let why = format!("{name}: it wants {}, which guajira does not set", way.wanted());
            let hint =
                "give it a value in [route.transition], take it off the transition's screen, make it optional, or \
                        give it a default"
                    .to_owned();
            bad(what(&way.name, &way.to.name), why, Some(hint), false)
        });
        let asking: Vec<Finding> = asking.collect();
        if !asking.is_empty() {
            return Ok(asking);
        }
        let told = format!("{} of {name} ask for nothing that guajira does not set", ways.len());
        Ok(vec![good(format!("transitions of {issue_type} in {project}"), told)])
    }
}
