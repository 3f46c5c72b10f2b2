//! The model's entry path: six two-week steps, each with where it stands, what it touches and what to do.

use std::collections::BTreeSet;

use crate::{
    facts::{Facts, VolumeType},
    model::{
        Assessed, Bar,
        Control::{self, AutoScaling, DatabasePerformance, LoadTests, PerformanceDebt, SlosMonitoring, StorageIo},
        CriterionResult, Evidence, EvidenceSet, Outcome, StepCriterion, StepReport, StepState, StepSubject, TopQueries,
        Verdict,
    },
};

/// A step of the model.
#[derive(Debug)]
pub struct Step {
    /// The weeks, as the model counts them.
    pub weeks: &'static str,
    /// The model's words.
    pub action: &'static str,
    /// The control it belongs to.
    pub control: Control,
    /// Criteria of that control that decide it: done when every applicable one is met.
    pub criteria: &'static [&'static str],
    /// Subjects that are enough: with so many passing it is done though others fail.
    enough: Option<usize>,
}

/// The six, in the model's order.
pub static STEPS: [Step; 6] = [
    Step {
        weeks: "1-2",
        action: "SLO workshop: define P95/P99 targets for all production services. Review monitoring stack.",
        control: SlosMonitoring,
        criteria: &["basic-metrics", "latency-targets", "formal-slos"],
        enough: None,
    },
    Step {
        weeks: "3-4",
        action: "Slow query analysis: enable Performance Insights, optimize top-20 queries.",
        control: DatabasePerformance,
        criteria: &["slow-query-log", "database-insights"],
        enough: None,
    },
    Step {
        weeks: "5-6",
        action: "Auto-scaling configuration for the three most important stateless services.",
        control: AutoScaling,
        // Which services are the most important AWS does not show: any three that scale are taken for them.
        criteria: &["scaling-configured", "stateless-workloads-scaled"],
        enough: Some(3),
    },
    Step {
        weeks: "7-8",
        action: "Run first load test in staging; define acceptance criteria.",
        control: LoadTests,
        criteria: &["load-test-performed", "load-test-criteria"],
        enough: None,
    },
    Step {
        weeks: "9-10",
        action: "Start gp2-to-gp3 migration for all EBS volumes.",
        control: StorageIo,
        criteria: &["gp3-for-new-volumes", "gp2-migration-complete"],
        enough: None,
    },
    Step {
        weeks: "11-12",
        action: "Create performance debt register: capture known problems, prioritize.",
        control: PerformanceDebt,
        criteria: &["debt-tracked", "debt-register"],
        enough: None,
    },
];

/// Subjects named under a step; the rest is counted.
const NAMED: usize = 50;

/// The path for an account; `why` gives the sentence of a criterion.
pub fn entry_path(
    set: &EvidenceSet,
    assessed: &Assessed<'_>,
    why: &dyn Fn(&CriterionResult<'_>) -> String,
) -> Vec<StepReport> {
    STEPS.iter().map(|step| step.report(set, assessed, why)).collect()
}

impl Step {
    fn report(
        &self,
        set: &EvidenceSet,
        assessed: &Assessed<'_>,
        why: &dyn Fn(&CriterionResult<'_>) -> String,
    ) -> StepReport {
        let control = assessed.controls.iter().find(|own| own.control == self.control);
        let results: Vec<_> = control
            .into_iter()
            .flat_map(|control| &control.criteria)
            .filter(|result| self.criteria.contains(&result.criterion.id))
            .collect();
        let (state, reason) = self.state(&results);
        let mut subjects = if state == StepState::Done { Vec::new() } else { self.subjects(set, &results) };
        let savings: Vec<f64> = subjects.iter().filter_map(|subject| subject.saving_usd_month).collect();
        let total = subjects.len() as u64;
        subjects.truncate(NAMED);
        StepReport {
            weeks: self.weeks.to_owned(),
            action: self.action.to_owned(),
            control: self.control,
            state,
            why: reason,
            criteria: results.iter().map(|result| self.criterion(result, why)).collect(),
            subjects,
            subjects_total: total,
            top_queries: self.top_queries(set),
            saving_usd_month: (!savings.is_empty()).then(|| cents(savings.iter().sum())),
        }
    }

    fn criterion(&self, result: &CriterionResult<'_>, why: &dyn Fn(&CriterionResult<'_>) -> String) -> StepCriterion {
        StepCriterion { id: result.criterion.full_id(self.control), outcome: result.outcome, why: why(result) }
    }

    fn state(&self, results: &[&CriterionResult<'_>]) -> (StepState, String) {
        let of = |outcome: Outcome| -> Vec<&str> {
            results.iter().filter(|r| r.outcome == outcome).map(|r| r.criterion.id).collect()
        };
        let (met, unmet, unknown) = (of(Outcome::Met), of(Outcome::Unmet), of(Outcome::Unknown));
        let passing = results.last().map_or(0, |result| passing(result));
        if let Some(enough) = self.enough.filter(|enough| passing >= *enough && of(Outcome::Unmet).len() < 2) {
            return (StepState::Done, format!("{passing} scale, {enough} are asked for."));
        }
        match (met.is_empty(), unmet.is_empty(), unknown.is_empty()) {
            (true, true, true) => {
                (StepState::NotApplicable, "The account has nothing that it speaks about.".to_owned())
            }
            (false, true, true) => (StepState::Done, format!("Met: {}.", met.join(", "))),
            (_, true, false) => (StepState::Unknown, format!("Not known yet: {}.", unknown.join(", "))),
            (begun, false, _) => {
                let begun = if begun { "" } else { " Begun." };
                (StepState::Open, format!("Unmet: {}.{begun}", unmet.join(", ")))
            }
        }
    }

    /// What there is to optimise, of the step about queries.
    fn top_queries(&self, set: &EvidenceSet) -> Vec<TopQueries> {
        if self.control != DatabasePerformance {
            return Vec::new();
        }
        let of_database = |evidence: &Evidence| match &evidence.facts {
            Facts::Database(database) => {
                let queries = database.top_queries.value()?.clone().filter(|queries| !queries.is_empty())?;
                Some(TopQueries { arn: evidence.subject.arn.clone(), name: evidence.subject.name.clone(), queries })
            }
            _ => None,
        };
        set.evidence.iter().filter_map(of_database).collect()
    }

    /// What fails or is not seen, once each; what saves most first, what fails before what is unknown.
    fn subjects(&self, set: &EvidenceSet, results: &[&CriterionResult<'_>]) -> Vec<StepSubject> {
        let mut seen = BTreeSet::new();
        let mut subjects = Vec::new();
        // The later criterion of a step asks more: its subjects are the ones to touch.
        for result in results.iter().rev().filter(|r| matches!(r.outcome, Outcome::Unmet | Outcome::Unknown)) {
            let good = match result.criterion.bar {
                Bar::None | Bar::AtMost(_) => Verdict::Fail,
                _ => Verdict::Pass,
            };
            for finding in &result.findings {
                if finding.verdict == good || finding.verdict == Verdict::NotApplicable || finding.attested {
                    continue;
                }
                let Some(evidence) = set.evidence.get(finding.evidence as usize) else { continue };
                if seen.insert((&evidence.subject.arn, evidence.facts.kind())) {
                    subjects.push(self.subject(evidence, finding.verdict, result));
                }
            }
        }
        subjects.sort_by(|a, b| {
            let saving = |one: &StepSubject| one.saving_usd_month.unwrap_or(0.0);
            let unknown = |one: &StepSubject| one.result == Verdict::Unknown;
            unknown(a).cmp(&unknown(b)).then(saving(b).total_cmp(&saving(a))).then(a.arn.cmp(&b.arn))
        });
        subjects
    }

    fn subject(&self, evidence: &Evidence, result: Verdict, of: &CriterionResult<'_>) -> StepSubject {
        let subject = &evidence.subject;
        let (action, saving) = action(&evidence.facts, of);
        StepSubject {
            arn: subject.arn.clone(),
            kind: evidence.facts.kind().name().to_owned(),
            name: subject.name.clone(),
            account: subject.account.clone(),
            region: subject.region.clone(),
            result,
            criterion: of.criterion.full_id(self.control),
            action,
            saving_usd_month: saving,
        }
    }
}

fn passing(result: &CriterionResult<'_>) -> usize {
    result.findings.iter().filter(|finding| finding.verdict == Verdict::Pass || finding.attested).count()
}

/// What to do about one subject, with what it saves a month at list price.
fn action(facts: &Facts, of: &CriterionResult<'_>) -> (String, Option<f64>) {
    match facts {
        Facts::Volume(volume) => {
            let was = match volume.volume_type.value() {
                Some(VolumeType::Gp2) => "gp2",
                Some(VolumeType::Standard) => "magnetic",
                _ => "this type",
            };
            let number = |value: Option<String>| value.unwrap_or("unknown".to_owned());
            let size = number(volume.size_gib.value().map(ToString::to_string));
            let iops = number(volume.iops.value().copied().flatten().map(|iops| iops.to_string()));
            let saving = volume.gp3_saving_usd_month.value().copied().flatten().map(cents);
            (format!("Change from {was} to gp3 ({size} GiB, {iops} IOPS today)."), saving)
        }
        Facts::Database(database) => {
            let engine = database.engine.value().map_or("database", String::as_str);
            let mut missing = Vec::new();
            if database.performance_insights.value() == Some(&false) {
                missing.push("turn Database Insights on");
            }
            if database.slow_query_log.value() == Some(&false) {
                missing.push("turn the slow query log on");
            }
            match missing.is_empty() {
                true => (of.criterion.remedy.to_owned(), None),
                false => (format!("{engine}: {}.", missing.join("; ")), None),
            }
        }
        _ => (of.criterion.remedy.to_owned(), None),
    }
}

fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() / 100.0
}

#[cfg(test)]
#[path = "entry_path_tests.rs"]
mod tests;
