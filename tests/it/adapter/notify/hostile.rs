//! Texts that would ping, link or break, if a service read them as more than words.

use std::cell::Cell;
use std::time::Duration;

use guajira::domain::{Message, Place};
use guajira_fakes::chat::Service;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::samples::{HOSTILE, message};
use super::{ALL, Scene, seen};

/// Puts a text wherever people's words can come.
fn with(text: &str) -> Message {
    let words = guajira::domain::message::lines(text, 500);
    let one_line = guajira::domain::message::line(text, 200);
    let jira = Place::new(&one_line, "https://jira.example/browse/OPS-1");
    let item = Place::new(&one_line, "https://guance.example/issue_a");
    Message {
        title: one_line.clone(),
        who: Some(one_line.clone()),
        status: Some(one_line.clone()),
        level: Some(one_line.clone()),
        excerpt: words.clone(),
        jira: Some(jira),
        item: Some(item),
        ..message(&format!("New issue OPS-1: {one_line}\n{words}"))
    }
}

const LINKS: [&str; 2] = ["https://jira.example/browse/OPS-1", "https://guance.example/issue_a"];

#[test]
fn nothing_that_people_write_pings_or_links() {
    for service in ALL {
        let scene = Scene::new(service);
        for text in HOSTILE {
            scene.pass(Duration::from_secs(61));
            let before = scene.chat.posts().len();
            let sent = Message { id: format!("{before:016x}"), ..with(text) };
            scene.send(&sent).unwrap_or_else(|error| panic!("{service:?} {text}: {error:?}"));
            let post = scene.chat.posts().pop().unwrap();
            assert_eq!(scene.chat.posts().len(), before + 1, "{service:?} {text}");
            assert_eq!(post.pings, Vec::<String>::new(), "{service:?} {text}: {}", post.text);
            assert_eq!(post.links, LINKS, "{service:?} {text}: {}", post.text);
        }
    }
}

#[test]
fn what_people_write_is_shown_as_they_wrote_it() {
    for service in ALL {
        let scene = Scene::new(service);
        for text in ["CPU > 90% & load < 5 on web_01[*]", "<b>bold</b> {{x}} `y`", "#1 - 2. ~x~ |y|", "a@b.c @all"] {
            scene.pass(Duration::from_secs(61));
            scene.send(&Message { id: text.to_owned(), ..message(&format!("title {text}\nbody {text}")) }).unwrap();
            let post = scene.chat.posts().pop().unwrap();
            let shown = seen(&post.text);
            for want in [format!("title {text}"), format!("body {text}")] {
                assert!(shown.contains(&want), "{service:?}: {want:?} in {shown:?}");
            }
        }
    }
}

#[test]
fn mentioned_are_exactly_those_who_are_configured_whatever_is_written() {
    let scenes: Vec<Scene> = ALL.into_iter().map(Scene::new).collect();
    let part = prop_oneof![
        prop::sample::select(HOSTILE),
        prop::sample::select(
            &["<", ">", "@", "all", "!", "|", "](", "[", "\\", "&lt;", "\n", "at id=all", "磁盘", " "][..]
        ),
    ];
    let texts = prop::collection::vec(part, 1..8).prop_map(|parts| parts.concat());
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let n = Cell::new(0_u64);
    let outcome = runner.run(&(texts, any::<bool>()), |(text, mentions)| {
        n.set(n.get() + 1);
        for (scene, service) in scenes.iter().zip(ALL) {
            scene.pass(Duration::from_secs(61));
            let id = if service == Service::Feishu { "ou_1" } else { "U1" };
            let mention: Vec<String> = mentions.then(|| id.to_owned()).into_iter().collect();
            let sent =
                scene.send(&Message { id: format!("{:016x}", n.get()), mention: mention.clone(), ..with(&text) });
            prop_assert!(sent.is_ok(), "{:?}: {:?}", service, sent);
            let post = scene.chat.posts().pop().unwrap();
            prop_assert_eq!(&post.pings, &mention, "{:?}: {}", service, post.text);
            let links: &[&str] = if service == Service::WeCom && mentions { &[] } else { &LINKS };
            prop_assert_eq!(&post.links, links, "{:?}: {}", service, post.text);
        }
        Ok(())
    });
    outcome.unwrap();
}
