//! Three-valued logic: true, false, or unknown with the reasons.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::gap::GapId;

/// Why something is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It could not be seen.
    Gap(GapId),
    /// No API shows it: a person has to attest it.
    Attestation,
}

/// The reasons of an unknown, without repeats.
pub type Reasons = SmallVec<[Reason; 1]>;

/// A statement about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Seen, and so.
    True,
    /// Seen, and not so.
    False,
    /// Not seen; never treated as either of the others.
    Unknown(Reasons),
}

impl Truth {
    /// Unknown because of one gap.
    pub fn gap(gap: GapId) -> Truth {
        Truth::Unknown(SmallVec::from_slice(&[Reason::Gap(gap)]))
    }

    /// Unknown until a person attests it.
    pub fn attestation() -> Truth {
        Truth::Unknown(SmallVec::from_slice(&[Reason::Attestation]))
    }

    /// Both hold. One "false" is enough for "false", whatever the other is.
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, truth) | (truth, Truth::True) => truth,
            (Truth::Unknown(a), Truth::Unknown(b)) => Truth::Unknown(joined(a, b)),
        }
    }

    /// At least one holds. One "true" is enough for "true", whatever the other is.
    pub fn or(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::True, _) | (_, Truth::True) => Truth::True,
            (Truth::False, truth) | (truth, Truth::False) => truth,
            (Truth::Unknown(a), Truth::Unknown(b)) => Truth::Unknown(joined(a, b)),
        }
    }

    /// The opposite; unknown stays unknown. (`!truth` does the same.)
    pub fn negate(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown => unknown,
        }
    }

    /// Where AWS does not show it, it may still exist elsewhere: "false" becomes "needs an attestation".
    pub fn or_attested(self) -> Truth {
        self.or(Truth::attestation())
    }
}

impl std::ops::Not for Truth {
    type Output = Truth;
    fn not(self) -> Truth {
        self.negate()
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

fn joined(mut a: Reasons, b: Reasons) -> Reasons {
    for reason in b {
        if !a.contains(&reason) {
            a.push(reason);
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(n: u64) -> Truth {
        Truth::gap(GapId(n))
    }

    #[test]
    fn kleene_tables() {
        assert_eq!(Truth::False.and(unknown(1)), Truth::False);
        assert_eq!(unknown(1).and(Truth::False), Truth::False);
        assert_eq!(Truth::True.and(unknown(1)), unknown(1));
        assert_eq!(Truth::True.or(unknown(1)), Truth::True);
        assert_eq!(unknown(1).or(Truth::True), Truth::True);
        assert_eq!(Truth::False.or(unknown(1)), unknown(1));
        assert_eq!(!unknown(1), unknown(1));
        assert_eq!(!Truth::True, Truth::False);
    }

    #[test]
    fn reasons_are_joined_without_repeats() {
        assert_eq!(unknown(1).and(unknown(1)), unknown(1));
        let Truth::Unknown(reasons) = unknown(1).or(unknown(2)) else { panic!("expected unknown") };
        assert_eq!(reasons.as_slice(), [Reason::Gap(GapId(1)), Reason::Gap(GapId(2))]);
    }

    #[test]
    fn not_shown_by_aws_asks_a_person() {
        assert_eq!(Truth::False.or_attested(), Truth::attestation());
        assert_eq!(Truth::True.or_attested(), Truth::True);
    }
}
