//! The architecture as tests: who may import whom, and that the project stands alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

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

/// Every file that can be a text below a folder.
fn texts(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, visit);
        } else if let Ok(text) = fs::read_to_string(&path) {
            visit(&path, &text);
        }
    }
}

#[test]
fn the_project_stands_alone() {
    let outside = ["..", "/shared"].concat();
    let mut read = BTreeSet::new();
    let mut alone = |path: &Path, text: &str| {
        assert!(!text.contains(&outside), "{} points outside", path.display());
        read.extend(path.extension().map(|ending| ending.to_string_lossy().into_owned()));
    };
    for folder in [".ci", "src", "rules", "collectors", "deploy", "tests", "docs", "scripts", "benches"] {
        texts(&root().join(folder), &mut alone);
    }
    for file in ["README.md", "CONTRIBUTING.md", "Containerfile", "Cargo.toml", "build.rs"] {
        alone(Path::new(file), &fs::read_to_string(root().join(file)).unwrap());
    }
    for ending in ["rs", "md", "py", "js", "toml", "yaml", "tf"] {
        assert!(read.contains(ending), "no file that ends in .{ending} was read: {read:?}");
    }
}

/// What `cargo tree` says of the packages it names: name and version, features.
fn features(args: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let args = [&["tree", "--offline", "--prefix", "none", "-f", "{p}|{f}"], args].concat();
    let output = Command::new(env!("CARGO")).args(args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut packages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (package, features) in text.lines().filter_map(|line| line.split_once('|')) {
        let own = packages.entry(package.to_owned()).or_default();
        own.extend(features.trim_end_matches(" (*)").split(',').map(str::to_owned));
    }
    packages
}

#[test]
fn program_and_tests_share_one_build_of_the_sdk() {
    let program = features(&["--package", "rung", "--edges", "normal"]);
    let tests = features(&["--workspace", "--edges", "normal,dev"]);
    let changed: Vec<_> = program
        .iter()
        .filter_map(|(package, own)| {
            let added: Vec<_> = tests.get(package)?.difference(own).collect();
            (!added.is_empty()).then(|| format!("{package}: {added:?}"))
        })
        .collect();
    assert!(changed.is_empty(), "the tests turn on features, so everything above is built twice: {changed:#?}");
}
