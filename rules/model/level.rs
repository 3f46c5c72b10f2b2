//! The five levels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A level of the maturity model. Written as the number 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8")]
pub enum Level {
    /// Reactive / Undocumented.
    L1,
    /// Documented & Defined.
    L2,
    /// Enforced & Monitored.
    L3,
    /// Measured & Automated.
    L4,
    /// Optimized & Predictive.
    L5,
}

impl Level {
    /// All five, lowest first.
    pub const ALL: [Level; 5] = [Level::L1, Level::L2, Level::L3, Level::L4, Level::L5];

    /// The number, 1 to 5.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// The model's label.
    pub fn label(self) -> &'static str {
        match self {
            Level::L1 => "Reactive / Undocumented",
            Level::L2 => "Documented & Defined",
            Level::L3 => "Enforced & Monitored",
            Level::L4 => "Measured & Automated",
            Level::L5 => "Optimized & Predictive",
        }
    }

    /// The next level up; nothing above the fifth.
    pub fn next(self) -> Option<Level> {
        Level::ALL.get(usize::from(self.number())).copied()
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        level.number()
    }
}

impl TryFrom<u8> for Level {
    type Error = String;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Level::ALL.into_iter().find(|l| l.number() == number).ok_or_else(|| format!("level {number}: expected 1 to 5"))
    }
}
