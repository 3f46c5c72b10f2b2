//! The file of a journal: gzip members one after another, each a batch of lines.
//!
//! Together they are a valid gzip stream, which `zcat` reads. A member counts only if its checksum holds: a tear, as the end of a killed
//! program leaves it, costs the last member, and damage costs everything from there on. Neither is an error.

use std::io::{self, Read, Write};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};

/// The longest batch that is believed: damaged bytes may say anything.
const MEMBER_BYTES: u64 = 1 << 30;

/// A batch of lines as a member.
pub(super) fn member(lines: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(lines.len() / 4 + 64), Compression::fast());
    encoder.write_all(lines)?;
    encoder.finish()
}

/// Hands over each line of every sound member, and says how many bytes these members take.
pub(super) fn sound_lines(packed: &[u8], mut line: impl FnMut(&[u8])) -> u64 {
    let mut rest = packed;
    let mut text = Vec::new();
    while !rest.is_empty() {
        text.clear();
        let mut decoder = GzDecoder::new(rest);
        match decoder.by_ref().take(MEMBER_BYTES).read_to_end(&mut text) {
            Ok(length) if (length as u64) < MEMBER_BYTES => rest = decoder.into_inner(),
            _ => break,
        }
        text.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()).for_each(&mut line);
    }
    (packed.len() - rest.len()) as u64
}
