//! What the script of a load test shows, line by line. What a file in the repository does, nobody sees here.

use super::words::{Mark, marks, sorted};

/// Words and options by which tools fail a run that misses its thresholds:
/// k6 and Artillery `thresholds`, Artillery `ensure`, Locust's exit codes and checks, Gatling's assertions, JMeter's duration
/// assertion and its Maven plugin's error rate, Taurus' pass/fail module, and jq, which can hold any tool's results against a number.
const THRESHOLDS: &[&str] = &[
    "thresholds",
    "ensure",
    "--exit-code-on-error",
    "LOCUST_EXIT_CODE_ON_ERROR",
    "process_exit_code",
    "--check-avg-response-time",
    "--check-fail-ratio",
    "--check-rps",
    "assertions",
    "DurationAssertion",
    "errorRateThresholdInPercent",
    "passfail",
    "jq -e",
    "jq --exit-status",
];
/// Options that take a tool's thresholds away.
const NO_THRESHOLDS: &[&str] = &["--no-thresholds", "--exit-code-on-error 0", "--exit-code-on-error=0"];
/// What follows `||` where a failure is to be ignored.
const SHRUGS: &[&str] = &["true", "/bin/true", ":", "exit 0"];
/// Words that speak of an earlier run.
const BASELINE: &[&str] = &["baseline", "baselines"];

/// Tools that a script calls. The name of a load test alone is none, and `hey` is one only where it is given something.
pub(super) fn tools(script: &str) -> Vec<&'static str> {
    sorted(lines(script).flat_map(tools_of_line).collect())
}

/// Whether it names thresholds that fail the run.
pub(super) fn has_thresholds(script: &str) -> bool {
    let mut kept = lines(script).filter(|line| !has(line, NO_THRESHOLDS));
    kept.any(|line| has(line, THRESHOLDS))
}

/// Whether it goes on when the tool fails.
pub(super) fn ignores_failure(script: &str) -> bool {
    lines(script).any(|line| {
        let shrugs = |after: &str| SHRUGS.iter().any(|shrug| after.trim_start().starts_with(shrug));
        let ignored = line.split("||").skip(1).any(shrugs) || has(line, NO_THRESHOLDS);
        ignored && !tools_of_line(line).is_empty()
    })
}

/// Whether it compares with a baseline.
pub(super) fn compares_baseline(script: &str) -> bool {
    lines(script).any(|line| has(line, BASELINE))
}

fn tools_of_line(line: &str) -> Vec<&'static str> {
    let called = |(mark, part): (Mark, &str)| match mark {
        Mark::Tool("load test") => None,
        Mark::Tool("hey") => calls_hey(line, part).then_some("hey"),
        Mark::Tool(tool) => Some(tool),
        _ => None,
    };
    marks(line).into_iter().filter_map(called).collect()
}

/// `hey -z 60s https://...` calls it, `echo hey` does not.
fn calls_hey(line: &str, hey: &str) -> bool {
    line.match_indices(hey).any(|(at, _)| {
        let after = line.get(at + hey.len()..).unwrap_or_default();
        after
            .strip_prefix(' ')
            .map(str::trim_start)
            .is_some_and(|after| after.starts_with('-') || after.starts_with("http"))
    })
}

/// Lines without comments.
fn lines(script: &str) -> impl Iterator<Item = &str> {
    script.lines().filter(|line| !line.trim_start_matches([' ', '\t', '-', '"', '\'']).starts_with('#'))
}

/// Whether one of the texts stands in the line and is no part of a longer word.
fn has(line: &str, texts: &[&str]) -> bool {
    let ends = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric() && sign != '-' && sign != '_');
    texts.iter().any(|text| {
        line.match_indices(text).any(|(at, _)| {
            let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at + text.len()..).unwrap_or_default());
            ends(before.chars().next_back()) && ends(after.chars().next())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_in_scripts() {
        assert_eq!(tools("build:\n  commands:\n    - k6 run s.js && locust -f l.py"), ["k6", "locust"]);
        assert_eq!(tools("- hey -z 60s https://shop.example"), ["hey"]);
        for script in ["- echo hey there", "- # k6 run s.js", "echo no load test yet", "- npm test", "# locust"] {
            assert!(tools(script).is_empty(), "{script}");
        }
    }

    #[test]
    fn thresholds() {
        for script in [
            "export const options = { thresholds: { http_req_duration: ['p(95)<500'] } };",
            "- locust --headless --check-fail-ratio 0.01",
            "- locust --headless --exit-code-on-error 1",
            "- vegeta report -type=json r.bin | jq -e '.latencies.p99 < 500'",
            "  ensure:",
            "setUp(scn).assertions(global.responseTime.max.lt(500))",
        ] {
            assert!(has_thresholds(script), "{script}");
        }
        for script in [
            "- k6 run --no-thresholds s.js",
            "- locust --exit-code-on-error 0",
            "# thresholds",
            "- ./ensure-tools.sh",
            "- k6 run s.js",
        ] {
            assert!(!has_thresholds(script), "{script}");
        }
    }

    #[test]
    fn failures_that_are_ignored() {
        for script in ["- k6 run s.js || true", "k6 run s.js ||:", "- k6 run --no-thresholds s.js"] {
            assert!(ignores_failure(script), "{script}");
        }
        for script in [
            "- k6 run s.js",
            "- rm -f x || true\n- k6 run s.js",
            "- k6 run s.js || exit 1",
            "set +e\nk6 run s.js\nexit $?",
        ] {
            assert!(!ignores_failure(script), "{script}");
        }
    }

    #[test]
    fn baselines() {
        assert!(compares_baseline("- ./compare.py results.json baseline.json"));
        assert!(!compares_baseline("# baseline\n- k6 run mybaselines2.js"));
    }

    #[test]
    fn any_script_is_read() {
        let good = "phases:\n  build:\n    commands:\n      - k6 run --no-thresholds \"$X\" || true # baseline\n\
            \x20     - hey -n 10 https://x.example/ÄİZ";
        for text in crate::hostile::changed_text(good, 3_000) {
            let named = marks(&text);
            // What is found stands in the text.
            assert!(named.iter().all(|(_, part)| text.contains(part)));
            let _ = (tools(&text), has_thresholds(&text), ignores_failure(&text), compares_baseline(&text));
        }
    }
}
