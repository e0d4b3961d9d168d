//! A state file that is lost, or older than the world.

use std::time::Duration;

use guajira_fakes::jira::Flavour;

use super::copies::three_issues;
use super::world::{World, on_both};

fn lived_in(world: &World) -> Vec<String> {
    let issues = three_issues(world);
    world.sync();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "one");
    world.jira.comment(&world.key_of(&issues[0]), "bob", "two");
    world.settle();
    world.assert_agrees();
    issues
}

/// After whatever happened to the state: nothing twice, and life goes on.
fn assert_life_goes_on(world: &World, issues: &[String]) {
    world.settle();
    world.assert_agrees();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "a new comment on an old pair");
    world.guance.reply(&issues[1], "李四", "<p>a new reply on an old pair</p>");
    world.guance.open_issue("a new issue", "<p>x</p>", "P1", "张三");
    world.pass(Duration::from_mins(6));
    world.settle();
    world.assert_agrees();
}

#[test]
fn after_a_lost_state_nothing_is_created_twice_and_pairs_work_again() {
    on_both(|world| {
        let issues = lived_in(&world);
        world.lose_state();
        world.forget_requests();
        world.sync();
        assert_eq!(world.writes(), 0);
        assert_life_goes_on(&world, &issues);
    });
}

#[test]
fn what_was_opened_while_the_state_was_gone_is_not_lost() {
    on_both(|world| {
        let issues = lived_in(&world);
        world.pass(Duration::from_hours(5));
        world.guance.open_issue("opened meanwhile", "<p>x</p>", "P1", "张三");
        world.jira.comment(&world.key_of(&issues[2]), "alice", "said meanwhile");
        world.guance.reply(&issues[0], "李四", "<p>replied meanwhile</p>");
        world.pass(Duration::from_hours(5));
        world.lose_state();
        assert_life_goes_on(&world, &issues);
    });
}

#[test]
fn a_state_restored_from_an_older_copy_repeats_nothing() {
    on_both(|world| {
        let issues = lived_in(&world);
        world.copy_state("guajira.db", "backup.db");
        world.guance.open_issue("made after the copy", "<p>x</p>", "P1", "张三");
        world.jira.comment(&world.key_of(&issues[1]), "alice", "said after the copy");
        world.guance.reply(&issues[2], "李四", "<p>replied after the copy</p>");
        world.pass(Duration::from_mins(6));
        world.settle();
        world.assert_agrees();
        world.copy_state("backup.db", "guajira.db");
        assert_life_goes_on(&world, &issues);
    });
}

#[test]
fn two_copies_of_one_state_in_turn_repeat_nothing() {
    on_both(|world| {
        let issues = lived_in(&world);
        world.copy_state("guajira.db", "twin.db");
        for round in 0..4 {
            world.jira.comment(&world.key_of(&issues[1]), "alice", format!("round {round}"));
            world.guance.open_issue(&format!("in round {round}"), "", "P1", "张三");
            let state = world.path(if round % 2 == 0 { "twin.db" } else { "guajira.db" });
            let mut command = world.program(&["sync"]);
            command.env("GUAJIRA_SYNC__STATE", state);
            let outcome = super::world::Outcome::of(command);
            assert_eq!(outcome.code, 0, "{outcome}");
        }
        assert_life_goes_on(&world, &issues);
    });
}

#[test]
fn a_late_index_duplicates_nothing_after_a_loss() {
    let world = World::new(Flavour::Cloud);
    let lag = Duration::from_mins(4);
    world.jira.switch(|switches| switches.index_lag = lag);
    let issues = lived_in(&world);
    // Made, and lost sight of, before search knows it.
    world.guance.open_issue("just now", "<p>x</p>", "P1", "张三");
    world.jira.comment(&world.key_of(&issues[0]), "alice", "just now");
    world.run(&["sync"]);
    world.lose_state();
    world.run(&["sync"]);
    assert_life_goes_on(&world, &issues);
}
