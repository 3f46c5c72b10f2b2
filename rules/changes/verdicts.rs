//! The verdicts of a stored assessment, sixteen bytes each, however long its findings are.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};

use crate::model::Verdict;

/// Stored findings by criterion, kind and ARN. Reads the list `findings` of an assessment.
#[derive(Clone, Debug, Default)]
pub struct Verdicts(HashMap<u64, Verdict>);

fn key(criterion: &str, kind: &str, arn: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (criterion, kind, arn).hash(&mut hasher);
    hasher.finish()
}

impl Verdicts {
    /// How a subject came out.
    pub(super) fn of(&self, criterion: &str, kind: &str, arn: &str) -> Option<Verdict> {
        self.0.get(&key(criterion, kind, arn)).copied()
    }
}

/// What of a finding is looked at; the rest is passed over.
#[derive(Deserialize)]
struct Slim {
    criterion: String,
    subject: SlimSubject,
    result: Verdict,
}

#[derive(Deserialize)]
struct SlimSubject {
    kind: String,
    arn: String,
}

impl<'de> Deserialize<'de> for Verdicts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Findings;
        impl<'de> Visitor<'de> for Findings {
            type Value = Verdicts;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of findings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Verdicts, A::Error> {
                let mut verdicts = Verdicts::default();
                while let Some(one) = all.next_element::<Slim>()? {
                    verdicts.0.insert(key(&one.criterion, &one.subject.kind, &one.subject.arn), one.result);
                }
                Ok(verdicts)
            }
        }
        deserializer.deserialize_seq(Findings)
    }
}
