use super::*;
use crate::bundle::{Draft, Sealed};
use rung_rules::model::Scan;

/// Bundles of these scans, as a depot has them.
async fn kept(scans: &[(&str, &str)]) -> Vec<Kept> {
    let folder = tempfile::tempdir().unwrap();
    for (at, (started, account)) in scans.iter().enumerate() {
        let draft = Draft::create(&folder.path().join(at.to_string()), false).unwrap();
        let started_at: Timestamp = started.parse().unwrap();
        let id = format!("{}-{}", started_at.strftime("%Y%m%dT%H%M%SZ"), account.rsplit(' ').next().unwrap());
        let accounts = account.split(' ').map(str::to_owned).collect();
        draft.finish(&Scan { id, started_at, finished_at: started_at, accounts, ..Scan::default() }).unwrap();
    }
    assert_eq!(Sealed::all(folder.path()).0.len(), scans.len());
    Depot::in_folder(folder.path()).bundles().await.unwrap()
}

async fn fates(scans: &[(&str, &str)], rule: Retention, now: &str) -> Vec<Fate> {
    let decided = decide(kept(scans).await, &rule, now.parse().unwrap());
    decided.into_iter().map(|(_, fate)| fate).collect()
}

fn rule(all_days: i64, months: i64) -> Retention {
    Retention { all_days, months, at_most: None }
}

#[tokio::test]
async fn all_of_the_last_days_then_the_last_of_each_month() {
    let scans = [
        ("2023-01-31T23:59:59Z", "1"),
        ("2023-02-01T00:00:00Z", "1"),
        ("2023-02-28T10:00:00Z", "1"),
        ("2024-02-28T10:00:00Z", "1"),
        ("2024-02-29T23:59:59Z", "1"),
        ("2024-03-01T00:00:00Z", "1"),
        ("2025-12-30T02:00:00Z", "1"),
        ("2025-12-31T02:00:00Z", "1"),
        ("2026-01-29T02:00:00Z", "1"),
        ("2026-02-01T02:00:00Z", "1"),
    ];
    let all = fates(&scans, rule(7, 36), "2026-02-05T02:00:01Z").await;
    let wanted = [
        Fate::TooOld,
        Fate::NotLastOfMonth,
        Fate::LastOfMonth,
        Fate::NotLastOfMonth,
        Fate::LastOfMonth,
        Fate::LastOfMonth,
        Fate::NotLastOfMonth,
        Fate::LastOfMonth,
        Fate::LastOfMonth,
        Fate::Newest,
    ];
    assert_eq!(all, wanted);
    // A second earlier the one of 29 January is of the last seven days.
    assert_eq!(fates(&scans, rule(7, 36), "2026-02-05T02:00:00Z").await[8], Fate::Recent);
}

#[tokio::test]
async fn the_newest_of_each_chain_stays_however_old() {
    let scans = [
        ("2019-01-01T00:00:00Z", "1"),
        ("2019-01-02T00:00:00Z", "1"),
        ("2019-01-03T00:00:00Z", "2"),
        ("2019-01-04T00:00:00Z", "1 2"),
        ("2019-01-05T00:00:00Z", "1 3 2"),
    ];
    let all = fates(&scans, rule(90, 36), "2026-02-05T00:00:00Z").await;
    // The last two are one organisation's, whose accounts changed.
    assert_eq!(all, [Fate::TooOld, Fate::Newest, Fate::Newest, Fate::TooOld, Fate::Newest]);
}

#[tokio::test]
async fn not_more_than_so_many_of_a_chain() {
    let days: Vec<String> = (1..=9).map(|day| format!("2026-02-0{day}T00:00:00Z")).collect();
    let scans: Vec<_> = days.iter().map(|day| (day.as_str(), "1")).chain([("2026-02-01T12:00:00Z", "2")]).collect();
    let rule = Retention { at_most: Some(3), ..rule(90, 36) };
    let all = fates(&scans, rule, "2026-02-10T00:00:00Z").await;
    assert_eq!(all.iter().filter(|fate| **fate == Fate::TooMany).count(), 6, "{all:?}");
    assert_eq!(all[1], Fate::Newest, "the other chain's");
    assert_eq!(&all[7..], [Fate::Recent, Fate::Recent, Fate::Newest]);
    let one = Retention { at_most: Some(1), ..rule };
    assert_eq!(fates(&scans[..2], one, "2036-02-10T00:00:00Z").await, [Fate::TooOld, Fate::Newest]);
}

#[tokio::test]
async fn of_two_bundles_of_a_scan_the_one_that_saw_more_is_the_later() {
    let folder = tempfile::tempdir().unwrap();
    let at: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    for (name, complete) in [("a", true), ("b", false)] {
        let scan = Scan {
            id: "x-1".into(),
            started_at: at,
            finished_at: at,
            accounts: vec!["1".into()],
            complete,
            ..Scan::default()
        };
        Draft::create(&folder.path().join(name), true).unwrap().finish(&scan).unwrap();
    }
    let depot = Depot::in_folder(folder.path());
    let all = plan(&depot, &Retention::default(), "2026-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    let shown: Vec<_> = all.iter().map(|(kept, fate)| (kept.shown(), *fate)).collect();
    assert_eq!(shown, [("b".to_owned(), Fate::NotLastOfMonth), ("a".to_owned(), Fate::Newest)]);
}

#[tokio::test]
async fn a_rule_is_stable_night_after_night() {
    // What one night keeps as the last of its month no later night removes before its time.
    let begin: Timestamp = "2024-01-01T02:00:00Z".parse().unwrap();
    let nights: Vec<String> =
        (0..500).map(|night| (begin + SignedDuration::from_hours(24 * night)).to_string()).collect();
    let scans: Vec<_> = nights.iter().map(|night| (night.as_str(), "1")).collect();
    let all = kept(&scans).await;
    let rule = rule(30, 12);
    let mut there: Vec<Kept> = Vec::new();
    for night in all.iter().cloned() {
        let now = night.manifest.scan.started_at;
        there.push(night);
        there = decide(there, &rule, now).into_iter().filter(|(_, fate)| fate.stays()).map(|(kept, _)| kept).collect();
    }
    let now = all.last().unwrap().manifest.scan.started_at;
    let at_once: Vec<_> = decide(all, &rule, now).into_iter().filter(|(_, fate)| fate.stays()).collect();
    assert_eq!(there.len(), at_once.len());
    assert!(there.iter().zip(&at_once).all(|(one, (other, _))| one.sha256 == other.sha256));
    assert_eq!(there.len(), 31 + 11, "31 nights, and the last of the eleven months before them");
}
