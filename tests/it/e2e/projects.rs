//! One project of several that cannot be read costs the others nothing, and loses nothing.

use std::time::Duration;

use guajira_fakes::jira::{Flavour, Project};
use guajira_fakes::server::Recorded;

use super::world::{Outcome, World};

/// A world with a route to OLD for what is urgent, and one to OPS for the rest.
fn two_projects(flavour: Flavour) -> World {
    let world = World::with_projects(flavour, vec![Project::new("OPS", "Operations"), Project::new("OLD", "Legacy")]);
    world.reconfigure(
        "[[route]]\nproject = \"OPS\"",
        "[[route]]\nwhen = \"level == 'P0'\"\nproject = \"OLD\"\nissue_type = \"Bug\"\n\
         labels = [\"guance\"]\npriority = { P0 = \"Highest\" }\n\n[[route]]\nproject = \"OPS\"",
    );
    world
}

fn on_both(story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        story(two_projects(flavour));
    }
}

/// A pair in OLD and one in OPS.
fn pairs(world: &World) -> (String, String) {
    let old = world.guance.open_issue("in the old project", "", "P0", "张三");
    let ops = world.guance.open_issue("in operations", "", "P1", "张三");
    world.settle();
    assert!(world.key_of(&old).starts_with("OLD-") && world.key_of(&ops).starts_with("OPS-"));
    (old, ops)
}

fn hide(world: &World, project: &str) {
    world.jira.with_project(project, |p| _ = p.hidden_from.insert("bot".into()));
}

fn show(world: &World, project: &str) {
    world.jira.with_project(project, |p| _ = p.hidden_from.remove("bot"));
}

fn later(world: &World) -> Outcome {
    world.pass(Duration::from_mins(6));
    world.run(&["sync"])
}

fn asked(world: &World) -> Vec<String> {
    let name = |request: &Recorded| format!("{} {}", request.method, request.path);
    world.jira.recorded().iter().map(name).collect()
}

#[test]
fn the_others_go_on_while_one_project_is_hidden_and_nothing_of_it_is_lost() {
    on_both(|world| {
        let (old, ops) = pairs(&world);
        let (old_key, ops_key) = (world.key_of(&old), world.key_of(&ops));
        hide(&world, "OLD");
        world.jira.comment(&ops_key, "alice", "from operations");
        world.jira.comment(&old_key, "alice", "while nobody reads");
        world.guance.reply(&old, "李四", "<p>waits</p>");
        world.guance.reply(&ops, "李四", "<p>goes</p>");
        let new = world.guance.open_issue("new in operations", "", "P2", "张三");
        let waiting = world.guance.open_issue("new in the old project", "", "P0", "张三");
        let told = later(&world);
        assert_eq!(told.code, 3, "{told}");
        assert!(told.stdout.contains("project OLD cannot be read"), "{told}");
        assert!(told.stdout.contains("[[route]].project"), "{told}");
        assert_eq!(world.copied_replies(&ops).len(), 1, "{told}");
        assert_eq!(world.copied_comments(&ops_key).len(), 1, "{told}");
        assert!(world.key_of(&new).starts_with("OPS-"));
        assert_eq!((world.copied_replies(&old).len(), world.copies_of(&waiting).len()), (0, 0));

        // Nothing is dead, nothing is sent to be refused, and the lost one costs a small request.
        for round in 0..3 {
            world.forget_requests();
            world.jira.comment(&ops_key, "alice", format!("again {round}"));
            let told = later(&world);
            assert_eq!(told.code, 3, "{told}");
            assert_eq!((world.staged("dead"), world.writes()), (0, 1), "{told}");
            let searches = asked(&world).iter().filter(|name| name.contains("/search")).count();
            assert_eq!(searches, 2, "{:?}", asked(&world));
        }
        let status = world.run(&["status"]);
        assert!(status.stdout.contains("project OLD cannot be read"), "{status}");
        let why = world.run(&["why", &waiting]);
        assert!(why.stdout.contains("project OLD cannot be read"), "{why}");

        show(&world, "OLD");
        let told = later(&world);
        assert_eq!(told.code, 0, "{told}");
        assert_eq!(world.copied_replies(&old).len(), 1, "{told}");
        assert_eq!(world.copied_comments(&old_key).len(), 1, "{told}");
        assert!(world.key_of(&waiting).starts_with("OLD-"));
        world.settle();
        world.assert_agrees();
        world.is_quiet();
        assert!(!world.run(&["status"]).stdout.contains("cannot be read"), "{}", world.run(&["status"]));
    });
}

#[test]
fn a_project_that_is_archived_and_unknown_to_search_is_named_so() {
    on_both(|world| {
        let (old, ops) = pairs(&world);
        let old_key = world.key_of(&old);
        world.jira.switch(|s| _ = s.archive.projects.insert("OLD".into()));
        world.guance.reply(&old, "李四", "<p>waits</p>");
        world.guance.reply(&ops, "李四", "<p>goes</p>");
        let told = later(&world);
        assert_eq!(told.code, 3, "{told}");
        assert!(told.stdout.contains("project OLD is archived on Jira"), "{told}");
        assert_eq!(world.copied_comments(&world.key_of(&ops)).len(), 1);
        let check = world.run(&["check"]);
        assert!(check.stdout.contains("it is archived") && check.code == 3, "{check}");
        // By id it is readable, and it is not taken for deleted.
        for _ in 0..2 {
            world.pass(Duration::from_hours(7));
            world.run(&["sync"]);
        }
        assert!(!world.run(&["status"]).stdout.contains("gone"), "{}", world.run(&["status"]));
        world.jira.switch(|s| s.archive.projects.clear());
        world.settle();
        assert_eq!(world.copied_comments(&old_key).len(), 1);
        world.assert_agrees();
    });
}

#[test]
fn a_refusal_in_any_words_is_looked_into() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = two_projects(flavour);
        let (_, ops) = pairs(&world);
        hide(&world, "OLD");
        let reword = |from: &str, to: &str| {
            use guajira_fakes::server::{Fault, Times, What};
            let what = What::Reword(from.to_owned(), to.to_owned());
            world.jira.fail(Fault::new(what).path_contains("search").times(Times::Always));
        };
        reword("The value 'OLD' does not exist for the field 'project'.", "值 OLD 对于字段 project 不存在。");
        world.jira.comment(&world.key_of(&ops), "alice", "from operations");
        let told = later(&world);
        assert_eq!((told.code, world.copied_replies(&ops).len()), (3, 1), "{told}");
        assert!(told.stdout.contains("不存在"), "{told}");
    }
}

#[test]
fn where_no_project_can_be_read_the_side_fails() {
    on_both(|world| {
        let (old, ops) = pairs(&world);
        let before = world.cursors();
        hide(&world, "OLD");
        hide(&world, "OPS");
        for _ in 0..2 {
            world.guance.reply(&ops, "李四", "<p>waits</p>");
            let told = later(&world);
            assert_eq!(told.code, 4, "{told}");
            assert!(told.stderr.contains("cannot sync jira"), "{told}");
        }
        assert_eq!(world.cursors()[1], before[1]);
        show(&world, "OPS");
        assert_eq!(later(&world).code, 3);
        hide(&world, "OPS");
        assert_eq!(later(&world).code, 4);
        show(&world, "OPS");
        show(&world, "OLD");
        world.jira.comment(&world.key_of(&old), "alice", "there again");
        world.settle();
        assert_eq!(world.copied_replies(&old).len(), 1);
        world.assert_agrees();
    });
    let world = World::new(Flavour::Cloud);
    let only = world.guance.open_issue("the only project", "", "P1", "张三");
    world.settle();
    hide(&world, "OPS");
    world.guance.reply(&only, "李四", "<p>waits</p>");
    let told = later(&world);
    assert_eq!((told.code, world.staged("dead")), (4, 0), "{told}");
    show(&world, "OPS");
    world.settle();
    world.assert_agrees();
}

#[test]
fn what_was_in_doubt_in_a_lost_project_is_not_written_twice() {
    use guajira_fakes::server::{Fault, What};
    on_both(|world| {
        let (old, _) = pairs(&world);
        let key = world.key_of(&old);
        world.jira.fail(Fault::new(What::DropAfter).method("POST").path_contains("/comment"));
        world.guance.reply(&old, "李四", "<p>answer lost</p>");
        later(&world);
        assert_eq!((world.staged("in_flight"), world.jira.comments(&key).len()), (1, 1));
        let create = world.guance.open_issue("another in the old project", "", "P0", "张三");
        world.jira.fail(Fault::new(What::DropAfter).method("POST").path_contains("/issue"));
        later(&world);
        hide(&world, "OLD");
        for _ in 0..3 {
            later(&world);
        }
        show(&world, "OLD");
        world.settle();
        assert_eq!(world.copied_comments(&key).len(), 1);
        assert_eq!(world.copies_of(&create).len(), 1);
        world.assert_agrees();
    });
}

#[test]
fn a_create_waits_whose_copy_a_lost_state_may_have_made_in_the_lost_project() {
    on_both(|mut world| {
        let (old, _) = pairs(&world);
        world.lose_state();
        world.set("GUAJIRA_SYNC__WINDOW", "1h");
        hide(&world, "OLD");
        // The route that made it does not take it any more.
        world.reconfigure("when = \"level == 'P0'\"", "when = \"level == 'P0' and title == 'never'\"");
        for _ in 0..2 {
            let told = later(&world);
            assert_eq!(told.code, 3, "{told}");
            assert_eq!(world.staged("pending"), 1, "{told}");
        }
        let why = world.run(&["why", &old]);
        assert!(why.stdout.contains("project OLD cannot be read and may hold its copy"), "{why}");
        show(&world, "OLD");
        world.settle();
        assert_eq!(world.copies_of(&old).len(), 1);
        world.assert_agrees();
    });
}

/// Without the counter nothing tells a state that is older than what stands in the lost project.
#[test]
fn creates_wait_for_a_lost_project_where_no_counter_can_be_kept() {
    on_both(|world| {
        world.jira.switch(|switches| switches.user_properties = false);
        pairs(&world);
        hide(&world, "OLD");
        let new = world.guance.open_issue("new in operations", "", "P1", "张三");
        for _ in 0..2 {
            let told = later(&world);
            assert_eq!((world.staged("pending"), world.copies_of(&new).len()), (1, 0), "{told}");
        }
        show(&world, "OLD");
        world.settle();
        assert_eq!(world.copies_of(&new).len(), 1);
        world.assert_agrees();
    });
}

#[test]
fn where_nothing_was_ever_written_a_project_that_is_not_there_holds_nothing_back() {
    on_both(|world| {
        hide(&world, "OLD");
        let ops = world.guance.open_issue("in operations", "", "P1", "张三");
        let told = world.run(&["sync"]);
        assert_eq!(told.code, 3, "{told}");
        assert_eq!(world.copies_of(&ops).len(), 1, "{told}");
        let check = world.run(&["check"]);
        assert!(check.stdout.contains("project OLD"), "{check}");
        // Taken out of the configuration, it is nobody's business any more.
        world.reconfigure(
            "[[route]]\nwhen = \"level == 'P0'\"\nproject = \"OLD\"\n",
            "[[route]]\nwhen = \"level == 'P0'\"\nproject = \"OPS\"\n",
        );
        let told = later(&world);
        assert_eq!(told.code, 0, "{told}");
    });
}

#[test]
fn a_quiet_run_tells_of_a_lost_project_once() {
    let world = two_projects(Flavour::Cloud);
    pairs(&world);
    hide(&world, "OLD");
    let quiet = || {
        world.pass(Duration::from_mins(6));
        world.run(&["-q", "sync"])
    };
    let told = quiet();
    assert!(told.stdout.contains("project OLD cannot be read"), "{told}");
    let told = quiet();
    assert_eq!((told.code, told.stdout.as_str()), (3, ""), "{told}");
    show(&world, "OLD");
    let told = quiet();
    assert_eq!(told.code, 0, "{told}");
    assert!(told.stdout.contains("works again: reading project OLD"), "{told}");
}
