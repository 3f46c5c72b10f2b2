//! What the scaling activities of a service say about each of its targets.

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use rung_rules::{
    facts::ScalingCauses,
    model::{GapId, Observed, SourceId},
};

use super::load_runs::LoadRuns;
use crate::{
    aws::{Listing, Place},
    calls::{
        Call,
        scaling_prose::{Activity, CauseOfScaling, Change, Direction},
    },
};

const SECONDS_PER_DAY: f64 = 86_400.0;

/// The activities of a service's targets, summed up once for all of them.
pub(super) struct History {
    of_targets: HashMap<Arc<str>, Past>,
    call: &'static Call,
    from: SourceId,
    gap: Option<GapId>,
}

/// What is kept of one target's activities.
#[derive(Clone, Debug, Default)]
struct Past {
    days_90: ScalingCauses,
    days_30: ScalingCauses,
    /// When policies scaled out, in the order of time.
    policy_scale_outs: Vec<Timestamp>,
    /// When a policy changed the capacity, and nothing tells which way.
    one_way_or_the_other: Vec<Timestamp>,
    user_change: Option<Timestamp>,
    automatic: Option<Timestamp>,
    /// The capacity that the latest activity so far set.
    set_to: Option<i64>,
}

impl History {
    pub(super) fn new(place: &Place, call: &'static Call, activities: &Listing<Activity>) -> Self {
        let mut dated: Vec<_> = activities.items.iter().filter_map(|one| Some((one.at?, one))).collect();
        dated.sort_by_key(|(at, _)| *at);
        let mut of_targets: HashMap<Arc<str>, Past> = HashMap::new();
        for (at, activity) in dated {
            let days = place.span.now.duration_since(at).as_secs_f64() / SECONDS_PER_DAY;
            of_targets.entry(activity.of.clone()).or_default().add(at, days, activity);
        }
        History { of_targets, call, from: activities.from, gap: activities.gap }
    }

    fn past<T: Default>(&self, target: &str, of: impl FnOnce(&Past) -> T) -> T {
        self.of_targets.get(target).map(of).unwrap_or_default()
    }

    fn complete<T>(&self, value: T) -> Observed<T> {
        self.gap.map_or(Observed::known(value, self.from), Observed::unknown)
    }

    /// One that was seen is enough; none is "none" only when the list is complete.
    fn seen(&self, at: Option<Timestamp>) -> Observed<Option<Timestamp>> {
        match (at, self.gap) {
            (None, Some(gap)) => Observed::unknown(gap),
            (at, _) => Observed::known(at, self.from),
        }
    }

    pub(super) fn causes_90_days(&self, target: &str) -> Observed<ScalingCauses> {
        self.complete(self.past(target, |past| past.days_90))
    }

    pub(super) fn causes_30_days(&self, target: &str) -> Observed<ScalingCauses> {
        self.complete(self.past(target, |past| past.days_30))
    }

    pub(super) fn policy_scale_out(&self, place: &Place, target: &str) -> Observed<Option<Timestamp>> {
        let latest = self.past(target, |past| past.policy_scale_outs.last().copied());
        if latest.is_none() && self.past(target, |past| !past.one_way_or_the_other.is_empty()) {
            return self.without_direction(place);
        }
        self.seen(latest)
    }

    fn without_direction<T>(&self, place: &Place) -> Observed<T> {
        place.reported(None, self.from, self.call, "the direction of a policy's capacity change")
    }

    /// Whether a load test overlapped a scale-out by a policy; nothing when no load test ran.
    pub(super) fn load_tested(&self, place: &Place, target: &str, tests: &LoadRuns) -> Observed<Option<bool>> {
        let overlap = |times: fn(&Past) -> &Vec<Timestamp>| {
            self.past(target, |past| times(past).iter().any(|at| tests.overlap(*at)))
        };
        if overlap(|past| &past.policy_scale_outs) {
            return Observed::known(Some(true), self.from);
        }
        match tests.gap.or(self.gap.filter(|_| tests.any())) {
            Some(gap) => Observed::unknown(gap),
            None if overlap(|past| &past.one_way_or_the_other) => self.without_direction(place),
            None => Observed::known(tests.any().then_some(false), self.from),
        }
    }

    /// The latest capacity change by a user, in a service that records those.
    pub(super) fn user_change(&self, target: &str) -> Observed<Option<Timestamp>> {
        self.seen(self.past(target, |past| past.user_change))
    }

    /// The same in a service that records only its own changes: what is not there may have been.
    pub(super) fn user_change_unrecorded(&self, place: &Place) -> Observed<Option<Timestamp>> {
        place.reported(None, self.from, self.call, "capacity changes that users make")
    }

    /// The latest capacity change by a policy or a schedule on any target.
    pub(super) fn latest_automatic(&self) -> Observed<Option<Timestamp>> {
        self.seen(self.of_targets.values().filter_map(|past| past.automatic).max())
    }
}

impl Past {
    /// Takes in the next activity in the order of time.
    fn add(&mut self, at: Timestamp, days: f64, activity: &Activity) {
        let mut causes: Vec<CauseOfScaling> = Vec::with_capacity(activity.changes.len());
        for change in &activity.changes {
            if !causes.contains(&change.cause) {
                causes.push(change.cause);
            }
            self.note(at, activity, *change);
        }
        for (window, counts) in [(90.0, &mut self.days_90), (30.0, &mut self.days_30)] {
            if days <= window {
                causes.iter().for_each(|cause| *count_of(counts, *cause) += 1);
            }
        }
        if !activity.failed {
            self.set_to = activity.set_to.or(self.set_to);
        }
    }

    fn note(&mut self, at: Timestamp, activity: &Activity, change: Change) {
        let automatic = matches!(change.cause, CauseOfScaling::Policy | CauseOfScaling::Schedule);
        // A user's request changed the desired capacity even when the instance it asked for did not come.
        if change.cause == CauseOfScaling::UserRequest {
            self.user_change = Some(at);
        } else if automatic && !activity.failed {
            self.automatic = Some(at);
        }
        if change.cause == CauseOfScaling::Policy && !activity.failed {
            match change.direction.or(self.direction_to(activity.set_to)) {
                Some(Direction::Out) => self.policy_scale_outs.push(at),
                Some(Direction::In) => {}
                None => self.one_way_or_the_other.push(at),
            }
        }
    }

    /// Compared with the capacity that the activity before it set.
    fn direction_to(&self, set_to: Option<i64>) -> Option<Direction> {
        match set_to?.cmp(&self.set_to?) {
            std::cmp::Ordering::Greater => Some(Direction::Out),
            std::cmp::Ordering::Less => Some(Direction::In),
            std::cmp::Ordering::Equal => None,
        }
    }
}

fn count_of(counts: &mut ScalingCauses, cause: CauseOfScaling) -> &mut u32 {
    match cause {
        CauseOfScaling::Policy => &mut counts.policy,
        CauseOfScaling::Schedule => &mut counts.schedule,
        CauseOfScaling::UserRequest => &mut counts.user_request,
        CauseOfScaling::Replacement => &mut counts.replacement,
        CauseOfScaling::Other => &mut counts.other,
    }
}
