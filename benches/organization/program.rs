//! The program as a child process: how long it ran, what it took, what it left.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How a run went.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_mib: f64,
    pub(crate) bundle_bytes: u64,
    pub(crate) bundle_files: usize,
    /// The last lines of what it said.
    pub(crate) words: Vec<String>,
}

/// Runs `rung scan --org` against the server, with these further flags.
pub(crate) fn run(url: &str, regions: &[&str], flags: &[String]) -> Ran {
    let home = tempfile::tempdir().unwrap();
    let (bundle, words) = (home.path().join("bundle"), home.path().join("words"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
    command.args(["scan", "--org", "--role-name", "rung-read-only", "--quiet", "--bundle"]).arg(&bundle);
    regions.iter().for_each(|region| {
        command.args(["--region", region]);
    });
    command.args(flags).env_clear().current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(fs::File::create(&words).unwrap()).env("HOME", home.path()).env("PATH", "/usr/bin:/bin");
    // The server reads the account from the key.
    let key = format!("AKIA{}", super::directory::FIRST);
    for (name, value) in [("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", &key), ("AWS_SECRET_ACCESS_KEY", "x")] {
        command.env(name, value);
    }
    command.env("AWS_REGION", regions[0]).env("AWS_EC2_METADATA_DISABLED", "true");
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let (mut peak_mib, id) = (0.0_f64, child.id());
    // A child that has ended keeps its processor time, but not its memory, until it is waited for.
    while !ended(id) {
        peak_mib = peak_mib.max(memory_mib(id));
        thread::sleep(Duration::from_millis(20));
    }
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), cpu_seconds(id));
    let code = child.wait().unwrap().code();
    let (bundle_bytes, bundle_files) = weigh(&bundle);
    let said = fs::read_to_string(&words).unwrap();
    let words = said.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev().map(str::to_owned).collect();
    Ran { code, seconds, cpu_seconds, peak_mib, bundle_bytes, bundle_files, words }
}

/// The fields of `/proc/ID/stat` after the name: the state is the first.
fn stat(id: u32) -> Vec<String> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(") ").map(|(_, fields)| fields).unwrap_or_default();
    fields.split_whitespace().map(str::to_owned).collect()
}

fn ended(id: u32) -> bool {
    stat(id).first().is_none_or(|state| state == "Z")
}

/// Processor time of a process, user and system, in seconds: the kernel counts in hundredths.
pub(crate) fn cpu_seconds(id: u32) -> f64 {
    let stat = stat(id);
    let ticks = |at: usize| stat.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory that a process ever had, by the kernel's account; 0 when it has ended.
fn memory_mib(id: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

/// Bytes and files under a folder.
fn weigh(folder: &Path) -> (u64, usize) {
    let Ok(entries) = fs::read_dir(folder) else { return (0, 0) };
    entries.flatten().fold((0, 0), |(bytes, files), entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            let below = weigh(&entry.path());
            (bytes + below.0, files + below.1)
        }
        Ok(metadata) => (bytes + metadata.len(), files + 1),
        Err(_) => (bytes, files),
    })
}
