//! Texts that are longer than a service takes: they arrive, cut between two characters, and say so.

use std::time::Duration;

use guajira::domain::Message;
use guajira::words::{Cut, Lang};
use guajira_fakes::chat::Service;

use super::samples::message;
use super::{ALL, Scene, seen};

/// Most bytes of a body that each service is sent; most of a field for those that count fields.
fn limit(service: Service) -> usize {
    match service {
        Service::Feishu | Service::DingTalk => 18_000,
        Service::WeCom => 4000,
        Service::Slack => 4 * 2900,
        Service::Mattermost => 15_000,
        Service::Webhook => usize::MAX,
    }
}

#[test]
fn a_long_text_is_cut_to_what_the_service_takes_and_says_so() {
    for service in ALL.into_iter().filter(|service| *service != Service::Webhook) {
        for lang in Lang::ALL {
            for piece in ["磁", "x", "😀", "*_[", "\"", "<&>", "@", "word and 字\n"] {
                let mut scene = Scene::new(service);
                scene.settings.lang = lang;
                scene.pass(Duration::from_secs(61));
                scene
                    .send(&message(&format!("New issue OPS-1: full\n{}", piece.repeat(30_000 / piece.len()))))
                    .unwrap();
                let post = scene.chat.posts().pop().unwrap();
                assert!(seen(&post.text).contains(Cut::of(lang).alone), "{service:?} {piece}");
                let size = match service {
                    Service::Feishu | Service::DingTalk => post.body.to_string().len(),
                    _ => post.text.len(),
                };
                assert!(size <= limit(service) + 300, "{service:?} {piece}: {size}");
                assert_eq!(post.links.len(), 2, "{service:?} {piece}: what it leads to is not cut off");
                assert!(!post.text.contains('\u{fffd}'), "{service:?} {piece}");
            }
        }
    }
}

#[test]
fn a_text_with_mentions_is_cut_to_what_wecom_takes_of_those() {
    let scene = Scene::new(Service::WeCom);
    let mention = vec!["li.si".to_owned()];
    scene.send(&Message { mention, ..message(&format!("full\n{}", "磁盘".repeat(2000))) }).unwrap();
    let post = scene.chat.posts().pop().unwrap();
    assert!(post.text.len() <= 2000 && post.text.len() > 1900, "{}", post.text.len());
    assert!(post.text.contains("https://jira.example/browse/OPS-1"), "{}", post.text);
}

#[test]
fn a_heading_without_end_fits_every_service() {
    for service in ALL {
        let scene = Scene::new(service);
        scene.send(&message(&"磁盘满😀".repeat(1500))).unwrap();
        scene.pass(Duration::from_secs(61));
        scene.send(&Message { id: "b".to_owned(), ..message(&"<@all>[](&*_".repeat(500)) }).unwrap();
        assert_eq!(scene.chat.posts().len(), 2, "{service:?}");
        assert!(scene.chat.posts().iter().all(|post| post.pings.is_empty()), "{service:?}");
    }
}
