//! States of a version that did not note which services they belong to.

use std::time::Duration;

use guajira_fakes::server::Recorded;

use super::services::{another_jira, assert_refused, comments, lived_in, make_old};
use super::world::on_both;

#[test]
fn a_state_of_an_older_version_takes_the_identity_of_its_services() {
    on_both(|world| {
        lived_in(&world);
        make_old(&world);
        world.settle();
        world.assert_agrees();
        world.forget_requests();
        let other = another_jira(&world, world.flavour);
        let old = world.jira.base_url();
        world.reconfigure(&old, &other.base_url());
        assert_refused(&world, &[&other], &[&old, &other.base_url()]);
    });
}

#[test]
fn an_older_state_whose_counter_cannot_be_kept_is_proven_by_its_markers() {
    on_both(|world| {
        world.jira.switch(|switches| switches.user_properties = false);
        let issues = lived_in(&world);
        make_old(&world);
        world.settle();
        world.assert_agrees();
        world.jira.comment(&world.key_of(&issues[1]), "alice", "life goes on");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn an_upgrade_together_with_another_jira_is_refused() {
    on_both(|world| {
        lived_in(&world);
        let other = another_jira(&world, world.flavour);
        make_old(&world);
        world.reconfigure(&world.jira.base_url(), &other.base_url());
        assert_refused(&world, &[&other], &["OPS-", &other.base_url()]);
        assert!(comments(&other).is_empty());
        let rebind = world.run(&["state", "rebind"]);
        assert_eq!(rebind.code, 2, "{rebind}");
    });
}

#[test]
fn an_upgrade_together_with_another_channel_is_refused() {
    on_both(|world| {
        lived_in(&world);
        make_old(&world);
        world.reconfigure("api_key = \"guance-test-key\"", "api_key = \"guance-test-key\"\nchannel = \"ops\"");
        assert_refused(&world, &[], &["marker"]);
    });
}

#[test]
fn an_upgrade_costs_its_proof_once() {
    on_both(|world| {
        lived_in(&world);
        world.settle();
        make_old(&world);
        let mut costs = Vec::new();
        for _ in 0..2 {
            world.pass(Duration::from_mins(1));
            world.forget_requests();
            world.sync();
            let count = |requests: Vec<Recorded>| requests.into_iter().map(|r| r.path).collect::<Vec<_>>();
            costs.push((count(world.guance.recorded()), count(world.jira.recorded())));
        }
        let [(guance, jira), (_, _)] = &costs[..] else { panic!("two runs") };
        // Which workspace, which channel, one of its issues; which kind of Jira, who we are, the counter.
        // Each run reads three threads besides.
        assert_eq!((guance.len(), jira.len()), (3 + 1 + 3, 3 + 2), "{costs:?}");
        assert_eq!((costs[1].0.len(), costs[1].1.len()), (1 + 3, 2), "{costs:?}");
    });
}
