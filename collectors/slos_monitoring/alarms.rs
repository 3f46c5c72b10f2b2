//! The alarms of a place, and who hears them.

use std::{collections::HashSet, sync::Arc};

use rung_rules::{facts::WatchingAlarm, model::Observed};

use crate::{
    aws::{Listing, Place},
    calls::{
        cloudwatch::{self, Alarm, AlarmMetric},
        cloudwatch_composite::{self, Composite, acted_for},
    },
    network_performance::any_of,
};

/// The alarms of a place.
pub(super) struct Alarms {
    metric: Arc<Listing<Alarm>>,
    composite: Arc<Listing<Composite>>,
    /// Names of those for which a composite alarm acts.
    acted_for: HashSet<Arc<str>>,
}

impl Alarms {
    pub(super) async fn read(place: &Place) -> Alarms {
        let (metric, composite) = futures::join!(cloudwatch::alarms(place), cloudwatch_composite::composites(place));
        let acted_for = acted_for(&composite.items);
        Alarms { metric, composite, acted_for }
    }

    /// Those that look at a metric as wanted; unknown when the list is not complete.
    pub(super) fn that(&self, watches: impl Fn(&Alarm, &AlarmMetric) -> bool) -> Observed<Vec<WatchingAlarm>> {
        self.metric.all_of(|alarms| {
            let of = |alarm: &Alarm| self.watching(alarm, alarm.metrics.iter().filter(|metric| watches(alarm, metric)));
            alarms.iter().filter_map(of).collect()
        })
    }

    /// Those on such a metric that fire when it rises, and those that ask for all metrics of these names.
    pub(super) fn on_rising(
        &self,
        watches: impl Fn(&AlarmMetric) -> bool,
        (namespace, names): (&str, &[&str]),
    ) -> Observed<Vec<WatchingAlarm>> {
        self.metric.all_of(|alarms| {
            let of = |alarm: &Alarm| {
                let fires = |metric: &&AlarmMetric| watches(metric) && fires_when_slow(alarm, metric);
                let selects = |expression: &Arc<str>| cloudwatch::selects(expression, namespace, names) && rises(alarm);
                let of_all = alarm.expressions.iter().any(selects).then(|| self.record(alarm, "", None));
                self.watching(alarm, alarm.metrics.iter().filter(fires)).or(of_all)
            };
            alarms.iter().filter_map(of).collect()
        })
    }

    /// Whether an alarm looks at such a metric.
    pub(super) fn any_metric(&self, watches: impl Fn(&AlarmMetric) -> bool) -> bool {
        self.metric.items.iter().flat_map(|alarm| &alarm.metrics).any(watches)
    }

    /// Whether one of these names is an alarm's, of either kind.
    pub(super) fn exist(&self, names: &[Arc<str>]) -> Observed<bool> {
        if names.is_empty() {
            return Observed::known(false, self.metric.from);
        }
        let metric = self.metric.any(|alarm| names.contains(&alarm.name));
        any_of([metric, self.composite.any(|alarm| names.contains(&alarm.name))], self.metric.from)
    }

    /// The alarm by the metric with the highest percentile; nothing without a metric.
    fn watching<'a>(&self, alarm: &Alarm, metrics: impl Iterator<Item = &'a AlarmMetric>) -> Option<WatchingAlarm> {
        let percentiles = metrics.map(|metric| (percentile(alarm, metric), metric));
        let (percentile, metric) = percentiles.max_by(|(a, _), (b, _)| {
            let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
            a.total_cmp(&b)
        })?;
        Some(self.record(alarm, &metric.statistic, percentile))
    }

    fn record(&self, alarm: &Alarm, statistic: &str, percentile: Option<f64>) -> WatchingAlarm {
        WatchingAlarm {
            acts: self.acts(alarm),
            anomaly_band: alarm.anomaly_band,
            evaluation_periods: alarm.evaluation_periods,
            name: alarm.name.to_string(),
            percentile,
            state: alarm.state.to_string(),
            state_since: alarm.state_since,
            statistic: statistic.to_owned(),
        }
    }

    /// By itself, or through a composite alarm.
    fn acts(&self, alarm: &Alarm) -> Observed<bool> {
        if alarm.acts {
            return Observed::known(true, self.metric.from);
        }
        match (self.acted_for.contains(&alarm.name), self.composite.gap) {
            (false, Some(gap)) => Observed::unknown(gap),
            (acts, _) => Observed::known(acts, self.composite.from),
        }
    }
}

/// Whether the alarm fires above its threshold or band.
pub(super) fn rises(alarm: &Alarm) -> bool {
    alarm.comparison.contains("GreaterThan")
}

/// Whether it fires below.
pub(super) fn falls(alarm: &Alarm) -> bool {
    alarm.comparison.contains("LessThan")
}

/// A share of fast requests falls when they get slow; everything else rises.
fn fires_when_slow(alarm: &Alarm, metric: &AlarmMetric) -> bool {
    if is_share_below(&metric.statistic) { falls(alarm) } else { rises(alarm) }
}

/// `PR(:0.5)`: the share of the values up to a half, in percent.
fn is_share_below(statistic: &str) -> bool {
    statistic.starts_with("PR(:")
}

/// 99.9 of `p99.9`; 100 of the maximum; an alarm on less than 99 % within a limit is one on the 99th percentile.
fn percentile(alarm: &Alarm, metric: &AlarmMetric) -> Option<f64> {
    match &*metric.statistic {
        "Maximum" => Some(100.0),
        share if is_share_below(share) => alarm.threshold,
        statistic => of_statistic(statistic),
    }
}

/// 99 of `p99`; nothing for averages, trimmed means and the like.
pub(super) fn of_statistic(statistic: &str) -> Option<f64> {
    statistic.strip_prefix(['p', 'P'])?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_statistics() {
        let of = |statistic: &str, comparison: &str, threshold| {
            let metric = AlarmMetric { statistic: statistic.into(), ..AlarmMetric::default() };
            let alarm = Alarm {
                name: "slow".into(),
                acts: true,
                state: "OK".into(),
                creates_ops_items: false,
                state_since: None,
                evaluation_periods: None,
                threshold: Some(threshold),
                comparison: comparison.into(),
                anomaly_band: false,
                metrics: Vec::new(),
                expressions: Vec::new(),
            };
            fires_when_slow(&alarm, &metric).then(|| percentile(&alarm, &metric))
        };
        let above = "GreaterThanOrEqualToThreshold";
        assert_eq!(of("p99.9", above, 0.5), Some(Some(99.9)));
        assert_eq!(of("Maximum", above, 0.5), Some(Some(100.0)));
        for no_percentile in ["Average", "tm99", "TM(10%:90%)", "PR(0.5:)", "IQM", ""] {
            assert_eq!(of(no_percentile, above, 0.5), Some(None), "{no_percentile}");
        }
        assert_eq!(of("PR(:0.5)", "LessThanThreshold", 97.0), Some(Some(97.0)));
        assert_eq!(of("PR(:0.5)", above, 97.0), None, "fires when answers are fast");
        assert_eq!(of("p99", "LessThanThreshold", 0.5), None, "fires when answers are fast");
        assert_eq!(of("p99", "LessThanLowerOrGreaterThanUpperThreshold", 2.0), Some(Some(99.0)));
    }
}
