//! What `guajira take` says.

messages! {
    /// What `guajira take` says.
    pub enum TakeWords<'a> => take {
        /// `passed_over`: payloads that are no alarms.
        Accepted { count: usize, passed_over: usize },
        NoSuchSource { name: &'a str, names: &'a str },
        AddSource { name: &'a str },
        CannotRead { name: &'a str, why: &'a str },
    }
}
