//! A file that a restricted comment shows stays, also where the comment does not say which file it shows.

use std::time::Duration;

use guajira_fakes::jira::{Project, Visibility};
use serde_json::{Value, json};

use super::world::{Flavour, World, on_both};

/// A comment that shows a file without saying which: Cloud's editor stores the id of a media service, and a macro of
/// Server shows whatever is attached.
fn nameless(world: &World) -> Value {
    if world.flavour == Flavour::Server {
        return json!("look\n{gallery}");
    }
    let attrs = json!({"type": "file", "id": "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5", "collection": ""});
    let media =
        json!({"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": attrs}]});
    adf(&media)
}

/// A comment that shows this file by its name.
fn naming(world: &World, name: &str) -> Value {
    if world.flavour == Flavour::Server {
        return json!(format!("look\n!{name}|thumbnail!"));
    }
    let attrs = json!({"type": "file", "id": "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5", "collection": "", "alt": name});
    let media =
        json!({"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [{"type": "media", "attrs": attrs}]});
    adf(&media)
}

fn adf(media: &Value) -> Value {
    let line = json!({"type": "paragraph", "content": [{"type": "text", "text": "look"}]});
    json!({"type": "doc", "version": 1, "content": [line, media]})
}

fn role() -> Visibility {
    Visibility::Role("Administrators".into())
}

fn carrying(world: &World) -> (String, String) {
    world.configure_flow("attachments = \"to-guance\"");
    let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
    world.sync();
    let key = world.key_of(&issue);
    (issue, key)
}

impl World {
    fn attach(&self, key: &str, author: &str, name: &str) -> u64 {
        self.jira.attach(key, author, name, "image/png", name.as_bytes())
    }

    /// Names of the files that guajira brought to Guance, each as often as it did.
    fn arrived(&self, issue: &str) -> Vec<String> {
        let carried = self.copied_replies(issue).into_iter().flat_map(|reply| reply.files);
        let mut names: Vec<_> = carried.map(|uuid| self.guance.stored(&uuid).unwrap().0).collect();
        names.sort();
        names
    }
}

/// Threads that come with the search row, and those that are too long for it.
fn on_short_and_long_threads(story: impl Fn(&World)) {
    on_both(|world| story(&world));
    on_both(|world| {
        world.jira.switch(|switches| switches.inline_comments = 1);
        story(&world);
    });
}

#[test]
fn what_a_restricted_comment_shows_without_a_name_stays_until_it_is_public() {
    on_short_and_long_threads(|world| {
        let (issue, key) = carrying(world);
        world.jira.comment(&key, "alice", "a public one");
        let shot = world.attach(&key, "bob", "by another.png");
        world.attach(&key, "alice", "long before.png");
        world.pass(Duration::from_mins(15));
        let comment = world.jira.comment_for(&key, "alice", nameless(world), Some(role()));
        let outcome = world.sync();
        assert!(world.arrived(&issue).is_empty(), "{outcome}");
        let words = "2 (role Administrators (a comment that shows a file without its name";
        assert!(outcome.stdout.contains(words), "{outcome}");
        let why = world.run(&["why", &format!("jira/attachment/{shot}")]).stdout;
        assert!(why.contains("not carried: restricted") && why.contains("shows a file without its name"), "{why}");
        world.settle();
        assert!(world.arrived(&issue).is_empty());
        // What comes after the comment cannot be in it.
        world.attach(&key, "bob", "later.png");
        world.settle();
        assert_eq!(world.arrived(&issue), ["later.png"]);

        world.jira.restrict_comment(comment, None);
        world.settle();
        assert_eq!(world.arrived(&issue), ["by another.png", "later.png", "long before.png"]);
        world.is_quiet();
    });
}

#[test]
fn what_a_restricted_comment_showed_travels_once_after_it_is_deleted() {
    on_short_and_long_threads(|world| {
        let (issue, key) = carrying(world);
        world.jira.comment(&key, "alice", "a public one");
        world.attach(&key, "bob", "shot.png");
        let comment = world.jira.comment_for(&key, "alice", nameless(world), Some(role()));
        world.settle();
        assert!(world.arrived(&issue).is_empty());
        world.jira.delete_comment(comment, "alice");
        world.settle();
        assert_eq!(world.arrived(&issue), ["shot.png"]);
        world.lose_state();
        world.settle();
        assert_eq!(world.arrived(&issue), ["shot.png"]);
    });
}

#[test]
fn an_edit_may_add_a_file_to_a_restricted_comment() {
    on_short_and_long_threads(|world| {
        let (issue, key) = carrying(world);
        world.jira.comment(&key, "alice", "a public one");
        let comment = world.jira.comment_for(&key, "alice", "words alone", Some(role()));
        world.settle();
        world.attach(&key, "bob", "shot.png");
        world.pass(Duration::from_mins(5));
        world.jira.edit_comment(comment, "alice", nameless(world));
        world.settle();
        assert!(world.arrived(&issue).is_empty());
    });
}

#[test]
fn what_a_public_comment_names_travels_beside_it() {
    on_short_and_long_threads(|world| {
        let (issue, key) = carrying(world);
        // Two of one name: nobody can say which of them is the public one.
        for name in ["named.png", "told.log", "unnamed.png", "image.png", "image.png", "not named.png.gpg"] {
            world.attach(&key, "bob", name);
        }
        world.pass(Duration::from_mins(15));
        world.jira.comment(&key, "alice", naming(world, "named.png"));
        world.jira.comment(&key, "alice", "see told.log, image.png and not named.png");
        world.jira.comment_for(&key, "alice", nameless(world), Some(role()));
        world.settle();
        assert_eq!(world.arrived(&issue), ["named.png", "told.log"]);
    });
}

#[test]
fn a_restricted_comment_that_names_its_files_keeps_those_alone() {
    on_short_and_long_threads(|world| {
        let (issue, key) = carrying(world);
        for name in ["secret.png", "other.png", "a \"quoted\" name.png", "two  blanks.png", "linked.png"] {
            world.attach(&key, "bob", name);
        }
        let linked = world.attach(&key, "bob", "by its id.png");
        world.pass(Duration::from_mins(15));
        world.jira.comment_for(&key, "alice", naming(world, "secret.png"), Some(role()));
        world.jira.comment_for(&key, "alice", "see a \"quoted\" name.png and two  blanks.png", Some(role()));
        let link = format!("see https://jira.example/rest/api/3/attachment/content/{linked}");
        world.jira.comment_for(&key, "alice", link, Some(role()));
        let link = "see https://jira.example/secure/attachment/1/LINKED.png";
        world.jira.comment_for(&key, "alice", link, Some(role()));
        world.settle();
        assert_eq!(world.arrived(&issue), ["other.png"]);
    });
}

/// People describe their pictures; a description is the name of no file.
#[test]
fn a_description_in_the_place_of_a_name_says_nothing() {
    on_both(|world| {
        let (issue, key) = carrying(&world);
        world.attach(&key, "bob", "shot.png");
        world.pass(Duration::from_mins(15));
        let body = if world.flavour == Flavour::Cloud {
            naming(&world, "the new password")
        } else {
            json!("[the new password|^shot.png]")
        };
        world.jira.comment_for(&key, "alice", body, Some(role()));
        world.settle();
        assert!(world.arrived(&issue).is_empty());
    });
}

#[test]
fn an_internal_note_keeps_what_it_shows_as_well() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::with_projects(flavour, vec![Project::service_desk("OPS", "Help")]);
        let (issue, key) = carrying(&world);
        world.attach(&key, "bob", "shot.png");
        world.pass(Duration::from_mins(15));
        world.jira.internal_comment(&key, "alice", nameless(&world));
        world.settle();
        assert!(world.arrived(&issue).is_empty());
        world.configure_flow("restricted = \"copy\"");
        world.attach(&key, "bob", "another.png");
        world.settle();
        assert_eq!(world.arrived(&issue), ["another.png", "shot.png"]);
    }
}

/// In a service project all that guajira writes is an internal note; what those say came from Guance.
#[test]
fn a_copy_that_is_an_internal_note_keeps_nothing_back() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::with_projects(flavour, vec![Project::service_desk("OPS", "Help")]);
        let (issue, key) = carrying(&world);
        let picture = "<p>look <img src=\"https://x.example/a.png\"> <img src=\"data:image/png;base64,AAAA\"></p>";
        world.guance.reply(&issue, "李四", picture);
        world.attach(&key, "bob", "shot.png");
        world.settle();
        assert_eq!(world.copied_comments(&key).len(), 1);
        world.attach(&key, "bob", "later.png");
        world.pass(Duration::from_mins(15));
        world.guance.reply(&issue, "李四", picture);
        world.settle();
        assert_eq!(world.arrived(&issue), ["later.png", "shot.png"]);
        world.lose_state();
        world.settle();
        assert_eq!(world.arrived(&issue), ["later.png", "shot.png"]);
    }
}
