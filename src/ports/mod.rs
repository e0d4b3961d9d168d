//! What the engine needs from outside: remotes, request budget, clock, stop signal, failpoints.
//!
//! These traits sit *below* the decisions: they move facts and carry out one write. Who may create what is
//! `plan::Policy`.

mod error;
mod standing;
mod span;
mod parts;
mod inbox;
mod lookup;
mod content;
mod tickets;
mod finding;
mod register;
mod abilities;
mod about;
mod remote;
mod line;
mod takeover;
mod pairing;
mod sink;

mod limits;
mod run;
mod facts;
mod accounts;
mod walk;

pub use abilities::{
    Abilities, Ability, Archive, Creates, Directory, Files, Parts, Quota, Registry, Screens, Statuses, Threads, Writes,
};
pub use about::{About, Listing};
pub use accounts::{FORMER_ACCOUNTS, OWN_ACCOUNTS, known_person, learn_accounts, note_stranger};
pub use content::Content;
pub use error::{ApiError, ApiErrorKind};
pub use facts::{FOR_EVER, FORMER_PAIRS, Facts, LIST_PAGE, SEAL_KEYS, THREAD_PAGE, seal_keys};
pub use finding::Finding;
pub use inbox::{Inbox, InboxRow};
pub use limits::Limits;
pub use line::InLine;
pub use lookup::{Lookup, Presence, Wanted};
pub use pairing::{NamedIssue, Pairing};
pub use parts::{ThreadPage, ThreadPart};
pub use register::Register;
pub use remote::Remote;
pub use run::{Budget, Clock, Crash, Failpoints, NoFailpoints, Purpose, Stop, Urgency};
pub use sink::{Pace, SendError, SendErrorKind, Sink, SinkAbout};
pub use span::{Batch, Identity, Span, Unreadable};
pub use standing::{LostProject, Standing};
pub use takeover::{LabelledIssue, Mark, Takeover};
pub use tickets::Tickets;
pub use walk::Walk;
