//! `guajira init`.

messages! {
    /// What `guajira init` asks.
    pub enum Question {
        GuanceSite,
        GuanceKey,
        Channel,
        JiraAddress,
        /// Of an account on Jira Cloud.
        JiraEmail,
        /// Of an account on Jira Server or Data Center.
        JiraUser,
        JiraLogin,
        /// The consumer key of an application link.
        Consumer,
        JiraToken,
        JiraProject,
        IssueType,
        UseTable,
    }
}

messages! {
    /// What there is to choose from.
    pub enum Listed {
        Sites,
        Channels,
        Levels,
        Logins,
        Projects,
        IssueTypes,
        Priorities,
    }
}

messages! {
    /// Where a site of Guance or `TrueWatch` is.
    pub enum Region {
        Hangzhou,
        Ningxia,
        Zhangjiakou,
        Guangzhou,
        Vnet,
        HongKong,
        Oregon,
        Frankfurt,
        Singapore,
        SouthAfrica,
        Jakarta,
        Emirates,
    }
}

messages! {
    /// A way to log in to Jira.
    pub enum LoginWay {
        /// Of Jira Cloud, without scopes.
        ApiToken,
        Scoped,
        /// A personal access token.
        AccessToken,
        Password,
        /// OAuth 1.0a.
        ApplicationLink,
        /// A password, or an API token without scopes.
        Either,
    }
}

messages! {
    /// The beginning and the end of `guajira init`.
    pub enum InitWords<'a> => init {
        FileExists { path: &'a str },
        FileExistsHint,
        NoFolder { path: &'a str },
        NoFolderHint,
        CannotWrite { path: &'a str },
        Begin { path: &'a str },
        InputEnded,
        InputEndedHint,
        TooManyWrong,
        Wrote { files: &'a str },
        Checks,
        Rehearses,
        /// `options` names the file where that is needed.
        SyncNext { options: &'a str },
        CheckNext { options: &'a str },
        ApproveNext { options: &'a str },
        MendNext { options: &'a str },
        SetVariable { name: &'a str },
        StillNeeds { path: &'a str },
    }
}

messages! {
    /// What `guajira init` asks.
    pub enum AskWords<'a> => init_asks {
        Ask(Question),
        /// Stands above a list.
        Choose(Listed),
        GuanceSite(Region),
        TrueWatchSite(Region),
        Way(LoginWay),
        OtherAddress,
        YesOrNo { question: &'a str },
        AnswerYesOrNo,
        /// There are more than are listed.
        More,
        /// A number that is not in the list.
        NotListed { most: usize },
        OneOfThose,
        IsNeeded,
        UseUnencrypted,
        KeepIn { file: &'a str },
        GoOnUntested,
        OtherSite,
        UseAnyway,
        TableOf { project: &'a str },
        PriorityOf { level: &'a str },
    }
}

messages! {
    /// What `guajira init` finds out about an answer.
    pub enum FoundWords<'a> => init_finds {
        Unencrypted,
        NotSet { name: &'a str },
        NoNameOfVariable,
        FoundFile { file: &'a str },
        NoSecretIn { file: &'a str },
        KeyAccepted { address: &'a str },
        KeyRefused { why: &'a str },
        GuanceNotReached { why: &'a str },
        JiraNotReached { why: &'a str },
        Cloud { address: &'a str },
        Server { address: &'a str, version: &'a str },
        KindUnknown { address: &'a str },
        NoJira { address: &'a str, status: &'a str, words: &'a str },
        LoggedIn { name: &'a str },
        LoginRefused { why: &'a str },
        /// Jira Cloud refused a login without scopes.
        PerhapsScoped,
        CannotList { what: Listed, why: &'a str },
        NothingListed(Listed),
        NoProject { key: &'a str },
        Archived { key: &'a str },
        MayNotCreate { project: &'a str },
        NoType { name: &'a str, project: &'a str },
    }
}
