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

/// The bundle that a word names: a folder, `latest`, or the id of a stored scan.
pub(super) fn named(word: &Path) -> Result<Bundle, Failure> {
    if word.exists() {
        return Bundle::open(word);
    }
    let scans = scans()?;
    if word == Path::new("latest") {
        return Bundle::open(&newest(&scans)?);
    }
    let is_it = |folder: &PathBuf| manifest(folder).is_some_and(|manifest| Path::new(&manifest.scan.id) == word);
    let in_folder = Some(scans.join(word)).filter(|folder| word.components().count() == 1 && folder.is_dir());
    match in_folder.or_else(|| folders(&scans).find(is_it)) {
        Some(folder) => Bundle::open(&folder),
        None => Err(Failure::usage(format!(
            "{} is neither a bundle's folder nor a scan in {}: name a folder that `rung scan` left, an id, or `latest`",
            word.display(),
            scans.display()
        ))),
    }
}

/// When the stored scans began, with their accounts. What cannot be read is no scan.
pub(super) fn began() -> Vec<(jiff::Timestamp, Vec<String>)> {
    stored().map(|manifest| (manifest.scan.started_at, manifest.scan.accounts)).collect()
}

/// The manifests of the stored scans. What cannot be read is no scan.
pub(super) fn stored() -> impl Iterator<Item = Manifest> {
    scans().ok().into_iter().flat_map(|scans| folders(&scans)).filter_map(|folder| manifest(&folder))
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
