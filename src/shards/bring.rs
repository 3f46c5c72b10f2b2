//! What a shard leaves: its bundle, parts first, manifest last.

use std::path::Path;

use tempfile::TempDir;

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
async fn manifest(place: &Place, shard: usize) -> Result<Option<Manifest>, Failure> {
    let name = manifest_of(shard);
    let Some(bytes) = place.get(&name).await? else { return Ok(None) };
    Manifest::parse(&bytes, &place.uri(&name)).map(Some)
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

/// What a shard left, on this machine.
#[derive(Debug)]
pub enum Taken {
    /// Its bundle, every digest checked; the folder goes with it.
    Bundle(Box<Bundle>, TempDir),
    /// Nothing.
    Nothing,
    /// What does not hold together, and why.
    Damaged(String),
}

/// Takes the shard's bundle to this machine, into a new folder in `scratch`.
pub async fn take(place: &Place, shard: usize, scratch: &Path) -> Result<Taken, Failure> {
    let name = manifest_of(shard);
    let Some(bytes) = place.get(&name).await? else { return Ok(Taken::Nothing) };
    let mut manifest = match Manifest::parse(&bytes, &place.uri(&name)) {
        Ok(manifest) => manifest,
        Err(failure) => return Ok(Taken::Damaged(failure.message)),
    };
    // Pages for people are most of a bundle, and are made anew of all.
    manifest.parts.retain(|part| !part.name.ends_with(".html"));
    let folder = tempfile::Builder::new().prefix(&format!("{shard:05}-")).tempdir_in(scratch);
    let folder = folder.map_err(|error| Failure::file("write into", scratch, &error))?;
    for part in &manifest.parts {
        let of = part_of(&part.sha256);
        if !place.download(&of, &folder.path().join(&part.name)).await? {
            return Ok(Taken::Damaged(format!("{} is not there", place.uri(&of))));
        }
    }
    let kept =
        serde_json::to_vec(&manifest).map_err(|error| Failure::usage(format!("{}: {error}", place.uri(&name))))?;
    Bundle::write_manifest(folder.path(), &kept)?;
    let path = folder.path().to_owned();
    let opened = tokio::task::spawn_blocking(move || Bundle::open(&path)).await;
    match opened.map_err(|error| Failure::usage(format!("shard {shard} could not be checked: {error}")))? {
        Ok(bundle) => Ok(Taken::Bundle(Box::new(bundle), folder)),
        Err(failure) => Ok(Taken::Damaged(failure.message.lines().next().unwrap_or_default().to_owned())),
    }
}
