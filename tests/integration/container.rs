//! The container file: linted, and what it copies is what the program is built from. No image is built here.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    common::{Rung, python, root},
    schedule_print::read,
};

/// Instructions with their values.
fn instructions() -> Vec<(String, String)> {
    let all = read("container", &root().join("Containerfile"));
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    all.as_array().unwrap().iter().map(|one| (text(&one["instruction"]), text(&one["value"]))).collect()
}

/// What is copied from the project.
fn copied() -> Vec<String> {
    let copies = instructions().into_iter().filter(|(name, value)| name == "COPY" && !value.starts_with("--from"));
    copies
        .flat_map(|(_, value)| {
            let words: Vec<_> = value.split_whitespace().map(str::to_owned).collect();
            words[..words.len() - 1].to_vec()
        })
        .collect()
}

#[test]
fn hadolint_has_nothing_to_say() {
    let lint = Command::new(python().with_file_name("hadolint")).arg(root().join("Containerfile")).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&lint.stdout), String::from_utf8_lossy(&lint.stderr));
    assert!(lint.status.success() && told.is_empty(), "{told}");
}

#[test]
fn it_runs_the_program_without_rights_and_is_built_by_the_compiler_that_is_asked_for() {
    let all = instructions();
    let values =
        |name: &str| all.iter().filter(|(one, _)| one == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    assert_eq!(values("ENTRYPOINT"), ["[\"rung\"]"]);
    assert_eq!(values("USER"), ["65532:65532"]);
    assert_eq!(values("STOPSIGNAL"), ["SIGINT"]);
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let version = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    let from = values("FROM");
    assert!(from[0].starts_with(&format!("rust:{version}-")) && from[1].contains("nonroot"), "{from:?}");
    // Static: built where the C library is linked in, run where there is none.
    assert!(from[0].contains("-alpine ") && from[1].contains("/distroless/static-"), "{from:?}");
    // What is copied out of the first stage is made there.
    let made = values("RUN").join(" ");
    for copy in values("COPY").into_iter().filter_map(|value| value.strip_prefix("--from=build ")) {
        let source = copy.split_whitespace().find(|word| word.starts_with("/out")).unwrap();
        assert!(made.contains(source), "{source} is not made");
    }
    assert_eq!(
        Rung::new().ok(&["schedule", "print", "container"]),
        fs::read_to_string(root().join("Containerfile")).unwrap()
    );
}

#[test]
fn everything_that_is_copied_is_there_and_is_sent() {
    let ignore = fs::read_to_string(root().join(".dockerignore")).unwrap();
    let sent: BTreeSet<_> = ignore.lines().filter_map(|line| line.strip_prefix('!').map(str::to_owned)).collect();
    let copied: BTreeSet<_> = copied().into_iter().collect();
    for source in &copied {
        assert!(root().join(source).exists(), "{source} is not there");
    }
    assert!(ignore.lines().any(|line| line == "*"));
    assert_eq!(sent, copied);
}

fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            all.push(path);
        }
    }
}

#[test]
fn everything_that_a_build_reads_is_copied() {
    let copied: Vec<_> = copied().iter().map(|source| root().join(source)).collect();
    let has = |path: &Path| copied.iter().any(|source| path.starts_with(source));
    let mut all = vec![root().join("build.rs")];
    for folder in ["src", "collectors", "rules"] {
        sources(&root().join(folder), &mut all);
    }
    let included = regex::Regex::new(r#"(?:include_str|include_bytes|migrate)!\(\s*"([^"]+)"\s*\)"#).unwrap();
    let mut count = 0;
    for source in all {
        let text = fs::read_to_string(&source).unwrap();
        for (_, [named]) in included.captures_iter(&text).map(|found| found.extract()) {
            let beside = source.parent().unwrap().join(named);
            let path = if beside.exists() { beside } else { root().join(named) };
            let path = path.canonicalize().unwrap_or_else(|error| panic!("{}: {named}: {error}", source.display()));
            assert!(has(&path), "{} reads {}, which is not copied", source.display(), path.display());
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
    let demo = fs::read_to_string(root().join("build.rs")).unwrap();
    assert!(demo.contains("\"fixtures/accounts/demo\"") && has(&root().join("fixtures/accounts/demo")));
}

#[test]
fn cargo_reads_the_project_from_what_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    for source in copied() {
        let target = folder.path().join(&source);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        let done = Command::new("cp").arg("-r").arg(root().join(&source)).arg(&target).status().unwrap();
        assert!(done.success());
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--locked", "--offline", "--no-deps", "--format-version=1"]).current_dir(folder.path());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
