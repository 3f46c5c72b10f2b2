//! How the operations about delivery and automation are tried: builds, pipelines, deployments, stacks, schedules.

use super::tries::{MadeUp, Try, found, list, of_one};
use crate::calls::{cloudformation, codebuild, codedeploy, codepipeline, config, eventbridge, fis, scheduler, sfn};

pub(super) static TRIES: &[Try] = &[
    list!(codebuild::LIST_PROJECTS, Region, |clients| clients.codebuild().list_projects(), |page| {
        found(page.projects.unwrap_or_default(), page.next_token.as_deref())
    }),
    // What is not there is named in the answer: no error.
    of_one!(codebuild::BATCH_GET_PROJECTS, Region, codebuild::LIST_PROJECTS, MadeUp::Name, |clients, project| {
        clients.codebuild().batch_get_projects().names(project)
    }),
    of_one!(
        codebuild::LIST_BUILDS_FOR_PROJECT,
        Region,
        codebuild::LIST_PROJECTS,
        MadeUp::Name,
        |clients, project| clients.codebuild().list_builds_for_project().project_name(project),
        |page| found(page.ids.unwrap_or_default(), page.next_token.as_deref())
    ),
    of_one!(
        codebuild::BATCH_GET_BUILDS,
        Region,
        codebuild::LIST_BUILDS_FOR_PROJECT,
        MadeUp::Id("rung-preflight:00000000-0000-0000-0000-000000000000"),
        |clients, build| clients.codebuild().batch_get_builds().ids(build)
    ),
    list!(codebuild::LIST_REPORT_GROUPS, Region, |clients| clients.codebuild().list_report_groups().max_results(1)),
    list!(codedeploy::LIST_APPLICATIONS, Region, |clients| clients.codedeploy().list_applications(), |page| {
        found(page.applications.unwrap_or_default(), page.next_token.as_deref())
    }),
    of_one!(
        codedeploy::LIST_DEPLOYMENT_GROUPS,
        Region,
        codedeploy::LIST_APPLICATIONS,
        MadeUp::Name,
        |clients, application| clients.codedeploy().list_deployment_groups().application_name(application),
        |page| found(page.deployment_groups.unwrap_or_default(), page.next_token.as_deref())
    ),
    // A name that no group has is no error where the application is there.
    of_one!(
        codedeploy::BATCH_GET_DEPLOYMENT_GROUPS,
        Region,
        codedeploy::LIST_APPLICATIONS,
        MadeUp::Name,
        |clients, application| {
            let request = clients.codedeploy().batch_get_deployment_groups().application_name(application);
            request.deployment_group_names("rung-preflight")
        }
    ),
    list!(
        codepipeline::LIST_PIPELINES,
        Region,
        |clients| clients.codepipeline().list_pipelines().max_results(1),
        |page| {
            let pipelines = page.pipelines.unwrap_or_default().into_iter();
            found(pipelines.filter_map(|one| one.name), page.next_token.as_deref())
        }
    ),
    of_one!(codepipeline::GET_PIPELINE, Region, codepipeline::LIST_PIPELINES, MadeUp::Name, |clients, pipeline| {
        clients.codepipeline().get_pipeline().name(pipeline)
    }),
    of_one!(
        codepipeline::LIST_PIPELINE_EXECUTIONS,
        Region,
        codepipeline::LIST_PIPELINES,
        MadeUp::Name,
        |clients, pipeline| clients.codepipeline().list_pipeline_executions().pipeline_name(pipeline).max_results(1)
    ),
    list!(cloudformation::DESCRIBE_STACKS, Region, |clients| clients.cloudformation().describe_stacks()),
    list!(eventbridge::LIST_RULES, Region, |clients| clients.eventbridge().list_rules().limit(1), |page| {
        let rules = page.rules.unwrap_or_default().into_iter();
        found(rules.filter_map(|one| one.name), page.next_token.as_deref())
    }),
    of_one!(eventbridge::LIST_TARGETS_BY_RULE, Region, eventbridge::LIST_RULES, MadeUp::Name, |clients, rule| {
        clients.eventbridge().list_targets_by_rule().rule(rule).limit(1)
    }),
    list!(scheduler::LIST_SCHEDULES, Region, |clients| clients.scheduler().list_schedules().max_results(1)),
    list!(sfn::LIST_STATE_MACHINES, Region, |clients| clients.sfn().list_state_machines().max_results(1), |page| {
        found(page.state_machines.into_iter().map(|one| one.state_machine_arn), page.next_token.as_deref())
    }),
    of_one!(
        sfn::LIST_EXECUTIONS,
        Region,
        sfn::LIST_STATE_MACHINES,
        MadeUp::Arn("states", "stateMachine:rung-preflight"),
        |clients, machine| clients.sfn().list_executions().state_machine_arn(machine).max_results(1)
    ),
    list!(fis::LIST_EXPERIMENTS, Region, |clients| clients.fis().list_experiments().max_results(1)),
    list!(fis::LIST_EXPERIMENT_TEMPLATES, Region, |clients| clients.fis().list_experiment_templates().max_results(1)),
    list!(config::DESCRIBE_CONFIG_RULES, Region, |clients| clients.config_rules().describe_config_rules()),
];
