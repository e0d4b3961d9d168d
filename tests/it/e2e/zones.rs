//! Time zones, ours and the bot's, and what Jira makes of a number in JQL, change nothing.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::jira::{EpochMs, Flavour};

use super::copies::three_issues;
use super::world::World;

/// Ours, the bot's, and whether search understands milliseconds.
const ZONES: [(&str, &str, EpochMs); 7] = [
    ("Asia/Shanghai", "America/New_York", EpochMs::Understood),
    ("America/New_York", "Asia/Shanghai", EpochMs::Refused),
    ("Asia/Kolkata", "Asia/Shanghai", EpochMs::AlwaysTrue),
    ("Pacific/Kiritimati", "Pacific/Pago_Pago", EpochMs::Refused),
    ("Pacific/Pago_Pago", "Pacific/Kiritimati", EpochMs::Understood),
    ("Europe/Berlin", "Asia/Kolkata", EpochMs::Refused),
    (":no/such/zone", "Australia/Lord_Howe", EpochMs::AlwaysTrue),
];

fn in_zones(flavour: Flavour) {
    for (ours, bots, epoch) in ZONES {
        eprintln!("{flavour:?}: we in {ours}, the bot in {bots}, {epoch:?}");
        let mut world = World::new(flavour);
        world.set("TZ", ours);
        world.jira.with_user("bot", |bot| bot.time_zone = bots.parse().unwrap());
        world.jira.switch(|switches| switches.epoch_ms = epoch);
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        for n in 0..2 {
            world.pass(Duration::from_mins(50));
            world.jira.comment(&key, "alice", format!("comment {n}"));
            world.guance.open_issue(&format!("later {n}"), "", "P1", "张三");
            world.pass(Duration::from_mins(50));
            world.sync();
            assert_eq!(world.copied_replies(&issues[0]).len(), n + 1);
        }
        world.assert_agrees();
        world.forget_requests();
        world.sync();
        assert_eq!(world.writes(), 0);
    }
}

#[test]
fn time_zones_change_nothing_on_cloud() {
    in_zones(Flavour::Cloud);
}

#[test]
fn time_zones_change_nothing_on_server() {
    in_zones(Flavour::Server);
}

#[test]
fn a_backfill_reads_local_time() {
    let mut world = World::new(Flavour::Cloud);
    world.jira.with_user("bot", |bot| bot.time_zone = "America/New_York".parse().unwrap());
    let now = chrono::Utc::now();
    for hours in [30, 20, 10] {
        world.set_clocks(TimeDelta::hours(-hours));
        world.guance.open_issue(&format!("{hours} hours old"), "", "P1", "张三");
    }
    world.set_clocks(TimeDelta::zero());
    world.set("TZ", "Asia/Kolkata");
    let kolkata = chrono::FixedOffset::east_opt(19_800).unwrap();
    let local = |hours| (now - TimeDelta::hours(hours)).with_timezone(&kolkata).format("%Y-%m-%d %H:%M").to_string();
    let outcome = world.run(&["sync", "--since", &local(21), "--until", &local(19)]);
    assert_eq!(outcome.code, 0, "{outcome}");
    let titles: Vec<String> = world.jira.issues().into_iter().map(|issue| issue.summary).collect();
    assert_eq!(titles, ["20 hours old"]);
}

/// Hours by which Guance's and Jira's clocks are ahead of the machine's.
const SKEWS: [(i64, i64); 8] = [(-30, -30), (-2, -2), (2, 2), (30, 30), (2, 0), (0, 2), (-2, 2), (2, -2)];

#[test]
fn clocks_that_differ_lose_nothing() {
    for (n, (guance, jira)) in SKEWS.into_iter().enumerate() {
        let world = World::new(if n % 2 == 0 { Flavour::Cloud } else { Flavour::Server });
        eprintln!("Guance's clock is {guance}h ahead, Jira's {jira}h");
        world.guance.clock().set_offset(TimeDelta::hours(guance));
        world.jira.clock().set_offset(TimeDelta::hours(jira));
        let issues = three_issues(&world);
        let outcome = world.sync();
        assert!(outcome.stdout.contains("clock: this machine is"), "{outcome}");
        world.jira.comment(&world.key_of(&issues[0]), "alice", "later");
        world.guance.open_issue("later", "", "P1", "张三");
        world.settle();
        world.assert_agrees();
    }
}

/// Sets the clock of one of both services back by three hours.
fn set_back(world: &World, side: &str) {
    let clock = if side == "guance" { world.guance.clock() } else { world.jira.clock() };
    clock.shift(TimeDelta::hours(-3));
}

#[test]
fn a_remote_clock_that_is_set_back_loses_nothing_and_delays_nothing() {
    for (flavour, side, epoch) in [
        (Flavour::Cloud, "jira", EpochMs::Understood),
        (Flavour::Server, "jira", EpochMs::Refused),
        (Flavour::Server, "guance", EpochMs::Understood),
    ] {
        eprintln!("--- on Jira {flavour:?}: the clock of {side} is set back, {epoch:?}");
        let world = World::new(flavour);
        world.jira.switch(|switches| switches.epoch_ms = epoch);
        world.reconfigure("[[route]]", "[flow]\nupdates = true\n\n[[route]]");
        let issues = three_issues(&world);
        world.settle();
        let key = world.key_of(&issues[0]);
        world.jira.comment(&key, "alice", "before it");
        world.settle();
        let before = world.cursors();

        set_back(&world, side);
        for round in 0..2 {
            // What follows is stamped with times that were read long ago.
            world.jira.comment(&key, "alice", format!("after it {round}"));
            world.guance.reply(&issues[1], "李四", &format!("<p>a reply {round}</p>"));
            world.guance.retitle(&issues[2], &format!("another title {round}"), "李四");
            let new = world.guance.open_issue(&format!("new {round}"), "", "P1", "张三");
            world.pass(Duration::from_mins(6));
            let told = world.sync();
            assert_eq!(world.copied_replies(&issues[0]).len(), round + 2, "{told}");
            assert_eq!(world.copies_of(&new).len(), 1, "{told}");
            assert_eq!(world.copied_comments(&world.key_of(&issues[1])).len(), round + 1, "{told}");
        }
        // The cursor does not stay where no time comes for hours.
        let (index, clock) = if side == "guance" { (0, world.guance.clock()) } else { (1, world.jira.clock()) };
        let after = world.cursors();
        assert!(after[index].1 < before[index].1 && after[index].1 <= clock.now().timestamp_millis(), "{after:?}");
        world.is_quiet();
        let polls = world.jira.recorded().len();
        assert!(polls <= 3, "{polls} requests of a run with nothing to do");

        // Hours later the times come again that were there before.
        world.pass(Duration::from_hours(4));
        world.jira.comment(&key, "alice", "caught up");
        world.settle();
        assert_eq!(world.copied_replies(&issues[0]).len(), 4);
        world.assert_agrees();
    }
}

#[test]
fn one_run_with_a_wrong_clock_of_ours_does_not_blind_the_age_of_the_last_good_run() {
    for hours in [-30, 30] {
        let world = World::new(Flavour::Cloud);
        three_issues(&world);
        world.sync();
        world.sync();
        // To the state it is the same whether our clock was ahead in the run before, or behind.
        let state = world.state();
        let ms = TimeDelta::hours(hours).num_milliseconds();
        let sql = "UPDATE run SET started = started + ?1, ended = ended + ?1 WHERE id = (SELECT max(id) FROM run)";
        assert_eq!(state.execute(sql, [ms]).unwrap(), 1);
        drop(state);
        assert_eq!(world.run(&["status", "--max-age", "10m"]).code, 3);
        world.sync();
        let told = world.run(&["status", "--max-age", "10m"]);
        assert_eq!(told.code, 0, "{told}");
        // And it goes blind no sooner than it should.
        world.pass(Duration::from_mins(11));
        assert_eq!(world.run(&["status", "--max-age", "10m"]).code, 3);
    }
}

#[test]
fn a_clock_that_is_set_back_and_has_caught_up_before_the_next_run_loses_nothing() {
    for (flavour, side, back) in [
        (Flavour::Cloud, "jira", TimeDelta::hours(3)),
        (Flavour::Server, "jira", TimeDelta::seconds(40)),
        (Flavour::Server, "guance", TimeDelta::hours(3)),
    ] {
        eprintln!("--- on Jira {flavour:?}: the clock of {side} is set back by {back}");
        let world = World::new(flavour);
        let issues = three_issues(&world);
        world.settle();
        let key = world.key_of(&issues[0]);
        world.pass(Duration::from_hours(5));
        world.settle();
        world.jira.comment(&key, "alice", "before it");
        world.sync();
        world.sync();
        let clock = if side == "guance" { world.guance.clock() } else { world.jira.clock() };
        clock.shift(-back);
        world.jira.comment(&key, "alice", "after it");
        let new = world.guance.open_issue("new", "", "P1", "张三");
        world.pass(back.to_std().unwrap() + Duration::from_mins(20));
        let told = world.sync();
        assert_eq!(world.copied_replies(&issues[0]).len(), 2, "{told}");
        assert_eq!(world.copies_of(&new).len(), 1, "{told}");
        world.settle();
        world.assert_agrees();
    }
}
