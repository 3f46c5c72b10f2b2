//! Which stored scan a command means when none is named: the newest of the depot that `--scans`, RUNG_SCANS or rung.toml name, or else of
//! the user's data folder. What lies in a bucket alone is fetched first.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use jiff::Timestamp;
use rung_rules::model::AccountReport;

use super::{output::note, scan::runtime};
use crate::{
    bundle::{Bundle, Manifest, Sealed},
    config::{self, Config, Flags},
    depot::{Depot, Location},
    failure::Failure,
    plain::plain,
};

/// What the command line named; a process looks at one depot.
static NAMED: OnceLock<Option<Location>> = OnceLock::new();

/// Keeps what the command line named.
pub(super) fn name(scans: Option<Location>) {
    let _ = NAMED.set(scans);
}

/// What the configuration named that a command has read.
static CONFIGURED: OnceLock<Option<Location>> = OnceLock::new();

/// Reads the configuration, and keeps where it says that bundles lie.
pub(super) fn config(flags: &Flags) -> Result<Config, Failure> {
    let config = Config::load(flags)?;
    let _ = CONFIGURED.set(config.scans.clone());
    Ok(config)
}

/// What the command line or RUNG_SCANS named.
pub(super) fn given() -> Option<&'static Location> {
    NAMED.get().and_then(Option::as_ref)
}

/// Where the bundles lie. Nothing is asked yet.
pub(crate) fn depot() -> Result<Depot, Failure> {
    let location = match (given(), CONFIGURED.get()) {
        (Some(location), _) => Some(location.clone()),
        (None, Some(configured)) => configured.clone(),
        (None, None) => config::scans()?,
    };
    match location {
        Some(location) => Depot::open(&location),
        None => Ok(Depot::in_folder(&usual()?)),
    }
}

fn usual() -> Result<PathBuf, Failure> {
    let folders = directories::ProjectDirs::from("", "", "rung")
        .ok_or_else(|| Failure::usage("no data folder is known for this user: name one with --bundle or --scans"))?;
    Ok(folders.data_dir().join("scans"))
}

/// The folder of bundles on this machine: the depot itself, or the cache of its bucket.
pub(super) fn scans() -> Result<PathBuf, Failure> {
    Ok(depot()?.folder().to_owned())
}

/// Asks a depot, and waits for the answer. Not from within a runtime.
pub(super) fn wait<R>(depot: &Depot, ask: impl AsyncFnOnce(&Depot) -> Result<R, Failure>) -> Result<R, Failure> {
    let depot = depot.anew();
    runtime()?.block_on(ask(&depot))
}

/// The depot's folder, once an earlier scan's bundle that waits was put, and what `fetch` wants is there.
fn looked_at(fetch: impl AsyncFnOnce(&Depot) -> Result<(), Failure>) -> Result<PathBuf, Failure> {
    let depot = depot()?;
    if depot.bucket().is_some() {
        wait(&depot, async |depot| {
            depot.put_waiting().await?;
            fetch(depot).await
        })?;
    }
    Ok(depot.folder().to_owned())
}

/// The bundle that is named, or the newest one.
pub(super) fn bundle(named: Option<&Path>) -> Result<Bundle, Failure> {
    match named {
        Some(folder) => Bundle::open(folder),
        None => Bundle::open(&newest(&looked_at(Depot::fetch_newest)?)?),
    }
}

/// The bundle that a word names: a folder, `latest`, or the id of a stored scan.
pub(super) fn named(word: &Path) -> Result<Bundle, Failure> {
    Bundle::open(&folder_of(word)?)
}

/// The folder of the bundle that a word names.
pub(super) fn folder_of(word: &Path) -> Result<PathBuf, Failure> {
    if word.exists() {
        return Ok(word.to_owned());
    }
    if word == Path::new("latest") {
        return newest(&looked_at(Depot::fetch_newest)?);
    }
    let id = word.to_string_lossy();
    let scans = looked_at(async |depot| depot.fetch_named(&id).await.map(drop))?;
    let is_it = |folder: &PathBuf| manifest(folder).is_some_and(|manifest| Path::new(&manifest.scan.id) == word);
    let in_folder = Some(scans.join(word)).filter(|folder| word.components().count() == 1 && folder.is_dir());
    in_folder.or_else(|| folders(&scans).find(is_it)).ok_or_else(|| {
        Failure::usage(format!(
            "{} is neither a bundle's folder nor a scan in {}: name a folder that `rung scan` left, an id, or `latest`",
            word.display(),
            scans.display()
        ))
    })
}

/// Fetches the scan before, where it lies in the bucket of this bundle's depot alone.
pub(super) fn fetch_before(bundle: &Bundle) -> Result<(), Failure> {
    match &bundle.manifest.previous {
        Some(previous) => looked_at(async |depot| depot.fetch_named(&previous.scan).await.map(drop)).map(drop),
        None => Ok(()),
    }
}

/// When the stored scans began, with the accounts that they saw, and why there may be more. Of several accounts only those count that could
/// be entered, which the assessments of scans since a time are read for. What cannot be read is no scan.
pub(super) fn began(since: Timestamp) -> (Vec<(Timestamp, Vec<String>)>, Option<String>) {
    let (all, mut unseen) = bundles();
    let mut began = Vec::new();
    for (folder, Manifest { scan, .. }) in all {
        if scan.accounts.len() < 2 {
            began.push((scan.started_at, scan.accounts));
            continue;
        }
        // Assessments are long: those of old scans are not read for this.
        if scan.started_at < since {
            continue;
        }
        match folder.map(|folder| entered(&folder)) {
            Some(Ok(accounts)) => began.push((scan.started_at, accounts)),
            Some(Err(failure)) => unseen = Some(failure.message),
            None => unseen = Some(format!("which accounts the scan {} entered stands in its bucket alone", scan.id)),
        }
    }
    (began, unseen)
}

/// The accounts of a bundle of which anything was read.
fn entered(folder: &Path) -> Result<Vec<String>, Failure> {
    let accounts = Sealed::read(folder)?.bundle().assessment_accounts()?;
    let seen = accounts.into_iter().filter(AccountReport::was_entered);
    Ok(seen.map(|account| account.id).collect())
}

/// The manifests of the stored scans. What cannot be read is no scan; a bucket that cannot be reached is told.
pub(super) fn stored() -> impl Iterator<Item = Manifest> {
    let (all, unseen) = bundles();
    unseen.iter().for_each(|why| note(&plain(why)));
    all.into_iter().map(|(_, manifest)| manifest)
}

/// The stored scans, with their folders on this machine, and why those of a bucket are not among them.
fn bundles() -> (Vec<(Option<PathBuf>, Manifest)>, Option<String>) {
    let Ok(depot) = depot() else { return (Vec::new(), None) };
    let on_disk = || {
        folders(depot.folder())
            .filter_map(|folder| manifest(&folder).map(|manifest| (Some(folder), manifest)))
            .collect()
    };
    if depot.bucket().is_none() {
        return (on_disk(), None);
    }
    match wait(&depot, Depot::bundles) {
        Ok(bundles) => (bundles.into_iter().map(|kept| (kept.folder, kept.manifest)).collect(), None),
        Err(failure) => (on_disk(), Some(failure.message.lines().next().unwrap_or_default().to_owned())),
    }
}

fn manifest(folder: &Path) -> Option<Manifest> {
    serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).ok()?).ok()
}

fn folders(scans: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    std::fs::read_dir(scans).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// The newest bundle in a folder.
pub(crate) fn newest(scans: &Path) -> Result<PathBuf, Failure> {
    // What a killed scan left half-written begins with a dot.
    let whole = |path: &PathBuf| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
    let bundles = folders(scans).filter(whole).filter(|path| path.join("manifest.json").is_file());
    let written = |path: &PathBuf| path.join("manifest.json").metadata().and_then(|file| file.modified()).ok();
    bundles.max_by_key(written).ok_or_else(|| {
        let words = "no scan is stored yet in";
        Failure::usage(format!("{words} {}: run `rung scan`, or name a bundle with --bundle", scans.display()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rung_rules::model::{AccountState, Scan};

    use super::*;

    #[test]
    fn an_account_that_stayed_closed_was_not_scanned() {
        let folder = tempfile::tempdir().unwrap();
        let account = |id: &str, state| AccountReport { id: id.to_owned(), state, ..AccountReport::default() };
        let all = [
            account("1", AccountState::Scanned),
            account("2", AccountState::NotEntered),
            account("3", AccountState::Interrupted),
            AccountReport {
                why: Some("cut short: interrupted before it was begun".to_owned()),
                ..account("4", AccountState::Interrupted)
            },
        ];
        let scan = Scan { accounts: all.iter().map(|account| account.id.clone()).collect(), ..Scan::default() };
        let manifest = serde_json::json!({ "schema": "rung/bundle/v1", "rung": "test", "scan": scan, "parts": [] });
        fs::write(folder.path().join("manifest.json"), manifest.to_string()).unwrap();
        assert!(entered(folder.path()).is_err(), "what the assessment would tell is not known");
        let assessment = serde_json::json!({ "accounts": all });
        fs::write(folder.path().join("assessment.json"), assessment.to_string()).unwrap();
        assert_eq!(entered(folder.path()).unwrap(), ["1", "3"]);
    }
}
