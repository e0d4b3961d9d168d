//! Payloads that are piped in, and events that cannot be understood.

messages! {
    /// What an event lacks.
    pub enum EventFlaw => event_flaw {
        NoStatus,
        NoTime,
        NoAlarm,
    }
}

messages! {
    /// Why a payload is not taken.
    pub enum PipedFault => piped_fault {
        Empty,
        /// In bytes.
        InputTooLarge { most: usize },
        TooMany { most: usize },
        /// In bytes.
        TooLarge { most: usize },
        TooDeep { most: usize },
        NotUtf8,
        /// The reader's own words.
        NotJson { why: String },
        NotAnObject,
        NoKnownForm,
        Event(EventFlaw),
        NoId,
        NoTitle,
        NotAText { name: String },
        UnknownStatus { status: String },
        BadTime { name: String },
    }
}

messages! {
    /// Where it stands.
    pub enum PipedWords<'a> => piped {
        At { number: usize, line: usize, why: &'a str },
    }
}
