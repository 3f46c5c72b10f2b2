//! Whether a bundle is as the scan left it, offline: every byte, nothing missing, nothing added, the chain unbroken.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    Manifest, PublicKey, chain, digest,
    manifest::{MANIFEST, SCHEMA},
    signature::{self, SIGNATURE},
};

/// What was found of a bundle.
#[derive(Debug, Default)]
pub struct Verified {
    /// What is wrong, in a sentence each; empty when nothing is.
    pub wrong: Vec<String>,
    /// SHA-256 of the manifest, where it can be read.
    pub manifest_sha256: Option<String>,
    /// Parts that are as they were written.
    pub parts: usize,
    /// Who signed it, if anybody did.
    pub signed_by: Option<PublicKey>,
    /// How it is chained, in words.
    pub chained: String,
}

/// Looks at every file of a bundle. With a key it must be signed by that.
pub fn verify(folder: &Path, required: Option<&PublicKey>) -> Verified {
    let mut verified = Verified::default();
    let path = folder.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            verified.wrong.push(format!("{MANIFEST}: {error}: it is no bundle, or not a whole one"));
            return verified;
        }
    };
    verified.manifest_sha256 = Some(hex::encode(Sha256::digest(&bytes)));
    let manifest: Manifest = match serde_json::from_slice(&bytes) {
        Ok(manifest) => manifest,
        Err(error) => {
            verified.wrong.push(format!("{MANIFEST}, line {}: {error}", error.line()));
            return verified;
        }
    };
    if manifest.schema != SCHEMA {
        verified.wrong.push(format!("{MANIFEST}: schema {:?}, expected {SCHEMA:?}", manifest.schema));
    }
    match signature::check(folder, &bytes, &manifest, required) {
        Ok(key) => verified.signed_by = key,
        Err(wrong) => verified.wrong.push(wrong),
    }
    let strange = manifest.strange();
    verified
        .wrong
        .extend(strange.iter().map(|name| format!("{MANIFEST}: the part {name:?} is not a file of the bundle")));
    for part in manifest.parts.iter().filter(|part| !strange.contains(&part.name.as_str())) {
        match digest::of_file(&folder.join(&part.name), &part.name) {
            Ok(found) if found == *part => verified.parts += 1,
            Ok(found) if found.bytes != part.bytes => {
                verified.wrong.push(format!("{}: changed: {} bytes, it had {}", part.name, found.bytes, part.bytes));
            }
            Ok(_) => verified.wrong.push(format!("{}: changed: its SHA-256 is another", part.name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                verified.wrong.push(format!("{}: missing", part.name));
            }
            Err(error) => verified.wrong.push(format!("{}: {error}", part.name)),
        }
    }
    let known: BTreeSet<PathBuf> = manifest
        .parts
        .iter()
        .map(|part| part.name.as_str())
        .chain([MANIFEST, SIGNATURE])
        .map(|name| folder.join(name))
        .collect();
    match added(folder, &known) {
        Ok(added) => verified.wrong.extend(added),
        Err(error) => verified.wrong.push(format!("{}: {error}", folder.display())),
    }
    chained(folder, &manifest, &mut verified);
    verified
}

fn added(folder: &Path, known: &BTreeSet<PathBuf>) -> io::Result<Vec<String>> {
    let mut added = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !known.contains(&path) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            added.push(format!("{name}: added: the manifest does not name it"));
        }
    }
    added.sort();
    Ok(added)
}

/// The link to the scan before: there and unchanged, there and changed, or not there.
fn chained(folder: &Path, manifest: &Manifest, verified: &mut Verified) {
    let Some(previous) = &manifest.previous else {
        verified.chained = "the first of its chain".to_owned();
        return;
    };
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let beside = chain::neighbours(super::parent(&folder));
    let there = |one: &&chain::Neighbour| one.sha256 == previous.manifest_sha256;
    let named = |one: &&chain::Neighbour| one.scan == previous.scan && one.folder != folder;
    verified.chained = match (beside.iter().find(there), beside.iter().find(named)) {
        (Some(_), _) => format!("chained to {}", previous.scan),
        (None, Some(other)) => {
            let name = other.folder.display();
            verified.wrong.push(format!("the manifest of the scan before, in {name}, was changed after this scan"));
            format!("chained to {}, which was changed", previous.scan)
        }
        (None, None) => format!("chained to {}, which is not here", previous.scan),
    };
}
