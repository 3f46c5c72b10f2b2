//! The scan as a process, its folders below /tmp, and the bundle that it left.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    bundle::{Bundle, Sealed},
    failure::Failure,
    plain::plain,
};

/// Last lines of a scan that an error tells.
const LINES: usize = 12;
/// Characters of a line that are kept.
const LINE: usize = 500;
/// How deep a bundle lies below the folders of the program at most.
const DEPTH: usize = 5;

/// The folders that a scan writes into.
#[derive(Clone, Debug)]
pub(super) struct Places {
    home: PathBuf,
    data: PathBuf,
    cache: PathBuf,
}

/// A scan that has ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// The exit code; none where a signal ended it.
    pub(super) code: Option<i32>,
    /// Whether it was told to end, because time was up.
    pub(super) stopped: bool,
    /// Its last lines.
    pub(super) lines: Vec<String>,
}

impl Places {
    pub(super) fn below(folder: &Path) -> Self {
        let home = folder.join("rung");
        Places { data: home.join("data"), cache: home.join("cache"), home }
    }

    /// The folders of bundles that are there.
    pub(super) fn bundles(&self) -> BTreeSet<PathBuf> {
        let mut all = BTreeSet::new();
        [&self.data, &self.cache].into_iter().for_each(|folder| find(folder, DEPTH, &mut all));
        all
    }

    /// Lets go of all that is there; that some of it stays does no harm.
    pub(super) fn empty(&self) {
        let _ = fs::remove_dir_all(&self.home);
    }

    /// The bundle of the newest scan among those that were not there before.
    pub(super) fn newest(&self, before: &BTreeSet<PathBuf>) -> Option<PathBuf> {
        let new = self.bundles().into_iter().filter(|bundle| !before.contains(bundle));
        let began = |bundle: &PathBuf| Sealed::read(bundle).ok().map(|sealed| sealed.manifest.scan.started_at);
        new.filter_map(|bundle| Some((began(&bundle)?, bundle))).max().map(|(_, bundle)| bundle)
    }
}

/// Folders with a manifest. What begins with a dot is not whole.
fn find(folder: &Path, depth: usize, all: &mut BTreeSet<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
        let path = entry.path();
        if path.join("manifest.json").is_file() {
            all.insert(path);
        } else if depth > 0 && path.is_dir() {
            find(&path, depth - 1, all);
        }
    }
}

/// Runs this program, and tells it to end after so much time.
pub(super) async fn run(arguments: &[String], places: &Places, most: Duration) -> Result<Ended, String> {
    let failed = |error: std::io::Error| format!("the scan cannot be started: {error}");
    for folder in [&places.home, &places.data, &places.cache] {
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    let mut child = spawn(arguments, places).map_err(failed)?;
    let stdin = child.stdin.take();
    let mut waiting = tokio::task::spawn_blocking(move || wait(child));
    let (stopped, waited) = tokio::select! {
        waited = &mut waiting => (false, waited),
        () = tokio::time::sleep(most) => {
            // A scan takes the end of its standard input as Ctrl-C: it writes what it saw.
            drop(stdin);
            (true, waiting.await)
        }
    };
    let (code, lines) = waited.map_err(|error| format!("the scan was lost: {error}"))?;
    // One that ended just then has ended by itself.
    Ok(Ended { code, stopped: stopped && !matches!(code, Some(0 | 1)), lines })
}

fn spawn(arguments: &[String], places: &Places) -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).current_dir(&places.home);
    command.env("HOME", &places.home).env("XDG_DATA_HOME", &places.data).env("XDG_CACHE_HOME", &places.cache);
    command.env("RUNG_PROGRESS", "lines");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
}

/// Its lines go on to the function's log, the last ones are kept.
fn wait(mut child: Child) -> (Option<i32>, Vec<String>) {
    let mut last = VecDeque::new();
    let lines = child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n'));
    for line in lines.map_while(Result::ok) {
        let line: String = plain(String::from_utf8_lossy(&line).trim_end()).chars().take(LINE).collect();
        tell(&line);
        if !line.is_empty() {
            last.push_back(line);
        }
        if last.len() > LINES {
            last.pop_front();
        }
    }
    (child.wait().ok().and_then(|status| status.code()), last.into())
}

#[expect(clippy::print_stderr, reason = "the function's log")]
fn tell(line: &str) {
    eprintln!("{line}");
}

/// A control's levels; none where it does not apply or is not assessed.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Levels {
    confirmed: Option<u8>,
    possible: Option<u8>,
}

/// Levels of a bundle, by control.
pub(super) fn levels(bundle: &Path) -> Result<BTreeMap<String, Levels>, Failure> {
    #[derive(Deserialize)]
    struct Only {
        controls: Vec<Control>,
    }
    #[derive(Deserialize)]
    struct Control {
        id: String,
        #[serde(flatten)]
        levels: Levels,
    }
    let only: Only = Bundle::open(bundle)?.of_assessment()?;
    Ok(only.controls.into_iter().map(|control| (control.id, control.levels)).collect())
}
