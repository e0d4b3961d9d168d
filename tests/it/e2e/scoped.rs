//! Scoped tokens of Jira Cloud, behind a gateway that refuses what no scope opens.

use std::collections::BTreeSet;
use std::time::Duration;

use guajira_fakes::jira::ScopeRefusal;

use super::copies::three_issues;
use super::world::{Flavour, World};

const LEAST: [&str; 3] = ["read:jira-user", "read:jira-work", "write:jira-work"];

/// Makes the bot's token a scoped one, and says so in the configuration.
fn scope(world: &World, scopes: &[&str]) {
    world.jira.scope_token("bot", scopes);
    let host = world.jira.gateway_host();
    world.reconfigure("method = \"basic\"", &format!("method = \"scoped\"\ngateway_url = \"{host}\""));
}

fn scoped(scopes: &[&str]) -> World {
    let world = World::new(Flavour::Cloud);
    scope(&world, scopes);
    world
}

/// What was asked of Jira, without the prefix of the gateway.
fn asked(world: &World) -> Vec<String> {
    let site = world.jira.gateway_url().replace(&world.jira.gateway_host(), "");
    let all = world.jira.recorded().into_iter();
    all.map(|one| format!("{} {}", one.method, one.path.strip_prefix(&site).unwrap_or(&one.path))).collect()
}

#[test]
fn the_least_scopes_carry_everything_and_an_idle_run_costs_no_request_more() {
    let world = scoped(&LEAST);
    world.configure_flow("status = \"both\"\nassignee = \"both\"\nattachments = \"both\"\ndeletes = \"delete\"");
    let issues = three_issues(&world);
    world.settle();
    world.jira.comment(&world.key_of(&issues[0]), "alice", "from Jira");
    world.guance.reply(&issues[0], "李四", "<p>from Guance</p>");
    world.settle();
    world.assert_agrees();
    let needed: BTreeSet<String> = world.jira.scopes_asked().into_iter().map(|(_, scope)| scope).collect();
    assert_eq!(needed, LEAST.map(str::to_owned).into());
    let ids = asked(&world).iter().filter(|one| one.ends_with("tenant_info")).count();
    assert_eq!(ids, 1, "the site is asked once in the life of a state");
    world.forget_requests();
    world.pass(Duration::from_mins(6));
    world.sync();
    assert!(world.jira.recorded().len() <= 2, "{:?}", asked(&world));
    assert!(world.jira.recorded().iter().all(|one| one.path.starts_with("/ex/jira/")), "{:?}", asked(&world));
}

#[test]
fn moving_to_a_scoped_token_changes_nothing_that_anybody_sees() {
    let world = World::new(Flavour::Cloud);
    let issues = three_issues(&world);
    world.settle();
    scope(&world, &LEAST);
    world.forget_requests();
    world.jira.comment(&world.key_of(&issues[1]), "alice", "after the move");
    world.guance.open_issue("after the move", "<p>x</p>", "P1", "张三");
    world.settle();
    world.assert_agrees();
    let requests = world.jira.recorded().into_iter().chain(world.guance.recorded());
    let sent = requests.map(|one| one.body.to_string()).collect::<Vec<_>>().join("\n");
    assert!(sent.contains(&format!("{}/browse/OPS-", world.jira.base_url())), "{sent}");
    assert!(!sent.contains("/ex/jira/"), "{sent}");
    world.is_quiet();
    // Rebuilt from what stands on both sides: the same pairs.
    world.lose_state();
    world.settle();
    world.assert_agrees();
    assert_eq!(world.jira.issues().len(), issues.len() + 1);
}

#[test]
fn a_check_names_the_least_scopes_and_tries_each() {
    let world = scoped(&LEAST);
    let told = world.run(&["check"]);
    assert_eq!(told.code, 0, "{told}");
    for line in [
        format!(
            "ok   jira gateway {}: the site is 11111111-aaaa-4bbb-8ccc-222222222222 there",
            world.jira.gateway_host()
        ),
        "this configuration needs read:jira-user, read:jira-work, write:jira-work, and no other".to_owned(),
        "ok   scope write:jira-work: the token has it; [flow].issues, [flow].replies, [flow].links need it".to_owned(),
    ] {
        assert!(told.stdout.contains(&line), "{line}: {told}");
    }
    assert_eq!(world.jira.user_property("bot", "guajira.check"), None);
    // Nothing is written to Jira: nothing needs to be allowed.
    world.configure_flow("issues = false\nreplies = false\nlinks = \"off\"");
    let told = world.run(&["check"]);
    assert!(told.stdout.contains("this configuration needs read:jira-user, read:jira-work, and no other"), "{told}");
}

#[test]
fn a_lacking_scope_is_named_and_nothing_is_lost() {
    for refusal in ScopeRefusal::ALL {
        let world = scoped(&["read:jira-user", "read:jira-work"]);
        world.jira.switch(|switches| switches.scope_refusal = refusal);
        three_issues(&world);
        let told = world.run(&["sync"]);
        assert_eq!(told.code, 4, "{refusal:?} {told}");
        assert!(told.stderr.contains("lacks the scope write:jira-work"), "{refusal:?} {told}");
        assert_eq!((world.staged("dead"), world.jira.issues().len()), (0, 0), "{refusal:?}");
        let told = world.run(&["check"]);
        assert_eq!(told.code, 3, "{refusal:?} {told}");
        assert!(told.stdout.contains("FAIL scope write:jira-work: the token lacks it"), "{refusal:?} {told}");
        assert!(told.stdout.contains("make a token with the scopes read:jira-user, read:jira-work, write:jira-work"));
        world.jira.scope_token("bot", &LEAST);
        world.settle();
        world.assert_agrees();
    }
}

#[test]
fn a_token_without_the_first_scope_is_told_which_it_needs() {
    for refusal in ScopeRefusal::ALL {
        let world = scoped(&["read:jira-work", "write:jira-work"]);
        world.jira.switch(|switches| switches.scope_refusal = refusal);
        let told = world.run(&["check"]);
        assert_eq!(told.code, 4, "{told}");
        assert!(told.stdout.contains("lacks the scope read:jira-user"), "{refusal:?} {told}");
        assert!(told.stdout.contains("this configuration needs read:jira-user, read:jira-work"), "{refusal:?} {told}");
    }
}

#[test]
fn a_site_that_tells_no_id_or_another_one_is_told_of() {
    let world = scoped(&LEAST);
    three_issues(&world);
    world.settle();
    // The site was removed, and made again under its address.
    world.jira.replace_cloud_id("33333333-aaaa-4bbb-8ccc-444444444444");
    world.pass(Duration::from_mins(6));
    assert_eq!(world.run(&["sync"]).code, 4);
    assert_eq!(world.run(&["check"]).code, 0);
    world.settle();
    world.assert_agrees();
    let fresh = scoped(&LEAST);
    let fault = guajira_fakes::server::Fault::new(guajira_fakes::server::What::Status(404, String::new(), Vec::new()));
    fresh.jira.fail(fault.path_contains("tenant_info").times(guajira_fakes::server::Times::Always));
    let told = fresh.run(&["sync"]);
    assert_eq!(told.code, 4, "{told}");
    assert!(told.stderr.contains("or set [jira.auth].cloud_id"), "{told}");
    fresh
        .reconfigure("method = \"scoped\"", "method = \"scoped\"\ncloud_id = \"11111111-aaaa-4bbb-8ccc-222222222222\"");
    fresh.sync();
}

#[test]
fn a_gateway_that_is_out_of_reach_is_named() {
    let world = scoped(&LEAST);
    let nowhere = "http://127.0.0.1:9";
    world.reconfigure(
        &format!("gateway_url = \"{}\"", world.jira.gateway_host()),
        &format!("gateway_url = \"{nowhere}\""),
    );
    let told = world.run(&["sync"]);
    assert_eq!(told.code, 4, "{told}");
    assert!(told.stderr.contains(&format!("a scoped token counts only through {nowhere}")), "{told}");
}

#[test]
fn a_service_project_needs_a_scope_for_its_request_types() {
    let world = World::with_projects(Flavour::Cloud, vec![guajira_fakes::jira::Project::service_desk("OPS", "Help")]);
    scope(&world, &LEAST);
    world.reconfigure("issue_type = \"Bug\"", "issue_type = \"Bug\"\nrequest_type = \"Report an incident\"");
    let told = world.run(&["check"]);
    let line = "warn scope read:servicedesk-request: the token lacks it; [[route]].request_type need it";
    assert!(told.stdout.contains(line), "{told}");
    // Only the request type is missing; the issue is made.
    world.guance.open_issue("alarm", "<p>x</p>", "P1", "张三");
    world.run(&["sync"]);
    assert_eq!(world.jira.issues().len(), 1);
}
