//! The state file: cursors, links, outbox, request ledger, history. Methods are named by meaning, and no `rusqlite`
//! type leaves this module.

mod error;
mod time;
mod lock;
mod schema;
mod requests;
#[cfg(debug_assertions)]
mod cost;
mod file;
mod copy;

mod facts;
mod cursors;
mod services;
mod waits;
mod told;
mod ledger;
mod history;

mod inbox;
mod remains;
mod away;
mod absent;
mod links;
mod turns;
mod due;
mod files;
mod outbox;
mod dead;
mod fields;
mod stuck;
mod messages;
mod by_hand;
mod reuse;

mod status;
mod period;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod tests;

pub use absent::GoneIssue;
pub use away::{Away, AwayKind, project_of};
#[cfg(debug_assertions)]
pub use cost::{Spent, spent};
pub use cursors::Cursor;
pub use dead::DeadCreates;
pub use due::DueFields;
pub use error::StateError;
pub use facts::{DEAR_THREAD, LONG_THREAD, THREAD_ROWS};
pub use file::{Durability, State, Tx};
pub use history::{RunEnd, SideFailure};
pub use ledger::Made;
pub use lock::RunLock;
pub use messages::{MessageBacklog, NewMessage, SendFailure, ToldMessage, WaitingMessage};
pub use outbox::{Backlog, Deferral, Doubt, HeldForLabel, Queued};
pub use period::Settled;
pub use services::{Installation, Services, Workspace};
pub use status::{FailingSide, LastRun, Status};
pub use stuck::StuckItem;
pub use told::{FLEETING, News};
pub use turns::{InTurn, PairTimes};
