//! The coverage ledger, from counts, sources and gaps.

use std::collections::BTreeMap;

use crate::model::{Cause, Coverage, Covered, EvidenceSet, PlaceCount};

type Key = (String, String, String);

/// A line for each operation that was asked, or that a gap names, in each account and region.
pub fn coverage(set: &EvidenceSet, counts: &[PlaceCount]) -> Vec<Coverage> {
    let mut lines: BTreeMap<Key, Coverage> = BTreeMap::new();
    for one in counts {
        let line = line(&mut lines, &one.account, &one.region, &one.operation);
        line.calls += one.count.calls;
        line.resumed += one.count.resumed;
        line.retries += one.count.retries;
        line.throttles += one.count.throttles;
        line.errors += one.count.errors;
    }
    for source in &set.sources {
        let operation = format!("{}:{}", source.service, source.operation);
        let line = line(&mut lines, &source.account, &source.region, &operation);
        line.sources += 1;
        line.pages += u64::from(source.pages);
        line.items += source.items;
    }
    for gap in &set.gaps {
        let line = line(&mut lines, &gap.account, &gap.region, &gap.operation);
        if !line.causes.contains(&gap.cause) && (gap.cause.is_unread() || gap.cause == Cause::NotRequested) {
            line.causes.push(gap.cause);
        }
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    for line in &mut lines {
        line.causes.sort_unstable();
        let unread = line.causes.iter().any(|cause| cause.is_unread());
        line.covered = match (unread, line.causes.is_empty()) {
            (true, _) if line.pages > 0 => Covered::Partly,
            (true, _) => Covered::NotRead,
            (false, false) if line.calls + line.resumed == 0 => Covered::NotAsked,
            _ => Covered::Complete,
        };
    }
    lines
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;

fn line<'l>(lines: &'l mut BTreeMap<Key, Coverage>, account: &str, region: &str, operation: &str) -> &'l mut Coverage {
    let key = (account.to_owned(), region.to_owned(), operation.to_owned());
    lines.entry(key).or_insert_with_key(|(account, region, operation)| Coverage {
        account: account.clone(),
        region: region.clone(),
        operation: operation.clone(),
        covered: Covered::Complete,
        causes: Vec::new(),
        sources: 0,
        pages: 0,
        items: 0,
        calls: 0,
        resumed: 0,
        retries: 0,
        throttles: 0,
        errors: 0,
    })
}
