//! Killed at any request to either side: nothing is lost, and nothing is there twice.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use guajira_fakes::jira::Flavour;
use guajira_fakes::server::{Fault, Server, What, When};

use super::copies::three_issues;
use super::world::{Outcome, World, on_both};

/// What became of the write at which the program died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It never arrived.
    Lost,
    /// It took effect.
    Done,
}

/// The process that is to die, once it is known.
#[derive(Clone, Default)]
pub(super) struct Victim(Arc<(Mutex<Option<u32>>, Condvar)>);

impl Victim {
    /// Sends the signal as soon as there is a process.
    pub(super) fn signal(&self, signal: &str) {
        let (pid, told) = &*self.0;
        let pid = told.wait_while(pid.lock().unwrap(), |pid| pid.is_none()).unwrap().unwrap();
        let done = std::process::Command::new("kill").args([signal, &pid.to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Runs the program as this victim.
    pub(super) fn run(&self, world: &World, args: &[&str]) -> Outcome {
        let child = world.program(args).spawn().unwrap();
        *self.0.0.lock().unwrap() = Some(child.id());
        self.0.1.notify_all();
        Outcome::from(child.wait_with_output().unwrap())
    }
}

/// Kills the next run at its n-th write to this side.
pub(super) fn run_and_kill(world: &World, side: &Server, nth: usize, fate: Fate) {
    kill(world, &["sync"], side, nth, fate);
}

/// Runs a command, and kills it at its n-th write to this side.
pub(super) fn kill(world: &World, args: &[&str], side: &Server, nth: usize, fate: Fate) {
    let victim = Victim::default();
    let killer = victim.clone();
    let die = move || {
        killer.signal("-KILL");
        // A machine with much to do comes to the write only later.
        std::thread::sleep(Duration::from_millis(20));
    };
    side.hook(nth, When::Before, Box::new(die));
    if fate == Fate::Lost {
        side.fail(Fault::new(What::DropBefore).writes().nth(nth));
    }
    let before = written(side);
    let outcome = victim.run(world, args);
    assert_eq!(outcome.code, -1, "not killed at write {nth}: {outcome}");
    // The write is on its way when the program dies. What comes next is told by what became of it.
    let died = Instant::now();
    while written(side) < before + nth {
        assert!(died.elapsed() < Duration::from_secs(20), "write {nth} was never dealt with");
        std::thread::sleep(Duration::from_millis(1));
    }
    side.clear_faults();
}

/// How many writes a side has dealt with, by its own record: one that has only arrived is not among them.
fn written(side: &Server) -> usize {
    side.recorded().iter().filter(|request| request.write).count()
}

/// Issues to create, a comment to copy, a reply to copy, and an edit of each: all in one run.
fn prepared(flavour: Flavour, lag: Duration) -> World {
    let world = World::new(flavour);
    world.jira.switch(|switches| switches.index_lag = lag);
    let issues = three_issues(&world);
    world.sync();
    let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", "to be edited");
    world.pass(lag);
    world.sync();
    assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    world.jira.edit_comment(comment, "alice", "edited");
    world.jira.comment(&world.key_of(&issues[1]), "bob", "a new comment");
    world.guance.edit_reply(&world.guance.replies(&issues[0])[0].uuid, "<p>an edited reply</p>");
    world.guance.reply(&issues[1], "李四", "<p>a new reply</p>");
    world.guance.open_issue("a new issue", "<p>new</p>", "P0", "张三");
    let last = world.guance.open_issue("another new issue", "<p>new too</p>", "P1", "张三");
    world.guance.reply(&last, "李四", "<p>with history</p>");
    world.pass(lag + Duration::from_mins(6));
    world
}

fn die_at_every_write(flavour: Flavour, lag: Duration) {
    let world = prepared(flavour, lag);
    let (guance, jira) = (world.guance.writes(), world.jira.writes());
    world.settle();
    world.assert_agrees();
    let (guance, jira) = (world.guance.writes() - guance, world.jira.writes() - jira);
    assert!(guance >= 2 && jira >= 4, "{guance} {jira}");
    // A late index has to do with Jira alone.
    let guance = if lag.is_zero() { guance } else { 0 };
    for fate in [Fate::Lost, Fate::Done] {
        for nth in 1..=guance + jira {
            let world = prepared(flavour, lag);
            let (side, nth): (&Server, usize) =
                if nth <= jira { (&world.jira, nth) } else { (&world.guance, nth - jira) };
            let name = if nth <= jira { "jira" } else { "guance" };
            eprintln!("{flavour:?}: killed at write {nth} to {name}, which is {fate:?}");
            run_and_kill(&world, side, nth, fate);
            // At once, while an index is behind; and when the dust has settled.
            world.run(&["sync"]);
            world.settle();
            world.assert_agrees();
        }
    }
}

/// A read changes nothing on the other side: what is told of it is all in how far the state file had come.
fn die_at_every_read(flavour: Flavour) {
    let world = prepared(flavour, Duration::ZERO);
    let before = (world.guance.reads(), world.jira.reads());
    world.sync();
    let (guance, jira) = (world.guance.reads() - before.0, world.jira.reads() - before.1);
    assert!(guance >= 2 && jira >= 4, "{guance} {jira}");
    for nth in 1..=guance + jira {
        let world = prepared(flavour, Duration::ZERO);
        let victim = Victim::default();
        let killer = victim.clone();
        let die = Box::new(move || killer.signal("-KILL"));
        if nth <= jira {
            world.jira.hook_read(nth, When::Before, die);
        } else {
            world.guance.hook_read(nth - jira, When::Before, die);
        }
        let outcome = victim.run(&world, &["sync"]);
        assert_eq!(outcome.code, -1, "not killed at read {nth}, of {jira} on Jira and {guance} on Guance: {outcome}");
        world.settle();
        world.assert_agrees();
    }
}

#[test]
fn killed_at_any_read_nothing_is_lost_and_nothing_twice_on_cloud() {
    die_at_every_read(Flavour::Cloud);
}

#[test]
fn killed_at_any_read_nothing_is_lost_and_nothing_twice_on_server() {
    die_at_every_read(Flavour::Server);
}

#[test]
fn killed_at_any_write_nothing_is_lost_and_nothing_twice_on_cloud() {
    die_at_every_write(Flavour::Cloud, Duration::ZERO);
}

#[test]
fn killed_at_any_write_nothing_is_lost_and_nothing_twice_on_cloud_with_a_late_index() {
    die_at_every_write(Flavour::Cloud, Duration::from_mins(3));
}

#[test]
fn killed_at_any_write_nothing_is_lost_and_nothing_twice_on_server() {
    die_at_every_write(Flavour::Server, Duration::ZERO);
}

#[test]
fn an_answer_that_never_came_is_looked_up_and_not_sent_again() {
    on_both(|world| {
        let issues = three_issues(&world);
        for what in [What::DropAfter, What::Truncate(5), What::Garbage, gateway_timeout()] {
            world.jira.fail(Fault::new(what.clone()).method("POST").path_contains("/issue"));
            world.guance.fail(Fault::new(what).path_contains("/reply/create"));
        }
        world.run(&["sync"]);
        world.settle();
        for n in 0..4 {
            world.jira.comment(&world.key_of(&issues[0]), "alice", format!("comment {n}"));
            world.settle();
        }
        world.assert_agrees();
    });
}

fn gateway_timeout() -> What {
    What::StatusAfter(504, "upstream timed out".to_owned(), Vec::new())
}

#[test]
fn eight_runs_at_once_are_as_good_as_one() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "one of many");
        world.guance.open_issue("new", "<p>new</p>", "P1", "张三");
        // The run that holds the lock takes long enough for all others to meet it.
        world.jira.fail(Fault::new(What::Delay(Duration::from_millis(700))).path_contains("/myself"));
        let children: Vec<_> = (0..8).map(|_| world.program(&["sync"]).spawn().unwrap()).collect();
        let outcomes: Vec<Outcome> =
            children.into_iter().map(|child| Outcome::from(child.wait_with_output().unwrap())).collect();
        let losers = outcomes.iter().filter(|outcome| outcome.stderr.contains("another run")).count();
        assert!(outcomes.iter().all(|outcome| outcome.code == 0), "{outcomes:#?}");
        assert_eq!(losers, 7, "{outcomes:#?}");
        world.settle();
        world.assert_agrees();
    });
}
