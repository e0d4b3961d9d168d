//! The words we sync: plain data. No I/O, no clock, no wire types.

pub mod name;
pub mod id;
pub mod seal;
pub mod marker;
pub mod kin;

pub mod status;
pub mod follower;
pub mod item;
pub mod create;
pub mod field;
pub mod file;

pub mod link;
pub mod push;
pub mod message;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod kin_tests;

pub use create::{Continued, DroppedField, FieldValue, NewField, NewIssue, Reuse, StatusTarget, Ticket};
pub use field::{Base, Bases, Change, Field, People, Said};
pub use file::{File, FileLink, portable_name, shown_size};
pub use follower::Follower;
pub use id::{CommentId, FileId, Fingerprint, IssueId, Key, Kind, Side};
pub use item::{
    Channel, Claim, Comment, Detail, Issue, IssueType, Level, Maker, Person, Priority, SourceDetail, TrackerDetail,
    Visibility, Witness,
};
pub use kin::{Joined, Kin, Onward};
pub use link::{Absence, CommentLink, IssueLink, Known, Stage};
pub use marker::Marker;
pub use message::{Event, Message, Place};
pub use name::{ServiceName, TRACKER, UnknownWord};
pub use push::{Action, Proof, Push, Receipt};
pub use seal::{Seal, SealKey, SealKeys, comment_place, issue_place};
pub use status::{SourceStatus, SourceStatuses, Status, StatusCategory};
