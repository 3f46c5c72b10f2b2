//! Many accounts on disk become a bundle: evidence, changes since the scan before, levels over time, assessment, report.

use rung_rules::model::{Scan, Settings};

use super::{
    super::demands::{Demands, Since},
    since::since,
    stored,
};
use crate::{
    assembly::{Accounts, Decided, Whole},
    bundle::{Draft, REPORT},
    changes,
    failure::Failure,
    history::Night,
};

/// Writes every part of the bundle; what is left is to finish it. What is `earlier` is looked at unless it is a part of a scan only.
pub(in crate::cli) fn write<'s>(
    whole: Whole<'s>,
    accounts: &Accounts,
    scan: Scan,
    settings: &Settings,
    draft: &Draft,
    earlier: Option<&Demands>,
) -> Result<(Decided<'s>, Since), Failure> {
    if let Accounts::Folders(folders, _) = accounts {
        folders.iter().try_for_each(|account| draft.append_account(account))?;
    }
    draft.write_settings(settings)?;
    let mut decided = whole.decide(accounts, scan)?;
    let since = match earlier {
        None => Since::NotTold("a part of a scan is compared with nothing".to_owned()),
        Some(demands) => since(draft, &decided.head.scan, demands, |previous| {
            changes::since_many(previous, &decided.head, settings, accounts)
        }),
    };
    decided.changes = since.changes().cloned();
    decided.history = earlier.and_then(|_| stored::history(&decided.head.scan, Night::of(&decided.head)));
    decided.changes.iter().try_for_each(|changes| draft.write_changes(changes))?;
    decided.history.iter().try_for_each(|history| draft.write_history(history))?;
    draft.write_assessment(|out| decided.json(accounts, out))?;
    let people = decided.for_people()?;
    draft.write_report(decided.html(&people, Some(REPORT)))?;
    Ok((decided, since))
}
