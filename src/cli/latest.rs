//! Which stored scan a command means when none is named: the newest in the user's data folder.

use std::path::{Path, PathBuf};

use crate::{
    bundle::{Bundle, Manifest},
    failure::Failure,
};

/// The folder of bundles.
pub(super) fn scans() -> Result<PathBuf, Failure> {
    let folders = directories::ProjectDirs::from("", "", "rung")
        .ok_or_else(|| Failure::usage("no data folder is known for this user: name one with --bundle"))?;
    Ok(folders.data_dir().join("scans"))
}

/// The bundle that is named, or the newest one.
pub(super) fn bundle(named: Option<&Path>) -> Result<Bundle, Failure> {
    match named {
        Some(folder) => Bundle::open(folder),
        None => Bundle::open(&newest(&scans()?)?),
    }
}

/// When the stored scans began, with their accounts. What cannot be read is no scan.
pub(super) fn began() -> Vec<(jiff::Timestamp, Vec<String>)> {
    stored().map(|manifest| (manifest.scan.started_at, manifest.scan.accounts)).collect()
}

/// The manifests of the stored scans. What cannot be read is no scan.
pub(super) fn stored() -> impl Iterator<Item = Manifest> {
    let entries = scans().ok().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let manifest = |path: PathBuf| -> Option<Manifest> {
        serde_json::from_slice(&std::fs::read(path.join("manifest.json")).ok()?).ok()
    };
    entries.filter_map(move |entry| manifest(entry.path()))
}

/// The newest bundle in a folder.
pub(crate) fn newest(scans: &Path) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(scans).into_iter().flatten().flatten();
    // What a killed scan left half-written begins with a dot.
    let whole = |path: &PathBuf| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
    let bundles = entries.map(|entry| entry.path()).filter(whole).filter(|path| path.join("manifest.json").is_file());
    let written = |path: &PathBuf| path.join("manifest.json").metadata().and_then(|file| file.modified()).ok();
    bundles.max_by_key(written).ok_or_else(|| {
        let words = "no scan is stored yet in";
        Failure::usage(format!("{words} {}: run `rung scan`, or name a bundle with --bundle", scans.display()))
    })
}
