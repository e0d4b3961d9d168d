//! Chat rooms and webhooks: where messages end. Each service has a file, which builds the body, signs it, and understands the
//! answer. HTTP 200 is no verdict: three of these services refuse with it.
//!
//! What people wrote is untrusted here. It goes where the service reads no markup, or is escaped, so that nobody is mentioned
//! but those whom the configuration names. The address of a room is its credential: nothing here shows more of it than the host.

mod kind;
mod address;
mod settings;
mod escape;
mod shape;
mod sign;
mod verdict;

mod feishu;
mod dingtalk;
mod wecom;
mod slack;
mod webhook;

mod room;

#[cfg(test)]
mod samples;

pub use address::check as check_address;
pub use kind::Kind;
pub use room::Room;
pub use settings::{Settings, is_mention};
