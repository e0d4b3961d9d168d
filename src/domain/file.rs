//! Files attached to issues, comments and replies. Their bytes never stand here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{FileId, IssueId, Side};
use super::item::Person;

/// Longest name of a file, in bytes; most file systems take 255.
const MAX_NAME_BYTES: usize = 200;

/// One attached file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where it is.
    pub side: Side,
    /// Its id there.
    pub id: FileId,
    /// The issue it is attached to, be it directly or through a comment or reply.
    pub issue: IssueId,
    /// Its name, as [`portable_name`] makes it.
    pub name: String,
    /// Its size in bytes, where the remote tells.
    pub size: Option<u64>,
    /// Its media type, where the remote tells.
    pub mime: Option<String>,
    /// Where its bytes are, where the remote tells.
    pub url: Option<String>,
    /// Who attached it.
    pub author: Person,
    /// When, where the remote tells.
    pub created: Option<DateTime<Utc>>,
    /// True when our own account attached it, or a former one of ours.
    pub ours: bool,
}

impl File {
    /// Returns name and, where it is known, size, for people.
    pub fn label(&self) -> String {
        match self.size {
            Some(bytes) => format!("{} ({})", self.name, shown_size(bytes)),
            None => self.name.clone(),
        }
    }
}

/// An attached file and its copy: an attachment on Jira, a reply that carries it on Guance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileLink {
    /// The side the original is on.
    pub origin: Side,
    /// The original.
    pub origin_id: FileId,
    /// The copy's id on the other side.
    pub copy_id: String,
    /// The Guance issue of the pair.
    pub pair: IssueId,
}

/// Returns a file's name as either side takes it: without folders, control characters and what Jira refuses
/// (`\ / " % : $ ? * < | >`), not empty, and not too long; the extension stays.
pub fn portable_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let legal = |c: char| if c.is_control() || "\"%:$?*<|>\u{2028}\u{2029}".contains(c) { '_' } else { c };
    let name: String = last.chars().map(legal).collect();
    let name = name.trim().trim_start_matches('.').trim();
    if name.is_empty() {
        return "attachment".to_owned();
    }
    if name.len() <= MAX_NAME_BYTES {
        return name.to_owned();
    }
    let extension =
        name.rsplit_once('.').map(|(_, end)| format!(".{end}")).filter(|end| end.len() <= 20).unwrap_or_default();
    let mut stem = String::new();
    for c in name.chars() {
        if stem.len() + c.len_utf8() + extension.len() > MAX_NAME_BYTES {
            break;
        }
        stem.push(c);
    }
    stem + &extension
}

/// Returns a size for people: `12 B`, `1.5 MB`.
pub fn shown_size(bytes: u64) -> String {
    let mut unit = 1;
    for name in ["B", "kB", "MB", "GB"] {
        if bytes / unit < 1000 || name == "GB" {
            let tenths = bytes / (unit / 10).max(1) % 10;
            return if unit == 1 || tenths == 0 {
                format!("{} {name}", bytes / unit)
            } else {
                format!("{}.{tenths} {name}", bytes / unit)
            };
        }
        unit *= 1000;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_both_sides_take() {
        for (name, want) in [
            ("观测云图标2.png", "观测云图标2.png"),
            ("特殊字符。  集?image (3)::&*.png", "特殊字符。  集_image (3)__&_.png"),
            ("\\图标\\1.png", "1.png"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb\".txt", "a__b_.txt"),
            ("...", "attachment"),
            ("", "attachment"),
            ("folder/", "folder"),
        ] {
            assert_eq!(portable_name(name), want, "{name:?}");
        }
        let long = portable_name(&format!("{}.tar.gz", "磁".repeat(300)));
        assert!(long.len() <= MAX_NAME_BYTES && long.ends_with("磁.gz"), "{long}");
        assert_eq!(portable_name(&long), long);
    }

    #[test]
    fn a_size_reads_well() {
        for (bytes, want) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1500, "1.5 kB"),
            (10_000_000, "10 MB"),
            (12_345_678, "12.3 MB"),
            (2_000_000_000_000, "2000 GB"),
        ] {
            assert_eq!(shown_size(bytes), want);
        }
    }
}
