//! What an assessment found, in a few bytes: how many findings of each result, and a digest over all of them in order.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use sha2::{Digest, Sha256};

/// Of an assessment nothing but its findings, and of those nothing but this.
#[derive(Deserialize)]
pub(crate) struct Assessment {
    pub(crate) findings: Findings,
}

/// The findings, gone through one at a time: there may be millions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) results: BTreeMap<String, u64>,
    pub(crate) digest: String,
}

impl Findings {
    /// How many.
    pub(crate) fn total(&self) -> u64 {
        self.results.values().sum()
    }
}

/// What of a finding must not depend on how many processes scanned. Ids of sources do: windows of metrics move with the clock.
#[derive(Deserialize)]
struct Finding {
    criterion: String,
    subject: Subject,
    result: String,
}

#[derive(Deserialize)]
struct Subject {
    arn: String,
}

impl<'de> Deserialize<'de> for Findings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Digesting)
    }
}

struct Digesting;

impl<'de> Visitor<'de> for Digesting {
    type Value = Findings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Findings, A::Error> {
        let (mut results, mut digest) = (BTreeMap::new(), Sha256::new());
        while let Some(Finding { criterion, subject, result }) = list.next_element()? {
            digest.update(format!("{criterion}\0{}\0{result}\n", subject.arn));
            *results.entry(result).or_default() += 1;
        }
        Ok(Findings { results, digest: hex::encode(digest.finalize()) })
    }
}
