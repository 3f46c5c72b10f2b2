//! Puts bundles into the bucket: parts first, the manifest last. Doing it again changes nothing.

use std::path::{Path, PathBuf};

use super::{
    Depot, aside,
    kept::{is_whole, name_of},
    remote::{MANIFEST, Remote},
};
use crate::{bundle::Sealed, failure::Failure};

/// A signature lies beside the manifest, which cannot name it.
pub(super) const SIGNATURE: &str = "manifest.sig";

impl Depot {
    /// Puts a bundle of the folder into the bucket, if it is not there; a folder has it already. One that was changed after its scan is
    /// refused.
    pub async fn put(&self, bundle: &Path) -> Result<(), Failure> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let folder = bundle.to_owned();
        let sealed = aside(move || Sealed::read(&folder)).await?;
        let name = name_of(&sealed);
        if remote.manifest(&name).await?.is_none() {
            put(remote, &name, sealed).await?;
        }
        self.write_mark(&name)
    }

    /// Puts what an earlier command could not; what was put once and removed in the bucket since stays away. Tells which.
    pub async fn put_waiting(&self) -> Result<Vec<PathBuf>, Failure> {
        let Some(remote) = &self.remote else { return Ok(Vec::new()) };
        let mut waiting = self.local().await?;
        waiting.retain(|sealed| !self.is_marked(&name_of(sealed)));
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let there = remote.list().await?;
        let mut put_now = Vec::new();
        for sealed in waiting {
            let (name, folder) = (name_of(&sealed), sealed.folder.clone());
            if !there.get(&name).is_some_and(|objects| is_whole(objects)) {
                put(remote, &name, sealed).await?;
                put_now.push(folder);
            }
            self.write_mark(&name)?;
        }
        Ok(put_now)
    }
}

async fn put(remote: &Remote, name: &str, sealed: Sealed) -> Result<(), Failure> {
    let folder = sealed.folder.clone();
    let bundle = aside(move || sealed.open()).await?;
    let signature = folder.join(SIGNATURE).is_file().then_some(SIGNATURE);
    let parts = bundle.manifest.parts.iter().map(|part| part.name.as_str());
    for part in parts.chain(signature).chain([MANIFEST]) {
        remote.put(name, part, &folder.join(part)).await?;
    }
    Ok(())
}
