//! What the functions of a place share: findings, event source mappings, runs of the power tuner, and what most of them run on.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use jiff::SignedDuration;
use rung_rules::model::{Cause, GapId, Observed, SourceId};

use super::{arm64_offered, both, usage};
use crate::{
    aws::{Listing, Place},
    calls::{
        compute_optimizer_lambda::{self, GET_LAMBDA_FUNCTION_RECOMMENDATIONS, Recommendation},
        lambda::{Function, LIST_FUNCTIONS},
        lambda_triggers, sfn,
    },
    metrics::Metrics,
};

/// How long Step Functions keeps executions, in days.
const EXECUTION_DAYS: i64 = 90;

/// Read once for all functions of a place.
pub(super) struct Beside {
    /// The source of the functions.
    pub(super) from: SourceId,
    pub(super) functions: Observed<u64>,
    pub(super) arm64_percent: Observed<Option<f64>>,
    pub(super) power_tuning_runs: Observed<u64>,
    findings: Findings,
    mappings: Observed<BTreeMap<Arc<str>, u64>>,
}

impl Beside {
    pub(super) async fn read(place: &Place, functions: &Listing<Function>, metrics: &Metrics) -> Beside {
        let (recommendations, mappings, power_tuning_runs) = futures::join!(
            compute_optimizer_lambda::functions(place),
            lambda_triggers::event_source_mappings(place),
            power_tuning_runs(place),
        );
        Beside {
            from: functions.from,
            functions: functions.count(|_| true),
            arm64_percent: arm64_percent(place, functions, metrics),
            power_tuning_runs,
            findings: Findings::of(&recommendations),
            mappings: mappings.all_of(counted),
        }
    }

    pub(super) fn event_source_mappings(&self, arn: &str) -> Observed<u64> {
        match &self.mappings {
            Observed::Known { value, from } => Observed::known(value.get(arn).copied().unwrap_or(0), *from),
            Observed::Unknown { gap } => Observed::unknown(*gap),
        }
    }

    pub(super) fn finding(&self, place: &Place, arn: &str) -> Observed<Option<String>> {
        self.findings.about(place, arn)
    }
}

fn counted(arns: &[Arc<str>]) -> BTreeMap<Arc<str>, u64> {
    let mut counts = BTreeMap::new();
    for arn in arns {
        *counts.entry(arn.clone()).or_insert(0) += 1;
    }
    counts
}

/// Compute Optimizer's findings by ARN.
struct Findings {
    by_arn: HashMap<Arc<str>, Arc<str>>,
    from: SourceId,
    gap: Option<GapId>,
}

impl Findings {
    /// Of several versions of a function, `$LATEST` counts: its configuration is what the evidence shows.
    fn of(recommendations: &Listing<Recommendation>) -> Findings {
        let mut by_arn = HashMap::with_capacity(recommendations.items.len());
        for one in &recommendations.items {
            if one.latest || !by_arn.contains_key(&one.arn) {
                by_arn.insert(one.arn.clone(), one.finding.clone());
            }
        }
        Findings { by_arn, from: recommendations.from, gap: recommendations.gap }
    }

    /// Enrolled and without a single finding: Compute Optimizer has not looked yet, which tells nothing of any function.
    fn about(&self, place: &Place, arn: &str) -> Observed<Option<String>> {
        match (self.by_arn.get(arn), self.gap) {
            (Some(finding), _) => Observed::known(Some(finding.as_ref().to_owned()), self.from),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) if self.by_arn.is_empty() => {
                let call = &GET_LAMBDA_FUNCTION_RECOMMENDATIONS;
                Observed::unknown(place.gap(call, "a finding about any function", Cause::NoData, ""))
            }
            (None, None) => Observed::known(None, self.from),
        }
    }
}

/// Successful runs of state machines that are named like AWS Lambda Power Tuning's: `powerTuningStateMachine` and kin.
async fn power_tuning_runs(place: &Place) -> Observed<u64> {
    let machines = sfn::state_machines(place).await;
    let mut runs = machines.all_of(|_| 0);
    let oldest = place.span.now - SignedDuration::from_hours(EXECUTION_DAYS * 24);
    for machine in machines.items.iter().filter(|machine| machine.standard && is_power_tuner(&machine.name)) {
        let successes = sfn::executions(place, &machine.arn).await;
        runs =
            both(runs, successes.count(|one| one.start.is_some_and(|began| began >= oldest)), |sum, more| sum + more);
    }
    runs
}

fn is_power_tuner(name: &str) -> bool {
    name.to_lowercase().replace(['-', '_'], "").contains("powertuning")
}

/// Only functions that were invoked and could run on arm64 count. One that cannot be judged leaves the share open.
fn arm64_percent(place: &Place, functions: &Listing<Function>, metrics: &Metrics) -> Observed<Option<f64>> {
    let mut tally = functions.all_of(|_| (0_u32, 0_u32));
    for function in &functions.items {
        let offered = arm64_offered(place, function, functions.from);
        let counts = both(usage::invocations(function, metrics), offered, |n, offered| n > 0.0 && offered);
        let arm64 = function.architecture.as_deref().map(|name| name == "arm64");
        let arm64 = place.reported(arm64, functions.from, &LIST_FUNCTIONS, "Architectures");
        let one = both(counts, arm64, |counts, arm64| (u32::from(counts && arm64), u32::from(counts)));
        tally = both(tally, one, |(arm64, all), (is, of)| (arm64 + is, all + of));
    }
    tally.map(|(arm64, all)| (all > 0).then(|| f64::from(arm64) * 100.0 / f64::from(all)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_tuners_by_name() {
        assert!(is_power_tuner("powerTuningStateMachine-x1Y2z3"));
        assert!(is_power_tuner("aws-lambda-power-tuning"));
        assert!(!is_power_tuner("power-station"));
    }
}
