//! What a register shows, as evidence.

use jiff::civil::Date;
use rung_rules::{
    facts::{DebtEntry, DebtRegister, Facts},
    model::{GapId, Observed, SourceId},
};

use super::{Register, is_quantified};

/// Ids of entries that `rung debt draft` writes begin so.
pub(super) const DRAFTED: &str = "rung-";

/// Where and when a register was read.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    /// The path or S3 URI.
    pub location: &'a str,
    /// The source of its facts.
    pub from: SourceId,
    /// The day of an object's `LastModified`; nothing for a local file, whose time changes with every checkout.
    pub modified: Option<Date>,
    /// The gap in place of a date where nothing tells one.
    pub undated: &'a dyn Fn() -> GapId,
    /// Days of the last seven with a recorded scan; the gap where the store could not be asked.
    pub days_with_scans: Result<u32, GapId>,
    /// Those of which this machine's folder tells.
    pub days_in_folder: u32,
}

impl Register {
    /// The register and its entries as evidence, with the ids of the entries.
    pub fn evidence(&self, read: Read<'_>) -> (DebtRegister, Vec<DebtEntry>) {
        let count = |n: usize| Observed::known(n as u32, read.from);
        let open = || self.entries.iter().filter(|entry| entry.is_open());
        let drafted = self.entries.iter().filter(|entry| entry.id.starts_with(DRAFTED)).count();
        let register = DebtRegister {
            location: read.location.to_owned(),
            open_entries: count(open().count()),
            closed_entries: count(self.entries.len() - open().count()),
            incomplete_entries: count(open().filter(|entry| !entry.is_complete()).count()),
            entries_without_target_date: count(open().filter(|entry| entry.target.is_none()).count()),
            changed_on: match self.newest().or(read.modified) {
                Some(date) => Observed::known(date, read.from),
                None => Observed::unknown((read.undated)()),
            },
            reviewed_on: Observed::known(self.reviewed().max(), read.from),
            closed_on: Observed::known(self.entries.iter().filter_map(|entry| entry.closed).max(), read.from),
            entries_from_scans: count(drafted),
            days_with_scans: match read.days_with_scans {
                Ok(days) => Observed::known(days, read.from),
                Err(gap) => Observed::unknown(gap),
            },
            days_in_folder: read.days_in_folder,
        };
        let entry = |entry: &super::Entry| DebtEntry {
            id: entry.id.clone(),
            open: Observed::known(entry.is_open(), read.from),
            impact_quantified: Observed::known(is_quantified(&entry.impact), read.from),
            target_date: Observed::known(entry.target, read.from),
        };
        (register, self.entries.iter().map(entry).collect())
    }

    fn reviewed(&self) -> impl Iterator<Item = Date> {
        self.entries.iter().flat_map(|entry| entry.reviewed.iter()).chain(&self.reviews).copied()
    }

    /// The newest date that tells of a change; target dates lie ahead and tell of none.
    fn newest(&self) -> Option<Date> {
        let of_entries = self.entries.iter().flat_map(|entry| [entry.opened, entry.updated, entry.closed]);
        of_entries.flatten().chain(self.reviewed()).max()
    }
}

/// A register that could not be read: all of it is unknown.
pub fn unread(location: &str, gap: GapId) -> Facts {
    DebtRegister {
        location: location.to_owned(),
        open_entries: Observed::unknown(gap),
        closed_entries: Observed::unknown(gap),
        incomplete_entries: Observed::unknown(gap),
        entries_without_target_date: Observed::unknown(gap),
        changed_on: Observed::unknown(gap),
        reviewed_on: Observed::unknown(gap),
        closed_on: Observed::unknown(gap),
        entries_from_scans: Observed::unknown(gap),
        days_with_scans: Observed::unknown(gap),
        days_in_folder: 0,
    }
    .into()
}
