//! Looking for the markers of writes.

use super::run::Run;
use crate::domain::{Action, Push, Side};
use crate::ports::{ApiError, Lookup, Wanted};

/// Looks for the markers of writes among what is no other original's copy.
pub(super) fn look_up(run: &Run<'_>, target: Side, wanted: &[Wanted]) -> Result<Vec<Lookup>, ApiError> {
    let state = run.world.state;
    // What the state cannot tell now fails when the finding is to be recorded.
    run.find(target, wanted, &|key, id| state.is_copy_of_another(target, key, id).unwrap_or(false))
}

pub(super) fn wanted(push: &Push) -> Wanted {
    let key = push.key.clone();
    match &push.action {
        Action::ContinueIssue(continued) => {
            Wanted { key, issue: None, project: Some(continued.new.project.clone()), content: None }
        }
        Action::CreateIssue(new) => Wanted { key, issue: None, project: Some(new.project.clone()), content: None },
        Action::AddComment { issue, .. }
        | Action::DeleteComment { issue, .. }
        | Action::ChangeIssue { issue, .. }
        | Action::LinkIssue { issue, .. }
        | Action::JoinIssue { issue, .. }
        | Action::AddFile { issue, .. } => {
            Wanted { key: key.origin(), issue: Some(issue.clone()), project: None, content: None }
        }
        Action::EditComment { issue, .. } => {
            let content = Some(push.content.clone());
            Wanted { key: key.origin(), issue: Some(issue.clone()), project: None, content }
        }
    }
}
