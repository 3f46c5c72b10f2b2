//! A shelf beside memory: what a page may still need when it is written, put into a temporary file as it comes by. So an account
//! of any size needs as much memory as the page has rows.

use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Serialize, de::DeserializeOwned};
use tempfile::SpooledTempFile;

/// Bytes that stay in memory; a usual scan never reaches the disk.
const IN_MEMORY: usize = 16 * 1024 * 1024;

/// Where something lies on the shelf.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    at: u64,
    length: u32,
}

impl Place {
    /// Its length in bytes.
    pub(super) fn length(self) -> usize {
        self.length as usize
    }
}

/// The shelf.
#[derive(Debug)]
pub(super) struct Shelf {
    file: SpooledTempFile,
    end: u64,
}

impl Default for Shelf {
    fn default() -> Self {
        Shelf { file: SpooledTempFile::new(IN_MEMORY), end: 0 }
    }
}

impl Shelf {
    /// Puts something there.
    pub(super) fn put(&mut self, item: &impl Serialize) -> io::Result<Place> {
        let bytes = serde_json::to_vec(item)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let place = Place { at: self.end, length };
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&bytes)?;
        self.end += u64::from(length);
        Ok(place)
    }

    /// Takes it from there.
    pub(super) fn get<T: DeserializeOwned>(&mut self, place: Place) -> io::Result<T> {
        let mut bytes = vec![0; place.length as usize];
        self.file.seek(SeekFrom::Start(place.at))?;
        self.file.read_exact(&mut bytes)?;
        Ok(serde_json::from_slice(&bytes)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_there_comes_back_in_any_order() {
        let mut shelf = Shelf::default();
        let (a, b) = (shelf.put(&"a").unwrap(), shelf.put(&vec![1, 2, 3]).unwrap());
        assert_eq!(shelf.get::<Vec<u8>>(b).unwrap(), [1, 2, 3]);
        let c = shelf.put(&"\u{202e}c").unwrap();
        assert_eq!(shelf.get::<String>(a).unwrap(), "a");
        assert_eq!(shelf.get::<String>(c).unwrap(), "\u{202e}c");
    }
}
