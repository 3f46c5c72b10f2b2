use super::Steps;
use crate::{
    facts::{
        Facts,
        VolumeType::{Gp2, Gp3},
    },
    model::{
        Settings, StepReport, StepState, assess,
        people_tests_support::{automation, volume},
    },
    testing::{evidence_set, known},
};

fn gp2(size: u32, saving: f64) -> Facts {
    let Facts::Volume(mut volume) = volume(Gp2) else { panic!("a volume") };
    volume.size_gib = known(size);
    volume.gp3_saving_usd_month = known(Some(saving));
    Facts::Volume(volume)
}

fn migration(evidence: Vec<Facts>) -> StepReport {
    let (set, settings) = (evidence_set(evidence, None), Settings::default());
    let assessed = assess(&set, &settings);
    let mut steps = Steps::default();
    steps.add(&set, &assessed, &assessed);
    steps.report(&assessed, &|_| "why".to_owned()).remove(4)
}

#[test]
fn an_open_step_names_what_it_touches_the_most_rewarding_first() {
    let step = migration(vec![gp2(100, 2.0), gp2(500, 10.0), volume(Gp3), automation(0)]);
    assert_eq!((step.state, step.subjects_total, step.saving_usd_month), (StepState::Open, 2, Some(12.0)));
    assert_eq!(step.subjects[0].saving_usd_month, Some(10.0));
    assert_eq!(step.subjects[0].action, "Change from gp2 to gp3 (500 GiB, 3000 IOPS today).");
    assert!(step.criteria.iter().all(|criterion| criterion.why == "why"));
}

#[test]
fn a_step_is_done_unknown_or_not_applicable() {
    assert_eq!(migration(vec![volume(Gp3)]).state, StepState::Done);
    assert!(migration(vec![volume(Gp3)]).subjects.is_empty());
    assert_eq!(migration(vec![]).state, StepState::NotApplicable);
    let Facts::Volume(mut hidden) = volume(Gp2) else { panic!("a volume") };
    hidden.volume_type = crate::testing::unknown();
    let step = migration(vec![Facts::Volume(hidden)]);
    assert_eq!((step.state, step.subjects_total), (StepState::Unknown, 1));
}

#[test]
fn at_most_fifty_are_named_and_all_are_counted() {
    let step = migration((0..60).map(|n| gp2(10, f64::from(n))).collect());
    assert_eq!((step.subjects.len(), step.subjects_total), (50, 60));
    assert_eq!(step.saving_usd_month, Some(1770.0));
}
