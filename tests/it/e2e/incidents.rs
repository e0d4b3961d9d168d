//! The Incident Center through the whole program: one issue for each incident, fields both ways, and each comment once at most.

use std::fs;
use std::path::Path;
use std::time::Duration;

use guajira_fakes::guance::{IncidentList, IncidentRange, ModifyAnswer, Transitions};
use guajira_fakes::jira::Issue;
use guajira_fakes::server::{Fault, Times, What};

use super::agree::jira_words;
use super::crash::{Fate, run_and_kill};
use super::world::{Flavour, World, on_both};

/// The configuration that the page shows.
pub(super) fn example() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sources/incidents.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    format!("\n{}", rest.split_once("```").unwrap().0)
}

fn begun(flavour: Flavour) -> World {
    begin(World::new(flavour))
}

/// A first run, so that what comes later is new.
fn begin(world: World) -> World {
    let world = world.with_source(&example());
    world.sync();
    world
}

impl World {
    /// Texts that were written to an incident.
    fn told(&self, incident: &str) -> Vec<String> {
        self.guance.incident_comments(incident).into_iter().map(|one| one.text).collect()
    }

    fn status_of_incident(&self, incident: &str) -> String {
        self.guance.incident(incident).unwrap().status
    }

    /// An incident, and its Jira issue.
    fn with_incident(&self, name: &str) -> (String, Issue) {
        let incident = self.guance.open_incident(name, "P1");
        self.run_later(2);
        let issue = self.jira.issues().into_iter().find(|issue| issue.summary == name).unwrap();
        (incident, issue)
    }

    fn lose_answers_to_comments(&self, what: What) {
        self.guance.fail(Fault::new(what).path_contains("/incidents/comment/").writes());
    }
}

#[test]
fn the_example_makes_one_issue_of_each_incident_and_carries_both_ways() {
    on_both(|world| {
        let world = begin(world);
        let (incident, issue) = world.with_incident("errors rose");
        let words = jira_words(&issue.description);
        for part in ["errors rose: too many", "service: cart", "Guance:"] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert_eq!(world.jira.issues().len(), 1);

        world.jira.comment(&issue.key, "alice", "looking at it");
        world.run_later(2);
        world.run_later(6);
        let told = world.told(&incident);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("looking at it") && told[0].contains(&issue.key), "{told:?}");

        world.guance.claim_incident(&incident, "张三");
        world.run_later(2);
        world.run_later(6);
        assert_eq!(world.jira.status_of(&issue.key), "In Progress");
        world.jira.transition(&issue.key, "alice", "Done");
        world.run_later(2);
        world.run_later(6);
        assert_eq!(world.status_of_incident(&incident), "resolved");
        world.guance.move_incident(&incident, "closed", "张三");
        world.guance.edit_incident(&incident, "张三", |incident| incident.level = "system_level_0".to_owned());
        world.run_later(6);
        world.run_later(6);
        assert!(world.is_done(&world.only_issue()));
        world.is_quiet();
        assert_eq!(world.told(&incident).len(), 1);
    });
}

#[test]
fn whatever_is_not_documented_the_pair_agrees_in_the_end() {
    for (list, range, transitions, modify) in [
        (IncidentList::TopLevel, IncidentRange::Updated, Transitions::Neighbours, ModifyAnswer::True),
        (IncidentList::BareObject, IncidentRange::Created, Transitions::Neighbours, ModifyAnswer::Nothing),
        (IncidentList::BareArray, IncidentRange::Updated, Transitions::Any, ModifyAnswer::Bare),
    ] {
        let world = World::new(Flavour::Cloud);
        world.guance.switch(|switches| {
            let incidents = &mut switches.incidents;
            (incidents.list, incidents.range) = (list, range);
            (incidents.transitions, incidents.modify) = (transitions, modify);
            (incidents.get_tells_uuid, incidents.unchanged_is_never) = (false, false);
            incidents.range_required = true;
        });
        let world = begin(world);
        let (incident, issue) = world.with_incident("errors rose");
        world.jira.transition(&issue.key, "alice", "Done");
        world.run_later(2);
        world.run_later(6);
        let case = format!("{list:?} {range:?} {transitions:?} {modify:?}");
        assert_eq!(world.status_of_incident(&incident), "resolved", "{case}");
        world.guance.move_incident(&incident, "working", "张三");
        world.run_later(6);
        world.run_later(6);
        assert_eq!(world.jira.status_of(&issue.key), "In Progress", "{case}");
        world.is_quiet();
    }
}

#[test]
fn an_incident_ends_when_it_says_so_and_not_when_its_monitor_recovers() {
    for resolves in [false, true] {
        let world = World::new(Flavour::Cloud);
        world.guance.switch(|switches| {
            (switches.incidents.recovery_resolves, switches.incidents.comments_logged) = (resolves, true);
        });
        let world = begin(world);
        let (incident, issue) = world.with_incident("errors rose");
        world.jira.comment(&issue.key, "alice", "looking at it");
        world.run_later(2);
        world.guance.recover_incident(&incident);
        world.run_later(6);
        world.run_later(6);
        assert_eq!(world.is_done(&world.only_issue()), resolves);
        assert_eq!(world.told(&incident).len(), 1);
    }
}

#[test]
fn a_comment_whose_answer_was_lost_counts_as_sent() {
    on_both(|world| {
        let world = begin(world);
        for (n, what) in [What::DropAfter, What::DropBefore, What::Status(502, "busy".to_owned(), Vec::new())]
            .into_iter()
            .enumerate()
        {
            let (incident, issue) = world.with_incident(&format!("errors rose {n}"));
            world.jira.comment(&issue.key, "alice", "looking at it");
            world.lose_answers_to_comments(what.clone());
            world.pass(Duration::from_mins(2));
            let outcome = world.run(&["sync"]);
            assert_eq!(outcome.code, 3, "{what:?}: {outcome}");
            let arrived = usize::from(matches!(what, What::DropAfter));
            for _ in 0..3 {
                world.run_later(6);
            }
            assert_eq!(world.told(&incident).len(), arrived, "{what:?}");
            let why = world.run(&["why", &issue.key]).stdout;
            assert!(why.contains("in doubt") && why.contains("counts as sent"), "{why}");
            world.jira.comment(&issue.key, "alice", "the next one goes on");
            world.run_later(2);
            world.run_later(6);
            assert_eq!(world.told(&incident).len(), arrived + 1, "{what:?}");
        }
        assert_eq!(world.staged("pending") + world.staged("in_flight") + world.staged("dead"), 0);
    });
}

#[test]
fn a_comment_that_was_certainly_not_taken_is_sent_again() {
    let world = begun(Flavour::Cloud);
    let (incident, issue) = world.with_incident("errors rose");
    world.jira.comment(&issue.key, "alice", "looking at it");
    let limit = "{\"code\": 401, \"errorCode\": \"ft.TriggerApiAkCurrentLimiting\", \"success\": false}".to_owned();
    world.lose_answers_to_comments(What::Status(401, limit, Vec::new()));
    world.pass(Duration::from_mins(2));
    world.run(&["sync"]);
    world.run_later(6);
    world.run_later(6);
    assert_eq!(world.told(&incident).len(), 1);

    // Without the right it is dead, is told, and goes once somebody has granted the right and asked for it.
    world.guance.switch(|switches| switches.incidents.may_comment = false);
    world.jira.comment(&issue.key, "alice", "refused at first");
    world.pass(Duration::from_mins(2));
    let outcome = world.run(&["sync"]);
    assert_eq!(outcome.code, 3, "{outcome}");
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("Incident Center"), "{status}");
    world.guance.switch(|switches| switches.incidents.may_comment = true);
    world.run(&["retry", "--all"]);
    world.run_later(6);
    assert_eq!(world.told(&incident).len(), 2);
}

#[test]
fn killed_at_a_comment_it_is_there_once_at_most() {
    for fate in [Fate::Lost, Fate::Done] {
        let world = begun(Flavour::Cloud);
        let (incident, issue) = world.with_incident("errors rose");
        world.jira.comment(&issue.key, "alice", "looking at it");
        world.pass(Duration::from_mins(2));
        run_and_kill(&world, &world.guance, 1, fate);
        for _ in 0..3 {
            world.run_later(6);
        }
        assert_eq!(world.told(&incident).len(), usize::from(fate == Fate::Done), "{fate:?}");
        let why = world.run(&["why", &issue.key]).stdout;
        assert!(why.contains("counts as sent"), "{fate:?}: {why}");
    }
}

#[test]
fn killed_at_a_status_the_pair_agrees_in_the_end() {
    for nth in 1..=3 {
        for fate in [Fate::Lost, Fate::Done] {
            let world = World::new(Flavour::Cloud);
            world.guance.switch(|switches| switches.incidents.transitions = Transitions::Neighbours);
            // Times are whole seconds.
            world.reconfigure("in_doubt_wait = \"0s\"", "in_doubt_wait = \"2s\"");
            let world = begin(world);
            let (incident, issue) = world.with_incident("errors rose");
            world.jira.transition(&issue.key, "alice", "Done");
            world.pass(Duration::from_mins(2));
            // The direct way is refused; two steps follow.
            run_and_kill(&world, &world.guance, nth, fate);
            for _ in 0..4 {
                world.pass(Duration::from_mins(6));
                world.run(&["sync"]);
            }
            assert_eq!(world.status_of_incident(&incident), "resolved", "{nth} {fate:?}");
            assert!(world.is_done(&world.only_issue()), "{nth} {fate:?}");
        }
    }
}

#[test]
fn after_a_lost_state_nothing_is_written_twice_and_comments_go_on() {
    on_both(|world| {
        let world = begin(world);
        let (incident, issue) = world.with_incident("errors rose");
        world.jira.comment(&issue.key, "alice", "before");
        world.run_later(2);
        world.run_later(6);
        world.lose_state();
        world.run_later(6);
        world.run_later(6);
        world.run(&["sync", "--since", "1d"]);
        assert_eq!((world.jira.issues().len(), world.told(&incident).len()), (1, 1));
        world.jira.comment(&issue.key, "alice", "afterwards");
        world.run_later(6);
        world.run_later(6);
        let told = world.told(&incident);
        assert!(told.len() == 2 && told[1].contains("afterwards"), "{told:?}");
    });
}

#[test]
fn a_state_restored_from_an_older_copy_repeats_no_comment() {
    for planned in [false, true] {
        let world = begun(Flavour::Cloud);
        let (incident, issue) = world.with_incident("errors rose");
        if planned {
            // The copy holds the comment as one that waits to be sent.
            world.jira.comment(&issue.key, "alice", "said before");
            world.guance.fail(Fault::new(What::Status(429, String::new(), Vec::new())).writes().times(Times::N(3)));
            world.pass(Duration::from_mins(2));
            world.run(&["sync"]);
            assert_eq!((world.staged("pending"), world.told(&incident).len()), (1, 0));
        }
        world.copy_state("guajira.incidents.db", "backup.db");
        world.guance.clear_faults();
        if !planned {
            world.jira.comment(&issue.key, "alice", "said before");
        }
        for _ in 0..3 {
            world.run_later(6);
        }
        assert_eq!(world.told(&incident).len(), 1, "{planned}");
        world.copy_state("backup.db", "guajira.incidents.db");
        for _ in 0..3 {
            world.run_later(6);
        }
        assert_eq!(world.told(&incident).len(), 1, "{planned}");
        world.jira.comment(&issue.key, "alice", "said afterwards");
        world.run_later(6);
        world.run_later(6);
        assert_eq!(world.told(&incident).len(), 2, "{planned}");
    }
}

#[test]
fn what_fails_for_one_incident_delays_only_that_one() {
    let world = begun(Flavour::Cloud);
    let (broken, broken_issue) = world.with_incident("broken");
    let (good, good_issue) = world.with_incident("good");
    let refused = What::Status(500, "{\"errorCode\": \"InternalError\", \"success\": false}".to_owned(), Vec::new());
    world.guance.fail(Fault::new(refused).path_contains(&broken).times(Times::Always));
    for issue in [&broken_issue, &good_issue] {
        world.jira.comment(&issue.key, "alice", "looking at it");
        world.jira.transition(&issue.key, "alice", "Done");
    }
    for _ in 0..4 {
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
    }
    assert_eq!((world.told(&good).len(), world.status_of_incident(&good).as_str()), (1, "resolved"));
    let third = world.guance.open_incident("third", "P0");
    world.guance.edit_incident(&third, "张三", |incident| incident.status = String::new());
    world.guance.open_incident("fourth", "P0");
    world.pass(Duration::from_mins(2));
    world.run(&["sync"]);
    assert!(world.jira.issues().iter().any(|issue| issue.summary == "fourth"));
    world.guance.clear_faults();
    world.guance.move_incident(&third, "open", "张三");
    for _ in 0..4 {
        world.pass(Duration::from_mins(11));
        world.run(&["sync"]);
    }
    assert_eq!(world.status_of_incident(&broken), "resolved");
    assert!(world.told(&broken).len() <= 1);
    assert!(world.jira.issues().iter().any(|issue| issue.summary == "third"));
}

#[test]
fn an_edited_comment_is_one_more_and_a_reply_from_a_chat_arrives() {
    let world = begun(Flavour::Cloud);
    let (incident, issue) = world.with_incident("errors rose");
    let comment = world.jira.comment(&issue.key, "alice", "first words");
    world.run_later(2);
    world.run_later(6);
    world.jira.edit_comment(comment, "alice", "second words");
    world.run_later(2);
    world.run_later(6);
    let told = world.told(&incident);
    assert!(told.len() == 2 && told[1].contains("second words"), "{told:?}");
    let reply = world.run(&["reply", &format!("#{incident}#from the chat"), "--author", "李四"]);
    assert_eq!(reply.code, 0, "{reply}");
    world.run_later(6);
    let told = world.told(&incident);
    assert!(told.len() == 3 && told[2].contains("from the chat"), "{told:?}");
    assert_eq!(world.jira.comments(&issue.key).len(), 2);
    world.is_quiet();
}

#[test]
fn people_in_charge_travel_both_ways() {
    let world = World::new(Flavour::Cloud);
    world.jira.with_user("alice", |user| user.email = "alice@example.com".to_owned());
    let alice = world.guance.add_member("爱丽丝", "alice@example.com");
    let world = begin(world);
    let (incident, issue) = world.with_incident("errors rose");
    world.guance.edit_incident(&incident, "张三", |incident| incident.assigner = vec![alice]);
    world.run_later(6);
    world.run_later(6);
    assert!(world.only_issue().assignee.is_some(), "{:?}", world.only_issue());
    world.jira.assign(&issue.key, "alice", None);
    world.run_later(6);
    world.run_later(6);
    assert!(world.guance.assigners(&incident).is_empty());
}

#[test]
fn the_configuration_says_what_an_incident_cannot_do() {
    let world = World::new(Flavour::Cloud);
    let wrong = example().replace("[source.flow]\n", "[source.flow]\nreplies = true\nattachments = \"both\"\n");
    let wrong = wrong.replace("project = \"OPS\"\n", "project = \"OPS\"\nstatus = { Pending = \"Open\" }\n");
    let world = world.with_source(&wrong);
    let outcome = world.run(&["check"]);
    assert_eq!(outcome.code, 2, "{outcome}");
    for words in [
        "replies asks for what Guance incidents cannot do: it has no comments; write false",
        "attachments asks for what Guance incidents cannot do",
        "Open, Working, Resolved, Closed",
    ] {
        assert!(outcome.stderr.contains(words), "{words}: {outcome}");
    }
}

#[test]
fn check_and_status_tell_of_the_incidents() {
    let world = begun(Flavour::Cloud);
    world.with_incident("errors rose");
    let check = world.run(&["check"]);
    assert_eq!(check.code, 0, "{check}");
    assert!(check.stdout.contains("guance incidents") && check.stdout.contains("1 in the last hour"), "{check}");
    let status = world.run(&["status"]);
    assert!(status.stdout.contains("incidents"), "{status}");
    world.guance.fail(
        Fault::new(What::Status(400, "{\"errorCode\": \"RouterNotFound\"}".to_owned(), Vec::new()))
            .path_contains("incidents/list"),
    );
    let check = world.run(&["check"]);
    assert_ne!(check.code, 0, "{check}");
}
