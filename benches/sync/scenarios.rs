//! What is measured.

use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::jira::Flavour;
use serde_json::json;

use crate::figures::Figures;
use crate::world::{Transport, World};

/// An ordinary run that is not the first.
const MINUTE: Duration = Duration::from_mins(1);

/// How long before the backfill its first issue was opened.
const WINDOW: TimeDelta = TimeDelta::days(2);

/// Most runs that a scenario may need to come to rest.
const MOST_RUNS: usize = 60;

/// One measurement.
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// True when it belongs to the small form, which counts and does not measure.
    pub(crate) is_small: bool,
    /// Measures; `None` where something that it needs is not on this machine.
    pub(crate) measure: Box<dyn Fn() -> Option<Figures>>,
}

/// Returns all scenarios, in the order in which they are shown.
pub(crate) fn all() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut add = |name: String, is_small: bool, measure: Box<dyn Fn() -> Option<Figures>>| {
        all.push(Scenario { name, is_small, measure });
    };
    let ways = [(Transport::Http, "HTTP"), (Transport::Tls, "TLS"), (Transport::TlsCaFile, "TLS with ca_file")];
    for (transport, shown) in ways {
        for ms in [0, 50, 150] {
            let latency = Duration::from_millis(ms);
            let is_small = transport == Transport::Http && ms == 0;
            add(format!("idle, {shown}, {ms} ms"), is_small, Box::new(move || idle(transport, latency)));
        }
    }
    for pairs in [10_000, 1_000_000] {
        add(format!("idle, {pairs} pairs"), pairs == 10_000, Box::new(move || idle_with(pairs)));
    }
    for (flavour, jira) in [(Flavour::Cloud, "Cloud"), (Flavour::Server, "Server")] {
        add(format!("one new issue, {jira}"), true, Box::new(move || one_new_issue(flavour)));
        add(format!("100 comments on 10 issues, {jira}"), true, Box::new(move || comments(flavour)));
    }
    add("a reply on each of 15 open issues".into(), true, Box::new(|| replies(15)));
    add("a reply on each of 500 open issues".into(), false, Box::new(|| replies(500)));
    add("a script: idle, Server".into(), false, Box::new(|| script(false)));
    add("a script: one new issue, Server".into(), false, Box::new(|| script(true)));
    for (flavour, jira) in [(Flavour::Cloud, "Cloud"), (Flavour::Server, "Server")] {
        for issues in [100, 500, 2_000, 8_000, 20_000] {
            let is_wanted = issues <= 2_000 || flavour == Flavour::Cloud;
            if is_wanted {
                let name = format!("backfill of {issues} issues, {jira}");
                add(name, issues == 100, Box::new(move || backfill(flavour, issues)));
            }
        }
    }
    all
}

fn plain(flavour: Flavour) -> Option<World> {
    World::new(flavour, Transport::Http, Duration::ZERO)
}

/// Does what every run after the first few does: nothing is due, and nothing has changed.
fn idle(transport: Transport, latency: Duration) -> Option<Figures> {
    let world = World::new(Flavour::Cloud, transport, latency)?;
    Some(idle_run(&world))
}

fn idle_with(pairs: u32) -> Option<Figures> {
    let world = plain(Flavour::Cloud)?;
    begin(&world);
    remember(&world, pairs);
    // The first run over what was just inserted is not the ordinary one: its pages are in no cache.
    Some(idle_run(&world))
}

fn begin(world: &World) {
    for _ in 0..3 {
        world.run(&["sync"]);
        world.pass(MINUTE);
    }
}

fn idle_run(world: &World) -> Figures {
    begin(world);
    let mut figures = world.run(&["sync"]);
    world.pass(MINUTE);
    figures.instructions = world.instructions(&["sync"]);
    figures
}

/// Puts pairs into the state on which nothing has happened for a month; every second one is closed, each has a comment
/// and a field that was compared.
fn remember(world: &World, pairs: u32) {
    let state = world.state();
    let month_ago = (chrono::Utc::now() - TimeDelta::days(30)).timestamp_millis();
    let each = "WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ?1)";
    let insert = |sql: &str, with_time: bool| {
        let sql = sql.replace("EACH", each);
        let done = if with_time {
            state.execute(&sql, rusqlite::params![pairs, month_ago])
        } else {
            state.execute(&sql, rusqlite::params![pairs])
        };
        done.expect("rows in the state");
    };
    state.execute_batch("BEGIN").expect("a transaction");
    insert(
        "EACH INSERT INTO issue_link (guance, jira, jira_name, guance_seen, jira_seen, active, polled, opened, closed, fields_read)
         SELECT printf('issue_%032x', n), 1000000 + n, 'OPS-' || (1000000 + n), ?2, ?2, ?2, ?2, ?2, n % 2, ?2 FROM each",
        true,
    );
    insert(
        "EACH INSERT INTO comment_link (origin, origin_id, copy_id, lane)
         SELECT 'guance', printf('repim_%032x', n), 2000000 + n, printf('issue_%032x', n) FROM each",
        false,
    );
    insert(
        "EACH INSERT INTO field_base (lane, field, guance, jira, version)
         SELECT printf('issue_%032x', n), 'status', '10', 'Open', ?2 FROM each",
        true,
    );
    insert("EACH INSERT INTO event (at, item, what) SELECT ?2, printf('issue_%032x', n), 'created' FROM each", true);
    state.execute_batch("COMMIT").expect("a commit");
}

fn one_new_issue(flavour: Flavour) -> Option<Figures> {
    let world = plain(flavour)?;
    begin(&world);
    world.guance.open_issue("disk full", "<p>/dev/sda1 is at 97 %</p>", "P1", "张三");
    Some(world.run(&["sync"]))
}

/// The script that guajira is compared with, on the same services.
fn script(with_issue: bool) -> Option<Figures> {
    let world = plain(Flavour::Server)?;
    if with_issue {
        world.guance.open_issue("disk full", "<p>/dev/sda1 is at 97 %</p>", "P1", "张三");
    }
    world.run_script()
}

fn comments(flavour: Flavour) -> Option<Figures> {
    let world = plain(flavour)?;
    begin(&world);
    let issues = open(&world, 10);
    settle(&world);
    let keys: Vec<String> = world.jira.issues().into_iter().map(|issue| issue.key).collect();
    for n in 0..5 {
        for issue in &issues {
            world.guance.reply(issue, "张三", &format!("<p>reply {n}</p>"));
        }
        for key in &keys {
            world.jira.comment(key, "alice", words(flavour, &format!("comment {n}")));
        }
    }
    Some(until(&world, 100))
}

fn words(flavour: Flavour, text: &str) -> serde_json::Value {
    match flavour {
        Flavour::Server => json!(text),
        Flavour::Cloud => {
            json!({"version": 1, "type": "doc", "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": text}]}]})
        }
    }
}

/// Each open issue gets a reply, which does not move the issue's `updateAt`: only the thread tells of it.
fn replies(issues: usize) -> Option<Figures> {
    let world = plain(Flavour::Cloud)?;
    world.guance.switch(|switches| switches.reply_bumps_issue = false);
    begin(&world);
    let issues = open(&world, issues);
    settle(&world);
    for issue in &issues {
        world.guance.reply(issue, "张三", "<p>looking into it</p>");
    }
    Some(until(&world, issues.len()))
}

/// Runs once a minute until so much was delivered.
fn until(world: &World, deliveries: usize) -> Figures {
    let mut figures = Figures::default();
    while figures.deliveries < deliveries && figures.runs < MOST_RUNS {
        world.pass(MINUTE);
        let run = world.run(&["sync"]);
        figures.deliveries += run.deliveries;
        figures.add(&run);
    }
    figures
}

fn open(world: &World, issues: usize) -> Vec<String> {
    (0..issues)
        .map(|n| {
            let text = format!("<p>host-{n} does not answer</p><ul><li>since 09:{:02}</li></ul>", n % 60);
            world.guance.open_issue(&format!("host {n} is down"), &text, "P1", "张三")
        })
        .collect()
}

/// Runs once a minute until a run writes nothing.
fn settle(world: &World) {
    for _ in 0..MOST_RUNS {
        world.pass(MINUTE);
        if world.run(&["sync"]).deliveries == 0 {
            break;
        }
    }
}

fn backfill(flavour: Flavour, issues: usize) -> Option<Figures> {
    let world = plain(flavour)?;
    let clocks = [world.guance.clock(), world.jira.clock()];
    let step = WINDOW / i32::try_from(issues + 1).unwrap_or(i32::MAX);
    for n in 0..issues {
        for clock in clocks {
            clock.set_offset(step * i32::try_from(n).unwrap_or(i32::MAX) - WINDOW);
        }
        world.guance.open_issue(&format!("host {n} is down"), "<p>it does not answer</p>", "P1", "张三");
    }
    for clock in clocks {
        clock.set_offset(TimeDelta::zero());
    }
    Some(world.run(&["sync", "--since", "3d"]))
}
