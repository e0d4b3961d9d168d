//! Who is in charge of an incident.

use super::source::Incidents;
use crate::domain::{Issue, Person};
use crate::guance::wire::Member;
use crate::ports::{ApiError, ApiErrorKind};

impl Incidents<'_> {
    /// Gives the people in charge their names and addresses: as a row tells them, as they are known, or by the first page of
    /// the workspace's members, for which this run asks once. That an incident tells who its assignees are is not documented.
    pub(super) fn name_assigners(&self, issue: &mut Issue, told: &[Member]) -> Result<(), ApiError> {
        for member in told {
            self.guance.learn_member(member);
        }
        let asks = self.guance.api.settings.names_managers && !self.members_asked.get();
        if asks && issue.assignees.iter().any(|person| self.guance.is_stranger(person)) {
            self.members_asked.set(true);
            match self.guance.api.members("") {
                Ok((rows, _)) => {
                    let members = rows.into_iter().filter_map(|row| serde_json::from_value::<Member>(row).ok());
                    for member in members {
                        self.guance.learn_member(&member);
                    }
                    let left: Vec<&Person> =
                        issue.assignees.iter().filter(|person| self.guance.is_stranger(person)).collect();
                    for person in left {
                        self.guance.remember_stranger(person);
                    }
                }
                // An incident is worth more than the name of its assignee.
                Err(fault) if matches!(fault.error.kind, ApiErrorKind::Refused | ApiErrorKind::OutOfBudget) => {}
                Err(fault) => return Err(fault.error),
            }
        }
        self.guance.name_known(issue);
        Ok(())
    }
}
