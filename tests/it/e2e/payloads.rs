//! The payloads that Guance's own documentation shows, served as they stand.

use std::fs;
use std::path::Path;

use guajira_fakes::guance::ListShape;
use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::agree::jira_words;
use super::world::{World, on_both};

/// A published payload; `None`, and a printed line, where the reference is not at hand.
fn published(name: &str) -> Option<Value> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/guance-examples").join(name);
    match fs::read_to_string(&place) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(error) => {
            eprintln!("skipped: {}: {error}", place.display());
            None
        }
    }
}

/// Answers every request to this path with the payload.
fn serve(world: &World, path: &str, payload: &Value) {
    let answer = What::Status(200, payload.to_string(), Vec::new());
    world.guance.fail(Fault::new(answer).path_contains(path).times(Times::Always));
}

fn backfill(world: &World) {
    // The published rows are of several workspaces, and none of them is the fake's.
    let untold = json!({"code": 403, "success": false, "errorCode": "ft.NoPermission", "message": "no"});
    let answer = What::Status(403, untold.to_string(), Vec::new());
    world.guance.fail(Fault::new(answer).path_contains("/workspace/get").times(Times::Always));
    for _ in 0..2 {
        let outcome = world.run(&["sync", "--since", "2023-01-01"]);
        assert_eq!(outcome.code, 0, "{outcome}");
    }
}

#[test]
fn the_published_list_becomes_an_issue_that_reads_well() {
    let Some(list) = published("issue-list.json") else { return };
    on_both(|world| {
        serve(&world, "/issue/list", &list);
        let row = &list["content"]["data"][0];
        backfill(&world);
        let copy = world.copy_of(row["uuid"].as_str().unwrap());
        assert_eq!((copy.summary.as_str(), copy.priority.as_deref()), ("bbbb", Some("3")), "level 2 is P2 is Medium");
        let description = jira_words(&copy.description);
        let expected = "@member1@example.com";
        assert!(description.contains(expected) && description.contains("#jjj"), "{description}");
        assert!(description.contains("nn") && !description.contains("span"), "{description}");
        assert!(description.contains("user1"), "{description}");
        assert!(!copy.description.to_string().contains("\"mention\""));
    });
}

#[test]
fn published_objects_become_issues_as_rows_of_either_list_shape() {
    let rows: Vec<Value> =
        ["issue-get.json", "issue-add.json", "issue-modify.json"].iter().filter_map(|name| published(name)).collect();
    if rows.is_empty() {
        return;
    }
    for shape in [ListShape::Nested, ListShape::Bare] {
        on_both(|world| {
            let mut rows: Vec<Value> = rows.iter().map(|answer| answer["content"].clone()).collect();
            rows.dedup_by_key(|row| row["uuid"].clone());
            let content = match shape {
                ListShape::Nested => json!({"data": rows, "pageInfo": {"totalCount": rows.len()}}),
                _ => json!(rows),
            };
            let list = json!({"code": 200, "content": content, "errorCode": "", "success": true});
            serve(&world, "/issue/list", &list);
            backfill(&world);
            assert_eq!(world.jira.issues().len(), rows.len());
            for row in &rows {
                assert_eq!(world.copy_of(row["uuid"].as_str().unwrap()).summary, row["name"].as_str().unwrap());
            }
        });
    }
}

#[test]
fn a_published_thread_is_read_and_its_change_rows_stay() {
    let (Some(list), Some(thread)) = (published("issue-list.json"), published("issue-reply-list.json")) else { return };
    on_both(|world| {
        serve(&world, "/issue/list", &list);
        let mut thread = thread.clone();
        let mut said = thread["content"][0].clone();
        said["type"] = json!("reply");
        said["uuid"] = json!("repim_0123456789abcdef0123456789abcdef");
        said["content"] = json!("<p>a person's words</p>");
        thread["content"].as_array_mut().unwrap().push(said);
        thread["pageInfo"]["totalCount"] = json!(2);
        serve(&world, "/list", &thread);
        backfill(&world);
        let key = world.key_of(list["content"]["data"][0]["uuid"].as_str().unwrap());
        let comments = world.copied_comments(&key);
        assert_eq!(comments.len(), 1);
        assert!(jira_words(&comments[0].body).ends_with("a person's words"));
    });
}

#[test]
fn a_published_answer_to_a_reply_is_understood() {
    let Some(answer) = published("issue-reply-create.json") else { return };
    on_both(|world| {
        let issue = world.guance.open_issue("one", "", "P1", "张三");
        world.settle();
        world.jira.comment(&world.key_of(&issue), "alice", "copied");
        let as_published = What::StatusAfter(200, answer.to_string(), Vec::new());
        world.guance.fail(Fault::new(as_published).path_contains("/reply/create"));
        world.settle();
        assert_eq!(world.copied_replies(&issue).len(), 1);
    });
}
