//! What is said of JSM Operations and Opsgenie: hints, which are kept in the state file in English (see [`super::hint`]), and what
//! a check finds.

messages! {
    /// What to do about a failure of a source of alerts.
    pub enum AlertsHint => alerts_hint {
        CheckKey { section: String },
        CheckToken { section: String },
        CheckAddress { section: String },
        GrantScope { section: String, scope: String },
        GrantKey { section: String, right: String },
        CannotDelete,
        KeepCopies,
        Plan,
        Limit,
        ClosedStays,
        UseStatuses,
    }
}

impl From<AlertsHint> for String {
    fn from(hint: AlertsHint) -> Self {
        hint.to_string()
    }
}

messages! {
    /// What a check of a source of alerts looked at.
    pub enum AlertsTested => alerts_tested {
        Login { service: String },
        List { service: String },
        Schedules { service: String },
        /// Whether something else makes Jira issues of alerts.
        Doubles { service: String },
        Clock { service: String },
    }
}

messages! {
    /// What is well.
    pub enum AlertsFine => alerts_fine {
        /// `count` is that of one page.
        Readable { count: String },
        /// Only guajira makes Jira issues of alerts.
        NothingElse,
    }
}

messages! {
    /// What is wrong.
    pub enum AlertsWrong => alerts_wrong {
        NoAlerts,
        NoSuchSchedule,
        AlsoMakesIssues { names: String },
        OfJira { count: String, names: String },
    }
}

messages! {
    /// What to do about it.
    pub enum AlertsMend => alerts_mend {
        GiveOperations,
        UseGlobalKey,
        SetSchedule { names: String },
        SwitchSyncOff,
    }
}
