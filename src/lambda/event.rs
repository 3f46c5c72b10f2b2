//! What an event may ask for: a schedule of the configuration, or a scan with some of its flags.
//!
//! Whoever may invoke the function chooses what is scanned, not where files are written, which files are read, or where credentials come
//! from: other flags are refused.

use serde::Deserialize;
use serde_json::Value;

use crate::plain::plain;

const EXPECTED: &str = r#"expected {"schedule": "NAME"} or {"args": ["--region", "eu-central-1"]}"#;
/// Flags of `rung scan` that stand alone.
const ALONE: [&str; 5] = ["--demo", "--org", "--sql-digests", "--require-complete", "--quiet"];
/// Flags of `rung scan` with a value.
const WITH_VALUE: [&str; 15] = [
    "--region",
    "--org-unit",
    "--org-tag",
    "--exclude",
    "--role-name",
    "--external-id",
    "--session-name",
    "--session-tag",
    "--via",
    "--metrics",
    "--max-calls",
    "--max-cost",
    "--fail-below",
    "--concurrency",
    "--max-attempts",
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    schedule: Option<String>,
    args: Option<Vec<String>>,
}

/// The program's arguments for an event.
pub(super) fn arguments(event: &Value) -> Result<Vec<String>, String> {
    let event = Event::deserialize(event).map_err(|error| format!("{}; {EXPECTED}", plain(&error.to_string())))?;
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match (event.schedule, event.args) {
        (Some(name), None) => {
            // One word, so that a name is never a flag.
            let once = format!("--once={name}");
            Ok([words(&["schedule", "run", "--served"]), vec![once]].concat())
        }
        (None, Some(args)) => {
            check(&args)?;
            Ok([words(&["scan", "--served"]), args].concat())
        }
        _ => Err(EXPECTED.to_owned()),
    }
}

fn check(args: &[String]) -> Result<(), String> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (flag, value) = arg.split_once('=').map_or((arg.as_str(), None), |(flag, value)| (flag, Some(value)));
        let fits = match value {
            _ if WITH_VALUE.contains(&flag) => {
                value.is_some() || args.next().is_some_and(|value| !value.starts_with('-'))
            }
            None => ALONE.contains(&flag),
            Some(_) => false,
        };
        if !fits {
            let known: Vec<_> = ALONE.iter().chain(&WITH_VALUE).copied().collect();
            return Err(format!(
                "args: \"{}\" is not taken here: expected flags of `rung scan` with their values, of these: {}",
                plain(arg),
                known.join(", ")
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
    fn what_is_neither_is_refused() {
        for event in
            [json!({}), json!([]), json!("nightly"), json!({ "schedule": "a", "args": [] }), json!({ "run": 1 })]
        {
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
            let why = arguments(&json!({ "args": args })).unwrap_err();
            assert!(why.contains("is not taken here"), "{args}: {why}");
        }
    }
}
