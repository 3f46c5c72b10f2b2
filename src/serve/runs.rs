//! Scans that are started here: this very program, `rung scan`, as a process of its own, one at a time.
//!
//! It is started by a list of arguments, never through a shell, and no visitor chooses any of them. It is stopped by closing
//! its standard input, which works the same when this server is killed: then too it leaves a bundle.

use std::{
    collections::VecDeque,
    ffi::OsString,
    fs,
    io::Write,
    path::{Path, PathBuf},
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
    runs,
    store::StoreUrl,
};

/// Earlier runs that are shown.
const SHOWN: usize = 50;
/// Where earlier runs are written down, in the folder of bundles. What begins with a dot there is no bundle.
const KEPT: &str = ".serve-runs.jsonl";

/// A scan under way.
#[derive(Debug)]
struct Running {
    started: Timestamp,
    by: Option<String>,
    command: String,
    scan: runs::Running,
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
    /// The store that is shown.
    store: Option<StoreUrl>,
    busy: watch::Sender<bool>,
}

impl Runs {
    pub(super) fn new(scans: &Path, intake: Intake) -> Self {
        let earlier = earlier(&scans.join(KEPT));
        let state = Arc::new(Mutex::new(State { running: None, earlier }));
        Runs { state, scans: scans.to_owned(), intake, named: None, store: None, busy: watch::Sender::new(false) }
    }

    /// Tells the scans that are started where bundles lie.
    pub(super) fn naming(self, named: Option<&Location>, store: &StoreUrl) -> Self {
        Runs { named: named.map(Location::written), store: Some(store.clone()), ..self }
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
        let started = Timestamp::now();
        let bundle = runs::free(&self.scans, started);
        let mut all = arguments(flags, config, &bundle);
        all.extend(self.named.iter().flat_map(|named| ["--scans".into(), named.clone()]));
        let scan = runs::start(&all, self.store.as_ref(), &[])?;
        let command = shown(flags, config);
        state.running = Some(Running { started, by, command, scan: scan.clone() });
        self.busy.send_replace(true);
        drop(state);
        let runs = self.clone();
        tokio::spawn(async move { runs.follow(scan, bundle).await });
        Ok(true)
    }

    /// Waits for a scan's end, and has the store take it in.
    async fn follow(self, scan: runs::Running, bundle: PathBuf) {
        let code = scan.end().await;
        let is_there = bundle.join("manifest.json").is_file();
        let unstored = match is_there {
            true => self.intake.take(&bundle).await.err(),
            false => None,
        };
        self.ended(code, is_there.then_some(bundle), unstored);
    }

    fn ended(&self, code: Option<i32>, bundle: Option<PathBuf>, unstored: Option<String>) {
        let mut state = self.state();
        if let Some(running) = state.running.take() {
            let Running { started, by, command, scan } = running;
            let (started, ended) = (minute(started), minute(Timestamp::now()));
            let (meaning, lines) = (runs::meaning(code).to_owned(), scan.lines());
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
        if let Some(running) = &self.state().running {
            running.scan.stop();
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
        lines: running.scan.lines(),
        stopping: running.scan.is_stopping(),
    }
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn arguments(flags: &Flags, config: &Config, bundle: &Path) -> Vec<std::ffi::OsString> {
    let mut all = runs::arguments(flags, bundle);
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
