//! The recorder: writes each exchange as it happens, redacted before it reaches the disk.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use super::{
    redact::{Redactor, remove_secrets},
    wire::{Exchange, RecordingHeader},
};

/// Writes a recording into a folder.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    state: Mutex<State>,
    pseudonyms: bool,
}

#[derive(Debug, Default)]
struct State {
    written: std::collections::BTreeSet<PathBuf>,
    held: Vec<Exchange>,
    failed: Option<io::Error>,
}

impl Recorder {
    /// A recorder into a new or empty folder. With `pseudonyms`, exchanges are held until the end, when every name is known.
    pub fn create(folder: &Path, pseudonyms: bool) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        if fs::read_dir(folder)?.next().is_some() {
            let words = format!("{} is not empty: a recording needs a folder of its own", folder.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
        }
        Ok(Recorder { folder: folder.to_owned(), state: Mutex::default(), pseudonyms })
    }

    pub(crate) fn add(&self, mut exchange: Exchange) {
        remove_secrets(&mut exchange);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.pseudonyms {
            state.held.push(exchange);
        } else {
            self.keep(&mut state, &exchange);
        }
    }

    fn keep(&self, state: &mut State, exchange: &Exchange) {
        match write(&self.folder, exchange) {
            Ok(path) => drop(state.written.insert(path)),
            Err(error) => drop(state.failed.get_or_insert(error)),
        }
    }

    /// Writes the head, and with pseudonyms the exchanges. The first error of any write is reported here.
    pub fn finish(&self, mut header: RecordingHeader) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.pseudonyms {
            header.redacted = true;
            let mut held = std::mem::take(&mut state.held);
            Redactor::learn(&held).apply(&mut header, &mut held);
            for exchange in &held {
                self.keep(&mut state, exchange);
            }
        }
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        header.exchanges = state.written.len();
        let mut text = serde_json::to_string_pretty(&header)?;
        text.push('\n');
        let path = self.folder.join("recording.json");
        fs::write(&path, text).map_err(|error| {
            // Half a head would be none that says what is missing.
            let _ = fs::remove_file(&path);
            named(&path, &error)
        })
    }
}

fn write(folder: &Path, exchange: &Exchange) -> io::Result<PathBuf> {
    let digest = hex::encode(Sha256::digest(exchange.key().as_bytes()));
    let folder = folder.join(&exchange.region).join(format!("{}.{}", exchange.service, exchange.operation));
    let path = folder.join(format!("{}.json", digest.get(..12).unwrap_or(&digest)));
    let mut text = serde_json::to_string_pretty(exchange)?;
    text.push('\n');
    fs::create_dir_all(&folder).and_then(|()| fs::write(&path, text)).map_err(|error| named(&path, &error))?;
    Ok(path)
}

/// The error with the file that could not be written.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}
