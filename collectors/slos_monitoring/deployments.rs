//! What deployments change: deployment groups of CodeDeploy, and ECS services that it does not deploy.

use rung_rules::{
    facts::{Deployer, DeploymentTarget, Kind},
    model::{Evidence, Observed, Tags},
};

use super::alarms::Alarms;
use crate::{
    Collected,
    aws::Place,
    calls::{
        codedeploy::{self, BATCH_GET_DEPLOYMENT_GROUPS, DeploymentGroup},
        ecs::{self, DESCRIBE_SERVICES, Service},
    },
};

/// What deploys an ECS service by a deployment group, which stands for it.
const CODE_DEPLOY: &str = "CODE_DEPLOY";

/// The evidence about deployment targets.
pub(super) async fn collect(place: &Place, alarms: &Alarms, collected: &mut Collected) {
    let (groups, services) = futures::join!(codedeploy::groups(place), ecs::services(place));
    collected.unseen.extend(place.unseen(Kind::DeploymentTarget, &groups));
    collected.unseen.extend(place.unseen(Kind::DeploymentTarget, &services));
    collected.evidence.extend(groups.items.iter().map(|group| of_group(place, group, alarms)));
    let by_others = |service: &&Service| {
        service.active() && service.deployment.as_ref().is_none_or(|one| &*one.controller != CODE_DEPLOY)
    };
    collected.evidence.extend(services.items.iter().filter(by_others).map(|one| of_service(place, one, alarms)));
}

fn of_group(place: &Place, group: &DeploymentGroup, alarms: &Alarms) -> Evidence {
    let facts = DeploymentTarget {
        deployer: place.reported(group.deployer, group.from, &BATCH_GET_DEPLOYMENT_GROUPS, "computePlatform"),
        alarms: Observed::known(group.alarms.iter().map(ToString::to_string).collect(), group.from),
        alarm_exists: alarms.exist(&group.alarms),
        rolls_back: Observed::known(group.rolls_back, group.from),
        circuit_breaker: Observed::known(None, group.from),
    };
    let arn = place.arn("codedeploy", &format!("deploymentgroup:{}/{}", group.application, group.name));
    let name = format!("{}/{}", group.application, group.name);
    Evidence { subject: place.subject(arn, Some(&name), Tags::new()), facts: facts.into() }
}

fn of_service(place: &Place, service: &Service, alarms: &Alarms) -> Evidence {
    let (call, from) = (&DESCRIBE_SERVICES, service.from);
    let deployment = service.deployment.as_ref();
    let deployer = deployment.map(|one| if &*one.controller == "ECS" { Deployer::Ecs } else { Deployer::External });
    let names = deployment.map(|one| one.alarms.as_slice());
    let written = names.map(|names| names.iter().map(ToString::to_string).collect());
    let field = "deploymentConfiguration";
    let facts = DeploymentTarget {
        deployer: place.reported(deployer, from, call, field),
        alarms: place.reported(written, from, call, field),
        alarm_exists: match names {
            Some(names) => alarms.exist(names),
            None => place.reported(None, from, call, field),
        },
        rolls_back: place.reported(deployment.map(|one| one.rolls_back), from, call, field),
        circuit_breaker: place.reported(deployment.map(|one| Some(one.circuit_breaker)), from, call, field),
    };
    let subject = place.subject(service.arn.clone(), Some(&service.name), service.tags.clone());
    Evidence { subject, facts: facts.into() }
}
