//! What the adapters of the two services say of a write, or of a thing that was read, besides the service's own words. It is
//! kept in English, and [`super::known`] finds it again.

messages! {
    /// Why Guance was not asked, or what is wrong with what it answered.
    pub enum GuanceFault => guance_fault {
        NoChannel { name: String },
        NoKey,
        NoCreateTime,
        NoId,
        NoGuanceId { id: String },
        NoStatus { word: String },
        NoStatusToSet,
        NotChanged { field: String },
        NotOurKeys { reply: String, account: String },
        ReplyNotInThread { reply: String, issue: String },
        ReplyGone { reply: String, issue: String },
        ReplyNotRead { reply: String },
        ReplyNotNamed { why: String },
        CannotRewrite { copy: String },
        CarriesFiles { copy: String },
        NobodysCopies { issue: String },
        NotCreatedThere,
        NoStatusTold,
        IncidentCommentStays,
        CommentNotConfirmed,
        NoAttachment,
        NoFile,
        FromTheStore { status: String },
        FailedTooOften,
    }
}

messages! {
    /// Why Jira was not asked, or what is wrong with what it answered.
    pub enum JiraFault => jira_fault {
        NoUpdateTime { told: String },
        IssueNotThere,
        IssueUnreadable { issue: String },
        PageUnreadable { why: String },
        NotOurAccounts { comment: String, account: String },
        CommentUnreadable,
        ShownToCustomers,
        NotInternalDeleted,
        NotInternalLeft { why: String },
        ServiceProject { issue: String },
        LargerThan { file: String, size: String },
        AttachmentsOff,
        CreatedUnnamed,
        NoSecurity { level: String, why: String },
        TransitionRefused { issue: String, transition: String, to: String, words: String },
        TransitionWants { issue: String, transition: String, to: String, wanted: String, words: String },
        NoWay { issue: String, from: String, wanted: String, open: String },
        NoWayAtAll { issue: String, from: String, wanted: String },
        SomeStatus { category: String },
    }
}

messages! {
    /// What was not written as it was meant.
    pub enum Less => less {
        CutToLimit,
        CutToLimitFor { words: String },
        Plain,
        PlainFor { words: String },
        CutShort,
        CutShortFor { words: String },
        LeftOutFor { words: String },
        Narrowed,
        KeepsResolution { words: String },
        OtherResolution { word: String, names: String, set: String },
        NoResolution { word: String, names: String },
    }
}

messages! {
    /// Why fewer people may see something on Jira than would see its copy.
    pub enum Hidden => hidden {
        SecurityLevel { name: String },
        LevelUnknown,
        Role { name: String },
        Group { name: String },
        InternalNote,
        InternalUnknown,
        ShownBy { hidden: String },
        PerhapsShownBy { hidden: String },
    }
}
