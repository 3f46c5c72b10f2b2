//! The scan as a process, its folders below /tmp, and the bundle that it left.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    bundle::{Bundle, Sealed},
    failure::Failure,
    plain::plain,
    runs,
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
    let command = command(arguments, places).map_err(failed)?;
    let running = runs::begin(command, |line| tell(&shown(line))).map_err(failed)?;
    let (stopped, code) = tokio::select! {
        code = running.end() => (false, code),
        () = tokio::time::sleep(most) => {
            running.stop();
            (true, running.end().await)
        }
    };
    let said = running.lines();
    let lines = said.iter().skip(said.len().saturating_sub(LINES)).map(|line| shown(line)).collect();
    // One that ended just then has ended by itself.
    Ok(Ended { code, stopped: stopped && !matches!(code, Some(0 | 1)), lines })
}

fn command(arguments: &[String], places: &Places) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(arguments).current_dir(&places.home);
    command.env("HOME", &places.home).env("XDG_DATA_HOME", &places.data).env("XDG_CACHE_HOME", &places.cache);
    Ok(command)
}

fn shown(line: &str) -> String {
    plain(line.trim_end()).chars().take(LINE).collect()
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
