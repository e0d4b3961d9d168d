//! A room: sends a message by the ways of its service.

use std::fmt;

use super::kind::Kind;
use super::settings::Settings;
use super::verdict::{Fault, Verdict};
use super::{dingtalk, feishu, slack, webhook, wecom};
use crate::domain::Message;
use crate::http::{Call, Failure, Hook, Http, Method};
use crate::ports::{Clock, Pace, SendError, Sink, SinkAbout};

/// A chat room, or a webhook.
pub struct Room<'a> {
    about: SinkAbout,
    settings: Settings,
    http: &'a Http,
    clock: &'a dyn Clock,
}

impl fmt::Debug for Room<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("about", &self.about).finish_non_exhaustive()
    }
}

impl<'a> Room<'a> {
    /// Returns a room. Nothing is contacted.
    pub fn new(settings: Settings, http: &'a Http, clock: &'a dyn Clock) -> Self {
        let Settings { name, kind, .. } = &settings;
        let about =
            SinkAbout { name: name.clone(), shown: kind.shown(), pace: pace(*kind), max_bytes: max_bytes(*kind) };
        Self { about, settings, http, clock }
    }

    /// Finds out whether somebody answers at the host of its address, without the address: nothing is sent to the room.
    ///
    /// # Errors
    /// When nobody does.
    pub fn reach(&self) -> Result<(), SendError> {
        let url = format!("{}/", self.settings.origin());
        let call = Call { method: Method::Get, url, query: Vec::new(), auth: None, body: None, header: None };
        match self.http.send(&call) {
            // An answer that is too long, or broken off, is one.
            Ok(_) | Err(Failure::TooMuch { .. }) => Ok(()),
            Err(failure) => Err(self.error(failure.into())),
        }
    }

    fn hook(&self, message: &Message) -> Hook<'_> {
        let (settings, now) = (&self.settings, self.clock.now());
        match settings.kind {
            Kind::Feishu => feishu::hook(settings, message, now),
            Kind::DingTalk => dingtalk::hook(settings, message, now),
            Kind::WeCom => wecom::hook(settings, message),
            Kind::Slack => slack::hook(settings, message),
            Kind::Webhook => webhook::hook(settings, message, now),
        }
    }

    fn send_once(&self, message: &Message) -> Verdict {
        let answer = self.http.post_hook(&self.hook(message))?;
        match self.settings.kind {
            Kind::Feishu => feishu::verdict(&answer),
            Kind::DingTalk => dingtalk::verdict(&answer),
            Kind::WeCom => wecom::verdict(&answer),
            Kind::Slack => slack::verdict(&answer),
            Kind::Webhook => webhook::verdict(&answer),
        }
    }

    fn error(&self, fault: Fault) -> SendError {
        let Fault { kind, words, hint } = fault;
        let message = format!("{}: {}", self.about.shown, self.settings.scrubbed(words));
        SendError { kind, sink: self.about.name.clone(), message, hint: hint.map(Into::into) }
    }
}

impl Sink for Room<'_> {
    fn about(&self) -> &SinkAbout {
        &self.about
    }

    fn send(&self, message: &Message) -> Result<(), SendError> {
        self.send_once(message).map_err(|fault| self.error(fault))
    }
}

/// Returns how many messages go in which time. Each is what the service allows, or less where more would cost much.
///
/// Sources: Lark, "Custom bot usage guide" (100 a minute, 5 a second); `DingTalk`, "自定义机器人接入" (20 a minute, then nothing for
/// ten minutes); `WeCom`, "消息推送（原群机器人）" (20 a minute); Slack, "Rate limits" (one a second). Others set their own.
fn pace(kind: Kind) -> Pace {
    match kind {
        Kind::Feishu => Pace { per_second: Some(1), per_minute: Some(60), per_hour: None },
        Kind::DingTalk | Kind::WeCom => Pace { per_second: None, per_minute: Some(15), per_hour: None },
        Kind::Slack => Pace { per_second: Some(1), per_minute: None, per_hour: None },
        Kind::Webhook => Pace { per_second: Some(5), per_minute: None, per_hour: None },
    }
}

/// Returns how many bytes of a message go at most; which bytes the service counts says its file.
fn max_bytes(kind: Kind) -> usize {
    match kind {
        Kind::Feishu => feishu::MAX_BODY,
        Kind::DingTalk => dingtalk::MAX_BODY,
        Kind::WeCom => wecom::MAX_MARKDOWN,
        Kind::Slack => slack::MAX_TEXT,
        Kind::Webhook => webhook::MAX_BODY,
    }
}
