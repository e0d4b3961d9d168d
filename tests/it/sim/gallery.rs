//! Seeded bugs. A simulation is worth what it catches: each of these must turn it red.
//!
//! None lives in the engine. Some make a remote's adapter careless, some edit the state file behind the engine's back
//! so that it is as if the engine had been careless.

use guajira::domain::{Change, Claim, CommentId, Fingerprint, Issue, IssueId, Key, Maker, Side};
use guajira::state::State;
use guajira::text::{Block, Doc, Inline};
use rusqlite::Connection;

use super::again;
use super::history::History;
use super::lines;
use super::rng::mix;
use super::tight;
use super::world::{Mark, Note, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// The cursor is set to our own clock after a run.
    CursorSetToNow,
    /// One watermark and no overlap.
    NoOverlap,
    /// A crash finds the cursor moved and the rows not written.
    CursorBeforeTheRow,
    /// Only the first page of a listing is read.
    FirstPageOnly,
    /// `isLast` ends the paging, whatever the token says.
    IsLastTrusted,
    /// The span's bound is written in the wrong time zone.
    LocalDates,
    /// Boundaries are compared as texts cut to the minute.
    MinutesAsText,
    /// A write whose answer was lost is sent again at once.
    PostRepeated,
    /// A crash finds a write sent and no row that says so.
    NoRowBeforeTheSend,
    /// Links get lost.
    LinkForgotten,
    /// A look-up asks the lagging index and believes it.
    LaggingSearchTrusted,
    /// What a listing does not show is taken for deleted.
    AbsenceIsDeletion,
    /// Our own writing is told by its words.
    EchoByEqualText,
    /// The only marker of an issue is a label.
    MarkerOnlyInALabel,
    /// What both sides said when they agreed is not kept.
    FieldBaseForgotten,
    /// The base of a text is what was sent, not what Jira made of it.
    FieldBaseAsSent,
    /// What Jira says now is taken for what guajira left there: the last writer wins.
    LastWriterWins,
    /// A change of a field that is in doubt is sent again.
    FieldSentAgain,
    /// A file on Jira is attached without a look at what guajira attached before.
    FileCopyNotLookedFor,
    /// What a listing with a page missing does not hold is taken for deleted, without asking for it.
    ListingIsProof,
    /// A count is one more than the last one, not the number of the thread.
    CountedByIncrement,
    /// A comment is written over, or deleted, without a look at who wrote it.
    AuthorNotRead,
    /// A state works with whatever services the configuration names.
    AnybodysState,
    /// A marker of anybody's is believed: nobody asks who wrote it.
    AuthorOfClaimIgnored,
    /// A marker for another pair's original is believed.
    OtherPairBelieved,
    /// A visible marker counts anywhere in a text.
    MarkerAnywhereInText,
    /// A look-up finds what is another's copy, and the link that cannot be recorded settles the create.
    FutileInsertSettles,
    /// A seal holds in every thread.
    SealWithoutPlace,
    /// A seal holds whoever wrote what it stands on.
    SealWithoutAuthor,
    /// What was planned is sent as it was, without another look at its original.
    SentUnlooked,
    /// A property counts though the label names another original.
    LabelMayDisagree,
    /// What failed by itself and is not there is sent again by the next run.
    AbsentWithoutBackOff,
    /// Each element of a request that failed counts as a failure of the side.
    FailurePerElement,
    /// What failed in a request with others is sent in one with others again.
    BatchRetriedWhole,
    /// What was in a request without an answer, and is not there after `in_doubt_wait`, will never be.
    BulkDustOnly,
    /// A backfill into a new state leaves nothing from which the next run goes on.
    BackfillWithoutCursor,
    /// The far look back is read before what is new, and begun anew by each run.
    SweepBeforeThePoll,
    /// What the minute's requests brought of a thread is taken for all of it.
    PartForTheWhole,
    /// A copy counts as guajira's only where it reads as it was sent.
    CutCopyNotKnown,
    /// The receipt of a description says what was sent, not what Jira took of it.
    ReceiptAsSent,
    /// A description that arrived cut counts as written by hand.
    CutTakenForByHand,
    /// A key does not name its source.
    KeyWithoutSource,
    /// Two sources share one cursor.
    OneCursorForTwoSources,
    /// A recovery opens an issue.
    RecoveryOpens,
    /// What was piped in counts as read before what came of it is stored.
    EventReadBeforeItIsStored,
    /// A ticket is continued that is open, and another item's.
    OpenTicketTaken,
    /// A ticket is opened again before its property names the new item.
    ReopenedWithoutProperty,
    /// The item before does not rest once its ticket goes on with another one.
    RetiredGoesOn,
    /// That an item is counted in a ticket is kept nowhere: it gets one of its own as well.
    JoinedForgotten,
    /// A ticket is closed when its own item ends, whoever else is counted in it.
    HeirsForgotten,
    /// A comment whose answer was lost is sent again, where nothing shows whether it is there.
    CommentInDoubtSentAgain,
    /// A new state counts everything as not sent, where nothing shows what is there.
    NewStateSendsAll,
    /// What a service of alerts has accepted counts as carried out.
    AcceptedCountsAsDone,
}

/// Each bug with the first history that catches it, so that the gallery plays that one alone. Where it does not any more,
/// since histories or the engine have changed, the test looks for another, and says which.
pub(super) const CAUGHT_BY: [(Bug, u64); 53] = [
    (Bug::CursorSetToNow, 91),
    (Bug::NoOverlap, 91),
    (Bug::CursorBeforeTheRow, 35),
    (Bug::FirstPageOnly, 3),
    (Bug::IsLastTrusted, 35),
    (Bug::LocalDates, 4),
    (Bug::MinutesAsText, 60),
    (Bug::PostRepeated, 8),
    (Bug::NoRowBeforeTheSend, 45),
    (Bug::LinkForgotten, 1),
    (Bug::LaggingSearchTrusted, 1),
    (Bug::AbsenceIsDeletion, 3),
    (Bug::EchoByEqualText, 3),
    (Bug::MarkerOnlyInALabel, 9),
    (Bug::FieldBaseForgotten, 3),
    (Bug::FieldBaseAsSent, 139),
    (Bug::LastWriterWins, 3),
    (Bug::FieldSentAgain, 501),
    (Bug::FileCopyNotLookedFor, 9),
    (Bug::ListingIsProof, 3),
    (Bug::CountedByIncrement, 350),
    (Bug::AuthorNotRead, 71),
    (Bug::AnybodysState, 1),
    (Bug::AuthorOfClaimIgnored, 1),
    (Bug::OtherPairBelieved, 25),
    (Bug::MarkerAnywhereInText, 77),
    (Bug::FutileInsertSettles, 630),
    (Bug::SealWithoutPlace, 25),
    (Bug::SealWithoutAuthor, 73),
    (Bug::SentUnlooked, 3),
    (Bug::LabelMayDisagree, 25),
    (Bug::AbsentWithoutBackOff, 1038),
    (Bug::FailurePerElement, 502),
    (Bug::BatchRetriedWhole, 257),
    (Bug::BulkDustOnly, 30),
    (Bug::BackfillWithoutCursor, 237),
    (Bug::SweepBeforeThePoll, 553),
    (Bug::PartForTheWhole, 61),
    (Bug::CutCopyNotKnown, 1037),
    (Bug::ReceiptAsSent, 329),
    (Bug::CutTakenForByHand, 1680),
    (Bug::KeyWithoutSource, 4),
    (Bug::OneCursorForTwoSources, 682),
    (Bug::RecoveryOpens, 4),
    (Bug::EventReadBeforeItIsStored, 38),
    (Bug::OpenTicketTaken, 1),
    (Bug::ReopenedWithoutProperty, 1),
    (Bug::RetiredGoesOn, 3),
    (Bug::JoinedForgotten, 3),
    (Bug::HeirsForgotten, 1),
    (Bug::CommentInDoubtSentAgain, 723),
    (Bug::NewStateSendsAll, 173),
    (Bug::AcceptedCountsAsDone, 131),
];

impl Bug {
    /// Returns true for a bug that one line alone does not have.
    pub(super) fn needs_lines(self) -> bool {
        matches!(
            self,
            Self::KeyWithoutSource
                | Self::OneCursorForTwoSources
                | Self::RecoveryOpens
                | Self::EventReadBeforeItIsStored
                | Self::CommentInDoubtSentAgain
                | Self::NewStateSendsAll
                | Self::AcceptedCountsAsDone
        )
    }

    /// Returns true for a bug that only tickets have which are continued.
    pub(super) fn needs_reuse(self) -> bool {
        let joins = matches!(self, Self::JoinedForgotten | Self::HeirsForgotten);
        joins || matches!(self, Self::OpenTicketTaken | Self::ReopenedWithoutProperty | Self::RetiredGoesOn)
    }

    /// Returns true when the bug needs to know what the state file held before the run.
    pub(super) fn compares(self) -> bool {
        let compares =
            matches!(self, Self::CursorBeforeTheRow | Self::NoRowBeforeTheSend | Self::BackfillWithoutCursor);
        compares || self == Self::NewStateSendsAll
    }

    /// Returns true when the bug does something to the state file now; opening it for nothing would cost most of the
    /// time of a history.
    pub(super) fn acts(self, state: &State, crashed: bool) -> bool {
        let in_flight = |side| state.in_flight(side).is_ok_and(|rows| !rows.is_empty());
        match self {
            Self::CursorBeforeTheRow | Self::NoRowBeforeTheSend => crashed,
            Self::FieldSentAgain => Side::BOTH.into_iter().any(in_flight),
            Self::CursorSetToNow
            | Self::LinkForgotten
            | Self::AbsenceIsDeletion
            | Self::FieldBaseForgotten
            | Self::FieldBaseAsSent
            | Self::LastWriterWins
            | Self::CutTakenForByHand
            | Self::AbsentWithoutBackOff
            | Self::BatchRetriedWhole
            | Self::BackfillWithoutCursor
            | Self::FutileInsertSettles
            | Self::JoinedForgotten
            | Self::HeirsForgotten
            | Self::RetiredGoesOn => true,
            Self::NoOverlap
            | Self::FirstPageOnly
            | Self::IsLastTrusted
            | Self::LocalDates
            | Self::MinutesAsText
            | Self::PostRepeated
            | Self::LaggingSearchTrusted
            | Self::EchoByEqualText
            | Self::MarkerOnlyInALabel
            | Self::FileCopyNotLookedFor
            | Self::ListingIsProof
            | Self::CountedByIncrement
            | Self::AuthorNotRead
            | Self::AnybodysState
            | Self::AuthorOfClaimIgnored
            | Self::OtherPairBelieved
            | Self::MarkerAnywhereInText
            | Self::SealWithoutPlace
            | Self::SealWithoutAuthor
            | Self::SentUnlooked
            | Self::LabelMayDisagree
            | Self::FailurePerElement
            | Self::BulkDustOnly
            | Self::SweepBeforeThePoll
            | Self::PartForTheWhole
            | Self::CutCopyNotKnown
            | Self::ReceiptAsSent
            | Self::KeyWithoutSource
            | Self::OneCursorForTwoSources
            | Self::RecoveryOpens
            | Self::EventReadBeforeItIsStored
            | Self::OpenTicketTaken
            | Self::ReopenedWithoutProperty
            | Self::CommentInDoubtSentAgain
            | Self::NewStateSendsAll
            | Self::AcceptedCountsAsDone => false,
        }
    }
}

/// What the state file held when the run began, as far as a bug needs it.
#[derive(Debug, Default)]
pub(super) struct Before {
    last_row: i64,
    cursors: Vec<(String, i64)>,
}

/// Takes note of the state file before a run.
pub(super) fn before(bug: Option<Bug>, file: &Connection) -> rusqlite::Result<Before> {
    if bug == Some(Bug::NewStateSendsAll) {
        let known = "('engine.sure-from', '2000-01-01T00:00:00+00:00 none', 0)";
        file.execute(&format!("INSERT OR IGNORE INTO fact (name, value, at) VALUES {known}"), [])?;
    }
    let last_row = file.query_row("SELECT coalesce(max(seq), 0) FROM outbox", [], |row| row.get(0))?;
    let mut cursors = file.prepare("SELECT side, at FROM cursor")?;
    let cursors = cursors.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(Before { last_row, cursors })
}

/// Does to the state file after a run what the careless engine would have done to it.
pub(super) fn after(bug: Bug, file: &Connection, w: &World, before: &Before, crashed: bool) -> rusqlite::Result<()> {
    match bug {
        Bug::CursorSetToNow => {
            file.execute("UPDATE cursor SET at = ?1", [w.now + w.our_skew])?;
        }
        Bug::CursorBeforeTheRow if crashed => {
            file.execute("DELETE FROM outbox WHERE seq > ?1 AND stage = 'pending'", [before.last_row])?;
        }
        Bug::NoRowBeforeTheSend if crashed => {
            file.execute("DELETE FROM outbox WHERE stage = 'in_flight'", [])?;
            file.execute("UPDATE issue_link SET guance_seen = guance_seen - 1, jira_seen = jira_seen - 1", [])?;
            for (side, at) in &before.cursors {
                file.execute("UPDATE cursor SET at = ?2 WHERE side = ?1", rusqlite::params![side, at])?;
            }
        }
        Bug::LinkForgotten => {
            file.execute_batch(
                "DELETE FROM outbox WHERE stage = 'done';
                 DELETE FROM issue_link WHERE rowid = (SELECT max(rowid) FROM issue_link);
                 DELETE FROM comment_link WHERE rowid = (SELECT max(rowid) FROM comment_link);",
            )?;
        }
        Bug::AbsenceIsDeletion => forget_the_absent(file, w)?,
        Bug::RetiredGoesOn => again::unretire(file)?,
        Bug::JoinedForgotten => again::unjoin(file)?,
        Bug::HeirsForgotten => drop(file.execute("UPDATE issue_link SET attached = 0 WHERE attached = 1", [])?),
        Bug::FutileInsertSettles => {
            file.execute(
                "UPDATE outbox SET stage = 'done' WHERE stage <> 'done' AND error LIKE '%is the copy of something else'",
                [],
            )?;
        }
        Bug::AbsentWithoutBackOff => {
            file.execute("UPDATE outbox SET not_before = 0 WHERE stage = 'pending' AND absences > 0", [])?;
        }
        Bug::BatchRetriedWhole => {
            file.execute("UPDATE outbox SET alone = 0 WHERE stage <> 'done'", [])?;
        }
        Bug::BackfillWithoutCursor if w.run.backfill_h.is_some() => {
            let known = before.cursors.iter().any(|(side, _)| side == "guance");
            if !known {
                file.execute("DELETE FROM cursor", [])?;
            }
        }
        Bug::FieldBaseForgotten => {
            file.execute("DELETE FROM field_base", [])?;
        }
        Bug::FieldBaseAsSent => {
            file.execute("UPDATE field_base SET jira = guance WHERE field IN ('title', 'description')", [])?;
        }
        Bug::LastWriterWins => {
            for issue in &w.jira.issues {
                let body = Fingerprint::of(&[&issue.now.body.canonical()]);
                for (field, said) in [("title", issue.now.title.as_str()), ("description", body.as_str())] {
                    file.execute(
                        "UPDATE field_base SET jira = ?3 WHERE field = ?2
                         AND lane = (SELECT guance FROM issue_link WHERE jira = ?1)",
                        [issue.now.id.as_str(), field, said],
                    )?;
                }
            }
        }
        Bug::CutTakenForByHand => {
            for issue in w.jira.issues.iter().filter(|issue| tight::is_cut(&issue.now.body)) {
                file.execute(
                    "UPDATE field_base SET jira = 'by hand' WHERE field = 'description' AND jira <> ''
                     AND lane = (SELECT guance FROM issue_link WHERE jira = ?1)",
                    [issue.now.id.as_str()],
                )?;
            }
        }
        Bug::FieldSentAgain => {
            file.execute_batch(
                "UPDATE field_base SET jira = NULL WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.lane = field_base.lane
                     AND target = 'jira' AND stage = 'in_flight' AND instr(key, '/' || field || '@') > 0);
                 UPDATE field_base SET guance = NULL WHERE EXISTS (SELECT 1 FROM outbox o WHERE o.lane = field_base.lane
                     AND target = 'guance' AND stage = 'in_flight' AND instr(key, '/' || field || '@') > 0);
                 UPDATE outbox SET stage = 'pending' WHERE stage = 'in_flight' AND key LIKE '%/field/%';",
            )?;
        }
        _ => {}
    }
    Ok(())
}

/// Returns true where an adapter sends a write to a source again at once when no answer came.
pub(super) fn sends_again(w: &World) -> bool {
    match w.bug {
        Some(Bug::PostRepeated) => true,
        Some(Bug::CommentInDoubtSentAgain) => w.line == lines::incidents(),
        _ => false,
    }
}

/// Returns what a receipt tells of an issue whose field was changed.
pub(super) fn told(bug: Option<Bug>, change: &Change, mut issue: Issue) -> Issue {
    if let (Change::Body { body, .. }, Some(Bug::ReceiptAsSent)) = (change, bug) {
        issue.body = body.clone().written();
    }
    issue
}

/// Drops the pairs, and what waits for them, that no listing of this run showed.
fn forget_the_absent(file: &Connection, w: &World) -> rusqlite::Result<()> {
    let mut pairs = file.prepare("SELECT guance FROM issue_link")?;
    let pairs: Vec<String> = pairs.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for guance in pairs {
        let shown = w.shown.iter().any(|key| key.as_str().ends_with(&guance));
        if !shown {
            file.execute("DELETE FROM issue_link WHERE guance = ?1", [&guance])?;
            file.execute("DELETE FROM comment_link WHERE lane = ?1", [&guance])?;
            file.execute("UPDATE outbox SET stage = 'done' WHERE lane = ?1", [&guance])?;
        }
    }
    Ok(())
}

/// Reads a property as a careless adapter does whose keys do not name their source.
pub(super) fn sourceless(w: &World, mark: &Mark) -> Mark {
    let id = mark.key.parts().filter(|_| w.bug == Some(Bug::KeyWithoutSource)).map(|(.., id)| IssueId::new(id));
    id.map_or_else(|| mark.clone(), |id| Mark { key: Key::issue(w.source(), &id), ..mark.clone() })
}

/// The history that a bug is looked for in.
pub(super) fn history(bug: Option<Bug>, seed: u64) -> History {
    match bug {
        Some(bug) if bug.needs_reuse() => again::with_reuse(History::alone(seed)),
        Some(bug) if !bug.needs_lines() => History::alone(seed),
        _ => History::of(seed),
    }
}

/// Takes a note for our own when its text holds the words of a note on the other side.
pub(super) fn claim_by_text(w: &World, side: Side, note: &Note) -> Option<Claim> {
    let text = note.body.canonical();
    let others: Vec<&Note> = match side {
        Side::Tracker(_) => w.guance.issues.iter().flat_map(|issue| &issue.notes).collect(),
        Side::Source(_) => w.jira.issues.iter().flat_map(|issue| &issue.now.notes).collect(),
    };
    let original = others.into_iter().find(|other| other.born.is_none() && text.contains(&other.words))?;
    let key = Key::comment(side.opposite(), &CommentId::new(&original.id));
    Some(Claim { key, proven: true, written: None, maker: Maker::Us, sealed: true })
}

/// A listing without this note: a careless adapter lost the page that it was on.
pub(super) fn is_cut(w: &World, note: &Note) -> bool {
    let lost = mix(w.setup.seed, u64::from(w.requests)).is_multiple_of(3);
    w.bug == Some(Bug::ListingIsProof) && note.born.is_none() && lost
}

/// Writes a count as one more than the one that stands there.
pub(super) fn incremented(before: &Doc, now: &Doc) -> Doc {
    let number = |text: &str| text.split_once("alarm ")?.1.split(' ').next()?.parse::<u32>().ok();
    let (before, text) = (before.plain_text(), now.plain_text());
    let (Some(wanted), one) = (number(&text), u32::from(before.contains("alarm once"))) else { return now.clone() };
    let next = number(&before).unwrap_or(one) + 1;
    let count = |doc: &Doc| doc.canonical().replace(&format!("alarm {wanted} times"), &format!("alarm {next} times"));
    Doc::from_plain(&count(now))
}

/// Takes a seal for good wherever it was made.
pub(super) fn claim_anywhere(w: &World, side: Side, note: &Note, maker: Maker) -> Option<Claim> {
    let places: Vec<&str> = match side {
        Side::Source(_) => w.guance.issues.iter().map(|issue| issue.id.as_str()).collect(),
        Side::Tracker(_) => w.jira.issues.iter().map(|issue| issue.now.id.as_str()).collect(),
    };
    let claims = || places.iter().filter_map(|place| w.claim_in(side, place, note, maker));
    claims().find(|claim| claim.sealed).or_else(|| claims().next())
}

/// Takes a seal for good that was made for what another account wrote.
pub(super) fn claim_by_anybody(w: &World, side: Side, issue: &str, note: &Note, maker: Maker) -> Option<Claim> {
    let bots = w.accounts.bots();
    let mut claims = bots.iter().filter_map(|bot| w.claim_by(bot, side, issue, note, maker));
    claims.find(|claim| claim.sealed).or_else(|| w.claim_in(side, issue, note, maker))
}

/// Takes a marker for good that names another pair's original.
pub(super) fn claim_of_another_pair(w: &World, side: Side, issue: &str, note: &Note) -> Option<Claim> {
    let claim = w.claim_in(side, issue, note, Maker::Us)?;
    let (home, _) = w.find_original(&claim.key)?;
    let pair = |jira: usize| w.jira.issues[jira].now.born.as_ref()?.issue_on(w.source());
    let same = match side {
        Side::Source(_) => pair(home).is_some_and(|id| id.as_str() == issue),
        Side::Tracker(_) => pair(w.jira.place(issue)?).is_some_and(|id| id.as_str() == w.guance.issues[home].id),
    };
    (!same).then_some(Claim { sealed: true, ..claim })
}

/// Looks for a visible marker in the whole of a text.
pub(super) fn claim_in_text(w: &World, side: Side, issue: &str, note: &Note, maker: Maker) -> Option<Claim> {
    let text = note.body.canonical();
    let marked = text
        .split(|c: char| c.is_whitespace() || "\"()[]<>".contains(c))
        .find(|word| guajira::domain::marker::is_in(word))?;
    let line = vec![Inline::link("OPS-1", marked)];
    let body = Doc { blocks: vec![Block::Paragraph { content: line }] };
    w.claim_in(side, issue, &Note { body, ..note.clone() }, maker)
}
