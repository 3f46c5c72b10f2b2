//! Scans that AWS Lambda asks for: the container's program answers Lambda's Runtime API and starts a scan for each event.
//!
//! The scan is this very program as a process of its own, started by a list of arguments, as `rung serve` does; only /tmp can be
//! written to. Lambda ends everything at its limit, so the scan is told to end before: it writes what it saw, and the run counts as
//! failed. A run fails where the scan did: then Lambda counts it, and keeps the event as a dead letter.

mod event;
mod flags;
mod process;

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    place::Place,
    plain::plain,
    shards::{Merged, ShardPlan},
};
use event::Answer;
use process::{Ended, Places};

/// What is left for writing the bundle once a scan is told to end.
const SPARE: Duration = Duration::from_secs(90);
/// What the Runtime API needs.
const NEEDED: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Answers events until Lambda ends the process.
pub async fn serve() -> Result<(), Failure> {
    if let Some(missing) = NEEDED.iter().find(|name| std::env::var_os(name).is_none()) {
        let words = "is not set: `rung lambda` runs inside AWS Lambda, which sets it; elsewhere use `rung scan`";
        return Err(Failure::usage(format!("{missing} {words}")));
    }
    let handler = |event: LambdaEvent<Value>| async move { answer(event).await.map_err(|why| diagnostic(&why)) };
    lambda_runtime::run(service_fn(handler))
        .await
        .map_err(|error| Failure::usage(format!("Lambda's Runtime API: {}", plain(&error.to_string()))))
}

fn diagnostic(why: &str) -> Diagnostic {
    Diagnostic { error_type: "rung".to_owned(), error_message: why.to_owned() }
}

/// Runs what an event asks for.
async fn answer(event: LambdaEvent<Value>) -> Result<Value, String> {
    let (arguments, answer) = event::asked(&event.payload)?;
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let places = Places::below(&std::env::temp_dir());
    let there = places.bundles();
    let ended = process::run(&arguments, &places, left.saturating_sub(SPARE)).await?;
    let message = |failure: Failure| failure.message;
    match answer {
        Answer::Bundle => told(&ended, places.newest(&there)),
        Answer::Shard(shard) => {
            let code = of_result(&ended, None)?;
            Ok(json!({ "exit": code, "shard": shard }))
        }
        Answer::Plan(out) => {
            of_result(&ended, None)?;
            let place = Place::open(&out).await.map_err(message)?;
            Ok(ShardPlan::read(&place).await.map_err(message)?.told(&place))
        }
        Answer::Merged(plan) => {
            of_result(&ended, None)?;
            // The bundle is in its bucket: here it would only fill /tmp of a function that lives on.
            if in_bucket().is_some() {
                places.empty();
            }
            let place = Place::open(&plan).await.map_err(message)?;
            Merged::read(&place).await.map_err(message)
        }
    }
}

/// The answer; an error where the scan failed.
fn told(ended: &Ended, bundle: Option<PathBuf>) -> Result<Value, String> {
    let place = bundle.as_deref().map(shown);
    let code = of_result(ended, place.as_deref())?;
    let levels = bundle.as_deref().map(process::levels).transpose().map_err(|failure| failure.message)?;
    Ok(json!({ "exit": code, "bundle": place, "levels": levels }))
}

/// The exit code of what is a result; an error for what is none.
fn of_result(ended: &Ended, bundle: Option<&str>) -> Result<i32, String> {
    match ended.code {
        Some(code @ (0 | 1)) => Ok(code),
        _ => Err(failed(ended, bundle)),
    }
}

fn failed(ended: &Ended, bundle: Option<&str>) -> String {
    let why = match (ended.stopped, ended.code) {
        (true, _) => {
            "the scan did not end within Lambda's limit and was told to stop: `rung schedule print ecs` has none"
                .to_owned()
        }
        (false, Some(code)) => format!("the scan ended with exit code {code}"),
        (false, None) => "the scan was ended by a signal".to_owned(),
    };
    let seen = bundle.map(|bundle| format!("; what it saw is in {bundle}")).unwrap_or_default();
    let said = ended.lines.iter().map(|line| format!("\n{line}")).collect::<String>();
    format!("{why}{seen}{said}")
}

/// The bucket of the bundles, where they go into one.
fn in_bucket() -> Option<String> {
    std::env::var("RUNG_SCANS").ok().filter(|scans| scans.starts_with("s3://"))
}

/// Where a bundle lies for others: in the bucket, where there is one.
fn shown(bundle: &std::path::Path) -> String {
    let name = bundle.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match in_bucket() {
        Some(scans) => format!("{}/{name}", scans.trim_end_matches('/')),
        None => bundle.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: Option<i32>, stopped: bool) -> Ended {
        Ended { code, stopped, lines: vec!["error: no credentials".to_owned()] }
    }

    #[test]
    fn a_run_fails_where_the_scan_did() {
        for code in [0, 1] {
            assert_eq!(told(&ended(Some(code), false), None).unwrap()["exit"], code);
        }
        for code in [2, 3, 4, 101, 130] {
            let why = told(&ended(Some(code), false), None).unwrap_err();
            assert_eq!(why, format!("the scan ended with exit code {code}\nerror: no credentials"));
        }
        assert!(told(&ended(None, false), None).unwrap_err().contains("signal"));
        assert!(failed(&ended(Some(130), true), Some("s3://b/1")).contains("Lambda's limit"));
        assert!(failed(&ended(Some(130), true), Some("s3://b/1")).contains("what it saw is in s3://b/1"));
    }
}
