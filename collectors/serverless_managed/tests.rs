use rung_rules::{
    facts::{Facts, Function, ReservedConcurrency, SynchronousTrigger},
    model::{Cause, Gap, GapId, Observed},
};

use super::*;
use crate::{metrics, testing::place};

/// What is not about the case at hand: nothing beside the functions.
const NOTHING_BESIDE: &[&str] = &[
    "lambda.ListEventSourceMappings/empty",
    "states.ListStateMachines/empty",
    "compute-optimizer.GetLambdaFunctionRecommendations/empty",
];

/// What was seen, and every gap.
struct Seen {
    functions: Vec<Function>,
    collected: Collected,
    gaps: Vec<Gap>,
}

impl Seen {
    fn cause<T>(&self, fact: &Observed<T>) -> Cause {
        match fact {
            Observed::Unknown { gap } => self.gap(*gap).cause,
            Observed::Known { .. } => panic!("known"),
        }
    }

    fn gap(&self, id: GapId) -> &Gap {
        self.gaps.iter().find(|gap| gap.id == id).unwrap()
    }

    fn function(&self) -> &Function {
        assert_eq!(self.functions.len(), 1);
        &self.functions[0]
    }
}

async fn seen(cases: &[&str], with_metrics: bool) -> Seen {
    let place = place("us-east-1", cases);
    let (ask, asked) = Ask::channel();
    if with_metrics {
        ask_metrics(&place, &ask).await;
    }
    drop(ask);
    let collected = collect(&place, &metrics::fetch(&place, asked).await).await;
    let gaps = place.span.registry.snapshot().1;
    for gap in &gaps {
        assert!(!gap.detail.contains("the recording has no"), "{}", gap.detail);
    }
    let functions = collected.evidence.iter().map(|evidence| match &evidence.facts {
        Facts::Function(function) => (**function).clone(),
        other => panic!("{other:?}"),
    });
    Seen { functions: functions.collect(), collected, gaps }
}

/// The one function without metrics: everything about it is asked.
async fn one(cases: &[&str]) -> Seen {
    seen(&[&["lambda.ListFunctions/one"], NOTHING_BESIDE, cases].concat(), false).await
}

const QUIET: &[&str] =
    &["lambda.GetFunctionConcurrency/none", "lambda.ListFunctionUrlConfigs/empty", "lambda.ListAliases/empty"];

async fn with_policy(case: &str) -> Seen {
    one(&[QUIET, &[case]].concat()).await
}

async fn with_reservation(case: &str) -> Seen {
    one(&[case, "lambda.GetPolicy/none", "lambda.ListFunctionUrlConfigs/empty", "lambda.ListAliases/empty"]).await
}

fn service(name: &str) -> SynchronousTrigger {
    SynchronousTrigger::Service(name.to_owned())
}

fn values<T: Clone>(seen: &Seen, pick: impl Fn(&Function) -> &Observed<T>) -> Vec<Option<T>> {
    seen.functions.iter().map(|function| pick(function).value().cloned()).collect()
}

/// Four functions on two pages, with metrics: one busy, throttled and waited for, one idle, one image, one old runtime.
async fn four() -> Seen {
    let cases = [
        "lambda.ListFunctions/two-pages",
        "lambda.ListEventSourceMappings/two-pages",
        "states.ListStateMachines/power-tuner",
        "states.ListExecutions/three",
        "compute-optimizer.GetLambdaFunctionRecommendations/two-pages",
        "cloudwatch.GetMetricData/four-functions",
        "lambda.GetFunctionConcurrency/none",
        "lambda.GetPolicy/several",
        "lambda.ListFunctionUrlConfigs/several",
        "lambda.ListAliases/several",
        "lambda.ListProvisionedConcurrencyConfigs/two-pages",
        "lambda.ListProvisionedConcurrencyConfigs/thumbnails",
    ];
    seen(&cases, true).await
}

#[tokio::test]
async fn configurations_of_both_pages() {
    let seen = four().await;
    let names: Vec<_> = seen.collected.evidence.iter().map(|e| e.subject.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["orders-api", "nightly", "thumbnails", "legacy"]);
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:orders-api";
    assert_eq!(&*seen.collected.evidence[0].subject.arn, arn);
    assert_eq!(values(&seen, |f| &f.memory_mb), [Some(512), Some(128), Some(1024), Some(128)]);
    assert_eq!(values(&seen, |f| &f.tracing), [Some(true), Some(false), Some(false), Some(false)]);
    assert_eq!(values(&seen, |f| &f.snap_start), [Some(false), Some(false), Some(false), Some(true)]);
    assert_eq!(values(&seen, |f| &f.arm64_offered), [Some(true), Some(true), Some(true), Some(false)]);
    assert_eq!(values(&seen, |f| &f.runtime)[2], Some(None));
    assert_eq!(values(&seen, |f| &f.code_size_bytes)[2], Some(None));
    assert!(seen.collected.unseen.is_empty());
}

#[tokio::test]
async fn the_use_of_the_window_adds_up() {
    let seen = four().await;
    let busy = &seen.functions[0];
    assert_eq!(busy.invocations.value(), Some(&1000.0));
    assert_eq!(busy.duration_avg_ms.value(), Some(&200.0));
    assert_eq!(busy.duration_p99_ms.value(), Some(&2000.0));
    assert_eq!((busy.throttles.value(), busy.errors.value()), (Some(&3.0), Some(&1.0)));
    assert_eq!((busy.init_p99_ms.value(), busy.cold_start_percent.value()), (Some(&900.0), Some(&2.0)));
    assert_eq!(busy.spillover_percent.value(), Some(&Some(1.0)));
    // 0.5 GB x 0.2 s x 0.0000133334 + 0.0000002
    assert_eq!(busy.usd_per_invocation.value(), Some(&0.000_001_533_34));
}

#[tokio::test]
async fn no_invocations_are_none_and_no_durations_are_unknown() {
    let seen = four().await;
    let idle = &seen.functions[1];
    assert_eq!(idle.invocations.value(), Some(&0.0));
    assert_eq!(seen.cause(&idle.duration_p99_ms), Cause::NoData);
    assert_eq!(seen.cause(&idle.usd_per_invocation), Cause::NoData);
}

#[tokio::test]
async fn an_idle_function_is_asked_nothing_more() {
    let seen = four().await;
    let idle = &seen.functions[1];
    assert_eq!(idle.reserved_concurrency.value(), Some(&ReservedConcurrency::NotAsked));
    assert_eq!(idle.synchronous_trigger.value(), Some(&SynchronousTrigger::NotAsked));
    assert_eq!(idle.provisioned_concurrency.value(), Some(&None));
}

#[tokio::test]
async fn a_throttled_function_is_asked_for_its_reservation() {
    use ReservedConcurrency::{NotAsked, Unreserved};
    let seen = four().await;
    let asked = values(&seen, |f| &f.reserved_concurrency);
    assert_eq!(asked, [Some(Unreserved), Some(NotAsked), Some(NotAsked), Some(NotAsked)]);
}

#[tokio::test]
async fn who_waits_for_each() {
    let seen = four().await;
    let expected = [
        Some(service("apigateway.amazonaws.com")),
        Some(SynchronousTrigger::NotAsked),
        Some(SynchronousTrigger::FunctionUrl),
        // S3 calls it and does not wait.
        Some(SynchronousTrigger::None),
    ];
    assert_eq!(values(&seen, |f| &f.synchronous_trigger), expected);
}

#[tokio::test]
async fn provisioned_concurrency_of_both_pages() {
    let seen = four().await;
    let of = |qualifier: &str, requested, status: &str| ProvisionedConcurrency {
        qualifier: qualifier.to_owned(),
        requested,
        status: status.to_owned(),
    };
    let expected = vec![of("live", 10, "READY"), of("7", 5, "FAILED")];
    let provisioned = values(&seen, |f| &f.provisioned_concurrency);
    assert_eq!(provisioned, [Some(Some(expected)), Some(None), Some(Some(vec![])), Some(None)]);
}

#[tokio::test]
async fn insights_by_its_layer_or_by_an_images_data() {
    let seen = four().await;
    assert_eq!(values(&seen, |f| &f.insights), [Some(true), Some(false), Some(false), Some(false)]);
    let unmeasured = &seen.functions[3].init_p99_ms;
    assert_eq!(seen.cause(unmeasured), Cause::NoData);
    let Observed::Unknown { gap } = unmeasured else { panic!("known") };
    assert!(seen.gap(*gap).what.contains("LambdaInsights init_duration"));
}

#[tokio::test]
async fn what_the_functions_share() {
    let seen = four().await;
    assert_eq!(values(&seen, |f| &f.event_source_mappings), [Some(2), Some(0), Some(0), Some(0)]);
    let finding = |text: &str| Some(Some(text.to_owned()));
    let expected = [finding("Optimized"), Some(None), finding("Unavailable"), Some(None)];
    assert_eq!(values(&seen, |f| &f.optimizer_finding), expected);
    // Of three runs of the one standard machine, one began more than 90 days ago.
    assert_eq!(values(&seen, |f| &f.power_tuning_runs), [Some(2); 4]);
    assert_eq!(values(&seen, |f| &f.functions_beside), [Some(4); 4]);
    // orders-api and thumbnails; nightly is idle, go1.x is not offered on arm64.
    assert_eq!(values(&seen, |f| &f.arm64_percent_beside), [Some(Some(100.0)); 4]);
}

#[tokio::test]
async fn no_functions_ask_nothing_else() {
    let seen = seen(&["lambda.ListFunctions/empty"], true).await;
    assert!(seen.functions.is_empty() && seen.collected.unseen.is_empty() && seen.gaps.is_empty());
}

#[tokio::test]
async fn a_denied_list_is_functions_unseen() {
    let seen = seen(&["lambda.ListFunctions/denied"], true).await;
    let unseen = &seen.collected.unseen[0];
    assert_eq!((unseen.kind, seen.gap(unseen.gap).cause), (Kind::Function, Cause::DeniedByIdentityPolicy));
    assert!(seen.gap(unseen.gap).opens_with.contains("lambda:ListFunctions"));
}

#[tokio::test]
async fn a_list_cut_short_keeps_what_was_read() {
    let cases = ["lambda.ListFunctions/cut-short", "lambda.GetPolicy/none"];
    let seen = seen(&[&cases[..], NOTHING_BESIDE, QUIET].concat(), false).await;
    assert_eq!(seen.function().memory_mb.value(), Some(&512));
    assert_eq!(seen.cause(&seen.function().functions_beside), Cause::CutShort);
    assert_eq!(seen.collected.unseen.len(), 1);
}

#[tokio::test]
async fn fields_left_out_are_unknown() {
    let cases = ["lambda.ListFunctions/missing-fields", "lambda.GetPolicy/none"];
    let seen = seen(&[&cases[..], NOTHING_BESIDE, QUIET].concat(), false).await;
    let function = seen.function();
    for cause in [
        seen.cause(&function.memory_mb),
        seen.cause(&function.timeout_s),
        seen.cause(&function.runtime),
        seen.cause(&function.architecture),
        seen.cause(&function.arm64_offered),
        seen.cause(&function.package_type),
        seen.cause(&function.tracing),
        seen.cause(&function.snap_start),
    ] {
        assert_eq!(cause, Cause::NotReported);
    }
    // The list of layers has no "unknown": a function without layers has none.
    assert_eq!(function.insights.value(), Some(&false));
}

#[tokio::test]
async fn without_metrics_nothing_is_idle() {
    let seen = with_policy("lambda.GetPolicy/none").await;
    assert_eq!(seen.cause(&seen.function().invocations), Cause::NotRequested);
    assert_eq!(seen.cause(&seen.function().spillover_percent), Cause::NotRequested);
    assert_eq!(seen.cause(&seen.function().arm64_percent_beside), Cause::NotRequested);
}

#[tokio::test]
async fn a_reservation_of_zero_is_not_none() {
    let none = with_reservation("lambda.GetFunctionConcurrency/none").await;
    assert_eq!(none.function().reserved_concurrency.value(), Some(&ReservedConcurrency::Unreserved));
    let zero = with_reservation("lambda.GetFunctionConcurrency/zero").await;
    assert_eq!(zero.function().reserved_concurrency.value(), Some(&ReservedConcurrency::Units(0)));
    let denied = with_reservation("lambda.GetFunctionConcurrency/denied").await;
    assert_eq!(denied.cause(&denied.function().reserved_concurrency), Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn nobody_waits_when_every_answer_says_so() {
    for case in ["lambda.GetPolicy/none", "lambda.GetPolicy/only-events"] {
        let seen = with_policy(case).await;
        assert_eq!(seen.function().synchronous_trigger.value(), Some(&SynchronousTrigger::None));
    }
}

#[tokio::test]
async fn a_url_on_the_second_page() {
    let cases = ["lambda.GetFunctionConcurrency/none", "lambda.GetPolicy/none"];
    let more = ["lambda.ListFunctionUrlConfigs/two-pages", "lambda.ListProvisionedConcurrencyConfigs/empty"];
    let seen = one(&[cases, more].concat()).await;
    assert_eq!(seen.function().synchronous_trigger.value(), Some(&SynchronousTrigger::FunctionUrl));
    assert_eq!(seen.function().provisioned_concurrency.value(), Some(&Some(vec![])));
}

#[tokio::test]
async fn an_alias_has_a_policy_of_its_own() {
    let cases = ["lambda.GetFunctionConcurrency/none", "lambda.GetPolicy/of-alias", "lambda.ListAliases/live"];
    let more = ["lambda.ListFunctionUrlConfigs/empty", "lambda.ListProvisionedConcurrencyConfigs/empty"];
    let seen = one(&[&cases[..], &more].concat()).await;
    assert_eq!(seen.function().synchronous_trigger.value(), Some(&service("elasticloadbalancing.amazonaws.com")));
}

#[tokio::test]
async fn a_denied_policy_leaves_open_who_waits() {
    let seen = with_policy("lambda.GetPolicy/denied").await;
    assert_eq!(seen.cause(&seen.function().synchronous_trigger), Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn denied_aliases_leave_open_who_waits() {
    let cases = ["lambda.GetFunctionConcurrency/none", "lambda.GetPolicy/none", "lambda.ListAliases/denied"];
    let seen = one(&[&cases[..], &["lambda.ListFunctionUrlConfigs/empty"]].concat()).await;
    assert_eq!(seen.cause(&seen.function().synchronous_trigger), Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn a_policy_that_is_none_leaves_open_who_waits() {
    let seen = with_policy("lambda.GetPolicy/damaged").await;
    assert_eq!(seen.cause(&seen.function().synchronous_trigger), Cause::NotReported);
}

#[tokio::test]
async fn a_denied_policy_does_not_hide_a_url() {
    let cases = ["lambda.GetFunctionConcurrency/none", "lambda.GetPolicy/denied", "lambda.ListFunctionUrlConfigs/one"];
    let seen = one(&[&cases[..], &["lambda.ListProvisionedConcurrencyConfigs/empty"]].concat()).await;
    assert_eq!(seen.function().synchronous_trigger.value(), Some(&SynchronousTrigger::FunctionUrl));
}

async fn beside(mappings: &str, machines: &[&str], findings: &str) -> Seen {
    let own = ["lambda.ListFunctions/one", "lambda.GetPolicy/none", mappings, findings];
    seen(&[&own, QUIET, machines].concat(), false).await
}

#[tokio::test]
async fn not_enrolled_is_a_cause_of_its_own() {
    let findings = "compute-optimizer.GetLambdaFunctionRecommendations/not-enrolled";
    let seen = beside("lambda.ListEventSourceMappings/empty", &["states.ListStateMachines/empty"], findings).await;
    assert_eq!(seen.cause(&seen.function().optimizer_finding), Cause::NotEnrolled);
}

#[tokio::test]
async fn enrolled_without_any_finding_is_no_data() {
    let seen = with_policy("lambda.GetPolicy/none").await;
    assert_eq!(seen.cause(&seen.function().optimizer_finding), Cause::NoData);
}

#[tokio::test]
async fn runs_that_may_not_be_listed_are_unknown() {
    let findings = "compute-optimizer.GetLambdaFunctionRecommendations/empty";
    let machines = ["states.ListStateMachines/power-tuner", "states.ListExecutions/denied"];
    let seen = beside("lambda.ListEventSourceMappings/empty", &machines, findings).await;
    assert_eq!(seen.cause(&seen.function().power_tuning_runs), Cause::DeniedByOrganizationPolicy);
}
