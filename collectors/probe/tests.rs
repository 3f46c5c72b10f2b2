//! Every declared operation is tried, in the places where a scan asks it.

use std::collections::BTreeSet;

use super::{ASKED_BEFORE, OF_ORGANIZATION, tries, tries::At, untried};
use crate::calls;

#[test]
fn every_declared_operation_is_tried_once() {
    assert_eq!(
        untried(),
        Vec::<String>::new(),
        "declared, and tried nowhere: add a Try to a table of collectors/probe/"
    );
    let names: Vec<String> = tries().map(|one| one.call.name()).collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "tried twice: {names:?}");
    assert_eq!(names.len() + ASKED_BEFORE.len() + OF_ORGANIZATION.len(), calls::all().count());
}

#[test]
fn operations_are_tried_where_the_demo_scan_asked_them() {
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/accounts/demo");
    let asked = |place: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(demo.join(place)).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.to_string_lossy().replacen('.', ":", 1)).collect()
    };
    let tried = |global: bool| -> BTreeSet<String> {
        tries().filter(|one| one.at.is_at(global)).map(|one| one.call.name()).collect()
    };
    let before: BTreeSet<String> = ASKED_BEFORE.iter().map(|call| call.name()).collect();
    let missing = |place: &str, global: bool| -> Vec<String> {
        asked(place).difference(&tried(global)).filter(|name| !before.contains(*name)).cloned().collect()
    };
    assert_eq!(missing("global", true), Vec::<String>::new());
    assert_eq!(missing("us-east-1", false), Vec::<String>::new());
    // And nowhere else: a global operation is asked once.
    let global: BTreeSet<String> = tries().filter(|one| one.at == At::Global).map(|one| one.call.name()).collect();
    assert_eq!(global.intersection(&asked("us-east-1")).collect::<Vec<_>>(), Vec::<&String>::new());
}
