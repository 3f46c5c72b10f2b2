//! Scaling activities tell their cause in prose, both in Auto Scaling and in Application Auto Scaling. Here it is read.
//!
//! An Auto Scaling activity is about one instance, and its cause is a chain of sentences: what changed the desired
//! capacity, then what started or stopped the instance ("in response to a difference between desired and actual
//! capacity", which follows almost every other cause and only alone means a replacement).

use std::sync::Arc;

use jiff::Timestamp;

/// What caused a capacity change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseOfScaling {
    /// An alarm, a target tracking or a predictive policy.
    Policy,
    /// A scheduled action.
    Schedule,
    /// A user's request that changed the capacity of an existing target.
    UserRequest,
    /// An instance replaced by another.
    Replacement,
    /// Anything else.
    Other,
}

/// Where the capacity went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More.
    Out,
    /// Less.
    In,
}

/// One cause of an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What caused it.
    pub cause: CauseOfScaling,
    /// Where the capacity went; nothing where the prose does not tell.
    pub direction: Option<Direction>,
}

/// A scaling activity of either service.
#[derive(Clone, Debug)]
pub struct Activity {
    /// What was scaled: the group's name, or resource id and scalable dimension.
    pub of: Arc<str>,
    /// `StartTime`.
    pub at: Option<Timestamp>,
    /// Whether `StatusCode` says that it came to nothing.
    pub failed: bool,
    /// Its causes; at least one.
    pub changes: Vec<Change>,
    /// The capacity it set, where `Description` tells it ("Setting desired count to 4.").
    pub set_to: Option<i64>,
}

/// The causes of an Auto Scaling activity.
pub(crate) fn of_group(cause: &str) -> Vec<Change> {
    let changes: Vec<Change> = sentences(cause).filter_map(of_sentence).collect();
    if changes.is_empty() { vec![Change { cause: last_resort(cause), direction: direction(cause) }] } else { changes }
}

/// Each sentence begins with its time: "At 2026-11-20T08:00:00Z a monitor alarm ..."
fn sentences(cause: &str) -> impl Iterator<Item = &str> {
    let mut rest = cause;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let next = rest.match_indices("At 20").map(|(at, _)| at).find(|at| *at > 0).unwrap_or(rest.len());
        let (sentence, after) = rest.split_at_checked(next)?;
        rest = after;
        Some(sentence)
    })
}

/// What the sentence says about the capacity; nothing when it only tells what happened to an instance.
fn of_sentence(sentence: &str) -> Option<Change> {
    let has = |text: &str| sentence.contains(text);
    let changed = has("capacity from");
    let cause = if has("a user request") {
        // A group's first instances are no management of its capacity; a replaced instance changes nothing.
        let created = has("created an AutoScalingGroup");
        return (changed && !created)
            .then_some(Change { cause: CauseOfScaling::UserRequest, direction: direction(sentence) });
    } else if has("scheduled action") {
        CauseOfScaling::Schedule
    } else if ["monitor alarm", "triggered policy", "target tracking", "predictive scaling"]
        .iter()
        .any(|text| has(text))
    {
        CauseOfScaling::Policy
    } else {
        return None;
    };
    Some(Change { cause, direction: direction(sentence) })
}

fn last_resort(cause: &str) -> CauseOfScaling {
    let replaced = ["health check", "instance refresh", "rebalanc", "balance instances", "Spot", "instance lifetime"];
    let has = |text: &str| cause.contains(text);
    if has("created an AutoScalingGroup") {
        CauseOfScaling::Other
    } else if replaced.iter().any(|text| has(text))
        || has("difference between desired and actual")
        || has("user request")
    {
        CauseOfScaling::Replacement
    } else {
        CauseOfScaling::Other
    }
}

/// "changing the desired capacity from 1 to 3", "increasing the capacity from 1 to 3".
fn direction(text: &str) -> Option<Direction> {
    let (_, numbers) = text.split_once("capacity from ")?;
    let (from, to) = numbers.split_once(" to ")?;
    match leading_number(to)?.cmp(&leading_number(from)?) {
        std::cmp::Ordering::Greater => Some(Direction::Out),
        std::cmp::Ordering::Less => Some(Direction::In),
        std::cmp::Ordering::Equal => None,
    }
}

fn leading_number(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// The cause of an Application Auto Scaling activity. Target tracking names its alarms: `...-AlarmHigh-...` scales out.
pub(crate) fn of_target(cause: &str) -> Change {
    let has = |text: &str| cause.contains(text);
    let direction = if has("AlarmHigh-") {
        Some(Direction::Out)
    } else if has("AlarmLow-") {
        Some(Direction::In)
    } else {
        None
    };
    let cause = if has("scheduled action") {
        CauseOfScaling::Schedule
    } else if has("monitor alarm") || has("triggered policy") || has("predictive scaling") {
        CauseOfScaling::Policy
    } else {
        CauseOfScaling::Other
    };
    Change { cause, direction }
}

/// The capacity of "Setting desired count to 4."; nothing where limits were set.
pub(crate) fn set_to(description: &str) -> Option<i64> {
    let limits = description.contains("min capacity") || description.contains("max capacity");
    let (_, number) = description.rsplit_once(" to ").filter(|_| !limits)?;
    leading_number(number)
}

#[cfg(test)]
mod tests {
    use super::{CauseOfScaling::*, Direction::*, *};

    const STARTED: &str = "At 2026-11-20T08:00:06Z an instance was started in response to a difference between desired \
        and actual capacity, increasing the capacity from 5 to 10.";

    fn causes(first: &str) -> Vec<(CauseOfScaling, Option<Direction>)> {
        of_group(&format!("{first}  {STARTED}")).iter().map(|change| (change.cause, change.direction)).collect()
    }

    #[test]
    fn a_groups_causes() {
        let at = "At 2026-11-20T08:00:00Z";
        let alarm =
            "a monitor alarm TargetTracking-web-AlarmHigh-1 in state ALARM triggered policy cpu changing the desired";
        assert_eq!(causes(&format!("{at} {alarm} capacity from 5 to 10.")), [(Policy, Some(Out))]);
        assert_eq!(causes(&format!("{at} {alarm} capacity from 10 to 5.")), [(Policy, Some(In))]);
        let schedule = "a scheduled action update of AutoScalingGroup constraints to min: 5, max: 20, desired: 10";
        assert_eq!(
            causes(&format!("{at} {schedule} changing the desired capacity from 5 to 10.")),
            [(Schedule, Some(Out))]
        );
        let user = "a user request update of AutoScalingGroup constraints to min: 5, max: 20, desired: 10";
        assert_eq!(
            causes(&format!("{at} {user} changing the desired capacity from 5 to 10.")),
            [(UserRequest, Some(Out))]
        );
        let executed = "a user request executed policy grow changing the desired capacity from 5 to 10.";
        assert_eq!(causes(&format!("{at} {executed}")), [(UserRequest, Some(Out))], "a policy run by hand is a hand");
    }

    #[test]
    fn a_difference_alone_is_a_replacement() {
        assert_eq!(of_group(STARTED), [Change { cause: Replacement, direction: Some(Out) }]);
        let unhealthy = "At 2026-11-20T08:00:00Z an instance was taken out of service in response to an ELB system health \
            check failure.";
        assert_eq!(of_group(unhealthy), [Change { cause: Replacement, direction: None }]);
        let refresh =
            "At 2026-11-20T08:00:00Z an instance was taken out of service in response to an instance refresh.";
        assert_eq!(of_group(refresh)[0].cause, Replacement);
    }

    #[test]
    fn a_user_who_changes_no_capacity_manages_none() {
        let replaced = "At 2026-11-20T08:00:00Z instance i-1 was taken out of service in response to a user request.";
        assert_eq!(of_group(replaced), [Change { cause: Replacement, direction: None }]);
        let shrunk = "At 2026-11-20T08:00:00Z instance i-1 was taken out of service in response to a user request, \
            shrinking the capacity from 2 to 1.";
        assert_eq!(of_group(shrunk), [Change { cause: UserRequest, direction: Some(In) }]);
        let created = "At 2026-11-20T08:00:00Z a user request created an AutoScalingGroup changing the desired capacity \
            from 0 to 2.";
        assert_eq!(causes(created)[0].0, Other);
    }

    #[test]
    fn two_causes_count_both() {
        let both = "At 2026-11-20T07:00:00Z a user request explicitly set group desired capacity changing the desired \
            capacity from 2 to 5.  At 2026-11-20T08:00:00Z a monitor alarm high in state ALARM triggered policy grow \
            changing the desired capacity from 5 to 10.";
        assert_eq!(causes(both), [(UserRequest, Some(Out)), (Policy, Some(Out))]);
    }

    #[test]
    fn prose_of_another_kind_is_other() {
        assert_eq!(of_group("")[0].cause, Other);
        assert_eq!(of_group("At dawn")[0].cause, Other);
    }

    #[test]
    fn a_targets_causes() {
        let high = "monitor alarm TargetTracking-service/shop/web-AlarmHigh-1 in state ALARM triggered policy cpu";
        assert_eq!(of_target(high), Change { cause: Policy, direction: Some(Out) });
        assert_eq!(of_target("monitor alarm busy in state ALARM triggered policy grow").direction, None);
        assert_eq!(of_target("scheduled action name morning was triggered").cause, Schedule);
        assert_eq!(of_target("minimum capacity was set to 3").cause, Other);
        assert_eq!(set_to("Setting desired count to 4."), Some(4));
        assert_eq!(set_to("Setting min capacity to 15 and max capacity to 20"), None);
    }

    #[test]
    fn any_prose_has_a_cause() {
        let user = "At 2026-11-20T08:00:00Z a user request changing the desired capacity from 5 to 10.";
        for text in crate::hostile::changed_text(&format!("{user}  {STARTED}"), 3_000) {
            assert!(!of_group(&text).is_empty(), "{text:?}");
            let _ = (of_target(&text), set_to(&text));
        }
    }
}
