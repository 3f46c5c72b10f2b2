//! What the user hands in beside AWS: a file is a source too, so that every fact can be traced.

use rung_rules::model::{Cause, GapId, SourceId, SourceRecord};

use crate::aws::{GapAt, Place, source_id};

const SERVICE: &str = "file";
const OPERATION: &str = "Read";

/// Registers a file that was read before the scan.
pub fn source(place: &Place, path: &str, items: usize) -> SourceId {
    let name = format!("{SERVICE}:{OPERATION}");
    let id = source_id(&name, &place.account, &place.region, path);
    place.span.registry.add_source(SourceRecord {
        id,
        service: SERVICE.to_owned(),
        operation: OPERATION.to_owned(),
        account: place.account.to_string(),
        region: place.region.to_string(),
        parameters: path.to_owned(),
        read_at: place.span.time(),
        pages: 1,
        items: items as u64,
        request_ids: Vec::new(),
    });
    id
}

/// Registers that a file does not tell something.
pub fn gap(place: &Place, path: &str, what: &str) -> GapId {
    let operation = format!("{SERVICE}:{OPERATION}");
    let what = format!("{what} of {path}");
    let at = GapAt { operation: &operation, iam: "", account: &place.account, region: &place.region, what: &what };
    place.span.registry.add_gap(at, Cause::NotReported, String::new())
}

/// Registers that the store of scans could not be asked.
pub fn store_gap(place: &Place, what: &str, why: String) -> GapId {
    let at = GapAt { operation: "store:Read", iam: "", account: &place.account, region: &place.region, what };
    place.span.registry.add_gap(at, Cause::Failed, why)
}
