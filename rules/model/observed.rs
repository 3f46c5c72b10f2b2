//! A fact that was read, or the gap that stands in its place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{gap::GapId, source::SourceId, truth::Truth};

/// A value with the source it was read from, or unknown with the gap behind it.
///
/// There is no default and no way to get a plain value out without saying what happens when there is none: a denied
/// call cannot turn into "no" or zero by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Observed<T> {
    /// Read.
    Known {
        /// The source it was read from.
        from: SourceId,
        /// What was read.
        value: T,
    },
    /// Not read.
    Unknown {
        /// Why not.
        gap: GapId,
    },
}

impl<T> Observed<T> {
    /// A value that was read.
    pub fn known(value: T, from: SourceId) -> Self {
        Observed::Known { value, from }
    }

    /// A value that could not be read.
    pub fn unknown(gap: GapId) -> Self {
        Observed::Unknown { gap }
    }

    /// A field that AWS may leave out: absent is unknown, not false.
    pub fn reported(value: Option<T>, from: SourceId, gap: impl FnOnce() -> GapId) -> Self {
        match value {
            Some(value) => Observed::Known { value, from },
            None => Observed::Unknown { gap: gap() },
        }
    }

    /// Whether the value is so; unknown when it was not read.
    pub fn is(&self, predicate: impl FnOnce(&T) -> bool) -> Truth {
        match self {
            Observed::Known { value, .. } => predicate(value).into(),
            Observed::Unknown { gap } => Truth::gap(*gap),
        }
    }

    /// Like [`Observed::is`] where the answer itself may be unknown.
    pub fn then(&self, predicate: impl FnOnce(&T) -> Truth) -> Truth {
        match self {
            Observed::Known { value, .. } => predicate(value),
            Observed::Unknown { gap } => Truth::gap(*gap),
        }
    }

    /// The value changed, its source kept.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Observed::Known { value, from } => Observed::Known { value: change(value), from },
            Observed::Unknown { gap } => Observed::Unknown { gap },
        }
    }

    /// The value, where it was read. For display and joins; predicates use [`Observed::is`].
    pub fn value(&self) -> Option<&T> {
        match self {
            Observed::Known { value, .. } => Some(value),
            Observed::Unknown { .. } => None,
        }
    }
}

impl Observed<bool> {
    /// Whether it is true; unknown when it was not read.
    pub fn truth(&self) -> Truth {
        self.is(|value| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_fact_makes_the_predicate_unknown() {
        let fact: Observed<u32> = Observed::unknown(GapId(7));
        assert_eq!(fact.is(|n| *n > 1), Truth::gap(GapId(7)));
        assert_eq!(fact.then(|_| Truth::True), Truth::gap(GapId(7)));
    }

    #[test]
    fn written_with_its_source_or_its_gap() {
        let known = Observed::known(3000u32, SourceId(1));
        assert_eq!(serde_json::to_string(&known).unwrap(), r#"{"from":"s-0000000000000001","value":3000}"#);
        let unknown: Observed<u32> = Observed::unknown(GapId(2));
        let text = serde_json::to_string(&unknown).unwrap();
        assert_eq!(text, r#"{"gap":"g-0000000000000002"}"#);
        assert_eq!(serde_json::from_str::<Observed<u32>>(&text).unwrap(), unknown);
    }
}
