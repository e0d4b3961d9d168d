//! Where tests keep files that they throw away.

/// Returns a folder of its own, in memory where the system has such a place: there nothing waits for a disk, which the program
/// asks at every commit of its state.
pub(crate) fn scratch() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary directory")
}
