//! Alarms that fire when a target's capacity comes near its maximum.

use std::collections::HashMap;

use rung_rules::model::{GapId, Observed, SourceId};

use crate::{
    aws::Listing,
    calls::cloudwatch::{Alarm, AlarmMetric},
};

const OF_GROUPS: &[&str] = &["GroupDesiredCapacity", "GroupInServiceInstances"];
const OF_SERVICES: &[&str] = &["DesiredTaskCount", "RunningTaskCount"];

/// The alarms on capacity, by what they watch: a group's name, or an ECS service's resource id.
pub(super) struct LimitAlarms {
    limits: HashMap<String, Vec<Limit>>,
    from: SourceId,
    gap: Option<GapId>,
}

/// An alarm that fires when the capacity rises to (or above) something.
#[derive(Clone, Copy, Debug)]
struct Limit {
    threshold: f64,
    /// Fires only above the threshold, not at it.
    above: bool,
    /// The threshold is a share of the maximum, not a number of instances or tasks.
    share: bool,
}

impl LimitAlarms {
    pub(super) fn new(alarms: &Listing<Alarm>) -> Self {
        let mut limits: HashMap<String, Vec<Limit>> = HashMap::new();
        for alarm in &alarms.items {
            let Some(limit) = limit(alarm) else { continue };
            for watched in alarm.metrics.iter().filter_map(watches) {
                limits.entry(watched).or_default().push(limit);
            }
        }
        LimitAlarms { limits, from: alarms.from, gap: alarms.gap }
    }

    /// The highest threshold that can be passed, in percent of the maximum.
    pub(super) fn percent(&self, target: &str, max: i32) -> Observed<Option<f64>> {
        if let Some(gap) = self.gap {
            return Observed::unknown(gap);
        }
        let limits = self.limits.get(target).map_or(&[][..], Vec::as_slice);
        Observed::known(limits.iter().filter_map(|limit| limit.percent(max)).reduce(f64::max), self.from)
    }
}

impl Limit {
    fn percent(self, max: i32) -> Option<f64> {
        let percent = match self {
            Limit { share: false, threshold, .. } => threshold * 100.0 / f64::from(max),
            Limit { threshold, .. } if threshold <= 1.0 => threshold * 100.0,
            Limit { threshold, .. } => threshold,
        };
        let fires = if self.above { percent < 100.0 } else { percent <= 100.0 };
        (fires && percent.is_finite()).then_some(percent)
    }
}

/// An alarm on the metric itself, or on its ratio to `GroupMaxSize`. What other metric math means is not known here.
fn limit(alarm: &Alarm) -> Option<Limit> {
    let above = match &*alarm.comparison {
        "GreaterThanThreshold" => true,
        "GreaterThanOrEqualToThreshold" => false,
        _ => return None,
    };
    let ratio = alarm.expressions.iter().any(|expression| expression.contains('/'))
        && alarm.metrics.iter().any(|metric| &*metric.metric == "GroupMaxSize");
    if alarm.anomaly_band || (!alarm.expressions.is_empty() && !ratio) {
        return None;
    }
    Some(Limit { threshold: alarm.threshold?, above, share: ratio })
}

fn watches(metric: &AlarmMetric) -> Option<String> {
    let dimension = |name: &str| metric.dimensions.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value);
    match &*metric.namespace {
        "AWS/AutoScaling" if OF_GROUPS.contains(&&*metric.metric) => {
            Some(dimension("AutoScalingGroupName")?.to_owned())
        }
        "ECS/ContainerInsights" if OF_SERVICES.contains(&&*metric.metric) => {
            Some(format!("service/{}/{}", dimension("ClusterName")?, dimension("ServiceName")?))
        }
        _ => None,
    }
}
