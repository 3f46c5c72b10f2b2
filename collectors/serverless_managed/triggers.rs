//! Who waits for a function's answer. Policies first: most functions that are called have one; then URLs; then the aliases'
//! own policies, which is where API Gateway stands when it calls an alias.

use rung_rules::{facts::SynchronousTrigger, model::Observed};

use crate::{
    aws::{Place, Read},
    calls::lambda_triggers::{self, GET_POLICY},
};

/// Services that wait for the answer, by the first word of their principal. (S3, SNS, EventBridge and the like do not wait.)
const WAITING_SERVICES: &[&str] = &[
    "alexa-appkit",
    "alexa-connectedhome",
    "apigateway",
    "appsync",
    "bedrock",
    "cognito-idp",
    "connect",
    "elasticloadbalancing",
    "lex",
    "lexv2",
    "vpc-lattice",
];

/// The first trigger that waits; "none" only when every answer was read.
pub(super) async fn synchronous(place: &Place, function: &str) -> Observed<SynchronousTrigger> {
    let policy = of_policy(place, &*lambda_triggers::admitted(place, function, None).await);
    if is_found(&policy) {
        return policy;
    }
    let urls = lambda_triggers::urls(place, function).await.any(|_| true);
    let url = urls.map(|any| if any { SynchronousTrigger::FunctionUrl } else { SynchronousTrigger::None });
    let so_far = first(policy, url);
    // Where the function's policy is denied, those of its aliases are.
    if so_far.value() == Some(&SynchronousTrigger::None) { of_aliases(place, function).await } else { so_far }
}

async fn of_aliases(place: &Place, function: &str) -> Observed<SynchronousTrigger> {
    let aliases = lambda_triggers::aliases(place, function).await;
    let mut trigger = aliases.all_of(|_| SynchronousTrigger::None);
    for alias in &aliases.items {
        let policy = lambda_triggers::admitted(place, function, Some(alias)).await;
        trigger = first(trigger, of_policy(place, &policy));
        if is_found(&trigger) {
            break;
        }
    }
    trigger
}

fn of_policy(place: &Place, policy: &Read<Option<Vec<String>>>) -> Observed<SynchronousTrigger> {
    let waits = |service: &&String| service.split('.').next().is_some_and(|word| WAITING_SERVICES.contains(&word));
    match policy {
        Read::Unknown { gap } => Observed::unknown(*gap),
        Read::Known { value, from } => {
            let services = place.reported(value.as_ref(), *from, &GET_POLICY, "Policy as IAM writes it");
            services.map(|services| match services.iter().find(waits) {
                Some(service) => SynchronousTrigger::Service(service.clone()),
                None => SynchronousTrigger::None,
            })
        }
    }
}

/// Whether somebody is seen to wait.
pub(super) fn is_found(trigger: &Observed<SynchronousTrigger>) -> bool {
    trigger.value().is_some_and(|trigger| *trigger != SynchronousTrigger::None)
}

/// What was found of the two; else the unknown one; else none.
fn first(a: Observed<SynchronousTrigger>, b: Observed<SynchronousTrigger>) -> Observed<SynchronousTrigger> {
    if is_found(&a) || (a.value().is_none() && !is_found(&b)) { a } else { b }
}
