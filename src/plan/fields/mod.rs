//! Fields that both issues of a pair keep: what changed on one side since the sides last agreed goes to the other.
//!
//! Every field is compared three ways: what Guance says, what Jira says, and the base, which is what each of them said
//! when they last agreed. The base holds each side's own words, as read after a write: our own writing is therefore
//! never taken for a change. `status`, `people`, `texts` and `follow` (with `values`) know what the fields mean.

mod alike;
mod values;
mod said;
mod pair;
mod status;
mod people;
mod texts;
mod follow;
mod decide;
#[cfg(test)]
mod tests;

pub use decide::{decide, differs, write_of};
pub use pair::{Counterpart, Pair};
pub use people::stranger;
pub use said::{Carried, Says, carried, fresh, is_told, same_value, says, value};
