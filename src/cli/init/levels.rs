//! Which Jira priority is proposed for which level. Pure.

/// Returns a priority for every level: that of the same name, else by rank for P0, P1 and so on, else the one in the middle.
/// Nothing where there are no levels or no priorities.
pub(super) fn proposed(levels: &[String], priorities: &[String]) -> Vec<(String, String)> {
    let ranked = levels.iter().filter(|level| rank(level).is_some()).count();
    let of = |level: &String| {
        let alike = priorities.iter().find(|priority| priority.to_lowercase() == level.to_lowercase());
        let by_rank = || {
            let rank = rank(level)?;
            let many = priorities.len();
            priorities.get(if ranked <= many { rank } else { rank.checked_mul(many)? / ranked })
        };
        alike.or_else(by_rank).or_else(|| priorities.get(priorities.len() / 2)).cloned()
    };
    levels.iter().filter_map(|level| Some((level.clone(), of(level)?))).collect()
}

/// Returns the number of a level that is called P0, P1, …
fn rank(level: &str) -> Option<usize> {
    level.strip_prefix(['P', 'p'])?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(levels: &[&str], priorities: &[&str]) -> Vec<String> {
        let [levels, priorities] =
            [levels, priorities].map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        proposed(&levels, &priorities).into_iter().map(|(level, priority)| format!("{level} {priority}")).collect()
    }

    #[test]
    fn every_level_gets_a_priority_that_is_there() {
        let usual = ["Highest", "High", "Medium", "Low", "Lowest"];
        assert_eq!(told(&["P0", "P1", "P2", "P3"], &usual), ["P0 Highest", "P1 High", "P2 Medium", "P3 Low"]);
        assert_eq!(told(&["P0", "P1", "P2", "P3"], &["高", "低"]), ["P0 高", "P1 高", "P2 低", "P3 低"]);
        assert_eq!(told(&["P0", "紧急", "low", "P9"], &usual), ["P0 Highest", "紧急 Medium", "low Low", "P9 Medium"]);
        assert_eq!(told(&["P0"], &["Only"]), ["P0 Only"]);
        assert!(told(&["P0"], &[]).is_empty() && told(&[], &usual).is_empty());
        assert_eq!(told(&["P18446744073709551615", "P1", "P2"], &["A", "B"]).len(), 3);
    }
}
