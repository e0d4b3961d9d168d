//! OAuth 1.0a: keys, refused signatures, and `guajira auth jira`.

messages! {
    /// What is wrong with a private key; follows the name of its key in the configuration.
    pub enum KeyFlaw => key_flaw {
        NoPem,
        Encrypted,
        OpenSsh,
        Certificate,
        PublicKey,
        NotRsa,
        Unreadable,
    }
}

messages! {
    /// What to do where Jira refuses a signature.
    pub enum OAuthHint => oauth_hint {
        /// Jira's address for itself, and that which we asked.
        OtherAddress { theirs: String, ours: String },
        OtherMethod { theirs: String, ours: String },
        /// Parameters whose values differ.
        OtherParameters { names: String },
        /// Both signed the same text.
        OtherKey,
        CheckSignature,
        TokenExpired,
        TokenRejected,
        ConsumerUnknown,
        SetClock,
        SentTwice,
        NotAllowed,
        OtherProblem,
        NoToken,
    }
}

messages! {
    /// `guajira auth jira`.
    pub enum AuthWords<'a> => auth {
        NotOAuth,
        NotOAuthHint,
        TokenIsNoFile,
        TokenIsNoFileHint,
        MadeKey { path: &'a str },
        CannotWrite { path: &'a str },
        /// What the administrator does; the public key follows.
        ForAdministrator { address: &'a str, consumer: &'a str },
        /// What the person does; the address follows.
        Approve,
        AskVerifier,
        /// The input ended before the code was given.
        NoVerifier,
        NoVerifierHint,
        NothingBegun { path: &'a str },
        NothingBegunHint,
        LoggedIn { account: &'a str, path: &'a str },
        TokenEnds { date: &'a str },
    }
}
