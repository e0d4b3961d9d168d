//! What is wrong with a configuration, and what to do about it.

use super::KeyFlaw;

messages! {
    /// What a value has to be.
    pub enum Wanted => wanted {
        Text,
        Flag,
        Whole,
        Duration,
        Size,
        Word,
        Texts,
        Table,
        SecretForm,
    }
}

messages! {
    /// What a value is.
    pub enum ValueKind {
        Text,
        Whole,
        Flag,
        List,
        Table,
        HugeNumber,
        Fraction,
        Date,
    }
}

messages! {
    /// What is wrong with a field of a route.
    pub enum FieldFlaw => field_flaw {
        KeepsNothing,
        KeepsOnCall { name: String },
        OnlyFieldsKeep,
        /// What is known only then.
        OnlyAtCreation { name: String },
    }
}

messages! {
    /// What is wrong with the value of a key; follows the name of the key.
    pub enum Flaw => flaw {
        IsEmpty,
        MustBe { wanted: Wanted },
        MustBeAndIs { wanted: Wanted, found: ValueKind },
        Between { least: String, most: String },
        AtLeast { least: String },
        AtMost { most: String },
        NotADuration,
        /// `words` are in quotes, with commas between them.
        NoneOf { words: Vec<String> },
        OnlyOrLeftOut { word: String },
        ListOfTables { path: String },
        ATable { path: String },
        EmptyList,
        NotJson { why: String },
        /// A condition or a template.
        Template { why: String },
        BadAccount,
        Key(KeyFlaw),
        NotADay,
        NoTimeZone,
        NoTimeZoneBut { near: String },
        NoProjectKey,
        BadLabel,
        NoIssueKey,
        NoSuchService { names: String },
        OfTheService,
        SameSource { name: String },
        OwnKey { key: String },
        IsAssignee,
        OfField(FieldFlaw),
        /// Of a key that is to tell one problem from another.
        SameForAll,
        NoGuanceStatus { names: String },
        /// `can`: what may be written instead.
        CannotCarry { service: String, lack: Lack, can: Vec<String> },
        NoAddress,
        HoldsLogin,
        NotHttp,
        HasQuery,
        IsApi,
        /// `[[notify]].name`.
        BadName,
        NameTaken { name: String },
        NoEvent { words: Vec<String> },
        NoMention { kind: String },
        NotSigned { kind: String },
        NoSigningSecret,
        LoginInAddress,
        HasFragment,
        NoTextfile,
        IsFeishuFlow,
        /// The address of a room is never repeated.
        NoRoom { kind: String, example: String },
        OtherRoom { kind: String },
    }
}

messages! {
    /// What a kind of service cannot do.
    pub enum Lack {
        Comments,
        Changes,
        NewIssues,
        Files,
        People,
    }
}

messages! {
    /// What is wrong with where a secret is; follows the name of the key.
    pub enum SecretFlaw => secret_flaw {
        NotOneForm,
        CommandNotTexts,
        CommandNotList,
        NoVariable,
        NoFile,
        UnknownForm { name: String },
    }
}

messages! {
    /// Why a secret could not be fetched.
    pub enum SecretFault => secret_fault {
        NotSet { name: String },
        HiddenNotSet,
        Empty { what: SecretPlace },
        ManyLines { what: SecretPlace },
        CannotRead { what: SecretPlace, why: String },
        NotAFile { what: SecretPlace },
        TooLong { what: SecretPlace },
        Command { name: String, fault: CommandFault },
        HiddenCommand { fault: CommandFault },
    }
}

messages! {
    /// Where a secret was looked for.
    pub enum SecretPlace => secret_place {
        Text,
        Variable { name: String },
        File { path: String },
        HiddenFile,
        Output { name: String },
        HiddenOutput,
    }
}

messages! {
    /// What went wrong with a command that prints a secret; follows its name.
    pub enum CommandFault => command_fault {
        Empty,
        NotStarted { why: String },
        TooLate { seconds: String },
        Failed { status: String },
        NoOutput,
        Unreadable { why: String },
        TooMuch { most: String },
        NotUtf8,
        Lost { why: String },
    }
}

messages! {
    /// What is wrong with a configuration as a whole.
    pub enum ConfigFault => config_fault {
        /// The name of a key, and what is wrong with its value.
        At { key: String, flaw: Flaw },
        AtSecret { key: String, flaw: SecretFlaw },
        NotToml { why: String },
        Bug,
        NoRouteNumber { step: String },
        NoSuchRoute { number: String, next: String },
        NoElementNumber { list: String, step: String },
        NoSuchElement { list: String, number: String, next: String },
        Missing { key: String, variable: String },
        Unknown { key: String, table: Option<String> },
        UnknownBut { key: String, table: Option<String>, near: String },
        UnknownHere { key: String, table: Option<String>, other: String },
        UnknownVariable { right: String },
        CannotRead { name: String, why: String },
        NoSecret { key: String, fault: SecretFault },
    }
}

messages! {
    /// What to do about a configuration that cannot be read.
    pub enum ConfigHint => config_hint {
        WriteOne,
        SaveAsUtf8,
        MakeReadable,
        NameFile,
    }
}

messages! {
    /// What works and should be known.
    pub enum ConfigWarning => config_warning {
        RouteTakesAll { number: String },
        UserNotUsed,
        KeyNotUsed { key: String },
        CredentialEnds { key: String, date: String, days: String },
        CredentialEnded { key: String, date: String },
        Unencrypted { key: String },
        SecretOpenToOthers { path: String },
        StateOpenToOthers { path: String },
    }
}

messages! {
    /// Where something is wrong.
    pub enum ConfigPlace => config_place {
        /// A line of a file, or a variable.
        Named(String),
        /// All of the environment.
        Environment,
    }
}
