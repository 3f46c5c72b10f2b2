//! The program in a scrubbed environment, the emulator as a child process, and small readers of JSON.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
};

use rung::scan::{Input, Request, Scanned};
use rung_collectors::aws::{Recording, Replay};
use rung_rules::{
    compose::{Parts, compose},
    model::{Assessment, Finding, Judged, Settings, assess},
};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program with a home of its own and nothing of the caller's environment.
pub(crate) struct Rung {
    pub(crate) home: TempDir,
    vars: Vec<(String, String)>,
}

impl Rung {
    pub(crate) fn new() -> Self {
        Rung { home: tempfile::tempdir().unwrap(), vars: Vec::new() }
    }

    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
        command.args(args).env_clear().current_dir(self.home.path()).stdin(Stdio::null());
        command.env("HOME", self.home.path()).env("PATH", "/usr/bin:/bin").env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(self.vars.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it and expects success; standard output as text.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it and expects this exit code; standard error as text.
    pub(crate) fn fails(&self, code: i32, args: &[&str]) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        stderr
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// moto behind the project's own front, on free ports; stopped by its process id.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) url: String,
}

impl Emulator {
    pub(crate) fn start(scenario: &str) -> Self {
        let mut child = Command::new(python())
            .args(["tests/emulator/front.py", "--port", "0"])
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/test installs the emulator into .venv");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("LISTENING ").expect("the front says where it listens").to_owned();
        let emulator = Emulator { child, url };
        let seed = ["tests/emulator/seed.py", &emulator.url, "--scenario", scenario];
        let seeded = Command::new(python()).args(seed).current_dir(root()).output().unwrap();
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        emulator
    }

    /// Improves the account of the scenario `alder` by one of its steps.
    pub(crate) fn improve(&self, step: &str) {
        let args = ["tests/emulator/seed.py", &self.url, "--step", step];
        let done = Command::new(python()).args(args).current_dir(root()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// The program with credentials for the emulator.
    pub(crate) fn rung(&self) -> Rung {
        Rung::new()
            .var("AWS_ENDPOINT_URL", &self.url)
            .var("AWS_ACCESS_KEY_ID", "testing")
            .var("AWS_SECRET_ACCESS_KEY", "a-very-secret-key")
            .var("AWS_SESSION_TOKEN", "a-very-secret-token")
            .var("AWS_REGION", "us-east-1")
    }

    /// Sets faults while it runs.
    pub(crate) fn control(&self, json: &str) {
        self.tell("/_control", json);
    }

    /// Posts to the emulator itself.
    pub(crate) fn tell(&self, path: &str, json: &str) -> Value {
        self.request("u.Request(sys.argv[1], data=sys.argv[2].encode(), method='POST')", path, json)
    }

    /// Asks the emulator itself.
    pub(crate) fn ask(&self, path: &str) -> Value {
        self.request("sys.argv[1]", path, "")
    }

    fn request(&self, request: &str, path: &str, json: &str) -> Value {
        let script = format!("import sys,urllib.request as u; sys.stdout.buffer.write(u.urlopen({request}).read())");
        let args = ["-c", &script, &format!("{}{path}", self.url), json];
        let done = Command::new(python()).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// Requests by `service:Operation` since the last reset.
    pub(crate) fn counts(&self) -> Value {
        self.ask("/_counts")
    }

    /// Counts to zero, and no faults any more.
    pub(crate) fn reset_counts(&self) {
        self.tell("/_reset", "{}");
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Its end of standard input closes with the child: the front then stops moto and itself.
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if self.child.try_wait().unwrap().is_some() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn python() -> PathBuf {
    root().join(".venv/bin/python")
}

pub(crate) fn demo() -> Recording {
    Recording::open(&root().join("fixtures/accounts/demo")).unwrap()
}

/// Scans a recording in this process.
pub(crate) fn scan(replay: Arc<Replay>) -> Scanned {
    scan_with(replay, |_| ())
}

pub(crate) fn scan_with(replay: Arc<Replay>, change: impl FnOnce(&mut Request)) -> Scanned {
    let mut request = Request::new(Input::Replay(replay));
    change(&mut request);
    let (_keep, stop) = tokio::sync::watch::channel(false);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(rung::scan::run(request, stop)).unwrap()
}

/// The assessment of a scan, findings included.
pub(crate) fn assessment(scanned: &Scanned) -> Assessment {
    let settings = Settings::default();
    let assessed = assess(&scanned.set, &settings);
    let parts = Parts { set: &scanned.set, settings: &settings, assessed: &assessed, version: "test" };
    let (head, findings) = compose(parts, scanned.scan.clone()).with_findings(());
    let findings: Vec<Finding> = findings.iter().map(Judged::into_finding).collect();
    head.with_findings(findings).0
}

/// `{"090": "2-4"}`: confirmed and possible level of each control.
pub(crate) fn levels(assessment: &Value) -> Vec<(String, String)> {
    let level = |control: &Value, name: &str| control[name].as_u64().map_or("-".to_owned(), |n| n.to_string());
    assessment["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|control| {
            let id = control["id"].as_str().unwrap().to_owned();
            (id, format!("{}-{}", level(control, "confirmed"), level(control, "possible")))
        })
        .collect()
}

/// Outcome of each criterion, by its full id.
pub(crate) fn outcomes(assessment: &Value) -> std::collections::BTreeMap<String, String> {
    let controls = assessment["controls"].as_array().unwrap().iter();
    controls
        .flat_map(|control| control["criteria"].as_array().unwrap())
        .map(|c| (c["id"].as_str().unwrap().to_owned(), c["outcome"].as_str().unwrap().to_owned()))
        .collect()
}
