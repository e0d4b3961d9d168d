//! `guajira check`: whether tickets can go on with the same problem.

use super::api::Ask;
use super::check::CheckRoute;
use super::form::Choice;
use super::jql;
use super::names::Thing;
use super::service::Jira;
use super::wire::text;
use crate::domain::{IssueId, StatusCategory};
use crate::ports::{ApiError, Finding};
use crate::words::{Fine, Mend, Tested, Wrong};

/// Most pages of resolutions that are read.
const MOST_PAGES: usize = 20;

impl Jira<'_> {
    /// Looks whether Jira has every resolution that a route names, and whether a resolved ticket can be opened again.
    pub(super) fn check_reuse(&self, route: &CheckRoute) -> Vec<Finding> {
        let Some(resolutions) = &route.reuse else { return Vec::new() };
        let named = (!resolutions.is_empty()).then(|| self.check_resolutions(&route.project, resolutions));
        let way =
            self.find_way_back(route).unwrap_or_else(|error| Some(Finding::failed(way_back(route), error, false)));
        named.into_iter().chain(way).collect()
    }

    fn check_resolutions(&self, project: &str, wanted: &[String]) -> Finding {
        let what = Tested::Resolutions { project: project.to_owned() };
        let known = match self.resolutions() {
            Ok(known) => known,
            Err(error) => return Finding::failed(what, error, false),
        };
        let is = |one: &Choice, word: &str| {
            let word = word.to_lowercase();
            let names = [&one.id, &one.name].into_iter().chain(&one.also);
            names.into_iter().any(|name| name.to_lowercase() == word)
        };
        let missing = wanted.iter().filter(|word| !known.iter().any(|one| is(one, word)));
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if missing.is_empty() {
            return Finding::good(what, Fine::AreThere { names: wanted.join(", ") });
        }
        let names: Vec<String> = known.iter().map(Choice::shown).collect();
        let hint = Some(Mend::UseResolutions { names: names.join(", ") });
        Finding::bad(what, Wrong::NoSuchResolution { names: missing.join(", ") }, hint, false)
    }

    /// Returns every resolution that there is.
    ///
    /// Source: Jira Cloud REST v3, `GET /resolution/search` (pages), and Data Center REST v2, `GET /resolution` (a list). The
    /// list is deprecated on Cloud.
    fn resolutions(&self) -> Result<Vec<Choice>, ApiError> {
        let is_cloud = self.is_cloud()?;
        let mut all: Vec<Choice> = Vec::new();
        for _ in 0..MOST_PAGES {
            let path = self.rest(if is_cloud { "resolution/search" } else { "resolution" })?;
            let ask = Ask::get(path);
            let told = self.api.send(&if is_cloud { ask.with("startAt", all.len().to_string()) } else { ask })?.json;
            let rows = told.get("values").unwrap_or(&told).as_array().map(Vec::as_slice).unwrap_or_default();
            all.extend(rows.iter().map(Choice::read));
            let is_last = told.get("isLast").and_then(serde_json::Value::as_bool).unwrap_or(true);
            if !is_cloud || is_last || rows.is_empty() {
                break;
            }
        }
        self.learn_choices(Thing::Resolution, &mut all);
        Ok(all)
    }

    /// Looks at the transitions that are open to the resolved issue of the route's project and type that changed last; nothing
    /// where none is resolved.
    fn find_way_back(&self, route: &CheckRoute) -> Result<Option<Finding>, ApiError> {
        let CheckRoute { project, issue_type, .. } = route;
        let Some(form) = self.form(project, issue_type)? else { return Ok(None) };
        let (project, kind) = (jql::quote(project), jql::quote(&form.type_id));
        // The id of the category: its name is translated.
        let jql = format!("project = {project} AND issuetype = {kind} AND statusCategory = 3 ORDER BY updated DESC");
        let rows = self.first_rows(&jql, &["status"], 1)?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (id, issue) = (IssueId::new(text(row, "id")), text(row, "key"));
        let mut names: Vec<String> = Vec::new();
        for way in self.read_ways(&id)? {
            if way.to.category != StatusCategory::Done && !names.contains(&way.to.name) {
                names.push(way.to.name);
            }
        }
        let what = way_back(route);
        Ok(Some(if names.is_empty() {
            Finding::bad(what, Wrong::NoWayBack { issue }, Some(Mend::AddWayBack), false)
        } else {
            Finding::good(what, Fine::OpensAgain { issue, names: names.join(", ") })
        }))
    }
}

fn way_back(route: &CheckRoute) -> Tested {
    Tested::WayBack { issue_type: route.issue_type.clone(), project: route.project.clone() }
}
