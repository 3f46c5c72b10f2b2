//! A bundle by its manifest alone: which scan it is, and the digest that stands for all of it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{Bundle, Manifest, PARTIAL, manifest::MANIFEST};
use crate::failure::Failure;

/// A bundle whose parts were not looked at.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its folder, from the root.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of the manifest's bytes, in hexadecimal.
    pub sha256: String,
}

impl Sealed {
    /// Reads a bundle's manifest.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let manifest = Manifest::read(folder)?;
        let failed = |path: &Path, error: std::io::Error| Failure::file("read", path, &error);
        let path = folder.join(MANIFEST);
        let bytes = fs::read(&path).map_err(|error| failed(&path, error))?;
        let folder = folder.canonicalize().map_err(|error| failed(folder, error))?;
        Ok(Sealed { folder, manifest, sha256: hex::encode(Sha256::digest(bytes)) })
    }

    /// A bundle that lies elsewhere, by the bytes of its manifest; `folder` is how it is named.
    pub(crate) fn of_bytes(folder: &Path, bytes: &[u8]) -> Result<Self, Failure> {
        let manifest = Manifest::parse(bytes, &folder.join(MANIFEST).display().to_string())?;
        Ok(Sealed { folder: folder.to_owned(), manifest, sha256: hex::encode(Sha256::digest(bytes)) })
    }

    /// The bundle, every part held against this manifest.
    pub(crate) fn open(self) -> Result<Bundle, Failure> {
        let bundle = self.bundle();
        bundle.check()?;
        Ok(bundle)
    }

    /// The bundle, to check and read parts of it.
    pub(crate) fn bundle(self) -> Bundle {
        Bundle::unchecked(self.folder, self.manifest)
    }

    /// The bundles of a folder, and those folders that say to be one and are not, with their reasons.
    pub fn all(scans: &Path) -> (Vec<Self>, Vec<(PathBuf, Failure)>) {
        let entries = fs::read_dir(scans).into_iter().flatten().flatten().map(|entry| entry.path());
        let whole = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with(PARTIAL) && path.join(MANIFEST).is_file()
        };
        let (mut bundles, mut refused) = (Vec::new(), Vec::new());
        for folder in entries.filter(whole) {
            match Sealed::read(&folder) {
                Ok(sealed) => bundles.push(sealed),
                Err(failure) => refused.push((folder, failure)),
            }
        }
        (bundles, refused)
    }
}
