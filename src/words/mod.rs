//! The words that guajira itself says, in English and in Chinese.
//!
//! A message is a variant with typed arguments, one enum for each topic. Each language says a topic in one `match` (`en`, `zh`),
//! so that the compiler holds both complete. Nothing here is read at run time.

#[macro_use]
mod messages;
mod samples;

mod en;
mod zh;

mod adapter;
mod adopt;
mod alerts;
mod by_hand;
mod call;
mod check;
mod ci;
mod config;
mod engine;
mod explain;
mod field;
mod health;
mod hint;
mod history;
mod init;
mod items;
mod kept;
mod login;
mod known;
mod made;
mod news;
mod note;
mod notify;
mod page;
mod parts;
mod piped;
mod plan;
mod run;
mod signals;
mod state;
mod status;
mod summary;
mod sync;
mod take;
mod usage;
mod zone;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use adapter::{GuanceFault, Hidden, JiraFault, Less};
pub use adopt::{AdoptError, AdoptWords, Left};
pub use alerts::{AlertsFine, AlertsHint, AlertsMend, AlertsTested, AlertsWrong};
pub use by_hand::{HandError, HandWords};
pub use call::{CallFault, Cause, ListFault};
pub use check::{CheckWords, Fine, Mend, Purpose, Tested, Wrong};
pub use ci::CiWords;
pub use config::{
    CommandFault, ConfigFault, ConfigHint, ConfigPlace, ConfigWarning, FieldFlaw, Flaw, Lack, SecretFault, SecretFlaw,
    SecretPlace, ValueKind, Wanted,
};
pub use engine::EngineFault;
pub use explain::ExplainWords;
pub use field::FieldReason;
pub use health::HealthWords;
pub use hint::{Hint, ItemHint, JiraHint, StateHint};
pub use history::HistoryWords;
pub use init::{AskWords, FoundWords, InitWords, Listed, LoginWay, Question, Region};
pub use items::ItemWords;
pub use kept::Kept;
pub use known::{told, told_restriction, told_summary, told_template};
pub use login::{AuthWords, IdentityFlaw, KeyFlaw, OAuthHint};
pub use made::{Length, TemplateFault};
pub use messages::Message;
pub use news::NewsWords;
pub use note::Note;
pub use notify::{MessageWords, NotifyHint};
pub use page::PageWords;
pub use parts::{Column, Count, Hold, Read, Stage, Why};
pub use piped::{EventFlaw, PipedFault, PipedWords};
pub use plan::PlanWords;
pub use run::RunWords;
pub use signals::SignalsWords;
pub use state::StateWords;
pub use status::StatusWords;
pub use summary::{FieldName, Summary};
pub use sync::SyncWords;
pub use take::TakeWords;
#[cfg(test)]
pub use usage::help_ids;
pub use usage::{UsageWords, help};
pub use zone::Zone;

/// A language that guajira speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Returns the language of an environment: that of its first variable that says one.
    pub fn of_locale<'v>(variables: impl IntoIterator<Item = Option<&'v str>>) -> Self {
        let first = variables.into_iter().flatten().find(|value| !value.is_empty());
        let is_chinese = first.is_some_and(|value| value.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("zh")));
        if is_chinese { Self::Zh } else { Self::En }
    }

    /// The words of the configuration and of the command line.
    pub const WORDS: [(&str, Self); 2] = [("en", Self::En), ("zh", Self::Zh)];
}

messages! {
    /// One end of a line.
    pub enum Service {
        /// Guance: the source that `[guance]` is.
        Guance,
        /// Jira.
        Jira,
        /// Any other source.
        Source,
    }
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Guance, Self::Jira, Self::Source];
}

messages! {
    /// The system that a text which guajira carries came from.
    pub enum Origin {
        /// Guance: its issues, and the events of its monitors.
        Guance,
        /// Jira.
        Jira,
        /// JSM Operations.
        Jsm,
        /// Opsgenie.
        Opsgenie,
        /// Whatever is piped in.
        Piped,
    }
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Guance, Self::Jira, Self::Jsm, Self::Opsgenie, Self::Piped];
}

/// How guajira speaks in what it writes into issues and comments: `[text]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// In which language.
    pub lang: Lang,
    /// In which time zone times are told.
    pub zone: Zone,
    /// What the source is called.
    pub source: Origin,
}

/// English, UTC, Guance: what fingerprints are made of, whatever a configuration says.
impl Default for Voice {
    fn default() -> Self {
        Self { lang: Lang::default(), zone: Zone::default(), source: Origin::Guance }
    }
}

impl Voice {
    /// Returns a message.
    pub fn say(self, what: Written<'_>) -> String {
        what.in_lang(self.lang)
    }

    /// Returns a time to the minute: `2026-11-22 10:00 UTC`, `2026-11-22 18:00 UTC+8`.
    pub fn minute(self, at: DateTime<Utc>) -> String {
        self.zone.told(at, "%Y-%m-%d %H:%M")
    }

    /// Returns a time to the second.
    pub fn second(self, at: DateTime<Utc>) -> String {
        self.zone.told(at, "%Y-%m-%d %H:%M:%S")
    }
}

/// Returns true for a time as [`Voice::minute`] tells it, in whatever zone.
pub fn is_minute(text: &str) -> bool {
    zone::is_minute(text)
}

messages! {
    /// What guajira writes into issues and comments.
    pub enum Written<'a> => written {
        /// The name of a system.
        Name(Origin),
        /// Stands before the link back to this source, below a description that was carried.
        LinkBack(Origin),
        /// Ends the first line of a copy whose original was deleted there.
        DeletedOn(Origin),
        /// Stands in the place of a name that is not known.
        Somebody,
        /// Follows the name of who set a status that means done.
        StatusSet {
            /// Where.
            on: Origin,
            /// What the source calls it.
            status: &'a str,
            /// When, as [`Voice::minute`] tells it.
            at: &'a str,
        },
        /// The title was changed on the source, and Jira's was changed by hand.
        TitleNow {
            /// Where.
            on: Origin,
            /// The title.
            title: &'a str,
        },
        /// Stands above a description that was changed on this source while Jira's was changed by hand.
        BodyNow(Origin),
        /// A monitor has repeated its alarm.
        Repeats {
            /// How often.
            count: usize,
            /// When last, as [`Voice::second`] tells it.
            last: &'a str,
        },
        /// The rows of a monitor's repeats were deleted.
        NoRepeats,
        /// An alert has occurred again.
        Occurrence {
            /// The how manieth time it was.
            number: &'a str,
        },
        /// The problem of a ticket that was resolved is there again.
        Again,
        /// The item of a ticket has ended, and the ticket goes on with one that was counted in it.
        GoesOn,
        /// So many other items with the same problem are open; what the last one is called follows where there is one.
        Joined {
            /// How many.
            count: u64,
        },
        /// Follows the name of who said something in a chat.
        Chat,
        /// How a link from a Jira issue says what the other issue is to it.
        Mirrors,
        /// Ends a text of which not all was read.
        ReadCut,
    }
}

impl Written<'_> {
    /// Returns true for this message in any language.
    pub fn is(self, text: &str) -> bool {
        Lang::ALL.into_iter().any(|lang| self.in_lang(lang) == text)
    }

    /// Returns true for a text that begins with this message in any language.
    pub fn begins(self, text: &str) -> bool {
        Lang::ALL.into_iter().any(|lang| text.starts_with(&self.in_lang(lang)))
    }
}

/// How the last paragraph of a text says that it was cut because it was too long for its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What every such paragraph begins with.
    pub begins: &'static str,
    /// All of it where there is no address of the whole text.
    pub alone: &'static str,
    /// Before the address.
    pub before: &'static str,
    /// Behind the address.
    pub behind: &'static str,
}

impl Cut {
    /// Returns how a language says it.
    pub const fn of(lang: Lang) -> Self {
        match lang {
            Lang::En => en::CUT,
            Lang::Zh => zh::CUT,
        }
    }

    /// Returns true for a text that begins so in any language.
    pub fn begins(text: &str) -> bool {
        Lang::ALL.into_iter().any(|lang| text.starts_with(Self::of(lang).begins))
    }
}
