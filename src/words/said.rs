//! What the program says to who runs it.

use super::{Column, Count, Hold, Lang, Question, Read, Service, Stage, en, zh};

/// What the program says, sentence by sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the sentences say what they mean")]
pub enum Said<'a> {
    Count(Count, usize),
    SideFailed(Service),
    ProjectNotRead {
        project: &'a str,
    },
    SideAskedToWait(Service),
    NothingToDo,
    NothingWritten,
    /// Stands between the parts of a list.
    Comma,

    AnotherRun,
    BudgetUsedUp,
    CannotSync {
        side: Service,
        why: &'a str,
    },
    FirstRun {
        begins: &'a str,
    },
    FirstRunHint,
    ItemFailed {
        stage: Stage,
        summary: &'a str,
        item: &'a str,
        why: &'a str,
    },
    MoreUnreadable {
        count: usize,
    },
    LeftOut {
        what: &'a str,
    },
    NobodyFound {
        names: &'a str,
    },
    Clock {
        side: Service,
        seconds: u64,
        behind: bool,
    },
    OverTheBrake {
        most: usize,
    },
    WhatOfDoubt,
    HeldForLabel {
        summary: &'a str,
        why: &'a str,
    },
    Decide,
    FilesStay {
        count: usize,
        why: &'a str,
    },
    Restricted,
    WhatOfDead,
    WaitsUntil {
        side: Service,
        until: &'a str,
    },
    BudgetLeftSome,
    TimeLeftSome,
    NotCarried {
        count: usize,
        why: &'a str,
    },
    StillSince {
        since: &'a str,
    },
    AndMore {
        count: usize,
    },
    WorksAgain {
        what: &'a str,
        since: &'a str,
    },
    Side(Service),
    ReadingProject {
        project: &'a str,
    },
    ReadingRecord {
        record: &'a str,
    },
    IsWritten {
        summary: &'a str,
    },

    NoRunYet {
        path: &'a str,
    },
    ReadUpTo {
        side: Service,
        at: &'a str,
        from: &'a str,
    },
    StatusWaits {
        side: Service,
        until: &'a str,
    },
    Linked {
        issues: u64,
        comments: u64,
    },
    ReadingEvery {
        what: Read,
        pairs: u64,
        hours: i64,
        minutes: u64,
    },
    /// Whether Guance's list tells that somebody has replied; `None`: nobody knows yet.
    ListTells(Option<bool>),
    /// What the last hour's requests to Guance were for.
    Spent {
        lists: u64,
        threads: u64,
        issues: u64,
        writes: u64,
        files: u64,
        names: u64,
    },
    Gone {
        side: Service,
        jira: &'a str,
        guance: &'a str,
        since: &'a str,
    },
    Away {
        why: &'a str,
        since: &'a str,
    },
    Outbox {
        pending: u64,
        failing: u64,
        held: u64,
        in_doubt: u64,
        dead: u64,
        dropped: u64,
    },
    Labelled {
        count: u64,
    },
    LastGood {
        at: &'a str,
        ago: Option<&'a str>,
    },
    NoGoodYet,
    Fails {
        side: Service,
        since: &'a str,
        ago: &'a str,
        why: &'a str,
    },
    TriesAgain,
    Stage(Stage),
    DeadNext,
    HeldNext,
    InDoubtNext,
    FailingNext,
    Reason {
        key: &'a str,
        more: usize,
        why: &'a str,
    },
    Column(Column),
    RunKind {
        backfill: bool,
    },
    StillAtWork,
    NotGood {
        summary: &'a str,
    },
    FailedBefore {
        began: &'a str,
        side: Service,
        why: &'a str,
    },
    Refused {
        why: &'a str,
    },
    NoGoodRun,
    LastGoodAhead {
        at: &'a str,
    },
    LastGoodAgo {
        ago: &'a str,
    },

    WhatToRetry,
    WhatToRetryHint,
    NothingToRetry,
    BackInQueue {
        count: usize,
    },
    NoSuchToRetry {
        id: &'a str,
    },
    StatusLists,
    NoStateFile {
        path: &'a str,
    },
    WhyDropHint,
    WhyDrop,
    NoSuchToDrop {
        id: &'a str,
    },
    StatusListsDead,
    Dropped {
        count: usize,
    },
    NothingKnown {
        item: &'a str,
    },
    NothingKnownHint,
    PairIs {
        guance: &'a str,
        name: &'a str,
        jira: &'a str,
    },
    PairGone,
    PairClosed,
    CommentIs {
        id: &'a str,
        origin: Service,
        copy: &'a str,
        pair: &'a str,
    },
    Since {
        since: &'a str,
        why: &'a str,
    },
    Queued {
        stage: Stage,
        since: &'a str,
        not_before: Option<&'a str>,
        summary: &'a str,
        why: Option<&'a str>,
    },
    DroppedBecause {
        because: &'a str,
    },

    Planned {
        target: Service,
        summary: &'a str,
        key: &'a str,
        hold: Hold,
    },
    PlannedIssue {
        project: &'a str,
        kind: &'a str,
        labels: &'a str,
        priority: Option<&'a str>,
    },
    PlannedTitle {
        title: &'a str,
    },
    PlannedComment {
        issue: &'a str,
        internal: bool,
    },
    PlannedEdit {
        comment: &'a str,
        issue: &'a str,
    },
    PlannedDelete {
        comment: &'a str,
        issue: &'a str,
    },
    PlannedChange {
        what: &'a str,
        issue: &'a str,
    },
    PlannedFile {
        file: &'a str,
        issue: &'a str,
    },
    PlannedLink {
        issue: &'a str,
        title: &'a str,
        url: &'a str,
    },
    WishTitle {
        title: &'a str,
    },
    WishBody,
    WishPriority {
        priority: &'a str,
    },
    WishNobody,
    WishPerson {
        name: &'a str,
        id: &'a str,
    },
    WishAnyStatus {
        category: &'a str,
    },
    WishStatus {
        name: &'a str,
        or_else: Option<&'a str>,
    },
    InFuture {
        at: &'a str,
    },
    NotAfter {
        until: &'a str,
        since: &'a str,
    },
    CheckLogin(Service),
    CannotOpen {
        path: &'a str,
        why: &'a str,
    },
    Progress {
        done: u64,
        all: u64,
        left: Option<&'a str>,
    },

    StateFile {
        path: &'a str,
        bytes: u64,
        version: i64,
    },
    StateOf {
        side: Service,
        what: &'a str,
    },
    StatePair {
        pair: &'a str,
        formerly: Option<&'a str>,
    },
    BelongsToNobody,
    Markers {
        proven: usize,
        missing: usize,
    },
    BelongedTo {
        jira: &'a str,
        guance: &'a str,
    },
    BelongsTo {
        jira: &'a str,
        guance: &'a str,
        dry_run: bool,
    },
    Copied {
        from: &'a str,
        to: &'a str,
    },
    CannotCopy {
        from: &'a str,
        to: &'a str,
        why: &'a str,
    },
    StateBusy,
    StateBusyHint,

    FileExists {
        path: &'a str,
    },
    FileExistsHint,
    CannotWrite {
        path: &'a str,
    },
    Wrote {
        files: &'a str,
        config: &'a str,
    },
    Ask(Question),
    NoNameOfVariable,
    KeepIn {
        file: &'a str,
    },
    InputEnded,
}

impl Said<'_> {
    /// Returns the sentence in a language.
    pub fn in_lang(self, lang: Lang) -> String {
        match lang {
            Lang::En => en::said(self),
            Lang::Zh => zh::said(self),
        }
    }
}
