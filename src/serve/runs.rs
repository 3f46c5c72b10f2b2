//! Scans that are started here: this very program, `rung scan`, as a process of its own, one at a time.
//!
//! It is started by a list of arguments, never through a shell, and no visitor chooses any of them. It is stopped by closing
//! its standard input, which works the same when this server is killed: then too it leaves a bundle.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::intake::Intake;
use crate::{
    config::{Config, Flags},
    depot::Location,
    failure::Failure,
    plain::plain,
};

/// Lines of a scan's standard error that are kept.
const LINES: usize = 40;
/// Characters of a line that are kept.
const LINE: usize = 2_000;
/// Earlier runs that are shown.
const SHOWN: usize = 50;
/// Where earlier runs are written down, in the folder of bundles. What begins with a dot there is no bundle.
const KEPT: &str = ".serve-runs.jsonl";
/// What the server knows and its scans need not.
const SECRETS: [&str; 2] = ["RUNG_SERVE_TOKEN", "RUNG_STORE"];

/// A scan under way.
#[derive(Debug)]
struct Running {
    started: Timestamp,
    by: Option<String>,
    command: String,
    lines: VecDeque<String>,
    /// Closed to stop it.
    stdin: Option<ChildStdin>,
}

/// A scan under way, as the page shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Now {
    pub(super) started: String,
    pub(super) by: Option<String>,
    pub(super) command: String,
    pub(super) lines: Vec<String>,
    pub(super) stopping: bool,
}

/// A scan that was started here and has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ended {
    started: String,
    ended: String,
    by: Option<String>,
    command: String,
    /// The exit code; none where a signal ended it.
    code: Option<i32>,
    /// What it means.
    meaning: String,
    /// The bundle's folder, where there is one.
    bundle: Option<PathBuf>,
    /// Its last lines.
    lines: Vec<String>,
    /// Why the store did not take it in.
    unstored: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    running: Option<Running>,
    earlier: VecDeque<Ended>,
}

/// Scans that are started here. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Runs {
    state: Arc<Mutex<State>>,
    scans: PathBuf,
    intake: Intake,
    /// `--scans` of the scans that are started.
    named: Option<OsString>,
    busy: watch::Sender<bool>,
}

impl Runs {
    pub(super) fn new(scans: &Path, intake: Intake) -> Self {
        let earlier = earlier(&scans.join(KEPT));
        let state = Arc::new(Mutex::new(State { running: None, earlier }));
        Runs { state, scans: scans.to_owned(), intake, named: None, busy: watch::Sender::new(false) }
    }

    /// Tells the scans that are started where bundles lie.
    pub(super) fn naming(self, named: Option<&Location>) -> Self {
        Runs { named: named.map(Location::written), ..self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scan under way, and those that have ended, the last one first.
    pub(super) fn all(&self) -> (Option<Now>, Vec<Ended>) {
        let state = self.state();
        (state.running.as_ref().map(now), state.earlier.iter().cloned().collect())
    }

    /// Starts a scan. False where one is under way already.
    pub(super) fn start(&self, flags: &Flags, config: &Config, by: Option<String>) -> Result<bool, Failure> {
        let mut state = self.state();
        if state.running.is_some() {
            return Ok(false);
        }
        fs::create_dir_all(&self.scans).map_err(|error| Failure::file("make", &self.scans, &error))?;
        let bundle = free(&self.scans);
        let mut all = arguments(flags, config, &bundle);
        all.extend(self.named.iter().flat_map(|named| ["--scans".into(), named.clone()]));
        let mut child = spawn(&all)?;
        let started = Timestamp::now();
        let command = shown(flags, config);
        state.running = Some(Running { started, by, command, lines: VecDeque::new(), stdin: child.stdin.take() });
        self.busy.send_replace(true);
        drop(state);
        let runs = self.clone();
        tokio::spawn(async move { runs.follow(child, bundle).await });
        Ok(true)
    }

    /// Keeps a scan's last lines, waits for its end, and has the store take it in.
    async fn follow(self, mut child: Child, bundle: PathBuf) {
        let stderr = child.stderr.take();
        let reader = self.clone();
        let waited = tokio::task::spawn_blocking(move || {
            for line in stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n')).map_while(Result::ok)
            {
                reader.keep(&String::from_utf8_lossy(&line));
            }
            child.wait().ok().and_then(|status| status.code())
        });
        let code = waited.await.ok().flatten();
        let is_there = bundle.join("manifest.json").is_file();
        let unstored = match is_there {
            true => self.intake.take(&bundle).await.err(),
            false => None,
        };
        self.ended(code, is_there.then_some(bundle), unstored);
    }

    fn keep(&self, line: &str) {
        let line: String = line.trim_end().chars().take(LINE).collect();
        if let Some(running) = self.state().running.as_mut().filter(|_| !line.is_empty()) {
            running.lines.push_back(line);
            if running.lines.len() > LINES {
                running.lines.pop_front();
            }
        }
    }

    fn ended(&self, code: Option<i32>, bundle: Option<PathBuf>, unstored: Option<String>) {
        let mut state = self.state();
        if let Some(running) = state.running.take() {
            let Running { started, by, command, lines, .. } = running;
            let (started, ended) = (minute(started), minute(Timestamp::now()));
            let (meaning, lines) = (meaning(code).to_owned(), lines.into());
            let ended = Ended { started, ended, by, command, code, meaning, bundle, lines, unstored };
            write_down(&self.scans.join(KEPT), &ended);
            state.earlier.push_front(ended);
            state.earlier.truncate(SHOWN);
        }
        drop(state);
        self.busy.send_replace(false);
    }

    /// Has the scan under way write what it saw, and end.
    pub(super) fn stop(&self) {
        if let Some(running) = self.state().running.as_mut() {
            running.stdin = None;
        }
    }

    /// Stops the scan under way and waits until its bundle is written.
    pub(super) async fn close(&self) {
        self.stop();
        let mut busy = self.busy.subscribe();
        if *busy.borrow() {
            tell("waiting for the scan under way to write its bundle");
        }
        let _ = busy.wait_for(|busy| !busy).await;
    }
}

#[expect(clippy::print_stderr, reason = "the server's own log")]
fn tell(words: &str) {
    eprintln!("{}", plain(words));
}

fn now(running: &Running) -> Now {
    Now {
        started: minute(running.started),
        by: running.by.clone(),
        command: running.command.clone(),
        lines: running.lines.iter().cloned().collect(),
        stopping: running.stdin.is_none(),
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A folder for the bundle that is not there yet.
fn free(scans: &Path) -> PathBuf {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let names = std::iter::once(stamp.clone()).chain((2_u32..).map(|n| format!("{stamp}-{n}")));
    names.map(|name| scans.join(name)).find(|path| !path.exists()).unwrap_or_else(|| scans.join(stamp))
}

fn arguments(flags: &Flags, config: &Config, bundle: &Path) -> Vec<std::ffi::OsString> {
    let mut all: Vec<std::ffi::OsString> = vec!["scan".into(), "--served".into(), "--bundle".into(), bundle.into()];
    let mut file = |flag: &str, path: &Path| all.extend([flag.into(), path.into()]);
    flags.config.iter().for_each(|path| file("--config", path));
    flags.attestations.iter().for_each(|path| file("--attestations", path));
    flags.waivers.iter().for_each(|path| file("--waivers", path));
    flags.register.iter().for_each(|path| file("--register", Path::new(path)));
    all.extend(chosen(config).into_iter().map(Into::into));
    all
}

/// What `[serve]` of the configuration chooses.
fn chosen(config: &Config) -> Vec<String> {
    let mut all = Vec::new();
    if config.serve.demo {
        all.push("--demo".to_owned());
    }
    if config.serve.org {
        all.push("--org".to_owned());
    }
    all.extend(config.serve.regions.iter().flat_map(|region| ["--region".to_owned(), region.clone()]));
    all
}

/// The command as the page shows it.
pub(super) fn shown(flags: &Flags, config: &Config) -> String {
    let file = flags.config.iter().flat_map(|path| ["--config".to_owned(), path.display().to_string()]);
    let words = ["rung".to_owned(), "scan".to_owned()].into_iter().chain(file).chain(chosen(config));
    words.collect::<Vec<_>>().join(" ")
}

fn spawn(arguments: &[std::ffi::OsString]) -> Result<Child, Failure> {
    let failed = |error: std::io::Error| Failure::usage(format!("the scan cannot be started: {error}"));
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.env("RUNG_PROGRESS", "lines");
    SECRETS.iter().for_each(|name| {
        command.env_remove(name);
    });
    // The terminal's Ctrl-C is for the server, which then tells the scan.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(failed)
}

/// What an exit code says, as `rung --help` does.
fn meaning(code: Option<i32>) -> &'static str {
    match code {
        Some(0) => "done",
        Some(1) => "done, and a control stands below its bar",
        Some(2) => "usage, configuration or input is wrong",
        Some(3) => "the scan is not complete",
        Some(4) => "no usable credentials",
        Some(130) => "stopped; what was seen until then is in the bundle",
        Some(_) => "ended by a defect",
        None => "ended by a signal",
    }
}

/// The runs that were written down, the last one first. A line that cannot be read is passed over.
fn earlier(path: &Path) -> VecDeque<Ended> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().rev().filter_map(|line| serde_json::from_str(line).ok()).take(SHOWN).collect()
}

fn write_down(path: &Path, ended: &Ended) {
    let written = serde_json::to_string(ended).map_err(std::io::Error::other).and_then(|line| {
        let mut file = fs::File::options().create(true).append(true).open(path)?;
        writeln!(file, "{line}")
    });
    if let Err(error) = written {
        tell(&format!("{}: {error}: this run is forgotten when the server ends", path.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeTable;

    #[test]
    fn a_scan_is_started_with_what_is_configured_and_nothing_else() {
        let serve = ServeTable { regions: vec!["all".to_owned()], org: true, demo: false };
        let config = Config { serve, ..Config::default() };
        let flags = Flags { config: Some("a b.toml".into()), waivers: vec!["$(w).toml".into()], ..Flags::default() };
        let wanted = [
            "scan",
            "--served",
            "--bundle",
            "x",
            "--config",
            "a b.toml",
            "--waivers",
            "$(w).toml",
            "--org",
            "--region",
            "all",
        ];
        assert_eq!(arguments(&flags, &config, Path::new("x")), wanted);
        assert_eq!(shown(&flags, &config), "rung scan --config a b.toml --org --region all");
    }

    #[test]
    fn what_was_written_down_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(KEPT);
        for n in 0..SHOWN + 5 {
            let ended = Ended {
                started: n.to_string(),
                ended: String::new(),
                by: Some("ada".to_owned()),
                command: String::new(),
                code: Some(0),
                meaning: String::new(),
                bundle: None,
                lines: Vec::new(),
                unstored: None,
            };
            write_down(&path, &ended);
        }
        fs::File::options().append(true).open(&path).unwrap().write_all(b"torn").unwrap();
        let earlier = earlier(&path);
        assert_eq!(earlier.len(), SHOWN);
        assert_eq!(earlier[0].started, (SHOWN + 4).to_string());
    }
}
