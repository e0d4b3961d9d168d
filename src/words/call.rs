//! Why a request to a service failed, in guajira's own words. They stand in English where they are kept, and
//! [`super::known`] finds them again. The service's own words, and the operating system's, are arguments.

messages! {
    /// Why there is no answer, or none that can be used. Before it stand the request and a colon.
    pub enum CallFault => call_fault {
        NotAnAddress { why: String },
        CannotConnect { why: String },
        /// A length of time as Rust writes it: `5s`.
        NoAnswerWithin { within: String },
        /// What HTTP said, and what is wrong with the answer.
        Answered { status: String, why: String },
        BrokeOff { status: String, why: String },
        TooLong { status: String, mebibytes: String },
        TooManyValues { most: String },
        TooDeep { most: String },
        TooManyRedirects,
        NoHeaderName { name: String },
        BadCredential,
        CannotSetUp,
        CannotSetUpTls,
        NoRandomNumbers,
        CannotSign,
        NotSent,
        Unexpected { why: String },
        NoList,
        /// The adapter's own words.
        Odd { why: String },
        CredentialsRefused { status: String },
        CredentialsRefusedFor { status: String, words: String },
        NotTheOpenApi { status: String, words: String },
    }
}

messages! {
    /// Why a list was not read to its end. Before it stand the request and a colon.
    pub enum ListFault => list_fault {
        NotReadToItsEnd { why: String },
        AskedToStop { pages: String },
        TimeWasOver { pages: String, rows: String },
        NoEnd { pages: String },
        ManyRowsAtOnce { rows: String, most: String },
        ManyRows { most: String },
        ManyValues { rows: String, most: String },
        TokenTwice,
        NothingNew,
        NoNextPage,
    }
}

messages! {
    /// What the operating system and the libraries below guajira say most often. Nobody makes these messages: they are found
    /// in what was said.
    pub enum Cause => cause {
        Refused { code: String },
        Reset { code: String },
        TimedOut { code: String },
        Unreachable { code: String },
        NoRoute { code: String },
        NoSuchFile { code: String },
        Denied { code: String },
        IsFolder { code: String },
        DiskFull { code: String },
        UnknownHost { why: String },
        Incomplete,
        BodyError,
        OperationTimedOut,
        Certificate { why: String },
        UnknownIssuer,
        Expired { now: String, after: String, ago: String },
        WrongName { host: String, others: String },
        NoNames { host: String },
        DatabaseFull,
        DatabaseBusy,
        NoDatabase,
        DatabaseBroken,
        MissingField { field: String },
        WrongType { found: String, wanted: String },
    }
}
