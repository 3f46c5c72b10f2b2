//! WAF-PERF-060 Load Tests: what tests load and when it ran, what stands before production, and chaos experiments.

mod found;
mod pipelines;
mod script;
pub(crate) mod words;

use std::{collections::BTreeSet, sync::Arc};

use futures::future::join;
use rung_rules::{
    facts::{Experiment, Kind, LoadTest, LoadTestRunner, RegionalDelivery},
    model::{Evidence, GapId, Observed, Unseen},
};

use crate::{
    Collected, at_once,
    aws::{Listing, Place},
    calls::{codebuild, eventbridge, fis, scheduler},
    metrics::{Ask, Metrics},
};
use found::Candidate;
pub(crate) use found::{Found, found};
use pipelines::Pipelines;

/// Rules whose targets are read at once.
const AT_ONCE: usize = 16;

/// No metric decides.
pub(crate) async fn ask_metrics(_place: &Place, _ask: &Ask) {}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, _metrics: &Metrics) -> Collected {
    of_place(place).await
}

async fn of_place(place: &Place) -> Collected {
    if place.is_global() {
        return Collected::default();
    }
    let (found, pipelines, experiments, templates) =
        futures::join!(found(place), pipelines::read(place), fis::experiments(place), fis::templates(place));
    let mut collected = Collected::default();
    collected.evidence.extend(load_tests(place, &found, &pipelines).await);
    collected.evidence.extend(pipelines.evidence(place, &found));
    collected.evidence.extend(experiments.items.iter().map(|one| experiment(place, one, &experiments)));
    collected.evidence.push(searched(place, &found, &pipelines, &templates));
    let of_lists = [found.projects.gap, found.machines.gap, found.stacks.gap];
    let of_tests: BTreeSet<GapId> = of_lists.into_iter().flatten().chain(pipelines.gaps()).collect();
    let unseen = |kind, gap| Unseen { kind, account: place.account.clone(), region: place.region.clone(), gap };
    collected.unseen.extend(of_tests.into_iter().map(|gap| unseen(Kind::LoadTest, gap)));
    collected.unseen.extend(place.unseen(Kind::Pipeline, &pipelines.names));
    collected.unseen.extend(place.unseen(Kind::Experiment, &experiments));
    collected
}

async fn load_tests(place: &Place, found: &Found, pipelines: &Pipelines) -> Vec<Evidence> {
    let of_actions = pipelines.tests(place, found).await;
    let tests: Vec<&Candidate> = found.tests.iter().chain(&of_actions).collect();
    if tests.is_empty() {
        return Vec::new();
    }
    let reported = tests.iter().any(|test| !test.report_groups.is_empty());
    let groups = async { if reported { Some(codebuild::report_groups(place).await) } else { None } };
    let (started, groups) = join(on_schedule(place), groups).await;
    let evidence = tests.into_iter().map(|test| {
        let facts = load_test(place, found, pipelines, test, &started, groups.as_deref());
        Evidence { subject: place.subject(test.arn.clone(), Some(&test.name), test.tags.clone()), facts: facts.into() }
    });
    evidence.collect()
}

fn load_test(
    place: &Place,
    found: &Found,
    pipelines: &Pipelines,
    test: &Candidate,
    started: &Listing<Arc<str>>,
    groups: Option<&Listing<Arc<str>>>,
) -> LoadTest {
    // Of what only a stack stands for, nothing is seen.
    let unseen = test.runs.gap.filter(|_| test.runner == LoadTestRunner::SolutionStack);
    let shows = |what: fn(&str) -> bool| match unseen {
        Some(gap) => Observed::unknown(gap),
        None => Observed::known(test.script.as_deref().map(what), test.from),
    };
    let mut started_as = test.started_as.clone();
    started_as.extend(pipelines.that_run(place, found, test));
    let starts = |target: &str| started_as.iter().any(|arn| is_of(target, arn));
    let kept = |groups: &Listing<Arc<str>>| groups.any(|group| test.report_groups.contains(group));
    LoadTest {
        runner: test.runner,
        tools: test.tools.iter().map(|tool| (*tool).to_owned()).collect(),
        last_run: test.runs.find(|run| Some(run.start)),
        thresholds: shows(script::has_thresholds),
        ignores_failure: shows(script::ignores_failure),
        compares_baseline: shows(script::compares_baseline),
        reports: match (groups.filter(|_| !test.report_groups.is_empty()), test.runs.gap) {
            (Some(groups), _) => kept(groups),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) => Observed::known(false, test.runs.from),
        },
        scheduled: match (started.any(|target| starts(target)), unseen.or(pipelines.gaps().next())) {
            (Observed::Known { value: false, .. }, Some(gap)) => Observed::unknown(gap),
            (scheduled, _) => scheduled,
        },
    }
}

/// Whether an ARN is this resource's, or a version's or alias' of it.
fn is_of(target: &str, arn: &str) -> bool {
    target.strip_prefix(arn).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// ARNs of what enabled schedules start.
async fn on_schedule(place: &Place) -> Listing<Arc<str>> {
    let (rules, scheduled) = join(eventbridge::rules(place), scheduler::targets(place)).await;
    let timed = rules.items.iter().filter(|rule| rule.enabled && !rule.schedule.is_empty());
    let targets = at_once(AT_ONCE, timed.map(|rule| eventbridge::targets(place, &rule.name))).await;
    let mut all = (*scheduled).clone();
    all.gap = all.gap.or(rules.gap);
    for of_rule in targets {
        all.items.extend(of_rule.items.iter().cloned());
        all.gap = all.gap.or(of_rule.gap);
    }
    all
}

fn experiment(place: &Place, one: &fis::Experiment, list: &Listing<fis::Experiment>) -> Evidence {
    let call = &fis::LIST_EXPERIMENTS;
    let facts = Experiment {
        status: place.reported(one.status.as_deref().map(str::to_owned), list.from, call, "state"),
        created_at: place.reported(one.created, list.from, call, "creationTime"),
    };
    let arn = one.arn.clone().unwrap_or_else(|| place.arn("fis", &format!("experiment/{}", one.id)));
    Evidence { subject: place.subject(arn, Some(&one.id), one.tags.clone()), facts: facts.into() }
}

fn searched(place: &Place, found: &Found, pipelines: &Pipelines, templates: &Listing<Arc<str>>) -> Evidence {
    let facts = RegionalDelivery {
        build_projects: found.projects.count(|_| true),
        state_machines: found.machines.count(|_| true),
        stacks: found.stacks.count(|_| true),
        pipelines: pipelines.names.count(|_| true),
        experiment_templates: templates.count(|_| true),
    };
    Evidence {
        subject: place.subject(place.arn("rung", "delivery"), Some("delivery"), Default::default()),
        facts: facts.into(),
    }
}

#[cfg(test)]
mod tests;
