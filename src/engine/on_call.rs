//! Who is on call for an issue that is about to be created.

use std::borrow::Cow;

use super::run::Run;
use crate::domain::{Detail, Issue};
use crate::plan::ON_CALL;

/// Returns the issues, where a route asks for it with who is on call for the new ones. Where that cannot be told, an issue is
/// created without.
pub(super) fn named<'i>(run: &Run<'_>, issues: &'i [Issue], new: impl Fn(&Issue) -> bool) -> Cow<'i, [Issue]> {
    if !run.world.policy.uses(ON_CALL) || !issues.iter().any(&new) {
        return Cow::Borrowed(issues);
    }
    let mut issues = issues.to_vec();
    for issue in issues.iter_mut().filter(|issue| new(issue)) {
        match run.remote(run.source()).on_call(issue) {
            Ok(people) => {
                if let Detail::Source(detail) = &mut issue.detail {
                    detail.on_call = people;
                }
            }
            Err(error) => tracing::warn!(side = %error.side, error = %error, "Nobody could tell who is on call."),
        }
    }
    Cow::Owned(issues)
}
