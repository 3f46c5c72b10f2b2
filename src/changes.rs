//! What changed between two stored scans, or between a stored one and one that was just read: their accounts side by side, one in memory at
//! a time.

use std::{
    borrow::Cow,
    cmp::Ordering,
    collections::HashMap,
    iter::{Peekable, once},
};

use rung_rules::{
    changes::{Changes, Plan, Side, Stored, Verdicts},
    facts::Kind,
    model::{Assessment, EvidenceSet, Scan, Settings},
};

use crate::{assembly::Accounts, bundle::Bundle, failure::Failure, report::Head};

/// Accounts named when two scans have none in common.
const NAMED: usize = 3;

/// The accounts of a scan in the order of their ids.
type Sets<'a> = Box<dyn Iterator<Item = Result<Cow<'a, EvidenceSet>, Failure>> + 'a>;

/// Two stored scans.
pub fn between(before: &Bundle, after: &Bundle) -> Result<Changes, Failure> {
    compare(before, side(after)?, sets(after)?)
}

/// A scan of one account since a stored one.
pub fn since_one<F>(
    before: &Bundle,
    assessment: &Assessment<F>,
    settings: &Settings,
    set: &EvidenceSet,
) -> Result<Changes, Failure> {
    let after = read_now(&assessment.scan, settings, Stored::from(assessment));
    compare(before, after, Box::new(once(Ok(Cow::Borrowed(set)))))
}

/// A scan of many accounts since a stored one.
pub fn since_many(before: &Bundle, head: &Head, settings: &Settings, accounts: &Accounts) -> Result<Changes, Failure> {
    let after = read_now(&head.scan, settings, Stored::from(head));
    compare(before, after, Box::new(accounts.each()?.map(|account| account.map(|account| Cow::Owned(account.set)))))
}

fn compare<'a>(before: &'a Bundle, after: Side, now: Sets<'a>) -> Result<Changes, Failure> {
    common(&before.manifest.scan, &after.scan)?;
    let settings = after.settings.clone();
    let plan = Plan::new(side(before)?, after);
    let mut comparison = plan.begin();
    let (mut old, mut now) = (sets(before)?.peekable(), now.peekable());
    loop {
        let (was, is) = match order(&mut old, &mut now)? {
            None => return Ok(comparison.finish()),
            Some(Ordering::Less) => (old.next().transpose()?, None),
            Some(Ordering::Greater) => (None, now.next().transpose()?),
            Some(Ordering::Equal) => (old.next().transpose()?, now.next().transpose()?),
        };
        let was = was.map(|set| with_tags(set.into_owned(), is.as_deref(), &before.manifest.scan, &settings));
        comparison.add(was, is.as_deref());
    }
}

/// Which of two lists of accounts has the next one; nothing at the end of both.
fn order<'a>(old: &mut Peekable<Sets<'a>>, now: &mut Peekable<Sets<'a>>) -> Result<Option<Ordering>, Failure> {
    for list in [&mut *old, &mut *now] {
        if let Some(Err(failure)) = list.next_if(Result::is_err) {
            return Err(failure);
        }
    }
    let id =
        |set: &Result<Cow<'_, EvidenceSet>, Failure>| set.as_ref().ok().and_then(|set| set.accounts.first().cloned());
    Ok(match (old.peek().map(id), now.peek().map(id)) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(was), Some(is)) => Some(was.cmp(&is)),
    })
}

/// A stored scan. Its verdicts are read where another version of the program assessed it.
fn side(bundle: &Bundle) -> Result<Side, Failure> {
    #[derive(serde::Deserialize)]
    struct Only {
        findings: Verdicts,
    }
    let stored: Stored = bundle.of_assessment()?;
    let verdicts = match stored.rung.version == env!("CARGO_PKG_VERSION") {
        true => None,
        false => Some(bundle.of_assessment::<Only>()?.findings),
    };
    Ok(Side { scan: bundle.manifest.scan.clone(), settings: bundle.settings()?, stored, verdicts })
}

fn read_now(scan: &Scan, settings: &Settings, stored: Stored) -> Side {
    Side { scan: scan.clone(), settings: settings.clone(), stored, verdicts: None }
}

/// One account is read whole: bundles of the first form have no other way.
fn sets(bundle: &Bundle) -> Result<Sets<'_>, Failure> {
    match bundle.manifest.scan.accounts.len() {
        0 | 1 => Ok(Box::new(once(bundle.evidence().map(Cow::Owned)))),
        _ => Ok(Box::new(bundle.accounts()?.map(|account| account.map(|account| Cow::Owned(account.set))))),
    }
}

/// Fails where two scans have no account in common.
fn common(before: &Scan, after: &Scan) -> Result<(), Failure> {
    if before.accounts.iter().any(|id| after.accounts.contains(id)) {
        return Ok(());
    }
    let named = |scan: &Scan| {
        let first = scan.accounts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match scan.accounts.len().saturating_sub(NAMED) {
            0 => first,
            more => format!("{first} and {more} more"),
        }
    };
    let (one, other) = (named(before), named(after));
    Err(Failure::usage(format!(
        "the scans have no account in common: one is of {one}, the other of {other}. Compare scans of the same account."
    )))
}

/// Where the scope chooses by tags that the scan before did not ask for, they are taken from the scan after; what that does not have is not
/// known.
fn with_tags(mut old: EvidenceSet, now: Option<&EvidenceSet>, before: &Scan, settings: &Settings) -> EvidenceSet {
    if settings.scope.tags.is_empty() || before.scope.tags_read {
        return old;
    }
    let known: HashMap<(Kind, &str), _> = now
        .iter()
        .flat_map(|set| &set.evidence)
        .map(|one| ((one.facts.kind(), &*one.subject.arn), &one.subject))
        .collect();
    rung_collectors::tags_not_asked(&mut old);
    for one in old.evidence.iter_mut().filter(|one| one.subject.tags_gap.is_some()) {
        if let Some(subject) = known.get(&(one.facts.kind(), &*one.subject.arn)) {
            one.subject.tags.clone_from(&subject.tags);
            one.subject.tags_gap = subject.tags_gap;
        }
    }
    old
}
