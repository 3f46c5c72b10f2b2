//! Fetches bundles from the bucket into the cache: aside, every digest held against the manifest, then under their names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use rung_rules::model::Scan;

use super::{
    Depot, aside,
    kept::{is_whole, name_of},
    put::SIGNATURE,
    remote::{MANIFEST, Objects, Remote},
};
use crate::{
    bundle::{SameId, Sealed, is_of_chain},
    failure::Failure,
};

/// How folders begin that are being fetched: a reader takes them for none.
pub(super) const ASIDE: &str = ".rung-partial-fetch-";

/// Bundles that are whole in the bucket and not on this machine, by name.
type Missing = BTreeMap<String, Objects>;

impl Depot {
    /// Fetches every bundle that is not here. One that was tampered with is told in the end, and keeps no other from coming.
    pub async fn fetch_all(&self) -> Result<(), Failure> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let mut first = Ok(());
        for (name, objects) in self.missing(remote).await? {
            let fetched = self.fetch(remote, &name, &objects).await;
            first = first.and(fetched.map(drop));
        }
        first
    }

    /// Fetches the bundle that was put last, if it is not here.
    pub async fn fetch_newest(&self) -> Result<(), Failure> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let all = remote.list().await?;
        let put = |objects: &Objects| manifest_of(objects).map(|manifest| manifest.last_modified);
        let Some((name, objects)) =
            all.into_iter().filter(|(_, objects)| is_whole(objects)).max_by_key(|(_, objects)| put(objects))
        else {
            return Ok(());
        };
        if !self.here().await?.contains(&name) {
            self.fetch(remote, &name, &objects).await?;
        }
        Ok(())
    }

    /// Fetches the bundles of a scan's id, or the bundle of this name; where the first of them lies.
    pub async fn fetch_named(&self, word: &str) -> Result<Option<PathBuf>, Failure> {
        let Some(remote) = &self.remote else { return Ok(None) };
        let of_id = |name: &str| name == word || name.rsplit_once('-').is_some_and(|(id, _)| id == word);
        let mut first = None;
        for (name, objects) in self.missing(remote).await?.into_iter().filter(|(name, _)| of_id(name)) {
            first = first.or(Some(self.fetch(remote, &name, &objects).await?));
        }
        Ok(first)
    }

    /// Fetches the newest bundle that a new scan would be chained to, if it lies in the bucket alone.
    pub async fn fetch_previous(&self, scan: &Scan, same_id: SameId) -> Result<(), Failure> {
        let is_before = |one: &Scan| is_of_chain(one, scan) && same_id.allows(&one.id, &scan.id);
        let Some(remote) = &self.remote else { return Ok(()) };
        let all = remote.list().await?;
        let here: BTreeMap<String, Sealed> =
            self.local().await?.into_iter().map(|sealed| (name_of(&sealed), sealed)).collect();
        // Names begin with the scan's id, and that with its time; of one scan's bundles the one counts that was put last.
        let mut whole: Vec<_> = all.iter().filter(|(_, objects)| is_whole(objects)).collect();
        let put = |objects: &Objects| manifest_of(objects).map(|manifest| manifest.last_modified);
        whole.sort_by_key(|(name, objects)| (name.rsplit_once('-').map(|(id, _)| id), put(objects)));
        for (name, objects) in whole.into_iter().rev() {
            if let Some(sealed) = here.get(name) {
                match is_before(&sealed.manifest.scan) {
                    true => return Ok(()),
                    false => continue,
                }
            }
            let bytes = remote.manifest(name).await?.unwrap_or_default();
            let sealed = Sealed::of_bytes(Path::new(name), &bytes);
            if sealed.is_ok_and(|sealed| is_before(&sealed.manifest.scan)) {
                return self.fetch(remote, name, objects).await.map(drop);
            }
        }
        Ok(())
    }

    async fn here(&self) -> Result<BTreeSet<String>, Failure> {
        Ok(self.local().await?.iter().map(name_of).collect())
    }

    async fn missing(&self, remote: &Remote) -> Result<Missing, Failure> {
        let here = self.here().await?;
        let mut all = remote.list().await?;
        all.retain(|name, objects| is_whole(objects) && !here.contains(name));
        Ok(all)
    }

    /// Fetches one, and tells where it lies.
    async fn fetch(&self, remote: &Remote, name: &str, objects: &Objects) -> Result<PathBuf, Failure> {
        let cache = self.folder.clone();
        let folder = aside(move || {
            fs::create_dir_all(&cache).map_err(|error| Failure::file("create", &cache, &error))?;
            let made = tempfile::Builder::new().prefix(ASIDE).tempdir_in(&cache);
            made.map_err(|error| Failure::file("write into", &cache, &error))
        })
        .await?;
        let tampered = |why: &str| {
            Failure::usage(format!(
                "{}/{name} is not as it was put: {why}\nIt is left alone there, and not taken into {}.",
                remote.uri,
                self.folder.display()
            ))
        };
        let bytes = remote.manifest(name).await?.ok_or_else(|| tampered("its manifest is gone"))?;
        let sealed = Sealed::of_bytes(Path::new(name), &bytes).map_err(|failure| tampered(&failure.message))?;
        if name_of(&sealed) != name {
            return Err(tampered("its manifest is another one"));
        }
        let wanted = sealed.manifest.parts.iter().map(|part| part.name.as_str()).chain([SIGNATURE]);
        for part in wanted.collect::<BTreeSet<_>>() {
            let object = objects.iter().find(|object| object.location.filename() == Some(part));
            match object {
                Some(object) => remote.get(object, &folder.path().join(part)).await?,
                None if part == SIGNATURE => {}
                None => return Err(tampered(&format!("{part} is missing"))),
            }
        }
        let put = manifest_of(objects).and_then(|manifest| u64::try_from(manifest.last_modified.timestamp()).ok());
        let target = self.folder.join(name);
        self.write_mark(name)?;
        let appeared = aside(move || appear(&folder, &bytes, put, target)).await;
        appeared.map_err(|failure| tampered(&failure.message))
    }
}

fn manifest_of(objects: &Objects) -> Option<&object_store::ObjectMeta> {
    objects.iter().find(|object| object.location.filename() == Some(MANIFEST))
}

/// Writes the manifest, checks every part against it, and gives the folder its name. `put` is when it came into the bucket, in seconds
/// since 1970: the newest here is the newest there.
fn appear(folder: &tempfile::TempDir, manifest: &[u8], put: Option<u64>, target: PathBuf) -> Result<PathBuf, Failure> {
    let path = folder.path().join(MANIFEST);
    let wrote = |error: std::io::Error| Failure::file("write", &path, &error);
    fs::write(&path, manifest).map_err(wrote)?;
    if let Some(put) = put {
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(put);
        fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(at)).map_err(wrote)?;
    }
    Sealed::read(folder.path())?.open()?;
    match fs::rename(folder.path(), &target) {
        // Another process fetched it too.
        Err(_) if target.join(MANIFEST).is_file() => Ok(target),
        done => done.map(|()| target.clone()).map_err(|error| Failure::file("write", &target, &error)),
    }
}
