//! What is archived on Jira takes nothing: what is to be written to it waits, and goes when it is restored.

use std::time::Duration;

use guajira_fakes::jira::{Archive, Draft, Flavour, Project};

use super::world::{Outcome, World};
use Flavour::{Cloud, Server};

/// In which way a Jira lets an archived issue be known, as far as the fake can tell them apart, and where.
type Way = (&'static str, Flavour, fn(&mut Archive));

const WAYS: [Way; 7] = [
    ("the issue tells", Server, |a| a.issue_tells = true),
    ("nothing tells but that no search shows it", Cloud, |a| a.issue_tells = false),
    ("nothing tells but that no search shows it", Server, |a| a.issue_tells = false),
    ("a search refuses its id", Server, |a| (a.issue_tells, a.unknown_id) = (false, true)),
    ("a bulk fetch leaves it out", Cloud, |a| (a.issue_tells, a.not_in_bulk) = (false, true)),
    ("in Chinese, with 400", Cloud, |a| {
        (a.issue_tells, a.status, a.words) = (false, 400, "该问题已归档，无法编辑。".to_owned());
    }),
    ("with 404", Cloud, |a| (a.issue_tells, a.status, a.words) = (false, 404, "Nicht gefunden.".to_owned())),
];

fn in_ways(ways: &[Way], story: impl Fn(World)) {
    for (way, flavour, set) in ways {
        eprintln!("--- on Jira {flavour:?}: {way}");
        let world =
            World::with_projects(*flavour, vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")]);
        world.reconfigure(
            "[[route]]\nproject = \"OPS\"",
            "[[route]]\nwhen = \"level == 'P0'\"\nproject = \"DEV\"\nissue_type = \"Bug\"\nlabels = [\"guance\"]\n\
             priority = { P0 = \"Highest\" }\n\n[[route]]\nproject = \"OPS\"",
        );
        world.jira.switch(|s| set(&mut s.archive));
        story(world);
    }
}

fn later(world: &World) -> Outcome {
    world.pass(Duration::from_mins(6));
    world.run(&["sync"])
}

/// Long enough for a search to have shown what changed, and for asking again.
fn much_later(world: &World) -> Outcome {
    world.pass(Duration::from_mins(20));
    world.run(&["sync"])
}

fn writes_to(world: &World, key: &str) -> usize {
    let id = world.jira.issue(key).unwrap().id.to_string();
    let is_to = |path: &str| path.contains(&format!("/issue/{id}/")) || path.ends_with(&format!("/issue/{id}"));
    world.jira.recorded().iter().filter(|request| request.write && is_to(&request.path)).count()
}

#[test]
fn what_is_for_an_archived_issue_waits_and_goes_when_it_is_restored() {
    waits_and_goes(&WAYS[..3]);
}

#[test]
fn what_is_for_an_archived_issue_waits_however_that_is_told() {
    waits_and_goes(&WAYS[3..]);
}

fn waits_and_goes(ways: &[Way]) {
    in_ways(ways, |world| {
        world.reconfigure("[[route]]", "[flow]\nstatus = \"both\"\nupdates = true\nlevel = true\n\n[[route]]");
        let issue = world.guance.open_issue("an old story", "", "P1", "张三");
        let other = world.guance.open_issue("another", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        let before = world.jira.issue(&key).unwrap().comments.len();
        world.pass(Duration::from_mins(20));
        world.jira.switch(|s| _ = s.archive.issues.insert(key.clone()));
        for n in 0..3 {
            world.guance.reply(&issue, "李四", &format!("<p>reply {n}</p>"));
        }
        world.guance.reply(&other, "李四", "<p>goes</p>");
        world.guance.set_status(&issue, 20, "李四");
        for _ in 0..2 {
            let told = much_later(&world);
            assert_eq!(told.code, 0, "{told}");
        }
        assert_eq!(world.copied_comments(&world.key_of(&other)).len(), 1);
        assert_eq!(world.jira.issue(&key).unwrap().comments.len(), before);
        assert_eq!(world.jira.status_of(&key), "To Do");
        assert_eq!(world.staged("dead"), 0, "{}", world.run(&["status"]));
        assert!(world.staged("pending") >= 3, "{}", world.run(&["status"]));
        let status = world.run(&["status"]);
        assert!(status.stdout.contains(&format!("{key} is archived on Jira")), "{status}");
        assert!(!status.stdout.contains("gone"), "{status}");
        let why = world.run(&["why", &key]);
        assert!(why.stdout.contains("archived on Jira"), "{why}");
        // It is known: nothing is sent to be refused.
        world.forget_requests();
        world.guance.reply(&issue, "李四", "<p>one more</p>");
        later(&world);
        assert_eq!(writes_to(&world, &key), 0);

        world.jira.switch(|s| s.archive.issues.clear());
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!(world.copied_comments(&key).iter().filter(|comment| is_reply(comment)).count(), 4);
        assert_eq!(world.jira.status_of(&key), "Done");
        world.is_quiet();
        assert!(!world.run(&["status"]).stdout.contains("archived"));
    });
}

/// Whether a comment is the copy of a reply, no notice of guajira's own.
fn is_reply(comment: &guajira_fakes::jira::Comment) -> bool {
    let words = super::agree::jira_words(&comment.body);
    words.contains("reply ") || words.contains("one more")
}

/// In which ways a Jira lets an archived project be known that a search does not refuse.
const PROJECT_WAYS: [Way; 4] = [
    ("the project tells", Cloud, |a| a.issue_tells = false),
    ("the project tells", Server, |a| a.issue_tells = false),
    ("issues tell too", Server, |a| a.issue_tells = true),
    ("nothing tells", Cloud, |a| (a.issue_tells, a.project_tells) = (false, false)),
];

#[test]
fn what_is_for_an_archived_project_waits_and_others_go_on() {
    in_ways(&PROJECT_WAYS, |world| {
        world.jira.switch(|s| s.archive.unknown_to_search = false);
        let old: Vec<String> = (0..3).map(|n| world.guance.open_issue(&format!("old {n}"), "", "P0", "张三")).collect();
        let other = world.guance.open_issue("another", "", "P1", "张三");
        world.settle();
        let keys: Vec<String> = old.iter().map(|issue| world.key_of(issue)).collect();
        world.pass(Duration::from_mins(20));
        // Written just before, and never listed.
        world.jira.comment(&keys[0], "alice", "the last words");
        world.jira.switch(|s| _ = s.archive.projects.insert("DEV".into()));
        world.pass(Duration::from_mins(20));
        for issue in old.iter().chain([&other]) {
            world.guance.reply(issue, "李四", "<p>a reply</p>");
        }
        let tells = world.archive().project_tells;
        if tells {
            world.guance.open_issue("new in the archived project", "", "P0", "张三");
        }
        let new = world.guance.open_issue("new elsewhere", "", "P2", "张三");
        for _ in 0..3 {
            let told = later(&world);
            assert_eq!(told.code, 0, "{told}");
        }
        assert_eq!((world.copied_comments(&world.key_of(&other)).len(), world.copies_of(&new).len()), (1, 1));
        assert_eq!(world.staged("dead"), 0, "{}", world.run(&["status"]));
        assert_eq!(world.staged("pending"), if tells { 4 } else { 3 });
        let status = world.run(&["status"]);
        assert!(status.stdout.contains("archived on Jira"), "{status}");
        if tells && !world.archive().issue_tells {
            assert!(status.stdout.contains("project DEV is archived on Jira"), "{status}");
            // One question for all of it, now and then.
            world.forget_requests();
            for _ in 0..4 {
                later(&world);
            }
            let asked = world.jira.recorded().iter().filter(|request| request.path.contains("/project/")).count();
            assert!(asked <= 2, "{asked}");
            let by_id = world.jira.recorded().iter().filter(|request| request.path.contains("/issue")).count();
            assert_eq!(by_id, 0);
        }
        world.jira.switch(|s| s.archive.projects.clear());
        world.pass(Duration::from_mins(6));
        world.settle();
        for key in &keys {
            assert_eq!(world.copied_comments(key).len(), 1, "{}", world.run(&["why", key]));
        }
        if !world.archive().issue_tells && tells {
            assert_eq!(world.copied_replies(&old[0]).len(), 1);
        }
        world.pass(Duration::from_hours(7));
        world.settle();
        world.assert_agrees();
        world.is_quiet();
    });
}

#[test]
fn a_create_waits_whose_copy_a_lost_state_may_have_made_in_an_archived_project() {
    in_ways(&PROJECT_WAYS[..2], |mut world| {
        world.jira.switch(|s| s.archive.unknown_to_search = false);
        let issue = world.guance.open_issue("an old story", "", "P0", "张三");
        world.settle();
        world.jira.switch(|s| _ = s.archive.projects.insert("DEV".into()));
        // While the state is there, it is known that nothing is there that is to be made.
        world.pass(Duration::from_mins(20));
        world.guance.reply(&issue, "李四", "<p>waits</p>");
        later(&world);
        world.forget_requests();
        let new = world.guance.open_issue("new elsewhere", "", "P1", "张三");
        assert_eq!((later(&world).code, world.copies_of(&new).len()), (0, 1));
        let by_key =
            world.jira.recorded().iter().filter(|r| format!("{} {}", r.path, r.body).contains("DEV-1")).count();
        assert_eq!(by_key, 0);

        world.lose_state();
        world.set("GUAJIRA_SYNC__WINDOW", "3h");
        world.reconfigure("when = \"level == 'P0'\"", "when = \"level == 'P0' and title == 'never'\"");
        for _ in 0..2 {
            let told = later(&world);
            assert_eq!((told.code, world.copies_of(&issue).len()), (0, 1), "{told}");
        }
        let why = world.run(&["why", &issue]);
        assert!(why.stdout.contains("project DEV is archived and may hold its copy"), "{why}");
        world.jira.switch(|s| s.archive.projects.clear());
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!(world.copies_of(&issue).len(), 1);
        assert_eq!(world.copied_comments(&world.key_of(&issue)).len(), 1);
    });
}

impl World {
    fn archive(&self) -> Archive {
        let mut told = None;
        self.jira.switch(|s| told = Some(s.archive.clone()));
        told.unwrap()
    }
}

#[test]
fn an_issue_that_no_search_shows_is_not_taken_for_deleted() {
    in_ways(&WAYS[2..5], |world| {
        world.reconfigure("[[route]]", "[flow]\ndeletes = \"delete\"\n\n[[route]]");
        let issue = world.guance.open_issue("an old story", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        world.jira.comment(&key, "alice", "kept");
        world.settle();
        world.jira.switch(|s| _ = s.archive.issues.insert(key.clone()));
        for _ in 0..3 {
            // Each of these looks far back.
            world.pass(Duration::from_hours(7));
            let told = world.run(&["sync"]);
            assert_eq!(told.code, 0, "{told}");
        }
        assert_eq!(world.copied_replies(&issue).len(), 1);
        let status = world.run(&["status"]);
        assert!(!status.stdout.contains("gone"), "{status}");
        world.jira.switch(|s| s.archive.issues.clear());
        world.guance.reply(&issue, "李四", "<p>after it</p>");
        world.pass(Duration::from_mins(20));
        world.settle();
        assert_eq!(world.copied_comments(&key).len(), 1);
    });
}

#[test]
fn files_and_links_for_an_archived_issue_are_not_left_out() {
    in_ways(&WAYS[..2], |world| {
        world.reconfigure("[[route]]", "[flow]\nattachments = \"to-jira\"\nlinks = \"both\"\n\n[[route]]");
        let issue = world.guance.open_issue("an old story", "", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        world.pass(Duration::from_mins(20));
        world.jira.switch(|s| _ = s.archive.issues.insert(key.clone()));
        world.guance.attach_to_issue(&issue, "李四", "trace.txt", b"a file");
        for _ in 0..2 {
            let told = much_later(&world);
            assert_eq!(told.code, 0, "{told}");
        }
        assert_eq!(world.jira.issue(&key).unwrap().attachments.len(), 0);
        world.jira.switch(|s| s.archive.issues.clear());
        // Who knows that it is restored need not wait until it is asked again.
        world.run(&["retry", "--all"]);
        world.sync();
        assert_eq!(world.jira.issue(&key).unwrap().attachments.len(), 1, "{}", world.run(&["why", &key]));
    });
}

#[test]
fn a_write_that_is_refused_for_another_reason_is_dead_as_before() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::new(flavour);
        let issue = world.guance.open_issue("a story", "", "P1", "张三");
        world.settle();
        world.jira.create_issue("OPS", "alice", Draft::new("by hand"));
        world.jira.with_user("bot", |bot| _ = bot.denied.insert("ADD_COMMENTS".into()));
        world.guance.reply(&issue, "李四", "<p>not allowed</p>");
        let told = later(&world);
        assert_eq!((told.code, world.staged("dead")), (3, 1), "{told}");
    }
}
