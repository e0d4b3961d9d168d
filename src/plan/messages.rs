//! What a chat room is told: which happenings it wants to know, and what the message says.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::message::{MAX_EXCERPT, MAX_NAME, MAX_TEXT, MAX_TITLE, line, lines};
use crate::domain::{Event, Fingerprint, Issue, Message, Place};
use crate::plan::view;
use crate::template::{Fault, Given, Template};
use crate::text::{Block, Doc, Inline};
use crate::words::{Lang, MessageWords};

/// The names that `when` and `text` of a `[[notify]]` may use besides those of an issue. `status` and `source` are here because
/// they stand for what happened.
pub const NAMES: [&str; 6] = ["event", "jira", "jira_url", "who", "excerpt", "source"];

/// Most messages that a room gets one by one in a run. More become one.
pub const MOST_SINGLE: usize = 5;

/// Most messages that a digest names. The others are counted.
const MOST_NAMED: usize = 10;

/// What a room wants to know: the rules of a `[[notify]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Which events.
    pub on: Vec<Event>,
    /// What the issue must be like; `None`: anything.
    pub when: Option<Template>,
    /// What the message says; `None`: guajira's own words.
    pub text: Option<Template>,
    /// Whom every message mentions, by the ids of the chat service.
    pub mention: Vec<String>,
    /// The language of guajira's own words.
    pub lang: Lang,
}

/// Something that a room may want to know.
#[derive(Clone, Copy, Debug)]
pub struct Happening<'a> {
    /// What it is.
    pub event: Event,
    /// What names it for ever: the key of the write that it was, or of what fails and since when.
    pub key: &'a str,
    /// When it was.
    pub at: DateTime<Utc>,
    /// The name of the source in the configuration, or of the service that fails.
    pub source: &'a str,
    /// The item as it was read last, where it is about one.
    pub issue: Option<&'a Issue>,
    /// Key and address of the Jira issue, where there is one.
    pub jira: Option<(&'a str, &'a str)>,
    /// Who wrote the comment, or set the status.
    pub who: Option<&'a str>,
    /// The status that was set.
    pub status: Option<&'a str>,
    /// The comment that was copied, or the words of the service that refused something. Never what was not copied.
    pub said: &'a str,
}

impl Subscription {
    /// Returns whether the room wants to know. A service that fails is nobody's issue: `when` is not asked about it.
    ///
    /// # Errors
    /// When `when` cannot be computed. Then the message may be meant for nobody here.
    pub fn takes(&self, happening: &Happening<'_>) -> Result<bool, Fault> {
        let is_about_a_service = matches!(happening.event, Event::Failing | Event::Works);
        let asked = if is_about_a_service { Event::Failing } else { happening.event };
        if !self.on.contains(&asked) {
            return Ok(false);
        }
        match &self.when {
            Some(when) if !is_about_a_service => when.holds(&|name| given(happening, name)),
            _ => Ok(true),
        }
    }

    /// Returns the message, or nothing where the room does not want to know, or that cannot be told.
    pub fn message(&self, happening: &Happening<'_>) -> Option<Message> {
        self.takes(happening).is_ok_and(|takes| takes).then(|| self.told(happening))
    }

    /// Returns the message whether the room wants to know or not.
    fn told(&self, happening: &Happening<'_>) -> Message {
        let Happening { event, key, at, source, issue, jira, who, status, said } = *happening;
        let name = |text: &str| Some(line(text, MAX_NAME)).filter(|text| !text.is_empty());
        let mut message = Message {
            id: Message::id_of(event, key),
            event,
            at,
            count: 1,
            source: line(source, MAX_NAME),
            item: issue.map(|issue| Place::new(&issue.name, &issue.url)),
            jira: jira.map(|(key, url)| Place::new(key, url)),
            title: issue.map(|issue| line(&issue.title, MAX_TITLE)).unwrap_or_default(),
            level: issue.and_then(Issue::level).and_then(|level| name(&level.name)),
            who: who.and_then(name),
            status: status.or(issue.map(|issue| issue.status.name.as_str())).and_then(name),
            excerpt: lines(said, MAX_EXCERPT),
            mention: self.mention.clone(),
            text: String::new(),
        };
        // A template that fails for one issue costs its wording, not the message.
        let own = self.text.as_ref().and_then(|text| text.render(&|name| given(happening, name)).ok().flatten());
        message.text = lines(&own.unwrap_or_else(|| words(&message, self.lang)), MAX_TEXT);
        message
    }
}

/// Returns the message that a person sends to try out a room.
pub fn test_message(name: &str, at: DateTime<Utc>, mention: &[String], lang: Lang) -> Message {
    let heading = MessageWords::Test { name }.in_lang(lang);
    Message {
        id: Message::id_of(Event::Test, &format!("{name} {}", at.timestamp_millis())),
        event: Event::Test,
        at,
        count: 1,
        source: line(name, MAX_NAME),
        item: None,
        jira: None,
        title: heading.clone(),
        level: None,
        who: None,
        status: None,
        excerpt: String::new(),
        mention: mention.to_vec(),
        text: format!("{heading}\n{}", MessageWords::TestBody.in_lang(lang)),
    }
}

/// Returns one message instead of many that wait for the same room; nothing where they are few enough to go one by one.
pub fn digest(waiting: &[Message], lang: Lang) -> Option<Message> {
    let last = waiting.last().filter(|_| waiting.len() > MOST_SINGLE)?;
    let count: usize = waiting.iter().map(|one| one.count).sum();
    let ids: Vec<&str> = waiting.iter().map(|one| one.id.as_str()).collect();
    let heading = MessageWords::Many { count }.in_lang(lang);
    let mut text = vec![heading.clone()];
    text.extend(waiting.iter().take(MOST_NAMED).map(|one| one.heading().to_owned()));
    if waiting.len() > MOST_NAMED {
        text.push(MessageWords::AndMore { count: waiting.len() - MOST_NAMED }.in_lang(lang));
    }
    let mut mention: Vec<String> = Vec::new();
    for id in waiting.iter().flat_map(|one| &one.mention) {
        if !mention.contains(id) {
            mention.push(id.clone());
        }
    }
    Some(Message {
        id: Message::id_of(Event::Digest, Fingerprint::of(&ids).as_str()),
        event: Event::Digest,
        at: waiting.iter().map(|one| one.at).max().unwrap_or(last.at),
        count,
        source: last.source.clone(),
        item: None,
        jira: None,
        title: heading,
        level: None,
        who: None,
        status: None,
        excerpt: String::new(),
        mention,
        text: lines(&text.join("\n"), MAX_TEXT),
    })
}

/// Returns guajira's own words for a message.
fn words(message: &Message, lang: Lang) -> String {
    let Message { event, source, item, jira, title, level, who, status, excerpt, .. } = message;
    let named = jira.as_ref().or(item.as_ref()).map_or(source.as_str(), |place| place.name.as_str());
    let status_line = status.as_deref().filter(|_| *event != Event::Status);
    let heading = match (event, who) {
        (Event::Comment, Some(who)) => MessageWords::CommentedBy { jira: named, title, who },
        (Event::Comment, None) => MessageWords::Commented { jira: named, title },
        (Event::Status, _) => {
            MessageWords::StatusIs { jira: named, title, status: status.as_deref().unwrap_or_default() }
        }
        (Event::Dead, _) => MessageWords::Refused { item: named, title },
        (Event::Failing, _) => MessageWords::Fails { service: source },
        (Event::Works, _) => MessageWords::Works { service: source },
        (Event::Created | Event::Digest | Event::Test, _) => MessageWords::Created { jira: named, title },
    };
    let mut text = vec![heading.in_lang(lang)];
    text.extend(level.as_ref().map(|level| MessageWords::Level { level }.in_lang(lang)));
    text.extend(status_line.map(|status| MessageWords::Status { status }.in_lang(lang)));
    let by = who.as_ref().filter(|_| *event != Event::Comment);
    text.extend(by.map(|who| MessageWords::By { who }.in_lang(lang)));
    text.extend(Some(excerpt.clone()).filter(|excerpt| !excerpt.is_empty()));
    text.join("\n")
}

/// Returns what a name stands for in a message about a happening.
fn given(happening: &Happening<'_>, name: &str) -> Given {
    let Happening { event, key: _, at: _, source, issue, jira, who, status, said } = *happening;
    let value = match name {
        "event" => json!(event.as_str()),
        "source" => json!(source),
        "jira" => json!(jira.map(|(key, _)| key)),
        "jira_url" => json!(jira.map(|(_, url)| url)),
        "who" => json!(who.map(|who| line(who, MAX_NAME))),
        "excerpt" => json!(lines(said, MAX_EXCERPT)),
        "status" if status.is_some() => json!(status),
        name => return issue.map_or_else(Given::default, |issue| view::given(issue, name)),
    };
    Given { value: if value == json!("") { Value::Null } else { value }, markdown: None }
}

/// Returns whose words a copy carries, and the words.
pub fn of_copy(copy: &Doc) -> (Option<String>, String) {
    let who = match copy.blocks.first() {
        Some(Block::Paragraph { content }) => match content.first() {
            Some(Inline::Text { text, .. }) if text != "?" => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    (who, Doc { blocks: copy.blocks.get(1..).unwrap_or_default().to_vec() }.plain_text())
}

/// Returns the tags of an item, those that its text names included.
pub fn tags_of(issue: &Issue) -> Vec<(String, String)> {
    match view::given(issue, "tags").value {
        Value::Object(tags) => {
            tags.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns every name that a `[[notify]]` may use.
pub fn all_names() -> Vec<&'static str> {
    view::NAMES.into_iter().chain(NAMES).collect()
}

/// Returns values of the right kinds, to try a template out with.
pub fn sample(name: &str) -> Given {
    if name == "event" { Given { value: json!("created"), markdown: None } } else { view::sample(name) }
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
