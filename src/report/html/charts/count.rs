//! Counting one chart: bounded, however many findings come.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rung_rules::model::{Finding, Verdict};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::specs::{By, PER_DECADE, Shape, Spec};

/// Different words of a fact at most; what comes later is counted as "other".
const MOST_WORDS: usize = 12;
/// Characters of a word at most: words of facts may come from strangers.
const LONGEST_WORD: usize = 60;
/// Places of a grid at most: 16 decades each way would be 36,864 times four results.
const MOST_CELLS: usize = 4_000;

/// What was counted.
#[derive(Debug, Default, Serialize)]
pub(super) struct Cells {
    /// Names of what is counted, where it has names.
    #[serde(skip_serializing_if = "Names::is_empty")]
    labels: Names,
    /// Names of the series.
    series: Names,
    /// By bin or label (of a grid: by column and row) and series.
    #[serde(serialize_with = "as_rows")]
    cells: BTreeMap<(i32, i32, usize), u64>,
    /// Findings that were counted.
    seen: u64,
    /// Findings whose fact says that there is nothing.
    none: u64,
    /// Findings whose fact could not be seen.
    unseen: u64,
    /// Findings beyond the bounds of a grid.
    #[serde(skip_serializing_if = "is_zero")]
    beyond: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Names in the order of first use.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
struct Names(Vec<String>);

impl Names {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&mut self, word: &str) -> usize {
        let word: String = word.chars().take(LONGEST_WORD).collect();
        let full = self.0.len() >= MOST_WORDS && !self.0.contains(&word);
        let word = if full { "other".to_owned() } else { word };
        self.0.iter().position(|own| *own == word).unwrap_or_else(|| {
            self.0.push(word);
            self.0.len() - 1
        })
    }
}

/// What a fact says.
enum Told<'v> {
    Value(&'v Value),
    Nothing,
    Unseen,
}

impl Cells {
    /// How many were counted.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Counts a finding.
    pub(super) fn add(&mut self, spec: &Spec, finding: &Finding, now: Timestamp) {
        match spec.shape {
            Shape::Bins(fact, edges) => self.one(spec, finding, fact, |_, value| bin(value.as_f64()?, edges)),
            Shape::Ages(fact, edges) => self.one(spec, finding, fact, |_, value| bin(days(value, now)?, edges)),
            Shape::Words(fact) => self.one(spec, finding, fact, |cells, value| {
                let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                i32::try_from(cells.labels.of(&word)).ok()
            }),
            Shape::Sums(fact) => self.sums(spec, finding, fact),
            Shape::Pairs(across, up, times) => self.pair(spec, finding, (across, up, times)),
        }
    }

    fn one(&mut self, spec: &Spec, finding: &Finding, fact: &str, at: impl FnOnce(&mut Self, &Value) -> Option<i32>) {
        match told(finding, fact) {
            None => {}
            Some(Told::Unseen) => self.unseen += 1,
            Some(Told::Nothing) => self.none += 1,
            Some(Told::Value(value)) => match at(self, value) {
                Some(at) => self.count(spec, finding, (at, 0), 1),
                None => self.none += 1,
            },
        }
    }

    fn sums(&mut self, spec: &Spec, finding: &Finding, fact: &str) {
        let members = match told(finding, fact) {
            None => return,
            Some(Told::Value(Value::Object(members))) => members,
            Some(Told::Unseen) => return self.unseen += 1,
            Some(_) => return self.none += 1,
        };
        self.seen += 1;
        for (name, number) in members.iter().filter_map(|(name, value)| Some((name, value.as_u64()?))) {
            let series = self.series_of(spec, finding);
            let at = i32::try_from(self.labels.of(name)).unwrap_or_default();
            *self.cells.entry((at, 0, series)).or_default() += number;
        }
    }

    fn pair(&mut self, spec: &Spec, finding: &Finding, (across, up, times): (&str, &str, f64)) {
        let number = |told: Told<'_>| match told {
            Told::Value(value) => value.as_f64().filter(|number| *number > 0.0),
            Told::Nothing | Told::Unseen => None,
        };
        match (told(finding, across), told(finding, up)) {
            (None, _) | (_, None) => {}
            (Some(Told::Unseen), _) | (_, Some(Told::Unseen)) => self.unseen += 1,
            (Some(x), Some(y)) => match number(x).zip(number(y)) {
                Some((x, y)) => self.count(spec, finding, (step(x), step(y * times)), 1),
                None => self.none += 1,
            },
        }
    }

    fn count(&mut self, spec: &Spec, finding: &Finding, (x, y): (i32, i32), number: u64) {
        self.seen += 1;
        let key = (x, y, self.series_of(spec, finding));
        if self.cells.len() >= MOST_CELLS && !self.cells.contains_key(&key) {
            return self.beyond += 1;
        }
        *self.cells.entry(key).or_default() += number;
    }

    fn series_of(&mut self, spec: &Spec, finding: &Finding) -> usize {
        let word = match spec.by {
            By::Result => result_name(finding.result).to_owned(),
            By::Fact(fact) => match told(finding, fact) {
                Some(Told::Value(Value::String(word))) => word.clone(),
                Some(Told::Value(value)) => value.to_string(),
                Some(Told::Nothing) => "none".to_owned(),
                Some(Told::Unseen) | None => "unknown".to_owned(),
            },
        };
        self.series.of(&word)
    }
}

fn result_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not_applicable",
    }
}

/// Nothing where the finding has no such fact: it is of another kind.
fn told<'f>(finding: &'f Finding, fact: &str) -> Option<Told<'f>> {
    let fact = finding.facts.get(fact)?;
    Some(match fact.get("value") {
        None => Told::Unseen,
        Some(Value::Null) => Told::Nothing,
        Some(value) => Told::Value(value),
    })
}

/// The bin of a number; the first and the last also take what lies beyond.
fn bin(number: f64, edges: &[f64]) -> Option<i32> {
    let last = edges.len().checked_sub(2)?;
    let at = edges.iter().skip(1).take_while(|edge| number >= **edge).count();
    i32::try_from(at.min(last)).ok()
}

fn days(value: &Value, now: Timestamp) -> Option<f64> {
    let then: Timestamp = value.as_str()?.parse().ok()?;
    Some(now.duration_since(then).as_secs_f64() / 86_400.0)
}

/// The place of a positive number on a logarithmic grid.
#[expect(clippy::cast_possible_truncation, reason = "the logarithm of a double lies between -324 and 309")]
fn step(number: f64) -> i32 {
    (number.log10() * PER_DECADE).round() as i32
}

/// `[x, y, series, number]`.
fn as_rows<S: Serializer>(cells: &BTreeMap<(i32, i32, usize), u64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(cells.iter().map(|((x, y, series), number)| (x, y, series, number)))
}
