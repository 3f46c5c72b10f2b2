use crate::{
    facts::{
        Deployer, DeploymentTarget, EntryPoint, EntryPointKind, Facts, Indicator, Kind, LatencyData, LatencyObjective,
        Monitoring, Slo, WatchingAlarm,
    },
    model::{Control, Outcome::*},
    testing::{case, check, days_ago, known, of, times, unknown},
};

fn alarm(change: impl FnOnce(&mut WatchingAlarm)) -> WatchingAlarm {
    let mut alarm = WatchingAlarm {
        acts: known(true),
        anomaly_band: false,
        evaluation_periods: Some(3),
        name: "slow".to_owned(),
        percentile: Some(99.0),
        state: "OK".to_owned(),
        state_since: Some(days_ago(40)),
        statistic: "p99".to_owned(),
    };
    change(&mut alarm);
    alarm
}

fn entry(change: impl FnOnce(&mut EntryPoint)) -> EntryPoint {
    let mut entry = EntryPoint {
        entry: EntryPointKind::ApplicationLoadBalancer,
        latency_data: known(LatencyData::Present),
        latency_alarms: known(vec![alarm(|_| ())]),
        latency_slos: known(vec![LatencyObjective { name: "fast".to_owned(), percentile: Some(99.0) }]),
        anomaly_detector: known(true),
        anomaly_alarms: known(Vec::new()),
        devops_guru: known(false),
    };
    change(&mut entry);
    entry
}

/// An entry point with this alarm alone.
fn alarmed(change: impl FnOnce(&mut WatchingAlarm)) -> EntryPoint {
    entry(|e| e.latency_alarms = known(vec![alarm(change)]))
}

fn slo(change: impl FnOnce(&mut Slo)) -> Slo {
    let mut slo = Slo {
        indicator: known(Indicator::Latency),
        percentile: known(Some(99.0)),
        goal_percent: known(99.9),
        burn_rate_windows_minutes: known(vec![5, 60]),
        budget_status: known("OK".to_owned()),
        budget_remaining_percent: known(Some(64.0)),
        burn_rate_alarms: known(vec![alarm(|_| ())]),
        anomaly_alarms: known(vec![alarm(|a| a.anomaly_band = true)]),
    };
    change(&mut slo);
    slo
}

fn target(change: impl FnOnce(&mut DeploymentTarget)) -> DeploymentTarget {
    let mut target = DeploymentTarget {
        deployer: known(Deployer::CodeDeployServer),
        alarms: known(vec!["slow".to_owned()]),
        alarm_exists: known(true),
        rolls_back: known(true),
        circuit_breaker: known(None),
    };
    change(&mut target);
    target
}

fn account(change: impl FnOnce(&mut Monitoring)) -> Monitoring {
    let mut account = Monitoring {
        compute: known(10),
        compute_measured: known(10),
        compute_unread: known(0),
        entry_point: known(true),
        measurable_entry_point: known(true),
        latency_data: known(true),
        slo: known(true),
        deployment_target: known(true),
    };
    change(&mut account);
    account
}

fn one<F: Into<Facts>>(facts: F) -> Vec<Facts> {
    of([facts])
}

/// A good one and a changed one.
fn beside<F: Into<Facts>>(good: F, other: F) -> Vec<Facts> {
    of([good, other])
}

fn measured(count: u64) -> Vec<Facts> {
    one(account(|a| a.compute_measured = known(count)))
}

/// An account with nothing in it.
fn empty() -> Vec<Facts> {
    one(account(|a| {
        a.compute = known(0);
        a.compute_measured = known(0);
        a.entry_point = known(false);
        a.measurable_entry_point = known(false);
        a.latency_data = known(false);
        a.slo = known(false);
        a.deployment_target = known(false);
    }))
}

fn without_slo() -> Vec<Facts> {
    one(account(|a| a.slo = known(false)))
}

#[test]
fn every_criterion_at_its_bar() {
    let id = "basic-metrics";
    let targets = "latency-targets";
    let insufficient = |days: i64| {
        alarmed(move |a| {
            a.state = "INSUFFICIENT_DATA".to_owned();
            a.state_since = Some(days_ago(days));
        })
    };
    let only_band = || alarmed(|a| a.anomaly_band = true);
    let silent = || entry(|e| e.latency_alarms = known(Vec::new()));
    let mut cases = vec![
        case(id, "below", measured(4), Unmet),
        case(id, "unmet", one(account(|a| a.latency_data = known(false))), Unmet),
        case(id, "at", measured(5), Met),
        case(id, "above", measured(6), Met),
        case(id, "met", measured(10), Met),
        case(id, "unknown", one(account(|a| a.compute = unknown())), Unknown),
        case(
            id,
            "those unread may be measured",
            one(account(|a| {
                a.compute_measured = known(4);
                a.compute_unread = unknown();
            })),
            Unknown,
        ),
        case(
            id,
            "those unread cannot matter",
            one(account(|a| {
                a.compute_measured = known(5);
                a.compute_unread = unknown();
            })),
            Met,
        ),
        case(
            id,
            "no latency data contradict, whatever is unread",
            one(account(|a| {
                a.compute = unknown();
                a.latency_data = known(false);
            })),
            Unmet,
        ),
        case(
            id,
            "network load balancers alone have no latency",
            one(account(|a| {
                a.measurable_entry_point = known(false);
                a.latency_data = known(false);
            })),
            Met,
        ),
        case(
            id,
            "no compute but entry points",
            one(account(|a| {
                a.compute = known(0);
                a.compute_measured = known(0);
            })),
            Met,
        ),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "an empty account", empty(), NotApplicable),
        case(targets, "met", beside(silent(), alarmed(|a| a.percentile = None)), Met),
        case(targets, "an objective is a target", [one(silent()), one(slo(|_| ()))].concat(), Met),
        case(targets, "nobody need hear it", one(alarmed(|a| a.acts = known(false))), Met),
        case(targets, "unknown", one(entry(|e| e.latency_alarms = unknown())), Unknown),
        case(targets, "none may be written down elsewhere", one(silent()), Unknown),
        case(targets, "a learnt band is no target", one(only_band()), Unknown),
        case(targets, "at a week without data", one(insufficient(7)), Met),
        case(targets, "dead for longer", one(insufficient(8)), Unknown),
        case(targets, "nothing", vec![], NotApplicable),
        case(targets, "nothing listed", vec![], Unknown).unseen(Kind::EntryPoint),
    ];
    cases.extend(level_3());
    cases.extend(higher_levels());
    check(Control::SlosMonitoring, cases);
}

fn level_3() -> Vec<crate::testing::Case> {
    let slos = |percentile| {
        entry(move |e| e.latency_slos = known(vec![LatencyObjective { name: "x".to_owned(), percentile }]))
    };
    let quiet = |data| {
        entry(move |e| {
            e.latency_data = known(data);
            e.latency_alarms = known(Vec::new());
        })
    };
    let (formal, p99, burn) = ("formal-slos", "p99-alerting", "slo-burn-alerts");
    vec![
        case(formal, "met", times(2, slos(Some(95.0))).into_iter().map(Into::into).collect(), Met),
        case(formal, "below p95", one(slos(Some(94.9))), Unknown),
        case(formal, "an average", one(slos(None)), Unknown),
        case(
            formal,
            "one not covered may be written down",
            beside(entry(|_| ()), entry(|e| e.latency_slos = known(Vec::new()))),
            Unknown,
        ),
        case(formal, "unknown", one(entry(|e| e.latency_slos = unknown())), Unknown),
        case(formal, "nothing", vec![], NotApplicable),
        case(p99, "met", one(alarmed(|a| a.percentile = Some(95.0))), Met),
        case(p99, "unmet", beside(entry(|_| ()), alarmed(|a| a.percentile = Some(94.0))), Unmet),
        case(p99, "an average", one(alarmed(|a| a.percentile = None)), Unmet),
        case(p99, "nobody hears it", one(alarmed(|a| a.acts = known(false))), Unmet),
        case(p99, "nobody knows who hears it", one(alarmed(|a| a.acts = unknown())), Unknown),
        case(
            p99,
            "another one is heard",
            one(entry(|e| e.latency_alarms = known(vec![alarm(|a| a.acts = unknown()), alarm(|_| ())]))),
            Met,
        ),
        case(
            p99,
            "dead, and does not say since when",
            one(alarmed(|a| {
                a.state = "INSUFFICIENT_DATA".to_owned();
                a.state_since = None;
            })),
            Unmet,
        ),
        case(p99, "in alarm for long it is alive", one(alarmed(|a| a.state = "ALARM".to_owned())), Met),
        case(p99, "no requests, no latency", one(quiet(LatencyData::Absent)), NotApplicable),
        case(p99, "no metric", one(quiet(LatencyData::NotPublished)), NotApplicable),
        case(p99, "a metric turned off", one(quiet(LatencyData::TurnedOff)), Unmet),
        case(p99, "unknown", one(entry(|e| e.latency_alarms = unknown())), Unknown),
        case(p99, "no data read", one(entry(|e| e.latency_data = unknown())), Unknown),
        case(p99, "nothing", vec![], NotApplicable),
        case(burn, "met", times(2, slo(|_| ())).into_iter().map(Into::into).collect(), Met),
        case(burn, "unmet", beside(slo(|_| ()), slo(|s| s.burn_rate_alarms = known(Vec::new()))), Unmet),
        case(
            burn,
            "nobody hears it",
            one(slo(|s| s.burn_rate_alarms = known(vec![alarm(|a| a.acts = known(false))]))),
            Unmet,
        ),
        case(burn, "unknown", one(slo(|s| s.burn_rate_alarms = unknown())), Unknown),
        case(burn, "entry points without any objective", without_slo(), Unmet),
        case(burn, "objectives not read", one(account(|a| a.slo = unknown())), Unknown),
        case(burn, "an empty account", empty(), NotApplicable),
        case(burn, "nothing", vec![], NotApplicable),
    ]
}

fn higher_levels() -> Vec<crate::testing::Case> {
    let (budgets, gated) = ("error-budgets", "deployments-gated");
    let (predictive, anomalies) = ("predictive-burn-alerts", "anomaly-detection");
    vec![
        case(budgets, "met", one(slo(|_| ())), Met),
        case(budgets, "overdrawn is reported", one(slo(|s| s.budget_status = known("BREACHED".to_owned()))), Met),
        case(budgets, "no report", one(slo(|s| s.budget_status = known("INSUFFICIENT_DATA".to_owned()))), Unknown),
        case(budgets, "no windows", one(slo(|s| s.burn_rate_windows_minutes = known(Vec::new()))), Unknown),
        case(budgets, "unknown", beside(slo(|_| ()), slo(|s| s.budget_status = unknown())), Unknown),
        case(budgets, "entry points without any objective", without_slo(), Unknown),
        case(budgets, "an empty account", empty(), NotApplicable),
        case(budgets, "nothing", vec![], NotApplicable),
        case(gated, "met", one(target(|t| t.rolls_back = known(false))), Met),
        case(
            gated,
            "no alarms may be gated elsewhere",
            beside(target(|_| ()), target(|t| t.alarms = known(Vec::new()))),
            Unknown,
        ),
        case(gated, "the alarms are gone", one(target(|t| t.alarm_exists = known(false))), Unknown),
        case(
            gated,
            "a circuit breaker is no budget",
            one(target(|t| {
                t.alarms = known(Vec::new());
                t.circuit_breaker = known(Some(true));
            })),
            Unknown,
        ),
        case(gated, "unknown", one(target(|t| t.alarms = unknown())), Unknown),
        case(gated, "something is deployed somehow", one(account(|a| a.deployment_target = known(false))), Unknown),
        case(gated, "an empty account", empty(), NotApplicable),
        case(gated, "nothing", vec![], NotApplicable),
        case(predictive, "met", one(slo(|_| ())), Met),
        case(predictive, "none", one(slo(|s| s.anomaly_alarms = known(Vec::new()))), Unknown),
        case(predictive, "unknown", one(slo(|s| s.anomaly_alarms = unknown())), Unknown),
        case(predictive, "entry points without any objective", without_slo(), Unknown),
        case(predictive, "nothing", vec![], NotApplicable),
        case(anomalies, "met", one(entry(|_| ())), Met),
        case(
            anomalies,
            "DevOps Guru is enough",
            one(entry(|e| {
                e.anomaly_detector = unknown();
                e.devops_guru = known(true);
            })),
            Met,
        ),
        case(anomalies, "unmet", beside(entry(|_| ()), entry(|e| e.anomaly_detector = known(false))), Unmet),
        case(
            anomalies,
            "an alarm is enough",
            one(entry(|e| {
                e.anomaly_detector = known(false);
                e.anomaly_alarms = known(vec![alarm(|a| a.anomaly_band = true)]);
            })),
            Met,
        ),
        case(
            anomalies,
            "a dead alarm detects nothing",
            one(entry(|e| {
                e.anomaly_detector = known(false);
                e.anomaly_alarms = known(vec![alarm(|a| a.state = "INSUFFICIENT_DATA".to_owned())]);
            })),
            Unmet,
        ),
        case(anomalies, "unknown", one(entry(|e| e.anomaly_detector = unknown())), Unknown),
        case(anomalies, "nothing", vec![], NotApplicable),
    ]
}
