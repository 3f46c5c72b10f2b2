//! Many accounts on disk become a bundle: evidence, assessment, changes since the scan before, report.

use rung_rules::model::{Scan, Settings};

use super::since::since;
use crate::{
    assembly::{Accounts, Decided, Whole},
    bundle::{Draft, REPORT},
    changes,
    failure::Failure,
};

/// Writes every part of the bundle; what is left is to finish it.
pub(in crate::cli) fn write<'s>(
    whole: Whole<'s>,
    accounts: &Accounts,
    scan: Scan,
    settings: &Settings,
    draft: &Draft,
) -> Result<Decided<'s>, Failure> {
    if let Accounts::Folders(folders, _) = accounts {
        folders.iter().try_for_each(|account| draft.append_account(account))?;
    }
    draft.write_settings(settings)?;
    let mut decided = whole.decide(accounts, scan)?;
    decided.changes =
        since(draft, &decided.head.scan, |previous| changes::since_many(previous, &decided.head, settings, accounts));
    decided.changes.iter().try_for_each(|changes| draft.write_changes(changes))?;
    draft.write_assessment(|out| decided.json(accounts, out))?;
    let people = decided.for_people()?;
    draft.write_report(decided.html(&people, Some(REPORT)))?;
    Ok(decided)
}
