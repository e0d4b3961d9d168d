//! `[[notify]]`: the chat rooms, and what each of them wants to know.

use std::path::Path;

use super::parts::{SecretAt, Vault, http_settings, secrets};
use super::reader::Reader;
use crate::domain::Event;
use crate::http;
use crate::notify::{self, Kind, Settings};
use crate::plan::Subscription;
use crate::template;
use crate::words::{ConfigWarning, Flaw, Lang};

/// Its keys.
const KEYS: [&str; 10] = ["name", "kind", "url", "secret", "on", "when", "text", "mention", "timeout", "ca_file"];

/// What a room is told of unless it says what it wants.
const DEFAULT_EVENTS: [Event; 3] = [Event::Created, Event::Dead, Event::Failing];

/// Names of services that are always there.
const TAKEN: [&str; 2] = ["jira", "guance"];

/// Longest name of a service.
const MAX_NAME: usize = 31;

/// What `DingTalk`'s signing secrets begin with.
const DINGTALK_SECRET: &str = "SEC";

/// A chat room, ready to be opened.
#[derive(Clone, Debug)]
pub struct Room {
    /// Where it is.
    pub settings: Settings,
    /// What it wants to know.
    pub subscription: Subscription,
    /// How it is reached.
    pub http: http::Settings,
}

/// A chat room whose secrets have not been fetched.
#[derive(Clone, Debug)]
pub(super) struct RoomDraft {
    /// The paths of `url` and `secret`.
    paths: [String; 2],
    name: String,
    kind: Kind,
    address: Option<SecretAt>,
    secret: Option<SecretAt>,
    subscription: Subscription,
    http: http::Settings,
}

impl RoomDraft {
    /// Returns its secrets, each with the path of its key.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (&str, &SecretAt)> {
        let [url, secret] = &self.paths;
        let all = [(url, &self.address), (secret, &self.secret)];
        all.into_iter().filter_map(|(path, secret)| Some((path.as_str(), secret.as_ref()?)))
    }

    /// Fetches its secrets, and looks whether they can be what they are said to be.
    pub(super) fn resolve(self, vault: &mut Vault<'_>, warnings: &mut Vec<ConfigWarning>) -> Room {
        let Self { paths: _, name, kind, address: at, secret, subscription, http } = self;
        let fetched = at.as_ref().map(|at| (vault.fetch(at), at));
        let address = fetched.map_or_else(
            || crate::secret::Secret::new(""),
            |(address, at)| {
                if !address.expose().is_empty() {
                    match notify::check_address(kind, &address) {
                        Ok(false) => {}
                        Ok(true) => warnings.push(ConfigWarning::Unencrypted { key: at.key.clone() }),
                        Err(flaw) => vault.refuse(at, flaw),
                    }
                }
                address
            },
        );
        let secret = secret.map(|at| {
            let secret = vault.fetch(&at);
            let is_whole = secret.expose().is_empty() || secret.expose().starts_with(DINGTALK_SECRET);
            if kind == Kind::DingTalk && !is_whole {
                vault.refuse(&at, Flaw::NoSigningSecret);
            }
            secret
        });
        let settings = Settings::new(name, kind, address, secret, subscription.lang);
        Room { settings, subscription, http }
    }
}

/// Reads every room. No room is called as a source is: the budget and the log name services.
pub(super) fn rooms(reader: &Reader, base: &Path, lang: Lang, sources: &[&str]) -> Vec<RoomDraft> {
    if !reader.has_elements("notify") {
        // Known all the same: who misspells one is told.
        for key in KEYS {
            reader.has(&format!("notify.0.{key}"));
        }
        return Vec::new();
    }
    let mut rooms: Vec<RoomDraft> = Vec::new();
    for n in 0..reader.count("notify") {
        let room = room(reader, base, &format!("notify.{n}"), lang);
        let of_service = |name: &&str| *name == room.name;
        let is_taken = TAKEN.iter().chain(sources).any(of_service) || rooms.iter().any(|other| other.name == room.name);
        if is_taken && !room.name.is_empty() {
            reader.refuse(&format!("notify.{n}.name"), Flaw::NameTaken { name: room.name.clone() });
        }
        rooms.push(room);
    }
    rooms
}

fn room(reader: &Reader, base: &Path, path: &str, lang: Lang) -> RoomDraft {
    let key = |name: &str| format!("{path}.{name}");
    let name = reader.required_text(&key("name"));
    if !name.is_empty() && !is_name(&name) {
        reader.refuse(&key("name"), Flaw::BadName);
    }
    reader.required_text(&key("kind"));
    let kind = reader.one_of(&key("kind"), &Kind::WORDS, Kind::Webhook);
    let is_signed = reader.has(&key("secret"));
    if is_signed && !kind.signs() {
        reader.refuse_hidden(&key("secret"), Flaw::NotSigned { kind: kind.shown().to_owned() });
    }
    RoomDraft {
        paths: [key("url"), key("secret")],
        name,
        kind,
        address: secrets(reader, &key("url"), false).pop(),
        secret: is_signed.then(|| secrets(reader, &key("secret"), false).pop()).flatten(),
        subscription: Subscription {
            on: events(reader, &key("on")),
            when: reader.message_template(&key("when"), template::Kind::Condition),
            text: reader.message_template(&key("text"), template::Kind::Text),
            mention: mentions(reader, &key("mention"), kind),
            lang,
        },
        http: http_settings(reader, path, base),
    }
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_plain)
}

fn events(reader: &Reader, path: &str) -> Vec<Event> {
    if !reader.has(path) {
        return DEFAULT_EVENTS.to_vec();
    }
    let mut events = Vec::new();
    for word in reader.list(path) {
        match Event::WORDS.iter().find(|(known, _)| *known == word) {
            Some((_, event)) => events.push(*event),
            None => {
                let words = Event::WORDS.map(|(known, _)| format!("{known:?}")).to_vec();
                reader.refuse(path, Flaw::NoEvent { words });
                break;
            }
        }
    }
    events
}

fn mentions(reader: &Reader, path: &str, kind: Kind) -> Vec<String> {
    let ids = reader.list(path);
    if ids.iter().any(|id| !notify::is_mention(kind, id)) {
        reader.refuse(path, Flaw::NoMention { kind: kind.shown().to_owned() });
    }
    ids
}
