//! The chain of bundles: each manifest names the digest of the one before, so that a manifest cannot be changed unseen.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rung_rules::model::Scan;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Manifest, manifest::MANIFEST};

/// The scan before, of the same accounts in the same folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its id.
    pub scan: String,
    /// SHA-256 of its manifest's bytes, in hexadecimal.
    pub manifest_sha256: String,
}

/// What a bundle with the same scan's id is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameId {
    /// The scan before: a recording that is replayed again keeps its id.
    #[default]
    Before,
    /// The same scan: its shards are merged once more.
    Itself,
}

impl SameId {
    /// Whether a scan may be the one before another.
    pub(crate) fn allows(self, before: &str, scan: &str) -> bool {
        self == SameId::Before || before != scan
    }
}

/// A manifest on disk.
#[derive(Debug)]
pub(super) struct Neighbour {
    pub(super) folder: PathBuf,
    pub(super) scan: String,
    pub(super) sha256: String,
    accounts: Vec<String>,
    written: SystemTime,
}

/// The bundles of a folder whose manifests can be read. What is half-written has no such name and is none.
pub(super) fn neighbours(parent: &Path) -> Vec<Neighbour> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
    let whole = |path: &PathBuf| {
        path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with(super::PARTIAL)) && path.is_dir()
    };
    entries.filter(whole).filter_map(neighbour).collect()
}

fn neighbour(folder: PathBuf) -> Option<Neighbour> {
    let path = folder.join(MANIFEST);
    let bytes = fs::read(&path).ok()?;
    let manifest: Manifest = serde_json::from_slice(&bytes).ok()?;
    let written = path.metadata().and_then(|file| file.modified()).ok()?;
    Some(Neighbour {
        folder,
        scan: manifest.scan.id,
        sha256: hex::encode(Sha256::digest(&bytes)),
        accounts: manifest.scan.accounts,
        written,
    })
}

/// Whether two scans stand in one chain: of the same account, or of an organisation that the same account scans, whose accounts change.
pub(crate) fn is_of_chain(one: &Scan, other: &Scan) -> bool {
    same((&one.id, &one.accounts), (&other.id, &other.accounts))
}

fn same((id, accounts): (&str, &[String]), (other_id, others): (&str, &[String])) -> bool {
    let caller = |id: &str| id.rsplit('-').next().map(str::to_owned);
    let several = accounts.len() > 1 && others.len() > 1;
    accounts == others || (several && caller(id) == caller(other_id))
}

/// The newest bundle beside `target` of the same account, or of an organisation that the same account scans: its accounts change.
pub(super) fn previous(target: &Path, scan: &Scan, same_id: SameId) -> Option<(Previous, PathBuf)> {
    let same = |one: &Neighbour| {
        same((&one.scan, &one.accounts), (&scan.id, &scan.accounts)) && same_id.allows(&one.scan, &scan.id)
    };
    let beside = neighbours(super::parent(target)).into_iter();
    let newest = beside.filter(|one| same(one) && one.folder != target).max_by_key(|one| one.written)?;
    Some((Previous { scan: newest.scan, manifest_sha256: newest.sha256 }, newest.folder))
}

/// A bundle beside `target` whose manifest cannot be read, and which is not older than `before`: it may be the scan before.
pub(super) fn unread(target: &Path, before: Option<&Path>) -> Option<PathBuf> {
    let written = |folder: &Path| folder.join(MANIFEST).metadata().and_then(|file| file.modified()).ok();
    let since = before.and_then(written);
    let entries = fs::read_dir(super::parent(target)).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut broken = entries.filter(|path| {
        let named = path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.'));
        named && path != target && path.join(MANIFEST).is_file() && written(path) >= since
    });
    broken.find(|path| neighbour(path.clone()).is_none())
}

/// Where the bundle lies that another beside it names as the one before.
pub(super) fn folder_of(bundle: &Path, previous: &Previous) -> Option<PathBuf> {
    let mut beside = neighbours(super::parent(bundle)).into_iter();
    beside.find(|one| one.sha256 == previous.manifest_sha256).map(|one| one.folder)
}
