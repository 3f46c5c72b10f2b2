//! Tests that hold on both databases.

use std::path::Path;

use rung::store::{Filter, FindingRow, Order, Store, StoreUrl};
use rung_rules::model::Finding;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::history::{Night, night};

/// Where a test's bundles and store lie.
pub(crate) struct Place {
    pub folder: TempDir,
    pub url: StoreUrl,
}

impl Place {
    /// The folder of its bundles.
    pub(crate) fn scans(&self) -> &Path {
        self.folder.path()
    }

    /// Opens its store.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

/// The night of that day, as it was scanned.
pub(crate) fn as_it_is(place: &Place, day: i64) -> Night {
    night(place.scans(), day, |_, _| ())
}

/// Every finding of a scan, page by page.
pub(crate) async fn all(store: &Store, id: &str, filter: &Filter, order: Order) -> Vec<FindingRow> {
    let scan = store.scan(id).await.unwrap().unwrap();
    let mut all = Vec::new();
    loop {
        let page = store.findings(&scan, filter, order, all.len() as i64, 100).await.unwrap();
        all.extend(page.findings.clone());
        if page.findings.is_empty() {
            assert_eq!(all.len() as i64, page.total);
            return all;
        }
    }
}

/// How many findings are so.
pub(crate) fn count(findings: &[Finding], of: impl Fn(&Finding) -> bool) -> usize {
    findings.iter().filter(|finding| of(finding)).count()
}

/// Each test on SQLite by itself, and all of them on one PostgreSQL.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                let folder = tempfile::tempdir().unwrap();
                let url = rung::store::StoreUrl::Sqlite(folder.path().join("store.db"));
                crate::both::runtime().block_on(super::$test(crate::both::Place { folder, url }));
            })*
        }

        #[test]
        fn all_of_it_on_postgresql() {
            let server = crate::history::Postgres::start();
            $(
                let (folder, url) = (tempfile::tempdir().unwrap(), server.database(stringify!($test)));
                crate::both::runtime().block_on($test(crate::both::Place { folder, url }));
            )*
        }
    };
}
pub(crate) use on_both;
