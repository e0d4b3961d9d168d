//! No file is so long that it has a second purpose.

use std::fs;
use std::path::Path;

use super::layers::rust_files;

/// How many lines a file may have.
const MOST_LINES: usize = 500;

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let too_long: Vec<String> = ["src", "tests", "examples", "benches"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
        .filter_map(|file| {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.strip_prefix(root).unwrap().display()))
        })
        .collect();
    assert!(too_long.is_empty(), "longer than {MOST_LINES} lines; look for the second purpose inside: {too_long:#?}");
}
