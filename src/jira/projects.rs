//! Reading several projects of which one may not be there: a search that names it is refused as a whole.

use std::collections::HashSet;

use super::api::{Ask, Failed, segment};
use super::search::{Row, is_invalid};
use super::service::Jira;
use super::{jql, wire};
use crate::domain::IssueId;
use crate::ports::{ApiError, ApiErrorKind, LostProject, Span};
use crate::words::ItemHint;
use chrono::{DateTime, Utc};

/// Projects that are there, and those that are not.
#[derive(Default)]
struct Parted {
    there: Vec<String>,
    refused: Vec<(String, Failed)>,
}

impl Jira<'_> {
    /// Returns the projects that this run's searches name: without those that are known to be lost.
    pub(super) fn searched(&self) -> Vec<String> {
        let lost = self.lost.borrow();
        self.settings.polled.iter().filter(|project| !lost.contains(*project)).cloned().collect()
    }

    /// Returns true for a project that this run could not read.
    pub(super) fn is_lost(&self, project: &str) -> bool {
        self.lost.borrow().contains(project)
    }

    /// Notes which projects an earlier run could not read: nothing but [`Jira::read_apart`] asks for them.
    pub(super) fn mind_lost(&self, span: &Span) {
        let known = span.lost.iter().map(|(project, _)| project.clone());
        self.lost.replace(known.filter(|project| self.settings.polled.contains(project)).collect());
    }

    /// Makes the best of a search of the projects: where it was refused as a whole, each is asked for alone, whatever the
    /// words of the refusal, and the others are read. Those that an earlier run could not read are asked for once; what is
    /// there again is read from when it was lost. Where none is there, the refusal stands.
    pub(super) fn read_apart(
        &self,
        rows: Result<Vec<Row>, Failed>,
        span: &Span,
    ) -> Result<(Vec<Row>, Vec<LostProject>), Failed> {
        let known: Vec<&(String, DateTime<Utc>)> =
            span.lost.iter().filter(|(project, _)| self.is_lost(project)).collect();
        let searched = self.searched();
        if known.is_empty() && !(is_invalid(&rows) && searched.len() > 1) {
            return Ok((rows?, Vec::new()));
        }
        if rows.as_ref().is_err_and(|failed| !failed.is_invalid()) {
            return rows.map(|rows| (rows, Vec::new()));
        }
        let before = self.part(known.iter().map(|(project, _)| project))?;
        let mut lost = before.refused;
        let mut rows = match rows {
            Err(refused) if refused.is_invalid() => {
                // The only one needs no second question.
                let now = match searched.as_slice() {
                    [one] => Parted { there: Vec::new(), refused: vec![(one.clone(), refused.clone())] },
                    all => self.part(all)?,
                };
                if now.refused.is_empty() || now.there.is_empty() && before.there.is_empty() {
                    return Err(refused);
                }
                // Somebody whom Jira does not know any more is told the same.
                self.log_in()?;
                let rows = self.walk_projects(&now.there, span.from, span.until)?;
                for (project, mut failed) in now.refused {
                    failed.error.hint = Some(self.why_lost(&project)?);
                    self.lost.borrow_mut().insert(project.clone());
                    lost.push((project, failed));
                }
                rows
            }
            other => other?,
        };
        if searched.is_empty() && before.there.is_empty() {
            // Nothing could be read at all.
            return lost.into_iter().next().map_or_else(|| Ok((rows, Vec::new())), |(_, failed)| Err(failed));
        }
        let mut ids: HashSet<IssueId> = rows.iter().filter_map(|row| row.id.clone()).collect();
        for (project, from) in known.into_iter().filter(|(project, _)| before.there.contains(project)) {
            let found = self.walk_projects(std::slice::from_ref(project), span.from.min(*from), None)?;
            rows.extend(found.into_iter().filter(|row| row.id.clone().is_none_or(|id| ids.insert(id))));
            self.lost.borrow_mut().remove(project);
        }
        let told = |(project, failed): (String, Failed)| {
            let ApiError { message, hint, .. } = failed.error;
            LostProject { project, message, hint }
        };
        Ok((rows, lost.into_iter().map(told).collect()))
    }

    /// Asks for each project alone: one small request each.
    fn part<'p>(&self, projects: impl IntoIterator<Item = &'p String>) -> Result<Parted, Failed> {
        let mut parted = Parted::default();
        for project in projects {
            let query = format!("project = {} ORDER BY updated DESC", jql::quote(project));
            match self.first_rows(&query, &["updated"], 1) {
                Ok(_) => parted.there.push(project.clone()),
                Err(failed) if failed.is_invalid() => parted.refused.push((project.clone(), failed)),
                Err(failed) => return Err(failed),
            }
        }
        Ok(parted)
    }

    /// Returns what to do about a project that a search does not know.
    fn why_lost(&self, project: &str) -> Result<String, ApiError> {
        let archived = self.project_facts(project)?.is_some_and(|told| told.archived);
        Ok(if archived {
            ItemHint::ProjectArchived { project: project.to_owned() }
        } else {
            ItemHint::CheckProjectsVisible
        }
        .into())
    }

    /// Returns what Jira tells of a project; `None` where it shows none.
    pub(super) fn project_facts(&self, project: &str) -> Result<Option<wire::Project>, ApiError> {
        let ask = Ask::get(self.rest(&format!("project/{}", segment(project)))?);
        match self.api.send(&ask) {
            Ok(reply) => Ok(Some(wire::read(reply.json).unwrap_or_default())),
            Err(failed) if failed.error.kind == ApiErrorKind::Refused => Ok(None),
            Err(failed) => Err(failed.into()),
        }
    }
}
