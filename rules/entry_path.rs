//! The model's entry path: six two-week steps, each with where it stands, what it touches and what to do.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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
/// Databases whose queries are shown.
const DATABASES: usize = 50;

/// What the steps touch, account by account: the most rewarding subjects are kept, the rest is counted, so that any number
/// of accounts adds up.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    touched: [Touched; 6],
    top_queries: BTreeMap<Arc<str>, TopQueries>,
}

#[derive(Clone, Debug, Default)]
struct Touched {
    /// What fails before what is unknown; what saves most first.
    first: BTreeMap<(bool, Reverse<i64>, Arc<str>, String), StepSubject>,
    total: u64,
    /// Cents a month; nothing where no price is known.
    saving: Option<i64>,
}

impl Touched {
    fn insert(&mut self, subject: StepSubject) {
        self.total += 1;
        let cents = subject.saving_usd_month.map(|usd| (usd * 100.0).round() as i64);
        if let Some(cents) = cents {
            self.saving = Some(self.saving.unwrap_or_default() + cents);
        }
        let unknown = subject.result == Verdict::Unknown;
        let key = (unknown, Reverse(cents.unwrap_or_default()), subject.arn.clone(), subject.kind.clone());
        self.first.insert(key, subject);
        if self.first.len() > NAMED {
            self.first.pop_last();
        }
    }
}

impl Steps {
    /// Adds an account: `own` has its findings, `whole` what all accounts together come to.
    pub fn add(&mut self, set: &EvidenceSet, own: &Assessed<'_>, whole: &Assessed<'_>) {
        for (step, touched) in STEPS.iter().zip(&mut self.touched) {
            if step.state(&step.results(whole)).0 != StepState::Done {
                step.subjects(set, &step.results(own), touched);
            }
        }
        for queries in set.evidence.iter().filter_map(top_queries) {
            self.top_queries.insert(queries.arn.clone(), queries);
            if self.top_queries.len() > DATABASES {
                self.top_queries.pop_last();
            }
        }
    }

    /// The path; `why` gives the sentence of a criterion.
    pub fn report(&self, assessed: &Assessed<'_>, why: &dyn Fn(&CriterionResult<'_>) -> String) -> Vec<StepReport> {
        STEPS.iter().zip(&self.touched).map(|(step, touched)| step.report(self, touched, assessed, why)).collect()
    }
}

/// The queries of a database, where they were asked for.
fn top_queries(evidence: &Evidence) -> Option<TopQueries> {
    let Facts::Database(database) = &evidence.facts else { return None };
    let queries = database.top_queries.value()?.clone().filter(|queries| !queries.is_empty())?;
    Some(TopQueries { arn: evidence.subject.arn.clone(), name: evidence.subject.name.clone(), queries })
}

impl Step {
    fn results<'r, 'a>(&self, assessed: &'r Assessed<'a>) -> Vec<&'r CriterionResult<'a>> {
        let control = assessed.controls.iter().find(|own| own.control == self.control);
        let criteria = control.into_iter().flat_map(|control| &control.criteria);
        criteria.filter(|result| self.criteria.contains(&result.criterion.id)).collect()
    }

    fn report(
        &self,
        steps: &Steps,
        touched: &Touched,
        assessed: &Assessed<'_>,
        why: &dyn Fn(&CriterionResult<'_>) -> String,
    ) -> StepReport {
        let results = self.results(assessed);
        let (state, reason) = self.state(&results);
        let of_queries = self.control == DatabasePerformance;
        StepReport {
            weeks: self.weeks.to_owned(),
            action: self.action.to_owned(),
            control: self.control,
            state,
            why: reason,
            criteria: results.iter().map(|result| self.criterion(result, why)).collect(),
            subjects: touched.first.values().cloned().collect(),
            subjects_total: touched.total,
            top_queries: steps.top_queries.values().filter(|_| of_queries).cloned().collect(),
            saving_usd_month: touched.saving.map(|cents| cents as f64 / 100.0),
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

    /// What fails or is not seen, once each.
    fn subjects(&self, set: &EvidenceSet, results: &[&CriterionResult<'_>], touched: &mut Touched) {
        let mut seen = BTreeSet::new();
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
                    touched.insert(self.subject(evidence, finding.verdict, result));
                }
            }
        }
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
    (result.tally.pass + result.attested()) as usize
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
