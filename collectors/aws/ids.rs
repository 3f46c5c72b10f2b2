//! Stable ids: the first eight bytes of a SHA-256 over what identifies the thing.

use rung_rules::model::{GapId, SourceId};
use sha2::{Digest, Sha256};

fn digest(parts: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |acc, byte| acc << 8 | u64::from(*byte))
}

pub(crate) fn source_id(operation: &str, account: &str, region: &str, parameters: &str) -> SourceId {
    SourceId(digest(&["source", operation, account, region, parameters]))
}

pub(crate) fn gap_id(operation: &str, account: &str, region: &str, what: &str, cause: &str) -> GapId {
    GapId(digest(&["gap", operation, account, region, what, cause]))
}
