//! What chat rooms are told, and what to do where a room takes no message.

messages! {
    /// What a chat room is told: the lines of a message for which the configuration has no text of its own.
    pub enum MessageWords<'a> => message_words {
        /// The heading: an issue was created.
        Created { jira: &'a str, title: &'a str },
        /// A comment was copied.
        Commented { jira: &'a str, title: &'a str },
        CommentedBy { jira: &'a str, title: &'a str, who: &'a str },
        /// A status was carried.
        StatusIs { jira: &'a str, title: &'a str, status: &'a str },
        /// A write was refused for good.
        Refused { item: &'a str, title: &'a str },
        /// A service could not be read or written to.
        Fails { service: &'a str },
        /// It works again.
        Works { service: &'a str },
        /// Many messages in one.
        Many { count: usize },
        AndMore { count: usize },
        Test { name: &'a str },
        TestBody,
        Level { level: &'a str },
        Status { status: &'a str },
        By { who: &'a str },
    }
}

messages! {
    /// What to do where a chat room takes no message.
    pub enum NotifyHint => notify_hint {
        CheckRoomAddress,
        CheckRoomSecret,
        SetRoomKeyword,
        AllowRoomIp,
        CheckRoomNetwork,
        SetRoomCaFile,
        RoomRedirects,
        RoomIsAPage,
        RoomIsBusy,
        LookIntoRoom,
    }
}

/// A hint is kept as its English sentence, as all hints are.
impl From<NotifyHint> for String {
    fn from(hint: NotifyHint) -> Self {
        hint.to_string()
    }
}
