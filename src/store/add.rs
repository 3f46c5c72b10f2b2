//! Takes bundles into the store: whole or not at all, each once, whoever else does the same at that time.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::sync::mpsc::{self, Receiver};

use super::{
    Part, Store, StoreError, Told,
    db::{Arg, Change, ask, tell},
    rows::of_time,
    stream, write,
};
use crate::{
    bundle::{Bundle, Sealed},
    failure::Failure,
};

/// The part of a bundle that tells what changed since the scan before.
const CHANGES: &str = "changes.json";

/// Parts of an assessment that wait to be written.
const WAITING: usize = 4;

/// What became of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is in the store now.
    New,
    /// It was in already.
    Known,
    /// It took the place of another bundle of the same scan: of one that is gone, was replaced, or saw less.
    Replaced,
    /// The store has another bundle of the same scan, there, that saw as much or more.
    Superseded(PathBuf),
}

/// Where a scan in the store comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The scan.
    pub scan: String,
    /// When its last answer came.
    pub finished_at: Timestamp,
    /// Whether every source was read.
    pub complete: bool,
    /// The folder.
    pub bundle: PathBuf,
    /// SHA-256 of its manifest.
    pub manifest_sha256: String,
    /// The scan before, that its manifest names.
    pub previous: Option<String>,
    /// What its bundle tells of the changes since then.
    pub told: Option<Told>,
}

impl From<&Sealed> for Origin {
    fn from(sealed: &Sealed) -> Self {
        let manifest = &sealed.manifest;
        Origin {
            scan: manifest.scan.id.clone(),
            finished_at: manifest.scan.finished_at,
            complete: manifest.scan.complete,
            bundle: sealed.folder.clone(),
            manifest_sha256: sealed.sha256.clone(),
            previous: manifest.previous.as_ref().map(|previous| previous.scan.clone()),
            told: None,
        }
    }
}

/// What the store has of a scan.
#[derive(sqlx::FromRow)]
struct There {
    num: i64,
    manifest_sha256: String,
    complete: i64,
    finished_at: i64,
    bundle: String,
    removed_at: Option<i64>,
}

/// What is to be done with a bundle.
enum Verdict {
    Add,
    Replace(i64),
    Moved(i64),
    Leave(Added),
}

impl Store {
    /// Takes a bundle in. A bundle that was changed after its scan is refused.
    pub async fn add(&self, folder: &Path) -> Result<Added, StoreError> {
        let folder = folder.to_owned();
        let sealed = blocking(move || Sealed::read(&folder)).await??;
        let mut origin = Origin::from(&sealed);
        if let Verdict::Leave(added) = judge(&origin, self.db.one(THERE, vec![origin.scan.as_str().into()]).await?) {
            return Ok(added);
        }
        let bundle = blocking(move || sealed.open()).await??;
        origin.told = told(&bundle)?;
        let (send, parts) = mpsc::channel(WAITING);
        let reading = tokio::task::spawn_blocking(move || {
            stream::read(&bundle.assessment_path(), &mut |part| send.blocking_send(part).is_ok())
        });
        self.put(&origin, parts, reading).await
    }

    /// Takes a scan in whose parts come from elsewhere.
    pub async fn add_parts(&self, origin: &Origin, parts: Receiver<Part>) -> Result<Added, StoreError> {
        self.put(origin, parts, tokio::task::spawn_blocking(|| Ok(()))).await
    }

    async fn put(
        &self,
        origin: &Origin,
        parts: Receiver<Part>,
        reading: tokio::task::JoinHandle<Result<(), Failure>>,
    ) -> Result<Added, StoreError> {
        let _alone = self.db.alone().await;
        let mut change = self.db.change().await?;
        // Again, now that nobody else can add it.
        let there = ask(&mut change, THERE, vec![origin.scan.as_str().into()]).await?.into_iter().next();
        let added = match judge(origin, there) {
            Verdict::Leave(added) => return Ok(added),
            Verdict::Moved(num) => {
                let args = vec![origin.bundle.to_string_lossy().as_ref().into(), num.into()];
                tell(&mut change, "UPDATE scans SET bundle = $1 WHERE num = $2", args).await?;
                change.commit().await?;
                return Ok(Added::Known);
            }
            Verdict::Replace(num) => {
                remove(&mut change, num).await?;
                Added::Replaced
            }
            Verdict::Add => Added::New,
        };
        let whole = write::write(&mut change, origin, parts).await?;
        reading.await.map_err(|error| StoreError::Defect(error.into()))??;
        if !whole {
            return Err(StoreError::Refused(format!("{}: its assessment is empty", origin.bundle.display())));
        }
        change.commit().await?;
        Ok(added)
    }
}

const THERE: &str = "SELECT num, manifest_sha256, complete, finished_at, bundle, removed_at FROM scans WHERE id = $1";

/// A scan is in the store once: as its best bundle has it.
fn judge(origin: &Origin, there: Option<There>) -> Verdict {
    let Some(there) = there else { return Verdict::Add };
    // What retention took away does not come back with a copy that lies somewhere else.
    if there.removed_at.is_some() {
        return Verdict::Leave(Added::Known);
    }
    let old = PathBuf::from(&there.bundle);
    let gone = old != origin.bundle && !old.join("manifest.json").is_file();
    if there.manifest_sha256 == origin.manifest_sha256 {
        return if gone { Verdict::Moved(there.num) } else { Verdict::Leave(Added::Known) };
    }
    let better = (origin.complete, of_time(origin.finished_at)) > (there.complete != 0, there.finished_at);
    if gone || better || old == origin.bundle {
        Verdict::Replace(there.num)
    } else {
        Verdict::Leave(Added::Superseded(old))
    }
}

/// Takes a scan out. What others share (subjects, criteria, gaps) stays.
async fn remove(change: &mut Change, num: i64) -> Result<(), StoreError> {
    for table in ["findings", "facets", "scan_gaps", "outcomes", "levels", "accounts"] {
        tell(change, format!("DELETE FROM {table} WHERE scan = $1"), vec![Arg::from(num)]).await?;
    }
    tell(change, "DELETE FROM scans WHERE num = $1", vec![num.into()]).await.map(drop)
}

/// What a bundle tells of the changes since the scan before; older bundles tell nothing.
fn told(bundle: &Bundle) -> Result<Option<Told>, Failure> {
    if !bundle.manifest.parts.iter().any(|part| part.name == CHANGES) {
        return Ok(None);
    }
    let path = bundle.file_of(CHANGES)?;
    let text = std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
    let told = serde_json::from_slice(&text);
    told.map(Some).map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))
}

/// Work that waits for the disk, aside.
pub(crate) async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Defect(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(bundle: &Path, sha: &str, complete: bool) -> Origin {
        Origin {
            scan: "s".to_owned(),
            finished_at: Timestamp::UNIX_EPOCH,
            complete,
            bundle: bundle.to_owned(),
            manifest_sha256: sha.to_owned(),
            previous: None,
            told: None,
        }
    }

    fn there(bundle: &Path, complete: i64) -> Option<There> {
        let bundle = bundle.to_string_lossy().into_owned();
        Some(There { num: 7, manifest_sha256: "old".to_owned(), complete, finished_at: 0, bundle, removed_at: None })
    }

    #[test]
    fn a_scan_is_stored_once_and_as_its_best_bundle_has_it() {
        let here = tempfile::tempdir().unwrap();
        let (one, other) = (here.path().join("one"), here.path().join("other"));
        std::fs::create_dir(&one).unwrap();
        std::fs::write(one.join("manifest.json"), "{}").unwrap();
        assert!(matches!(judge(&origin(&other, "new", true), None), Verdict::Add));
        assert!(matches!(judge(&origin(&one, "old", true), there(&one, 1)), Verdict::Leave(Added::Known)));
        assert!(
            matches!(judge(&origin(&one, "new", true), there(&one, 1)), Verdict::Replace(7)),
            "replaced in its place"
        );
        assert!(matches!(judge(&origin(&other, "new", true), there(&one, 0)), Verdict::Replace(7)), "it saw more");
        assert!(matches!(judge(&origin(&other, "new", false), there(&one, 1)), Verdict::Leave(Added::Superseded(_))));
        assert!(matches!(judge(&origin(&other, "new", true), there(&one, 1)), Verdict::Leave(Added::Superseded(_))));
        std::fs::remove_file(one.join("manifest.json")).unwrap();
        assert!(
            matches!(judge(&origin(&other, "new", false), there(&one, 1)), Verdict::Replace(7)),
            "the old one is gone"
        );
        assert!(matches!(judge(&origin(&other, "old", true), there(&one, 1)), Verdict::Moved(7)));
        for sha in ["old", "new"] {
            let removed = there(&one, 0).map(|there| There { removed_at: Some(1), ..there });
            assert!(matches!(judge(&origin(&other, sha, true), removed), Verdict::Leave(Added::Known)), "{sha}");
        }
    }
}
