//! The comparison with recorded texts fails at every byte, and no pipeline records.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use crate::golden::{Line, RECORD, compare, line};

const CONSEQUENCE: &str = "an upgrade would copy every comment a second time";

fn told(record: &str, lines: &[Line]) -> String {
    compare("keys.tsv", record, lines, CONSEQUENCE).err().unwrap_or_default()
}

#[test]
fn a_text_that_is_another_one_is_told_with_its_consequence() {
    let record = "# what this is\na\tone\nb\ttwo\\n\\tlines \\\\ \\u{1}\n";
    let same = [line("a", "one"), line("b", "two\n\tlines \\ \u{1}")];
    assert_eq!(told(record, &same), "");
    for (lines, want) in [
        ([line("a", "onf"), same[1].clone()].to_vec(), "\na\n  want: one\n  got:  onf"),
        ([line("a", "one "), same[1].clone()].to_vec(), "\na\n  want: one\n  got:  one "),
        ([same[0].clone()].to_vec(), "\nb\n  want: two\\n\\tlines \\\\ \\u{1}\n  is not made any more"),
        ([same.to_vec(), vec![line("c", "three")]].concat(), "\nc\n  is not recorded\n  got:  three"),
    ] {
        let told = told(record, &lines);
        for part in [want, CONSEQUENCE, "tests/data/golden/keys.tsv", RECORD] {
            assert!(told.contains(part), "{part:?} is not in {told}");
        }
    }
    assert!(told("", &same).contains("is not recorded"), "a record that is not there is no record");
}

#[test]
fn no_pipeline_records() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for folder in [".github/workflows", ".ci", ".cargo"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                assert!(!text.contains(RECORD), "{}: a pipeline compares and never records", path.display());
                read += 1;
            }
        }
    }
    assert!(read >= 3, "the pipeline's files are elsewhere now: {read}");
}
