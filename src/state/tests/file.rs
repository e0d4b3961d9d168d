//! The file itself: who may read it, what is refused, one run at a time.

use super::*;

#[test]
fn the_file_is_private_and_a_newer_or_foreign_one_is_refused_by_name() {
    let (dir, state) = fresh();
    let path = dir.path().join("guajira.db");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    state.conn.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    let err = State::open(&path).unwrap_err();
    assert!(matches!(err, StateError::Newer { version: 99, .. }), "{err}");
    let foreign = dir.path().join("foreign.db");
    std::fs::write(&foreign, "not a database at all, but long enough to be looked at as one").unwrap();
    let err = State::open(&foreign).unwrap_err();
    assert!(matches!(err, StateError::Corrupt(_)), "{err}");
}

#[test]
fn a_folder_in_the_files_place_is_told_as_such() {
    let dir = tempfile::tempdir().unwrap();
    let err = State::open(dir.path()).unwrap_err();
    assert!(matches!(&err, StateError::Inaccessible(why) if why.ends_with("is a folder")), "{err}");
}

#[test]
fn one_run_at_a_time_and_the_lock_goes_with_its_holder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let held = RunLock::take(&path).unwrap();
    assert!(held.is_some());
    assert!(RunLock::take(&path).unwrap().is_none());
    drop(held);
    assert!(RunLock::take(&path).unwrap().is_some());
}

#[test]
fn a_copy_in_memory_leaves_the_file_alone() {
    let (dir, state) = fresh();
    enqueue(&state, &comment("1", "a", "x"));
    let copy = State::open_copy(&dir.path().join("guajira.db")).unwrap();
    enqueue(&copy, &comment("2", "b", "y"));
    assert_eq!(copy.unsettled().unwrap().len(), 2);
    assert_eq!(state.unsettled().unwrap().len(), 1);
}
