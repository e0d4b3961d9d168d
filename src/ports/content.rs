//! The bytes of a file.

use std::fmt;
use std::io::Read;

/// A file's bytes on their way.
pub struct Content {
    /// How many there are, where the remote tells.
    pub size: Option<u64>,
    /// The bytes.
    pub data: Box<dyn Read + Send>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("size", &self.size).finish_non_exhaustive()
    }
}
