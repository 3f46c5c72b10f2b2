//! Steps of pipelines and builds that validate sizes before anything is deployed. AWS has no word for them: they are
//! recognised by what they are called and what they call, and every word for that stands here.

use rung_rules::model::Observed;

use crate::{
    at_once,
    aws::{Place, Read},
    calls::{
        codebuild,
        codepipeline::{self, Pipeline, Stage},
    },
};

/// A name or a command with one of these compares sizes, or their cost. As with [`SIZES`], only letters and digits count:
/// `right-sizing`, `Right_Size` and `rightsize` are one.
const SIZING: &[&str] = &["computeoptimizer", "infracost", "rightsiz"];
/// What sizes are called. In a name it is enough; in a command only beside one of [`POLICY_TOOLS`], because whoever starts
/// an instance names its type too.
const SIZES: &[&str] = &["instancesize", "instancetype", "machinetype"];
/// Tools that hold templates and plans against policies, as whole words.
const POLICY_TOOLS: &[&str] =
    &["cfn-guard", "checkov", "conftest", "custodian", "kics", "opa", "regula", "sentinel", "terrascan", "tfsec"];
/// Categories of actions that run something. Sources, deployments and approvals validate nothing by themselves.
const RUNNING: &[&str] = &["Build", "Compute", "Invoke", "Test"];
/// Pipelines read at once.
const AT_ONCE: usize = 16;

/// Whether a build project or a step of a pipeline validates sizes. One that is seen is enough.
pub(super) async fn in_pipelines(place: &Place) -> Observed<bool> {
    let (projects, names) = futures::join!(codebuild::projects(place), codepipeline::names(place));
    let of_project = |project: &codebuild::Project| {
        names_sizes(&project.name) || project.buildspec.as_deref().is_some_and(checks_sizes)
    };
    let in_projects = projects.any(of_project);
    if in_projects.value() == Some(&true) {
        return in_projects;
    }
    let mut seen = in_projects;
    let pipelines = names.items.iter().map(|name| codepipeline::pipeline(place, name));
    for pipeline in at_once(AT_ONCE, pipelines).await {
        match &*pipeline {
            Read::Known { value: Some(pipeline), from } if validates(pipeline) => return Observed::known(true, *from),
            Read::Known { .. } => {}
            Read::Unknown { gap } => seen = Observed::unknown(*gap),
        }
    }
    names.gap.map_or(seen, Observed::unknown)
}

fn validates(pipeline: &Pipeline) -> bool {
    pipeline.stages.iter().any(of_stage)
}

fn of_stage(stage: &Stage) -> bool {
    let mut running = stage.actions.iter().filter(|action| RUNNING.contains(&&*action.category));
    running.any(|action| {
        let called = action.targets.values().chain([&action.name, &stage.name]).any(|name| names_sizes(name));
        called || action.commands.iter().any(|command| checks_sizes(command))
    })
}

fn names_sizes(name: &str) -> bool {
    let name = plain(name);
    SIZING.iter().chain(SIZES).any(|word| name.contains(word))
}

/// Whether a line of a script does; comments do nothing.
fn checks_sizes(script: &str) -> bool {
    script.lines().filter(|line| !line.trim_start_matches([' ', '\t', '-', '"', '\'']).starts_with('#')).any(|line| {
        let letters = plain(line);
        let with_policy = || {
            let mut words = line.split(|sign: char| !sign.is_alphanumeric() && sign != '-');
            words.any(|word| POLICY_TOOLS.contains(&word.to_ascii_lowercase().as_str()))
        };
        let has = |words: &[&str]| words.iter().any(|word| letters.contains(word));
        has(SIZING) || has(SIZES) && with_policy()
    })
}

fn plain(text: &str) -> String {
    text.chars().filter(|sign| sign.is_ascii_alphanumeric()).map(|sign| sign.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in
            ["right-sizing", "RightSize-check", "infracost", "validate_instance_types", "Compute Optimizer gate"]
        {
            assert!(names_sizes(name), "{name}");
        }
        for name in ["unit-tests", "resize-images", "cost-report", "instance-refresh", "optimizer"] {
            assert!(!names_sizes(name), "{name}");
        }
    }

    #[test]
    fn scripts() {
        for script in [
            "version: 0.2\nphases:\n  build:\n    commands:\n      - infracost diff --path plan.json\n",
            "aws compute-optimizer get-ec2-instance-recommendations",
            "- conftest test plan.json --policy policy/instance_type.rego",
            "/usr/local/bin/opa eval -d instance-types.rego",
            "\"cfn-guard validate --rules allowed-instance-types.guard\"",
        ] {
            assert!(checks_sizes(script), "{script}");
        }
        for script in [
            "- checkov -d .",
            "- aws ec2 run-instances --instance-type m7g.large",
            "- # infracost diff, once we have a key",
            "- checkov -d .\n- aws ec2 run-instances --instance-type m7g.large",
            "- echo opaque instance type",
        ] {
            assert!(!checks_sizes(script), "{script}");
        }
    }
}
