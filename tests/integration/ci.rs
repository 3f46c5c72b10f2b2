//! The pipelines of docs/ci.md as they stand there: fit their products' schemas, and their shell does what the page says.
//!
//! The program is found by PATH: a wrapper stands there that adds `--demo` to a scan, in place of an account. What passes and what
//! fails is up to the `rung.toml` of the repository that the pipeline runs in.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{python, root};

const GITHUB: &str = ".github/workflows/performance.yml";
const GITLAB: &str = ".gitlab-ci.yml";
const MET: &str = "[targets]\ndefault = 2\n\"070\" = 3\n";
const MISSED: &str = "[targets]\ndefault = 2\n\"070\" = 5\n";
const STRICT: &str = "[targets]\n\"070\" = 3\n[thresholds]\n090.storage_type_selected_share = 100\n";

/// A checkout in which a pipeline runs.
struct Checkout {
    folder: TempDir,
    scripts: Value,
}

/// What a pipeline came to.
struct Ran {
    passed: bool,
    errors: String,
}

impl Checkout {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new(python())
            .args(["tests/ci/snippets.py", "docs/ci.md"])
            .arg(folder.path())
            .current_dir(root())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let wrapper = "#!/bin/sh\ncase \"$1\" in\n scan) shift; exec \"$REAL\" scan --demo \"$@\";;\n *) exec \"$REAL\" \"$@\";;\nesac\n";
        fs::create_dir(folder.path().join("bin")).unwrap();
        let rung = folder.path().join("bin/rung");
        fs::write(&rung, wrapper).unwrap();
        fs::set_permissions(&rung, fs::Permissions::from_mode(0o755)).unwrap();
        Checkout { folder, scripts: serde_json::from_slice(&done.stdout).unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs one script as the products do: until its first error.
    fn script(&self, file: &str, name: &str, vars: &[(&str, &str)]) -> Ran {
        let script =
            self.scripts[file][name].as_str().unwrap_or_else(|| panic!("{file} has no {name}: {}", self.scripts));
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]).env_clear().current_dir(self.folder.path());
        command.env("PATH", format!("{}:/usr/bin:/bin", self.path("bin").display()));
        command.env("REAL", env!("CARGO_BIN_EXE_rung")).env("HOME", self.path("home"));
        command.env("GITHUB_STEP_SUMMARY", self.path("summary.md"));
        command.env("AWS_WEB_IDENTITY_TOKEN_FILE", self.path(".aws-token")).env("RUNG_TOKEN", "a token");
        command.envs(vars.iter().copied());
        let output = command.output().unwrap();
        Ran { passed: output.status.success(), errors: String::from_utf8_lossy(&output.stderr).into_owned() }
    }

    fn settings(&self, text: &str) {
        fs::write(self.path("rung.toml"), text).unwrap();
    }

    /// Removes what a job leaves and the next begins without.
    fn fresh(&self) {
        for folder in ["out", "summary.md"] {
            let path = self.path(folder);
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

fn holds(path: &Path, words: &str) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(text.contains(words), "{} has no {words:?}", path.display());
}

#[test]
fn both_pipelines_fit_their_schemas() {
    let checkout = Checkout::new();
    for (file, schema) in [
        (GITHUB, &["--builtin-schema", "vendor.github-workflows"][..]),
        (GITLAB, &["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"]),
    ] {
        let check = |path: &Path| {
            Command::new(python()).args(["-m", "check_jsonschema"]).args(schema).arg(path).output().unwrap()
        };
        let done = check(&checkout.path(file));
        assert!(done.status.success(), "{file}: {}", String::from_utf8_lossy(&done.stdout));
        // And the check can fail.
        let text = fs::read_to_string(checkout.path(file)).unwrap();
        let wrong = text.replacen("runs-on:", "run-on:", 1).replacen("paths: [main/]", "paths: 7", 1);
        assert_ne!(wrong, text);
        fs::write(checkout.path("wrong.yml"), wrong).unwrap();
        assert!(!check(&checkout.path("wrong.yml")).status.success(), "{file}");
    }
}

#[test]
fn the_workflow_passes_fails_and_compares() {
    let checkout = Checkout::new();
    let step = |name: &str| checkout.script(GITHUB, name, &[]);
    checkout.settings(MET);
    let first = step("Scan");
    assert!(first.passed, "{}", first.errors);
    assert!(step("Summary and report").passed);
    holds(&checkout.path("summary.md"), "## Performance efficiency of account");
    holds(&checkout.path("out/report.html"), "<!doctype html>");
    assert!(step("What the next scan is compared with").passed);
    assert!(checkout.path("main/bundle/manifest.json").exists());

    // A target is missed: the job fails, and the steps that always run show it.
    checkout.fresh();
    checkout.settings(MISSED);
    let missed = step("Scan");
    assert!(
        !missed.passed && missed.errors.contains("070 Network Performance stands at 3, wanted 5"),
        "{}",
        missed.errors
    );
    assert!(step("Summary and report").passed);
    holds(&checkout.path("summary.md"), "WAF-PERF-070");

    // Lower than the main branch's.
    checkout.fresh();
    checkout.settings(STRICT);
    let fell = step("Scan");
    assert!(
        !fell.passed && fell.errors.contains("--no-regression: FAILS: 090 Storage I/O stands at 1, was 2"),
        "{}",
        fell.errors
    );
    assert!(step("Summary and report").passed);
    holds(&checkout.path("summary.md"), "storage-type-selected");

    // As good as the main branch's.
    checkout.fresh();
    checkout.settings(MET);
    let again = step("Scan");
    assert!(again.passed, "{}", again.errors);
}

#[test]
fn the_gitlab_job_passes_fails_and_compares() {
    let checkout = Checkout::new();
    let run = |branch: &str| {
        checkout.fresh();
        let vars = [("CI_COMMIT_BRANCH", branch), ("CI_DEFAULT_BRANCH", "main")];
        assert!(checkout.script(GITLAB, "before_script", &vars).passed);
        assert_eq!(fs::read_to_string(checkout.path(".aws-token")).unwrap(), "a token");
        let mode = fs::metadata(checkout.path(".aws-token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads the token");
        let ran = checkout.script(GITLAB, "script", &vars);
        let after = checkout.script(GITLAB, "after_script", &vars);
        assert!(after.passed, "{}", after.errors);
        assert!(!checkout.path(".aws-token").exists());
        ran
    };
    checkout.settings(MET);
    let first = run("topic");
    assert!(first.passed, "{}", first.errors);
    assert!(!checkout.path("main").exists(), "only the default branch is compared with");
    assert!(run("main").passed && checkout.path("main/bundle/manifest.json").exists());
    holds(&checkout.path("out/rung.xml"), "<testsuite");
    holds(&checkout.path("out/summary.md"), "## Performance efficiency");
    holds(&checkout.path("out/report.html"), "<!doctype html>");

    checkout.settings(MISSED);
    let missed = run("topic");
    assert!(!missed.passed && missed.errors.contains("--fail-below: FAILS"), "{}", missed.errors);
    checkout.settings(STRICT);
    let before = fs::read(checkout.path("main/bundle/manifest.json")).unwrap();
    let fell = run("main");
    assert!(!fell.passed && fell.errors.contains("--no-regression: FAILS"), "{}", fell.errors);
    let after = fs::read(checkout.path("main/bundle/manifest.json")).unwrap();
    assert_eq!(before, after, "a scan that failed is not what the next is compared with");
}

#[test]
fn every_command_that_the_page_shows_is_understood() {
    let page = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let block = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let rung = crate::common::Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "main/bundle"]);
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "main/next"]);
    fs::write(rung.path("rung.toml"), "[targets]\ndefault = 2\n").unwrap();
    let mut shown = 0;
    for line in block.lines() {
        let words = line.split('#').next().unwrap().split_whitespace().skip(1);
        let named = words.map(|word| match word {
            "BUNDLE" | "BEFORE" => "main/bundle",
            "AFTER" => "main/next",
            word => word,
        });
        let mut args: Vec<_> = named.collect();
        if args[0] == "scan" {
            args.insert(1, "--demo");
        }
        let code = rung.run(&args).status.code();
        assert!(matches!(code, Some(0 | 1 | 3)), "{line}: {code:?}");
        shown += 1;
    }
    assert!(shown >= 8, "{block}");
}
