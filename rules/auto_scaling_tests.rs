use crate::{
    facts::{
        Facts, Kind, PredictiveMode, ScalingCauses, ScalingKind, ScalingMetric, ScalingTarget, ServerKind, StaticServer,
    },
    model::{Control, Outcome::*},
    testing::{Case, case, check, days_ago, known, of, times, unknown},
};

/// A load-balanced group that scales on requests, forecasts, was exercised, and has an alarm.
fn target(change: impl FnOnce(&mut ScalingTarget)) -> ScalingTarget {
    let mut target = ScalingTarget {
        scaling_kind: ScalingKind::AutoScalingGroup,
        min: known(2),
        max: known(10),
        desired: known(Some(4)),
        target_tracking_policies: known(1),
        step_policies: known(0),
        simple_policies: known(0),
        predictive: known(Some(PredictiveMode::ForecastAndScale)),
        metrics: known(vec![ScalingMetric::Cpu, ScalingMetric::RequestCount]),
        suspended: known(vec![]),
        warmup_s: known(None),
        cooldown_s: known(Some(300)),
        health_check_type: known(Some("ELB".to_owned())),
        scheduled_actions: known(0),
        load_balanced: known(true),
        limit_alarm_percent: known(Some(80.0)),
        activities_90_days: known(ScalingCauses { policy: 4, ..ScalingCauses::default() }),
        activities_30_days: known(ScalingCauses { policy: 4, ..ScalingCauses::default() }),
        policy_scale_out_at: known(Some(days_ago(10))),
        user_change_at: known(None),
        automatic_change_here_at: known(Some(days_ago(10))),
        load_tested: known(None),
    };
    change(&mut target);
    target
}

/// So many good targets and so many changed ones.
fn mixed(count: usize, others: usize, change: impl FnOnce(&mut ScalingTarget)) -> Vec<Facts> {
    of(times(count, target(|_| ())).into_iter().chain(times(others, target(change))))
}

fn one(change: impl FnOnce(&mut ScalingTarget)) -> Vec<Facts> {
    mixed(0, 1, change)
}

fn server(scaled: crate::model::Observed<bool>) -> StaticServer {
    StaticServer { server_kind: ServerKind::Instance, target_groups: known(vec!["web".to_owned()]), scaled }
}

fn fixed(target: &mut ScalingTarget) {
    target.max = known(2);
}

fn configured() -> Vec<Case> {
    let id = "scaling-configured";
    let no_policy = |t: &mut ScalingTarget| t.target_tracking_policies = known(0);
    let suspend = |name: &str| {
        let name = name.to_owned();
        one(move |t| t.suspended = known(vec![name]))
    };
    vec![
        case(id, "met", mixed(1, 9, fixed), Met),
        case(id, "unmet", mixed(0, 9, fixed), Unmet),
        case(id, "unknown", one(|t| t.target_tracking_policies = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::ScalingTarget),
        case(id, "static servers alone are static capacity", of([server(known(false))]), Unmet),
        case(id, "a server that may be scaled", of([server(unknown())]), Unknown),
        case(id, "a static server beside it", [mixed(1, 0, fixed), of([server(known(false))])].concat(), Met),
        case(id, "no policy", one(no_policy), Unmet),
        case(id, "a forecast is no dynamic policy", one(no_policy), Unmet),
        case(
            id,
            "a step policy is dynamic",
            one(|t| {
                no_policy(t);
                t.step_policies = known(1)
            }),
            Met,
        ),
        case(
            id,
            "a simple policy is dynamic",
            one(|t| {
                no_policy(t);
                t.simple_policies = known(1)
            }),
            Met,
        ),
        case(
            id,
            "fixed, whatever its policies are",
            one(|t| {
                fixed(t);
                t.target_tracking_policies = unknown()
            }),
            Unmet,
        ),
        case(id, "alarms suspended", suspend("AlarmNotification"), Unmet),
        case(id, "launches suspended", suspend("Launch"), Unmet),
        case(id, "terminations suspended", suspend("Terminate"), Unmet),
        case(id, "new instances get no traffic", suspend("AddToLoadBalancer"), Unmet),
        case(id, "dynamic scale-out suspended", suspend("DynamicScalingOutSuspended"), Unmet),
        case(id, "dynamic scale-in suspended", suspend("DynamicScalingInSuspended"), Unmet),
        case(id, "rebalancing suspended leaves scaling alone", suspend("AZRebalance"), Met),
        case(id, "schedules suspended leave dynamic scaling alone", suspend("ScheduledScalingSuspended"), Met),
        case(id, "suspensions not seen", one(|t| t.suspended = unknown()), Unknown),
        case(id, "parked groups run nothing", one(|t| t.max = known(0)), NotApplicable),
    ]
}

fn stateless() -> Vec<Case> {
    let id = "stateless-workloads-scaled";
    let with = |scaled| [mixed(3, 0, fixed), of([server(scaled)])].concat();
    vec![
        case(id, "met", mixed(3, 0, fixed), Met),
        case(id, "unmet", mixed(3, 1, fixed), Unmet),
        case(id, "one static server", with(known(false)), Unmet),
        case(id, "unknown", mixed(3, 1, |t| t.min = unknown()), Unknown),
        case(id, "a server that may be scaled", with(unknown()), Unknown),
        case(id, "servers not listed", mixed(3, 0, fixed), Unknown).unseen(Kind::StaticServer),
        case(id, "one counter-example beats the unseen", with(known(false)), Unmet).unseen(Kind::ScalingTarget),
        case(id, "nothing", vec![], NotApplicable),
    ]
}

fn exercised() -> Vec<Case> {
    let id = "scaling-exercised";
    let never = |t: &mut ScalingTarget| t.policy_scale_out_at = known(None);
    let days = |days: i64| one(move |t| t.policy_scale_out_at = known(Some(days_ago(days))));
    vec![
        case(id, "below", mixed(7, 3, never), Unmet),
        case(id, "at", mixed(8, 2, never), Met),
        case(id, "above", mixed(9, 1, never), Met),
        case(id, "unknown", mixed(7, 3, |t| t.policy_scale_out_at = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "no activity at all is an answer", one(never), Unmet),
        case(id, "at 90 days it counts", days(90), Met),
        case(id, "after 90 days it does not", days(91), Unmet),
    ]
}

fn load_tested() -> Vec<Case> {
    let id = "scaling-load-tested";
    let tested = |tested| one(move |t| t.load_tested = known(tested));
    vec![
        case(id, "met", tested(Some(true)), Met),
        case(id, "unknown", mixed(3, 0, fixed), Unknown),
        case(id, "a test seen elsewhere leaves it open", tested(Some(false)), Unknown),
        case(id, "no test ran", tested(None), Unknown),
        case(id, "tests could not be read", one(|t| t.load_tested = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::ScalingTarget),
    ]
}

fn demand() -> Vec<Case> {
    let id = "demand-metric";
    let cpu = |t: &mut ScalingTarget| t.metrics = known(vec![ScalingMetric::Cpu]);
    let on = |metric| one(move |t| t.metrics = known(vec![metric]));
    vec![
        case(id, "below", mixed(7, 3, cpu), Unmet),
        case(id, "at", mixed(8, 2, cpu), Met),
        case(id, "above", mixed(9, 1, cpu), Met),
        case(id, "unknown", mixed(7, 3, |t| t.metrics = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "latency", on(ScalingMetric::Latency), Met),
        case(id, "queue", on(ScalingMetric::Queue), Met),
        case(id, "custom", on(ScalingMetric::Custom), Met),
        case(id, "memory", on(ScalingMetric::Memory), Unmet),
        case(id, "network", on(ScalingMetric::Network), Unmet),
        case(id, "no policy scales on nothing", one(|t| t.metrics = known(vec![])), Unmet),
        case(
            id,
            "without a load balancer it does not count",
            mixed(1, 9, |t| {
                cpu(t);
                t.load_balanced = known(false)
            }),
            Met,
        ),
        case(id, "load balancer not seen", one(|t| t.load_balanced = unknown()), Unknown),
    ]
}

fn predictive() -> Vec<Case> {
    let id = "predictive-scaling";
    let none = |t: &mut ScalingTarget| t.predictive = known(None);
    vec![
        case(id, "below", mixed(4, 5, none), Unmet),
        case(id, "at", mixed(5, 5, none), Met),
        case(id, "above", mixed(6, 5, none), Met),
        case(id, "unknown", mixed(4, 5, |t| t.predictive = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(
            id,
            "a forecast alone does not scale",
            one(|t| t.predictive = known(Some(PredictiveMode::ForecastOnly))),
            Unmet,
        ),
        case(
            id,
            "without a load balancer it does not count",
            one(|t| {
                none(t);
                t.load_balanced = known(false)
            }),
            NotApplicable,
        ),
    ]
}

fn limit_alarms() -> Vec<Case> {
    let id = "scaling-limit-alarms";
    let none = |t: &mut ScalingTarget| t.limit_alarm_percent = known(None);
    let at = |percent| one(move |t| t.limit_alarm_percent = known(Some(percent)));
    let of_kind = |kind| {
        one(move |t| {
            none(t);
            t.scaling_kind = kind
        })
    };
    vec![
        case(id, "below", mixed(7, 3, none), Unmet),
        case(id, "at", mixed(8, 2, none), Met),
        case(id, "above", mixed(9, 1, none), Met),
        case(id, "unknown", mixed(7, 3, |t| t.limit_alarm_percent = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "alarm at 80 %", at(80.0), Met),
        case(id, "alarm under 80 %", at(79.9), Unmet),
        case(id, "a service needs one", of_kind(ScalingKind::EcsService), Unmet),
        case(
            id,
            "no metric shows a table's capacity",
            of_kind(ScalingKind::Other("dynamodb".to_owned())),
            NotApplicable,
        ),
    ]
}

fn manual() -> Vec<Case> {
    let id = "no-manual-capacity";
    let by_hand = |days: i64| move |t: &mut ScalingTarget| t.user_change_at = known(Some(days_ago(days)));
    let automatic = |days: i64| move |t: &mut ScalingTarget| t.automatic_change_here_at = known(Some(days_ago(days)));
    vec![
        case(id, "met", mixed(3, 0, fixed), Met),
        case(id, "unmet", mixed(3, 1, by_hand(3)), Unmet),
        case(id, "unknown", mixed(3, 1, |t| t.user_change_at = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "at 30 days the hand counts", one(by_hand(30)), Unmet),
        case(id, "a hand of long ago", one(by_hand(31)), Met),
        case(id, "nothing moved at all", one(|t| t.automatic_change_here_at = known(None)), Unmet),
        case(id, "automation of long ago", one(automatic(31)), Unmet),
        case(id, "automation not seen", one(|t| t.automatic_change_here_at = unknown()), Unknown),
        case(
            id,
            "seen by hand, whatever is hidden",
            one(|t| {
                by_hand(3)(t);
                t.automatic_change_here_at = unknown()
            }),
            Unmet,
        ),
    ]
}

fn autonomous() -> Vec<Case> {
    let id = "autonomous-capacity";
    vec![
        case(id, "met", mixed(3, 0, fixed), Met),
        case(id, "unknown", mixed(3, 1, |t| t.predictive = known(None)), Unknown),
        case(id, "policies not seen", mixed(3, 1, |t| t.predictive = unknown()), Unknown),
        case(id, "nothing", one(|t| t.load_balanced = known(false)), NotApplicable),
        case(
            id,
            "a forecast that nobody acts on contradicts",
            mixed(3, 1, |t| t.predictive = known(Some(PredictiveMode::ForecastOnly))),
            Unmet,
        ),
        case(
            id,
            "fixed capacity contradicts",
            mixed(3, 1, |t| {
                fixed(t);
                t.predictive = known(None)
            }),
            Unmet,
        ),
    ]
}

#[test]
fn every_criterion_at_its_bar() {
    let cases = [
        configured(),
        stateless(),
        exercised(),
        load_tested(),
        demand(),
        predictive(),
        limit_alarms(),
        manual(),
        autonomous(),
    ];
    check(Control::AutoScaling, cases.into_iter().flatten().collect());
}
