//! The write counter that guajira keeps at a service.

use crate::domain::SealKey;

/// The remote write counter, and what is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Register {
    /// None can be kept here: we have no permission, or the service has no place for it.
    NotKept,
    /// Nobody has written one yet.
    Empty,
    /// What was last written.
    Value {
        /// The counter.
        counter: String,
        /// The key of our seals; version 0.1 kept none.
        key: Option<SealKey>,
    },
}
