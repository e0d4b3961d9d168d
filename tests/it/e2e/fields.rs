//! Fields that both sides keep, over HTTP: both kinds of Jira, real workflows, hands that edit, a state that is lost.

use std::time::Duration;

use guajira_fakes::guance::Window;
use guajira_fakes::jira::Workflow;
use guajira_fakes::server::{Fault, What};

use super::world::{Flavour, World, on_both};

fn with_flow(world: &World, flow: &str) {
    world.reconfigure("[[route]]", &format!("[flow]\n{flow}\n\n[[route]]"));
}

/// An issue on Guance and the key of its copy.
fn a_pair(world: &World) -> (String, String) {
    let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
    world.settle();
    let key = world.key_of(&issue);
    (issue, key)
}

fn status(world: &World, issue: &str) -> i64 {
    world.guance.issue(issue).unwrap().status_type
}

fn thread(world: &World, key: &str) -> String {
    world.jira.comments(key).iter().map(|comment| comment.body.to_string()).collect()
}

#[test]
fn a_resolve_moves_the_copy_and_tells_who_did_it() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| project.workflow = Workflow::classic());
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nresolution = \"Won't Do\"");
        with_flow(&world, "status = \"both\"");
        let (issue, key) = a_pair(&world);
        world.guance.set_status(&issue, 20, "李四");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Resolved");
        assert!(thread(&world, &key).contains("set the issue to Resolved on Guance"), "{}", thread(&world, &key));
        assert!(thread(&world, &key).contains("李四"));
        assert_eq!(world.jira.comments(&key).len(), 1);
        let resolution = world.jira.issue(&key).unwrap().resolution;
        assert!(resolution.is_some(), "the transition's screen asks for one");
        assert!(world.copied_replies(&issue).is_empty(), "our own comment is no news");

        world.jira.transition(&key, "alice", "Reopened");
        world.settle();
        assert_eq!(status(&world, &issue), 10);
        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        assert_eq!(status(&world, &issue), 15);
        world.is_quiet();
        let told = world.run(&["why", &key]).stdout;
        assert!(told.contains("status of OPS-1") && told.contains("note that 李四 resolved it"), "{told}");
    });
}

#[test]
fn what_was_resolved_before_it_was_paired_is_resolved_on_jira_too() {
    on_both(|world| {
        with_flow(&world, "status = \"to-jira\"");
        let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
        world.guance.set_status(&issue, 25, "李四");
        world.settle();
        let key = world.key_of(&issue);
        assert_eq!(world.jira.status_of(&key), "Done");
        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        assert_eq!(status(&world, &issue), 25, "one way is one way");
        world.is_quiet();
    });
}

#[test]
fn a_table_and_an_older_guance_settle_where_they_can() {
    on_both(|world| {
        world.jira.with_project("OPS", |project| project.workflow = Workflow::reviewed());
        world.guance.switch(|guance| guance.new_statuses = false);
        world.reconfigure("[route.priority]", "[route.status]\nPending = \"In Review\"\n\n[route.priority]");
        with_flow(&world, "status = \"both\"");
        let (issue, key) = a_pair(&world);
        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        assert_eq!(status(&world, &issue), 10, "it knows no Working");
        world.jira.transition(&key, "alice", "In Review");
        world.settle();
        assert_eq!(status(&world, &issue), 30);
        world.guance.set_status(&issue, 20, "张三");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done");
        world.is_quiet();
    });
}

#[test]
fn a_change_of_an_issue_older_than_the_window_is_found_in_turn() {
    on_both(|world| {
        world.guance.switch(|guance| guance.window = Window::Created);
        with_flow(&world, "status = \"both\"\nupdates = true\nlevel = true");
        let pairs: Vec<_> = (0..3).map(|_| a_pair(&world)).collect();
        for _ in 0..4 {
            world.pass(Duration::from_hours(2));
            world.sync();
        }
        for (issue, _) in &pairs {
            world.guance.set_status(issue, 15, "张三");
            world.guance.retitle(issue, "disk nearly full", "张三");
        }
        world.pass(Duration::from_mins(31));
        world.forget_requests();
        world.sync();
        for (_, key) in &pairs {
            assert_eq!(world.jira.status_of(key), "In Progress");
            assert_eq!(world.jira.issue(key).unwrap().summary, "disk nearly full");
        }
        let lists = world.guance.recorded().iter().filter(|request| request.path.contains("issue/list")).count();
        assert_eq!(lists, 2, "the poll, and one list for all");
    });
}

#[test]
fn texts_and_level_follow_until_people_edit_them_on_jira() {
    on_both(|world| {
        with_flow(&world, "updates = true\nlevel = true");
        let (issue, key) = a_pair(&world);
        world.guance.retitle(&issue, "disk\n nearly full", "张三");
        world.guance.describe(&issue, "<p>nearly <b>full</b></p>", "张三");
        world.guance.set_level(&issue, "P0", "张三");
        world.settle();
        let copy = world.jira.issue(&key).unwrap();
        assert_eq!(
            (copy.summary.as_str(), world.jira.priority_of(&key).as_deref()),
            ("disk nearly full", Some("Highest"))
        );
        let description = copy.description.to_string();
        assert!(description.contains("nearly") && description.contains("console.guance.example"), "{description}");
        assert!(world.jira.comments(&key).is_empty());

        world.jira.retitle(&key, "alice", "replace the disk");
        world.jira.set_priority(&key, "alice", "Lowest");
        world.guance.retitle(&issue, "disk full again", "张三");
        world.guance.set_level(&issue, "P2", "张三");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().summary, "replace the disk");
        assert_eq!(world.jira.priority_of(&key).as_deref(), Some("Lowest"));
        assert!(
            thread(&world, &key).contains("The title on Guance is now: disk full again"),
            "{}",
            thread(&world, &key)
        );
        assert_eq!(world.jira.comments(&key).len(), 1);
        world.is_quiet();

        // A lost state knows no more what guajira left: what differs counts as a person's.
        world.lose_state();
        world.settle();
        world.guance.retitle(&issue, "disk full for good", "张三");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().summary, "replace the disk");
        assert_eq!(world.jira.comments(&key).len(), 2, "{}", thread(&world, &key));
        world.is_quiet();
    });
}

#[test]
fn a_description_may_change_many_times() {
    on_both(|world| {
        with_flow(&world, "updates = true");
        let (issue, key) = a_pair(&world);
        for n in 0..3 {
            let html = format!(
                "<h2>no. {n}</h2><ul><li>a  b</li><li><code>x</code></li></ul><p>&lt;b&gt; *not bold* {{x}}</p>"
            );
            world.guance.describe(&issue, &html, "张三");
            world.settle();
            let description = world.jira.issue(&key).unwrap().description.to_string();
            assert!(description.contains(&format!("no. {n}")), "{description}");
        }
        assert!(world.jira.comments(&key).is_empty(), "{}", thread(&world, &key));
        // Also where the state is lost: what reads the same is what guajira left.
        world.lose_state();
        world.settle();
        world.guance.describe(&issue, "<p>again</p>", "张三");
        world.settle();
        assert!(world.jira.issue(&key).unwrap().description.to_string().contains("again"));
        assert!(world.jira.comments(&key).is_empty(), "{}", thread(&world, &key));
    });
}

#[test]
fn a_lost_state_moves_only_what_does_not_fit() {
    on_both(|world| {
        with_flow(&world, "status = \"both\"\nassignee = \"both\"");
        let (issue, key) = a_pair(&world);
        world.guance.set_status(&issue, 15, "张三");
        world.settle();
        world.lose_state();
        world.forget_requests();
        world.settle();
        assert_eq!(world.writes(), 0);
        world.lose_state();
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        assert_eq!((status(&world, &issue), world.jira.status_of(&key).as_str()), (20, "Done"), "the newer side wins");
        world.is_quiet();
    });
}

#[test]
fn nothing_is_written_to_a_closed_issue_until_it_is_open_again() {
    on_both(|world| {
        world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nclosed_status = \"Done\"");
        with_flow(&world, "status = \"both\"\nupdates = true");
        let (issue, key) = a_pair(&world);
        world.jira.transition(&key, "alice", "Done");
        world.settle();
        assert_eq!(status(&world, &issue), 20);
        world.forget_requests();
        world.guance.reply(&issue, "李四", "<p>still broken</p>");
        world.guance.retitle(&issue, "disk full, still", "李四");
        for _ in 0..3 {
            world.pass(Duration::from_mins(6));
            world.sync();
        }
        assert_eq!(world.writes(), 0);
        let threads = world.guance.recorded().iter().filter(|request| request.path.contains("/reply/")).count();
        assert_eq!(threads, 0, "a thread that nothing is carried from costs no request");
        let told = world.run(&["why", &key]).stdout;
        assert!(told.contains("closed"), "{told}");

        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        assert!(thread(&world, &key).contains("still broken"));
        assert_eq!(world.jira.issue(&key).unwrap().summary, "disk full, still");
        assert_eq!(status(&world, &issue), 15);
        world.is_quiet();
    });
}

#[test]
fn a_lost_answer_is_resolved_by_what_both_sides_say() {
    on_both(|world| {
        with_flow(&world, "status = \"both\"");
        let (issue, key) = a_pair(&world);
        world.guance.set_status(&issue, 20, "张三");
        world.jira.fail(Fault::new(What::DropAfter).path_contains("/transitions").writes());
        world.pass(Duration::from_mins(1));
        world.run(&["sync"]);
        assert_eq!(world.staged("in_flight"), 1);
        world.settle();
        assert_eq!((status(&world, &issue), world.jira.status_of(&key).as_str()), (20, "Done"));
        assert_eq!(world.jira.comments(&key).len(), 1);

        // Jira says no for good: it is told, and not tried again.
        if world.flavour == Flavour::Cloud {
            world.jira.with_project("OPS", |project| project.workflow.transitions.clear());
            world.guance.set_status(&issue, 10, "张三");
            world.pass(Duration::from_mins(1));
            assert_eq!(world.run(&["sync"]).code, 3);
            assert_eq!(world.staged("dead"), 1);
            world.forget_requests();
            for _ in 0..3 {
                world.pass(Duration::from_mins(6));
                world.run(&["sync"]);
            }
            assert_eq!(world.writes(), 0);
        }
    });
}

#[test]
fn changed_on_both_sides_the_newer_one_wins_and_it_is_told() {
    for newer_on_jira in [true, false] {
        on_both(|world| {
            with_flow(&world, "status = \"both\"");
            let (issue, key) = a_pair(&world);
            let on_guance = || world.guance.set_status(&issue, 20, "张三");
            let on_jira = || world.jira.transition(&key, "alice", "In Progress");
            world.pass(Duration::from_mins(2));
            if newer_on_jira {
                on_guance();
            } else {
                on_jira();
            }
            world.pass(Duration::from_secs(30));
            if newer_on_jira {
                on_jira();
            } else {
                on_guance();
            }
            world.pass(Duration::from_secs(30));
            let outcome = world.sync();
            assert!(outcome.stdout.contains("1 conflict"), "{outcome}");
            world.settle();
            let want = if newer_on_jira { (15, "In Progress") } else { (20, "Done") };
            assert_eq!((status(&world, &issue), world.jira.status_of(&key).as_str()), want);
            world.is_quiet();
        });
    }
}
