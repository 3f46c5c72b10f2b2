//! The journal of a scan under way: what AWS answered, on disk, so that an interrupted scan goes on where it stood.
//!
//! One file an account, `<account>.jsonl.gz`: a line an answer, a gzip member a batch (`file.rs`). A scan that resumes answers from
//! it first, and asks AWS for the rest.
//!
//! **What is kept** is decided where the answer is understood (`Reading` in `pages.rs`), not by status and error code: the pages of
//! a source, and errors that stand for "there is none". Throttles, denials, credentials that ended, server errors and answers that
//! the SDK cannot read all end in a gap, and a gap is never kept: the next scan asks again, because its way out may have been taken.
//! Requests that belong to no source (who is calling) pass by the journal by construction; nothing of STS is ever kept.
//!
//! **How request and journal find each other**: a page hands its account's journal to the transport with the task (`asking.rs`), because
//! the transport is made before the account is known, and requests without a source need none. Each line also says of which source
//! it is which page: so a page knows, before its request exists, whether the journal will answer, and need not wait for its turn.
//!
//! A listing that was cut off goes on at its next page only while AWS may still honour the token for it (`TOKEN_MINUTES`); after that it
//! is read anew. Sources that were read to their end say so in a line of their own.
//!
//! Each answer is given once: whoever asks the same again, asks AWS. Secrets are removed as a recording's are, by the writer's thread,
//! before anything reaches the disk; a *request* that holds one is not kept, because without it it could be taken for another.
//! Where the disk is slower than AWS, answers beyond `QUEUE_BYTES` are not kept rather than waited for.

mod earlier;
mod file;
mod metrics;
mod writer;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use rung_rules::model::SourceId;
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use super::{gate::Stamp, wire::RecordedRequest};
use earlier::Earlier;
use writer::Writer;

pub(crate) use earlier::Found;
pub(crate) use metrics::{QueryKey, QueryOf};
pub(crate) use writer::Answered;

/// A journal that cannot be read or written. The scan goes on; it cannot be resumed from here.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{path}: {source}")]
pub struct JournalError {
    /// Which file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: Arc<io::Error>,
}

impl JournalError {
    fn new(path: &Path, source: io::Error) -> Self {
        JournalError { path: path.to_owned(), source: Arc::new(source) }
    }
}

/// Of which source it is which page, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct PageOf {
    pub(crate) source: SourceId,
    pub(crate) page: u32,
}

/// The journals of a scan's accounts. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    accounts: Mutex<HashMap<String, Loading>>,
    writer: Writer,
}

/// Loaded by the first who asks; the rest wait.
type Loading = Arc<OnceCell<Option<Arc<AccountJournal>>>>;

impl Journal {
    /// The journals in this folder, which is made if it is not there: those of an interrupted scan answer, and all are written on.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::new(folder, source);
        fs::create_dir_all(folder).map_err(failed)?;
        let writer = Writer::start().map_err(failed)?;
        Ok(Journal(Arc::new(Shared { folder: folder.to_owned(), accounts: Mutex::default(), writer })))
    }

    /// The journal of one account, read from disk when it is first asked for. Nothing where the account is not known yet.
    pub(crate) async fn account(&self, account: &str) -> Option<Arc<AccountJournal>> {
        if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let loading = self.accounts().entry(account.to_owned()).or_default().clone();
        loading.get_or_init(|| self.load(account)).await.clone()
    }

    async fn load(&self, account: &str) -> Option<Arc<AccountJournal>> {
        let (writer, path) = (self.0.writer.clone(), self.file(account));
        let account = account.to_owned();
        let loaded = tokio::task::spawn_blocking(move || AccountJournal::open(&account, path, writer)).await;
        match loaded {
            Ok(Ok(journal)) => Some(Arc::new(journal)),
            Ok(Err(error)) => {
                self.0.writer.fail(error);
                None
            }
            // Only when the runtime ends.
            Err(_) => None,
        }
    }

    /// The account is finished: its answers are dropped and its file is removed.
    pub async fn close(&self, account: &str) -> Result<(), JournalError> {
        self.accounts().remove(account);
        self.0.writer.close(self.file(account)).await
    }

    /// Writes what is not written yet. To be awaited before the program ends, also after an interruption.
    pub async fn finish(&self) -> Result<(), JournalError> {
        self.0.writer.flush().await;
        self.failure().map_or(Ok(()), Err)
    }

    /// Why nothing more is kept, such as a full disk; nothing while all is well.
    pub fn failure(&self) -> Option<JournalError> {
        self.0.writer.failure()
    }

    fn file(&self, account: &str) -> PathBuf {
        self.0.folder.join(format!("{account}.jsonl.gz"))
    }

    fn accounts(&self) -> std::sync::MutexGuard<'_, HashMap<String, Loading>> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The journal of one account.
#[derive(Debug)]
pub(crate) struct AccountJournal {
    file: Arc<writer::AccountFile>,
    earlier: Mutex<Earlier>,
    writer: Writer,
}

impl AccountJournal {
    fn open(account: &str, path: PathBuf, writer: Writer) -> Result<Self, JournalError> {
        let packed = match fs::read(&path) {
            Ok(packed) => packed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(JournalError::new(&path, error)),
        };
        let (earlier, sound) = Earlier::read(account, &packed, Timestamp::now());
        let file = Arc::new(writer::AccountFile { path, sound });
        Ok(AccountJournal { file, earlier: Mutex::new(earlier), writer })
    }

    /// Whether the journal has this page; true once for each time that it was read.
    pub(crate) fn expects(&self, page: PageOf) -> bool {
        self.earlier().expects(page)
    }

    /// The answer to this request, which is then no longer there.
    pub(crate) fn take(&self, stamp: &Stamp, request: &RecordedRequest) -> Option<Found> {
        self.earlier().take(stamp.call, &stamp.region, request)
    }

    /// Whether the values of any metric are there.
    pub(crate) fn has_metrics(&self) -> bool {
        self.earlier().has_metrics()
    }

    /// Whether the values of this metric query are there.
    pub(crate) fn knows_metric(&self, query: QueryKey) -> bool {
        self.earlier().knows_metric(query)
    }

    /// Writes an answer.
    pub(crate) fn keep(&self, page: PageOf, answered: Answered) {
        self.writer.keep(&self.file, page, answered);
    }

    /// Writes that a source was read to its end, if the journal does not say so yet.
    pub(crate) fn ended(&self, source: SourceId) {
        if !self.earlier().has_ended(source) {
            self.writer.ended(&self.file, source);
        }
    }

    fn earlier(&self) -> std::sync::MutexGuard<'_, Earlier> {
        self.earlier.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// A page.
    Answer(Box<Answer>),
    /// A source was read to its end.
    Ended(SourceId),
}

#[derive(Debug, Serialize, Deserialize)]
struct Answer {
    /// When it was asked for.
    read_at: Timestamp,
    of: PageOf,
    exchange: super::wire::Exchange,
}
