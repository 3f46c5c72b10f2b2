//! What people add to an outcome: attestations decide what was not seen, waivers except what is accepted.
//!
//! Neither touches what was observed: an attestation against an observed "unmet" is contested and changes nothing; a
//! waiver changes only the levels that are shown beside the others.

use jiff::civil::Date;

use super::{
    Attestation, Bar, Basis, Control, CriterionResult, DecidedBy, EvidenceSet, Outcome, RawFinding, Settings, Standing,
    Tally, Unseen, Verdict, Waiver,
};

/// An attestation of a criterion, and whether it counts today.
#[derive(Clone, Debug)]
pub struct Attested<'a> {
    /// What was said.
    pub attestation: &'a Attestation,
    /// Whether it counts.
    pub standing: Standing,
    /// Subjects that were not seen and that it speaks for.
    pub subjects: u64,
}

/// A waiver of a criterion or of some of its subjects.
#[derive(Clone, Copy, Debug)]
pub struct Waived<'a> {
    /// What was accepted.
    pub waiver: &'a Waiver,
    /// Whether it has ended.
    pub expired: bool,
    /// Subjects that it excepts: failing or not seen.
    pub subjects: u64,
}

/// What an outcome depends on beside its criterion.
pub(super) struct People<'a> {
    pub(super) set: &'a EvidenceSet,
    pub(super) settings: &'a Settings,
    pub(super) today: Date,
}

impl<'a> People<'a> {
    /// Lets attestations decide what observation left unknown.
    pub(super) fn attest(&self, control: Control, unseen: &[&Unseen], result: &mut CriterionResult<'a>) {
        let id = result.criterion.full_id(control);
        let told = self.settings.attestations.iter().filter(|attestation| attestation.criterion == id);
        result.attestations = told
            .map(|attestation| Attested { attestation, standing: attestation.standing(self.today), subjects: 0 })
            .collect();
        if !result.attestations.iter().any(|told| told.standing.counts()) || result.criterion.basis == Basis::Observed {
            return;
        }
        match result.outcome {
            Outcome::Unmet => result.decided_by = DecidedBy::Contested,
            Outcome::Unknown => self.decide(unseen, result),
            Outcome::Met | Outcome::NotApplicable => {}
        }
    }

    fn decide(&self, unseen: &[&Unseen], result: &mut CriterionResult<'a>) {
        let mut tally = result.tally;
        for finding in result.findings.iter_mut().filter(|finding| finding.verdict == Verdict::Unknown) {
            let Some(evidence) = self.set.evidence.get(finding.evidence as usize) else { continue };
            let mut told = result.attestations.iter_mut().filter(|told| told.standing.counts());
            if let Some(told) = told.find(|told| told.attestation.covers(&evidence.subject)) {
                told.subjects += 1;
                finding.attested = true;
                // For bars that count what must not be there, what is attested is that it is not there.
                match result.criterion.bar {
                    Bar::None | Bar::AtMost(_) => tally.fail += 1,
                    _ => tally.pass += 1,
                }
                tally.unknown -= 1;
            }
        }
        tally.unseen &= !unseen.iter().all(|unseen| covered(&result.attestations, &unseen.account));
        let whole = || {
            let accounts = &self.set.accounts;
            !accounts.is_empty() && accounts.iter().all(|account| covered(&result.attestations, account))
        };
        let outcome = match result.criterion.bar.decide(tally, &self.settings.thresholds) {
            Some(outcome) => outcome,
            None if whole() => Outcome::Met,
            None => Outcome::Unknown,
        };
        result.attested_tally = tally;
        if outcome == Outcome::Met {
            result.outcome = outcome;
            result.decided_by = DecidedBy::Attested;
            result.needs_attestation = false;
        }
    }

    /// What the outcome would be without the excepted subjects.
    pub(super) fn waive(&self, control: Control, result: &mut CriterionResult<'a>) {
        result.with_waivers = result.outcome;
        let waivers = self.settings.waivers.iter().filter(|waiver| waiver.speaks_of(control, result.criterion));
        let mut waived: Vec<_> =
            waivers.map(|waiver| Waived { waiver, expired: waiver.is_expired(self.today), subjects: 0 }).collect();
        if waived.iter().all(|one| one.expired) {
            result.waivers = waived;
            return;
        }
        let mut tally = result.attested_tally;
        let missing = Missing(result.criterion.bar);
        for finding in result.findings.iter_mut().filter(|finding| missing.counts(finding)) {
            let Some(evidence) = self.set.evidence.get(finding.evidence as usize) else { continue };
            let mut active = waived.iter_mut().filter(|one| !one.expired);
            if let Some(one) = active.find(|one| one.waiver.excepts(&evidence.subject)) {
                one.subjects += 1;
                finding.waived = true;
                take_out(&mut tally, finding.verdict);
            }
        }
        let all_of_it = waived.iter().any(|one| !one.expired && one.waiver.subject.is_none());
        result.waivers = waived;
        let excepted = result.findings.iter().any(|finding| finding.waived);
        if all_of_it {
            result.with_waivers = Outcome::NotApplicable;
        } else if excepted {
            let decided = result.criterion.bar.decide(tally, &self.settings.thresholds);
            result.with_waivers = decided.unwrap_or(Outcome::NotApplicable);
        }
    }
}

/// Which findings keep a bar from being reached.
struct Missing(Bar);

impl Missing {
    fn counts(&self, finding: &RawFinding) -> bool {
        let unknown = finding.verdict == Verdict::Unknown && !finding.attested;
        match self.0 {
            Bar::None | Bar::AtMost(_) => unknown || finding.verdict == Verdict::Pass,
            _ => unknown || finding.verdict == Verdict::Fail,
        }
    }
}

fn take_out(tally: &mut Tally, verdict: Verdict) {
    match verdict {
        Verdict::Pass => tally.pass -= 1,
        Verdict::Fail => tally.fail -= 1,
        Verdict::Unknown => tally.unknown -= 1,
        Verdict::NotApplicable => return,
    }
    tally.not_applicable += 1;
}

/// Whether somebody speaks for everything in an account.
fn covered(told: &[Attested<'_>], account: &str) -> bool {
    told.iter().any(|told| told.standing.counts() && told.attestation.covers_account(account))
}

#[cfg(test)]
#[path = "people_tests.rs"]
pub(crate) mod tests;
