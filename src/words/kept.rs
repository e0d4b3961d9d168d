//! Sentences of the state and the engine that are errors, or are kept in the state file: in English there, and found again by
//! [`super::known`] when they are shown.

messages! {
    /// Why a state file, or the services that it belongs to, cannot be used; and what something waits for.
    pub enum Kept => kept {
        Jira { address: String },
        JiraAs { address: String, account: String },
        Guance { address: String, channel: String },
        GuanceIn { address: String, channel: String, workspace: String },
        BelongsTo { theirs: String, ours: String },
        OtherJira { old: String, address: String, service: String },
        Unproven { jira: String, guance: String, what: String },
        NoMarker { issue: String },
        NoPair,
        IssueNotThere { place: String, issue: String },
        OtherWorkspace { place: String, told: String },

        StateNewer { version: String, known: String },
        StateDamaged { why: String },
        StateInaccessible { why: String },
        StateFull { why: String },
        StateNonsense { what: String },
        StateDatabase { why: String },

        ProjectUnreadable { project: String, message: String },
        Restores { what: String },
        IssueArchived { issue: String },
        ProjectArchived { project: String },
        NotShown,
    }
}
