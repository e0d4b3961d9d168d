//! OAuth 1.0a with RSA-SHA1, as the application links of Jira Server and Data Center speak it.
//!
//! Source: RFC 5849; Atlassian, "OAuth" (Jira Server platform, REST API). Jira knows RSA-SHA1 only. The signature is made in
//! Rust: the cryptography policy of the host does not forbid it.

mod base;
mod key;
mod token;
mod signer;
mod refusal;

pub use key::PrivateKey;
pub use token::AccessToken;

pub(super) use refusal::{Problem, Refusal};
pub(super) use signer::Signer;
pub(super) use token::pairs as form;
