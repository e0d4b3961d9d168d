//! Where the keys of each line stand: those of the source that `[guance]` configures at the top of the file, those of any other in
//! its `[[source]]`.

use std::path::{Path, PathBuf};

use super::kinds::SourceKind;
use super::reader::Reader;
use crate::domain::{ServiceName, TRACKER};
use crate::words::Flaw;

/// Where the keys of one line stand.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The line, which is called as its source is.
    pub(super) name: ServiceName,
    /// The section of the source: `guance`, `source.0`.
    pub(super) section: String,
    /// What stands before the keys of the line: nothing, or `source.0.`.
    before: String,
    /// What kind of source it is.
    pub(super) kind: SourceKind,
}

impl Place {
    /// The line of `[guance]`.
    pub(super) fn guance() -> Self {
        Self {
            name: ServiceName::GUANCE,
            section: ServiceName::GUANCE.as_str().to_owned(),
            before: String::new(),
            kind: SourceKind::Issues,
        }
    }

    /// The line of this `[[source]]`.
    fn source(name: ServiceName, kind: SourceKind, n: usize) -> Self {
        Self { name, section: format!("source.{n}"), before: format!("source.{n}."), kind }
    }

    /// Returns the state file of the line: that which `[sync].state` names, or one beside it with the line's name in its own.
    pub(super) fn state(&self, main: &Path) -> PathBuf {
        if self.name == ServiceName::GUANCE { main.to_owned() } else { state_of_line(main, self.name) }
    }

    /// Returns the path of a key of the source itself.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.section)
    }

    /// Returns the path of a key that says what the line carries: of `flow`, `route` or `people`.
    pub(super) fn of_line(&self, name: &str) -> String {
        format!("{}{name}", self.before)
    }
}

/// Returns where the keys of each line stand. Without any source `[guance]` is taken to be meant, so that its keys are missed by
/// name.
pub(super) fn places(reader: &Reader) -> Vec<Place> {
    let sources = if reader.has_elements("source") { reader.count("source") } else { 0 };
    if sources == 0 {
        // Known all the same: who misspells one is told.
        for key in ["name", "kind", "service", "close_after"] {
            reader.has(&format!("source.0.{key}"));
        }
    }
    let mut places = Vec::new();
    // Whether it is there is no question about what is in it: its keys are asked for one by one.
    if sources == 0 || reader.has_elements("guance") {
        places.push(Place::guance());
    }
    for n in 0..sources {
        let key = format!("source.{n}.name");
        let name = reader.required_text(&key);
        let named = name.parse::<ServiceName>();
        let taken = || Flaw::NameTaken { name: name.clone() };
        if !name.is_empty() {
            if named.is_err() {
                reader.refuse(&key, if name == TRACKER { taken() } else { Flaw::BadName });
            } else if places.iter().any(|place| Ok(place.name) == named) {
                reader.refuse(&key, taken());
            }
        }
        let key = format!("source.{n}.kind");
        let word = reader.required_text(&key);
        let kind = reader.one_of(&key, &SourceKind::WORDS, SourceKind::Issues);
        if !word.is_empty() && kind.as_str() != word {
            // What else a source of this kind would have cannot be judged.
            reader.take_whole(&format!("source.{n}"));
            continue;
        }
        places.push(Place::source(named.unwrap_or(ServiceName::GUANCE), kind, n));
    }
    places
}

/// Returns where the state of a line is kept beside the main state file: `guajira.db` and `guajira.alarms.db`.
pub fn state_of_line(main: &Path, line: ServiceName) -> PathBuf {
    let extension = main.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let stem = main.file_stem().unwrap_or_default().to_string_lossy();
    main.with_file_name(format!("{stem}.{line}{extension}"))
}

/// Returns the states of other lines that are kept beside this main state file.
pub fn lines_beside(main: &Path) -> Vec<(ServiceName, PathBuf)> {
    let folder = main.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut lines: Vec<_> = entries
        .filter_map(|entry| {
            let (path, stem) = (entry.path(), main.file_stem()?.to_string_lossy().into_owned());
            let name = path.file_stem()?.to_string_lossy().strip_prefix(&stem)?.strip_prefix('.')?.parse().ok()?;
            let path = state_of_line(main, name);
            (path.extension() == main.extension() && path.exists()).then_some((name, path))
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
