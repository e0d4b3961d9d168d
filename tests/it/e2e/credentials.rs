//! Credentials that no longer count: nothing moves, and it is said which and what to do.

use guajira_fakes::jira::DeadSearch;

use super::copies::three_issues;
use super::world::{Flavour, World, on_both};

/// What is wrong with a world while a run must fail, and how it is mended.
fn fails_and_recovers(mut world: World, break_it: impl Fn(&mut World), mend_it: impl Fn(&mut World), says: &[&str]) {
    let issues = three_issues(&world);
    world.settle();
    let key = world.key_of(&issues[0]);
    world.jira.comment(&key, "alice", "meanwhile");
    world.guance.open_issue("meanwhile", "<p>x</p>", "P1", "张三");
    let before = world.cursors();
    let broken = says[0].trim_start_matches('[').split(['.', ']']).next().unwrap().to_owned();
    break_it(&mut world);
    for _ in 0..2 {
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 4, "{outcome}");
        for words in says {
            assert!(outcome.stderr.contains(words), "{words:?}: {outcome}");
        }
        let of_side = |cursors: Vec<(String, i64)>| cursors.into_iter().find(|(side, _)| *side == broken);
        assert_eq!(of_side(world.cursors()), of_side(before.clone()));
    }
    mend_it(&mut world);
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_dead_jira_token_moves_nothing_and_says_what_to_do() {
    for search in [DeadSearch::Empty, DeadSearch::UnknownProject] {
        on_both(|world| {
            world.jira.switch(|switches| switches.dead_search = search);
            let break_it = |world: &mut World| {
                world.jira.with_user("bot", |bot| {
                    bot.secret = "another".to_owned();
                    bot.pat = "another".to_owned();
                });
            };
            let mend_it = |world: &mut World| {
                world.jira.with_user("bot", |bot| {
                    bot.secret = "bot-secret".to_owned();
                    bot.pat = "bot-pat".to_owned();
                });
            };
            fails_and_recovers(world, break_it, mend_it, &["[jira.auth]", "token"]);
        });
    }
}

#[test]
fn a_wrong_password_on_server_moves_nothing_and_says_what_to_do() {
    let mut world = World::new(Flavour::Server);
    world.reconfigure(
        "method = \"pat\"\ntoken = \"bot-pat\"",
        "method = \"basic\"\nuser = \"bot\"\ntoken = \"bot-secret\"",
    );
    world.set("GUAJIRA_JIRA__DEPLOYMENT", "server");
    let break_it = |world: &mut World| world.jira.with_user("bot", |bot| bot.secret = "another".to_owned());
    let mend_it = |world: &mut World| {
        world.jira.with_user("bot", |bot| bot.secret = "bot-secret".to_owned());
        world.jira.clear_captcha("bot");
    };
    fails_and_recovers(world, break_it, mend_it, &["[jira.auth]"]);
}

#[test]
fn a_refused_guance_key_moves_nothing_and_says_what_to_do() {
    for status in [401, 403] {
        on_both(|world| {
            world.guance.switch(|switches| switches.bad_key_status = status);
            let break_it = |world: &mut World| world.set("GUAJIRA_GUANCE__API_KEY", "a-key-that-was-revoked");
            let mend_it = |world: &mut World| world.unset("GUAJIRA_GUANCE__API_KEY");
            fails_and_recovers(world, break_it, mend_it, &["[guance].api_key", "ft.InvalidAPIKey"]);
        });
    }
}

#[test]
fn a_first_run_with_dead_credentials_begins_nothing() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.jira.with_user("bot", |bot| bot.active = false);
        let outcome = world.run(&["sync"]);
        assert_eq!((outcome.code, world.cursors()), (4, vec![]), "{outcome}");
        world.jira.with_user("bot", |bot| bot.active = true);
        world.settle();
        world.assert_agrees();
        assert_eq!(issues.len(), world.jira.issues().len());
    });
}

#[test]
fn a_token_that_dies_midway_loses_nothing() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        for n in 0..4 {
            world.guance.reply(&issues[n % 3], "李四", &format!("<p>reply {n}</p>"));
        }
        world.pass(std::time::Duration::from_mins(6));
        let refused = guajira_fakes::server::What::Status(401, String::new(), Vec::new());
        let fault = guajira_fakes::server::Fault::new(refused).times(guajira_fakes::server::Times::Always);
        world.jira.fail(fault.method("POST").path_contains("/comment").nth(2));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 4, "{outcome}");
        world.jira.clear_faults();
        world.settle();
        world.assert_agrees();
    });
}
