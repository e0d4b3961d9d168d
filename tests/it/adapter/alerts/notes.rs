//! Threads: notes, their ids, their order, and an alert's repeats.

use super::*;

fn texts(thread: &[Comment]) -> Vec<String> {
    thread.iter().map(|comment| comment.body.plain_text()).collect()
}

#[test]
fn notes_come_oldest_first_with_their_authors() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        for (n, text) in ["正在查看 👀", "restarted `web-01`", "好了\n第二行"].iter().enumerate() {
            rig.pass(u64::from(n > 0));
            rig.fake.note(&id, "li@example.com", text);
        }
        let thread = rig.thread(&id);
        assert_eq!(texts(&thread), ["正在查看 👀", "restarted web-01", "好了\n第二行"], "{kind:?}");
        assert!(thread.iter().all(|one| one.author.email.as_deref() == Some("li@example.com") && !one.by_monitor));
        assert_eq!(thread.iter().map(|one| (one.created - start()).num_seconds()).collect::<Vec<_>>(), [0, 1, 2]);
    }
}

#[test]
fn equal_notes_are_as_many_comments_and_keep_their_ids() {
    for kind in BOTH {
        for handles in [true, false] {
            let rig = Rig::switched(kind, |switches| switches.note_handles = handles);
            let id = rig.fake.fire("disk", "disk");
            (0..3).for_each(|_| drop(rig.fake.note(&id, "li@example.com", "same")));
            let before: Vec<CommentId> = rig.thread(&id).into_iter().map(|one| one.id).collect();
            rig.fake.note(&id, "li@example.com", "same");
            rig.pass(1);
            rig.fake.note(&id, "wang@example.com", "same");
            let after: Vec<CommentId> = rig.thread(&id).into_iter().map(|one| one.id).collect();
            let unique: std::collections::BTreeSet<&CommentId> = after.iter().collect();
            assert_eq!((before.len(), after.len(), unique.len()), (3, 5, 5), "{kind:?} {handles}");
            assert!(before.iter().all(|id| after.contains(id)), "{kind:?} {handles}");
        }
    }
}

#[test]
fn a_long_thread_is_read_to_its_end_however_it_pages() {
    for kind in BOTH {
        for (inclusive, next, page) in [
            (false, Next::Relative, 100),
            (true, Next::Relative, 100),
            (true, Next::Missing, 100),
            (false, Next::Null, 100),
            (false, Next::Absolute, 7),
        ] {
            let rig = Rig::switched(kind, |switches| {
                (switches.notes_inclusive, switches.next, switches.page) = (inclusive, next, page);
            });
            let id = rig.fake.fire("disk", "disk");
            for n in 0..230 {
                rig.fake.note(&id, "li@example.com", &format!("note {n}"));
            }
            let got = texts(&rig.thread(&id));
            assert_eq!(got.len(), 230, "{kind:?} {inclusive} {next:?} {page}");
            assert_eq!((got[0].as_str(), got[229].as_str()), ("note 0", "note 229"));
        }
    }
}

#[test]
fn a_thread_that_cannot_be_read_to_its_end_is_not_taken_for_whole() {
    for kind in BOTH {
        let rig = Rig::switched(kind, |switches| (switches.note_handles, switches.next) = (false, Next::Missing));
        let id = rig.fake.fire("disk", "disk");
        (0..120).for_each(|n| drop(rig.fake.note(&id, "li@example.com", &format!("note {n}"))));
        let error = rig.run().thread(&IssueId::new(&id)).unwrap_err();
        assert!(error.message.contains("where the next one begins"), "{kind:?} {error}");
    }
}

#[test]
fn repeats_are_rows_of_a_monitor_and_a_new_one_adds_a_row() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.fake.note(&id, "li@example.com", "looking");
        assert_eq!(rig.thread(&id).len(), 1);
        for _ in 0..2 {
            rig.pass(60);
            rig.fake.fire("disk", "disk");
        }
        let thread = rig.thread(&id);
        let repeats: Vec<&Comment> = thread.iter().filter(|one| one.by_monitor).collect();
        assert_eq!(repeats.len(), 2, "{kind:?}");
        assert_eq!(repeats.iter().map(|one| one.created).max(), Some(start() + TimeDelta::seconds(120)));
        assert!(repeats[1].body.plain_text().contains("3 times"));
        let ids: Vec<CommentId> = repeats.iter().map(|one| one.id.clone()).collect();
        rig.pass(60);
        rig.fake.fire("disk", "disk");
        let after = rig.thread(&id);
        assert!(ids.iter().all(|id| after.iter().any(|one| one.id == *id)), "{kind:?}");
        // Opsgenie stops counting.
        for _ in 0..200 {
            rig.fake.fire("disk", "disk");
        }
        assert_eq!(rig.thread(&id).iter().filter(|one| one.by_monitor).count(), 99, "{kind:?}");
    }
}

#[test]
fn what_is_still_there_is_told_from_what_is_not() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        rig.fake.note(&id, "li@example.com", "one");
        let there = rig.thread(&id)[0].id.clone();
        let gone = CommentId::new("note_00000000000000000000000000000000");
        let ask = |rig: &Rig| rig.run().presence(&IssueId::new(&id), &[there.clone(), gone.clone()]).unwrap();
        assert_eq!(ask(&rig), [Presence::There, Presence::Gone], "{kind:?}");
        rig.fake.switch(|switches| switches.sees_nothing = Some(403));
        assert_eq!(ask(&rig), [Presence::Unknown; 2], "{kind:?}");
        rig.fake.switch(|switches| switches.sees_nothing = None);
        rig.fake.remove(&id);
        assert_eq!(ask(&rig), [Presence::Unknown; 2], "{kind:?}");
    }
}

#[test]
fn hostile_notes_are_text_and_nothing_else() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let id = rig.fake.fire("disk", "disk");
        let huge = "中".repeat(300_000);
        let hostile = [
            "<script>alert(1)</script> [x](javascript:alert(1)) **bold**",
            "a\u{0}b\u{1b}[31mc\u{202e}d",
            "@channel [~bob] [~accountid:5b1]",
            huge.as_str(),
            "",
            "****____[[[[((((>>>>",
        ];
        for text in hostile {
            rig.fake.note(&id, "<b>\u{7}eve</b>\nx", text);
        }
        let thread = rig.thread(&id);
        assert_eq!(thread.len(), hostile.len(), "{kind:?}");
        for comment in &thread {
            let shown = format!("{:?}", comment.body);
            assert!(!shown.contains("javascript:") || !shown.contains("Link(Address(\"javascript"), "{shown:.300}");
            assert!(comment.body.pings().is_empty() && comment.claim.is_none());
            assert_eq!(comment.author.name, "<b> eve</b> x");
            assert!(comment.body.plain_text().len() <= 1_000_000);
        }
    }
}

#[test]
fn a_quoted_or_forged_marker_makes_nobody_a_copy() {
    for kind in BOTH {
        let rig = Rig::new(kind);
        let (one, other) = (rig.fake.fire("a", "a"), rig.fake.fire("b", "b"));
        rig.push(copy(&one, "hello")).unwrap();
        let text = rig.fake.notes(&one)[0].text.clone();
        // In another alert, below other words, and without a seal.
        rig.fake.note(&other, "eve@example.com", &text);
        rig.fake.note(&one, "eve@example.com", &format!("I quote:\n\n{text}"));
        let (before, marker) = text.split_once("#guajira-").unwrap();
        let bare = format!("{before}#guajira-{}", &marker[..16]);
        rig.fake.note(&one, "eve@example.com", &format!("{bare}) · 2026-11-22 10:00 UTC\n\nforged"));
        assert!(rig.thread(&other).iter().all(|comment| comment.claim.is_none()), "{kind:?}");
        assert_eq!(rig.thread(&one).iter().filter(|comment| comment.claim.is_some()).count(), 1, "{kind:?}");
    }
}
