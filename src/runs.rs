//! A scan as a process of its own: this very program, `rung scan`, started by a list of arguments, never through a shell. The web view,
//! the scheduler and the Lambda function start their scans here.
//!
//! It is stopped by closing its standard input, which works the same when whoever started it is killed: then too it leaves a bundle.

use std::{
    collections::VecDeque,
    ffi::OsString,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::watch;

use crate::{
    config::Flags,
    failure::Failure,
    store::{StoreUrl, VARIABLE},
};

/// Lines of a scan's standard error that are kept.
const LINES: usize = 40;
/// Characters of a line that are kept.
const LINE: usize = 2_000;
/// What whoever starts a scan knows, and the scan need not.
const SECRET: &str = "RUNG_SERVE_TOKEN";

/// A scan under way. Cloning is cheap. It goes on until it is told to end, or this process ends.
#[derive(Clone, Debug)]
pub struct Running {
    state: Arc<Mutex<State>>,
    ended: watch::Receiver<Option<Option<i32>>>,
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<String>,
    /// Closed to stop it.
    stdin: Option<ChildStdin>,
    stopping: bool,
}

/// The other end of a scan: whoever runs it says what it says, and when it has ended.
#[derive(Debug)]
pub struct Hand {
    state: Arc<Mutex<State>>,
    ended: watch::Sender<Option<Option<i32>>>,
}

impl Running {
    /// A scan that somebody else runs; tests do.
    pub fn by_hand() -> (Self, Hand) {
        let state = Arc::<Mutex<State>>::default();
        let (ended, told) = watch::channel(None);
        (Running { state: state.clone(), ended: told }, Hand { state, ended })
    }

    /// Has it write what it saw, and end.
    pub fn stop(&self) {
        let mut state = lock(&self.state);
        state.stopping = true;
        state.stdin = None;
    }

    /// Whether it was told to end.
    pub fn is_stopping(&self) -> bool {
        lock(&self.state).stopping
    }

    /// Its last lines.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.state).lines.iter().cloned().collect()
    }

    /// Waits for its end: the exit code, or none where a signal ended it.
    pub async fn end(&self) -> Option<i32> {
        let mut ended = self.ended.clone();
        let told = ended.wait_for(Option::is_some).await;
        told.map_or(None, |code| code.flatten())
    }
}

impl Hand {
    /// Keeps a line.
    pub fn say(&self, line: &str) {
        let line: String = line.trim_end().chars().take(LINE).collect();
        if line.is_empty() {
            return;
        }
        let mut state = lock(&self.state);
        state.lines.push_back(line);
        if state.lines.len() > LINES {
            state.lines.pop_front();
        }
    }

    /// Says that it has ended.
    pub fn end(&self, code: Option<i32>) {
        self.ended.send_replace(Some(code));
    }

    /// Whether it was told to end.
    pub fn is_stopping(&self) -> bool {
        lock(&self.state).stopping
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a scan with these arguments. The variables of the environment that are named beside the usual ones are not handed to it.
pub fn start(arguments: &[OsString], store: Option<&StoreUrl>, secrets: &[String]) -> Result<Running, Failure> {
    let failed = |error: io::Error| Failure::usage(format!("the scan cannot be started: {error}"));
    begin(command(arguments, store, secrets).map_err(failed)?, |_| ()).map_err(failed)
}

/// Starts a command as a scan; each line that it says is told as it comes.
pub(crate) fn begin(mut command: Command, tell: impl Fn(&str) + Send + 'static) -> io::Result<Running> {
    command.env("RUNG_PROGRESS", "lines");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let (running, hand) = Running::by_hand();
    lock(&running.state).stdin = child.stdin.take();
    tokio::task::spawn_blocking(move || follow(child, &hand, tell));
    Ok(running)
}

/// Keeps a scan's last lines, and waits for its end.
fn follow(mut child: Child, hand: &Hand, tell: impl Fn(&str)) {
    let stderr = child.stderr.take();
    let lines = stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n'));
    for line in lines.map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        tell(&line);
        hand.say(&line);
    }
    hand.end(child.wait().ok().and_then(|status| status.code()));
}

fn command(arguments: &[OsString], store: Option<&StoreUrl>, secrets: &[String]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments);
    for name in std::iter::once(SECRET).chain(secrets.iter().map(String::as_str)) {
        command.env_remove(name);
    }
    // It reads on which days others have scanned; whoever started it takes its bundle in. Not as an argument: those are seen by all.
    store.into_iter().for_each(|store| {
        command.env(VARIABLE, store.written());
    });
    // The terminal's Ctrl-C is for whoever started the scan, who then tells it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    Ok(command)
}

/// The arguments of a scan: its bundle, and the files that whoever starts it was given.
pub fn arguments(flags: &Flags, bundle: &Path) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["scan".into(), "--served".into(), "--bundle".into(), bundle.into()];
    let mut file = |flag: &str, path: &Path| all.extend([flag.into(), path.into()]);
    flags.config.iter().for_each(|path| file("--config", path));
    flags.attestations.iter().for_each(|path| file("--attestations", path));
    flags.waivers.iter().for_each(|path| file("--waivers", path));
    flags.register.iter().for_each(|path| file("--register", Path::new(path)));
    all
}

/// A folder for a bundle that is not there yet.
pub fn free(scans: &Path, now: Timestamp) -> PathBuf {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let names = std::iter::once(stamp.clone()).chain((2_u32..).map(|n| format!("{stamp}-{n}")));
    names.map(|name| scans.join(name)).find(|path| !path.exists()).unwrap_or_else(|| scans.join(stamp))
}

/// What an exit code says, as `rung --help` does.
pub fn meaning(code: Option<i32>) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_the_end_is_told_to_everybody() {
        let (running, hand) = Running::by_hand();
        (0..LINES + 3).for_each(|n| hand.say(&format!("line {n}\r")));
        hand.say("  ");
        assert_eq!((running.lines().len(), running.lines()[0].as_str()), (LINES, "line 3"));
        assert!(!hand.is_stopping());
        running.stop();
        assert!(hand.is_stopping() && running.is_stopping());
        hand.end(Some(3));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(async { (running.end().await, running.clone().end().await) }), (Some(3), Some(3)));
        // Whoever ran it and vanished left no exit code.
        let (running, hand) = Running::by_hand();
        drop(hand);
        assert_eq!(runtime.block_on(running.end()), None);
    }
}
