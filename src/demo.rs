//! The demo account: a recording that ships inside the binary.

use rung_collectors::aws::Recording;

use crate::failure::Failure;

/// Packed by `build.rs` from `fixtures/accounts/demo`.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/demo.jsonl.gz"));

/// The demo account's recording.
pub fn recording() -> Result<Recording, Failure> {
    Recording::unpack(PACKED).map_err(|error| Failure::usage(format!("the demo account inside this binary: {error}")))
}
