//! `guajira adopt --script`.

use super::Service;

messages! {
    /// What `guajira adopt --script` says of its plan, and of what was done.
    pub enum AdoptWords<'a> => adopt {
        Accounts { word: &'a str, account: &'a str },
        GuanceKey { name: &'a str },
        GuanceAccount { name: &'a str },
        JiraAccount { name: &'a str },
        Pair { jira: &'a str, guance: &'a str, title: &'a str, maker: &'a str },
        OtherTitle { jira: &'a str, title: &'a str },
        /// The copy stands on `side`.
        CopyOf { side: Service, copy: &'a str, original: &'a str },
        Doubtful { side: Service, id: &'a str },
        Uncopied { count: usize },
        LeftAlone { issue: &'a str, why: &'a str },
        MoreLeftAlone { count: usize },
        ToBeTakenOver { pairs: usize, comments: usize, left: usize },
        NothingWritten,
        NotMarked { what: &'a str, why: &'a str },
        TakenOver { pairs: usize, comments: usize },
        Stopped,
    }
}

messages! {
    /// Why `guajira adopt --script` takes nothing over.
    pub enum AdoptError<'a> => adopt_error {
        Waiting,
        Locked,
        LockedHint,
        NoSuchAccount { word: &'a str },
        NoSuchAccountHint,
        ManyAccounts { word: &'a str, ids: &'a str },
        ManyAccountsHint,
        Repeats { count: usize, account: &'a str },
        NothingToTake { count: usize },
        /// The command with the account named.
        NameTheKey { command: &'a str },
        NameTheAccount { command: &'a str },
    }
}

messages! {
    /// Why an issue that carries a uuid is not taken over.
    pub enum Left => left {
        ManyUuids,
        IsPairOf { guance: String },
        HasIssue { guance: String, jira: String },
        NotNamed { maker: String },
        AnswerLost,
        NoOriginal { guance: String },
        CannotBeRead,
        ThreadUnreadable,
        MarkedForAnother { guance: String },
        MadeBefore { guance: String },
    }
}
