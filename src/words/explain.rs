//! `guajira check --explain`.

messages! {
    /// What `guajira check --explain` says.
    pub enum ExplainWords<'a> => explain {
        NoSuchIssue { uuid: &'a str, why: Option<&'a str> },
        NoSuchIssueHint,
        AlreadyIs { name: &'a str },
        CountedIn { name: &'a str },
        LeftTo { name: &'a str },
        ReuseNoKey,
        ReuseOwn,
        ReuseContinues { name: &'a str },
        ReuseJoins { name: &'a str },
        ReuseAwaits,
        /// The routes follow, then what Jira would get.
        Route { number: usize, issue_type: &'a str, project: &'a str, verdict: &'a str },
        Takes,
        Holds,
        DoesNotHold,
        CannotBeTold { why: &'a str },
        ComesLater { first: usize },
        MakesNothing,
        MakesNothingBecause { why: &'a str },
        NotSent { why: &'a str },
        WouldGet { issue_type: &'a str, project: &'a str },
        WouldGetNothing { why: &'a str },
        Without { field: &'a str, why: &'a str },
    }
}
