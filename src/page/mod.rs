//! The page of `guajira report`: one file of HTML that needs no network, in a size that does not grow with the state.
//!
//! What comes from outside is escaped, cut, and set apart from the direction of what stands around it. A page holds no script:
//! its security policy allows none.

mod data;
mod escape;
mod chart;
mod write;

pub use data::{Bin, Line, Page, Run, Stuck};
pub use write::page;
