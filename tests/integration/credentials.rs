//! Credentials that end in mid-scan, from a process that gives other ones, or none any more.

use std::fs;

use serde_json::Value;

use crate::common::{Emulator, Rung, levels, outcomes};

const SCAN: [&str; 6] = ["scan", "--quiet", "--format", "json", "-o", "-"];

/// The program with credentials from a process: another key each time, as long as `lasts` keys.
fn rotating(emulator: &Emulator, lasts: u32) -> Rung {
    let rung = Rung::new();
    let (script, config) = (rung.path("keys.sh"), rung.path("config"));
    let count = rung.path("asked");
    fs::write(
        &script,
        format!(
            "n=$(($(cat {count} 2>/dev/null || echo 0) + 1)); echo $n > {count}\n\
             [ $n -gt {lasts} ] && {{ echo sign in again >&2; exit 1; }}\n\
             echo '{{\"Version\":1,\"AccessKeyId\":\"ASIAROTATED'$n'\",\"SecretAccessKey\":\"a-secret\",\"SessionToken\":\"t\"}}'\n",
            count = count.display()
        ),
    )
    .unwrap();
    fs::write(&config, format!("[default]\nregion = us-east-1\ncredential_process = /bin/sh {}\n", script.display()))
        .unwrap();
    let config = config.display().to_string();
    rung.var("AWS_ENDPOINT_URL", &emulator.url).var("AWS_CONFIG_FILE", &config)
}

fn ended(assessment: &Value) -> Vec<&Value> {
    let gaps = assessment["gaps"].as_array().unwrap().iter();
    gaps.filter(|gap| gap["cause"] == "credentials_ended").collect()
}

#[test]
fn keys_that_end_in_mid_scan_change_nothing() {
    let emulator = Emulator::start("demo");
    let whole: Value = serde_json::from_str(&emulator.rung().ok(&SCAN)).unwrap();
    emulator.control(r#"{"expire_after": 60}"#);
    let rung = rotating(&emulator, 1_000);
    let renewed: Value = serde_json::from_str(&rung.ok(&SCAN)).unwrap();
    let keys: u32 = fs::read_to_string(rung.path("asked")).unwrap().trim().parse().unwrap();
    assert!(keys > 2, "{keys} keys");
    assert!(ended(&renewed).is_empty(), "{:?}", ended(&renewed));
    assert_eq!((levels(&renewed), outcomes(&renewed)), (levels(&whole), outcomes(&whole)));
}

#[test]
fn a_scan_whose_credentials_nobody_renews_says_so_and_judges_nothing_that_it_did_not_read() {
    let emulator = Emulator::start("demo");
    let whole: Value = serde_json::from_str(&emulator.rung().ok(&SCAN)).unwrap();
    emulator.control(r#"{"expire_after": 60}"#);
    let rung = rotating(&emulator, 1);
    let output = rung.run(&[&SCAN[..], &["--credential-wait", "1"]].concat());
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{words}");
    assert!(
        words.contains("sign in again") && words.contains("waiting") && words.contains("were not renewed"),
        "{words}"
    );
    let given_up: Value = serde_json::from_slice(&output.stdout).unwrap();
    let gaps = ended(&given_up);
    assert!(gaps.len() > 20, "{} gaps", gaps.len());
    assert!(gaps.iter().all(|gap| gap["opens_with"].as_str().unwrap().contains("--resume")));
    for (criterion, outcome) in outcomes(&given_up) {
        let was = &outcomes(&whole)[&criterion];
        assert!(
            outcome == *was || outcome == "unknown" || was == "not_applicable",
            "{criterion}: {was} became {outcome}"
        );
    }
}

#[test]
fn keys_of_the_environment_are_not_waited_for() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"expire_after": 60}"#);
    let output = emulator.rung().run(&SCAN);
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{words}");
    assert!(words.contains("were not renewed") && !words.contains("waiting"), "{words}");
    assert!(!ended(&serde_json::from_slice(&output.stdout).unwrap()).is_empty());
}
