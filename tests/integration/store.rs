//! The store: the same tests on SQLite and on PostgreSQL.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use jiff::{Timestamp, ToSpan};
use rung::store::{Added, Filter, Order, Store, StoreError, StoreUrl};
use rung_rules::model::{Outcome, Verdict};

use crate::{
    both::{Place, all, as_it_is, count, on_both, runtime},
    common::{Rung, root},
    history::{Postgres, night, of_subject},
};

on_both!(
    a_bundle_is_taken_in_whole_and_once,
    what_somebody_was_told_is_told_once,
    a_folder_is_taken_in_but_for_what_was_changed,
    a_bundle_that_was_replaced_leaves_nothing_behind,
    two_who_add_the_same_bundle_at_once,
    what_cannot_be_read_to_its_end_leaves_nothing,
    a_store_of_a_newer_version_is_refused,
    whoever_reads_does_not_wait_for_whoever_writes,
);

async fn a_bundle_is_taken_in_whole_and_once(place: Place) {
    let (night, store) = (as_it_is(&place, 0), place.store().await);
    assert_eq!(store.add(&night.folder).await.unwrap(), Added::New);
    assert_eq!(store.add(&night.folder).await.unwrap(), Added::Known);
    let (scans, total) = store.scans(0, 10).await.unwrap();
    assert_eq!((scans.len(), total), (1, 1));
    let (scan, said) = (&scans[0], &night.assessment);
    let results = |verdict| count(&said.findings, |finding| of_subject(finding) == verdict) as i64;
    assert_eq!(scan.fails, results(Verdict::Fail));
    assert_eq!(scan.unknowns, results(Verdict::Unknown));
    assert_eq!(scan.passes, results(Verdict::Pass));
    assert_eq!(scan.not_applicable, results(Verdict::NotApplicable));
    assert!(scan.fails > 50 && scan.unknowns > 50 && scan.passes > 50 && scan.not_applicable > 50);
    assert_eq!(scan.pillar, said.pillar.level.map(|level| level.number()));
    assert_eq!(
        (scan.started_at, scan.complete, &scan.rung),
        (said.scan.started_at.round(jiff::Unit::Microsecond).unwrap(), true, &"test".to_owned())
    );
    let levels = store.levels(scan).await.unwrap();
    for (level, control) in levels.iter().zip(&said.controls) {
        assert_eq!(
            (&level.control, level.confirmed),
            (&control.id.id(), control.confirmed.map(|level| level.number()))
        );
        assert_eq!(level.possible, control.possible.map(|level| level.number()));
    }
    let outcomes: BTreeMap<String, Outcome> =
        store.outcomes(scan).await.unwrap().into_iter().map(|row| (row.criterion, row.outcome)).collect();
    let expected = said.controls.iter().flat_map(|control| &control.criteria).map(|one| (one.id.clone(), one.outcome));
    assert_eq!(outcomes, expected.collect());
    let gaps = store.gaps(scan, 0, 1000).await.unwrap();
    assert_eq!(gaps.total as usize, said.gaps.len());
    let ids: BTreeSet<String> = gaps.gaps.iter().map(|gap| gap.id.clone()).collect();
    assert_eq!(ids, said.gaps.iter().map(|gap| gap.gap.id.to_string()).collect());
    let accounts = store.accounts(scan, 10).await.unwrap();
    assert_eq!(accounts[0].account, said.accounts[0].id);
    assert_eq!(accounts[0].subjects as u64, said.accounts[0].subjects);
    let overview = store.overview(scan).await.unwrap();
    assert_eq!((overview.pillar_why, overview.checklists.len()), (said.pillar.why.clone(), 3));
}

async fn a_folder_is_taken_in_but_for_what_was_changed(place: Place) {
    let (one, two, three) = (as_it_is(&place, 1), as_it_is(&place, 2), as_it_is(&place, 3));
    let path = two.folder.join("assessment.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("\"fail\"", "\"pass\"", 1)).unwrap();
    fs::write(three.folder.join("manifest.json"), "{").unwrap();
    fs::create_dir(place.scans().join("no-bundle")).unwrap();
    let store = place.store().await;
    let synced = store.sync(place.scans()).await.unwrap();
    assert_eq!(synced.added, std::slice::from_ref(&one.folder));
    let mut refused = synced.refused;
    refused.sort();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].0 == two.folder && refused[0].1.contains("was changed after the scan"), "{refused:?}");
    assert!(refused[1].1.contains("manifest.json"), "{refused:?}");
    assert_eq!(store.scans(0, 10).await.unwrap().1, 1);
    assert!(store.sync(place.scans()).await.unwrap().added.is_empty());
}

async fn a_bundle_that_was_replaced_leaves_nothing_behind(place: Place) {
    let store = place.store().await;
    let first = as_it_is(&place, 0);
    store.add(&first.folder).await.unwrap();
    let second = night(place.scans(), 0, |set, _| set.evidence.truncate(40));
    assert_eq!((second.id(), &second.folder), (first.id(), &first.folder));
    assert_eq!(store.add(&second.folder).await.unwrap(), Added::Replaced);
    let (scans, total) = store.scans(0, 10).await.unwrap();
    assert_eq!((total, scans[0].findings() as usize), (1, second.assessment.findings.len()));
    assert_eq!(
        all(&store, second.id(), &Filter::default(), Order::Result).await.len(),
        second.assessment.findings.len()
    );
    assert_eq!(store.gaps(&scans[0], 0, 1000).await.unwrap().gaps.len(), second.assessment.gaps.len());
    // The same scan in another folder, which saw less: the better one stays.
    let other = night(&place.scans().join("elsewhere"), 0, |_, scan| scan.complete = false);
    assert_eq!(store.add(&other.folder).await.unwrap(), Added::Superseded(second.folder.clone()));
    fs::remove_dir_all(&second.folder).unwrap();
    assert_eq!(store.add(&other.folder).await.unwrap(), Added::Replaced, "the better one is gone");
    assert!(!store.scans(0, 10).await.unwrap().0[0].complete);
}

async fn two_who_add_the_same_bundle_at_once(place: Place) {
    let night = as_it_is(&place, 0);
    let adding = (0..4).map(|_| {
        let (url, folder) = (place.url.clone(), night.folder.clone());
        tokio::spawn(async move { Store::open(&url).await.unwrap().add(&folder).await.unwrap() })
    });
    let mut new = 0;
    for one in adding.collect::<Vec<_>>() {
        new += usize::from(one.await.unwrap() == Added::New);
    }
    assert_eq!(new, 1);
    let store = place.store().await;
    assert_eq!(all(&store, night.id(), &Filter::default(), Order::Result).await.len(), night.assessment.findings.len());
}

async fn what_cannot_be_read_to_its_end_leaves_nothing(place: Place) {
    let good = as_it_is(&place, 0);
    let text = fs::read_to_string(good.folder.join("assessment.json")).unwrap();
    let store = place.store().await;
    let cases = [
        (
            "unknown criterion",
            text.replace(".gp3-for-new-volumes\",\"subject\"", ".nobody\",\"subject\""),
            "which its bundle does not have",
        ),
        ("cut", text[..text.len() / 2].to_owned(), "line"),
        ("empty", "{}".to_owned(), "missing field"),
    ];
    for (name, text, expected) in cases {
        assert!(!text.is_empty() && text != fs::read_to_string(good.folder.join("assessment.json")).unwrap(), "{name}");
        let folder = place.scans().join(name);
        let draft = rung::bundle::Draft::create(&folder, false).unwrap();
        draft.write_assessment(|out| out.write_all(text.as_bytes())).unwrap();
        draft.finish(&good.assessment.scan).unwrap();
        let error = store.add(&folder).await.unwrap_err();
        assert!(matches!(&error, StoreError::Refused(why) if why.contains(expected)), "{name}: {error}");
        assert_eq!(store.scans(0, 10).await.unwrap().1, 0, "{name}");
    }
    assert_eq!(store.add(&good.folder).await.unwrap(), Added::New);
    assert_eq!(all(&store, good.id(), &Filter::default(), Order::Result).await.len(), good.assessment.findings.len());
}

async fn a_store_of_a_newer_version_is_refused(place: Place) {
    drop(place.store().await);
    sqlx_execute(
        &place.url,
        "UPDATE _sqlx_migrations SET version = 9001 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
    )
    .await;
    let error = Store::open(&place.url).await.unwrap_err().to_string();
    assert!(error.contains("newer version of rung") && error.contains("9001"), "{error}");
}

/// Changes a store behind the program's back.
async fn sqlx_execute(url: &StoreUrl, sql: &'static str) {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let address = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        StoreUrl::Postgres(url) => url.to_string(),
    };
    let mut connection = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn what_somebody_was_told_is_told_once(place: Place) {
    let store = place.store().await;
    let at = |hours: i64| Timestamp::UNIX_EPOCH + hours.hours();
    let events = [("fell", "{}"), ("below", "{}")].map(|(key, body)| (key.to_owned(), body.to_owned()));
    let keys = |held: &rung::store::Held| held.pending.iter().map(|one| one.event.clone()).collect::<Vec<_>>();
    let first = store.hold("team", &events, &[], at(1)).await.unwrap();
    assert_eq!(keys(&first), ["below", "fell"]);
    assert!(keys(&store.hold("team", &events, &[], at(1)).await.unwrap()).is_empty(), "somebody is at it");
    store.told("team", &["fell".to_owned()], at(1)).await.unwrap();
    store.release("team", &["below".to_owned()]).await.unwrap();
    assert_eq!(
        keys(&store.hold("team", &events, &[], at(2)).await.unwrap()),
        ["below"],
        "what was not taken comes again"
    );
    store.told("team", &["below".to_owned()], at(2)).await.unwrap();
    assert!(keys(&store.hold("team", &[], &["below".to_owned()], at(3)).await.unwrap()).is_empty());
    assert_eq!(keys(&store.hold("team", &events, &[], at(4)).await.unwrap()), ["below"], "a state that came back");
    let given_up = store.hold("team", &[], &[], at(4 + 8 * 24)).await.unwrap();
    assert_eq!((given_up.pending.len(), given_up.dropped.len()), (0, 1));
    assert_eq!(store.was_told("team").await.unwrap().len(), 2);
    assert_eq!(keys(&store.hold("other", &events, &[], at(5)).await.unwrap()).len(), 2);
}

async fn whoever_reads_does_not_wait_for_whoever_writes(place: Place) {
    let (one, two) = (as_it_is(&place, 0), as_it_is(&place, 1));
    let store = place.store().await;
    store.add(&one.folder).await.unwrap();
    let (send, parts) = tokio::sync::mpsc::channel(1);
    let origin = rung::store::Origin {
        scan: two.id().to_owned(),
        finished_at: two.assessment.scan.finished_at,
        complete: true,
        bundle: two.folder.clone(),
        manifest_sha256: "0".repeat(64),
        previous: None,
        told: None,
    };
    let writer = place.store().await;
    let writing = tokio::spawn(async move { writer.add_parts(&origin, parts).await.unwrap() });
    let mut all = rung::store::Part::of(&two.assessment).into_iter();
    // Room for one: when the second was taken, the first is written, and the change is open.
    for part in all.by_ref().take(3) {
        send.send(part).await.unwrap();
    }
    let other = place.store().await;
    assert_eq!(other.scans(0, 10).await.unwrap().1, 1);
    assert_eq!(other.newest().await.unwrap().unwrap().id, one.id());
    for part in all {
        send.send(part).await.unwrap();
    }
    drop(send);
    assert_eq!(writing.await.unwrap(), Added::New);
    assert_eq!(other.scans(0, 10).await.unwrap().1, 2);
}

#[test]
fn a_server_that_goes_away_and_comes_back() {
    let (mut server, folder) = (Postgres::start(), tempfile::tempdir().unwrap());
    let night = night(folder.path(), 0, |_, _| ());
    let url = server.database("away");
    let runtime = runtime();
    let store = runtime.block_on(Store::open(&url)).unwrap();
    runtime.block_on(store.add(&night.folder)).unwrap();
    server.stop();
    for _ in 0..2 {
        let error = runtime.block_on(store.scans(0, 10)).unwrap_err();
        assert!(matches!(error, StoreError::Away(_)), "{error:?}");
    }
    assert!(matches!(runtime.block_on(store.add(&night.folder)).unwrap_err(), StoreError::Away(_)));
    server.begin();
    assert_eq!(runtime.block_on(store.scans(0, 10)).unwrap().1, 1);
    drop(store);
    server.stop();
    let error = runtime.block_on(Store::open(&url)).unwrap_err().to_string();
    assert!(error.contains("127.0.0.1") && error.contains("cannot be reached"), "{error}");
}

#[test]
fn what_is_no_store_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "these are my notes, and no database at all; ".repeat(100)).unwrap();
    let error = runtime().block_on(Store::open(&StoreUrl::Sqlite(path.clone()))).unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("not a database"), "{error}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("these are my notes"));
}

#[test]
fn scans_at_once_all_come_into_the_store() {
    let rung = Rung::new();
    let demo = root().join("fixtures/accounts/demo");
    let demo = demo.to_str().unwrap();
    let scans: Vec<_> = (0..3)
        .map(|_| rung.command(&["scan", "--replay", demo, "-q"]).stderr(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    for scan in scans {
        let output = scan.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let store = runtime().block_on(Store::open(&StoreUrl::Sqlite(rung.path(".local/share/rung/store.db")))).unwrap();
    assert_eq!(runtime().block_on(store.scans(0, 10)).unwrap().1, 1);
}

#[test]
fn a_store_that_takes_nothing_in_is_told_in_a_line_and_ends_no_scan() {
    let rung = Rung::new().var("RUNG_STORE", "postgres://rung:very-secret@127.0.0.1:1/rung");
    let output = rung.run(&["scan", "--demo", "-q"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let lines: Vec<_> = told.lines().collect();
    let [levels, taken] = lines.as_slice() else { panic!("{told}") };
    assert!(levels.starts_with("the levels of the scans before are not shown: "), "{told}");
    assert!(taken.starts_with("the bundle is whole, but the store did not take it in: "), "{told}");
    assert!(!told.contains("very-secret") && told.contains("127.0.0.1:1"), "{told}");
    // Elsewhere it is the user's own matter: the store is read, and not asked to take it in.
    let output = rung.run(&["scan", "--demo", "-q", "--bundle", "mine"]);
    assert!(output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("take it in"));
}
