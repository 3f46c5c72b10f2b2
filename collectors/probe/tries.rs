//! How an operation is tried: where, when, on what, by which request.

use futures::future::BoxFuture;

use super::{judge::Answer, run::Trying};
use crate::calls::Call;

/// Where a scan asks an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Once an account.
    Global,
    /// In each region.
    Region,
    /// In each region, and where global services keep theirs.
    Everywhere,
}

impl At {
    pub(super) fn is_at(self, global: bool) -> bool {
        self == At::Everywhere || (self == At::Global) == global
    }
}

/// Which scans ask an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All.
    Always,
    /// Those with `--metrics on`.
    Metrics,
    /// Those with `--sql-digests`.
    SqlDigests,
    /// Those whose scope chooses by tag.
    Tags,
    /// Those with a debt register in S3.
    Register,
}

/// Whether the resource that an operation was tried on is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The operation takes no resource.
    Nothing,
    /// A list of a moment ago showed it.
    Real,
    /// It cannot be there.
    MadeUp,
}

/// What a first page showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Resources on it.
    pub count: usize,
    /// Whether there are more on another page.
    pub more: bool,
    /// A few of their ids, for what is about one of them.
    pub(super) ids: Vec<String>,
    /// Ids of another kind that the page names.
    pub(super) also: Vec<String>,
}

impl Found {
    /// Resources in a region, of a list whose ids begin with it: the account's buckets.
    pub fn count_in(&self, region: &str) -> usize {
        self.ids.iter().filter(|id| id.split(' ').next() == Some(region)).count()
    }
}

/// Ids kept of a page: one is tried.
const IDS: usize = 4;

/// The resources of a page by their ids; more follow where there is a token.
pub(super) fn found<T: Into<String>>(ids: impl IntoIterator<Item = T>, token: Option<&str>) -> Found {
    let mut all = ids.into_iter().map(Into::into);
    let ids: Vec<String> = all.by_ref().take(IDS).collect();
    Found { count: ids.len() + all.count(), more: token.is_some_and(|token| !token.is_empty()), ids, also: Vec::new() }
}

/// For answers that show nothing of use.
pub(super) fn nothing<O>(_: O) -> Found {
    Found::default()
}

/// A resource that cannot be there, in the form that an operation takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum MadeUp {
    /// A name that nobody gives.
    Name,
    /// An id in the service's own form.
    Id(&'static str),
    /// An ARN of this account: service, resource.
    Arn(&'static str, &'static str),
}

/// How an operation is tried.
pub struct Try {
    /// The operation.
    pub call: &'static Call,
    /// Where.
    pub at: At,
    /// In which scans.
    pub when: When,
    /// Requests that a scan makes of it in a place without resources.
    pub least: u32,
    pub(super) ask: for<'a> fn(&'a Trying) -> BoxFuture<'a, Answer>,
}

impl std::fmt::Debug for Try {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Try({} {:?} {:?})", self.call.name(), self.at, self.when)
    }
}

impl Try {
    pub(super) const fn new(
        call: &'static Call,
        at: At,
        least: u32,
        ask: for<'a> fn(&'a Trying) -> BoxFuture<'a, Answer>,
    ) -> Self {
        Try { call, at, when: When::Always, least, ask }
    }

    pub(super) const fn when(self, when: When) -> Self {
        Try { when, ..self }
    }

    /// A list that a scan reads so many times a place at least.
    pub(super) const fn least(self, least: u32) -> Self {
        Try { least, ..self }
    }
}

/// An operation that takes no resource: call, where, request, and what its answer shows.
macro_rules! list {
    ($call:expr, $at:ident, |$clients:ident| $request:expr) => {
        list!($call, $at, |$clients| $request, $crate::probe::tries::nothing)
    };
    ($call:expr, $at:ident, |$clients:ident| $request:expr, $take:expr) => {
        $crate::probe::tries::Try::new(&$call, $crate::probe::tries::At::$at, 1, |trying| {
            Box::pin(async move {
                let $clients = trying.clients();
                let request = $request;
                trying.ask(&$call, $crate::probe::tries::Given::Nothing, request.send(), $take).await
            })
        })
    };
}
pub(super) use list;

/// An operation about one resource, tried on one that the parent's list showed or on a made-up one.
macro_rules! of_one {
    ($call:expr, $at:ident, $parent:expr, $made_up:expr, |$clients:ident, $id:ident| $request:expr) => {
        of_one!($call, $at, $parent, $made_up, |$clients, $id| $request, $crate::probe::tries::nothing)
    };
    ($call:expr, $at:ident, $parent:expr, $made_up:expr, |$clients:ident, $id:ident| $request:expr, $take:expr) => {
        $crate::probe::tries::Try::new(&$call, $crate::probe::tries::At::$at, 0, |trying| {
            Box::pin(async move {
                let one = trying.one_of(&$parent, $made_up).await;
                let ($clients, $id) = (trying.clients(), one.id.as_str());
                let request = $request;
                trying.ask(&$call, one.given, request.send(), $take).await
            })
        })
    };
}
pub(super) use of_one;

/// Why an operation about one resource was not tried: the service may look for the resource before it looks for permission, or
/// its names are everybody's, so that a made-up one would tell nothing.
pub(super) const NO_RESOURCE: &str = "no resource to try it on";
