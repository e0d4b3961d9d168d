//! Links to other issues lead to the issue of the pair that is on the reader's side.

use std::time::Duration;

use guajira_fakes::server::{Fault, What};
use serde_json::{Value, json};

use super::world::{Flavour, World, on_both};

const CONSOLE: &str = "https://console.guance.example/exceptions/exceptionsTracking";

/// A comment of one paragraph: words, and links as the editor of this Jira makes them.
fn said(world: &World, parts: &[(&str, Option<&str>)]) -> Value {
    if world.flavour == Flavour::Server {
        let wiki = parts.iter().map(|(text, address)| match address {
            Some(address) if text.is_empty() => format!("[{address}]"),
            Some(address) => format!("[{text}|{address}]"),
            None => (*text).to_owned(),
        });
        return json!(wiki.collect::<String>());
    }
    let inlines: Vec<Value> = parts
        .iter()
        .map(|(text, address)| match address {
            Some(address) if text.is_empty() => json!({"type": "inlineCard", "attrs": {"url": address}}),
            Some(address) => {
                json!({"type": "text", "text": text, "marks": [{"type": "link", "attrs": {"href": address}}]})
            }
            None => json!({"type": "text", "text": text}),
        })
        .collect();
    json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": inlines}]})
}

/// An address as Guance's text shows it.
fn anchor(uuid: &str, text: &str) -> String {
    format!(
        "<a href=\"{CONSOLE}?leftActiveKey=ExceptionsTracking&amp;activeName=ExceptionsTracking&amp;sourceType=\
         exceptions_tracing&amp;__docid={uuid}\" target=\"_blank\">{text}</a>"
    )
}

/// What a text of Jira's links to, by its text.
fn leads(world: &World, body: &Value, text: &str, address: &str) -> bool {
    match world.flavour {
        Flavour::Server => body.as_str().unwrap().contains(&format!("[{text}|{address}]")),
        Flavour::Cloud => {
            let link = json!({"type": "link", "attrs": {"href": address}}).to_string();
            body.to_string().contains(&format!("\"text\":\"{text}\",\"marks\":[{link}]"))
        }
    }
}

#[test]
fn what_jira_names_leads_to_the_guance_issue() {
    on_both(|world| {
        let first = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let second = world.guance.open_issue("disk slow", "<p>x</p>", "P1", "张三");
        world.settle();
        let (key, other) = (world.key_of(&first), world.key_of(&second));
        let site = world.jira.base_url();
        let (card, gone) = (format!("{site}/browse/{other}"), format!("{site}/browse/OPS-4711"));
        let parts = [
            ("like ", None),
            ("", Some(card.as_str())),
            (", ", None),
            ("that", Some(&card)),
            (&format!(", {other}, UTF-8, "), None),
            ("gone", Some(&gone)),
            (" and ", None),
            ("a page", Some("/secure/Dashboard.jspa")),
        ];
        world.jira.comment(&key, "alice", said(&world, &parts));
        world.settle();
        let content = world.copied_replies(&first).remove(0).content;
        for shown in [&other, "that"] {
            assert!(content.contains(&anchor(&second, shown)), "{shown}: {content}");
        }
        assert_eq!(content.matches(&anchor(&second, &other)).count(), 2, "{content}");
        assert!(content.contains(", UTF-8, "), "{content}");
        assert!(content.contains(&format!("<a href=\"{gone}\" target=\"_blank\">gone</a>")), "{content}");
        assert!(content.contains(&format!("<a href=\"{site}/secure/Dashboard.jspa\"")), "{content}");
        assert!(content.contains(&format!("browse/{key}?")) && content.contains("#guajira-"), "the marker: {content}");
        world.is_quiet();
        world.lose_state();
        world.settle();
        assert_eq!(world.copied_replies(&first).len(), 1);
    });
}

#[test]
fn what_guance_names_leads_to_the_jira_issue() {
    on_both(|world| {
        let first = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.settle();
        let other = world.key_of(&first);
        let there = format!("{}/browse/{other}", world.jira.base_url());
        let text = format!("<p>as in {}, {first}, <a href=\"/dash?x=1\">d</a></p>", anchor(&first, "the first"));
        let second = world.guance.open_issue("disk slow", &text, "P1", "张三");
        world.settle();
        let copy = world.copy_of(&second);
        let span = format!(
            "<p>see <span data-insert-by=\"#\" data-info=\"{{&quot;item&quot;:{{&quot;uuid&quot;:&quot;{first}&quot;}}}}\">\
             #disk full</span> and {second}</p>"
        );
        world.guance.reply(&second, "李四", &span);
        world.settle();
        let comment = world.jira.comments(&copy.key).remove(0).body;
        assert!(leads(&world, &comment, "#disk full", &there), "{comment}");
        let own = format!("{}/browse/{}", world.jira.base_url(), copy.key);
        assert!(leads(&world, &comment, &copy.key, &own), "{comment}");
        assert!(comment.to_string().contains("#guajira-"), "{comment}");

        let description = copy.description;
        assert!(leads(&world, &description, "the first", &there), "{description}");
        assert!(leads(&world, &description, &other, &there), "{description}");
        assert!(leads(&world, &description, "d", "https://console.guance.example/dash?x=1"), "{description}");
        assert!(description.to_string().contains(&format!("__docid={second}")), "the link back: {description}");
        world.is_quiet();
    });
}

#[test]
fn what_becomes_known_later_changes_nothing_that_was_written() {
    on_both(|world| {
        let first = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        let late = world.guance.open_issue("disk slow", "<p>x</p>", "Unlisted", "张三");
        world.settle();
        let key = world.key_of(&first);
        let reply = world.guance.reply(&first, "李四", &format!("<p>like {}</p>", anchor(&late, "that")));
        let refused = What::Status(503, "{}".into(), Vec::new());
        world.jira.fail(Fault::new(refused).path_contains("/comment"));
        world.pass(Duration::from_mins(6));
        world.run(&["sync"]);
        assert!(world.jira.comments(&key).is_empty());

        world.guance.edit_issue(&late, "张三", |issue| issue.level = "P1".to_owned());
        world.settle();
        let there = format!("{}/browse/{}", world.jira.base_url(), world.key_of(&late));
        let comment = world.jira.comments(&key).remove(0).body.to_string();
        assert!(comment.contains(&format!("__docid={late}")) && !comment.contains(&there), "{comment}");
        world.is_quiet();

        world.guance.edit_reply(&reply, &format!("<p>just like {}</p>", anchor(&late, "that")));
        world.settle();
        let comment = world.jira.comments(&key).remove(0).body;
        assert!(leads(&world, &comment, "that", &there), "{comment}");
        world.is_quiet();
    });
}

#[test]
fn a_description_that_names_issues_is_still_guajiras_own() {
    on_both(|world| {
        world.configure_flow("updates = true");
        let first = world.guance.open_issue("disk full", "<p>x</p>", "P1", "张三");
        world.settle();
        let text =
            |more: &str| format!("<p>{more} {}, {first}</p><p><a href=\"/dash\">d</a></p>", anchor(&first, "that"));
        let second = world.guance.open_issue("disk slow", &text("like"), "P1", "张三");
        world.settle();
        for (more, lost) in [("just like", false), ("not like", true)] {
            if lost {
                world.lose_state();
                world.settle();
            }
            world.guance.edit_issue(&second, "张三", |issue| issue.description = text(more));
            world.settle();
            let copy = world.copy_of(&second);
            assert!(copy.description.to_string().contains(more), "{}", copy.description);
            let there = format!("{}/browse/{}", world.jira.base_url(), world.key_of(&first));
            assert!(leads(&world, &copy.description, "that", &there), "{}", copy.description);
            assert!(world.jira.comments(&copy.key).is_empty(), "it was not changed by hand");
            world.is_quiet();
        }
    });
}
