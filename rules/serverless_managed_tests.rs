use crate::{
    facts::{Facts, Function, Kind, ProvisionedConcurrency, ReservedConcurrency, SynchronousTrigger},
    model::{Control, Observed, Outcome::*},
    testing::{Case, case, check, known, of, times, unknown},
};

/// An active function that meets every criterion.
fn function(change: impl FnOnce(&mut Function)) -> Function {
    let mut function = Function {
        memory_mb: known(512),
        timeout_s: known(4),
        runtime: known(Some("python3.13".to_owned())),
        architecture: known("arm64".to_owned()),
        arm64_offered: known(true),
        package_type: known("Zip".to_owned()),
        code_size_bytes: known(Some(4_000)),
        invocations: known(10_000.0),
        duration_avg_ms: known(300.0),
        duration_p99_ms: known(2_000.0),
        throttles: known(0.0),
        errors: known(0.0),
        init_p99_ms: known(900.0),
        cold_start_percent: known(2.0),
        tracing: known(false),
        insights: known(true),
        snap_start: known(false),
        reserved_concurrency: known(ReservedConcurrency::NotAsked),
        synchronous_trigger: known(SynchronousTrigger::Service("apigateway.amazonaws.com".to_owned())),
        provisioned_concurrency: known(Some(vec![provisioned(10, "READY")])),
        spillover_percent: known(Some(0.2)),
        event_source_mappings: known(0),
        optimizer_finding: finding("Optimized"),
        power_tuning_runs: known(0),
        functions_beside: known(10),
        arm64_percent_beside: known(Some(100.0)),
        usd_per_invocation: known(0.000_002_2),
    };
    change(&mut function);
    function
}

fn provisioned(requested: i32, status: &str) -> ProvisionedConcurrency {
    ProvisionedConcurrency { qualifier: "live".to_owned(), requested, status: status.to_owned() }
}

fn finding(finding: &str) -> Observed<Option<String>> {
    known(Some(finding.to_owned()))
}

/// So many good functions and so many changed ones.
fn mixed(count: usize, others: usize, change: impl FnOnce(&mut Function)) -> Vec<Facts> {
    of(times(count, function(|_| ())).into_iter().chain(times(others, function(change))))
}

fn one(change: impl FnOnce(&mut Function)) -> Vec<Facts> {
    mixed(0, 1, change)
}

fn idle(f: &mut Function) {
    f.invocations = known(0.0);
}

fn switched_off(f: &mut Function) {
    f.reserved_concurrency = known(ReservedConcurrency::Units(0));
}

/// Neither Insights nor tracing, finding or tuning.
fn unprofiled(f: &mut Function) {
    f.insights = known(false);
    f.optimizer_finding = known(None);
}

/// Slow to start, with nothing that keeps it warm.
fn cold(f: &mut Function) {
    f.provisioned_concurrency = known(Some(vec![]));
    f.spillover_percent = known(None);
}

#[test]
fn every_criterion_at_its_bar() {
    check(
        Control::ServerlessManaged,
        [memory_adjusted(), profiled(), memory_optimised(), timeout_fits(), warm(), cost()]
            .into_iter()
            .flatten()
            .collect(),
    );
}

fn memory_adjusted() -> Vec<Case> {
    let id = "memory-adjusted";
    let default = |f: &mut Function| f.memory_mb = known(128);
    vec![
        case(id, "below", mixed(2, 3, default), Unmet),
        case(id, "at", mixed(2, 2, default), Met),
        case(id, "above", mixed(3, 2, default), Met),
        case(
            id,
            "idle ones count too",
            one(|f| {
                default(f);
                idle(f)
            }),
            Unmet,
        ),
        case(id, "unknown", mixed(2, 3, |f| f.memory_mb = unknown()), Unknown),
        case(id, "unknown cannot matter", mixed(3, 3, |f| f.memory_mb = unknown()), Met),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Function),
    ]
}

fn profiled() -> Vec<Case> {
    let id = "profiled";
    let only = |change: fn(&mut Function)| {
        one(move |f| {
            unprofiled(f);
            change(f)
        })
    };
    vec![
        case(id, "below", mixed(7, 3, unprofiled), Unknown),
        case(id, "at", mixed(8, 2, unprofiled), Met),
        case(id, "above", mixed(9, 1, unprofiled), Met),
        case(id, "unknown", only(|f| f.insights = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "traced", only(|f| f.tracing = known(true)), Met),
        case(id, "found not optimised is a profile", only(|f| f.optimizer_finding = finding("NotOptimized")), Met),
        case(id, "no finding is none", only(|f| f.optimizer_finding = finding("Unavailable")), Unknown),
        case(id, "a tuning run for each function", only(|f| f.power_tuning_runs = known(10)), Met),
        case(id, "fewer tuning runs than functions", only(|f| f.power_tuning_runs = known(9)), Unknown),
        case(id, "idle ones do not count", only(idle), NotApplicable),
        case(id, "switched off by a reservation of 0", only(switched_off), NotApplicable),
        case(
            id,
            "a reservation of 1 is no switch",
            one(|f| f.reserved_concurrency = known(ReservedConcurrency::Units(1))),
            Met,
        ),
        case(
            id,
            "no reservation is not 0",
            one(|f| f.reserved_concurrency = known(ReservedConcurrency::Unreserved)),
            Met,
        ),
        case(id, "perhaps switched off", one(|f| f.reserved_concurrency = unknown()), Unknown),
    ]
}

fn memory_optimised() -> Vec<Case> {
    let id = "memory-optimised";
    let wrong = |f: &mut Function| f.optimizer_finding = finding("NotOptimized");
    let none = |f: &mut Function| f.optimizer_finding = known(None);
    vec![
        case(id, "below", mixed(7, 3, wrong), Unmet),
        case(id, "at", mixed(8, 2, wrong), Met),
        case(id, "above", mixed(9, 1, wrong), Met),
        case(id, "unknown", one(|f| f.optimizer_finding = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "those without a finding do not count", mixed(1, 9, none), Met),
        case(id, "a finding unavailable is none", mixed(1, 9, |f| f.optimizer_finding = finding("Unavailable")), Met),
        case(
            id,
            "an idle one without a finding hides nothing",
            one(|f| {
                f.optimizer_finding = unknown();
                idle(f)
            }),
            NotApplicable,
        ),
        case(
            id,
            "a finding counts without metrics",
            one(|f| {
                wrong(f);
                f.invocations = unknown()
            }),
            Unmet,
        ),
    ]
}

fn timeout_fits() -> Vec<Case> {
    let id = "timeout-fits";
    let long = |f: &mut Function| f.timeout_s = known(900);
    let of = |timeout: i32, p99: f64| {
        one(move |f| {
            f.timeout_s = known(timeout);
            f.duration_p99_ms = known(p99)
        })
    };
    vec![
        case(id, "below", mixed(7, 3, long), Unmet),
        case(id, "at", mixed(8, 2, long), Met),
        case(id, "above", mixed(9, 1, long), Met),
        case(id, "unknown", one(|f| f.duration_p99_ms = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "idle ones do not count", one(idle), NotApplicable),
        case(id, "at 1.5 times", of(6, 4_000.0), Met),
        case(id, "under 1.5 times", of(6, 4_001.0), Unmet),
        case(id, "at ten times", of(10, 1_000.0), Met),
        case(id, "over ten times", of(10, 999.0), Unmet),
        case(id, "the default at two seconds", of(3, 2_000.0), Met),
        case(id, "the default over two seconds", of(3, 2_000.1), Unmet),
        case(id, "one second is the shortest there is", of(1, 20.0), Met),
        case(id, "two seconds for 20 ms", of(2, 20.0), Unmet),
    ]
}

fn warm() -> Vec<Case> {
    let id = "provisioned-concurrency";
    let spilled = |percent: f64| {
        one(move |f| {
            f.spillover_percent = known(Some(percent));
        })
    };
    let cold_and = |change: fn(&mut Function)| {
        one(move |f| {
            cold(f);
            change(f)
        })
    };
    vec![
        case(id, "met", mixed(3, 0, cold), Met),
        case(id, "unmet", mixed(9, 1, cold), Unmet),
        case(id, "unknown", one(|f| f.provisioned_concurrency = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "spillover under 1 %", spilled(0.99), Met),
        case(id, "spillover at 1 %", spilled(1.0), Unmet),
        case(id, "warm and never called there", one(|f| f.spillover_percent = known(None)), Unmet),
        case(
            id,
            "failed to provision",
            one(|f| f.provisioned_concurrency = known(Some(vec![provisioned(10, "FAILED")]))),
            Unmet,
        ),
        case(
            id,
            "scaled to nothing",
            one(|f| f.provisioned_concurrency = known(Some(vec![provisioned(0, "READY")]))),
            Unmet,
        ),
        case(
            id,
            "one alias of two is warm",
            one(|f| f.provisioned_concurrency = known(Some(vec![provisioned(0, "READY"), provisioned(5, "READY")]))),
            Met,
        ),
        case(id, "SnapStart instead", cold_and(|f| f.snap_start = known(true)), Met),
        case(id, "warm, whatever its start", one(|f| f.init_p99_ms = unknown()), Met),
        case(id, "cold, and its start not measured", cold_and(|f| f.init_p99_ms = unknown()), Unknown),
        case(id, "starting in half a second", cold_and(|f| f.init_p99_ms = known(500.0)), NotApplicable),
        case(id, "starting slower", cold_and(|f| f.init_p99_ms = known(500.1)), Unmet),
        case(id, "at 1 % cold starts", cold_and(|f| f.cold_start_percent = known(1.0)), Unmet),
        case(id, "below 1 % cold starts", cold_and(|f| f.cold_start_percent = known(0.9)), NotApplicable),
        case(
            id,
            "starts fast, so what keeps it warm may stay hidden",
            one(|f| {
                f.provisioned_concurrency = unknown();
                f.init_p99_ms = known(100.0)
            }),
            NotApplicable,
        ),
        case(id, "a URL waits", cold_and(|f| f.synchronous_trigger = known(SynchronousTrigger::FunctionUrl)), Unmet),
        case(id, "nobody waits", cold_and(|f| f.synchronous_trigger = known(SynchronousTrigger::None)), NotApplicable),
        case(id, "perhaps somebody waits", cold_and(|f| f.synchronous_trigger = unknown()), Unknown),
        case(id, "idle", cold_and(idle), NotApplicable),
        case(id, "switched off", cold_and(switched_off), NotApplicable),
    ]
}

fn cost() -> Vec<Case> {
    let id = "cost-per-invocation";
    let on_x86 = |percent: Option<f64>| {
        one(move |f| {
            f.architecture = known("x86_64".to_owned());
            f.arm64_percent_beside = known(percent)
        })
    };
    vec![
        case(id, "met", mixed(3, 0, idle), Met),
        case(id, "unmet", mixed(9, 1, |f| f.optimizer_finding = finding("NotOptimized")), Unmet),
        case(id, "unknown", one(|f| f.usd_per_invocation = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "no finding needs a person", one(|f| f.optimizer_finding = known(None)), Unknown),
        case(id, "x86 among 79 % arm64", on_x86(Some(79.0)), Unmet),
        case(id, "x86 among 80 % arm64", on_x86(Some(80.0)), Met),
        case(
            id,
            "x86 where Lambda offers nothing else",
            one(|f| {
                f.architecture = known("x86_64".to_owned());
                f.arm64_offered = known(false);
                f.arm64_percent_beside = known(Some(0.0))
            }),
            Met,
        ),
        case(id, "arm64 itself, the rest hidden", one(|f| f.arm64_percent_beside = unknown()), Met),
        case(
            id,
            "idle ones do not count",
            one(|f| {
                f.optimizer_finding = finding("NotOptimized");
                idle(f)
            }),
            NotApplicable,
        ),
        case(
            id,
            "seen not optimised, whatever is hidden",
            one(|f| {
                f.optimizer_finding = finding("NotOptimized");
                f.usd_per_invocation = unknown()
            }),
            Unmet,
        ),
    ]
}
