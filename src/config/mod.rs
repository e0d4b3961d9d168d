//! The configuration: `sync.toml` with the environment laid over it, checked, in the words of the modules that use it.
//!
//! Reading has two steps, because only commands that contact a service need secrets: [`Draft::load`] checks every
//! key, [`Draft::resolve`] fetches the secrets.

mod error;
mod size;
mod tree;
mod command;
mod secret;
mod readable;
mod shape;
mod reader;
mod common;
mod templates;
mod kinds;
mod places;
mod needs;
mod parts;
mod login;
mod notify;
mod signals;
mod settings;
mod sources;
mod sections;
mod load;
mod schema;

#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod login_tests;
#[cfg(test)]
mod notify_tests;
#[cfg(test)]
mod reuse_tests;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod signals_tests;
#[cfg(test)]
mod sources_tests;
#[cfg(test)]
mod secret_tests;
#[cfg(test)]
mod tests;

pub use error::{ConfigError, Problem};
pub use kinds::SourceKind;
pub use load::DEFAULT_FILE;
pub use login::{Approval, Method};
pub use notify::Room;
pub use places::{lines_beside, state_of_line};
pub use schema::schema;
pub use secret::is_usual_name;
pub use settings::{Config, Draft, GuanceSource, Source, SyncSettings};
pub use signals::Signals;
pub use tree::Environment;
