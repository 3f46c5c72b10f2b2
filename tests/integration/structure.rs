//! The architecture as tests: who may import whom, and that the project stands alone.

use std::{fs, path::Path};

use crate::common::root;

fn sources(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, visit);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            visit(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn rules_know_neither_aws_nor_collectors() {
    let manifest = fs::read_to_string(root().join("rules/Cargo.toml")).unwrap();
    assert!(!manifest.contains("aws-") && !manifest.contains("rung-collectors") && !manifest.contains("tokio"));
}

#[test]
fn collectors_do_not_judge() {
    sources(&root().join("collectors"), &mut |path, text| {
        for word in ["Outcome::", "Verdict::", "model::assess", "Criterion {"] {
            assert!(!text.contains(word), "{} uses {word}", path.display());
        }
    });
}

#[test]
fn the_project_stands_alone() {
    let outside = ["..", "/shared"].concat();
    for folder in ["src", "rules", "collectors", "tests", "docs", "scripts", "benches"] {
        sources(&root().join(folder), &mut |path, text| {
            assert!(!text.contains(&outside), "{} points outside", path.display());
        });
    }
}
