//! What names say of load tests, environments and deployments: AWS has no word for them. Every word stands here.
//!
//! Only whole words count: `heyday` and `upload-test` are no load tests. Words end at signs and where capitals begin.

/// What a word of a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// A tool that tests load, by its common name.
    Tool(&'static str),
    /// Production.
    Production,
    /// An environment before production.
    Before,
    /// A deployment.
    Deployment,
}

/// The name of AWS's solution.
pub(super) const SOLUTION: &str = "distributed load testing";

/// Sequences of words and what they say, the longer ones first.
const PHRASES: &[(&[&str], Mark)] = &[
    // The state machine of AWS's solution.
    (&["task", "runner", "step"], Mark::Tool(SOLUTION)),
    (&["distributed", "load", "testing"], Mark::Tool(SOLUTION)),
    (&["distributedloadtesting"], Mark::Tool(SOLUTION)),
    (&["load", "test"], Mark::Tool("load test")),
    (&["load", "tests"], Mark::Tool("load test")),
    (&["load", "testing"], Mark::Tool("load test")),
    (&["loadtest"], Mark::Tool("load test")),
    (&["loadtests"], Mark::Tool("load test")),
    (&["loadtesting"], Mark::Tool("load test")),
    (&["artillery"], Mark::Tool("artillery")),
    (&["artilleryio"], Mark::Tool("artillery")),
    (&["gatling"], Mark::Tool("gatling")),
    (&["hey"], Mark::Tool("hey")),
    (&["jmeter"], Mark::Tool("jmeter")),
    (&["k6"], Mark::Tool("k6")),
    (&["locust"], Mark::Tool("locust")),
    (&["locustfile"], Mark::Tool("locust")),
    (&["locustio"], Mark::Tool("locust")),
    (&["vegeta"], Mark::Tool("vegeta")),
    (&["wrk"], Mark::Tool("wrk")),
    (&["wrk2"], Mark::Tool("wrk")),
    (&["pre", "prod"], Mark::Before),
    (&["pre", "production"], Mark::Before),
    (&["non", "prod"], Mark::Before),
    (&["non", "production"], Mark::Before),
    (&["preprod"], Mark::Before),
    (&["nonprod"], Mark::Before),
    (&["staging"], Mark::Before),
    (&["stage"], Mark::Before),
    (&["stg"], Mark::Before),
    (&["dev"], Mark::Before),
    (&["development"], Mark::Before),
    (&["test"], Mark::Before),
    (&["testing"], Mark::Before),
    (&["qa"], Mark::Before),
    (&["uat"], Mark::Before),
    (&["sandbox"], Mark::Before),
    (&["preview"], Mark::Before),
    (&["integration"], Mark::Before),
    (&["alpha"], Mark::Before),
    (&["beta"], Mark::Before),
    (&["gamma"], Mark::Before),
    (&["prod"], Mark::Production),
    (&["production"], Mark::Production),
    (&["live"], Mark::Production),
    (&["deploy"], Mark::Deployment),
    (&["deployment"], Mark::Deployment),
    (&["release"], Mark::Deployment),
    (&["rollout"], Mark::Deployment),
];

/// What a name says, with the part of it that does.
pub(crate) fn marks(name: &str) -> Vec<(Mark, &str)> {
    let words = words(name);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = words.get(at..).filter(|rest| !rest.is_empty()) {
        let said = PHRASES.iter().find(|(phrase, _)| begins_with(rest, phrase));
        if let Some((phrase, mark)) = said {
            let (first, last) = (rest.first(), rest.get(phrase.len() - 1));
            let part = first.zip(last).and_then(|(first, last)| name.get(first.0..last.0 + last.1.len()));
            found.extend(part.map(|part| (*mark, part)));
        }
        at += said.map_or(1, |(phrase, _)| phrase.len());
    }
    found
}

/// Tools that a name says it runs, in the order of the alphabet.
pub(super) fn tools(name: &str) -> Vec<&'static str> {
    let tool = |(mark, _)| match mark {
        Mark::Tool(tool) => Some(tool),
        _ => None,
    };
    sorted(marks(name).into_iter().filter_map(tool).collect())
}

/// Whether a name says production; nothing where it says nothing about where it belongs.
pub(super) fn production(name: &str) -> Option<bool> {
    let marks = marks(name);
    let says = |wanted| marks.iter().any(|(mark, _)| *mark == wanted);
    if says(Mark::Production) { Some(true) } else { says(Mark::Before).then_some(false) }
}

/// Whether a name says that something is deployed.
pub(super) fn deploys(name: &str) -> bool {
    marks(name).iter().any(|(mark, _)| *mark == Mark::Deployment)
}

pub(super) fn sorted<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort();
    all.dedup();
    all
}

fn begins_with(words: &[(usize, &str)], phrase: &[&str]) -> bool {
    let same = |((_, word), wanted): (&(usize, &str), &&str)| word.eq_ignore_ascii_case(wanted);
    words.len() >= phrase.len() && words.iter().zip(phrase).all(same)
}

/// The words of a name and where they begin: `RunK6-loadTest` has `Run`, `K6`, `load` and `Test`.
fn words(name: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut begin = None;
    let mut before = ' ';
    for (at, sign) in name.char_indices() {
        let goes_on = sign.is_alphanumeric() && (before.is_uppercase() || !sign.is_uppercase());
        if !goes_on {
            words.extend(begin.take().and_then(|from| Some((from, name.get(from..at)?))));
        }
        if sign.is_alphanumeric() && begin.is_none() {
            begin = Some(at);
        }
        before = sign;
    }
    words.extend(begin.and_then(|from| Some((from, name.get(from..)?))));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_whole_words() {
        for (name, expected) in [
            ("checkout-k6", "k6"),
            ("RunK6", "k6"),
            ("k6Smoke", "k6"),
            ("public.ecr.aws/grafana/K6:1.3", "k6"),
            ("justb4/jmeter:5.5", "jmeter"),
            ("shop_JMeter", "jmeter"),
            ("gatlingRun", "gatling"),
            ("nightly-LoadTest", "load test"),
            ("load_testing", "load test"),
            ("loadtest-shop", "load test"),
            ("(SO0062) - Distributed Load Testing on AWS", SOLUTION),
            ("distributed-load-testing-on-aws", SOLUTION),
            ("DLTStepFunctionTaskRunnerStepFunctions8A9B0C1D-Xy1", SOLUTION),
            ("wrk2", "wrk"),
            ("say.hey", "hey"),
        ] {
            assert_eq!(tools(name), [expected], "{name}");
        }
        for name in
            ["heyday", "work", "upload-test", "payload-testing", "jmeters", "k64", "network6", "load-balancer-test"]
        {
            assert!(tools(name).is_empty(), "{name}");
        }
        assert_eq!(tools("locust-and-k6 locust"), ["k6", "locust"]);
    }

    #[test]
    fn environments() {
        for name in ["Prod", "DeployProduction", "web-live", "staging-to-prod", "PROD"] {
            assert_eq!(production(name), Some(true), "{name}");
        }
        for name in ["Staging", "pre-prod", "PreProd", "non_production", "deploy-dev", "QA"] {
            assert_eq!(production(name), Some(false), "{name}");
        }
        for name in ["product-catalog", "Deploy", "delivery", "alive", "LoadTest"] {
            assert_eq!(production(name), None, "{name}");
        }
    }

    #[test]
    fn the_part_that_says_it() {
        let parts = |name| marks(name).into_iter().map(|(_, part)| part.to_owned()).collect::<Vec<_>>();
        assert_eq!(parts("acme-Load-Test-preProd.x_RunK6"), ["Load-Test", "preProd", "K6"]);
        assert_eq!(parts("übung-k6"), ["k6"]);
    }
}
