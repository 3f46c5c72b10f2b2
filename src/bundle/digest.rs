//! Digests of parts while they are written or read.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use super::Part;

/// A writer that knows the digest and length of what went through it.
#[derive(Debug)]
pub(crate) struct Digesting<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Digesting<W> {
    pub(crate) fn new(inner: W) -> Self {
        Digesting { inner, digest: Sha256::new(), bytes: 0 }
    }

    pub(crate) fn part(self, name: &str) -> Part {
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

/// A file as a part of this name.
pub(super) fn of_file(path: &Path, name: &str) -> io::Result<Part> {
    let mut digest = Digesting::new(io::sink());
    io::copy(&mut fs::File::open(path)?, &mut digest)?;
    Ok(digest.part(name))
}
