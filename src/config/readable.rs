//! Files that hold secrets, or people's texts, and that others on this machine can read.

use std::path::{Path, PathBuf};

use crate::words::ConfigWarning;

/// Returns a sentence for each: the configuration, where a secret stands in it; the files of secrets; the state file.
pub(super) fn advice(
    config: Option<&Path>,
    secrets: impl Iterator<Item = PathBuf>,
    state: &Path,
) -> Vec<ConfigWarning> {
    let mut advice = Vec::new();
    for path in config.map(Path::to_owned).into_iter().chain(secrets).filter(|path| is_open_to_others(path)) {
        let sentence = ConfigWarning::SecretOpenToOthers { path: path.display().to_string() };
        if !advice.contains(&sentence) {
            advice.push(sentence);
        }
    }
    if is_open_to_others(state) {
        advice.push(ConfigWarning::StateOpenToOthers { path: state.display().to_string() });
    }
    advice
}

/// Everybody's permissions count. Those of the group do where the file is our own: one that somebody else lets us read
/// through a group is meant so.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).is_ok_and(|data| {
        let is_ours = data.uid() == rustix::process::geteuid().as_raw();
        data.mode() & 0o007 != 0 || (is_ours && data.mode() & 0o070 != 0)
    })
}

#[cfg(not(unix))]
fn is_open_to_others(_path: &Path) -> bool {
    false
}
