//! What a text says about other issues, by the pairs that the state knows when it is enqueued: those too that the same
//! transaction has just recognised, so that this cannot be done before it begins.

use super::run::Run;
use crate::domain::{Push, Side};
use crate::plan::references::{self, Named, Pairs, Sites};
use crate::state::StateError;

/// Returns the write with references that work on the side it is written to.
pub(super) fn settled(run: &Run<'_>, push: &Push) -> Result<Push, StateError> {
    let site = |side: Side| run.remote(side).issue_url("");
    let sites = Sites { jira: site(run.tracker()), guance: site(run.source()) };
    let (state, mut pairs) = (run.world.state, Pairs::new());
    for named in references::named_in(push, &sites) {
        let pair = match &named {
            Named::Guance(id) => run.pair(run.source(), id)?,
            Named::Jira(key) => state.issue_named(key)?,
        };
        pairs.extend(pair.map(|pair| (named, pair)));
    }
    Ok(references::settled(push.clone(), &sites, &pairs, run.world.policy))
}
