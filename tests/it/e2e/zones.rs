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
