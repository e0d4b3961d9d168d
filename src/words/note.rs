//! What the history of an item says. It is kept in English, and found again by [`super::known`] when it is shown.

use super::Service;

messages! {
    /// What the history of an item says.
    pub enum Note => note {
        Enqueued { what: String },
        HeldByBrake { what: String },
        Held { why: String },
        Written { name: String, what: String },
        Found { name: String, what: String },
        LeftOut { field: String, side: Service, why: String },
        LeftOutWhole { what: String, side: Service, why: String },
        FailedAgain { what: String, why: String },
        LostAnswer { what: String, why: String },
        CountsAsSent { what: String },
        RefusedForGood { what: String, why: String },
        Recognised { name: String },
        NotRecognised { name: String },
        Disowned { name: String },
        Renamed { name: String },
        NotSentAfterAll { why: String },
        NotCarried { why: String },
        SaysAgain,
        NotWrittenOver { why: String },
        CopyDeleted,
        Deleted,
        ThereAgain,
        Gone { name: String, side: Service },
        ComparedAnew { field: String },
        Closed,
        OpenAgain,
        Continues { name: String },
        ContinuedBy { item: String, name: String },
        NotContinued { name: String, why: String },
        Joins { name: String, item: String },
        JoinedEnded { name: String },
        JoinedOpen { name: String },
        LinkedByHand { name: String },
        Unlinked { name: String },
        Archived { name: String },
        ArchivedNoMore { name: String },
        GoesAgain { issue_type: String, project: String },
        Dropped { summary: String, because: String },
    }
}
