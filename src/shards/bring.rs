//! What a shard leaves: its bundle, parts first, manifest last.

use std::path::{Path, PathBuf};

use crate::{
    bundle::{Bundle, Manifest},
    failure::Failure,
    place::Place,
};

/// Name of a shard's manifest in the plan's folder.
fn manifest_of(shard: usize) -> String {
    format!("shards/{shard:05}.json")
}

fn part_of(sha256: &str) -> String {
    format!("parts/{sha256}")
}

/// What bringing a bundle came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is the shard's bundle now.
    Taken,
    /// It is not complete, and the shard has a bundle already.
    Superseded,
}

/// The manifest of the shard's bundle, if it has one.
pub async fn manifest(place: &Place, shard: usize) -> Result<Option<Manifest>, Failure> {
    let name = manifest_of(shard);
    let Some(bytes) = place.get(&name).await? else { return Ok(None) };
    Manifest::parse(&bytes, &format!("{place}{name}")).map(Some)
}

/// Whether the shard was read to its end.
pub async fn is_done(place: &Place, shard: usize) -> Result<bool, Failure> {
    Ok(manifest(place, shard).await?.is_some_and(|manifest| manifest.scan.complete))
}

/// Puts a bundle of this machine into the plan's folder as that of a shard. Until its manifest is there, which is put last,
/// nothing of it is seen; of two at once each is whole, and one that is complete is not replaced by one that is not.
pub async fn bring(place: &Place, shard: usize, bundle: &Path) -> Result<Brought, Failure> {
    let opened = Bundle::open(bundle)?;
    for part in &opened.manifest.parts {
        let name = part_of(&part.sha256);
        if !place.has(&name).await? {
            place.upload(&name, &bundle.join(&part.name)).await?;
        }
    }
    let bytes = opened.manifest_bytes()?;
    let name = manifest_of(shard);
    match opened.manifest.scan.complete {
        true => place.put(&name, bytes).await.map(|()| Brought::Taken),
        false => Ok(if place.put_new(&name, bytes).await? { Brought::Taken } else { Brought::Superseded }),
    }
}

/// Takes the shard's bundle to this machine, into a new folder, every digest checked; none where the shard left none.
pub(super) async fn take(place: &Place, shard: usize, into: &Path) -> Result<Option<Bundle>, Failure> {
    let name = manifest_of(shard);
    let Some(bytes) = place.get(&name).await? else { return Ok(None) };
    let manifest = Manifest::parse(&bytes, &format!("{place}{name}"))?;
    let folder: PathBuf = into.join(format!("{shard:05}"));
    let failed = |error: std::io::Error| Failure::file("write", &folder, &error);
    std::fs::create_dir(&folder).map_err(failed)?;
    for part in &manifest.parts {
        place.download(&part_of(&part.sha256), &folder.join(&part.name)).await?;
    }
    Bundle::write_manifest(&folder, &bytes)?;
    Bundle::open(&folder).map(Some)
}
