//! What a run says of `[signals]`.

messages! {
    /// What a run says of `[signals]`.
    pub enum SignalsWords<'a> => signals {
        TextfileNotWritten { path: &'a str, why: &'a str },
        HeartbeatNotTold { why: &'a str },
        NoAnswerInTime,
    }
}
