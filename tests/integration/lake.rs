//! The lake: what query engines find in it is what the assessments say, over nights and accounts; and what is half-written is not found.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::ToSpan;
use rung::{
    bundle::{Bundle, EVIDENCE, OfAccount, pack},
    depot::Location,
    lake::{self, Written},
    place::Place,
    scan::Scanned,
};
use rung_collectors::{aws::Replay, closed};
use rung_rules::model::{AccountReport, AccountState, Cause, Control, Gap, GapId, Scan, Settings, Waiver};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    common::{Rung, demo, python, scan},
    depot::Bucket,
    exports::check,
    many::{account, together, together_of},
};

/// One begins with a zero: no engine may take it for a number.
const IDS: [&str; 3] = ["012345678901", "111111111111", "222222222222"];
const CLOSED: &str = "333333333333";

type Of = (AccountReport, OfAccount);

/// What one was seen of, with the facts of its volumes changed.
fn changed(mut of: Of, change: impl Fn(&mut Value)) -> Of {
    for one in &mut of.1.set.evidence {
        let mut value = serde_json::to_value(&*one).unwrap();
        if value["kind"] == "volume" {
            change(&mut value);
            *one = serde_json::from_value(value).unwrap();
        }
    }
    of
}

/// The same with its volumes in a region of another type.
fn with_type(of: Of, region: &str, from: &str, to: &str) -> Of {
    changed(of, |one| {
        let here = one["subject"]["region"] == region;
        let type_of = &mut one["facts"]["volume_type"]["value"];
        if here && *type_of == from {
            *type_of = to.into();
        }
    })
}

/// The same, its volumes listed but for a field: such a gap hides no account.
fn with_gap_of_a_field(mut of: Of, denied: &Scanned) -> Of {
    let whole = denied.set.gaps.iter().find(|gap| gap.operation == "ec2:DescribeVolumes").unwrap();
    let (account, what) = (of.0.id.clone(), "throughput".to_owned());
    of.1.set.gaps.push(Gap { id: GapId(7), account, what, ..whole.clone() });
    of.1.set.sort();
    of
}

/// An account that could not be entered.
pub(crate) fn not_entered(id: &str, scanned: &Scanned) -> Of {
    let told = AccountReport {
        id: id.to_owned(),
        state: AccountState::NotEntered,
        why: Some("denied: no such role".to_owned()),
        ..AccountReport::default()
    };
    let set = closed(id, scanned.set.now, Cause::Denied, "no such role");
    (told, OfAccount { set, ledger: Vec::new() })
}

/// A place where nights are made: bundles, a lake, and the assessments of those that count.
struct Nights {
    rung: Rung,
    began: Scan,
    settings: Settings,
}

impl Nights {
    fn new(scanned: &Scanned) -> Self {
        let waived = Waiver {
            place: "waivers.toml, line 1".to_owned(),
            control: Control::all().nth(2),
            criterion: None,
            subject: None,
            reason: "accepted".to_owned(),
            owner: Some("Ada".to_owned()),
            expires: None,
        };
        let settings = Settings { waivers: vec![waived], ..Settings::default() };
        let nights = Nights { rung: Rung::new(), began: scanned.scan.clone(), settings };
        fs::create_dir(nights.rung.path("nights")).unwrap();
        nights
    }

    /// Makes the bundle of a night, some hours before or after the recording.
    fn bundle(&self, hours: i64, name: &str, accounts: Vec<Of>) -> Bundle {
        let later = hours.hours();
        let started_at = self.began.started_at + later;
        let mut ids: Vec<_> = accounts.iter().map(|(told, _)| told.id.clone()).collect();
        ids.sort();
        let scan = Scan {
            id: format!("{}-123456789012", started_at.strftime("%Y%m%dT%H%M%SZ")),
            started_at,
            finished_at: self.began.finished_at + later,
            accounts: ids,
            ledger: Vec::new(),
            ..self.began.clone()
        };
        let mut accounts = accounts;
        accounts.iter_mut().for_each(|(_, of)| of.set.now = started_at);
        together_of(accounts, scan, &self.rung.path(name), &self.settings).1
    }

    /// Writes it into the lake by the command line.
    fn export(&self, bundle: &Bundle) -> String {
        self.rung.ok(&["export", "lake", bundle.folder().to_str().unwrap(), "--out", "lake"])
    }

    /// Keeps what it says, to hold the lake against.
    fn counts(&self, bundle: &Bundle) {
        let date = bundle.manifest.scan.started_at.strftime("%Y-%m-%d").to_string();
        let lines: Vec<Value> = bundle.lines(EVIDENCE).unwrap().collect::<Result<_, _>>().unwrap();
        let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
        fs::write(self.rung.path("nights").join(format!("{date}.jsonl")), lines.concat()).unwrap();
        let to = format!("nights/{date}.json");
        self.rung.ok(&["report", bundle.folder().to_str().unwrap(), "--format", "json", "-o", &to]);
    }

    fn hold(&self) -> String {
        for (engine, place, file) in [("duckdb", "lake", "lake.sql"), ("athena", "s3://our-lake/rung", "athena.sql")] {
            let printed = self.rung.ok(&["export", "lake", "--out", place, "--print-ddl", engine]);
            fs::write(self.rung.path(file), printed).unwrap();
        }
        check(&python(), "check_lake.py", self.rung.home.path(), &["."])
    }
}

#[test]
fn every_query_of_the_page_answers_what_the_assessments_say() {
    let seen = scan(Arc::new(Replay::new(demo())));
    let denied = scan(Arc::new(Replay::new(demo()).deny("ec2:DescribeVolumes").deny("cloudwatch:DescribeAlarms")));
    let nights = Nights::new(&seen);
    let all = || IDS.map(|id| account(&seen, id));
    let mended = || with_type(account(&seen, IDS[1]), "eu-west-1", "gp2", "gp3");
    let worse = || with_type(account(&seen, IDS[2]), "eu-west-1", "gp3", "gp2");

    // The first night is merged twice: at first a shard of it was missing.
    let closed_shard = not_entered(IDS[2], &seen);
    let [a, b, _] = all();
    let first = nights.bundle(-48, "first", vec![a, b, closed_shard]);
    nights.export(&first);
    // What one account mends in the second night, and undoes in the third, is a failure of a day.
    let again = nights.bundle(-48, "again", vec![account(&seen, IDS[0]), account(&seen, IDS[1]), worse()]);
    assert_eq!(first.manifest.scan.id, again.manifest.scan.id);
    nights.export(&again);
    nights.counts(&again);

    // In the second night one account was scanned alone before, and a scan of all was killed.
    nights.export(&nights.bundle(-25, "early", vec![account(&seen, IDS[1])]));
    let killed = nights.bundle(-20, "killed", all().into());
    nights.export(&killed);
    fs::remove_file(nights.rung.path(&format!("lake/scans/{}.json", killed.manifest.scan.id))).unwrap();
    let second = nights.bundle(-24, "second", vec![account(&seen, IDS[0]), mended(), account(&seen, IDS[2])]);
    nights.export(&second);
    nights.counts(&second);

    // In the third one account hides its volumes, and a new one cannot be entered.
    let hidden = account(&denied, IDS[0]);
    let other = with_gap_of_a_field(mended(), &denied);
    let third = nights.bundle(0, "third", vec![hidden, other, worse(), not_entered(CLOSED, &seen)]);
    let told = nights.export(&third);
    assert!(told.contains("gaps of 4 accounts") && told.contains("lake/scans/20261124T114649Z"), "{told}");
    nights.counts(&third);

    let told = nights.hold();
    assert!(told.contains("lake: 3 nights, 14 queries, twice"), "{told}");
}

/// Every file below a folder, by its name.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => _ = found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap()),
            }
        }
    }
    found
}

async fn written(bundle: &Bundle, folder: &Path) -> Written {
    let place = Place::create(&Location::Folder(folder.to_owned())).await.unwrap();
    lake::write(bundle, &place).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_scan_is_the_same_bytes_whoever_writes_it_and_how_often() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_owned();
    let bundle = tokio::task::spawn_blocking(move || {
        let seen = scan(Arc::new(Replay::new(demo())));
        together(&seen, &IDS, &at, &Settings::default()).1
    });
    let (bundle, one, both) = (bundle.await.unwrap(), folder.path().join("one"), folder.path().join("both"));
    let once = written(&bundle, &one).await;
    let before = files(&one);
    assert_eq!(written(&bundle, &one).await, once);
    assert!(files(&one) == before);
    // Two at once into a third folder.
    let (left, right) = tokio::join!(written(&bundle, &both), written(&bundle, &both));
    assert_eq!((&left, &right), (&once, &once));
    assert!(files(&both) == before);
    assert_eq!(before.len() as u64, once.files + 2, "and the list, and the marker");
    // A file for each region of each account and table, and none that is empty.
    let names: Vec<_> = before.keys().map(|name| name.to_str().unwrap()).collect();
    let of = |table: &str| names.iter().filter(|name| name.starts_with(table)).count();
    assert_eq!((of("findings/"), of("evidence/"), of("gaps/"), of("accounts/")), (9, 9, 9, 1));
}

#[test]
fn a_bucket_has_what_a_folder_has_and_was_asked_for_nothing_but_to_put() {
    let bucket = Bucket::new();
    let rung = bucket.0.rung();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    rung.ok(&["export", "lake", "b", "--out", "here"]);
    bucket.0.reset_counts();
    rung.ok(&["export", "lake", "b", "--out", "s3://our-scans/lake"]);
    let counts = bucket.0.counts();
    // The emulator calls every PUT of an object by this name.
    assert_eq!(counts.as_object().unwrap().keys().collect::<Vec<_>>(), ["s3:CopyObject"], "{counts}");
    let here = files(&rung.path("here"));
    let keys: Vec<_> = here.keys().map(|name| format!("lake/{}", name.display())).collect();
    assert_eq!(bucket.keys(), keys);
    let to = rung.path("there");
    bucket.s3(&format!(
        "import pathlib\nfor o in s3.list_objects_v2(Bucket='our-scans')['Contents']:\n    \
         p = pathlib.Path('{}') / o['Key']; p.parent.mkdir(parents=True, exist_ok=True)\n    \
         s3.download_file('our-scans', o['Key'], str(p))",
        to.display()
    ));
    assert!(files(&to.join("lake")) == here);
}

#[test]
fn what_a_bucket_refuses_leaves_no_marker_and_the_next_time_ends_it() {
    let bucket = Bucket::new();
    let rung = bucket.0.rung();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let lake = ["export", "lake", "b", "--out", "s3://our-scans/lake"];
    bucket.0.control(r#"{"deny": ["s3:CopyObject"]}"#);
    let told = rung.fails(2, &lake);
    assert!(told.contains("cannot write s3://our-scans/lake/") && told.contains("docs/store.md"), "{told}");
    assert!(!told.contains("secret") && bucket.keys().is_empty(), "{told}");
    // Killed when all is there but the list and the marker.
    bucket.0.reset_counts();
    bucket.0.control(r#"{"deny": [], "latency_ms": 3000}"#);
    let mut running = rung.command(&lake).spawn().unwrap();
    while bucket.0.counts()["s3:CopyObject"].as_u64().unwrap_or_default() < 11 {
        assert!(running.try_wait().unwrap().is_none(), "it ended before it could be killed");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    bucket.0.control(r#"{"latency_ms": 0}"#);
    let marker = |keys: &[String]| keys.iter().any(|key| key.starts_with("lake/scans/"));
    let keys = bucket.keys();
    assert!(keys.len() >= 10 && !marker(&keys), "{keys:?}");
    rung.ok(&lake);
    assert!(marker(&bucket.keys()));
}

/// Writes parts of a bundle anew, with their digests, as a stranger could who hands one on.
fn tampered(bundle: &Path, parts: &[(&str, Vec<u8>)]) {
    let mut manifest: Value = serde_json::from_slice(&fs::read(bundle.join("manifest.json")).unwrap()).unwrap();
    for (name, bytes) in parts {
        fs::write(bundle.join(name), bytes).unwrap();
        let part = manifest["parts"].as_array_mut().unwrap().iter_mut().find(|part| part["name"] == *name).unwrap();
        part["bytes"] = bytes.len().into();
        part["sha256"] = hex::encode(Sha256::digest(bytes)).into();
    }
    fs::write(bundle.join("manifest.json"), manifest.to_string()).unwrap();
    Bundle::open(bundle).unwrap();
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_bundle_that_no_scan_left_is_refused_and_nothing_of_it_counts() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let there = |rung: &Rung| rung.path("lake/scans").exists();
    for (from, to, words) in [
        (r#""region":"us-east-1","name""#, r#""region":"../../up","name""#, "cannot name a folder of the lake"),
        (
            r#""account":"123456789012","region":"eu-west-1","name""#,
            r#""account":"999","region":"eu-west-1","name""#,
            "999",
        ),
        (r#""criterion":"waf-perf-090"#, r#""criterion":"waf-perf-09x"#, "which no control has"),
    ] {
        let copy = rung.path("copy");
        copied(&rung.path("b"), &copy);
        let text = fs::read_to_string(copy.join("assessment.json")).unwrap();
        assert!(text.contains(from));
        tampered(&copy, &[("assessment.json", text.replace(from, to).into_bytes())]);
        let told = rung.fails(2, &["export", "lake", "copy", "--out", "lake"]);
        assert!(told.contains(words) && !there(&rung) && !told.contains("panicked"), "{words}: {told}");
        fs::remove_dir_all(&copy).unwrap();
    }
    fs::write(rung.path("b/assessment.json"), "{}").unwrap();
    let told = rung.fails(2, &["export", "lake", "b", "--out", "lake"]);
    assert!(told.contains("was changed after the scan") && !there(&rung), "{told}");
}

#[test]
fn what_is_asked_for_wrongly_is_told_before_anything_is_written() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    for (args, words) in [
        (&["export", "lake", "nowhere", "--out", "lake"][..], "neither a bundle's folder nor a scan"),
        (&["export", "lake", "--out", "lake"], "<BUNDLE>"),
        (&["export", "lake", "b"], "--out"),
        (&["export", "lake", "b", "--out", "gs://x/y"], "s3://BUCKET/PREFIX"),
        (&["export", "lake", "--out", "lake", "--print-ddl", "athena"], "Athena reads buckets only"),
        (&["export", "lake", "--out", "it's", "--print-ddl", "duckdb"], "choose a place without it"),
    ] {
        let told = rung.fails(2, args);
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!rung.path("lake").exists());
    let help = rung.ok(&["export", "lake", "--help"]);
    assert!(help.contains("Examples:") && help.contains("--print-ddl duckdb"), "{help}");
    // A stored scan is named as everywhere.
    rung.ok(&["scan", "--demo", "--quiet", "--scans", "kept"]);
    assert!(rung.ok(&["export", "lake", "latest", "--out", "lake", "--scans", "kept"]).contains("they count since"));
}

#[test]
fn hostile_names_are_rows_and_nothing_else() {
    const NAMES: [&str; 5] = [
        "'); DROP TABLE findings; --",
        "a\"b\\c\n{\"bundle\":\"x\"}\r\u{2028}",
        "\u{202e}gpj.exe\u{1b}[31m\u{0}",
        "account=999/region=../x",
        "",
    ];
    let mut seen = scan(Arc::new(Replay::new(demo())));
    for (one, name) in seen.set.evidence.iter_mut().zip(NAMES.iter().cycle()) {
        one.subject.name = Some((*name).into());
    }
    let nights = Nights::new(&seen);
    let bundle = nights.bundle(0, "hostile", IDS.map(|id| account(&seen, id)).into());
    nights.export(&bundle);
    let packed = files(&nights.rung.path("lake"));
    let rows = packed.iter().filter(|(name, _)| name.starts_with("evidence")).flat_map(|(_, bytes)| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    });
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 3 * seen.set.evidence.len());
    for name in NAMES {
        let named = rows.iter().filter(|row| row["name"] == name).count();
        assert_eq!(named, 3 * seen.set.evidence.iter().filter(|one| one.subject.name.as_deref() == Some(name)).count());
    }
    assert!(packed.keys().all(|name| !name.to_str().unwrap().contains("999")));
}

/// The demo's bundle as if it were of so many accounts that have the same.
fn of_accounts(demo: &Path, to: &Path, number: usize) {
    const DEMO: &str = "123456789012";
    copied(demo, to);
    let ids: Vec<_> = (0..number).map(|n| format!("{n:012}")).collect();
    let mut assessment: Value = serde_json::from_slice(&fs::read(to.join("assessment.json")).unwrap()).unwrap();
    let repeated = |list: &mut Value, mark: &str| {
        let items = list.to_string();
        let items = items.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
        *list = mark.into();
        ids.iter().map(|id| items.replace(DEMO, id)).collect::<Vec<_>>().join(",")
    };
    let (findings, gaps) = (repeated(&mut assessment["findings"], "@F"), repeated(&mut assessment["gaps"], "@G"));
    assessment["scan"]["accounts"] = ids.clone().into();
    let text = serde_json::to_string(&serde_json::from_value::<Ordered>(assessment).unwrap()).unwrap();
    let text = text.replace("\"@F\"", &format!("[{findings}]")).replace("\"@G\"", &format!("[{gaps}]"));
    let lines: Vec<Value> = Bundle::open(to).unwrap().lines(EVIDENCE).unwrap().collect::<Result<_, _>>().unwrap();
    let of = |id: &String| {
        let id = id.clone();
        lines.iter().map(move |line| serde_json::from_str::<Value>(&line.to_string().replace(DEMO, &id)).unwrap())
    };
    let mut evidence = Vec::new();
    pack(ids.iter().flat_map(of), &mut evidence).unwrap();
    tampered(to, &[("assessment.json", text.into_bytes()), ("evidence.jsonl.zst", evidence)]);
}

/// An assessment's parts in the order in which they are written; values of JSON have that of the alphabet.
#[derive(serde::Serialize, serde::Deserialize)]
struct Ordered {
    schema: Value,
    rung: Value,
    scan: Value,
    pillar: Value,
    controls: Value,
    accounts: Value,
    findings: Value,
    gaps: Value,
}

/// The most memory that the program took, in KiB.
fn peak(rung: &Rung, args: &[&str]) -> u64 {
    let script = "import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut command = std::process::Command::new(python());
    command.args(["-c", script, env!("CARGO_BIN_EXE_rung")]).args(args).current_dir(rung.home.path());
    let done = command.env("HOME", rung.home.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_accounts() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let mut took = Vec::new();
    for number in [4, 40] {
        let (name, out) = (format!("of-{number}"), format!("lake-{number}"));
        of_accounts(&rung.path("b"), &rung.path(&name), number);
        took.push(peak(&rung, &["export", "lake", &name, "--out", &out]));
        let marker = fs::read_dir(rung.path(&out).join("scans")).unwrap().next().unwrap().unwrap().path();
        let marker: Value = serde_json::from_slice(&fs::read(marker).unwrap()).unwrap();
        assert_eq!((&marker["accounts"], &marker["findings"]), (&number.into(), &(number * 726).into()));
    }
    // Held at once, the findings of 36 accounts more would take a hundred thousand.
    assert!(took[1] < took[0] + 20_000, "{took:?} KiB");
}
