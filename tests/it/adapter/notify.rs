//! Chat rooms against their fakes: what arrives, whom it pings, and what guajira makes of every answer.

#[path = "../../../src/notify/samples.rs"]
#[allow(dead_code, reason = "the library's tests need more of it")]
mod samples;

mod answers;
mod hostile;
mod secrecy;
mod sizes;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use guajira::domain::Message;
use guajira::http::{self, Http};
use guajira::notify::{Kind, Room, Settings};
use guajira::ports::{SendError, SendErrorKind, Sink as _, SinkAbout};
use guajira::secret::{Redactor, Secret};
use guajira::words::Lang;
use guajira_fakes::chat::{FakeChat, Options, Service};
use guajira_fakes::clock::SimClock;

use self::samples::message;
use super::rig::{OurClock, start};

pub(super) const ALL: [Service; 6] =
    [Service::Feishu, Service::DingTalk, Service::WeCom, Service::Slack, Service::Mattermost, Service::Webhook];

/// The secret of a room whose messages are signed; a Chinese one where nothing speaks against it.
pub(super) fn secret_of(service: Service) -> Option<&'static str> {
    match service {
        Service::Feishu | Service::Webhook => Some("Kx9-飞书?secret"),
        Service::DingTalk => Some("SEC000000000000000000000"),
        Service::WeCom | Service::Slack | Service::Mattermost => None,
    }
}

/// A room, and guajira's way into it. Both live by one clock.
pub(super) struct Scene {
    pub(super) chat: FakeChat,
    pub(super) settings: Settings,
    clock: OurClock,
}

impl Scene {
    /// A room whose messages are signed where the service knows that.
    pub(super) fn new(service: Service) -> Self {
        let clock = SimClock::fixed(start());
        let secret = secret_of(service);
        let options = Options { secret: secret.map(str::to_owned), clock: clock.clone(), ..Options::of(service) };
        let chat = FakeChat::start(options);
        let kind = match service {
            Service::Feishu => Kind::Feishu,
            Service::DingTalk => Kind::DingTalk,
            Service::WeCom => Kind::WeCom,
            Service::Slack | Service::Mattermost => Kind::Slack,
            Service::Webhook => Kind::Webhook,
        };
        let address = Secret::new(chat.address());
        let secret = secret.map(Secret::new);
        let mut settings = Settings::new("oncall".to_owned(), kind, address, secret, Lang::En);
        settings.takes_blocks = service == Service::Slack;
        Self { chat, settings, clock: OurClock(clock) }
    }

    fn with_room<T>(&self, work: impl FnOnce(&Room<'_>) -> T) -> T {
        let mut redactor = Redactor::default();
        self.settings.credentials().iter().for_each(|secret| redactor.hide(secret));
        let settings = http::Settings { ca_file: None, identity: None, timeout: Duration::from_secs(20) };
        let http = Http::new(&settings, Arc::new(redactor)).unwrap();
        work(&Room::new(self.settings.clone(), &http, &self.clock))
    }

    pub(super) fn about(&self) -> SinkAbout {
        self.with_room(|room| room.about().clone())
    }

    pub(super) fn send(&self, message: &Message) -> Result<(), SendError> {
        self.with_room(|room| room.send(message))
    }

    /// Sends many, as a run does, with one client.
    pub(super) fn send_all(&self, messages: impl IntoIterator<Item = Message>) -> Vec<Result<(), SendError>> {
        self.with_room(|room| messages.into_iter().map(|message| room.send(&message)).collect())
    }

    /// Sends another message and returns why it was not taken.
    pub(super) fn refusal(&self) -> SendError {
        self.send(&message("New issue OPS-1: disk full")).unwrap_err()
    }

    pub(super) fn pass(&self, time: Duration) {
        self.chat.clock().advance(time);
    }
}

/// What people see of a text of any service: without signs that nobody sees, without escapes.
pub(super) fn seen(text: &str) -> String {
    let shown = text.replace('\u{200b}', "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let mut out = String::new();
    let mut chars = shown.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {}
            _ => {
                out.push(c);
                continue;
            }
        }
        out.extend(chars.next());
    }
    out
}

#[test]
fn a_message_arrives_in_every_room_with_its_words_and_its_links() {
    for service in ALL {
        let scene = Scene::new(service);
        scene.send(&message("New issue OPS-1: 磁盘满 web_01\nLevel: P1\n\nBy: Li Si")).unwrap();
        let posts = scene.chat.posts();
        assert_eq!(posts.len(), 1, "{service:?}");
        let shown = seen(&posts[0].text);
        for words in ["New issue OPS-1: 磁盘满 web_01", "Level: P1", "By: Li Si"] {
            assert!(shown.contains(words), "{service:?}: {words} in {shown}");
        }
        assert_eq!(
            posts[0].links,
            ["https://jira.example/browse/OPS-1", "https://guance.example/issue_a"],
            "{service:?}"
        );
        assert_eq!(posts[0].pings, Vec::<String>::new(), "{service:?}");
        // A program reads the id in a field of its own.
        let id = if service == Service::Webhook { posts[0].body["id"].to_string() } else { shown };
        assert!(id.contains("0a1b2c"), "{service:?}: {id}");
    }
}

#[test]
fn every_message_says_the_word_that_a_keyword_can_be() {
    for service in [Service::Feishu, Service::DingTalk] {
        let scene = Scene::new(service);
        scene.chat.set_keyword(Some("guajira"));
        scene.send(&message("磁盘满")).unwrap();
        assert_eq!(scene.chat.posts().len(), 1, "{service:?}");
    }
}

#[test]
fn whoever_is_configured_is_mentioned_and_nobody_else() {
    for (service, ids, want) in [
        (Service::Feishu, &["ou_1", "ou_2"][..], &["ou_1", "ou_2"][..]),
        (Service::Feishu, &["all"], &["all"]),
        (Service::DingTalk, &["13800000000", "manager1"], &["13800000000", "manager1"]),
        (Service::DingTalk, &["all"], &["all"]),
        (Service::WeCom, &["li.si", "13800000000"], &["li.si", "13800000000"]),
        (Service::WeCom, &["all"], &["all"]),
        (Service::Slack, &["U024BE7LH", "S0G9QF9GZ"], &["U024BE7LH", "S0G9QF9GZ"]),
        (Service::Slack, &["all"], &["all"]),
        (Service::Mattermost, &["li.si", "all"], &["li.si", "all"]),
        (Service::Webhook, &["li"], &["li"]),
    ] {
        let scene = Scene::new(service);
        let mention = ids.iter().map(|id| (*id).to_owned()).collect();
        let text = "by @everybody <at id=all></at> <@all> <!channel>\n@channel <@U1> @manager2";
        scene.send(&Message { mention, ..message(text) }).unwrap();
        assert_eq!(scene.chat.posts()[0].pings, want, "{service:?} {ids:?}");
    }
}

#[test]
fn signatures_hold_whatever_characters_they_have() {
    for service in [Service::Feishu, Service::DingTalk, Service::Webhook] {
        let scene = Scene::new(service);
        let mut signs = String::new();
        for n in 0..60 {
            scene.send(&Message { id: format!("{n:016x}"), ..message("disk full") }).unwrap();
            scene.pass(Duration::from_secs(61));
            let last = scene.chat.recorded().pop().unwrap();
            let in_query = last.query.iter().find(|(name, _)| name == "sign").map(|(_, value)| value.clone());
            signs += &in_query.unwrap_or_else(|| last.body["sign"].as_str().unwrap_or_default().to_owned());
        }
        assert_eq!(scene.chat.posts().len(), 60, "{service:?}");
        let is_base64 = service != Service::Webhook;
        assert!(!is_base64 || (signs.contains('+') && signs.contains('/')), "{service:?}: {signs}");
    }
}

#[test]
fn a_room_without_a_secret_takes_unsigned_messages() {
    for service in [Service::Feishu, Service::DingTalk, Service::Webhook] {
        let mut scene = Scene::new(service);
        scene.chat.set_secret(None);
        scene.settings.secret = None;
        scene.send(&message("disk full")).unwrap();
        let request = scene.chat.recorded().pop().unwrap();
        let signed = request.query.iter().any(|(name, _)| name == "sign") || request.body.get("sign").is_some();
        let header = request.headers.iter().any(|(name, _)| name.to_lowercase().contains("signature"));
        assert!(!signed && !header, "{service:?}: {request:?}");
    }
}

#[test]
fn a_wrong_secret_and_a_wrong_clock_are_for_a_person_to_mend() {
    for service in [Service::Feishu, Service::DingTalk, Service::Webhook] {
        let mut scene = Scene::new(service);
        scene.settings.secret = Some(Secret::new("SEC-of-another-room"));
        let error = scene.refusal();
        assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?} {error:?}");
        assert!(error.hint.is_some_and(|hint| hint.contains("[[notify]].")), "{service:?}");
        assert!(!error.message.contains("SEC-of-another-room"), "{}", error.message);

        let mut scene = Scene::new(service);
        let theirs = scene.chat.clock().clone();
        scene.clock = OurClock(SimClock::fixed(theirs.now() + TimeDelta::hours(2)));
        let error = scene.refusal();
        assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?} {error:?}");
        assert!(scene.chat.posts().is_empty());
    }
}

#[test]
fn a_receiver_can_drop_a_message_that_it_has() {
    let scene = Scene::new(Service::Webhook);
    let one = message("disk full");
    let sent = scene.send_all([one.clone(), one.clone(), Message { id: "another".to_owned(), ..one }]);
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    assert_eq!(scene.chat.posts().len(), 2);
}

#[test]
fn the_body_of_a_webhook_is_flat_and_stays_what_it_is() {
    let scene = Scene::new(Service::Webhook);
    scene.send(&Message { who: Some("Li".to_owned()), ..message("New issue OPS-1: disk full\nLevel: P1") }).unwrap();
    insta::assert_snapshot!(scene.chat.posts()[0].body, @r#"{"version":1,"id":"0a1b2c3d4e5f6071","event":"created","occurred_at":"2026-11-22T10:00:00Z","text":"New issue OPS-1: disk full\nLevel: P1","count":1,"source":"guance","item":"issue_a","item_url":"https://guance.example/issue_a","jira":"OPS-1","jira_url":"https://jira.example/browse/OPS-1","title":"disk full","level":"P1","status":null,"who":"Li","excerpt":"","mention":[]}"#);
}
