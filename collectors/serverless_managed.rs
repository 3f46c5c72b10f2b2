//! WAF-PERF-080 Serverless & Managed: Lambda functions, how they are used, called and kept warm.
//!
//! Lambda answers about 15 requests a second and has no list of triggers or concurrency. So what needs a call per function
//! is asked only of functions that may have been invoked in the window, and each further question only where the last
//! answer leaves it open.

mod beside;
mod triggers;
mod usage;

use rung_rules::{
    facts::{self, Kind, ProvisionedConcurrency, ReservedConcurrency, SynchronousTrigger},
    model::{Cause, Evidence, Observed, SourceId},
};

use crate::{
    Collected, at_once,
    aws::Place,
    calls::{
        lambda::{self, Function, LIST_FUNCTIONS},
        lambda_concurrency,
    },
    metrics::{Ask, Metrics},
    prices_lambda,
};
use beside::Beside;
use usage::Usage;

/// Functions whose own calls are under way at once.
const AT_ONCE: usize = 16;
/// Runtimes that Lambda has offered on x86_64 only; every later one runs on both.
const X86_RUNTIMES: &[&str] = &[
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "go1.x",
    "java8",
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "provided",
    "python2.7",
    "python3.6",
    "python3.7",
    "ruby2.5",
];

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    if !place.is_global() {
        ask.all(lambda::functions(place).await.items.iter().flat_map(usage::queries));
    }
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    let mut collected = Collected::default();
    if place.is_global() {
        return collected;
    }
    let functions = lambda::functions(place).await;
    collected.unseen.extend(place.unseen(Kind::Function, &functions));
    if functions.items.is_empty() {
        return collected;
    }
    let beside = Beside::read(place, &functions, metrics).await;
    let evidence = functions.items.iter().map(|function| evidence(place, function, &beside, metrics));
    collected.evidence = at_once(AT_ONCE, evidence).await;
    collected
}

async fn evidence(place: &Place, function: &Function, beside: &Beside, metrics: &Metrics) -> Evidence {
    let usage = Usage::of(place, function, metrics);
    let asked = Asked::about(place, function, &usage, beside.from).await;
    let from = beside.from;
    let facts = facts::Function {
        memory_mb: place.reported(function.memory_mb, from, &LIST_FUNCTIONS, "MemorySize"),
        timeout_s: place.reported(function.timeout_s, from, &LIST_FUNCTIONS, "Timeout"),
        runtime: runtime(place, function, from),
        architecture: place.reported(function.architecture.clone(), from, &LIST_FUNCTIONS, "Architectures"),
        arm64_offered: arm64_offered(place, function, from),
        package_type: place.reported(function.package_type.clone(), from, &LIST_FUNCTIONS, "PackageType"),
        code_size_bytes: Observed::known((!function.is_image()).then_some(function.code_size), from),
        usd_per_invocation: usd_per_invocation(place, function, usage.duration_avg_ms, from),
        invocations: usage.invocations,
        duration_avg_ms: usage.duration_avg_ms,
        duration_p99_ms: usage.duration_p99_ms,
        throttles: usage.throttles,
        errors: usage.errors,
        init_p99_ms: usage.init_p99_ms,
        cold_start_percent: usage.cold_start_percent,
        tracing: place.reported(function.tracing, from, &LIST_FUNCTIONS, "TracingConfig.Mode"),
        insights: insights(function, &usage, from),
        snap_start: place.reported(function.snap_start, from, &LIST_FUNCTIONS, "SnapStart.ApplyOn"),
        reserved_concurrency: asked.reserved,
        synchronous_trigger: asked.trigger,
        provisioned_concurrency: asked.provisioned,
        spillover_percent: usage.spillover_percent,
        event_source_mappings: beside.event_source_mappings(&function.arn),
        optimizer_finding: beside.finding(place, &function.arn),
        power_tuning_runs: beside.power_tuning_runs,
        functions_beside: beside.functions,
        arm64_percent_beside: beside.arm64_percent,
    };
    let subject = place.subject(function.arn.clone(), Some(&function.name), Default::default());
    Evidence { subject, facts: facts.into() }
}

/// What only calls about the one function tell.
struct Asked {
    reserved: Observed<ReservedConcurrency>,
    trigger: Observed<SynchronousTrigger>,
    provisioned: Observed<Option<Vec<ProvisionedConcurrency>>>,
}

impl Asked {
    async fn about(place: &Place, function: &Function, usage: &Usage, from: SourceId) -> Asked {
        let not_invoked = usage.invocations.value() == Some(&0.0);
        // A function that was switched off in the window and is still called is throttled.
        let not_throttled = usage.throttles.value() == Some(&0.0);
        let reserved = match not_invoked || not_throttled {
            true => Observed::known(ReservedConcurrency::NotAsked, from),
            false => reserved(place, &function.name).await,
        };
        if not_invoked {
            let trigger = Observed::known(SynchronousTrigger::NotAsked, from);
            return Asked { reserved, trigger, provisioned: Observed::known(None, from) };
        }
        let trigger = triggers::synchronous(place, &function.name).await;
        // Where nobody is seen to wait, or it is not known, provisioned concurrency decides nothing.
        let provisioned = match triggers::is_found(&trigger) {
            true => provisioned(place, &function.name).await.map(Some),
            false => Observed::known(None, from),
        };
        Asked { reserved, trigger, provisioned }
    }
}

async fn reserved(place: &Place, function: &str) -> Observed<ReservedConcurrency> {
    let reserved = lambda_concurrency::reserved(place, function).await;
    reserved.fact(|units| units.map_or(ReservedConcurrency::Unreserved, ReservedConcurrency::Units))
}

async fn provisioned(place: &Place, function: &str) -> Observed<Vec<ProvisionedConcurrency>> {
    let configurations = lambda_concurrency::provisioned(place, function).await;
    let fact = |one: &lambda_concurrency::Provisioned| ProvisionedConcurrency {
        qualifier: one.qualifier.clone(),
        requested: one.requested,
        status: one.status.clone(),
    };
    configurations.all_of(|items| items.iter().map(fact).collect())
}

fn runtime(place: &Place, function: &Function, from: SourceId) -> Observed<Option<String>> {
    match (&function.runtime, function.is_image()) {
        (None, true) => Observed::known(None, from),
        (runtime, _) => place.reported(runtime.clone(), from, &LIST_FUNCTIONS, "Runtime").map(Some),
    }
}

fn arm64_offered(place: &Place, function: &Function, from: SourceId) -> Observed<bool> {
    let offered = |runtime: Option<String>| runtime.is_none_or(|name| !X86_RUNTIMES.contains(&&*name));
    runtime(place, function, from).map(offered)
}

/// The layer shows it for functions that come as a package. An image has the extension inside: there the data show it.
fn insights(function: &Function, usage: &Usage, from: SourceId) -> Observed<bool> {
    match function.is_image() {
        true => usage.insights_data,
        false => Observed::known(function.insights_layer, from),
    }
}

/// Functions on instances of their own are billed by the instance: no price a GB-second fits.
fn usd_per_invocation(
    place: &Place,
    function: &Function,
    duration_avg_ms: Observed<f64>,
    from: SourceId,
) -> Observed<f64> {
    if function.managed_instances {
        let gap = place.gap(&LIST_FUNCTIONS, "a price of functions on managed instances", Cause::NotReported, "");
        return Observed::unknown(gap);
    }
    let memory = place.reported(function.memory_mb, from, &LIST_FUNCTIONS, "MemorySize");
    let arm64 = function.architecture.as_deref().map(|name| name == "arm64");
    let arm64 = place.reported(arm64, from, &LIST_FUNCTIONS, "Architectures");
    let shape = both(memory, arm64, |memory, arm64| (memory, arm64));
    both(duration_avg_ms, shape, |ms, (memory, arm64)| prices_lambda::usd_per_invocation(memory, ms, arm64))
}

/// A value made of two facts, with the first one's source; unknown when either is.
fn both<A, B, C>(a: Observed<A>, b: Observed<B>, make: impl FnOnce(A, B) -> C) -> Observed<C> {
    match (a, b) {
        (Observed::Known { value: a, from }, Observed::Known { value: b, .. }) => Observed::known(make(a, b), from),
        (Observed::Unknown { gap }, _) | (_, Observed::Unknown { gap }) => Observed::unknown(gap),
    }
}

#[cfg(test)]
#[path = "serverless_managed/tests.rs"]
mod tests;
