//! One run at a time, by a lock that dies with the process; and files that only their owner reads.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::error::StateError;

/// Held for the length of a run.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock beside the state file; `None` when another run holds it.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn take(state: &Path) -> Result<Option<Self>, StateError> {
        let path = beside(state);
        let file = open_private(&path).map_err(|err| inaccessible(&path, &err))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) => Err(inaccessible(&path, &err)),
        }
    }
}

/// Creates the file, if it is not there, so that only its owner can read it.
pub(super) fn create_private(path: &Path) -> Result<(), StateError> {
    no_folder(path)?;
    if path.exists() {
        return Ok(());
    }
    open_private(path).map(drop).map_err(|err| inaccessible(path, &err))
}

/// Refuses a folder, of which `SQLite` only says that it cannot be read.
pub(super) fn no_folder(path: &Path) -> Result<(), StateError> {
    if path.is_dir() {
        return Err(StateError::Inaccessible(format!("{} is a folder", path.display())));
    }
    Ok(())
}

fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn beside(state: &Path) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn inaccessible(path: &Path, err: &std::io::Error) -> StateError {
    if matches!(err.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::FileTooLarge) {
        return StateError::Full(format!("{}: {err}", path.display()));
    }
    StateError::Inaccessible(format!("{}: {err}", path.display()))
}
