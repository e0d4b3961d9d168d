//! The file of metrics on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::metrics::Metrics;

/// Most bytes that are read of an earlier file. One of a hundred sources has a quarter of that.
const MOST: u64 = 1 << 20;

/// Reads what an earlier run wrote; nothing where there is no file, or none that can be read.
pub fn read(path: &Path) -> Metrics {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_string(&mut text));
    read.map_or_else(|_| Metrics::default(), |_| Metrics::parse(&text))
}

/// Writes the file in one step: a reader sees the old one or the new one. Everybody may read it, because `node_exporter` runs
/// as another user.
///
/// # Errors
/// When the folder or the disk does not take it. Then the old file is as it was.
pub fn write(path: &Path, metrics: &Metrics) -> io::Result<()> {
    replace_with(path, |beside| fill(beside, &metrics.text()))
}

/// Writes a file of any kind in the same way, readable for whom the process lets read.
///
/// # Errors
/// As for [`write()`].
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    replace_with(path, |beside| fresh(beside, text).map(drop))
}

fn replace_with(path: &Path, fill: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
    let beside = beside(path);
    // Left by a run that was killed. A link in its place is removed, and never written through.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = fill(&beside).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Finds out whether the file could be written, and leaves its folder as it was.
///
/// # Errors
/// When the folder or the disk does not take it, or a folder has the name of the file.
pub fn try_out(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Another name than that which a run writes at the same time.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".check-{}", std::process::id()));
    let trial = path.with_file_name(name);
    let written = fill(&trial, &Metrics::default().text());
    let removed = fs::remove_file(&trial);
    written.and(removed)
}

fn fresh(path: &Path, text: &str) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

fn fill(path: &Path, text: &str) -> io::Result<()> {
    let file = fresh(path, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Whatever the umask is.
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.sync_all()
}

/// Returns a name in the same folder that `node_exporter` does not read: it does not end with `.prom`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn one() -> Metrics {
        let mut metrics = Metrics::default();
        metrics.set("guajira_pairs", &[("source", "guance")], 1.0);
        metrics
    }

    #[test]
    fn the_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("guajira.prom");
        assert_eq!(read(&path), Metrics::default());
        fs::write(dir.path().join("guajira.prom.new"), "half a file").unwrap();
        write(&path, &one()).unwrap();
        assert_eq!(read(&path), one());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (path, victim) = (dir.path().join("guajira.prom"), dir.path().join("victim"));
        fs::write(&victim, "untouched").unwrap();
        std::os::unix::fs::symlink(&victim, beside(&path)).unwrap();
        write(&path, &one()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
        assert_eq!(read(&path), one());
    }

    #[test]
    fn trying_out_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("guajira.prom");
        write(&path, &one()).unwrap();
        try_out(&path).unwrap();
        assert_eq!((read(&path), fs::read_dir(dir.path()).unwrap().count()), (one(), 1));
        assert_eq!(try_out(&dir.path().join("missing/guajira.prom")).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(try_out(&path).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        assert!(write(&dir.path().join("missing/guajira.prom"), &one()).is_err());
        let path = dir.path().join("guajira.prom");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, &one()).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
