//! What alarms and anomaly detectors watch of databases, indexed once for all of them.
//!
//! A metric belongs to a database by its dimension (`DBInstanceIdentifier`, `DBClusterIdentifier`), in whichever namespace
//! it is; a metric of Performance Insights by the resource id in its expression. One watched instance stands for its
//! cluster: which of them writes may change.

use std::{collections::HashMap, sync::Arc};

use rung_rules::model::{GapId, Observed, SourceId};

use super::database::{Database, either};
use crate::{
    aws::Place,
    calls::{
        cloudwatch::{self, Alarm, AlarmMetric},
        cloudwatch_anomaly::{self, Detector},
    },
};

pub(super) const INSTANCE: &str = "DBInstanceIdentifier";
pub(super) const CLUSTER: &str = "DBClusterIdentifier";

/// What watches something.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    alarm: bool,
    anomaly_band: bool,
    detector: bool,
    percentile: Option<f64>,
}

impl Mark {
    fn and(self, other: Mark) -> Mark {
        let percentile = match (self.percentile, other.percentile) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        Mark {
            alarm: self.alarm || other.alarm,
            anomaly_band: self.anomaly_band || other.anomaly_band,
            detector: self.detector || other.detector,
            percentile,
        }
    }
}

/// What watches the databases of a place.
pub(super) struct Watches {
    /// By dimension and identifier.
    marks: HashMap<(&'static str, Arc<str>), Mark>,
    /// Expressions that ask Performance Insights, with what they do.
    insights: Vec<(Arc<str>, Mark)>,
    /// Queries over all databases.
    everything: Mark,
    alarms: (SourceId, Option<GapId>),
    detectors: (SourceId, Option<GapId>),
}

/// What watches one database.
pub(super) struct Watched {
    pub(super) alarm: Observed<bool>,
    pub(super) anomaly_detection: Observed<bool>,
    pub(super) latency_alarm_percentile: Observed<Option<f64>>,
}

impl Watches {
    pub(super) async fn read(place: &Place) -> Watches {
        let (alarms, detectors) = futures::join!(cloudwatch::alarms(place), cloudwatch_anomaly::detectors(place));
        let mut watches = Watches {
            marks: HashMap::new(),
            insights: Vec::new(),
            everything: Mark::default(),
            alarms: (alarms.from, alarms.gap),
            detectors: (detectors.from, detectors.gap),
        };
        alarms.items.iter().for_each(|alarm| watches.add_alarm(alarm));
        detectors.items.iter().for_each(|detector| watches.add_detector(detector));
        watches
    }

    fn add_alarm(&mut self, alarm: &Alarm) {
        let mark = |anomaly_band, percentile| Mark { alarm: true, anomaly_band, detector: false, percentile };
        for metric in &alarm.metrics {
            let percentile = metric.metric.ends_with("Latency").then(|| percentile(&metric.statistic)).flatten();
            self.add(metric, mark(alarm.anomaly_band && is_load(&metric.metric), percentile));
        }
        for expression in &alarm.expressions {
            let load = ["Latency", "DBLoad", "db.load"].iter().any(|name| expression.contains(name));
            self.add_expression(expression, mark(alarm.anomaly_band && load, None));
        }
    }

    fn add_detector(&mut self, detector: &Detector) {
        let mark = Mark { detector: true, ..Mark::default() };
        for metric in detector.metrics.iter().filter(|metric| is_load(&metric.metric)) {
            self.add(metric, mark);
        }
        for expression in detector.expressions.iter().filter(|expression| expression.contains("db.load")) {
            self.add_expression(expression, mark);
        }
    }

    fn add(&mut self, metric: &AlarmMetric, mark: Mark) {
        for (name, value) in &metric.dimensions {
            let dimension = [INSTANCE, CLUSTER].into_iter().find(|dimension| **dimension == **name);
            if let Some(dimension) = dimension {
                let known = self.marks.entry((dimension, value.clone())).or_default();
                *known = known.and(mark);
            }
        }
    }

    /// `DB_PERF_INSIGHTS('RDS', 'db-ABC', 'db.load.avg')`, or a Metrics Insights query without a condition.
    fn add_expression(&mut self, expression: &Arc<str>, mark: Mark) {
        let upper = expression.to_ascii_uppercase();
        if upper.contains("DB_PERF_INSIGHTS") {
            self.insights.push((expression.clone(), mark));
        } else if upper.trim_start().starts_with("SELECT") && upper.contains("AWS/RDS") && !upper.contains(" WHERE ") {
            self.everything = self.everything.and(mark);
        }
    }

    pub(super) fn of(&self, database: &Database<'_>) -> Watched {
        let mark = self.mark(database);
        let (alarms, alarms_gap) = self.alarms;
        let (detectors, detectors_gap) = self.detectors;
        let seen = |value: bool, gap: Option<GapId>, from| match gap {
            Some(gap) if !value => Observed::unknown(gap),
            _ => Observed::known(value, from),
        };
        Watched {
            alarm: seen(mark.alarm, alarms_gap, alarms),
            anomaly_detection: either(
                seen(mark.anomaly_band, alarms_gap, alarms),
                seen(mark.detector, detectors_gap, detectors),
            ),
            latency_alarm_percentile: match alarms_gap {
                Some(gap) => Observed::unknown(gap),
                None => Observed::known(mark.percentile, alarms),
            },
        }
    }

    fn mark(&self, database: &Database<'_>) -> Mark {
        let of = |dimension, id: &Arc<str>| self.marks.get(&(dimension, id.clone())).copied();
        let of_cluster = database.cluster.and_then(|cluster| of(CLUSTER, &cluster.id));
        let of_instances = database.instances.iter().filter_map(|instance| of(INSTANCE, &instance.id));
        let resources: Vec<_> = database.instances.iter().filter_map(|one| one.resource_id.as_deref()).collect();
        let about = |expression: &str| resources.iter().any(|id| expression.contains(id));
        let of_insights = self.insights.iter().filter(|(expression, _)| about(expression)).map(|(_, mark)| *mark);
        of_cluster.into_iter().chain(of_instances).chain(of_insights).fold(self.everything, Mark::and)
    }
}

/// Load or latency: what gets worse when a query does.
fn is_load(metric: &str) -> bool {
    metric.starts_with("DBLoad") || metric.ends_with("Latency")
}

/// 99.9 of `p99.9`; nothing for averages, trimmed means and the like.
pub(super) fn percentile(statistic: &str) -> Option<f64> {
    statistic.strip_prefix(['p', 'P'])?.parse().ok()
}
