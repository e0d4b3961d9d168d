//! Issue levels: the ids Guance uses, and the names people know them by.

use crate::domain::Level;

/// The level ids that every workspace has, and their names.
///
/// Source: Guance Open API, `GET /api/v1/issue-level/list`. The console and `issue/get` call `system_level_3`
/// 未知 (unknown); the level list calls it P3, and so do we.
const SYSTEM: [(&str, &str); 4] =
    [("system_level_0", "P0"), ("system_level_1", "P1"), ("system_level_2", "P2"), ("system_level_3", "P3")];

/// Returns the level's id for what a row holds; `None` when it has no level. Integers are the first API generation's.
pub(super) fn id(raw: &str) -> Option<String> {
    match raw.trim() {
        "" => None,
        number @ ("0" | "1" | "2" | "3") => Some(format!("system_level_{number}")),
        id => Some(id.to_owned()),
    }
}

/// Returns the level when it is one that every workspace has.
pub(super) fn built_in(id: &str) -> Option<Level> {
    let (id, name) = SYSTEM.iter().find(|(known, _)| *known == id)?;
    Some(Level { id: (*id).to_owned(), name: (*name).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_level_has_one_name() {
        for (raw, want) in [
            ("", None),
            ("0", Some("P0")),
            ("2", Some("P2")),
            ("3", Some("P3")),
            ("system_level_1", Some("P1")),
            ("system_level_3", Some("P3")),
            ("7", None),
            ("issl_x", None),
        ] {
            assert_eq!(id(raw).and_then(|id| built_in(&id)).map(|level| level.name).as_deref(), want, "{raw}");
        }
    }
}
