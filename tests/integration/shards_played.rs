//! The contract with engines, played: whatever they do with the shards of a plan, the merged assessment is that of one process, or it
//! says what is missing.

use std::{
    fs::{self, File},
    os::unix::fs::OpenOptionsExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    common::{Emulator, Rung, levels},
    debt, organisation,
    shards::differences,
};

const WHOLE: [&str; 7] = ["--org", "--external-id", "team-4711", "--region", "us-east-1", "--register", "debt.csv"];

/// O_NONBLOCK of Linux.
const NONBLOCKING: i32 = 0o4000;

/// The organisation as one process scans it.
pub(crate) fn of_one_process(rung: &Rung) -> Value {
    fs::write(rung.path("debt.csv"), debt::register(3)).unwrap();
    let args = [&["scan", "--bundle", "one", "--format", "json", "-q"], &WHOLE[..]].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

/// The organisation planned into three shards. The register goes with the plan.
pub(crate) fn planned(rung: &Rung, out: &str, more: &[&str]) -> Value {
    fs::write(rung.path("debt.csv"), debt::register(3)).unwrap();
    let args = [&["plan", "--shards", "3", "--out", out, "--format", "json"], &WHOLE[..], more].concat();
    let told = serde_json::from_str(&rung.ok(&args)).unwrap();
    fs::remove_file(rung.path("debt.csv")).unwrap();
    told
}

pub(crate) fn begun(rung: &Rung, plan: &str, shard: usize, more: &[&str]) -> Child {
    let shard = shard.to_string();
    let args = [&["scan", "--plan", plan, "--shard", &shard, "-q"], more].concat();
    rung.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn findings(assessment: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = assessment["findings"].as_array().unwrap();
    list.iter().map(|one| (text(&one["criterion"]), text(&one["subject"]["arn"]), text(&one["result"]))).collect()
}

/// The same levels, findings, gaps and accounts.
pub(crate) fn says_the_same(merged: &Value, one: &Value) {
    assert_eq!(findings(merged), findings(one));
    assert_eq!(levels(merged), levels(one));
    let gaps = |of: &Value| {
        let key = |gap: &Value| ["operation", "account", "region", "cause"].map(|name| gap[name].to_string());
        let mut all: Vec<_> = of["gaps"].as_array().unwrap().iter().map(key).collect();
        all.sort();
        assert!(
            all.iter().flatten().all(|value| value.starts_with('"')),
            "a field that is not there is the same in all"
        );
        all
    };
    assert_eq!(gaps(merged), gaps(one));
    for key in ["id", "name", "unit", "state", "regions", "subjects", "controls"] {
        let of = |of: &Value| of["accounts"].as_array().unwrap().iter().map(|one| one[key].clone()).collect::<Vec<_>>();
        assert_eq!(of(merged), of(one), "{key}");
    }
}

/// How often each operation was asked for.
fn asked(of: &Value) -> Value {
    let calls = of["scan"]["calls"].as_object().unwrap().iter();
    // Every process asks who it is and which regions there are; how many metrics share a request depends on the order of answers.
    let by_each = ["sts:GetCallerIdentity", "ec2:DescribeRegions", "cloudwatch:GetMetricData"];
    let others = calls.filter(|(operation, _)| !by_each.contains(&operation.as_str()));
    others
        .map(|(operation, count)| (operation.clone(), count["calls"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn whatever_the_engine_does_the_result_is_that_of_one_process() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    let one = of_one_process(&rung);
    let told = planned(&rung, "plan", &[]);
    assert_eq!((&told["shards"], &told["accounts"]), (&json!(3), &json!(4)));
    // Killed at its beginning, in its middle and near its end it leaves nothing that anybody sees.
    let slow = ["scan", "--plan", "plan", "--shard", "1", "--concurrency", "4"];
    for requests in [1, 20, 40] {
        emulator.reset_counts();
        emulator.control(r#"{"latency_ms": 250}"#);
        let mut killed = organisation::begun(&emulator, &rung, &slow, requests);
        killed.kill().unwrap();
        killed.wait().unwrap();
        assert!(!rung.path("plan/shards/00001.json").exists(), "{requests}");
    }
    emulator.reset_counts();
    // Out of order, two at once on one shard, and that twice.
    let at_once: Vec<Child> = [2, 0, 2, 1, 0].into_iter().map(|shard| begun(&rung, "plan", shard, &[])).collect();
    for mut child in at_once {
        assert!(child.wait().unwrap().success());
    }
    // Done is done, unless asked.
    emulator.reset_counts();
    let again = rung.run(&["scan", "--plan", "plan", "--shard", "0"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stderr).contains("finished already"));
    assert_eq!(emulator.counts(), json!({}), "nothing is asked");
    let scanned = rung.run(&["scan", "--plan", "plan", "--shard", "0", "--again"]);
    let words = [scanned.stdout, scanned.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(words.contains("shard 0 of plan/: ") && !words.contains("rung-shard-"), "a folder that is gone: {words}");
    assert_ne!(emulator.counts(), json!({}));
    let merged: Value = serde_json::from_str(&rung.ok(&["merge", "plan", "--format", "json", "-q"])).unwrap();
    says_the_same(&merged, &one);
    let different = differences(&asked(&merged), &asked(&one), "");
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert_eq!(merged["scan"]["complete"], true);
    assert_eq!(merged["scan"]["id"], told["id"]);
    // It stands among the stored scans.
    rung.ok(&["verify", told["id"].as_str().unwrap()]);
    assert!(rung.ok(&["history"]).contains("organisation of 123456789012"));
    let came_to: Value = serde_json::from_slice(&fs::read(rung.path("plan/merged.json")).unwrap()).unwrap();
    assert_eq!((&came_to["exit"], &came_to["complete"], &came_to["missing"]), (&json!(0), &json!(true), &json!([])));
    let confirmed =
        |of: &Value| of["controls"].as_array().unwrap().iter().map(|one| one["confirmed"].clone()).collect::<Vec<_>>();
    let levels: Vec<_> = came_to["levels"].as_object().unwrap().values().map(|one| one["confirmed"].clone()).collect();
    assert_eq!(levels, confirmed(&merged));
    // Merged once more, with a bar, it is another bundle and the same result.
    let output = rung.run(&["merge", "plan", "--fail-below", "5", "-q", "--lake", "lake"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let came_to: Value = serde_json::from_slice(&fs::read(rung.path("plan/merged.json")).unwrap()).unwrap();
    assert_eq!(came_to["exit"], 1);
    let manifest = fs::read(std::path::Path::new(came_to["bundle"].as_str().unwrap()).join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["previous"], Value::Null, "the first merge is not the scan before");
    let id = told["id"].as_str().unwrap();
    let marker: Value =
        serde_json::from_slice(&fs::read(rung.path(&format!("lake/scans/{id}.json"))).unwrap()).unwrap();
    assert_eq!((&marker["scan"], &marker["accounts"]), (&told["id"], &json!(4)), "{marker}");
}

#[test]
fn a_shard_that_always_fails_is_a_gap_of_each_of_its_accounts() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    planned(&rung, "plan", &[]);
    for shard in [0, 2] {
        assert!(begun(&rung, "plan", shard, &[]).wait().unwrap().success());
    }
    // The number may come from the engine; one that is beyond the plan has nothing to do.
    emulator.control(r#"{"deny": ["sts:GetCallerIdentity"]}"#);
    for variable in ["AWS_BATCH_JOB_ARRAY_INDEX", "JOB_COMPLETION_INDEX"] {
        let of_engine = |number: &str| -> Command {
            let mut command = rung.command(&["scan", "--plan", "plan", "-q"]);
            command.env(variable, number);
            command
        };
        assert_ne!(of_engine("1").output().unwrap().status.code(), Some(0));
        let beyond = of_engine("3").output().unwrap();
        assert!(beyond.status.success());
        assert!(String::from_utf8_lossy(&beyond.stderr).contains("nothing is left for number 3"));
    }
    emulator.reset_counts();
    let output = rung.run(&["merge", "plan", "--bundle", "merged", "--format", "json", "--require-complete"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("shard 1 left no bundle"));
    let told = rung.ok(&["report", "merged"]);
    assert!(told.contains("INCOMPLETE: the scan was cut short"), "nobody interrupted it: {told}");
    let merged: Value = serde_json::from_slice(&output.stdout).unwrap();
    let accounts = merged["accounts"].as_array().unwrap();
    assert_eq!((&merged["scan"]["complete"], accounts.len()), (&json!(false), 4));
    let missing: Vec<_> = accounts.iter().filter(|one| one["state"] == "not_entered").collect();
    assert!(!missing.is_empty() && missing.iter().all(|one| one["why"].as_str().unwrap().contains("shard 1")));
    let opens = merged["gaps"].as_array().unwrap().iter().map(|one| &one["opens_with"]);
    assert!(opens.into_iter().any(|one| one == "scan its shard of the plan again, then merge again"));
    for criterion in merged["controls"].as_array().unwrap().iter().flat_map(|one| one["criteria"].as_array().unwrap()) {
        assert_ne!(criterion["outcome"], "not_applicable", "{}: the missing ones may have any of it", criterion["id"]);
    }
    // Scanned after all, and merged again.
    assert!(begun(&rung, "plan", 1, &[]).wait().unwrap().success());
    let whole = rung.ok(&["merge", "plan", "--bundle", "whole", "--format", "json", "-q"]);
    says_the_same(&serde_json::from_str(&whole).unwrap(), &of_one_process(&rung));
}

#[test]
fn a_shard_that_is_told_to_end_leaves_what_it_saw() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    planned(&rung, "plan", &[]);
    emulator.reset_counts();
    emulator.control(r#"{"latency_ms": 250}"#);
    let slow = ["scan", "--plan", "plan", "--shard", "0", "--concurrency", "2"];
    let mut ended = organisation::begun(&emulator, &rung, &slow, 20);
    let pid = ended.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(ended.wait().unwrap().code(), Some(130));
    emulator.reset_counts();
    for shard in [1, 2] {
        assert!(begun(&rung, "plan", shard, &[]).wait().unwrap().success());
    }
    let output = rung.run(&["merge", "plan", "--bundle", "merged", "--format", "json"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("shard 0 ended early"));
    let merged: Value = serde_json::from_slice(&output.stdout).unwrap();
    let states: Vec<_> =
        merged["accounts"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"interrupted") && merged["scan"]["complete"] == false, "{states:?}");
    // Asked for again it is read to its end.
    assert!(begun(&rung, "plan", 0, &[]).wait().unwrap().success());
    let merged = rung.ok(&["merge", "plan", "--bundle", "whole", "--format", "json", "-q"]);
    says_the_same(&serde_json::from_str(&merged).unwrap(), &of_one_process(&rung));
}

#[test]
fn a_shard_whose_credentials_end_is_not_finished() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    planned(&rung, "plan", &[]);
    // The caller's own account needs no role: of a shard without it nothing is begun, and so nothing interrupted.
    let plan: Value = serde_json::from_slice(&fs::read(rung.path("plan/plan.json")).unwrap()).unwrap();
    let mut shards = plan["shards"].as_array().unwrap().iter();
    let others = shards.position(|shard| !shard.to_string().contains("123456789012")).unwrap();
    // They last for the question who is calling: no account can be entered any more.
    emulator.control(r#"{"expire_after": 1}"#);
    assert_eq!(begun(&rung, "plan", others, &["--credential-wait", "0"]).wait().unwrap().code(), Some(4));
    let manifest = fs::read(rung.path(&format!("plan/shards/{others:05}.json"))).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["scan"]["complete"], false);
    emulator.reset_counts();
    for shard in [0, 1, 2] {
        assert!(begun(&rung, "plan", shard, &[]).wait().unwrap().success());
    }
    let merged = rung.ok(&["merge", "plan", "--bundle", "whole", "--format", "json", "-q"]);
    says_the_same(&serde_json::from_str(&merged).unwrap(), &of_one_process(&rung));
}

#[test]
fn a_merge_that_is_interrupted_leaves_nothing_and_ends() {
    let emulator = Emulator::start("organisation");
    let rung = emulator.rung();
    planned(&rung, "plan", &[]);
    // A shard's manifest that does not come before somebody takes the other end.
    fs::create_dir_all(rung.path("plan/shards")).unwrap();
    let late = rung.path("plan/shards/00000.json");
    assert!(Command::new("mkfifo").arg(&late).status().unwrap().success());
    let comes = || File::options().write(true).custom_flags(NONBLOCKING).open(&late).ok();
    let left = || fs::read_dir(rung.path("bundles")).into_iter().flatten().map(|entry| entry.unwrap().file_name());
    let interrupted = |signal: &str, after: &dyn Fn(u32) -> bool| {
        let mut merge = rung.command(&["merge", "plan", "--bundle", "bundles/merged"]);
        let mut merge = merge.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while !(left().count() == 2 && after(merge.id())) {
            assert!(merge.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(Command::new("kill").args([signal, &merge.id().to_string()]).status().unwrap().success());
        let ended = merge.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!told.contains("cannot"), "{told}");
        (ended.status.code(), told.contains("interrupted"))
    };
    for signal in ["-INT", "-TERM"] {
        assert_eq!(interrupted(signal, &listens), (Some(130), true));
        assert_eq!(left().count(), 0, "{:?}", left().collect::<Vec<_>>());
    }
    // While it writes accounts, or has just ended: then its bundle is whole.
    for _ in 0..10 {
        let (code, told) = interrupted("-INT", &|id| listens(id) && comes().is_some());
        assert!(code == Some(130) && told || code == Some(0), "{code:?}");
        let names: Vec<_> = left().collect();
        assert!(names.is_empty() || names == ["merged"], "{names:?}");
        if !names.is_empty() {
            rung.ok(&["verify", "bundles/merged"]);
            fs::remove_dir_all(rung.path("bundles/merged")).unwrap();
        }
    }
}

/// Whether a process catches SIGINT and SIGTERM.
fn listens(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & 0x4002 == 0x4002
}

#[test]
fn bad_input_is_told_before_anything_is_asked() {
    let rung = Rung::new();
    fs::create_dir(rung.path("empty")).unwrap();
    for (args, expected) in [
        (&["plan", "--out", "p"][..], "--org or --accounts"),
        (&["plan", "--org", "--out", "gs://b"], "expected a folder or s3://BUCKET/PREFIX"),
        (&["merge", "nowhere"], "nowhere/ is no folder"),
        (&["merge", "empty"], "no plan at empty/"),
        (&["merge", "empty", "--notify"], "names nobody to tell"),
        (&["merge", "gs://bucket/x"], "expected a folder or s3://BUCKET/PREFIX"),
        (&["scan", "--plan", "nowhere", "--shard", "0"], "nowhere/ is no folder"),
        (&["scan", "--plan", "empty"], "--shard N"),
        (&["scan", "--shard", "0"], "--plan"),
        (&["scan", "--plan", "empty", "--shard", "x"], "--shard"),
    ] {
        let told = rung.fails(2, args);
        assert!(told.contains(expected), "{args:?}: {told}");
    }
    assert!(!rung.path("p").exists());
}
