//! Why a field of a Jira issue is left out, or cannot be set. It is kept in English, and found again by [`super::known`] when it
//! is shown.

messages! {
    /// Why a field of a Jira issue is left out, or cannot be set.
    pub enum FieldReason => field_reason {
        NotOnScreen,
        NotOnEditScreen,
        ScreenUnknown,
        NoId,
        NoRequestField,
        NoRequestTypes,
        NobodyNamed,
        NoAccount { word: String },
        NoAccountByAddress { word: String },
        OneAccount,
        OneValue,
        ValueAndOneBelow,
        IsEmpty,
        Needs { part: String },
        NoneOf { word: String, names: String },
        NoNumber { text: String },
        NoDate { text: String },
        UnknownType { kind: String },
    }
}
