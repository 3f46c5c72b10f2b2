//! The bundle: the folder a scan leaves. Written aside and renamed, so that a half-written one is never seen.

use std::{
    fs,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use rung_rules::{
    compose::LazyFindings,
    model::{Assessment, EvidenceSet, Scan, Settings},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    failure::Failure,
    report::{self, Head},
};

mod chain;
mod verify;

pub use chain::Previous;
pub use verify::{Verified, verify};

const SCHEMA: &str = "rung/bundle/v1";
const MANIFEST: &str = "manifest.json";
const EVIDENCE: &str = "evidence.jsonl";
const UNSEEN: &str = "unseen.jsonl";
const GAPS: &str = "gaps.jsonl";
const SOURCES: &str = "sources.jsonl";
const SETTINGS: &str = "settings.json";
const ASSESSMENT: &str = "assessment.json";
/// The report's name in a bundle.
pub const REPORT: &str = "report.html";

/// The manifest of a bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `rung/bundle/v1`.
    pub schema: String,
    /// The program that wrote it.
    pub rung: String,
    /// The scan.
    pub scan: Scan,
    /// The scan before of the same accounts in the same folder; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
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

/// Names tried before a bundle gives up.
const ATTEMPTS: u32 = 50;

/// How folders begin that are being written.
const PARTIAL: &str = ".rung-partial-";

/// The folder a bundle lies in.
fn parent(bundle: &Path) -> &Path {
    bundle.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A bundle being written, invisible until it is finished.
#[derive(Debug)]
pub struct Draft {
    aside: tempfile::TempDir,
    target: PathBuf,
    replace: bool,
    parts: Mutex<Vec<Part>>,
}

/// Where the bytes of a part go; their digest is known in the end.
type PartWriter = BufWriter<Digesting<fs::File>>;

/// Bytes collected before they are digested and written.
const BUFFER: usize = 256 * 1024;

impl Draft {
    /// Prepares a bundle at `target`; fails before anything is scanned if it cannot be written there.
    pub fn create(target: &Path, replace: bool) -> Result<Self, Failure> {
        if target.exists() && !replace {
            let words = "already exists; a bundle is never overwritten: choose another folder with --bundle";
            return Err(Failure::usage(format!("{} {words}", target.display())));
        }
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(|error| Failure::file("create", parent, &error))?;
        let aside = tempfile::Builder::new()
            .prefix(PARTIAL)
            .tempdir_in(parent)
            .map_err(|error| Failure::file("write into", parent, &error))?;
        Ok(Draft { aside, target: target.to_owned(), replace, parts: Mutex::default() })
    }

    /// Writes all parts, side by side: evidence, settings, assessment, report. Gives the assessment back for what else is to be shown.
    pub fn write_all<'a>(
        &self,
        set: &EvidenceSet,
        settings: &Settings,
        assessment: Assessment<LazyFindings<'a>>,
    ) -> Result<(Head, LazyFindings<'a>), Failure> {
        thread::scope(|scope| {
            let evidence = scope.spawn(|| self.write_evidence(set).and_then(|()| self.write_settings(settings)));
            let written = self.write(ASSESSMENT, |out| report::json::write(&assessment, out));
            let (head, findings) = assessment.with_findings(());
            let page = self.write(REPORT, |out| report::html::write(&head, findings.iter(), out));
            let evidence = evidence.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            evidence.and(written).and(page).map(|()| (head, findings))
        })
    }

    /// Writes one part. Several may be written at once.
    fn write(&self, name: &str, fill: impl FnOnce(&mut PartWriter) -> io::Result<()>) -> Result<(), Failure> {
        let path = self.aside.path().join(name);
        let failed = |error: io::Error| Failure::file("write", &path, &error);
        let file = Digesting::new(fs::File::create(&path).map_err(failed)?);
        let mut out = BufWriter::with_capacity(BUFFER, file);
        fill(&mut out).and_then(|()| out.flush()).map_err(failed)?;
        let part = out.into_inner().map_err(|error| failed(error.into_error()))?.part(name);
        self.parts.lock().unwrap_or_else(PoisonError::into_inner).push(part);
        Ok(())
    }

    fn write_lines<T: Serialize>(&self, name: &str, items: &[T]) -> Result<(), Failure> {
        self.write(name, |out| {
            items.iter().try_for_each(|item| {
                serde_json::to_writer(&mut *out, item)?;
                out.write_all(b"\n")
            })
        })
    }

    fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        self.write(SETTINGS, |out| {
            serde_json::to_writer_pretty(&mut *out, settings)?;
            out.write_all(b"\n")
        })
    }

    fn write_evidence(&self, set: &EvidenceSet) -> Result<(), Failure> {
        self.write_lines(EVIDENCE, &set.evidence)?;
        self.write_lines(UNSEEN, &set.unseen)?;
        self.write_lines(GAPS, &set.gaps)?;
        self.write_lines(SOURCES, &set.sources)
    }

    /// Writes the manifest and makes the bundle visible under its name.
    pub fn finish(self, scan: &Scan) -> Result<PathBuf, Failure> {
        let mut parts = std::mem::take(&mut *self.parts.lock().unwrap_or_else(PoisonError::into_inner));
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            rung: env!("CARGO_PKG_VERSION").to_owned(),
            scan: scan.clone(),
            // What is replaced each time chains nothing.
            previous: if self.replace { None } else { chain::previous(&self.target, &scan.accounts) },
            parts,
        };
        self.write(MANIFEST, |out| {
            serde_json::to_writer_pretty(&mut *out, &manifest)?;
            out.write_all(b"\n")
        })?;
        self.appear().map_err(|(path, error)| Failure::file("write", &path, &error))
    }

    /// Gives the folder its name. Where another scan took the name in the meantime this one gets the next; what is to be
    /// replaced is moved out of the way first, so that there is always a whole bundle or none.
    fn appear(&self) -> Result<PathBuf, (PathBuf, io::Error)> {
        let taken =
            |error: &io::Error| matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists);
        for attempt in 1..=ATTEMPTS {
            let name = match attempt {
                1 => self.target.clone(),
                _ if self.replace => self.target.clone(),
                n => self
                    .target
                    .with_file_name(format!("{}-{n}", self.target.file_name().unwrap_or_default().to_string_lossy())),
            };
            match fs::rename(self.aside.path(), &name) {
                Ok(()) => return Ok(name),
                Err(error) if taken(&error) && attempt < ATTEMPTS => {
                    if self.replace {
                        self.move_away(&name).map_err(|error| (name, error))?;
                    }
                }
                Err(error) => return Err((name, error)),
            }
        }
        Err((self.target.clone(), io::ErrorKind::AlreadyExists.into()))
    }

    /// Somebody else may move it away first: then it is gone, as it should be.
    fn move_away(&self, old: &Path) -> io::Result<()> {
        let trash = tempfile::Builder::new().prefix(PARTIAL).tempdir_in(parent(old))?;
        match fs::rename(old, trash.path().join("old")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A writer that knows the digest and length of what went through it.
struct Digesting<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    fn new(inner: W) -> Self {
        Digesting { inner, digest: Sha256::new(), bytes: 0 }
    }

    fn part(self, name: &str) -> Part {
        Part { name: name.to_owned(), sha256: hex::encode(self.digest.finalize()), bytes: self.bytes }
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.digest.update(buffer.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

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
        let path = folder.join(MANIFEST);
        if !folder.is_dir() || !path.is_file() {
            let words = "is no bundle: expected a folder with a manifest.json, as `rung scan` leaves one";
            return Err(Failure::usage(format!("{} {words}", folder.display())));
        }
        let manifest: Manifest = parse(&path, &read(&path)?)?;
        if manifest.schema != SCHEMA {
            let words = format!(
                "{}: schema {:?}, expected {SCHEMA:?}: it needs another version of rung",
                path.display(),
                manifest.schema
            );
            return Err(Failure::usage(words));
        }
        let bundle = Bundle { folder: folder.to_owned(), manifest };
        bundle.check()?;
        Ok(bundle)
    }

    fn check(&self) -> Result<(), Failure> {
        for part in &self.manifest.parts {
            let path = self.folder.join(&part.name);
            let mut file = fs::File::open(&path).map_err(|error| Failure::file("read", &path, &error))?;
            let mut digest = Digesting::new(io::sink());
            io::copy(&mut file, &mut digest).map_err(|error| Failure::file("read", &path, &error))?;
            let found = digest.part(&part.name);
            if found != *part {
                return Err(Failure::usage(format!(
                    "{} was changed after the scan: its SHA-256 is {}, the manifest says {}\nUse the bundle as the scan left it, or scan again.",
                    path.display(),
                    found.sha256.get(..16).unwrap_or_default(),
                    part.sha256.get(..16).unwrap_or_default()
                )));
            }
        }
        Ok(())
    }

    /// The evidence, to hold rules against it again.
    pub fn evidence(&self) -> Result<EvidenceSet, Failure> {
        Ok(EvidenceSet {
            now: self.manifest.scan.started_at,
            accounts: self.manifest.scan.accounts.iter().map(|account| account.as_str().into()).collect(),
            evidence: self.lines(EVIDENCE)?,
            unseen: self.lines(UNSEEN)?,
            gaps: self.lines(GAPS)?,
            sources: self.lines(SOURCES)?,
        })
    }

    /// What people had set when it was scanned; every default for bundles that do not tell.
    pub fn settings(&self) -> Result<Settings, Failure> {
        let path = self.folder.join(SETTINGS);
        if !self.manifest.parts.iter().any(|part| part.name == SETTINGS) {
            return Ok(Settings::default());
        }
        parse(&path, &read(&path)?)
    }

    /// The assessment as it was written.
    pub fn assessment(&self) -> Result<Assessment, Failure> {
        let path = self.folder.join(ASSESSMENT);
        parse(&path, &read(&path)?)
    }

    fn lines<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Failure> {
        let path = self.folder.join(name);
        let file = fs::File::open(&path).map_err(|error| Failure::file("read", &path, &error))?;
        let mut items = Vec::new();
        for (at, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| Failure::file("read", &path, &error))?;
            let item = serde_json::from_str(&line)
                .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), at + 1)))?;
            items.push(item);
        }
        Ok(items)
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))
}
