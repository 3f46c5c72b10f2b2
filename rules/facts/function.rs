//! Lambda functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// Concurrency that is set aside for a function. Zero units are not the same as none: they switch the function off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReservedConcurrency {
    /// Not asked: the function had no invocations or no throttles in the window, so that it decides nothing.
    NotAsked,
    /// None: it shares what the account has.
    Unreserved,
    /// So many at once and no more; 0 refuses every invocation.
    Units(i32),
}

/// What calls a function and waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SynchronousTrigger {
    /// Not asked: the function had no invocations in the window.
    NotAsked,
    /// Nothing of what Lambda shows. (A caller that brings its own role leaves no trace at the function.)
    None,
    /// A function URL.
    FunctionUrl,
    /// A service that the function's or an alias's policy admits, for example `apigateway.amazonaws.com`.
    Service(String),
}

/// Provisioned concurrency of one alias or version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProvisionedConcurrency {
    /// The alias or version.
    pub qualifier: String,
    /// `RequestedProvisionedConcurrentExecutions`.
    pub requested: i32,
    /// `Status`: `READY`, `IN_PROGRESS` or `FAILED`.
    pub status: String,
}

impl ProvisionedConcurrency {
    /// Whether it keeps environments warm, or is about to.
    pub fn is_there(&self) -> bool {
        self.requested > 0 && self.status != "FAILED"
    }
}

/// A Lambda function: `$LATEST`'s configuration (Lambda `ListFunctions`, unless a field says otherwise) and the use of
/// all its versions over the window (CloudWatch `GetMetricData`, namespace `AWS/Lambda`, unless a field says otherwise).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Function {
    /// `MemorySize`, in MB.
    pub memory_mb: Observed<i32>,
    /// `Timeout`, in seconds.
    pub timeout_s: Observed<i32>,
    /// `Runtime`; nothing for container images.
    pub runtime: Observed<Option<String>>,
    /// `Architectures`: `x86_64` or `arm64`.
    pub architecture: Observed<String>,
    /// Whether Lambda offers the function's runtime on arm64; container images can be built for it.
    pub arm64_offered: Observed<bool>,
    /// `PackageType`: `Zip` or `Image`.
    pub package_type: Observed<String>,
    /// `CodeSize`, in bytes; nothing for container images.
    pub code_size_bytes: Observed<Option<i64>>,
    /// `Invocations` in the window.
    pub invocations: Observed<f64>,
    /// `Duration` over all invocations in the window, mean, in milliseconds.
    pub duration_avg_ms: Observed<f64>,
    /// 99th percentile of `Duration` on its worst day in the window, in milliseconds: never below that of the window.
    pub duration_p99_ms: Observed<f64>,
    /// `Throttles` in the window.
    pub throttles: Observed<f64>,
    /// `Errors` in the window.
    pub errors: Observed<f64>,
    /// 99th percentile of `init_duration` on its worst day, in milliseconds. Lambda publishes none: it is Lambda Insights'
    /// (namespace `LambdaInsights`), and unknown without.
    pub init_p99_ms: Observed<f64>,
    /// Share of the invocations that began with a cold start, in percent: samples of `init_duration` over `Invocations`.
    pub cold_start_percent: Observed<f64>,
    /// Whether X-Ray traces are taken (`TracingConfig.Mode` is `Active`).
    pub tracing: Observed<bool>,
    /// Whether Lambda Insights runs: its layer among `Layers`; for container images, data in its namespace.
    pub insights: Observed<bool>,
    /// Whether SnapStart is on for published versions (`SnapStart.ApplyOn`). `OptimizationStatus` is of single versions:
    /// `$LATEST`, which the list shows, always says off.
    pub snap_start: Observed<bool>,
    /// Lambda `GetFunctionConcurrency`.
    pub reserved_concurrency: Observed<ReservedConcurrency>,
    /// What waits for its answer: Lambda `GetPolicy` of the function and its aliases (`ListAliases`),
    /// `ListFunctionUrlConfigs`. The first that was found.
    pub synchronous_trigger: Observed<SynchronousTrigger>,
    /// Lambda `ListProvisionedConcurrencyConfigs`; nothing where it was not asked: no
    /// invocations, or nothing that is seen to wait.
    pub provisioned_concurrency: Observed<Option<Vec<ProvisionedConcurrency>>>,
    /// Share of the invocations of versions and aliases with provisioned concurrency that found none free, in percent:
    /// `ProvisionedConcurrencySpilloverInvocations` beside `ProvisionedConcurrencyInvocations`; nothing when there were
    /// none of either.
    pub spillover_percent: Observed<Option<f64>>,
    /// Queues and streams that it reads, asynchronously to whoever fills them (Lambda `ListEventSourceMappings`).
    pub event_source_mappings: Observed<u64>,
    /// Compute Optimizer's finding (`GetLambdaFunctionRecommendations`): `Optimized`, `NotOptimized` or `Unavailable`;
    /// nothing where it has findings about other functions here but none about this one.
    pub optimizer_finding: Observed<Option<String>>,
    /// Successful runs of AWS Lambda Power Tuning in the function's account and region over 90 days (Step Functions
    /// `ListStateMachines` by name, `ListExecutions`). Which function a run measured stands in its input, which is not read.
    pub power_tuning_runs: Observed<u64>,
    /// Functions in the account and region.
    pub functions_beside: Observed<u64>,
    /// Share of arm64 among the invoked functions of the account and region whose runtime is offered on it, in percent;
    /// nothing when there is none of them.
    pub arm64_percent_beside: Observed<Option<f64>>,
    /// List price of an average invocation in US dollars: memory, mean duration and architecture, plus the request. Without
    /// initialisation, provisioned concurrency, extra disk and free tier.
    pub usd_per_invocation: Observed<f64>,
}
