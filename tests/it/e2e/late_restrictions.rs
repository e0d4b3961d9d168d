//! What people restricted after it was planned stays where it is, and arrives once when it is public again.

use std::time::Duration;

use guajira_fakes::jira::Visibility;
use guajira_fakes::server::{Fault, Times, What, When};
use serde_json::json;

use super::world::{Flavour, World};

/// How something stops being for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Late {
    Role,
    Group,
    /// The issue gets a level; our account still sees it.
    Level,
    /// The issue gets a level that hides it from our account, too.
    Hidden,
    Deleted,
}

const EVERY_WAY: [Late; 5] = [Late::Role, Late::Group, Late::Level, Late::Hidden, Late::Deleted];

/// How Guance says that requests come too fast.
#[derive(Clone, Copy, Debug)]
enum Busy {
    Limited,
    TooMany,
}

impl Busy {
    /// With the ways to try it with; what an answer of 429 does is the same, so that two of them tell.
    const EACH: [(Self, &[Late]); 2] = [(Self::Limited, &EVERY_WAY), (Self::TooMany, &[Late::Role, Late::Level])];

    fn fault(self) -> Fault {
        let limited = json!({"code": 401, "content": null, "errorCode": "ft.TriggerApiAkCurrentLimiting",
            "message": "too many requests", "success": false});
        Fault::new(match self {
            Self::Limited => What::Status(401, limited.to_string(), Vec::new()),
            Self::TooMany => What::Status(429, "slow down".to_owned(), Vec::new()),
        })
    }
}

/// A pair, and a world that may be told what becomes of the words that are to stay.
struct Story {
    world: World,
    issue: String,
    key: String,
}

fn on_each(names: &str, story: impl Fn(Story, Late)) {
    on_some(names, &EVERY_WAY, story);
}

fn on_some(names: &str, ways: &[Late], story: impl Fn(Story, Late)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        for late in ways.iter().copied() {
            eprintln!("--- {names}: on Jira {flavour:?}, {late:?}");
            let world = World::new(flavour);
            world.configure_flow("attachments = \"to-guance\"");
            let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
            world.settle();
            let key = world.key_of(&issue);
            story(Story { world, issue, key }, late);
        }
    }
}

impl Story {
    fn run(&self) {
        self.world.pass(Duration::from_mins(6));
        self.world.run(&["sync"]);
    }

    fn narrow(&self, comment: u64, late: Late) {
        self.world.forget_requests();
        restrict(&self.world, &self.key, comment, late);
    }

    /// Nothing of it was sent since it was restricted, whatever runs do; then it is public again, and arrives once.
    fn stays_and_then_arrives(&self, comment: u64, late: Late, word: &str) {
        for _ in 0..3 {
            self.run();
            self.nothing_said();
        }
        if late == Late::Deleted {
            self.world.settle();
            self.nothing_said();
            assert_eq!(self.world.heard_on_guance(&self.issue, "SECRET"), 0);
            return;
        }
        lift(&self.world, &self.key, comment, late);
        self.world.settle();
        assert_eq!(self.world.heard_on_guance(&self.issue, word), 1, "{:#?}", self.world.guance.replies(&self.issue));
    }

    fn nothing_said(&self) {
        let carried: Vec<_> = self.world.guance.recorded().into_iter().filter(|request| request.write).collect();
        let said: Vec<_> = carried.iter().map(|request| format!("{} {}", request.path, request.body)).collect();
        assert!(said.iter().all(|text| !text.contains("SECRET")), "{said:#?}");
    }
}

fn restrict(world: &World, key: &str, comment: u64, late: Late) {
    match late {
        Late::Role => world.jira.restrict_comment(comment, Some(Visibility::Role("Administrators".into()))),
        Late::Group => world.jira.restrict_comment(comment, Some(Visibility::Group("jira-users".into()))),
        Late::Level => world.jira.set_security(key, Some("Security team"), &["alice", "bot"]),
        Late::Hidden => world.jira.set_security(key, Some("Security team"), &["alice"]),
        Late::Deleted => world.jira.delete_comment(comment, "alice"),
    }
}

fn lift(world: &World, key: &str, comment: u64, late: Late) {
    match late {
        Late::Role | Late::Group => world.jira.restrict_comment(comment, None),
        Late::Level | Late::Hidden => world.jira.set_security(key, None, &[]),
        Late::Deleted => {}
    }
}

#[test]
fn an_edit_that_waits_is_not_sent() {
    for (busy, ways) in Busy::EACH {
        on_some(&format!("{busy:?}"), ways, |story, late| {
            let comment = story.world.jira.comment(&story.key, "alice", "open words");
            story.world.settle();
            story.world.guance.fail(busy.fault().path_contains("/modify"));
            story.world.jira.edit_comment(comment, "alice", "SECRET words");
            story.run();
            assert_eq!(story.world.staged("pending"), 1);
            story.narrow(comment, late);
            story.stays_and_then_arrives(comment, late, "SECRET words");
            assert_eq!(story.world.our_replies(&story.issue).len(), 1);
        });
    }
}

#[test]
fn a_new_comment_that_waits_is_not_sent_when_search_answers_nothing() {
    for (busy, ways) in Busy::EACH {
        on_some(&format!("{busy:?}"), ways, |story, late| {
            let comment = story.world.jira.comment(&story.key, "alice", "SECRET words");
            story.world.guance.fail(busy.fault().path_contains("/reply/create"));
            story.run();
            assert_eq!(story.world.staged("pending"), 1);
            story.narrow(comment, late);
            let refused = What::Status(429, "slow down".to_owned(), Vec::new());
            story.world.jira.fail(Fault::new(refused).path_contains("/search").times(Times::Always));
            story.run();
            story.nothing_said();
            story.world.jira.clear_faults();
            story.stays_and_then_arrives(comment, late, "SECRET words");
        });
    }
}

#[test]
fn a_new_comment_that_waits_is_not_sent_when_search_lags() {
    on_each("lag", |story, late| {
        let lag = Duration::from_secs(20);
        story.world.jira.switch(|switches| switches.index_lag = lag);
        let comment = story.world.jira.comment(&story.key, "alice", "SECRET words");
        story.world.guance.fail(Busy::TooMany.fault().path_contains("/reply/create"));
        story.run();
        assert_eq!(story.world.staged("pending"), 1);
        // Later than any back-off; and search does not show the restriction yet.
        story.world.pass(Duration::from_mins(6));
        story.narrow(comment, late);
        story.world.pass(Duration::from_secs(3));
        story.world.run(&["sync"]);
        story.nothing_said();
        story.stays_and_then_arrives(comment, late, "SECRET words");
    });
}

#[test]
fn what_is_planned_and_sent_in_one_run_is_not_sent_when_search_lags() {
    on_each("lag, one run", |story, late| {
        let lag = Duration::from_secs(20);
        story.world.jira.switch(|switches| switches.index_lag = lag);
        let old = story.world.jira.comment(&story.key, "alice", "open words");
        story.world.pass(Duration::from_mins(1));
        story.world.settle();
        let comment = story.world.jira.comment(&story.key, "alice", "SECRET words");
        story.world.jira.edit_comment(old, "alice", "SECRET edit");
        story.world.pass(Duration::from_secs(18));
        story.narrow(comment, late);
        if !matches!(late, Late::Level | Late::Hidden) {
            restrict(&story.world, &story.key, old, late);
        }
        // Search shows the words, and not the restriction.
        story.world.pass(Duration::from_secs(5));
        story.world.run(&["sync"]);
        story.nothing_said();
        if late == Late::Role || late == Late::Group {
            lift(&story.world, &story.key, old, late);
        }
        if late == Late::Deleted {
            return;
        }
        lift(&story.world, &story.key, comment, late);
        for _ in 0..3 {
            story.world.settle();
        }
        assert_eq!(story.world.heard_on_guance(&story.issue, "SECRET words"), 1);
        assert_eq!(story.world.heard_on_guance(&story.issue, "SECRET edit"), 1);
        assert_eq!(story.world.our_replies(&story.issue).len(), 2);
    });
}

#[test]
fn a_write_whose_answer_was_lost_is_not_sent_again() {
    on_each("in doubt", |story, late| {
        let old = story.world.jira.comment(&story.key, "alice", "open words");
        story.world.settle();
        // Neither takes effect.
        story.world.guance.fail(Fault::new(What::DropBefore).path_contains("/reply/create"));
        story.world.guance.fail(Fault::new(What::DropBefore).path_contains("/modify"));
        let comment = story.world.jira.comment(&story.key, "alice", "SECRET words");
        story.world.jira.edit_comment(old, "alice", "SECRET edit");
        story.run();
        assert!(story.world.staged("in_flight") >= 1);
        story.world.guance.clear_faults();
        story.narrow(comment, late);
        if !matches!(late, Late::Level | Late::Hidden) {
            restrict(&story.world, &story.key, old, late);
        }
        for _ in 0..3 {
            story.run();
            story.nothing_said();
        }
        if late == Late::Role || late == Late::Group {
            lift(&story.world, &story.key, old, late);
        }
        story.stays_and_then_arrives_now(comment, late);
        if late != Late::Deleted {
            assert_eq!(story.world.heard_on_guance(&story.issue, "SECRET edit"), 1);
            assert_eq!(story.world.our_replies(&story.issue).len(), 2);
        }
    });
}

impl Story {
    fn stays_and_then_arrives_now(&self, comment: u64, late: Late) {
        if late == Late::Deleted {
            self.world.settle();
            return self.nothing_said();
        }
        lift(&self.world, &self.key, comment, late);
        for _ in 0..3 {
            self.world.settle();
        }
        assert_eq!(self.world.heard_on_guance(&self.issue, "SECRET words"), 1);
    }
}

/// A file waits, or its answer was lost, and the comment that shows it (or its issue) is restricted meanwhile.
#[test]
fn a_file_that_waits_is_not_sent() {
    for what in [What::Status(429, "slow down".to_owned(), Vec::new()), What::DropBefore] {
        for late in [Late::Role, Late::Group, Late::Level, Late::Hidden] {
            for flavour in [Flavour::Cloud, Flavour::Server] {
                eprintln!("--- {what:?}, on Jira {flavour:?}, {late:?}");
                let world = World::new(flavour);
                world.configure_flow("attachments = \"to-guance\"");
                let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
                world.settle();
                let key = world.key_of(&issue);
                for path in ["/upload", "/reply/create"] {
                    world.guance.fail(Fault::new(what.clone()).path_contains(path));
                }
                world.jira.attach(&key, "alice", "SECRET.txt", "text/plain", b"SECRET bytes");
                let shows = world.jira.comment(&key, "alice", "see [^SECRET.txt] or SECRET.txt");
                world.pass(Duration::from_mins(6));
                world.run(&["sync"]);
                assert!(world.staged("pending") + world.staged("in_flight") >= 1);
                world.guance.clear_faults();
                let story = Story { world, issue, key };
                story.narrow(shows, late);
                for _ in 0..3 {
                    story.run();
                    story.nothing_said();
                    let uploads = story.world.guance.recorded();
                    assert!(uploads.iter().all(|request| !request.path.contains("/upload")), "the file was uploaded");
                }
                lift(&story.world, &story.key, shows, late);
                for _ in 0..3 {
                    story.world.settle();
                }
                let files: Vec<_> = story.world.our_replies(&story.issue).into_iter().flat_map(|r| r.files).collect();
                assert_eq!(files.len(), 1, "{late:?}");
            }
        }
    }
}

/// A Jira that cannot be read now stops what waits for Guance; nothing is lost by it.
#[test]
fn what_cannot_be_read_again_now_waits() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        for (status, everything) in [(429, false), (503, true)] {
            eprintln!("--- on Jira {flavour:?}, {status}, all of it: {everything}");
            let world = World::new(flavour);
            world.configure_flow("attachments = \"to-guance\"");
            let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
            world.settle();
            let key = world.key_of(&issue);
            let old = world.jira.comment(&key, "alice", "open words");
            world.settle();
            for path in ["/reply/create", "/modify"] {
                world.guance.fail(Busy::TooMany.fault().path_contains(path));
            }
            let comment = world.jira.comment(&key, "alice", "SECRET words");
            world.jira.edit_comment(old, "alice", "SECRET edit");
            let story = Story { world, issue, key };
            story.run();
            let waiting = story.world.staged("pending");
            assert!(waiting >= 1);
            let down = What::Status(status, "not now".to_owned(), Vec::new());
            let fault = Fault::new(down).times(Times::Always);
            story.world.jira.fail(if everything { fault } else { fault.path_contains("/issue/") });
            story.world.guance.clear_faults();
            story.narrow(comment, Late::Role);
            restrict(&story.world, &story.key, old, Late::Role);
            story.run();
            story.nothing_said();
            assert_eq!(story.world.staged("pending"), waiting, "nothing is lost");
            story.world.jira.clear_faults();
            story.run();
            story.nothing_said();
            lift(&story.world, &story.key, comment, Late::Role);
            lift(&story.world, &story.key, old, Late::Role);
            for _ in 0..3 {
                story.world.settle();
            }
            for word in ["SECRET words", "SECRET edit"] {
                assert_eq!(story.world.heard_on_guance(&story.issue, word), 1, "{word}");
            }
            assert_eq!(story.world.our_replies(&story.issue).len(), 2);
        }
    }
}

/// What it costs to be sure: a Jira comment, and its edit, are read once more from their issue; a reply is read before it
/// is written over. What goes to Jira costs what it did.
#[test]
fn being_sure_costs_one_request() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::new(flavour);
        let issues = world.two_pairs();
        let key = world.key_of(&issues[0]);
        let first = world.jira.comment(&key, "alice", "first");
        let reply = world.guance.reply(&issues[0], "李四", "<p>reply</p>");
        world.settle();
        world.pass(Duration::from_hours(1));
        world.settle();
        let requests = || {
            world.pass(Duration::from_mins(6));
            world.forget_requests();
            world.sync();
            (world.guance.recorded().len(), world.jira.recorded().len())
        };
        // Two threads are read in turn.
        assert_eq!(requests(), (3, 2), "idle");
        world.jira.comment(&key, "alice", "new");
        assert_eq!(requests(), (4, 5), "a new comment: 4 and 4 without");
        world.jira.edit_comment(first, "alice", "first, edited");
        assert_eq!(requests(), (4, 5), "an edited comment: 4 and 4 without");
        world.guance.edit_reply(&reply, "<p>reply, edited</p>");
        assert_eq!(requests(), (3, 7), "an edited reply");
        world.guance.reply(&issues[0], "李四", "<p>one more</p>");
        assert_eq!(requests(), (3, 5), "a new reply");
    }
}

/// Restricted between two requests of the run that plans and sends: whatever was restricted before the thread was read
/// by id stays.
#[test]
fn what_is_restricted_while_the_run_reads_is_not_sent() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let reads = {
            let world = std::sync::Arc::new(World::new(flavour));
            prepared(&world).1
        };
        for nth in 1..=reads {
            let world = std::sync::Arc::new(World::new(flavour));
            let (issue, _) = prepared_until(&world);
            let key = world.key_of(&issue);
            let comment = world.jira.comment(&key, "alice", "SECRET words");
            world.pass(Duration::from_mins(1));
            world.forget_requests();
            let deed = std::sync::Arc::downgrade(&world);
            let at = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(usize::MAX));
            let done = std::sync::Arc::clone(&at);
            let act = move || {
                let Some(world) = deed.upgrade() else { return };
                restrict(&world, &world.key_of(&issue_of(&world)), comment, Late::Role);
                done.store(world.guance.writes(), std::sync::atomic::Ordering::SeqCst);
            };
            world.jira.hook_read(nth, When::Before, Box::new(act));
            world.run(&["sync"]);
            let sent = world.sent_to_guance().contains("SECRET");
            // The last reading before the write is the one that counts.
            eprintln!("--- on Jira {flavour:?}, restricted before read {nth} of {reads}: sent {sent}");
            if nth < reads {
                assert!(!sent, "restricted before read {nth} of {reads}");
            }
        }
    }
}

fn issue_of(world: &World) -> String {
    world.guance.issues()[0].uuid.clone()
}

fn prepared_until(world: &World) -> (String, usize) {
    let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    world.settle();
    (issue, 0)
}

/// How many reads of Jira a run takes that carries one comment.
fn prepared(world: &World) -> (String, usize) {
    let (issue, _) = prepared_until(world);
    world.jira.comment(&world.key_of(&issue), "alice", "open words");
    world.pass(Duration::from_mins(1));
    let before = world.jira.reads();
    world.run(&["sync"]);
    assert_eq!(world.heard_on_guance(&issue, "open words"), 1);
    (issue, world.jira.reads() - before)
}
