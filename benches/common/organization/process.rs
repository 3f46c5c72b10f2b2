//! The program as child processes, alone or side by side: how long each ran, what it took, what it said.

use std::{
    fs::{self, File},
    io::{Read, Seek},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{REGIONS, directory};

/// How often the kernel is asked: what a process held at its end is in its own peak.
const LOOK: Duration = Duration::from_millis(20);

/// How a run went.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_mib: f64,
    /// Standard output.
    pub(crate) said: String,
    /// The last lines of standard error.
    pub(crate) words: Vec<String>,
}

impl Ran {
    /// Fails where the program did.
    pub(crate) fn well(self, what: &str) -> Ran {
        assert!(self.code == Some(0), "{what}: exit code {:?}\n{}", self.code, self.words.join("\n"));
        self
    }
}

/// `rung` with nothing of this machine's configuration, which asks the server at `url`.
pub(crate) fn rung(home: &Path, url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rung"));
    let scratch = home.join("tmp");
    fs::create_dir_all(&scratch).unwrap();
    command.args(args).env_clear().current_dir(home).stdin(Stdio::null());
    command.env("HOME", home).env("TMPDIR", scratch).env("PATH", "/usr/bin:/bin");
    // The server reads the account from the key.
    let key = format!("AKIA{}", directory::FIRST);
    for (name, value) in [("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", &key), ("AWS_SECRET_ACCESS_KEY", "x")] {
        command.env(name, value);
    }
    command.env("AWS_REGION", REGIONS[0]).env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

/// Runs one.
pub(crate) fn run(command: Command) -> Ran {
    run_all(vec![command]).remove(0)
}

/// Runs one, and looks at it all the while, by its id.
pub(crate) fn run_watched(command: Command, look: &mut dyn FnMut(u32)) -> Ran {
    let mut running = Running::start(command);
    while !running.look() {
        look(running.child.id());
        thread::sleep(LOOK);
    }
    running.end()
}

/// Runs all at once and waits for the last.
pub(crate) fn run_all(commands: Vec<Command>) -> Vec<Ran> {
    let mut all: Vec<_> = commands.into_iter().map(Running::start).collect();
    // A child that has ended keeps its processor time, but not its memory, until it is waited for.
    while all.iter_mut().map(Running::look).filter(|ended| !ended).count() > 0 {
        thread::sleep(LOOK);
    }
    all.into_iter().map(Running::end).collect()
}

struct Running {
    child: Child,
    out: File,
    err: File,
    began: Instant,
    seconds: Option<f64>,
    peak_mib: f64,
}

impl Running {
    fn start(mut command: Command) -> Running {
        let (out, err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        command.stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
        Running { child: command.spawn().unwrap(), out, err, began: Instant::now(), seconds: None, peak_mib: 0.0 }
    }

    /// Whether it has ended.
    fn look(&mut self) -> bool {
        let id = self.child.id();
        if self.seconds.is_none() {
            self.peak_mib = self.peak_mib.max(memory_mib(id));
            self.seconds = ended(id).then(|| self.began.elapsed().as_secs_f64());
        }
        self.seconds.is_some()
    }

    fn end(mut self) -> Ran {
        let cpu_seconds = cpu_seconds(self.child.id());
        let code = self.child.wait().unwrap().code();
        let (said, words) = (text(&mut self.out), text(&mut self.err));
        let words = words.lines().rev().take(5).collect::<Vec<_>>().into_iter().rev().map(str::to_owned).collect();
        let seconds = self.seconds.unwrap_or_default();
        Ran { code, seconds, cpu_seconds, peak_mib: self.peak_mib, said, words }
    }
}

fn text(file: &mut File) -> String {
    let mut text = String::new();
    file.rewind().and_then(|()| file.read_to_string(&mut text)).unwrap();
    text
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

/// Bytes of files that a process has open and that have no name any more.
pub(crate) fn nameless(id: u32) -> u64 {
    let open = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten().map(|one| one.path());
    let gone = open.filter(|one| fs::read_link(one).is_ok_and(|to| to.to_string_lossy().ends_with("(deleted)")));
    gone.filter_map(|one| one.metadata().ok()).map(|file| file.len()).sum()
}

/// Bytes and files under a folder.
pub(crate) fn weigh(folder: &Path) -> (u64, usize) {
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

/// Bytes as MiB.
pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
