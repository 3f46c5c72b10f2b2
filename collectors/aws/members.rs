//! Which accounts of an organisation are scanned: all active ones, or those of units and tags, less exclusions.
//!
//! A list that could not be read whole is an error, never a shorter list: whoever reads the result would take the accounts
//! that are missing for accounts that do not exist.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use rung_rules::model::{Cause, GapId};

use super::{Listing, Place};
use crate::{
    at_once,
    calls::organizations::{self, Listed},
};

/// Listings of units or tags under way at once.
const AT_ONCE: usize = 8;

/// Which accounts of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Units, each with everything below it: `ou-...` or `r-...`, a path like `Root/Prod/Web` or `Prod/Web`, or a name.
    /// None: the whole organisation.
    pub units: Vec<String>,
    /// Keys with the values that fit; an account must fit each key.
    pub tags: Vec<(String, Vec<String>)>,
    /// Accounts and units that are left out: account ids, or as `units`.
    pub exclude: Vec<String>,
}

/// An account to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// 12 digits.
    pub id: Arc<str>,
    /// Its name in the organisation, or in the file of accounts.
    pub name: Option<Arc<str>>,
    /// The unit it belongs to: `Root/Prod/Web`.
    pub unit: Option<Arc<str>>,
}

/// The accounts of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    /// Active ones, by id.
    pub members: Vec<Member>,
    /// How many of the selected units' accounts are not active, by AWS's word for their state: `SUSPENDED`.
    pub inactive: BTreeMap<Arc<str>, usize>,
}

impl Members {
    /// `3 suspended accounts left out`; nothing when there are none.
    pub fn left_out(&self) -> Option<String> {
        let count = |(state, count): (&Arc<str>, &usize)| {
            let plural = if *count == 1 { "account" } else { "accounts" };
            format!("{count} {} {plural}", state.to_lowercase().replace('_', " "))
        };
        let counts: Vec<_> = self.inactive.iter().map(count).collect();
        (!counts.is_empty()).then(|| format!("{} left out", counts.join(", ")))
    }
}

/// Why the accounts of a selection are not known.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    /// A listing was denied, failed or ended early.
    #[error(
        "the organisation's accounts could not be read: {operation}: {}{}\nScan from the management account or a delegated administrator of Organizations, with the actions that `rung policy --org` prints; or name the accounts in a file with --accounts.",
        .cause.words(), detail_of(.detail)
    )]
    Unread {
        /// `organizations:ListAccounts`.
        operation: String,
        /// Why.
        cause: Cause,
        /// AWS's own words.
        detail: String,
    },
    /// The account belongs to none.
    #[error(
        "this account belongs to no organisation\nScan it alone, without --org, or name the accounts in a file with --accounts."
    )]
    NoOrganization,
    /// A unit or an exclusion that nothing bears.
    #[error("{flag} {given:?}: the organisation has no such {expected}")]
    NoSuch {
        /// `--org-unit` or `--exclude`.
        flag: &'static str,
        /// As given.
        given: String,
        /// What it could be.
        expected: &'static str,
        /// What there is: ids, and paths of units.
        known: Vec<String>,
    },
    /// A name that several units bear.
    #[error("{flag} {given:?} names several units: {}; write the path or the id of one", .paths.join(", "))]
    Ambiguous {
        /// `--org-unit` or `--exclude`.
        flag: &'static str,
        /// As given.
        given: String,
        /// Paths of the units.
        paths: Vec<String>,
    },
    /// Accounts whose unit is not known, though the selection is by units: they moved while the organisation was read.
    #[error("the organisation changed while it was read (accounts {0}): scan again")]
    Changed(String),
    /// The selection holds no active account.
    #[error("no active account is selected{0}: check --org-unit, --org-tag and --exclude")]
    Empty(String),
}

fn detail_of(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}

/// The accounts of a selection; `place` is the one of the global services.
pub async fn members(place: &Place, selection: &Selection) -> Result<Members, MembersError> {
    let tree = read(place).await?;
    let chosen = tree.choose(selection)?;
    let mut members = Members { members: Vec::new(), inactive: BTreeMap::new() };
    let (active, others): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|account| &*account.state == "ACTIVE");
    for account in others {
        *members.inactive.entry(account.state.clone()).or_default() += 1;
    }
    let fitting = tagged(place, &active, &selection.tags).await?;
    members.members = fitting.into_iter().map(|account| tree.member(account)).collect();
    members.members.sort();
    if members.members.is_empty() {
        let left_out = members.left_out().map(|words| format!(" ({words})")).unwrap_or_default();
        return Err(MembersError::Empty(left_out));
    }
    Ok(members)
}

/// The accounts that fit each of the tags; without tags nothing is asked.
async fn tagged<'a>(
    place: &Place,
    accounts: &[&'a Listed],
    wanted: &[(String, Vec<String>)],
) -> Result<Vec<&'a Listed>, MembersError> {
    if wanted.is_empty() {
        return Ok(accounts.to_vec());
    }
    let asked = accounts.iter().map(|account| organizations::tags_of(place, &account.id));
    let listings = at_once(AT_ONCE, asked).await;
    let mut fitting = Vec::new();
    for (account, listing) in accounts.iter().zip(&listings) {
        let tags = whole(place, listing)?;
        let has = |(key, values): &(String, Vec<String>)| tags.iter().any(|(k, v)| k == key && values.contains(v));
        if wanted.iter().all(has) {
            fitting.push(*account);
        }
    }
    Ok(fitting)
}

/// The organisation: accounts, units, and which belongs where.
#[derive(Debug, Default)]
struct Tree {
    accounts: Vec<Listed>,
    /// From the root down, so that a unit's parent stands before it.
    units: Vec<TreeUnit>,
    /// Account to the index of its unit.
    unit_of: HashMap<Arc<str>, usize>,
}

#[derive(Debug)]
struct TreeUnit {
    id: Arc<str>,
    name: Arc<str>,
    path: Arc<str>,
    parent: Option<usize>,
}

async fn read(place: &Place) -> Result<Tree, MembersError> {
    let accounts = organizations::accounts(place).await;
    let mut tree = Tree { accounts: whole(place, &accounts)?.to_vec(), ..Tree::default() };
    let roots = organizations::roots(place).await;
    let mut level: Vec<usize> = whole(place, &roots)?.iter().map(|root| tree.add(root, None)).collect();
    while !level.is_empty() {
        let ids: Vec<_> = level.iter().filter_map(|at| tree.units.get(*at)).map(|unit| unit.id.clone()).collect();
        let accounts = at_once(AT_ONCE, ids.iter().map(|id| organizations::accounts_of(place, id))).await;
        let units = at_once(AT_ONCE, ids.iter().map(|id| organizations::units(place, id))).await;
        let mut below = Vec::new();
        for ((at, accounts), units) in level.iter().zip(&accounts).zip(&units) {
            tree.unit_of.extend(whole(place, accounts)?.iter().map(|account| (account.clone(), *at)));
            below.extend(whole(place, units)?.iter().map(|unit| tree.add(unit, Some(*at))));
        }
        level = below;
    }
    Ok(tree)
}

/// The items of a listing that is complete; an error that says why it is not.
fn whole<'a, T>(place: &Place, listing: &'a Listing<T>) -> Result<&'a [T], MembersError> {
    match listing.gap {
        None => Ok(&listing.items),
        Some(gap) => Err(unread(place, gap)),
    }
}

fn unread(place: &Place, gap: GapId) -> MembersError {
    let (_, gaps) = place.span.registry.snapshot();
    match gaps.into_iter().find(|known| known.id == gap) {
        Some(gap) if gap.detail.contains("AWSOrganizationsNotInUseException") => MembersError::NoOrganization,
        Some(gap) => MembersError::Unread { operation: gap.operation, cause: gap.cause, detail: gap.detail },
        None => MembersError::Unread { operation: String::new(), cause: Cause::Failed, detail: String::new() },
    }
}

impl Tree {
    fn add(&mut self, unit: &organizations::Unit, parent: Option<usize>) -> usize {
        let above = parent.and_then(|at| self.units.get(at)).map(|above| above.path.clone());
        let path = above.map_or_else(|| unit.name.clone(), |above| format!("{above}/{}", unit.name).into());
        self.units.push(TreeUnit { id: unit.id.clone(), name: unit.name.clone(), path, parent });
        self.units.len() - 1
    }

    fn member(&self, account: &Listed) -> Member {
        let unit = self.unit_of.get(&account.id).and_then(|at| self.units.get(*at));
        Member { id: account.id.clone(), name: account.name.clone(), unit: unit.map(|unit| unit.path.clone()) }
    }

    /// Accounts of the units and of no exclusion, whatever their state and tags.
    fn choose(&self, selection: &Selection) -> Result<Vec<&Listed>, MembersError> {
        let included = self.units_of("--org-unit", selection.units.iter())?;
        let (ids, paths): (Vec<_>, Vec<_>) = selection.exclude.iter().partition(|text| is_account(text));
        if let Some(unknown) = ids.iter().find(|id| !self.accounts.iter().any(|account| *account.id == ***id)) {
            return Err(self.no_such("--exclude", unknown, "account"));
        }
        let excluded = self.units_of("--exclude", paths.into_iter())?;
        let by_unit = !selection.units.is_empty() || !excluded.is_empty();
        if let Some(lost) = by_unit.then(|| self.without_unit()).flatten() {
            return Err(MembersError::Changed(lost));
        }
        let chosen = |account: &&Listed| {
            let within = |units: &BTreeSet<usize>| self.unit_of.get(&account.id).is_some_and(|at| units.contains(at));
            (selection.units.is_empty() || within(&included))
                && !within(&excluded)
                && !ids.iter().any(|id| **id == *account.id)
        };
        Ok(self.accounts.iter().filter(chosen).collect())
    }

    fn without_unit(&self) -> Option<String> {
        let lost = self.accounts.iter().filter(|account| !self.unit_of.contains_key(&account.id));
        let ids: Vec<_> = lost.map(|account| &*account.id).collect();
        (!ids.is_empty()).then(|| ids.join(", "))
    }

    /// The units that are named, and everything below them.
    fn units_of<'a>(
        &self,
        flag: &'static str,
        named: impl Iterator<Item = &'a String>,
    ) -> Result<BTreeSet<usize>, MembersError> {
        let mut all = named.map(|text| self.unit(flag, text)).collect::<Result<BTreeSet<_>, _>>()?;
        for (at, unit) in self.units.iter().enumerate() {
            if unit.parent.is_some_and(|parent| all.contains(&parent)) {
                all.insert(at);
            }
        }
        Ok(all)
    }

    /// The unit that an id, a path or a name means.
    fn unit(&self, flag: &'static str, given: &str) -> Result<usize, MembersError> {
        let wanted = given.trim_matches('/');
        let below_root = |path: &str| path.split_once('/').map(|(_, below)| below.to_owned());
        let whole = |unit: &TreeUnit| {
            *unit.id == *wanted || *unit.path == *wanted || below_root(&unit.path).as_deref() == Some(wanted)
        };
        let by_path: Vec<usize> = self.indices(whole);
        let found = if by_path.is_empty() { self.indices(|unit| *unit.name == *wanted) } else { by_path };
        match found.as_slice() {
            [] => Err(self.no_such(flag, given, if flag == "--exclude" { "account or unit" } else { "unit" })),
            [one] => Ok(*one),
            several => Err(MembersError::Ambiguous {
                flag,
                given: given.to_owned(),
                paths: several.iter().filter_map(|at| self.units.get(*at)).map(|unit| unit.path.to_string()).collect(),
            }),
        }
    }

    fn indices(&self, fits: impl Fn(&TreeUnit) -> bool) -> Vec<usize> {
        self.units.iter().enumerate().filter(|(_, unit)| fits(unit)).map(|(at, _)| at).collect()
    }

    fn no_such(&self, flag: &'static str, given: &str, expected: &'static str) -> MembersError {
        let units = self.units.iter().flat_map(|unit| [unit.path.to_string(), unit.id.to_string()]);
        let accounts = self.accounts.iter().map(|account| account.id.to_string());
        let known = match expected {
            "account" => accounts.collect(),
            "unit" => units.collect(),
            _ => units.chain(accounts).collect(),
        };
        MembersError::NoSuch { flag, given: given.to_owned(), expected, known }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[path = "members_tests.rs"]
mod tests;
