//! Everything that is undocumented on either side: whatever it is, all arrives once.

use std::time::Duration;

use guajira_fakes::guance::{self, LevelForm, ListShape, Order, PageLimit, Window};
use guajira_fakes::jira::{self, Flavour, LastToken, OffScreen};

use super::copies::three_issues;
use super::world::World;

/// A short life: issues, comments, replies, edits; late ones too.
fn lives(world: &World) {
    let issues = three_issues(world);
    for n in 0..4 {
        world.guance.open_issue(&format!("more {n}"), "<p>more</p>", "P2", "张三");
    }
    world.sync();
    let key = world.key_of(&issues[0]);
    for n in 0..3 {
        world.jira.comment(&key, "alice", format!("comment {n}"));
        world.guance.reply(&issues[1], "李四", &format!("<p>reply {n}</p>"));
    }
    world.pass(Duration::from_mins(6));
    world.sync();
    world.guance.edit_reply(&world.guance.replies(&issues[0])[0].uuid, "<p>an edited reply</p>");
    world.jira.edit_comment(world.jira.comments(&key).last().unwrap().id, "alice", "an edited comment");
    world.pass(Duration::from_hours(2));
    world.guance.open_issue("two hours later", "<p>x</p>", "P1", "张三");
    // Ends with a run that writes nothing.
    world.settle();
    world.assert_agrees();
}

fn with_guance(name: &str, change: impl FnOnce(&mut guance::Switches)) {
    eprintln!("guance: {name}");
    let world = World::new(Flavour::Cloud);
    world.guance.switch(change);
    lives(&world);
}

#[test]
fn whatever_guance_does_all_arrives_once() {
    with_guance("bare list", |s| s.list_shape = ListShape::Bare);
    with_guance("bare list without pages", |s| {
        (s.list_shape, s.page_limit, s.reply_page) = (ListShape::BareWithoutPages, PageLimit::Clamp(20), 10);
    });
    with_guance("large pages refused", |s| (s.page_limit, s.order) = (PageLimit::Refuse(50), Order::OldestFirst));
    with_guance("window by update", |s| (s.window, s.order) = (Window::Updated, Order::UpdatedFirst));
    with_guance("by update, bumped", |s| (s.window, s.reply_bumps_issue) = (Window::Updated, true));
    with_guance("a reply bumps its issue", |s| s.reply_bumps_issue = true);
    with_guance("integer levels", |s| s.level_form = LevelForm::Integer);
    with_guance("unknown keys of extend dropped", |s| s.keep_extend = false);
    with_guance("extend merged, float times", |s| (s.merge_extend, s.float_times) = (true, true));
    with_guance("entities", |s| (s.entities, s.keep_extend) = (true, false));
}

fn with_jira(flavour: Flavour, name: &str, change: impl FnOnce(&mut jira::Switches)) {
    eprintln!("jira {flavour:?}: {name}");
    let world = World::new(flavour);
    world.jira.switch(change);
    lives(&world);
}

#[test]
fn whatever_jira_cloud_does_all_arrives_once() {
    let cloud = |name, change: fn(&mut jira::Switches)| with_jira(Flavour::Cloud, name, change);
    cloud("short and empty pages", |s| (s.page_cap, s.empty_pages) = (Some(2), true));
    cloud("a null token", |s| (s.page_cap, s.last_token, s.no_is_last) = (Some(3), LastToken::Null, true));
    cloud("duplicate rows", |s| (s.page_cap, s.duplicate_rows) = (Some(2), true));
    cloud("unsorted", |s| (s.page_cap, s.unsorted) = (Some(3), true));
    cloud("two inline comments", |s| s.inline_comments = 2);
    cloud("the newest inline comments", |s| (s.inline_comments, s.inline_newest) = (2, true));
    cloud("no user properties", |s| s.user_properties = false);
    cloud("no comment properties", |s| s.comment_properties_expand = false);
    cloud("a lagging index", |s| s.index_lag = Duration::from_mins(2));
    cloud("limits of writes", |s| s.per_issue_writes = true);
}

#[test]
fn whatever_jira_server_does_all_arrives_once() {
    let server = |name, change: fn(&mut jira::Switches)| with_jira(Flavour::Server, name, change);
    server("short pages by its setting", |s| s.max_results = 3);
    server("duplicate rows", |s| (s.page_cap, s.duplicate_rows) = (Some(2), true));
    server("unsorted", |s| (s.page_cap, s.unsorted) = (Some(3), true));
    server("no user properties", |s| s.user_properties = false);
    server("no comment properties", |s| s.comment_properties_expand = false);
}

/// A field that Jira does not take is left out, and said; the issue is not lost.
#[test]
fn an_issue_arrives_without_the_field_that_jira_refuses() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        for (field, how) in [
            ("labels", OffScreen::Refused),
            ("labels", OffScreen::Dropped),
            ("priority", OffScreen::Refused),
            ("priority", OffScreen::Dropped),
        ] {
            eprintln!("{flavour:?}: {field} {how:?}");
            let world = World::new(flavour);
            world.jira.switch(|s| {
                s.off_screen = how;
                s.off_create_screen.insert(field.to_owned());
            });
            let issues = three_issues(&world);
            let outcome = world.sync();
            if how == OffScreen::Refused {
                assert!(outcome.stdout.contains("left out") && outcome.stdout.contains(field), "{outcome}");
            }
            world.jira.comment(&world.key_of(&issues[0]), "alice", "it lives");
            world.settle();
            world.lose_state();
            world.settle();
            for issue in &issues {
                assert_eq!(world.copies_of(issue).len(), 1);
            }
            assert_eq!(world.copied_replies(&issues[0]).len(), 1);
        }
    }
}

#[test]
fn an_unknown_priority_does_not_lose_the_issue() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::new(flavour);
        world.reconfigure("P1 = \"High\"", "P1 = \"Urgent\"");
        let issues = three_issues(&world);
        let outcome = world.sync();
        assert!(outcome.stdout.contains("left out: priority"), "{outcome}");
        for issue in issues {
            assert_eq!(world.copies_of(&issue).len(), 1);
        }
    }
}

#[test]
fn a_level_that_the_route_does_not_list_is_not_sent() {
    let world = World::new(Flavour::Cloud);
    let own = world.guance.add_level("P9");
    let issue = world.guance.open_issue("not for Jira", "", &own, "张三");
    world.sync();
    assert!(world.copies_of(&issue).is_empty());
    let why = world.run(&["why", &issue]);
    assert!(why.stdout.contains("P9") && why.stdout.contains("route.priority"), "{why}");
    world.reconfigure("P3 = \"Low\"", "P9 = \"Low\"");
    world.settle();
    assert_eq!(world.copies_of(&issue).len(), 1, "within the overlap the new table holds");
}
