//! One blocking HTTP client for both sides: timeouts, proxy from the environment, TLS roots, no credentials across hosts.
//!
//! It decides nothing about services: status codes and bodies are the adapters' business. It never prints a header's
//! value, a query or a body. Whatever a service says passes the [`Redactor`](crate::secret::Redactor) here, after JSON was
//! decoded: no credential of either side gets further, be it as a person's text, as an error or into a log.

mod words;
mod json;
mod proxy;
mod failure;
mod fault;
mod wait;
mod call;
mod answer;
mod redirect;
mod trust;
mod client;
mod stream;
mod hook;

#[cfg(test)]
mod tests;

pub use answer::{Answer, MAX_BODY_BYTES};
pub use call::{Call, Login, Method, Sign};
pub use client::{Http, Settings};
pub use failure::Failure;
pub use fault::Fault;
pub use hook::Hook;
pub use proxy::check as check_proxy;
pub use stream::{Opened, Upload};
pub use wait::{ENDLESS_WAIT, INSTEAD_OF_ENDLESS, LONGEST_WAIT};
pub use words::{clean, one_line};
