//! Comments and replies that were deleted: what becomes of their copies, and of what was not sent yet.
//!
//! INVARIANT: absence is not deletion. What a whole thread does not hold is asked for by id, in two runs; only what is
//! gone in both was deleted. Only a copy that carries our marker is touched.

use std::collections::{HashMap, HashSet};

use crate::domain::{Absence, Action, Comment, CommentId, CommentLink, Fingerprint, Key, Push, Stage};
use crate::plan::policy::{Deletes, Policy};
use crate::plan::step::{SkipReason, Step, Whereabouts};
use crate::plan::thread::{Thread, Whole};
use crate::render;
use crate::words::Summary;

/// What this state knows of the originals of one side of a pair.
#[derive(Clone, Debug, Default)]
pub struct Originals {
    /// Those that have a copy.
    pub links: Vec<CommentLink>,
    /// Those whose copy is not made yet, and where that stands.
    pub waiting: Vec<(CommentId, Stage)>,
    /// Edits that were not sent yet, and what they carry.
    pub edits: Vec<(Key, Fingerprint)>,
    /// What was missed before, by its key.
    pub absences: HashMap<Key, Absence>,
}

/// What a whole thread says about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// What is certain.
    pub steps: Vec<Step>,
    /// What it does not hold, and has to be asked for by id.
    pub ask: Vec<CommentId>,
}

/// Compares a whole thread with what is known of it. `run` is the number of this run.
pub fn look(whole: &Whole<'_>, originals: &Originals, run: i64, policy: &Policy) -> Look {
    let thread = whole.thread;
    let is_absent = |id: &CommentId| !whole.holds(id) && !id.is_notice();
    let mut look = Look::default();
    let mut followed: HashSet<Key> = HashSet::new();
    let writes = policy.flow.deletes != Deletes::Keep && !shut(thread);
    for (id, stage) in originals.waiting.iter().filter(|(id, _)| is_absent(id)) {
        let key = Key::comment(thread.side, id);
        match stage {
            Stage::InFlight if writes => look.ask.push(id.clone()),
            // Should it turn out not to have been sent, it is not sent again.
            Stage::InFlight => look.steps.push(absence(thread, key.clone(), Whereabouts::Missed)),
            // Nothing is lost if this is wrong: the next run reads the thread again.
            Stage::Pending | Stage::Held | Stage::Dead => {
                look.steps.push(Step::Withdraw { key: key.clone(), reason: SkipReason::Deleted });
                look.steps.push(absence(thread, key.clone(), Whereabouts::Missed));
            }
            Stage::Done => {}
        }
        followed.insert(key);
    }
    for (key, content) in &originals.edits {
        let Some(id) = key.comment_on(thread.side).filter(is_absent) else { continue };
        // What the copy is to say of the deletion is no edit of the original's.
        if *content != CommentLink::tombstone(thread.side, &id) {
            look.steps.push(Step::Withdraw { key: key.clone(), reason: SkipReason::Deleted });
        }
    }
    for link in originals.links.iter().filter(|link| is_absent(&link.origin_id)) {
        let key = Key::comment(thread.side, &link.origin_id);
        let known = originals.absences.get(&key) == Some(&Absence::Gone);
        if writes && !known {
            look.ask.push(link.origin_id.clone());
        }
        if writes || known {
            followed.insert(key);
        }
    }
    // What is back, or what nothing hangs on now.
    for (key, absence) in &originals.absences {
        let Some(id) = key.comment_on(thread.side) else { continue };
        if whole.holds(&id) || !followed.contains(key) && *absence != Absence::Missed(run) {
            look.steps.push(self::absence(thread, key.clone(), Whereabouts::Back));
        }
    }
    look
}

/// Nothing is written to the other side's issue now; what was deleted is looked for again when that is over.
fn shut(thread: &Thread<'_>) -> bool {
    !thread.link.is_writable(thread.side.opposite())
}

/// Returns how something stands that a thread was to hold.
pub fn absence(thread: &Thread<'_>, key: Key, now: Whereabouts) -> Step {
    Step::Absence { key, pair: thread.link.guance.clone(), now }
}

/// Decides about the copy of a comment that is gone for certain. `copies` is the thread that holds the copy.
pub fn settle(thread: &Thread<'_>, link: &CommentLink, copies: &[Comment], policy: &Policy) -> Vec<Step> {
    let key = Key::comment(link.origin, &link.origin_id);
    let gone = absence(thread, key.clone(), Whereabouts::Gone);
    // A copy that is gone too needs nothing.
    let Some(copy) = copies.iter().find(|copy| copy.id == link.copy_id) else { return vec![gone] };
    let Some(claim) = copy.claim.as_ref().filter(|claim| claim.proven && claim.key == key) else {
        return vec![Step::Skip { item: link.origin_id.to_string(), reason: SkipReason::NotOurs }, gone];
    };
    let content = CommentLink::tombstone(link.origin, &link.origin_id);
    let target = link.origin.opposite();
    let (issue, comment) = (thread.link.id(target).clone(), copy.id.clone());
    let name = &thread.link.jira_name;
    let (action, summary) = match policy.flow.deletes {
        Deletes::Keep => return vec![gone],
        Deletes::Mark if claim.written.as_ref() == Some(&content) => return vec![gone],
        Deletes::Mark => {
            let body = render::deleted(&copy.body, link, thread.url, name, &content, policy.voice);
            let internal = !target.is_source();
            let action = Action::EditComment { issue, comment, body, origin_url: thread.url.to_owned(), internal };
            (action, Summary::DeletedNote { name: name.clone(), side: link.origin.into() })
        }
        Deletes::Delete => (
            Action::DeleteComment { issue, comment },
            Summary::Deletion { name: name.clone(), side: link.origin.into() },
        ),
    };
    let summary = summary.to_string();
    let push = Push { key: key.edit(&content), pair: link.pair.clone(), target, action, content, summary, seal: None };
    vec![gone, Step::Push(push)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::Side;
    use crate::domain::{Claim, IssueId, IssueLink, Maker, Person, fixtures};
    use crate::plan::{Extent, Flow};
    use crate::text::Doc;
    use crate::words::Voice;

    const RUN: i64 = 7;

    fn link() -> IssueLink {
        IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1")
    }

    fn comment(side: Side, id: &str, text: &str) -> Comment {
        Comment {
            url: "https://guance.example/issue_a".into(),
            author: Person { name: "张三".into(), ..Person::default() },
            body: Doc::from_plain(text),
            ..fixtures::comment(side, id)
        }
    }

    fn original(id: &str) -> CommentLink {
        CommentLink {
            origin: Side::GUANCE,
            origin_id: CommentId::new(id),
            copy_id: CommentId::new("10042"),
            pair: IssueId::new("issue_a"),
            written: None,
        }
    }

    fn policy(deletes: Deletes) -> Policy {
        Policy { flow: Flow { deletes, ..Flow::default() }, ..Policy::default() }
    }

    fn with<T>(link: &IssueLink, comments: &[Comment], then: impl FnOnce(&Thread<'_>) -> T) -> T {
        then(&Thread {
            link,
            side: Side::GUANCE,
            url: "https://guance.example/issue_a",
            comments,
            extent: Extent::All,
            originals: None,
        })
    }

    fn known(absence: Option<Absence>) -> Originals {
        let mut originals = Originals { links: vec![original("repim_a")], ..Originals::default() };
        originals.links.push(original(CommentId::notice(&["x"]).as_str()));
        let key = Key::comment(Side::GUANCE, &CommentId::new("repim_a"));
        originals.absences.extend(absence.map(|absence| (key, absence)));
        originals
    }

    #[test]
    fn what_a_thread_does_not_hold_is_asked_for_and_a_notice_never() {
        let asked = |link: &IssueLink, deletes, known: &Originals, here: &[Comment]| {
            with(link, here, |thread| look(&thread.whole().unwrap(), known, RUN, &policy(deletes)))
        };
        let here = [comment(Side::GUANCE, "repim_a", "x")];
        assert_eq!(asked(&link(), Deletes::Mark, &known(None), &[]).ask, [CommentId::new("repim_a")]);
        assert_eq!(asked(&link(), Deletes::Mark, &known(None), &here), Look::default());
        assert_eq!(asked(&link(), Deletes::Keep, &known(None), &[]), Look::default());
        assert_eq!(asked(&link(), Deletes::Mark, &known(Some(Absence::Gone)), &[]), Look::default());
        let closed = IssueLink { closed: true, ..link() };
        assert_eq!(asked(&closed, Deletes::Mark, &known(None), &[]), Look::default());
        let back = asked(&link(), Deletes::Mark, &known(Some(Absence::Gone)), &here).steps;
        assert!(matches!(back.as_slice(), [Step::Absence { now: Whereabouts::Back, .. }]), "{back:?}");
    }

    #[test]
    fn what_was_not_sent_is_taken_back_at_once() {
        for (stage, steps, ask) in [(Stage::Pending, 2, 0), (Stage::Dead, 2, 0), (Stage::InFlight, 0, 1)] {
            let waiting = vec![(CommentId::new("repim_b"), stage)];
            let originals = Originals { waiting, ..Originals::default() };
            let look =
                with(&link(), &[], |thread| look(&thread.whole().unwrap(), &originals, RUN, &policy(Deletes::Mark)));
            assert_eq!((look.steps.len(), look.ask.len()), (steps, ask), "{look:?}");
        }
    }

    #[test]
    fn only_a_copy_with_our_marker_is_touched() {
        let key = Key::comment(Side::GUANCE, &CommentId::new("repim_a"));
        let claim = |key: &Key, proven, written: Option<&Fingerprint>| {
            Some(Claim { key: key.clone(), proven, written: written.cloned(), maker: Maker::Us, sealed: false })
        };
        let tombstone = CommentLink::tombstone(Side::GUANCE, &CommentId::new("repim_a"));
        let other = Key::comment(Side::GUANCE, &CommentId::new("repim_z"));
        for (deletes, claim, writes) in [
            (Deletes::Mark, claim(&key, true, None), true),
            (Deletes::Mark, claim(&key, true, Some(&tombstone)), false),
            (Deletes::Delete, claim(&key, true, Some(&tombstone)), true),
            (Deletes::Delete, claim(&key, false, None), false),
            (Deletes::Delete, claim(&other, true, None), false),
            (Deletes::Delete, None, false),
        ] {
            let copies = [Comment { claim, ..comment(Side::JIRA, "10042", "words") }];
            let steps = with(&link(), &[], |thread| settle(thread, &original("repim_a"), &copies, &policy(deletes)));
            let pushed = steps.iter().any(|step| matches!(step, Step::Push(push) if push.key.origin() == key));
            assert_eq!(pushed, writes, "{deletes:?} {:?}", copies[0].claim);
            assert!(steps.iter().any(|step| matches!(step, Step::Absence { now: Whereabouts::Gone, .. })));
        }
        let none = with(&link(), &[], |thread| settle(thread, &original("repim_a"), &[], &policy(Deletes::Delete)));
        assert_eq!(none.len(), 1, "a copy that is gone too needs nothing: {none:?}");
    }

    #[test]
    fn a_mark_keeps_the_words_and_is_recognised() {
        let written = comment(Side::GUANCE, "repim_a", "the words");
        let body = render::comment(&written, "OPS-1", &written.fingerprint(), Voice::default());
        let key = Key::comment(Side::GUANCE, &written.id);
        let content = CommentLink::tombstone(Side::GUANCE, &written.id);
        let bare = Doc::from_plain("the words, and nothing else");
        for copy in [body, bare] {
            let claim = Some(Claim { key: key.clone(), proven: true, written: None, maker: Maker::Us, sealed: false });
            let copies = [Comment { body: copy, claim, ..comment(Side::JIRA, "10042", "") }];
            let steps =
                with(&link(), &[], |thread| settle(thread, &original("repim_a"), &copies, &policy(Deletes::Mark)));
            let [_, Step::Push(push)] = steps.as_slice() else { panic!("{steps:?}") };
            let Action::EditComment { body, .. } = &push.action else { panic!("{push:?}") };
            let text = body.canonical();
            assert!(text.contains("deleted on Guance") && text.contains("the words"), "{text}");
            assert!(text.contains(&format!("#guajira-repim_a-{content}")), "{text}");
            assert_eq!(text.matches("#guajira-").count(), 1, "{text}");
        }
    }
}
