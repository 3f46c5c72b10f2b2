//! Organizations: the accounts of an organisation, the units they belong to, their tags. Asked only with `--org`, in the
//! management account or a delegated administrator's; a member's role never needs it.

use std::sync::Arc;

use aws_sdk_organizations::types::{Account, AccountState, AccountStatus};

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_ACCOUNTS,
    "organizations",
    "Organizations",
    "ListAccounts",
    "accounts of the organisation: id, name, state; only with --org"
);
call!(
    LIST_ACCOUNTS_FOR_PARENT,
    "organizations",
    "Organizations",
    "ListAccountsForParent",
    "which organisational unit an account belongs to; only with --org"
);
call!(
    LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    "organizations",
    "Organizations",
    "ListOrganizationalUnitsForParent",
    "organisational units and their names; only with --org"
);
call!(LIST_ROOTS, "organizations", "Organizations", "ListRoots", "the organisation's root; only with --org");
call!(
    LIST_TAGS_FOR_RESOURCE,
    "organizations",
    "Organizations",
    "ListTagsForResource",
    "tags of accounts; only with --org-tag"
);

pub(crate) static CALLS: &[&Call] = &[
    &LIST_ACCOUNTS,
    &LIST_ACCOUNTS_FOR_PARENT,
    &LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    &LIST_ROOTS,
    &LIST_TAGS_FOR_RESOURCE,
];

/// An account of the organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// `Id`: 12 digits.
    pub(crate) id: Arc<str>,
    /// `Name`.
    pub(crate) name: Option<Arc<str>>,
    /// `State`, or its older name `Status`, in AWS's words: `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`.
    pub(crate) state: Arc<str>,
}

/// A root or an organisational unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// `Id`: `r-...` or `ou-...`.
    pub(crate) id: Arc<str>,
    /// `Name`.
    pub(crate) name: Arc<str>,
}

/// AWS may leave out either of the two fields; neither is no state, which is not `ACTIVE`.
fn state(account: &Account) -> &str {
    let older = account.status().map(AccountStatus::as_str);
    account.state().map(AccountState::as_str).or(older).unwrap_or("UNKNOWN")
}

/// Every account of the organisation, whatever its state.
pub(crate) async fn accounts(place: &Place) -> Arc<Listing<Listed>> {
    let stream = place.clients.organizations().list_accounts().into_paginator().send();
    let read = drain(place, &LIST_ACCOUNTS, "", stream, |page, items| {
        items.extend(page.accounts.unwrap_or_default().into_iter().filter_map(|account| {
            let state = state(&account).into();
            Some(Listed { id: account.id?.into(), name: account.name.map(Arc::from), state })
        }));
    });
    place.memo(&LIST_ACCOUNTS, "", read).await
}

/// The organisation's root; AWS lists it, though there is one only.
pub(crate) async fn roots(place: &Place) -> Arc<Listing<Unit>> {
    let stream = place.clients.organizations().list_roots().into_paginator().send();
    let read = drain(place, &LIST_ROOTS, "", stream, |page, items| {
        items.extend(page.roots.unwrap_or_default().into_iter().filter_map(|root| unit(root.id, root.name)));
    });
    place.memo(&LIST_ROOTS, "", read).await
}

/// The units right below a root or unit.
pub(crate) async fn units(place: &Place, parent: &str) -> Arc<Listing<Unit>> {
    let request = place.clients.organizations().list_organizational_units_for_parent().parent_id(parent);
    let read =
        drain(place, &LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, parent, request.into_paginator().send(), |page, items| {
            let units = page.organizational_units.unwrap_or_default();
            items.extend(units.into_iter().filter_map(|one| unit(one.id, one.name)));
        });
    place.memo(&LIST_ORGANIZATIONAL_UNITS_FOR_PARENT, parent, read).await
}

fn unit(id: Option<String>, name: Option<String>) -> Option<Unit> {
    let id: Arc<str> = id?.into();
    Some(Unit { name: name.map_or_else(|| id.clone(), Arc::from), id })
}

/// The ids of the accounts right below a root or unit.
pub(crate) async fn accounts_of(place: &Place, parent: &str) -> Arc<Listing<Arc<str>>> {
    let request = place.clients.organizations().list_accounts_for_parent().parent_id(parent);
    let read = drain(place, &LIST_ACCOUNTS_FOR_PARENT, parent, request.into_paginator().send(), |page, items| {
        let accounts = page.accounts.unwrap_or_default();
        items.extend(accounts.into_iter().filter_map(|account| account.id.map(Arc::<str>::from)));
    });
    place.memo(&LIST_ACCOUNTS_FOR_PARENT, parent, read).await
}

/// The tags of an account.
pub(crate) async fn tags_of(place: &Place, account: &str) -> Arc<Listing<(String, String)>> {
    let request = place.clients.organizations().list_tags_for_resource().resource_id(account);
    let read = drain(place, &LIST_TAGS_FOR_RESOURCE, account, request.into_paginator().send(), |page, items| {
        items.extend(page.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    });
    place.memo(&LIST_TAGS_FOR_RESOURCE, account, read).await
}
