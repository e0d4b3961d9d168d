//! Why the engine did not send a write, or gave it up. It is kept in English, and [`super::known`] finds it again.

messages! {
    /// Why the engine did not send a write, or gave it up.
    pub enum EngineFault => engine_fault {
        LastWritesFailed { count: String, why: String },
        CounterNotRaised { why: String },
        NotRecorded { why: String },
        MayBeArchived { why: String },
        NeverTookEffect { why: String, times: String },
        NoAnswer,
        NoResult,
        OthersCopy { name: String },
        LargerThan { file: String, size: String },
        CannotReadFile { what: String, why: String },
        CannotHoldFiles { service: String },
        CannotBeWritten { service: String },
        BudgetUsedUp,
        BudgetUsedUpBefore { runs: String },
        NoRequestForThread,
        NoRequestForIssue,
        NoRequestsForFile,
        AskedToStop,
        StoppedBefore,
        /// Why a create is held: an issue that somebody else made carries its uuid.
        LabelOf { issue: String, maker: String, account: String },
        LabelOfOurs { issue: String },
        /// Why a create waits that is to continue a ticket.
        TicketAwaited,
        /// Why a status waits that would close a ticket.
        HeirsUnknown,
        /// Why a ticket is not continued.
        TicketOfAnother,
        LinkToOther,
        Attachment { file: String },
        AttachmentLargerThan { file: String, size: String },
        AttachmentTooLarge { file: String, size: String },
        /// As [`super::Why`] says it, of any number.
        RouteUnclear { number: String, template: String },
    }
}
