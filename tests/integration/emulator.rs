//! Against the live emulator: seed, scan, compare every level with what the seed must give; record, replay, interrupt.

use std::{fs, path::Path, process::Stdio, time::Duration};

use serde_json::Value;

use crate::common::{Emulator, levels, outcomes};

const BOTH: [&str; 4] = ["--region", "us-east-1", "--region", "eu-west-1"];

fn scan(rung: &crate::common::Rung, more: &[&str]) -> Value {
    let args = [&["scan", "--quiet", "--format", "json", "-o", "-"], BOTH.as_slice(), more].concat();
    serde_json::from_str(&rung.ok(&args)).unwrap()
}

#[test]
fn the_seeded_account_stands_where_its_seed_puts_it() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let live = scan(&rung, &["--record", "rec"]);
    insta::assert_json_snapshot!("emulator_levels", levels(&live));
    insta::assert_json_snapshot!("emulator_outcomes", outcomes(&live));

    // The recording says the same, without the emulator, and holds nothing secret.
    drop(emulator);
    let replayed = scan(&rung, &["--replay", "rec"]);
    assert_eq!(levels(&replayed), levels(&live));
    assert_eq!(outcomes(&replayed), outcomes(&live));
    no_secrets(&rung.path("rec"));
}

#[test]
fn a_redacted_recording_gives_the_same_levels_and_no_names() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let live = scan(&rung, &["--record", "rec", "--redact"]);
    drop(emulator);
    let replayed = scan(&rung, &["--replay", "rec"]);
    assert_eq!(levels(&replayed), levels(&live));
    assert_eq!(outcomes(&replayed), outcomes(&live));
    let names: Vec<&str> = live["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|finding| finding["subject"]["name"].as_str())
        // AWS's own ids of resources say nothing about their owner and stay.
        .filter(|name| name.len() > 8 && name.contains('-') && !name.starts_with("i-") && !name.starts_with("oi-"))
        .collect();
    assert!(names.len() > 15);
    every_file(&rung.path("rec"), &mut |path, text| {
        assert!(!text.contains("123456789012"), "{}: account id", path.display());
        for name in &names {
            assert!(!text.contains(name), "{}: {name}", path.display());
        }
    });
}

#[test]
fn an_empty_account_is_not_applicable_not_good() {
    let emulator = Emulator::start("empty");
    let live = scan(&emulator.rung(), &[]);
    insta::assert_json_snapshot!("empty_levels", levels(&live));
    insta::assert_json_snapshot!("empty_outcomes", outcomes(&live));
}

#[test]
fn throttling_is_waited_out() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &[]);
    emulator.control(r#"{"throttle_rate": 0.2}"#);
    let throttled = scan(&rung, &["--max-attempts", "20"]);
    assert_eq!(outcomes(&throttled), outcomes(&calm));
    let count = |name: &str| -> u64 {
        throttled["scan"]["calls"].as_object().unwrap().values().map(|calls| calls[name].as_u64().unwrap()).sum()
    };
    assert!(count("throttles") > 0 && count("retries") >= count("throttles"));
}

/// A server with a token bucket for each region and service, as AWS has: nothing is lost, and with pacing less is thrown away.
#[test]
fn a_server_that_throttles_like_aws_loses_nothing() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let calm = scan(&rung, &[]);
    let throttles = |pace: &str, size: f64| -> u64 {
        // As small against this account as AWS's buckets are against a large one.
        emulator.control(&format!(r#"{{"bucket": {{"capacity": {}, "refill": {}}}}}"#, 16.0 * size, 10.0 * size));
        let paced = scan(&rung, &["--max-attempts", "25", "--pace", pace]);
        assert_eq!(outcomes(&paced), outcomes(&calm), "{pace}");
        let gaps = |assessment: &Value| assessment["gaps"].as_array().unwrap().len();
        assert_eq!(gaps(&paced), gaps(&calm), "{pace}");
        paced["scan"]["calls"].as_object().unwrap().values().map(|calls| calls["throttles"].as_u64().unwrap()).sum()
    };
    // A machine busy with other work may ask too slowly to be throttled: then the buckets are smaller.
    let sizes = [1.0, 0.5, 0.25, 0.125];
    let throttled = sizes.into_iter().map(|size| (size, throttles("off", size))).find(|(_, off)| *off > 0);
    let (size, off) = throttled.expect("a scan that is not paced is throttled");
    let on = throttles("on", size);
    assert!(on < off || (size < 1.0 && on == off), "{on} throttles with pacing, {off} without, size {size}");
}

#[test]
fn an_organisations_denial_is_told_apart() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"deny_scp": ["ec2:DescribeVolumes"], "deny": ["rds:DescribeDBInstances"]}"#);
    let live = scan(&emulator.rung(), &[]);
    let causes: Vec<_> = live["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| (gap["operation"].as_str().unwrap(), gap["cause"].as_str().unwrap()))
        .collect();
    assert!(causes.contains(&("ec2:DescribeVolumes", "denied_by_organization_policy")), "{causes:?}");
    assert!(causes.contains(&("rds:DescribeDBInstances", "denied_by_identity_policy")), "{causes:?}");
    assert_eq!(outcomes(&live)["waf-perf-090.api.aws.storage-type-selected"], "unknown");
}

#[test]
fn sql_digests_are_read_only_where_asked_for_and_hide_nothing_when_denied() {
    let emulator = Emulator::start("alder");
    emulator.improve("queries");
    let rung = emulator.rung();
    let run = |more: &[&str]| -> Value {
        let args = [&["scan", "--quiet", "--format", "json", "-o", "-"], more].concat();
        serde_json::from_str(&rung.ok(&args)).unwrap()
    };
    let digests = |assessment: &Value| -> usize {
        let steps = assessment["entry_path"].as_array().unwrap().iter();
        let databases = steps.flat_map(|step| step["top_queries"].as_array().into_iter().flatten());
        databases.map(|database| database["queries"].as_array().unwrap().len()).sum()
    };
    let without = run(&[]);
    assert_eq!(digests(&without), 0);
    assert!(without["scan"]["calls"].get("pi:DescribeDimensionKeys").is_none());
    let with = run(&["--sql-digests"]);
    assert_eq!(digests(&with), 20, "of the database's twenty-five");
    assert_eq!(outcomes(&with), outcomes(&without));
    emulator.control(r#"{"deny": ["pi:DescribeDimensionKeys"]}"#);
    let denied = run(&["--sql-digests"]);
    assert_eq!((digests(&denied), outcomes(&denied)), (0, outcomes(&without)));
    let gap = denied["gaps"].as_array().unwrap().iter().find(|gap| gap["operation"] == "pi:DescribeDimensionKeys");
    assert_eq!(gap.expect("a gap")["cause"], "denied_by_identity_policy");
}

#[test]
fn a_scan_stops_before_it_exceeds_its_limits_and_says_what_it_left() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    let whole = scan(&rung, &[]);
    let calls = |assessment: &Value| -> u64 {
        assessment["scan"]["calls"].as_object().unwrap().values().map(|calls| calls["calls"].as_u64().unwrap()).sum()
    };
    let over = |assessment: &Value| -> Vec<String> {
        let gaps = assessment["gaps"].as_array().unwrap().iter().filter(|gap| gap["cause"] == "over_budget");
        gaps.map(|gap| gap["operation"].as_str().unwrap().to_owned()).collect()
    };
    assert!(calls(&whole) > 100 && over(&whole).is_empty());
    let few = scan(&rung, &["--max-calls", "100"]);
    assert_eq!(calls(&few), 100);
    assert!(!over(&few).is_empty());
    // What could not be read hides: nothing is better than in the whole scan.
    for (criterion, outcome) in outcomes(&few) {
        let was = &outcomes(&whole)[&criterion];
        assert!(
            outcome == *was || outcome == "unknown" || was == "not_applicable",
            "{criterion}: {was} became {outcome}"
        );
    }
    let cheap = scan(&rung, &["--max-cost", "0"]);
    assert_eq!(cheap["scan"]["cost_usd"], 0.0);
    let free = |operation: &String| {
        let call = rung_collectors::calls::all().find(|call| call.name() == *operation).unwrap();
        matches!(call.price, rung_collectors::calls::Price::Free)
    };
    assert!(!over(&cheap).is_empty() && !over(&cheap).iter().any(free), "{:?}", over(&cheap));
    assert_eq!(outcomes(&cheap)["waf-perf-090.api.aws.storage-type-selected"], "met", "what is free goes on");
    let incomplete = [&["scan", "--quiet", "--max-calls", "100", "--require-complete"], &BOTH[..]].concat();
    assert_eq!(rung.run(&incomplete).status.code(), Some(3));
}

#[test]
fn ctrl_c_leaves_an_incomplete_bundle_with_what_was_seen() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    let rung = emulator.rung();
    let args = [&["scan", "--bundle", "b", "--concurrency", "1"], BOTH.as_slice()].concat();
    let mut child = rung.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(5));
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let assessment: Value = serde_json::from_slice(&fs::read(rung.path("b/assessment.json")).unwrap()).unwrap();
    assert_eq!(assessment["scan"]["complete"], false);
    let gaps = assessment["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["cause"] == "cut_short"));
    assert!(assessment["scan"]["calls"].as_object().unwrap().len() > 1, "what was seen is kept");
    rung.ok(&["assess", "b"]);
}

fn every_file(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { every_file(&path, visit) } else { visit(&path, &fs::read_to_string(&path).unwrap()) }
    }
}

fn no_secrets(folder: &Path) {
    every_file(folder, &mut |path, text| {
        for secret in
            ["a-very-secret-key", "a-very-secret-token", "AWS4-HMAC-SHA256", "authorization", "x-amz-security-token"]
        {
            assert!(!text.contains(secret), "{}: {secret}", path.display());
        }
    });
}
