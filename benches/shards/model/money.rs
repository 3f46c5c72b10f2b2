//! What a night costs, at list prices.

use super::{
    Measured,
    assumed::{
        BUNDLE_NIGHTS, FARGATE_CPUS, FARGATE_GB, LAMBDA_GB, PLAN_NIGHTS, TRANSITIONS_BESIDE, TRANSITIONS_OF_SHARD,
    },
    organisation::Night,
    prices::{
        FARGATE_CPU_HOUR, FARGATE_GB_HOUR, GUARDDUTY_EVENT, LAMBDA_GB_SECOND, LAMBDA_REQUEST, S3_GB_MONTH, S3_GET,
        S3_PUT, STATE_TRANSITION, TRAIL_EVENT,
    },
};

/// By what it is for, in US dollars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Money {
    pub(crate) lambda: f64,
    pub(crate) fargate: f64,
    pub(crate) steps: f64,
    pub(crate) requests: f64,
    /// Of the bytes that are kept at any time, for one night.
    pub(crate) kept: f64,
    pub(crate) guard_duty: f64,
    pub(crate) second_trail: f64,
}

impl Money {
    /// Of a night that took so long on Lambda, and so long on Fargate.
    pub(crate) fn of(measured: &Measured, lambda: &Night, fargate: &Night) -> Money {
        let seconds = |night: &Night| night.busy + night.plan + night.merge;
        let hours = seconds(fargate) / 3600.0;
        let shards = lambda.shards as f64;
        let files = shards * measured.files_of_shard();
        let [left, bundle] = measured.bytes_of_findings(lambda.findings).map(|bytes| bytes / 1e9);
        Money {
            lambda: LAMBDA_GB_SECOND.of(seconds(lambda) * LAMBDA_GB) + LAMBDA_REQUEST.of(shards + 2.0),
            fargate: FARGATE_CPU_HOUR.of(hours * FARGATE_CPUS) + FARGATE_GB_HOUR.of(hours * FARGATE_GB),
            steps: STATE_TRANSITION.of(shards * TRANSITIONS_OF_SHARD + TRANSITIONS_BESIDE),
            // Each part is looked for, put, and taken by the merge; each shard takes the plan.
            requests: S3_PUT.of(files) + S3_GET.of(2.0 * files + shards),
            kept: S3_GB_MONTH.of(left * PLAN_NIGHTS + bundle * BUNDLE_NIGHTS) / 30.0,
            guard_duty: GUARDDUTY_EVENT.of(lambda.calls),
            second_trail: TRAIL_EVENT.of(lambda.calls),
        }
    }
}

impl Measured {
    /// Files that a shard leaves in the plan's folder; the plan's own two are not among them.
    fn files_of_shard(&self) -> f64 {
        let run = self.runs.iter().filter(|run| run.left_files > 0.0).max_by_key(|run| run.processes);
        run.map_or(f64::NAN, |run| (run.left_files - 2.0) / run.processes as f64)
    }

    /// Bytes in a plan's folder, and of a merged bundle.
    pub(crate) fn bytes_of_findings(&self, findings: f64) -> [f64; 2] {
        let run = self.runs.iter().filter(|run| run.left_files > 0.0).max_by(|a, b| a.findings.total_cmp(&b.findings));
        run.map_or([f64::NAN; 2], |run| [run.left_bytes, run.bundle_bytes].map(|bytes| bytes / run.findings * findings))
    }
}
