//! The data of the page: subjects, facts and findings as tables of indices, so that ten thousand findings stay small.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io,
};

use rung_rules::model::{Finding, FindingSubject, GapId, Judged, Level, SourceId, Verdict};
use serde::Serialize;
use serde_json::{Value, json};

use super::Head;

/// Findings in one page at most. Above it fails come first, then unknowns; the JSON and CSV have all.
pub(super) const MOST_FINDINGS: usize = 10_000;

#[derive(Serialize)]
struct SubjectRow {
    #[serde(flatten)]
    subject: FindingSubject,
    evidence: String,
}

#[derive(Serialize)]
struct FindingRow(usize, usize, u8, Vec<usize>, Vec<i64>, u8);

/// Puts the assessment into the page's compact form.
pub(super) fn compact<F: Judged>(head: &Head, findings: Kept<F>) -> io::Result<Value> {
    let mut table = Table::new(head);
    let Kept { kept, left_out, .. } = findings;
    let rows: Vec<_> = kept.into_iter().flatten().filter_map(|finding| table.row(finding.into_finding())).collect();
    let mut data = serde_json::to_value(head)?;
    if let Value::Object(fields) = &mut data {
        fields.insert("levels".into(), Level::ALL.iter().map(|level| level.label()).collect());
        let causes: BTreeMap<_, _> = head.gaps.iter().map(|gap| (cause_name(gap), gap.gap.cause.words())).collect();
        fields.insert("causes".into(), json!(causes));
        fields.insert("subjects".into(), serde_json::to_value(&table.subjects)?);
        fields.insert("fact_names".into(), json!(table.names.keys_in_order()));
        fields.insert("facts".into(), json!(table.facts));
        fields.insert("findings".into(), serde_json::to_value(&rows)?);
        fields.insert("findings_left_out".into(), json!(left_out));
    }
    Ok(data)
}

/// At most so many findings, by result code: fails push out passes. Never more than that are held at once.
#[derive(Clone, Debug)]
pub(super) struct Kept<F> {
    kept: [Vec<F>; 4],
    left_out: [u64; 4],
    most: usize,
}

impl<F> Default for Kept<F> {
    fn default() -> Self {
        Kept { kept: [const { Vec::new() }; 4], left_out: [0; 4], most: MOST_FINDINGS }
    }
}

pub(super) fn most_telling<F: Judged>(findings: impl IntoIterator<Item = F>, most: usize) -> Kept<F> {
    let mut kept = Kept { most, ..Kept::default() };
    findings.into_iter().for_each(|finding| kept.offer(finding.result(), || finding));
    kept
}

impl<F> Kept<F> {
    /// Keeps a finding, or leaves it or a less telling one out.
    pub(super) fn offer(&mut self, result: Verdict, make: impl FnOnce() -> F) {
        let own = usize::from(code(result));
        if self.kept.iter().map(Vec::len).sum::<usize>() == self.most {
            let worse =
                (own + 1..self.kept.len()).rev().find(|at| self.kept.get(*at).is_some_and(|list| !list.is_empty()));
            let at = worse.unwrap_or(own);
            self.left_out.iter_mut().skip(at).take(1).for_each(|count| *count += 1);
            match worse.and_then(|at| self.kept.get_mut(at)) {
                Some(list) => drop(list.pop()),
                None => return,
            }
        }
        if let Some(list) = self.kept.get_mut(own) {
            list.push(make());
        }
    }
}

impl Kept<Finding> {
    /// All that are kept.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().flatten()
    }
}

/// Gaps and sources that findings refer to.
#[derive(Debug, Default)]
pub(super) struct References {
    pub(super) gaps: HashSet<GapId>,
    pub(super) sources: HashSet<SourceId>,
}

impl References {
    /// Adds those of a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        let id = |fact: &Value, field: &str| fact.get(field).and_then(Value::as_str).map(str::to_owned);
        self.gaps.extend(finding.reasons.iter().filter_map(|reason| GapId::try_from(reason.clone()).ok()));
        for fact in finding.facts.values() {
            self.gaps.extend(id(fact, "gap").and_then(|id| GapId::try_from(id).ok()));
            self.sources.extend(id(fact, "from").and_then(|id| SourceId::try_from(id).ok()));
        }
    }
}

fn code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}

fn cause_name(gap: &rung_rules::model::GapReport) -> String {
    serde_json::to_value(gap.gap.cause).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Indices in the order of first use.
#[derive(Default)]
struct Indices(HashMap<String, usize>);

impl Indices {
    fn of(&mut self, key: &str) -> usize {
        let next = self.0.len();
        match self.0.get(key) {
            Some(index) => *index,
            None => *self.0.entry(key.to_owned()).or_insert(next),
        }
    }

    fn keys_in_order(&self) -> Vec<&str> {
        let mut keys: Vec<_> = self.0.iter().map(|(key, index)| (*index, key.as_str())).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }
}

struct Table {
    criteria: HashMap<String, usize>,
    gaps: HashMap<String, i64>,
    sources: HashMap<String, i64>,
    names: Indices,
    subject_index: Indices,
    fact_index: Indices,
    subjects: Vec<SubjectRow>,
    facts: Vec<Value>,
}

impl Table {
    fn new(head: &Head) -> Self {
        let criteria = head.controls.iter().flat_map(|control| &control.criteria).enumerate();
        let numbered = |ids: Vec<String>| ids.into_iter().enumerate().map(|(at, id)| (id, at as i64)).collect();
        Table {
            criteria: criteria.map(|(at, criterion)| (criterion.id.clone(), at)).collect(),
            gaps: numbered(head.gaps.iter().map(|gap| gap.gap.id.to_string()).collect()),
            sources: numbered(head.sources.iter().map(|source| source.id.to_string()).collect()),
            names: Indices::default(),
            subject_index: Indices::default(),
            fact_index: Indices::default(),
            subjects: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Nothing for a finding of a criterion that the assessment does not have: it would stand under another's name.
    fn row(&mut self, finding: Finding) -> Option<FindingRow> {
        let criterion = self.criteria.get(&finding.criterion).copied()?;
        let facts = finding.facts.iter().map(|(name, fact)| self.fact(name, fact)).collect();
        let reasons = finding.reasons.iter().filter_map(|reason| self.reason(reason)).collect();
        let (result, marks) = (code(finding.result), u8::from(finding.waived) + 2 * u8::from(finding.attested));
        Some(FindingRow(criterion, self.subject(finding.subject, finding.evidence), result, facts, reasons, marks))
    }

    fn reason(&self, reason: &str) -> Option<i64> {
        if reason == "attestation" { Some(-1) } else { self.gaps.get(reason).copied() }
    }

    fn subject(&mut self, subject: FindingSubject, evidence: String) -> usize {
        let index = self.subject_index.of(&evidence);
        if index == self.subjects.len() {
            self.subjects.push(SubjectRow { subject, evidence });
        }
        index
    }

    fn fact(&mut self, name: &str, fact: &Value) -> usize {
        let index = self.fact_index.of(&format!("{name} {fact}"));
        if index == self.facts.len() {
            let name = self.names.of(name);
            let id = |field: &str| fact.get(field).and_then(Value::as_str).unwrap_or_default();
            self.facts.push(match fact.get("value") {
                Some(value) => json!([name, value, self.sources.get(id("from")).copied().unwrap_or(-1)]),
                None => json!([name, null, -1, self.gaps.get(id("gap")).copied().unwrap_or(-1)]),
            });
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(result: Verdict) -> Finding {
        let subject = json!({"kind": "volume", "arn": "a", "account": "1", "region": "r"});
        let subject = serde_json::from_value(subject).unwrap();
        Finding {
            criterion: "c".into(),
            subject,
            result,
            facts: BTreeMap::new(),
            evidence: "e".into(),
            reasons: vec![],
            attested: false,
            waived: false,
        }
    }

    #[test]
    fn fails_push_out_passes_and_what_is_left_out_is_counted() {
        let results = [
            Verdict::Pass,
            Verdict::Pass,
            Verdict::NotApplicable,
            Verdict::Fail,
            Verdict::Fail,
            Verdict::Unknown,
            Verdict::Fail,
        ];
        let Kept { kept, left_out, .. } = most_telling(results.map(finding), 3);
        assert_eq!(kept.each_ref().map(Vec::len), [3, 0, 0, 0]);
        assert_eq!(left_out, [0, 1, 2, 1]);
        let Kept { kept, left_out, .. } = most_telling(results.map(finding), 10);
        assert_eq!(kept.each_ref().map(Vec::len), [3, 1, 2, 1]);
        assert_eq!(left_out, [0; 4]);
    }
}
