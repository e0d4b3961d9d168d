//! What is not documented of the Incident Center, as switches; the defaults are what its pages say or show.

use chrono::TimeDelta;

use crate::guance::switches::PageLimit;

/// Undocumented behaviour, one switch each.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct IncidentSwitches {
    /// Where `incidents/list` puts its rows.
    pub list: IncidentList,
    /// Which time `timeRange` is about.
    pub range: IncidentRange,
    /// Whether a list without `timeRange` is refused.
    pub range_required: bool,
    /// The longest `timeRange` that is carried out.
    pub longest_range: Option<TimeDelta>,
    /// What happens to a page size above the greatest one.
    pub page_limit: PageLimit,
    /// The order of `incidents/list`.
    pub order: IncidentOrder,
    /// Whether `incidents/{uuid}/get` has an envelope. The published example has none.
    pub get_enveloped: bool,
    /// Whether that object tells its own uuid: the published example ends before it.
    pub get_tells_uuid: bool,
    /// Whether `updateAt` is -1 until something changes.
    pub unchanged_is_never: bool,
    /// What a modify answers.
    pub modify: ModifyAnswer,
    /// Which status may follow which.
    pub transitions: Transitions,
    /// Whether the key may change incidents.
    pub may_modify: bool,
    /// Whether the key may write comments.
    pub may_comment: bool,
    /// Whether a new comment shows in the list of operations.
    pub comments_logged: bool,
    /// Whether `extend` of a modify is merged into the old one; else it replaces it.
    pub merge_extend: bool,
    /// Whether assignees and tags are objects instead of ids and names.
    pub objects: bool,
    /// Whether rows tell who their assignees are.
    pub tells_assigners: bool,
    /// Whether a recovered monitor resolves its incident.
    pub recovery_resolves: bool,
}

/// Where `incidents/list` puts its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentList {
    /// `content.data` and `content.pageInfo`.
    Nested,
    /// `content` is the array, `pageInfo` beside it.
    TopLevel,
    /// `data` and `pageInfo`, without an envelope.
    BareObject,
    /// The array alone, without an envelope.
    BareArray,
}

/// Which time `timeRange` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentRange {
    /// `createAt`.
    Created,
    /// `updateAt`, or `createAt` where nothing changed.
    Updated,
}

/// The order of `incidents/list`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentOrder {
    /// By `createAt`, newest first.
    NewestFirst,
    /// By `createAt`, oldest first.
    OldestFirst,
    /// By the last change, newest first.
    UpdatedFirst,
}

/// What a modify answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModifyAnswer {
    /// The incident as it is then.
    Incident,
    /// The same, without an envelope.
    Bare,
    /// `true`.
    True,
    /// `null`.
    Nothing,
}

/// Which status may follow which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transitions {
    /// Each may follow each.
    Any,
    /// Only the next one, or the one before.
    Neighbours,
    /// None that leads back.
    Onwards,
}

impl Default for IncidentSwitches {
    fn default() -> Self {
        Self {
            list: IncidentList::Nested,
            range: IncidentRange::Created,
            range_required: false,
            longest_range: None,
            page_limit: PageLimit::None,
            order: IncidentOrder::NewestFirst,
            get_enveloped: false,
            get_tells_uuid: true,
            unchanged_is_never: true,
            modify: ModifyAnswer::Incident,
            transitions: Transitions::Any,
            may_modify: true,
            may_comment: true,
            comments_logged: false,
            merge_extend: false,
            objects: false,
            tells_assigners: false,
            recovery_resolves: false,
        }
    }
}
