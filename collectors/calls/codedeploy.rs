//! CodeDeploy: deployment groups, and what stops and rolls back their deployments.

use std::sync::Arc;

use aws_sdk_codedeploy::{
    operation::batch_get_deployment_groups::BatchGetDeploymentGroupsOutput,
    types::{AutoRollbackEvent, ComputePlatform, DeploymentGroupInfo},
};
use rung_rules::{
    facts::Deployer,
    model::{GapId, SourceId},
};

use super::{Call, call};
use crate::{
    at_once,
    aws::{Listing, Place, Read, drain, drain_unless_absent, once},
};

call!(LIST_APPLICATIONS, "codedeploy", "CodeDeploy", "ListApplications", "applications of CodeDeploy");
call!(
    LIST_DEPLOYMENT_GROUPS,
    "codedeploy",
    "CodeDeploy",
    "ListDeploymentGroups",
    "deployment groups of an application"
);
call!(
    BATCH_GET_DEPLOYMENT_GROUPS,
    "codedeploy",
    "CodeDeploy",
    "BatchGetDeploymentGroups",
    "deployment groups: alarms that stop a deployment, roll-back"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_APPLICATIONS, &LIST_DEPLOYMENT_GROUPS, &BATCH_GET_DEPLOYMENT_GROUPS];

/// Groups that one BatchGetDeploymentGroups takes.
const GROUPS_PER_CALL: usize = 100;
/// Applications, and batches of an application's groups, under way at once.
const AT_ONCE: usize = 8;

/// A deployment group, as `BatchGetDeploymentGroups` shows it.
#[derive(Clone, Debug)]
pub struct DeploymentGroup {
    /// `applicationName`.
    pub application: Arc<str>,
    /// `deploymentGroupName`.
    pub name: Arc<str>,
    /// `computePlatform`.
    pub deployer: Option<Deployer>,
    /// `alarmConfiguration.alarms`; none where that is not enabled.
    pub alarms: Vec<Arc<str>>,
    /// Whether `autoRollbackConfiguration` is enabled with `DEPLOYMENT_STOP_ON_ALARM`.
    pub rolls_back: bool,
    /// The answer it was read from.
    pub from: SourceId,
}

/// Every deployment group of the place; a gap of any of the three operations is a gap of the list.
pub async fn groups(place: &Place) -> Arc<Listing<DeploymentGroup>> {
    place.memo(&BATCH_GET_DEPLOYMENT_GROUPS, "", all_groups(place)).await
}

async fn all_groups(place: &Place) -> Listing<DeploymentGroup> {
    let stream = place.clients.codedeploy().list_applications().into_paginator().send();
    let applications: Listing<String> = drain(place, &LIST_APPLICATIONS, "", stream, |page, items| {
        items.extend(page.applications.unwrap_or_default());
    })
    .await;
    let mut all = Listing { items: Vec::new(), from: applications.from, gap: applications.gap };
    let parts = applications.items.iter().map(|application| of_application(place, application));
    for (groups, gap) in at_once(AT_ONCE, parts).await {
        all.items.extend(groups);
        all.gap = all.gap.or(gap);
    }
    all
}

async fn of_application(place: &Place, application: &str) -> (Vec<DeploymentGroup>, Option<GapId>) {
    let request = place.clients.codedeploy().list_deployment_groups().application_name(application);
    let (stream, gone) = (request.into_paginator().send(), ["ApplicationDoesNotExistException"]);
    let names: Listing<String> =
        drain_unless_absent(place, &LIST_DEPLOYMENT_GROUPS, application, stream, &gone, |page, items| {
            items.extend(page.deployment_groups.unwrap_or_default());
        })
        .await;
    let mut all = Vec::with_capacity(names.items.len());
    let mut gap = names.gap;
    let batches = names.items.chunks(GROUPS_PER_CALL).map(|batch| describe(place, application, batch));
    for part in at_once(AT_ONCE, batches).await {
        match part {
            Read::Known { value, from } => all.extend(value.into_iter().filter_map(|one| group(one, from))),
            Read::Unknown { gap: unread } => gap = gap.or(Some(unread)),
        }
    }
    (all, gap)
}

async fn describe(place: &Place, application: &str, batch: &[String]) -> Read<Vec<DeploymentGroupInfo>> {
    let request = place.clients.codedeploy().batch_get_deployment_groups().application_name(application);
    let answer = request.set_deployment_group_names(Some(batch.to_vec())).send();
    let parameters = format!("{application} from {}", batch.first().map_or("", String::as_str));
    let take = |answer: BatchGetDeploymentGroupsOutput| answer.deployment_groups_info.unwrap_or_default();
    let gone = ["ApplicationDoesNotExistException"];
    once(place, &BATCH_GET_DEPLOYMENT_GROUPS, &parameters, answer, take, &gone, || Some(Vec::new())).await
}

/// A group that never had an alarm configuration has none in the answer.
fn group(group: DeploymentGroupInfo, from: SourceId) -> Option<DeploymentGroup> {
    let alarms = group.alarm_configuration.filter(|alarms| alarms.enabled).and_then(|alarms| alarms.alarms);
    let rollback = group.auto_rollback_configuration.filter(|rollback| rollback.enabled);
    let events = rollback.and_then(|rollback| rollback.events).unwrap_or_default();
    Some(DeploymentGroup {
        application: group.application_name?.into(),
        name: group.deployment_group_name?.into(),
        deployer: group.compute_platform.as_ref().and_then(deployer),
        alarms: alarms.unwrap_or_default().into_iter().filter_map(|alarm| alarm.name.map(Arc::from)).collect(),
        rolls_back: events.contains(&AutoRollbackEvent::DeploymentStopOnAlarm),
        from,
    })
}

fn deployer(platform: &ComputePlatform) -> Option<Deployer> {
    match platform {
        ComputePlatform::Server => Some(Deployer::CodeDeployServer),
        ComputePlatform::Lambda => Some(Deployer::CodeDeployLambda),
        ComputePlatform::Ecs => Some(Deployer::CodeDeployEcs),
        _ => None,
    }
}
