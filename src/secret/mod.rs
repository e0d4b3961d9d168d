//! Secrets live in a type that cannot be printed, and are taken out of what services say.

mod credential;
mod redact;

pub use credential::{REDACTED, Secret, base64};
pub use redact::Redactor;
