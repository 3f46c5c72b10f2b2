//! What is assumed, in one place: the page has it as a table.

use super::process::Process;

/// Accounts of the organisation, and regions of each.
pub(crate) const ACCOUNTS: usize = 5_000;
pub(crate) const REGIONS: usize = 17;
/// Resources of the middle account.
pub(crate) const MEDIANS: [f64; 3] = [30.0, 300.0, 3_000.0];
/// One account of so many is so many times as large, as in the measured organisation.
pub(crate) const LARGE_ONE: usize = 20;
pub(crate) const LARGE_TIMES: f64 = 20.0;
/// Seconds from request to answer.
pub(crate) const LATENCY: f64 = 0.1;
/// What `rung scan` does unless it is told otherwise.
pub(crate) const IN_FLIGHT: f64 = 32.0;
pub(crate) const AT_ONCE: usize = 24;
/// Calls of a shard that `rung plan` aims at.
pub(crate) const CALLS_OF_SHARD: f64 = 20_000.0;
/// Shards that the engine runs at once.
pub(crate) const SHARDS_AT_ONCE: usize = 100;
/// Seconds of a shard beside reading: a cold start, taking the plan, putting what it leaves.
pub(crate) const BESIDE: f64 = 10.0;
/// Memory of a Lambda function, in GB, and what of a processor comes with one.
pub(crate) const LAMBDA_GB: f64 = 2.0;
pub(crate) const LAMBDA_CORES_OF_GB: f64 = 1024.0 / 1769.0;
/// A Fargate task.
pub(crate) const FARGATE_CPUS: f64 = 1.0;
pub(crate) const FARGATE_GB: f64 = 4.0;
/// Seconds that a shard should take at most on Lambda, and that it can: a scan is told to stop 90 seconds before the end.
pub(crate) const LAMBDA_WANTED: f64 = 600.0;
pub(crate) const LAMBDA_MOST: f64 = 810.0;
/// The largest disk of a Lambda function, in bytes.
pub(crate) const LAMBDA_DISK: f64 = 10_240.0 * 1_048_576.0;
/// State transitions of a shard, and of the rest of a night.
pub(crate) const TRANSITIONS_OF_SHARD: f64 = 4.0;
pub(crate) const TRANSITIONS_BESIDE: f64 = 10.0;
/// Nights for which a plan's folder, and a merged bundle, are kept.
pub(crate) const PLAN_NIGHTS: f64 = 7.0;
pub(crate) const BUNDLE_NIGHTS: f64 = 90.0;
/// Accounts that AWS Organizations gives a page.
pub(crate) const ACCOUNTS_OF_PAGE: f64 = 20.0;

/// A shard's process on so many processors.
pub(crate) fn process(cores: f64, cpu: f64) -> Process {
    Process { latency: LATENCY, in_flight: IN_FLIGHT, at_once: AT_ONCE, cores, cpu, beside: BESIDE }
}
