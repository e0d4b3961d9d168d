//! Attachments: bytes in and out, names of every kind, and logins that go nowhere else.

use std::io::Read as _;

use guajira::domain::{Action, File, FileId, Fingerprint, IssueId, Key, Push, Receipt, Side};
use guajira::ports::{ApiError, ApiErrorKind, Content, Files as _};
use guajira::text::Doc;
use guajira_fakes::jira::{Draft, Flavour};
use guajira_fakes::server::{Fault, What};

use super::{BOTH, Rig, uuid};
use crate::fixtures;

/// The copy of a Guance file.
pub(super) fn attach(rig: &Rig, key: &str, name: &str) -> Push {
    let file = File { name: name.to_owned(), ..fixtures::file(Side::GUANCE, "att_1") };
    let (note, origin_url) = (Doc::default(), String::new());
    Push {
        key: Key::file(Side::GUANCE, &FileId::new("att_1")),
        pair: uuid(1),
        target: Side::JIRA,
        action: Action::AddFile { issue: rig.id(key), file: Box::new(file), note, origin_url },
        content: Fingerprint::of(&[name]),
        summary: String::new(),
        seal: None,
    }
}

fn content(bytes: &[u8], told: bool) -> Content {
    let size = told.then_some(bytes.len() as u64);
    Content { size, data: Box::new(std::io::Cursor::new(bytes.to_vec())) }
}

fn rigs() -> impl Iterator<Item = Rig> {
    BOTH.into_iter().map(|flavour| {
        let rig = Rig::new(flavour);
        rig.fake.create_issue("OPS", "alice", Draft::new("one"));
        rig
    })
}

fn push(rig: &Rig, name: &str, bytes: &[u8]) -> Result<Receipt, ApiError> {
    rig.run().push_file(&attach(rig, "OPS-1", name), Some(content(bytes, true)))
}

#[test]
fn what_was_attached_is_listed_and_read_as_it_is() {
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    for rig in rigs() {
        for told in [true, false] {
            let push = attach(&rig, "OPS-1", "磁盘 \u{1f525}.bin");
            let receipt = rig.run().push_file(&push, Some(content(&large, told))).unwrap();
            let run = rig.run();
            let files = run.files(&rig.id("OPS-1")).unwrap().1;
            let file = files.iter().find(|file| file.id.as_str() == receipt.id).unwrap();
            assert_eq!((file.name.as_str(), file.size, file.ours), ("磁盘 \u{1f525}.bin", Some(3_000_000), true));
            let mut bytes = Vec::new();
            run.open_file(file).unwrap().data.read_to_end(&mut bytes).unwrap();
            assert!(bytes == large, "{told}");
        }
        rig.fake.attach("OPS-1", "alice", "hers.txt", "text/plain", b"x");
        let files = rig.run().files(&rig.id("OPS-1")).unwrap().1;
        assert_eq!(files.iter().map(|file| file.ours).collect::<Vec<_>>(), [true, true, false]);
        assert!(rig.run().files(&IssueId::new("99999")).unwrap().1.is_empty());
    }
}

#[test]
fn our_login_stays_with_jira() {
    let rig = rigs().find(|rig| rig.fake.flavour() == Flavour::Cloud).unwrap();
    rig.fake.attach("OPS-1", "alice", "a.txt", "text/plain", b"a");
    let run = rig.run();
    let file = run.files(&rig.id("OPS-1")).unwrap().1.remove(0);
    run.open_file(&file).unwrap();
    let media: Vec<_> = rig.fake.recorded().into_iter().filter(|one| one.path.starts_with("/media/")).collect();
    assert_eq!(media.len(), 1);
    assert!(media[0].headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("authorization")));

    let rig = rigs().find(|rig| rig.fake.flavour() == Flavour::Server).unwrap();
    rig.fake.attach("OPS-1", "alice", "a.txt", "text/plain", b"a");
    let run = rig.run();
    let mut file = run.files(&rig.id("OPS-1")).unwrap().1.remove(0);
    file.url = Some("http://elsewhere.example/secure/attachment/1/a.txt".to_owned());
    run.open_file(&file).unwrap();
}

#[test]
fn a_page_in_place_of_a_file_is_a_refused_login() {
    for rig in rigs() {
        rig.fake.attach("OPS-1", "alice", "a.txt", "text/plain", b"a");
        rig.fake.attach("OPS-1", "alice", "page.html", "text/html", b"<html>a page of hers</html>");
        let run = rig.run();
        let files = run.files(&rig.id("OPS-1")).unwrap().1;
        let mut page = String::new();
        run.open_file(&files[1]).unwrap().data.read_to_string(&mut page).unwrap();
        assert!(page.contains("of hers"));
        rig.fake.fail(Fault::new(What::LoginPage).path_contains("/attachment"));
        assert_eq!(run.open_file(&files[0]).unwrap_err().kind, ApiErrorKind::Unauthorized);
    }
}

#[test]
fn what_is_not_taken_is_refused_and_what_is_unclear_in_doubt() {
    for rig in rigs() {
        rig.fake.switch(|switches| switches.upload_limit = Some(4));
        let error = push(&rig, "a.bin", b"12345").unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused, "{error}");
        assert_eq!(rig.fake.writes(), 0, "not even sent: {error}");
        push(&rig, "a.bin", b"1234").unwrap();
        rig.fake.switch(|switches| switches.upload_limit = Some(3));
        let error = push(&rig, "b.bin", b"1234").unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Refused, "by what was known, it might have been taken: {error}");
        rig.lose("POST", "/attachments", What::DropAfter);
        assert_eq!(push(&rig, "c.bin", b"1").unwrap_err().kind, ApiErrorKind::InDoubt);
        rig.fake.with_user("bot", |bot| bot.active = false);
        assert_eq!(push(&rig, "d.bin", b"1").unwrap_err().kind, ApiErrorKind::Unauthorized);
    }
}

/// What a dead login is not shown is not gone.
#[test]
fn a_token_that_dies_before_a_file_is_opened_gives_nothing_up() {
    for rig in rigs() {
        rig.fake.attach("OPS-1", "alice", "trace.txt", "text/plain", b"0123456789");
        let run = rig.run();
        let file = run.files(&rig.id("OPS-1")).unwrap().1.remove(0);
        let gone = || What::Status(404, r#"{"errorMessages":["no such attachment"]}"#.to_owned(), Vec::new());
        rig.fake.fail(Fault::new(gone()).path_contains("/attachment"));
        assert_eq!(run.open_file(&file).unwrap_err().kind, ApiErrorKind::Refused);
        rig.fake.with_user("bot", |user| user.secret = "changed".into());
        rig.fake.fail(Fault::new(gone()).path_contains("/attachment"));
        let error = run.open_file(&file).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unauthorized, "{error}");
    }
}
