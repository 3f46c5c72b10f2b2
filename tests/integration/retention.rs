//! Retention, over a folder and both databases: what goes, what stays, what is still told of what went.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::{Timestamp, ToSpan};
use rung::{
    bundle::verify,
    depot::Depot,
    retention::{Retention, apply, plan},
    store::{Added, Filter, Order, Store, StoreUrl},
};

use crate::{
    both::{Place, on_both, runtime},
    common::{Rung, root},
    history::{Night, night},
};

on_both!(
    what_goes_leaves_its_levels_and_takes_its_findings,
    a_store_that_is_killed_before_the_bundles_go_is_mended_the_next_time,
    whoever_reads_meanwhile_sees_all_findings_or_none,
);

/// Nights of the demo account, which began on 24 November 2026, so many days later.
fn nights(scans: &Path, days: &[i64]) -> Vec<Night> {
    fs::create_dir_all(scans).unwrap();
    days.iter().map(|day| night(scans, *day, |_, _| ())).collect()
}

fn began(night: &Night) -> Timestamp {
    night.assessment.scan.started_at
}

fn rule() -> Retention {
    Retention { all_days: 10, months: 1, at_most: None }
}

async fn what_goes_leaves_its_levels_and_takes_its_findings(place: Place) {
    let scans = place.folder.path().join("scans");
    // 24 and 30 November, 1 and 31 December, 4 and 14 January; chained to nothing, as they are all made anew.
    let nights = nights(&scans, &[0, 6, 7, 37, 41, 51]);
    let (depot, store) = (Depot::in_folder(&scans), Store::open(&place.url).await.unwrap());
    let now = began(&nights[5]) + 1.hour();
    let planned = plan(&depot, &rule(), now).await.unwrap();
    assert!(nights.iter().all(|night| night.folder.is_dir()), "a plan changes nothing");
    let done = apply(&depot, &store, &rule(), now).await.unwrap();
    assert_eq!((done.removed, done.forgotten), (4, 4));
    let fates: Vec<_> = planned.iter().map(|(kept, fate)| (kept.sha256.clone(), *fate)).collect();
    assert_eq!(fates, done.bundles.iter().map(|(kept, fate)| (kept.sha256.clone(), *fate)).collect::<Vec<_>>());
    let there: Vec<bool> = nights.iter().map(|night| night.folder.exists()).collect();
    // 31 December is the last of its month; 4 January has a later one and is older than ten days.
    assert_eq!(there, [false, false, false, true, false, true]);
    assert!(fs::read_dir(&scans).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('.')));
    let removed = store.scan(nights[0].id()).await.unwrap().unwrap();
    assert_eq!(removed.removed_at, Some(now.round(jiff::Unit::Microsecond).unwrap()));
    assert!(removed.fails > 0 && removed.findings() as usize == nights[0].assessment.findings.len(), "counts stay");
    let levels = store.levels(&removed).await.unwrap();
    let said = &nights[0].assessment.controls;
    assert!(levels.iter().zip(said).all(|(row, said)| row.confirmed == said.confirmed.map(|level| level.number())));
    assert_eq!(
        store.outcomes(&removed).await.unwrap().len(),
        said.iter().map(|control| control.criteria.len()).sum::<usize>()
    );
    let none = store.findings(&removed, &Filter::default(), Order::Result, 0, 10).await.unwrap();
    assert!(none.findings.is_empty() && none.total == 0);
    assert!(
        store.gaps(&removed, 0, 10).await.unwrap().gaps.is_empty() && store.facets(&removed).await.unwrap().is_empty()
    );
    // Those that stay have all of theirs.
    let kept = store.scan(nights[5].id()).await.unwrap().unwrap();
    let all = store.findings(&kept, &Filter::default(), Order::Result, 0, 5000).await.unwrap();
    assert_eq!(all.findings.len(), nights[5].assessment.findings.len());
    assert_eq!(store.gaps(&kept, 0, 5000).await.unwrap().gaps.len(), nights[5].assessment.gaps.len());
    let trend = store.trend(&kept.series, 10).await.unwrap();
    assert_eq!(trend.points.len(), 6);
    for (point, night) in trend.points.iter().zip(&nights) {
        let said = night.assessment.controls.iter().map(|control| control.confirmed.map(|level| level.number()));
        assert_eq!((point.scan.as_str(), &point.confirmed), (night.id(), &said.collect::<Vec<_>>()));
    }
    let compared = store.compare(&removed, &kept).await.unwrap();
    assert!(
        !compared.known
            && compared.levels.len() == 10
            && (compared.appeared, compared.gone, compared.same) == (0, 0, 0)
    );
    // Again there is nothing to do, and a copy from elsewhere does not bring it back.
    let again = apply(&depot, &store, &rule(), now).await.unwrap();
    assert_eq!((again.removed, again.forgotten, again.bundles.len()), (0, 0, 2));
    let copy = night(&place.folder.path().join("elsewhere"), 0, |_, _| ());
    assert_eq!(store.add(&copy.folder).await.unwrap(), Added::Known);
    assert!(store.scan(copy.id()).await.unwrap().unwrap().removed_at.is_some());
}

async fn a_store_that_is_killed_before_the_bundles_go_is_mended_the_next_time(place: Place) {
    let scans = place.folder.path().join("scans");
    let nights = nights(&scans, &[0, 1, 60]);
    let (depot, store) = (Depot::in_folder(&scans), Store::open(&place.url).await.unwrap());
    store.sync(&scans).await.unwrap();
    let first = store.scan(nights[0].id()).await.unwrap().unwrap();
    let now = began(&nights[2]);
    assert_eq!(store.forget(&[&first.manifest_sha256, "of another"], now).await.unwrap(), 1);
    assert!(nights[0].folder.is_dir() && !store.sync(&scans).await.unwrap().added.contains(&nights[0].folder));
    let done = apply(&depot, &store, &rule(), now).await.unwrap();
    assert_eq!((done.removed, done.forgotten), (2, 1));
    assert!(!nights[0].folder.exists() && !nights[1].folder.exists() && nights[2].folder.exists());
}

async fn whoever_reads_meanwhile_sees_all_findings_or_none(place: Place) {
    let scans = place.folder.path().join("scans");
    let nights = nights(&scans, &[0, 1, 2, 90]);
    let (depot, store) = (Depot::in_folder(&scans), Store::open(&place.url).await.unwrap());
    store.sync(&scans).await.unwrap();
    let first = store.scan(nights[0].id()).await.unwrap().unwrap();
    // As another process: with connections of its own.
    let (other, ended) = (Store::open(&place.url).await.unwrap(), Arc::new(AtomicBool::new(false)));
    let end = ended.clone();
    let reading = tokio::spawn(async move {
        let (mut all, mut none) = (0, 0);
        while !end.load(Ordering::Relaxed) || none == 0 {
            let page = other.findings(&first, &Filter::default(), Order::Result, 0, 5000).await.unwrap();
            match page.findings.len() as i64 {
                0 => none += 1,
                n if n == first.findings() => all += 1,
                n => panic!("{n} of {} findings", first.findings()),
            }
            tokio::task::yield_now().await;
        }
        (all, none)
    });
    let done = apply(&depot, &store, &rule(), began(&nights[3])).await.unwrap();
    ended.store(true, Ordering::Relaxed);
    assert_eq!(done.forgotten, 3);
    assert!(reading.await.unwrap().1 > 0);
}

#[test]
fn space_is_given_back_to_the_disk_by_a_new_store_and_by_an_old_one() {
    for old in [false, true] {
        let place = tempfile::tempdir().unwrap();
        let (scans, path) = (place.path().join("scans"), place.path().join("store.db"));
        let nights = nights(&scans, &[0, 1, 2, 3, 4, 5, 6, 7, 90]);
        runtime().block_on(async {
            let url = StoreUrl::Sqlite(path.clone());
            let store = Store::open(&url).await.unwrap();
            store.sync(&scans).await.unwrap();
            store.close().await;
            if old {
                use sqlx::Connection;
                let mut connection =
                    sqlx::AnyConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
                sqlx::raw_sql("PRAGMA auto_vacuum = NONE; VACUUM").execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            let before = fs::metadata(&path).unwrap().len();
            let store = Store::open(&url).await.unwrap();
            apply(&Depot::in_folder(&scans), &store, &rule(), began(&nights[8])).await.unwrap();
            store.close().await;
            let after = fs::metadata(&path).unwrap().len();
            assert!(after < before * 9 / 10, "old {old}: {after} of {before} bytes");
        });
    }
}

#[test]
fn a_chain_whose_beginning_was_removed_is_not_broken() {
    let rung = Rung::new();
    let demo = root().join("fixtures/accounts/demo");
    for name in ["one", "two", "three"] {
        rung.ok(&["scan", "--replay", demo.to_str().unwrap(), "-q", "--bundle", &format!("scans/{name}")]);
    }
    assert!(verify(&rung.path("scans/two"), None).chained.starts_with("chained to "));
    // They are of the same time: the newest alone stays.
    fs::write(rung.path("rung.toml"), "[retention]\nall_days = 0\nmonths = 0\n").unwrap();
    let told = rung.ok(&["prune", "--scans", "scans", "--dry-run"]);
    assert!(told.contains("2 of 3 bundles would be removed, 1 stay"), "{told}");
    assert!(rung.path("scans/one").is_dir());
    let told = rung.ok(&["prune", "--scans", "scans"]);
    assert!(told.contains("2 of 3 bundles removed, 1 stay") && told.contains("the newest of its chain"), "{told}");
    let left: Vec<_> = fs::read_dir(rung.path("scans")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [left] = left.as_slice() else { panic!("{left:?}") };
    let verified = verify(left, None);
    assert!(verified.wrong.is_empty(), "{verified:?}");
    assert!(rung.ok(&["verify", &left.display().to_string()]).contains("ok, "));
    assert!(rung.ok(&["prune", "--scans", "scans"]).contains("0 of 1 bundles removed"));
}

#[test]
fn wrong_words_are_told_with_their_place_and_nothing_is_removed() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "-q"]);
    fs::write(rung.path("rung.toml"), "[retention]\nall_days = \"all\"\n").unwrap();
    let told = rung.fails(2, &["prune"]);
    assert!(told.contains("rung.toml, line 2, column 12: all_days: expected a whole number, found text"), "{told}");
    assert!(rung.path(".local/share/rung/scans/demo").is_dir());
}
