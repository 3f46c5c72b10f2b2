//! The manifest: which scan it was, its parts with their digests, the scan before.

use std::{collections::BTreeSet, fs, path::Path};

use rung_rules::model::Scan;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Previous, signature::SIGNATURE};
use crate::failure::Failure;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SCHEMA: &str = "rung/bundle/v1";

/// The manifest of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `rung/bundle/v1`.
    pub schema: String,
    /// The program that wrote it.
    pub rung: String,
    /// The scan. Its ledger is a part of its own; bundles of the first form have it here.
    pub scan: Scan,
    /// The scan before of the same accounts in the same folder; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// Fingerprint of the key that signs this manifest, in `manifest.sig`; none where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Its parts with their digests.
    pub parts: Vec<Part>,
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// File name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl Manifest {
    /// Reads the manifest of a folder that says to be a bundle.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(MANIFEST);
        if !folder.is_dir() || !path.is_file() {
            let words = "is no bundle: expected a folder with a manifest.json, as `rung scan` leaves one";
            return Err(Failure::usage(format!("{} {words}", folder.display())));
        }
        let bytes = fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
        Manifest::parse(&path, &bytes)
    }

    /// The manifest that these bytes are; `path` is where they come from.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Failure> {
        let manifest: Manifest = serde_json::from_slice(bytes)
            .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))?;
        if manifest.schema != SCHEMA {
            let words = format!(
                "{}: schema {:?}, expected {SCHEMA:?}: it needs another version of rung",
                path.display(),
                manifest.schema
            );
            return Err(Failure::usage(words));
        }
        match manifest.strange().first() {
            Some(name) => {
                Err(Failure::usage(format!("{}: the part {name:?} is not a file of the bundle", path.display())))
            }
            None => Ok(manifest),
        }
    }

    /// Names of parts that no scan writes: outside of the folder, manifest or signature, or twice the same.
    pub(super) fn strange(&self) -> Vec<&str> {
        let mut seen = BTreeSet::from([MANIFEST, SIGNATURE]);
        let plain = |name: &str| Path::new(name).file_name().is_some_and(|file| file == name);
        self.parts.iter().map(|part| part.name.as_str()).filter(|name| !plain(name) || !seen.insert(name)).collect()
    }

    /// Whether it names this part.
    pub(super) fn names(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.name == name)
    }
}

/// Reads a file of JSON.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))
}
