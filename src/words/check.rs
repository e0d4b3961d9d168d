//! `guajira check`: what was looked at, what was found there, and what to do about it.

use super::{AlertsFine, AlertsMend, AlertsTested, AlertsWrong, ConfigWarning, Service};

messages! {
    /// What a check looked at.
    pub enum Tested => tested {
        Config { place: String },
        /// The configuration stands in the environment alone.
        ConfigOfEnvironment,
        State { path: String },
        /// Our own record of requests, when a service could not be asked because of it.
        StateFile,
        Side(Service),
        GuanceCredential,
        GuanceChannel { name: String },
        GuanceIssues,
        GuanceIncidents,
        GuanceLevels,
        /// Whether `[route.priority]` lists them.
        ListedLevels,
        GuanceClock,
        Alerts(AlertsTested),
        JiraAt { address: String },
        JiraGateway { address: String },
        /// The scopes of the token as a whole.
        Scopes,
        Scope { name: String },
        JiraLogin,
        JiraClock,
        JiraTimeZone,
        Project { key: String },
        /// The list of permissions.
        Permissions { project: String },
        Permission { name: String, project: String },
        Statuses { issue_type: String, project: String },
        IssueType { issue_type: String, project: String },
        /// The create screen as a whole.
        Fields { issue_type: String, project: String },
        Field { name: String, issue_type: String, project: String },
        /// All transitions out of a status.
        Transitions { issue_type: String, project: String },
        Transition { name: String, to: String, project: String },
        /// Those that `[route.reuse]` names.
        Resolutions { project: String },
        /// A transition out of a resolved issue.
        WayBack { issue_type: String, project: String },
        TimeSearch,
        WriteCounter,
        Attachments,
        /// Issues that the vendor's script made.
        Takeover,
        /// A `[[notify]]`.
        Room { name: String, kind: String },
        /// `[signals].textfile`.
        Textfile { path: String },
        /// `[signals].heartbeat`.
        Heartbeat,
    }
}

messages! {
    /// What is well.
    pub enum Fine => fine {
        NoMistakes,
        /// Nothing but a name, an address or a list, which says enough.
        Named(String),
        ReadableAndWritable,
        NoStateYet,
        BelongsTo { guance: String, jira: String },
        Accepted,
        Called { name: String, id: String },
        IssuesReadable { count: String },
        Alerts(AlertsFine),
        ClockOff { seconds: String },
        JiraVersion { version: String, deployment: String },
        ClockWithin { seconds: String },
        TimeZone { zone: String },
        TimeZoneUnknown,
        Visible,
        VisibleAs { kind: String },
        ServiceProject,
        Granted,
        AreThere { names: String },
        OnCreateScreen,
        NamedOnCreateScreen { names: String },
        CreatableAs { shown: String, id: String },
        WithId { name: String, id: String },
        FieldOf { id: String, kind: String },
        ParentAs { key: String, field: String },
        AsksForNothing { count: String, issue: String },
        OpensAgain { issue: String, names: String },
        ExactTimes,
        MinutesOnly,
        /// An issue is needed to find out.
        MinutesForNow,
        CounterKept,
        SiteId { id: String },
        /// What the token has to have, and nothing more.
        ScopesNeeded { names: String },
        /// `keys`: the flows that need it; empty where everything does.
        ScopeCounts { keys: String },
        UpTo { size: String },
        /// The host answers; the room itself was not asked.
        RoomAnswers { host: String, signed: bool },
        MessageTaken,
        TextfileWritable,
        HeartbeatAnswers { host: String },
    }
}

messages! {
    /// What is wrong.
    pub enum Wrong => wrong {
        /// The words of a failed call, or of a rule of the configuration.
        Said(String),
        Config(ConfigWarning),
        NoFolder { folder: String },
        NoSuchChannel,
        LevelsNotListed { names: String },
        Alerts(AlertsWrong),
        ClockAhead { seconds: String },
        ClockBehind { seconds: String },
        OtherDeployment { told: String },
        Archived,
        NotGranted,
        NotTold,
        NoSuchStatus { names: String },
        NoSuchType,
        NotOnScreen,
        /// The label is a marker; the route's own labels are lost too.
        NoLabels { own_too: bool },
        CreatedWithout,
        UnknownThere { names: String },
        FieldRequired { name: String },
        FieldTypeUnknown { kind: String },
        NoRequestType,
        NoServiceProject,
        TransitionWants { issue: String, wanted: String },
        NoSuchResolution { names: String },
        NoWayBack { issue: String },
        MayNotKeep,
        ScopeLacking { keys: String },
        AttachmentsOff,
        AttachmentsUpTo { size: String },
        TakeoverUnclear { why: String },
        MadeByOthers { count: String, named: String },
    }
}

impl Wrong {
    /// Returns that this machine's clock is so many seconds ahead of a service's.
    pub fn clock(ahead: i64) -> Self {
        let seconds = ahead.unsigned_abs().to_string();
        if ahead > 0 { Self::ClockAhead { seconds } } else { Self::ClockBehind { seconds } }
    }
}

messages! {
    /// What to do about it.
    pub enum Mend => mend {
        /// What comes with a failed call.
        Said(String),
        MakeFolder,
        MakeTextfileFolder,
        CheckHeartbeat,
        SetChannel { names: String },
        ListLevels { example: String },
        Alerts(AlertsMend),
        UseNtp,
        SetDeployment,
        Restore,
        CheckProject,
        GrantInScheme { purpose: Purpose },
        GrantGlobally { purpose: Purpose },
        UseStatuses { names: String },
        GrantCreate,
        SetType { names: String },
        AddLabels,
        CheckSecurity,
        GiveValue,
        PutOnScreen { names: String },
        PutOnScreenOrLeaveOut { key: String },
        PutParentOnScreen,
        LeaveFieldOut,
        ChangeFieldValue,
        UseChoices { key: String, names: String },
        CheckParent { key: String },
        SetRequestType { names: String },
        GiveTransitionValue,
        UseResolutions { names: String },
        AddWayBack,
        LetBotEditProfile,
        MakeToken { names: String },
        LowerMaxAttachment,
        SwitchAttachmentsOn,
        /// `account` follows `--created-by`.
        Adopt { account: Option<String> },
    }
}

messages! {
    /// What a permission is for.
    pub enum Purpose {
        See,
        Create,
        Comment,
        EditComments,
        DeleteComments,
        Transition,
        EditIssues,
        Continue,
        Assign,
        FindPeople,
        Link,
        Attach,
    }
}

messages! {
    /// How findings are shown, and what else `guajira check` says.
    pub enum CheckWords<'a> => check {
        Good { what: &'a str, detail: &'a str },
        Warning { what: &'a str, detail: &'a str },
        Failure { what: &'a str, detail: &'a str },
        /// An issue, and the account that made it.
        MadeBy { issue: &'a str, account: &'a str },
        MadeByUs { issue: &'a str },
        CannotMakeState,
        /// Ends a check.
        Verdict { fine: usize, warnings: usize, failures: usize },
        NoSuchRoom { name: &'a str },
        RoomsAre { names: &'a str },
        NoRooms,
    }
}
