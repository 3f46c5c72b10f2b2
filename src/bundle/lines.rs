//! JSON lines, packed with zstd: as many frames one after another as they were written in, each with a checksum of its content.
//!
//! A reader holds one line and zstd's window, whatever the file says it unpacks to.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, BufRead, BufReader, BufWriter, IntoInnerError, Read, Write},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use zstd::stream::{read::Decoder, write::Encoder};

use crate::failure::Failure;

/// zstd's own default: a quarter of the time of gzip's, and smaller.
const LEVEL: i32 = 3;

/// Bytes of text collected before they are packed.
const BUFFER: usize = 256 * 1024;

/// The longest line that is read, in bytes; the longest that is written is some thousands.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Packs each item as a line of JSON, all of them as one frame; tells how many there were.
pub fn pack<T: Serialize>(items: impl IntoIterator<Item = T>, out: impl Write) -> io::Result<u64> {
    let mut encoder = Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    let mut text = BufWriter::with_capacity(BUFFER, encoder);
    let mut lines = 0;
    for item in items {
        serde_json::to_writer(&mut text, &item)?;
        text.write_all(b"\n")?;
        lines += 1;
    }
    text.into_inner().map_err(IntoInnerError::into_error)?.finish()?.flush()?;
    Ok(lines)
}

/// The items of a file of JSON lines, one at a time; nothing follows an error.
pub struct Lines<T> {
    text: Box<dyn BufRead + Send>,
    path: PathBuf,
    line: u64,
    longest: u64,
    buffer: Vec<u8>,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> Lines<T> {
    /// Opens packed lines.
    pub(super) fn packed(path: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::file("read", path, &error);
        let mut file = BufReader::new(fs::File::open(path).map_err(failed)?);
        // An empty file would unpack to nothing; what was written has at least one frame.
        if file.fill_buf().map_err(failed)?.is_empty() {
            return Err(Failure::usage(format!("{}: empty, expected a zstd frame", path.display())));
        }
        let text = Decoder::with_buffer(file).map_err(failed)?;
        Ok(Self::of(Box::new(BufReader::new(text)), path))
    }

    /// Opens lines as bundles of the first form have them: not packed.
    pub(super) fn plain(path: &Path) -> Result<Self, Failure> {
        let file = fs::File::open(path).map_err(|error| Failure::file("read", path, &error))?;
        Ok(Self::of(Box::new(BufReader::new(file)), path))
    }

    fn of(text: Box<dyn BufRead + Send>, path: &Path) -> Self {
        let (path, buffer) = (path.to_owned(), Vec::new());
        Lines { text, path, line: 0, longest: LONGEST, buffer, ended: false, item: PhantomData }
    }

    fn failure(&self, error: &str) -> Failure {
        Failure::usage(format!("{}, line {}: {error}", self.path.display(), self.line))
    }

    /// The next line into the buffer; false at the end.
    fn advance(&mut self) -> Result<bool, String> {
        self.buffer.clear();
        self.line += 1;
        let mut line = (&mut self.text).take(self.longest + 1);
        match line.read_until(b'\n', &mut self.buffer) {
            Ok(0) => Ok(false),
            Ok(length) if length as u64 > self.longest => Err(format!("longer than {} bytes", self.longest)),
            Ok(_) => Ok(true),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl<T: DeserializeOwned> Lines<T> {
    /// The item of a line, counted from 1; the lines before it are passed over unread. Nothing where there are fewer.
    pub fn at(mut self, line: u64) -> Option<Result<T, Failure>> {
        for _ in 1..line {
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(self.failure(&error))),
            }
        }
        if line == 0 { None } else { self.next() }
    }

    /// The items whose lines have one of these words in them; the others are passed over unread.
    pub fn naming(mut self, words: &BTreeSet<String>) -> impl Iterator<Item = Result<T, Failure>> {
        let finders: Vec<_> = words.iter().map(|word| memchr::memmem::Finder::new(word).into_owned()).collect();
        std::iter::from_fn(move || {
            while !self.ended {
                match self.advance() {
                    Ok(true) if finders.iter().any(|finder| finder.find(&self.buffer).is_some()) => {
                        let item = serde_json::from_slice(&self.buffer);
                        self.ended = item.is_err();
                        return Some(item.map_err(|error| self.failure(&error.to_string())));
                    }
                    Ok(true) => {}
                    Ok(false) => self.ended = true,
                    Err(error) => {
                        self.ended = true;
                        return Some(Err(self.failure(&error)));
                    }
                }
            }
            None
        })
    }
}

impl<T: DeserializeOwned> Iterator for Lines<T> {
    type Item = Result<T, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let item = match self.advance() {
            Ok(false) => None,
            Ok(true) => Some(serde_json::from_slice(&self.buffer).map_err(|error| error.to_string())),
            Err(error) => Some(Err(error)),
        };
        self.ended = !matches!(item, Some(Ok(_)));
        item.map(|item| item.map_err(|error| self.failure(&error)))
    }
}

impl<T> fmt::Debug for Lines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("path", &self.path).field("line", &self.line).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
#[path = "lines_tests.rs"]
mod tests;
