//! `kill -9` at a hundred random moments: a scan leaves no bundle, or a whole one, or what `--resume` completes to the same end.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::common::{Emulator, Rung, levels};

/// How often a scan is killed in all.
const KILLS: u32 = 100;
/// Kills of one scan before it may end.
const OF_ONE: u32 = 8;

/// The moments, the same in each run (xorshift).
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below.max(1)
    }
}

fn results(assessment: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = assessment["findings"].as_array().unwrap().iter();
    all.map(|one| (text(&one["criterion"]), text(&one["subject"]["arn"]), text(&one["result"]))).collect()
}

fn stored(rung: &Rung, bundle: &str) -> Value {
    serde_json::from_slice(&std::fs::read(rung.path(bundle).join("assessment.json")).unwrap()).unwrap()
}

/// What goes on with the scan: nothing when its bundle is there and whole.
fn next<'a>(rung: &Rung, bundle: &'a str) -> Option<Vec<&'a str>> {
    if rung.path(bundle).exists() {
        rung.ok(&["verify", bundle]);
        return None;
    }
    match rung.path(&format!(".rung-unfinished-{bundle}")).join("scan.json").exists() {
        true => Some(vec!["scan", "--quiet", "--resume", bundle]),
        false => Some(vec!["scan", "--quiet", "--region", "us-east-1", "--bundle", bundle]),
    }
}

#[test]
fn at_a_hundred_random_moments() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    // Moments are spread over the time that a whole scan takes here, once the emulator is warm; nothing is asserted about it.
    let scan = |bundle: &str| {
        let began = Instant::now();
        rung.ok(&["scan", "--quiet", "--region", "us-east-1", "--bundle", bundle]);
        began.elapsed().as_millis() as u64
    };
    let whole = scan("calm").min(scan("warm"));
    let calm = stored(&rung, "calm");
    let (mut moments, mut kills, mut resumed, mut ended) = (Moments(0x9e37_79b9_7f4a_7c15), 0, 0, 0);
    for round in 0.. {
        let bundle = format!("b{round}");
        for _ in 0..OF_ONE.min(KILLS - kills) {
            let Some(args) = next(&rung, &bundle) else { break };
            resumed += u32::from(args.contains(&"--resume"));
            let mut scan = rung.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(moments.next(whole)));
            scan.kill().unwrap();
            scan.wait().unwrap();
            kills += 1;
        }
        if let Some(args) = next(&rung, &bundle) {
            rung.ok(&args);
            ended += 1;
        }
        rung.ok(&["verify", &bundle]);
        let after = stored(&rung, &bundle);
        assert_eq!(results(&after), results(&calm), "{bundle}");
        assert_eq!(levels(&after), levels(&calm));
        if kills == KILLS {
            break;
        }
    }
    // How many were still open after their last kill is up to the machine; that scans were cut off in their middle is not.
    assert!(resumed > 20, "{resumed} were gone on with, {ended} to the end");
}
