//! What the policies of a service say about each of its targets.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rung_rules::{
    facts::{PredictiveMode, ScalingMetric},
    model::{GapId, Observed, SourceId},
};

use crate::{
    aws::{Listing, Place},
    calls::{
        Call,
        cloudwatch::Alarm,
        scaling_policy::{Policy, PolicyKind},
    },
};

/// The policies of a service, by target.
pub(super) struct Policies {
    of_targets: HashMap<Arc<str>, Vec<Policy>>,
    call: &'static Call,
    from: SourceId,
    gap: Option<GapId>,
}

/// The metrics of every alarm, by its name.
pub(super) struct AlarmMetrics<'a> {
    alarms: HashMap<&'a str, &'a Alarm>,
    gap: Option<GapId>,
}

impl<'a> AlarmMetrics<'a> {
    pub(super) fn new(alarms: &'a Listing<Alarm>) -> Self {
        AlarmMetrics { alarms: alarms.items.iter().map(|alarm| (&*alarm.name, alarm)).collect(), gap: alarms.gap }
    }

    /// What the alarm watches. One that is not there watches nothing, if the list is complete.
    fn of(&self, name: &str) -> Result<Vec<ScalingMetric>, GapId> {
        match (self.alarms.get(name), self.gap) {
            (Some(alarm), _) => {
                let kind = |metric: &crate::calls::cloudwatch::AlarmMetric| {
                    ScalingMetric::of_metric(&metric.namespace, &metric.metric)
                };
                Ok(alarm.metrics.iter().map(kind).collect())
            }
            (None, Some(gap)) => Err(gap),
            (None, None) => Ok(Vec::new()),
        }
    }
}

impl Policies {
    pub(super) fn new(call: &'static Call, policies: &Listing<Policy>) -> Self {
        let mut of_targets: HashMap<Arc<str>, Vec<Policy>> = HashMap::new();
        for policy in &policies.items {
            of_targets.entry(policy.of.clone()).or_default().push(policy.clone());
        }
        Policies { of_targets, call, from: policies.from, gap: policies.gap }
    }

    fn of(&self, target: &str) -> &[Policy] {
        self.of_targets.get(target).map_or(&[], Vec::as_slice)
    }

    fn complete<T>(&self, value: T) -> Observed<T> {
        self.gap.map_or(Observed::known(value, self.from), Observed::unknown)
    }

    pub(super) fn target_tracking(&self, target: &str) -> Observed<u32> {
        let count = self.of(target).iter().filter(|policy| policy.kind == PolicyKind::TargetTracking).count();
        self.complete(count as u32)
    }

    /// Step or simple policies that an alarm triggers.
    pub(super) fn triggered(&self, target: &str, kind: PolicyKind) -> Observed<u32> {
        let triggered = |policy: &&Policy| policy.kind == kind && !policy.alarms.is_empty();
        self.complete(self.of(target).iter().filter(triggered).count() as u32)
    }

    /// The longest cooldown that a policy sets.
    pub(super) fn cooldown(&self, target: &str) -> Observed<Option<i32>> {
        self.complete(self.of(target).iter().filter_map(|policy| policy.cooldown_s).max())
    }

    /// The stronger mode of the target's predictive policies.
    pub(super) fn predictive(&self, place: &Place, target: &str) -> Observed<Option<PredictiveMode>> {
        let mut modes = self.of(target).iter().filter_map(|policy| match policy.kind {
            PolicyKind::Predictive(mode) => Some(mode),
            _ => None,
        });
        let seen: Vec<Option<PredictiveMode>> = modes.by_ref().collect();
        match (seen.iter().flatten().max(), self.gap) {
            (Some(PredictiveMode::ForecastAndScale), _) => {
                Observed::known(Some(PredictiveMode::ForecastAndScale), self.from)
            }
            (_, Some(gap)) => Observed::unknown(gap),
            _ if seen.contains(&None) => {
                place.reported(None, self.from, self.call, "PredictiveScalingConfiguration.Mode")
            }
            (mode, None) => Observed::known(mode.copied(), self.from),
        }
    }

    /// What the target's dynamic policies scale on.
    pub(super) fn metrics(&self, place: &Place, target: &str, alarms: &AlarmMetrics) -> Observed<Vec<ScalingMetric>> {
        let mut kinds = BTreeSet::new();
        for policy in self.of(target) {
            let metrics = match policy.kind {
                PolicyKind::Predictive(_) => continue,
                PolicyKind::TargetTracking if policy.metrics.is_empty() => {
                    return place.reported(None, self.from, self.call, "the metric of a target tracking policy");
                }
                PolicyKind::TargetTracking => Ok(policy.metrics.clone()),
                PolicyKind::Step | PolicyKind::Simple => of_alarms(&policy.alarms, alarms),
            };
            match metrics {
                Ok(metrics) => kinds.extend(metrics),
                Err(gap) => return Observed::unknown(gap),
            }
        }
        self.complete(kinds.into_iter().collect())
    }
}

fn of_alarms(names: &[Arc<str>], alarms: &AlarmMetrics) -> Result<Vec<ScalingMetric>, GapId> {
    let of_each: Result<Vec<_>, _> = names.iter().map(|name| alarms.of(name)).collect();
    Ok(of_each?.concat())
}
