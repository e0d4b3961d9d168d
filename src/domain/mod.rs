//! The words we sync: plain data. No I/O, no clock, no wire types.

pub mod field;
pub mod id;
pub mod item;
pub mod link;
pub mod push;

pub use field::{Base, Bases, Change, Field, People, StatusTarget};
pub use id::{CommentId, Fingerprint, IssueId, Key, Kind, Side};
pub use item::{Claim, Comment, Issue, Level, Person, Priority, Status, StatusCategory, Visibility};
pub use link::{CommentLink, IssueLink, Known, Stage};
pub use push::{Action, DroppedField, NewIssue, Push, Receipt};
