//! A pair whose sides are compared, and what is to become of one of its fields.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::said::{Carried, same_value, value};
use crate::domain::{
    Action, Base, Bases, Change, CommentId, Field, Fingerprint, Issue, IssueLink, Key, Person, Push, Said, Side, Stage,
    StatusCategory,
};
use crate::plan::policy::Direction;
use crate::plan::step::SkipReason;
use crate::render;
use crate::text::{Block, Doc};
use crate::words::{Summary, Voice};

/// A pair whose sides are compared.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Which issues they are.
    pub link: &'a IssueLink,
    /// The Guance issue as it is now.
    pub guance: &'a Issue,
    /// The Jira issue as it is now.
    pub jira: &'a Issue,
    /// What the pair's route makes of the Guance issue.
    pub carried: &'a Carried,
    /// What they said when they last agreed.
    pub bases: &'a Bases,
    /// Writes about the pair's fields that are not done.
    pub queued: &'a HashMap<Key, (Stage, Fingerprint)>,
    /// Who was looked for, and found, on which side.
    pub found: &'a [Counterpart],
}

/// What a look-up of a person found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Where the account was looked for.
    pub on: Side,
    /// Whose.
    pub of: Person,
    /// The account.
    pub is: Option<Person>,
}

impl Pair<'_> {
    /// Returns the end of the line where the item is.
    pub(super) fn source(&self) -> Side {
        self.guance.side().source()
    }

    /// Returns the end of the line where the Jira issue is.
    pub(super) fn tracker(&self) -> Side {
        self.guance.side().tracker()
    }

    /// Returns both ends.
    pub(super) fn sides(&self) -> [Side; 2] {
        self.guance.side().both()
    }

    /// Returns the issue on this side.
    pub fn on(&self, side: Side) -> &Issue {
        match side {
            Side::Source(_) => self.guance,
            Side::Tracker(_) => self.jira,
        }
    }

    /// Returns which sides have changed the field since they agreed. What is not known has not changed.
    pub(super) fn moved(&self, field: Field, base: &Base) -> (bool, bool) {
        let moved = |side: Side| {
            let now = value(self.on(side), field, self.carried);
            match base.on(side) {
                Some(before) => !same_value(field, side, before, &now),
                None => base.version == 0 && !side.is_source() && self.taken_up(field),
            }
        };
        (moved(self.source()), moved(self.tracker()))
    }

    /// Returns true when somebody has taken up the Jira issue between its making and its first reading: a workflow begins
    /// with something to do, and with nobody or with whom the project names.
    fn taken_up(&self, field: Field) -> bool {
        let touched = self.jira.updated > self.jira.created + TimeDelta::seconds(2);
        let by_somebody = match field {
            Field::Status => self.jira.status.category != StatusCategory::Todo,
            Field::Assignee => !self.jira.assignees.is_empty(),
            Field::Title | Field::Body | Field::Priority | Field::Follower(_) => false,
        };
        touched && by_somebody
    }

    /// Returns the side whose change is to be carried, and whether the other one changed as well.
    ///
    /// Where a field goes one way, the side it comes from leads; where it goes both ways, the newer change does.
    pub(super) fn leader(&self, direction: Direction, moved: (bool, bool)) -> Option<(Side, bool)> {
        match (direction, moved) {
            (Direction::ToJira, (true, _)) | (Direction::Both, (true, false)) => Some((self.source(), false)),
            (Direction::ToGuance, (_, true)) | (Direction::Both, (false, true)) => Some((self.tracker(), false)),
            (Direction::Both, (true, true)) => Some((self.newer(), true)),
            _ => None,
        }
    }

    /// Returns the side that changed last.
    pub(super) fn newer(&self) -> Side {
        if self.guance.updated > self.jira.updated { self.source() } else { self.tracker() }
    }
}

/// What is to become of a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// Write this to that side.
    pub(super) carry: Option<(Side, Change)>,
    /// Comments on Jira that go before it.
    pub(super) notices: Vec<Push>,
    /// The base from now on; `None` leaves it.
    pub(super) base: Option<Base>,
    /// What people should know.
    pub(super) why: Option<SkipReason>,
}

impl Outcome {
    /// Nothing to carry: what is unknown of the base is learnt.
    pub(super) fn rest(base: &Base, now: &Base) -> Self {
        let learnt = Base {
            guance: base.guance.clone().or_else(|| now.guance.clone()),
            jira: base.jira.clone().or_else(|| now.jira.clone()),
            version: base.version,
        };
        Self { base: (learnt != *base).then_some(learnt), ..Self::default() }
    }

    /// The sides agree, or what they say is to be left as it is.
    pub(super) fn agree(base: Option<&Base>, now: &Base, pair: &Pair<'_>) -> Self {
        // A pair that was found again begins with a number that no earlier comparison of it had.
        let first = u32::try_from(pair.guance.updated.timestamp()).unwrap_or(u32::MAX);
        let version = base.map_or(first, |base| base.version.saturating_add(1));
        Self { base: Some(Base { version, ..now.clone() }), ..Self::default() }
    }

    /// One side's change goes to the other, which says `now` before.
    pub(super) fn carry(base: Option<&Base>, now: &Base, to: Side, change: Change) -> Self {
        let base = base.cloned().unwrap_or_default();
        // A pair that was found again has no base: whatever is carried counts as a change until it has arrived.
        let before = base.on(to.opposite()).cloned().unwrap_or_else(Said::nothing);
        let base = base.with(to.opposite(), Some(before)).with(to, now.on(to).cloned());
        Self { carry: Some((to, change)), base: Some(base), ..Self::default() }
    }

    /// Both sides have changed, and this one's change is carried.
    pub(super) fn over_the_other(self, field: Field, leader: Side) -> Self {
        let base = self.base.map(|base| base.outdated(leader));
        Self { base, ..self }.because(SkipReason::BothChanged(field, leader))
    }

    pub(super) fn because(self, why: SkipReason) -> Self {
        Self { why: Some(why), ..self }
    }
}

/// Nothing is carried; what was learnt about Jira's value is kept.
pub(super) fn rest(pair: &Pair<'_>, field: Field, base: &Base, now: &Base) -> Outcome {
    let outcome = Outcome::rest(base, now);
    let learnt = outcome.base.unwrap_or_else(|| base.clone());
    Outcome { base: (pair.bases.get(&field) != Some(&learnt)).then_some(learnt), ..Outcome::default() }
}

/// Guance's value is taken note of; what guajira last left on Jira stays the measure of a change by hand.
pub(super) fn left_alone(pair: &Pair<'_>, base: &Base, now: &Base) -> Outcome {
    Outcome::agree(Some(base), &Base { jira: base.jira.clone(), ..now.clone() }, pair)
}

/// Makes a notice: a comment of guajira's own on the Jira issue. The parts name for ever what happened.
///
/// `what` says it in a voice; the fingerprint does not depend on which.
pub(super) fn notice(
    pair: &Pair<'_>,
    parts: &[&str],
    what: impl Fn(Voice) -> Vec<Block>,
    voice: Voice,
    summary: &Summary,
) -> Push {
    let id = CommentId::notice(&[&[pair.link.guance.as_str()], parts].concat());
    let content = Fingerprint::of(&[&Doc { blocks: what(Voice::default()) }.canonical()]);
    let body = render::notice(&pair.guance.url, &id, what(voice), &content, voice);
    let (issue, origin_url) = (pair.link.jira.clone(), pair.guance.url.clone());
    Push {
        key: Key::comment(pair.source(), &id),
        pair: pair.link.guance.clone(),
        target: pair.tracker(),
        action: Action::AddComment { issue, body, origin_url, internal: true },
        content,
        summary: summary.to_string(),
        seal: None,
    }
}
