//! What an operation decides: criteria, and the levels they stand in.

use std::collections::BTreeMap;

use rung_rules::model::{Control, Level};

use super::{HeldBack, Unlock};

/// The criteria whose answers this operation gives, in the model's order.
pub(super) fn of(operation: &str) -> Vec<Unlock> {
    let decided = rung_rules::all_criteria().filter(|(_, criterion)| criterion.calls.contains(&operation));
    decided
        .map(|(control, criterion)| Unlock { criterion: criterion.full_id(control), control, level: criterion.level })
        .collect()
}

/// The lowest level of each control among these criteria. An unknown criterion keeps its level, and all above, from being
/// confirmed, unless the rest decides it.
pub(super) fn held_back(unlocks: &[Unlock]) -> Vec<HeldBack> {
    let mut lowest: BTreeMap<Control, Level> = BTreeMap::new();
    for one in unlocks {
        let level = lowest.entry(one.control).or_insert(one.level);
        *level = one.level.min(*level);
    }
    lowest.into_iter().map(|(control, from_level)| HeldBack { control, from_level }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_holds_back_each_control_from_the_lowest_level_it_decides() {
        let unlocks = of("rds:DescribeDBInstances");
        assert!(unlocks.iter().any(|one| one.criterion == "waf-perf-040.api.aws.slow-query-threshold"), "{unlocks:?}");
        let held = held_back(&unlocks);
        for one in &held {
            let of_control = unlocks.iter().filter(|unlock| unlock.control == one.control);
            assert_eq!(of_control.map(|unlock| unlock.level).min(), Some(one.from_level));
        }
        assert!(held.len() < unlocks.len());
        assert!(of("rds:NoSuchOperation").is_empty());
    }
}
