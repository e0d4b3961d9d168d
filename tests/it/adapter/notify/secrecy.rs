//! The address of a room is its credential: whatever goes wrong, nothing shows it, and it goes nowhere else.

use std::sync::Arc;

use guajira::ports::SendErrorKind;
use guajira::secret::Secret;
use guajira_fakes::chat::{FakeChat, Options, Service, TOKEN};
use guajira_fakes::server::{Fault, Handler, Request, Response, Server, What};

use super::samples::message;
use super::{ALL, Scene, secret_of};

/// Somebody to whom a redirect leads.
struct Elsewhere;

impl Handler for Elsewhere {
    fn handle(&self, _request: &Request) -> Response {
        Response::text(200, "text/plain", "ok")
    }
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Server::start(Arc::new(Elsewhere));
    for service in ALL {
        for status in [301, 302, 303, 307, 308] {
            for target in [format!("{}/{TOKEN}?token={TOKEN}", elsewhere.base_url()), format!("/moved/{TOKEN}")] {
                let scene = Scene::new(service);
                let headers = vec![("Location".to_owned(), target)];
                scene.chat.server().fail(Fault::new(What::Status(status, String::new(), headers)));
                let error = scene.refusal();
                assert_eq!(error.kind, SendErrorKind::Unauthorized, "{service:?} {status} {error:?}");
                assert!(error.hint.is_some_and(|hint| hint.contains("no redirect")), "{service:?}");
                assert!(!error.message.contains(TOKEN), "{}", error.message);
                assert_eq!(scene.chat.recorded().len(), 1, "{service:?} {status}");
            }
        }
    }
    assert!(elsewhere.recorded().is_empty(), "{:?}", elsewhere.recorded());
}

#[test]
fn nothing_that_goes_wrong_shows_the_address_or_the_secret() {
    for service in ALL {
        let secret = secret_of(service).unwrap_or(TOKEN);
        for what in [
            What::DropAfter,
            What::Truncate(1),
            What::Garbage,
            What::LoginPage,
            What::Status(
                404,
                format!("no hook /incoming/{TOKEN}?access_token={TOKEN}&key={TOKEN} {secret}"),
                Vec::new(),
            ),
            What::Status(
                200,
                format!("{{\"code\":1,\"errcode\":1,\"msg\":\"{TOKEN}\",\"errmsg\":\"{TOKEN}\"}}"),
                Vec::new(),
            ),
            What::Status(500, format!("<a href=\"/{TOKEN}\">{secret}</a>"), Vec::new()),
        ] {
            let scene = Scene::new(service);
            scene.chat.server().fail(Fault::new(what));
            let Err(error) = scene.send(&message("disk full")) else { continue };
            is_silent(&format!("{error} {error:?}"), secret);
        }
        let mut scene = Scene::new(service);
        is_silent(&format!("{:?} {:?}", scene.settings, scene.about()), secret);
        for broken in [format!("http://127.0.0.1:9/{TOKEN}"), format!("http://[{TOKEN}/x"), TOKEN.to_owned()] {
            scene.settings.address = Secret::new(broken);
            let error = scene.refusal();
            is_silent(&format!("{error} {error:?}"), secret);
        }
    }
}

#[test]
fn a_word_that_opens_a_webhook_is_not_repeated() {
    let mut scene = Scene::new(Service::Webhook);
    scene.settings.address = Secret::new(format!("{}/hooks/open-sesame", scene.chat.server().base_url()));
    let said = "no hook /hooks/open-sesame".to_owned();
    scene.chat.server().fail(Fault::new(What::Status(404, said, Vec::new())));
    let error = scene.refusal();
    assert_eq!(error.message, "webhook: status 404: no hook /(redacted)/(redacted)");
}

fn is_silent(said: &str, secret: &str) {
    assert!(!said.contains(TOKEN) && !said.contains(secret), "{said}");
    // Half of it is too much as well.
    assert!(!said.contains(&TOKEN[..18]), "{said}");
}

#[test]
fn to_find_out_whether_a_room_answers_its_address_is_not_used() {
    for service in ALL {
        let scene = Scene::new(service);
        scene.with_room(|room| room.reach().unwrap());
        let requests = scene.chat.recorded();
        assert_eq!(requests.len(), 1, "{service:?}");
        assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/"), "{service:?}");
        assert!(requests[0].query.is_empty() && scene.chat.posts().is_empty(), "{service:?}");
    }
    let mut scene = Scene::new(Service::Slack);
    scene.settings.address = Secret::new(format!("http://127.0.0.1:9/{TOKEN}"));
    let error = scene.with_room(|room| room.reach().unwrap_err());
    assert!(error.message.contains("http://127.0.0.1:9") && !error.message.contains(TOKEN), "{error:?}");
}

#[test]
fn a_room_of_one_service_does_not_take_the_messages_of_another() {
    // The fakes are strict: a body of another kind is none.
    let chat = FakeChat::start(Options::of(Service::WeCom));
    let mut scene = Scene::new(Service::DingTalk);
    scene.settings.address = Secret::new(chat.address());
    scene.settings.secret = None;
    assert_eq!(scene.refusal().kind, SendErrorKind::Refused);
    assert!(chat.posts().is_empty());
}
