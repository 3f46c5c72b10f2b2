//! A bundle being written: aside, part by part, each with its digest, and made visible when it is whole.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufWriter, IntoInnerError, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
};

use rung_rules::{
    changes::Changes,
    compose::LazyFindings,
    model::{Assessment, EvidenceSet, Scan, Settings},
};
use serde::Serialize;

use super::{
    ASSESSMENT, CHANGES, EVIDENCE, GAPS, HISTORY, LEDGER, Manifest, PARTIAL, Part, Previous, REPORT, SETTINGS, SOURCES,
    SignKey, UNSEEN,
    account::{self, AccountFolder},
    chain::{self, SameId},
    digest::Digesting,
    manifest::{MANIFEST, SCHEMA},
    pack, packed, parent,
    signature::{SIGNATURE, sign},
};
use crate::{
    failure::Failure,
    history::History,
    report::{self, Earlier, Head, html},
};

/// Names tried before a bundle gives up.
const ATTEMPTS: u32 = 50;

/// Bytes collected before they are digested and written.
const BUFFER: usize = 256 * 1024;

/// A bundle being written, invisible until it is finished.
#[derive(Debug)]
pub struct Draft {
    aside: tempfile::TempDir,
    target: PathBuf,
    replace: bool,
    same_id: SameId,
    key: Option<SignKey>,
    parts: Mutex<Vec<Part>>,
    growing: Mutex<BTreeMap<String, PartWriter>>,
    /// The scan before, looked for once: what is told to have changed since is of the one that the manifest names.
    previous: OnceLock<Option<(Previous, PathBuf)>>,
}

/// Where the bytes of a part go; their digest is known in the end.
type PartWriter = BufWriter<Digesting<fs::File>>;

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
        let (parts, growing, previous) = Default::default();
        let (target, same_id) = (target.to_owned(), SameId::default());
        Ok(Draft { aside, target, replace, same_id, key: None, parts, growing, previous })
    }

    /// Signs its manifest in the end.
    #[must_use]
    pub fn signed_by(self, key: Option<SignKey>) -> Self {
        Draft { key, ..self }
    }

    /// Of a scan that may have a bundle already: that one is not the scan before.
    #[must_use]
    pub fn done_again(self) -> Self {
        Draft { same_id: SameId::Itself, ..self }
    }

    /// The scan before, and where its bundle lies: what the manifest will name. What is replaced each time has none.
    pub fn previous(&self, scan: &Scan) -> Option<&(Previous, PathBuf)> {
        let look = || if self.replace { None } else { chain::previous(&self.target, scan, self.same_id) };
        self.previous.get_or_init(look).as_ref()
    }

    /// A bundle beside it that cannot be read and may be the scan before.
    pub fn unread(&self, scan: &Scan) -> Option<PathBuf> {
        if self.replace {
            None
        } else {
            chain::unread(&self.target, self.previous(scan).map(|(_, folder)| folder.as_path()))
        }
    }

    /// Whether it takes the place of a bundle of the same name.
    pub fn replaces(&self) -> bool {
        self.replace
    }

    /// Where it lies until it is finished.
    pub fn folder(&self) -> &Path {
        self.aside.path()
    }

    /// The folder in which it will appear.
    pub fn beside(&self) -> &Path {
        parent(&self.target)
    }

    /// Writes the levels of the scans before.
    pub fn write_history(&self, history: &History) -> Result<(), Failure> {
        self.write_json(HISTORY, history)
    }

    /// Writes what changed since the scan before.
    pub fn write_changes(&self, changes: &Changes) -> Result<(), Failure> {
        self.write_json(CHANGES, changes)
    }

    /// Writes all parts but the ledger, side by side: evidence, settings, assessment, report. Gives the assessment back for what
    /// else is to be shown.
    pub fn write_all<'a>(
        &self,
        set: &EvidenceSet,
        settings: &Settings,
        assessment: Assessment<LazyFindings<'a>>,
        earlier: Earlier<'_>,
    ) -> Result<(Head, LazyFindings<'a>), Failure> {
        thread::scope(|scope| {
            let evidence = scope.spawn(move || {
                self.write_evidence(set)?;
                self.write_settings(settings)?;
                earlier.changes.map_or(Ok(()), |changes| self.write_changes(changes))?;
                earlier.history.map_or(Ok(()), |history| self.write_history(history))
            });
            let written = self.write(ASSESSMENT, |out| report::json::write(&assessment, out));
            let (head, findings) = assessment.with_findings(());
            let page = html::Page::of(&head, findings.iter());
            let page = page.map_err(|error| Failure::file("write", &self.aside.path().join(REPORT), &error));
            let page = page.and_then(|mut page| self.write_report(page.report(&head, earlier, Some(REPORT))));
            let evidence = evidence.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            evidence.and(written).and(page).map(|()| (head, findings))
        })
    }

    /// Writes one part. Several may be written at once.
    fn write(&self, name: &str, fill: impl FnOnce(&mut PartWriter) -> io::Result<()>) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file("write", &self.aside.path().join(name), &error);
        let mut out = self.part(name).map_err(failed)?;
        fill(&mut out).and_then(|()| self.end(name, out)).map_err(failed)
    }

    fn part(&self, name: &str) -> io::Result<PartWriter> {
        let file = fs::File::create_new(self.aside.path().join(name))?;
        Ok(BufWriter::with_capacity(BUFFER, Digesting::new(file)))
    }

    fn end(&self, name: &str, out: PartWriter) -> io::Result<()> {
        let part = out.into_inner().map_err(IntoInnerError::into_error)?.part(name);
        lock(&self.parts).push(part);
        Ok(())
    }

    /// Writes what people had set.
    pub fn write_settings(&self, settings: &Settings) -> Result<(), Failure> {
        self.write_json(SETTINGS, settings)
    }

    fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        self.write(name, |out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }

    fn write_evidence(&self, set: &EvidenceSet) -> Result<(), Failure> {
        self.write_lines(EVIDENCE, &set.evidence)?;
        self.write_lines(UNSEEN, &set.unseen)?;
        self.write_lines(GAPS, &set.gaps)?;
        self.write_lines(SOURCES, &set.sources)
    }

    fn write_lines<T: Serialize>(&self, part: &str, items: &[T]) -> Result<(), Failure> {
        self.write(&packed(part), |out| pack(items, out).map(drop))
    }

    /// Appends items to JSON lines, as a frame of its own. `part` is the name without `.zst`, for example
    /// [`EVIDENCE`]. Tells how many there were.
    pub fn append<T: Serialize>(&self, part: &str, items: impl IntoIterator<Item = T>) -> Result<u64, Failure> {
        self.grow(part, |out| pack(items, out))
    }

    /// Appends a file of whole frames, as [`pack`] writes them, to JSON lines. `part` is the name without `.zst`.
    pub fn append_file(&self, part: &str, frames: &Path) -> Result<(), Failure> {
        let mut file = fs::File::open(frames).map_err(|error| Failure::file("read", frames, &error))?;
        self.grow(part, |out| io::copy(&mut file, out).map(drop))
    }

    /// Appends an account that was written into a folder of its own: behind those of accounts before it in order.
    pub fn append_account(&self, account: &AccountFolder) -> Result<(), Failure> {
        account::PARTS.iter().try_for_each(|part| self.append_file(part, &account.part(part)))
    }

    /// Writes the assessment as `fill` puts it together.
    pub fn write_assessment(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        self.write(ASSESSMENT, |out| fill(out))
    }

    /// Writes the HTML report, with its detail pages beside it.
    pub fn write_report(&self, report: io::Result<html::Report<'_>>) -> Result<(), Failure> {
        let mut report = report.map_err(|error| Failure::file("write", &self.aside.path().join(REPORT), &error))?;
        for (number, name) in report.detail_names().iter().enumerate() {
            self.write(name, |out| report.write_detail(number, out))?;
        }
        self.write(REPORT, |out| report.write(out))
    }

    /// A folder beside the draft for what goes into it; it goes with whoever holds it.
    pub fn scratch(&self) -> Result<tempfile::TempDir, Failure> {
        let beside = parent(&self.target);
        let scratch = tempfile::Builder::new().prefix(PARTIAL).tempdir_in(beside);
        scratch.map_err(|error| Failure::file("write into", beside, &error))
    }

    /// One thread at a time, whatever the part.
    fn grow<R>(&self, part: &str, fill: impl FnOnce(&mut PartWriter) -> io::Result<R>) -> Result<R, Failure> {
        let name = packed(part);
        let failed = |error: io::Error| Failure::file("write", &self.aside.path().join(&name), &error);
        let mut growing = lock(&self.growing);
        if !growing.contains_key(&name) {
            growing.insert(name.clone(), self.part(&name).map_err(failed)?);
        }
        let out = growing.get_mut(&name).ok_or_else(|| failed(io::ErrorKind::NotFound.into()))?;
        fill(out).map_err(failed)
    }

    /// Writes the ledger of `scan`, if it has one, and the manifest, and makes the bundle visible under its name.
    pub fn finish(self, scan: &Scan) -> Result<PathBuf, Failure> {
        // Whoever writes account by account has appended it already.
        if !scan.ledger.is_empty() || !lock(&self.growing).contains_key(&packed(LEDGER)) {
            self.append(LEDGER, &scan.ledger)?;
        }
        for (name, out) in std::mem::take(&mut *lock(&self.growing)) {
            let failed = |error: io::Error| Failure::file("write", &self.aside.path().join(&name), &error);
            self.end(&name, out).map_err(failed)?;
        }
        self.write_manifest(&self.manifest(scan))?;
        self.appear().map_err(|(path, error)| Failure::file("write", &path, &error))
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::file("write", &self.aside.path().join(MANIFEST), &error);
        let mut bytes = serde_json::to_vec_pretty(manifest).map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        self.write(MANIFEST, |out| out.write_all(&bytes))?;
        match &self.key {
            Some(key) => self.write(SIGNATURE, |out| out.write_all(&sign(key, &bytes)?)),
            None => Ok(()),
        }
    }

    fn manifest(&self, scan: &Scan) -> Manifest {
        let mut parts = std::mem::take(&mut *lock(&self.parts));
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        Manifest {
            schema: SCHEMA.to_owned(),
            rung: env!("CARGO_PKG_VERSION").to_owned(),
            scan: Scan { ledger: Vec::new(), ..scan.clone() },
            previous: self.previous(scan).map(|(previous, _)| previous.clone()),
            signed_by: self.key.as_ref().map(|key| key.public().fingerprint()),
            parts,
        }
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
