//! An assessment read from its file piece by piece: what is many is handed on as it comes, and never held as a whole.

use std::{collections::BTreeMap, fmt, fs::File, io::BufReader, path::Path};

use rung_rules::model::{
    AccountReport, Assessment, ChecklistReport, ControlReport, Finding, FindingSubject, GapReport, Pillar, Program,
    Scan, Summary, Tags, Verdict,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::failure::Failure;

/// Items handed on together.
const BATCH: usize = 1000;

/// A piece of an assessment, in the order in which they come: one head, then the rest.
#[derive(Debug)]
pub enum Part<L = Line> {
    /// What it says as a whole.
    Head(Box<Head>),
    /// Some of its findings, each as far as `L` takes it.
    Findings(Vec<L>),
    /// Some of its gaps.
    Gaps(Vec<GapReport>),
}

/// What an assessment says as a whole, as far as it is read piece by piece.
#[derive(Clone, Debug, Default)]
pub struct Head {
    pub(crate) rung: String,
    pub(crate) scan: Scan,
    pub(crate) pillar: Pillar,
    pub(crate) controls: Vec<ControlReport>,
    pub(crate) accounts: Vec<AccountReport>,
    pub(crate) checklists: Vec<ChecklistReport>,
    pub(crate) summary: Summary,
}

/// A finding, as far as the store keeps it.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub(super) criterion: String,
    pub(super) subject: Subject,
    pub(super) result: Verdict,
    /// Only their names: the facts are in the bundle.
    pub(super) facts: BTreeMap<String, IgnoredAny>,
    pub(super) evidence: String,
    #[serde(default)]
    pub(super) attested: bool,
    pub(super) waived: bool,
}

/// A subject with its kind. (The assessment's own type is read by way of a map of everything, four times as slow.)
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Subject {
    pub(crate) kind: String,
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) tags: Tags,
}

impl Part {
    /// The parts of an assessment that is in memory.
    pub fn of(assessment: &Assessment) -> Vec<Part> {
        let head = Head {
            rung: assessment.rung.version.clone(),
            scan: assessment.scan.clone(),
            pillar: assessment.pillar.clone(),
            controls: assessment.controls.clone(),
            accounts: assessment.accounts.clone(),
            checklists: assessment.checklists.clone(),
            summary: assessment.summary.clone(),
        };
        let lines = |findings: &[Finding]| Part::Findings(findings.iter().map(Line::from).collect());
        let gaps = assessment.gaps.chunks(BATCH).map(|gaps| Part::Gaps(gaps.to_vec()));
        std::iter::once(Part::Head(Box::new(head)))
            .chain(assessment.findings.chunks(BATCH).map(lines))
            .chain(gaps)
            .collect()
    }
}

impl From<&Finding> for Line {
    fn from(finding: &Finding) -> Self {
        let FindingSubject { kind, subject } = &finding.subject;
        Line {
            criterion: finding.criterion.clone(),
            subject: Subject {
                kind: kind.clone(),
                arn: subject.arn.to_string(),
                account: subject.account.to_string(),
                region: subject.region.to_string(),
                name: subject.name.as_deref().map(str::to_owned),
                tags: subject.tags.clone(),
            },
            result: finding.result,
            facts: finding.facts.keys().map(|name| (name.clone(), IgnoredAny)).collect(),
            evidence: finding.evidence.clone(),
            attested: finding.attested,
            waived: finding.waived,
        }
    }
}

/// Reads an assessment; `take` gets its parts, and ends the reading by saying false.
pub(crate) fn read<L: DeserializeOwned>(path: &Path, take: &mut dyn FnMut(Part<L>) -> bool) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(256 * 1024, file));
    let whole = json.deserialize_map(Whole { take }).and_then(|()| json.end());
    whole.map_err(|error| Failure::usage(format!("{}, line {}: {error}", path.display(), error.line())))
}

struct Whole<'t, L> {
    take: &'t mut dyn FnMut(Part<L>) -> bool,
}

impl<'de, L: Deserialize<'de>> Visitor<'de> for Whole<'_, L> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an assessment")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut head = Some(Box::new(Head::default()));
        while let Some(key) = map.next_key::<String>()? {
            if matches!(key.as_str(), "findings" | "gaps")
                && let Some(head) = head.take()
            {
                go_on((self.take)(Part::Head(head)))?;
            }
            match (key.as_str(), &mut head) {
                ("findings", _) => map.next_value_seed(Items { take: &mut *self.take, part: Part::Findings })?,
                ("gaps", _) => map.next_value_seed(Items { take: &mut *self.take, part: Part::Gaps })?,
                (key, Some(head)) => head.field(key, &mut map)?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match head {
            Some(_) => Err(serde::de::Error::missing_field("findings")),
            None => Ok(()),
        }
    }
}

impl Head {
    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        match key {
            "rung" => self.rung = map.next_value::<Program>()?.version,
            "scan" => self.scan = map.next_value()?,
            "pillar" => self.pillar = map.next_value()?,
            "controls" => self.controls = map.next_value()?,
            "accounts" => self.accounts = map.next_value()?,
            "checklists" => self.checklists = map.next_value()?,
            "summary" => self.summary = map.next_value()?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// A list whose items are handed on some at a time.
struct Items<'t, T, L> {
    take: &'t mut dyn FnMut(Part<L>) -> bool,
    part: fn(Vec<T>) -> Part<L>,
}

impl<'de, T: Deserialize<'de>, L> DeserializeSeed<'de> for Items<'_, T, L> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>, L> Visitor<'de> for Items<'_, T, L> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut some = Vec::with_capacity(BATCH);
        while let Some(item) = items.next_element()? {
            some.push(item);
            if some.len() == BATCH {
                go_on((self.take)((self.part)(std::mem::take(&mut some))))?;
            }
        }
        go_on(some.is_empty() || (self.take)((self.part)(some)))
    }
}

fn go_on<E: serde::de::Error>(wanted: bool) -> Result<(), E> {
    if wanted { Ok(()) } else { Err(E::custom("nobody takes what is read")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(json: &str) -> Result<Vec<&'static str>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), json).unwrap();
        let mut seen = Vec::new();
        read::<Line>(file.path(), &mut |part| {
            seen.push(match part {
                Part::Head(_) => "head",
                Part::Findings(_) => "findings",
                Part::Gaps(_) => "gaps",
            });
            true
        })
        .map_err(|failure| failure.message)?;
        Ok(seen)
    }

    #[test]
    fn the_head_comes_first_and_lists_in_pieces() {
        let finding = r#"{"criterion":"c","subject":{"kind":"k","arn":"a","account":"1","region":"r"},"result":"fail","facts":{"f":{"value":[1,2]}},"evidence":"evidence.jsonl:7","waived":false}"#;
        let json = |n: usize| {
            let findings = vec![finding; n].join(",");
            format!(r#"{{"rung":{{"version":"1"}},"new":{{"x":1}},"findings":[{findings}],"gaps":[],"sources":[]}}"#)
        };
        assert_eq!(parts(&json(1)).unwrap(), ["head", "findings"]);
        assert_eq!(parts(&json(2001)).unwrap(), ["head", "findings", "findings", "findings"]);
    }

    #[test]
    fn what_is_no_assessment_is_refused_with_its_line() {
        assert!(parts("{}").unwrap_err().contains("missing field `findings`"));
        assert!(parts("[]").unwrap_err().contains("expected an assessment"));
        assert!(parts("{\n\"findings\": [{}]}").unwrap_err().contains("line 2"));
        assert!(parts(r#"{"findings": []} x"#).unwrap_err().contains("trailing"));
    }

    #[test]
    fn reading_ends_when_nobody_takes_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"findings": []}"#).unwrap();
        assert!(read::<Line>(file.path(), &mut |_| false).is_err());
    }
}
