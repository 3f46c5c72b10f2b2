use super::{Assumption, Change, assume};
use crate::{
    all_criteria,
    facts::{
        Facts,
        VolumeType::{Gp2, Gp3},
    },
    model::{
        Control, Level, Outcome, Pattern, Settings, assess,
        people::tests::{automation, volume},
    },
    testing::{evidence_set, known},
};

fn gp2(saving: f64) -> Facts {
    let Facts::Volume(mut volume) = volume(Gp2) else { panic!("a volume") };
    volume.gp3_saving_usd_month = known(Some(saving));
    Facts::Volume(volume)
}

fn then(evidence: Vec<Facts>, criterion: &'static str, subjects: &[&str]) -> (Option<Level>, Vec<Change>) {
    let (set, settings) = (evidence_set(evidence, None), Settings::default());
    let mut assessed = assess(&set, &settings);
    let subjects = subjects.iter().map(|subject| Pattern((*subject).to_owned())).collect();
    let assumption = Assumption { control: Control::StorageIo, criterion, subjects };
    let changes = assume(&set, &settings, &mut assessed, &[assumption]);
    let control = assessed.controls.iter().find(|c| c.control == Control::StorageIo).unwrap();
    (control.levels.map(|levels| levels.confirmed), changes)
}

#[test]
fn what_is_assumed_lifts_and_what_follows_from_it_too() {
    let (level, changes) = then(vec![gp2(4.0), gp2(6.5), volume(Gp3), automation(1)], "gp2-migration-complete", &[]);
    assert_eq!(level, Some(Level::L5));
    let own = changes.iter().find(|change| !change.implied).unwrap();
    assert_eq!((own.was, own.becomes, own.subjects.len()), (Outcome::Unmet, Outcome::Met, 2));
    assert_eq!(own.saving_usd_month, Some(10.5));
    let selected = changes.iter().find(|change| change.criterion == "storage-type-selected").unwrap();
    assert!(selected.implied && selected.becomes == Outcome::Met);
    assert_eq!(selected.saving_usd_month, None, "saved once, with what it follows from");
}

#[test]
fn an_alarm_on_a_volume_saves_nothing() {
    let Facts::Volume(mut volume) = gp2(4.0) else { panic!("a volume") };
    volume.io_alarm = known(false);
    let (_, changes) = then(vec![Facts::Volume(volume)], "io-alarms", &[]);
    assert_eq!((changes[0].subjects.len(), changes[0].saving_usd_month), (1, None));
}

#[test]
fn some_subjects_may_not_be_enough() {
    let evidence = vec![gp2(4.0), gp2(6.5), volume(Gp3), automation(1)];
    let (level, changes) = then(evidence, "gp2-migration-complete", &["*thing/0"]);
    assert_eq!(level, Some(Level::L3));
    let own = changes.iter().find(|change| !change.implied).unwrap();
    assert_eq!((own.becomes, own.subjects.len(), own.saving_usd_month), (Outcome::Unmet, 1, Some(4.0)));
}

#[test]
fn what_only_a_person_can_say_may_be_assumed() {
    let (level, changes) = then(vec![volume(Gp3), automation(0)], "storage-auto-tuning", &[]);
    assert_eq!((level, changes[0].was), (Some(Level::L5), Outcome::Unknown));
}

#[test]
fn what_does_not_apply_stays_so() {
    let (_, changes) = then(vec![volume(Gp3)], "intelligent-tiering", &[]);
    assert_eq!(changes[0].becomes, Outcome::NotApplicable);
}

#[test]
fn what_is_implied_exists() {
    for (control, from, follows) in super::IMPLIED {
        for id in follows.iter().chain([from]) {
            let known = all_criteria().any(|(own, criterion)| own == *control && criterion.id == *id);
            assert!(known, "{} {id}", control.id());
        }
    }
}
