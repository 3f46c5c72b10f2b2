//! Bundles in a bucket: put at a scan's end, fetched where they are asked for, whole or not seen at all.

use std::{fs, path::Path, process::Command};

use crate::common::{Emulator, Rung, python, root};

const PLACE: &str = "s3://our-scans/rung";

/// moto with a bucket.
pub(crate) struct Bucket(pub(crate) Emulator);

impl Bucket {
    pub(crate) fn new() -> Self {
        Bucket::in_scenario("empty")
    }

    pub(crate) fn in_scenario(scenario: &str) -> Self {
        let bucket = Bucket(Emulator::start(scenario));
        bucket.s3("s3.create_bucket(Bucket='our-scans')");
        bucket
    }

    pub(crate) fn s3(&self, code: &str) -> String {
        let script = format!(
            "import boto3\ns3 = boto3.client('s3', endpoint_url='{}', region_name='us-east-1', aws_access_key_id='testing', \
             aws_secret_access_key='x')\n{code}",
            self.0.url
        );
        let done = Command::new(python()).args(["-c", &script]).current_dir(root()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    }

    /// The keys below the prefix.
    pub(crate) fn keys(&self) -> Vec<String> {
        let list = "[print(o['Key']) for o in s3.list_objects_v2(Bucket='our-scans').get('Contents', [])]";
        self.s3(list).lines().map(str::to_owned).collect()
    }

    /// A machine with a home of its own.
    pub(crate) fn machine(&self) -> Rung {
        self.0.rung().var("RUNG_SCANS", PLACE)
    }
}

/// Scans the recorded demo account into the depot; each a bundle of its own.
fn scan(rung: &Rung) -> std::process::Output {
    rung.run(&["scan", "--replay", root().join("fixtures/accounts/demo").to_str().unwrap(), "--quiet"])
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The bundles in the cache, and whatever else lies there.
fn cached(rung: &Rung) -> Vec<String> {
    let caches = fs::read_dir(rung.path(".cache/rung")).into_iter().flatten().flatten();
    let inside = caches.flat_map(|cache| fs::read_dir(cache.path().join("scans")).into_iter().flatten().flatten());
    let mut names: Vec<_> = inside.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".rung-put");
    names.sort();
    names
}

#[test]
fn a_scan_is_put_and_every_other_machine_reads_it() {
    let bucket = Bucket::new();
    let (a, b) = (bucket.machine(), bucket.machine());
    let first = scan(&a);
    assert!(first.status.success() && said(&first).is_empty(), "{}", said(&first));
    let keys = bucket.keys();
    assert!(keys.iter().all(|key| key.starts_with("rung/20261124T114649Z-123456789012-")), "{keys:?}");
    assert_eq!(keys.iter().filter(|key| key.ends_with("/manifest.json")).count(), 1);
    // Nothing on this machine yet: everything comes from the bucket.
    assert!(b.ok(&["report", "latest"]).contains("Pillar"));
    assert_eq!(cached(&b).len(), 1);
    let id = "20261124T114649Z-123456789012";
    assert!(bucket.machine().ok(&["verify", id]).contains("ok, "));
    // The next scan, on the other machine, is chained to it, and tells what changed.
    fs::remove_dir_all(b.path(".cache")).unwrap();
    let second = scan(&b);
    assert!(second.status.success(), "{}", said(&second));
    let diff = bucket.machine().ok(&["diff", "--format", "json"]);
    let diff: serde_json::Value = serde_json::from_str(&diff).unwrap();
    assert_eq!(diff["before"]["id"], id);
    let folder = b.ok(&["verify", "latest"]);
    assert!(folder.contains(&format!("chained to {id}")) && !folder.contains("not here"), "{folder}");
    assert_eq!(bucket.keys().iter().filter(|key| key.ends_with("/manifest.json")).count(), 2);
    // Nothing was asked of S3 but to list, get, put.
    let counts = bucket.0.counts();
    // The emulator calls every PUT of an object by this name.
    let asked = ["s3:CopyObject", "s3:CreateBucket", "s3:GetObject", "s3:ListObjectsV2"];
    assert!(counts.as_object().unwrap().keys().all(|name| asked.contains(&name.as_str())), "{counts}");
}

#[test]
fn a_bucket_that_takes_nothing_loses_no_scan_and_the_next_command_puts_it() {
    let bucket = Bucket::new();
    let a = bucket.machine();
    bucket.0.control(r#"{"deny": ["s3:CopyObject"]}"#);
    let output = scan(&a);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = said(&output);
    assert!(
        told.contains("cannot write to s3://our-scans/rung") && told.contains("The scan itself is whole"),
        "{told}"
    );
    assert!(!told.contains("secret"), "{told}");
    assert!(bucket.keys().iter().all(|key| !key.ends_with("manifest.json")));
    let [name] = cached(&a).try_into().unwrap();
    a.ok(&["verify", "--scans", "elsewhere", &folder(&a, &name)]);
    // Where nothing is seen, nothing is shown.
    let none = bucket.machine().fails(2, &["report", "latest"]);
    assert!(none.contains("no scan is stored yet"), "{none}");
    bucket.0.control(r#"{"deny": []}"#);
    bucket.0.reset_counts();
    assert!(a.ok(&["report", "latest"]).contains("Pillar"));
    assert!(bucket.machine().ok(&["verify", "latest"]).contains("ok, "));
}

fn folder(rung: &Rung, name: &str) -> String {
    let cache = fs::read_dir(rung.path(".cache/rung")).unwrap().next().unwrap().unwrap().path();
    cache.join("scans").join(name).display().to_string()
}

#[test]
fn a_bucket_that_is_not_there_or_cannot_be_reached_is_told_with_the_way_out() {
    let bucket = Bucket::new();
    for (rung, cause) in [
        (bucket.machine().var("RUNG_SCANS", "s3://no-such-bucket"), "NoSuchBucket"),
        (bucket.machine().var("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"), "Connection refused"),
    ] {
        let output = scan(&rung);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains(cause) && told.contains("docs/store.md") && told.contains("The scan itself is whole"),
            "{told}"
        );
        assert_eq!(cached(&rung).len(), 1);
    }
    let told = bucket.machine().var("AWS_ENDPOINT_URL_S3", "http://10.0.0.1").fails(2, &["report", "latest"]);
    assert!(told.contains("unencrypted"), "{told}");
    let told = bucket.machine().fails(2, &["report", "latest", "--scans", "s3://A/b"]);
    assert!(told.contains("expected a folder or s3://BUCKET/PREFIX"), "{told}");
}

#[test]
fn a_put_that_is_killed_leaves_nothing_to_see_and_the_next_command_ends_it() {
    let bucket = Bucket::new();
    let a = bucket.machine();
    bucket.0.control(r#"{"latency_ms": 300}"#);
    let demo = root().join("fixtures/accounts/demo");
    let mut running = a.command(&["scan", "--replay", demo.to_str().unwrap(), "--quiet"]).spawn().unwrap();
    while bucket.0.counts()["s3:CopyObject"].as_u64().unwrap_or_default() < 2 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it could be killed");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    bucket.0.control(r#"{"latency_ms": 0}"#);
    let keys = bucket.keys();
    assert!(!keys.is_empty() && !keys.iter().any(|key| key.ends_with("manifest.json")), "{keys:?}");
    let none = bucket.machine().fails(2, &["report", "latest"]);
    assert!(none.contains("no scan is stored yet"), "{none}");
    a.ok(&["report", "latest"]);
    assert!(bucket.machine().ok(&["verify", "latest"]).contains("ok, "));
}

#[test]
fn what_was_tampered_with_in_the_bucket_is_not_shown() {
    let bucket = Bucket::new();
    assert!(scan(&bucket.machine()).status.success());
    let key = bucket.keys().into_iter().find(|key| key.ends_with("/assessment.json")).unwrap();
    bucket.s3(&format!("s3.put_object(Bucket='our-scans', Key='{key}', Body=b'{{}}')"));
    let rung = bucket.machine();
    let told = rung.fails(2, &["report", "latest"]);
    assert!(told.contains("is not as it was put") && told.contains("assessment.json"), "{told}");
    assert_eq!(cached(&rung), [""; 0]);
}

#[test]
fn the_configuration_names_the_bucket_and_a_flag_stands_above_it() {
    let bucket = Bucket::new();
    let rung = bucket.0.rung();
    fs::write(rung.path("rung.toml"), format!("scans = \"{PLACE}\"\n")).unwrap();
    assert!(scan(&rung).status.success());
    assert!(!bucket.keys().is_empty());
    let told = rung.ok(&["prune", "--dry-run"]);
    assert!(told.contains("the newest of its chain") && told.contains("0 of 1 bundles"), "{told}");
    let told = rung.ok(&["prune", "--dry-run", "--scans", "here"]);
    assert!(told.contains("0 of 0 bundles"), "{told}");
    fs::write(rung.path("rung.toml"), "scans = \"gs://x/y\"\n").unwrap();
    let told = rung.fails(2, &["scan", "--demo"]);
    assert!(told.contains("rung.toml, line 1, column 9: scans: ") && told.contains("s3://BUCKET/PREFIX"), "{told}");
    assert!(Path::new(&rung.path("here")).read_dir().is_err(), "a look makes nothing");
}

#[test]
fn where_the_bucket_cannot_be_looked_into_a_regression_cannot_be_ruled_out() {
    let bucket = Bucket::new();
    let a = bucket.machine();
    bucket.0.control(r#"{"deny": ["s3:ListObjectsV2"]}"#);
    let replay = root().join("fixtures/accounts/demo");
    let args = ["scan", "--replay", replay.to_str().unwrap(), "--quiet", "--no-regression"];
    let output = a.run(&args);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains("could not be looked into for the scan before"), "{}", said(&output));
    bucket.0.control(r#"{"deny": []}"#);
    let output = a.run(&args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}
