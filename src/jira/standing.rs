//! Whether an issue takes writes: what tells that it, or its project, is archived.
//!
//! Source: Atlassian, "Archiving API" (Data Center): an archived issue, and those of an archived project, can be read where
//! they are linked, are read-only, and are in no search result. Jira Cloud REST v3 and Data Center REST v2, `Project`:
//! `archived`. Whether an issue's own JSON tells it is documented for neither; Data Center has system fields
//! `archiveddate` and `archivedby`. So three things are asked, and the words of a refusal are not looked at.

use chrono::TimeDelta;

use super::convert::time;
use super::jql::is_number;
use super::service::Jira;
use super::wire;
use crate::domain::IssueId;
use crate::ports::{ApiError, ApiErrorKind, Standing};

/// What is read of an issue to see where it stands.
const FIELDS: [&str; 5] = ["project", "updated", "created", "archiveddate", "archivedby"];

/// How long after its last change a search may not show an issue yet.
const INDEXED: TimeDelta = TimeDelta::minutes(15);

impl Jira<'_> {
    /// Returns where issues stand, each read by itself: a bulk fetch may leave out what is archived.
    pub(super) fn issue_standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError> {
        issues.iter().map(|issue| self.one_standing(issue)).collect()
    }

    fn one_standing(&self, issue: &IssueId) -> Result<Standing, ApiError> {
        let Some(row) = self.fetch_one(issue.as_str(), &FIELDS)? else { return Ok(Standing::Missing) };
        let Ok(raw) = wire::read::<wire::Issue>(row) else { return Ok(Standing::Open) };
        if raw.fields.is_archived() {
            return Ok(Standing::Archived(None));
        }
        let project = &raw.fields.project;
        let name = if project.key.is_empty() { &project.id } else { &project.key };
        if !name.is_empty() && self.standing_of_project(name)? == Standing::Archived(None) {
            return Ok(Standing::Archived(Some(name.clone())));
        }
        if self.is_listed(issue)? {
            return Ok(Standing::Open);
        }
        let changed = time(&raw.fields.updated).or_else(|| time(&raw.fields.created));
        Ok(match (changed, self.remote_now()?) {
            (Some(changed), Some(now)) if now < changed + INDEXED => Standing::Unclear(changed + INDEXED),
            _ => Standing::Archived(None),
        })
    }

    /// Returns whether a project takes new issues.
    pub(super) fn standing_of_project(&self, project: &str) -> Result<Standing, ApiError> {
        Ok(match self.project_facts(project)? {
            None => Standing::Missing,
            Some(told) if told.archived => Standing::Archived(None),
            Some(_) => Standing::Open,
        })
    }

    /// Returns whether a search shows an issue that can be read.
    fn is_listed(&self, issue: &IssueId) -> Result<bool, ApiError> {
        if !is_number(issue.as_str()) {
            return Ok(true);
        }
        match self.first_rows(&format!("id = {issue} ORDER BY updated DESC"), &["updated"], 1) {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(failed) if failed.status == Some(400) && failed.error.kind == ApiErrorKind::Refused => Ok(false),
            Err(failed) => Err(failed.into()),
        }
    }
}
