//! What was seen and what not, added up account by account: operations and causes, not resources.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cause, Coverage, CoverageCounts, Covered, GapGroup, GapReport, Summary};

/// The sums.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    accounts: u64,
    findings: u64,
    gaps: u64,
    groups: BTreeMap<(String, Cause), Group>,
    coverage: CoverageCounts,
    operations: BTreeMap<String, Coverage>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    accounts: u64,
    regions: BTreeSet<String>,
    gaps: u64,
    hides: BTreeSet<String>,
    opens_with: String,
}

impl Seen {
    /// Adds one account.
    pub fn add(&mut self, findings: u64, gaps: &[GapReport], coverage: &[Coverage]) {
        self.accounts += 1;
        self.findings += findings;
        self.gaps += gaps.len() as u64;
        let mut here = BTreeSet::new();
        for report in gaps.iter().filter(|report| !report.hides.is_empty()) {
            let gap = &report.gap;
            let group = self.groups.entry((gap.operation.clone(), gap.cause)).or_default();
            group.accounts += u64::from(here.insert((&gap.operation, gap.cause)));
            group.gaps += 1;
            if !group.regions.contains(&gap.region) {
                group.regions.insert(gap.region.clone());
            }
            group.hides.extend(report.hides.iter().cloned());
            // The first in alphabetical order: whichever account comes first.
            if group.opens_with.is_empty() || gap.opens_with < group.opens_with {
                group.opens_with.clone_from(&gap.opens_with);
            }
        }
        coverage.iter().for_each(|line| self.line(line));
    }

    fn line(&mut self, line: &Coverage) {
        let counts = &mut self.coverage;
        match line.covered {
            Covered::Complete => counts.complete += 1,
            Covered::Partly => counts.partly += 1,
            Covered::NotRead => counts.not_read += 1,
            Covered::NotAsked => counts.not_asked += 1,
        }
        match self.operations.get_mut(&line.operation) {
            Some(sum) => join(sum, line),
            None => drop(self.operations.insert(line.operation.clone(), line.clone())),
        }
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        let group = |((operation, cause), group): (&(String, Cause), &Group)| GapGroup {
            operation: operation.clone(),
            cause: *cause,
            accounts: group.accounts,
            regions: group.regions.iter().cloned().collect(),
            gaps: group.gaps,
            hides: group.hides.iter().cloned().collect(),
            opens_with: group.opens_with.clone(),
        };
        let gap_groups = self.groups.iter().map(group).collect();
        Summary { findings: self.findings, gaps: self.gaps, gap_groups, coverage: self.coverage }
    }

    /// The coverage of each operation over all accounts and regions, for a page that cannot list every line.
    pub fn by_operation(&self) -> Vec<Coverage> {
        let whole = |line: &Coverage| Coverage {
            account: format!("{} accounts", self.accounts),
            region: "all regions".to_owned(),
            ..line.clone()
        };
        self.operations.values().map(whole).collect()
    }
}

fn join(sum: &mut Coverage, line: &Coverage) {
    if sum.covered != line.covered {
        sum.covered = match (sum.covered, line.covered) {
            (Covered::NotAsked, other) | (other, Covered::NotAsked) => other,
            _ => Covered::Partly,
        };
    }
    for cause in &line.causes {
        if let Err(at) = sum.causes.binary_search(cause) {
            sum.causes.insert(at, *cause);
        }
    }
    sum.sources += line.sources;
    sum.pages += line.pages;
    sum.items += line.items;
    sum.calls += line.calls;
    sum.resumed += line.resumed;
    sum.retries += line.retries;
    sum.throttles += line.throttles;
    sum.errors += line.errors;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Gap, GapId};

    fn gap(account: &str, region: &str, hides: &[&str]) -> GapReport {
        let gap = Gap {
            id: GapId(1),
            operation: "ec2:DescribeVolumes".to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
            what: String::new(),
            cause: Cause::Denied,
            detail: String::new(),
            opens_with: format!("allow it in {account}"),
        };
        GapReport { gap, hides: hides.iter().map(|id| (*id).to_owned()).collect() }
    }

    fn line(covered: Covered, causes: &[Cause]) -> Coverage {
        Coverage {
            account: "1".to_owned(),
            region: "r".to_owned(),
            operation: "ec2:DescribeVolumes".to_owned(),
            covered,
            causes: causes.to_vec(),
            sources: 1,
            pages: 2,
            items: 3,
            calls: 2,
            resumed: 0,
            retries: 1,
            throttles: 1,
            errors: 0,
        }
    }

    #[test]
    fn the_same_gap_of_many_accounts_is_one_group() {
        let mut seen = Seen::default();
        seen.add(5, &[gap("2", "r", &["a"]), gap("2", "s", &["b"])], &[line(Covered::Complete, &[])]);
        seen.add(7, &[gap("1", "r", &["a"]), gap("1", "t", &[])], &[line(Covered::NotRead, &[Cause::Denied])]);
        let summary = seen.summary();
        assert_eq!((summary.findings, summary.gaps, summary.gap_groups.len()), (12, 4, 1));
        let group = &summary.gap_groups[0];
        assert_eq!((group.accounts, group.gaps, &group.regions[..]), (2, 3, &["r".to_owned(), "s".to_owned()][..]));
        assert_eq!((group.hides.len(), group.opens_with.as_str()), (2, "allow it in 1"));
        assert_eq!((summary.coverage.complete, summary.coverage.not_read), (1, 1));
        let by_operation = seen.by_operation();
        assert_eq!((by_operation.len(), by_operation[0].covered, by_operation[0].pages), (1, Covered::Partly, 4));
        assert_eq!(
            (by_operation[0].account.as_str(), &by_operation[0].causes[..]),
            ("2 accounts", &[Cause::Denied][..])
        );
    }
}
