//! What an event may ask for: a schedule of the configuration, a scan with some of its flags; or, of a scan by many processes, its plan, one
//! of its shards, or its merge.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::flags;
use crate::{depot::Location, plain::plain};

const EXPECTED: &str = r#"expected {"schedule": "NAME"}, {"args": ["--region", "eu-central-1"]}, {"plan": {"out": "s3://BUCKET/PREFIX", "args": ["--org"]}}, {"plan": "s3://BUCKET/PREFIX", "shard": 0} or {"merge": {"plan": "s3://BUCKET/PREFIX"}}"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunEvent {
    schedule: Option<String>,
    args: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanEvent {
    plan: PlanAsked,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanAsked {
    out: String,
    run_id: Option<String>,
    calls: Option<String>,
    #[serde(default)]
    args: Vec<String>,
}

/// An item of `shards.json`, as it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShardEvent {
    plan: String,
    shard: usize,
    #[serde(default)]
    args: Vec<String>,
    #[serde(rename = "accounts")]
    _accounts: Option<u64>,
    #[serde(rename = "calls")]
    _calls: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeEvent {
    merge: MergeAsked,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeAsked {
    plan: String,
    lake: Option<String>,
    #[serde(default)]
    args: Vec<String>,
}

/// What is answered beside the exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The bundle and its levels.
    Bundle,
    /// What was planned there.
    Plan(Location),
    /// The shard's number.
    Shard(usize),
    /// What the merge of the plan there came to.
    Merged(Location),
}

/// The program's arguments for an event, and what is answered.
pub(super) fn asked(event: &Value) -> Result<(Vec<String>, Answer), String> {
    let has = |name: &str| event.get(name).is_some();
    match () {
        () if has("shard") => shard(read(event)?),
        () if has("plan") => plan(read::<PlanEvent>(event)?.plan),
        () if has("merge") => merge(read::<MergeEvent>(event)?.merge),
        () => run(read(event)?),
    }
}

fn read<T: DeserializeOwned>(event: &Value) -> Result<T, String> {
    T::deserialize(event).map_err(|error| format!("{}; {EXPECTED}", plain(&error.to_string())))
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

fn run(event: RunEvent) -> Result<(Vec<String>, Answer), String> {
    let arguments = match (event.schedule, event.args) {
        // One word, so that a name is never a flag.
        (Some(name), None) => [words(["schedule", "run", "--served"]), vec![format!("--once={name}")]].concat(),
        (None, Some(args)) => {
            flags::SCAN.check(&args)?;
            [words(["scan", "--served"]), args].concat()
        }
        _ => return Err(EXPECTED.to_owned()),
    };
    Ok((arguments, Answer::Bundle))
}

fn plan(asked: PlanAsked) -> Result<(Vec<String>, Answer), String> {
    flags::PLAN.check(&asked.args)?;
    let out = bucket(&asked.out)?;
    let calls = asked.calls.map(|calls| bucket(&calls).map(|_| format!("--calls={calls}"))).transpose()?;
    let run = asked.run_id.map(|run| format!("--run-id={run}"));
    let own = [Some(format!("--out={}", asked.out)), calls, run].into_iter().flatten().collect();
    Ok(([words(["plan"]), own, asked.args].concat(), Answer::Plan(out)))
}

fn shard(event: ShardEvent) -> Result<(Vec<String>, Answer), String> {
    flags::SHARD.check(&event.args)?;
    bucket(&event.plan)?;
    let own = vec![format!("--plan={}", event.plan), format!("--shard={}", event.shard)];
    Ok(([words(["scan", "--served"]), own, event.args].concat(), Answer::Shard(event.shard)))
}

fn merge(asked: MergeAsked) -> Result<(Vec<String>, Answer), String> {
    flags::MERGE.check(&asked.args)?;
    let place = bucket(&asked.plan)?;
    let lake = asked.lake.map(|lake| bucket(&lake).map(|_| format!("--lake={lake}"))).transpose()?;
    let own = [Some(asked.plan), lake].into_iter().flatten().collect();
    Ok(([words(["merge", "--quiet"]), own, asked.args].concat(), Answer::Merged(place)))
}

/// A place that all functions see.
fn bucket(named: &str) -> Result<Location, String> {
    match named.parse()? {
        Location::Folder(_) => Err(format!("\"{}\": expected s3://BUCKET/PREFIX; {EXPECTED}", plain(named))),
        bucket @ Location::Bucket { .. } => Ok(bucket),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(event: &Value) -> Result<Vec<String>, String> {
        asked(event).map(|(arguments, _)| arguments)
    }

    #[test]
    fn an_event_names_a_schedule_or_flags_of_a_scan() {
        let nightly = arguments(&json!({ "schedule": "nightly" })).unwrap();
        assert_eq!(nightly, ["schedule", "run", "--served", "--once=nightly"]);
        let args = json!({ "args": ["--region", "eu-central-1", "--fail-below=3", "--org"] });
        let scan = arguments(&args).unwrap();
        assert_eq!(scan, ["scan", "--served", "--region", "eu-central-1", "--fail-below=3", "--org"]);
        assert_eq!(arguments(&json!({ "args": [] })).unwrap(), ["scan", "--served"]);
    }

    #[test]
    fn an_event_is_a_plan_an_item_of_its_list_or_a_merge() {
        let (plan, answer) = asked(&json!({ "plan": {
            "out": "s3://our-scans/plans/1", "run_id": "run-1", "calls": "s3://our-scans/calls", "args": ["--org", "--region", "all"],
        } }))
        .unwrap();
        let words = [
            "plan",
            "--out=s3://our-scans/plans/1",
            "--calls=s3://our-scans/calls",
            "--run-id=run-1",
            "--org",
            "--region",
            "all",
        ];
        assert_eq!(
            (plan, answer),
            (words.map(str::to_owned).to_vec(), Answer::Plan(bucket("s3://our-scans/plans/1").unwrap()))
        );
        let item = json!({ "plan": "s3://our-scans/plans/1/", "shard": 7, "accounts": 12, "calls": 20_000 });
        let words = ["scan", "--served", "--plan=s3://our-scans/plans/1/", "--shard=7"].map(str::to_owned).to_vec();
        assert_eq!(asked(&item).unwrap(), (words, Answer::Shard(7)));
        let of = json!({ "plan": "s3://our-scans/plans/1", "lake": "s3://our-scans/lake", "args": ["--notify"] });
        let merge = arguments(&json!({ "merge": of })).unwrap();
        assert_eq!(merge, ["merge", "--quiet", "s3://our-scans/plans/1", "--lake=s3://our-scans/lake", "--notify"]);
    }

    #[test]
    fn what_is_neither_is_refused() {
        for event in [
            json!({}),
            json!([]),
            json!("nightly"),
            json!({ "schedule": "a", "args": [] }),
            json!({ "run": 1 }),
            json!({ "plan": "s3://our-scans/plans/1" }),
            json!({ "plan": { "out": "/etc" } }),
            json!({ "plan": "/etc", "shard": 1 }),
            json!({ "plan": "s3://our-scans/plans/1", "shard": -1 }),
            json!({ "merge": "s3://our-scans/plans/1" }),
            json!({ "merge": { "plan": "--bundle=/etc" } }),
            json!({ "merge": { "plan": "s3://our-scans/p", "lake": "/etc" } }),
            json!({ "merge": { "plan": "s3://our-scans/p" }, "schedule": "a" }),
        ] {
            assert!(arguments(&event).unwrap_err().contains("expected {\"schedule\""), "{event}");
        }
    }

    #[test]
    fn flags_that_read_or_write_files_or_choose_credentials_are_refused() {
        for args in [
            json!(["--bundle", "/etc"]),
            json!(["--output=/etc/x"]),
            json!(["-o", "x"]),
            json!(["--profile", "admin"]),
            json!(["--record", "x"]),
            json!(["--config=/proc/self/environ"]),
            json!(["--register", "/etc/shadow"]),
            json!(["--sign-key", "x"]),
            json!(["--region", "--bundle=/etc"]),
            json!(["--region"]),
            json!(["--demo=yes"]),
            json!(["stray"]),
            json!(["--"]),
        ] {
            let plan = "s3://our-scans/p";
            for event in [
                json!({ "args": args }),
                json!({ "plan": { "out": plan, "args": args } }),
                json!({ "plan": plan, "shard": 0, "args": args }),
                json!({ "merge": { "plan": plan, "args": args } }),
            ] {
                let why = arguments(&event).unwrap_err();
                assert!(why.contains("is not taken here"), "{event}: {why}");
            }
        }
    }
}
