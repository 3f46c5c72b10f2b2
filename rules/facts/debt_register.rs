//! The performance debt register: a table that people keep, and its entries.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// A performance debt register: a CSV, a Markdown table or a TOML file that the configuration names.
///
/// Without a register in the configuration there is no such evidence: it may lie elsewhere, which a person attests. One
/// that could not be read (S3 `GetObject` denied) has every fact unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DebtRegister {
    /// Where it lies: the path or S3 URI of the configuration.
    pub location: String,
    /// Entries that are not closed.
    pub open_entries: Observed<u32>,
    /// Closed entries.
    pub closed_entries: Observed<u32>,
    /// Open entries in which a required field is empty: id, description, impact, affected services, owner, priority,
    /// target date.
    pub incomplete_entries: Observed<u32>,
    /// Open entries without a target date.
    pub entries_without_target_date: Observed<u32>,
    /// The newest date written in it (opened, updated, closed, reviewed); of an object in S3 without any, the day of
    /// `LastModified` (`GetObject`). Unknown for a local file without dates: a file's time changes with every checkout.
    pub changed_on: Observed<Date>,
    /// The newest review written in it; nothing without any.
    pub reviewed_on: Observed<Option<Date>>,
    /// The newest date on which an entry was closed; nothing without any.
    pub closed_on: Observed<Option<Date>>,
    /// Entries that `rung debt draft` wrote from unmet criteria.
    pub entries_from_scans: Observed<u32>,
    /// Days of the last seven (UTC) on which a scan of this account was recorded, today's included: by a bundle in this machine's
    /// folder, or by a row of the store, which other machines may feed and which keeps what was cleared away. Unknown where the
    /// store could not be asked.
    pub days_with_scans: Observed<u32>,
    /// As many of them as this machine's folder tells of by itself: there are at least these, whatever the store would say.
    #[serde(default)]
    pub days_in_folder: u32,
}

/// An entry of a performance debt register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DebtEntry {
    /// Its id in the register.
    pub id: String,
    /// False when its status says closed, done or the like, or it has a closing date.
    pub open: Observed<bool>,
    /// Whether its impact carries a number: milliseconds, percent, money, customers.
    pub impact_quantified: Observed<bool>,
    /// Its target date; nothing when empty.
    pub target_date: Observed<Option<Date>>,
}
