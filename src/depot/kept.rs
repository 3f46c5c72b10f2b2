//! The bundles of a depot by their manifests, wherever they lie, and taking one away.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};
use object_store::ObjectMeta;

use super::{
    Depot, aside,
    remote::{MANIFEST, Objects, Remote},
};
use crate::{
    bundle::{Manifest, Sealed},
    failure::Failure,
};

/// Objects that make no bundle are left to whoever is putting them for so long.
const UNDER_WAY: SignedDuration = SignedDuration::from_hours(24);

/// A bundle of a depot.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its name in a bucket: the scan's id and the beginning of its manifest's digest.
    pub name: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of the manifest's bytes, in hexadecimal.
    pub sha256: String,
    /// Where it lies on this machine.
    pub folder: Option<PathBuf>,
    /// Its objects in the bucket.
    objects: Objects,
}

impl Kept {
    fn of(sealed: Sealed) -> Self {
        let (name, folder) = (name_of(&sealed), Some(sealed.folder));
        Kept { name, manifest: sealed.manifest, sha256: sealed.sha256, folder, objects: Vec::new() }
    }

    /// Whether it lies in the bucket.
    pub fn in_bucket(&self) -> bool {
        !self.objects.is_empty()
    }

    /// What people call it: its folder's name, or that in the bucket.
    pub fn shown(&self) -> String {
        let folder = self.folder.as_deref().and_then(Path::file_name);
        folder.map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned())
    }
}

/// The name of a bundle in a bucket. Another manifest is another name.
pub(super) fn name_of(sealed: &Sealed) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let id: String = sealed.manifest.scan.id.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    format!("{id}-{}", sealed.sha256.get(..12).unwrap_or_default())
}

/// Whether the objects are a whole bundle.
pub(super) fn is_whole(objects: &[ObjectMeta]) -> bool {
    objects.iter().any(|object| object.location.filename() == Some(MANIFEST))
}

impl Depot {
    /// The bundles on this machine. What cannot be read is none.
    pub(super) async fn local(&self) -> Result<Vec<Sealed>, Failure> {
        let folder = self.folder.clone();
        aside(move || Ok(Sealed::all(&folder).0)).await
    }

    /// Every bundle, on this machine and in the bucket, each once; the oldest scan first.
    pub async fn bundles(&self) -> Result<Vec<Kept>, Failure> {
        let mut all: Vec<Kept> = self.local().await?.into_iter().map(Kept::of).collect();
        if let Some(remote) = &self.remote {
            for (name, objects) in remote.list().await?.into_iter().filter(|(_, objects)| is_whole(objects)) {
                match all.iter_mut().find(|kept| kept.name == name) {
                    Some(kept) => kept.objects = objects,
                    None => all.extend(only_there(remote, name, objects).await?),
                }
            }
        }
        all.sort_by_key(|kept| {
            (kept.manifest.scan.started_at, kept.manifest.scan.complete, kept.manifest.scan.finished_at)
        });
        Ok(all)
    }

    /// Takes a bundle away: in the bucket its manifest first, here by another name first; so nobody ever sees a half of it.
    pub async fn remove(&self, kept: &Kept) -> Result<(), Failure> {
        if let Some(remote) = &self.remote {
            remote.delete(&kept.objects).await?;
        }
        let (depot, folder) = (self.clone(), kept.folder.clone());
        let name = kept.name.clone();
        aside(move || {
            if let Some(folder) = folder {
                move_away(&depot.folder, &folder)?;
            }
            let _ = fs::remove_file(depot.mark(&name));
            Ok(())
        })
        .await
    }

    /// Takes away what a put or a removal that was killed more than a day ago has left, here and in the bucket.
    pub async fn tidy(&self, now: Timestamp) -> Result<(), Failure> {
        if let Some(remote) = &self.remote {
            let latest = |objects: &Objects| objects.iter().map(|object| object.last_modified.timestamp()).max();
            let is_old =
                |objects: &Objects| latest(objects).is_some_and(|at| now.as_second() - at > UNDER_WAY.as_secs());
            for objects in remote.list().await?.into_values().filter(|objects| !is_whole(objects) && is_old(objects)) {
                remote.delete(&objects).await?;
            }
        }
        let folder = self.folder.clone();
        aside(move || {
            left_behind(&folder, now).iter().for_each(|folder| drop(fs::remove_dir_all(folder)));
            Ok(())
        })
        .await
    }
}

/// A bundle that lies in the bucket alone. One that is no bundle of this version is not touched.
async fn only_there(remote: &Remote, name: String, objects: Objects) -> Result<Option<Kept>, Failure> {
    let Some(bytes) = remote.manifest(&name).await? else { return Ok(None) };
    let Ok(sealed) = Sealed::of_bytes(Path::new(&name), &bytes) else { return Ok(None) };
    let is_it = name_of(&sealed) == name;
    Ok(is_it.then(|| Kept { folder: None, objects, ..Kept::of(sealed) }))
}

/// The prefix of folders that are no bundles, and what follows it where one is being removed.
const GONE: &str = ".rung-partial-gone-";

fn move_away(depot: &Path, folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file("remove", folder, &error);
    let trash = tempfile::Builder::new().prefix(GONE).tempdir_in(depot).map_err(failed)?;
    match fs::rename(folder, trash.path().join("bundle")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(error)),
        _ => {
            // What cannot be deleted now is invisible, and tidied away later.
            let _ = trash.close();
            Ok(())
        }
    }
}

/// Folders that were being removed, or fetched, by a process that did not end it.
fn left_behind(folder: &Path, now: Timestamp) -> Vec<PathBuf> {
    let old = |path: &Path| {
        let changed = path.metadata().and_then(|folder| folder.modified()).ok();
        let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
        changed.is_some_and(|at| now.duration_since(at) > UNDER_WAY)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.starts_with(GONE) || name.starts_with(super::fetch::ASIDE)) && old(path)
    };
    entries.filter(ours).collect()
}
