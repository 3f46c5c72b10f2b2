//! What no API shows and a person says: dated, expiring, with proof.

use jiff::{Span, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Pattern, Subject, scope::TagRule};

/// From so many days before its end an attestation says that it ends.
pub const WARNING_DAYS: i32 = 14;

/// What a scan found of a proof that is a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofFile {
    /// Its SHA-256 is the attested one.
    Unchanged,
    /// It is another file than the attested one.
    Changed,
    /// It is not there, or cannot be read.
    Missing,
}

/// What a statement rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// An address; never fetched.
    Url(String),
    /// A local file.
    File {
        /// Its path, as the attestation has it.
        path: String,
        /// The SHA-256 it had when it was attested, in hexadecimal.
        sha256: String,
        /// What the scan found.
        found: ProofFile,
    },
}

/// A named person's dated, expiring statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attestation {
    /// The criterion's full id.
    pub criterion: String,
    /// Where it is written: file and line.
    pub place: String,
    /// Who says so.
    pub owner: String,
    /// When it was said.
    pub date: Date,
    /// The last day on which it counts.
    pub expires: Date,
    /// What is said.
    pub statement: String,
    /// Accounts it speaks of; none: every one.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Tags of the resources it speaks of; none: every resource.
    #[serde(default)]
    pub tags: Vec<TagRule>,
    /// What it rests on.
    #[serde(default)]
    pub proof: Vec<Proof>,
}

/// Whether an attestation counts on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// It counts.
    Valid,
    /// It counts, and ends within 14 days.
    EndsSoon {
        /// Days left; 0 on the last one.
        days: i32,
    },
    /// It ended: what it said is unknown again.
    Expired,
    /// A proof file is not the attested one any more.
    ProofChanged {
        /// The file.
        path: String,
    },
    /// A proof file is not there any more.
    ProofMissing {
        /// The file.
        path: String,
    },
}

impl Standing {
    /// Whether it counts.
    pub fn counts(&self) -> bool {
        matches!(self, Standing::Valid | Standing::EndsSoon { .. })
    }

    /// In words, after "the attestation".
    pub fn words(&self) -> String {
        match self {
            Standing::Valid => "counts".to_owned(),
            Standing::EndsSoon { days: 0 } => "ends today".to_owned(),
            Standing::EndsSoon { days: 1 } => "ends tomorrow".to_owned(),
            Standing::EndsSoon { days } => format!("ends in {days} days"),
            Standing::Expired => "has expired".to_owned(),
            Standing::ProofChanged { path } => format!("does not count: its proof {path} was changed"),
            Standing::ProofMissing { path } => format!("does not count: its proof {path} is missing"),
        }
    }
}

impl Attestation {
    /// Whether it counts on a day.
    pub fn standing(&self, today: Date) -> Standing {
        for proof in &self.proof {
            match proof {
                Proof::File { path, found: ProofFile::Changed, .. } => {
                    return Standing::ProofChanged { path: path.clone() };
                }
                Proof::File { path, found: ProofFile::Missing, .. } => {
                    return Standing::ProofMissing { path: path.clone() };
                }
                _ => {}
            }
        }
        let days = today.until(self.expires).map_or(-1, |span: Span| span.get_days());
        match days {
            ..0 => Standing::Expired,
            0..=WARNING_DAYS => Standing::EndsSoon { days },
            _ => Standing::Valid,
        }
    }

    /// Whether it speaks of everything in an account.
    pub(crate) fn covers_account(&self, account: &str) -> bool {
        self.tags.is_empty() && self.speaks_of(account)
    }

    /// Whether it speaks of a subject.
    pub(crate) fn covers(&self, subject: &Subject) -> bool {
        self.speaks_of(&subject.account) && self.tags.iter().all(|rule| rule.holds(subject))
    }

    fn speaks_of(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|own| own == account)
    }

    /// Whether two attestations of one criterion could speak of the same thing.
    pub fn overlaps(&self, other: &Attestation) -> bool {
        let accounts = self.accounts.is_empty()
            || other.accounts.is_empty()
            || self.accounts.iter().any(|account| other.accounts.contains(account));
        let apart = self.tags.iter().any(|one| other.tags.iter().any(|two| one.key == two.key && disjoint(one, two)));
        self.criterion == other.criterion && accounts && !apart
    }
}

/// Whether no value can be of both forms. Patterns with wildcards may meet, so they are never apart.
fn disjoint(one: &TagRule, two: &TagRule) -> bool {
    let apart = |a: &Pattern, b: &Pattern| match (a.is_literal(), b.is_literal()) {
        (true, _) => !b.matches(&a.0),
        (_, true) => !a.matches(&b.0),
        _ => false,
    };
    one.values.iter().all(|a| two.values.iter().all(|b| apart(a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attestation() -> Attestation {
        Attestation {
            criterion: "waf-perf-030.api.aws.caching-strategy".to_owned(),
            place: "attestations.toml:1".to_owned(),
            owner: "Ada".to_owned(),
            date: "2026-09-01".parse().unwrap(),
            expires: "2026-12-02".parse().unwrap(),
            statement: "written".to_owned(),
            accounts: Vec::new(),
            tags: Vec::new(),
            proof: Vec::new(),
        }
    }

    fn on(day: &str) -> Standing {
        attestation().standing(day.parse().unwrap())
    }

    #[test]
    fn it_counts_to_its_last_day_and_warns_two_weeks_before() {
        assert_eq!(on("2026-11-17"), Standing::Valid);
        assert_eq!(on("2026-11-18"), Standing::EndsSoon { days: 14 });
        assert_eq!(on("2026-12-02"), Standing::EndsSoon { days: 0 });
        assert_eq!(on("2026-12-03"), Standing::Expired);
    }

    #[test]
    fn years_are_days_too() {
        let mut long = attestation();
        long.expires = "2028-12-02".parse().unwrap();
        assert_eq!(long.standing("2026-11-17".parse().unwrap()), Standing::Valid);
        assert_eq!(long.standing("2029-12-02".parse().unwrap()), Standing::Expired);
    }

    #[test]
    fn a_proof_that_is_not_the_attested_one_undoes_it() {
        for (found, counts) in [(ProofFile::Unchanged, true), (ProofFile::Changed, false), (ProofFile::Missing, false)]
        {
            let mut with_proof = attestation();
            with_proof.proof = vec![
                Proof::Url("https://example.org".to_owned()),
                Proof::File { path: "strategy.md".to_owned(), sha256: "00".to_owned(), found },
            ];
            assert_eq!(with_proof.standing("2026-10-01".parse().unwrap()).counts(), counts, "{found:?}");
        }
    }

    fn of(accounts: &[&str], tags: &[(&str, &str)]) -> Attestation {
        let rule = |(key, value): &(&str, &str)| TagRule {
            key: (*key).to_owned(),
            values: vec![Pattern((*value).to_owned())],
        };
        Attestation {
            accounts: accounts.iter().map(|account| (*account).to_owned()).collect(),
            tags: tags.iter().map(rule).collect(),
            ..attestation()
        }
    }

    #[test]
    fn two_attestations_meet_unless_their_scopes_are_apart() {
        assert!(of(&[], &[]).overlaps(&of(&["1"], &[])));
        assert!(!of(&["2"], &[]).overlaps(&of(&["1"], &[])));
        assert!(of(&["1"], &[("team", "a")]).overlaps(&of(&["1"], &[])));
        assert!(!of(&[], &[("team", "a")]).overlaps(&of(&[], &[("team", "b")])));
        assert!(of(&[], &[("team", "a*")]).overlaps(&of(&[], &[("team", "ab")])));
        assert!(of(&[], &[("team", "a")]).overlaps(&of(&[], &[("service", "b")])));
        let other = Attestation { criterion: "another".to_owned(), ..attestation() };
        assert!(!attestation().overlaps(&other));
    }
}
