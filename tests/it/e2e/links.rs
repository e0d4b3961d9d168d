//! Links between the two issues of a pair: one each, whatever happens, and never in the way of anything else.

use std::time::Duration;

use guajira_fakes::jira::Flavour;
use guajira_fakes::server::{Fault, Server, Times, What};
use serde_json::json;

use super::copies::three_issues;
use super::crash::{Fate, run_and_kill};
use super::world::{World, on_both};

impl World {
    fn link_both_ways(&self) {
        self.configure_flow("links = \"both\"");
    }

    /// Adds a line to `[flow]`.
    pub(super) fn configure_flow(&self, line: &str) {
        let text = std::fs::read_to_string(self.path("sync.toml")).unwrap();
        if text.contains("[flow]") {
            self.reconfigure("[flow]\n", &format!("[flow]\n{line}\n"));
        } else {
            self.reconfigure("[sync]\n", &format!("[flow]\n{line}\n\n[sync]\n"));
        }
    }

    fn assert_linked(&self, issues: &[String], both: bool) {
        for issue in issues {
            let original = self.guance.issue(issue).unwrap();
            let copy = self.copy_of(issue);
            let links: Vec<_> = copy.remote_links.iter().map(|(_, link)| link).collect();
            assert_eq!(links.len(), 1, "{links:?}");
            assert_eq!(links[0]["object"]["title"], original.name);
            assert!(links[0]["object"]["url"].as_str().unwrap().contains(issue), "{links:?}");
            let address = format!("{}/browse/{}", self.jira.base_url(), copy.key);
            let want = if both { json!([{"name": copy.key, "link": address}]) } else { json!(null) };
            assert_eq!(original.extend.get("linkList").unwrap_or(&json!(null)), &want);
        }
    }
}

#[test]
fn a_new_jira_issue_links_to_its_guance_issue() {
    on_both(|world| {
        let issues = three_issues(&world);
        let outcome = world.sync();
        assert!(outcome.stdout.starts_with("3 issues created"), "{outcome}");
        world.assert_linked(&issues, false);
        world.settle();
        world.assert_linked(&issues, false);
        world.assert_agrees();
        let why = world.run(&["why", &issues[0]]);
        let key = world.key_of(&issues[0]);
        assert!(why.stdout.contains(&format!("link on {key} to Guance")), "{why}");
    });
}

#[test]
fn both_issues_link_to_each_other_and_nothing_echoes() {
    on_both(|world| {
        world.link_both_ways();
        let issues = three_issues(&world);
        let extend = json!({"manager": ["acnt_1"], "channels": [], "text": "kept"});
        world.guance.edit_issue(&issues[1], "张三", |issue| issue.extend = extend.as_object().unwrap().clone());
        world.sync();
        world.assert_linked(&issues, true);
        assert_eq!(world.guance.issue(&issues[1]).unwrap().extend["manager"], json!(["acnt_1"]));
        world.settle();
        world.assert_agrees();
        world.pass(Duration::from_mins(1));
        world.forget_requests();
        world.sync();
        // The list and three threads.
        assert_eq!((world.guance.recorded().len(), world.jira.recorded().len()), (4, 2));
        world.lose_state();
        world.settle();
        world.assert_linked(&issues, true);
        world.assert_agrees();
    });
}

#[test]
fn off_is_off() {
    on_both(|world| {
        world.configure_flow("links = \"off\"");
        let issues = three_issues(&world);
        world.settle();
        assert!(world.copy_of(&issues[0]).remote_links.is_empty());
        assert!(world.jira.recorded().iter().all(|request| !request.path.contains("remotelink")));
    });
}

#[test]
fn where_linking_is_off_the_issue_travels_and_it_is_said() {
    on_both(|world| {
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("LINK_ISSUES".to_owned());
        });
        let refused =
            What::Status(400, json!({"code": 400, "errorCode": "ft.No", "success": false}).to_string(), vec![]);
        world.guance.fail(Fault::new(refused).path_contains("/modify").times(Times::Always));
        world.link_both_ways();
        let issues = three_issues(&world);
        let outcome = world.sync();
        assert!(outcome.stdout.contains("left out: link to the other issue"), "{outcome}");
        assert!(!outcome.stdout.contains("dead") && !outcome.stdout.contains("pending"), "{outcome}");
        let why = world.run(&["why", &issues[0]]);
        let left_out = format!("left out the link on {} to Guance, which jira refused", world.key_of(&issues[0]));
        assert!(why.stdout.contains(&left_out), "{why}");
        world.settle();
        world.assert_agrees();
        assert!(world.copy_of(&issues[0]).remote_links.is_empty());
    });
}

#[test]
fn a_link_that_cannot_be_set_holds_nothing_back_and_is_given_up_in_the_end() {
    on_both(|world| {
        let broken = What::Status(500, "{}".to_owned(), vec![]);
        world.jira.fail(Fault::new(broken).path_contains("remotelink").times(Times::Always));
        let issue = world.guance.open_issue("one", "", "P1", "张三");
        world.guance.reply(&issue, "李四", "<p>and a reply</p>");
        for _ in 0..12 {
            world.run(&["sync"]);
            world.pass(Duration::from_mins(70));
        }
        assert_eq!(world.copied_comments(&world.key_of(&issue)).len(), 1);
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn killed_at_any_write_each_pair_is_linked_once() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let prepared = || {
            let world = World::new(flavour);
            world.link_both_ways();
            let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
            (world, issue)
        };
        let (world, _) = prepared();
        world.sync();
        let (guance, jira) = (world.guance.writes(), world.jira.writes());
        for fate in [Fate::Lost, Fate::Done] {
            for nth in 1..=guance + jira {
                let (world, issue) = prepared();
                let (side, nth): (&Server, usize) =
                    if nth <= jira { (&world.jira, nth) } else { (&world.guance, nth - jira) };
                run_and_kill(&world, side, nth, fate);
                world.settle();
                world.assert_agrees();
                world.assert_linked(&[issue], true);
            }
        }
    }
}
