//! A file of rows while it is written: packed, counted and digested aside, for what is put is whole.

use std::io::{self, BufWriter, Write};

use flate2::{Compression, GzBuilder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use tempfile::TempPath;

use crate::{
    bundle::{Digesting, Part},
    failure::Failure,
    report::jsonl,
};

/// A file as the list of files has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Its name below the lake.
    pub(super) name: String,
    /// Its rows.
    pub(super) rows: u64,
    /// Its size.
    pub(super) bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub(super) sha256: String,
}

/// A file that is whole, and goes when it is dropped.
#[derive(Debug)]
pub(super) struct File {
    pub(super) listed: Listed,
    pub(super) path: TempPath,
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Writing {
    name: String,
    rows: u64,
    path: TempPath,
    out: GzEncoder<Digesting<BufWriter<std::fs::File>>>,
}

impl Writing {
    /// Begins a file of this name.
    pub(super) fn create(name: String) -> Result<Self, Failure> {
        let aside = tempfile::Builder::new().prefix("rung-lake-").tempfile().map_err(|error| failed(&error))?;
        let (file, path) = aside.into_parts();
        // Without a time and a name in it, the same rows are the same bytes.
        let out = GzBuilder::new().mtime(0).write(Digesting::new(BufWriter::new(file)), Compression::default());
        Ok(Writing { name, rows: 0, path, out })
    }

    /// Adds a row, with its line end.
    pub(super) fn row(&mut self, line: &[u8]) -> io::Result<()> {
        self.rows += 1;
        self.out.write_all(line)
    }

    /// Adds a value as a row.
    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.rows += 1;
        jsonl::line(value, &mut self.out).map_err(|error| failed(&error))
    }

    /// Ends it.
    pub(super) fn finish(self) -> Result<File, Failure> {
        let mut digesting = self.out.finish().map_err(|error| failed(&error))?;
        digesting.flush().map_err(|error| failed(&error))?;
        let Part { name, sha256, bytes } = digesting.part(&self.name);
        Ok(File { listed: Listed { name, rows: self.rows, bytes, sha256 }, path: self.path })
    }
}

/// What is put aside lies in the folder for temporary files.
pub(super) fn failed(error: &io::Error) -> Failure {
    Failure::file("put rows aside in", &std::env::temp_dir(), error)
}
