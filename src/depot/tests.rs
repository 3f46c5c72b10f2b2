use std::fs;

use jiff::Timestamp;
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path as Key};
use rung_rules::model::Scan;

use super::*;
use crate::bundle::{Draft, SameId, verify};

/// A bucket, and machines that use it.
struct Bucket {
    store: Arc<InMemory>,
    folder: tempfile::TempDir,
}

impl Bucket {
    fn new() -> Self {
        Bucket { store: Arc::default(), folder: tempfile::tempdir().unwrap() }
    }

    fn machine(&self, name: &str) -> Depot {
        let remote = Some(Arc::new(Remote::of(self.store.clone())));
        let folder = self.folder.path().canonicalize().unwrap().join(name);
        fs::create_dir_all(&folder).unwrap();
        Depot { folder, remote }
    }

    async fn objects(&self) -> Vec<object_store::ObjectMeta> {
        futures::TryStreamExt::try_collect(self.store.list(None)).await.unwrap()
    }

    async fn keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.objects().await.iter().map(|object| object.location.to_string()).collect();
        keys.sort();
        keys
    }
}

fn scan(day: u32, account: &str) -> Scan {
    let started_at: Timestamp = format!("2026-03-{day:02}T02:00:00Z").parse().unwrap();
    let id = format!("{}-{account}", started_at.strftime("%Y%m%dT%H%M%SZ"));
    Scan { id, started_at, finished_at: started_at, accounts: vec![account.to_owned()], ..Scan::default() }
}

fn bundle(depot: &Depot, day: u32, account: &str) -> PathBuf {
    let draft = Draft::create(&depot.folder().join(format!("{day}-{account}")), false).unwrap();
    draft.write_assessment(|out| write!(out, "{{\"day\": {day}}}")).unwrap();
    draft.finish(&scan(day, account)).unwrap()
}

fn names(depot: &Depot) -> Vec<String> {
    let entries = fs::read_dir(depot.folder()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != PUT);
    names.sort();
    names
}

#[tokio::test]
async fn what_one_machine_puts_another_fetches_byte_for_byte() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    let folder = bundle(&a, 1, "111111111111");
    a.put(&folder).await.unwrap();
    let keys = bucket.keys().await;
    assert!(keys.iter().all(|key| key.starts_with("some/prefix/20260301T020000Z-111111111111-")), "{keys:?}");
    a.put(&folder).await.unwrap();
    assert_eq!(bucket.keys().await, keys, "put again, it is the same");
    b.fetch_all().await.unwrap();
    let there = b.bundles().await.unwrap();
    let [fetched] = there.as_slice() else { panic!("{there:?}") };
    let fetched = fetched.folder.as_ref().unwrap();
    assert!(fetched.starts_with(b.folder()) && verify(fetched, None).wrong.is_empty());
    for part in fs::read_dir(&folder).unwrap() {
        let part = part.unwrap().file_name();
        assert_eq!(fs::read(folder.join(&part)).unwrap(), fs::read(fetched.join(&part)).unwrap(), "{part:?}");
    }
    assert!(b.put_waiting().await.unwrap().is_empty(), "what was fetched is there");
}

#[tokio::test]
async fn the_manifest_comes_last_and_without_it_nothing_is_seen() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    let folder = bundle(&a, 1, "111111111111");
    a.put(&folder).await.unwrap();
    let objects = bucket.objects().await;
    let (manifest, parts): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|object| object.location.filename() == Some("manifest.json"));
    assert!(parts.len() >= 2 && parts.iter().all(|part| part.last_modified <= manifest[0].last_modified));
    // As a put leaves it that was killed before its end.
    bucket.store.delete(&manifest[0].location).await.unwrap();
    fs::remove_dir_all(a.folder().join(PUT)).unwrap();
    b.fetch_all().await.unwrap();
    b.fetch_newest().await.unwrap();
    assert!(b.bundles().await.unwrap().is_empty() && names(&b).is_empty());
    assert!(!a.bundles().await.unwrap()[0].in_bucket());
    assert_eq!(a.put_waiting().await.unwrap(), [folder]);
    b.fetch_all().await.unwrap();
    assert_eq!(names(&b).len(), 1);
}

#[tokio::test]
async fn what_was_tampered_with_is_told_and_keeps_no_other_from_coming() {
    let bucket = Bucket::new();
    let a = bucket.machine("a");
    for (day, account) in [(1, "111111111111"), (2, "111111111111"), (3, "111111111111"), (4, "111111111111")] {
        a.put(&bundle(&a, day, account)).await.unwrap();
    }
    let key = |day: &str, part: &str| {
        let of_day = format!("202603{day}");
        let keys = futures::executor::block_on(bucket.keys());
        Key::from(keys.into_iter().find(|key| key.contains(&of_day) && key.ends_with(part)).unwrap())
    };
    bucket.store.put(&key("01", "assessment.json"), "{\"day\": 9}".into()).await.unwrap();
    let other = bucket.store.get(&key("03", "manifest.json")).await.unwrap().bytes().await.unwrap();
    bucket.store.put(&key("02", "manifest.json"), other.into()).await.unwrap();
    bucket.store.delete(&key("03", "assessment.json")).await.unwrap();
    let depot = bucket.machine("b");
    let told = depot.fetch_all().await.unwrap_err().message;
    assert!(told.contains("is not as it was put") && told.contains("s3://bucket/some/prefix/2026030"), "{told}");
    let name = names(&depot);
    assert!(name.len() == 1 && name[0].starts_with("20260304"), "{name:?}");
    let told = async |id: &str| bucket.machine("e").fetch_named(id).await.unwrap_err().message;
    assert!(told("20260301T020000Z-111111111111").await.contains("was changed after the scan"));
    assert!(told("20260302T020000Z-111111111111").await.contains("its manifest is another one"));
    assert!(told("20260303T020000Z-111111111111").await.contains("assessment.json is missing"));
    assert!(names(&bucket.machine("e")).is_empty());
}

#[tokio::test]
async fn what_was_changed_here_is_not_put_and_what_was_removed_there_stays_away() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    let changed = bundle(&a, 1, "111111111111");
    fs::write(changed.join("assessment.json"), "{}").unwrap();
    assert!(a.put(&changed).await.unwrap_err().message.contains("was changed after the scan"));
    assert!(bucket.keys().await.is_empty());
    fs::remove_dir_all(&changed).unwrap();
    let folder = bundle(&a, 2, "111111111111");
    assert_eq!(a.put_waiting().await.unwrap(), std::slice::from_ref(&folder));
    let there = b.bundles().await.unwrap();
    assert!(there[0].in_bucket() && there[0].folder.is_none());
    b.remove(&there[0]).await.unwrap();
    assert!(bucket.keys().await.is_empty());
    assert!(a.put_waiting().await.unwrap().is_empty() && bucket.keys().await.is_empty());
    assert!(folder.is_dir(), "a copy here is no matter of the other machine's");
    a.remove(&a.bundles().await.unwrap()[0]).await.unwrap();
    assert!(names(&a).is_empty(), "{:?}", names(&a));
}

#[tokio::test]
async fn the_scan_before_is_fetched_for_the_chain_and_no_other() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    for (day, account) in [(1, "111111111111"), (2, "111111111111"), (3, "222222222222")] {
        a.put(&bundle(&a, day, account)).await.unwrap();
    }
    b.fetch_previous(&scan(4, "111111111111"), SameId::Before).await.unwrap();
    let fetched = names(&b);
    assert!(fetched.len() == 1 && fetched[0].starts_with("20260302T020000Z-111111111111-"), "{fetched:?}");
    let draft = Draft::create(&b.folder().join("new"), false).unwrap();
    let previous = draft.previous(&scan(4, "111111111111")).unwrap();
    assert_eq!(previous.0.scan, "20260302T020000Z-111111111111");
    drop(draft);
    b.fetch_previous(&scan(4, "333333333333"), SameId::Before).await.unwrap();
    assert_eq!(names(&b), fetched);
}

#[tokio::test]
async fn another_bundle_of_the_same_scan_is_not_the_scan_before() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    for day in [1, 2] {
        a.put(&bundle(&a, day, "111111111111")).await.unwrap();
    }
    // Day 2 is merged again.
    let again = scan(2, "111111111111");
    b.fetch_previous(&again, SameId::Itself).await.unwrap();
    let before = "20260301T020000Z-111111111111";
    assert!(names(&b).len() == 1 && names(&b)[0].starts_with(before), "{:?}", names(&b));
    b.fetch_previous(&again, SameId::Before).await.unwrap();
    assert_eq!(names(&b).len(), 2, "a recording that is replayed is chained to its last replay");
    let draft = || Draft::create(&b.folder().join("new"), false).unwrap();
    assert_eq!(draft().done_again().previous(&again).unwrap().0.scan, before);
    // Times of putting are whole seconds: both were put in one, so the older goes.
    fs::remove_dir_all(b.folder().join(&names(&b)[0])).unwrap();
    assert_eq!(draft().previous(&again).unwrap().0.scan, again.id);
    assert!(draft().done_again().previous(&again).is_none());
}

#[tokio::test]
async fn a_large_part_goes_in_pieces() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine("a"), bucket.machine("b"));
    let draft = Draft::create(&a.folder().join("large"), false).unwrap();
    let bytes: Vec<u8> = (0..20_000_001_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    draft.write_assessment(|out| out.write_all(&bytes)).unwrap();
    a.put(&draft.finish(&scan(1, "111111111111")).unwrap()).await.unwrap();
    b.fetch_newest().await.unwrap();
    let fetched = b.bundles().await.unwrap()[0].folder.clone().unwrap();
    assert!(fs::read(fetched.join("assessment.json")).unwrap() == bytes);
}

#[tokio::test]
async fn what_a_killed_removal_left_is_tidied_away_after_a_day_and_a_put_under_way_is_not() {
    let bucket = Bucket::new();
    let a = bucket.machine("a");
    a.put(&bundle(&a, 1, "111111111111")).await.unwrap();
    bucket.store.put(&Key::from("some/prefix/20260101T000000Z-1-abc/assessment.json"), "{}".into()).await.unwrap();
    bucket.store.put(&Key::from("some/other/assessment.json"), "{}".into()).await.unwrap();
    fs::create_dir(a.folder().join(".rung-partial-gone-x")).unwrap();
    fs::create_dir(a.folder().join(".rung-partial-other")).unwrap();
    let (keys, now) = (bucket.keys().await, Timestamp::now());
    a.tidy(now).await.unwrap();
    assert_eq!((bucket.keys().await, names(&a).len()), (keys.clone(), 3));
    a.tidy(now + jiff::SignedDuration::from_hours(25)).await.unwrap();
    let left: Vec<_> = keys.into_iter().filter(|key| !key.contains("20260101")).collect();
    assert_eq!(bucket.keys().await, left);
    assert_eq!(names(&a), [".rung-partial-other", "1-111111111111"]);
}
