//! Objectives of Application Signals: what they promise, what watches them, and which entry points they cover.

use std::{collections::HashMap, sync::Arc};

use rung_rules::{
    facts::{self, Indicator, LatencyObjective},
    model::{Cause, Evidence, Observed, Tags},
};

use super::{
    alarms::{Alarms, falls, of_statistic, rises},
    entries::Entry,
    latency,
};
use crate::{
    at_once,
    aws::{Listing, Place, Read},
    calls::{
        application_signals::{
            self, BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT, Budget, GET_SERVICE_LEVEL_OBJECTIVE, Objective,
            Summary,
        },
        cloudwatch::{Alarm, AlarmMetric},
    },
};

/// Requests about single objectives under way at once.
const AT_ONCE: usize = 16;
const NAMESPACE: &str = "AWS/ApplicationSignals";

/// The objectives of a place.
pub(super) struct Objectives {
    pub(super) listed: Arc<Listing<Summary>>,
    /// Each that is still there, in the list's order.
    read: Vec<(Summary, Read<Objective>)>,
    budgets: Arc<HashMap<Arc<str>, Read<Budget>>>,
    /// Where a scope may choose by them.
    tags: HashMap<Arc<str>, Arc<Read<Tags>>>,
}

impl Objectives {
    pub(super) async fn read(place: &Place) -> Objectives {
        let listed = application_signals::objectives(place).await;
        let details = listed.items.iter().map(|one| async move {
            match &*application_signals::objective(place, &one.name).await {
                Read::Known { value: Some(objective), from } => {
                    Some((one.clone(), Read::Known { value: objective.clone(), from: *from }))
                }
                Read::Known { value: None, .. } => None,
                Read::Unknown { gap } => Some((one.clone(), Read::Unknown { gap: *gap })),
            }
        });
        let asked = listed.items.iter().filter(|_| place.span.tags);
        let tags = asked.map(|one| async { (one.arn.clone(), application_signals::tags_of(place, &one.arn).await) });
        let (read, budgets, tags) = futures::join!(
            at_once(AT_ONCE, details),
            application_signals::budgets(place, &listed.items),
            at_once(AT_ONCE, tags)
        );
        Objectives { read: read.into_iter().flatten().collect(), budgets, tags: tags.into_iter().collect(), listed }
    }

    /// Those on the latency of an entry point, by the dimensions of their metrics or the name of their service. None found
    /// is none only when all could be read, and when it is known which services stand behind the entry point.
    pub(super) fn on_latency_of(&self, entry: &Entry) -> Observed<Vec<LatencyObjective>> {
        let of_entry = |objective: &Objective| {
            let named = objective.service.as_ref().is_some_and(|service| entry.services.contains(service));
            indicator(objective) == Indicator::Latency
                && (named || objective.metrics.iter().any(|metric| entry.is_latency(metric)))
        };
        let (mut found, mut unread) = (Vec::new(), None);
        for (summary, read) in &self.read {
            match read {
                Read::Known { value, .. } if of_entry(value) => {
                    found.push(LatencyObjective { name: summary.name.to_string(), percentile: percentile(value) });
                }
                Read::Known { .. } => {}
                Read::Unknown { gap } => unread = unread.or(Some(*gap)),
            }
        }
        let behind = entry.services_gap.filter(|_| !self.read.is_empty());
        match self.listed.gap.or(unread).or(behind) {
            Some(gap) if found.is_empty() => Observed::unknown(gap),
            _ => Observed::known(found, self.listed.from),
        }
    }

    /// The evidence about each.
    pub(super) fn evidence(&self, place: &Place, alarms: &Alarms) -> Vec<Evidence> {
        self.read.iter().map(|(summary, read)| self.of_one(place, alarms, summary, read)).collect()
    }

    fn of_one(&self, place: &Place, alarms: &Alarms, summary: &Summary, read: &Read<Objective>) -> Evidence {
        let budget = self.budgets.get(&summary.arn);
        let facts = facts::Slo {
            indicator: read.fact(indicator),
            percentile: read.fact(percentile),
            goal_percent: match read {
                Read::Known { value, from } => {
                    place.reported(value.goal_percent, *from, &GET_SERVICE_LEVEL_OBJECTIVE, "Goal.AttainmentGoal")
                }
                Read::Unknown { gap } => Observed::unknown(*gap),
            },
            burn_rate_windows_minutes: read.fact(|objective| objective.windows_minutes.clone()),
            budget_status: of_budget(place, budget, |budget| budget.status.to_string()),
            budget_remaining_percent: of_budget(place, budget, |budget| budget.remaining_percent),
            burn_rate_alarms: alarms.that(|alarm, metric| warns(alarm, metric) && of_objective(metric, &summary.name)),
            anomaly_alarms: match read {
                Read::Known { value: objective, .. } => alarms.that(|alarm, metric| {
                    let measured = || objective.metrics.iter().any(|own| same(own, metric));
                    alarm.anomaly_band && (of_objective(metric, &summary.name) || measured())
                }),
                Read::Unknown { gap } => Observed::unknown(*gap),
            },
        };
        let (tags, tags_gap) = match self.tags.get(&summary.arn).map(|read| &**read) {
            Some(Read::Known { value, .. }) => (value.clone(), None),
            Some(Read::Unknown { gap }) => (Tags::new(), Some(*gap)),
            None => (Tags::new(), None),
        };
        let mut subject = place.subject(summary.arn.clone(), Some(&summary.name), tags);
        subject.tags_gap = tags_gap;
        Evidence { subject, facts: facts.into() }
    }
}

fn of_budget<T>(place: &Place, budget: Option<&Read<Budget>>, pick: impl FnOnce(&Budget) -> T) -> Observed<T> {
    let call = &BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT;
    let none = || Observed::unknown(place.gap(call, "a report about every objective", Cause::NotReported, ""));
    budget.map_or_else(none, |budget| budget.fact(pick))
}

/// What AWS says, or what the metrics are: objectives on metrics of CloudWatch do not say.
fn indicator(objective: &Objective) -> Indicator {
    let of_metrics =
        || if objective.metrics.iter().any(latency::is_latency) { Indicator::Latency } else { Indicator::Other };
    objective.indicator.unwrap_or_else(of_metrics)
}

/// Of periods: the statistic's. Of requests: the goal, because so many of them must be within the limit.
fn percentile(objective: &Objective) -> Option<f64> {
    if indicator(objective) != Indicator::Latency {
        return None;
    }
    if objective.request_based {
        return objective.goal_percent;
    }
    let of_metrics = objective.metrics.iter().filter_map(|metric| match &*metric.statistic {
        "Maximum" => Some(100.0),
        statistic => of_statistic(statistic),
    });
    of_metrics.reduce(f64::max)
}

/// A burn rate that rises, an attainment that falls.
fn warns(alarm: &Alarm, metric: &AlarmMetric) -> bool {
    if &*metric.metric == "BurnRate" { rises(alarm) } else { falls(alarm) }
}

/// Whether a metric is the burn rate or the attainment of an objective.
fn of_objective(metric: &AlarmMetric, name: &str) -> bool {
    let named = || metric.dimensions.iter().any(|(key, value)| &**key == "SloName" && &**value == name);
    &*metric.namespace == NAMESPACE && matches!(&*metric.metric, "BurnRate" | "AttainmentRate") && named()
}

/// Whether two look at one metric, with whatever statistic.
fn same(a: &AlarmMetric, b: &AlarmMetric) -> bool {
    let covers = |dimensions: &[(Arc<str>, Arc<str>)], of: &[(Arc<str>, Arc<str>)]| {
        of.iter().all(|dimension| dimensions.contains(dimension))
    };
    a.namespace == b.namespace
        && a.metric == b.metric
        && covers(&a.dimensions, &b.dimensions)
        && covers(&b.dimensions, &a.dimensions)
}
