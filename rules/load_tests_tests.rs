use crate::{
    facts::{Experiment, Facts, Kind, LoadTest, LoadTestGate, LoadTestRunner, Pipeline, RegionalDelivery},
    model::{Control, Outcome::*},
    testing::{Case, case, check, days_ago, known, of, unknown},
};

fn load_test(change: impl FnOnce(&mut LoadTest)) -> LoadTest {
    let mut test = LoadTest {
        runner: LoadTestRunner::BuildProject,
        tools: vec!["k6".to_owned()],
        last_run: known(Some(days_ago(3))),
        thresholds: known(Some(true)),
        ignores_failure: known(Some(false)),
        compares_baseline: known(Some(true)),
        reports: known(true),
        scheduled: known(true),
    };
    change(&mut test);
    test
}

fn one(change: impl FnOnce(&mut LoadTest)) -> Vec<Facts> {
    of([load_test(change)])
}

fn pair(change: impl FnOnce(&mut LoadTest)) -> Vec<Facts> {
    of([load_test(|_| {}), load_test(change)])
}

fn ran(days: i64) -> Vec<Facts> {
    one(|t| t.last_run = known(Some(days_ago(days))))
}

fn delivery(change: impl FnOnce(&mut RegionalDelivery)) -> Vec<Facts> {
    let mut place = RegionalDelivery {
        build_projects: known(4),
        state_machines: known(1),
        stacks: known(2),
        pipelines: known(1),
        experiment_templates: known(0),
    };
    change(&mut place);
    of([place])
}

fn pipeline(gate: LoadTestGate) -> Pipeline {
    Pipeline { stages: known(4), production_stage: known(Some(4)), load_test_gate: known(Some(gate)) }
}

fn elsewhere() -> Pipeline {
    Pipeline { stages: known(2), production_stage: known(None), load_test_gate: known(None) }
}

fn experiment(status: &str, days: i64) -> Vec<Facts> {
    of([Experiment { status: known(status.to_owned()), created_at: known(days_ago(days)) }])
}

fn performed() -> Vec<Case> {
    let id = "load-test-performed";
    vec![
        case(id, "met", ran(3), Met),
        case(id, "at 180 days it counts", ran(180), Met),
        case(id, "after 180 days a person has to say", ran(181), Unknown),
        case(id, "never run", one(|t| t.last_run = known(None)), Unknown),
        case(id, "one of many is enough", [delivery(|_| {}), ran(3)].concat(), Met),
        case(id, "unknown", one(|t| t.last_run = unknown()), Unknown),
        case(id, "attestation", delivery(|_| {}), Unknown),
        case(id, "not all searched", delivery(|d| d.build_projects = unknown()), Unknown),
        case(id, "nothing", vec![], Unknown),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::LoadTest),
    ]
}

fn gates() -> Vec<Case> {
    let id = "load-test-gate";
    use LoadTestGate::{Hidden, None, PassesOn, Stops};
    let with = |gate| of([pipeline(Stops), pipeline(gate), elsewhere()]);
    let unread = || of([Pipeline { load_test_gate: unknown(), ..pipeline(Stops) }]);
    vec![
        case(id, "met", with(Stops), Met),
        case(id, "unmet", with(None), Unmet),
        case(id, "passes on", with(PassesOn), Unmet),
        case(id, "hidden", with(Hidden), Unknown),
        case(id, "unknown", unread(), Unknown),
        case(id, "one without outweighs what is unknown", [unread(), with(None)].concat(), Unmet),
        case(id, "attestation", of([elsewhere()]), Unknown),
        case(id, "nothing", vec![], Unknown),
        case(id, "not all listed", with(Stops), Unknown).unseen(Kind::Pipeline),
        case(id, "perhaps to production", of([Pipeline { production_stage: unknown(), ..pipeline(None) }]), Unknown),
    ]
}

fn criteria() -> Vec<Case> {
    let id = "load-test-criteria";
    vec![
        case(id, "met", pair(|_| {}), Met),
        case(id, "one has none that AWS shows", pair(|t| t.thresholds = known(Some(false))), Unknown),
        case(id, "the script is elsewhere", pair(|t| t.thresholds = known(None)), Unknown),
        case(id, "failure is ignored", pair(|t| t.ignores_failure = known(Some(true))), Unknown),
        case(
            id,
            "an old one does not count",
            pair(|t| (t.thresholds, t.last_run) = (known(Some(false)), known(Some(days_ago(181))))),
            Met,
        ),
        case(id, "unknown", pair(|t| t.thresholds = unknown()), Unknown),
        case(id, "perhaps there are more", pair(|_| {}), Unknown).unseen(Kind::LoadTest),
        case(id, "attestation", ran(181), Unknown),
        case(id, "nothing", vec![], Unknown),
    ]
}

fn regressions() -> Vec<Case> {
    let id = "regression-detection";
    vec![
        case(id, "met", pair(|t| t.reports = known(false)), Met),
        case(id, "no reports", one(|t| t.reports = known(false)), Unknown),
        case(id, "no baseline", one(|t| t.compares_baseline = known(Some(false))), Unknown),
        case(id, "the script is elsewhere", one(|t| t.compares_baseline = known(None)), Unknown),
        case(id, "at 180 days it counts", ran(180), Met),
        case(id, "after 180 days it does not", ran(181), Unknown),
        case(id, "unknown", one(|t| t.reports = unknown()), Unknown),
        case(id, "attestation", vec![], Unknown),
        case(id, "nothing", vec![], Unknown),
    ]
}

fn continuous() -> Vec<Case> {
    let id = "continuous-load";
    vec![
        case(id, "met", pair(|t| t.scheduled = known(false)), Met),
        case(id, "at 7 days it counts", ran(7), Met),
        case(id, "after 7 days it does not", ran(8), Unknown),
        case(id, "by hand", one(|t| t.scheduled = known(false)), Unknown),
        case(id, "unknown", one(|t| t.scheduled = unknown()), Unknown),
        case(id, "attestation", vec![], Unknown),
        case(id, "nothing", vec![], Unknown),
    ]
}

fn chaos() -> Vec<Case> {
    let id = "chaos-experiments";
    vec![
        case(id, "met", [experiment("failed", 2), experiment("completed", 3)].concat(), Met),
        case(id, "at 90 days it counts", experiment("completed", 90), Met),
        case(id, "after 90 days it does not", experiment("completed", 91), Unknown),
        case(id, "stopped", experiment("stopped", 3), Unknown),
        case(id, "a template alone is no experiment", delivery(|d| d.experiment_templates = known(2)), Unknown),
        case(id, "unknown", of([Experiment { status: unknown(), created_at: known(days_ago(3)) }]), Unknown),
        case(id, "attestation", delivery(|_| {}), Unknown),
        case(id, "nothing", vec![], Unknown),
    ]
}

#[test]
fn every_criterion() {
    let stress = case("stress-reports", "attestation", one(|_| {}), Unknown);
    let all = [performed(), gates(), criteria(), regressions(), continuous(), chaos(), vec![stress]];
    check(Control::LoadTests, all.into_iter().flatten().collect());
}

#[test]
fn what_is_missing_is_named() {
    let reasons = |evidence: Vec<Facts>, id: &str| {
        let set = crate::testing::evidence_set(evidence, None);
        let settings = crate::model::Settings::default();
        let assessed = crate::model::assess(&set, &settings);
        let control = assessed.controls.into_iter().find(|c| c.control == Control::LoadTests).expect("it has rules");
        let result = control.criteria.into_iter().find(|c| c.criterion.id == id).expect("the criterion is there");
        (result.needs_attestation, result.gaps.total())
    };
    assert_eq!(reasons(delivery(|_| {}), "load-test-performed"), (true, 0));
    assert_eq!(reasons(delivery(|d| d.stacks = unknown()), "load-test-performed"), (true, 1));
    assert_eq!(reasons(of([elsewhere()]), "load-test-gate"), (true, 0));
    assert_eq!(reasons(of([pipeline(LoadTestGate::None)]), "load-test-gate"), (false, 0));
}
