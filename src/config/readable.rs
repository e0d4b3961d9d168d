//! Files that hold secrets, or people's texts, and that others on this machine can read.

use std::path::{Path, PathBuf};

/// Returns a sentence for each: the configuration, where a secret stands in it; the files of secrets; the state file.
pub(super) fn advice(config: Option<&Path>, secrets: impl Iterator<Item = PathBuf>, state: &Path) -> Vec<String> {
    let mut advice = Vec::new();
    for path in config.map(Path::to_owned).into_iter().chain(secrets).filter(|path| is_open_to_others(path)) {
        let path = path.display();
        let sentence = format!("other users of this machine can read the secret in {path}: chmod 600 {path}");
        if !advice.contains(&sentence) {
            advice.push(sentence);
        }
    }
    if is_open_to_others(state) {
        let path = state.display();
        advice.push(format!(
            "other users of this machine can read the state file, with texts of both sides in it: chmod 600 {path}"
        ));
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
