//! A bundle on disk, to read.

use std::path::{Path, PathBuf};

use rung_rules::{
    changes::Changes,
    model::{AccountReport, Assessment, EvidenceSet, Scan, Settings},
};
use serde::de::DeserializeOwned;

use super::{
    ASSESSMENT, CHANGES, EVIDENCE, GAPS, HISTORY, LEDGER, Lines, Manifest, Part, SETTINGS, SOURCES, UNSEEN, chain,
    digest,
    manifest::{MANIFEST, json},
    packed,
};
use crate::{failure::Failure, history::History};

/// A bundle on disk whose parts are as they were written.
#[derive(Debug)]
pub struct Bundle {
    folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

impl Bundle {
    /// Opens a bundle and checks the digest of every part.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        let bundle = Bundle { folder: folder.to_owned(), manifest: Manifest::read(folder)? };
        bundle.check()?;
        Ok(bundle)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        self.manifest.parts.iter().try_for_each(|part| self.check_one(part))
    }

    fn check_one(&self, part: &Part) -> Result<(), Failure> {
        let path = self.folder.join(&part.name);
        let found = digest::of_file(&path, &part.name).map_err(|error| Failure::file("read", &path, &error))?;
        if found == *part {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{} was changed after the scan: its SHA-256 is {}, the manifest says {}\nUse the bundle as the scan left it, or scan again.",
            path.display(),
            found.sha256.get(..16).unwrap_or_default(),
            part.sha256.chars().take(16).collect::<String>()
        )))
    }

    /// Checks the digest of JSON lines. `part` is the name without `.zst`.
    pub(crate) fn check_part(&self, part: &str) -> Result<(), Failure> {
        let name = self.name_of(part)?;
        self.manifest.parts.iter().filter(|part| part.name == name).try_for_each(|part| self.check_one(part))
    }

    /// The file of JSON lines. `part` is the name without `.zst`.
    pub(crate) fn file_of(&self, part: &str) -> Result<PathBuf, Failure> {
        Ok(self.folder.join(self.name_of(part)?))
    }

    fn name_of(&self, part: &str) -> Result<String, Failure> {
        let name = packed(part);
        if self.manifest.names(&name) {
            return Ok(name);
        }
        if self.manifest.names(part) {
            return Ok(part.to_owned());
        }
        let path = self.folder.join(MANIFEST);
        Err(Failure::usage(format!("{}: names neither {name} nor {part} among its parts", path.display())))
    }

    /// The bytes of its manifest, as the scan wrote them.
    pub fn manifest_bytes(&self) -> Result<Vec<u8>, Failure> {
        let path = self.folder.join(MANIFEST);
        std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))
    }

    /// Writes the bytes of a manifest into a folder that has its parts.
    pub(crate) fn write_manifest(folder: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let path = folder.join(MANIFEST);
        std::fs::write(&path, bytes).map_err(|error| Failure::file("write", &path, &error))
    }

    /// A bundle whose parts nobody has looked at yet.
    pub(super) fn unchecked(folder: PathBuf, manifest: Manifest) -> Self {
        Bundle { folder, manifest }
    }

    /// The scan with its ledger, wherever the bundle keeps that.
    pub fn scan(&self) -> Result<Scan, Failure> {
        let mut scan = self.manifest.scan.clone();
        if self.manifest.names(&packed(LEDGER)) {
            scan.ledger = self.all(LEDGER)?;
        }
        Ok(scan)
    }

    /// The evidence, to hold rules against it again.
    pub fn evidence(&self) -> Result<EvidenceSet, Failure> {
        Ok(EvidenceSet {
            now: self.manifest.scan.started_at,
            accounts: self.manifest.scan.accounts.iter().map(|account| account.as_str().into()).collect(),
            evidence: self.all(EVIDENCE)?,
            unseen: self.all(UNSEEN)?,
            gaps: self.all(GAPS)?,
            sources: self.all(SOURCES)?,
        })
    }

    /// What people had set when it was scanned; every default for bundles that do not tell.
    pub fn settings(&self) -> Result<Settings, Failure> {
        if !self.manifest.names(SETTINGS) {
            return Ok(Settings::default());
        }
        json(&self.folder.join(SETTINGS))
    }

    /// The assessment as it was written.
    pub fn assessment(&self) -> Result<Assessment, Failure> {
        json(&self.folder.join(ASSESSMENT))
    }

    /// The file of the assessment, for whoever reads it piece by piece.
    pub(crate) fn assessment_path(&self) -> PathBuf {
        self.folder.join(ASSESSMENT)
    }

    /// The accounts of the assessment; the rest of it, which may be long, is passed over.
    pub fn assessment_accounts(&self) -> Result<Vec<AccountReport>, Failure> {
        #[derive(serde::Deserialize)]
        struct Only {
            #[serde(default)]
            accounts: Vec<AccountReport>,
        }
        Ok(self.of_assessment::<Only>()?.accounts)
    }

    /// What `T` names of the assessment; the rest of it, which may be long, is passed over.
    pub fn of_assessment<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let path = self.folder.join(ASSESSMENT);
        let file = std::fs::File::open(&path).map_err(|error| Failure::file("read", &path, &error))?;
        serde_json::from_reader(std::io::BufReader::new(file))
            .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))
    }

    /// What changed since the scan before, as it was told then; nothing for the first of a chain.
    pub fn changes(&self) -> Result<Option<Changes>, Failure> {
        match self.manifest.names(CHANGES) {
            true => json(&self.folder.join(CHANGES)).map(Some),
            false => Ok(None),
        }
    }

    /// The levels of the scans before, as the store had them then; nothing where there were none.
    pub fn history(&self) -> Result<Option<History>, Failure> {
        match self.manifest.names(HISTORY) {
            true => json(&self.folder.join(HISTORY)).map(Some),
            false => Ok(None),
        }
    }

    /// The folder of the scan before, where it lies beside this one, unchanged; nothing for the first of a chain.
    pub fn before(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(previous) = &self.manifest.previous else { return Ok(None) };
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        match chain::folder_of(&folder, previous) {
            Some(folder) => Ok(Some(folder)),
            None => Err(Failure::usage(format!(
                "{} follows the scan {}, which does not lie beside it (retention may have removed it), or was changed: name two bundles",
                self.folder.display(),
                previous.scan
            ))),
        }
    }

    /// The items of JSON lines, one at a time. `part` is the name without `.zst`, for example [`EVIDENCE`]; bundles of the
    /// first form have the file under that name, not packed.
    pub fn lines<T: DeserializeOwned>(&self, part: &str) -> Result<Lines<T>, Failure> {
        let name = self.name_of(part)?;
        let path = self.folder.join(&name);
        if name == part { Lines::plain(&path) } else { Lines::packed(&path) }
    }

    fn all<T: DeserializeOwned>(&self, part: &str) -> Result<Vec<T>, Failure> {
        self.lines(part)?.collect()
    }
}
