//! What is wrong with a condition or a template, and lengths of time. Words of the template engine itself are found again by
//! [`super::known`].

messages! {
    /// What is wrong with a condition or a template.
    pub enum TemplateFault => template_fault {
        NotSet { what: String },
        AValue,
        UnknownName { name: String },
        UnknownNameBut { name: String, near: String },
        WrittenSo { template: String, theirs: String, ours: String },
        NothingHere,
        TooManySteps { steps: String },
        Autoescape,
        Syntax { template: String },
        UnknownFilter { template: String },
        UnknownTest { template: String },
        UnknownFunction { name: String },
        UnknownMethod { template: String },
        NoSuchFilter { name: String },
        NoSuchTest { name: String },
        InvalidOperation { template: String },
        TooManyArguments,
        MissingArgument,
        UnexpectedInput,
        Unexpected { found: String, wanted: String },
        EndOfInput,
        EndOfBlock,
        EndOfVariable,
        Expression,
        Identifier,
        UnknownStatement { name: String },
    }
}

messages! {
    /// A length of time, or a part of it.
    pub enum Length => length {
        Days { count: i64 },
        Hours { count: i64 },
        Minutes { count: i64 },
        Seconds { count: i64 },
        /// Of a time-out that is no whole number of seconds.
        PartOfSeconds { count: String },
        Milliseconds { count: String },
    }
}
