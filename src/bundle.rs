//! The bundle: the folder a scan leaves. Written aside and renamed, so that a half-written one is never seen; what is many goes into
//! packed JSON lines, which a reader takes one at a time.

use std::path::Path;

mod account;
mod chain;
mod digest;
mod draft;
mod keys;
mod lines;
mod manifest;
mod read;
mod sealed;
mod signature;
mod verify;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;

pub use account::{AccountFolder, BundleAccounts, OfAccount};
pub(crate) use chain::is_of_chain;
pub use chain::{Previous, SameId};
pub(crate) use digest::Digesting;
pub use draft::Draft;
pub use keys::{PublicKey, SignKey, exposed};
pub use lines::{Lines, pack};
pub use manifest::{Manifest, Part};
pub use read::Bundle;
pub use sealed::Sealed;
pub use verify::{Verified, verify};

/// JSON lines: one subject with its facts a line. On disk it is packed: `evidence.jsonl.zst`; so are all that end in `.jsonl`.
pub const EVIDENCE: &str = "evidence.jsonl";
/// JSON lines: kinds of subjects that could not be listed.
pub const UNSEEN: &str = "unseen.jsonl";
/// JSON lines: what could not be seen.
pub const GAPS: &str = "gaps.jsonl";
/// JSON lines: every call.
pub const SOURCES: &str = "sources.jsonl";
/// JSON lines: what was asked of each operation in each account and region (`PlaceCount`).
pub const LEDGER: &str = "ledger.jsonl";
/// The report's name in a bundle.
pub const REPORT: &str = "report.html";
/// What changed since the scan before, where there was one: `rung/changes/v1`.
pub const CHANGES: &str = "changes.json";
/// The levels of the scans before, where there were any: `rung/history/v1`.
pub const HISTORY: &str = "history.json";
const SETTINGS: &str = "settings.json";
const ASSESSMENT: &str = "assessment.json";

/// How folders begin that are being written.
const PARTIAL: &str = ".rung-partial-";

/// The folder a bundle lies in.
fn parent(bundle: &Path) -> &Path {
    bundle.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The name on disk of packed JSON lines.
fn packed(lines: &str) -> String {
    format!("{lines}.zst")
}
