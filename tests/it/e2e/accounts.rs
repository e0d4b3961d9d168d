//! Other credentials: a Guance key that was rotated, a Jira account that was replaced, also together with a lost state.

use std::time::Duration;

use guajira_fakes::jira::User;
use guajira_fakes::server::{Fault, What};

use super::agree::{jira_words, words};
use super::forging::with_line_of;
use super::world::{Flavour, World};

/// What is other than before.
#[derive(Clone, Copy, Debug)]
struct Change {
    key: bool,
    bot: bool,
    lost: bool,
}

/// What the services offer.
#[derive(Clone, Copy, Debug)]
struct Place {
    flavour: Flavour,
    keeps_extend: bool,
    user_properties: bool,
}

/// Every combination of the two, half of them on each kind of Jira.
fn places() -> impl Iterator<Item = Place> {
    let cloud = [(true, true), (false, false)].map(|with| (Flavour::Cloud, with));
    let server = [(true, false), (false, true)].map(|with| (Flavour::Server, with));
    let place = |(flavour, (keeps_extend, user_properties))| Place { flavour, keeps_extend, user_properties };
    cloud.into_iter().chain(server).map(place)
}

fn world_at(place: Place) -> World {
    let world = World::new(place.flavour);
    world.guance.switch(|switches| switches.keep_extend = place.keeps_extend);
    world.jira.switch(|switches| switches.user_properties = place.user_properties);
    world
}

/// Two pairs with words in both threads.
fn lived_in(world: &World) -> ([String; 2], [String; 2]) {
    let issues = world.two_pairs();
    let keys = [world.key_of(&issues[0]), world.key_of(&issues[1])];
    // In two runs that write: what the first one learns stands beside the counter from the second on.
    for n in 0..2 {
        world.guance.reply(&issues[n], "李四", &format!("<p>reply{n}a</p>"));
        world.jira.comment(&keys[n], "alice", format!("comment{n}a"));
        world.settle();
    }
    (issues, keys)
}

fn say(world: &World, issues: &[String; 2], keys: &[String; 2], round: &str) {
    for n in 0..2 {
        world.guance.reply(&issues[n], "李四", &format!("<p>reply{n}{round}</p>"));
        world.jira.comment(&keys[n], "alice", format!("comment{n}{round}"));
    }
}

fn change(world: &World, change: Change) {
    if change.key {
        world.reconfigure("api_key = \"guance-test-key\"", "api_key = \"guance-test-key-2\"");
    }
    if change.bot {
        let mut other = User::new("bot2", "Another Bot");
        other.roles.insert("Administrators".into());
        world.jira.add_user(other);
        match world.flavour {
            Flavour::Cloud => {
                let (old, new) = (world.jira.basic("bot"), world.jira.basic("bot2"));
                world.reconfigure(&format!("user = \"{}\"", old.0), &format!("user = \"{}\"", new.0));
                world.reconfigure(&format!("token = \"{}\"", old.1), &format!("token = \"{}\"", new.1));
            }
            Flavour::Server => world.reconfigure(&world.jira.pat("bot"), &world.jira.pat("bot2")),
        }
    }
    if change.lost {
        world.lose_state();
    }
}

/// Names the accounts of before in the configuration.
fn name_former(world: &World, key: bool, bot: bool) {
    if key {
        let line = format!("former_accounts = [\"{}\"]\nconsole_url", world.our_key());
        world.reconfigure("console_url", &line);
    }
    if bot {
        let account = match world.flavour {
            Flavour::Cloud => User::new("bot", "").account_id,
            Flavour::Server => "bot".to_owned(),
        };
        world.reconfigure("[jira]\n", &format!("[jira]\nformer_accounts = [\"{account}\"]\n"));
    }
}

/// Everything of ours in a Guance thread, whichever key wrote it.
fn ours_on_guance(world: &World, issue: &str) -> Vec<String> {
    let replies = world.guance.replies(issue).into_iter();
    replies.filter(|reply| reply.creator.starts_with("wsak_")).map(|reply| words(&reply.content)).collect()
}

/// Everything of ours on a Jira issue, whichever account wrote it.
fn ours_on_jira(world: &World, key: &str) -> Vec<String> {
    let comments = world.jira.comments(key).into_iter();
    let ours = comments.filter(|comment| comment.author.as_deref().is_some_and(|author| author.starts_with("bot")));
    ours.map(|comment| jira_words(&comment.body)).collect()
}

/// One copy of each word, and nothing else.
fn nothing_doubled(world: &World, issues: &[String; 2], keys: &[String; 2], rounds: &[&str]) {
    for n in 0..2 {
        let (on_guance, on_jira) = (ours_on_guance(world, &issues[n]), ours_on_jira(world, &keys[n]));
        assert_eq!((on_guance.len(), on_jira.len()), (rounds.len(), rounds.len()), "{on_guance:#?} {on_jira:#?}");
        for round in rounds {
            assert_eq!(on_guance.iter().filter(|text| text.ends_with(&format!("comment{n}{round}"))).count(), 1);
            assert_eq!(on_jira.iter().filter(|text| text.ends_with(&format!("reply{n}{round}"))).count(), 1);
        }
    }
    assert_eq!(world.jira.issues().len(), 2, "issues");
}

fn goes_on(world: &World, issues: &[String; 2], keys: &[String; 2]) {
    world.settle();
    nothing_doubled(world, issues, keys, &["a"]);
    say(world, issues, keys, "b");
    world.settle();
    nothing_doubled(world, issues, keys, &["a", "b"]);
    for n in 0..2 {
        assert_eq!(world.linked(&issues[n]).as_ref(), Some(&keys[n]));
    }
}

fn every_place(what: Change, former: impl Fn(Place) -> (bool, bool)) {
    for place in places() {
        eprintln!("--- {what:?} at {place:?}");
        let world = world_at(place);
        let (issues, keys) = lived_in(&world);
        change(&world, what);
        let (key, bot) = former(place);
        name_former(&world, key, bot);
        goes_on(&world, &issues, &keys);
    }
}

#[test]
fn a_rotated_key_doubles_nothing() {
    every_place(Change { key: true, bot: false, lost: false }, |_| (false, false));
}

#[test]
fn another_jira_account_doubles_nothing() {
    every_place(Change { key: false, bot: true, lost: false }, |_| (false, false));
}

#[test]
fn both_at_once_double_nothing() {
    every_place(Change { key: true, bot: true, lost: false }, |_| (false, false));
}

/// The key of the seals stands beside the write counter; where Jira keeps none, the former account has to be named.
#[test]
fn a_rotated_key_and_a_lost_state_double_nothing() {
    every_place(Change { key: true, bot: false, lost: true }, |place| (!place.user_properties, false));
}

/// The key of the seals is that of the Guance key, which is the same.
#[test]
fn another_jira_account_and_a_lost_state_double_nothing() {
    every_place(Change { key: false, bot: true, lost: true }, |_| (false, false));
}

/// Somebody copies the seal of a copy onto an older comment of hers, in the same thread: beside the text, or with the text's
/// first line. Nobody names the former account; the seal names it.
#[test]
fn a_seal_on_an_older_comment_of_somebody_elses_is_no_copy_under_another_account() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        for beside in [true, false] {
            eprintln!("--- {flavour:?}, beside the text: {beside}");
            let world = World::new(flavour);
            let issues = world.two_pairs();
            let key = world.key_of(&issues[0]);
            let hers = world.jira.comment(&key, "alice", "HERS");
            world.settle();
            let reply = world.guance.reply(&issues[0], "李四", "<p>REPLY</p>");
            world.settle();
            let copy =
                world.jira.comments(&key).into_iter().find(|one| jira_words(&one.body).contains("REPLY")).unwrap();
            if beside {
                world.jira.set_comment_property(hers, "alice", "guajira", copy.properties["guajira"].clone());
            } else {
                world.jira.edit_comment(hers, "alice", with_line_of(&copy, "HERS"));
            }
            change(&world, Change { key: false, bot: true, lost: true });
            // It may write over what the account before it wrote.
            world.jira.with_user("bot2", |bot| bot.denied.clear());
            world.settle();
            world.guance.edit_reply(&reply, "<p>REPLY, edited</p>");
            world.settle();
            world.lose_state();
            world.settle();
            let told = format!("{:#?}", world.guance.replies(&issues[0]));
            assert_eq!(world.heard_on_guance(&issues[0], "REPLY"), 0, "our own copy came back: {told}");
            assert_eq!(world.heard_on_guance(&issues[0], "HERS"), 1, "{told}");
            let now = world.jira.comments(&key);
            let [copies, theirs] = ["REPLY, edited", "HERS"]
                .map(|word| now.iter().filter(|one| jira_words(&one.body).contains(word)).collect::<Vec<_>>());
            assert_eq!(copies.iter().map(|one| one.id).collect::<Vec<_>>(), [copy.id], "{now:#?}");
            assert_eq!(theirs.iter().map(|one| one.id).collect::<Vec<_>>(), [hers], "{now:#?}");
        }
    }
}

/// The state has seen which account was ours before. Somebody takes the property off an issue whose create got no answer;
/// its label is left, which counts on what an account of ours made.
#[test]
fn a_state_knows_the_accounts_that_were_ours() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- {flavour:?}");
        let world = World::new(flavour);
        world.two_pairs();
        let issue = world.guance.open_issue("C", "<p>x</p>", "P1", "张三");
        world.jira.fail(Fault::new(What::DropAfter).writes().body_contains("summary"));
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        assert_eq!((world.jira.issues().len(), world.staged("in_flight")), (3, 1));
        let key = world.jira.issues().into_iter().find(|one| one.labels.contains(&issue)).unwrap().key;
        world.jira.rewrite_issue(&key, |issue| issue.properties.clear());
        change(&world, Change { key: false, bot: true, lost: false });
        world.settle();
        assert_eq!(world.jira.issues().len(), 3, "{:#?}", world.jira.issues());
        assert_eq!(world.linked(&issue).as_ref(), Some(&key));
    }
}

/// Nothing is left to know the seals by: both former accounts are named.
#[test]
fn everything_other_at_once_doubles_nothing_where_the_former_accounts_are_named() {
    every_place(Change { key: true, bot: true, lost: true }, |_| (true, true));
}

/// Version 0.1 sealed nothing.
fn of_version_0_1(what: Change, former: impl Fn(Place) -> (bool, bool)) {
    for place in places() {
        eprintln!("--- {what:?} of 0.1 at {place:?}");
        let world = world_at(place);
        let (issues, keys) = lived_in(&world);
        world.as_version_0_1();
        change(&world, what);
        let (key, bot) = former(place);
        name_former(&world, key, bot);
        goes_on(&world, &issues, &keys);
    }
}

#[test]
fn unsealed_markers_count_on_what_our_own_accounts_wrote() {
    of_version_0_1(Change { key: false, bot: false, lost: false }, |_| (false, false));
}

#[test]
fn unsealed_markers_of_a_former_key_count_where_it_is_named() {
    of_version_0_1(Change { key: true, bot: false, lost: true }, |_| (true, false));
}

#[test]
fn unsealed_markers_of_a_former_jira_account_count_where_it_is_named() {
    of_version_0_1(Change { key: false, bot: true, lost: true }, |place| (!place.keeps_extend, true));
}

/// Which Guance account is ours stands beside the write counter. Where Jira keeps none, and Guance no `extend`, words alone
/// are left, and the account has to be named.
#[test]
fn unsealed_markers_count_after_a_lost_state() {
    let what = Change { key: false, bot: false, lost: true };
    of_version_0_1(what, |place| (!place.user_properties && !place.keeps_extend, false));
}

/// Without `former_accounts` it is said which account it may have been, and where to name it.
#[test]
fn a_former_account_that_nobody_named_is_asked_for() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let place = Place { flavour, keeps_extend: false, user_properties: false };
        for (key, bot) in [(true, false), (false, true)] {
            let world = world_at(place);
            let (issues, keys) = lived_in(&world);
            world.as_version_0_1();
            change(&world, Change { key, bot, lost: false });
            say(&world, &issues, &keys, "b");
            // Words that make guajira read both threads whole.
            let state = world.state();
            state.execute("UPDATE issue_link SET guance_seen = NULL, jira_seen = NULL, polled = 0", []).unwrap();
            state.execute("DELETE FROM fact WHERE name = 'guance.own_accounts'", []).unwrap();
            // A state that did not see who we were on Jira.
            let unseen = "UPDATE fact SET value = json_set(value, '$.jira.account', '') WHERE name = 'services'";
            state.execute(unseen, []).unwrap();
            drop(state);
            world.pass(std::time::Duration::from_mins(6));
            let outcome = world.run(&["sync"]);
            let (section, account) = match (key, flavour) {
                (true, _) => ("[guance].former_accounts", world.our_key()),
                (false, Flavour::Cloud) => ("[jira].former_accounts", User::new("bot", "").account_id),
                (false, Flavour::Server) => ("[jira].former_accounts", "bot".to_owned()),
            };
            assert!(outcome.stderr.contains(section) && outcome.stderr.contains(&account), "{account}: {outcome}");
            for issue in &issues {
                assert_eq!(ours_on_guance(&world, issue).len(), 2, "what the state knows is not carried again");
            }
        }
    }
}
