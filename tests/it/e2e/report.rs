//! The page of `guajira report`: what it shows, that nothing on it is anybody's markup, and that it stays small.

use std::fs;

use guajira_fakes::jira::Flavour;
use guajira_fakes::server::{Fault, Times, What};
use rusqlite::params;

use super::copies::three_issues;
use super::world::World;

const HOSTILE: &str = "</td></table><script>alert(1)</script>\" onload='x' <img src=http://evil.example/x>";

fn page(world: &World, args: &[&str]) -> String {
    let outcome = world.run(&[&["report"], args, &["--html", "page.html"]].concat());
    assert_eq!(outcome.code, 0, "{outcome}");
    assert!(outcome.stdout.contains("page.html"), "{outcome}");
    fs::read_to_string(world.path("page.html")).unwrap()
}

/// Nothing on a page loads anything, runs, or is somebody else's markup.
fn assert_harmless(html: &str) {
    for never in ["<script", "<img", "<link", "<iframe", "src=", "url(", "@import", "onload='", "http://", "https://"] {
        assert!(!html.contains(never), "{never}");
    }
    for tag in ["table", "section", "svg", "div", "td", "tr", "ul", "p", "details"] {
        let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_page_tells_what_was_written_and_what_is_dead_with_its_command() {
    let world = World::new(Flavour::Server);
    three_issues(&world);
    world.sync();
    let html = page(&world, &[]);
    assert!(html.contains("✓ Nothing needs a person") && html.contains("3 issues created"), "{html}");
    assert!(html.contains("<svg") && html.contains("role=\"img\"") && html.contains("<desc"), "{html}");
    assert_harmless(&html);

    let refusal =
        What::Status(400, format!("{{\"errorMessages\":[\"{}\"]}}", HOSTILE.replace('"', "\\\"")), Vec::new());
    world.jira.fail(Fault::new(refusal).method("POST").path_contains("/issue").times(Times::Always));
    world.guance.open_issue(HOSTILE, "<p>x</p>", "P1", "张三");
    assert_eq!(world.run(&["sync"]).code, 3);
    let html = page(&world, &[]);
    assert!(html.contains("1 write or message needs a person"), "{html}");
    assert!(html.contains("guajira retry guance/issue/issue_"), "{html}");
    assert!(html.contains("&lt;/td&gt;&lt;/table&gt;&lt;script&gt;"), "{html}");
    // Between its escaped brackets, what would load something is text.
    assert_harmless(&html.replace("src=http://evil.example", ""));

    let html = page(&world, &["--lang", "zh", "--since", "12h"]);
    assert!(html.contains("<html lang=\"zh-CN\">") && html.contains("1 项写入或消息需要人工处理"), "{html}");
    let said = world.run(&["report"]);
    assert!(said.stdout.starts_with("[guance] ") && said.stdout.contains("1 that need a person"), "{said}");
    let said = world.run(&["report", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(json["sources"]["guance"]["pairs"], 3, "{said}");
    assert_eq!(json["sources"]["guance"]["waiting"]["dead"], 1, "{said}");
    assert_eq!(world.run(&["report", "--html", "no/such/folder.html"]).code, 2);
    assert_eq!(world.run(&["report", "--html", "-"]).stdout.matches("</html>").count(), 1);
}

#[test]
fn the_page_of_a_large_state_stays_small() {
    let world = World::new(Flavour::Server);
    world.sync();
    let mut state = world.state();
    let tx = state.transaction().unwrap();
    let now = chrono::Utc::now().timestamp_millis();
    for n in 0..100_000_i64 {
        let (item, jira, at) = (format!("issue_{n:032x}"), format!("{}", 20_000 + n), now - n * 5_000);
        tx.prepare_cached("INSERT INTO issue_link (guance, jira, jira_name, active, polled) VALUES (?1, ?2, ?3, 0, 1)")
            .unwrap()
            .execute(params![item, jira, format!("OPS-{n}")])
            .unwrap();
        let step = if n % 20 == 0 { "dead" } else { "done" };
        let key = format!("guance/issue/{item}");
        tx.prepare_cached(
            "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at, sent_at,
                 settled_at, error) VALUES (?1, ?1, ?2, 'jira', '', '', ?3, ?4, ?5, ?6, ?6, ?7)",
        )
        .unwrap()
        .execute(params![key, item, HOSTILE.repeat(20), step, at - n % 900_000, at, "refused ".repeat(100)])
        .unwrap();
    }
    tx.commit().unwrap();
    drop(state);
    for since in ["24h", "7d", "40d", "3y"] {
        let html = page(&world, &["--since", since]);
        assert!(html.len() < 300_000, "{since}: {} bytes", html.len());
        assert!(html.contains("and 4900 more"), "{since}");
    }
}
