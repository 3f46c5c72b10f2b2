//! The writer's thread: it owns the files, removes secrets, packs batches, and reports the first thing that goes wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::{Duration, Instant},
};

use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use rung_rules::model::SourceId;
use tokio::sync::oneshot;

use super::{Answer, JournalError, Line, PageOf, file::member};
use crate::aws::{
    gate::Stamp,
    redact::remove_secrets,
    transport::exchange_of,
    wire::{Exchange, RecordedAnswer, RecordedBody, RecordedRequest},
};

/// A batch of this size is written at once.
const BATCH_BYTES: usize = 256 * 1024;
/// A smaller one waits so long for more: what a killed scan loses.
const BATCH_WAIT: Duration = Duration::from_millis(200);
/// Bytes of answers that may wait for the writer.
const QUEUE_BYTES: usize = 64 * 1024 * 1024;

/// An answer of AWS as the transport got it; its body is shared with the SDK, not copied.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) stamp: Stamp,
    pub(crate) request: RecordedRequest,
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: SdkBody,
    pub(crate) read_at: Timestamp,
}

impl Answered {
    fn bytes(&self) -> &[u8] {
        self.body.bytes().unwrap_or_default()
    }

    fn into_exchange(self) -> Exchange {
        let body = RecordedBody::plain(self.headers.get("content-type").map(String::as_str), self.bytes());
        let answer = RecordedAnswer { status: self.status, headers: self.headers, body };
        exchange_of(&self.stamp, self.request, answer)
    }
}

/// The file of an account, and how many of its bytes are sound: what is behind them is cut off before anything is added.
#[derive(Debug)]
pub(super) struct AccountFile {
    pub(super) path: PathBuf,
    pub(super) sound: u64,
}

#[derive(Debug)]
enum Message {
    Keep { file: Arc<AccountFile>, page: PageOf, answered: Box<Answered> },
    Ended { file: Arc<AccountFile>, source: SourceId },
    Flush(oneshot::Sender<()>),
    Close { path: PathBuf, done: oneshot::Sender<Result<(), JournalError>> },
}

/// The way to the thread, which ends when the last of its senders is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    messages: Sender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    queued: AtomicUsize,
    failed: OnceLock<JournalError>,
}

impl Writer {
    pub(super) fn start() -> io::Result<Self> {
        let (messages, receiver) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        let work = Work { shared: shared.clone(), files: BTreeMap::new(), closed: BTreeSet::new(), due: None };
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || work.run(&receiver))?;
        Ok(Writer { messages, shared })
    }

    /// Never waits: what the disk cannot take in time is not kept, and asked again by a scan that resumes.
    pub(super) fn keep(&self, file: &Arc<AccountFile>, page: PageOf, answered: Answered) {
        let bytes = answered.bytes().len();
        if self.shared.failed.get().is_some() || self.shared.queued.load(Ordering::Acquire) + bytes > QUEUE_BYTES {
            return;
        }
        self.shared.queued.fetch_add(bytes, Ordering::AcqRel);
        self.send(Message::Keep { file: file.clone(), page, answered: Box::new(answered) });
    }

    pub(super) fn ended(&self, file: &Arc<AccountFile>, source: SourceId) {
        self.send(Message::Ended { file: file.clone(), source });
    }

    pub(super) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.send(Message::Flush(done));
        let _ = flushed.await;
    }

    pub(super) async fn close(&self, path: PathBuf) -> Result<(), JournalError> {
        let (done, closed) = oneshot::channel();
        self.send(Message::Close { path, done });
        closed.await.unwrap_or(Ok(()))
    }

    pub(super) fn fail(&self, error: JournalError) {
        self.shared.fail(error);
    }

    pub(super) fn failure(&self) -> Option<JournalError> {
        self.shared.failed.get().cloned()
    }

    /// The thread is gone only if it panicked; then nothing is kept.
    fn send(&self, message: Message) {
        let _ = self.messages.send(message);
    }
}

impl Shared {
    /// The first error counts: the others follow from it.
    fn fail(&self, error: JournalError) {
        let _ = self.failed.set(error);
    }
}

struct Work {
    shared: Arc<Shared>,
    files: BTreeMap<PathBuf, Open>,
    closed: BTreeSet<PathBuf>,
    /// When the oldest batch has to be written.
    due: Option<Instant>,
}

struct Open {
    file: File,
    batch: Vec<u8>,
}

impl Work {
    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let message = match self.due {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => messages.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match message {
                Ok(Message::Keep { file, page, answered }) => {
                    self.shared.queued.fetch_sub(answered.bytes().len(), Ordering::AcqRel);
                    self.keep(&file, || line(page, *answered));
                }
                Ok(Message::Ended { file, source }) => self.keep(&file, || Some(Line::Ended(source))),
                Ok(Message::Flush(done)) => {
                    self.flush_all();
                    // Who does not wait any more has given up.
                    let _ = done.send(());
                }
                Ok(Message::Close { path, done }) => {
                    let _ = done.send(self.close(path));
                }
                Err(RecvTimeoutError::Timeout) => self.flush_all(),
                Err(RecvTimeoutError::Disconnected) => return self.flush_all(),
            }
        }
    }

    fn keep(&mut self, file: &AccountFile, line: impl FnOnce() -> Option<Line>) {
        if self.shared.failed.get().is_some() || self.closed.contains(&file.path) {
            return;
        }
        if let Err(error) = self.try_keep(file, line()) {
            self.shared.fail(JournalError::new(&file.path, error));
        }
        if self.due.is_some_and(|due| due <= Instant::now()) {
            self.flush_all();
        }
    }

    fn try_keep(&mut self, file: &AccountFile, line: Option<Line>) -> io::Result<()> {
        let Some(line) = line else { return Ok(()) };
        let open = match self.files.entry(file.path.clone()) {
            std::collections::btree_map::Entry::Occupied(there) => there.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(Open::new(file)?),
        };
        serde_json::to_writer(&mut open.batch, &line)?;
        open.batch.push(b'\n');
        self.due.get_or_insert_with(|| Instant::now() + BATCH_WAIT);
        if open.batch.len() >= BATCH_BYTES { open.flush() } else { Ok(()) }
    }

    fn flush_all(&mut self) {
        self.due = None;
        if self.shared.failed.get().is_some() {
            return;
        }
        for (path, open) in &mut self.files {
            if let Err(error) = open.flush() {
                return self.shared.fail(JournalError::new(path, error));
            }
        }
    }

    fn close(&mut self, path: PathBuf) -> Result<(), JournalError> {
        self.files.remove(&path);
        let removed = remove(&path);
        self.closed.insert(path);
        removed
    }
}

fn remove(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(JournalError::new(path, error)),
        _ => Ok(()),
    }
}

impl Open {
    fn new(file: &AccountFile) -> io::Result<Self> {
        let mut open = OpenOptions::new().create(true).write(true).truncate(false).open(&file.path)?;
        open.set_len(file.sound)?;
        open.seek(SeekFrom::End(0))?;
        Ok(Open { file: open, batch: Vec::new() })
    }

    /// One write a member, so that a kill leaves it whole or torn at the end.
    fn flush(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let packed = member(&self.batch)?;
        self.batch.clear();
        self.file.write_all(&packed)
    }
}

/// The line of an answer without secrets; nothing for a request that is not itself without them, and for STS.
fn line(page: PageOf, answered: Answered) -> Option<Line> {
    if answered.stamp.call.service == "sts" {
        return None;
    }
    let read_at = answered.read_at;
    let mut exchange = answered.into_exchange();
    let request = exchange.request.clone();
    remove_secrets(&mut exchange);
    if exchange.request != request {
        return None;
    }
    exchange.answer.body.forget_readable();
    Some(Line::Answer(Box::new(Answer { read_at, of: page, exchange })))
}
