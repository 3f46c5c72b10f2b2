//! What people add to an outcome: attestations decide what was not seen, waivers except what is accepted.
//!
//! Neither touches what was observed: an attestation against an observed "unmet" is contested and changes nothing; a
//! waiver changes only the levels that are shown beside the others.

use jiff::civil::Date;

use super::{
    Attestation, Bar, Basis, Control, CriterionResult, DecidedBy, EvidenceSet, Outcome, Settings, Standing, Subject,
    Thresholds, Unseen, Verdict, Waiver,
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
    /// Subjects that it would speak for, if the outcome is left unknown.
    could: u64,
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
    excepts: Excepts,
}

/// What a waiver would except.
#[derive(Clone, Copy, Debug, Default)]
struct Excepts {
    /// Subjects that keep the bar from being reached.
    missing: u64,
    /// Subjects that are unknown.
    unknown: u64,
    /// Subjects that are unknown, unless an attestation speaks for them.
    unless_attested: u64,
}

/// What attestations leave unsaid of a criterion.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unsaid {
    /// Something that could not be listed in an account that none speaks for.
    unseen: bool,
    /// An account that none speaks for.
    account: bool,
    /// Whether there is any account.
    any_account: bool,
    /// Whether attestations decide, because the outcome was left unknown.
    pub(super) decides: bool,
}

/// What an outcome depends on beside its criterion.
pub(super) struct People<'a, 's> {
    pub(super) set: &'s EvidenceSet,
    pub(super) settings: &'a Settings,
    pub(super) today: Date,
}

impl<'a> People<'a, '_> {
    /// Counts what attestations and waivers have to say about the subjects of one account; nothing is decided by it.
    pub(super) fn speak(&self, control: Control, unseen: &[&Unseen], result: &mut CriterionResult<'a>) {
        let id = result.criterion.full_id(control);
        let told = self.settings.attestations.iter().filter(|attestation| attestation.criterion == id);
        let told = told.map(|attestation| {
            let standing = attestation.standing(self.today);
            Attested { attestation, standing, subjects: 0, could: 0 }
        });
        result.attestations = told.collect();
        let waivers = self.settings.waivers.iter().filter(|waiver| waiver.speaks_of(control, result.criterion));
        let waived = waivers.map(|waiver| {
            let expired = waiver.is_expired(self.today);
            Waived { waiver, expired, subjects: 0, excepts: Excepts::default() }
        });
        result.waivers = waived.collect();
        let accounts = &self.set.accounts;
        result.unsaid = Unsaid {
            unseen: unseen.iter().any(|unseen| !covered(&result.attestations, &unseen.account)),
            account: accounts.iter().any(|account| !covered(&result.attestations, account)),
            any_account: !accounts.is_empty(),
            decides: false,
        };
        if result.may_be_attested() || result.may_be_waived() {
            self.count(result);
        }
    }

    fn count(&self, result: &mut CriterionResult<'_>) {
        let bar = result.criterion.bar;
        let may_be_attested = result.may_be_attested();
        for finding in result.findings.iter().filter(|finding| keeps_from(bar, finding.verdict)) {
            let Some(evidence) = self.set.evidence.get(finding.evidence as usize) else { continue };
            let unknown = finding.verdict == Verdict::Unknown;
            let mut attested = false;
            if unknown
                && may_be_attested
                && let Some(told) = speaker(&mut result.attestations, &evidence.subject)
            {
                told.could += 1;
                attested = true;
            }
            if let Some(one) = excepting(&mut result.waivers, &evidence.subject) {
                match (unknown, attested) {
                    (true, true) => one.excepts.unless_attested += 1,
                    (true, false) => one.excepts.unknown += 1,
                    (false, _) => one.excepts.missing += 1,
                }
            }
        }
    }
}

/// The attestation that speaks for a subject: the first that counts.
fn speaker<'t, 'a>(told: &'t mut [Attested<'a>], subject: &Subject) -> Option<&'t mut Attested<'a>> {
    told.iter_mut().filter(|told| told.standing.counts()).find(|told| told.attestation.covers(subject))
}

/// The waiver that excepts a subject: the first that has not ended.
fn excepting<'w, 'a>(waivers: &'w mut [Waived<'a>], subject: &Subject) -> Option<&'w mut Waived<'a>> {
    waivers.iter_mut().filter(|one| !one.expired).find(|one| one.waiver.excepts(subject))
}

/// Which verdicts keep a bar from being reached.
fn keeps_from(bar: Bar, verdict: Verdict) -> bool {
    match bar {
        Bar::None | Bar::AtMost(_) => matches!(verdict, Verdict::Unknown | Verdict::Pass),
        _ => matches!(verdict, Verdict::Unknown | Verdict::Fail),
    }
}

impl<'a> CriterionResult<'a> {
    fn may_be_attested(&self) -> bool {
        self.criterion.basis != Basis::Observed && self.attestations.iter().any(|told| told.standing.counts())
    }

    fn may_be_waived(&self) -> bool {
        self.waivers.iter().any(|one| !one.expired)
    }

    /// Adds what people say about another account's subjects.
    pub(super) fn add_people(&mut self, other: &CriterionResult<'a>) {
        for (told, more) in self.attestations.iter_mut().zip(&other.attestations) {
            told.could += more.could;
        }
        for (one, more) in self.waivers.iter_mut().zip(&other.waivers) {
            one.excepts.missing += more.excepts.missing;
            one.excepts.unknown += more.excepts.unknown;
            one.excepts.unless_attested += more.excepts.unless_attested;
        }
        self.unsaid.unseen |= other.unsaid.unseen;
        self.unsaid.account |= other.unsaid.account;
        self.unsaid.any_account |= other.unsaid.any_account;
    }

    /// Lets attestations decide what observation left unknown.
    pub(super) fn attest(&mut self, thresholds: &Thresholds) {
        if !self.may_be_attested() {
            return;
        }
        match self.outcome {
            Outcome::Unmet => self.decided_by = DecidedBy::Contested,
            Outcome::Unknown => self.let_attestations_decide(thresholds),
            Outcome::Met | Outcome::NotApplicable => {}
        }
    }

    fn let_attestations_decide(&mut self, thresholds: &Thresholds) {
        self.unsaid.decides = true;
        let mut tally = self.tally;
        for told in &mut self.attestations {
            told.subjects = told.could;
            tally.unknown -= told.could;
            // For bars that count what must not be there, what is attested is that it is not there.
            match self.criterion.bar {
                Bar::None | Bar::AtMost(_) => tally.fail += told.could,
                _ => tally.pass += told.could,
            }
        }
        tally.unseen &= self.unsaid.unseen;
        let outcome = match self.criterion.bar.decide(tally, thresholds) {
            Some(outcome) => outcome,
            None if self.unsaid.any_account && !self.unsaid.account => Outcome::Met,
            None => Outcome::Unknown,
        };
        self.attested_tally = tally;
        if outcome == Outcome::Met {
            self.outcome = outcome;
            self.decided_by = DecidedBy::Attested;
            self.needs_attestation = false;
        }
    }

    /// What the outcome would be without the excepted subjects.
    pub(super) fn waive(&mut self, thresholds: &Thresholds) {
        self.with_waivers = self.outcome;
        if !self.may_be_waived() {
            return;
        }
        let mut tally = self.attested_tally;
        let attested = self.unsaid.decides;
        let bar = self.criterion.bar;
        for one in self.waivers.iter_mut().filter(|one| !one.expired) {
            let unknown = one.excepts.unknown + if attested { 0 } else { one.excepts.unless_attested };
            one.subjects = one.excepts.missing + unknown;
            match bar {
                Bar::None | Bar::AtMost(_) => tally.pass -= one.excepts.missing,
                _ => tally.fail -= one.excepts.missing,
            }
            tally.unknown -= unknown;
            tally.not_applicable += one.subjects;
        }
        let mut active = self.waivers.iter().filter(|one| !one.expired);
        if active.clone().any(|one| one.waiver.subject.is_none()) {
            self.with_waivers = Outcome::NotApplicable;
        } else if active.any(|one| one.subjects > 0) {
            let decided = bar.decide(tally, thresholds);
            self.with_waivers = decided.unwrap_or(Outcome::NotApplicable);
        }
    }

    /// Marks the findings that attestations speak for and those that waivers except.
    pub(super) fn mark(&mut self, set: &EvidenceSet) {
        if !self.unsaid.decides && !self.may_be_waived() {
            return;
        }
        let bar = self.criterion.bar;
        for finding in self.findings.iter_mut().filter(|finding| keeps_from(bar, finding.verdict)) {
            let Some(evidence) = set.evidence.get(finding.evidence as usize) else { continue };
            let unknown = finding.verdict == Verdict::Unknown;
            finding.attested =
                self.unsaid.decides && unknown && speaker(&mut self.attestations, &evidence.subject).is_some();
            finding.waived = !finding.attested && excepting(&mut self.waivers, &evidence.subject).is_some();
        }
    }
}

/// Whether somebody speaks for everything in an account.
fn covered(told: &[Attested<'_>], account: &str) -> bool {
    told.iter().any(|told| told.standing.counts() && told.attestation.covers_account(account))
}

#[cfg(test)]
#[path = "people_tests.rs"]
pub(crate) mod tests;
