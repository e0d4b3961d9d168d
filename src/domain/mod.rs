//! The words we sync: plain data. No I/O, no clock, no wire types.

pub mod id;
pub mod item;
pub mod link;
pub mod push;

pub use id::{CommentId, Fingerprint, IssueId, Key, Kind, Side};
pub use item::{Claim, Comment, Issue, Level, Person, Visibility};
pub use link::{CommentLink, IssueLink, Known, Stage};
pub use push::{Action, DroppedField, NewIssue, Push, Receipt};
