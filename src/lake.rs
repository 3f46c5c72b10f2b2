//! The lake: what scans found, saw and could not see, as files that Athena, DuckDB and whatever reads compressed JSON lines query over all
//! nights and accounts.
//!
//! ```text
//! findings/scan_date=2026-11-26/account=111122223333/region=eu-central-1/SCAN-BUNDLE.jsonl.gz
//! evidence/...                                                           what was seen, a row a subject
//! gaps/...                                                               what could not be seen: unknown is never silently absent
//! accounts/scan_date=2026-11-26/SCAN-BUNDLE.jsonl.gz                     a row an account: how far it was read, its levels
//! files/scan_date=2026-11-26/SCAN-BUNDLE.jsonl.gz                        the files of the scan with their digests
//! scans/SCAN.json                                                        put last: which bundle of the scan counts
//! ```
//!
//! Names follow from the bundle (`BUNDLE` is the beginning of its manifest's digest), so that writing it again, or by two at once, puts the
//! same bytes under the same names. Another bundle of the same scan (a merge that was done again) lies beside the first until its marker takes
//! the place of the first one's: readers take rows whose bundle a marker names, and never see half of one.
//!
//! Files are gzip and not zstd: every version of both engines takes it by the ending `.gz` alone, and many files can be open at a tenth of
//! the memory.

mod cut;
mod ddl;
mod file;
mod marker;
mod names;
mod read;
mod row;

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use tokio::sync::{Semaphore, mpsc};

use crate::{bundle::Bundle, failure::Failure, place::Place};

use cut::Source;
pub use ddl::{Engine, ddl};
use file::{File, Listed, Writing};
use marker::Marker;

/// Files that wait to be put.
const WAITING: usize = 64;
/// Files that are put at the same time: a put takes some ten milliseconds, and an organisation has a hundred thousand.
const AT_ONCE: u32 = 48;
/// As many bytes of them count as one more; from so many pieces on a file is put alone, for it is sent in parts that lie in memory.
const PIECE: u64 = 1 << 20;
const LARGE: u64 = 8;

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The name of the marker: `scans/SCAN.json`.
    pub marker: String,
    /// What stands for the bundle in names and rows.
    pub bundle: String,
    /// Accounts.
    pub accounts: u64,
    /// Rows of findings, those included in which the account stands as the resource.
    pub findings: u64,
    /// Rows of evidence.
    pub evidence: u64,
    /// Rows of gaps.
    pub gaps: u64,
    /// Files, without the list of them and the marker.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Writes the rows of a bundle below a place, the marker last. Memory does not grow with the bundle.
pub async fn write(bundle: &Bundle, place: &Place) -> Result<Written, Failure> {
    write_showing(bundle, place, &ProgressBar::hidden()).await
}

/// The same, with a bar of accounts.
pub async fn write_showing(bundle: &Bundle, place: &Place, bar: &ProgressBar) -> Result<Written, Failure> {
    let source = Source::of(bundle)?;
    let names = source.names.clone();
    let (ready, mut waiting) = mpsc::channel(WAITING);
    let bar = bar.clone();
    let cutting = tokio::task::spawn_blocking(move || cut::cut(source, &ready, &bar));
    let mut list = Writing::create(names.list())?;
    let mut written = Written::default();
    let files = stream::poll_fn(move |context| waiting.poll_recv(context));
    let places = Arc::new(Semaphore::new(AT_ONCE as usize));
    let mut putting = files.map(|file| put(place.clone(), places.clone(), file)).buffered(AT_ONCE as usize);
    while let Some(listed) = putting.try_next().await? {
        written.files += 1;
        written.bytes += listed.bytes;
        list.json(&listed)?;
    }
    drop(putting);
    let (head, sums) = cutting.await.map_err(|error| Failure::usage(format!("cannot write the lake: {error}")))??;
    written = Written {
        marker: names.marker(),
        bundle: names.bundle.clone(),
        accounts: sums.accounts,
        findings: sums.findings,
        evidence: sums.evidence,
        gaps: sums.gaps,
        ..written
    };
    let list = put(place.clone(), places, list.finish()?).await?;
    place.put_json(&written.marker, &Marker::new(&names, &head, &written, &list)).await?;
    Ok(written)
}

async fn put(place: Place, places: Arc<Semaphore>, file: File) -> Result<Listed, Failure> {
    // Nobody closes it.
    let _held = places.acquire_many(weight(file.listed.bytes)).await;
    place.upload(&file.listed.name, &file.path).await?;
    Ok(file.listed)
}

/// How many small files a file counts as.
fn weight(bytes: u64) -> u32 {
    let pieces = bytes / PIECE;
    if pieces >= LARGE { AT_ONCE } else { u32::try_from(pieces).map_or(AT_ONCE, |pieces| pieces + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_files_go_together_and_a_large_one_alone() {
        assert_eq!((weight(0), weight(PIECE - 1), weight(PIECE), weight(8 * PIECE - 1)), (1, 1, 2, 8));
        assert_eq!((weight(8 * PIECE), weight(u64::MAX)), (AT_ONCE, AT_ONCE));
    }
}
