//! `guajira check`: what the transitions of an issue that exists ask for, and guajira does not set.

use super::check::CheckRoute;
use super::form::field;
use super::jql;
use super::service::Jira;
use super::wire::text;
use crate::domain::IssueId;
use crate::ports::{ApiError, Finding};
use crate::words::{Fine, Mend, Tested, Wrong};

impl Jira<'_> {
    /// Looks at the transitions that are open to the issue of the route's project and type that changed last. They differ
    /// from status to status: what is not open from there is not seen.
    pub(super) fn check_ways(&self, route: &CheckRoute) -> Vec<Finding> {
        if !route.changes.status {
            return Vec::new();
        }
        self.find_ways(route).unwrap_or_else(|error| vec![Finding::failed(whole(route), error, false)])
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
        let asking = ways.iter().filter(|way| !way.asks.is_empty()).map(|way| {
            let (transition, to) = (way.name.clone(), way.to.name.clone());
            let what = Tested::Transition { name: transition, to, project: project.clone() };
            let wrong = Wrong::TransitionWants { issue: name.clone(), wanted: way.wanted() };
            Finding::bad(what, wrong, Some(Mend::GiveTransitionValue), false)
        });
        let asking: Vec<Finding> = asking.collect();
        if !asking.is_empty() {
            return Ok(asking);
        }
        let fine = Fine::AsksForNothing { count: ways.len().to_string(), issue: name };
        Ok(vec![Finding::good(whole(route), fine)])
    }
}

fn whole(route: &CheckRoute) -> Tested {
    Tested::Transitions { issue_type: route.issue_type.clone(), project: route.project.clone() }
}
