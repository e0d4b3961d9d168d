//! Signals of a run for programs that watch: a file of metrics for Prometheus, and pings for a heartbeat service.
//!
//! Nothing here knows the engine or the state. What cannot be written or sent never changes how a run ends.

mod metrics;
mod textfile;
mod heartbeat;

pub use heartbeat::{BOUND, Ended, Heartbeat, PING, Pinged};
pub use metrics::{FAMILIES, Family, Metrics, Outcome};
pub use textfile::{read, write};
