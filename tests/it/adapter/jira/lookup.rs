//! Looking for our own writes: after lost answers, under index lag, after moves and clones, without labels.

use std::time::Duration;

use guajira::domain::Push;
use guajira::ports::{Lookup, Wanted, Writes as _};
use guajira_fakes::jira::{Flavour, OffScreen, Options, Project};
use guajira_fakes::server::What;

use super::{BOTH, Rig, add, create, edit, find_in, uuid};

fn found(lookup: &Lookup) -> &str {
    match lookup {
        Lookup::Found(receipt) | Lookup::Labelled(receipt) => &receipt.name,
        Lookup::Foreign(..) => "somebody else's",
        Lookup::Counted(_) => "counted",
        Lookup::Absent => "absent",
        Lookup::Unsure => "unsure",
    }
}

#[test]
fn a_lost_create_is_found_although_search_does_not_know_it_yet() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(30);
        rig.minutes(120);
        rig.people_open(3);
        rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
        rig.lose("POST", "/issue", What::DropAfter);
        let push = create(1);
        rig.push(push.clone()).unwrap_err();
        rig.people_open(3);
        assert_eq!(found(&rig.find_issue(&push)), "OPS-34", "{flavour:?}");
        assert_eq!(found(&rig.find_issue(&create(2))), "absent", "{flavour:?}");
    }
}

#[test]
fn a_create_that_never_arrived_is_absent() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.lose("POST", "/issue", What::DropBefore);
        rig.push(create(1)).unwrap_err();
        assert_eq!(found(&rig.find_issue(&create(1))), "absent");
    }
}

#[test]
fn deleted_keys_do_not_end_the_look_up_too_early() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(2);
        rig.minutes(60);
        rig.people_open(12);
        rig.push(create(1)).unwrap();
        (3..=14).for_each(|n| rig.fake.delete_issue(&format!("OPS-{n}")));
        rig.fake.remove_label("OPS-15", "alice", uuid(1).as_str());
        assert_eq!(found(&rig.find_issue(&create(1))), "OPS-15", "{flavour:?}");
    }
}

#[test]
fn an_old_moved_issue_with_a_new_key_hides_nothing() {
    for flavour in BOTH {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
        let rig = Rig::with(flavour, Options { projects, ..Options::default() });
        rig.people_open(8);
        rig.fake.create_issue("DEV", "alice", guajira_fakes::jira::Draft::new("old"));
        rig.minutes(60);
        rig.fake.switch(|s| s.index_lag = Duration::from_secs(30));
        rig.lose("POST", "/issue", What::DropAfter);
        rig.push(create(1)).unwrap_err();
        rig.fake.move_issue("DEV-1", "OPS", "alice");
        rig.sim.advance(Duration::from_mins(1));
        rig.fake.switch(|s| s.unindexed.extend(["OPS-9".into()]));
        assert_eq!(found(&rig.find_issue(&create(1))), "OPS-9", "{flavour:?}");
    }
}

#[test]
fn one_run_asks_again_for_what_came_meanwhile() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(3);
        rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
        let run = rig.run();
        assert_eq!(found(&find_in(&run, &create(1))), "absent");
        rig.push(create(1)).unwrap();
        assert_eq!(found(&find_in(&run, &create(1))), "OPS-4");
        run.push(&[create(2)]).remove(0).unwrap();
        rig.requests();
        assert_eq!(found(&find_in(&run, &create(2))), "OPS-5");
        let reads = rig.requests().iter().filter(|r| r.ends_with("/issue/OPS-5")).count();
        assert_eq!(reads, 0, "what this run made is not read again");
    }
}

#[test]
fn however_much_one_run_has_made_it_can_still_tell_what_is_absent() {
    let rig = Rig::new(Flavour::Server);
    rig.people_open(3);
    rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
    let run = rig.run();
    assert_eq!(found(&find_in(&run, &create(1))), "absent");
    let all: Vec<Push> = (1..=550).map(create).collect();
    for some in all.chunks(50) {
        assert!(run.push(some).into_iter().all(|made| made.is_ok()));
    }
    rig.sim.advance(Duration::from_mins(1));
    rig.requests();
    assert_eq!(found(&find_in(&run, &create(551))), "absent");
    assert!(rig.requests().len() < 10, "what this run made is not read again");
}

/// Of very many that a run has made it forgets the first, and a search need not know them yet: a backfill against a fast Jira
/// once left its last creates to the next run.
#[test]
fn a_run_that_makes_thousands_can_tell_of_each_what_is_absent() {
    let rig = Rig::new(Flavour::Server);
    rig.people_open(3);
    rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
    let run = rig.run();
    let all: Vec<Push> = (1..=2_600).map(create).collect();
    for (n, some) in all.chunks(50).enumerate() {
        assert_eq!(found(&find_in(&run, &some[0])), "absent");
        assert!(run.push(some).into_iter().all(|made| made.is_ok()));
        if n == 20 {
            // Somebody else's, among ours.
            rig.people_open(1);
        }
    }
    rig.sim.advance(Duration::from_mins(1));
    rig.requests();
    assert_eq!(found(&find_in(&run, &create(2_601))), "absent");
    let reads = rig.requests();
    assert!(reads.len() < 12, "what this run made is not read again: {reads:?}");
    assert!(reads.iter().any(|read| read.ends_with("/issue/OPS-1054")), "{reads:?}");
}

#[test]
fn the_original_copy_wins_over_its_clones() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.push(create(1)).unwrap();
        rig.fake.clone_issue("OPS-1", "alice");
        rig.fake.clone_issue("OPS-1", "bot");
        assert_eq!(found(&rig.find_issue(&create(1))), "OPS-1");
    }
}

#[test]
fn a_label_on_what_guajira_did_not_make_is_told_and_costs_no_request_more() {
    for flavour in BOTH {
        // Nothing, an issue of somebody else, an issue of our own account; known to search, or not yet.
        let mut counts = Vec::new();
        for (maker, lag) in [(None, 0), (Some("alice"), 0), (Some("bot"), 0), (None, 10), (Some("alice"), 10)] {
            let rig = Rig::new(flavour);
            rig.people_open(3);
            rig.minutes(60);
            rig.fake.switch(|s| s.index_lag = Duration::from_mins(lag));
            let labels = if maker.is_some() { vec![uuid(1).to_string()] } else { Vec::new() };
            let draft = guajira_fakes::jira::Draft { labels, ..guajira_fakes::jira::Draft::new("made by a script") };
            let key = rig.fake.create_issue("OPS", maker.unwrap_or("alice"), draft);
            rig.requests();
            let lookup = rig.find_issue(&create(1));
            counts.push((lag, rig.requests().len()));
            match (maker, &lookup) {
                (None, Lookup::Absent) => {}
                (Some("bot"), Lookup::Labelled(receipt)) => assert_eq!(receipt.name, key),
                (Some(_), Lookup::Foreign(receipt, who)) => {
                    assert_eq!((receipt.name.as_str(), who.name.as_str()), (key.as_str(), "Alice Example"));
                }
                other => panic!("{flavour:?} {lag}: {other:?}"),
            }
        }
        let [(_, nothing), (_, foreign), (_, own), (_, nothing_yet), (_, foreign_yet)] = counts[..] else { panic!() };
        // Server reads by id what carries the label: the property that search does not give decides.
        let read = usize::from(flavour == Flavour::Server);
        assert_eq!((foreign, foreign_yet), (nothing + read, nothing_yet), "{flavour:?}");
        assert!(own <= nothing + read, "{flavour:?}");
    }
}

#[test]
fn a_proven_copy_goes_before_what_somebody_else_labelled() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        let labels = vec![uuid(1).to_string()];
        let draft = guajira_fakes::jira::Draft { labels, ..guajira_fakes::jira::Draft::new("made by a script") };
        rig.fake.create_issue("OPS", "alice", draft);
        rig.push(create(1)).unwrap();
        assert!(matches!(rig.find_issue(&create(1)), Lookup::Found(receipt) if receipt.name == "OPS-2"));
        // Without its label, and so found by its key alone.
        rig.fake.remove_label("OPS-2", "alice", uuid(1).as_str());
        assert!(matches!(rig.find_issue(&create(1)), Lookup::Found(receipt) if receipt.name == "OPS-2"));
    }
}

#[test]
fn a_copy_that_was_moved_away_is_still_ours() {
    for flavour in BOTH {
        let projects = vec![Project::new("OPS", "Operations"), Project::new("DEV", "Development")];
        let rig = Rig::with(flavour, Options { projects, ..Options::default() });
        rig.push(create(1)).unwrap();
        rig.fake.move_issue("OPS-1", "DEV", "alice");
        assert_eq!(found(&rig.find_issue(&create(1))), "DEV-1");
    }
}

#[test]
fn a_copy_without_a_label_is_found_by_its_key() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.switch(|s| {
            s.off_create_screen.insert("labels".into());
            s.off_screen = OffScreen::Refused;
        });
        rig.people_open(3);
        rig.fake.with_user("bot", |user| {
            user.denied.insert("EDIT_ISSUES".into());
        });
        rig.push(create(1)).unwrap();
        assert!(rig.fake.issue("OPS-4").unwrap().labels.is_empty());
        rig.minutes(600);
        rig.people_open(3);
        assert_eq!(found(&rig.find_issue(&create(1))), "OPS-4", "{flavour:?}");
    }
}

#[test]
fn a_renamed_project_is_still_looked_through() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(3);
        rig.minutes(60);
        rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
        rig.push(create(1)).unwrap();
        rig.fake.rename_project("OPS", "OPERATIONS");
        assert_eq!(found(&rig.find_issue(&create(1))), "OPERATIONS-4", "{flavour:?}");
    }
}

#[test]
fn a_hidden_project_cannot_tell() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.fake.with_project("OPS", |project| {
            project.hidden_from.insert("bot".into());
        });
        assert_eq!(found(&rig.find_issue(&create(1))), "unsure");
    }
}

#[test]
fn a_lost_comment_is_found_in_its_thread() {
    for flavour in BOTH {
        let rig = Rig::new(flavour);
        rig.people_open(1);
        let issue = rig.id("OPS-1");
        rig.fake.switch(|s| s.index_lag = Duration::from_mins(10));
        rig.lose("POST", "/comment", What::DropAfter);
        let push = add(7, "words", &issue, false);
        rig.push(push.clone()).unwrap_err();
        let edited = edit(7, "other words", &issue, "1", false);
        let wanted = |push: &Push, with_content: bool| Wanted {
            key: push.key.clone(),
            issue: Some(issue.clone()),
            project: None,
            content: with_content.then(|| push.content.clone()),
        };
        let all = [
            wanted(&push, false),
            wanted(&push, true),
            wanted(&edited, true),
            wanted(&add(8, "x", &issue, false), false),
        ];
        let lookups = rig.run().find(&all, &|_, _| false).unwrap();
        let id = rig.fake.comments("OPS-1")[0].id.to_string();
        assert_eq!(lookups.iter().map(found).collect::<Vec<_>>(), [id.as_str(), &id, "absent", "absent"]);
    }
}

#[test]
fn many_are_looked_up_with_few_requests() {
    let rig = Rig::new(Flavour::Cloud);
    let pushes: Vec<Push> = (1..=50).map(create).collect();
    rig.people_open(5);
    rig.minutes(60);
    rig.run().push(&pushes);
    rig.requests();
    let wanted: Vec<Wanted> = (1..=100)
        .map(|n| Wanted { key: create(n).key, issue: None, project: Some("OPS".into()), content: None })
        .collect();
    let lookups = rig.run().find(&wanted, &|_, _| false).unwrap();
    assert_eq!(lookups.iter().filter(|lookup| matches!(lookup, Lookup::Found(_))).count(), 50);
    let requests = rig.requests();
    assert!(requests.len() <= 8, "{requests:?}");
}
